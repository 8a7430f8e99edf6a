//! What is said about ranks, accounts and requests to join: as it reads, and within Discord's limits whatever people type.

use super::fixtures::{at, club};
use super::limits_tests::{fault, nasty};
use super::*;
use crate::domain::club::Colour;
use crate::domain::ids::{ChannelId, ClubId, EntryId, InteractionId, MessageId, RoleId, UserId};
use crate::domain::join::{JoinKey, JoinRequest, JoinState, JoinWords, Namesake};
use crate::domain::link_code::Code;
use crate::domain::rank::{Rank, RankFault};
use crate::domain::refusal::Refusal;
use crate::domain::role_map::{Mapped, ROLES_MAX, RoleFault};
use crate::domain::roster::{Entry, Member};
use crate::domain::space::Step;
use crate::domain::standing::{
    CodeMade, HandOverQuestion, HandedOver, JoinDecided, Leads, Linked, RankGiven, RankShown, RoleTrouble,
    RolesApplied, RolesListed, RolesNext,
};
use proptest::prelude::*;

const NAME: &str = "**Ada** <@1>";
const USER: UserId = UserId(7);
const COLOUR: Colour = Colour(0x1E_90_FF);

fn body(notice: &Notice<'_>) -> Value {
    Views::default().render(notice).body
}

/// What a message says: its content, its embed's text, and its buttons.
fn words(body: &Value) -> String {
    let embed = &body["embeds"][0];
    let mut lines = vec![
        body["content"].as_str().unwrap_or_default().to_owned(),
        embed["title"].as_str().unwrap_or_default().to_owned(),
        embed["description"].as_str().unwrap_or_default().to_owned(),
    ];
    for field in embed["fields"].as_array().into_iter().flatten() {
        lines.push(format!("{}: {}", field["name"], field["value"]));
    }
    let rows = body["components"].as_array().into_iter().flatten();
    for button in rows.flat_map(|row| row["components"].as_array().into_iter().flatten()) {
        lines.push(format!("[{}]({})", button["label"], button["custom_id"]));
    }
    lines.retain(|line| !line.is_empty());
    lines.join("\n")
}

fn all(notices: &[Notice<'_>]) -> String {
    let texts: Vec<String> = notices.iter().map(|notice| words(&body(notice))).collect();
    texts.join("\n---\n")
}

fn known(name: &str, rank: Rank) -> (Entry, Member) {
    let (club, id) = (ClubId::from_parts(1, 1), EntryId::from_parts(2, 2));
    Entry::new(club, id, name.to_owned(), rank, at("2026-11-01T12:00:00Z")).with_account(USER)
}

fn request(name: &str, why: &str, state: JoinState) -> JoinRequest {
    JoinRequest {
        club: ClubId::from_parts(1, 1),
        key: JoinKey {
            user: USER,
            request: InteractionId(9),
        },
        account: name.chars().take(32).collect(),
        words: JoinWords {
            name: name.chars().take(32).collect(),
            why: why.chars().take(500).collect(),
            experience: why.chars().take(500).collect(),
        },
        asked_at: at("2026-11-21T09:00:00Z"),
        namesake: None,
        channel: ChannelId(3),
        state,
        review: Step::Done { id: MessageId(4) },
        undelivered: false,
        looked_at: None,
        telling_since: None,
        told: None,
        version: 1,
    }
}

fn states(reason: &str) -> [JoinState; 3] {
    let (by, at) = (UserId(42), at("2026-11-21T10:00:00Z"));
    let reason = reason.chars().take(300).collect();
    [
        JoinState::Open,
        JoinState::Approved {
            by,
            at,
            rank: Rank::Member,
        },
        JoinState::Rejected { by, at, reason },
    ]
}

#[test]
fn requests_to_join_and_what_cannot_be_done_in_words() {
    let (club, views) = (club(), Views::default());
    let requests = states("The grid is *full*.").map(|state| request(NAME, "Night races\n# and more", state));
    let mut known = request("Ada L.", "Night races", JoinState::Open);
    known.namesake = Some(Namesake {
        name: "[APX] Ada *L*".to_owned(),
        rank: Rank::Steward,
    });
    let (entries, bytes) = (120_000, 10_600_001);
    let mut texts = vec![
        words(&body(&Notice::JoinSent { colour: COLOUR })),
        words(&body(&Notice::JoinUndelivered { club: &club })),
        words(&body(&Notice::JoinReview {
            club: &club,
            request: &known,
        })),
        words(&body(&Notice::GuildLost {
            club: &club,
            kept: true,
        })),
        words(&body(&Notice::GuildLost {
            club: &club,
            kept: false,
        })),
        words(&body(&Notice::Calendar {
            colour: COLOUR,
            address: Some("https://gantry.test/calendar/x/y.ics"),
            ended: true,
        })),
        words(&body(&Notice::Calendar {
            colour: COLOUR,
            address: None,
            ended: false,
        })),
        words(&body(&Notice::RosterExportRefused {
            club: &club,
            entries,
            bytes,
        })),
    ];
    for request in &requests {
        texts.push(words(&body(&Notice::JoinReview { club: &club, request })));
        texts.push(words(&body(&Notice::JoinAnswer { club: &club, request })));
        texts.push(words(&body(&Notice::JoinUntold { club: &club, request })));
    }
    for rank in [Some(Rank::Prospect), None] {
        let decided = JoinDecided {
            colour: COLOUR,
            user: USER,
            name: NAME.to_owned(),
            rank,
        };
        texts.push(words(&body(&Notice::JoinDecided { decided: &decided })));
    }
    let (since, again_at) = (at("2026-11-21T09:00:00Z"), at("2026-11-22T09:00:00Z"));
    for refusal in [
        Refusal::NoJoinChannel,
        Refusal::NoWebAddress,
        Refusal::OnRoster {
            name: NAME.to_owned(),
        },
        Refusal::JoinOpen { since },
        Refusal::JoinRejected {
            again_at,
            reason: "The grid is *full*.".to_owned(),
        },
        Refusal::JoinDecided {
            by: UserId(42),
            approved: true,
        },
        Refusal::JoinDecided {
            by: UserId(42),
            approved: false,
        },
        Refusal::NoSuchJoin,
    ] {
        texts.push(words(&views.body(&Notice::Refused { refusal: &refusal })));
    }
    insta::assert_snapshot!(texts.join("\n---\n"));
}

fn given(name: &str, was: Rank, roles: RolesNext) -> RankGiven {
    RankGiven {
        colour: COLOUR,
        user: USER,
        name: name.to_owned(),
        was,
        rank: Rank::Member,
        roles,
        namesake: None,
    }
}

fn shown(name: &str, roles: usize) -> [RankShown; 3] {
    let shown = |known| RankShown {
        colour: COLOUR,
        user: USER,
        known,
        roles: (1..=roles as u64).map(|n| RoleId(u64::MAX - n)).collect(),
    };
    let (mut entry, mut member) = known(name, Rank::Steward);
    (entry.linked, member.active) = (true, false);
    entry.retired_at = Some(at("2026-11-21T09:00:00Z"));
    [
        shown(None),
        shown(Some(known(name, Rank::Steward))),
        shown(Some((entry, member))),
    ]
}

fn applied(name: &str, rank: Rank, failed: Vec<(RoleId, bool, RoleTrouble)>) -> RolesApplied {
    RolesApplied {
        user: USER,
        name: name.to_owned(),
        rank,
        roles: vec![RoleId(5), RoleId(6)],
        in_guild: true,
        failed,
    }
}

const TROUBLES: [RoleTrouble; 5] = [
    RoleTrouble::Gone,
    RoleTrouble::Managed,
    RoleTrouble::Powerful,
    RoleTrouble::TooHigh,
    RoleTrouble::Refused,
];

#[test]
fn ranks_in_words() {
    let club = club();
    let added = given(NAME, Rank::Guest, RolesNext::Lead);
    let risen = given(NAME, Rank::Prospect, RolesNext::Applied);
    let shown = shown(NAME, 2);
    let question = HandOverQuestion {
        colour: COLOUR,
        user: USER,
        name: NAME.to_owned(),
        version: 3,
    };
    let handed = HandedOver {
        colour: COLOUR,
        user: USER,
        name: NAME.to_owned(),
    };
    let troubles = TROUBLES
        .iter()
        .enumerate()
        .map(|(n, trouble)| (RoleId(n as u64 + 10), n % 2 == 0, *trouble));
    let done = applied(NAME, Rank::Member, Vec::new());
    let half = applied(NAME, Rank::Member, troubles.collect());
    let off = RolesApplied {
        roles: Vec::new(),
        ..applied("", Rank::Guest, Vec::new())
    };
    let gone = RolesApplied {
        in_guild: false,
        ..applied(NAME, Rank::Member, Vec::new())
    };
    let notices = [
        Notice::RankGiven { given: &added },
        Notice::RankGiven { given: &risen },
        Notice::RankShown { shown: &shown[0] },
        Notice::RankShown { shown: &shown[1] },
        Notice::RankShown { shown: &shown[2] },
        Notice::HandOver { question: &question },
        Notice::HandedOver { handed: &handed },
        Notice::RolesApplied {
            club: &club,
            applied: &done,
        },
        Notice::RolesApplied {
            club: &club,
            applied: &half,
        },
        Notice::RolesApplied {
            club: &club,
            applied: &off,
        },
        Notice::RolesApplied {
            club: &club,
            applied: &gone,
        },
    ];
    insta::assert_snapshot!(all(&notices));
}

fn listed(count: u64, leads: Leads) -> RolesListed {
    let list: Vec<Mapped> = (1..=count)
        .map(|n| Mapped {
            role: RoleId(u64::MAX - n),
            rank: Rank::TeamManager,
        })
        .collect();
    RolesListed {
        colour: COLOUR,
        own: list.iter().take(1).map(|mapped| mapped.role).collect(),
        changed: list.first().map(|mapped| mapped.role),
        list,
        leads,
        powerful: true,
    }
}

#[test]
fn lists_of_roles_and_faults_in_words() {
    let lists = [
        listed(2, Leads::Discord),
        listed(1, Leads::Gantry),
        RolesListed {
            changed: Some(RoleId(9)),
            powerful: false,
            ..listed(0, Leads::Neither)
        },
    ];
    let mut texts: Vec<String> = lists
        .iter()
        .map(|listed| words(&body(&Notice::RolesListed { listed })))
        .collect();
    let ranks = [
        RankFault::NotBelowOwn,
        RankFault::OfOwnTier,
        RankFault::OwnerOnly,
        RankFault::NotGiven,
    ];
    let roles = [
        RoleFault::Managed,
        RoleFault::Everyone,
        RoleFault::NoRolesForRank,
        RoleFault::TooMany,
        RoleFault::NotListed,
    ];
    let refusals = ranks
        .map(|fault| Refusal::Rank { fault })
        .into_iter()
        .chain(roles.map(|fault| Refusal::Role { fault }))
        .chain([
            Refusal::OwnerStays {
                name: "The *Boss*".to_owned(),
            },
            Refusal::SameRank,
            Refusal::RankForBot,
            Refusal::NotInServer,
            Refusal::NotOnRoster,
            Refusal::QuestionOutdated,
        ]);
    for refusal in refusals {
        texts.push(words(&body(&Notice::Refused { refusal: &refusal })));
    }
    insta::assert_snapshot!(texts.join("\n---\n"));
}

fn linked(name: &str, roles: RolesNext) -> Linked {
    Linked {
        colour: COLOUR,
        user: USER,
        name: name.to_owned(),
        rank: Rank::Steward,
        roles,
    }
}

fn code(name: &str, code: Option<Code>) -> CodeMade {
    CodeMade {
        colour: COLOUR,
        name: name.to_owned(),
        expires_at: at("2026-11-21T09:10:00Z"),
        code,
    }
}

#[test]
fn accounts_in_words() {
    let codes = [code(NAME, Some(Code::from_random(1))), code(NAME, None)];
    let (stay, go) = (
        linked(NAME, RolesNext::Untouched),
        linked(NAME, RolesNext::Applied),
    );
    let shown = shown(NAME, 0);
    let again_at = at("2026-11-21T09:10:00Z");
    let name = NAME.to_owned();
    let refusals = [
        Refusal::NoSuchEntry,
        Refusal::WrongCode,
        Refusal::TooManyTries { again_at },
        Refusal::OnOtherEntry { name },
        Refusal::EntryTaken,
    ];
    let mut notices = vec![
        Notice::CodeMade { made: &codes[0] },
        Notice::CodeMade { made: &codes[1] },
        Notice::Linked { linked: &stay },
        Notice::Unlinked { linked: &stay },
        Notice::Unlinked { linked: &go },
        Notice::LinkShown { shown: &shown[0] },
        Notice::LinkShown { shown: &shown[1] },
        Notice::LinkShown { shown: &shown[2] },
    ];
    notices.extend(refusals.iter().map(|refusal| Notice::Refused { refusal }));
    insta::assert_snapshot!(all(&notices));
}

#[test]
fn a_request_is_known_by_its_buttons_until_it_is_decided() {
    let club = club();
    let [open, approved, rejected] = states("full").map(|state| request("Ada", "why", state));
    let markers = |request| {
        Views::default()
            .render(&Notice::JoinReview { club: &club, request })
            .markers
    };
    assert_eq!(markers(&open), ["g1:ja:7:9", "g1:jr:7:9"]);
    assert!(markers(&approved).is_empty() && markers(&rejected).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_text_breaks_what_is_said_about_members(
        long in nasty(50), why in nasty(500), reason in nasty(300), roles in 0..=ROLES_MAX, failures in 0..250_usize,
    ) {
        let name: String = long.chars().take(32).collect();
        let club = Club { name: long, ..club() };
        let requests = states(&reason).map(|state| request(&name, &why, state));
        let decided = JoinDecided { colour: COLOUR, user: USER, name: name.clone(), rank: None };
        let refusal = Refusal::JoinRejected {
            again_at: at("2026-11-22T09:00:00Z"), reason: reason.chars().take(300).collect(),
        };
        let (given, shown) = (given(&name, Rank::Guest, RolesNext::Lead), shown(&name, roles));
        let troubles = (0..failures).map(|n| (RoleId(u64::MAX - n as u64), true, TROUBLES[n % TROUBLES.len()]));
        let mut applied = applied(&name, Rank::Member, troubles.collect());
        applied.roles = (0..roles as u64).map(|n| RoleId(u64::MAX - n)).collect();
        let listed = listed(roles as u64, Leads::Gantry);
        let (linked, made) = (linked(&name, RolesNext::Applied), code(&name, Some(Code::from_random(2))));
        let mut notices = vec![
            Notice::JoinUndelivered { club: &club },
            Notice::JoinDecided { decided: &decided },
            Notice::Refused { refusal: &refusal },
            Notice::RankGiven { given: &given },
            Notice::RolesApplied { club: &club, applied: &applied },
            Notice::RolesListed { listed: &listed },
            Notice::CodeMade { made: &made },
            Notice::Linked { linked: &linked },
            Notice::Unlinked { linked: &linked },
        ];
        for request in &requests {
            notices.push(Notice::JoinReview { club: &club, request });
            notices.push(Notice::JoinAnswer { club: &club, request });
            notices.push(Notice::JoinUntold { club: &club, request });
        }
        for shown in &shown {
            notices.push(Notice::RankShown { shown });
            notices.push(Notice::LinkShown { shown });
        }
        for notice in &notices {
            prop_assert_eq!(fault(&body(notice)), None, "{:?}", notice);
        }
    }
}
