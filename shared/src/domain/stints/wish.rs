//! What somebody asks of a team's strategy and plan.

use super::StrategyForm;
use crate::domain::ids::UserId;

/// What a person asks for, as typed or picked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanWish {
    /// Other figures.
    Strategy(StrategyForm),
    /// A plan made anew.
    Plan,
    /// The drivers of two stints change places.
    Swap {
        /// The number of one.
        one: String,
        /// The number of the other.
        other: String,
    },
    /// A stint ends later or earlier.
    Extend {
        /// Its number.
        stint: String,
        /// Minutes.
        minutes: String,
    },
    /// A stint and all behind it begin later or earlier.
    Shift {
        /// Its number.
        stint: String,
        /// Minutes.
        minutes: String,
    },
    /// The next stint begins.
    Start,
    /// The stint that is being driven ends.
    Finish,
    /// Another driver takes over.
    Emergency {
        /// Who.
        driver: UserId,
    },
}
