//! Sends requests and keeps Discord's limits while doing so.

use super::DiscordRest;
use super::answer::{Answer, LimitKind};
use super::buckets::Reservation;
use super::gate::Pass;
use super::pacer::Slot;
use super::request::{Auth, Repeat, Request};
use crate::ports::budget::{Block, BlockScope, Budget};
use crate::ports::discord::{DiscordError, DiscordResult};
use jiff::{SignedDuration, Timestamp};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use serde_json::Value;
use std::error::Error as _;
use std::pin::Pin;
use std::time::Duration;

/// A request is sent at most this often.
const TRIES: u32 = 5;
/// The back-off after the first failure; it doubles with each further one up to the longest.
const BACK_OFF: SignedDuration = SignedDuration::from_millis(500);
const LONGEST_BACK_OFF: SignedDuration = SignedDuration::from_secs(8);
/// At most so much is added to every wait.
const JITTER: SignedDuration = SignedDuration::from_millis(250);
/// A call is not begun when less than this is left.
const CALL_TIME: SignedDuration = SignedDuration::from_millis(500);
/// An interaction's webhook may not be known yet after a deferral (discord-api-docs#7220): 404 with this code.
const UNKNOWN_WEBHOOK: u64 = 10015;
/// For so long it is asked again, first after the first, at most the longest apart.
const WEBHOOK_PATIENCE: SignedDuration = SignedDuration::from_secs(10);
const WEBHOOK_BACK_OFF: SignedDuration = SignedDuration::from_millis(250);
const LONGEST_WEBHOOK_BACK_OFF: SignedDuration = SignedDuration::from_secs(2);
/// A barred route is made known to the other workers when it is barred for longer than this.
const WORTH_SHARING: SignedDuration = SignedDuration::from_secs(2);

/// What follows from a try.
enum Next {
    Done(DiscordResult<Value>),
    AgainAt(Timestamp),
}

/// The tries of one call so far.
struct Course {
    deadline: Timestamp,
    sent: u32,
    first_sent: Option<Timestamp>,
    webhook_unknown_since: Option<Timestamp>,
    webhook_back_off: SignedDuration,
}

impl<B: Budget> DiscordRest<B> {
    /// Sends a request and returns the answer's JSON body, null when there is none. Boxed: every future that makes a call
    /// would hold the state of the tries as often as it makes one, which without optimisation fills the stack.
    pub(super) fn execute<'a>(
        &'a self,
        request: &'a Request,
    ) -> Pin<Box<dyn Future<Output = DiscordResult<Value>> + Send + 'a>> {
        Box::pin(self.perform(request))
    }

    async fn perform(&self, request: &Request) -> DiscordResult<Value> {
        let started = self.now();
        let patience = || {
            started
                .saturating_add(self.shared.patience)
                .unwrap_or(Timestamp::MAX)
        };
        let mut course = Course {
            deadline: self.deadline.unwrap_or_else(patience),
            sent: 0,
            first_sent: None,
            webhook_unknown_since: None,
            webhook_back_off: WEBHOOK_BACK_OFF,
        };
        loop {
            Box::pin(self.admit(request, course.deadline)).await?;
            course.sent += 1;
            course.first_sent = course.first_sent.or(Some(self.now()));
            let next = match self.send(request, course.deadline).await {
                Ok(answer) => self.judge(request, answer, &mut course).await,
                Err(lost) => self.after_loss(request, lost, &course),
            };
            match next {
                Next::Done(result) => return result,
                Next::AgainAt(at) => self.wait_until(at, course.deadline).await?,
            }
        }
    }

    /// Waits until the request may go out.
    async fn admit(&self, request: &Request, deadline: Timestamp) -> DiscordResult<()> {
        loop {
            let now = self.now();
            if now.saturating_add(CALL_TIME).unwrap_or(Timestamp::MAX) > deadline {
                return Err(DiscordError::RetryAfter(SignedDuration::ZERO));
            }
            match self.shared.gate.enter(request, now) {
                Pass::Go(reservation) => {
                    if self.take_slot(request, reservation, deadline).await? {
                        return Ok(());
                    }
                }
                Pass::Wait(until) => self.wait_until(until, deadline).await?,
                Pass::HandBack(until) => return Err(DiscordError::RetryAfter(until.duration_since(now))),
                Pass::Unauthorized => return Err(DiscordError::Unauthorized),
            }
        }
    }

    /// Waits for a slot of the shared budget. False when something was barred meanwhile: the gate is to be asked again.
    async fn take_slot(
        &self,
        request: &Request,
        reservation: Option<Reservation>,
        deadline: Timestamp,
    ) -> DiscordResult<bool> {
        if request.auth == Auth::Interaction {
            return Ok(true);
        }
        let gate = &self.shared.gate;
        let slot = self.shared.pacer.slot(&self.shared.budget, gate, self.now());
        let waited = match Box::pin(slot).await {
            Slot::At(at) => self
                .sleep_until(at, SignedDuration::ZERO, deadline)
                .await
                .map(|()| true),
            Slot::AskAt(at) => self.wait_until(at, deadline).await.map(|()| false),
        };
        let may_go = waited == Ok(true) && !gate.barred(request, self.now());
        if !may_go {
            gate.give_back(reservation);
        }
        waited.map(|_| may_go)
    }

    /// Waits until `until` and a little more, or hands back the time that is left until then.
    async fn wait_until(&self, until: Timestamp, deadline: Timestamp) -> DiscordResult<()> {
        self.sleep_until(until, self.shared.timer.jitter(JITTER), deadline)
            .await
    }

    async fn sleep_until(
        &self,
        until: Timestamp,
        more: SignedDuration,
        deadline: Timestamp,
    ) -> DiscordResult<()> {
        let now = self.now();
        let left = until.duration_since(now).max(SignedDuration::ZERO);
        let wait = left.saturating_add(more);
        if wait.is_zero() {
            return Ok(());
        }
        if now
            .saturating_add(wait.saturating_add(CALL_TIME))
            .unwrap_or(Timestamp::MAX)
            > deadline
        {
            return Err(DiscordError::RetryAfter(left));
        }
        self.shared.timer.sleep(wait).await;
        Ok(())
    }

    /// One try. `Err` for a connection that was lost.
    async fn send(&self, request: &Request, deadline: Timestamp) -> Result<Answer, reqwest::Error> {
        let left = Duration::try_from(deadline.duration_since(self.now())).unwrap_or(Duration::ZERO);
        let url = format!("{}{}", self.shared.base_url, request.target());
        let mut call = self
            .shared
            .http
            .request(request.method.clone(), url)
            .timeout(left.min(self.shared.timeout));
        match (request.auth, &request.authorization) {
            (Auth::Bot, _) => call = call.header(AUTHORIZATION, self.shared.authorization.clone()),
            (Auth::Own, Some(own)) => call = call.header(AUTHORIZATION, sensitive(own)),
            (Auth::Own, None) | (Auth::Interaction, _) => {}
        }
        if let Some(reason) = &request.reason {
            call = call.header("x-audit-log-reason", reason);
        }
        if let Some((name, value)) = self.mark.and_then(|(name, value)| Some((name, value()?))) {
            call = call.header(name, value);
        }
        if let Some((content_type, body)) = request.content() {
            call = call.header(CONTENT_TYPE, content_type).body(body);
        }
        if let Some(form) = &request.form {
            call = call
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(form.clone());
        }
        let response = call.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let answer = Answer::read(status, &headers, &response.bytes().await?);
        tracing::debug!(route = %request.route, status, "called Discord");
        Ok(answer)
    }

    /// What an answer means.
    async fn judge(&self, request: &Request, answer: Answer, course: &mut Course) -> Next {
        let now = self.now();
        let gate = &self.shared.gate;
        gate.observe(request, &answer.limits, now);
        if answer.status != 429 && (answer.body.is_some() || answer.empty) {
            gate.answered();
        }
        match answer.status {
            200..=299 => Next::Done(body_of(answer)),
            401 => {
                gate.invalid(now);
                if request.auth == Auth::Bot {
                    tracing::error!(route = %request.route, "Discord refuses the bot token; no more calls are made");
                    gate.close();
                }
                Next::Done(Err(DiscordError::Unauthorized))
            }
            403 => {
                gate.invalid(now);
                Next::Done(Err(DiscordError::Forbidden { code: answer.code() }))
            }
            404 => self.not_found(request, answer.code(), course, now),
            429 => self.limited(request, &answer, course, now).await,
            408 | 500.. => {
                let why = format!("HTTP {}", answer.status);
                let unsure = !repeatable(request, course, now);
                self.after_failure(why, unsure, answer.limits.retry_after, course, now)
            }
            _ => {
                let (code, why) = (answer.code(), answer.refusal());
                tracing::warn!(route = %request.route, code, why, "Discord refuses a request");
                Next::Done(Err(DiscordError::Refused {
                    code,
                    message: why,
                    fields: answer.faulty_fields(),
                }))
            }
        }
    }

    fn not_found(&self, request: &Request, code: u64, course: &mut Course, now: Timestamp) -> Next {
        let error = Next::Done(Err(DiscordError::NotFound { code }));
        if request.auth != Auth::Interaction || code != UNKNOWN_WEBHOOK {
            return error;
        }
        let since = *course.webhook_unknown_since.get_or_insert(now);
        let back_off = course.webhook_back_off;
        let again = now.saturating_add(back_off).unwrap_or(Timestamp::MAX);
        if again.duration_since(since) > WEBHOOK_PATIENCE || again + CALL_TIME + JITTER > course.deadline {
            return error;
        }
        course.webhook_back_off = (back_off * 2).min(LONGEST_WEBHOOK_BACK_OFF);
        course.sent = 0;
        Next::AgainAt(again)
    }

    /// A 429: nothing was done, so every request may be sent again, but not before the limit ends.
    async fn limited(&self, request: &Request, answer: &Answer, course: &Course, now: Timestamp) -> Next {
        let limit = answer.limit();
        let block = self.shared.gate.limit(request, limit, now);
        let delay = block.until.duration_since(now);
        let delay_ms = delay.as_millis() as u64;
        tracing::warn!(route = %request.route, kind = ?limit.kind, code = answer.code(), delay_ms, "rate limited");
        self.share(request, &block, delay).await;
        if limit.kind == LimitKind::Cloudflare || course.sent >= TRIES {
            return Next::Done(Err(DiscordError::RetryAfter(delay)));
        }
        Next::AgainAt(block.until)
    }

    /// Tells the other workers of a block that would hit them too.
    async fn share(&self, request: &Request, block: &Block, delay: SignedDuration) {
        let route = matches!(block.scope, BlockScope::Route(_));
        if route && (request.auth == Auth::Interaction || delay <= WORTH_SHARING) {
            return;
        }
        if let Err(error) = self.shared.budget.block(&block.scope, block.until).await {
            tracing::warn!(%error, scope = ?block.scope, "a block could not be shared with the other workers");
        }
    }

    fn after_loss(&self, request: &Request, lost: reqwest::Error, course: &Course) -> Next {
        // Nothing was sent where no connection came about.
        let unsure = !lost.is_connect() && !repeatable(request, course, self.now());
        self.after_failure(describe(lost), unsure, None, course, self.now())
    }

    fn after_failure(
        &self,
        why: String,
        unsure: bool,
        at_least: Option<SignedDuration>,
        course: &Course,
        now: Timestamp,
    ) -> Next {
        let back_off = (BACK_OFF * (1 << (course.sent - 1).min(8))).min(LONGEST_BACK_OFF);
        let back_off = back_off.max(at_least.unwrap_or_default());
        let again = now.saturating_add(back_off).unwrap_or(Timestamp::MAX);
        let too_late = again.saturating_add(CALL_TIME + JITTER).unwrap_or(Timestamp::MAX) > course.deadline;
        tracing::warn!(why, tries = course.sent, "a call to Discord failed");
        if unsure || too_late || course.sent >= TRIES {
            return Next::Done(Err(DiscordError::Unavailable(why)));
        }
        Next::AgainAt(again)
    }

    fn now(&self) -> Timestamp {
        self.shared.timer.now()
    }
}

/// A header's value that no log shows; nothing at all where it is no header's value.
fn sensitive(value: &str) -> HeaderValue {
    let mut value = HeaderValue::from_str(value).unwrap_or(HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

/// Whether the request may be sent again though its first try may have had its effect.
fn repeatable(request: &Request, course: &Course, now: Timestamp) -> bool {
    match request.repeat {
        Repeat::Safe => true,
        Repeat::SafeFor(life) => course.first_sent.is_some_and(|first| {
            let life = SignedDuration::try_from(life).unwrap_or_default();
            now.duration_since(first) + LONGEST_BACK_OFF + JITTER < life
        }),
        Repeat::Unsafe => false,
    }
}

fn body_of(answer: Answer) -> DiscordResult<Value> {
    match answer.body {
        Some(body) => Ok(body),
        None if answer.empty => Ok(Value::Null),
        None => Err(DiscordError::Unavailable(format!(
            "HTTP {} with a body that is no JSON",
            answer.status
        ))),
    }
}

/// The error and its causes, without the URL, which may hold an interaction token.
fn describe(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}
