//! Ranks, and the Discord roles that go with them.

use super::components::{Tone, button, row};
use super::embed::{DESCRIPTION_MAX, Embed};
use super::lists::{List, Style};
use super::{embed_body, embed_with, phrases};
use crate::discord::custom_id::ComponentId;
use crate::discord::help::{CommandIds, mention};
use crate::domain::club::Club;
use crate::domain::ids::RoleId;
use crate::domain::rank::{Rank, RankFault};
use crate::domain::role_map::{Mapped, ROLES_MAX, RoleFault};
use crate::domain::standing::{
    HandOverQuestion, HandedOver, Leads, RankGiven, RankShown, RemovalQuestion, RoleTrouble, RolesApplied,
    RolesListed, RolesNext, TakenOff,
};
use serde_json::Value;

/// When somebody thought better of it.
pub(super) const LEFT_AS_IT_WAS: &str = "Nothing was changed.";

/// Room that a list's message keeps for what stands around the list.
const AROUND_LIST: usize = 700;

pub(super) fn given(given: &RankGiven, ids: &CommandIds) -> Value {
    let title = if given.was == Rank::Guest {
        "Put on the roster"
    } else {
        "Rank given"
    };
    let mut embed = Embed::new(given.colour, title).line(format!(
        "<@{}> (**{}**) is {} now.",
        given.user,
        phrases::driver(&given.name),
        a(given.rank)
    ));
    if let Some(namesake) = &given.namesake {
        embed = embed.line(format!(
            "**{}** is on the roster once more, without an account. The next synchronisation asks whether that is the same person: see {}.",
            phrases::driver(namesake),
            mention("sync conflicts", ids)
        ));
    } else if given.was == Rank::Guest {
        embed = embed.line(format!(
            "If they are on the roster already under another name, take this entry off and let them prove that the other is theirs. {} shows how somebody stands.",
            mention("rank show", ids)
        ));
    } else if given.was != given.rank {
        embed = embed.line(format!("They were {} before.", a(given.was)));
    }
    let roles = match given.roles {
        RolesNext::Applied => "Their roles in Discord are being brought up to date.",
        RolesNext::Lead => {
            "Roles in Discord decide ranks here: the next synchronisation sets this back unless their roles say the same."
        }
        RolesNext::Untouched => "",
    };
    embed_body(embed.line(roles))
}

/// A rank with its article.
const fn a(rank: Rank) -> &'static str {
    match rank {
        Rank::Guest => "a guest",
        Rank::Prospect => "a prospect",
        Rank::Member => "a member",
        Rank::Steward => "a steward",
        Rank::TeamManager => "a team manager",
        Rank::Admin => "an admin",
        Rank::Owner => "the owner",
    }
}

pub(super) fn shown(shown: &RankShown) -> Value {
    let embed = Embed::new(shown.colour, "Rank");
    let Some((entry, member)) = &shown.known else {
        return embed_body(embed.line(format!("<@{}> is a guest: not on the roster.", shown.user)));
    };
    let mut embed = embed.line(format!(
        "<@{}> (**{}**) is {}.",
        shown.user,
        phrases::driver(&entry.name),
        a(member.rank)
    ));
    if !member.active {
        embed = embed.line("They have left the server, and may do nothing here until they are back.");
    }
    if entry.retired_at.is_some() {
        embed = embed.line("They were taken off the roster.");
    }
    let account = if entry.linked { "proved" } else { "not proved" };
    embed = embed
        .field(
            "On the roster since",
            format!("<t:{}:D>", member.since.as_second()),
            true,
        )
        .field("Account", account, true)
        .field("Roles of the rank", roles(&shown.roles), true);
    embed_body(embed)
}

fn roles(roles: &[RoleId]) -> String {
    let roles: Vec<String> = roles.iter().map(|role| format!("<@&{role}>")).collect();
    List::new(Style::Row, roles).fit(super::embed::FIELD_VALUE_MAX)
}

pub(super) fn hand_over(question: &HandOverQuestion) -> Value {
    let embed = Embed::new(question.colour, "Hand the club over?").line(format!(
        "<@{}> (**{}**) would own the club, and you would be an admin. Only they could undo it.",
        question.user,
        phrases::driver(&question.name)
    ));
    let yes = ComponentId::HandOver {
        user: question.user,
        version: question.version,
    };
    let buttons = [
        button(yes, "Hand over", Tone::Bad, true),
        button(ComponentId::LeaveAsItIs, "Keep it", Tone::Plain, true),
    ];
    embed_with(embed, vec![row(buttons)])
}

pub(super) fn removal(question: &RemovalQuestion) -> Value {
    let who = match question.user {
        Some(user) => format!("<@{user}> (**{}**)", phrases::driver(&question.name)),
        None => format!("**{}**", phrases::driver(&question.name)),
    };
    let account = match question.user {
        Some(_) => " Their account would be a guest's here.",
        None => "",
    };
    let embed = Embed::new(question.colour, "Take off the roster?").line(format!(
        "{who} is {} now.{account} Sign-ups and results stay.",
        a(question.rank)
    ));
    let yes = ComponentId::TakeOff {
        entry: question.entry,
        version: question.version,
    };
    let buttons = [
        button(yes, "Take off", Tone::Bad, true),
        button(ComponentId::LeaveAsItIs, "Keep", Tone::Plain, true),
    ];
    embed_with(embed, vec![row(buttons)])
}

pub(super) fn taken_off(taken: &TakenOff) -> Value {
    let name = phrases::driver(&taken.name);
    let mut embed = Embed::new(taken.colour, "Taken off the roster")
        .line(format!("**{name}** is not on the roster any more."));
    if let Some(user) = taken.user {
        embed = embed.line(match taken.roles {
            RolesNext::Applied => {
                format!("<@{user}> is a guest now. The roles of the club's ranks are being taken from them.")
            }
            RolesNext::Lead | RolesNext::Untouched => {
                format!("<@{user}> is a guest now. Their roles in Discord stay as they are.")
            }
        });
    }
    embed_body(embed)
}

pub(super) fn handed_over(handed: &HandedOver) -> Value {
    embed_body(Embed::new(handed.colour, "The club is handed over").line(format!(
        "<@{}> (**{}**) owns the club now. You are an admin.",
        handed.user,
        phrases::driver(&handed.name)
    )))
}

pub(super) fn listed(listed: &RolesListed, ids: &CommandIds) -> Value {
    let mut embed = Embed::new(listed.colour, "Roles and ranks");
    if let Some(role) = listed.changed {
        embed = embed.line(match listed.list.iter().find(|mapped| mapped.role == role) {
            Some(mapped) => format!("<@&{role}> goes with **{}** now.", mapped.rank.label()),
            None => format!("<@&{role}> goes with no rank any more."),
        });
    }
    if listed.powerful {
        embed = embed.line(
            "This role lets its holder run parts of the server. Gantry does not hand such roles out: it only decides the rank where Discord leads.",
        );
    }
    embed = embed.line(match listed.leads {
        Leads::Discord => "Discord leads: of several of these roles, the first decides the rank.",
        Leads::Gantry => {
            "Gantry leads: members get all roles of their rank, and lose those of other ranks. Gantry's own role has to stand above them."
        }
        Leads::Neither => "Neither side leads (`sync.direction` is off): nothing follows from this list.",
    });
    if listed.list.is_empty() {
        let set = mention("role map set", ids);
        return embed_body(embed.line(format!("No role goes with a rank yet. {set} changes that.")));
    }
    let line = |(n, mapped): (usize, &Mapped)| {
        let source = if listed.own.contains(&mapped.role) {
            String::new()
        } else {
            " · from the settings".to_owned()
        };
        format!(
            "{}. <@&{}> `{}` · {}{source}",
            n + 1,
            mapped.role,
            mapped.role,
            mapped.rank.label()
        )
    };
    let list = List::new(Style::Lines, listed.list.iter().enumerate().map(line).collect());
    embed_body(embed.line(list.fit(DESCRIPTION_MAX - AROUND_LIST)))
}

pub(super) fn applied(club: &Club, applied: &RolesApplied) -> Value {
    let embed = Embed::new(club.colour, "Rank and roles");
    let embed = if applied.rank == Rank::Guest {
        embed.line(format!("<@{}> is on the roster no more.", applied.user))
    } else {
        let name = phrases::driver(&applied.name);
        embed.line(format!(
            "<@{}> (**{name}**) is {}.",
            applied.user,
            a(applied.rank)
        ))
    };
    if !applied.in_guild {
        return embed_body(embed.line("They are not in this server, so there are no roles to change."));
    }
    let embed = if applied.failed.is_empty() {
        embed.line(if applied.rank == Rank::Guest {
            "They hold no roles of the club's ranks any more."
        } else {
            "Their roles in Discord say the same."
        })
    } else {
        let line = |(role, giving, trouble): &(RoleId, bool, RoleTrouble)| {
            let what = if *giving { "not given" } else { "not taken" };
            format!("<@&{role}> was {what}: {}", trouble_of(*trouble))
        };
        let list = List::new(Style::Lines, applied.failed.iter().map(line).collect());
        embed
            .line("Not all of their roles in Discord could be brought in line:")
            .line(list.fit(DESCRIPTION_MAX - AROUND_LIST))
    };
    embed_body(embed.field("Roles of the rank", roles(&applied.roles), false))
}

pub(super) const fn trouble_of(trouble: RoleTrouble) -> &'static str {
    match trouble {
        RoleTrouble::Gone => "there is no such role any more. Take it off the list.",
        RoleTrouble::Managed => "it belongs to an app or a subscription, and nobody can hand it out.",
        RoleTrouble::Powerful => {
            "it lets its holder run parts of the server, and such roles Gantry leaves to people."
        }
        RoleTrouble::TooHigh => {
            "it stands above Gantry's own role. Move Gantry's role above it in the server's settings."
        }
        RoleTrouble::Refused => {
            "Discord does not let Gantry do that. Gantry's role needs the permission Manage Roles."
        }
    }
}

/// Why a rank was not given.
pub(super) const fn rank_fault(fault: RankFault) -> &'static str {
    match fault {
        RankFault::NotBelowOwn => "You can only give ranks below your own.",
        RankFault::OfOwnTier => {
            "You can only change the rank of people below your own. Ask somebody who stands higher."
        }
        RankFault::OwnerOnly => {
            "The owner's rank moves only when the owner hands the club over to somebody else."
        }
        RankFault::NotGiven => "Guests are those who are not on the roster; it is no rank to give.",
    }
}

/// Why a role does not go with a rank.
pub(super) fn role_fault(fault: RoleFault, ids: &CommandIds) -> String {
    match fault {
        RoleFault::Managed => {
            "This role belongs to an app, a bot or a subscription, and nobody can hand it out. Pick another one.".to_owned()
        }
        RoleFault::Everyone => "Everybody in the server has this role. Pick another one.".to_owned(),
        RoleFault::NoRolesForRank => {
            "No roles go with this rank. Pick one from prospect to admin.".to_owned()
        }
        RoleFault::TooMany => format!("The list has {ROLES_MAX} roles already, which is the most."),
        RoleFault::NotListed => format!(
            "This role is not on the club's own list. {} shows it; roles from the settings are changed with {}.",
            mention("role map list", ids),
            mention("settings set", ids)
        ),
    }
}
