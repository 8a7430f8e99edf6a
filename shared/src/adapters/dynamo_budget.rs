//! The shared budget of calls to Discord in the DynamoDB table.
//!
//! One item counts the present second (`PK` `DISCORD#BUDGET`, `SK` `GLOBAL`: `window` and `used`, `blocked_until_ms`);
//! each other block is an item (`SK` `BLOCK#ADDRESS` or `BLOCK#ROUTE#…`: `until_ms`) that its `ttl` removes. A lease
//! costs one write and one query, whatever the number of calls; the first of a new second may cost one write more.

use crate::ports::budget::{
    Block, BlockScope, Budget, BudgetError, CALLS_PER_SECOND, Lease, allowance, end_of_second, second_of,
};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use std::error::Error;
use std::time::Duration;

const PARTITION: &str = "DISCORD#BUDGET";
const GLOBAL: &str = "GLOBAL";
const ADDRESS_BLOCK: &str = "BLOCK#ADDRESS";
const ROUTE_BLOCK: &str = "BLOCK#ROUTE#";
/// Tries to take calls of a second that other workers take from at the same time.
const TRIES: u32 = 4;
/// The shared budget is worth waiting for only this long.
const TIMEOUT: Duration = Duration::from_secs(1);
/// A count further ahead than this was made by a clock that is wrong, and is replaced.
const CLOCKS_DIFFER_S: i64 = 5;
/// The version of the items' shape.
const VERSION: i64 = 1;

type Item = HashMap<String, AttributeValue>;

/// The budget in a table. Clones share the client.
#[derive(Clone, Debug)]
pub struct DynamoBudget {
    client: Client,
    table: String,
    per_second: u32,
}

/// What a conditional write came to.
enum Write {
    Done,
    Refused(Item),
}

/// What the counting item says.
struct Count {
    window: i64,
    used: u32,
    blocked_until: Option<Timestamp>,
}

impl DynamoBudget {
    /// A budget of [`CALLS_PER_SECOND`] in `table`.
    #[must_use]
    pub fn new(client: Client, table: &str) -> Self {
        Self {
            client,
            table: table.to_owned(),
            per_second: CALLS_PER_SECOND,
        }
    }

    /// Takes up to `wanted` calls of the present second: how many, and until when that holds.
    async fn take(&self, now: Timestamp, wanted: u32) -> Result<(u32, Timestamp), BudgetError> {
        let second = second_of(now);
        let allowed = allowance(now, self.per_second);
        let end = end_of_second(now);
        let wanted = wanted.min(allowed);
        if wanted == 0 {
            return Ok((0, end));
        }
        let Write::Refused(item) = self.open_second(now, second, wanted).await? else {
            return Ok((wanted, end));
        };
        let mut count = Count::read(&item)?;
        for _ in 0..TRIES {
            if let Some(until) = count.blocked_until.filter(|until| *until > now) {
                return Ok((0, until));
            }
            let granted = if count.window == second {
                wanted.min(allowed.saturating_sub(count.used))
            } else {
                0
            };
            if granted == 0 {
                return Ok((0, end));
            }
            match self.add(now, second, granted, allowed).await? {
                Write::Done => return Ok((granted, end)),
                Write::Refused(item) => count = Count::read(&item)?,
            }
        }
        Ok((0, end))
    }

    /// Begins the count of a new second.
    async fn open_second(&self, now: Timestamp, second: i64, used: u32) -> Result<Write, BudgetError> {
        let update = self
            .update(GLOBAL)
            .update_expression("SET #window = :second, #used = :used, #v = :v")
            .condition_expression(
                "(attribute_not_exists(#window) OR #window < :second OR #window > :far) \
                 AND (attribute_not_exists(#blocked) OR #blocked <= :now)",
            )
            .expression_attribute_names("#v", "v")
            .expression_attribute_values(":v", number(VERSION))
            .expression_attribute_values(":far", number(second + CLOCKS_DIFFER_S))
            .expression_attribute_values(":used", number(i64::from(used)));
        write(counting(update, now, second)).await
    }

    /// Adds to the count of the present second, unless that would bring it above `allowed`.
    async fn add(&self, now: Timestamp, second: i64, calls: u32, allowed: u32) -> Result<Write, BudgetError> {
        let update = self
            .update(GLOBAL)
            .update_expression("SET #used = #used + :calls")
            .condition_expression(
                "#window = :second AND #used <= :most AND (attribute_not_exists(#blocked) OR #blocked <= :now)",
            )
            .expression_attribute_values(":calls", number(i64::from(calls)))
            .expression_attribute_values(":most", number(i64::from(allowed.saturating_sub(calls))));
        write(counting(update, now, second)).await
    }

    /// The blocks in force but the global one.
    async fn blocks(&self, now: Timestamp) -> Result<Vec<Block>, BudgetError> {
        let page = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("PK = :pk AND begins_with(SK, :block)")
            .filter_expression("until_ms > :now")
            .expression_attribute_values(":pk", text(PARTITION))
            .expression_attribute_values(":block", text("BLOCK#"))
            .expression_attribute_values(":now", number(now.as_millisecond()))
            .send()
            .await
            .map_err(|error| failed(&error))?;
        page.items().iter().map(block_of).collect()
    }

    fn update(&self, sort_key: &str) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.table)
            .key("PK", text(PARTITION))
            .key("SK", text(sort_key))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    }
}

impl Budget for DynamoBudget {
    async fn lease(&self, now: Timestamp, wanted: u32) -> Result<Lease, BudgetError> {
        let asked = async { futures::future::try_join(self.take(now, wanted), self.blocks(now)).await };
        let ((granted, until), mut blocked) = in_time(asked).await?;
        if granted == 0 && until > end_of_second(now) {
            blocked.push(Block {
                scope: BlockScope::Global,
                until,
            });
        }
        Ok(Lease {
            granted,
            until,
            blocked,
        })
    }

    async fn block(&self, scope: &BlockScope, until: Timestamp) -> Result<(), BudgetError> {
        let (sort_key, attribute) = match scope {
            BlockScope::Global => (GLOBAL.to_owned(), "blocked_until_ms"),
            BlockScope::Address => (ADDRESS_BLOCK.to_owned(), "until_ms"),
            BlockScope::Route(route) => (format!("{ROUTE_BLOCK}{route}"), "until_ms"),
        };
        let until_ms = ceil_millis(until);
        let update = self
            .update(&sort_key)
            .condition_expression("attribute_not_exists(#until) OR #until < :until")
            .expression_attribute_names("#until", attribute)
            .expression_attribute_names("#v", "v")
            .expression_attribute_values(":until", number(until_ms))
            .expression_attribute_values(":v", number(VERSION));
        let update = match scope {
            BlockScope::Global => update.update_expression("SET #until = :until, #v = :v"),
            BlockScope::Address | BlockScope::Route(_) => update
                .update_expression("SET #until = :until, #v = :v, #ttl = :ttl")
                .expression_attribute_names("#ttl", "ttl")
                .expression_attribute_values(":ttl", number(until_ms / 1000 + 1)),
        };
        in_time(write(update)).await.map(drop)
    }
}

impl Count {
    fn read(item: &Item) -> Result<Self, BudgetError> {
        let get = |name: &str| item.get(name).map(|value| read_number(name, value)).transpose();
        let used = get("used")?.unwrap_or(0);
        Ok(Self {
            // Without a window the item was made by a block; a count is then refused only while it is blocked.
            window: get("window")?.unwrap_or(i64::MIN),
            used: u32::try_from(used).map_err(|_| BudgetError::Corrupt(format!("used is {used}")))?,
            blocked_until: get("blocked_until_ms")?.map(instant).transpose()?,
        })
    }
}

fn counting(update: UpdateItemFluentBuilder, now: Timestamp, second: i64) -> UpdateItemFluentBuilder {
    update
        .expression_attribute_names("#window", "window")
        .expression_attribute_names("#used", "used")
        .expression_attribute_names("#blocked", "blocked_until_ms")
        .expression_attribute_values(":second", number(second))
        .expression_attribute_values(":now", number(now.as_millisecond()))
}

async fn write(update: UpdateItemFluentBuilder) -> Result<Write, BudgetError> {
    match update.send().await {
        Ok(_) => Ok(Write::Done),
        Err(error) => match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(refused)) => {
                Ok(Write::Refused(refused.item().cloned().unwrap_or_default()))
            }
            _ => Err(failed(&error)),
        },
    }
}

async fn in_time<T>(work: impl Future<Output = Result<T, BudgetError>>) -> Result<T, BudgetError> {
    tokio::time::timeout(TIMEOUT, work)
        .await
        .unwrap_or_else(|_| Err(BudgetError::Unavailable(format!("no answer within {TIMEOUT:?}"))))
}

fn block_of(item: &Item) -> Result<Block, BudgetError> {
    let corrupt = |what: &str| BudgetError::Corrupt(format!("a block without {what}"));
    let key = item
        .get("SK")
        .and_then(|key| key.as_s().ok())
        .ok_or_else(|| corrupt("a sort key"))?;
    let until = item.get("until_ms").ok_or_else(|| corrupt("until_ms"))?;
    let until = instant(read_number("until_ms", until)?)?;
    let scope = match key.strip_prefix(ROUTE_BLOCK) {
        Some(route) => BlockScope::Route(route.to_owned()),
        None if key == ADDRESS_BLOCK => BlockScope::Address,
        None => return Err(BudgetError::Corrupt(format!("an unknown block {key:?}"))),
    };
    Ok(Block { scope, until })
}

fn failed<E, R>(error: &SdkError<E, R>) -> BudgetError
where
    E: ProvideErrorMetadata + Error + 'static,
    R: std::fmt::Debug,
    SdkError<E, R>: Error,
{
    match error.code() {
        Some("ThrottlingException" | "ProvisionedThroughputExceededException" | "RequestLimitExceeded") => {
            BudgetError::Throttled
        }
        _ => BudgetError::Unavailable(DisplayErrorContext(error).to_string()),
    }
}

/// Rounded up: a block must not end too early.
fn ceil_millis(at: Timestamp) -> i64 {
    at.saturating_add(SignedDuration::from_nanos(999_999))
        .unwrap_or(Timestamp::MAX)
        .as_millisecond()
}

fn instant(millis: i64) -> Result<Timestamp, BudgetError> {
    Timestamp::from_millisecond(millis)
        .map_err(|_| BudgetError::Corrupt(format!("{millis} ms is no instant")))
}

fn read_number(name: &str, value: &AttributeValue) -> Result<i64, BudgetError> {
    let number = value.as_n().ok().and_then(|number| number.parse().ok());
    number.ok_or_else(|| BudgetError::Corrupt(format!("{name} is no whole number")))
}

fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

#[cfg(test)]
mod tests;
