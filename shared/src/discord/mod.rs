//! Pure translation to and from Discord's shapes: what a signed call says, and what is answered. No I/O, no clock.

pub mod inbound;
pub mod verify;
