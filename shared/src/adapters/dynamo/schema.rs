//! The table as it is created: `template.yaml` says the same to CloudFormation, and a test compares the two.

use super::keys::{GSI1, GSI1PK, GSI1SK, PK, SK};
use serde_json::{Value, json};

/// The body of a `CreateTable` request.
#[must_use]
pub fn create_table(table: &str) -> Value {
    let attribute = |name| json!({ "AttributeName": name, "AttributeType": "S" });
    let key = |hash, range| {
        json!([
            { "AttributeName": hash, "KeyType": "HASH" },
            { "AttributeName": range, "KeyType": "RANGE" },
        ])
    };
    json!({
        "TableName": table,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [attribute(PK), attribute(SK), attribute(GSI1PK), attribute(GSI1SK)],
        "KeySchema": key(PK, SK),
        "GlobalSecondaryIndexes": [{
            "IndexName": GSI1,
            "KeySchema": key(GSI1PK, GSI1SK),
            "Projection": { "ProjectionType": "ALL" },
        }],
        "StreamSpecification": { "StreamEnabled": true, "StreamViewType": "NEW_IMAGE" },
    })
}
