//! One file per verb. Use cases see the domain and the ports, nothing else.
//!
//! The first group is called by `functions/interactions` with a [`Call`]; the second does the work that the first has put
//! into the outbox, and may be called any number of times for the same work.

pub mod add_by_browser;
pub mod answer_event;
pub mod change_event;
pub mod change_plan;
pub mod change_settings;
pub mod change_teams;
pub mod check_permissions;
pub mod club_status;
pub mod create_club;
pub mod create_event;
pub mod create_series;
pub mod describe_driver;
pub mod edit_event;
pub mod link_club;
pub mod list_events;
pub mod list_series;
pub mod publish_event;
pub mod repeat_event;
pub mod settle_teams;
pub mod show_event;
pub mod suggest;
pub mod unlink_club;

pub mod finish_answer;
pub mod open_event_space;
pub mod park_job;
pub mod promote_waiting;
pub mod refresh_board;
pub mod tell_promoted;

mod call;
pub mod job;
mod once;

pub use call::{Call, Env, Failure, with_caller};
