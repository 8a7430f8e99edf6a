//! Makes, adopts, opens, shuts and removes a voice room of race day: a team's, or an event's.
//!
//! The room is recorded with the space that it belongs to, as a step with its intent. Who is let in is told from what was let
//! in before by a digest, so that nothing is called where nothing differs.

use super::job::{CLOCK_SKEW, Job, JobFailure};
use super::open_event_space::with_room;
use crate::domain::event::EventKey;
use crate::domain::ids::ChannelId;
use crate::domain::notice::Sheet;
use crate::domain::permissions::{GuildPicture, Overwrite, Permissions, Right};
use crate::domain::race_room::{Guests, Room};
use crate::domain::settings::Settings;
use crate::domain::space::{Space, Step};
use crate::domain::team_space::TeamSpace;
use crate::ports::discord::{Channel, ChannelKind, ChannelPlace, Channels, DiscordError, Guilds, NewChannel};
use crate::ports::store::{CommitError, Spaces, TeamSpaces};
use jiff::Timestamp;
use std::future::Future;

/// Discord docs, opcodes and status codes.
const UNKNOWN_CHANNEL: u64 = 10_003;

/// A record that a room belongs to.
pub(super) trait HasRoom<S>: Send {
    /// The event.
    fn event(&self) -> EventKey;
    /// The room.
    fn room(&self) -> Option<&Room>;
    /// Replaces it.
    fn set_room(&mut self, room: Option<Room>);
    /// Writes the record, with a channel that is claimed for it.
    fn save(
        &mut self,
        store: &S,
        claimed: Option<ChannelId>,
    ) -> impl Future<Output = Result<(), CommitError>> + Send;
}

impl<S: Spaces> HasRoom<S> for Space {
    fn event(&self) -> EventKey {
        self.event
    }

    fn room(&self) -> Option<&Room> {
        self.room.as_ref()
    }

    fn set_room(&mut self, room: Option<Room>) {
        self.room = room;
    }

    async fn save(&mut self, store: &S, claimed: Option<ChannelId>) -> Result<(), CommitError> {
        Box::pin(store.save_space(self, claimed)).await
    }
}

impl<S: TeamSpaces> HasRoom<S> for TeamSpace {
    fn event(&self) -> EventKey {
        self.event
    }

    fn room(&self) -> Option<&Room> {
        self.race.as_ref()
    }

    fn set_room(&mut self, room: Option<Room>) {
        self.race = room;
    }

    async fn save(&mut self, store: &S, claimed: Option<ChannelId>) -> Result<(), CommitError> {
        Box::pin(store.save_team_space(self, claimed)).await
    }
}

/// What a room is to be.
pub(super) struct Wanted<'a> {
    /// Its name, where it is made.
    pub name: String,
    /// Who sees it.
    pub guests: Guests,
    /// The event.
    pub sheet: &'a Sheet,
    /// The club's settings.
    pub settings: &'a Settings,
}

/// The room with those let in who are to be; its id is recorded when this returns.
///
/// # Errors
/// What the store and Discord say; unknown channel (10003) if it was deleted by hand.
pub(super) async fn ensure_room<S: Spaces>(
    store: &S,
    discord: &(impl Channels + Guilds),
    job: &Job,
    holder: &mut impl HasRoom<S>,
    wanted: &Wanted<'_>,
) -> Result<(), JobFailure> {
    let guests = wanted.guests.digest();
    let room = holder.room().cloned();
    if let Some(room) = &room
        && room.step.id().is_some()
        && room.guests == guests
    {
        return Ok(());
    }
    // Each call in a box of its own: together they would not fit onto a debug build's stack.
    let list = Box::pin(discord.list_channels(job.guild)).await?;
    let picture = Box::pin(discord.guild_picture(job.guild)).await?;
    let overwrites = overwrites(&wanted.guests, &picture);
    let left = match &room {
        None => None,
        Some(room) => Box::pin(left_behind(store, holder.event(), room, &list))
            .await?
            .map(|id| (id, room.clone())),
    };
    let Some((id, room)) = left else {
        let known = (list.as_slice(), &picture);
        return Box::pin(make(
            store,
            discord,
            job,
            holder,
            (wanted, guests, overwrites),
            known,
        ))
        .await;
    };
    let found = list.iter().find(|channel| channel.id == id);
    let found = found.ok_or(DiscordError::NotFound {
        code: UNKNOWN_CHANNEL,
    })?;
    if room.guests != guests
        && let Some(parent) = found.parent
    {
        let reason = format!("Other drivers for {}", wanted.sheet.event.name);
        let place = async |overwrites: &[Overwrite]| {
            let place = ChannelPlace {
                parent,
                overwrites: overwrites.to_vec(),
            };
            Box::pin(discord.move_channel(id, &place, &reason)).await
        };
        let tried = place(&overwrites).await;
        if let Some(present) = without_strangers(&tried, &overwrites) {
            place(&present).await?;
        } else {
            tried?;
        }
    }
    let claimed = room.step.id().is_none().then_some(id);
    holder.set_room(Some(Room {
        step: Step::Done { id },
        guests,
        ..room
    }));
    Ok(Box::pin(holder.save(store, claimed)).await?)
}

async fn make<S: Spaces>(
    store: &S,
    discord: &(impl Channels + Guilds),
    job: &Job,
    holder: &mut impl HasRoom<S>,
    (wanted, guests, overwrites): (&Wanted<'_>, String, Vec<Overwrite>),
    known: (&[Channel], &GuildPicture),
) -> Result<(), JobFailure> {
    let of_event = (wanted.sheet, wanted.settings);
    let parent = Box::pin(with_room(store, discord, job, of_event, known)).await?;
    let step = holder.room().map_or(Step::Todo, |room| room.step);
    let intended = Room {
        step: step.intended(job.now),
        name: wanted.name.clone(),
        guests,
    };
    holder.set_room(Some(intended.clone()));
    Box::pin(holder.save(store, None)).await?;
    let new = |overwrites: Vec<Overwrite>| NewChannel {
        kind: ChannelKind::Voice,
        name: wanted.name.clone(),
        topic: None,
        parent: Some(parent),
        overwrites,
        user_limit: wanted.settings.voice_user_limit(),
    };
    let reason = format!("Race day of {}", wanted.sheet.event.name);
    let (first, of_all) = (new(overwrites.clone()), &reason);
    let made = Box::pin(discord.create_channel(job.guild, &first, of_all)).await;
    let made = match without_strangers(&made, &overwrites) {
        Some(present) => {
            let second = new(present);
            Box::pin(discord.create_channel(job.guild, &second, of_all)).await?
        }
        None => made?,
    };
    holder.set_room(Some(Room {
        step: Step::Done { id: made.id },
        ..intended
    }));
    Ok(Box::pin(holder.save(store, Some(made.id))).await?)
}

/// Removes the room, if there is one. What Discord does not let Gantry remove stays recorded.
///
/// # Errors
/// What the store and Discord say.
pub(super) async fn drop_room<S: Spaces>(
    store: &S,
    discord: &impl Channels,
    job: &Job,
    holder: &mut impl HasRoom<S>,
    reason: &str,
) -> Result<(), JobFailure> {
    let Some(room) = holder.room().cloned() else {
        return Ok(());
    };
    let id = match room.step {
        Step::Todo => None,
        Step::Done { id } => Some(id),
        Step::Intended { .. } => {
            let list = Box::pin(discord.list_channels(job.guild)).await?;
            Box::pin(left_behind(store, holder.event(), &room, &list)).await?
        }
    };
    if let Some(id) = id {
        match Box::pin(discord.delete_channel(id, reason)).await {
            Ok(())
            | Err(DiscordError::NotFound {
                code: UNKNOWN_CHANNEL,
            }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    holder.set_room(None);
    Ok(Box::pin(holder.save(store, None)).await?)
}

/// The room itself, or what an earlier try made of it: same kind and name, not older than the intent, owned by no record.
pub(super) async fn left_behind<S: Spaces>(
    store: &S,
    event: EventKey,
    room: &Room,
    list: &[Channel],
) -> Result<Option<ChannelId>, JobFailure> {
    let at = match room.step {
        Step::Todo => return Ok(None),
        Step::Done { id } => return Ok(Some(id)),
        Step::Intended { at } => at,
    };
    let same: Vec<ChannelId> = list
        .iter()
        .filter(|channel| {
            channel.kind == ChannelKind::Voice
                && channel.name == room.name
                && channel.id.created_at_millis() >= earliest(at)
        })
        .map(|channel| channel.id)
        .collect();
    if same.is_empty() {
        return Ok(None);
    }
    let owned = store.owned_channels(event.club, &same).await?;
    Ok(same.into_iter().filter(|id| !owned.contains(id)).min())
}

fn earliest(intended_at: Timestamp) -> i64 {
    intended_at
        .saturating_sub(CLOCK_SKEW)
        .unwrap_or(intended_at)
        .as_millisecond()
}

/// Nobody sees it but the guests and Gantry. Roles that are not there any more are left out: Discord would refuse all of it.
fn overwrites(guests: &Guests, picture: &GuildPicture) -> Vec<Overwrite> {
    let Guests::Some { roles, users } = guests else {
        return Vec::new();
    };
    let see = Right::ViewChannel.bit() | Right::Connect.bit();
    let talk = see | Right::Speak.bit();
    let of = |target, of_role, allow, deny| Overwrite {
        target,
        of_role,
        allow,
        deny,
    };
    let own = picture.own.user.0;
    let mut all = vec![
        of(picture.id.0, true, Permissions::NONE, see),
        // Without it Gantry could not remove the channel any more.
        of(own, false, see | Right::ManageChannels.bit(), Permissions::NONE),
    ];
    let there = roles.iter().filter(|role| picture.role(**role).is_some());
    all.extend(there.map(|role| of(role.0, true, talk, Permissions::NONE)));
    all.extend(
        users
            .iter()
            .map(|user| of(user.0, false, talk, Permissions::NONE)),
    );
    all
}

/// The overwrites without those that Discord does not take, if it is that: drivers who have left the server.
fn without_strangers<T>(tried: &Result<T, DiscordError>, overwrites: &[Overwrite]) -> Option<Vec<Overwrite>> {
    let Err(DiscordError::Refused { fields, .. }) = tried else {
        return None;
    };
    let strange: Vec<usize> = fields
        .iter()
        .filter_map(|field| {
            let mut path = field.path.split('.');
            let list = path.next() == Some("permission_overwrites");
            path.next().filter(|_| list)?.parse().ok()
        })
        .collect();
    let person = |at: &usize| overwrites.get(*at).is_some_and(|one| !one.of_role);
    if strange.is_empty() || !strange.iter().all(person) {
        return None;
    }
    let kept = overwrites.iter().enumerate();
    Some(
        kept.filter(|(at, _)| !strange.contains(at))
            .map(|(_, one)| *one)
            .collect(),
    )
}
