//! What Gantry writes into `custom_id`s and reads back. Compact, versioned, and strict: everything has exactly one
//! spelling, so that an id can be compared as text and a foreign or outdated one is never taken for ours.

use crate::domain::cases::CaseKey;
use crate::domain::event::EventKey;
use crate::domain::ids::{ClubId, EntryId, EventId, InteractionId, RunId, SeriesId, TeamId, UserId};
use crate::domain::join::JoinKey;
use crate::domain::rank::Rank;
use crate::domain::role_map::has_roles;
use crate::domain::settings::Target;
use crate::domain::setup::SetupPage;
use std::{fmt, str::FromStr};

/// Gantry, first version. A changed meaning takes a new number; messages posted before keep the old one.
const PREFIX: &str = "g1:";

/// Longest custom id that Discord takes, in characters (Discord docs, components).
pub const CUSTOM_ID_MAX: usize = 100;

/// Text that is no custom id of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a custom id of this version")]
pub struct UnknownCustomId;

/// The custom id of a button or select.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ComponentId {
    /// Button Sign up.
    SignUp {
        /// The event.
        event: EventId,
    },
    /// Select of a class; what comes back is a class id.
    ChooseClass {
        /// The event.
        event: EventId,
    },
    /// Button Not coming.
    NotComing {
        /// The event.
        event: EventId,
    },
    /// Button Leave.
    Leave {
        /// The event.
        event: EventId,
    },
    /// Button Availability.
    Availability {
        /// The event.
        event: EventId,
    },
    /// Button Details.
    Details {
        /// The event.
        event: EventId,
    },
    /// Button of the information message.
    Info {
        /// The event.
        event: EventId,
    },
    /// Button that confirms an import of the roster.
    ImportConfirm {
        /// The command that began it.
        command: InteractionId,
    },
    /// Button that gives an import up.
    ImportCancel {
        /// The command that began it.
        command: InteractionId,
    },
    /// Button that takes results that were read from a file.
    ResultsTake {
        /// The command that began it.
        command: InteractionId,
    },
    /// Button that leaves them.
    ResultsLeave {
        /// The command that began it.
        command: InteractionId,
    },
    /// Button to the next page of the roster.
    RosterPage {
        /// The entry behind which it begins.
        after: EntryId,
    },
    /// Button Older of the list of runs.
    SyncHistory {
        /// The last run on the page.
        after: RunId,
    },
    /// A button of a conflict, or the select of its candidates; what comes back is an entry and an account.
    Case {
        /// What is to be done.
        act: CaseAct,
        /// The conflict.
        key: CaseKey,
        /// Its version when it was shown.
        version: u64,
    },
    /// Button Skip of a conflict.
    NextCase {
        /// The conflict.
        after: CaseKey,
    },
    /// Button Details of a message in a DM, where no guild tells the club.
    DmDetails {
        /// Club and event.
        key: EventKey,
    },
    /// Button Got it of the message that tells a driver of the next stint, in a DM or elsewhere.
    StintSeen {
        /// Club and event.
        key: EventKey,
        /// The team.
        team: TeamId,
        /// When the stint begins, in seconds since 1970.
        from: i64,
    },
    /// Button Unlink of the question that `/club unlink` asks.
    Unlink {
        /// The club that it asks about.
        club: ClubId,
    },
    /// Button Keep it of the same.
    KeepLink {
        /// The club.
        club: ClubId,
    },
    /// Button that resets settings.
    ResetSettings {
        /// Which.
        target: Target,
        /// Their version when the question was asked.
        version: u64,
    },
    /// Button that leaves them as they are.
    KeepSettings,
    /// Button that hands the club over.
    HandOver {
        /// To whom.
        user: UserId,
        /// The version of their member when the question was asked.
        version: u64,
    },
    /// Button that takes somebody off the roster.
    TakeOff {
        /// Their entry.
        entry: EntryId,
        /// Its version when the question was asked.
        version: u64,
    },
    /// Button of a question that changes nothing.
    LeaveAsItIs,
    /// Button to a step of the setup.
    Setup {
        /// The step.
        page: SetupPage,
    },
    /// Select of the rank whose roles are shown in the setup; what comes back is its name.
    SetupRank,
    /// A select of the setup.
    SetupSelect {
        /// What is chosen.
        select: SetupSelect,
        /// The version of what it showed: of the list of roles, or of the settings.
        version: u64,
    },
    /// Button of the setup that opens the form for a time zone.
    SetupZone {
        /// The version of the settings.
        version: u64,
    },
    /// Button Approve of a request to join.
    JoinApprove {
        /// The request.
        key: JoinKey,
    },
    /// Button Reject of the same.
    JoinReject {
        /// The request.
        key: JoinKey,
    },
}

/// What a component of a conflict does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CaseAct {
    /// Button: the first candidate.
    Accept,
    /// Select of a candidate.
    Pick,
    /// Button Not now.
    Ignore,
    /// Button Never ask again.
    Never,
}

/// What a select of the setup is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SetupSelect {
    /// The roles of a rank.
    Roles(Rank),
    /// The channel in which requests to join are reviewed.
    JoinChannel,
    /// The time zone.
    Zone,
    /// The features that are on.
    Features,
    /// Which side leads.
    Direction,
}

impl SetupSelect {
    const fn name(self) -> &'static str {
        match self {
            Self::Roles(rank) => rank.name(),
            Self::JoinChannel => "join-channel",
            Self::Zone => "zone",
            Self::Features => "features",
            Self::Direction => "direction",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        match name {
            "join-channel" => Some(Self::JoinChannel),
            "zone" => Some(Self::Zone),
            "features" => Some(Self::Features),
            "direction" => Some(Self::Direction),
            _ => Rank::parse(name).filter(|rank| has_roles(*rank)).map(Self::Roles),
        }
    }
}

/// The custom id of a modal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ModalId {
    /// A new event of this series.
    EventCreate {
        /// The series.
        series: SeriesId,
    },
    /// A change of an event.
    EventEdit {
        /// The event.
        event: EventId,
        /// Its version when the form was opened.
        version: u64,
    },
    /// What a driver says about themselves.
    Availability {
        /// The event.
        event: EventId,
    },
    /// The time zone, in the setup.
    SetupZone {
        /// The version of the settings when the form was opened.
        version: u64,
    },
    /// A request to join.
    Join,
    /// Why a request to join is rejected.
    JoinReject {
        /// The request.
        key: JoinKey,
    },
}

impl fmt::Display for ComponentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unlink { club } => write!(f, "{PREFIX}ul:{club}"),
            Self::KeepLink { club } => write!(f, "{PREFIX}kl:{club}"),
            Self::SignUp { event } => write!(f, "{PREFIX}su:{event}"),
            Self::ChooseClass { event } => write!(f, "{PREFIX}cc:{event}"),
            Self::NotComing { event } => write!(f, "{PREFIX}nc:{event}"),
            Self::Leave { event } => write!(f, "{PREFIX}lv:{event}"),
            Self::Availability { event } => write!(f, "{PREFIX}av:{event}"),
            Self::Details { event } => write!(f, "{PREFIX}dt:{event}"),
            Self::Info { event } => write!(f, "{PREFIX}in:{event}"),
            Self::ImportConfirm { command } => write!(f, "{PREFIX}ic:{command}"),
            Self::ImportCancel { command } => write!(f, "{PREFIX}ix:{command}"),
            Self::ResultsTake { command } => write!(f, "{PREFIX}rt:{command}"),
            Self::ResultsLeave { command } => write!(f, "{PREFIX}rx:{command}"),
            Self::RosterPage { after } => write!(f, "{PREFIX}rp:{after}"),
            Self::Case { act, key, version } => {
                let act = match act {
                    CaseAct::Accept => "ca",
                    CaseAct::Pick => "cp",
                    CaseAct::Ignore => "ci",
                    CaseAct::Never => "cn",
                };
                write!(f, "{PREFIX}{act}:{key}:{version}")
            }
            Self::NextCase { after } => write!(f, "{PREFIX}cx:{after}"),
            Self::SyncHistory { after } => write!(f, "{PREFIX}sh:{after}"),
            Self::DmDetails { key } => write!(f, "{PREFIX}dd:{}:{}", key.club, key.event),
            Self::StintSeen { key, team, from } => {
                write!(f, "{PREFIX}sn:{}:{}:{team}:{from}", key.club, key.event)
            }
            Self::ResetSettings { target, version } => {
                write!(f, "{PREFIX}sr:{}:{version}", target.name())
            }
            Self::KeepSettings => write!(f, "{PREFIX}sk"),
            Self::HandOver { user, version } => write!(f, "{PREFIX}ho:{user}:{version}"),
            Self::TakeOff { entry, version } => write!(f, "{PREFIX}xo:{entry}:{version}"),
            Self::LeaveAsItIs => write!(f, "{PREFIX}no"),
            Self::Setup { page } => write!(f, "{PREFIX}wp:{}", page.name()),
            Self::SetupRank => write!(f, "{PREFIX}wr"),
            Self::SetupSelect { select, version } => write!(f, "{PREFIX}ws:{}:{version}", select.name()),
            Self::SetupZone { version } => write!(f, "{PREFIX}wz:{version}"),
            Self::JoinApprove { key } => write!(f, "{PREFIX}ja:{}:{}", key.user, key.request),
            Self::JoinReject { key } => write!(f, "{PREFIX}jr:{}:{}", key.user, key.request),
        }
    }
}

impl FromStr for ComponentId {
    type Err = UnknownCustomId;

    fn from_str(text: &str) -> Result<Self, UnknownCustomId> {
        if let Ok(["dd", club, event]) = parts(text) {
            let club = club.parse().map_err(|_| UnknownCustomId)?;
            let event = event.parse().map_err(|_| UnknownCustomId)?;
            return Ok(Self::DmDetails {
                key: EventKey { club, event },
            });
        }
        if let Ok(["sn", club, event, team, from]) = parts(text) {
            let club = club.parse().map_err(|_| UnknownCustomId)?;
            let event = event.parse().map_err(|_| UnknownCustomId)?;
            return Ok(Self::StintSeen {
                key: EventKey { club, event },
                team: team.parse().map_err(|_| UnknownCustomId)?,
                from: canonical_number(from)?.try_into().map_err(|_| UnknownCustomId)?,
            });
        }
        if let Ok([act @ ("ca" | "cp" | "ci" | "cn"), key, version]) = parts(text) {
            let act = match act {
                "ca" => CaseAct::Accept,
                "cp" => CaseAct::Pick,
                "ci" => CaseAct::Ignore,
                _ => CaseAct::Never,
            };
            let key = key.parse().map_err(|_| UnknownCustomId)?;
            let version = canonical_number(version)?;
            return Ok(Self::Case { act, key, version });
        }
        if let Ok(["sr", name, version]) = parts(text) {
            // The name has one spelling: what is read back is compared with what was written.
            let target = Target::parse(name).filter(|target| target.name() == name);
            return Ok(Self::ResetSettings {
                target: target.ok_or(UnknownCustomId)?,
                version: canonical_number(version)?,
            });
        }
        if let Ok(["sk"]) = parts(text) {
            return Ok(Self::KeepSettings);
        }
        if let Ok(["no"]) = parts(text) {
            return Ok(Self::LeaveAsItIs);
        }
        if let Ok(["ho", user, version]) = parts(text) {
            return Ok(Self::HandOver {
                user: user.parse().map_err(|_| UnknownCustomId)?,
                version: canonical_number(version)?,
            });
        }
        if let Ok(["xo", entry, version]) = parts(text) {
            return Ok(Self::TakeOff {
                entry: entry.parse().map_err(|_| UnknownCustomId)?,
                version: canonical_number(version)?,
            });
        }
        if let Ok([act @ ("ja" | "jr"), user, request]) = parts(text) {
            let key = join_key(user, request)?;
            return Ok(match act {
                "ja" => Self::JoinApprove { key },
                _ => Self::JoinReject { key },
            });
        }
        if let Some(setup) = setup(text)? {
            return Ok(setup);
        }
        let [kind, event] = parts(text)?;
        let command = || event.parse().map_err(|_| UnknownCustomId);
        match kind {
            "ic" => return Ok(Self::ImportConfirm { command: command()? }),
            "ix" => return Ok(Self::ImportCancel { command: command()? }),
            "rt" => return Ok(Self::ResultsTake { command: command()? }),
            "rx" => return Ok(Self::ResultsLeave { command: command()? }),
            "rp" => {
                let after = event.parse().map_err(|_| UnknownCustomId)?;
                return Ok(Self::RosterPage { after });
            }
            _ => {}
        }
        if kind == "cx" {
            let after = event.parse().map_err(|_| UnknownCustomId)?;
            return Ok(Self::NextCase { after });
        }
        if kind == "sh" {
            let after = event.parse().map_err(|_| UnknownCustomId)?;
            return Ok(Self::SyncHistory { after });
        }
        if let "ul" | "kl" = kind {
            let club = event.parse().map_err(|_| UnknownCustomId)?;
            return Ok(if kind == "ul" {
                Self::Unlink { club }
            } else {
                Self::KeepLink { club }
            });
        }
        let event = event.parse().map_err(|_| UnknownCustomId)?;
        Ok(match kind {
            "su" => Self::SignUp { event },
            "cc" => Self::ChooseClass { event },
            "nc" => Self::NotComing { event },
            "lv" => Self::Leave { event },
            "av" => Self::Availability { event },
            "dt" => Self::Details { event },
            "in" => Self::Info { event },
            _ => return Err(UnknownCustomId),
        })
    }
}

impl fmt::Display for ModalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EventCreate { series } => write!(f, "{PREFIX}ec:{series}"),
            Self::EventEdit { event, version } => write!(f, "{PREFIX}ee:{event}:{version}"),
            Self::Availability { event } => write!(f, "{PREFIX}av:{event}"),
            Self::SetupZone { version } => write!(f, "{PREFIX}wt:{version}"),
            Self::Join => write!(f, "{PREFIX}jn"),
            Self::JoinReject { key } => write!(f, "{PREFIX}jx:{}:{}", key.user, key.request),
        }
    }
}

impl FromStr for ModalId {
    type Err = UnknownCustomId;

    fn from_str(text: &str) -> Result<Self, UnknownCustomId> {
        if let Ok([kind, id]) = parts(text) {
            return match kind {
                "ec" => id.parse().map(|series| Self::EventCreate { series }),
                "av" => id.parse().map(|event| Self::Availability { event }),
                "wt" => return canonical_number(id).map(|version| Self::SetupZone { version }),
                _ => return Err(UnknownCustomId),
            }
            .map_err(|_| UnknownCustomId);
        }
        if let Ok(["jn"]) = parts(text) {
            return Ok(Self::Join);
        }
        if let Ok(["jx", user, request]) = parts(text) {
            let key = join_key(user, request)?;
            return Ok(Self::JoinReject { key });
        }
        let ["ee", event, version] = parts(text)? else {
            return Err(UnknownCustomId);
        };
        let event = event.parse().map_err(|_| UnknownCustomId)?;
        Ok(Self::EventEdit {
            event,
            version: canonical_number(version)?,
        })
    }
}

/// A component of the setup, if it is one.
fn setup(text: &str) -> Result<Option<ComponentId>, UnknownCustomId> {
    if let Ok(["ws", select, version]) = parts(text) {
        let select = SetupSelect::parse(select).ok_or(UnknownCustomId)?;
        let version = canonical_number(version)?;
        return Ok(Some(ComponentId::SetupSelect { select, version }));
    }
    if let Ok(["wr"]) = parts(text) {
        return Ok(Some(ComponentId::SetupRank));
    }
    Ok(match parts(text) {
        Ok(["wp", page]) => {
            let page = SetupPage::parse(page).ok_or(UnknownCustomId)?;
            Some(ComponentId::Setup { page })
        }
        Ok(["wz", version]) => {
            let version = canonical_number(version)?;
            Some(ComponentId::SetupZone { version })
        }
        _ => None,
    })
}

fn join_key(user: &str, request: &str) -> Result<JoinKey, UnknownCustomId> {
    Ok(JoinKey {
        user: user.parse().map_err(|_| UnknownCustomId)?,
        request: request.parse().map_err(|_| UnknownCustomId)?,
    })
}

/// The text behind the prefix, split at every colon into exactly `N` parts.
fn parts<const N: usize>(text: &str) -> Result<[&str; N], UnknownCustomId> {
    if text.len() > CUSTOM_ID_MAX {
        return Err(UnknownCustomId);
    }
    let rest = text.strip_prefix(PREFIX).ok_or(UnknownCustomId)?;
    let parts: Vec<&str> = rest.split(':').collect();
    parts.try_into().map_err(|_| UnknownCustomId)
}

/// Digits without sign or leading zeros.
fn canonical_number(text: &str) -> Result<u64, UnknownCustomId> {
    let number: u64 = text.parse().map_err(|_| UnknownCustomId)?;
    if number.to_string() == text {
        Ok(number)
    } else {
        Err(UnknownCustomId)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::ClubId;
    use crate::domain::matching::{Kind, Subject};
    use proptest::prelude::*;

    fn event() -> EventId {
        EventId::from_parts(1_900_000_000_000, 42)
    }

    const KEY: CaseKey = CaseKey {
        kind: Kind::TwoEntries,
        subject: Subject::Account(UserId(7)),
    };

    const fn case(act: CaseAct) -> ComponentId {
        ComponentId::Case {
            act,
            key: KEY,
            version: 3,
        }
    }

    fn components(event: EventId) -> [ComponentId; 21] {
        let club = ClubId::from_parts(5, 5);
        [
            ComponentId::Unlink { club },
            ComponentId::KeepLink { club },
            ComponentId::SignUp { event },
            ComponentId::ChooseClass { event },
            ComponentId::NotComing { event },
            ComponentId::Leave { event },
            ComponentId::Details { event },
            ComponentId::Info { event },
            ComponentId::ImportConfirm {
                command: InteractionId(1),
            },
            ComponentId::ImportCancel {
                command: InteractionId(u64::MAX),
            },
            ComponentId::ResultsTake {
                command: InteractionId(1),
            },
            ComponentId::ResultsLeave {
                command: InteractionId(2),
            },
            ComponentId::RosterPage {
                after: EntryId::from_parts(6, 6),
            },
            ComponentId::SyncHistory {
                after: RunId::from_parts(0, 1),
            },
            case(CaseAct::Accept),
            case(CaseAct::Pick),
            case(CaseAct::Ignore),
            case(CaseAct::Never),
            ComponentId::NextCase { after: KEY },
            ComponentId::DmDetails {
                key: EventKey { club, event },
            },
            ComponentId::StintSeen {
                key: EventKey { club, event },
                team: TeamId::from_parts(8, 8),
                from: 1_795_870_800,
            },
        ]
    }

    #[test]
    fn the_spelling_stays_as_posted_messages_have_it() {
        let event = EventId::from_parts(0, 1);
        let spelt = components(event).map(|id| id.to_string().replace(&event.to_string(), "E"));
        let of_roster = format!("g1:rp:{}", EntryId::from_parts(6, 6));
        let of_dm = format!("g1:dd:{}:E", ClubId::from_parts(5, 5));
        let of_stint = format!(
            "g1:sn:{}:E:{}:1795870800",
            ClubId::from_parts(5, 5),
            TeamId::from_parts(8, 8)
        );
        let club = ClubId::from_parts(5, 5);
        let (unlink, keep) = (format!("g1:ul:{club}"), format!("g1:kl:{club}"));
        assert_eq!(
            spelt,
            [
                &unlink,
                &keep,
                "g1:su:E",
                "g1:cc:E",
                "g1:nc:E",
                "g1:lv:E",
                "g1:dt:E",
                "g1:in:E",
                "g1:ic:1",
                "g1:ix:18446744073709551615",
                "g1:rt:1",
                "g1:rx:2",
                &of_roster,
                "g1:sh:E",
                "g1:ca:two-entries#7:3",
                "g1:cp:two-entries#7:3",
                "g1:ci:two-entries#7:3",
                "g1:cn:two-entries#7:3",
                "g1:cx:two-entries#7",
                &of_dm,
                &of_stint
            ]
        );
        let create = ModalId::EventCreate {
            series: SeriesId::from_parts(0, 1),
        };
        assert_eq!(create.to_string(), "g1:ec:00000000000000000000000001");
        let edit = ModalId::EventEdit { event, version: 7 };
        assert_eq!(edit.to_string(), "g1:ee:00000000000000000000000001:7");
    }

    #[test]
    fn no_second_spelling_is_taken() {
        let id = ComponentId::SignUp { event: event() }.to_string();
        let others = [
            id.to_lowercase(),
            id.to_uppercase(),
            format!(" {id}"),
            format!("{id} "),
            format!("{id}:"),
            format!("{id}\0"),
            id.replace("g1", "g2"),
            id.replace("g1", "g01"),
            id.replace("su", "SU"),
            id.replace("su", "xx"),
            id[..id.len() - 1].to_owned(),
            format!("g1:su:0{}", &id["g1:su:".len()..]),
            String::new(),
        ];
        for text in others {
            assert_eq!(text.parse::<ComponentId>(), Err(UnknownCustomId), "{text:?}");
        }
        for version in [
            "",
            "007",
            "+7",
            "-7",
            " 7",
            "7 ",
            "18446744073709551616",
            "7:8",
            "0x7",
            "٧",
        ] {
            let text = format!("g1:ee:{}:{version}", event());
            assert_eq!(text.parse::<ModalId>(), Err(UnknownCustomId), "{text:?}");
        }
    }

    #[test]
    fn components_and_modals_are_not_mixed_up() {
        for id in components(event()) {
            assert_eq!(id.to_string().parse::<ModalId>(), Err(UnknownCustomId));
        }
        let edit = ModalId::EventEdit {
            event: event(),
            version: 1,
        };
        assert_eq!(edit.to_string().parse::<ComponentId>(), Err(UnknownCustomId));
    }

    #[test]
    fn a_reset_names_its_settings_and_their_version() {
        use crate::domain::settings::{Key, Section};
        let all = ComponentId::ResetSettings {
            target: Target::All,
            version: 0,
        };
        assert_eq!(all.to_string(), "g1:sr:all:0");
        for target in [
            Target::All,
            Target::Section(Section::Sync),
            Target::One(Key::SyncHours),
        ] {
            let id = ComponentId::ResetSettings {
                target,
                version: u64::MAX,
            };
            assert!(id.to_string().len() <= CUSTOM_ID_MAX);
            assert_eq!(id.to_string().parse(), Ok(id));
        }
        assert_eq!("g1:sk".parse(), Ok(ComponentId::KeepSettings));
        for text in [
            "g1:sr:all:01",
            "g1:sr:all",
            "g1:sr:ALL:1",
            "g1:sr::1",
            "g1:sr:Sync.Hours:1",
            "g1:sk:",
            "g1:sk:1",
        ] {
            assert_eq!(text.parse::<ComponentId>(), Err(UnknownCustomId), "{text}");
        }
    }

    #[test]
    fn a_hand_over_names_its_heir_and_their_version() {
        let id = ComponentId::HandOver {
            user: UserId(u64::MAX),
            version: 7,
        };
        assert_eq!(id.to_string(), "g1:ho:18446744073709551615:7");
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!("g1:no".parse(), Ok(ComponentId::LeaveAsItIs));
        for text in [
            "g1:ho:7",
            "g1:ho:0:1",
            "g1:ho:07:1",
            "g1:ho:7:01",
            "g1:ho:7:1:1",
            "g1:no:",
            "g1:NO",
        ] {
            assert_eq!(text.parse::<ComponentId>(), Err(UnknownCustomId), "{text}");
        }
    }

    #[test]
    fn a_removal_names_its_entry_and_version() {
        let entry = EntryId::from_parts(1_795_000_000_000, u128::MAX >> 48);
        let id = ComponentId::TakeOff { entry, version: 7 };
        assert_eq!(id.to_string(), format!("g1:xo:{entry}:7"));
        assert_eq!(id.to_string().parse(), Ok(id));
        let small = format!("g1:xo:{}:7", entry.to_string().to_lowercase());
        for text in [
            "g1:xo:7:7",
            &format!("g1:xo:{entry}"),
            &format!("g1:xo:{entry}:07"),
            &small,
        ] {
            assert_eq!(text.parse::<ComponentId>(), Err(UnknownCustomId), "{text}");
        }
    }

    #[test]
    fn a_request_to_join_is_named_by_person_and_form() {
        use crate::domain::ids::InteractionId;
        let key = JoinKey {
            user: UserId(u64::MAX),
            request: InteractionId(9),
        };
        let buttons = [ComponentId::JoinApprove { key }, ComponentId::JoinReject { key }];
        let spelt = buttons.map(|id| id.to_string());
        assert_eq!(
            spelt,
            ["g1:ja:18446744073709551615:9", "g1:jr:18446744073709551615:9"]
        );
        for id in buttons {
            assert_eq!(id.to_string().parse(), Ok(id));
        }
        for id in [ModalId::Join, ModalId::JoinReject { key }] {
            assert!(id.to_string().len() <= CUSTOM_ID_MAX);
            assert_eq!(id.to_string().parse(), Ok(id));
            assert_eq!(id.to_string().parse::<ComponentId>(), Err(UnknownCustomId));
        }
        for text in [
            "g1:ja:7",
            "g1:ja:7:0",
            "g1:ja:07:1",
            "g1:ja:7:1:1",
            "g1:JA:7:1",
            "g1:jn:",
            "g1:jx:1",
        ] {
            assert_eq!(text.parse::<ComponentId>(), Err(UnknownCustomId), "{text}");
            assert_eq!(text.parse::<ModalId>(), Err(UnknownCustomId), "{text}");
        }
    }

    #[test]
    fn the_steps_of_the_setup_are_read_as_they_are_written() {
        let pages = [
            SetupPage::Start,
            SetupPage::Roles(Rank::TeamManager),
            SetupPage::Channels,
            SetupPage::Zone,
            SetupPage::Features,
            SetupPage::Done,
        ];
        let selects = [
            SetupSelect::Roles(Rank::Prospect),
            SetupSelect::JoinChannel,
            SetupSelect::Zone,
            SetupSelect::Features,
            SetupSelect::Direction,
        ];
        let version = u64::MAX;
        let ids = pages
            .map(|page| ComponentId::Setup { page })
            .into_iter()
            .chain(selects.map(|select| ComponentId::SetupSelect { select, version }))
            .chain([ComponentId::SetupRank, ComponentId::SetupZone { version }]);
        for id in ids {
            assert!(id.to_string().len() <= CUSTOM_ID_MAX);
            assert_eq!(id.to_string().parse(), Ok(id));
            assert_eq!(id.to_string().parse::<ModalId>(), Err(UnknownCustomId));
        }
        let form = ModalId::SetupZone { version: 0 };
        assert_eq!(form.to_string(), "g1:wt:0");
        assert_eq!(form.to_string().parse(), Ok(form));
        for text in [
            "g1:wp:owner",
            "g1:wp:",
            "g1:ws:owner:1",
            "g1:ws:zone:01",
            "g1:ws:zone",
            "g1:wr:",
            "g1:wz:-1",
            "g1:wt:1",
        ] {
            assert_eq!(text.parse::<ComponentId>(), Err(UnknownCustomId), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(millis in 0..(1_u64 << 48), random in 0..(1_u128 << 80), version: u64) {
            let event = EventId::from_parts(millis, random);
            for id in components(event) {
                prop_assert!(id.to_string().len() <= CUSTOM_ID_MAX);
                prop_assert_eq!(id.to_string().parse(), Ok(id));
            }
            let series = SeriesId::from_parts(millis, random);
            for id in [ModalId::EventCreate { series }, ModalId::EventEdit { event, version }] {
                prop_assert!(id.to_string().len() <= CUSTOM_ID_MAX);
                prop_assert_eq!(id.to_string().parse(), Ok(id));
            }
        }

        #[test]
        fn what_is_read_is_written_the_same(text in "g1:(su|dt|dd|ec|ee):[0-9][0-9A-HJKMNP-TV-Za-z]{25}(:[0-9]{1,3}|:[0-9A-HJKMNP-TV-Z]{26})?|g1:[a-z:]{0,40}|\\PC{0,120}") {
            if let Ok(id) = text.parse::<ComponentId>() {
                prop_assert_eq!(id.to_string(), text.as_str());
            }
            if let Ok(id) = text.parse::<ModalId>() {
                prop_assert_eq!(id.to_string(), text.as_str());
            }
        }

        #[test]
        fn one_changed_character_is_another_id_or_none(at in 0..32_usize, with in "[0-9A-Za-z:é]") {
            let id = ComponentId::Leave { event: event() };
            let mut text = id.to_string();
            text.replace_range(at..=at, &with);
            let changed = text != id.to_string();
            prop_assert_eq!(text.parse() != Ok(id), changed);
        }
    }
}
