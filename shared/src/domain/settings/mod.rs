//! A club's settings: one table says what there is ([`REGISTRY`]), and everything else comes from it: reading what was
//! typed, checking what is stored, who may change what, the views and `docs/SETTINGS.md`.
//!
//! What holds is the default, unless the operator says otherwise for all clubs, unless the club says otherwise for
//! itself. Every value knows where it comes from.

mod change;
mod document;
mod kind;
mod pattern;
mod registry;
mod resolved;
mod value;

pub use change::{
    Change, Changed, ResetQuestion, SettingFault, SettingProblem, SettingsChanged, Target, Told, Wish,
};
pub use document::document;
pub use kind::{Kind, Word};
pub use pattern::{Pattern, PatternKind, Placeholder};
pub use registry::{HOURS_AHEAD_MAX, Key, REGISTRY, REMINDERS_MAX, Section, Spec};
pub use resolved::{ClubSettings, InForce, OperatorOverrides, Settings, Source, Stamp};
pub use value::{Drift, Notification, QuietHours, SyncDirection, Value};

#[cfg(test)]
mod tests;

/// The longest text taken for a value, in code points.
pub const TYPED_MAX: usize = 400;
