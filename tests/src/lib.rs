//! Checks of the whole: the direction of imports, the samples in `events/`, the documents, and whole-flow scenarios.

pub mod samples;
