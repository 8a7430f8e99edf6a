//! Discord's limits (Discord docs; lines marked "not documented" come from its issue tracker).

use jiff::SignedDuration;

pub(crate) const CHANNELS_PER_GUILD: usize = 500;
pub(crate) const CHANNELS_PER_CATEGORY: usize = 50;
pub(crate) const ROLES_PER_GUILD: usize = 250;
pub(crate) const OVERWRITES_PER_REQUEST: usize = 100;
pub(crate) const OVERWRITES_PER_CHANNEL: usize = 1000;
pub(crate) const SCHEDULED_EVENTS: usize = 100;
pub(crate) const PINS_PER_CHANNEL: usize = 250;
pub(crate) const THREAD_MEMBERS: usize = 1000;
/// Not documented.
pub(crate) const ACTIVE_THREADS: usize = 1000;
pub(crate) const CONTENT: usize = 2000;
pub(crate) const EMBEDS_TOTAL: usize = 6000;
pub(crate) const V2_COMPONENTS: usize = 40;
pub(crate) const V2_TEXT: usize = 4000;
pub(crate) const ROWS: usize = 5;
pub(crate) const COMMANDS: [(u8, usize); 4] = [(1, 100), (2, 15), (3, 15), (4, 1)];
pub(crate) const COMMAND_CREATES_PER_DAY: usize = 200;
pub(crate) const COMMAND_TEXT: usize = 8000;
pub(crate) const TOKEN_LIFE: SignedDuration = SignedDuration::from_mins(15);
pub(crate) const BULK_DELETE_AGE: SignedDuration = SignedDuration::from_hours(14 * 24);
/// "The past few minutes" of the documentation.
pub(crate) const NONCE_WINDOW: SignedDuration = SignedDuration::from_mins(5);
pub(crate) const OLD_MESSAGE: SignedDuration = SignedDuration::from_hours(1);
/// Edits of one old message within [`OLD_MESSAGE`] before error 30046; the number is not documented.
pub(crate) const OLD_MESSAGE_EDITS: usize = 3;
/// Changes of a channel's name or topic within [`CHANNEL_RENAME_WINDOW`]; not documented.
pub(crate) const CHANNEL_RENAMES: usize = 2;
pub(crate) const CHANNEL_RENAME_WINDOW: SignedDuration = SignedDuration::from_mins(10);
pub(crate) const REQUEST_BYTES: usize = 25 * 1024 * 1024;
