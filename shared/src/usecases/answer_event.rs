//! Records a driver's answer to an event: a seat, a place on the waitlist, "not coming", or none any more.

use super::call::{Call, Env, Failure, outbox_id, with_caller};
use super::once::{Decision, once};
use crate::domain::event::{Event, EventKey, EventState};
use crate::domain::fact::{Actor, Fact, Record};
use crate::domain::ids::{EventId, GuildId, InteractionId, RoleId, UserId};
use crate::domain::rank::Capability;
use crate::domain::refusal::{Refusal, Standing};
use crate::domain::seats::{SeatMove, Seats};
use crate::domain::signup::{Answer, Plan, SignUp, Status, Ticket, Verdict, Waiter, decide};
use crate::domain::team_space::wanted_in;
use crate::domain::work::Work;
use crate::ports::store::{
    Answered, Batch, Change, ClubReader, CommitError, Desk, EventReader, Ledger, OnceKey, Outbox, StoreError,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

/// What came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum AnswerOutcome {
    /// It is recorded.
    Recorded {
        /// The event's name.
        event: String,
        /// How the driver stands now.
        standing: Standing,
    },
    /// The driver is to choose a class first.
    ChooseClass {
        /// The event.
        event: Box<Event>,
        /// The count of each class.
        seats: Vec<Seats>,
    },
    /// Too many at once: a worker records it, in the order of the clicks, and tells the driver.
    Queued,
}

/// Records the answer. Under a rush that outlasts the time Discord gives, the wish itself is put into the outbox:
/// that touches nothing that others write, so it cannot be crowded out.
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `NoSuchEvent`, `SignUpClosed`, `NoSuchClass`, `ClassNeedsRole`, `NothingToChange`, `Busy`.
pub async fn answer_event<S: ClubReader + EventReader + Ledger>(
    store: &S,
    env: &impl Env,
    call: &Call,
    event: EventId,
    answer: &Answer,
) -> Result<AnswerOutcome, Failure> {
    let driver = Driver {
        user: call.user,
        name: &call.name,
        roles: &call.roles,
        interaction: call.interaction,
        guild: call.guild,
        trace: &call.trace,
        now: call.now,
    };
    let known = OnceLock::new();
    let attempt = || async {
        let (caller, desk) = with_caller(store, call, |club| {
            store.desk(EventKey { club, event }, call.user)
        })
        .await?;
        call.allow(&caller, Capability::SignUp)?;
        let desk = desk
            .filter(|desk| desk.event.state != EventState::Draft)
            .ok_or(Refusal::NoSuchEvent)?;
        known.get_or_init(|| desk.event.key);
        decide_answer(store, env, &driver, desk, answer).await
    };
    let key = OnceKey::Interaction(call.interaction);
    match once((store, env), key, call.try_until, attempt).await {
        Err(
            Failure::Refused(Refusal::Busy)
            | Failure::Store(StoreError::Throttled | StoreError::Unavailable(_)),
        ) => {
            let key = known.get().ok_or(Refusal::Busy)?;
            queue(store, env, call, *key, answer).await
        }
        done => done,
    }
}

/// Tries to put a wish into the outbox, which nobody else writes: only a store in trouble refuses it.
const QUEUE_TRIES: u32 = 8;

/// Puts the wish into the outbox.
async fn queue<S: Ledger>(
    store: &S,
    env: &impl Env,
    call: &Call,
    event: EventKey,
    answer: &Answer,
) -> Result<AnswerOutcome, Failure> {
    let wish = Work::FinishAnswer {
        event,
        user: call.user,
        name: call.name.clone(),
        roles: call.roles.clone(),
        answer: answer.clone(),
        interaction: call.interaction,
        reply: call.reply.clone(),
    };
    let stored = |value| serde_json::from_value(value).map_err(|e| StoreError::Corrupt(e.to_string()).into());
    let batch = Batch {
        changes: Vec::new(),
        record: None,
        outbox: call.outbox(env, vec![wish]),
        answered: Some(Answered {
            key: OnceKey::Interaction(call.interaction),
            outcome: serde_json::json!({ "outcome": "queued" }),
        }),
    };
    let mut tries = 0;
    loop {
        tries += 1;
        match store.commit(batch.clone()).await {
            Ok(()) => return Ok(AnswerOutcome::Queued),
            Err(CommitError::Replayed(value)) => return stored(value),
            Err(_) if tries < QUEUE_TRIES => env.pause(tries.min(3)).await,
            Err(CommitError::Store(error)) => return Err(error.into()),
            Err(CommitError::Stale | CommitError::Contended) => return Err(Refusal::Busy.into()),
        }
    }
}

/// Who answers, and how that is recorded.
pub(super) struct Driver<'a> {
    pub user: UserId,
    pub name: &'a str,
    /// In the guild, when they clicked.
    pub roles: &'a [RoleId],
    pub interaction: InteractionId,
    pub guild: GuildId,
    pub trace: &'a str,
    pub now: Timestamp,
}

/// Decides on an answer with what was read, and builds the batch for it.
pub(super) async fn decide_answer<S: EventReader>(
    store: &S,
    env: &impl Env,
    driver: &Driver<'_>,
    desk: Desk,
    answer: &Answer,
) -> Result<Decision<AnswerOutcome>, Failure> {
    let Desk { event, seats, mine } = desk;
    let ticket = Ticket(driver.interaction);
    let plan = match decide(
        &event,
        &seats,
        mine.as_ref(),
        answer,
        (ticket, driver.roles),
        driver.now,
    )? {
        Verdict::ChooseClass => {
            return Ok(Decision::Nothing(AnswerOutcome::ChooseClass {
                event: Box::new(event),
                seats,
            }));
        }
        Verdict::Go(plan) => plan,
    };
    let promoted = match &plan.leaves {
        Some((class, SeatMove::HandOver)) => match store.first_waiting(event.key, class, 1).await?.pop() {
            Some(first) => Some(first),
            None => return Ok(Decision::Again),
        },
        _ => None,
    };
    let now = plan.status.clone().map(|status| SignUp {
        event: event.key,
        user: driver.user,
        name: driver.name.to_owned(),
        status,
        at: driver.now,
        details: mine.as_ref().map(|mine| mine.details.clone()).unwrap_or_default(),
    });
    let standing = now.as_ref().map_or(Standing::None, |now| now.standing(&event));
    let mut work = vec![Work::RefreshBoard { event: event.key }];
    work.extend(promoted.as_ref().map(|first| tell(event.key, first)));
    // Who gives up a seat is out of the team.
    let settled = wanted_in(event.state) == Some(true);
    work.extend((settled && mine.is_some()).then_some(Work::SettleTeamOf {
        event: event.key,
        user: driver.user,
    }));
    let batch = Batch {
        record: Some(record(
            driver,
            &event,
            mine.as_ref(),
            now.as_ref(),
            promoted.as_ref(),
        )),
        changes: changes(&event, driver, plan, mine, now, promoted),
        outbox: Outbox {
            id: outbox_id(env, driver.now),
            guild: driver.guild,
            trace: driver.trace.to_owned(),
            work,
        },
        answered: None,
    };
    Ok(Decision::Commit(
        Box::new(batch),
        AnswerOutcome::Recorded {
            event: event.name,
            standing,
        },
    ))
}

/// The work of telling a driver that they moved up.
pub(super) fn tell(event: EventKey, waiter: &Waiter) -> Work {
    Work::TellPromoted {
        event,
        user: waiter.user,
        class: waiter.class.clone(),
        ticket: waiter.ticket,
    }
}

fn changes(
    event: &Event,
    driver: &Driver<'_>,
    plan: Plan,
    was: Option<SignUp>,
    now: Option<SignUp>,
    promoted: Option<Waiter>,
) -> Vec<Change> {
    let key = event.key;
    let mut changes = Vec::new();
    if let Some((class, step)) = plan.leaves {
        changes.push(Change::MoveSeat(key, class, step, driver.now));
        changes.extend(
            was.as_ref()
                .and_then(as_waiter)
                .map(|mine| Change::RemoveWaiter(key, mine)),
        );
        changes.extend(promoted.map(|first| Change::SeatWaiter(key, first)));
    }
    if let Some((class, step)) = plan.enters {
        changes.push(Change::MoveSeat(key, class.id, step, driver.now));
        changes.extend(
            now.as_ref()
                .and_then(as_waiter)
                .map(|mine| Change::PutWaiter(key, mine)),
        );
    }
    match (now, was) {
        (Some(now), was) => changes.push(Change::PutSignUp { now, was }),
        (None, Some(was)) => changes.push(Change::RemoveSignUp { was }),
        (None, None) => {}
    }
    changes
}

/// The place on the waitlist that belongs to a sign-up.
fn as_waiter(sign_up: &SignUp) -> Option<Waiter> {
    match &sign_up.status {
        Status::Waiting { class, ticket } => Some(Waiter {
            class: class.clone(),
            ticket: *ticket,
            user: sign_up.user,
            name: sign_up.name.clone(),
            at: sign_up.at,
        }),
        Status::Seated { .. } | Status::NotComing => None,
    }
}

fn record(
    driver: &Driver<'_>,
    event: &Event,
    was: Option<&SignUp>,
    now: Option<&SignUp>,
    promoted: Option<&Waiter>,
) -> Record {
    let json =
        |sign_up: Option<&SignUp>| serde_json::to_value(sign_up.map(|s| &s.status)).unwrap_or_default();
    Record {
        club: event.key.club,
        actor: Actor::User {
            user: driver.user,
            interaction: driver.interaction,
        },
        at: driver.now,
        fact: Fact::DriverAnswered {
            event: event.key,
            user: driver.user,
            status: now.map(|now| now.status.clone()),
            promoted: promoted.map(|first| first.user),
        },
        before: json(was),
        after: json(now),
    }
}
