//! What the use cases need of the outside world: traits, and the errors they speak of.

pub mod budget;
pub mod clock;
pub mod discord;
pub mod ids;
pub mod pictures;
pub mod roster_files;
pub mod store;
pub mod sync;
