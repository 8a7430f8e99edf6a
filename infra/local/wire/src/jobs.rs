//! The log of jobs: every message of a queue, what it asks for, how often it was tried, and what came of it.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The log keeps this many jobs; older ones are forgotten.
const KEPT: usize = 2_000;
/// Of one job, the last so many tries are kept.
const TRIES_KEPT: usize = 20;

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// In its queue: not yet received, or not yet again.
    Waiting,
    /// With its function.
    Running,
    /// Done.
    Done,
    /// Failed; it comes again.
    Failed,
    /// In a dead-letter queue.
    Dead,
}

/// One time that a function was handed a message.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Try {
    /// The stack's time at which it began.
    pub at: Timestamp,
    /// The function.
    pub function: String,
    /// How long it took, in microseconds; absent while it runs. All messages of a batch take as long as the batch.
    pub micros: Option<u64>,
    /// Whether it was done; absent while it runs.
    pub done: Option<bool>,
    /// How the function failed, if it failed as a whole.
    pub why: String,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Job {
    /// Rises with every change in the log.
    pub version: u64,
    /// The message's id, which it keeps in the dead-letter queue.
    pub id: String,
    /// The queue that it is in.
    pub queue: String,
    /// What it asks for: `open_event_space`; empty if the message says nothing of the kind.
    pub work: String,
    /// On whose behalf: of more than one where messages were taken as one (deduplication).
    pub traces: Vec<String>,
    /// Its body.
    pub body: String,
    /// The stack's time of sending; absent if it was sent before the log began.
    pub sent_at: Option<Timestamp>,
    /// Where it stands.
    pub state: JobState,
    /// How often it was tried.
    pub tried: usize,
    /// The last tries, oldest first.
    pub tries: Vec<Try>,
}

/// A log that its clones share.
#[derive(Clone, Debug, Default)]
pub struct JobLog {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    version: u64,
    jobs: VecDeque<Job>,
}

impl JobLog {
    /// A message was sent, or was recognised as one that is in the log already.
    pub fn sent(&self, id: &str, queue: &str, body: &str, at: Timestamp) {
        self.change(id, queue, body, |job| {
            job.sent_at.get_or_insert(at);
        });
    }

    /// A function is handed the message; gives on whose behalf.
    pub fn started(&self, id: &str, queue: &str, body: &str, function: &str, at: Timestamp) -> Vec<String> {
        self.change(id, queue, body, |job| {
            job.state = JobState::Running;
            job.tried += 1;
            if job.tries.len() == TRIES_KEPT {
                job.tries.remove(0);
            }
            job.tries.push(Try {
                at,
                function: function.to_owned(),
                micros: None,
                done: None,
                why: String::new(),
            });
        })
    }

    /// The function is through with the message: it is done, or failed for the reason given.
    pub fn ended(&self, id: &str, done: bool, why: &str, micros: u64) {
        let mut inner = self.lock();
        inner.touch(id, |job| {
            job.state = if done { JobState::Done } else { JobState::Failed };
            if let Some(last) = job.tries.iter_mut().rev().find(|one| one.done.is_none()) {
                last.done = Some(done);
                last.micros = Some(micros);
                why.clone_into(&mut last.why);
            }
        });
    }

    /// The message was moved to the dead-letter queue of that name.
    pub fn buried(&self, id: &str, queue: &str) {
        let mut inner = self.lock();
        inner.touch(id, |job| {
            job.state = JobState::Dead;
            queue.clone_into(&mut job.queue);
        });
    }

    /// The jobs that changed after `version`, oldest change first.
    #[must_use]
    pub fn since(&self, version: u64) -> Vec<Job> {
        let inner = self.lock();
        let mut changed: Vec<Job> = inner
            .jobs
            .iter()
            .filter(|job| job.version > version)
            .cloned()
            .collect();
        changed.sort_by_key(|job| job.version);
        changed
    }

    /// Changes the job of that id, which is new if it is not there; gives on whose behalf it is.
    fn change(&self, id: &str, queue: &str, body: &str, change: impl FnOnce(&mut Job)) -> Vec<String> {
        let mut inner = self.lock();
        if !inner.jobs.iter().any(|job| job.id == id) {
            if inner.jobs.len() == KEPT {
                inner.jobs.pop_front();
            }
            inner.jobs.push_back(Job {
                version: 0,
                id: id.to_owned(),
                queue: queue.to_owned(),
                work: said(body, "/work/work"),
                traces: Vec::new(),
                body: body.to_owned(),
                sent_at: None,
                state: JobState::Waiting,
                tried: 0,
                tries: Vec::new(),
            });
        }
        let trace = said(body, "/trace");
        let changed = inner.touch(id, |job| {
            if !trace.is_empty() && !job.traces.contains(&trace) {
                job.traces.push(trace);
            }
            change(job);
            job.traces.clone()
        });
        changed.unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn touch<T>(&mut self, id: &str, change: impl FnOnce(&mut Job) -> T) -> Option<T> {
        // The newest are the ones that change.
        let job = self.jobs.iter_mut().rev().find(|job| job.id == id)?;
        self.version += 1;
        job.version = self.version;
        Some(change(job))
    }
}

/// What a body's JSON has at a place, if that is a text.
fn said(body: &str, place: &str) -> String {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let found = body.pointer(place).and_then(Value::as_str);
    found.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Timestamp = Timestamp::UNIX_EPOCH;

    fn body(trace: &str) -> String {
        format!(r#"{{"v":1,"trace":"{trace}","work":{{"work":"refresh_board","event":1}}}}"#)
    }

    #[test]
    fn a_job_is_followed_from_its_queue_to_its_end() {
        let log = JobLog::default();
        log.sent("m", "board.fifo", &body("a"), AT);
        let job = log.since(0).remove(0);
        assert_eq!(
            (job.work.as_str(), job.state, job.tried),
            ("refresh_board", JobState::Waiting, 0)
        );
        assert_eq!(
            log.started("m", "board.fifo", &body("a"), "channel-worker", AT),
            ["a"]
        );
        log.ended("m", false, "timed out", 5);
        assert_eq!(log.since(0)[0].state, JobState::Failed);
        log.started("m", "board.fifo", &body("a"), "channel-worker", AT);
        log.ended("m", true, "", 7);
        let mark = log.since(0)[0].version;
        let job = log.since(0).remove(0);
        assert_eq!((job.state, job.tried, job.tries.len()), (JobState::Done, 2, 2));
        assert_eq!(
            (job.tries[0].done, job.tries[0].why.as_str()),
            (Some(false), "timed out")
        );
        assert_eq!(log.since(mark), []);
        log.buried("m", "board-dead.fifo");
        let job = log.since(mark).remove(0);
        assert_eq!(
            (job.queue.as_str(), job.state),
            ("board-dead.fifo", JobState::Dead)
        );
    }

    #[test]
    fn messages_that_are_taken_as_one_are_on_behalf_of_both() {
        let log = JobLog::default();
        log.sent("m", "board.fifo", &body("a"), AT);
        log.sent("m", "board.fifo", &body("b"), AT);
        assert_eq!(log.since(0).len(), 1);
        assert_eq!(log.started("m", "board.fifo", &body("a"), "f", AT), ["a", "b"]);
    }

    #[test]
    fn a_message_that_nobody_can_read_is_a_job_too() {
        let log = JobLog::default();
        log.started("m", "q", "poison", "f", AT);
        let job = log.since(0).remove(0);
        assert_eq!((job.work.as_str(), job.traces.len(), job.sent_at), ("", 0, None));
    }
}
