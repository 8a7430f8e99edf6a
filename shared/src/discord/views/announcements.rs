//! What is said in an event's channel to everybody in it.

use super::board::with_roster;
use super::embed::Embed;
use super::notices::called_off_embed;
use super::{embed_body, phrases};
use crate::domain::alert::Announcement;
use crate::domain::club::Club;
use crate::domain::notice::Sheet;
use serde_json::Value;

/// The title tells one announcement from the others: a late retry knows it by that.
pub(super) fn announced(club: &Club, sheet: &Sheet, what: Announcement) -> Value {
    let event = &sheet.event;
    let name = phrases::name(&event.name);
    let schedule = phrases::schedule(event.starts_at, event.duration_min);
    let embed = |title: String| Embed::new(club.colour, title);
    let embed = match what {
        Announcement::Opening => embed(format!("Sign-up for {name} is open"))
            .line(schedule)
            .line("Take your seat on the board above."),
        Announcement::Progress => counts(embed(format!("How sign-up for {name} goes")), sheet).line(format!(
            "Sign-up closes {}.",
            phrases::from_now(event.sign_up_ends_at())
        )),
        Announcement::Reminder { hours } => embed(format!("{name} starts in {}", lead(hours)))
            .line(schedule)
            .line("If you cannot come after all, please give your seat back on the board."),
        Announcement::Closing => {
            let embed = embed(format!("Sign-up for {name} is closed")).line(schedule);
            with_roster(embed, sheet)
        }
        Announcement::Start => embed(format!("{name} has started")).line("Good luck to all drivers."),
        Announcement::Cancelled => called_off_embed(club, event),
    };
    embed_body(embed)
}

/// `24 hours`, `1 hour`, `3 days`.
fn lead(hours: u32) -> String {
    match hours {
        1 => "1 hour".to_owned(),
        hours if hours >= 48 && hours % 24 == 0 => format!("{} days", hours / 24),
        hours => format!("{hours} hours"),
    }
}

/// How full each class is, and who waits.
fn counts(embed: Embed, sheet: &Sheet) -> Embed {
    sheet.seats.iter().fold(embed, |embed, seats| {
        let waiting = match seats.waiting {
            0 => String::new(),
            waiting => format!(" · {waiting} waiting"),
        };
        embed.line(format!("{}{waiting}", phrases::filled(seats)))
    })
}
