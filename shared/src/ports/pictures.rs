//! Pictures that go with messages.

use crate::domain::stints::timeline::Timeline;

/// Draws pictures.
pub trait Pictures: Send + Sync {
    /// A timeline as PNG. Nothing if it cannot be drawn: the text beside it says the same.
    fn timeline(&self, timeline: &Timeline) -> Option<Vec<u8>>;
}
