//! Telemetry: how a program is connected, and what it tells of a team.

use super::embed::Embed;
use super::lists::{List, Style};
use super::{embed_body, phrases};
use crate::discord::help::{CommandIds, mention};
use crate::discord::text;
use crate::domain::club::Colour;
use crate::domain::ids::ClubId;
use crate::domain::telemetry::{EventIds, Incident, Pace, TelemetryDone, TelemetryShown};
use serde_json::Value;

/// The longest incident shown, in UTF-16 units before escaping: all of it.
const INCIDENT_MAX: usize = 400;

/// Answer to `/telemetry`.
pub(super) fn shown(shown: &TelemetryShown, base: Option<&str>, ids: &CommandIds) -> Value {
    let embed = |title: &str| Embed::new(shown.colour, title);
    embed_body(match &shown.done {
        TelemetryDone::Connected { secret, replaced } => embed("Telemetry is connected")
            .line(if *replaced {
                "What is signed with the secret before is refused from now on."
            } else {
                ""
            })
            .line("Give this secret to your program. It is not shown again.")
            .line(format!("```\n{}\n```", secret.as_str()))
            .line(address(base, shown.club))
            .line(format!(
                "{} shows what a program calls an event and its teams. Whoever has the secret can speak for your \
                 teams: if it gets out, {} makes another one.",
                mention("telemetry status", ids),
                mention("telemetry connect", ids)
            )),
        TelemetryDone::Revoked { ended: true } => {
            embed("Telemetry is not connected any more").line("What is signed with the secret is refused from now on.")
        }
        TelemetryDone::Revoked { ended: false } => embed("Telemetry is not connected").line("There was no secret."),
        TelemetryDone::Shown { since: None, event } => with_ids(
            embed("Telemetry is not connected").line(format!(
                "{} makes the secret with which a program signs.",
                mention("telemetry connect", ids)
            )),
            event.as_ref(),
        ),
        TelemetryDone::Shown {
            since: Some((by, at)),
            event,
        } => with_ids(
            embed("Telemetry is connected")
                .line(format!("<@{by}> made the secret {}.", phrases::from_now(*at)))
                .line(address(base, shown.club)),
            event.as_ref(),
        ),
    })
}

fn address(base: Option<&str>, club: ClubId) -> String {
    match base {
        Some(base) => format!("It posts to\n```\n{base}/webhooks/telemetry/{club}\n```"),
        None => format!(
            "It posts to the address of Gantry's webhooks, with this behind it:\n```\n/webhooks/telemetry/{club}\n```"
        ),
    }
}

fn with_ids(embed: Embed, event: Option<&EventIds>) -> Embed {
    let Some(EventIds { event, name, teams }) = event else {
        return embed;
    };
    let lines = teams
        .iter()
        .map(|(id, name)| format!("`{id}` {}", phrases::name(name)))
        .collect();
    embed
        .field("Event", format!("`{event}` {}", phrases::name(name)), false)
        .field("Teams", List::new(Style::Lines, lines).fit(1000), false)
}

/// Where a team stands.
pub(super) fn pace(colour: Colour, event: &str, team: &str, pace: &Pace) -> Value {
    let title = format!("Position of {}: {}", phrases::name(team), phrases::name(event));
    let mut parts = vec![format!("**P{}**", pace.position)];
    parts.extend(pace.class_position.map(|place| format!("P{place} in the class")));
    parts.extend(pace.gap_laps.filter(|laps| *laps > 0).map(|laps| match laps {
        1 => "1 lap behind the leader".to_owned(),
        laps => format!("{laps} laps behind the leader"),
    }));
    parts.extend(
        pace.gap_ms
            .filter(|_| pace.gap_laps.unwrap_or(0) == 0 && pace.position > 1)
            .map(|gap| format!("{} behind the leader", time(gap))),
    );
    parts.extend(
        pace.interval_ms
            .filter(|_| pace.position > 1)
            .map(|gap| format!("{} to the car ahead", time(gap))),
    );
    parts.extend(pace.lap.map(|lap| format!("lap {lap}")));
    embed_body(
        Embed::new(colour, title)
            .line(parts.join(" · "))
            .line(format!("As of <t:{}:T>.", pace.at.as_second())),
    )
}

/// What happened. The title has its number, and so tells it from every other of the event, whatever their words: a late retry
/// knows it by that.
pub(super) fn incident(colour: Colour, team: &str, number: u64, incident: &Incident) -> Value {
    let lap = incident
        .lap
        .map_or_else(String::new, |lap| format!("Lap {lap}, "));
    embed_body(
        Embed::new(colour, format!("Incident {number} of {}", phrases::name(team)))
            .line(text::name(&incident.text, INCIDENT_MAX))
            .line(format!("{lap}<t:{}:T>.", incident.at.as_second())),
    )
}

/// `1:23.456`, `12.345 s`, `1:02:03.004`.
fn time(millis: u64) -> String {
    let (hours, minutes) = (millis / 3_600_000, millis / 60_000 % 60);
    let (seconds, rest) = (millis / 1000 % 60, millis % 1000);
    match (hours, minutes) {
        (0, 0) => format!("{seconds}.{rest:03} s"),
        (0, minutes) => format!("{minutes}:{seconds:02}.{rest:03}"),
        (hours, minutes) => format!("{hours}:{minutes:02}:{seconds:02}.{rest:03}"),
    }
}
