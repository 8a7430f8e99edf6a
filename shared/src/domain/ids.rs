//! Typed ids. Gantry's own ids are ULIDs (26 characters, sortable by time); Discord's are snowflakes.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::{fmt, str::FromStr};
use ulid::Ulid;

/// Text that is no id of the expected kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a valid id")]
pub struct InvalidId;

macro_rules! own_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Ulid);

        impl $name {
            /// An id made of the instant's milliseconds since the Unix epoch and 80 random bits.
            #[must_use]
            pub const fn from_parts(millis: u64, random: u128) -> Self {
                Self(Ulid::from_parts(millis, random))
            }

            /// Milliseconds since the Unix epoch at which the id was made.
            #[must_use]
            pub const fn created_at_millis(self) -> u64 {
                self.0.timestamp_ms()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0.to_string())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0.to_string())
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            /// Takes the canonical form only: another spelling of the same number would be a second name of one thing.
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let id = Ulid::from_string(text).map_err(|_| InvalidId)?;
                if id.to_string() == text { Ok(Self(id)) } else { Err(InvalidId) }
            }
        }

        text_serde!($name);
    };
}

macro_rules! snowflake {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            /// Digits without sign or leading zeros, and not 0: what Discord sends.
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let canonical = text.as_bytes().first().is_some_and(|b| (b'1'..=b'9').contains(b));
                match text.parse() {
                    Ok(id) if canonical => Ok(Self(id)),
                    _ => Err(InvalidId),
                }
            }
        }

        impl $name {
            /// Milliseconds since the Unix epoch at which Discord made this id (Discord docs, reference, snowflakes).
            #[must_use]
            pub const fn created_at_millis(self) -> i64 {
                ((self.0 >> 22) + DISCORD_EPOCH_MILLIS) as i64
            }
        }

        text_serde!($name);
    };
}

macro_rules! text_serde {
    ($name:ident) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(D::Error::custom)
            }
        }
    };
}

/// 2015-01-01T00:00:00Z in milliseconds: where Discord's snowflakes begin.
const DISCORD_EPOCH_MILLIS: u64 = 1_420_070_400_000;

own_id! {
    /// A racing club.
    ClubId
}
own_id! {
    /// A series of events.
    SeriesId
}
own_id! {
    /// One race meeting.
    EventId
}
own_id! {
    /// A person on a club's roster.
    EntryId
}
own_id! {
    /// One run of member synchronisation.
    RunId
}
own_id! {
    /// A team of an event.
    TeamId
}
own_id! {
    /// One row of the outbox, and the message on a queue that it becomes.
    OutboxId
}

snowflake! {
    /// A Discord server.
    GuildId
}
snowflake! {
    /// A Discord account.
    UserId
}
snowflake! {
    /// A channel, category or thread.
    ChannelId
}
snowflake! {
    /// One of Discord's scheduled events.
    ScheduledId
}
snowflake! {
    /// A message.
    MessageId
}
snowflake! {
    /// A role.
    RoleId
}
snowflake! {
    /// One click or command; unique, so that a delivery can be told from its repetition.
    InteractionId
}
snowflake! {
    /// A Discord application.
    ApplicationId
}
snowflake! {
    /// A registered command.
    CommandId
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_the_canonical_spelling_of_an_id_is_taken() {
        let id = EventId::from_parts(1_700_000_000_000, 7);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert!(id.to_string().to_lowercase().parse::<EventId>().is_err());
        for text in [
            "",
            "0",
            "007",
            "+7",
            " 7",
            "7 ",
            "-1",
            "18446744073709551616",
            "7x",
        ] {
            assert!(text.parse::<GuildId>().is_err(), "{text:?}");
        }
        assert_eq!("18446744073709551615".parse(), Ok(GuildId(u64::MAX)));
    }

    #[test]
    fn a_snowflake_tells_when_it_was_made() {
        // Discord docs, reference: 175928847299117063 was made at 2016-04-30T11:18:25.796Z.
        assert_eq!(
            MessageId(175_928_847_299_117_063).created_at_millis(),
            1_462_015_105_796
        );
    }

    proptest! {
        #[test]
        fn ids_survive_json(millis in 0..(1_u64 << 48), random in 0..(1_u128 << 80), flake in 1..u64::MAX) {
            let (club, user) = (ClubId::from_parts(millis, random), UserId(flake));
            let json = serde_json::to_string(&(club, user)).unwrap();
            prop_assert_eq!(serde_json::from_str::<(ClubId, UserId)>(&json).unwrap(), (club, user));
        }
    }
}
