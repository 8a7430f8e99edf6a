//! What a member has said about how Gantry is to deal with them: the zone in which they type, and how they are told of
//! what concerns them.
//!
//! Whoever tells a member of something asks [`Wishes::way`]; what the member left open follows the club's settings.

use super::club::{Colour, ZoneName};
use super::ids::{ClubId, UserId};
use super::refusal::{Field, FormFault, Problem};
use super::settings::{HOURS_AHEAD_MAX, Kind, Notification, REMINDERS_MAX, Settings, Value};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// Longest lead of a stint's alert: that of the setting `stints.lead_time`.
pub(crate) const LEAD_MAX_MIN: u32 = 120;
/// What is typed to do as the club does.
const AS_THE_CLUB: &str = "club";
/// What is typed for all of the club's reminders.
const ALL: &str = "all";

/// How somebody is told of something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Where the others are told, with a mention: the event's channel, or the team's thread.
    #[default]
    Public,
    /// By DM; where that cannot be, as [`Way::Public`].
    Dm,
    /// Not at all.
    Nobody,
}

impl Way {
    /// The way of that name, as the commands have it.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "channel" | "thread" => Some(Self::Public),
            "dm" => Some(Self::Dm),
            "none" => Some(Self::Nobody),
            _ => None,
        }
    }
}

/// What somebody is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Telling {
    /// Their race starts in so many hours.
    Reminder {
        /// Hours before the start.
        hours: u32,
    },
    /// Their race has started.
    Start,
    /// Their stint begins soon, or they are next.
    Stint,
}

/// A member's wishes. What is not there is left to the club.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wishes {
    /// The club.
    pub club: ClubId,
    /// Whose they are.
    pub user: UserId,
    /// The zone in which the times that they type are read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<ZoneName>,
    /// How they are reminded of a race.
    #[serde(default)]
    pub reminders: Way,
    /// Of the club's reminders only those so many hours before the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reminder_hours: Option<Vec<u32>>,
    /// How they are told of their stints.
    #[serde(default)]
    pub stints: Way,
    /// Minutes before a stint at which they are told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stint_lead_min: Option<u32>,
    /// Counts the changes; 0 before the first.
    pub version: u64,
}

impl Wishes {
    /// Of somebody who has not said anything.
    #[must_use]
    pub const fn none(club: ClubId, user: UserId) -> Self {
        Self {
            club,
            user,
            zone: None,
            reminders: Way::Public,
            reminder_hours: None,
            stints: Way::Public,
            stint_lead_min: None,
            version: 0,
        }
    }

    /// How this member is told of it. A DM that the club does not send is said where the others are told.
    #[must_use]
    pub fn way(&self, telling: Telling, settings: &Settings) -> Way {
        let dm = |way: Way, notification| match way {
            Way::Dm if !settings.notifies(notification) => Way::Public,
            way => way,
        };
        match telling {
            Telling::Reminder { hours } => {
                let wanted = self
                    .reminder_hours
                    .as_ref()
                    .is_none_or(|chosen| chosen.contains(&hours));
                match self.reminders {
                    _ if !wanted => Way::Nobody,
                    way => dm(way, Notification::Reminder),
                }
            }
            // The start is told to everybody at once; only who wants to hear nothing is not mentioned.
            Telling::Start => match self.reminders {
                Way::Nobody => Way::Nobody,
                Way::Public | Way::Dm => Way::Public,
            },
            Telling::Stint if settings.stint_alerts() => dm(self.stints, Notification::Stint),
            Telling::Stint => Way::Nobody,
        }
    }

    /// How long before a stint this member is told.
    #[must_use]
    pub fn stint_lead(&self, settings: &Settings) -> SignedDuration {
        self.stint_lead_min.map_or_else(
            || settings.stint_lead(),
            |minutes| SignedDuration::from_mins(i64::from(minutes)),
        )
    }

    /// How long before a stint this member is told of it; nothing if they are not.
    #[must_use]
    pub fn told_before_stint(&self, settings: &Settings) -> Option<SignedDuration> {
        match self.way(Telling::Stint, settings) {
            Way::Nobody => None,
            Way::Public | Way::Dm => Some(self.stint_lead(settings)),
        }
    }

    /// The zone in which what this member types is read.
    #[must_use]
    pub fn zone_or(&self, club: &ZoneName) -> ZoneName {
        self.zone.clone().unwrap_or_else(|| club.clone())
    }

    /// The wishes after a change; the same version if it changes nothing.
    ///
    /// # Errors
    /// What is wrong with what was typed.
    pub fn after(&self, change: &WishChange) -> Result<Self, FormFault> {
        let mut after = self.clone();
        match change {
            WishChange::Zone { typed } => after.zone = zone(typed)?,
            WishChange::Stints { way, lead } => {
                after.stints = way.unwrap_or(self.stints);
                if let Some(typed) = lead {
                    after.stint_lead_min = minutes(typed)?;
                }
            }
            WishChange::Reminders { way, hours } => {
                after.reminders = way.unwrap_or(self.reminders);
                if let Some(typed) = hours {
                    after.reminder_hours = reminder_hours(typed)?;
                }
            }
        }
        if after != *self {
            after.version += 1;
        }
        Ok(after)
    }
}

/// How long before a stint each driver is told of it, nothing if they are not; `wishes` are those of the drivers who have said
/// anything.
pub fn stint_leads<'a>(
    wishes: &'a [Wishes],
    settings: &'a Settings,
) -> impl Fn(UserId) -> Option<SignedDuration> + use<'a> {
    let of_the_club = settings.stint_alerts().then(|| settings.stint_lead());
    move |driver| {
        let own = wishes.iter().find(|wishes| wishes.user == driver);
        own.map_or(of_the_club, |own| own.told_before_stint(settings))
    }
}

/// What a member changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WishChange {
    /// `/me timezone`.
    Zone {
        /// A zone's name, or `club`.
        typed: String,
    },
    /// `/me alerts`.
    Stints {
        /// How; as before if left out.
        way: Option<Way>,
        /// Such as `15m`, or `club`; as before if left out.
        lead: Option<String>,
    },
    /// `/me reminders`.
    Reminders {
        /// How; as before if left out.
        way: Option<Way>,
        /// Such as `24, 1`, or `all`; as before if left out.
        hours: Option<String>,
    },
}

/// What is shown of a member's wishes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WishesShown {
    /// The accent of the club.
    pub colour: Colour,
    /// The wishes.
    pub wishes: Wishes,
    /// The club's zone.
    pub club_zone: ZoneName,
    /// The hours at which the club reminds, the largest first.
    pub club_hours: Vec<u32>,
    /// Minutes before a stint at which the club tells its driver; nothing if it does not.
    pub club_lead_min: Option<i64>,
    /// Whether the club sends reminders by DM at all.
    pub reminder_dms: bool,
    /// Whether the club sends stint alerts by DM at all.
    pub stint_dms: bool,
}

impl WishesShown {
    /// The wishes beside what the club has set.
    #[must_use]
    pub fn of(wishes: Wishes, settings: &Settings) -> Self {
        Self {
            colour: settings.colour(),
            wishes,
            club_zone: settings.time_zone(),
            club_hours: settings.reminder_hours().to_vec(),
            club_lead_min: settings
                .stint_alerts()
                .then(|| settings.stint_lead().as_secs() / 60),
            reminder_dms: settings.notifies(Notification::Reminder),
            stint_dms: settings.notifies(Notification::Stint),
        }
    }
}

fn zone(typed: &str) -> Result<Option<ZoneName>, FormFault> {
    if typed.trim().eq_ignore_ascii_case(AS_THE_CLUB) {
        return Ok(None);
    }
    ZoneName::parse(typed).map(Some).ok_or(FormFault {
        field: Field::TimeZone,
        problem: Problem::UnknownZone,
    })
}

fn minutes(typed: &str) -> Result<Option<u32>, FormFault> {
    if typed.trim().eq_ignore_ascii_case(AS_THE_CLUB) {
        return Ok(None);
    }
    let kind = Kind::Length {
        min: 1,
        max: LEAD_MAX_MIN,
    };
    match kind.parse(typed) {
        Ok(Value::Length(minutes)) => Ok(Some(minutes)),
        _ => Err(FormFault {
            field: Field::Lead,
            problem: Problem::NotALead { max: LEAD_MAX_MIN },
        }),
    }
}

fn reminder_hours(typed: &str) -> Result<Option<Vec<u32>>, FormFault> {
    if typed.trim().eq_ignore_ascii_case(ALL) {
        return Ok(None);
    }
    let kind = Kind::Hours {
        most: REMINDERS_MAX,
        max: HOURS_AHEAD_MAX,
    };
    match kind.parse(typed) {
        Ok(Value::Hours(hours)) if !hours.is_empty() => Ok(Some(hours)),
        _ => Err(FormFault {
            field: Field::Hours,
            problem: Problem::NotHours { most: REMINDERS_MAX },
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::settings::{ClubSettings, OperatorOverrides};
    use proptest::prelude::*;

    fn none() -> Wishes {
        Wishes::none(ClubId::from_parts(1, 1), UserId(7))
    }

    fn club(values: &[(&str, serde_json::Value)]) -> Settings {
        let values = values.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
        Settings::resolve(
            OperatorOverrides::default(),
            ClubSettings {
                values,
                ..ClubSettings::default()
            },
        )
    }

    fn reminders(way: Way, hours: &str) -> Wishes {
        let change = WishChange::Reminders {
            way: Some(way),
            hours: Some(hours.to_owned()),
        };
        none().after(&change).unwrap()
    }

    #[test]
    fn who_says_nothing_is_told_as_the_club_does() {
        let settings = club(&[]);
        for telling in [Telling::Reminder { hours: 24 }, Telling::Start, Telling::Stint] {
            assert_eq!(none().way(telling, &settings), Way::Public, "{telling:?}");
        }
        assert_eq!(none().stint_lead(&settings), SignedDuration::from_mins(15));
        let berlin = ZoneName::parse("Europe/Berlin").unwrap();
        assert_eq!(none().zone_or(&berlin), berlin);
    }

    #[test]
    fn only_the_chosen_reminders_come_and_the_start_is_for_all_who_want_to_hear() {
        let settings = club(&[]);
        let wishes = reminders(Way::Dm, "1, 6");
        assert_eq!(wishes.way(Telling::Reminder { hours: 1 }, &settings), Way::Dm);
        assert_eq!(
            wishes.way(Telling::Reminder { hours: 24 }, &settings),
            Way::Nobody
        );
        assert_eq!(wishes.way(Telling::Start, &settings), Way::Public);
        let silent = reminders(Way::Nobody, "all");
        assert_eq!(silent.way(Telling::Reminder { hours: 1 }, &settings), Way::Nobody);
        assert_eq!(silent.way(Telling::Start, &settings), Way::Nobody);
        assert_eq!(
            silent.way(Telling::Stint, &settings),
            Way::Public,
            "another matter"
        );
    }

    #[test]
    fn a_club_without_such_dms_tells_in_public() {
        let settings = club(&[("notices.types", serde_json::json!(["promoted"]))]);
        let wishes = reminders(Way::Dm, "all");
        assert_eq!(wishes.way(Telling::Reminder { hours: 1 }, &settings), Way::Public);
        let quiet = club(&[("stints.alerts", serde_json::json!(false))]);
        assert_eq!(none().way(Telling::Stint, &quiet), Way::Nobody);
    }

    #[test]
    fn a_lead_of_ones_own_and_back_to_the_clubs() {
        let settings = club(&[]);
        let lead = |typed: &str| WishChange::Stints {
            way: None,
            lead: Some(typed.to_owned()),
        };
        let own = none().after(&lead("25m")).unwrap();
        assert_eq!(own.stint_lead(&settings), SignedDuration::from_mins(25));
        assert_eq!((own.version, own.stints), (1, Way::Public));
        let back = own.after(&lead("Club")).unwrap();
        assert_eq!((back.stint_lead_min, back.version), (None, 2));
        for typed in ["0m", "3h", "soon", ""] {
            assert_eq!(
                none().after(&lead(typed)).unwrap_err().field,
                Field::Lead,
                "{typed}"
            );
        }
        for typed in ["none", "0", "1, 2, 3, 4, 5, 6, 7", "x"] {
            let change = WishChange::Reminders {
                way: None,
                hours: Some(typed.to_owned()),
            };
            assert_eq!(none().after(&change).unwrap_err().field, Field::Hours, "{typed}");
        }
    }

    proptest! {
        #[test]
        fn a_change_once_more_changes_nothing(zone in "(UTC|club|Europe/Berlin|Asia/Tokyo)", lead in 1..120_u32) {
            let first = none().after(&WishChange::Zone { typed: zone.clone() }).unwrap();
            prop_assert_eq!(&first.after(&WishChange::Zone { typed: zone }).unwrap(), &first);
            let change = WishChange::Stints { way: Some(Way::Dm), lead: Some(format!("{lead}m")) };
            let second = first.after(&change).unwrap();
            prop_assert_eq!(&second.after(&change).unwrap(), &second);
            let json = serde_json::to_string(&second).unwrap();
            prop_assert_eq!(serde_json::from_str::<Wishes>(&json).unwrap(), second);
        }

        #[test]
        fn whatever_is_typed_is_taken_or_refused(typed in any::<String>()) {
            let _ = none().after(&WishChange::Zone { typed: typed.clone() });
            let _ = none().after(&WishChange::Stints { way: None, lead: Some(typed.clone()) });
            let _ = none().after(&WishChange::Reminders { way: None, hours: Some(typed) });
        }
    }
}
