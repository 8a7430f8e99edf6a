//! Requests to join a club: asked with a form, reviewed in a channel, decided once.
//!
//! A person has one request in a club at most: its key is theirs, and a new one takes the place of one that is over.

use super::ids::{ChannelId, ClubId, InteractionId, MessageId, UserId};
use super::rank::Rank;
use super::refusal::{Field, FormFault};
use super::roster::ENTRY_NAME_MAX;
use super::space::Step;
use super::text;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Longest "why", in code points.
pub const WHY_MAX: usize = 500;
/// Longest account of what somebody has driven, in code points.
pub const EXPERIENCE_MAX: usize = 500;
/// Longest reason of a rejection, in code points.
pub const REASON_MAX: usize = 300;
/// After a rejection somebody asks again at the earliest after this: the reviewers are not to be worn down.
pub const AGAIN_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// Somebody who has asked and asks again has it looked whether their request can still be seen, this often at most.
pub const LOOK_AFTER: SignedDuration = SignedDuration::from_mins(10);

/// What is in the form, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JoinForm {
    /// The name for the roster.
    pub name: String,
    /// Why they want to join.
    pub why: String,
    /// What they have driven.
    pub experience: String,
}

/// What somebody says about themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinWords {
    /// The name for the roster, 1-32 code points.
    pub name: String,
    /// Why they want to join, 1-500 code points.
    pub why: String,
    /// What they have driven, up to 500 code points.
    pub experience: String,
}

impl JoinForm {
    /// The words, cleaned.
    ///
    /// # Errors
    /// All faults.
    pub fn check(&self) -> Result<JoinWords, Vec<FormFault>> {
        let mut faults = Vec::new();
        let mut take = |field, read: Result<String, text::TextFault>| {
            read.unwrap_or_else(|fault| {
                faults.push(FormFault::text(field, fault));
                String::new()
            })
        };
        let why = match text::paragraph(&self.why, WHY_MAX) {
            Ok(why) if why.is_empty() => Err(text::TextFault::Empty),
            other => other,
        };
        let words = JoinWords {
            name: take(Field::Name, text::line(&self.name, ENTRY_NAME_MAX)),
            why: take(Field::Why, why),
            experience: take(
                Field::DrivingExperience,
                text::paragraph(&self.experience, EXPERIENCE_MAX),
            ),
        };
        if faults.is_empty() { Ok(words) } else { Err(faults) }
    }
}

/// The reason of a rejection, cleaned.
///
/// # Errors
/// Its fault.
pub fn check_reason(typed: &str) -> Result<String, Vec<FormFault>> {
    text::line(typed, REASON_MAX).map_err(|fault| vec![FormFault::text(Field::Reason, fault)])
}

/// Names a request: whose, and which of theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct JoinKey {
    /// Who asks.
    pub user: UserId,
    /// The form that was submitted.
    pub request: InteractionId,
}

/// A request to join.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JoinRequest {
    /// The club.
    pub club: ClubId,
    /// Whose and which.
    pub key: JoinKey,
    /// The person's name as the guild showed it, 1-32 code points.
    pub account: String,
    /// What they say.
    pub words: JoinWords,
    /// When they asked.
    pub asked_at: Timestamp,
    /// An entry of the roster without an account whose name is theirs, as the club writes it: looked for before it is
    /// reviewed.
    #[serde(default)]
    pub namesake: Option<Namesake>,
    /// Where it is reviewed: the club's channel when it was asked, or when its message was looked for.
    pub channel: ChannelId,
    /// How it stands.
    pub state: JoinState,
    /// The message with the buttons.
    pub review: Step<MessageId>,
    /// Whether Discord would not take that message: nobody can see the request, and it may be asked anew.
    pub undelivered: bool,
    /// When the person last asked again: then it is looked whether the message still stands where requests are reviewed.
    #[serde(default)]
    pub looked_at: Option<Timestamp>,
    /// Since when the person is being told of the decision.
    pub telling_since: Option<Timestamp>,
    /// How the person was told.
    pub told: Option<ToldBy>,
    /// Counts the changes of the person's item, from 1, over all of their requests.
    pub version: u64,
}

/// Somebody on the roster without an account who bears the name of a person who asks to join.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Namesake {
    /// The name, as the club writes it.
    pub name: String,
    /// Their rank, which whoever proves to be them gets.
    pub rank: Rank,
}

/// How a request stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum JoinState {
    /// Nobody has decided.
    Open,
    /// Welcome.
    Approved {
        /// Who decided.
        by: UserId,
        /// When.
        at: Timestamp,
        /// What the person became, or was already.
        rank: Rank,
    },
    /// Not now.
    Rejected {
        /// Who decided.
        by: UserId,
        /// When.
        at: Timestamp,
        /// Why, 1-300 code points.
        reason: String,
    },
}

/// How somebody was told of the decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToldBy {
    /// By DM.
    Dm,
    /// Not at all: the reviewers were asked to tell them.
    Reviewers,
    /// Not at all, and the reviewers could not be asked either.
    Nobody,
}

impl JoinRequest {
    /// Who decided, and whether the person is welcome.
    #[must_use]
    pub const fn decided(&self) -> Option<(UserId, bool)> {
        match self.state {
            JoinState::Open => None,
            JoinState::Approved { by, .. } => Some((by, true)),
            JoinState::Rejected { by, .. } => Some((by, false)),
        }
    }

    /// When it was decided.
    #[must_use]
    pub const fn decided_at(&self) -> Option<Timestamp> {
        match self.state {
            JoinState::Open => None,
            JoinState::Approved { at, .. } | JoinState::Rejected { at, .. } => Some(at),
        }
    }

    /// The request with the wish that its message is looked for, since its person asks again; nothing where it was posted
    /// or looked for a moment ago, or is over.
    #[must_use]
    pub fn looked_for(self, now: Timestamp) -> Option<Self> {
        let last = self.looked_at.unwrap_or(self.asked_at);
        let open = self.state == JoinState::Open && !self.undelivered;
        (open && now.duration_since(last) >= LOOK_AFTER).then(|| Self {
            looked_at: Some(now),
            version: self.version + 1,
            ..self
        })
    }

    /// What keeps the person from asking anew.
    #[must_use]
    pub fn hinders(&self, now: Timestamp) -> Option<Hindrance> {
        match &self.state {
            JoinState::Open if self.undelivered => None,
            JoinState::Open => Some(Hindrance::Open { since: self.asked_at }),
            // Who was approved and is not on the roster was taken off it, and may ask again.
            JoinState::Approved { .. } => None,
            JoinState::Rejected { at, reason, .. } => {
                let again_at = at.saturating_add(AGAIN_AFTER).unwrap_or(*at);
                (now < again_at).then(|| Hindrance::Rejected {
                    again_at,
                    reason: reason.clone(),
                })
            }
        }
    }
}

/// Why somebody cannot ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hindrance {
    /// They have asked.
    Open {
        /// When.
        since: Timestamp,
    },
    /// They were rejected not long ago.
    Rejected {
        /// From when on they can ask.
        again_at: Timestamp,
        /// What they were told.
        reason: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::refusal::Problem;
    use proptest::prelude::*;

    fn request(state: JoinState) -> JoinRequest {
        let key = JoinKey {
            user: UserId(7),
            request: InteractionId(9),
        };
        let words = JoinWords {
            name: "Ada".to_owned(),
            why: "Racing".to_owned(),
            experience: String::new(),
        };
        JoinRequest {
            club: ClubId::from_parts(1, 1),
            key,
            account: "ada".to_owned(),
            words,
            asked_at: Timestamp::UNIX_EPOCH,
            namesake: None,
            channel: ChannelId(3),
            state,
            review: Step::Todo,
            undelivered: false,
            looked_at: None,
            telling_since: None,
            told: None,
            version: 1,
        }
    }

    #[test]
    fn the_form_is_cleaned_and_its_faults_told_together() {
        let form = JoinForm {
            name: "  Ada \u{202E} L ".to_owned(),
            why: "Because\n\n\n\nI race.  ".to_owned(),
            experience: " ".to_owned(),
        };
        let words = form.check().unwrap();
        assert_eq!(
            (words.name.as_str(), words.why.as_str(), words.experience.as_str()),
            ("Ada L", "Because\n\nI race.", "")
        );
        let bad = JoinForm {
            name: "x".repeat(33),
            why: " \n ".to_owned(),
            experience: "y".repeat(501),
        };
        let faults: Vec<_> = bad
            .check()
            .unwrap_err()
            .into_iter()
            .map(|fault| (fault.field, fault.problem))
            .collect();
        assert_eq!(
            faults,
            [
                (Field::Name, Problem::TooLong { max: 32 }),
                (Field::Why, Problem::Empty),
                (Field::DrivingExperience, Problem::TooLong { max: 500 })
            ]
        );
        assert!(check_reason("\u{200B} ").is_err());
        assert!(check_reason(&"z".repeat(301)).is_err());
        assert_eq!(check_reason(" full \n now ").unwrap(), "full now");
    }

    #[test]
    fn one_request_at_a_time_and_a_day_after_a_rejection() {
        let (by, at) = (UserId(1), Timestamp::UNIX_EPOCH);
        let now = |hours| at + SignedDuration::from_hours(hours);
        assert!(matches!(
            request(JoinState::Open).hinders(now(999)),
            Some(Hindrance::Open { .. })
        ));
        let unseen = JoinRequest {
            undelivered: true,
            ..request(JoinState::Open)
        };
        assert_eq!(unseen.hinders(now(0)), None);
        let rank = Rank::Member;
        assert_eq!(
            request(JoinState::Approved { by, at, rank }).hinders(now(0)),
            None
        );
        let reason = "full".to_owned();
        let rejected = request(JoinState::Rejected { by, at, reason });
        assert!(rejected.hinders(now(23)).is_some());
        assert_eq!(rejected.hinders(now(24)), None);
        assert_eq!(rejected.decided(), Some((by, false)));
    }

    #[test]
    fn an_open_request_is_looked_for_now_and_then() {
        let now = |minutes| Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes);
        assert_eq!(request(JoinState::Open).looked_for(now(9)), None);
        let looked = request(JoinState::Open).looked_for(now(10)).unwrap();
        assert_eq!((looked.looked_at, looked.version), (Some(now(10)), 2));
        assert_eq!(looked.clone().looked_for(now(19)), None);
        assert!(looked.looked_for(now(20)).is_some());
        let (by, at, rank) = (UserId(1), now(0), Rank::Member);
        let over = request(JoinState::Approved { by, at, rank });
        assert_eq!(over.looked_for(now(99)), None);
        let unseen = JoinRequest {
            undelivered: true,
            ..request(JoinState::Open)
        };
        assert_eq!(unseen.looked_for(now(99)), None, "it is asked anew");
    }

    proptest! {
        #[test]
        fn what_is_taken_is_taken_unchanged_again(name in "\\PC{0,40}", why in "(?s).{0,120}", experience in "(?s).{0,120}") {
            if let Ok(words) = (JoinForm { name, why, experience }).check() {
                let again = JoinForm {
                    name: words.name.clone(), why: words.why.clone(), experience: words.experience.clone(),
                };
                prop_assert_eq!(again.check(), Ok(words));
            }
        }
    }
}
