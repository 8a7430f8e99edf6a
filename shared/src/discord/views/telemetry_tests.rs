//! What is said about telemetry: as it reads, and within Discord's limits whatever programs send.

use super::fixtures::at;
use super::*;
use crate::domain::club::Colour;
use crate::domain::ids::{ClubId, EventId, TeamId, UserId};
use crate::domain::telemetry::{EventIds, Incident, Pace, TelemetryDone, TelemetrySecret, TelemetryShown};
use proptest::prelude::*;

const COLOUR: Colour = Colour(0x1E_90_FF);

fn pace(position: u32) -> Pace {
    Pace {
        at: at("2026-11-28T14:00:00Z"),
        position,
        class_position: Some(2),
        gap_ms: Some(83_456),
        gap_laps: None,
        interval_ms: Some(2_005),
        lap: Some(120),
    }
}

fn told(done: TelemetryDone) -> TelemetryShown {
    TelemetryShown {
        colour: COLOUR,
        club: ClubId::from_parts(1, 1),
        done,
    }
}

fn said(notice: &Notice<'_>) -> String {
    let body = Views::default().render(notice).body;
    let embed = &body["embeds"][0];
    let fields = embed["fields"].as_array().unwrap().iter();
    let fields = fields.map(|field| format!("\n{}: {}", field["name"], field["value"]));
    format!(
        "{}\n{}{}",
        embed["title"].as_str().unwrap(),
        embed["description"].as_str().unwrap_or_default(),
        fields.collect::<String>()
    )
}

#[test]
fn telemetry_in_words() {
    let secret = TelemetrySecret::from_random([1, 2]);
    let since = Some((UserId(42), at("2026-11-21T09:00:00Z")));
    let event = Some(EventIds {
        event: EventId::from_parts(1, 3),
        name: "Monza *6h*".to_owned(),
        teams: vec![(TeamId::from_parts(1, 4), "Red <@1>".to_owned())],
    });
    let answers = [
        (
            told(TelemetryDone::Connected {
                secret: secret.clone(),
                replaced: false,
            }),
            Some("https://gantry.test"),
        ),
        (
            told(TelemetryDone::Connected {
                secret,
                replaced: true,
            }),
            None,
        ),
        (told(TelemetryDone::Revoked { ended: true }), None),
        (told(TelemetryDone::Revoked { ended: false }), None),
        (
            told(TelemetryDone::Shown {
                since: None,
                event: None,
            }),
            None,
        ),
        (
            told(TelemetryDone::Shown { since, event }),
            Some("https://gantry.test"),
        ),
    ];
    let mut texts: Vec<String> = answers
        .iter()
        .map(|(shown, base)| said(&Notice::Telemetry { shown, base: *base }))
        .collect();
    let lapped = Pace {
        gap_laps: Some(2),
        ..pace(9)
    };
    let far = Pace {
        gap_ms: Some(3_723_004),
        interval_ms: None,
        class_position: None,
        ..pace(4)
    };
    for pace in [&pace(3), &lapped, &far, &pace(1)] {
        texts.push(said(&Notice::TeamPace {
            colour: COLOUR,
            event: "Monza 6h",
            team: "Red *1*",
            pace,
        }));
    }
    for (number, text, lap) in [
        (1, "Contact with #44 in **T3**", Some(34)),
        (2, "@everyone <@1>", None),
    ] {
        let incident = &Incident {
            at: at("2026-11-28T14:00:00Z"),
            text: text.to_owned(),
            lap,
        };
        texts.push(said(&Notice::TeamIncident {
            colour: COLOUR,
            team: "Red",
            number,
            incident,
        }));
    }
    insta::assert_snapshot!(texts.join("\n---\n"));
}

#[test]
fn incidents_of_the_same_words_have_titles_of_their_own() {
    let incident = &Incident {
        at: at("2026-11-28T14:00:00Z"),
        text: "Spin".to_owned(),
        lap: Some(7),
    };
    let title = |team: &str, number: u64| {
        let told = Notice::TeamIncident {
            colour: COLOUR,
            team,
            number,
            incident,
        };
        Views::default().render(&told).body["embeds"][0]["title"].clone()
    };
    assert_ne!(title("Red", 1), title("Red", 2));
    assert_ne!(title("Red", 1), title("Blue", 1));
}

proptest! {
    #[test]
    fn whatever_is_sent_fits(team in ".{0,60}", event in ".{0,100}", words in ".{1,200}", gap in 0..172_800_000_u64, laps in 0..9_u32) {
        let pace = Pace { gap_ms: Some(gap), gap_laps: Some(laps), ..pace(2) };
        let incident = &Incident { at: pace.at, text: words, lap: Some(laps) };
        for notice in [
            Notice::TeamPace { colour: COLOUR, event: &event, team: &team, pace: &pace },
            Notice::TeamIncident { colour: COLOUR, team: &team, number: u64::MAX, incident },
        ] {
            let body = Views::default().render(&notice).body;
            let embed = &body["embeds"][0];
            prop_assert!(text::len(embed["title"].as_str().unwrap()) <= 256);
            prop_assert!(text::len(embed["description"].as_str().unwrap()) <= 4096);
        }
    }
}
