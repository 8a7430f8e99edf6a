//! Injected faults: which call is hit, and what happens to it.

use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, PoisonError};

/// A counterpart that can be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Service {
    /// DynamoDB.
    Dynamodb,
    /// SQS.
    Sqs,
    /// EventBridge.
    Eventbridge,
    /// Discord's REST API.
    Discord,
}

/// What happens to a call that a fault hits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum FaultKind {
    /// AWS: refused with the service's throttling error, no effect.
    Throttle,
    /// DynamoDB transactions: cancelled with reason `TransactionConflict`; single writes: `TransactionConflictException`. No effect.
    Conflict,
    /// `BatchWriteItem`: only the first half of the items is written, the others are given back as `UnprocessedItems`.
    Unprocessed,
    /// HTTP 500 (AWS: `InternalServerError`), no effect.
    ServerError,
    /// HTTP 503, no effect.
    Unavailable,
    /// Discord: the same with `Retry-After`: away for so long.
    UnavailableFor(Delay),
    /// The effect happens, then the connection is cut before the answer.
    LostAnswer,
    /// The effect happens, then HTTP 500 is answered.
    ErrorAfterEffect,
    /// The connection is cut before anything happens.
    Reset,
    /// The answer is held back, then given as usual.
    Latency(Delay),
    /// Discord: 429 with scope `user`.
    RateLimitUser(Delay),
    /// Discord: 429 with scope `shared`.
    RateLimitShared(Delay),
    /// Discord: 429 with `X-RateLimit-Global`.
    RateLimitGlobal(Delay),
    /// Discord: Cloudflare's 429, an HTML body and no rate-limit headers.
    Cloudflare,
    /// Discord: a hidden sub-limit: 429 with `remaining` above 0, a short header and a long `retry_after` in the body.
    SubLimit(Delay),
    /// The calling function dies before the call has an effect.
    KillBefore,
    /// The calling function dies after the effect, before the answer.
    KillAfter,
}

/// A time that belongs to a fault, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delay {
    /// Milliseconds.
    pub ms: u64,
}

/// One fault, and the calls that it hits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The counterpart.
    pub service: Service,
    /// Hits only calls whose operation contains this text; all when absent.
    #[serde(default)]
    pub operation: Option<String>,
    /// Hits only calls of this function; all when absent.
    #[serde(default)]
    pub caller: Option<String>,
    /// Lets this many matching calls pass before the first hit.
    #[serde(default)]
    pub after: u64,
    /// Hits at most this many calls; without end when absent.
    #[serde(default)]
    pub times: Option<u64>,
    /// Hits this share of the matching calls (0 to 1], drawn from a fixed sequence; every one when absent.
    #[serde(default)]
    pub share: Option<f64>,
    /// What happens.
    pub fault: FaultKind,
}

impl Fault {
    /// Hits every call of `service`.
    #[must_use]
    pub fn every(service: Service, fault: FaultKind) -> Self {
        Self {
            service,
            operation: None,
            caller: None,
            after: 0,
            times: None,
            share: None,
            fault,
        }
    }

    /// Hits only the call number `n` (from 0) of `service` that `caller` makes.
    #[must_use]
    pub fn nth(service: Service, caller: &str, n: u64, fault: FaultKind) -> Self {
        Self {
            caller: Some(caller.to_owned()),
            after: n,
            times: Some(1),
            ..Self::every(service, fault)
        }
    }

    /// The same fault for operations that contain `operation`.
    #[must_use]
    pub fn on(mut self, operation: &str) -> Self {
        self.operation = Some(operation.to_owned());
        self
    }

    /// The same fault, for that share of the calls.
    #[must_use]
    pub fn share(mut self, share: f64) -> Self {
        self.share = Some(share);
        self
    }

    /// The same fault, at most `times` times.
    #[must_use]
    pub fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }
}

/// Why a fault was not taken.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum FaultError {
    /// `share` is not above 0 and at most 1.
    #[error("share must be above 0 and at most 1, not {0}")]
    Share(f64),
}

/// Told when a fault kills its caller: the stack ends that function's running invocations.
pub type Killed = Arc<dyn Fn(&str) + Send + Sync>;

/// The faults in force. Clones share them.
#[derive(Clone, Default)]
pub struct Faults {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    rules: Vec<Rule>,
    killed: Option<Killed>,
    draws: u64,
}

struct Rule {
    fault: Fault,
    seen: u64,
    hits: u64,
}

impl Faults {
    /// No faults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a fault. Faults are tried in the order in which they were added; the first that hits wins.
    ///
    /// # Errors
    /// [`FaultError::Share`] when `share` is out of range.
    pub fn add(&self, fault: Fault) -> Result<(), FaultError> {
        if let Some(share) = fault.share
            && !(share > 0.0 && share <= 1.0)
        {
            return Err(FaultError::Share(share));
        }
        self.lock().rules.push(Rule {
            fault,
            seen: 0,
            hits: 0,
        });
        Ok(())
    }

    /// Removes all faults.
    pub fn clear(&self) {
        self.lock().rules.clear();
    }

    /// How many calls have been hit by the faults in force.
    #[must_use]
    pub fn hits(&self) -> u64 {
        self.lock().rules.iter().map(|rule| rule.hits).sum()
    }

    /// Registers who ends a function that a fault kills.
    pub fn on_kill(&self, killed: Killed) {
        self.lock().killed = Some(killed);
    }

    /// Ends `caller`, as [`FaultKind::KillBefore`] and [`FaultKind::KillAfter`] ask. A counterpart calls it at that
    /// point and then cuts the connection.
    pub fn kill(&self, caller: &str) {
        let killed = self.lock().killed.clone();
        if let Some(killed) = killed {
            killed(caller);
        }
    }

    /// The fault that hits this call, if any. Each call is to be asked about once.
    #[must_use]
    pub fn strike(&self, service: Service, operation: &str, caller: &str) -> Option<FaultKind> {
        let mut inner = self.lock();
        let inner = &mut *inner;
        for rule in &mut inner.rules {
            let Fault {
                fault,
                share,
                after,
                times,
                ..
            } = &rule.fault;
            if !rule.fault.matches(service, operation, caller) {
                continue;
            }
            rule.seen += 1;
            if rule.seen <= *after || times.is_some_and(|times| rule.hits >= times) {
                continue;
            }
            if let Some(share) = share {
                inner.draws += 1;
                if draw(inner.draws) >= *share {
                    continue;
                }
            }
            rule.hits += 1;
            return Some(fault.clone());
        }
        None
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Fault {
    fn matches(&self, service: Service, operation: &str, caller: &str) -> bool {
        self.service == service
            && self
                .operation
                .as_deref()
                .is_none_or(|part| operation.contains(part))
            && self.caller.as_deref().is_none_or(|name| name == caller)
    }
}

/// The n-th number of a fixed, evenly spread sequence in [0, 1): multiples of the golden ratio, so that a share of
/// 0.3 hits three calls of ten in every run.
fn draw(n: u64) -> f64 {
    let scrambled = n.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (scrambled >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nth_call_of_a_function_is_hit_once() {
        let faults = Faults::new();
        faults
            .add(Fault::nth(
                Service::Discord,
                "channel-worker",
                2,
                FaultKind::LostAnswer,
            ))
            .unwrap();
        let hit = |caller| faults.strike(Service::Discord, "POST /guilds/{guild.id}/channels", caller);
        assert_eq!(hit("notify-worker"), None);
        assert_eq!([hit("channel-worker"), hit("channel-worker")], [None, None]);
        assert_eq!(hit("channel-worker"), Some(FaultKind::LostAnswer));
        assert_eq!(hit("channel-worker"), None);
        assert_eq!(faults.hits(), 1);
    }

    #[test]
    fn a_share_hits_about_that_share_of_calls() {
        let faults = Faults::new();
        faults
            .add(
                Fault::every(Service::Dynamodb, FaultKind::Conflict)
                    .on("Transact")
                    .share(0.3),
            )
            .unwrap();
        let hits = (0..1000)
            .filter(|_| {
                faults
                    .strike(Service::Dynamodb, "TransactWriteItems", "")
                    .is_some()
            })
            .count();
        assert!((250..=350).contains(&hits), "{hits}");
        assert_eq!(faults.strike(Service::Dynamodb, "Query", ""), None);
    }

    #[test]
    fn a_share_out_of_range_is_refused() {
        let faults = Faults::new();
        for share in [0.0, -0.1, 1.1, f64::NAN] {
            assert!(
                faults
                    .add(Fault::every(Service::Sqs, FaultKind::Reset).share(share))
                    .is_err()
            );
        }
    }

    #[test]
    fn faults_are_written_as_flat_json() {
        let text = r#"{"service":"discord","operation":"POST","fault":{"kind":"rate_limit_user","ms":1500}}"#;
        let fault: Fault = serde_json::from_str(text).unwrap();
        assert_eq!(fault.fault, FaultKind::RateLimitUser(Delay { ms: 1500 }));
        assert!(
            serde_json::from_str::<Fault>(r#"{"service":"discord","often":1,"fault":{"kind":"reset"}}"#)
                .is_err()
        );
    }
}
