//! The iCalendar feed of a club's events: its address for people, its events for their calendars.

use super::call::{Call, Env, Failure, with_caller};
use super::once::{Decision, once};
use crate::domain::calendar::{EVENTS_MOST, Feed, FeedSecret, FeedWish, is_in_feed};
use crate::domain::club::{Club, Colour};
use crate::domain::event::{Event, Period};
use crate::domain::fact::Fact;
use crate::domain::ids::ClubId;
use crate::domain::rank::Capability;
use crate::ports::store::{Batch, Calendars, Change, ClubReader, EventReader, Ledger, OnceKey, StoreResult};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A club's feed as it is shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FeedShown {
    /// The club's colour.
    pub colour: Colour,
    /// The club.
    pub club: ClubId,
    /// The secret part of the address; none if nobody may read the feed.
    pub secret: Option<FeedSecret>,
    /// Whether this closed or replaced an address that worked.
    pub ended: bool,
}

/// Shows, replaces or closes a club's feed. Everybody in the guild may have it shown, as they may list the events; to replace
/// or close it takes [`Capability::ManageSettings`], and so does opening it again once it was closed.
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `Busy`.
pub async fn share_calendar<S: ClubReader + Calendars + Ledger>(
    store: &S,
    env: &impl Env,
    call: &Call,
    wish: FeedWish,
) -> Result<FeedShown, Failure> {
    let new = FeedSecret::from_random([env.random(), env.random()]);
    let decide = || async {
        let (caller, before) = with_caller(store, call, |club| store.feed(club)).await?;
        if wish != FeedWish::Show {
            call.allow(&caller, Capability::ManageSettings)?;
        }
        let open = before.as_ref().and_then(|feed| feed.secret.clone());
        let secret = match (wish, &before) {
            (FeedWish::Renew, _) | (FeedWish::Show, None) => Some(new.clone()),
            (FeedWish::Close, _) => None,
            (FeedWish::Show, Some(_)) => open.clone(),
        };
        let shown = FeedShown {
            colour: caller.club.colour,
            club: caller.club.id,
            ended: open.is_some() && open != secret,
            secret: secret.clone(),
        };
        if before.is_some() && open == secret {
            return Ok(Decision::Nothing(shown));
        }
        let feed = Feed {
            club: caller.club.id,
            secret,
            changed_by: call.user,
            changed_at: call.now,
            version: before.as_ref().map_or(0, |feed| feed.version) + 1,
        };
        // What is recorded is that it was open or not: a secret does not belong into a log.
        let mut record = call.record(caller.club.id, Fact::CalendarChanged);
        record.before = json!({ "open": open.is_some() });
        record.after = json!({ "open": feed.secret.is_some() });
        let batch = Batch {
            changes: vec![Change::PutFeed(feed)],
            record: Some(record),
            outbox: call.outbox(env, Vec::new()),
            answered: None,
        };
        Ok(Decision::Commit(Box::new(batch), shown))
    };
    let key = OnceKey::Interaction(call.interaction);
    once((store, env), key, call.try_until, decide).await
}

/// The club and the events of its feed, the next to start first and then the latest first, for whoever has the secret of
/// its address; nothing for anybody else, nor if there is no such club.
///
/// # Errors
/// What the store says.
pub async fn read_feed<S: ClubReader + Calendars + EventReader>(
    store: &S,
    club: ClubId,
    given: &str,
    now: Timestamp,
) -> StoreResult<Option<(Club, Vec<Event>)>> {
    let feed = store.feed(club).await?;
    if !feed
        .and_then(|feed| feed.secret)
        .is_some_and(|secret| secret.is(given))
    {
        return Ok(None);
    }
    let events = |period| store.list_events(club, period, now, EVENTS_MOST, None);
    let (found, coming, past) =
        futures::join!(store.club(club), events(Period::Upcoming), events(Period::Past));
    let (Some(found), coming, past) = (found?, coming?.items, past?.items) else {
        return Ok(None);
    };
    let mut shown: Vec<Event> = Vec::new();
    for event in coming.into_iter().chain(past) {
        // One that is on is in both.
        let twice = shown.iter().any(|other| other.key == event.key);
        if !twice && is_in_feed(&event, now) {
            shown.push(event);
        }
    }
    Ok(Some((found, shown)))
}
