//! Member synchronisation: how a run goes, how it went, and all of them.

use super::components::{Tone, button, row};
use super::embed::{DESCRIPTION_MAX, Embed};
use super::lists::{List, Style};
use super::{embed_body, embed_with};
use super::{phrases, ranks};
use crate::discord::custom_id::ComponentId;
use crate::discord::help::{CommandIds, mention};
use crate::domain::club::Club;
use crate::domain::ids::RunId;
use crate::domain::sync::{Likeness, Phase, RunKind, RunState, SyncRun, Trouble};
use jiff::Timestamp;
use serde_json::Value;

/// Room for each list of findings.
const FINDINGS_MAX: usize = 900;
/// Room that the list leaves for the rest of its message.
const MARGIN: usize = 200;

pub(super) fn progress(club: &Club, run: &SyncRun, now: Timestamp, ids: &CommandIds) -> Value {
    embed_body(about(club, run, now, ids))
}

pub(super) fn status(
    club: &Club,
    run: Option<&SyncRun>,
    next_at: Option<Timestamp>,
    now: Timestamp,
    ids: &CommandIds,
) -> Value {
    let Some(run) = run else {
        let embed = Embed::new(club.colour, "Member sync")
            .line("The members of this server were never compared with the roster.")
            .line(format!("To do it now: {}.", mention("sync run", ids)));
        return embed_body(embed);
    };
    let mut embed = about(club, run, now, ids);
    if let Some(next) = next_at.filter(|_| run.state != RunState::Running) {
        embed = embed.field("Looked at again", phrases::from_now(next.max(now)), true);
    }
    embed_body(embed)
}

pub(super) fn history(club: &Club, runs: &[SyncRun], older: Option<RunId>, ids: &CommandIds) -> Value {
    if runs.is_empty() {
        let embed = Embed::new(club.colour, "Runs of member sync").line(format!(
            "There are no more. To begin one: {}.",
            mention("sync run", ids)
        ));
        return embed_body(embed);
    }
    let lines = runs.iter().map(line).collect();
    let list = List::new(Style::Lines, lines).fit(DESCRIPTION_MAX - MARGIN);
    let embed = Embed::new(club.colour, "Runs of member sync").line(list);
    let buttons = older.map(|after| {
        row([button(
            ComponentId::SyncHistory { after },
            "Older",
            Tone::Plain,
            true,
        )])
    });
    embed_with(embed, buttons.into_iter().collect())
}

/// A run on one line.
fn line(run: &SyncRun) -> String {
    let how = match run.state {
        RunState::Running => "is going on".to_owned(),
        RunState::Done => format!("done in {}", took(run)),
        RunState::Partial => "**listing not complete**".to_owned(),
        RunState::Failed => "**failed**".to_owned(),
    };
    let counts = run.counts;
    format!(
        "{} · {} · {how} · {} people, {} changes, {} matched, {} conflicts",
        phrases::when(run.started_at),
        set_off(run),
        counts.people,
        counts.changes(),
        counts.matched,
        counts.conflicts,
    )
}

fn about(club: &Club, run: &SyncRun, now: Timestamp, ids: &CommandIds) -> Embed {
    let title = match run.state {
        RunState::Running if run.is_stuck(now) => "Member sync is stuck",
        RunState::Running => "Member sync is going on",
        RunState::Done => "Members are in sync",
        RunState::Partial => "Member sync could not finish",
        RunState::Failed => "Member sync failed",
    };
    let mut embed = Embed::new(club.colour, title);
    if run.state == RunState::Running {
        embed = embed.line(now_doing(run));
        if run.is_stuck(now) {
            embed = embed.line(format!(
                "Nothing has happened {}. To go on from there: {}.",
                phrases::from_now(run.beat_at),
                mention("sync run", ids)
            ));
        }
    }
    for trouble in &run.trouble {
        embed = embed.line(what_is_wrong(trouble));
    }
    if run.state != RunState::Running && run.counts.conflicts > 0 {
        let open = plural(run.counts.conflicts, "conflict needs", "conflicts need");
        embed = embed.line(format!("{open} a decision: {}.", mention("sync conflicts", ids)));
    }
    with_findings(with_counts(embed, run), run, ids)
        .field(
            "Started",
            format!("{} · {}", phrases::when(run.started_at), set_off(run)),
            false,
        )
        .field("Took", run.ended_at.map(|_| took(run)).unwrap_or_default(), true)
}

/// What a person may want to look at: roles that Gantry cannot hand out, and names that are alike.
fn with_findings(embed: Embed, run: &SyncRun, ids: &CommandIds) -> Embed {
    let roles = run
        .hindered
        .iter()
        .flatten()
        .map(|(role, trouble)| format!("<@&{role}>: {}", ranks::trouble_of(*trouble)));
    let demoted = run.demoted.iter().map(|found| {
        let was = found.was.label();
        format!(
            "<@{}> was {was}. Give them the role by hand; the next run follows.",
            found.user
        )
    });
    let alike = run.alike.iter().map(|found| {
        let name = phrases::driver(&found.name);
        format!("**{name}** and <@{}>: {}", found.user, likeness(found.how))
    });
    let lines = |lines: Vec<String>| List::new(Style::Lines, lines).fit(FINDINGS_MAX);
    let mut embed = embed
        .field(
            "Roles that cannot be given or taken",
            lines(roles.collect()),
            false,
        )
        .field("Back, but not to their rank", lines(demoted.collect()), false)
        .field("Alike, but not matched", lines(alike.collect()), false);
    if !run.alike.is_empty() {
        embed = embed.line(format!(
            "Similar names are only suggestions: with a code of {} the person proves whose account it is.",
            mention("link code", ids)
        ));
    }
    embed
}

fn likeness(how: Likeness) -> String {
    match how {
        Likeness::LooksAlike => {
            "looks the same in other letters. Make sure that nobody poses as them.".to_owned()
        }
        Likeness::OtherDetails => "the same name with another tag or number.".to_owned(),
        Likeness::Similar { percent } => format!("alike by {percent} %."),
    }
}

fn with_counts(embed: Embed, run: &SyncRun) -> Embed {
    let counts = run.counts;
    let some = |parts: &[(u64, &str)]| {
        let told = parts.iter().filter(|(count, _)| *count > 0);
        told.map(|(count, what)| format!("{count} {what}"))
            .collect::<Vec<_>>()
            .join("\n")
    };
    let guild = some(&[
        (counts.people, "people"),
        (counts.bots, "bots, left out"),
        (counts.joined, "new"),
        (counts.returned, "back again"),
        (counts.changed, "with other names or roles"),
        (counts.left, "left"),
    ]);
    let roster = some(&[
        (counts.matched, "accounts found"),
        (counts.reactivated, "active again"),
        (counts.deactivated, "inactive: they left"),
        (counts.renamed, "shown by another name"),
        (counts.ranked, "given the rank of their roles"),
        (counts.applied, "whose roles follow their rank"),
        (counts.hindered, "whose roles Gantry cannot change"),
        (counts.conflicts, "to be decided"),
        (run.without_account, "without an account in the server"),
    ]);
    embed.field("Server", guild, true).field("Roster", roster, true)
}

fn now_doing(run: &SyncRun) -> String {
    match run.phase {
        Phase::Counting => "It begins in a moment.".to_owned(),
        Phase::Listing => match run.expected {
            Some(expected) => format!(
                "Listing members: {} of about {}.",
                run.listed(),
                expected.max(run.listed())
            ),
            None => format!("Listing members: {}.", run.listed()),
        },
        Phase::Departing => "Noting who left.".to_owned(),
        Phase::Asking => "Making sure of those whom the listing did not show.".to_owned(),
        Phase::Standing => "Updating the roster.".to_owned(),
        Phase::Matching => "Finding whose account is whose.".to_owned(),
        Phase::Ranking => "Comparing ranks and roles.".to_owned(),
        Phase::Ended => "Finishing.".to_owned(),
    }
}

fn what_is_wrong(trouble: &Trouble) -> String {
    match trouble {
        Trouble::Implausible { listed, expected } => format!(
            "Discord showed {listed} members, but this server has about {expected}. Nobody was marked as gone. Try again in a while."
        ),
        Trouble::Uncounted => {
            "Discord did not say how many members this server has. Nobody was marked as gone. Try again in a while."
                .to_owned()
        }
        Trouble::Refused { .. } => {
            "The Server Members Intent of Gantry is off in Discord's developer portal, so that it may not list this server's members."
                .to_owned()
        }
        Trouble::GuildLost => {
            "Gantry is not in this server any more. Member sync begins anew when it is back.".to_owned()
        }
        Trouble::Moved => "The club has left this server meanwhile.".to_owned(),
        Trouble::Unauthorized => {
            "Discord refuses Gantry's credentials. Its operator has to set them anew.".to_owned()
        }
    }
}

fn set_off(run: &SyncRun) -> String {
    let kind = match run.kind {
        RunKind::Initial => "the first one",
        RunKind::Manual => "by hand",
        RunKind::Scheduled => "by the clock",
        RunKind::Webhook => "by Discord",
    };
    match run.by {
        Some(user) => format!("{kind}, <@{user}>"),
        None => kind.to_owned(),
    }
}

fn took(run: &SyncRun) -> String {
    let ended = run.ended_at.unwrap_or(run.beat_at);
    match ended.duration_since(run.started_at).as_secs() {
        ..1 => "less than a second".to_owned(),
        1 => "1 second".to_owned(),
        seconds @ 2..120 => format!("{seconds} seconds"),
        seconds => format!("{} minutes", seconds / 60),
    }
}

fn plural(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
