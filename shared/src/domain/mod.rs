//! Pure rules. Imports nothing of ours, and no AWS, HTTP, Discord-client or tokio crate.

pub mod alert;
pub mod availability;
pub mod calendar;
pub mod cases;
pub mod club;
pub mod event;
pub mod fact;
pub mod guild_link;
pub mod ids;
pub mod join;
pub mod link_code;
pub mod matching;
pub mod names;
pub mod naming;
pub mod notice;
pub mod permissions;
pub mod race_room;
pub mod rank;
pub mod refusal;
pub mod repeat;
pub mod result_import;
pub mod results;
pub mod results_csv;
pub mod role_map;
pub mod roster;
pub mod roster_csv;
pub mod roster_import;
pub mod seats;
pub mod series;
pub mod settings;
pub mod setup;
pub mod signup;
pub mod space;
pub mod standing;
pub mod stints;
pub mod sync;
pub mod team_space;
pub mod teams;
pub mod telemetry;
pub mod text;
pub mod watch;
pub mod when;
pub mod wishes;
pub mod work;

#[cfg(test)]
mod fixtures;
