//! What a delivery says: JSON, version 1. Fields that are not known are passed over, so that a program may say more than
//! this Gantry understands; what is known has to be as it should.

use super::pace::{Incident, Pace};
use crate::domain::ids::EventId;
use crate::domain::results::ROWS_MAX;
use crate::domain::text;
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The only version that there is.
const VERSION: u64 = 1;
/// Longest id of a delivery, in characters.
const ID_MAX: usize = 64;
/// Longest text of an incident, in code points.
const INCIDENT_MAX: usize = 200;
/// Longest name of a team or driver that is looked for, in characters.
const NAME_MAX: usize = 100;
/// The last place, and the last lap, that are believed.
const PLACE_MAX: u32 = 500;
const LAP_MAX: u32 = 100_000;
/// The longest gap that is believed: as long as the longest race.
const GAP_MAX_MS: u64 = 48 * 3600 * 1000;

/// One delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Names it within the club: a second one of this id has no effect.
    pub id: String,
    /// When it was signed; not later than it came.
    pub at: Timestamp,
    /// Of which event.
    pub event: EventId,
    /// What it says.
    pub message: Message,
}

/// What it says. A team is named by its id or its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Where a team stands.
    Position {
        /// The team.
        team: String,
        /// How it stands; its instant is the delivery's.
        pace: Pace,
    },
    /// Something happened.
    Incident {
        /// The team.
        team: String,
        /// What.
        incident: Incident,
    },
    /// A driver is in the car.
    DriverIn {
        /// The team.
        team: String,
        /// Account or name; the next in the plan if nobody is named.
        driver: Option<String>,
    },
    /// Nobody is in the car.
    DriverOut {
        /// The team.
        team: String,
    },
    /// How the race ended.
    Results {
        /// The drivers.
        entries: Vec<ResultEntry>,
        /// Whether they may take the place of results that are entered.
        replace: bool,
    },
}

/// How a driver came out, as text: read like a line of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResultEntry {
    /// The name.
    pub driver: String,
    /// The account's number.
    pub discord_id: String,
    /// The class.
    pub class: String,
    /// A place, or a word for none.
    pub place: String,
    /// Whether they drove the fastest lap of their class, as the program says it.
    pub fastest: bool,
    /// Their best lap, in milliseconds.
    pub best_lap_ms: Option<u64>,
}

/// Why a delivery cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unread {
    /// Not a JSON object.
    #[error("the body has to be a JSON object")]
    NotJson,
    /// Another version.
    #[error("`version` has to be 1")]
    Version,
    /// A type that is not known.
    #[error("`type` has to be `position`, `incident`, `driver_in`, `driver_out` or `results`")]
    Kind,
    /// A field is missing or not as it should be.
    #[error("{0}")]
    Field(String),
}

#[derive(Deserialize)]
struct PositionBody {
    team: String,
    position: u32,
    class_position: Option<u32>,
    gap_ms: Option<u64>,
    gap_laps: Option<u32>,
    interval_ms: Option<u64>,
    lap: Option<u32>,
}

#[derive(Deserialize)]
struct IncidentBody {
    team: String,
    text: String,
    lap: Option<u32>,
}

#[derive(Deserialize)]
struct DriverBody {
    team: String,
    driver: Option<String>,
}

#[derive(Deserialize)]
struct ResultsBody {
    results: Vec<EntryBody>,
    #[serde(default)]
    replace: bool,
}

#[derive(Deserialize)]
struct EntryBody {
    driver: String,
    discord_id: Option<String>,
    class: Option<String>,
    position: Option<u32>,
    status: Option<String>,
    #[serde(default)]
    fastest_lap: bool,
    best_lap_ms: Option<u64>,
}

/// Reads a verified body that was signed at `at`.
///
/// # Errors
/// [`Unread`]; its text is for whoever sent the body.
pub fn read(body: &[u8], at: Timestamp) -> Result<Delivery, Unread> {
    let value: Value = serde_json::from_slice(body).map_err(|_| Unread::NotJson)?;
    if !value.is_object() {
        return Err(Unread::NotJson);
    }
    if value["version"].as_u64() != Some(VERSION) {
        return Err(Unread::Version);
    }
    let id = value["id"].as_str().unwrap_or_default().to_owned();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | ':' | '-');
    if id.is_empty() || id.len() > ID_MAX || !id.chars().all(plain) {
        return Err(Unread::Field(format!(
            "`id` has to be 1 to {ID_MAX} letters, digits, or any of . _ : -"
        )));
    }
    let event = value["event"].as_str().and_then(|event| event.parse().ok());
    let event = event.ok_or_else(|| {
        Unread::Field("`event` has to be an event's id, which /telemetry status shows".to_owned())
    })?;
    let message = match value["type"].as_str().unwrap_or_default() {
        "position" => position(part(value)?, at)?,
        "incident" => incident(part(value)?, at)?,
        "driver_in" => {
            let DriverBody { team, driver } = part(value)?;
            let driver = driver.map(|driver| named("driver", driver)).transpose()?;
            Message::DriverIn {
                team: named("team", team)?,
                driver,
            }
        }
        "driver_out" => Message::DriverOut {
            team: named("team", part::<DriverBody>(value)?.team)?,
        },
        "results" => results(part(value)?)?,
        _ => return Err(Unread::Kind),
    };
    Ok(Delivery {
        id,
        at,
        event,
        message,
    })
}

fn part<T: DeserializeOwned>(value: Value) -> Result<T, Unread> {
    serde_json::from_value(value)
        .map_err(|error| Unread::Field(error.to_string().chars().take(200).collect()))
}

fn named(field: &str, name: String) -> Result<String, Unread> {
    let name = name.trim().to_owned();
    if (1..=NAME_MAX).contains(&name.chars().count()) {
        Ok(name)
    } else {
        Err(Unread::Field(format!(
            "`{field}` has to have 1 to {NAME_MAX} characters"
        )))
    }
}

fn within<T: PartialOrd + std::fmt::Display>(field: &str, number: T, least: T, most: T) -> Result<T, Unread> {
    if number < least || number > most {
        return Err(Unread::Field(format!("`{field}` has to be {least} to {most}")));
    }
    Ok(number)
}

fn maybe<T: PartialOrd + std::fmt::Display>(
    field: &str,
    number: Option<T>,
    least: T,
    most: T,
) -> Result<Option<T>, Unread> {
    number
        .map(|number| within(field, number, least, most))
        .transpose()
}

fn position(body: PositionBody, at: Timestamp) -> Result<Message, Unread> {
    let pace = Pace {
        at,
        position: within("position", body.position, 1, PLACE_MAX)?,
        class_position: maybe("class_position", body.class_position, 1, PLACE_MAX)?,
        gap_ms: maybe("gap_ms", body.gap_ms, 0, GAP_MAX_MS)?,
        gap_laps: maybe("gap_laps", body.gap_laps, 0, LAP_MAX)?,
        interval_ms: maybe("interval_ms", body.interval_ms, 0, GAP_MAX_MS)?,
        lap: maybe("lap", body.lap, 0, LAP_MAX)?,
    };
    let team = named("team", body.team)?;
    Ok(Message::Position { team, pace })
}

fn incident(body: IncidentBody, at: Timestamp) -> Result<Message, Unread> {
    let text = text::line(&body.text, INCIDENT_MAX);
    let text =
        text.map_err(|_| Unread::Field(format!("`text` has to have 1 to {INCIDENT_MAX} characters")))?;
    let incident = Incident {
        at,
        text,
        lap: maybe("lap", body.lap, 0, LAP_MAX)?,
    };
    let team = named("team", body.team)?;
    Ok(Message::Incident { team, incident })
}

fn results(body: ResultsBody) -> Result<Message, Unread> {
    within("results, in number", body.results.len(), 1, ROWS_MAX)?;
    let entry = |entry: EntryBody| ResultEntry {
        place: match (entry.status, entry.position) {
            (Some(status), _) if status != "finished" => status,
            (_, Some(place)) => place.to_string(),
            (_, None) => String::new(),
        },
        driver: entry.driver,
        discord_id: entry.discord_id.unwrap_or_default(),
        class: entry.class.unwrap_or_default(),
        fastest: entry.fastest_lap,
        best_lap_ms: entry.best_lap_ms,
    };
    Ok(Message::Results {
        replace: body.replace,
        entries: body.results.into_iter().map(entry).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    const EVENT: &str = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

    fn at() -> Timestamp {
        "2026-11-28T14:00:00Z".parse().unwrap()
    }

    fn said(more: &Value) -> Result<Delivery, Unread> {
        let mut body = json!({ "version": 1, "id": "a-1", "event": EVENT });
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        read(body.to_string().as_bytes(), at())
    }

    fn message(more: &Value) -> Message {
        said(more).unwrap().message
    }

    #[test]
    fn each_type_is_read_and_what_is_not_known_is_passed_over() {
        let found = message(
            &json!({ "type": "position", "team": " Red ", "position": 3, "class_position": 2,
            "gap_ms": 83_456, "lap": 120, "tyres": { "left": 3 }, "interval_ms": null }),
        );
        let Message::Position { team, pace } = found else {
            panic!("{found:?}")
        };
        assert_eq!(team, "Red");
        assert_eq!(
            (pace.position, pace.class_position, pace.gap_ms),
            (3, Some(2), Some(83_456))
        );
        assert_eq!((pace.lap, pace.interval_ms, pace.at), (Some(120), None, at()));
        let found =
            message(&json!({ "type": "incident", "team": "Red", "text": "Contact\nwith #44", "lap": 7 }));
        let Message::Incident { incident, .. } = found else {
            panic!("{found:?}")
        };
        assert_eq!(incident.text, "Contact with #44");
        assert_eq!(
            message(&json!({ "type": "driver_in", "team": "Red" })),
            Message::DriverIn {
                team: "Red".into(),
                driver: None
            }
        );
        assert_eq!(
            message(&json!({ "type": "driver_out", "team": "Red", "driver": "Ana" })),
            Message::DriverOut { team: "Red".into() }
        );
        let entries = json!([
            { "driver": "Ana", "position": 1, "best_lap_ms": 98_000, "car": "7" },
            { "driver": "Bo", "status": "dnf", "position": 9, "class": "GT4", "discord_id": "12" },
            { "driver": "Cy", "status": "finished", "position": 2, "fastest_lap": true },
        ]);
        let found = message(&json!({ "type": "results", "results": entries }));
        let Message::Results { entries, replace } = found else {
            panic!("{found:?}")
        };
        let places: Vec<_> = entries.iter().map(|entry| entry.place.as_str()).collect();
        assert_eq!((places, replace), (vec!["1", "dnf", "2"], false));
    }

    #[test]
    fn faults_are_named() {
        let fault = |more: &Value| said(more).unwrap_err().to_string();
        let position = |field: &str, value: Value| {
            let mut more = json!({ "type": "position", "team": "Red", "position": 3 });
            more[field] = value;
            fault(&more)
        };
        assert_eq!(fault(&json!({})), Unread::Kind.to_string());
        assert_eq!(fault(&json!({ "version": 2 })), "`version` has to be 1");
        assert!(fault(&json!({ "id": "a b" })).starts_with("`id` has to be"));
        assert!(fault(&json!({ "id": "x".repeat(65) })).starts_with("`id` has to be"));
        assert!(fault(&json!({ "event": "spa" })).starts_with("`event` has to be"));
        assert_eq!(
            fault(&json!({ "type": "position", "team": "Red" })),
            "missing field `position`"
        );
        assert_eq!(position("position", json!(0)), "`position` has to be 1 to 500");
        assert_eq!(position("position", json!(501)), "`position` has to be 1 to 500");
        assert_eq!(
            position("gap_ms", json!(172_800_001_u64)),
            "`gap_ms` has to be 0 to 172800000"
        );
        assert_eq!(
            position("team", json!("")),
            "`team` has to have 1 to 100 characters"
        );
        assert!(position("lap", json!(-1)).contains("-1"));
        let long = json!({ "type": "incident", "team": "Red", "text": "x".repeat(201) });
        assert_eq!(fault(&long), "`text` has to have 1 to 200 characters");
        let many = json!({ "type": "results", "results": vec![json!({ "driver": "A" }); 501] });
        assert_eq!(fault(&many), "`results, in number` has to be 1 to 500");
        assert_eq!(read(b"[]", at()), Err(Unread::NotJson));
        assert_eq!(read(b"\xFF", at()), Err(Unread::NotJson));
    }

    proptest! {
        #[test]
        fn no_body_makes_it_panic(body in ".{0,200}", kind in "position|incident|driver_in|results", field in "[a-z_]{1,8}", value in ".{0,20}") {
            let _ = read(body.as_bytes(), at());
            let mut more = json!({ "type": kind, "team": "Red", "position": 1, "text": "x", "results": [] });
            more[field] = json!(value);
            let _ = said(&more);
        }
    }
}
