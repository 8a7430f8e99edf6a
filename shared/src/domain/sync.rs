//! Member synchronisation: one run brings the roster to what the guild shows.
//!
//! A run goes through [`Phase`]s. Its record says where it stands, so that whoever takes it up goes on from there: counts
//! are saved in the same write as the place that they belong to.

use super::ids::{ClubId, EntryId, GuildId, RoleId, RunId, UserId};
use super::matching::Alike;
use super::rank::Rank;
use super::role_map::Mapped;
use super::roster::GuildMember;
use super::standing::RoleTrouble;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;

/// A run that nobody has taken further for this long is stuck: longer than its queue tries by itself, five receives of six
/// minutes at most.
const STUCK: SignedDuration = SignedDuration::from_mins(40);
/// It is looked at least this often whether a club is to be synchronised.
const LOOK: SignedDuration = SignedDuration::from_hours(6);
/// Members that a listing did not show, and Discord is asked for, in one run. Where more are missing the listing is not believed.
pub const ASKED_MOST: u32 = 250;
/// The guild's own count is approximate: a listing may be this many accounts short of it, or a twentieth.
const SLACK: u64 = 5;

/// Names a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RunKey {
    /// The club.
    pub club: ClubId,
    /// The run.
    pub run: RunId,
}

/// What set a run off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunKind {
    /// The club's first.
    Initial,
    /// A person.
    Manual,
    /// The clock.
    Scheduled,
    /// Discord, by telling that Gantry was added to the club's guild. It posts no webhook events about members
    /// (Discord docs, events/webhook-events).
    Webhook,
}

/// How a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// It goes on.
    Running,
    /// Everything was done.
    Done,
    /// What the listing showed was taken over; nobody was counted as gone, see [`Trouble`].
    Partial,
    /// It could not go on, see [`Trouble`].
    Failed,
}

/// What a run does at present, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Asks how many there should be.
    Counting,
    /// Takes the guild's members over, page by page.
    Listing,
    /// Marks who is not in the guild any more.
    Departing,
    /// Where the listing was a little short, asks Discord for each member of the roster that it did not show.
    Asking,
    /// Members lose or regain their standing.
    Standing,
    /// Finds whose account is whose.
    Matching,
    /// Brings ranks and roles together, as the club's direction says.
    Ranking,
    /// Nothing any more.
    Ended,
}

/// What a run has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// Pages listed.
    pub pages: u64,
    /// People in the guild.
    pub people: u64,
    /// Bots, which are left out.
    pub bots: u64,
    /// People who are new in the guild.
    pub joined: u64,
    /// People who came back.
    pub returned: u64,
    /// People whose names or roles changed.
    pub changed: u64,
    /// People who left.
    pub left: u64,
    /// Members who regained their standing.
    pub reactivated: u64,
    /// Members who lost it.
    pub deactivated: u64,
    /// Accounts found for entries of the roster.
    pub matched: u64,
    /// Members who are shown by another name.
    pub renamed: u64,
    /// Members whose rank followed their roles.
    pub ranked: u64,
    /// Members whose roles are being brought to what their rank says.
    pub applied: u64,
    /// Members whose roles stay different, as Gantry cannot hand some of them out.
    pub hindered: u64,
    /// Conflicts that were opened, or opened again.
    pub conflicts: u64,
}

/// Why a run did not do everything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "trouble")]
pub enum Trouble {
    /// Discord showed far fewer members than it says the guild has.
    Implausible {
        /// Shown, bots among them.
        listed: u64,
        /// What the guild has, about.
        expected: u64,
    },
    /// Discord did not say how many members the guild has.
    Uncounted,
    /// The bot may not list the guild's members (the members intent is off); Discord's code.
    Refused {
        /// Discord's error code.
        code: u64,
    },
    /// The bot's token is refused.
    Unauthorized,
    /// The bot is not in the guild: the run is begun anew when it is back.
    GuildLost,
    /// The club has left the guild meanwhile.
    Moved,
}

/// Most similar names that a run keeps.
pub const ALIKE_MOST: usize = 10;

/// An account that may be somebody's on the roster, as the run that saw it has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlikeAccount {
    /// The entry.
    pub entry: EntryId,
    /// Its name.
    pub name: String,
    /// The account.
    pub user: UserId,
    /// How their names are alike.
    pub how: Likeness,
}

/// How two names are alike, the closest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "alike")]
pub enum Likeness {
    /// The same to the eye, in other letters: somebody may pose as somebody else.
    LooksAlike,
    /// The same name with another tag or number.
    OtherDetails,
    /// Alike by this many percent.
    Similar {
        /// Of 100.
        percent: u8,
    },
}

impl From<Alike> for Likeness {
    fn from(alike: Alike) -> Self {
        match alike {
            Alike::LooksAlike => Self::LooksAlike,
            Alike::OtherDetails => Self::OtherDetails,
            Alike::Similar(Reverse(percent)) => Self::Similar { percent },
        }
    }
}

/// Somebody who came back to the guild, and whose rank went by what they hold, since Gantry could not give them their role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Demoted {
    /// Who.
    pub user: UserId,
    /// What they were.
    pub was: Rank,
}

/// Most of them that a run keeps.
pub const DEMOTED_MOST: usize = 20;

/// A run's record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SyncRun {
    /// Its club and id.
    pub key: RunKey,
    /// The guild.
    pub guild: GuildId,
    /// What set it off.
    pub kind: RunKind,
    /// Who did.
    pub by: Option<UserId>,
    /// How it stands.
    pub state: RunState,
    /// What it does.
    pub phase: Phase,
    /// The last account that the present phase has done.
    pub after: Option<UserId>,
    /// How many the guild has, about, bots among them.
    pub expected: Option<u64>,
    /// The list of roles and ranks by which it records what roles members have; empty when it has ended.
    #[serde(default)]
    pub list: Vec<Mapped>,
    /// Roles of the list that Gantry cannot hand out, as far as that was looked up.
    #[serde(default)]
    pub hindered: Option<Vec<(RoleId, RoleTrouble)>>,
    /// Those who came back, but not to their rank; at most [`DEMOTED_MOST`].
    #[serde(default)]
    pub demoted: Vec<Demoted>,
    /// Members of the roster that Discord was asked for, one by one.
    #[serde(default)]
    pub asked: u32,
    /// What it has done.
    pub counts: Counts,
    /// Accounts that are like an entry without one, the closest first; at most [`ALIKE_MOST`]. Suggestions, nothing more.
    #[serde(default)]
    pub alike: Vec<AlikeAccount>,
    /// Entries for which neither an account nor a conflict was found.
    #[serde(default)]
    pub without_account: u64,
    /// Why it did not do everything.
    pub trouble: Vec<Trouble>,
    /// Which leg is gone: a message of an earlier one was handed over.
    pub leg: u32,
    /// When it was set off.
    pub started_at: Timestamp,
    /// When it was last taken further.
    pub beat_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Counts the changes, from 1.
    pub version: u64,
}

/// A club's synchronisation between its runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SyncState {
    /// The club.
    pub club: ClubId,
    /// Its guild.
    pub guild: GuildId,
    /// The run that goes on: there is never more than one.
    pub running: Option<RunId>,
    /// The last run that did everything.
    pub done: Option<RunId>,
    /// When the last run ended, however it did.
    pub ended_at: Option<Timestamp>,
    /// When it is looked whether the next is due: not later than the clock asks for, and often enough that another setting
    /// takes effect within hours.
    pub next_at: Option<Timestamp>,
    /// Counts the changes, from 1.
    pub version: u64,
}

/// A guild's member as stored, with the run that last changed the record: a page that is done again still counts what an
/// earlier try wrote.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// What is known of them.
    #[serde(flatten)]
    pub member: GuildMember,
    /// The run that wrote it.
    pub run: RunId,
    /// What it found.
    pub found: Found,
}

/// What a run found out about a guild's member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Found {
    /// New.
    Joined,
    /// Back again.
    Returned,
    /// With other names or roles.
    Changed,
    /// Gone.
    Left,
    /// Missing from the listing, and there all the same.
    Spared,
    /// New: not in the listing, and there all the same.
    Unlisted,
}

impl SyncRun {
    /// A run that is set off now.
    #[must_use]
    pub fn new(key: RunKey, guild: GuildId, kind: RunKind, by: Option<UserId>, now: Timestamp) -> Self {
        Self {
            key,
            guild,
            kind,
            by,
            state: RunState::Running,
            phase: Phase::Counting,
            after: None,
            expected: None,
            list: Vec::new(),
            hindered: None,
            demoted: Vec::new(),
            asked: 0,
            counts: Counts::default(),
            alike: Vec::new(),
            without_account: 0,
            trouble: Vec::new(),
            leg: 0,
            started_at: now,
            beat_at: now,
            ended_at: None,
            version: 1,
        }
    }

    /// Whether nobody seems to take it further any more.
    #[must_use]
    pub fn is_stuck(&self, now: Timestamp) -> bool {
        self.state == RunState::Running && now.duration_since(self.beat_at) > STUCK
    }

    /// All accounts that Discord showed.
    #[must_use]
    pub const fn listed(&self) -> u64 {
        self.counts.people + self.counts.bots
    }

    /// What speaks against believing that whoever was not shown has left.
    #[must_use]
    pub fn doubt(&self) -> Option<Trouble> {
        let listed = self.listed();
        match self.expected {
            None => Some(Trouble::Uncounted),
            Some(expected) if listed + SLACK.max(expected / 20) < expected => {
                Some(Trouble::Implausible { listed, expected })
            }
            Some(_) => None,
        }
    }

    /// Whether the listing was shorter than the guild, if only a little: who is missing from it may be there.
    #[must_use]
    pub fn is_short(&self) -> bool {
        self.expected.is_none_or(|expected| self.listed() < expected)
    }

    /// The run as it is once it has failed for this reason.
    #[must_use]
    pub fn failed(self, trouble: Trouble, now: Timestamp) -> Self {
        let mut run = Self {
            state: RunState::Failed,
            beat_at: now,
            ended_at: Some(now),
            list: Vec::new(),
            version: self.version + 1,
            ..self
        };
        run.trouble.push(trouble);
        run.enter(Phase::Ended);
        run
    }

    /// Goes on to a phase.
    pub const fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.after = None;
    }
}

impl SyncState {
    /// The state of a club that was never synchronised.
    #[must_use]
    pub const fn new(club: ClubId, guild: GuildId, next_at: Option<Timestamp>) -> Self {
        Self {
            club,
            guild,
            running: None,
            done: None,
            ended_at: None,
            next_at,
            version: 1,
        }
    }

    /// When the next run is due, `every` so many hours; at once for a club that never had one.
    #[must_use]
    pub fn due_at(&self, every_h: u32) -> Timestamp {
        let wait = SignedDuration::from_hours(i64::from(every_h));
        self.ended_at
            .and_then(|ended| ended.checked_add(wait).ok())
            .unwrap_or(Timestamp::MIN)
    }

    /// When to look again: when the next run is due, or six hours from now at the latest.
    #[must_use]
    pub fn look_at(now: Timestamp, due: Option<Timestamp>) -> Timestamp {
        let latest = now.checked_add(LOOK).unwrap_or(Timestamp::MAX);
        due.map_or(latest, |due| due.min(latest))
    }
}

impl Counts {
    /// What was different in the guild.
    #[must_use]
    pub const fn changes(&self) -> u64 {
        self.joined + self.returned + self.changed + self.left
    }

    /// Counts what was found.
    pub const fn count(&mut self, found: Found) {
        match found {
            Found::Joined => self.joined += 1,
            Found::Returned => self.returned += 1,
            Found::Changed => self.changed += 1,
            Found::Left => self.left += 1,
            // It was counted as gone before.
            Found::Spared => self.left = self.left.saturating_sub(1),
            Found::Unlisted => self.joined += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run() -> SyncRun {
        let key = RunKey {
            club: ClubId::from_parts(1, 1),
            run: RunId::from_parts(2, 2),
        };
        SyncRun::new(
            key,
            GuildId(7),
            RunKind::Manual,
            None,
            "2026-11-21T09:00:00Z".parse().unwrap(),
        )
    }

    #[test]
    fn a_listing_is_believed_if_it_is_about_as_long_as_the_guild() {
        let listed = |people, bots, expected| {
            let mut run = run();
            run.expected = expected;
            (run.counts.people, run.counts.bots) = (people, bots);
            run.doubt()
        };
        assert_eq!(listed(95, 0, Some(100)), None);
        assert_eq!(
            listed(94, 0, Some(100)),
            Some(Trouble::Implausible {
                listed: 94,
                expected: 100
            })
        );
        assert_eq!(
            listed(90, 5, Some(100)),
            None,
            "the guild's count has its bots in it"
        );
        assert_eq!(listed(9_500, 0, Some(10_000)), None);
        assert!(listed(9_499, 0, Some(10_000)).is_some());
        assert!(listed(0, 0, Some(1_000)).is_some());
        assert_eq!(listed(10, 0, None), Some(Trouble::Uncounted));
    }

    #[test]
    fn a_listing_is_short_if_anybody_may_be_missing_from_it() {
        let short = |people, bots, expected| {
            let mut run = run();
            run.expected = expected;
            (run.counts.people, run.counts.bots) = (people, bots);
            run.is_short()
        };
        assert!(short(95, 4, Some(100)) && short(1, 0, None));
        assert!(!short(95, 5, Some(100)) && !short(101, 0, Some(100)));
    }

    #[test]
    fn who_is_spared_was_counted_as_gone() {
        let mut counts = Counts::default();
        [Found::Left, Found::Left, Found::Spared, Found::Unlisted]
            .into_iter()
            .for_each(|found| counts.count(found));
        assert_eq!((counts.left, counts.joined), (1, 1));
    }

    #[test]
    fn a_run_is_stuck_after_forty_minutes_without_a_step() {
        let mut run = run();
        let at = |minutes: i64| run.beat_at + SignedDuration::from_mins(minutes);
        assert!(!run.is_stuck(at(40)));
        let late = at(41);
        assert!(run.is_stuck(late));
        run.state = RunState::Done;
        assert!(!run.is_stuck(late));
    }
}
