//! Teams: who drives with whom, and why.

use super::embed::{Embed, FIELD_VALUE_MAX};
use super::lists::{List, Style, share};
use super::{embed_body, phrases};
use crate::discord::help::{CommandIds, mention};
use crate::discord::text;
use crate::domain::availability::DriverDetails;
use crate::domain::club::Colour;
use crate::domain::event::EventState;
use crate::domain::ids::{ChannelId, UserId};
use crate::domain::notice::Sheet;
use crate::domain::team_space::Thing;
use crate::domain::teams::{Team, TeamBrief, TeamsBrief, TeamsDone};
use serde_json::Value;

/// Teams on one page: with their drivers they fit into an embed's 6000 characters, and into its 25 fields.
const PAGE: usize = 15;
/// Room for the names of drivers without a team.
const WITHOUT_MAX: usize = 900;

/// To the drivers of a settled team; the title tells it from other messages.
pub(super) fn ready(sheet: &Sheet, team: &Team, colour: Colour, voice: Option<ChannelId>) -> Value {
    let name = |user: &UserId| {
        let found = sheet.sign_ups.iter().find(|one| one.user == *user);
        found.map(|one| format!("- {}", phrases::driver(&one.name)))
    };
    let drivers = team.drivers.iter().filter_map(name).collect();
    let embed = Embed::new(
        colour,
        format!(
            "Your team in {}: {}",
            phrases::name(&sheet.event.name),
            phrases::name(&team.name)
        ),
    )
    .line(phrases::schedule(sheet.event.starts_at, sheet.event.duration_min))
    .line(match voice {
        Some(voice) => format!("For practice there is {}.", phrases::channel(voice)),
        None => String::new(),
    })
    .field(
        "Drivers",
        List::new(Style::Lines, drivers).fit(FIELD_VALUE_MAX),
        false,
    );
    embed_body(embed)
}

/// A page of the teams under what was done to them.
pub(super) fn teams(done: &TeamsDone, teams: &TeamsBrief, page: usize, ids: &CommandIds) -> Value {
    let pages = teams.teams.len().div_ceil(PAGE).max(1);
    let page = page.min(pages - 1);
    let shown = teams.teams.iter().skip(page * PAGE).take(PAGE);
    let mut embed = Embed::new(
        teams.colour,
        format!("Teams: {}", phrases::name(&teams.event_name)),
    )
    .line(headline(done))
    .line(forming(teams))
    .line(if teams.teams.is_empty() {
        format!("There is no team yet. {} makes them.", mention("team form", ids))
    } else {
        String::new()
    })
    .line(if pages > 1 {
        format!(
            "Page {} of {pages}. {} shows the others.",
            page + 1,
            mention("team list", ids)
        )
    } else {
        String::new()
    })
    .line(match teams.state {
        EventState::TeamsFinal if *done == TeamsDone::Listed => "These teams are settled.",
        _ => "",
    })
    .line(lacking(teams, ids));
    let without = (page + 1 == pages && !teams.without.is_empty()).then(|| {
        let names = teams.without.iter().map(|name| phrases::driver(name)).collect();
        List::new(Style::Row, names).fit(WITHOUT_MAX)
    });
    let heading = format!("Without a team ({})", teams.without.len());
    let fields: Vec<(String, List, String)> = shown.map(|team| field(team, teams.duration_min)).collect();
    let fixed = |(name, _, why): &(String, List, String)| text::len(name) + text::len(why) + 1;
    let around: usize = fields.iter().map(fixed).sum::<usize>()
        + without
            .as_ref()
            .map_or(0, |list| text::len(list) + text::len(&heading));
    let wants: Vec<usize> = fields.iter().map(|(_, drivers, _)| drivers.len()).collect();
    let room = share(&wants, embed.left().saturating_sub(around), FIELD_VALUE_MAX - 200);
    for ((name, drivers, why), room) in fields.into_iter().zip(room) {
        embed = embed.field(name, format!("{}\n{why}", drivers.fit(room)), true);
    }
    embed_body(embed.field(heading, without.unwrap_or_default(), false))
}

/// What Discord did not let Gantry do.
fn lacking(teams: &TeamsBrief, ids: &CommandIds) -> String {
    if teams.lacking.is_empty() {
        return String::new();
    }
    let words: Vec<&str> = teams.lacking.iter().map(|thing| word(*thing)).collect();
    format!(
        "⚠️ Discord did not let Gantry manage {}. {} says what is missing; Gantry tries again with the next change, and \
         every six hours.",
        words.join(" or "),
        mention("club preflight", ids)
    )
}

const fn word(thing: Thing) -> &'static str {
    match thing {
        Thing::Role => "team roles",
        Thing::Thread => "team threads",
        Thing::Voice => "practice voice channels",
        Thing::Race => "voice rooms of race day",
        Thing::Name => "new team names",
        Thing::Fellows => "who is in a team's role and thread",
    }
}

fn headline(done: &TeamsDone) -> String {
    let (name, driver) = (phrases::name, phrases::driver);
    match done {
        TeamsDone::Listed => String::new(),
        TeamsDone::Created { team } => format!("Team **{}** is made.", name(team)),
        TeamsDone::Assigned {
            driver: who,
            team,
            from: None,
        } => format!("**{}** drives for **{}** now.", driver(who), name(team)),
        TeamsDone::Assigned {
            driver: who,
            team,
            from: Some(from),
        } => format!(
            "**{}** drives for **{}** now, and not for **{}** any more.",
            driver(who),
            name(team),
            name(from)
        ),
        TeamsDone::Removed { driver: who, team } => {
            format!("**{}** is out of **{}**.", driver(who), name(team))
        }
        TeamsDone::Dissolved { team } => format!("Team **{}** is dissolved.", name(team)),
        TeamsDone::Renamed { from, to } => format!("**{}** is **{}** now.", name(from), name(to)),
        TeamsDone::Finalised => "The teams are settled.".to_owned(),
        TeamsDone::Reopened => "The teams are open again, and can be formed anew.".to_owned(),
        TeamsDone::Formed => "Teams are formed. Change them as you like before you settle them.".to_owned(),
    }
}

/// How the teams came about, and how even they are.
fn forming(teams: &TeamsBrief) -> String {
    let Some(forming) = &teams.forming else {
        return String::new();
    };
    let mean = |team: &TeamBrief| f64::from(team.figures.skill_sum) / team.drivers.len().max(1) as f64;
    let means: Vec<f64> = teams
        .teams
        .iter()
        .filter(|team| !team.drivers.is_empty())
        .map(mean)
        .collect();
    let spread = means.iter().fold(0.0_f64, |most, m| most.max(*m))
        - means.iter().fold(5.0_f64, |least, m| least.min(*m)).min(5.0);
    let size = if forming.least == forming.most {
        forming.most.to_string()
    } else {
        format!("{} to {}", forming.least, forming.most)
    };
    let best = match (forming.edited, forming.best) {
        (true, _) => ", changed by hand since",
        (false, true) => "; there is no better way",
        (false, false) => "; the best of several tries",
    };
    format!(
        "Formed with {size} drivers a team and seed `{}`{best}. Mean experience differs by {:.1} at most.",
        forming.seed,
        spread.max(0.0)
    )
}

/// A team's heading, its drivers, and its figures.
fn field(team: &TeamBrief, duration_min: i64) -> (String, List, String) {
    let drivers: Vec<String> = team.drivers.iter().map(|name| phrases::driver(name)).collect();
    let heading = format!("{} · {}", phrases::name(&team.name), phrases::name(&team.class));
    if drivers.is_empty() {
        let nobody = List::new(Style::Lines, vec!["nobody yet".to_owned()]);
        return (heading, nobody, String::new());
    }
    let figures = &team.figures;
    let mean = f64::from(figures.skill_sum) / drivers.len() as f64;
    let mut why = format!("Experience {} (mean {mean:.1}", figures.skill_sum);
    if figures.unrated > 0 {
        why.push_str(&format!(", {} not given", figures.unrated));
    }
    why.push(')');
    if drivers.len() > 1 {
        why.push_str(&format!(
            " · two are free together {}",
            length(figures.shared_min, duration_min)
        ));
    }
    if figures.uncovered_min > 0 {
        why.push_str(&format!(
            " · **nobody free for {}**",
            phrases::length(figures.uncovered_min)
        ));
    }
    (heading, List::new(Style::Numbered, drivers), why)
}

fn length(minutes: i64, whole: i64) -> String {
    if minutes >= whole {
        "all the time".to_owned()
    } else {
        phrases::length(minutes)
    }
}

/// What a driver said about themselves.
pub(super) fn described(event: &str, details: &DriverDetails, backup: Option<&str>) -> String {
    let when = if details.windows.is_empty() {
        "You can drive all the time.".to_owned()
    } else {
        let span = |w: &crate::domain::availability::Window| {
            format!("- <t:{}:f> to <t:{}:t>", w.from.as_second(), w.to.as_second())
        };
        let spans: Vec<String> = details.windows.iter().map(span).collect();
        format!("You can drive:\n{}", spans.join("\n"))
    };
    let experience = details
        .experience
        .map(|experience| format!("\nExperience: {} of 5.", experience.get()));
    let backup = backup.map(|label| format!("\nYou would also take **{}**.", phrases::name(label)));
    format!(
        "Noted for **{}**. {when}{}{}",
        phrases::name(event),
        experience.unwrap_or_default(),
        backup.unwrap_or_default()
    )
}
