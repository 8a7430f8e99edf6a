//! Enters results of an event, has a file of them read, has them posted, and shows the table of a series.

use super::call::{Call, Env, Failure, with_caller};
use super::once::{Decision, once};
use super::post_series_end::counted_again;
use crate::domain::club::Club;
use crate::domain::event::{Event, EventKey, EventState};
use crate::domain::fact::Fact;
use crate::domain::ids::{EventId, SeriesId, UserId};
use crate::domain::rank::Capability;
use crate::domain::refusal::{Field, FormFault, Problem, Refusal};
use crate::domain::results::{
    Entered, Finish, NAME_MAX, NO_PLACE, ROWS_MAX, ResultEntered, Results, Row, SeriesTable, table,
};
use crate::domain::results_csv::{ResultProblem, class};
use crate::domain::roster_csv::{BYTES_MAX, FileFault};
use crate::domain::roster_import::FileRef;
use crate::domain::work::Work;
use crate::ports::store::{
    Batch, Caller, Change, ClubReader, Desk, EventReader, Ledger, OnceKey, ResultReader, SeriesReader,
    StoreResult,
};
use serde::{Deserialize, Serialize};

/// The answer comes later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Later;

/// Enters one driver's result. Takes [`Capability::ManageEvents`].
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `NoSuchEvent`, `NotRaced`, `Form`, `Busy`.
pub async fn enter_result<S: ClubReader + EventReader + Ledger + ResultReader>(
    store: &S,
    env: &impl Env,
    call: &Call,
    event: EventId,
    entered: &Entered,
) -> Result<ResultEntered, Failure> {
    let decide = || async {
        let (caller, (desk, before)) = with_caller(store, call, |club| async move {
            let key = EventKey { club, event };
            let (desk, results) = futures::join!(store.desk(key, entered.driver.user), store.results(key));
            Ok((desk?, results?))
        })
        .await?;
        call.allow(&caller, Capability::ManageEvents)?;
        let desk = desk.ok_or(Refusal::NoSuchEvent)?;
        raced(&desk.event)?;
        let before = refreshed(&before.unwrap_or_else(|| Results::none(&desk.event)), &desk.event);
        let (after, row) = entry(&before, &desk, entered)?;
        let others = after.shared_places().into_iter();
        let shared =
            others.filter(|one| one.class == row.class && Finish::Placed { place: one.place } == row.finish);
        let shown = ResultEntered {
            colour: caller.club.colour,
            event: desk.event.name.clone(),
            class: after.label(&row.class).to_owned(),
            taken_out: !after.rows.contains(&row),
            shared_with: shared
                .flat_map(|one| one.names)
                .filter(|name| *name != row.name)
                .collect(),
            rows: after.rows.len(),
            posted: after.posted.map(|posted| posted.channel),
            row,
        };
        let mut record = call.record(
            caller.club.id,
            Fact::ResultsEntered {
                event: desk.event.key,
            },
        );
        let own = |results: &Results| {
            let found = results.rows.iter().find(|row| row.is_of(entered.driver.user));
            serde_json::to_value(found).unwrap_or_default()
        };
        (record.before, record.after) = (own(&before), own(&after));
        let batch = Batch {
            record: Some(record),
            outbox: call.outbox(env, brought_up_to_date(store, &after).await?),
            changes: vec![Change::PutResults(Box::new(after))],
            answered: None,
        };
        Ok(Decision::Commit(Box::new(batch), shown))
    };
    let key = OnceKey::Interaction(call.interaction);
    once((store, env), key, call.try_until, decide).await
}

/// The results with what was entered, and the row that it is about.
fn entry(before: &Results, desk: &Desk, entered: &Entered) -> Result<(Results, Row), Refusal> {
    let form = |field, problem| Refusal::Form {
        faults: vec![FormFault { field, problem }],
    };
    let user = entered.driver.user;
    if entered.driver.bot {
        return Err(form(Field::Driver, Problem::IsABot));
    }
    if entered.place.trim().eq_ignore_ascii_case(NO_PLACE) {
        let found = before.rows.iter().find(|row| row.is_of(user));
        let row = found.ok_or_else(|| form(Field::Place, Problem::NothingToTakeOut))?;
        return Ok((before.without(user), row.clone()));
    }
    let finish = Finish::parse(&entered.place).ok_or_else(|| form(Field::Place, Problem::NotAPlace))?;
    let typed = entered.class.as_deref().unwrap_or_default().trim();
    let class = class(&desk.event, desk.mine.as_ref(), typed).map_err(|problem| {
        let problem = match problem {
            ResultProblem::NoClass { typed } => Problem::NoSuchClass { typed },
            _ => Problem::Empty,
        };
        form(Field::Class, problem)
    })?;
    let name = desk.mine.as_ref().map_or(&entered.driver.name, |mine| &mine.name);
    let row = Row {
        user: Some(user),
        name: name.chars().take(NAME_MAX).collect(),
        class,
        finish,
        fastest: entered.fastest,
    };
    let after = before.with(row.clone());
    if after.rows.len() > ROWS_MAX {
        return Err(form(Field::Place, Problem::TooManyDrivers { max: ROWS_MAX }));
    }
    Ok((after, row))
}

/// What is to be done after a change of results that stand in a channel.
///
/// # Errors
/// What the store says.
pub(super) async fn brought_up_to_date<S: ResultReader>(
    store: &S,
    results: &Results,
) -> StoreResult<Vec<Work>> {
    let event = results.event;
    let posted = results.posted.map(|_| Work::PostResults { event, reply: None });
    // And after one of results of a series that is over.
    let ended = counted_again(store, event.club, results.series).await?;
    Ok(posted.into_iter().chain(ended).collect())
}

/// Has a file of results read. Takes [`Capability::ManageEvents`].
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `NoSuchEvent`, `NotRaced`, `RosterFile`, `Busy`.
pub async fn start_result_import<S: ClubReader + EventReader + Ledger>(
    store: &S,
    env: &impl Env,
    call: &Call,
    event: EventId,
    file: &FileRef,
) -> Result<Later, Failure> {
    let decide = || async {
        let (_, event) = managed(store, call, event).await?;
        if file.size > BYTES_MAX as u64 {
            let fault = FileFault::TooLarge;
            return Err(Refusal::RosterFile { fault }.into());
        }
        let work = Work::ImportResults {
            event: event.key,
            user: call.user,
            interaction: call.interaction,
            file: file.clone(),
            reply: call.reply.clone(),
        };
        Ok(Decision::Commit(Box::new(queued(env, call, work)), Later))
    };
    let key = OnceKey::Interaction(call.interaction);
    once((store, env), key, call.try_until, decide).await
}

/// Has the results posted in the event's channel, or what stands there brought up to date. Takes
/// [`Capability::ManageEvents`].
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `NoSuchEvent`, `NotRaced`, `NoResults`, `Busy`.
pub async fn ask_to_post_results<S: ClubReader + EventReader + Ledger + ResultReader>(
    store: &S,
    env: &impl Env,
    call: &Call,
    event: EventId,
) -> Result<Later, Failure> {
    let decide = || async {
        let (_, event) = managed(store, call, event).await?;
        let results = store.results(event.key).await?;
        if results.is_none_or(|results| results.rows.is_empty()) {
            return Err(Refusal::NoResults.into());
        }
        let work = Work::PostResults {
            event: event.key,
            reply: Some(call.reply.clone()),
        };
        Ok(Decision::Commit(Box::new(queued(env, call, work)), Later))
    };
    let key = OnceKey::Interaction(call.interaction);
    once((store, env), key, call.try_until, decide).await
}

/// The table of a series. Everybody in the guild may see it.
///
/// # Errors
/// Refuses with `NoClub`, `NoSuchSeries`.
pub async fn series_table<S: ClubReader + ResultReader + SeriesReader>(
    store: &S,
    call: &Call,
    series: SeriesId,
) -> Result<(Club, String, SeriesTable), Failure> {
    let (caller, (found, results)) = with_caller(store, call, |club| async move {
        let (found, results) = futures::join!(store.series(club, series), store.series_results(club, series));
        Ok((found?, results?))
    })
    .await?;
    let found = found.ok_or(Refusal::NoSuchSeries)?;
    let counted = table(&results, &caller.settings.points_system());
    Ok((caller.club, found.name, counted))
}

async fn managed<S: ClubReader + EventReader>(
    store: &S,
    call: &Call,
    event: EventId,
) -> Result<(Caller, Event), Failure> {
    let (caller, desk) = with_caller(store, call, |club| {
        store.desk(EventKey { club, event }, UserId(0))
    })
    .await?;
    call.allow(&caller, Capability::ManageEvents)?;
    let event = desk.ok_or(Refusal::NoSuchEvent)?.event;
    raced(&event)?;
    Ok((caller, event))
}

/// Results are entered while the race is on, and afterwards as long as the event is there.
///
/// # Errors
/// `NotRaced`, `NoSuchEvent`.
pub(super) fn raced(event: &Event) -> Result<(), Refusal> {
    match event.state {
        EventState::Live | EventState::Completed => Ok(()),
        EventState::Archived if event.cancelled_at.is_none() => Ok(()),
        EventState::Deleted => Err(Refusal::NoSuchEvent),
        _ => Err(Refusal::NotRaced),
    }
}

/// The results beside the event's present name and classes.
pub(super) fn refreshed(results: &Results, event: &Event) -> Results {
    Results {
        event_name: event.name.clone(),
        starts_at: event.starts_at,
        classes: event.classes.clone(),
        ..results.clone()
    }
}

fn queued(env: &impl Env, call: &Call, work: Work) -> Batch {
    Batch {
        changes: Vec::new(),
        record: None,
        outbox: call.outbox(env, vec![work]),
        answered: None,
    }
}
