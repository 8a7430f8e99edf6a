//! Changing settings: what is wished for, what is wrong with it, what comes of it.

use super::registry::{Key, REGISTRY, Section};
use super::resolved::{ClubSettings, InForce, Settings, Source, Stamp};
use super::value::Value;
use crate::domain::club::Colour;
use crate::domain::ids::{GuildId, RoleId, UserId};
use crate::domain::permissions::Right;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

/// What somebody wants a setting to be.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// What was typed.
    Typed(String),
    /// A value that was picked.
    To(Value),
    /// What holds without the club's own value.
    Reset,
}

/// One setting, and what it is to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    /// Which.
    pub key: Key,
    /// To what.
    pub change: Change,
}

/// What a reset is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// One setting.
    One(Key),
    /// All of a section.
    Section(Section),
    /// All.
    All,
}

impl Target {
    /// The settings that it is about.
    #[must_use]
    pub fn keys(self) -> Vec<Key> {
        match self {
            Self::One(key) => vec![key],
            Self::Section(section) => section.keys().collect(),
            Self::All => REGISTRY.iter().map(|spec| spec.key).collect(),
        }
    }

    /// Its name: `all`, a section's or a setting's.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::One(key) => key.name(),
            Self::Section(section) => section.name(),
            Self::All => "all",
        }
    }

    /// What that name stands for.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "all" => Some(Self::All),
            _ => Section::parse(name)
                .map(Self::Section)
                .or_else(|| Key::parse(name).map(Self::One)),
        }
    }
}

/// What is wrong with a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "problem")]
pub enum SettingProblem {
    /// Not what the type takes.
    Unfit,
    /// Outside of the bounds.
    OutOfRange,
    /// Too many code points.
    TooLong {
        /// The most.
        max: usize,
    },
    /// Too many elements.
    TooMany {
        /// The most.
        max: usize,
    },
    /// Something in braces that cannot be put in here.
    UnknownPlaceholder {
        /// What stands in the braces, cut to 40 code points.
        name: String,
    },
    /// Names could not be told apart without this placeholder.
    MissingPlaceholder {
        /// Which.
        name: String,
    },
    /// The role that everybody has.
    Everyone,
    /// No role of this server.
    NoSuchRole {
        /// Which.
        role: RoleId,
    },
    /// A role of an application or a subscription: nobody can hand it out.
    ManagedRole {
        /// Which.
        role: RoleId,
    },
    /// No channel of this server.
    NoSuchChannel,
    /// A channel in which no messages are written.
    NoTextChannel,
    /// A channel in which Gantry may not do what it has to.
    ClosedChannel {
        /// What it lacks there.
        rights: Vec<Right>,
    },
}

/// A setting that cannot be what was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingFault {
    /// Which.
    pub key: Key,
    /// Why.
    #[serde(flatten)]
    pub problem: SettingProblem,
}

/// A change as it is told: small enough to be remembered with the interaction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// Which setting.
    pub key: Key,
    /// What held before, as it is stored.
    pub was: Json,
    /// Where that came from.
    pub was_from: Source,
    /// Who of the club had changed it last.
    pub was_by: Option<Stamp>,
    /// What holds now.
    pub now: Json,
    /// Where that comes from.
    pub now_from: Source,
}

/// What was changed, as it is answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SettingsChanged {
    /// The accent of the club.
    pub colour: Colour,
    /// What is different now, and what it was.
    pub told: Vec<Told>,
    /// What was asked for and is so already.
    pub unchanged: Vec<Key>,
}

/// The question whether to reset settings.
#[derive(Clone, Debug, PartialEq)]
pub struct ResetQuestion {
    /// The accent of the club.
    pub colour: Colour,
    /// Which settings.
    pub target: Target,
    /// The version that the question is about.
    pub version: u64,
    /// What would change.
    pub told: Vec<Told>,
    /// Own values of the club that stay, because the person may not change them.
    pub kept: Vec<Key>,
}

/// What comes of wishes.
#[derive(Clone, Debug, PartialEq)]
pub struct Changed {
    /// What the club has then, one version on.
    pub stored: ClubSettings,
    /// The wishes that change something, in order.
    pub told: Vec<Told>,
    /// The club's own values before, by name: absent where there was none.
    pub before: Json,
    /// The same after.
    pub after: Json,
}

impl Settings {
    /// What comes of `wishes` in the club's `guild`, all or none. A wish for what the club has set already changes nothing; of two wishes for
    /// one setting the later one counts.
    ///
    /// # Errors
    /// All faults.
    pub fn change(
        &self,
        wishes: &[Wish],
        by: UserId,
        at: Timestamp,
        guild: GuildId,
    ) -> Result<Changed, Vec<SettingFault>> {
        let mut stored = self.stored().clone();
        stored.version += 1;
        stored.guild = Some(guild);
        let mut faults = Vec::new();
        for wish in wishes {
            match wish.value(guild) {
                Ok(Some(value)) => {
                    stored.values.insert(wish.key.name().to_owned(), value.json());
                }
                Ok(None) => {
                    stored.values.remove(wish.key.name());
                }
                Err(problem) => faults.push(SettingFault {
                    key: wish.key,
                    problem,
                }),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let now = self.with(stored.clone());
        let mut keys: Vec<Key> = wishes.iter().map(|wish| wish.key).collect();
        keys.sort_unstable();
        keys.dedup();
        let own = |settings: &ClubSettings, key: Key| settings.values.get(key.name()).cloned();
        keys.retain(|key| own(self.stored(), *key) != own(&stored, *key));
        let part = |settings: &ClubSettings| -> Json {
            let values = keys
                .iter()
                .filter_map(|key| Some((key.name().to_owned(), own(settings, *key)?)));
            Json::Object(values.collect::<Map<_, _>>())
        };
        let (before, after) = (part(self.stored()), part(&stored));
        let told = keys.iter().map(|key| self.told(&now, *key)).collect();
        for key in &keys {
            let version = stored.version;
            stored
                .changes
                .insert(key.name().to_owned(), Stamp { by, at, version });
        }
        Ok(Changed {
            stored,
            told,
            before,
            after,
        })
    }

    fn told(&self, now: &Self, key: Key) -> Told {
        let (InForce { value: was, source }, then) = (self.in_force(key), now.in_force(key));
        Told {
            key,
            was: was.json(),
            was_from: *source,
            was_by: self.last_change(key),
            now: then.value.json(),
            now_from: then.source,
        }
    }

    /// The first of `keys` that was changed after `version`.
    #[must_use]
    pub fn changed_since(&self, version: u64, keys: &[Key]) -> Option<Key> {
        keys.iter().copied().find(|key| {
            self.last_change(*key)
                .is_some_and(|change| change.version > version)
        })
    }
}

impl Wish {
    fn value(&self, guild: GuildId) -> Result<Option<Value>, SettingProblem> {
        let kind = self.key.spec().kind;
        let value = match &self.change {
            Change::Reset => return Ok(None),
            Change::Typed(typed) => kind.parse(typed)?,
            Change::To(value) => kind.read(&value.json()).ok_or(SettingProblem::Unfit)?,
        };
        // The role that everybody has bears the guild's id (Discord docs, permissions).
        match &value {
            Value::Roles(roles) if roles.iter().any(|role| role.0 == guild.0) => {
                Err(SettingProblem::Everyone)
            }
            _ => Ok(Some(value)),
        }
    }
}
