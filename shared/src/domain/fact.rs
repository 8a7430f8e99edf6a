//! Facts: what has happened. Each is a row of the audit log and an event on the event bus.

use super::alert::AlertKind;
use super::event::{EventAction, EventKey};
use super::ids::{ClubId, EntryId, GuildId, InteractionId, RunId, SeriesId, TeamId, UserId};
use super::series::ClassId;
use super::settings::Key;
use super::signup::Status;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Who caused a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "by")]
pub enum Actor {
    /// A person, with a click or a command.
    User {
        /// Who.
        user: UserId,
        /// Their interaction.
        interaction: InteractionId,
    },
    /// A person, by what they did in Discord outside of an interaction: they added Gantry to a server.
    Account {
        /// Who.
        user: UserId,
    },
    /// A program of the club, by a signed delivery of telemetry.
    Telemetry,
    /// Gantry itself, following up an earlier change.
    Gantry,
}

/// One change, as it is recorded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The club.
    pub club: ClubId,
    /// Who caused it.
    pub actor: Actor,
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub fact: Fact,
    /// What was there before, as JSON; null for something new.
    pub before: serde_json::Value,
    /// What is there now, as JSON; null for something gone.
    pub after: serde_json::Value,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fact")]
pub enum Fact {
    /// A club was founded and linked to a guild.
    ClubCreated,
    /// A club was linked to a guild.
    ClubLinked {
        /// The guild.
        guild: GuildId,
    },
    /// A club was taken from its guild.
    ClubUnlinked {
        /// The guild.
        guild: GuildId,
    },
    /// Gantry was found missing from the club's guild.
    GuildLost {
        /// The guild.
        guild: GuildId,
    },
    /// Gantry is in the club's guild again.
    GuildFound {
        /// The guild.
        guild: GuildId,
    },
    /// A series was created.
    SeriesCreated,
    /// A series is over.
    SeriesCompleted {
        /// The series.
        series: SeriesId,
    },
    /// A person was put on the roster.
    EntryAdded {
        /// The entry.
        entry: EntryId,
    },
    /// A person's entry on the roster was changed.
    EntryChanged {
        /// The entry.
        entry: EntryId,
    },
    /// An import of the roster was confirmed.
    RosterImportConfirmed {
        /// The command that began it.
        import: InteractionId,
    },
    /// Entries of the roster were added and changed by an import; each has a row of its own in the audit log.
    RosterImported {
        /// The command that began it.
        import: InteractionId,
        /// Entries added or changed with this.
        entries: usize,
    },
    /// An event was created as a draft.
    EventCreated {
        /// The event.
        event: EventKey,
    },
    /// Drafts were made that repeat an event; `after` lists their ids.
    EventRepeated {
        /// The event that is repeated.
        event: EventKey,
    },
    /// An event's facts were changed.
    EventEdited {
        /// The event.
        event: EventKey,
    },
    /// An event was published.
    EventPublished {
        /// The event.
        event: EventKey,
    },
    /// Sign-up for an event was ended.
    EventClosed {
        /// The event.
        event: EventKey,
    },
    /// The last day before a race has begun.
    EventReady {
        /// The event.
        event: EventKey,
    },
    /// A race has started.
    EventStarted {
        /// The event.
        event: EventKey,
    },
    /// A race is over.
    EventCompleted {
        /// The event.
        event: EventKey,
    },
    /// An event's channel is put away.
    EventArchived {
        /// The event.
        event: EventKey,
    },
    /// An event's channel is removed.
    EventDeleted {
        /// The event.
        event: EventKey,
    },
    /// Alerts were found too late to be of use.
    AlertsDropped {
        /// The event.
        event: EventKey,
        /// Which.
        alerts: Vec<AlertKind>,
    },
    /// An event was called off.
    EventCancelled {
        /// The event.
        event: EventKey,
    },
    /// Results of an event were entered or replaced; before and after stand with the record.
    ResultsEntered {
        /// The event.
        event: EventKey,
    },
    /// A member changed how they are told of things, or the zone in which they type.
    WishesChanged {
        /// The account.
        user: UserId,
    },
    /// A driver's answer changed.
    DriverAnswered {
        /// The event.
        event: EventKey,
        /// The driver.
        user: UserId,
        /// Their answer now; none if taken back.
        status: Option<Status>,
        /// Who moved up into the seat that became free.
        promoted: Option<UserId>,
    },
    /// Somebody set off a run of member synchronisation, or had a stuck one taken up again.
    SyncStarted {
        /// The run.
        run: RunId,
    },
    /// An account was found for an entry of the roster. Where a person decided that, what the account was before stands with
    /// the record.
    MemberMatched {
        /// The account.
        user: UserId,
        /// The entry.
        entry: EntryId,
    },
    /// A conflict of the roster was settled. What it was and how it was settled stands with the record.
    ConflictSettled {
        /// Its key.
        key: String,
    },
    /// A member left the guild.
    MemberLeft {
        /// The account.
        user: UserId,
    },
    /// A member came back to the guild.
    MemberReturned {
        /// The account.
        user: UserId,
    },
    /// A member is shown by another name.
    MemberRenamed {
        /// The account.
        user: UserId,
    },
    /// A member was given a rank; before and after stand with the record.
    RankGiven {
        /// The account.
        user: UserId,
        /// The entry.
        entry: EntryId,
    },
    /// A member's rank followed their roles in Discord; before and after stand with the record.
    RankFollowedRoles {
        /// The account.
        user: UserId,
        /// The entry.
        entry: EntryId,
    },
    /// An entry was taken off the roster, and its account is no member any more; what it was stands with the record.
    EntryTakenOff {
        /// The entry.
        entry: EntryId,
        /// The account, if it had one.
        user: Option<UserId>,
    },
    /// Gantry gave somebody roles of the club's list in Discord, or took some; before and after stand with the record.
    RolesChanged {
        /// The account.
        user: UserId,
    },
    /// A one-time code was made for an entry.
    LinkCodeMade {
        /// The entry.
        entry: EntryId,
    },
    /// Somebody proved with a code that an entry is theirs.
    AccountLinked {
        /// The account.
        user: UserId,
        /// The entry.
        entry: EntryId,
    },
    /// An account was taken off an entry.
    AccountUnlinked {
        /// The account.
        user: UserId,
        /// The entry.
        entry: EntryId,
    },
    /// The club was handed over; both entries before and after stand with the record.
    ClubHandedOver {
        /// From whom.
        from: UserId,
        /// To whom.
        to: UserId,
    },
    /// Somebody asked to join. What they said stands with the record.
    JoinAsked {
        /// Who.
        user: UserId,
    },
    /// A request to join was approved; what it was and what came of it stands with the record.
    JoinApproved {
        /// Whose.
        user: UserId,
        /// Their entry.
        entry: EntryId,
    },
    /// A request to join was rejected; what it was and why stands with the record.
    JoinRejected {
        /// Whose.
        user: UserId,
    },
    /// The list of roles and ranks was changed; before and after stand with the record.
    RolesMapped,
    /// The club's iCalendar feed was opened, given another address, or closed.
    CalendarChanged,
    /// A driver said when they can drive, how experienced they are, or which class they would take instead.
    DriverDescribed {
        /// The event.
        event: EventKey,
        /// The driver.
        user: UserId,
    },
    /// The teams of an event changed.
    TeamsChanged {
        /// The event.
        event: EventKey,
    },
    /// The teams of an event were settled.
    TeamsFinalised {
        /// The event.
        event: EventKey,
    },
    /// The settled teams of an event were opened again.
    TeamsReopened {
        /// The event.
        event: EventKey,
    },
    /// Settings were changed or reset. What the club had set before and after stands with the record, by name.
    SettingsChanged {
        /// Which.
        keys: Vec<Key>,
    },
    /// The strategy or the stint plan of a team changed.
    StintPlanChanged {
        /// The event.
        event: EventKey,
        /// The team.
        team: TeamId,
    },
    /// A driver confirmed to know of the next stint.
    StintConfirmed {
        /// The event.
        event: EventKey,
        /// The team.
        team: TeamId,
        /// When the stint begins.
        from: Timestamp,
    },
    /// The club's secret for telemetry was made, made anew or taken away.
    TelemetryChanged,
    /// Telemetry told of an incident; what it was stands with the record.
    IncidentReported {
        /// The event.
        event: EventKey,
        /// The team.
        team: TeamId,
    },
    /// Waiting drivers were given seats that an edit made free.
    DriversPromoted {
        /// The event.
        event: EventKey,
        /// The class.
        class: ClassId,
        /// Who moved up, in order.
        users: Vec<UserId>,
    },
}

impl Fact {
    /// The fact that a step of an event's life is.
    #[must_use]
    pub const fn of(action: EventAction, event: EventKey) -> Self {
        match action {
            EventAction::Edit => Self::EventEdited { event },
            EventAction::Publish => Self::EventPublished { event },
            EventAction::Close => Self::EventClosed { event },
            EventAction::FormTeams | EventAction::ArrangeTeams => Self::TeamsChanged { event },
            EventAction::ReopenTeams => Self::TeamsReopened { event },
            EventAction::FinaliseTeams => Self::TeamsFinalised { event },
            EventAction::MakeReady => Self::EventReady { event },
            EventAction::Start => Self::EventStarted { event },
            EventAction::Complete => Self::EventCompleted { event },
            EventAction::Archive => Self::EventArchived { event },
            EventAction::Delete => Self::EventDeleted { event },
            EventAction::Cancel => Self::EventCancelled { event },
        }
    }

    /// Its name in the audit log and as an event's detail type.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::ClubCreated => "ClubCreated",
            Self::ClubLinked { .. } => "ClubLinked",
            Self::ClubUnlinked { .. } => "ClubUnlinked",
            Self::GuildLost { .. } => "GuildLost",
            Self::GuildFound { .. } => "GuildFound",
            Self::SeriesCreated => "SeriesCreated",
            Self::SeriesCompleted { .. } => "SeriesCompleted",
            Self::EntryAdded { .. } => "EntryAdded",
            Self::EntryChanged { .. } => "EntryChanged",
            Self::RosterImportConfirmed { .. } => "RosterImportConfirmed",
            Self::RosterImported { .. } => "RosterImported",
            Self::EventCreated { .. } => "EventCreated",
            Self::EventRepeated { .. } => "EventRepeated",
            Self::EventEdited { .. } => "EventEdited",
            Self::EventPublished { .. } => "EventPublished",
            Self::EventClosed { .. } => "EventClosed",
            Self::EventReady { .. } => "EventReady",
            Self::EventStarted { .. } => "EventStarted",
            Self::EventCompleted { .. } => "EventCompleted",
            Self::EventArchived { .. } => "EventArchived",
            Self::EventDeleted { .. } => "EventDeleted",
            Self::AlertsDropped { .. } => "AlertsDropped",
            Self::EventCancelled { .. } => "EventCancelled",
            Self::ResultsEntered { .. } => "ResultsEntered",
            Self::WishesChanged { .. } => "WishesChanged",
            Self::DriverAnswered { .. } => "DriverAnswered",
            Self::RankGiven { .. } => "RankGiven",
            Self::RankFollowedRoles { .. } => "RankFollowedRoles",
            Self::ClubHandedOver { .. } => "ClubHandedOver",
            Self::EntryTakenOff { .. } => "EntryTakenOff",
            Self::RolesChanged { .. } => "RolesChanged",
            Self::LinkCodeMade { .. } => "LinkCodeMade",
            Self::AccountLinked { .. } => "AccountLinked",
            Self::AccountUnlinked { .. } => "AccountUnlinked",
            Self::JoinAsked { .. } => "JoinAsked",
            Self::JoinApproved { .. } => "JoinApproved",
            Self::JoinRejected { .. } => "JoinRejected",
            Self::RolesMapped => "RolesMapped",
            Self::CalendarChanged => "CalendarChanged",
            Self::DriverDescribed { .. } => "DriverDescribed",
            Self::TeamsChanged { .. } => "TeamsChanged",
            Self::TeamsFinalised { .. } => "TeamsFinalised",
            Self::TeamsReopened { .. } => "TeamsReopened",
            Self::SettingsChanged { .. } => "SettingsChanged",
            Self::StintPlanChanged { .. } => "StintPlanChanged",
            Self::StintConfirmed { .. } => "StintConfirmed",
            Self::TelemetryChanged => "TelemetryChanged",
            Self::IncidentReported { .. } => "IncidentReported",
            Self::DriversPromoted { .. } => "DriversPromoted",
            Self::SyncStarted { .. } => "SyncStarted",
            Self::MemberMatched { .. } => "MemberMatched",
            Self::ConflictSettled { .. } => "ConflictSettled",
            Self::MemberLeft { .. } => "MemberLeft",
            Self::MemberReturned { .. } => "MemberReturned",
            Self::MemberRenamed { .. } => "MemberRenamed",
        }
    }
}
