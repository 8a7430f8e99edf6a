//! Shows one event, and how the person stands with it.

use super::call::{Call, Failure, with_caller};
use crate::domain::club::Club;
use crate::domain::event::{EventKey, EventState};
use crate::domain::ids::{ChannelId, EventId, UserId};
use crate::domain::notice::Sheet;
use crate::domain::rank::Capability;
use crate::domain::refusal::{Refusal, Standing};
use crate::ports::store::{ClubReader, Desk, EventReader, Spaces};

/// An event as one person sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct EventShown {
    /// The club.
    pub club: Club,
    /// The event with its counts.
    pub desk: Desk,
    /// How the person stands.
    pub standing: Standing,
    /// The event's channel, if it has one.
    pub channel: Option<ChannelId>,
}

/// Reads an event. A draft is there only for those who may manage events.
///
/// # Errors
/// Refuses with `NoClub`, `NoSuchEvent`.
pub async fn show_event<S: ClubReader + EventReader + Spaces>(
    store: &S,
    call: &Call,
    event: EventId,
) -> Result<EventShown, Failure> {
    let (caller, (desk, space)) = with_caller(store, call, |club| async move {
        let key = EventKey { club, event };
        let (desk, space) = futures::join!(store.desk(key, call.user), store.space(key));
        Ok((desk?, space?))
    })
    .await?;
    let manages = caller.rank.may(Capability::ManageEvents);
    let desk = desk
        .filter(|desk| manages || desk.event.state != EventState::Draft)
        .ok_or(Refusal::NoSuchEvent)?;
    let standing = desk
        .mine
        .as_ref()
        .map_or(Standing::None, |mine| mine.standing(&desk.event));
    let channel = space.and_then(|space| space.channel.id());
    Ok(EventShown {
        club: caller.club,
        desk,
        standing,
        channel,
    })
}

/// Reads an event for somebody who asks from a DM, where no guild tells the club: only for those who answered it.
///
/// # Errors
/// Refuses with `NoSuchEvent`.
pub async fn show_own_event<S: ClubReader + EventReader + Spaces>(
    store: &S,
    user: UserId,
    event: EventKey,
) -> Result<EventShown, Failure> {
    let (club, desk, space) = futures::join!(
        store.club(event.club),
        store.desk(event, user),
        store.space(event)
    );
    let (Some(club), Some(desk), space) = (club?, desk?, space?) else {
        return Err(Refusal::NoSuchEvent.into());
    };
    let standing = desk
        .mine
        .as_ref()
        .map(|mine| mine.standing(&desk.event))
        .ok_or(Refusal::NoSuchEvent)?;
    let channel = space.and_then(|space| space.channel.id());
    Ok(EventShown {
        club,
        desk,
        standing,
        channel,
    })
}

/// Reads an event with all answers. A draft is there only for those who may manage events.
///
/// # Errors
/// Refuses with `NoClub`, `NoSuchEvent`.
pub async fn list_sign_ups<S: ClubReader + EventReader>(
    store: &S,
    call: &Call,
    event: EventId,
) -> Result<(Club, Sheet), Failure> {
    let (caller, sheet) = with_caller(store, call, |club| store.sheet(EventKey { club, event })).await?;
    let manages = caller.rank.may(Capability::ManageEvents);
    let sheet = sheet
        .filter(|sheet| manages || sheet.event.state != EventState::Draft)
        .ok_or(Refusal::NoSuchEvent)?;
    Ok((caller.club, sheet))
}
