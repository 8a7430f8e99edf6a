//! What a team has in Discord: a role, a private thread, a voice channel for practice, one for race day, and who is in them.

use super::event::{EventKey, EventState};
use super::ids::{ChannelId, GuildId, RoleId, TeamId, UserId};
use super::race_room::Room;
use super::space::Step;
use super::teams::Team;
use serde::{Deserialize, Serialize};

/// How a driver stands with the team's role and thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Belonging {
    /// Being put in.
    Joining,
    /// In.
    In,
    /// Being taken out.
    Leaving,
}

/// A driver in the team's role and thread, on the way in or out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fellow {
    /// Who.
    pub user: UserId,
    /// How they stand.
    pub belonging: Belonging,
}

/// What a team's space is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Thing {
    /// The role.
    Role,
    /// The private thread.
    Thread,
    /// The voice channel for practice.
    Voice,
    /// The voice room of race day.
    Race,
    /// That all of it has the team's name.
    Name,
    /// That the drivers are in the role and the thread, and nobody else.
    Fellows,
}

/// What was found in the guild of what is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenSpace {
    /// The role.
    pub role: bool,
    /// The thread, archived or not.
    pub thread: bool,
    /// The voice channel.
    pub voice: bool,
    /// The voice room of race day.
    pub race: bool,
}

/// What a team has in Discord.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamSpace {
    /// The event.
    pub event: EventKey,
    /// The team.
    pub team: TeamId,
    /// The guild that all of it is in.
    pub guild: GuildId,
    /// The name that all of it has, or gets when it is made.
    pub name: String,
    /// The role.
    pub role: Step<RoleId>,
    /// The private thread in the event's channel.
    pub thread: Step<ChannelId>,
    /// The voice channel for practice.
    pub voice: Step<ChannelId>,
    /// The role that can see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voice_role: Option<RoleId>,
    /// The voice room of race day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub race: Option<Room>,
    /// Who is in role and thread.
    pub fellows: Vec<Fellow>,
    /// Who is still to be told of the team, and the how many-th notice that is.
    pub telling: Vec<UserId>,
    /// Counts the notices.
    pub told: u32,
    /// What Discord did not let Gantry do at the last try.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lacking: Vec<Thing>,
    /// What somebody deleted by hand and is not made again, as the club has set it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forgotten: Vec<Thing>,
    /// Counts the changes: of two workers at the same thing, one stops. 0 before the first.
    pub version: u64,
}

/// Whether teams have something in Discord while the event is in that state; nothing says that it stays as it is.
#[must_use]
pub const fn wanted_in(state: EventState) -> Option<bool> {
    match state {
        EventState::TeamsFinal | EventState::Ready | EventState::Live => Some(true),
        // Opened again: whoever drives where is only known when they are settled anew. After the race they may still talk.
        EventState::Closed | EventState::TeamsForming | EventState::Completed => None,
        EventState::Draft
        | EventState::Open
        | EventState::Archived
        | EventState::Deleted
        | EventState::Cancelled => Some(false),
    }
}

impl TeamSpace {
    /// A space of which nothing is there yet.
    #[must_use]
    pub fn new(event: EventKey, team: &Team, guild: GuildId) -> Self {
        Self {
            event,
            team: team.id,
            guild,
            name: team.name.clone(),
            role: Step::Todo,
            thread: Step::Todo,
            voice: Step::Todo,
            voice_role: None,
            race: None,
            fellows: Vec::new(),
            telling: Vec::new(),
            told: 0,
            lacking: Vec::new(),
            forgotten: Vec::new(),
            version: 0,
        }
    }

    /// The team's thread, if it is in this guild.
    #[must_use]
    pub fn thread_in(&self, guild: GuildId) -> Option<ChannelId> {
        self.thread.id().filter(|_| self.guild == guild)
    }

    /// Whether nothing of it is there.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.role == Step::Todo
            && self.thread == Step::Todo
            && self.voice == Step::Todo
            && self.race.is_none()
    }

    /// Takes up who is to be in; returns whether that changes anything. Who is new is told of the team.
    pub fn want(&mut self, drivers: &[UserId]) -> bool {
        let before = self.fellows.clone();
        for fellow in &mut self.fellows {
            let stays = drivers.contains(&fellow.user);
            fellow.belonging = match (fellow.belonging, stays) {
                (Belonging::Leaving, true) => Belonging::Joining,
                (belonging, true) => belonging,
                (_, false) => Belonging::Leaving,
            };
        }
        let known: Vec<UserId> = self.fellows.iter().map(|fellow| fellow.user).collect();
        let new: Vec<UserId> = drivers
            .iter()
            .copied()
            .filter(|user| !known.contains(user))
            .collect();
        self.fellows.extend(new.iter().map(|user| Fellow {
            user: *user,
            belonging: Belonging::Joining,
        }));
        // Nobody is called who is out again before they were told.
        self.telling.retain(|user| drivers.contains(user));
        if !new.is_empty() {
            // Those of a notice that was not sent are told with the others.
            self.telling.extend(new);
            self.told += 1;
        }
        self.fellows != before
    }

    /// Everybody has to be put in again: role or thread is another one.
    pub fn rejoin(&mut self) {
        for fellow in &mut self.fellows {
            if fellow.belonging == Belonging::In {
                fellow.belonging = Belonging::Joining;
            }
        }
    }

    /// Who was on the way is there, but for those whom Discord did not let be moved.
    pub fn arrived(&mut self, stuck: &[UserId]) {
        self.fellows
            .retain(|fellow| fellow.belonging != Belonging::Leaving || stuck.contains(&fellow.user));
        for fellow in &mut self.fellows {
            if !stuck.contains(&fellow.user) {
                fellow.belonging = Belonging::In;
            }
        }
    }

    /// Whether all of it is as it is to be for the team, as far as the record says.
    #[must_use]
    pub fn is_settled(&self, team: &Team) -> bool {
        let there = |user: &UserId| {
            let found = self.fellows.iter().find(|fellow| fellow.user == *user);
            found.is_some_and(|fellow| fellow.belonging == Belonging::In)
        };
        self.lacking.is_empty()
            && self.telling.is_empty()
            && self.name == team.name
            && self.fellows.len() == team.drivers.len()
            && team.drivers.iter().all(there)
    }

    /// The record without what is not there any more; nothing if all of it is. What is lost is made anew, or forgotten if
    /// `heal` is not.
    #[must_use]
    pub fn without_lost(&self, seen: SeenSpace, heal: bool) -> Option<Self> {
        let mut next = self.clone();
        let mut lost = Vec::new();
        if !seen.role && next.role.id().is_some() {
            next.role = Step::Todo;
            lost.push(Thing::Role);
        }
        if !seen.thread && next.thread.id().is_some() {
            next.thread = Step::Todo;
            lost.push(Thing::Thread);
        }
        if !seen.voice && next.voice.id().is_some() {
            next.voice = Step::Todo;
            lost.push(Thing::Voice);
        }
        if !seen.race && next.race_id().is_some() {
            next.race = None;
            lost.push(Thing::Race);
        }
        if lost.is_empty() {
            return None;
        }
        if heal {
            // Who has the role sees a new voice channel without more ado.
            if lost
                .iter()
                .any(|thing| matches!(thing, Thing::Role | Thing::Thread))
            {
                next.rejoin();
            }
        } else {
            next.forgotten.extend(lost);
        }
        Some(next)
    }

    /// The voice room of race day, if it is there.
    #[must_use]
    pub fn race_id(&self) -> Option<ChannelId> {
        self.race.as_ref().and_then(|room| room.step.id())
    }

    /// Whether it is one of those that are made anew no more.
    #[must_use]
    pub fn is_forgotten(&self, thing: Thing) -> bool {
        self.forgotten.contains(&thing)
    }

    /// Nothing of it is left.
    pub fn clear(&mut self) {
        self.role = Step::Todo;
        self.thread = Step::Todo;
        self.voice = Step::Todo;
        self.voice_role = None;
        self.race = None;
        self.fellows = Vec::new();
        self.telling = Vec::new();
        self.lacking = Vec::new();
        self.forgotten = Vec::new();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{ClubId, EventId};
    use crate::domain::series::ClassId;

    fn space() -> TeamSpace {
        let event = EventKey {
            club: ClubId::from_parts(1, 1),
            event: EventId::from_parts(2, 2),
        };
        let team = Team {
            id: TeamId::from_parts(3, 3),
            name: "Red".to_owned(),
            class: ClassId::of("GT3"),
            drivers: Vec::new(),
        };
        TeamSpace::new(event, &team, GuildId(7))
    }

    fn users(of: &[u64]) -> Vec<UserId> {
        of.iter().copied().map(UserId).collect()
    }

    fn with(space: &TeamSpace, belonging: Belonging) -> Vec<u64> {
        let found = space.fellows.iter().filter(|one| one.belonging == belonging);
        found.map(|one| one.user.0).collect()
    }

    #[test]
    fn only_who_changes_is_on_the_way() {
        let mut space = space();
        assert!(space.want(&users(&[1, 2, 3])));
        assert_eq!(with(&space, Belonging::Joining), [1, 2, 3]);
        assert_eq!((space.telling.clone(), space.told), (users(&[1, 2, 3]), 1));
        assert!(!space.want(&users(&[1, 2, 3])), "asked for again");
        space.arrived(&[]);
        space.telling.clear();
        assert!(space.want(&users(&[1, 4, 3])));
        assert_eq!(with(&space, Belonging::Joining), [4]);
        assert_eq!(with(&space, Belonging::Leaving), [2]);
        assert_eq!((space.telling.clone(), space.told), (users(&[4]), 2));
        // Back before they were out: put in again to be sure, and not told again.
        assert!(space.want(&users(&[1, 4, 3, 2])));
        assert_eq!(with(&space, Belonging::Joining), [2, 4]);
        assert_eq!(space.told, 2);
        space.arrived(&[]);
        assert_eq!(with(&space, Belonging::In), [1, 2, 3, 4]);
        assert!(space.want(&[]) && with(&space, Belonging::Leaving).len() == 4);
        space.arrived(&[]);
        assert_eq!(space.fellows, []);
    }

    #[test]
    fn who_is_out_before_the_notice_is_not_called() {
        let mut space = space();
        space.want(&users(&[1, 2]));
        assert!(space.want(&users(&[1])));
        assert_eq!((space.telling.clone(), space.told), (users(&[1]), 1));
    }

    #[test]
    fn who_cannot_be_moved_stays_on_the_way() {
        let mut space = space();
        let team = Team {
            id: space.team,
            name: "Red".to_owned(),
            class: ClassId::of("GT3"),
            drivers: users(&[1, 2]),
        };
        assert!(!space.is_settled(&team));
        space.want(&team.drivers);
        space.telling.clear();
        space.arrived(&users(&[2]));
        assert_eq!(with(&space, Belonging::In), [1]);
        assert_eq!(with(&space, Belonging::Joining), [2]);
        assert!(!space.is_settled(&team));
        space.arrived(&[]);
        assert!(space.is_settled(&team));
        space.want(&users(&[1]));
        space.arrived(&users(&[2]));
        assert_eq!(with(&space, Belonging::Leaving), [2]);
        let renamed = Team {
            name: "Blue".to_owned(),
            drivers: users(&[1]),
            ..team
        };
        space.arrived(&[]);
        assert!(!space.is_settled(&renamed));
        space.name = "Blue".to_owned();
        assert!(space.is_settled(&renamed));
        space.lacking.push(Thing::Role);
        assert!(!space.is_settled(&renamed));
    }

    #[test]
    fn what_is_lost_is_made_anew_or_forgotten() {
        let mut space = space();
        space.want(&users(&[1]));
        space.arrived(&[]);
        space.role = Step::Done { id: RoleId(5) };
        space.thread = Step::Done { id: ChannelId(6) };
        let seen = |role, thread| SeenSpace {
            role,
            thread,
            voice: false,
            race: false,
        };
        assert_eq!(
            space.without_lost(seen(true, true), true),
            None,
            "no voice channel was made"
        );
        let healed = space.without_lost(seen(false, true), true).unwrap();
        assert_eq!((healed.role, healed.thread), (Step::Todo, space.thread));
        assert_eq!(with(&healed, Belonging::Joining), [1]);
        assert_eq!(healed.forgotten, []);
        let left = space.without_lost(seen(true, false), false).unwrap();
        assert_eq!((left.role, left.thread), (space.role, Step::Todo));
        assert_eq!(with(&left, Belonging::In), [1]);
        assert!(left.is_forgotten(Thing::Thread) && !left.is_forgotten(Thing::Role));
        let mut cleared = left;
        cleared.clear();
        assert!(cleared.is_gone() && !cleared.is_forgotten(Thing::Thread));
    }

    #[test]
    fn settled_teams_have_something_and_reopened_ones_keep_it() {
        let of = |wanted| -> Vec<EventState> {
            EventState::ALL
                .into_iter()
                .filter(|state| wanted_in(*state) == wanted)
                .collect()
        };
        use EventState as S;
        assert_eq!(of(Some(true)), [S::TeamsFinal, S::Ready, S::Live]);
        assert_eq!(of(None), [S::Closed, S::TeamsForming, S::Completed]);
        assert_eq!(
            of(Some(false)),
            [S::Draft, S::Open, S::Archived, S::Deleted, S::Cancelled]
        );
    }
}
