//! Every key of the table, built from typed ids. `docs/ACCESS_PATTERNS.md` is the same list for people.
//!
//! Snowflakes are zero-padded to 20 digits so that text order is number order. An event's key contains its club, so an
//! event of another club cannot be reached with its id alone.

use crate::domain::cases::CaseKey;
use crate::domain::event::EventKey;
use crate::domain::guild_link::Parked;
use crate::domain::ids::{ChannelId, ClubId, EntryId, GuildId, OutboxId, SeriesId, TeamId, UserId};
use crate::domain::result_import::ResultImportKey;
use crate::domain::roster_import::ImportKey;
use crate::domain::series::ClassId;
use crate::domain::signup::Ticket;
use crate::domain::sync::RunKey;
use crate::domain::text::comparable;
use crate::ports::store::OnceKey;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use std::collections::HashMap;

/// The table's partition key.
pub const PK: &str = "PK";
/// The table's sort key.
pub const SK: &str = "SK";
/// Partition key of the sparse index of a club's events by time.
pub const GSI1PK: &str = "GSI1PK";
/// Sort key of that index.
pub const GSI1SK: &str = "GSI1SK";
/// That index.
pub const GSI1: &str = "GSI1";
/// When DynamoDB may delete an item, in seconds since the Unix epoch.
pub const TTL: &str = "ttl";
/// What every partition key of the outbox begins with: the filter of the relay's stream mapping.
pub const OUTBOX_PREFIX: &str = "OUTBOX#";

/// Prefix of the sort keys of an event and its classes.
pub(super) const EVENT_HEADER: &str = "EVENT";
/// Prefix of the sort keys of sign-ups.
pub(super) const SIGN_UPS: &str = "SIGNUP#";
/// Prefix of the sort keys of the guild's members.
pub(super) const SEEN: &str = "SEEN#";
/// Prefix of the sort keys of conflicts.
pub(super) const CASES: &str = "CONFLICT#";
/// Prefix of the sort keys of runs.
pub(super) const RUNS: &str = "RUN#";
/// Partition of the index of the clubs that are to be synchronised, by time.
pub(super) const SYNC_DUE: &str = "SYNC#DUE";
/// Prefix of the sort keys of members.
pub(super) const MEMBERS: &str = "MEMBER#";
/// The sort key of a club.
pub(super) const CLUB: &str = "CLUB";
/// The sort key of a club's settings.
pub(super) const SETTINGS: &str = "SETTINGS";
/// The sort key of a club's list of roles.
pub(super) const FEED: &str = "CALENDAR";
pub(super) const ROLES: &str = "ROLES";
/// Prefix of the sort keys of the roster's entries.
pub(super) const ENTRIES: &str = "ROSTER#";
/// Prefix of the sort keys of an event's alerts.
pub(super) const ALERTS: &str = "ALERT#";
/// Partition of the index of clubs whose servers are looked after, by time.
pub(super) const WATCH_DUE: &str = "WATCH#DUE";
/// Prefix of the sort keys of series.
pub(super) const SERIES: &str = "SERIES#";
/// Prefix of the sort keys of parked work.
pub(super) const PARKED: &str = "PARKED#";
/// Prefix of the sort keys of all categories.
pub(super) const CATEGORIES: &str = "CATEGORY#";
/// Partition of the index of clubs whose guilds Gantry is missing from.
pub(super) const LOST: &str = "LOST";
/// Prefix of the sort keys of classes.
pub(super) const CLASSES: &str = "EVENT#CLASS#";
/// The sort key behind the last sign-up: header, classes, sign-ups and space are read in one query up to it.
pub(super) const SPACE: &str = "SPACE";

/// The sort key of the teams: header, classes, sign-ups, space and teams are read in one query up to it.
pub(super) const TEAMS: &str = "TEAMS";

/// A primary key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// Partition.
    pub pk: String,
    /// Sort.
    pub sk: String,
}

impl Key {
    fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self {
            pk: pk.into(),
            sk: sk.into(),
        }
    }

    /// As DynamoDB takes it.
    #[must_use]
    pub fn attributes(&self) -> HashMap<String, AttributeValue> {
        HashMap::from([
            (PK.to_owned(), AttributeValue::S(self.pk.clone())),
            (SK.to_owned(), AttributeValue::S(self.sk.clone())),
        ])
    }
}

pub(super) fn club_partition(club: ClubId) -> String {
    format!("CLUB#{club}")
}

pub(super) fn event_partition(event: EventKey) -> String {
    format!("CLUB#{}#EVENT#{}", event.club, event.event)
}

pub(super) fn guild(guild: GuildId) -> Key {
    Key::new(format!("GUILD#{:020}", guild.0), "CLUB")
}

pub(super) fn slug(slug: &str) -> Key {
    Key::new(format!("SLUG#{slug}"), "CLUB")
}

/// A club.
#[must_use]
pub fn club(club: ClubId) -> Key {
    Key::new(club_partition(club), CLUB)
}

pub(super) fn settings(club: ClubId) -> Key {
    Key::new(club_partition(club), SETTINGS)
}

/// The member that a Discord account is.
#[must_use]
pub fn member(club: ClubId, user: UserId) -> Key {
    Key::new(club_partition(club), format!("{MEMBERS}{:020}", user.0))
}

/// An event's results, outside of the event's own partition: they are kept longer.
pub(super) fn results(event: EventKey) -> Key {
    Key::new(
        format!("CLUB#{}#RESULTS", event.club),
        format!("RESULTS#{}", event.event),
    )
}

/// Results that were read from a file and shown.
pub(super) fn result_import(key: ResultImportKey) -> Key {
    Key::new(
        format!("CLUB#{}#RESULTS", key.club),
        format!("IMPORT#{:020}", key.command.0),
    )
}

/// That a series is over.
pub(super) fn series_end(club: ClubId, series: SeriesId) -> Key {
    Key::new(format!("CLUB#{club}#RESULTS"), format!("SERIES#{series}"))
}

/// Partition of the index of the results of a series.
pub(super) fn results_of_series(club: ClubId, series: SeriesId) -> String {
    format!("CLUB#{club}#SERIES#{series}#RESULTS")
}

/// Whether a club's server is looked after, and when next.
pub(super) fn watch(club: ClubId) -> Key {
    Key::new(club_partition(club), "WATCH")
}

/// A club's place among those whose servers are to be looked after.
pub(super) fn watch_place(due: Timestamp, club: ClubId) -> String {
    format!("{}#{club}", instant(due))
}

/// Partition of the index of a club's deleted events whose rows are still there.
pub(super) fn gone_events(club: ClubId) -> String {
    format!("CLUB#{club}#GONE")
}

pub(super) fn wishes(club: ClubId, user: UserId) -> Key {
    Key::new(club_partition(club), format!("WISHES#{:020}", user.0))
}

pub(super) fn link_code(club: ClubId, hash: &str) -> Key {
    Key::new(club_partition(club), format!("LINKCODE#{hash}"))
}

/// Tries of a window: one person's, or all of the club's together.
pub(super) fn link_tries(club: ClubId, user: Option<UserId>, window: i64) -> Key {
    let whose = user.map_or_else(|| "ALL".to_owned(), |user| format!("{:020}", user.0));
    Key::new(club_partition(club), format!("LINKTRIES#{window}#{whose}"))
}

/// A person's request to join.
pub(super) fn join_request(club: ClubId, user: UserId) -> Key {
    Key::new(club_partition(club), format!("JOIN#{:020}", user.0))
}

pub(super) fn feed(club: ClubId) -> Key {
    Key::new(club_partition(club), FEED)
}

pub(super) fn telemetry(club: ClubId) -> Key {
    Key::new(club_partition(club), "TELEMETRY")
}

/// Deliveries of telemetry in a minute, counted from the Unix epoch.
pub(super) fn deliveries(club: ClubId, minute: i64) -> Key {
    Key::new(club_partition(club), format!("DELIVERIES#{minute}"))
}

/// Incidents of an event in a minute, counted from the Unix epoch.
pub(super) fn incidents(event: EventKey, minute: i64) -> Key {
    Key::new(event_partition(event), format!("TELEMETRY#INCIDENTS#{minute}"))
}

/// What has arrived of a team. Outside of the range that a line-up is read in.
pub(super) fn team_pace(event: EventKey, team: TeamId) -> Key {
    Key::new(event_partition(event), format!("TELEMETRY#{team}#PACE"))
}

/// What is shown of a team.
pub(super) fn shown_pace(event: EventKey, team: TeamId) -> Key {
    Key::new(event_partition(event), format!("TELEMETRY#{team}#SHOWN"))
}

pub(super) fn role_map(club: ClubId) -> Key {
    Key::new(club_partition(club), ROLES)
}

pub(super) fn entry(club: ClubId, entry: EntryId) -> Key {
    Key::new(club_partition(club), format!("{ENTRIES}{entry}"))
}

pub(super) fn import(key: ImportKey) -> Key {
    Key::new(club_partition(key.club), format!("IMPORT#{:020}", key.command.0))
}

pub(super) fn import_chunk(key: ImportKey, chunk: usize) -> Key {
    Key::new(
        format!("CLUB#{}#IMPORT#{:020}", key.club, key.command.0),
        format!("CHUNK#{chunk:04}"),
    )
}

pub(super) fn series(club: ClubId, series: SeriesId) -> Key {
    Key::new(club_partition(club), format!("{SERIES}{series}"))
}

pub(super) fn series_name(club: ClubId, name: &str) -> Key {
    Key::new(club_partition(club), format!("SERIESNAME#{}", comparable(name)))
}

pub(super) fn categories(series: SeriesId) -> String {
    format!("{CATEGORIES}{series}#")
}

pub(super) fn category(club: ClubId, series: SeriesId, number: u32) -> Key {
    Key::new(club_partition(club), format!("{}{number:04}", categories(series)))
}

pub(super) fn channel_owner(club: ClubId, channel: ChannelId) -> Key {
    Key::new(club_partition(club), format!("CHANNEL#{:020}", channel.0))
}

/// An event.
#[must_use]
pub fn event(event: EventKey) -> Key {
    Key::new(event_partition(event), EVENT_HEADER)
}

/// One of its classes.
#[must_use]
pub fn class(event: EventKey, class: &ClassId) -> Key {
    Key::new(event_partition(event), format!("{CLASSES}{}", class.as_str()))
}

/// A driver's answer to it.
#[must_use]
pub fn sign_up(event: EventKey, user: UserId) -> Key {
    Key::new(event_partition(event), format!("{SIGN_UPS}{:020}", user.0))
}

pub(super) fn waiters(class: &ClassId) -> String {
    format!("WAIT#{}#", class.as_str())
}

/// A place on the waitlist of a class.
#[must_use]
pub fn waiter(event: EventKey, class: &ClassId, ticket: Ticket) -> Key {
    Key::new(
        event_partition(event),
        format!("{}{:020}", waiters(class), ticket.0.0),
    )
}

pub(super) fn space(event: EventKey) -> Key {
    Key::new(event_partition(event), SPACE)
}

pub(super) fn alert(event: EventKey, name: &str) -> Key {
    Key::new(event_partition(event), format!("{ALERTS}{name}"))
}

/// A partition of the alerts that wait, in the index.
pub(super) fn due_shard(shard: u32) -> String {
    format!("DUE#{shard}")
}

/// The shard of an event's alerts: all of an event are in one. The last bits of its id are random.
pub(super) fn shard_of(event: EventKey, shards: u32) -> u32 {
    let last = event.event.to_string().bytes().last().unwrap_or_default();
    u32::from(last) % shards.max(1)
}

/// An alert's place among those that wait.
pub(super) fn due_place(due: Timestamp, event: EventKey, name: &str) -> String {
    format!("{}#{}#{}#{name}", instant(due), event.club, event.event)
}

pub(super) fn line_up(event: EventKey) -> Key {
    Key::new(event_partition(event), TEAMS)
}

/// What begins the sort keys of what an event's teams have in Discord.
pub(super) const TEAM_SPACES: &str = "TEAMSPACE#";

pub(super) fn team_space(event: EventKey, team: TeamId) -> Key {
    Key::new(event_partition(event), format!("{TEAM_SPACES}{team}"))
}

/// Who was seen while an event was raced.
pub(super) fn attendance(event: EventKey) -> Key {
    Key::new(event_partition(event), "ATTENDANCE")
}

pub(super) fn team_plan(event: EventKey, team: TeamId) -> Key {
    Key::new(event_partition(event), format!("TIMETABLE#{team}"))
}

pub(super) fn receipt(event: EventKey, name: &str) -> Key {
    Key::new(event_partition(event), format!("TOLD#{name}"))
}

/// Partition of what the guild's listings showed.
pub(super) fn guild_partition(club: ClubId) -> String {
    format!("CLUB#{club}#GUILD")
}

pub(super) fn seen(club: ClubId, user: UserId) -> Key {
    Key::new(guild_partition(club), format!("{SEEN}{:020}", user.0))
}

/// Partition of a club's conflicts; in the index, of those that are open.
pub(super) fn cases_partition(club: ClubId) -> String {
    format!("CLUB#{club}#CONFLICTS")
}

pub(super) fn case(club: ClubId, key: CaseKey) -> Key {
    Key::new(cases_partition(club), format!("{CASES}{key}"))
}

/// Partition of a club's runs of member synchronisation.
pub(super) fn sync_partition(club: ClubId) -> String {
    format!("CLUB#{club}#SYNC")
}

pub(super) fn sync_state(club: ClubId) -> Key {
    Key::new(sync_partition(club), "STATE")
}

pub(super) fn run(run: RunKey) -> Key {
    Key::new(sync_partition(run.club), format!("{RUNS}{}", run.run))
}

pub(super) fn absences(run: RunKey) -> String {
    format!("ABSENT#{}#", run.run)
}

/// Whom a listing did not show, from this account on.
pub(super) fn absence(run: RunKey, first: UserId) -> Key {
    let first = format!("{}{:020}", absences(run), first.0);
    Key::new(sync_partition(run.club), first)
}

/// A club's place among those that are to be synchronised.
pub(super) fn sync_due(at: Timestamp, club: ClubId) -> String {
    format!("{}#{club}", instant(at))
}

/// Oldest first: outbox ids are in order of time.
pub(super) fn parked(parked: &Parked) -> Key {
    let Parked { club, guild, id, .. } = parked;
    Key::new(club_partition(*club), format!("{PARKED}{id}#{:020}", guild.0))
}

pub(super) fn link_wish(user: UserId) -> Key {
    Key::new(format!("USER#{:020}", user.0), "LINK")
}

/// A club's place in the index of lost ones.
pub(super) fn lost_club(at: Timestamp, club: ClubId) -> String {
    format!("{}#{club}", instant(at))
}

/// A row of the outbox.
#[must_use]
pub fn outbox(id: OutboxId) -> Key {
    Key::new(format!("{OUTBOX_PREFIX}{id}"), "JOBS")
}

/// What came of a call that may be repeated.
#[must_use]
pub fn once(key: OnceKey) -> Key {
    match key {
        OnceKey::Interaction(id) => Key::new(format!("ONCE#INTERACTION#{:020}", id.0), "OUTCOME"),
        OnceKey::Late(id) => Key::new(format!("ONCE#LATE#{:020}", id.0), "OUTCOME"),
        OnceKey::WebhookEvent(digest) => Key::new(format!("ONCE#EVENT#{}", hex::encode(digest)), "OUTCOME"),
        OnceKey::Telemetry(digest) => Key::new(format!("ONCE#TELEMETRY#{}", hex::encode(digest)), "OUTCOME"),
    }
}

/// A month of a club's audit log, in order of time.
#[must_use]
pub fn audit(club: ClubId, at: Timestamp, id: OutboxId) -> Key {
    Key::new(
        format!("CLUB#{club}#AUDIT#{}", at.strftime("%Y-%m")),
        format!("{}#{id}", instant(at)),
    )
}

/// Partition of the index of a club's events.
pub(super) fn events_by_time(club: ClubId) -> String {
    format!("CLUB#{club}#EVENTS")
}

/// An event's place in that index.
pub(super) fn event_time(starts_at: Timestamp, event: EventKey) -> String {
    format!("{}#{}", instant(starts_at), event.event)
}

/// An instant in whole seconds, of fixed width, so that text order is time order.
pub(super) fn instant(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{EventId, InteractionId};
    use proptest::prelude::*;

    const EVENT: EventKey = EventKey {
        club: ClubId::from_parts(1, 1),
        event: EventId::from_parts(2, 2),
    };

    #[test]
    fn one_range_of_sort_keys_holds_event_classes_sign_ups_and_space() {
        let inside = [
            event(EVENT).sk,
            class(EVENT, &ClassId::of("GT3")).sk,
            sign_up(EVENT, UserId(u64::MAX)).sk,
            space(EVENT).sk,
        ];
        assert!(inside.is_sorted(), "{inside:?}");
        assert!(
            inside
                .iter()
                .all(|sk| (EVENT_HEADER..=SPACE).contains(&sk.as_str()))
        );
        for outside in [
            line_up(EVENT).sk,
            team_plan(EVENT, TeamId::from_parts(1, 1)).sk,
            team_space(EVENT, TeamId::from_parts(1, 1)).sk,
            team_pace(EVENT, TeamId::from_parts(1, 1)).sk,
            shown_pace(EVENT, TeamId::from_parts(1, 1)).sk,
            incidents(EVENT, 1).sk,
            receipt(EVENT, "x").sk,
            waiter(EVENT, &ClassId::of("GT3"), Ticket(InteractionId(1))).sk,
        ] {
            assert!(!(EVENT_HEADER..=SPACE).contains(&outside.as_str()), "{outside}");
        }
    }

    proptest! {
        #[test]
        fn text_order_is_number_order(a in 1..u64::MAX, b in 1..u64::MAX) {
            let place = |n| waiter(EVENT, &ClassId::of("GT3"), Ticket(InteractionId(n))).sk;
            prop_assert_eq!(a.cmp(&b), place(a).cmp(&place(b)));
        }

        #[test]
        fn text_order_is_time_order(a in 0..4_000_000_000_i64, b in 0..4_000_000_000_i64) {
            let at = |s| instant(Timestamp::from_second(s).unwrap());
            prop_assert_eq!(a.cmp(&b), at(a).cmp(&at(b)));
        }

        #[test]
        fn no_class_leaves_its_place(label in "[^:=,;\n#]{1,20}") {
            let sk = waiter(EVENT, &ClassId::of(&label), Ticket(InteractionId(1))).sk;
            prop_assert_eq!(sk.matches('#').count(), 2);
        }
    }
}
