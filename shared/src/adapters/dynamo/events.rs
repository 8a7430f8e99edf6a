//! Events, their classes, sign-ups and waitlists.

use super::items::{ClassItem, Item, corrupt, read, sort_key, text};
use super::requests::{Range, failure};
use super::{Table, keys};
use crate::domain::event::{Event, EventKey, Period};
use crate::domain::ids::{ClubId, TeamId, UserId};
use crate::domain::notice::Sheet;
use crate::domain::seats::Seats;
use crate::domain::series::ClassId;
use crate::domain::signup::{SignUp, Status, Waiter};
use crate::domain::stints::TeamPlan;
use crate::domain::teams::LineUp;
use crate::ports::store::{Cursor, Desk, EventReader, Page, StoreError, StoreResult, TeamReader};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// No event lasts longer: one that started before that has ended.
const LONGEST_EVENT: SignedDuration = SignedDuration::from_hours(48);

impl EventReader for Table {
    async fn desk(&self, event: EventKey, user: UserId) -> StoreResult<Option<Desk>> {
        let partition = keys::event_partition(event);
        let key = keys::sign_up(event, user);
        let (header, mine) = futures::join!(
            self.query(&partition, Range::Prefix(keys::EVENT_HEADER)),
            self.get(&key)
        );
        let Some(Parts { event, seats, .. }) = parts(header?)? else {
            return Ok(None);
        };
        Ok(Some(Desk {
            event,
            seats,
            mine: mine?.map(read).transpose()?,
        }))
    }

    async fn sheet(&self, event: EventKey) -> StoreResult<Option<Sheet>> {
        let partition = keys::event_partition(event);
        let items = self
            .query(&partition, Range::Between(keys::EVENT_HEADER, keys::SPACE))
            .await?;
        Ok(parts(items)?.map(|parts| parts.into_sheet().0))
    }

    async fn list_events(
        &self,
        club: ClubId,
        period: Period,
        now: Timestamp,
        limit: u32,
        from: Option<Cursor>,
    ) -> StoreResult<Page<Event>> {
        let partition = keys::events_by_time(club);
        let request = self
            .client
            .query()
            .table_name(&self.name)
            .index_name(keys::GSI1)
            .scan_index_forward(period != Period::Past)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .expression_attribute_names("#pk", keys::GSI1PK)
            .expression_attribute_values(":pk", text(&partition));
        let request = match period {
            Period::All => request.key_condition_expression("#pk = :pk"),
            Period::Upcoming | Period::Past => {
                let (condition, edge) = match period {
                    Period::Past => ("#pk = :pk AND #sk < :edge", now),
                    _ => (
                        "#pk = :pk AND #sk >= :edge",
                        now.saturating_sub(LONGEST_EVENT).unwrap_or(now),
                    ),
                };
                request
                    .key_condition_expression(condition)
                    .expression_attribute_names("#sk", keys::GSI1SK)
                    .expression_attribute_values(":edge", text(keys::instant(edge)))
            }
        };
        let start = from.map(|cursor| start_key(&partition, &cursor)).transpose()?;
        let output = request
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(failure)?;
        let mut items = Vec::new();
        for item in output.items.unwrap_or_default() {
            let event: Event = read(item)?;
            if period != Period::Upcoming || event.ends_at() > now {
                items.push(event);
            }
        }
        let next = output.last_evaluated_key.as_ref().map(cursor);
        Ok(Page { items, next })
    }

    async fn first_waiting(&self, event: EventKey, class: &ClassId, most: u32) -> StoreResult<Vec<Waiter>> {
        let prefix = keys::waiters(class);
        let items = self
            .query_first(&keys::event_partition(event), Range::Prefix(&prefix), most)
            .await?;
        items.into_iter().map(read).collect()
    }
}

impl TeamReader for Table {
    async fn line_up(&self, event: EventKey) -> StoreResult<Option<(Sheet, LineUp)>> {
        let partition = keys::event_partition(event);
        let items = self
            .query(&partition, Range::Between(keys::EVENT_HEADER, keys::TEAMS))
            .await?;
        Ok(parts(items)?.map(Parts::into_sheet))
    }

    async fn teams(&self, event: EventKey) -> StoreResult<Option<LineUp>> {
        self.get(&keys::line_up(event)).await?.map(read).transpose()
    }

    async fn team_plan(&self, event: EventKey, team: TeamId) -> StoreResult<Option<TeamPlan>> {
        self.get(&keys::team_plan(event, team))
            .await?
            .map(read)
            .transpose()
    }
}

struct Parts {
    event: Event,
    seats: Vec<Seats>,
    sign_ups: Vec<SignUp>,
    line_up: Option<LineUp>,
}

impl Parts {
    fn into_sheet(self) -> (Sheet, LineUp) {
        let Self {
            event,
            seats,
            mut sign_ups,
            line_up,
        } = self;
        sign_ups.sort_by_key(arrival);
        let line_up = line_up.unwrap_or(LineUp::empty(event.key));
        let sheet = Sheet {
            event,
            seats,
            sign_ups,
        };
        (sheet, line_up)
    }
}

fn parts(items: Vec<Item>) -> StoreResult<Option<Parts>> {
    let mut event: Option<Event> = None;
    let mut counts: BTreeMap<ClassId, Seats> = BTreeMap::new();
    let mut sign_ups = Vec::new();
    let mut line_up = None;
    for item in items {
        match sort_key(&item) {
            keys::EVENT_HEADER => event = Some(read(item)?),
            keys::SPACE => {}
            keys::TEAMS => line_up = Some(read(item)?),
            sk if sk.starts_with(keys::CLASSES) => {
                let seats = read::<ClassItem>(item)?.into_seats();
                counts.insert(seats.class.id.clone(), seats);
            }
            _ => sign_ups.push(read(item)?),
        }
    }
    Ok(event.map(|event| {
        let seats = event
            .classes
            .iter()
            .filter_map(|class| counts.remove(&class.id))
            .collect();
        Parts {
            event,
            seats,
            sign_ups,
            line_up,
        }
    }))
}

/// Drivers in the order of their clicks; then those who do not come, in the order of their answers.
fn arrival(sign_up: &SignUp) -> (u64, Timestamp) {
    match &sign_up.status {
        Status::Seated { ticket, .. } | Status::Waiting { ticket, .. } => (ticket.0.0, sign_up.at),
        Status::NotComing => (u64::MAX, sign_up.at),
    }
}

/// Where a list goes on: the event's place in the index, from which its key can be built.
fn cursor(last: &Item) -> Cursor {
    let part = |name| {
        last.get(name)
            .and_then(|v| v.as_s().ok())
            .cloned()
            .unwrap_or_default()
    };
    Cursor(part(keys::GSI1SK))
}

/// A cursor comes from outside: only a place within this club's own list can be built from it.
fn start_key(partition: &str, cursor: &Cursor) -> StoreResult<Item> {
    let bad = || StoreError::Corrupt("a cursor that is none".to_owned());
    let club: ClubId = partition
        .strip_prefix("CLUB#")
        .and_then(|rest| rest.strip_suffix("#EVENTS"))
        .and_then(|id| id.parse().ok())
        .ok_or_else(bad)?;
    let (at, event) = cursor.0.split_once('#').ok_or_else(bad)?;
    let at: Timestamp = at.parse().map_err(corrupt)?;
    let key = EventKey {
        club,
        event: event.parse().map_err(corrupt)?,
    };
    let mut start = keys::event(key).attributes();
    start.insert(keys::GSI1PK.to_owned(), text(partition));
    start.insert(keys::GSI1SK.to_owned(), text(keys::event_time(at, key)));
    Ok(start)
}
