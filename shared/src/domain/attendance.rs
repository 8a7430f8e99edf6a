//! Who was there: while a race is on, those who drive are looked for in voice every so often.
//!
//! Discord tells a bot without a gateway of one member at a time (Discord docs, resources/voice), so a sample is a call a driver.

use super::event::{Event, EventKey, EventState};
use super::ids::{ChannelId, UserId};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// From one sample to the next.
pub const EVERY: SignedDuration = SignedDuration::from_mins(10);
/// Drivers that are looked for in one sample: a fifth of what Discord lets all of Gantry call in five seconds. Of more, those
/// come first who were looked for the least.
pub const AT_ONCE: usize = 50;

/// What was seen of one driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presence {
    /// When they were seen in voice first.
    pub first: Option<Timestamp>,
    /// And last.
    pub last: Option<Timestamp>,
    /// Where that was.
    pub channel: Option<ChannelId>,
    /// How often they were seen.
    pub seen: u32,
    /// How often they were looked for.
    pub looked: u32,
    /// When that was last.
    pub at: Timestamp,
}

/// What was seen of an event's drivers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attendance {
    /// The event.
    pub event: EventKey,
    /// When the last sample was due: one that was taken is not taken again.
    pub taken: Option<Timestamp>,
    /// How many were taken.
    pub samples: u32,
    /// By driver.
    pub drivers: BTreeMap<UserId, Presence>,
    /// Counts the changes: of two workers at the same sample, one stops. 0 before the first.
    pub version: u64,
}

impl Attendance {
    /// Nothing was seen yet.
    #[must_use]
    pub const fn new(event: EventKey) -> Self {
        Self {
            event,
            taken: None,
            samples: 0,
            drivers: BTreeMap::new(),
            version: 0,
        }
    }

    /// Whether the sample that was due then is taken.
    #[must_use]
    pub fn has(&self, due: Timestamp) -> bool {
        self.taken.is_some_and(|taken| taken >= due)
    }

    /// Whom to look for next of those who drive.
    #[must_use]
    pub fn next(&self, drivers: &[UserId]) -> Vec<UserId> {
        let mut next = drivers.to_vec();
        next.sort_unstable();
        next.dedup();
        // The order of ids breaks ties, so that whoever comes again asks for the same ones.
        next.sort_by_key(|user| {
            self.drivers
                .get(user)
                .map(|presence| (presence.looked, presence.at))
        });
        next.truncate(AT_ONCE);
        next
    }

    /// Notes what a sample has shown: where each driver who was looked for is, if anywhere.
    pub fn note(&mut self, due: Timestamp, found: &[(UserId, Option<ChannelId>)]) {
        self.taken = Some(due);
        self.samples += 1;
        for (user, channel) in found {
            let presence = self.drivers.entry(*user).or_insert(Presence {
                first: None,
                last: None,
                channel: None,
                seen: 0,
                looked: 0,
                at: due,
            });
            presence.looked += 1;
            presence.at = due;
            if channel.is_some() {
                presence.seen += 1;
                presence.first = presence.first.or(Some(due));
                presence.last = Some(due);
                presence.channel = *channel;
            }
        }
    }
}

/// When an event that is raced is sampled next after `now`: every ten minutes from its start on, at a minute of its own, so that
/// many races that start together are not all sampled in the same one.
#[must_use]
pub fn next_sample(event: &Event, now: Timestamp) -> Option<Timestamp> {
    if event.state != EventState::Live {
        return None;
    }
    let every = EVERY.as_secs();
    let start = event.state_since.unwrap_or(event.starts_at).as_second();
    let own = event.key.event.to_string().bytes().map(i64::from).sum::<i64>() % EVERY.as_mins() * 60;
    let gone = now.as_second().saturating_sub(start + own).div_euclid(every) + 1;
    Timestamp::from_second(start + own + gone.max(0) * every).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixtures;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn live() -> Event {
        Event {
            state: EventState::Live,
            state_since: Some(at("2026-11-28T13:00:00Z")),
            ..fixtures::event("2026-11-28T13:00:00Z", 360)
        }
    }

    #[test]
    fn a_race_is_sampled_every_ten_minutes_while_it_is_on() {
        let event = live();
        let first = next_sample(&event, at("2026-11-28T12:50:00Z")).unwrap();
        assert!(
            first >= at("2026-11-28T13:00:00Z") && first < at("2026-11-28T13:10:00Z"),
            "{first}"
        );
        let mut now = first;
        for n in 1..=36 {
            let next = next_sample(&event, now).unwrap();
            assert_eq!(next, first + EVERY * n);
            assert_eq!(
                next_sample(&event, next - SignedDuration::from_secs(1)),
                Some(next)
            );
            now = next;
        }
        for state in EventState::ALL
            .into_iter()
            .filter(|state| *state != EventState::Live)
        {
            assert_eq!(next_sample(&Event { state, ..live() }, now), None, "{state:?}");
        }
    }

    #[test]
    fn what_was_seen_is_counted_once_a_sample() {
        let mut seen = Attendance::new(live().key);
        let (one, two) = (UserId(1), UserId(2));
        let (first, second) = (at("2026-11-28T13:05:00Z"), at("2026-11-28T13:15:00Z"));
        assert!(!seen.has(first));
        seen.note(first, &[(one, Some(ChannelId(9))), (two, None)]);
        assert!(seen.has(first) && !seen.has(second));
        seen.note(second, &[(one, Some(ChannelId(8))), (two, Some(ChannelId(9)))]);
        let of = |user| seen.drivers[&user];
        assert_eq!((of(one).seen, of(one).looked), (2, 2));
        assert_eq!((of(one).first, of(one).last), (Some(first), Some(second)));
        assert_eq!(of(one).channel, Some(ChannelId(8)));
        assert_eq!(
            (of(two).seen, of(two).looked, of(two).first),
            (1, 2, Some(second))
        );
    }

    proptest! {
        /// However many drive, each is looked for as often as the others, or once less.
        #[test]
        fn everybody_has_a_turn(count in 1..180_u64, samples in 1..20_i32) {
            let mut seen = Attendance::new(live().key);
            let drivers: Vec<UserId> = (1..=count).rev().map(UserId).collect();
            for n in 0..samples {
                let due = at("2026-11-28T13:05:00Z") + EVERY * n;
                let next = seen.next(&drivers);
                prop_assert!(next.len() <= AT_ONCE);
                let found: Vec<_> = next.into_iter().map(|user| (user, None)).collect();
                seen.note(due, &found);
            }
            let looked = |user: &UserId| seen.drivers.get(user).map_or(0, |presence| presence.looked);
            let most = drivers.iter().map(looked).max().unwrap_or(0);
            let least = drivers.iter().map(looked).min().unwrap_or(0);
            prop_assert!(most - least <= 1, "{most} and {least}");
        }
    }
}
