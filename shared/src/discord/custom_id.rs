//! What Gantry writes into `custom_id`s and reads back. Compact, versioned, and strict: everything has exactly one
//! spelling, so that an id can be compared as text and a foreign or outdated one is never taken for ours.

use crate::domain::event::EventKey;
use crate::domain::ids::{ClubId, EventId, SeriesId};
use std::{fmt, str::FromStr};

/// Gantry, first version. A changed meaning takes a new number; messages posted before keep the old one.
const PREFIX: &str = "g1:";

/// Longest custom id that Discord takes, in characters (Discord docs, components).
pub const CUSTOM_ID_MAX: usize = 100;

/// Text that is no custom id of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a custom id of this version")]
pub struct UnknownCustomId;

/// The custom id of a button or select.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ComponentId {
    /// Button Sign up.
    SignUp {
        /// The event.
        event: EventId,
    },
    /// Select of a class; what comes back is a class id.
    ChooseClass {
        /// The event.
        event: EventId,
    },
    /// Button Not coming.
    NotComing {
        /// The event.
        event: EventId,
    },
    /// Button Leave.
    Leave {
        /// The event.
        event: EventId,
    },
    /// Button Availability.
    Availability {
        /// The event.
        event: EventId,
    },
    /// Button Details.
    Details {
        /// The event.
        event: EventId,
    },
    /// Button of the information message.
    Info {
        /// The event.
        event: EventId,
    },
    /// Button Details of a message in a DM, where no guild tells the club.
    DmDetails {
        /// Club and event.
        key: EventKey,
    },
    /// Button Unlink of the question that `/club unlink` asks.
    Unlink {
        /// The club that it asks about.
        club: ClubId,
    },
    /// Button Keep it of the same.
    KeepLink {
        /// The club.
        club: ClubId,
    },
}

/// The custom id of a modal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ModalId {
    /// A new event of this series.
    EventCreate {
        /// The series.
        series: SeriesId,
    },
    /// A change of an event.
    EventEdit {
        /// The event.
        event: EventId,
        /// Its version when the form was opened.
        version: u64,
    },
    /// What a driver says about themselves.
    Availability {
        /// The event.
        event: EventId,
    },
}

impl fmt::Display for ComponentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, event) = match self {
            Self::Unlink { club } => return write!(f, "{PREFIX}ul:{club}"),
            Self::KeepLink { club } => return write!(f, "{PREFIX}kl:{club}"),
            Self::SignUp { event } => ("su", event),
            Self::ChooseClass { event } => ("cc", event),
            Self::NotComing { event } => ("nc", event),
            Self::Leave { event } => ("lv", event),
            Self::Availability { event } => ("av", event),
            Self::Details { event } => ("dt", event),
            Self::Info { event } => ("in", event),
            Self::DmDetails { key } => return write!(f, "{PREFIX}dd:{}:{}", key.club, key.event),
        };
        write!(f, "{PREFIX}{kind}:{event}")
    }
}

impl FromStr for ComponentId {
    type Err = UnknownCustomId;

    fn from_str(text: &str) -> Result<Self, UnknownCustomId> {
        if let Ok(["dd", club, event]) = parts(text) {
            let club = club.parse().map_err(|_| UnknownCustomId)?;
            let event = event.parse().map_err(|_| UnknownCustomId)?;
            return Ok(Self::DmDetails {
                key: EventKey { club, event },
            });
        }
        let [kind, event] = parts(text)?;
        if let "ul" | "kl" = kind {
            let club = event.parse().map_err(|_| UnknownCustomId)?;
            return Ok(if kind == "ul" {
                Self::Unlink { club }
            } else {
                Self::KeepLink { club }
            });
        }
        let event = event.parse().map_err(|_| UnknownCustomId)?;
        Ok(match kind {
            "su" => Self::SignUp { event },
            "cc" => Self::ChooseClass { event },
            "nc" => Self::NotComing { event },
            "lv" => Self::Leave { event },
            "av" => Self::Availability { event },
            "dt" => Self::Details { event },
            "in" => Self::Info { event },
            _ => return Err(UnknownCustomId),
        })
    }
}

impl fmt::Display for ModalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EventCreate { series } => write!(f, "{PREFIX}ec:{series}"),
            Self::EventEdit { event, version } => write!(f, "{PREFIX}ee:{event}:{version}"),
            Self::Availability { event } => write!(f, "{PREFIX}av:{event}"),
        }
    }
}

impl FromStr for ModalId {
    type Err = UnknownCustomId;

    fn from_str(text: &str) -> Result<Self, UnknownCustomId> {
        if let Ok([kind, id]) = parts(text) {
            return match kind {
                "ec" => id.parse().map(|series| Self::EventCreate { series }),
                "av" => id.parse().map(|event| Self::Availability { event }),
                _ => return Err(UnknownCustomId),
            }
            .map_err(|_| UnknownCustomId);
        }
        let ["ee", event, version] = parts(text)? else {
            return Err(UnknownCustomId);
        };
        let event = event.parse().map_err(|_| UnknownCustomId)?;
        Ok(Self::EventEdit {
            event,
            version: canonical_number(version)?,
        })
    }
}

/// The text behind the prefix, split at every colon into exactly `N` parts.
fn parts<const N: usize>(text: &str) -> Result<[&str; N], UnknownCustomId> {
    if text.len() > CUSTOM_ID_MAX {
        return Err(UnknownCustomId);
    }
    let rest = text.strip_prefix(PREFIX).ok_or(UnknownCustomId)?;
    let parts: Vec<&str> = rest.split(':').collect();
    parts.try_into().map_err(|_| UnknownCustomId)
}

/// Digits without sign or leading zeros.
fn canonical_number(text: &str) -> Result<u64, UnknownCustomId> {
    let number: u64 = text.parse().map_err(|_| UnknownCustomId)?;
    if number.to_string() == text {
        Ok(number)
    } else {
        Err(UnknownCustomId)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn event() -> EventId {
        EventId::from_parts(1_900_000_000_000, 42)
    }

    fn components(event: EventId) -> [ComponentId; 9] {
        let club = ClubId::from_parts(5, 5);
        [
            ComponentId::Unlink { club },
            ComponentId::KeepLink { club },
            ComponentId::SignUp { event },
            ComponentId::ChooseClass { event },
            ComponentId::NotComing { event },
            ComponentId::Leave { event },
            ComponentId::Details { event },
            ComponentId::Info { event },
            ComponentId::DmDetails {
                key: EventKey { club, event },
            },
        ]
    }

    #[test]
    fn the_spelling_stays_as_posted_messages_have_it() {
        let event = EventId::from_parts(0, 1);
        let spelt = components(event).map(|id| id.to_string().replace(&event.to_string(), "E"));
        let club = ClubId::from_parts(5, 5);
        let of_dm = format!("g1:dd:{club}:E");
        let (unlink, keep) = (format!("g1:ul:{club}"), format!("g1:kl:{club}"));
        assert_eq!(
            spelt,
            [
                &unlink, &keep, "g1:su:E", "g1:cc:E", "g1:nc:E", "g1:lv:E", "g1:dt:E", "g1:in:E", &of_dm
            ]
        );
        let create = ModalId::EventCreate {
            series: SeriesId::from_parts(0, 1),
        };
        assert_eq!(create.to_string(), "g1:ec:00000000000000000000000001");
        let edit = ModalId::EventEdit { event, version: 7 };
        assert_eq!(edit.to_string(), "g1:ee:00000000000000000000000001:7");
    }

    #[test]
    fn no_second_spelling_is_taken() {
        let id = ComponentId::SignUp { event: event() }.to_string();
        let others = [
            id.to_lowercase(),
            id.to_uppercase(),
            format!(" {id}"),
            format!("{id} "),
            format!("{id}:"),
            format!("{id}\0"),
            id.replace("g1", "g2"),
            id.replace("g1", "g01"),
            id.replace("su", "SU"),
            id.replace("su", "xx"),
            id[..id.len() - 1].to_owned(),
            format!("g1:su:0{}", &id["g1:su:".len()..]),
            String::new(),
        ];
        for text in others {
            assert_eq!(text.parse::<ComponentId>(), Err(UnknownCustomId), "{text:?}");
        }
        for version in [
            "",
            "007",
            "+7",
            "-7",
            " 7",
            "7 ",
            "18446744073709551616",
            "7:8",
            "0x7",
            "٧",
        ] {
            let text = format!("g1:ee:{}:{version}", event());
            assert_eq!(text.parse::<ModalId>(), Err(UnknownCustomId), "{text:?}");
        }
    }

    #[test]
    fn components_and_modals_are_not_mixed_up() {
        for id in components(event()) {
            assert_eq!(id.to_string().parse::<ModalId>(), Err(UnknownCustomId));
        }
        let edit = ModalId::EventEdit {
            event: event(),
            version: 1,
        };
        assert_eq!(edit.to_string().parse::<ComponentId>(), Err(UnknownCustomId));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(millis in 0..(1_u64 << 48), random in 0..(1_u128 << 80), version: u64) {
            let event = EventId::from_parts(millis, random);
            for id in components(event) {
                prop_assert!(id.to_string().len() <= CUSTOM_ID_MAX);
                prop_assert_eq!(id.to_string().parse(), Ok(id));
            }
            let series = SeriesId::from_parts(millis, random);
            for id in [ModalId::EventCreate { series }, ModalId::EventEdit { event, version }] {
                prop_assert!(id.to_string().len() <= CUSTOM_ID_MAX);
                prop_assert_eq!(id.to_string().parse(), Ok(id));
            }
        }

        #[test]
        fn what_is_read_is_written_the_same(text in "g1:(su|dt|dd|ec|ee):[0-9][0-9A-HJKMNP-TV-Za-z]{25}(:[0-9]{1,3}|:[0-9A-HJKMNP-TV-Z]{26})?|g1:[a-z:]{0,40}|\\PC{0,120}") {
            if let Ok(id) = text.parse::<ComponentId>() {
                prop_assert_eq!(id.to_string(), text.as_str());
            }
            if let Ok(id) = text.parse::<ModalId>() {
                prop_assert_eq!(id.to_string(), text.as_str());
            }
        }

        #[test]
        fn one_changed_character_is_another_id_or_none(at in 0..32_usize, with in "[0-9A-Za-z:é]") {
            let id = ComponentId::Leave { event: event() };
            let mut text = id.to_string();
            text.replace_range(at..=at, &with);
            let changed = text != id.to_string();
            prop_assert_eq!(text.parse() != Ok(id), changed);
        }
    }
}
