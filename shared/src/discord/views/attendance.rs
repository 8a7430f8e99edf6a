//! Who was seen in voice while a race was on.

use super::embed::Embed;
use super::lists::{List, Style};
use super::{embed_body, phrases};
use crate::domain::attendance::{Attendance, Presence};
use crate::domain::club::Club;
use crate::domain::ids::UserId;
use crate::domain::notice::Sheet;
use crate::domain::signup::Status;
use serde_json::Value;

/// The longest description that leaves room for the rest (Discord docs, resources/message, embed limits).
const LIST_MAX: usize = 3600;

/// One line a driver, those who were there the most first.
pub(super) fn shown(club: &Club, sheet: &Sheet, attendance: &Attendance) -> Value {
    let event = &sheet.event;
    let embed = Embed::new(club.colour, format!("Attendance: {}", phrases::name(&event.name)))
        .line(phrases::schedule(event.starts_at, event.duration_min));
    if attendance.samples == 0 {
        return embed_body(
            embed
                .line("Nobody has been looked for yet: that happens every ten minutes while the race is on."),
        );
    }
    let name = |user: &UserId| {
        let known = sheet.sign_ups.iter().find(|one| one.user == *user);
        known.map_or_else(|| format!("<@{user}>"), |one| phrases::driver(&one.name))
    };
    let mut drivers: Vec<(&UserId, &Presence)> = attendance.drivers.iter().collect();
    drivers.sort_by_key(|(user, one)| (std::cmp::Reverse(one.seen), **user));
    let mut lines: Vec<String> = drivers.iter().map(|(user, one)| line(&name(user), one)).collect();
    let waiting = sheet.sign_ups.iter().filter(|one| {
        matches!(one.status, Status::Seated { .. }) && !attendance.drivers.contains_key(&one.user)
    });
    lines
        .extend(waiting.map(|one| format!("**{}** has not been looked for yet", phrases::driver(&one.name))));
    let samples = match attendance.samples {
        1 => "1 sample".to_owned(),
        many => format!("{many} samples"),
    };
    let embed = embed
        .line(format!(
            "Who was in a voice channel of the server, by {samples}, one every ten minutes:"
        ))
        .line(List::new(Style::Lines, lines).fit(LIST_MAX));
    embed_body(embed)
}

fn line(name: &str, one: &Presence) -> String {
    let (Some(first), Some(last)) = (one.first, one.last) else {
        return format!("**{name}** 0 of {}", one.looked);
    };
    let times = if first == last {
        format!("<t:{}:t>", first.as_second())
    } else {
        format!("<t:{}:t> to <t:{}:t>", first.as_second(), last.as_second())
    };
    let place = one.channel.map(phrases::channel).unwrap_or_default();
    format!("**{name}** {} of {} · {times} · {place}", one.seen, one.looked)
}
