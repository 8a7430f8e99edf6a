//! A simulated Discord: a strict in-memory counterpart of the parts of Discord that Gantry uses.
//!
//! [`Simulator::router`] is the HTTP API; people are played with [`Simulator::slash`], [`Simulator::click`] and their
//! like, which post signed interactions to the endpoint and apply the answers; [`Simulator::guild_view`] and its like
//! show what came of it. Rules and limits are those of Discord's documentation; what it does not document is marked so.

mod check;
mod control;
mod error;
mod fixtures;
mod form;
mod http;
mod interactions;
mod limits;
mod new;
mod oauth;
mod openapi;
mod permissions;
mod playground;
mod ratelimit;
mod routes;
mod serve;
mod simulator;
mod state;
mod text;
mod view;

pub use interactions::{Actor, Choice, OpenModal, Outcome, OutcomeKind, SignedRequest};
pub use new::{NewChannel, NewGuild, NewRole, NewUser};
pub use oauth::CLIENT_SECRET;
pub use openapi::find_openapi;
pub use playground::PlaygroundConfig;
pub use routes::operations;
pub use serve::serve_router;
pub use simulator::{Simulator, SimulatorConfig, SimulatorError};
pub use view::{ChannelView, GuildView, MemberView, MessageView, OverwriteView, RoleView};
