//! Pure translation to and from Discord's shapes: what a signed call says, and what is answered. No I/O, no clock.

pub mod commands;
pub mod custom_id;
pub mod help;
pub mod inbound;
pub mod modals;
pub mod respond;
pub mod text;
pub mod verify;
pub mod views;
pub mod webhook_events;
