//! What travels on the queues: envelopes around the domain's [`Work`].

use crate::domain::event::EventKey;
use crate::domain::ids::{GuildId, OutboxId};
use crate::domain::work::{Lane, Work};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The version of the envelope that is written and read.
const VERSION: u32 = 1;

/// Refreshes of one event within this many seconds become one message. The board queue holds its messages back for
/// longer than that ([`BOARD_DELAY_S`]), so whoever handles the one message sees everything that the others were about.
const BOARD_BUCKET_S: i64 = 2;
/// How long the board queue holds a message back: the bucket, and a second for clocks that differ.
pub const BOARD_DELAY_S: u32 = 3;

/// One message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    /// The version of the envelope, 1.
    pub v: u32,
    /// The outbox row, and the place of the work in it.
    pub id: String,
    /// The guild in whose order it is done.
    pub guild: GuildId,
    /// Follows the click to the last call.
    pub trace: String,
    /// What is to be done.
    pub work: Work,
}

/// A message that is about to be sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Outgoing {
    /// Its queue.
    pub lane: Lane,
    /// Messages of one group are handled in order: the guild.
    pub group: String,
    /// Messages of one such id within five minutes are one message (Amazon SQS developer guide, FIFO queues).
    pub deduplication: String,
    /// The envelope as JSON.
    pub body: String,
}

/// A message that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum EnvelopeError {
    /// Not the JSON of an envelope.
    #[error("not an envelope: {0}")]
    Malformed(#[from] serde_json::Error),
    /// Written by a version that is not known here.
    #[error("envelope version {0} is not known here")]
    Version(u32),
}

impl Envelope {
    /// Reads a message's body.
    ///
    /// # Errors
    /// [`EnvelopeError`].
    pub fn read(body: &str) -> Result<Self, EnvelopeError> {
        let envelope: Self = serde_json::from_str(body)?;
        if envelope.v == VERSION {
            Ok(envelope)
        } else {
            Err(EnvelopeError::Version(envelope.v))
        }
    }
}

/// The messages for the work of one outbox row, sent at `now`.
///
/// # Errors
/// [`EnvelopeError::Malformed`] if the work cannot be written as JSON.
pub fn outgoing(
    id: OutboxId,
    guild: GuildId,
    trace: &str,
    work: Vec<Work>,
    now: Timestamp,
) -> Result<Vec<Outgoing>, EnvelopeError> {
    let message = |(place, work): (usize, Work)| {
        let id = format!("{id}.{place}");
        let lane = work.lane();
        // What a run of sync leaves to be done may be ten thousand pieces: nobody's file or next run waits behind them.
        let group = match (lane, &work) {
            (Lane::Sync, Work::ApplyRoles { .. }) => format!("{guild}-roles"),
            _ => guild.to_string(),
        };
        let deduplication = match (lane, work.event()) {
            (Lane::Board, Some(event)) => board_bucket(event, now),
            (Lane::Board | Lane::Channel | Lane::Notify | Lane::Sync, _) => id.clone(),
        };
        let envelope = Envelope {
            v: VERSION,
            id,
            guild,
            trace: trace.to_owned(),
            work,
        };
        Ok(Outgoing {
            lane,
            group,
            deduplication,
            body: serde_json::to_string(&envelope)?,
        })
    };
    work.into_iter().enumerate().map(message).collect()
}

fn board_bucket(event: EventKey, now: Timestamp) -> String {
    format!("{}.{}", event.event, now.as_second().div_euclid(BOARD_BUCKET_S))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{ClubId, EventId, UserId};
    use crate::domain::series::ClassId;
    use crate::domain::signup::Ticket;
    use crate::domain::work::RoleWork;

    const EVENT: EventKey = EventKey {
        club: ClubId::from_parts(1, 1),
        event: EventId::from_parts(2, 2),
    };

    fn send(work: Vec<Work>, now: &str, id: u128) -> Vec<Outgoing> {
        outgoing(
            OutboxId::from_parts(3, id),
            GuildId(7),
            "trace",
            work,
            now.parse().unwrap(),
        )
        .unwrap()
    }

    #[test]
    fn refreshes_of_one_event_within_the_bucket_are_one_message() {
        let id = |now, n| {
            send(vec![Work::RefreshBoard { event: EVENT }], now, n)[0]
                .deduplication
                .clone()
        };
        assert_eq!(
            id("2026-11-21T10:00:00.000Z", 1),
            id("2026-11-21T10:00:01.999Z", 2)
        );
        assert_ne!(
            id("2026-11-21T10:00:01.999Z", 1),
            id("2026-11-21T10:00:02.000Z", 1)
        );
        assert!(i64::from(BOARD_DELAY_S) > BOARD_BUCKET_S);
    }

    #[test]
    fn every_other_work_is_a_message_of_its_own() {
        let tell = |user| Work::TellPromoted {
            event: EVENT,
            user: UserId(user),
            class: ClassId::of("GT3"),
            ticket: Ticket(crate::domain::ids::InteractionId(1)),
        };
        let sent = send(vec![tell(1), tell(2)], "2026-11-21T10:00:00Z", 1);
        assert_ne!(sent[0].deduplication, sent[1].deduplication);
        assert_eq!(
            sent,
            send(vec![tell(1), tell(2)], "2026-11-21T10:00:00Z", 1),
            "a repetition is the same message"
        );
        assert_eq!(Envelope::read(&sent[1].body).unwrap().work, tell(2));
    }

    #[test]
    fn what_a_run_leaves_to_be_done_holds_up_nobody() {
        let roles = |how| Work::ApplyRoles {
            club: EVENT.club,
            user: UserId(1),
            how,
            reply: None,
        };
        let work = vec![roles(RoleWork::Listed), roles(RoleWork::Follow)];
        let sent = send(work, "2026-11-21T10:00:00Z", 1);
        let ways: Vec<(Lane, &str)> = sent.iter().map(|one| (one.lane, one.group.as_str())).collect();
        assert_eq!(ways, [(Lane::Sync, "7-roles"), (Lane::Notify, "7")]);
    }

    #[test]
    fn an_envelope_of_another_version_is_refused() {
        let body = send(
            vec![Work::RefreshBoard { event: EVENT }],
            "2026-11-21T10:00:00Z",
            1,
        )
        .remove(0)
        .body;
        assert!(Envelope::read(&body).is_ok());
        assert!(matches!(
            Envelope::read(&body.replace("\"v\":1", "\"v\":2")),
            Err(EnvelopeError::Version(2))
        ));
        for poison in ["", "null", "{}", "[1]", "{\"v\":1}"] {
            assert!(
                matches!(Envelope::read(poison), Err(EnvelopeError::Malformed(_))),
                "{poison}"
            );
        }
    }
}
