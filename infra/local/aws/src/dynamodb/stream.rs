//! Reading a table's stream, in order, from a position.

use super::{DynamoDb, from_json, to_json};
use crate::AwsLocalError;
use crate::names::{REGION, stream_arn};
use dynoxide::{Database, DynoxideError};
use serde_json::{Value, json};

/// One page of a stream: records as Lambda gets them, oldest first.
#[derive(Debug, Default)]
pub(crate) struct StreamPage {
    pub(crate) records: Vec<Value>,
}

impl DynamoDb {
    /// Up to `limit` records after the sequence number `after`; from the stream's beginning without one.
    pub(crate) async fn stream_page(
        &self,
        table: &str,
        after: Option<String>,
        limit: usize,
    ) -> Result<StreamPage, AwsLocalError> {
        let table = table.to_owned();
        self.blocking(move |database| page(database, &table, after.as_deref(), limit))
            .await
    }
}

fn page(database: &Database, table: &str, after: Option<&str>, limit: usize) -> dynoxide::Result<StreamPage> {
    let described = database.describe_table(from_json(json!({ "TableName": table }))?)?;
    let described = to_json(&described)?;
    let arn = described["Table"]["LatestStreamArn"].as_str().ok_or_else(|| {
        DynoxideError::ResourceNotFoundException(format!("the table {table} has no stream"))
    })?;
    let shard = dynoxide::streams::shard_id(table);
    let mut wanted = json!({ "StreamArn": arn, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON" });
    if let Some(after) = after {
        wanted["ShardIteratorType"] = "AFTER_SEQUENCE_NUMBER".into();
        wanted["SequenceNumber"] = after.into();
    }
    let iterator = database.get_shard_iterator(from_json(wanted)?)?.shard_iterator;
    let read = database.get_records(from_json(json!({ "ShardIterator": iterator, "Limit": limit }))?)?;
    let label = arn.rsplit('/').next().unwrap_or_default();
    let records = read.records.iter().map(|record| {
        let mut record = to_json(record)?;
        record["awsRegion"] = REGION.into();
        record["eventSourceARN"] = stream_arn(table, label).into();
        Ok(record)
    });
    Ok(StreamPage {
        records: records.collect::<dynoxide::Result<_>>()?,
    })
}
