//! Sets a club up step by step: shows what is set, and has the use cases of settings and roles set it.

use super::call::{Call, Env, Failure, with_caller};
use super::change_settings::{Base, change_settings_from};
use super::map_roles::{MapRank, map_rank};
use crate::domain::permissions::Right;
use crate::domain::rank::Capability;
use crate::domain::refusal::Refusal;
use crate::domain::role_map::in_force;
use crate::domain::settings::{Change as To, Key, SettingFault, SettingProblem, Value, Wish};
use crate::domain::setup::{FEATURES, PickedChannel, Setup, SetupPage};
use crate::ports::store::{ClubReader, Ledger, OnceKey, RoleMaps};

/// What reviewing in a channel takes.
const TO_WRITE: [Right; 3] = [Right::ViewChannel, Right::SendMessages, Right::EmbedLinks];

/// What the steps need of the store.
pub trait SetupStore: ClubReader + RoleMaps + Ledger {}

impl<T: ClubReader + RoleMaps + Ledger> SetupStore for T {}

/// A page with what is set. Takes [`Capability::ManageSettings`].
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`.
pub async fn setup_page<S: SetupStore>(
    store: &S,
    call: &Call,
    page: SetupPage,
    saved: bool,
) -> Result<Setup, Failure> {
    let (caller, map) = with_caller(store, call, |club| store.role_map(club)).await?;
    call.allow(&caller, Capability::ManageSettings)?;
    let own = map.as_ref().map(|map| map.list.as_slice()).unwrap_or_default();
    Ok(Setup {
        page,
        by: caller.rank,
        list: in_force(map.as_ref(), &caller.settings),
        own: own.iter().map(|mapped| mapped.role).collect(),
        list_version: map.as_ref().map_or(0, |map| map.version),
        settings: caller.settings,
        club: caller.club,
        saved,
    })
}

/// What was chosen on a page.
#[derive(Clone, Debug, PartialEq)]
pub enum SetupChoice {
    /// The roles of a rank.
    Roles(MapRank),
    /// Where requests to join are reviewed; nothing for nowhere.
    JoinChannel(Option<PickedChannel>),
    /// The zone, as typed or picked.
    Zone(String),
    /// The features that are on; all others are off.
    Features(Vec<Key>),
    /// Which side leads, as the setting's word.
    Direction(String),
}

/// Sets what was chosen, unless it was changed since the page was shown: `seen` is the version of settings or list at that
/// time. Each choice takes what its settings or ranks take.
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `Settings`, `SettingChanged`, `Role`, `QuestionOutdated`, `Busy`.
pub async fn set_up<S: SetupStore>(
    store: &S,
    env: &impl Env,
    call: &Call,
    seen: u64,
    choice: SetupChoice,
) -> Result<(), Failure> {
    let wishes = match choice {
        SetupChoice::Roles(wish) => return Box::pin(map_rank(store, env, call, seen, &wish)).await,
        SetupChoice::JoinChannel(picked) => vec![to_channel(picked)?],
        SetupChoice::Zone(typed) => vec![typed_wish(Key::TimeZone, typed)],
        SetupChoice::Features(on) => features(&on),
        SetupChoice::Direction(word) => vec![typed_wish(Key::SyncDirection, word)],
    };
    let base = Base {
        key: OnceKey::Interaction(call.interaction),
        seen: Some(seen),
    };
    Box::pin(change_settings_from(store, env, call, &wishes, base))
        .await
        .map(|_| ())
}

const fn typed_wish(key: Key, typed: String) -> Wish {
    let change = To::Typed(typed);
    Wish { key, change }
}

fn features(on: &[Key]) -> Vec<Wish> {
    let wish = |key: Key| Wish {
        key,
        change: To::To(Value::Switch(on.contains(&key))),
    };
    FEATURES.into_iter().map(wish).collect()
}

/// A picked channel came with the signed click, so it is one of the guild.
fn to_channel(picked: Option<PickedChannel>) -> Result<Wish, Refusal> {
    let key = Key::JoinChannel;
    let refused = |problem| Refusal::Settings {
        faults: vec![SettingFault { key, problem }],
    };
    if let Some(picked) = picked {
        if !picked.text {
            return Err(refused(SettingProblem::NoTextChannel));
        }
        let allowed = |right: &Right| picked.allowed.is_none_or(|allowed| allowed.has(right.bit()));
        let rights: Vec<Right> = TO_WRITE.into_iter().filter(|right| !allowed(right)).collect();
        if !rights.is_empty() {
            return Err(refused(SettingProblem::ClosedChannel { rights }));
        }
    }
    let channel = picked.map(|picked| picked.channel);
    Ok(Wish {
        key,
        change: To::To(Value::Channel(channel)),
    })
}
