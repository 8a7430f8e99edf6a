//! Clubs.

use super::ids::{ClubId, GuildId, UserId};
use super::refusal::{Field, FormFault, Problem};
use super::text;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// Longest club name, in code points.
pub const CLUB_NAME_MAX: usize = 50;

/// A racing club, linked to one guild.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Club {
    /// Its id.
    pub id: ClubId,
    /// The Discord server that it is linked to; none once it was unlinked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guild: Option<GuildId>,
    /// Since when Gantry is known to be missing from that server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost_at: Option<Timestamp>,
    /// Its name, 1-50 code points.
    pub name: String,
    /// The name's comparison form, unique among all clubs.
    pub slug: String,
    /// The accent of its messages, as its settings have it.
    pub colour: Colour,
    /// The zone in which its times are typed, as its settings have it.
    pub time_zone: ZoneName,
    /// Who created it.
    pub created_by: UserId,
    /// When.
    pub created_at: Timestamp,
}

/// A colour as Discord takes it: `0xRRGGBB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Colour(pub u32);

impl Default for Colour {
    /// Gantry's own: the orange of a start gantry's lamps.
    fn default() -> Self {
        Self(0xF2_6B_1D)
    }
}

impl Colour {
    /// Reads `#1e90ff` or `1e90ff`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.trim().strip_prefix('#').unwrap_or(text.trim());
        let well_formed = digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit());
        well_formed
            .then(|| u32::from_str_radix(digits, 16).ok().map(Self))
            .flatten()
    }
}

/// The name of a zone of the IANA time zone database, as `Europe/Berlin`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ZoneName(String);

impl Default for ZoneName {
    fn default() -> Self {
        Self("UTC".to_owned())
    }
}

impl ZoneName {
    /// The zone of that name, however it is capitalised.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let zone = TimeZone::get(text.trim()).ok()?;
        zone.iana_name().map(|name| Self(name.to_owned()))
    }

    /// The zone's rules. A zone that the database no longer knows counts as UTC.
    #[must_use]
    pub fn zone(&self) -> TimeZone {
        TimeZone::get(&self.0).unwrap_or(TimeZone::UTC)
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The zones whose names contain `typed` (any case), those that begin with it or whose city does first.
    #[must_use]
    pub fn matching(typed: &str, most: usize) -> Vec<String> {
        let typed = typed.trim().to_lowercase().replace(' ', "_");
        let mut found: Vec<(bool, String)> = jiff::tz::db()
            .available()
            .map(|name| name.as_str().to_owned())
            .filter(|name| name.contains('/') || name == "UTC")
            .filter_map(|name| {
                let lower = name.to_lowercase();
                let city = lower.rsplit('/').next().unwrap_or(&lower);
                let first = lower.starts_with(&typed) || city.starts_with(&typed);
                lower.contains(&typed).then_some((!first, name))
            })
            .collect();
        found.sort();
        found.into_iter().map(|(_, name)| name).take(most).collect()
    }
}

/// What a club is founded with, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct NewClub {
    /// The name, cleaned.
    pub name: String,
    /// Its comparison form.
    pub slug: String,
    /// The colour, or the default.
    pub colour: Colour,
    /// The zone, or UTC.
    pub time_zone: ZoneName,
}

impl NewClub {
    /// Checks what was typed.
    ///
    /// # Errors
    /// Every fault, each with its field.
    pub fn check(name: &str, time_zone: Option<&str>, colour: Option<&str>) -> Result<Self, Vec<FormFault>> {
        let mut faults = Vec::new();
        let name =
            text::line(name, CLUB_NAME_MAX).map_err(|fault| faults.push(FormFault::text(Field::Name, fault)));
        let time_zone = match time_zone.map(ZoneName::parse) {
            None => ZoneName::default(),
            Some(Some(zone)) => zone,
            Some(None) => {
                faults.push(FormFault {
                    field: Field::TimeZone,
                    problem: Problem::UnknownZone,
                });
                ZoneName::default()
            }
        };
        let colour = match colour.map(Colour::parse) {
            None => Colour::default(),
            Some(Some(colour)) => colour,
            Some(None) => {
                faults.push(FormFault {
                    field: Field::Colour,
                    problem: Problem::NotAColour,
                });
                Colour::default()
            }
        };
        match name {
            Ok(name) if faults.is_empty() => Ok(Self {
                slug: text::comparable(&name),
                name,
                colour,
                time_zone,
            }),
            _ => Err(faults),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_six_hex_digits() {
        assert_eq!(Colour::parse("#1E90ff"), Some(Colour(0x1E_90_FF)));
        for text in ["", "#fff", "1e90fg", "#1e90ff0", "+1e90f", "１e90ff"] {
            assert_eq!(Colour::parse(text), None, "{text}");
        }
    }

    #[test]
    fn zones_are_known_by_their_iana_names() {
        assert_eq!(
            ZoneName::parse("europe/berlin").unwrap().as_str(),
            "Europe/Berlin"
        );
        assert_eq!(ZoneName::parse("Mars/Olympus"), None);
        assert_eq!(ZoneName::matching("berl", 5), ["Europe/Berlin"]);
        assert_eq!(ZoneName::matching("", 3).len(), 3);
    }

    #[test]
    fn every_fault_of_a_new_club_is_named() {
        let faults = NewClub::check(" ", Some("Nowhere"), Some("blue")).unwrap_err();
        assert_eq!(
            faults.iter().map(|f| f.field).collect::<Vec<_>>(),
            [Field::Name, Field::TimeZone, Field::Colour]
        );
        let club = NewClub::check(" Apex  Endurance", Some("Europe/Berlin"), None).unwrap();
        assert_eq!(
            (club.name.as_str(), club.slug.as_str()),
            ("Apex Endurance", "apex-endurance")
        );
    }
}
