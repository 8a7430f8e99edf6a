//! Changes a club's settings, or takes the club's own values back.

use super::call::{Call, Env, Failure, with_caller};
use super::once::{Decision, once};
use crate::domain::fact::{Fact, Record};
use crate::domain::refusal::Refusal;
use crate::domain::settings::{Change as To, InForce, Key, Settings, SettingsChanged, Target, Wish};
use crate::domain::work::Work;
use crate::ports::store::{Batch, Caller, Change, ClubReader, Ledger, OnceKey};
use std::sync::OnceLock;

/// Under which key a change is remembered, and what whoever wants it has seen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Base {
    /// Makes it happen once.
    pub key: OnceKey,
    /// The version of the settings that was shown; the present one if nothing is said.
    pub seen: Option<u64>,
}

/// Changes all of these settings or none. Each takes its own capability.
///
/// Somebody else who changes other settings at the same moment does not get in the way; of two who change the same one,
/// the second is told.
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `Settings`, `SettingChanged`, `Busy`.
pub async fn change_settings<S: ClubReader + Ledger>(
    store: &S,
    env: &impl Env,
    call: &Call,
    wishes: &[Wish],
) -> Result<SettingsChanged, Failure> {
    let base = Base {
        key: OnceKey::Interaction(call.interaction),
        seen: None,
    };
    change_settings_from(store, env, call, wishes, base).await
}

/// As [`change_settings`], from what was shown.
pub(super) async fn change_settings_from<S: ClubReader + Ledger>(
    store: &S,
    env: &impl Env,
    call: &Call,
    wishes: &[Wish],
    base: Base,
) -> Result<SettingsChanged, Failure> {
    let seen = OnceLock::new();
    if let Some(shown) = base.seen {
        let _ = seen.set(shown);
    }
    let decide = || async {
        let (caller, ()) = with_caller(store, call, |_| async { Ok(()) }).await?;
        decide(
            env,
            call,
            &caller,
            wishes,
            *seen.get_or_init(|| caller.settings.version()),
        )
    };
    once((store, env), base.key, call.try_until, decide).await
}

/// Takes the club's own values back, as they were when the person was asked whether to: `seen` is the version of the
/// settings at that moment.
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `ResetOutdated`, `Busy`.
pub async fn reset_settings<S: ClubReader + Ledger>(
    store: &S,
    env: &impl Env,
    call: &Call,
    target: Target,
    seen: u64,
) -> Result<SettingsChanged, Failure> {
    let decide = || async {
        let (caller, ()) = with_caller(store, call, |_| async { Ok(()) }).await?;
        let wishes = resets(call, &caller, target)?;
        let keys: Vec<Key> = wishes.iter().map(|wish| wish.key).collect();
        if seen > caller.settings.version() || caller.settings.changed_since(seen, &keys).is_some() {
            return Err(Refusal::ResetOutdated.into());
        }
        decide(env, call, &caller, &wishes, caller.settings.version())
    };
    once(
        (store, env),
        OnceKey::Interaction(call.interaction),
        call.try_until,
        decide,
    )
    .await
}

/// The wishes of a reset: those settings of its target that the caller may change. None is a refusal.
pub(super) fn resets(call: &Call, caller: &Caller, target: Target) -> Result<Vec<Wish>, Refusal> {
    let keys = target.keys();
    let wishes: Vec<Wish> = keys
        .iter()
        .filter(|key| caller.rank.may(key.spec().takes))
        .map(|key| Wish {
            key: *key,
            change: To::Reset,
        })
        .collect();
    match keys.first() {
        Some(key) if wishes.is_empty() => Err(call
            .allow(caller, key.spec().takes)
            .err()
            .unwrap_or(Refusal::NoSuchSetting)),
        _ => Ok(wishes),
    }
}

fn decide(
    env: &impl Env,
    call: &Call,
    caller: &Caller,
    wishes: &[Wish],
    seen: u64,
) -> Result<Decision<SettingsChanged>, Failure> {
    for wish in wishes {
        call.allow(caller, wish.key.spec().takes)?;
    }
    let settings = &caller.settings;
    let changed = settings
        .change(wishes, call.user, call.now, call.guild)
        .map_err(|faults| Refusal::Settings { faults })?;
    let keys: Vec<Key> = changed.told.iter().map(|told| told.key).collect();
    if let Some(key) = settings.changed_since(seen, &keys) {
        return Err(overtaken(settings, key).into());
    }
    let after = settings.with(changed.stored.clone());
    let unchanged = wishes
        .iter()
        .map(|wish| wish.key)
        .filter(|key| !keys.contains(key));
    let outcome = SettingsChanged {
        colour: after.colour(),
        told: changed.told,
        unchanged: unchanged.collect(),
    };
    if keys.is_empty() {
        return Ok(Decision::Nothing(outcome));
    }
    let work = Work::of_settings(caller.club.id, &keys);
    let record = Record {
        before: changed.before,
        after: changed.after,
        ..call.record(caller.club.id, Fact::SettingsChanged { keys })
    };
    let batch = Batch {
        changes: vec![Change::PutSettings(caller.club.id, changed.stored)],
        record: Some(record),
        outbox: call.outbox(env, work),
        answered: None,
    };
    Ok(Decision::Commit(Box::new(batch), outcome))
}

/// Somebody else changed that setting since this call looked at it first.
fn overtaken(settings: &Settings, key: Key) -> Refusal {
    let InForce { value, .. } = settings.in_force(key);
    Refusal::SettingChanged {
        key,
        now: value.json(),
        by: settings.last_change(key).map(|change| change.by),
    }
}
