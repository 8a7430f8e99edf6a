//! One file per verb. Use cases see the domain and the ports, nothing else.
//!
//! The first group is called by `functions/interactions` with a [`Call`]; the second does the work that the first has put
//! into the outbox, or what has become due, and may be called any number of times for the same work.

pub mod add_by_browser;
pub mod answer_event;
pub mod change_event;
pub mod change_plan;
pub mod change_settings;
pub mod change_teams;
pub mod change_wishes;
pub mod check_permissions;
pub mod club_status;
pub mod confirm_stint;
pub mod connect_telemetry;
pub mod create_club;
pub mod create_event;
pub mod create_series;
pub mod decide_join;
pub mod describe_driver;
pub mod edit_event;
pub mod import_roster;
pub mod join_club;
pub mod link_account;
pub mod link_club;
pub mod list_events;
pub mod list_roster;
pub mod list_series;
pub mod map_roles;
pub mod publish_event;
pub mod record_results;
pub mod repeat_event;
pub mod set_rank;
pub mod set_sign_up_times;
pub mod set_up_club;
pub mod settle_case;
pub mod settle_result_import;
pub mod settle_rooms;
pub mod settle_team_space;
pub mod settle_teams;
pub mod share_calendar;
pub mod show_event;
pub mod start_sync;
pub mod suggest;
pub mod take_off_roster;
pub mod take_telemetry;
pub mod unlink_club;
pub mod view_settings;

pub mod announce;
pub mod announce_plan;
pub mod apply_roles;
pub mod apply_roster;
pub mod check_spaces;
pub mod export_roster;
pub mod finish_answer;
pub mod import_results;
pub mod open_event_space;
pub mod park_job;
pub mod post_join_request;
pub mod post_results;
pub mod preview_roster;
pub mod promote_waiting;
pub mod put_away_event_space;
pub mod refresh_board;
pub mod run_alerts;
pub mod run_due_alerts;
pub mod set_guild_setting;
pub mod show_pace;
pub mod sync_members;
pub mod tell_incident;
pub mod tell_join_decision;
pub mod tell_promoted;
pub mod tell_reminder;
pub mod tell_stint;
pub mod tick_cleanup;
pub mod tick_sync;

mod call;
mod direct;
pub mod job;
mod once;
mod race_room;
mod standing_message;

pub use call::{Call, Env, Failure, with_caller};
