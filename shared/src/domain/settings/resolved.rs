//! What holds: default, operator, club.

use super::kind::Kind;
use super::pattern::Pattern;
use super::registry::{Key, REGISTRY};
use super::value::{Drift, Notification, QuietHours, SyncDirection, Value};
use crate::domain::club::{Colour, ZoneName};
use crate::domain::ids::{ChannelId, GuildId, RoleId, UserId};
use crate::domain::rank::Rank;
use crate::domain::results::PointsSystem;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Gantry's own.
    Default,
    /// The operator's, for all clubs.
    Operator,
    /// The club's.
    Club,
}

/// What a club has set, as it is stored. Settings that this version does not know are kept and passed over.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ClubSettings {
    /// Counts the changes; 0 before the first.
    pub version: u64,
    /// Values by name.
    pub values: BTreeMap<String, Json>,
    /// The last change of each name, a reset too.
    #[serde(default)]
    pub changes: BTreeMap<String, Stamp>,
    /// The guild in which the last change was made: what names roles or channels names that one's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guild: Option<GuildId>,
}

impl ClubSettings {
    /// What of it is for a club that is in `guild` now: roles and channels of a guild that it has left are not.
    #[must_use]
    pub fn for_guild(mut self, guild: Option<GuildId>) -> Self {
        if guild.is_some() && self.guild.is_some() && guild != self.guild {
            for spec in REGISTRY.iter().filter(|spec| spec.kind.is_of_guild()) {
                self.values.remove(spec.name);
            }
        }
        self
    }
}

/// Who changed a setting last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// Who.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
    /// The version that came of it.
    pub version: u64,
}

/// What the operator has set for all clubs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OperatorOverrides(BTreeMap<Key, Value>);

impl OperatorOverrides {
    /// Reads `sync.hours=12; channels.drift=forget`; an empty text or `none` sets nothing.
    ///
    /// # Errors
    /// All faults, a line each.
    pub fn parse(text: &str) -> Result<Self, Vec<String>> {
        let (mut values, mut faults) = (BTreeMap::new(), Vec::new());
        let lines = text
            .split([';', '\n'])
            .map(str::trim)
            .filter(|line| !line.is_empty());
        for line in lines.filter(|line| *line != "none") {
            match Self::line(line) {
                Ok((key, value)) => {
                    if values.insert(key, value).is_some() {
                        faults.push(format!("{key} is there twice"));
                    }
                }
                Err(fault) => faults.push(fault),
            }
        }
        if faults.is_empty() {
            Ok(Self(values))
        } else {
            Err(faults)
        }
    }

    fn line(line: &str) -> Result<(Key, Value), String> {
        let shown: String = line.chars().take(60).collect();
        let (name, typed) = line
            .split_once('=')
            .ok_or_else(|| format!("\"{shown}\" is not of the form name=value"))?;
        let key =
            Key::parse(name).ok_or_else(|| format!("\"{shown}\" names no setting of docs/SETTINGS.md"))?;
        let kind = key.spec().kind;
        if kind.is_of_guild() {
            return Err(format!("{key} can only be set by a club"));
        }
        match kind.parse(typed) {
            Ok(value) => Ok((key, value)),
            Err(_) => Err(format!("{key} takes {}", kind.takes())),
        }
    }
}

/// The value that holds, and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InForce {
    /// The value.
    pub value: Value,
    /// Where it comes from.
    pub source: Source,
}

static DEFAULTS: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let default = |kind: Kind, typed| kind.parse(typed).unwrap_or(Value::Switch(false));
    REGISTRY
        .iter()
        .map(|spec| default(spec.kind, spec.default))
        .collect()
});

/// A club's settings as they hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    operator: OperatorOverrides,
    stored: ClubSettings,
    in_force: Vec<InForce>,
}

impl Default for Settings {
    fn default() -> Self {
        Self::resolve(OperatorOverrides::default(), ClubSettings::default())
    }
}

impl Settings {
    /// Default < operator < club. What a club has stored that its type does not allow (any more) is passed over.
    #[must_use]
    pub fn resolve(operator: OperatorOverrides, stored: ClubSettings) -> Self {
        let in_force = REGISTRY
            .iter()
            .zip(DEFAULTS.iter())
            .map(|(spec, default)| {
                let club = stored.values.get(spec.name).and_then(|json| spec.kind.read(json));
                let of = |value, source| InForce { value, source };
                match (club, operator.0.get(&spec.key)) {
                    (Some(value), _) => of(value, Source::Club),
                    (None, Some(value)) => of(value.clone(), Source::Operator),
                    (None, None) => of(default.clone(), Source::Default),
                }
            })
            .collect();
        Self {
            operator,
            stored,
            in_force,
        }
    }

    /// The same with other values of the club.
    #[must_use]
    pub fn with(&self, stored: ClubSettings) -> Self {
        Self::resolve(self.operator.clone(), stored)
    }

    /// What the club has stored.
    #[must_use]
    pub const fn stored(&self) -> &ClubSettings {
        &self.stored
    }

    /// Counts the club's changes.
    #[must_use]
    pub const fn version(&self) -> u64 {
        self.stored.version
    }

    /// The value that holds.
    #[must_use]
    pub fn in_force(&self, key: Key) -> &InForce {
        &self.in_force[key as usize]
    }

    /// Who of the club changed it last.
    #[must_use]
    pub fn last_change(&self, key: Key) -> Option<Stamp> {
        self.stored.changes.get(key.name()).copied()
    }

    /// The zone in which times are typed.
    #[must_use]
    pub fn time_zone(&self) -> ZoneName {
        match &self.in_force(Key::TimeZone).value {
            Value::Zone(zone) => zone.clone(),
            _ => ZoneName::default(),
        }
    }

    /// Discord's name of the club's language.
    #[must_use]
    pub fn locale(&self) -> &'static str {
        self.word(Key::Locale)
    }

    /// The accent of messages.
    #[must_use]
    pub fn colour(&self) -> Colour {
        match self.in_force(Key::Colour).value {
            Value::Colour(colour) => colour,
            _ => Colour::default(),
        }
    }

    /// Hours in which a DM that can wait does.
    #[must_use]
    pub fn quiet_hours(&self) -> Option<QuietHours> {
        match self.in_force(Key::QuietHours).value {
            Value::Quiet(hours) => hours,
            _ => None,
        }
    }

    /// Whether publishing makes a channel.
    #[must_use]
    pub fn automatic_channels(&self) -> bool {
        self.switch(Key::AutomaticChannels)
    }

    /// How new event channels are called.
    #[must_use]
    pub fn channel_pattern(&self) -> Pattern {
        self.pattern(Key::ChannelName)
    }

    /// How new categories are called.
    #[must_use]
    pub fn category_pattern(&self) -> Pattern {
        self.pattern(Key::CategoryName)
    }

    /// What is done about messages that were deleted by hand.
    #[must_use]
    pub fn drift(&self) -> Drift {
        Drift::of(self.word(Key::Drift))
    }

    /// Whether teams get threads.
    #[must_use]
    pub fn team_threads(&self) -> bool {
        self.switch(Key::TeamThreads)
    }

    /// From an event's end to its archiving.
    #[must_use]
    pub fn archive_delay(&self) -> SignedDuration {
        self.length(Key::ArchiveDelay)
    }

    /// From archiving to deletion.
    #[must_use]
    pub fn retention(&self) -> SignedDuration {
        self.length(Key::Retention)
    }

    /// Whether races get voice rooms.
    #[must_use]
    pub fn voice_rooms(&self) -> bool {
        self.switch(Key::VoiceRooms)
    }

    /// Whether teams get voice channels for practice.
    #[must_use]
    pub fn practice_voice(&self) -> bool {
        self.switch(Key::PracticeVoice)
    }

    /// How many fit into a voice room; nothing if there is no limit.
    #[must_use]
    pub fn voice_user_limit(&self) -> Option<u32> {
        Some(self.number(Key::UserLimit)).filter(|limit| *limit > 0)
    }

    /// Whether events are Discord's scheduled events too.
    #[must_use]
    pub fn scheduled_events(&self) -> bool {
        self.switch(Key::ScheduledEvents)
    }

    /// Hours before the start at which drivers are reminded, the largest first.
    #[must_use]
    pub fn reminder_hours(&self) -> &[u32] {
        match &self.in_force(Key::ReminderHours).value {
            Value::Hours(hours) => hours,
            _ => &[],
        }
    }

    /// Hours between two updates of how sign-up goes; nothing for never.
    #[must_use]
    pub fn progress_hours(&self) -> Option<u32> {
        Some(self.number(Key::ProgressHours)).filter(|hours| *hours > 0)
    }

    /// Whether drivers are told of their stints.
    #[must_use]
    pub fn stint_alerts(&self) -> bool {
        self.switch(Key::StintAlerts)
    }

    /// How long before a stint its driver is told.
    #[must_use]
    pub fn stint_lead(&self) -> SignedDuration {
        self.length(Key::StintLead)
    }

    /// How points are given.
    #[must_use]
    pub fn points_system(&self) -> PointsSystem {
        let places = match &self.in_force(Key::Points).value {
            Value::Points(places) => places.clone(),
            _ => Vec::new(),
        };
        PointsSystem {
            places,
            fastest: self.number(Key::FastestLap),
            best_of: self.number(Key::BestOf),
        }
    }

    /// Whether members are told that by DM.
    #[must_use]
    pub fn notifies(&self, notification: Notification) -> bool {
        match &self.in_force(Key::Notifications).value {
            Value::Set(words) => words.contains(&notification.word()),
            _ => false,
        }
    }

    /// Whether the roster is synchronised by itself.
    #[must_use]
    pub fn automatic_sync(&self) -> bool {
        self.switch(Key::AutomaticSync)
    }

    /// Hours between two automatic syncs.
    #[must_use]
    pub fn sync_hours(&self) -> u32 {
        self.number(Key::SyncHours)
    }

    /// Which side decides where rank and roles differ.
    #[must_use]
    pub fn sync_direction(&self) -> SyncDirection {
        SyncDirection::of(self.word(Key::SyncDirection))
    }

    /// Roles of members, in order of precedence.
    #[must_use]
    pub fn member_roles(&self) -> &[RoleId] {
        self.roles(Key::MemberRoles)
    }

    /// Roles of team managers, in order of precedence.
    #[must_use]
    pub fn manager_roles(&self) -> &[RoleId] {
        self.roles(Key::ManagerRoles)
    }

    /// Roles of admins, in order of precedence.
    #[must_use]
    pub fn admin_roles(&self) -> &[RoleId] {
        self.roles(Key::AdminRoles)
    }

    /// Where requests to join are reviewed.
    #[must_use]
    pub fn join_channel(&self) -> Option<ChannelId> {
        match self.in_force(Key::JoinChannel).value {
            Value::Channel(channel) => channel,
            _ => None,
        }
    }

    /// Where the statistics of a series stand that is over.
    #[must_use]
    pub fn series_channel(&self) -> Option<ChannelId> {
        match self.in_force(Key::SeriesChannel).value {
            Value::Channel(channel) => channel,
            _ => None,
        }
    }

    /// What somebody becomes whose request to join is approved: a prospect or a member.
    #[must_use]
    pub fn join_rank(&self) -> Rank {
        match Rank::parse(self.word(Key::JoinRank)) {
            Some(Rank::Prospect) => Rank::Prospect,
            _ => Rank::Member,
        }
    }

    fn switch(&self, key: Key) -> bool {
        self.in_force(key).value == Value::Switch(true)
    }

    fn number(&self, key: Key) -> u32 {
        match self.in_force(key).value {
            Value::Number(number) => number,
            _ => 0,
        }
    }

    fn length(&self, key: Key) -> SignedDuration {
        match self.in_force(key).value {
            Value::Length(minutes) => SignedDuration::from_mins(i64::from(minutes)),
            _ => SignedDuration::ZERO,
        }
    }

    fn word(&self, key: Key) -> &'static str {
        match self.in_force(key).value {
            Value::Choice(word) => word,
            _ => "",
        }
    }

    fn roles(&self, key: Key) -> &[RoleId] {
        match &self.in_force(key).value {
            Value::Roles(roles) => roles,
            _ => &[],
        }
    }

    fn pattern(&self, key: Key) -> Pattern {
        let read = |text: &str| Pattern::read(text).ok();
        let own = match &self.in_force(key).value {
            Value::Pattern(text) => read(text),
            _ => None,
        };
        own.or_else(|| read(key.spec().default)).unwrap_or_default()
    }
}
