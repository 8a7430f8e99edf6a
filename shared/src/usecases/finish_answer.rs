//! Records an answer that a rush kept from being recorded in time, and tells the driver.

use super::answer_event::{AnswerOutcome, Driver, decide_answer};
use super::call::{Env, Failure};
use super::job::{Job, JobFailure};
use super::once::{Decision, once};
use crate::domain::event::EventKey;
use crate::domain::ids::{InteractionId, RoleId, UserId};
use crate::domain::notice::{Notice, Render};
use crate::domain::refusal::Refusal;
use crate::domain::signup::{Answer, SignUp, Status};
use crate::domain::work::Reply;
use crate::ports::discord::{DiscordError, InteractionReplies, MessageBody};
use crate::ports::store::{EventReader, Ledger, OnceKey};
use jiff::SignedDuration;

/// A worker has more time than Discord gives a click.
const PATIENCE: SignedDuration = SignedDuration::from_secs(10);

/// A driver's wish.
#[derive(Clone, Debug)]
pub struct Wish<'a> {
    /// The event.
    pub event: EventKey,
    /// The driver.
    pub user: UserId,
    /// The name that the roster shows.
    pub name: &'a str,
    /// The roles that they had when they clicked.
    pub roles: &'a [RoleId],
    /// What they asked for.
    pub answer: &'a Answer,
    /// The click.
    pub interaction: InteractionId,
    /// Where the driver is answered.
    pub reply: &'a Reply,
}

/// Records the wish once, then puts the outcome in place of the first answer as long as Discord takes it.
///
/// # Errors
/// What the store and Discord say.
pub async fn finish_answer<S: EventReader + Ledger>(
    store: &S,
    env: &impl Env,
    discord: &impl InteractionReplies,
    render: &impl Render,
    job: &Job,
    wish: &Wish<'_>,
) -> Result<(), JobFailure> {
    let driver = Driver {
        user: wish.user,
        name: wish.name,
        roles: wish.roles,
        interaction: wish.interaction,
        guild: job.guild,
        trace: &job.trace,
        now: job.now,
    };
    let attempt = || async {
        let desk = store
            .desk(wish.event, wish.user)
            .await?
            .ok_or(Refusal::NoSuchEvent)?;
        match desk
            .mine
            .as_ref()
            .filter(|mine| answered_since(mine, wish.interaction))
        {
            Some(newer) => {
                let standing = newer.standing(&desk.event);
                Ok(Decision::Nothing(AnswerOutcome::Recorded {
                    event: desk.event.name,
                    standing,
                }))
            }
            None => decide_answer(store, env, &driver, desk, wish.answer).await,
        }
    };
    let try_until = job.now.saturating_add(PATIENCE).unwrap_or(job.now);
    let outcome = once((store, env), OnceKey::Late(wish.interaction), try_until, attempt).await;
    let body = match outcome {
        Ok(AnswerOutcome::Recorded { event, standing }) => {
            render
                .render(&Notice::Answered {
                    event: &event,
                    standing: &standing,
                })
                .body
        }
        Ok(AnswerOutcome::ChooseClass { event, seats }) => {
            render
                .render(&Notice::ChooseClass {
                    event: &event,
                    seats: &seats,
                })
                .body
        }
        Ok(AnswerOutcome::Queued) | Err(Failure::Refused(Refusal::Busy)) => return Err(JobFailure::Stale),
        Err(Failure::Refused(refusal)) => render.render(&Notice::Refused { refusal: &refusal }).body,
        Err(Failure::Store(error)) => return Err(error.into()),
    };
    reply(discord, env, wish.reply, body).await
}

/// Whether the driver gave this answer after that click: what they said last holds, however late the wish comes.
fn answered_since(mine: &SignUp, click: InteractionId) -> bool {
    match &mine.status {
        Status::Seated { ticket, .. } | Status::Waiting { ticket, .. } => ticket.0 > click,
        Status::NotComing => mine.at.as_millisecond() > click.created_at_millis(),
    }
}

/// Puts `body` in place of the first answer. An answer that Discord does not take any more is not tried again.
pub(super) async fn reply(
    discord: &impl InteractionReplies,
    env: &impl Env,
    reply: &Reply,
    body: serde_json::Value,
) -> Result<(), JobFailure> {
    if env.now() >= reply.expires_at {
        return Ok(());
    }
    match discord
        .edit_original(reply.application, &reply.token, &MessageBody(body))
        .await
    {
        Ok(())
        | Err(
            DiscordError::NotFound { .. }
            | DiscordError::Unauthorized
            | DiscordError::Forbidden { .. }
            | DiscordError::Refused { .. },
        ) => Ok(()),
        Err(error @ (DiscordError::RetryAfter(_) | DiscordError::Unavailable(_))) => Err(error.into()),
    }
}
