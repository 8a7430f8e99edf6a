//! Strategy and stint plan as a timetable: the instants are Discord's own, in the reader's zone.

use super::components::{Tone, button, row};
use super::embed::{DESCRIPTION_MAX, Embed, FIELD_VALUE_MAX};
use super::lists::{List, Style};
use super::{embed_body, embed_with, phrases};
use crate::discord::custom_id::ComponentId;
use crate::discord::help::{CommandIds, mention};
use crate::discord::text;
use crate::domain::ids::ChannelId;
use crate::domain::stints::{DriverShare, PlanBrief, PlanDone, PlanFault, StintBrief, StintCall, Strategy};
use jiff::Timestamp;
use serde_json::{Value, json};

/// Stints on one page.
const PAGE: usize = 24;
/// Room that the timetable keeps for what stands around it.
const AROUND: usize = 400;

/// A page of a team's plan under what was done to it.
pub(super) fn plan(done: PlanDone, plan: &PlanBrief, page: Option<usize>, ids: &CommandIds) -> Value {
    let pages = plan.stints.len().div_ceil(PAGE).max(1);
    // Without a page the one with the stint that is being driven, or comes next.
    let next = plan
        .stints
        .iter()
        .position(|s| s.finished_at.is_none())
        .unwrap_or(0);
    let page = page.unwrap_or(next / PAGE).min(pages - 1);
    let lines = plan
        .stints
        .iter()
        .enumerate()
        .skip(page * PAGE)
        .take(PAGE)
        .map(|(n, stint)| line(n + 1, stint));
    let table = List::new(Style::Lines, lines.collect());
    let mut embed = Embed::new(
        plan.colour,
        format!(
            "Stints of {}: {}",
            phrases::name(&plan.team),
            phrases::name(&plan.event_name)
        ),
    )
    .line(headline(done, plan));
    embed = if plan.stints.is_empty() {
        embed.line(format!(
            "There is no plan yet. {} makes one.",
            mention("stint plan", ids)
        ))
    } else {
        embed.line(table.fit(DESCRIPTION_MAX - AROUND))
    };
    if pages > 1 {
        embed = embed.line(format!(
            "Page {} of {pages}. {} shows the others.",
            page + 1,
            mention("stint list", ids)
        ));
    }
    embed = embed.field("Strategy", strategy(&plan.strategy), false);
    if !plan.stints.is_empty() {
        let shares = plan.shares.iter().map(share_line).collect();
        embed = embed.field("Stints and time", List::new(Style::Lines, shares).fit(400), false);
        let faults = plan.faults.iter().map(|fault| fault_line(fault, plan)).collect();
        let faults = List::new(Style::Lines, faults).fit(FIELD_VALUE_MAX.min(700));
        embed = embed.field("Not as it should be", faults, false);
    }
    embed_body(embed)
}

/// To the driver who is next: the title tells it from other messages about the event.
pub(super) fn next(call: &StintCall) -> Value {
    let embed = Embed::new(
        call.colour,
        format!("You are next: {}", phrases::name(&call.event_name)),
    )
    .line(format!(
        "Stint {} for **{}** begins {}, at {}.",
        call.number,
        phrases::name(&call.team_name),
        phrases::from_now(call.from),
        clock(call.from)
    ))
    .line(match &call.after {
        Some(driver) => format!("You take over from {}.", phrases::driver(driver)),
        None => String::new(),
    })
    .line(format!("You drive until {}.", clock(call.to)))
    .line(match call.fuel_l {
        Some(litres) => format!("Fuel for a stint: {litres} l."),
        None => String::new(),
    });
    let seen = ComponentId::StintSeen {
        key: call.event,
        team: call.team,
        from: call.from.as_second(),
    };
    embed_with(embed, vec![row([button(seen, "Got it", Tone::Good, true)])])
}

pub(super) fn confirmed(from: Timestamp) -> String {
    format!(
        "Noted: you know of your stint at {}, {}. Have a good one.",
        clock(from),
        phrases::from_now(from)
    )
}

/// Longest description of an attachment, in UTF-16 units (Discord docs, resources/message).
const ALT_MAX: usize = 1024;

/// A team's plan for all of the team to read: the whole timetable, and the picture with the same in words.
pub(super) fn announced(plan: &PlanBrief, picture: Option<&str>) -> Value {
    let lines = plan
        .stints
        .iter()
        .zip(1..)
        .map(|(stint, number)| line(number, stint));
    // The race may have another length since the plan was made.
    let gaps: Vec<String> = plan
        .faults
        .iter()
        .filter(|fault| matches!(fault, PlanFault::Gap { .. }))
        .map(|fault| fault_line(fault, plan))
        .collect();
    let embed = Embed::new(
        plan.colour,
        format!(
            "Stint plan of {}: {}",
            phrases::name(&plan.team),
            phrases::name(&plan.event_name)
        ),
    )
    .line(phrases::when(plan.starts_at))
    .line(List::new(Style::Lines, lines.collect()).fit(DESCRIPTION_MAX - AROUND))
    .line(gaps.join("\n"))
    .field("Strategy", strategy(&plan.strategy), false);
    let shares = plan
        .shares
        .iter()
        .zip(1..)
        .map(|(share, row)| format!("`{row}` {}", share_line(share)));
    let embed = embed.field(
        "Stints and time",
        List::new(Style::Lines, shares.collect()).fit(600),
        false,
    );
    match picture {
        None => embed_body(embed),
        Some(picture) => {
            let mut body = embed_body(embed.attached(picture));
            let alt = text::cut(&in_words(plan), ALT_MAX);
            body["attachments"] = json!([{ "id": "0", "filename": picture, "description": alt }]);
            body
        }
    }
}

/// What the picture shows, for those who do not see it: times count from the start of the race.
fn in_words(plan: &PlanBrief) -> String {
    let hours = |at: Timestamp| {
        let minutes = at.duration_since(plan.starts_at).as_mins();
        let sign = if minutes < 0 { "-" } else { "" };
        format!("{sign}{}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
    };
    let stints = plan.stints.iter().zip(1..).map(|(stint, number)| {
        let driver = stint.driver.as_deref().unwrap_or("nobody");
        format!("{number} {driver}, {} to {}", hours(stint.from), hours(stint.to))
    });
    let stints: Vec<String> = stints.collect();
    format!(
        "Timeline of the stints, in hours from the start. {}.",
        stints.join("; ")
    )
}

pub(super) fn stands(team: &str, channel: ChannelId) -> String {
    format!(
        "The plan of **{}** stands in {}. It is kept up to date there.",
        phrases::name(team),
        phrases::channel(channel)
    )
}

fn share_line(share: &DriverShare) -> String {
    format!(
        "{}: {} · {}",
        phrases::driver(&share.driver),
        share.stints,
        phrases::length(share.minutes)
    )
}

fn headline(done: PlanDone, plan: &PlanBrief) -> String {
    match done {
        PlanDone::Shown => String::new(),
        PlanDone::StrategySet if plan.stints.is_empty() => "The strategy is set.".to_owned(),
        PlanDone::StrategySet => "The strategy is set; the plan below was made before.".to_owned(),
        PlanDone::Planned if plan.best => {
            "The stints are planned; there is no fairer plan by these rules.".to_owned()
        }
        PlanDone::Planned => "The stints are planned; the fairest of very many plans.".to_owned(),
        PlanDone::Changed => "The plan is changed.".to_owned(),
        // Behind the first one nobody has driven yet.
        PlanDone::Started
            if plan
                .stints
                .first()
                .is_some_and(|first| first.started_at.is_some() && first.finished_at.is_none()) =>
        {
            "That was the green flag: the stint is begun, and the whole plan has moved to this moment. The race lasts as long \
             as ever, so it ends later if the flag came late."
                .to_owned()
        }
        PlanDone::Started => "The stint is begun.".to_owned(),
        PlanDone::Finished => "The stint is over.".to_owned(),
        PlanDone::TakenOver => "The driver is changed.".to_owned(),
    }
}

/// `3. 14:00 to 15:00 Jiří Novák`, with what became of it.
fn line(number: usize, stint: &StintBrief) -> String {
    let driver = match &stint.driver {
        Some(name) => format!("**{}**", phrases::driver(name)),
        None => "nobody".to_owned(),
    };
    let actual = match (stint.started_at, stint.finished_at) {
        (None, _) if stint.seen_at.is_some() => " · knows".to_owned(),
        (None, _) => String::new(),
        (Some(from), None) => format!(" · driving since {}", clock(from)),
        (Some(from), Some(to)) => format!(" · drove {} to {}", clock(from), clock(to)),
    };
    format!(
        "`{number:>2}` {} to {} {driver}{actual}",
        clock(stint.from),
        clock(stint.to)
    )
}

fn clock(at: Timestamp) -> String {
    format!("<t:{}:t>", at.as_second())
}

fn strategy(strategy: &Strategy) -> String {
    let mut parts = vec![
        format!("stints of {}", phrases::length(i64::from(strategy.stint_min))),
        format!(
            "rest of {} at least",
            phrases::length(i64::from(strategy.rest_min))
        ),
        format!("{} in a row at most", strategy.in_a_row),
        format!("pit stop {} s", strategy.pit_s),
    ];
    parts.extend(
        strategy
            .fuel_l
            .map(|litres| format!("{litres} l of fuel a stint")),
    );
    parts.extend(
        strategy
            .tyre_stints
            .map(|stints| format!("a set of tyres lasts {stints}")),
    );
    parts.join(" · ")
}

fn fault_line(fault: &PlanFault, plan: &PlanBrief) -> String {
    let driver = |stint: usize| {
        let found = stint
            .checked_sub(1)
            .and_then(|n| plan.stints.get(n)?.driver.as_deref());
        found.map_or_else(|| "nobody".to_owned(), phrases::driver)
    };
    match fault {
        PlanFault::Gap { from, to } if from > to => {
            format!("The race ends at {}, the plan at {}.", clock(*to), clock(*from))
        }
        PlanFault::Gap { from, to } => format!("{} to {}: in no stint.", clock(*from), clock(*to)),
        PlanFault::Overlap { stint } => format!("Stint {stint} overlaps the one before."),
        PlanFault::Nobody { stint, free: 0 } => format!("Stint {stint}: none of the drivers is free."),
        PlanFault::Nobody { stint, free } => {
            format!("Stint {stint}: {free} free, but not rested, or too long in the car.")
        }
        PlanFault::Stranger { stint } => {
            format!("Stint {stint}: {} is not in the team any more.", driver(*stint))
        }
        PlanFault::NotFree { stint } => format!("Stint {stint}: {} is not free then.", driver(*stint)),
        PlanFault::Rest { stint, rested_min } => format!(
            "Stint {stint}: {} has rested {} only.",
            driver(*stint),
            phrases::length(*rested_min)
        ),
        PlanFault::InARow { stint, count } => {
            format!("Stint {stint}: {} drives {count} in a row.", driver(*stint))
        }
    }
}
