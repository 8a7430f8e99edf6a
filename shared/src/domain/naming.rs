//! Names of channels and categories, by Discord's rules: 1-100 characters; text channels in lower case, without spaces.

use super::event::Event;
use super::settings::{Pattern, PatternKind, Placeholder};
use jiff::tz::TimeZone;

/// Longest name that Discord takes for a channel (Discord docs, resources/channel).
const CHANNEL_NAME_MAX: usize = 100;
/// Longest topic of a text channel, in UTF-16 units: the stricter of the two ways to count.
const TOPIC_MAX: usize = 1024;

/// The name of an event's text channel, such as `nov-28-monza-6h`, by the date in the club's zone. Where nothing of the
/// pattern is left, as of an event called `!!!`, it is the date alone.
#[must_use]
pub fn event_channel(event: &Event, zone: &TimeZone, pattern: &Pattern) -> String {
    let start = event.starts_at.to_zoned(zone.clone());
    let date = start.strftime("%b-%d").to_string();
    let year = start.strftime("%Y").to_string();
    channel(pattern, (&event.name, &event.series_name), (&date, &year))
}

/// The name of a voice room of race day: as the event's channel is called by the same pattern, and for a team's own room its
/// name before that. Discord leaves voice channels their spaces and capitals.
#[must_use]
pub fn race_room(team: Option<&str>, event: &Event, zone: &TimeZone, pattern: &Pattern) -> String {
    team_room(team, &event_channel(event, zone, pattern))
}

/// The name of a room that a team of another name had, for the team of this name.
#[must_use]
pub fn renamed_room(room: &str, (was, team): (&str, &str)) -> Option<String> {
    let rest = room.strip_prefix(&room_prefix(was))?;
    Some(team_room(Some(team), rest))
}

fn team_room(team: Option<&str>, event: &str) -> String {
    let prefix = team.map(room_prefix).unwrap_or_default();
    let name: String = format!("{prefix}{event}")
        .chars()
        .take(CHANNEL_NAME_MAX)
        .collect();
    name.trim_end().to_owned()
}

fn room_prefix(team: &str) -> String {
    format!("{team} · ")
}

fn channel(pattern: &Pattern, (event, series): (&str, &str), (date, year): (&str, &str)) -> String {
    let filled = pattern.fill(|placeholder| {
        let text = match placeholder {
            Placeholder::Event => event,
            Placeholder::Series => series,
            Placeholder::Date => date,
            Placeholder::Year => year,
            Placeholder::Number => "",
        };
        text.to_owned()
    });
    let slug = channel_slug(&filled);
    if slug.is_empty() { channel_slug(date) } else { slug }
}

/// Names that a pattern gives, for whoever sets it.
#[must_use]
pub fn preview(kind: PatternKind, pattern: &Pattern) -> String {
    match kind {
        PatternKind::Channel => channel(pattern, ("Monza 6h", "GT Endurance"), ("Nov-28", "2026")),
        PatternKind::Category => format!(
            "{}, {}",
            series_category("GT Endurance", 1, pattern),
            series_category("GT Endurance", 2, pattern)
        ),
    }
}

/// The topic of an event's text channel.
#[must_use]
pub fn event_topic(event: &Event) -> String {
    let seconds = event.starts_at.as_second();
    cut_utf16(
        &format!("{} · {} · <t:{seconds}:F>", event.series_name, event.name),
        TOPIC_MAX,
    )
}

/// The name of a series' n-th category, from 1: further ones are made when one is full. Their number stands where the
/// pattern puts it, else behind; what is too long is cut in front of it.
#[must_use]
pub fn series_category(series: &str, n: u32, pattern: &Pattern) -> String {
    let filled = pattern.fill(|placeholder| match placeholder {
        Placeholder::Series => series.to_owned(),
        Placeholder::Number => n.to_string(),
        Placeholder::Event | Placeholder::Date | Placeholder::Year => String::new(),
    });
    let numbered = pattern.has(Placeholder::Number) && filled.chars().count() <= CHANNEL_NAME_MAX;
    let behind = if numbered || n <= 1 {
        String::new()
    } else {
        format!(" {n}")
    };
    let room = CHANNEL_NAME_MAX - behind.len();
    let name: String = filled.chars().take(room).collect();
    format!("{}{behind}", name.trim())
}

/// Lower case, with `-` for everything that is no letter, digit or mark that belongs to one.
fn channel_slug(text: &str) -> String {
    let mut slug = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        let kept = c.is_alphanumeric() || (!c.is_ascii() && !c.is_whitespace() && !is_punctuation(c));
        if kept {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let cut: String = slug.chars().take(CHANNEL_NAME_MAX).collect();
    cut.trim_end_matches('-').to_owned()
}

/// General punctuation and CJK punctuation, which read as separators.
const fn is_punctuation(c: char) -> bool {
    matches!(c, '\u{00A1}'..='\u{00BF}' | '\u{00D7}' | '\u{00F7}' | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205E}' | '\u{3000}'..='\u{303F}' | '\u{30FB}' | '\u{FF01}'..='\u{FF0F}')
}

fn cut_utf16(text: &str, max: usize) -> String {
    let mut units = 0;
    text.chars()
        .take_while(|c| {
            units += c.len_utf16();
            units <= max
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::{EventKey, EventState};
    use crate::domain::ids::{ClubId, EventId, SeriesId, UserId};
    use proptest::prelude::*;

    #[test]
    fn names_become_slugs() {
        assert_eq!(channel_slug("Nov-28 Monza 6h"), "nov-28-monza-6h");
        assert_eq!(channel_slug("24 Heures d'Été (Spa!)"), "24-heures-d-été-spa");
        assert_eq!(channel_slug("鈴鹿・10時間 — Final"), "鈴鹿-10時間-final");
    }

    fn event(name: &str, start: &str) -> Event {
        Event {
            key: EventKey {
                club: ClubId::from_parts(1, 1),
                event: EventId::from_parts(1, 3),
            },
            series: SeriesId::from_parts(1, 2),
            series_name: "GT Endurance".to_owned(),
            name: name.to_owned(),
            description: String::new(),
            starts_at: start.parse().unwrap(),
            duration_min: 360,
            classes: Vec::new(),
            state: EventState::Open,
            opens_at: None,
            closes_at: None,
            state_since: None,
            cancelled_at: None,
            cancel_reason: None,
            unpublished: false,
            created_by: UserId(42),
            created_at: "2026-11-01T12:00:00Z".parse().unwrap(),
            version: 1,
        }
    }

    fn pattern(text: &str) -> Pattern {
        Pattern::read(text).unwrap()
    }

    #[test]
    fn categories_are_numbered_where_the_pattern_says_or_behind() {
        let named = |text, n| series_category("GT Sprint", n, &pattern(text));
        assert_eq!(named("{series}", 1), "GT Sprint");
        assert_eq!(named("{series}", 2), "GT Sprint 2");
        assert_eq!(named("Race: {series}", 12), "Race: GT Sprint 12");
        assert_eq!(named("{number}. {series}", 1), "1. GT Sprint");
        assert_eq!(named("{number}. {series}", 3), "3. GT Sprint");
    }

    #[test]
    fn a_long_name_keeps_its_number() {
        let long = "S".repeat(90);
        for text in ["{series} of the club {number}", "The series {series}"] {
            let names: Vec<_> = [1, 2, 10]
                .map(|n| series_category(&long, n, &pattern(text)))
                .to_vec();
            assert!(names.iter().all(|name| name.chars().count() <= 100), "{names:?}");
            assert!(names[1].ends_with('2') && names[2].ends_with("10"), "{names:?}");
        }
    }

    #[test]
    fn channels_are_named_by_their_pattern() {
        let event = event("Monza 6h!", "2026-12-31T23:30:00Z");
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let named = |text: &str| event_channel(&event, &zone, &pattern(text));
        assert_eq!(named("{date}-{event}"), "jan-01-monza-6h");
        assert_eq!(named("{year} {series} | {event}"), "2027-gt-endurance-monza-6h");
        assert_eq!(named("🏁 {event}"), "🏁-monza-6h");
        assert_eq!(named("@everyone <#1> **{event}**"), "everyone-1-monza-6h");
        let nameless = Event {
            name: "!!!".to_owned(),
            ..event.clone()
        };
        assert_eq!(event_channel(&nameless, &zone, &pattern("{event}")), "jan-01");
        assert_eq!(event_channel(&nameless, &zone, &pattern("…{event}…")), "jan-01");
    }

    #[test]
    fn rooms_are_named_as_the_channel_and_follow_their_team() {
        let event = event("Monza 6h!", "2026-12-31T23:30:00Z");
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let pattern = pattern("{date}-{event}");
        let named = |team| race_room(team, &event, &zone, &pattern);
        assert_eq!(named(None), "jan-01-monza-6h");
        let red = named(Some("Red"));
        assert_eq!(red, "Red · jan-01-monza-6h");
        assert_eq!(
            renamed_room(&red, ("Red", "Night Shift")).unwrap(),
            "Night Shift · jan-01-monza-6h"
        );
        assert_eq!(
            renamed_room("Pit wall", ("Red", "Night Shift")),
            None,
            "called otherwise by hand"
        );
        let long = race_room(
            Some(&"x".repeat(40)),
            &Event {
                name: "y".repeat(80),
                ..event.clone()
            },
            &zone,
            &pattern,
        );
        assert_eq!(long.chars().count(), CHANNEL_NAME_MAX);
    }

    proptest! {
        #[test]
        fn slugs_keep_discords_rules(text in ".{0,150}") {
            let slug = channel_slug(&format!("nov-28 {text}"));
            prop_assert!((1..=100).contains(&slug.chars().count()));
            prop_assert!(!slug.contains(char::is_whitespace) && !slug.ends_with('-') && !slug.contains("--"));
            prop_assert_eq!(channel_slug(&slug), slug.clone());
        }

        #[test]
        fn every_pattern_that_is_taken_gives_names_that_discord_takes(text in "\\PC{0,60}", name in "\\PC{1,80}", n in 1..2000_u32) {
            let event = event(&name, "2026-11-28T13:00:00Z");
            if let Ok(checked) = Pattern::check(PatternKind::Channel, &format!("{text}{{event}}")) {
                let channel = event_channel(&event, &TimeZone::UTC, &pattern(&checked));
                prop_assert!((1..=100).contains(&channel.chars().count()), "{channel:?}");
                prop_assert!(!channel.contains(char::is_whitespace));
            }
            if let Ok(checked) = Pattern::check(PatternKind::Category, &format!("{text}{{series}}")) {
                let category = series_category("GT", n, &pattern(&checked));
                prop_assert!((1..=100).contains(&category.chars().count()), "{category:?}");
            }
        }
    }
}
