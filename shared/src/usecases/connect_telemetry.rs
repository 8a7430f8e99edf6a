//! The secret with which a club's telemetry is signed: made, made anew, taken away; and what a program needs to know besides.

use super::call::{Call, Env, Failure, with_caller};
use super::once::{Decision, once};
use crate::domain::event::EventKey;
use crate::domain::fact::Fact;
use crate::domain::ids::EventId;
use crate::domain::rank::Capability;
use crate::domain::refusal::Refusal;
use crate::domain::telemetry::{
    EventIds, TelemetryDone, TelemetryLink, TelemetrySecret, TelemetryShown, TelemetryWish,
};
use crate::ports::store::{Batch, Change, ClubReader, Ledger, OnceKey, TeamReader, Telemetry};
use serde_json::json;

/// Makes a new secret, or takes the present one away. Takes [`Capability::ManageSettings`].
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `Busy`.
pub async fn connect_telemetry<S: ClubReader + Ledger + Telemetry>(
    store: &S,
    env: &impl Env,
    call: &Call,
    wish: TelemetryWish,
) -> Result<TelemetryShown, Failure> {
    let new = TelemetrySecret::from_random([env.random(), env.random()]);
    let decide = || async {
        let (caller, before) = with_caller(store, call, |club| store.telemetry(club)).await?;
        call.allow(&caller, Capability::ManageSettings)?;
        let worked = before.as_ref().is_some_and(|link| link.secret.is_some());
        let (secret, done) = match wish {
            TelemetryWish::Connect => (
                Some(new.clone()),
                TelemetryDone::Connected {
                    secret: new.clone(),
                    replaced: worked,
                },
            ),
            TelemetryWish::Revoke => (None, TelemetryDone::Revoked { ended: worked }),
        };
        let shown = TelemetryShown {
            colour: caller.club.colour,
            club: caller.club.id,
            done,
        };
        if secret.is_none() && !worked {
            return Ok(Decision::Nothing(shown));
        }
        let link = TelemetryLink {
            club: caller.club.id,
            secret,
            changed_by: call.user,
            changed_at: call.now,
            version: before.map_or(0, |link| link.version) + 1,
        };
        // A secret does not belong into a log.
        let mut record = call.record(caller.club.id, Fact::TelemetryChanged);
        record.before = json!({ "connected": worked });
        record.after = json!({ "connected": link.secret.is_some() });
        let batch = Batch {
            changes: vec![Change::PutTelemetry(link)],
            record: Some(record),
            outbox: call.outbox(env, Vec::new()),
            answered: None,
        };
        Ok(Decision::Commit(Box::new(batch), shown))
    };
    let key = OnceKey::Interaction(call.interaction);
    once((store, env), key, call.try_until, decide).await
}

/// Whether telemetry is connected, and what an event and its teams are called. Takes [`Capability::ManageEvents`].
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `NoSuchEvent`.
pub async fn telemetry_status<S: ClubReader + TeamReader + Telemetry>(
    store: &S,
    call: &Call,
    event: Option<EventId>,
) -> Result<TelemetryShown, Failure> {
    let (caller, (link, found)) = with_caller(store, call, |club| async move {
        let line_up = async {
            match event {
                Some(event) => store.line_up(EventKey { club, event }).await,
                None => Ok(None),
            }
        };
        let (link, found) = futures::join!(store.telemetry(club), Box::pin(line_up));
        Ok((link?, found?))
    })
    .await?;
    call.allow(&caller, Capability::ManageEvents)?;
    if event.is_some() && found.is_none() {
        return Err(Refusal::NoSuchEvent.into());
    }
    let ids = found.map(|(sheet, line_up)| EventIds {
        event: sheet.event.key.event,
        name: sheet.event.name,
        teams: line_up
            .teams
            .into_iter()
            .map(|team| (team.id, team.name))
            .collect(),
    });
    let since = link
        .filter(|link| link.secret.is_some())
        .map(|link| (link.changed_by, link.changed_at));
    Ok(TelemetryShown {
        colour: caller.club.colour,
        club: caller.club.id,
        done: TelemetryDone::Shown { since, event: ids },
    })
}
