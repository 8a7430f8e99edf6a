//! Pure rules. Imports nothing of ours, and no AWS, HTTP, Discord-client or tokio crate.

pub mod availability;
pub mod club;
pub mod event;
pub mod fact;
pub mod guild_link;
pub mod ids;
pub mod matching;
pub mod names;
pub mod naming;
pub mod notice;
pub mod permissions;
pub mod rank;
pub mod refusal;
pub mod repeat;
pub mod roster;
pub mod seats;
pub mod series;
pub mod settings;
pub mod signup;
pub mod space;
pub mod stints;
pub mod teams;
pub mod text;
pub mod when;
pub mod work;

#[cfg(test)]
mod fixtures;
