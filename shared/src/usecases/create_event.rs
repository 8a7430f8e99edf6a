//! Creates an event, as a draft that only those who manage events see.

use super::call::{Call, Env, Failure, event_id, with_caller};
use super::once::{Decision, once};
use crate::domain::club::ZoneName;
use crate::domain::event::{Event, EventForm, EventKey, EventState};
use crate::domain::fact::Fact;
use crate::domain::ids::SeriesId;
use crate::domain::notice::EventBrief;
use crate::domain::rank::Capability;
use crate::domain::refusal::Refusal;
use crate::domain::series::{Series, write_classes};
use crate::ports::store::{Batch, Caller, Change, ClubReader, Ledger, MemberWishes, OnceKey, SeriesReader};

/// What the form for a new event of the series is made from: the zone in which its times are typed, and the series. Takes [`Capability::ManageEvents`].
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `NoSuchSeries`.
pub async fn new_event_form<S: ClubReader + MemberWishes + SeriesReader>(
    store: &S,
    call: &Call,
    series: SeriesId,
) -> Result<(ZoneName, Series), Failure> {
    let (_, zone, series) = allowed_series(store, call, series).await?;
    Ok((zone, series))
}

/// Creates the event. An empty list of classes means those of the series. Takes [`Capability::ManageEvents`].
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `NoSuchSeries`, `Form`, `Busy`.
pub async fn create_event<S: ClubReader + MemberWishes + SeriesReader + Ledger>(
    store: &S,
    env: &impl Env,
    call: &Call,
    series: SeriesId,
    form: &EventForm,
) -> Result<EventBrief, Failure> {
    let decide = || async {
        let (caller, zone, series) = allowed_series(store, call, series).await?;
        let mut form = form.clone();
        if form.classes.trim().is_empty() {
            form.classes = write_classes(&series.classes);
        }
        let details = form
            .check(&zone.zone(), call.now, None)
            .map_err(|faults| Refusal::Form { faults })?;
        let event = Event {
            key: EventKey {
                club: caller.club.id,
                event: event_id(env, call.now),
            },
            series: series.id,
            series_name: series.name,
            name: details.name,
            description: details.description,
            starts_at: details.starts_at,
            duration_min: details.duration_min,
            classes: details.classes,
            state: EventState::Draft,
            opens_at: None,
            closes_at: None,
            state_since: None,
            cancelled_at: None,
            cancel_reason: None,
            unpublished: false,
            created_by: call.user,
            created_at: call.now,
            version: 1,
        };
        let brief = EventBrief::of(&caller.club, &event);
        let batch = Batch {
            record: Some(call.record(caller.club.id, Fact::EventCreated { event: event.key })),
            changes: vec![Change::CreateEvent(event)],
            outbox: call.outbox(env, Vec::new()),
            answered: None,
        };
        Ok(Decision::Commit(Box::new(batch), brief))
    };
    once(
        (store, env),
        OnceKey::Interaction(call.interaction),
        call.try_until,
        decide,
    )
    .await
}

async fn allowed_series<S: ClubReader + MemberWishes + SeriesReader>(
    store: &S,
    call: &Call,
    series: SeriesId,
) -> Result<(Caller, ZoneName, Series), Failure> {
    let (caller, (found, wishes)) = with_caller(store, call, |club| async move {
        let (found, wishes) = futures::join!(store.series(club, series), store.wishes(club, call.user));
        Ok((found?, wishes?))
    })
    .await?;
    call.allow(&caller, Capability::ManageEvents)?;
    let zone = wishes.zone_or(&caller.club.time_zone);
    Ok((caller, zone, found.ok_or(Refusal::NoSuchSeries)?))
}
