//! The alert of a team's stints: one for the team, however many stints its plan has.

use super::{Alert, AlertKind, AlertState, DropReason, whole_second};
use crate::domain::event::Event;
use crate::domain::ids::{GuildId, UserId};
use crate::domain::stints::{Stint, TeamPlan};
use jiff::{SignedDuration, Timestamp};

/// The longest time before a stint that a club or a member can ask to be told.
pub(super) const LONGEST_LEAD: SignedDuration = SignedDuration::from_hours(2);

/// A team's stint alert after a change of the event. The plan moves with the event's start, so it is looked at anew: a stint
/// that its driver was told of is at another time now.
pub(super) fn follow(event: &Event, guild: GuildId, alert: &Alert, now: Timestamp) -> Option<Alert> {
    let AlertKind::Stints { team, race_at } = alert.kind else {
        return None;
    };
    if event.state.is_over() {
        let overtaken = AlertState::Dropped {
            at: now,
            why: DropReason::Overtaken,
        };
        return alert.is_pending().then(|| alert.with(overtaken));
    }
    let sent = matches!(alert.outcome, AlertState::Sent { .. });
    if !(alert.is_pending() || sent) {
        return None;
    }
    race_at.filter(|was| *was != event.starts_at)?;
    Some(Alert {
        kind: AlertKind::Stints {
            team,
            race_at: Some(event.starts_at),
        },
        guild,
        ..alert.moved(whole_second(now))
    })
}

/// When a team's alert has to be looked at for a stint that begins at `from`: first as long before it as anybody can wish to
/// be told, since wishes and settings may change until then; then when its driver is to be told.
fn look_at(from: Timestamp, lead: Option<SignedDuration>, now: Timestamp) -> Option<Timestamp> {
    let early = from.checked_sub(LONGEST_LEAD).ok()?;
    if early > now {
        return Some(early);
    }
    from.checked_sub(lead?).ok()
}

/// The alert that has to be written so that the drivers of `plan` are told of their stints; `present` are the event's.
///
/// `lead` says how long before a stint its driver is told; nothing if they are not. It waits for the first change of
/// driver that is still to come; one whose lead has begun already is due at once.
#[must_use]
pub fn reschedule_stints(
    event: &Event,
    plan: &TeamPlan,
    guild: GuildId,
    lead: impl Fn(UserId) -> Option<SignedDuration>,
    present: &[Alert],
    now: Timestamp,
) -> Option<Alert> {
    let kind = AlertKind::Stints {
        team: plan.team,
        race_at: (!plan.flagged).then_some(event.starts_at),
    };
    let found = present.iter().find(|alert| alert.kind.name() == kind.name());
    let looked_at = |(driver, stint): (UserId, &Stint)| {
        let at = look_at(stint.from, lead(driver), now)?;
        (stint.from > now).then_some(at.max(now))
    };
    let due = plan.changes().filter_map(looked_at).min().map(whole_second);
    match (found, due.filter(|_| !event.state.is_over())) {
        (None, None) => None,
        (None, Some(due)) => Some(Alert {
            event: event.key,
            guild,
            kind,
            due,
            outcome: AlertState::Waiting,
            version: 1,
        }),
        (Some(alert), Some(due)) if alert.is_pending() && alert.kind == kind && alert.due == due => None,
        (Some(alert), Some(due)) => Some(Alert {
            kind,
            guild,
            ..alert.moved(due)
        }),
        (Some(alert), None) => alert.is_pending().then(|| {
            alert.with(AlertState::Dropped {
                at: now,
                why: DropReason::Overtaken,
            })
        }),
    }
}

/// What a team's stint alert comes to when its time has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StintsDue {
    /// Who is told of which stint, named by its beginning.
    pub tell: Vec<(UserId, Timestamp)>,
    /// Whose stint has begun before they could be told.
    pub late: Vec<(UserId, Timestamp)>,
    /// When it is looked at again.
    pub next: Option<Timestamp>,
}

/// Who is to be told at `now` by the alert that was due at `due`; `lead` as in [`reschedule_stints`].
#[must_use]
pub fn stints_due(
    plan: &TeamPlan,
    lead: impl Fn(UserId) -> Option<SignedDuration>,
    due: Timestamp,
    now: Timestamp,
) -> StintsDue {
    let mut found = StintsDue::default();
    for (driver, stint) in plan.changes() {
        let Some(at) = look_at(stint.from, lead(driver), now) else {
            continue;
        };
        if at > now {
            let next = found.next.map_or(at, |next| next.min(at));
            found.next = Some(whole_second(next));
        } else if stint.from > now {
            found.tell.push((driver, stint.from));
        } else if at >= due {
            found.late.push((driver, stint.from));
        }
    }
    found
}
