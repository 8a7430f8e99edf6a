//! Does what an event's alerts are for, one after the other in the order in which they were due.

use super::announce::{announce, dms};
use super::call::Env;
use super::change_event::shut_gates;
use super::job::{Job, JobFailure};
use crate::domain::alert::{
    Alert, AlertKind, AlertState, Announcement, DropReason, HeldDm, WORDS_AGAIN, reschedule, stints_due,
    whole_second,
};
use crate::domain::attendance::{EVERY, next_sample};
use crate::domain::club::Club;
use crate::domain::event::{Event, EventAction, EventKey};
use crate::domain::fact::{Actor, Fact, Record};
use crate::domain::ids::UserId;
use crate::domain::notice::Render;
use crate::domain::race_room::wanted;
use crate::domain::settings::Settings;
use crate::domain::signup::Status;
use crate::domain::telemetry::Showing;
use crate::domain::wishes::stint_leads;
use crate::domain::work::Work;
use crate::ports::discord::{DiscordError, FileMessages};
use crate::ports::store::{
    Alerts, Batch, Change, ClubReader, Desk, EventReader, Ledger, MemberWishes, Receipts, SettingsReader,
    Spaces, TeamReader, Telemetry,
};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// More than an event can have at once, those of its teams among them: what is left after that many is somebody else's doing.
const MOST: usize = 100;
/// DMs that are set off at once: each is a write of the transaction.
const DMS_AT_ONCE: usize = 40;
/// An account that does not exist: an event is read without anybody's answer.
const NOBODY: UserId = UserId(0);

/// What an event's alerts are decided by.
struct Stand {
    desk: Desk,
    alerts: Vec<Alert>,
    club: Club,
    settings: Settings,
}

/// Does all that was taken. Each alert is settled with what it causes in one transaction, so that a job that dies on
/// the way and comes again goes on where it was.
///
/// # Errors
/// What the store and Discord say.
pub async fn run_alerts<S>(
    store: &S,
    env: &impl Env,
    discord: &impl FileMessages,
    render: &impl Render,
    job: &Job,
    event: EventKey,
) -> Result<(), JobFailure>
where
    S: Alerts
        + ClubReader
        + EventReader
        + Ledger
        + MemberWishes
        + Receipts
        + SettingsReader
        + Spaces
        + TeamReader
        + Telemetry,
{
    // Words that cannot be said hold up nothing but words.
    let mut unsaid = None;
    for _ in 0..MOST {
        let (desk, alerts, club) = futures::join!(
            store.desk(event, NOBODY),
            store.alerts(event),
            store.club_and_settings(event.club)
        );
        let (Some(desk), alerts, Some((club, settings))) = (desk?, alerts?, club?) else {
            return Ok(());
        };
        let stand = Stand {
            desk,
            alerts,
            club,
            settings,
        };
        let taken = stand.alerts.iter().filter(|alert| {
            matches!(alert.outcome, AlertState::Queued { .. }) && !(unsaid.is_some() && alert.kind.is_words())
        });
        let Some(next) = taken.min_by_key(|alert| (alert.due, alert.kind)) else {
            break;
        };
        let mut batch = match (next.kind.action(), next.kind.announcement()) {
            _ if matches!(next.kind, AlertKind::Held { .. }) => {
                Box::pin(held(store, env, job, &stand)).await?
            }
            _ if matches!(next.kind, AlertKind::Stints { .. }) => {
                Box::pin(stints(store, env, job, &stand, next)).await?
            }
            _ if matches!(next.kind, AlertKind::Pace { .. }) => {
                Box::pin(pace(store, env, job, &stand, next)).await?
            }
            (Some(action), _) => {
                let ends = match action {
                    EventAction::Start => Box::pin(flagged_end(store, &stand.desk.event)).await?,
                    _ => None,
                };
                step(env, job, &stand, (next, action), ends)
            }
            (None, Some(what)) => {
                let said = Box::pin(say(store, env, (discord, render), job, (&stand, next, what))).await;
                match said {
                    Ok(batch) => batch,
                    Err(failure) => {
                        unsaid = Some(failure);
                        continue;
                    }
                }
            }
            _ if next.kind == AlertKind::Attendance => attendance(env, job, &stand, next),
            (None, None) => rooms(env, job, &stand, next),
        };
        // The club may have moved since the alert was written. One that has left its guild goes on with its events, but
        // nothing is done in Discord any more.
        match stand.club.guild {
            Some(home) => batch.outbox.guild = home,
            None => batch.outbox.work.clear(),
        }
        store.commit(batch).await?;
    }
    unsaid.map_or(Ok(()), Err)
}

/// When the race ends by the last of the green flags that were given before it began by the clock: on its day, a tick may
/// come later than the drivers.
async fn flagged_end<S: TeamReader>(store: &S, event: &Event) -> Result<Option<Timestamp>, JobFailure> {
    let Some(line_up) = store.teams(event.key).await? else {
        return Ok(None);
    };
    let plans = line_up
        .teams
        .iter()
        .map(|team| store.team_plan(event.key, team.id));
    let plans = futures::future::try_join_all(plans).await?;
    Ok(plans
        .iter()
        .flatten()
        .filter_map(|plan| plan.flagged_end(event))
        .max())
}

/// A step of the event's life. It is never too late for it, only for what would be said. `ends` is when the race ends, where
/// that is later than planned.
fn step(
    env: &impl Env,
    job: &Job,
    stand: &Stand,
    (alert, action): (&Alert, EventAction),
    ends: Option<Timestamp>,
) -> Batch {
    let before = &stand.desk.event;
    let Ok((after, step)) = before.after(action, job.now) else {
        return settle(env, job, alert.with(dropped(job, DropReason::Overtaken)));
    };
    let silent = !alert.kind.timely(alert.due, job.now);
    let done = alert.with(AlertState::Sent { at: job.now, silent });
    let mut changes = vec![Change::UpdateEvent(after.clone())];
    changes.extend(shut_gates(&step, &stand.desk.seats, after.key));
    // This alert is done with; the others follow the event.
    let others: Vec<Alert> = stand
        .alerts
        .iter()
        .filter(|other| other.kind != alert.kind)
        .cloned()
        .collect();
    let home = stand.club.guild.unwrap_or(alert.guild);
    let mut moved = reschedule(&after, home, &stand.settings, &others, job.now);
    for other in moved.iter_mut().filter(|other| other.kind == AlertKind::End) {
        other.due = ends.map_or(other.due, |ends| other.due.max(whole_second(ends)));
    }
    changes.extend(
        moved
            .into_iter()
            .filter(|other| other.kind.name() != alert.kind.name())
            .chain([done])
            .map(Change::PutAlert),
    );
    let mut work = step.jobs(&after);
    work.retain(|work| !(silent && matches!(work, Work::Announce { .. })));
    Batch {
        changes,
        record: Some(record(job, (before, &after), action)),
        outbox: job.outbox(env, work),
        answered: None,
    }
}

/// Those who drive are looked for, by work of its own, and again ten minutes later while the race is on. After an outage that is
/// done once.
fn attendance(env: &impl Env, job: &Job, stand: &Stand, alert: &Alert) -> Batch {
    let event = &stand.desk.event;
    let Some(next) = next_sample(event, job.now) else {
        return settle(env, job, alert.with(dropped(job, DropReason::Overtaken)));
    };
    let mut batch = settle(env, job, alert.moved(next));
    batch.outbox.work.push(Work::SampleAttendance {
        event: event.key,
        // The last one that has become due.
        due: next.saturating_sub(EVERY).unwrap_or(alert.due),
    });
    batch
}

/// The voice rooms of race day open, by work of their own.
fn rooms(env: &impl Env, job: &Job, stand: &Stand, alert: &Alert) -> Batch {
    let event = &stand.desk.event;
    let wanted = alert.kind == AlertKind::Rooms && wanted(event, &stand.settings, job.now) == Some(true);
    let outcome = if wanted {
        AlertState::Sent {
            at: job.now,
            silent: true,
        }
    } else {
        dropped(job, DropReason::Overtaken)
    };
    let mut batch = settle(env, job, alert.with(outcome));
    if wanted {
        batch.outbox.work.push(Work::SettleRooms { event: event.key });
    }
    batch
}

/// DMs that waited: they are sent by work of their own, which looks whether they are still so.
async fn held<S: EventReader>(
    store: &S,
    env: &impl Env,
    job: &Job,
    stand: &Stand,
) -> Result<Batch, JobFailure> {
    let event = stand.desk.event.key;
    let (mut changes, mut work) = (Vec::new(), Vec::new());
    let taken = stand
        .alerts
        .iter()
        .filter(|alert| matches!(alert.outcome, AlertState::Queued { .. }));
    let dms = taken.filter_map(|alert| match alert.kind {
        AlertKind::Held { user, what } => Some((alert, user, what)),
        _ => None,
    });
    for (alert, user, what) in dms.take(DMS_AT_ONCE) {
        let send = match what {
            HeldDm::Reminder { hours, due } => Some(Work::TellReminder {
                event,
                user,
                hours,
                due,
            }),
            HeldDm::Promoted => promotion(store, event, user).await?,
        };
        let outcome = match &send {
            Some(_) => AlertState::Sent {
                at: job.now,
                silent: true,
            },
            None => dropped(job, DropReason::Overtaken),
        };
        changes.push(Change::PutAlert(alert.with(outcome)));
        work.extend(send);
    }
    Ok(Batch {
        changes,
        record: None,
        outbox: job.outbox(env, work),
        answered: None,
    })
}

/// Tells a driver of the seat that they have now.
async fn promotion<S: EventReader>(
    store: &S,
    event: EventKey,
    user: UserId,
) -> Result<Option<Work>, JobFailure> {
    let mine = store.desk(event, user).await?.and_then(|desk| desk.mine);
    Ok(match mine.map(|mine| mine.status) {
        Some(Status::Seated { class, ticket }) => Some(Work::TellPromoted {
            event,
            user,
            class,
            ticket,
        }),
        _ => None,
    })
}

async fn say<S: MemberWishes + Receipts + Spaces + TeamReader>(
    store: &S,
    env: &impl Env,
    (discord, render): (&impl FileMessages, &impl Render),
    job: &Job,
    (stand, alert, what): (&Stand, &Alert, Announcement),
) -> Result<Batch, JobFailure> {
    let event = &stand.desk.event;
    let due = alert.kind.said_of(alert.due);
    let late = matches!(alert.kind, AlertKind::Words { .. });
    let mut by_dm = Vec::new();
    let outcome = if !what.holds(event, job.now) {
        dropped(job, DropReason::Overtaken)
    } else if alert.kind.timely(alert.due, job.now) {
        let said = Box::pin(announce(
            store,
            (discord, render),
            job,
            (&stand.club, &stand.settings),
            (event.key, what, due),
        ))
        .await;
        let said = match said {
            // The outage goes on. Of what is an alert for its own sake the instant must not change.
            Err(JobFailure::Discord(DiscordError::Unavailable(_))) if late => {
                let again = job.now.saturating_add(WORDS_AGAIN).unwrap_or(job.now);
                return Ok(settle(env, job, alert.moved(whole_second(again))));
            }
            said => said?,
        };
        by_dm = said.by_dm;
        said.said.outcome(job.now)
    } else {
        dropped(job, DropReason::Late)
    };
    let mut batch = settle(env, job, alert.settled(outcome, job.now, event.sign_up_ends_at()));
    batch.outbox.work.extend(dms(event.key, what, due, by_dm));
    // The board's buttons can be used from the opening on; after an outage it may not show the step that the words go with.
    if late || what == Announcement::Opening {
        batch.outbox.work.push(Work::RefreshBoard { event: event.key });
    }
    Ok(batch)
}

/// Has the drivers told whose stints begin soon, each by work of its own, and waits for the next. Too late is what has
/// begun already.
async fn stints<S: MemberWishes + TeamReader>(
    store: &S,
    env: &impl Env,
    job: &Job,
    stand: &Stand,
    alert: &Alert,
) -> Result<Batch, JobFailure> {
    let event = &stand.desk.event;
    let overtaken = || settle(env, job, alert.with(dropped(job, DropReason::Overtaken)));
    let AlertKind::Stints { team, .. } = alert.kind else {
        return Ok(overtaken());
    };
    let plan = store.team_plan(event.key, team).await?;
    let Some(plan) = plan.filter(|_| !event.state.is_over()) else {
        return Ok(overtaken());
    };
    let plan = plan.on(event);
    let drivers: BTreeSet<UserId> = plan.stints.iter().filter_map(|stint| stint.driver).collect();
    let drivers: Vec<UserId> = drivers.into_iter().collect();
    let wishes = store.wishes_of(event.key.club, &drivers).await?;
    let due = stints_due(&plan, stint_leads(&wishes, &stand.settings), alert.due, job.now);
    let done = AlertState::Sent {
        at: job.now,
        silent: due.tell.is_empty(),
    };
    let next = due
        .next
        .map_or_else(|| alert.with(done), |next| alert.moved(next));
    let tell = |(user, from)| Work::TellStint {
        event: event.key,
        team: plan.team,
        user,
        from,
    };
    let late = !due.late.is_empty();
    Ok(Batch {
        changes: vec![Change::PutAlert(next)],
        record: late.then(|| Record {
            club: event.key.club,
            actor: Actor::Gantry,
            at: job.now,
            fact: Fact::AlertsDropped {
                event: event.key,
                alerts: vec![alert.kind],
            },
            before: serde_json::Value::Null,
            after: serde_json::to_value(&due.late).unwrap_or_default(),
        }),
        outbox: job.outbox(env, due.tell.into_iter().map(tell).collect()),
        answered: None,
    })
}

/// Has a team's position shown, if a minute has gone by since it was.
async fn pace<S: Telemetry>(
    store: &S,
    env: &impl Env,
    job: &Job,
    stand: &Stand,
    alert: &Alert,
) -> Result<Batch, JobFailure> {
    let event = &stand.desk.event;
    let overtaken = || settle(env, job, alert.with(dropped(job, DropReason::Overtaken)));
    let AlertKind::Pace { team } = alert.kind else {
        return Ok(overtaken());
    };
    let known = store.team_pace(event.key, team).await?;
    let Some(known) = known.filter(|_| event.state.shows_race()) else {
        return Ok(overtaken());
    };
    let (next, showing) = known.shown(job.now);
    let (alert, changes, work) = match showing {
        Showing::At(again) => (alert.moved(again), None, Vec::new()),
        Showing::Now => {
            let event = event.key;
            let sent = AlertState::Sent {
                at: job.now,
                silent: true,
            };
            let work = vec![Work::ShowPace { event, team }];
            (alert.with(sent), Some(Change::PutPace(next)), work)
        }
    };
    Ok(Batch {
        changes: changes.into_iter().chain([Change::PutAlert(alert)]).collect(),
        record: None,
        outbox: job.outbox(env, work),
        answered: None,
    })
}

const fn dropped(job: &Job, why: DropReason) -> AlertState {
    AlertState::Dropped { at: job.now, why }
}

fn settle(env: &impl Env, job: &Job, alert: Alert) -> Batch {
    Batch {
        changes: vec![Change::PutAlert(alert)],
        record: None,
        outbox: job.outbox(env, Vec::new()),
        answered: None,
    }
}

fn record(job: &Job, (before, after): (&Event, &Event), action: EventAction) -> Record {
    Record {
        club: after.key.club,
        actor: Actor::Gantry,
        at: job.now,
        fact: Fact::of(action, after.key),
        before: serde_json::to_value(before).unwrap_or_default(),
        after: serde_json::to_value(after).unwrap_or_default(),
    }
}
