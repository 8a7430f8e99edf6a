//! Names of channels and categories, by Discord's rules: 1-100 characters; text channels in lower case, without spaces.

use super::event::Event;
use jiff::tz::TimeZone;

/// Longest name that Discord takes for a channel (Discord docs, resources/channel).
const CHANNEL_NAME_MAX: usize = 100;
/// Longest topic of a text channel, in UTF-16 units: the stricter of the two ways to count.
const TOPIC_MAX: usize = 1024;

/// The name of an event's text channel: `nov-28-monza-6h`, by the date in the club's zone.
#[must_use]
pub fn event_channel(event: &Event, zone: &TimeZone) -> String {
    let date = event
        .starts_at
        .to_zoned(zone.clone())
        .strftime("%b-%d")
        .to_string();
    channel_slug(&format!("{date} {}", event.name))
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

/// The name of a series' n-th category, from 1: further ones are made when one is full.
#[must_use]
pub fn series_category(series: &str, n: u32) -> String {
    if n <= 1 {
        series.to_owned()
    } else {
        format!("{series} {n}")
    }
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
    use proptest::prelude::*;

    #[test]
    fn names_become_slugs() {
        assert_eq!(channel_slug("Nov-28 Monza 6h"), "nov-28-monza-6h");
        assert_eq!(channel_slug("24 Heures d'Été (Spa!)"), "24-heures-d-été-spa");
        assert_eq!(channel_slug("鈴鹿・10時間 — Final"), "鈴鹿-10時間-final");
        assert_eq!(series_category("GT Sprint", 1), "GT Sprint");
        assert_eq!(series_category("GT Sprint", 2), "GT Sprint 2");
    }

    proptest! {
        #[test]
        fn slugs_keep_discords_rules(text in ".{0,150}") {
            let slug = channel_slug(&format!("nov-28 {text}"));
            prop_assert!((1..=100).contains(&slug.chars().count()));
            prop_assert!(!slug.contains(char::is_whitespace) && !slug.ends_with('-') && !slug.contains("--"));
            prop_assert_eq!(channel_slug(&slug), slug.clone());
        }
    }
}
