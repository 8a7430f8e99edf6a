//! The rights that Gantry asks for, each with the feature that it is for.

use super::Permissions;
use serde::{Deserialize, Serialize};

/// A right that Gantry needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are Discord's")]
pub enum Right {
    ViewChannel,
    ManageChannels,
    SendMessages,
    EmbedLinks,
    ReadMessageHistory,
    AttachFiles,
    ManageRoles,
    CreatePrivateThreads,
    CreatePublicThreads,
    SendMessagesInThreads,
    ManageThreads,
    MentionEveryone,
    PinMessages,
    ManageMessages,
    Connect,
    Speak,
    CreateEvents,
    ManageEvents,
}

/// Something that Gantry does in Discord, and cannot do without its rights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Feature {
    /// Channels and categories of events, with the sign-up board.
    EventChannels,
    /// Pictures and lists attached to messages.
    Attachments,
    /// Roles of ranks and teams.
    Roles,
    /// Private threads of teams.
    TeamThreads,
    /// Mentions of roles in announcements.
    Announcements,
    /// Pinned boards, and old messages taken away.
    Tidying,
    /// Voice channels of teams.
    VoiceRooms,
    /// Discord's own scheduled events.
    ScheduledEvents,
}

impl Feature {
    /// What it is, for people.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::EventChannels => "event channels and sign-up boards",
            Self::Attachments => "rosters and timetables as files",
            Self::Roles => "roles for ranks and teams",
            Self::TeamThreads => "team threads",
            Self::Announcements => "announcements that mention roles",
            Self::Tidying => "pinned boards and tidy channels",
            Self::VoiceRooms => "team voice channels",
            Self::ScheduledEvents => "Discord's scheduled events",
        }
    }
}

impl Right {
    /// All of them.
    pub const ALL: [Self; 18] = [
        Self::ViewChannel,
        Self::ManageChannels,
        Self::SendMessages,
        Self::EmbedLinks,
        Self::ReadMessageHistory,
        Self::AttachFiles,
        Self::ManageRoles,
        Self::CreatePrivateThreads,
        Self::CreatePublicThreads,
        Self::SendMessagesInThreads,
        Self::ManageThreads,
        Self::MentionEveryone,
        Self::PinMessages,
        Self::ManageMessages,
        Self::Connect,
        Self::Speak,
        Self::CreateEvents,
        Self::ManageEvents,
    ];

    /// Those without which an event gets no channel, or one without its messages.
    pub const FOR_EVENT_CHANNELS: [Self; 5] = [
        Self::ViewChannel,
        Self::ManageChannels,
        Self::SendMessages,
        Self::EmbedLinks,
        Self::ReadMessageHistory,
    ];

    /// Its bit (Discord docs, topics/permissions).
    #[must_use]
    pub const fn bit(self) -> Permissions {
        let place = match self {
            Self::ManageChannels => 4,
            Self::ViewChannel => 10,
            Self::SendMessages => 11,
            Self::ManageMessages => 13,
            Self::EmbedLinks => 14,
            Self::AttachFiles => 15,
            Self::ReadMessageHistory => 16,
            Self::MentionEveryone => 17,
            Self::Connect => 20,
            Self::Speak => 21,
            Self::ManageRoles => 28,
            Self::ManageEvents => 33,
            Self::ManageThreads => 34,
            Self::CreatePublicThreads => 35,
            Self::CreatePrivateThreads => 36,
            Self::SendMessagesInThreads => 38,
            Self::CreateEvents => 44,
            Self::PinMessages => 51,
        };
        Permissions(1 << place)
    }

    /// Its name in Discord's settings, in English.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::ViewChannel => "View Channels",
            Self::ManageChannels => "Manage Channels",
            Self::SendMessages => "Send Messages",
            Self::EmbedLinks => "Embed Links",
            Self::ReadMessageHistory => "Read Message History",
            Self::AttachFiles => "Attach Files",
            Self::ManageRoles => "Manage Roles",
            Self::CreatePrivateThreads => "Create Private Threads",
            Self::CreatePublicThreads => "Create Public Threads",
            Self::SendMessagesInThreads => "Send Messages in Threads",
            Self::ManageThreads => "Manage Threads",
            Self::MentionEveryone => "Mention @everyone, @here and All Roles",
            Self::PinMessages => "Pin Messages",
            Self::ManageMessages => "Manage Messages",
            Self::Connect => "Connect",
            Self::Speak => "Speak",
            Self::CreateEvents => "Create Events",
            Self::ManageEvents => "Manage Events",
        }
    }

    /// What does not work without it.
    #[must_use]
    pub const fn feature(self) -> Feature {
        match self {
            Self::ViewChannel
            | Self::ManageChannels
            | Self::SendMessages
            | Self::EmbedLinks
            | Self::ReadMessageHistory => Feature::EventChannels,
            Self::AttachFiles => Feature::Attachments,
            Self::ManageRoles => Feature::Roles,
            Self::CreatePrivateThreads
            | Self::CreatePublicThreads
            | Self::SendMessagesInThreads
            | Self::ManageThreads => Feature::TeamThreads,
            Self::MentionEveryone => Feature::Announcements,
            Self::PinMessages | Self::ManageMessages => Feature::Tidying,
            Self::Connect | Self::Speak => Feature::VoiceRooms,
            Self::CreateEvents | Self::ManageEvents => Feature::ScheduledEvents,
        }
    }

    /// Whether a category's overwrites can take it away: Discord's scheduled events belong to the guild as a whole.
    #[must_use]
    pub const fn is_of_channels(self) -> bool {
        !matches!(self, Self::CreateEvents | Self::ManageEvents)
    }

    /// Its name in the settings of a channel or category, in English: what is Manage Roles in the guild is about the
    /// channel's own permissions there (Discord docs, topics/permissions).
    #[must_use]
    pub const fn label_in_channels(self) -> &'static str {
        match self {
            Self::ManageRoles => "Manage Permissions",
            other => other.label(),
        }
    }

    /// What does not work in a category without it.
    #[must_use]
    pub const fn feature_in_channels(self) -> Feature {
        match self {
            // Channels are hidden, put away and shown to teams by their permissions.
            Self::ManageRoles => Feature::EventChannels,
            other => other.feature(),
        }
    }
}

/// What an invitation asks for: exactly the rights of [`Right::ALL`].
pub const INVITE: Permissions = {
    let mut bits = 0;
    let mut at = 0;
    while at < Right::ALL.len() {
        bits |= Right::ALL[at].bit().0;
        at += 1;
    }
    Permissions(bits)
};

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn an_invitation_asks_for_each_right_once_and_for_nothing_else() {
        let bits: BTreeSet<u64> = Right::ALL.iter().map(|right| right.bit().0).collect();
        assert_eq!(bits.len(), Right::ALL.len());
        assert_eq!(INVITE.0, bits.iter().sum::<u64>());
        assert_eq!(INVITE.0, 2_269_795_998_493_712);
        assert!(!INVITE.has(Permissions::ADMINISTRATOR));
    }

    #[test]
    fn every_right_has_a_name_of_its_own_and_every_feature_a_right() {
        let names: BTreeSet<&str> = Right::ALL.iter().map(|right| right.label()).collect();
        assert_eq!(names.len(), Right::ALL.len());
        let features: BTreeSet<&str> = Right::ALL.iter().map(|right| right.feature().label()).collect();
        assert_eq!(features.len(), 8);
    }
}
