//! Batches as transactions: every change with its condition, the outbox row, the audit row and the outcome.

use super::Table;
use super::items::{
    ClassItem, ClubItem, ClubLinkItem, Item, OutboxItem, OutcomeItem, SeriesNameItem, corrupt, number,
    open_span, text, with_ttl, write,
};
use super::keys::{self, Key, PK};
use super::requests::{failure, is_throttling};
use crate::domain::event::{Event, EventKey, EventState};
use crate::domain::seats::SeatMove;
use crate::domain::series::{Class, ClassId};
use crate::domain::signup::{SignUp, Status, Waiter};
use crate::ports::store::{
    Answered, Batch, Change, CommitError, Gate, Ledger, OnceKey, Outbox, StoreError, StoreResult,
};
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeValue, Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};
use jiff::Timestamp;
use std::collections::HashMap;

/// How long an outcome is remembered: longer than any repetition comes, an interaction's token lives 15 minutes.
const OUTCOME_KEPT_S: u64 = 24 * 3600;
/// The same for work from a queue: longer than a message stays there and in its dead-letter queue, 4 and 14 days.
const LATE_OUTCOME_KEPT_S: u64 = 21 * 24 * 3600;
/// How long a code is kept that has ceased to work: it is judged by its instant, not by whether DynamoDB has swept.
const LINK_CODE_KEPT_S: u64 = 3600;
/// How long a row of the outbox is kept, for replays by hand; the stream keeps it for a day.
const OUTBOX_KEPT_S: u64 = 7 * 24 * 3600;

impl Ledger for Table {
    async fn commit(&self, batch: Batch) -> Result<(), CommitError> {
        let Batch {
            changes,
            record,
            outbox,
            answered,
        } = batch;
        let mut writes = Vec::new();
        for change in changes {
            self.change(change, &outbox, &mut writes)?;
        }
        if let Some(record) = &record {
            let item = write(&keys::audit(record.club, record.at, outbox.id), record)?;
            writes.push(self.put(item)?);
        }
        writes.push(self.put(outbox_item(&outbox, record.as_ref())?)?);
        let once = answered
            .map(|answered| self.once(&answered, &outbox))
            .transpose()?;
        let once_at = once.is_some().then_some(writes.len());
        writes.extend(once);
        let request = self
            .client
            .transact_write_items()
            .set_transact_items(Some(writes));
        request
            .send()
            .await
            .map(|_| ())
            .map_err(|error| cancelled(error, once_at))
    }

    async fn outcome(&self, key: OnceKey) -> StoreResult<Option<serde_json::Value>> {
        self.get(&keys::once(key)).await?.map(stored_outcome).transpose()
    }
}

fn stored_outcome(item: Item) -> StoreResult<serde_json::Value> {
    let stored: OutcomeItem = super::items::read(item)?;
    serde_json::from_str(&stored.outcome).map_err(corrupt)
}

fn outbox_item(outbox: &Outbox, record: Option<&crate::domain::fact::Record>) -> StoreResult<Item> {
    let row = OutboxItem {
        id: outbox.id,
        guild: outbox.guild,
        trace: outbox.trace.clone(),
        work: serde_json::to_string(&outbox.work).map_err(corrupt)?,
        record: serde_json::to_string(&record).map_err(corrupt)?,
    };
    Ok(with_ttl(
        write(&keys::outbox(outbox.id), &row)?,
        seconds(outbox) + OUTBOX_KEPT_S,
    ))
}

const fn seconds(outbox: &Outbox) -> u64 {
    outbox.id.created_at_millis() / 1000
}

/// What a failed transaction means. `once_at` is the place of the outcome's row in it.
pub(super) fn cancelled(error: SdkError<TransactWriteItemsError>, once_at: Option<usize>) -> CommitError {
    let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error()
    else {
        return match error.as_service_error() {
            Some(TransactWriteItemsError::TransactionInProgressException(_)) => CommitError::Contended,
            _ => failure(error).into(),
        };
    };
    let reasons = cancelled.cancellation_reasons();
    if let Some(item) = once_at.and_then(|at| reasons.get(at)?.item()) {
        return match stored_outcome(item.clone()) {
            Ok(outcome) => CommitError::Replayed(outcome),
            Err(error) => error.into(),
        };
    }
    let any = |code: &str| reasons.iter().any(|reason| reason.code() == Some(code));
    if any("ConditionalCheckFailed") {
        CommitError::Stale
    } else if any("TransactionConflict") {
        CommitError::Contended
    } else if reasons
        .iter()
        .any(|reason| reason.code().is_some_and(is_throttling))
    {
        StoreError::Throttled.into()
    } else {
        let codes: Vec<_> = reasons.iter().filter_map(|reason| reason.code()).collect();
        StoreError::Corrupt(format!("transaction cancelled: {codes:?}")).into()
    }
}

impl Table {
    fn change(
        &self,
        change: Change,
        outbox: &Outbox,
        writes: &mut Vec<TransactWriteItem>,
    ) -> StoreResult<()> {
        match change {
            Change::CreateClub(club, entry, owner) => {
                let link = ClubLinkItem { club: club.id };
                if let Some(guild) = club.guild {
                    writes.push(self.put_new(&keys::guild(guild), &link)?);
                }
                writes.push(self.put_new(&keys::slug(&club.slug), &link)?);
                writes.push(self.put_new(&keys::club(club.id), &ClubItem::of(club.clone()))?);
                writes.push(self.put_new(&keys::entry(club.id, entry.id), &entry)?);
                writes.push(self.put_new(&keys::member(club.id, owner.user), &owner)?);
            }
            Change::LinkClub { club, guild, from } => self.link_club(club, guild, from, writes)?,
            Change::UnlinkClub(club, guild) => self.unlink_club(club, guild, writes)?,
            Change::MarkLost(club, guild, at) => writes.push(self.mark_lost(club, guild, at)?),
            Change::MarkFound(club, guild) => writes.push(self.mark_found(club, guild)?),
            Change::StillLost(club, guild) => writes.push(self.still_lost(club, guild)?),
            Change::Park(parked) => writes.push(self.park(&parked)?),
            Change::Unpark(parked) => writes.push(self.unpark(&parked)?),
            Change::PutLinkWish(wish) => writes.push(self.put_link_wish(&wish)?),
            Change::DropLinkWish(user) => writes.push(self.drop_link_wish(user)?),
            Change::PutEntry(entry) => {
                let put = self.versioned(
                    &keys::entry(entry.club, entry.id),
                    &entry,
                    entry.version.saturating_sub(1),
                )?;
                writes.push(TransactWriteItem::builder().put(put).build());
            }
            Change::PutMember(member) => {
                let put = self.versioned(
                    &keys::member(member.club, member.user),
                    &member,
                    member.version.saturating_sub(1),
                )?;
                writes.push(TransactWriteItem::builder().put(put).build());
            }
            Change::RemoveMember(member) => writes.push(self.delete(
                &keys::member(member.club, member.user),
                "version = :was",
                HashMap::new(),
                HashMap::from([(":was".to_owned(), number(member.version))]),
            )?),
            Change::CreateSeries(series) => {
                let named = SeriesNameItem { series: series.id };
                writes.push(self.put_new(&keys::series_name(series.club, &series.name), &named)?);
                writes.push(self.put_new(&keys::series(series.club, series.id), &series)?);
            }
            Change::CreateEvent(event) => writes.push(self.event(&event, 0)?),
            Change::UpdateEvent(event) => writes.push(self.event(&event, event.version.saturating_sub(1))?),
            Change::OpenClass(event, class, gate) => {
                let key = keys::class(event, &class.id);
                writes.push(self.put_new(&key, &ClassItem::new(class, gate))?);
            }
            Change::ResizeClass(event, class, gate) => writes.push(self.resize(event, class, gate)?),
            Change::RemoveClass(event, class) => writes.push(self.remove_class(event, &class)?),
            Change::SetGate(event, class, gate) => writes.push(self.set_gate(event, &class, gate)?),
            Change::MoveSeat(event, class, step, now) => {
                writes.push(self.move_seat(event, &class, step, now)?)
            }
            Change::PutSignUp { now, was } => writes.push(self.put_sign_up(&now, was.as_ref())?),
            Change::RemoveSignUp { was } => writes.push(self.remove_sign_up(&was)?),
            Change::DescribeDriver(event, user, details) => writes.push(self.update(
                &keys::sign_up(event, user),
                "SET details = :details",
                "attribute_exists(PK)",
                [(
                    ":details",
                    serde_dynamo::to_attribute_value(&details).map_err(corrupt)?,
                )],
            )?),
            Change::PutTeamPlan(plan) => {
                let key = keys::team_plan(plan.event, plan.team);
                let put = self.versioned(&key, &plan, plan.version.saturating_sub(1))?;
                writes.push(TransactWriteItem::builder().put(put).build());
            }
            Change::PutLineUp(line_up) => {
                let key = keys::line_up(line_up.event);
                let put = self.versioned(&key, &line_up, line_up.version.saturating_sub(1))?;
                writes.push(TransactWriteItem::builder().put(put).build());
            }
            Change::PutWaiter(event, waiter) => {
                let key = keys::waiter(event, &waiter.class, waiter.ticket);
                writes.push(self.put_new(&key, &waiter)?);
            }
            Change::RemoveWaiter(event, waiter) => writes.push(self.remove_waiter(event, &waiter)?),
            Change::SeatWaiter(event, waiter) => {
                writes.push(self.remove_waiter(event, &waiter)?);
                writes.push(self.seat(event, waiter)?);
            }
            Change::PutAlert(alert) => writes.push(self.put_alert(&alert)?),
            Change::PutImport(import) => {
                let put = self.import_put(&import)?;
                writes.push(TransactWriteItem::builder().put(put).build());
            }
            Change::Audit(record, id) => {
                let item = write(&keys::audit(record.club, record.at, id), &record)?;
                writes.push(self.put(item)?);
            }
            Change::PutRun(run) => {
                let put = self.versioned(&keys::run(run.key), &run, run.version.saturating_sub(1))?;
                writes.push(TransactWriteItem::builder().put(put).build());
            }
            Change::PutSyncState(state) => {
                let put = self.put_sync_state(&state)?;
                writes.push(TransactWriteItem::builder().put(put).build());
            }
            Change::PutCase(case) => {
                writes.push(TransactWriteItem::builder().put(self.put_case(&case)?).build());
            }
            Change::Record(record, id) => {
                let row = Outbox {
                    id,
                    guild: outbox.guild,
                    trace: outbox.trace.clone(),
                    work: Vec::new(),
                };
                let item = write(&keys::audit(record.club, record.at, id), &record)?;
                writes.push(self.put(item)?);
                writes.push(self.put(outbox_item(&row, Some(&record))?)?);
            }
            Change::PutSpace(space) => {
                let put =
                    self.versioned(&keys::space(space.event), &space, space.version.saturating_sub(1))?;
                writes.push(TransactWriteItem::builder().put(put).build());
            }
            Change::PutTeamSpace(space) => {
                let key = keys::team_space(space.event, space.team);
                let put = self.versioned(&key, &space, space.version.saturating_sub(1))?;
                writes.push(TransactWriteItem::builder().put(put).build());
            }
            Change::PutJoin(request) => {
                let put = self.put_join(&request, request.version.saturating_sub(1))?;
                writes.push(TransactWriteItem::builder().put(put).build());
            }
            Change::PutLinkCode(code) => {
                let mut put = self.versioned(&keys::link_code(code.club, &code.hash), &code, 0)?;
                let until = u64::try_from(code.expires_at.as_second()).unwrap_or(0);
                put.item = with_ttl(put.item, until + LINK_CODE_KEPT_S);
                writes.push(TransactWriteItem::builder().put(put).build());
            }
            Change::TakeLinkCode(code) => writes.push(self.delete(
                &keys::link_code(code.club, &code.hash),
                "attribute_exists(#pk)",
                HashMap::from([("#pk".to_owned(), PK.to_owned())]),
                HashMap::new(),
            )?),
            Change::PutRoleMap(map) => {
                let was = map.version.saturating_sub(1);
                let put = self.versioned(&keys::role_map(map.club), &map, was)?;
                writes.push(TransactWriteItem::builder().put(put).build());
            }
            Change::PutFeed(feed) => {
                let was = feed.version.saturating_sub(1);
                let put = self.versioned(&keys::feed(feed.club), &feed, was)?;
                writes.push(TransactWriteItem::builder().put(put).build());
            }
            Change::PutTelemetry(link) => {
                let was = link.version.saturating_sub(1);
                let put = self.versioned(&keys::telemetry(link.club), &link, was)?;
                writes.push(TransactWriteItem::builder().put(put).build());
            }
            Change::PutPace(pace) => {
                let was = pace.version.saturating_sub(1);
                let put = self.versioned(&keys::team_pace(pace.event, pace.team), &pace, was)?;
                writes.push(TransactWriteItem::builder().put(put).build());
            }
            Change::PutShownPace(shown) => {
                let was = shown.version.saturating_sub(1);
                let put = self.versioned(&keys::shown_pace(shown.event, shown.team), &shown, was)?;
                writes.push(TransactWriteItem::builder().put(put).build());
            }
            Change::PutResults(results) => writes.push(self.put_results(&results)?),
            Change::PutResultImport(import) => writes.push(self.put_result_import(&import)?),
            Change::BeginWatch(club, guild, due) => writes.push(self.begin_watch(club, guild, due)?),
            Change::PutWatch(watch) => writes.push(self.put_watch(&watch)?),
            Change::PutWishes(wishes) => {
                let was = wishes.version.saturating_sub(1);
                let put = self.versioned(&keys::wishes(wishes.club, wishes.user), &wishes, was)?;
                writes.push(TransactWriteItem::builder().put(put).build());
            }
            Change::PutSettings(club, settings) => {
                let was = settings.version.saturating_sub(1);
                let put = self.versioned(&keys::settings(club), &settings, was)?;
                writes.push(TransactWriteItem::builder().put(put).build());
            }
        }
        Ok(())
    }

    pub(super) fn put(&self, item: Item) -> StoreResult<TransactWriteItem> {
        let put = Put::builder()
            .table_name(&self.name)
            .set_item(Some(item))
            .build()
            .map_err(corrupt)?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    pub(super) fn put_new<T: serde::Serialize>(&self, key: &Key, body: &T) -> StoreResult<TransactWriteItem> {
        Ok(TransactWriteItem::builder()
            .put(self.versioned(key, body, 0)?)
            .build())
    }

    /// The outcome's row; if it is there already, the failure brings it back.
    fn once(&self, answered: &Answered, outbox: &Outbox) -> StoreResult<TransactWriteItem> {
        let kept = match answered.key {
            OnceKey::Interaction(_) | OnceKey::WebhookEvent(_) | OnceKey::Telemetry(_) => OUTCOME_KEPT_S,
            OnceKey::Late(_) => LATE_OUTCOME_KEPT_S,
        };
        let row = OutcomeItem {
            outcome: answered.outcome.to_string(),
        };
        let item = with_ttl(write(&keys::once(answered.key), &row)?, seconds(outbox) + kept);
        let put = Put::builder()
            .table_name(&self.name)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(#pk)")
            .expression_attribute_names("#pk", PK)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .map_err(corrupt)?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    fn event(&self, event: &Event, was: u64) -> StoreResult<TransactWriteItem> {
        let mut put = self.versioned(&keys::event(event.key), event, was)?;
        // A deleted event is a record that no list shows, and is looked up until its rows are gone.
        let (partition, at) = if event.state == EventState::Deleted {
            let since = event.state_since.unwrap_or(event.starts_at);
            (keys::gone_events(event.key.club), since)
        } else {
            (keys::events_by_time(event.key.club), event.starts_at)
        };
        put.item.insert(keys::GSI1PK.to_owned(), text(partition));
        put.item
            .insert(keys::GSI1SK.to_owned(), text(keys::event_time(at, event.key)));
        Ok(TransactWriteItem::builder().put(put).build())
    }

    fn resize(&self, event: EventKey, class: Class, gate: Gate) -> StoreResult<TransactWriteItem> {
        let (from, until) = open_span(gate);
        self.update(
            &keys::class(event, &class.id),
            "SET label = :label, seats = :seats, open_until = :until, open_from = :from",
            "taken <= :seats",
            [
                (":label", text(class.label)),
                (":seats", number(class.seats)),
                (":until", number(until)),
                (":from", number(from)),
            ],
        )
    }

    fn set_gate(&self, event: EventKey, class: &ClassId, gate: Gate) -> StoreResult<TransactWriteItem> {
        let (from, until) = open_span(gate);
        self.update(
            &keys::class(event, class),
            "SET open_until = :until, open_from = :from",
            "attribute_exists(taken)",
            [(":until", number(until)), (":from", number(from))],
        )
    }

    fn remove_class(&self, event: EventKey, class: &ClassId) -> StoreResult<TransactWriteItem> {
        self.delete(
            &keys::class(event, class),
            "taken = :zero AND waiting = :zero",
            HashMap::new(),
            HashMap::from([(":zero".to_owned(), number(0))]),
        )
    }

    /// One step of a class's count. The conditions are those of [`crate::domain::seats::Seats::after`].
    fn move_seat(
        &self,
        event: EventKey,
        class: &ClassId,
        step: SeatMove,
        now: Timestamp,
    ) -> StoreResult<TransactWriteItem> {
        let (update, condition) = match step {
            SeatMove::Take => (
                "SET taken = taken + :one",
                "open_until > :now AND (attribute_not_exists(open_from) OR open_from <= :now) \
                 AND taken < seats AND waiting = :zero",
            ),
            SeatMove::Queue => (
                "SET waiting = waiting + :one",
                "open_until > :now AND (attribute_not_exists(open_from) OR open_from <= :now) \
                 AND (taken >= seats OR waiting > :zero)",
            ),
            SeatMove::Free => ("SET taken = taken - :one", "taken > :zero AND waiting = :zero"),
            SeatMove::HandOver => (
                "SET waiting = waiting - :one",
                "taken > :zero AND waiting > :zero",
            ),
            SeatMove::Unqueue => ("SET waiting = waiting - :one", "waiting > :zero"),
            SeatMove::Promote => (
                "SET taken = taken + :one, waiting = waiting - :one",
                "taken < seats AND waiting > :zero",
            ),
        };
        let key = keys::class(event, class);
        let one = (":one", number(1));
        let zero = (":zero", number(0));
        match step {
            SeatMove::Take | SeatMove::Queue => self.update(
                &key,
                update,
                condition,
                [one, zero, (":now", number(now.as_second()))],
            ),
            SeatMove::Free | SeatMove::HandOver | SeatMove::Unqueue | SeatMove::Promote => {
                self.update(&key, update, condition, [one, zero])
            }
        }
    }

    fn put_sign_up(&self, now: &SignUp, was: Option<&SignUp>) -> StoreResult<TransactWriteItem> {
        let key = keys::sign_up(now.event, now.user);
        let Some(was) = was else {
            return self.put_new(&key, now);
        };
        let put = Put::builder()
            .table_name(&self.name)
            .set_item(Some(write(&key, now)?))
            // Sign-ups from before drivers described themselves have no details.
            .condition_expression("#status = :was AND (attribute_not_exists(details) OR details = :details)")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":was", status(&was.status)?)
            .expression_attribute_values(
                ":details",
                serde_dynamo::to_attribute_value(&was.details).map_err(corrupt)?,
            )
            .build()
            .map_err(corrupt)?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    fn remove_sign_up(&self, was: &SignUp) -> StoreResult<TransactWriteItem> {
        self.delete(
            &keys::sign_up(was.event, was.user),
            "#status = :was",
            HashMap::from([("#status".to_owned(), "status".to_owned())]),
            HashMap::from([(":was".to_owned(), status(&was.status)?)]),
        )
    }

    fn remove_waiter(&self, event: EventKey, waiter: &Waiter) -> StoreResult<TransactWriteItem> {
        self.delete(
            &keys::waiter(event, &waiter.class, waiter.ticket),
            "attribute_exists(#pk)",
            HashMap::from([("#pk".to_owned(), PK.to_owned())]),
            HashMap::new(),
        )
    }

    /// Turns a waiting driver's sign-up into a seated one.
    fn seat(&self, event: EventKey, waiter: Waiter) -> StoreResult<TransactWriteItem> {
        let Waiter {
            class, ticket, user, ..
        } = waiter;
        let waiting = status(&Status::Waiting {
            class: class.clone(),
            ticket,
        })?;
        let seated = status(&Status::Seated { class, ticket })?;
        let update = Update::builder()
            .table_name(&self.name)
            .set_key(Some(keys::sign_up(event, user).attributes()))
            .update_expression("SET #status = :seated")
            .condition_expression("#status = :waiting")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":waiting", waiting)
            .expression_attribute_values(":seated", seated)
            .build()
            .map_err(corrupt)?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    pub(super) fn update<const N: usize>(
        &self,
        key: &Key,
        expression: &str,
        condition: &str,
        values: [(&str, AttributeValue); N],
    ) -> StoreResult<TransactWriteItem> {
        let values = values
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        let update = Update::builder()
            .table_name(&self.name)
            .set_key(Some(key.attributes()))
            .update_expression(expression)
            .condition_expression(condition)
            .set_expression_attribute_values(Some(values))
            .build()
            .map_err(corrupt)?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    pub(super) fn delete(
        &self,
        key: &Key,
        condition: &str,
        names: HashMap<String, String>,
        values: HashMap<String, AttributeValue>,
    ) -> StoreResult<TransactWriteItem> {
        let delete = Delete::builder()
            .table_name(&self.name)
            .set_key(Some(key.attributes()))
            .condition_expression(condition)
            .set_expression_attribute_names((!names.is_empty()).then_some(names))
            .set_expression_attribute_values((!values.is_empty()).then_some(values))
            .build()
            .map_err(corrupt)?;
        Ok(TransactWriteItem::builder().delete(delete).build())
    }
}

fn status(status: &Status) -> StoreResult<AttributeValue> {
    serde_dynamo::to_attribute_value(status).map_err(corrupt)
}
