//! The stack's table, as the benchmarks need it.

use crate::Failed;
use aws_sdk_dynamodb::types::StreamSpecification;
use gantry_local::{Clients, Stack, TABLE};

/// Switches the table's stream off: its counterpart looks through all records of the stream to number the next one, so that
/// the time of a write grows with the writes before it, which DynamoDB's does not. Only for what does not go by the stream.
///
/// # Errors
/// What the counterpart says.
pub async fn without_stream(stack: &Stack) -> Result<(), Failed> {
    let off = StreamSpecification::builder().stream_enabled(false).build()?;
    let database = Clients::of("bench", stack.endpoints()).dynamodb;
    database
        .update_table()
        .table_name(TABLE)
        .stream_specification(off)
        .send()
        .await?;
    Ok(())
}
