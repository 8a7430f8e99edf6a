//! Founds a club and links it to the guild in which it was asked for.

use super::call::{Call, Env, Failure, club_id, entry_id};
use super::check_permissions::look;
use super::once::{Decision, once};
use crate::domain::club::{Club, NewClub};
use crate::domain::fact::Fact;
use crate::domain::guild_link::Occasion;
use crate::domain::rank::Rank;
use crate::domain::refusal::Refusal;
use crate::domain::roster::Entry;
use crate::domain::settings::{self, ClubSettings, Key, Value, Wish};
use crate::ports::store::{Batch, Change, ClubReader, Ledger, OnceKey, SettingsReader};

/// What was typed.
#[derive(Clone, Debug)]
pub struct CreateClub {
    /// The name.
    pub name: String,
    /// A zone's name.
    pub time_zone: Option<String>,
    /// `#rrggbb`.
    pub colour: Option<String>,
}

/// Founds the club; the caller becomes its owner. Takes Discord's Manage Server permission.
///
/// # Errors
/// Refuses with `NeedsManageServer`, `Form`, `GuildHasClub`, `ClubNameTaken`, `Busy`.
pub async fn create_club<S: ClubReader + SettingsReader + Ledger>(
    store: &S,
    env: &impl Env,
    call: &Call,
    typed: &CreateClub,
) -> Result<Club, Failure> {
    if !call.manages_server {
        return Err(Refusal::NeedsManageServer.into());
    }
    let checked = NewClub::check(&typed.name, typed.time_zone.as_deref(), typed.colour.as_deref())
        .map_err(|faults| Refusal::Form { faults })?;
    let decide = || async {
        let (caller, slug_taken) = futures::join!(
            store.caller(call.guild, call.user),
            store.slug_taken(&checked.slug)
        );
        if let Some(caller) = caller? {
            return Err(Refusal::GuildHasClub {
                club: caller.club.name,
            }
            .into());
        }
        if slug_taken? {
            return Err(Refusal::ClubNameTaken.into());
        }
        let (club, first) = found(store, env, call, (typed, &checked))?;
        let entry = entry_id(env, call.now);
        let entry = Entry::new(club.id, entry, call.name.clone(), Rank::Owner, call.now);
        let (entry, owner) = entry.with_account(call.user);
        let mut changes = vec![Change::CreateClub(club.clone(), entry, owner)];
        changes.extend(first.map(|first| Change::PutSettings(club.id, first)));
        let batch = Batch {
            changes,
            record: Some(call.record(club.id, Fact::ClubCreated)),
            outbox: call.outbox(env, vec![look(call, club.id, Occasion::Founded)]),
            answered: None,
        };
        Ok(Decision::Commit(Box::new(batch), club))
    };
    once(
        (store, env),
        OnceKey::Interaction(call.interaction),
        call.try_until,
        decide,
    )
    .await
}

/// The club, and its first settings if anything was said of them. What was not said is left to the operator.
fn found(
    store: &impl SettingsReader,
    env: &impl Env,
    call: &Call,
    (typed, checked): (&CreateClub, &NewClub),
) -> Result<(Club, Option<ClubSettings>), Refusal> {
    let said = [
        (
            typed.time_zone.is_some(),
            Key::TimeZone,
            Value::Zone(checked.time_zone.clone()),
        ),
        (typed.colour.is_some(), Key::Colour, Value::Colour(checked.colour)),
    ];
    let wishes: Vec<Wish> = said
        .into_iter()
        .filter(|(said, ..)| *said)
        .map(|(_, key, value)| Wish {
            key,
            change: settings::Change::To(value),
        })
        .collect();
    let of_all = store.settings_of_all();
    let (settings, first) = if wishes.is_empty() {
        (of_all, None)
    } else {
        let changed = of_all
            .change(&wishes, call.user, call.now, call.guild)
            .map_err(|faults| Refusal::Settings { faults })?;
        (of_all.with(changed.stored.clone()), Some(changed.stored))
    };
    let club = Club {
        id: club_id(env, call.now),
        guild: Some(call.guild),
        lost_at: None,
        name: checked.name.clone(),
        slug: checked.slug.clone(),
        colour: settings.colour(),
        time_zone: settings.time_zone(),
        created_by: call.user,
        created_at: call.now,
    };
    Ok((club, first))
}
