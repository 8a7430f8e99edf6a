//! Says that a series is over, and has its statistics posted; said again, has what stands brought up to date.

use super::call::{Call, Env, Failure, with_caller};
use super::once::{Decision, once};
use super::record_results::Later;
use crate::domain::event::Period;
use crate::domain::fact::Fact;
use crate::domain::ids::{ClubId, SeriesId};
use crate::domain::rank::Capability;
use crate::domain::refusal::Refusal;
use crate::domain::series_end::SeriesEnd;
use crate::domain::work::Work;
use crate::ports::store::{
    Batch, Change, ClubReader, EventReader, Ledger, OnceKey, ResultReader, SeriesReader, StoreResult,
};
use jiff::Timestamp;

/// Events read at once.
const PAGE: u32 = 100;

/// Completes the series. Takes [`Capability::ManageSeries`].
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `NoSuchSeries`, `SeriesRunning`, `NoResults`, `Busy`.
pub async fn complete_series<S: ClubReader + EventReader + Ledger + ResultReader + SeriesReader>(
    store: &S,
    env: &impl Env,
    call: &Call,
    series: SeriesId,
) -> Result<Later, Failure> {
    let decide = || async {
        let (caller, (found, before, results)) = with_caller(store, call, |club| async move {
            let (found, before, results) = futures::join!(
                store.series(club, series),
                store.series_end(club, series),
                store.series_results(club, series)
            );
            Ok((found?, before?, results?))
        })
        .await?;
        call.allow(&caller, Capability::ManageSeries)?;
        found.ok_or(Refusal::NoSuchSeries)?;
        let club = caller.club.id;
        let mut batch = Batch {
            changes: Vec::new(),
            record: None,
            outbox: call.outbox(
                env,
                vec![Work::PostSeriesEnd {
                    club,
                    series,
                    reply: Some(call.reply.clone()),
                }],
            ),
            answered: None,
        };
        if before.is_none() {
            if let Some(event) = Box::pin(still_to_come(store, (club, series), call.now)).await? {
                return Err(Refusal::SeriesRunning { event }.into());
            }
            let raced = results.iter().filter(|one| !one.rows.is_empty());
            let last = raced.max_by_key(|one| (one.starts_at, one.event.event));
            let end = SeriesEnd {
                club,
                series,
                last: last.ok_or(Refusal::NoResults)?.event,
                by: call.user,
                at: call.now,
                posted: None,
                guild: None,
                version: 1,
            };
            batch.changes.push(Change::PutSeriesEnd(end));
            batch.record = Some(call.record(club, Fact::SeriesCompleted { series }));
        }
        Ok(Decision::Commit(Box::new(batch), Later))
    };
    let key = OnceKey::Interaction(call.interaction);
    once((store, env), key, call.try_until, decide).await
}

/// The name of an event of the series that is not over, if there is one.
async fn still_to_come<S: EventReader>(
    store: &S,
    (club, series): (ClubId, SeriesId),
    now: Timestamp,
) -> StoreResult<Option<String>> {
    let mut from = None;
    loop {
        let page = store.list_events(club, Period::Upcoming, now, PAGE, from).await?;
        let mut of_series = page.items.into_iter().filter(|event| event.series == series);
        if let Some(event) = of_series.find(|event| !event.state.is_over()) {
            return Ok(Some(event.name));
        }
        from = page.next;
        if from.is_none() {
            return Ok(None);
        }
    }
}
