//! Writing the difference, one command at a time.

use super::Remote;
use gantry_shared::discord::commands::difference::{Difference, Edit, Registered};
use gantry_shared::ports::discord::{DiscordError, DiscordResult};
use serde_json::{Value, json};

/// Discord's code for a command that is not there (any more).
const UNKNOWN_COMMAND: u64 = 10_063;

/// One call.
#[derive(Clone, Copy)]
pub enum Step<'a> {
    Delete(&'a Registered),
    Edit(&'a Edit),
    Create(&'a Value),
}

/// What became of a difference.
pub struct Written<'a> {
    /// What was done.
    pub done: Vec<Step<'a>>,
    /// What was not, and why.
    pub failed: Vec<(Step<'a>, DiscordError)>,
    /// What was not tried, because the same would have happened to it.
    pub left: Vec<Step<'a>>,
}

impl Step<'_> {
    /// The command as it should be; of one to be deleted, type and name.
    pub fn command(&self) -> Value {
        match self {
            Self::Delete(one) => json!({ "type": one.kind, "name": one.name }),
            Self::Edit(edit) => edit.wanted.clone(),
            Self::Create(command) => (*command).clone(),
        }
    }

    async fn take(&self, remote: &Remote) -> DiscordResult<()> {
        let Remote { discord, scope, .. } = remote;
        match self {
            Self::Delete(one) => match discord.delete_command(*scope, one.id).await {
                // Somebody else was faster.
                Err(DiscordError::NotFound {
                    code: UNKNOWN_COMMAND,
                }) => Ok(()),
                other => other,
            },
            Self::Edit(edit) => discord.edit_command(*scope, edit.of.id, &edit.fields).await,
            Self::Create(command) => discord.create_command(*scope, command).await.map(drop),
        }
    }
}

/// The calls that a difference takes. What goes is deleted first, since it counts against Discord's limit of commands.
pub fn steps(found: &Difference) -> Vec<Step<'_>> {
    let deletes = found.delete.iter().map(Step::Delete);
    let edits = found.edit.iter().map(Step::Edit);
    deletes
        .chain(edits)
        .chain(found.create.iter().map(Step::Create))
        .collect()
}

/// Writes the difference. A command that Discord refuses does not keep the others from being written; any other failure
/// would hit them too, and ends it.
pub async fn write<'a>(remote: &Remote, found: &'a Difference) -> Written<'a> {
    let mut left = steps(found).into_iter();
    let (mut done, mut failed) = (Vec::new(), Vec::new());
    for step in left.by_ref() {
        match step.take(remote).await {
            Ok(()) => done.push(step),
            Err(error) => {
                let of_this_command = matches!(
                    error,
                    DiscordError::Refused { .. }
                        | DiscordError::NotFound {
                            code: UNKNOWN_COMMAND
                        }
                );
                failed.push((step, error));
                if !of_this_command {
                    break;
                }
            }
        }
    }
    Written {
        done,
        failed,
        left: left.collect(),
    }
}
