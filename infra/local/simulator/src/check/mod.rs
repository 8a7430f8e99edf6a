//! Discord's rules for bodies: embeds, components, modals, messages, commands.

pub(crate) mod commands;
pub(crate) mod components;
pub(crate) mod embeds;
pub(crate) mod message;
pub(crate) mod modal;
mod selects;
