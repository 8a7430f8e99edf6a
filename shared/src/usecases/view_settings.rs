//! Shows a club's settings, and asks before several are reset.

use super::call::{Call, Failure, with_caller};
use super::change_settings::resets;
use crate::domain::rank::Capability;
use crate::domain::refusal::Refusal;
use crate::domain::settings::{Key, ResetQuestion, Settings, Target};
use crate::ports::store::ClubReader;

/// Reads the settings. Takes [`Capability::ViewSettings`].
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`.
pub async fn view_settings<S: ClubReader>(store: &S, call: &Call) -> Result<Settings, Failure> {
    let (caller, ()) = with_caller(store, call, |_| async { Ok(()) }).await?;
    call.allow(&caller, Capability::ViewSettings)?;
    Ok(caller.settings)
}

/// What a reset would do. Takes what the settings take; those that the caller may not change are left out.
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `Settings`.
pub async fn ask_reset<S: ClubReader>(
    store: &S,
    call: &Call,
    target: Target,
) -> Result<ResetQuestion, Failure> {
    let (caller, ()) = with_caller(store, call, |_| async { Ok(()) }).await?;
    let wishes = resets(call, &caller, target)?;
    let settings = &caller.settings;
    let changed = settings
        .change(&wishes, call.user, call.now, call.guild)
        .map_err(|faults| Refusal::Settings { faults })?;
    let own = |key: &Key| settings.stored().values.contains_key(key.name());
    let kept = target
        .keys()
        .into_iter()
        .filter(|key| own(key) && !wishes.iter().any(|wish| wish.key == *key));
    Ok(ResetQuestion {
        colour: settings.colour(),
        target,
        version: settings.version(),
        told: changed.told,
        kept: kept.collect(),
    })
}
