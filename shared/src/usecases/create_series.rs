//! Creates a series of events.

use super::call::{Call, Env, Failure, series_id, with_caller};
use super::once::{Decision, once};
use crate::domain::club::Colour;
use crate::domain::fact::Fact;
use crate::domain::rank::Capability;
use crate::domain::refusal::Refusal;
use crate::domain::series::{Class, NewSeries, SERIES_MAX, Series};
use crate::domain::text::comparable;
use crate::ports::store::{Batch, Change, ClubReader, Ledger, OnceKey, SeriesReader};
use serde::{Deserialize, Serialize};

/// What was typed.
#[derive(Clone, Debug)]
pub struct CreateSeries {
    /// The name.
    pub name: String,
    /// `GT3:10, LMP2:12`.
    pub classes: String,
    /// Free text.
    pub description: Option<String>,
}

/// What was created.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeriesCreated {
    /// The accent of its club.
    pub colour: Colour,
    /// Its name.
    pub name: String,
    /// Its classes.
    pub classes: Vec<Class>,
}

/// Creates the series. Takes [`Capability::ManageSeries`].
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `Form`, `SeriesNameTaken`, `TooManySeries`, `Busy`.
pub async fn create_series<S: ClubReader + SeriesReader + Ledger>(
    store: &S,
    env: &impl Env,
    call: &Call,
    typed: &CreateSeries,
) -> Result<SeriesCreated, Failure> {
    let checked = NewSeries::check(
        &typed.name,
        &typed.classes,
        typed.description.as_deref().unwrap_or_default(),
    );
    let decide = || async {
        let (caller, existing) = with_caller(store, call, |club| store.list_series(club)).await?;
        call.allow(&caller, Capability::ManageSeries)?;
        let checked = checked.clone().map_err(|faults| Refusal::Form { faults })?;
        if existing
            .iter()
            .any(|series| comparable(&series.name) == comparable(&checked.name))
        {
            return Err(Refusal::SeriesNameTaken.into());
        }
        if existing.len() >= SERIES_MAX {
            return Err(Refusal::TooManySeries { max: SERIES_MAX }.into());
        }
        let series = Series {
            club: caller.club.id,
            id: series_id(env, call.now),
            name: checked.name,
            description: checked.description,
            classes: checked.classes,
            created_by: call.user,
            created_at: call.now,
        };
        let created = SeriesCreated {
            colour: caller.club.colour,
            name: series.name.clone(),
            classes: series.classes.clone(),
        };
        let batch = Batch {
            changes: vec![Change::CreateSeries(series)],
            record: Some(call.record(caller.club.id, Fact::SeriesCreated)),
            outbox: call.outbox(env, Vec::new()),
            answered: None,
        };
        Ok(Decision::Commit(Box::new(batch), created))
    };
    once(
        (store, env),
        OnceKey::Interaction(call.interaction),
        call.try_until,
        decide,
    )
    .await
}
