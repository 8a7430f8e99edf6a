//! The longest texts taken from a command or a form, in characters. Where the domain has a bound it is that one; the others
//! are coarse bounds against waste.

use crate::domain::{availability, club, event, join, roster, series, settings, teams};

/// A club's name.
pub const CLUB_NAME: u16 = club::CLUB_NAME_MAX as u16;
/// A series' name.
pub const SERIES_NAME: u16 = series::SERIES_NAME_MAX as u16;
/// An event's name.
pub const EVENT_NAME: u16 = event::EVENT_NAME_MAX as u16;
/// What a series or an event is about.
pub const DESCRIPTION: u16 = series::DESCRIPTION_MAX as u16;
/// All classes in a row or one a line; each is its label, a colon, up to three digits, a role's mention (up to 24), a
/// separator and some spaces.
pub const CLASSES: u16 = (series::CLASSES_MAX * (series::CLASS_LABEL_MAX + 35)) as u16;
/// An IANA time zone.
pub const TIME_ZONE: u16 = 64;
/// `#` and six hex digits, or a little more for a typing error to be explained.
pub const COLOUR: u16 = 16;
/// An instant as people type it.
pub const TIME: u16 = 40;
/// A length of time as people type it.
pub const DURATION: u16 = 20;
/// A few hours, one behind the other.
pub const HOURS: u16 = 60;
/// Why an event is cancelled.
pub const REASON: u16 = 300;
/// A team's name.
pub const TEAM_NAME: u16 = teams::TEAM_NAME_MAX as u16;
/// A figure, a seed or a page.
pub const FIGURE: u16 = 20;
/// One window a line: date, two times and a separator.
pub const WINDOWS: u16 = (availability::WINDOWS_MAX * 30) as u16;
/// The label of a class.
pub const CLASS: u16 = series::CLASS_LABEL_MAX as u16;
/// A name on the roster.
pub const ENTRY_NAME: u16 = roster::ENTRY_NAME_MAX as u16;
/// Why somebody wants to join.
pub const WHY: u16 = join::WHY_MAX as u16;
/// What somebody has driven.
pub const EXPERIENCE: u16 = join::EXPERIENCE_MAX as u16;
/// Why a request to join is rejected.
pub const REJECTION: u16 = join::REASON_MAX as u16;
/// A small number.
pub const NUMBER: u16 = 3;
/// An id, or what is typed to find it.
pub const ID: u16 = 100;
/// A command as `/help` names it.
pub const COMMAND_PATH: u16 = 100;
/// A setting's or a section's name.
pub const SETTING: u16 = 60;
/// A setting's value.
pub const SETTING_VALUE: u16 = settings::TYPED_MAX as u16;
/// A one-time code, with room for a typing error.
pub const CODE: u16 = 20;
/// How a driver came out: a place, or a word for none.
pub const FINISH: u16 = 4;
/// A place in a list.
pub const PLACE: u16 = 3;
/// One of a few choices.
pub const CHOICE: u16 = 20;
