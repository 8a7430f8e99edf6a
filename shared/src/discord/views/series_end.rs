//! A series that is over, in figures.

use super::embed::{Embed, FIELD_VALUE_MAX};
use super::lists::{List, Style};
use super::{embed_body, phrases};
use crate::domain::club::Club;
use crate::domain::ids::ChannelId;
use crate::domain::series_end::{Most, SeriesStatistics};
use serde_json::Value;

/// Names of one line are shown up to here, in UTF-16 units.
const NAMES_MAX: usize = 300;

/// The title tells it from other messages in the channel.
pub(super) fn ended(club: &Club, name: &str, counted: &SeriesStatistics) -> Value {
    let embed = Embed::new(club.colour, format!("Season over: {}", phrases::name(name))).line(format!(
        "{}, {}, {}.",
        number(counted.races, "race", "races"),
        number(counted.drivers, "driver", "drivers"),
        number(counted.starts as usize, "start", "starts")
    ));
    let champions = counted.champions.iter().map(|champions| {
        format!(
            "{}: **{}** · {}",
            phrases::name(&champions.class),
            names(&champions.names),
            number(champions.points as usize, "point", "points")
        )
    });
    let champions = List::new(Style::Lines, champions.collect()).fit(FIELD_VALUE_MAX);
    let mut lines = vec![
        most("Most wins", counted.wins.as_ref()),
        most("Most podiums", counted.podiums.as_ref()),
        most("Most fastest laps", counted.fastest.as_ref()),
        most("Most starts", counted.attendance.as_ref()),
    ];
    if counted.races > 1 && counted.ever_present > 0 {
        lines.push(Some(format!(
            "In every race: {}",
            number(counted.ever_present, "driver", "drivers")
        )));
    }
    if counted.retired > 0 {
        lines.push(Some(format!(
            "Not finished: {}",
            number(counted.retired as usize, "start", "starts")
        )));
    }
    let lines = List::new(Style::Lines, lines.into_iter().flatten().collect()).fit(FIELD_VALUE_MAX);
    embed_body(
        embed
            .field("Champions", champions, false)
            .field("The season", lines, false),
    )
}

pub(super) fn stands(name: &str, channel: ChannelId) -> String {
    format!(
        "**{}** is over. Its statistics stand in {}, and follow when a result is corrected.",
        phrases::name(name),
        phrases::channel(channel)
    )
}

fn most(what: &str, most: Option<&Most>) -> Option<String> {
    let most = most?;
    Some(format!("{what}: **{}** · {}", names(&most.names), most.count))
}

fn names(all: &[String]) -> String {
    let names = all.iter().map(|name| phrases::driver(name)).collect();
    List::new(Style::Row, names).fit(NAMES_MAX)
}

fn number(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::club;
    use super::*;
    use crate::discord::text;
    use crate::domain::series_end::Champions;
    use proptest::prelude::*;

    fn most_of(names: &[&str], count: u32) -> Option<Most> {
        Some(Most {
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            count,
        })
    }

    fn counted(names: Vec<String>, classes: usize) -> SeriesStatistics {
        let champions = |n: usize| Champions {
            class: format!("GT{n}"),
            names: names.clone(),
            points: 44,
        };
        SeriesStatistics {
            races: 4,
            drivers: 21,
            starts: 70,
            retired: 6,
            champions: (0..classes).map(champions).collect(),
            wins: most_of(&["Ana *Souza*"], 2),
            podiums: most_of(&["Ana *Souza*", "<@1>"], 3),
            fastest: None,
            attendance: most_of(&["Zoë"], 4),
            ever_present: 1,
        }
    }

    #[test]
    fn a_season_in_words() {
        let body = ended(
            &club(),
            "Winter *Cup*",
            &counted(vec!["Ana".into(), "Bo".into()], 2),
        );
        insta::assert_snapshot!(serde_json::to_string_pretty(&body).unwrap_or_default());
        insta::assert_snapshot!(stands("Winter *Cup*", ChannelId(7)));
    }

    proptest! {
        #[test]
        fn whatever_the_names_it_fits(name in ".{0,60}", driver in ".{0,40}", classes in 0..11_usize, drivers in 0..60_usize) {
            let body = ended(&club(), &name, &counted(vec![driver; drivers], classes));
            let embed = &body["embeds"][0];
            prop_assert!(text::len(embed["title"].as_str().unwrap_or_default()) <= 256);
            for field in embed["fields"].as_array().into_iter().flatten() {
                prop_assert!(text::len(field["value"].as_str().unwrap_or_default()) <= 1024);
            }
        }
    }
}
