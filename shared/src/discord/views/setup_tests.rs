//! The steps of the setup: as they read, and within Discord's limits however many roles there are.

use super::fixtures::{at, club};
use super::limits_tests::fault;
use super::*;
use crate::domain::ids::{GuildId, RoleId, UserId};
use crate::domain::permissions::Right;
use crate::domain::rank::Rank;
use crate::domain::refusal::Refusal;
use crate::domain::role_map::Mapped;
use crate::domain::settings::{Change, Key, SettingFault, SettingProblem, Settings, Wish};
use crate::domain::setup::{Setup, SetupPage};

fn setup(page: SetupPage, by: Rank, roles: u64) -> Setup {
    let wish = |key, typed: &str| Wish {
        key,
        change: Change::Typed(typed.to_owned()),
    };
    let wishes = [
        wish(Key::JoinChannel, "<#1056104309264089401>"),
        wish(Key::TimeZone, "Europe/Berlin"),
        wish(Key::TeamThreads, "off"),
    ];
    let now = at("2026-11-21T09:00:00Z");
    let stored = Settings::default()
        .change(&wishes, UserId(42), now, GuildId(100))
        .unwrap()
        .stored;
    let list: Vec<Mapped> = (1..=roles)
        .map(|n| Mapped {
            role: RoleId(u64::MAX - n),
            rank: if n % 2 == 0 { Rank::Admin } else { Rank::Member },
        })
        .collect();
    Setup {
        club: club(),
        page,
        by,
        settings: Settings::default().with(stored),
        own: list.iter().skip(1).map(|mapped| mapped.role).collect(),
        list,
        list_version: 4,
        saved: page == SetupPage::Zone,
    }
}

const PAGES: [SetupPage; 7] = [
    SetupPage::Start,
    SetupPage::Roles(Rank::Member),
    SetupPage::Roles(Rank::Admin),
    SetupPage::Channels,
    SetupPage::Zone,
    SetupPage::Features,
    SetupPage::Done,
];

#[test]
fn the_steps() {
    let pages = PAGES.map(|page| {
        let setup = setup(page, Rank::Admin, 3);
        Views::default().render(&Notice::Setup { setup: &setup }).body
    });
    insta::assert_json_snapshot!(pages);
}

#[test]
fn no_number_of_roles_breaks_a_step() {
    for by in [Rank::Admin, Rank::Owner] {
        for roles in [0, 1, 50, 80] {
            for page in PAGES {
                let setup = setup(page, by, roles);
                let body = Views::default().render(&Notice::Setup { setup: &setup }).body;
                assert_eq!(fault(&body), None, "{page:?} with {roles} roles");
                assert!(body["components"].as_array().unwrap().len() <= 5);
            }
        }
    }
}

#[test]
fn what_is_wrong_with_roles_and_channels_in_words() {
    let role = RoleId(7);
    let problems = [
        SettingProblem::NoSuchRole { role },
        SettingProblem::ManagedRole { role },
        SettingProblem::NoSuchChannel,
        SettingProblem::NoTextChannel,
        SettingProblem::ClosedChannel {
            rights: vec![Right::SendMessages, Right::EmbedLinks],
        },
    ];
    let faults = problems.map(|problem| SettingFault {
        key: Key::JoinChannel,
        problem,
    });
    let refusal = Refusal::Settings {
        faults: faults.to_vec(),
    };
    let words = Views::default()
        .render(&Notice::Refused { refusal: &refusal })
        .body;
    insta::assert_snapshot!(words["content"].as_str().unwrap());
}
