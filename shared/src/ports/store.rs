//! The store, as the use cases see it: what is read, and the one way to write.
//!
//! Reads are strongly consistent: a decision is made on what is there. Writes are batches that are committed whole or
//! not at all; each change carries the condition under which alone it may be made.

use crate::domain::alert::Alert;
use crate::domain::attendance::Attendance;
use crate::domain::availability::DriverDetails;
use crate::domain::calendar::Feed;
use crate::domain::cases::Case;
use crate::domain::club::Club;
use crate::domain::event::{Event, EventKey, Period};
use crate::domain::fact::Record;
use crate::domain::guild_link::{LinkWish, Parked};
use crate::domain::ids::{
    ChannelId, ClubId, EntryId, GuildId, InteractionId, OutboxId, SeriesId, TeamId, UserId,
};
use crate::domain::join::JoinRequest;
use crate::domain::link_code::LinkCode;
use crate::domain::notice::Sheet;
use crate::domain::rank::Rank;
use crate::domain::result_import::{ResultImport, ResultImportKey};
use crate::domain::results::Results;
use crate::domain::role_map::RoleMap;
use crate::domain::roster::{Entry, Member};
use crate::domain::roster_import::RosterImport;
use crate::domain::seats::{SeatMove, Seats};
use crate::domain::series::{Class, ClassId, Series};
use crate::domain::series_end::SeriesEnd;
use crate::domain::settings::{ClubSettings, Settings};
use crate::domain::signup::{SignUp, Waiter};
use crate::domain::space::{SeriesCategory, Space};
use crate::domain::stints::TeamPlan;
use crate::domain::sync::{SyncRun, SyncState};
use crate::domain::team_space::TeamSpace;
use crate::domain::teams::LineUp;
use crate::domain::telemetry::{ShownPace, TeamPace, TelemetryLink};
use crate::domain::watch::Watch;
use crate::domain::wishes::Wishes;
use crate::domain::work::Work;
use jiff::Timestamp;
use std::future::Future;

/// Why the store did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Too much at once; trying again later helps.
    #[error("the store is throttled")]
    Throttled,
    /// The store could not be reached or answered with a server error; a write may or may not have happened.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// Something in the store cannot be read; trying again does not help.
    #[error("the store holds something unreadable: {0}")]
    Corrupt(String),
}

/// Shorthand for what every read returns.
pub type StoreResult<T> = Result<T, StoreError>;

/// Why a batch was not committed.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// This interaction's work was done before; this was its outcome.
    #[error("done before")]
    Replayed(serde_json::Value),
    /// A condition does not hold any more: read again, decide again.
    #[error("the state has changed meanwhile")]
    Stale,
    /// Others write the same items at this instant: try again after a moment.
    #[error("contended")]
    Contended,
    /// See [`StoreError`]. A batch with an outcome can be tried again: it is committed at most once.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Who calls, in which club.
#[derive(Clone, Debug, PartialEq)]
pub struct Caller {
    /// The club that the guild is linked to.
    pub club: Club,
    /// The caller's rank; [`Rank::Guest`] for somebody who is not on the roster.
    pub rank: Rank,
    /// The club's settings as they hold.
    pub settings: Settings,
}

/// An event with the counts of its classes and one driver's answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Desk {
    /// The event.
    pub event: Event,
    /// The count of each class, in the event's order. Empty while the event is a draft.
    pub seats: Vec<Seats>,
    /// The driver's answer.
    pub mine: Option<SignUp>,
}

/// Where a list goes on; opaque.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(pub String);

/// One page of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Where the next one begins, if there is one.
    pub next: Option<Cursor>,
}

/// Reads clubs and who is in them.
pub trait ClubReader: Send + Sync {
    /// The club that the guild was linked to when last seen, from memory: a guess that lets reads run at once.
    fn likely_club(&self, guild: GuildId) -> Option<ClubId>;

    /// The guild's club and the user's rank in it; nothing if the guild has no club.
    fn caller(
        &self,
        guild: GuildId,
        user: UserId,
    ) -> impl Future<Output = StoreResult<Option<Caller>>> + Send;

    /// A club.
    fn club(&self, club: ClubId) -> impl Future<Output = StoreResult<Option<Club>>> + Send;

    /// The club that a guild is linked to.
    fn club_of_guild(&self, guild: GuildId) -> impl Future<Output = StoreResult<Option<ClubId>>> + Send;

    /// The club of this slug.
    fn club_of_slug(&self, slug: &str) -> impl Future<Output = StoreResult<Option<ClubId>>> + Send;

    /// The guild's club, if Gantry was missing from the guild when the club was last read; from memory.
    fn lost_club(&self, guild: GuildId) -> Option<(ClubId, Timestamp)>;

    /// Whether a club of this slug exists.
    fn slug_taken(&self, slug: &str) -> impl Future<Output = StoreResult<bool>> + Send;

    /// How many are on the roster.
    fn count_members(&self, club: ClubId) -> impl Future<Output = StoreResult<u64>> + Send;
}

/// Reads a club's settings. A command finds them with its [`Caller`]; this is for work without one.
pub trait SettingsReader: Send + Sync {
    /// A club with its settings as they hold.
    fn club_and_settings(
        &self,
        club: ClubId,
    ) -> impl Future<Output = StoreResult<Option<(Club, Settings)>>> + Send;

    /// What holds for a club that has set nothing.
    fn settings_of_all(&self) -> Settings;

    /// A club's settings as they hold; for a club that is not there, those of all.
    fn settings(&self, club: ClubId) -> impl Future<Output = StoreResult<Settings>> + Send;
}

/// Reads the roster.
pub trait RosterReader: Send + Sync {
    /// A person on the roster.
    fn entry(&self, club: ClubId, entry: EntryId) -> impl Future<Output = StoreResult<Option<Entry>>> + Send;

    /// The roster in the order in which it grew, at most `limit` entries a page; retired ones among them.
    fn list_entries(
        &self,
        club: ClubId,
        limit: u32,
        from: Option<Cursor>,
    ) -> impl Future<Output = StoreResult<Page<Entry>>> + Send;

    /// Those of `entries` (at most 100) that there are, in any order.
    fn entries(
        &self,
        club: ClubId,
        entries: &[EntryId],
    ) -> impl Future<Output = StoreResult<Vec<Entry>>> + Send;

    /// The member that a Discord account is.
    fn member(&self, club: ClubId, user: UserId) -> impl Future<Output = StoreResult<Option<Member>>> + Send;

    /// The first `limit` members whose accounts' ids are greater than `after`, in order of these ids; inactive ones among
    /// them. Fewer only at the end.
    fn members_after(
        &self,
        club: ClubId,
        after: Option<UserId>,
        limit: u32,
    ) -> impl Future<Output = StoreResult<Vec<Member>>> + Send;
}

/// Reads what members have said about how they are told of things.
pub trait MemberWishes: Send + Sync {
    /// A member's wishes; of somebody who has not said anything, [`Wishes::none`].
    fn wishes(&self, club: ClubId, user: UserId) -> impl Future<Output = StoreResult<Wishes>> + Send;

    /// Those of `users` who have said anything, in any order.
    fn wishes_of(
        &self,
        club: ClubId,
        users: &[UserId],
    ) -> impl Future<Output = StoreResult<Vec<Wishes>>> + Send;
}

/// Reads which roles go with which rank.
pub trait RoleMaps: Send + Sync {
    /// The club's own list; nothing if it never had one.
    fn role_map(&self, club: ClubId) -> impl Future<Output = StoreResult<Option<RoleMap>>> + Send;
}

/// Reads a club's iCalendar feed.
pub trait Calendars: Send + Sync {
    /// The feed; nothing if nobody ever asked for it.
    fn feed(&self, club: ClubId) -> impl Future<Output = StoreResult<Option<Feed>>> + Send;
}

/// Telemetry of a club's races.
pub trait Telemetry: Send + Sync {
    /// Whether and with what a club's telemetry is signed; nothing if nobody ever asked for it, or if there is no such club.
    fn telemetry(&self, club: ClubId) -> impl Future<Output = StoreResult<Option<TelemetryLink>>> + Send;

    /// Takes one of the `most` deliveries that the club has in the minute of `now`; whether there was one left.
    fn take_delivery(
        &self,
        club: ClubId,
        most: u32,
        now: Timestamp,
    ) -> impl Future<Output = StoreResult<bool>> + Send;

    /// Takes one of the `most` incidents that the event has in the minute of `now`; whether there was one left.
    fn take_incident(
        &self,
        event: EventKey,
        most: u32,
        now: Timestamp,
    ) -> impl Future<Output = StoreResult<bool>> + Send;

    /// What has arrived of a team.
    fn team_pace(
        &self,
        event: EventKey,
        team: TeamId,
    ) -> impl Future<Output = StoreResult<Option<TeamPace>>> + Send;

    /// What is shown of a team.
    fn shown_pace(
        &self,
        event: EventKey,
        team: TeamId,
    ) -> impl Future<Output = StoreResult<Option<ShownPace>>> + Send;
}

/// Requests to join.
pub trait Joins: Send + Sync {
    /// A person's request, however it stands; nothing if they never asked, or long ago.
    fn join_request(
        &self,
        club: ClubId,
        user: UserId,
    ) -> impl Future<Output = StoreResult<Option<JoinRequest>>> + Send;

    /// Replaces the request if its version is still the one it was read with, and counts it up: how far a worker has come
    /// with its messages. Decisions are committed with [`Change::PutJoin`].
    fn save_join(&self, request: &mut JoinRequest) -> impl Future<Output = Result<(), CommitError>> + Send;
}

/// Codes by which accounts are proved, and the tries that are granted.
pub trait LinkCodes: Send + Sync {
    /// The code of that hash.
    fn link_code(
        &self,
        club: ClubId,
        hash: &str,
    ) -> impl Future<Output = StoreResult<Option<LinkCode>>> + Send;

    /// Takes one of the `most` tries that `user`, or all of the club together, have in the window of `now`; whether there
    /// was one left.
    fn take_try(
        &self,
        club: ClubId,
        user: Option<UserId>,
        most: u32,
        now: Timestamp,
    ) -> impl Future<Output = StoreResult<bool>> + Send;
}

/// Reads what waits for Gantry's return to a guild, and who means to link a club.
pub trait GuildLinks: Send + Sync {
    /// A club's parked work, oldest first, at most `most`.
    fn parked(&self, club: ClubId, most: u32) -> impl Future<Output = StoreResult<Vec<Parked>>> + Send;

    /// How much work of a club is parked.
    fn count_parked(&self, club: ClubId) -> impl Future<Output = StoreResult<u64>> + Send;

    /// A person's wish to link a club, whether it still holds or not.
    fn link_wish(&self, user: UserId) -> impl Future<Output = StoreResult<Option<LinkWish>>> + Send;

    /// Forgets a person's wish, if there is one.
    fn forget_link_wish(&self, user: UserId) -> impl Future<Output = StoreResult<()>> + Send;

    /// The clubs whose guilds Gantry is missing from, longest first; pages. Eventually consistent.
    fn lost_clubs(
        &self,
        limit: u32,
        from: Option<Cursor>,
    ) -> impl Future<Output = StoreResult<Page<Club>>> + Send;
}

/// Reads series.
pub trait SeriesReader: Send + Sync {
    /// A series.
    fn series(
        &self,
        club: ClubId,
        series: SeriesId,
    ) -> impl Future<Output = StoreResult<Option<Series>>> + Send;

    /// A club's series in the order of their creation.
    fn list_series(&self, club: ClubId) -> impl Future<Output = StoreResult<Vec<Series>>> + Send;
}

/// Reads events.
pub trait EventReader: Send + Sync {
    /// An event with its counts and the user's answer.
    fn desk(&self, event: EventKey, user: UserId) -> impl Future<Output = StoreResult<Option<Desk>>> + Send;

    /// An event with all answers.
    fn sheet(&self, event: EventKey) -> impl Future<Output = StoreResult<Option<Sheet>>> + Send;

    /// A club's events of a period, at most `limit` a page. Eventually consistent: a new event may be missing for a moment.
    fn list_events(
        &self,
        club: ClubId,
        period: Period,
        now: Timestamp,
        limit: u32,
        from: Option<Cursor>,
    ) -> impl Future<Output = StoreResult<Page<Event>>> + Send;

    /// The first `most` drivers who wait for a class, in order of arrival.
    fn first_waiting(
        &self,
        event: EventKey,
        class: &ClassId,
        most: u32,
    ) -> impl Future<Output = StoreResult<Vec<Waiter>>> + Send;
}

/// Reads teams.
pub trait TeamReader: Send + Sync {
    /// An event with all answers and its teams; the line-up is empty if there is none.
    fn line_up(&self, event: EventKey) -> impl Future<Output = StoreResult<Option<(Sheet, LineUp)>>> + Send;

    /// An event's teams; nothing if there never were any.
    fn teams(&self, event: EventKey) -> impl Future<Output = StoreResult<Option<LineUp>>> + Send;

    /// A team's strategy and stint plan.
    fn team_plan(
        &self,
        event: EventKey,
        team: TeamId,
    ) -> impl Future<Output = StoreResult<Option<TeamPlan>>> + Send;
}

/// Reads and writes what events have in Discord.
pub trait Spaces: Send + Sync {
    /// An event's space.
    fn space(&self, event: EventKey) -> impl Future<Output = StoreResult<Option<Space>>> + Send;

    /// Replaces the space if its version is still the one it was read with, and counts it up.
    /// A channel that is named with it is recorded as this event's own.
    fn save_space(
        &self,
        space: &mut Space,
        claimed: Option<ChannelId>,
    ) -> impl Future<Output = Result<(), CommitError>> + Send;

    /// A series' categories by number.
    fn categories(
        &self,
        club: ClubId,
        series: SeriesId,
    ) -> impl Future<Output = StoreResult<Vec<SeriesCategory>>> + Send;

    /// All categories of a club's series.
    fn club_categories(&self, club: ClubId) -> impl Future<Output = StoreResult<Vec<SeriesCategory>>> + Send;

    /// Replaces the category if its version is still the one it was read with (0: it is new), and counts it up.
    /// A finished one is recorded as the series' own.
    fn save_category(
        &self,
        category: &mut SeriesCategory,
    ) -> impl Future<Output = Result<(), CommitError>> + Send;

    /// Those of `channels` that belong to a record of the club already.
    fn owned_channels(
        &self,
        club: ClubId,
        channels: &[ChannelId],
    ) -> impl Future<Output = StoreResult<Vec<ChannelId>>> + Send;
}

/// Reads and writes what teams have in Discord.
pub trait TeamSpaces: Send + Sync {
    /// A team's space.
    fn team_space(
        &self,
        event: EventKey,
        team: TeamId,
    ) -> impl Future<Output = StoreResult<Option<TeamSpace>>> + Send;

    /// All that the event's teams have or had.
    fn team_spaces(&self, event: EventKey) -> impl Future<Output = StoreResult<Vec<TeamSpace>>> + Send;

    /// Replaces the space if its version is still the one it was read with (0: it is new), and counts it up.
    /// A channel or thread that is named with it is recorded as this team's own.
    fn save_team_space(
        &self,
        space: &mut TeamSpace,
        claimed: Option<ChannelId>,
    ) -> impl Future<Output = Result<(), CommitError>> + Send;
}

/// Reads and writes who was seen while a race was on.
pub trait AttendanceRecords: Send + Sync {
    /// What was seen of an event's drivers.
    fn attendance(&self, event: EventKey) -> impl Future<Output = StoreResult<Option<Attendance>>> + Send;

    /// Replaces it if its version is still the one it was read with (0: it is new), and counts it up.
    fn save_attendance(
        &self,
        attendance: &mut Attendance,
    ) -> impl Future<Output = Result<(), CommitError>> + Send;
}

/// A message to a driver, told once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Never tried.
    New,
    /// Tried since this instant, outcome unknown: look for it before sending again.
    Begun(Timestamp),
    /// Told, or given up; nothing is left to do.
    Settled,
}

/// Receipts of messages to drivers.
pub trait Receipts: Send + Sync {
    /// Records that the message `name` of an event is about to be sent; returns how it stood before.
    fn begin_delivery(
        &self,
        event: EventKey,
        name: &str,
        now: Timestamp,
    ) -> impl Future<Output = StoreResult<Delivery>> + Send;

    /// Records how it ended: `receipt` names the way it took, or why it was given up.
    fn settle_delivery(
        &self,
        event: EventKey,
        name: &str,
        receipt: &str,
        now: Timestamp,
    ) -> impl Future<Output = StoreResult<()>> + Send;
}

/// Partitions that the alerts of all events are spread over: a tick asks each of them, so there are few; DynamoDB takes
/// 1,000 writes a second in each.
pub const ALERT_SHARDS: u32 = 4;

/// Reads what is due.
pub trait Alerts: Send + Sync {
    /// All alerts of an event, in whatever state.
    fn alerts(&self, event: EventKey) -> impl Future<Output = StoreResult<Vec<Alert>>> + Send;

    /// The first alerts of a shard (from 0) that wait and are due at `now`, by instant; those behind `after`. Eventually
    /// consistent: one may be missing for a moment, or be there that was taken just now. One that cannot be read is logged
    /// and left out, so that it holds up no other club's.
    fn due_alerts(
        &self,
        shard: u32,
        now: Timestamp,
        limit: u32,
        after: Option<&Cursor>,
    ) -> impl Future<Output = StoreResult<Page<Alert>>> + Send;
}

/// Reads results of races.
pub trait ResultReader: Send + Sync {
    /// What was read from a file and shown.
    fn result_import(
        &self,
        key: ResultImportKey,
    ) -> impl Future<Output = StoreResult<Option<ResultImport>>> + Send;

    /// An event's.
    fn results(&self, event: EventKey) -> impl Future<Output = StoreResult<Option<Results>>> + Send;

    /// That a series is over, if it is.
    fn series_end(
        &self,
        club: ClubId,
        series: SeriesId,
    ) -> impl Future<Output = StoreResult<Option<SeriesEnd>>> + Send;

    /// All of a series, by start. Eventually consistent.
    fn series_results(
        &self,
        club: ClubId,
        series: SeriesId,
    ) -> impl Future<Output = StoreResult<Vec<Results>>> + Send;
}

/// Clubs whose servers are looked after.
pub trait Watches: Send + Sync {
    /// A club's, if it is.
    fn watch(&self, club: ClubId) -> impl Future<Output = StoreResult<Option<Watch>>> + Send;

    /// The first that are due at `now`, by instant; those behind `after`. Eventually consistent. One that cannot be read is
    /// logged and left out.
    fn due_watches(
        &self,
        now: Timestamp,
        limit: u32,
        after: Option<&Watch>,
    ) -> impl Future<Output = StoreResult<Vec<Watch>>> + Send;
}

/// What is left of deleted events.
pub trait Leftovers: Send + Sync {
    /// A club's deleted events whose rows are still there, the longest gone first. Eventually consistent.
    fn gone_events(&self, club: ClubId, limit: u32) -> impl Future<Output = StoreResult<Vec<Event>>> + Send;

    /// Removes a deleted event's sign-ups, counts, alerts, receipts and space. Safe to repeat.
    fn forget_event(&self, event: EventKey) -> impl Future<Output = StoreResult<()>> + Send;
}

/// Writes, all of them in batches.
pub trait Ledger: Send + Sync {
    /// Commits the batch in one transaction.
    fn commit(&self, batch: Batch) -> impl Future<Output = Result<(), CommitError>> + Send;

    /// The outcome of an interaction whose work was done before.
    fn outcome(&self, key: OnceKey) -> impl Future<Output = StoreResult<Option<serde_json::Value>>> + Send;
}

/// Changes that happen together, with what they cause and how they are remembered.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// The changes; no two of them of the same item.
    pub changes: Vec<Change>,
    /// What is recorded in the audit log and published; nothing while a wish is only queued.
    pub record: Option<Record>,
    /// The row of the outbox that carries the record and the work.
    pub outbox: Outbox,
    /// Makes a repetition of the interaction find this outcome instead of doing the work again.
    pub answered: Option<Answered>,
}

/// A row of the outbox.
#[derive(Clone, Debug, PartialEq)]
pub struct Outbox {
    /// Its id; also names the audit row.
    pub id: OutboxId,
    /// The guild whose queue group the work travels in.
    pub guild: GuildId,
    /// Follows the click to the last call.
    pub trace: String,
    /// What is to be done.
    pub work: Vec<Work>,
}

/// Names something that is done at most once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnceKey {
    /// What an interaction asks for, done while it waits for the answer.
    Interaction(InteractionId),
    /// What an interaction asked for, done later by a worker.
    Late(InteractionId),
    /// A webhook event of Discord, which has no id: the first half of its SHA-256.
    WebhookEvent([u8; 16]),
    /// A delivery of telemetry: the first half of the SHA-256 of its club and its id.
    Telemetry([u8; 16]),
}

/// The outcome of something that is done at most once.
#[derive(Clone, Debug, PartialEq)]
pub struct Answered {
    /// What was done.
    pub key: OnceKey,
    /// Its outcome.
    pub outcome: serde_json::Value,
}

/// One change, with its condition.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A new club, its owner on the roster; the guild has none and nobody has the slug. Its colour and zone are settings,
    /// and written with [`Change::PutSettings`].
    CreateClub(Club, Entry, Member),
    /// A club without a guild is linked to one that has no club. One whose guild is lost may move, if `from` is that.
    LinkClub {
        /// The club.
        club: ClubId,
        /// Where to.
        guild: GuildId,
        /// The lost guild that it leaves.
        from: Option<GuildId>,
    },
    /// A club is taken from the guild that it is linked to.
    UnlinkClub(ClubId, GuildId),
    /// Gantry is missing from the club's guild, and was not known to be.
    MarkLost(ClubId, GuildId, Timestamp),
    /// Gantry was known to be missing from the club's guild, and is back.
    MarkFound(ClubId, GuildId),
    /// The club is linked to the guild, and Gantry still known to be missing from it; changes nothing.
    StillLost(ClubId, GuildId),
    /// Work is put aside.
    Park(Parked),
    /// Work that was put aside is taken up, or given up.
    Unpark(Parked),
    /// Somebody means to link a club, whatever they meant before.
    PutLinkWish(LinkWish),
    /// A wish is fulfilled or withdrawn.
    DropLinkWish(UserId),
    /// An entry of the roster replaces its version before (version 1: it is new).
    PutEntry(Entry),
    /// A member replaces its version before (version 1: it is new, and the account on no other entry).
    PutMember(Member),
    /// An account is on the roster no more.
    RemoveMember(Member),
    /// A new series; the club has none of that name.
    CreateSeries(Series),
    /// A new event.
    CreateEvent(Event),
    /// An event replaces its version before.
    UpdateEvent(Event),
    /// Counts for a class that has none.
    OpenClass(EventKey, Class, Gate),
    /// Another label or number of seats for a class; not fewer than are taken.
    ResizeClass(EventKey, Class, Gate),
    /// A class that nobody is in goes.
    RemoveClass(EventKey, ClassId),
    /// Opens or shuts a class.
    SetGate(EventKey, ClassId, Gate),
    /// A step of a class's count, if its condition holds; entering needs an open gate.
    MoveSeat(EventKey, ClassId, SeatMove, Timestamp),
    /// A driver's answer; `was` is the one before.
    PutSignUp {
        /// The answer.
        now: SignUp,
        /// What is there before.
        was: Option<SignUp>,
    },
    /// A driver's answer is taken back.
    RemoveSignUp {
        /// What is there before.
        was: SignUp,
    },
    /// What a driver who has answered says about themselves.
    DescribeDriver(EventKey, UserId, DriverDetails),
    /// The teams of an event replace their version before (version 1: there are none).
    PutLineUp(LineUp),
    /// A team's strategy and plan replace their version before (version 1: there are none).
    PutTeamPlan(TeamPlan),
    /// A place on the waitlist.
    PutWaiter(EventKey, Waiter),
    /// A place on the waitlist goes.
    RemoveWaiter(EventKey, Waiter),
    /// A place on the waitlist goes, and its driver is seated.
    SeatWaiter(EventKey, Waiter),
    /// Something that is due for an event replaces its version before (version 1: it is new).
    PutAlert(Alert),
    /// An import of the roster replaces its version before.
    PutImport(Box<RosterImport>),
    /// One more row of the audit log, where a batch changes several things and its own record tells of them as a whole.
    Audit(Box<Record>, OutboxId),
    /// A run of member synchronisation replaces its version before (version 1: it is new).
    PutRun(SyncRun),
    /// A club's synchronisation replaces its version before (version 1: it is new).
    PutSyncState(SyncState),
    /// A conflict of the roster replaces its version before (version 1: it is new).
    PutCase(Box<Case>),
    /// One more record for the audit log and the event bus, where a batch changes several things; its own outbox row.
    Record(Box<Record>, OutboxId),
    /// What a published event is to have in Discord; replaces the version before (0: there is none).
    PutSpace(Space),
    /// Replaces what a team has in Discord. Condition: the version before is still there.
    PutTeamSpace(TeamSpace),
    /// A request to join replaces its version before (version 1: the person has none).
    PutJoin(Box<JoinRequest>),
    /// A new code.
    PutLinkCode(LinkCode),
    /// A code is used: it is there.
    TakeLinkCode(LinkCode),
    /// A club's list of roles replaces its version before (1: there is none).
    PutRoleMap(RoleMap),
    /// A club's iCalendar feed replaces its version before (1: there is none).
    PutFeed(Feed),
    /// A club's telemetry replaces its version before (1: there is none).
    PutTelemetry(TelemetryLink),
    /// What has arrived of a team replaces its version before (1: nothing has).
    PutPace(TeamPace),
    /// What is shown of a team replaces its version before (1: nothing is).
    PutShownPace(ShownPace),
    /// A member's wishes replace their version before (1: there are none).
    PutWishes(Wishes),
    /// An event's results replace their version before (1: there are none).
    PutResults(Box<Results>),
    /// That a series is over replaces its version before (1: it was not).
    PutSeriesEnd(SeriesEnd),
    /// Results from a file replace their version before (1: they are new).
    PutResultImport(Box<ResultImport>),
    /// A club's server is looked after from now on; it is so from the given instant on if it was not before.
    BeginWatch(ClubId, GuildId, Timestamp),
    /// What is known of looking after a club's server replaces its version before.
    PutWatch(Watch),
    /// A club's settings replace their version before (1: there are none).
    PutSettings(ClubId, ClubSettings),
}

/// When a class takes sign-ups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// Before this instant.
    OpenUntil(Timestamp),
    /// From the first instant on and before the second.
    OpenBetween(Timestamp, Timestamp),
    /// Not any more.
    Shut,
}
