//! The common crate: everything that more than one function needs.
//!
//! Which layer may import which is written in `docs/ARCHITECTURE.md` and checked by `tests/layers.rs`.

pub mod adapters;
pub mod discord;
pub mod domain;
pub mod jobs;
pub mod ports;
pub mod runtime;
pub mod usecases;
