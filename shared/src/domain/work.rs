//! Work that a change causes outside of the table: what is put into the outbox with it, and later travels on a queue.

use super::alert::Announcement;
use super::event::EventKey;
use super::guild_link::Occasion;
use super::ids::{ApplicationId, ClubId, InteractionId, RoleId, SeriesId, TeamId, UserId};
use super::join::JoinKey;
use super::rank::Rank;
use super::roster_import::{FileRef, ImportKey};
use super::series::ClassId;
use super::settings::Key;
use super::signup::{Answer, Ticket};
use super::sync::RunKey;
use super::telemetry::Incident;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One thing to be done. Whoever does it loads the present state by id, so that doing it late or twice is harmless.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "work")]
pub enum Work {
    /// Make a published event's category, channel and messages.
    OpenEventSpace {
        /// The event.
        event: EventKey,
    },
    /// Bring an event's messages up to date.
    RefreshBoard {
        /// The event.
        event: EventKey,
    },
    /// Give free seats of a class to those who wait.
    PromoteWaiting {
        /// The event.
        event: EventKey,
        /// The class.
        class: ClassId,
    },
    /// Tell a driver that they moved up from the waitlist.
    TellPromoted {
        /// The event.
        event: EventKey,
        /// The driver.
        user: UserId,
        /// The class.
        class: ClassId,
        /// Which sign-up it was about: a later one of the same driver is another matter.
        ticket: Ticket,
    },
    /// Remind a driver of their race by DM.
    TellReminder {
        /// The event.
        event: EventKey,
        /// The driver.
        user: UserId,
        /// Hours before the start.
        hours: u32,
        /// When it was due.
        due: Timestamp,
    },
    /// Tell somebody by DM that the event is called off, for want of a channel in which all are told.
    TellCancelled {
        /// The event.
        event: EventKey,
        /// Who had a seat or waited for one.
        user: UserId,
    },
    /// Do what the alerts of an event are for that were taken because they are due.
    RunAlerts {
        /// The event.
        event: EventKey,
    },
    /// Tell a driver that their stint begins soon.
    TellStint {
        /// The event.
        event: EventKey,
        /// The team.
        team: TeamId,
        /// The driver.
        user: UserId,
        /// When the stint begins, which names it: one that was moved is told of anew.
        from: Timestamp,
    },
    /// Announce a team's plan, or bring up to date what was announced.
    AnnouncePlan {
        /// The event.
        event: EventKey,
        /// The team.
        team: TeamId,
        /// Where whoever asked is answered; without one, only what was announced before is brought up to date.
        reply: Option<Reply>,
    },
    /// Bring up to date what is shown of where a team stands in the race.
    ShowPace {
        /// The event.
        event: EventKey,
        /// The team.
        team: TeamId,
    },
    /// Tell a team of an incident.
    TellIncident {
        /// The event.
        event: EventKey,
        /// The team.
        team: TeamId,
        /// Names it: the digest of its delivery.
        id: String,
        /// Counts the team's incidents, from 1.
        #[serde(default)]
        number: u64,
        /// What happened.
        incident: Incident,
    },
    /// Bring what a team has in Discord to what it is to have.
    SettleTeam {
        /// The event.
        event: EventKey,
        /// The team.
        team: TeamId,
    },
    /// The same for the team of a driver who has given up the seat.
    SettleTeamOf {
        /// The event.
        event: EventKey,
        /// The driver.
        user: UserId,
    },
    /// Bring the voice rooms of an event's race day to what they are to be.
    SettleRooms {
        /// The event.
        event: EventKey,
    },
    /// Remove what the teams of an event that is over have in Discord.
    ClearTeams {
        /// The event.
        event: EventKey,
    },
    /// Say something in an event's channel.
    Announce {
        /// The event.
        event: EventKey,
        /// What.
        what: Announcement,
        /// When it was due, which tells it from the next of its kind.
        due: Timestamp,
    },
    /// Make the channel of an event that is over read-only and move it out of the way.
    ArchiveEventSpace {
        /// The event.
        event: EventKey,
    },
    /// Remove the channel of an event that is past its retention.
    DeleteEventSpace {
        /// The event.
        event: EventKey,
    },
    /// Read an uploaded file of an event's results, and show what they would be.
    ImportResults {
        /// The event.
        event: EventKey,
        /// Who uploaded it.
        user: UserId,
        /// Their command.
        interaction: InteractionId,
        /// The file.
        file: FileRef,
        /// Where they are answered.
        reply: Reply,
    },
    /// Post an event's results, or bring up to date what was posted.
    PostResults {
        /// The event.
        event: EventKey,
        /// Where whoever asked is answered; without one, only what was posted before is brought up to date.
        reply: Option<Reply>,
    },
    /// Post the statistics of a series that is over, or bring up to date what was posted.
    PostSeriesEnd {
        /// The club.
        club: ClubId,
        /// The series.
        series: SeriesId,
        /// Where whoever asked is answered; without one, only what was posted before is brought up to date.
        reply: Option<Reply>,
    },
    /// Look for the drivers of a race in voice.
    SampleAttendance {
        /// The event.
        event: EventKey,
        /// When it was due, which tells it from the next.
        due: Timestamp,
    },
    /// Have the club's events follow a setting that was changed.
    FollowSetting {
        /// The club.
        club: ClubId,
        /// The setting.
        key: Key,
    },
    /// Look after what the club's events have in Discord.
    CheckSpaces {
        /// The club.
        club: ClubId,
        /// Which leg this is: one that has been handed over is not gone again.
        leg: u64,
    },
    /// Record an answer that could not be recorded in time, and tell the driver.
    FinishAnswer {
        /// The event.
        event: EventKey,
        /// The driver.
        user: UserId,
        /// The name that the roster shows.
        name: String,
        /// The roles that they had when they clicked.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        roles: Vec<RoleId>,
        /// What they asked for.
        answer: Answer,
        /// The click, which gives the order of arrival.
        interaction: InteractionId,
        /// Where the driver is answered.
        reply: Reply,
    },
    /// Read an uploaded roster file, and show what it would change.
    PreviewRoster {
        /// Which import it becomes.
        import: ImportKey,
        /// Who imports.
        user: UserId,
        /// Their rank.
        by: Rank,
        /// The file.
        file: FileRef,
        /// Where they are answered.
        reply: Reply,
    },
    /// Make a confirmed import of the roster.
    ApplyRoster {
        /// The import.
        import: ImportKey,
        /// Where whoever confirmed it is answered.
        reply: Reply,
    },
    /// Write the roster into a file.
    ExportRoster {
        /// The club.
        club: ClubId,
        /// Where whoever asked is answered.
        reply: Reply,
    },
    /// Bring a member's roles in Discord to what their rank says.
    ApplyRoles {
        /// The club.
        club: ClubId,
        /// The member.
        user: UserId,
        /// What is done about them.
        #[serde(default)]
        how: RoleWork,
        /// Where whoever caused it is told how it went.
        reply: Option<Reply>,
    },
    /// Post a request to join where it is reviewed.
    PostJoinRequest {
        /// The club.
        club: ClubId,
        /// The request.
        request: JoinKey,
        /// Where the person is told if that cannot be done.
        reply: Reply,
    },
    /// Look for roles or a channel that somebody wants to set, and set them.
    SetGuildSetting {
        /// The club.
        club: ClubId,
        /// Which setting.
        key: Key,
        /// What was typed.
        typed: String,
        /// Who.
        user: UserId,
        /// Whether Discord let them manage the server when they asked.
        manages_server: bool,
        /// The command.
        interaction: InteractionId,
        /// Where they are answered.
        reply: Reply,
    },
    /// Show on its message that a request to join was decided, and tell the person.
    TellJoinDecision {
        /// The club.
        club: ClubId,
        /// The request.
        request: JoinKey,
    },
    /// Go on with a run of member synchronisation from where its record says that it stands.
    SyncMembers {
        /// The run.
        run: RunKey,
        /// Which leg of the run this is, from 0: one that has been handed over is not gone again.
        leg: u32,
        /// Where whoever started it is told how it goes.
        reply: Option<Reply>,
    },
    /// Look what Gantry may do in the club's guild, and tell.
    CheckPermissions {
        /// The club.
        club: ClubId,
        /// Why.
        occasion: Occasion,
        /// Where it is told.
        reply: Reply,
    },
    /// Take up the work that waited for Gantry's return to the guild.
    ResumeParked {
        /// The club.
        club: ClubId,
    },
}

/// What is done about a member's roles in Discord.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoleWork {
    /// They are brought to what the rank says, where Gantry leads.
    #[default]
    Follow,
    /// The same, where a run of member sync found that they differ, maybe together with thousands of others.
    Listed,
    /// Those of the rank are given, unless neither side leads: where Discord leads, nothing else makes the rank last. Roles
    /// of other ranks are taken only where Gantry leads.
    Grant,
    /// The same, where a run of member sync found somebody who came back to the guild.
    Return,
    /// Those of all ranks are taken from somebody who is on the roster no more, where Gantry leads.
    Withdraw,
    /// The same, where an import or a decision about a conflict took their account off the roster.
    Remove,
}

/// The queue that a kind of work travels on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// `functions/channel-worker`, at once.
    Channel,
    /// `functions/channel-worker`, held back a little so that many changes become one edit.
    Board,
    /// `functions/notify-worker`.
    Notify,
    /// `functions/sync-worker`.
    Sync,
}

impl Work {
    /// What has an event's things in Discord follow that setting; nothing if they do so with the next change only.
    #[must_use]
    pub const fn that_follows(key: Key, event: EventKey) -> Option<Self> {
        match key {
            Key::ScheduledEvents => Some(Self::RefreshBoard { event }),
            Key::VoiceRooms => Some(Self::SettleRooms { event }),
            _ => None,
        }
    }

    /// The work that a change of these settings causes.
    pub fn of_settings(club: ClubId, keys: &[Key]) -> Vec<Self> {
        let followed = |key: &&Key| matches!(key, Key::ScheduledEvents | Key::VoiceRooms);
        let follow = |key: &Key| Self::FollowSetting { club, key: *key };
        keys.iter().filter(followed).map(follow).collect()
    }

    /// Its queue.
    #[must_use]
    pub const fn lane(&self) -> Lane {
        match self {
            Self::OpenEventSpace { .. }
            | Self::ArchiveEventSpace { .. }
            | Self::DeleteEventSpace { .. }
            | Self::CheckSpaces { .. }
            | Self::FollowSetting { .. }
            | Self::SampleAttendance { .. }
            | Self::SettleTeam { .. }
            | Self::SettleTeamOf { .. }
            | Self::SettleRooms { .. }
            | Self::ClearTeams { .. } => Lane::Channel,
            Self::RefreshBoard { .. } => Lane::Board,
            Self::PromoteWaiting { .. }
            | Self::TellPromoted { .. }
            | Self::TellReminder { .. }
            | Self::TellCancelled { .. }
            | Self::PostResults { .. }
            | Self::PostSeriesEnd { .. }
            | Self::AnnouncePlan { .. }
            | Self::RunAlerts { .. }
            | Self::TellStint { .. }
            | Self::ShowPace { .. }
            | Self::TellIncident { .. }
            | Self::Announce { .. }
            | Self::FinishAnswer { .. }
            | Self::PostJoinRequest { .. }
            | Self::TellJoinDecision { .. }
            | Self::SetGuildSetting { .. }
            | Self::CheckPermissions { .. }
            | Self::ResumeParked { .. } => Lane::Notify,
            Self::SyncMembers { .. }
            | Self::ImportResults { .. }
            | Self::PreviewRoster { .. }
            | Self::ApplyRoster { .. }
            | Self::ExportRoster { .. } => Lane::Sync,
            Self::ApplyRoles { how, .. } => match how {
                // What somebody waits for goes past what a run of sync found.
                RoleWork::Follow | RoleWork::Grant | RoleWork::Withdraw => Lane::Notify,
                RoleWork::Listed | RoleWork::Return | RoleWork::Remove => Lane::Sync,
            },
        }
    }

    /// The event that it is about, if it is about one.
    #[must_use]
    pub const fn event(&self) -> Option<EventKey> {
        match self {
            Self::OpenEventSpace { event }
            | Self::RefreshBoard { event }
            | Self::RunAlerts { event }
            | Self::TellStint { event, .. }
            | Self::ShowPace { event, .. }
            | Self::TellIncident { event, .. }
            | Self::SettleTeam { event, .. }
            | Self::SettleTeamOf { event, .. }
            | Self::SettleRooms { event }
            | Self::SampleAttendance { event, .. }
            | Self::ClearTeams { event }
            | Self::Announce { event, .. }
            | Self::ArchiveEventSpace { event }
            | Self::DeleteEventSpace { event }
            | Self::PromoteWaiting { event, .. }
            | Self::TellPromoted { event, .. }
            | Self::TellReminder { event, .. }
            | Self::TellCancelled { event, .. }
            | Self::ImportResults { event, .. }
            | Self::PostResults { event, .. }
            | Self::AnnouncePlan { event, .. }
            | Self::FinishAnswer { event, .. } => Some(*event),
            Self::SyncMembers { .. }
            | Self::PostSeriesEnd { .. }
            | Self::CheckSpaces { .. }
            | Self::FollowSetting { .. }
            | Self::ApplyRoles { .. }
            | Self::PostJoinRequest { .. }
            | Self::TellJoinDecision { .. }
            | Self::SetGuildSetting { .. }
            | Self::PreviewRoster { .. }
            | Self::ApplyRoster { .. }
            | Self::ExportRoster { .. }
            | Self::CheckPermissions { .. }
            | Self::ResumeParked { .. } => None,
        }
    }

    /// Whether it is worth doing when nobody waits for its answer any more. What only asks is asked again; and whether somebody
    /// may set something is judged by what they were when they asked. Where a car is, and what happened to it, is of the moment.
    #[must_use]
    pub const fn outlives_its_answer(&self) -> bool {
        !matches!(
            self,
            Self::CheckPermissions { .. }
                | Self::SetGuildSetting { .. }
                | Self::PreviewRoster { .. }
                | Self::ImportResults { .. }
                | Self::ExportRoster { .. }
                | Self::ShowPace { .. }
                | Self::TellIncident { .. }
                | Self::SampleAttendance { .. }
        )
    }

    /// Where somebody waits for it to be done.
    #[must_use]
    pub const fn reply(&self) -> Option<&Reply> {
        match self {
            Self::FinishAnswer { reply, .. }
            | Self::PreviewRoster { reply, .. }
            | Self::ApplyRoster { reply, .. }
            | Self::ExportRoster { reply, .. }
            | Self::ImportResults { reply, .. }
            | Self::PostJoinRequest { reply, .. }
            | Self::SetGuildSetting { reply, .. }
            | Self::CheckPermissions { reply, .. } => Some(reply),
            Self::ApplyRoles { reply, .. }
            | Self::SyncMembers { reply, .. }
            | Self::PostResults { reply, .. }
            | Self::PostSeriesEnd { reply, .. }
            | Self::AnnouncePlan { reply, .. } => reply.as_ref(),
            Self::OpenEventSpace { .. }
            | Self::RefreshBoard { .. }
            | Self::RunAlerts { .. }
            | Self::Announce { .. }
            | Self::ArchiveEventSpace { .. }
            | Self::DeleteEventSpace { .. }
            | Self::PromoteWaiting { .. }
            | Self::TellPromoted { .. }
            | Self::TellReminder { .. }
            | Self::TellCancelled { .. }
            | Self::TellStint { .. }
            | Self::ShowPace { .. }
            | Self::TellIncident { .. }
            | Self::SettleTeam { .. }
            | Self::SettleTeamOf { .. }
            | Self::SettleRooms { .. }
            | Self::SampleAttendance { .. }
            | Self::ClearTeams { .. }
            | Self::CheckSpaces { .. }
            | Self::FollowSetting { .. }
            | Self::TellJoinDecision { .. }
            | Self::ResumeParked { .. } => None,
        }
    }

    /// The club that it is about.
    #[must_use]
    pub const fn club(&self) -> ClubId {
        match self {
            Self::OpenEventSpace { event }
            | Self::RefreshBoard { event }
            | Self::PromoteWaiting { event, .. }
            | Self::TellPromoted { event, .. }
            | Self::TellReminder { event, .. }
            | Self::TellCancelled { event, .. }
            | Self::ImportResults { event, .. }
            | Self::PostResults { event, .. }
            | Self::AnnouncePlan { event, .. }
            | Self::FinishAnswer { event, .. }
            | Self::RunAlerts { event, .. }
            | Self::TellStint { event, .. }
            | Self::ShowPace { event, .. }
            | Self::TellIncident { event, .. }
            | Self::SettleTeam { event, .. }
            | Self::SettleTeamOf { event, .. }
            | Self::SettleRooms { event }
            | Self::SampleAttendance { event, .. }
            | Self::ClearTeams { event }
            | Self::Announce { event, .. }
            | Self::ArchiveEventSpace { event, .. }
            | Self::DeleteEventSpace { event, .. } => event.club,
            Self::SyncMembers { run, .. } => run.club,
            Self::PreviewRoster { import, .. } | Self::ApplyRoster { import, .. } => import.club,
            Self::ExportRoster { club, .. }
            | Self::CheckSpaces { club, .. }
            | Self::PostSeriesEnd { club, .. }
            | Self::FollowSetting { club, .. }
            | Self::ApplyRoles { club, .. }
            | Self::PostJoinRequest { club, .. }
            | Self::TellJoinDecision { club, .. }
            | Self::SetGuildSetting { club, .. }
            | Self::CheckPermissions { club, .. }
            | Self::ResumeParked { club } => *club,
        }
    }
}

/// Where a deferred answer is finished.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// The application that was called.
    pub application: ApplicationId,
    /// The interaction's token: whoever has it can answer in our name.
    pub token: String,
    /// When Discord stops taking answers: 15 minutes after the interaction (Discord docs, receiving-and-responding).
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reply")
            .field("application", &self.application)
            .field("token", &"…")
            .field("expires_at", &self.expires_at)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::EventId;

    #[test]
    fn what_is_of_the_moment_is_not_put_aside() {
        let event = EventKey {
            club: ClubId::from_parts(1, 1),
            event: EventId::from_parts(1, 2),
        };
        let team = TeamId::from_parts(1, 3);
        let told = Work::TellIncident {
            event,
            team,
            id: "5a".to_owned(),
            number: 1,
            incident: Incident {
                at: Timestamp::UNIX_EPOCH,
                text: "Spin".to_owned(),
                lap: None,
            },
        };
        assert!(!told.outlives_its_answer());
        assert!(!Work::ShowPace { event, team }.outlives_its_answer());
        assert!(Work::SettleTeam { event, team }.outlives_its_answer());
    }
}
