//! Settings, from `GANTRY_*` variables: read once, checked whole at start, all faults reported together with the
//! variable and the remedy. Values of secrets are never repeated.

use crate::adapters::discord_rest::DEFAULT_BASE_URL;
use crate::adapters::sqs::QueueUrls;
use crate::discord::verify::{KeyError, PublicKeys};
use crate::domain::guild_link::AUTHORIZE_URL;
use crate::domain::ids::ApplicationId;
use crate::domain::settings::OperatorOverrides;
use std::fmt;

/// A setting: its variable, and what it is for. `docs/CONFIGURATION.md` is this list for people; a test compares them.
pub struct Setting {
    /// The environment variable.
    pub name: &'static str,
    /// What it is, and what it looks like.
    pub about: &'static str,
    /// What holds if it is not set; required otherwise.
    pub default: Option<&'static str>,
    /// Whether its value must never be shown.
    pub secret: bool,
}

const TABLE: Setting = required("GANTRY_TABLE", "name of the DynamoDB table, such as gantry");
const PUBLIC_KEYS: Setting = required(
    "GANTRY_PUBLIC_KEYS",
    "public keys of the Discord applications, 64 hex digits each, separated by commas; from the developer portal, \
     General Information",
);
const APPLICATION_ID: Setting = required(
    "GANTRY_APPLICATION_ID",
    "id of the Discord application, from the developer portal",
);
const BOT_TOKEN: Setting = Setting {
    secret: true,
    ..required(
        "GANTRY_BOT_TOKEN",
        "token of the application's bot, from the developer portal, Bot",
    )
};
const DISCORD_API: Setting = Setting {
    default: Some(DEFAULT_BASE_URL),
    ..required(
        "GANTRY_DISCORD_API",
        "address of Discord's API with its version, without a slash at the end",
    )
};
const UPLOAD_ORIGINS: Setting = Setting {
    default: Some("https://cdn.discordapp.com,https://media.discordapp.net"),
    ..required(
        "GANTRY_UPLOAD_ORIGINS",
        "where Discord keeps uploaded files: scheme and host each, separated by commas; files are fetched from nowhere else",
    )
};
const AUTHORIZE: Setting = Setting {
    default: Some(AUTHORIZE_URL),
    ..required(
        "GANTRY_DISCORD_AUTHORIZE",
        "address at which Discord asks a person whether to add Gantry to a server, without a slash at the end",
    )
};
const PUBLIC_URL: Setting = Setting {
    default: Some("none"),
    ..required(
        "GANTRY_PUBLIC_URL",
        "address of functions/api, such as https://gantry.example.com, or none; `/club invite` links to it",
    )
};
const WEBHOOKS_URL: Setting = Setting {
    default: Some("none"),
    ..required(
        "GANTRY_WEBHOOKS_URL",
        "address of functions/webhooks, or none; `/telemetry connect` shows it",
    )
};
const CLIENT_SECRET: Setting = Setting {
    secret: true,
    ..required(
        "GANTRY_CLIENT_SECRET",
        "client secret of the application, from the developer portal, OAuth2",
    )
};
const CHANNEL_QUEUE: Setting = required("GANTRY_CHANNEL_QUEUE_URL", "URL of the channel queue");
const BOARD_QUEUE: Setting = required("GANTRY_BOARD_QUEUE_URL", "URL of the board queue");
const NOTIFY_QUEUE: Setting = required("GANTRY_NOTIFY_QUEUE_URL", "URL of the notify queue");
const SYNC_QUEUE: Setting = required("GANTRY_SYNC_QUEUE_URL", "URL of the sync queue");
const EVENT_BUS: Setting = required("GANTRY_EVENT_BUS", "name of the EventBridge bus, such as gantry");

const CLUB_SETTINGS: Setting = Setting {
    default: Some("none"),
    ..required(
        "GANTRY_CLUB_SETTINGS",
        "what holds for clubs that say nothing else, such as sync.hours=12; channels.drift=forget; the names are those of \
         docs/SETTINGS.md",
    )
};

/// All settings.
pub const SETTINGS: [Setting; 16] = [
    TABLE,
    PUBLIC_KEYS,
    APPLICATION_ID,
    BOT_TOKEN,
    DISCORD_API,
    UPLOAD_ORIGINS,
    CLIENT_SECRET,
    AUTHORIZE,
    PUBLIC_URL,
    WEBHOOKS_URL,
    CHANNEL_QUEUE,
    BOARD_QUEUE,
    NOTIFY_QUEUE,
    SYNC_QUEUE,
    EVENT_BUS,
    CLUB_SETTINGS,
];

const fn required(name: &'static str, about: &'static str) -> Setting {
    Setting {
        name,
        about,
        default: None,
        secret: false,
    }
}

/// All that is wrong with the settings.
#[derive(Debug, PartialEq, Eq)]
pub struct SettingsError(pub Vec<SettingFault>);

impl std::error::Error for SettingsError {}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} setting(s) cannot be used:", self.0.len())?;
        self.0.iter().try_for_each(|fault| write!(f, "\n  {fault}"))
    }
}

/// What is wrong with one setting.
#[derive(Debug, PartialEq, Eq)]
pub struct SettingFault {
    /// The variable.
    pub name: &'static str,
    /// What is wrong.
    pub problem: String,
    /// What to set it to.
    pub remedy: &'static str,
}

impl fmt::Display for SettingFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}; set it to: {}", self.name, self.problem, self.remedy)
    }
}

/// Settings of `functions/interactions`.
#[derive(Debug)]
pub struct InteractionsSettings {
    /// The table.
    pub table: String,
    /// Whose signatures are taken.
    pub public_keys: PublicKeys,
    /// Where Discord asks whether to add Gantry to a server.
    pub authorize: String,
    /// Gantry's own pages, if there are any.
    pub public_url: Option<String>,
    /// Where `functions/webhooks` is, if that is known.
    pub webhooks_url: Option<String>,
    /// What holds for clubs that say nothing else.
    pub club_settings: OperatorOverrides,
}

/// Settings of `functions/relay`.
#[derive(Debug)]
pub struct RelaySettings {
    /// The queues.
    pub queues: QueueUrls,
    /// The event bus.
    pub event_bus: String,
}

/// Settings of `functions/race-day`.
#[derive(Debug)]
pub struct RaceDaySettings {
    /// The table.
    pub table: String,
}

/// Settings of the workers.
pub struct WorkerSettings {
    /// The table.
    pub table: String,
    /// The application.
    pub application: ApplicationId,
    /// The bot's token.
    pub bot_token: String,
    /// Discord's API.
    pub discord_api: String,
    /// Where uploaded files are fetched from.
    pub upload_origins: Vec<String>,
    /// Where Discord asks whether to add Gantry to a server.
    pub authorize: String,
    /// The queues that its messages come from.
    pub queues: QueueUrls,
    /// What holds for clubs that say nothing else.
    pub club_settings: OperatorOverrides,
}

/// Settings of `functions/webhooks`.
#[derive(Debug)]
pub struct WebhooksSettings {
    /// The table.
    pub table: String,
    /// Whose signatures are taken.
    pub public_keys: PublicKeys,
    /// What holds for clubs that say nothing else.
    pub club_settings: OperatorOverrides,
}

/// Settings of `functions/api`.
pub struct ApiSettings {
    /// The table.
    pub table: String,
    /// The application.
    pub application: ApplicationId,
    /// The bot's token.
    pub bot_token: String,
    /// The application's client secret.
    pub client_secret: String,
    /// Discord's API.
    pub discord_api: String,
    /// Where Discord asks whether to add Gantry to a server.
    pub authorize: String,
    /// Where these pages are; without it, where a request comes to.
    pub public_url: Option<String>,
    /// What holds for clubs that say nothing else.
    pub club_settings: OperatorOverrides,
}

/// What the operator's commands need to speak to Discord.
pub struct OperatorSettings {
    /// The application.
    pub application: ApplicationId,
    /// The bot's token.
    pub bot_token: String,
    /// Discord's API.
    pub discord_api: String,
}

impl fmt::Debug for WorkerSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkerSettings")
            .field("table", &self.table)
            .field("application", &self.application)
            .field("discord_api", &self.discord_api)
            .field("queues", &self.queues)
            .field("club_settings", &self.club_settings)
            .finish_non_exhaustive()
    }
}

/// Reads variables and gathers faults.
pub struct Reader<'a> {
    variable: &'a dyn Fn(&str) -> Option<String>,
    faults: Vec<SettingFault>,
}

impl<'a> Reader<'a> {
    /// Reads with `variable`.
    #[must_use]
    pub fn new(variable: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self {
            variable,
            faults: Vec::new(),
        }
    }

    /// The settings of `functions/interactions`.
    ///
    /// # Errors
    /// All faults.
    pub fn interactions(mut self) -> Result<InteractionsSettings, SettingsError> {
        let (table, public_keys, club_settings) =
            (self.text(&TABLE), self.public_keys(), self.club_settings());
        let (authorize, public_url) = (self.url(&AUTHORIZE), self.public_url());
        let webhooks_url = self.own_url(&WEBHOOKS_URL);
        self.finish(|| {
            Some(InteractionsSettings {
                webhooks_url: webhooks_url?,
                table: table?,
                public_keys: public_keys?,
                authorize: authorize?,
                public_url: public_url?,
                club_settings: club_settings?,
            })
        })
    }

    /// The settings of `functions/relay`.
    ///
    /// # Errors
    /// All faults.
    pub fn relay(mut self) -> Result<RelaySettings, SettingsError> {
        let (queues, event_bus) = (self.queues(), self.text(&EVENT_BUS));
        self.finish(|| {
            Some(RelaySettings {
                queues: queues?,
                event_bus: event_bus?,
            })
        })
    }

    /// The settings of `functions/race-day`.
    ///
    /// # Errors
    /// All faults.
    pub fn race_day(mut self) -> Result<RaceDaySettings, SettingsError> {
        let table = self.text(&TABLE);
        self.finish(|| Some(RaceDaySettings { table: table? }))
    }

    /// The settings of `functions/cleanup`.
    ///
    /// # Errors
    /// All faults.
    pub fn cleanup(self) -> Result<RaceDaySettings, SettingsError> {
        self.race_day()
    }

    /// The settings of a worker.
    ///
    /// # Errors
    /// All faults.
    pub fn worker(mut self) -> Result<WorkerSettings, SettingsError> {
        let (table, application) = (self.text(&TABLE), self.application());
        let (bot_token, discord_api, queues) = (self.bot_token(), self.url(&DISCORD_API), self.queues());
        let upload_origins = self.upload_origins();
        let authorize = self.url(&AUTHORIZE);
        let club_settings = self.club_settings();
        self.finish(|| {
            Some(WorkerSettings {
                upload_origins: upload_origins?,
                table: table?,
                application: application?,
                bot_token: bot_token?,
                discord_api: discord_api?,
                authorize: authorize?,
                queues: queues?,
                club_settings: club_settings?,
            })
        })
    }

    /// The settings of `functions/webhooks`.
    ///
    /// # Errors
    /// All faults.
    pub fn webhooks(mut self) -> Result<WebhooksSettings, SettingsError> {
        let (table, public_keys, club_settings) =
            (self.text(&TABLE), self.public_keys(), self.club_settings());
        self.finish(|| {
            Some(WebhooksSettings {
                table: table?,
                public_keys: public_keys?,
                club_settings: club_settings?,
            })
        })
    }

    /// The settings of `functions/api`.
    ///
    /// # Errors
    /// All faults.
    pub fn api(mut self) -> Result<ApiSettings, SettingsError> {
        let (table, application) = (self.text(&TABLE), self.application());
        let (bot_token, client_secret) = (self.token(&BOT_TOKEN), self.token(&CLIENT_SECRET));
        let (discord_api, authorize) = (self.url(&DISCORD_API), self.url(&AUTHORIZE));
        let (public_url, club_settings) = (self.public_url(), self.club_settings());
        self.finish(|| {
            Some(ApiSettings {
                table: table?,
                application: application?,
                bot_token: bot_token?,
                client_secret: client_secret?,
                discord_api: discord_api?,
                authorize: authorize?,
                public_url: public_url?,
                club_settings: club_settings?,
            })
        })
    }

    /// What the operator's commands need to speak to Discord.
    ///
    /// # Errors
    /// All faults.
    pub fn operator(mut self) -> Result<OperatorSettings, SettingsError> {
        let (application, bot_token) = (self.application(), self.bot_token());
        let discord_api = self.url(&DISCORD_API);
        self.finish(|| {
            Some(OperatorSettings {
                application: application?,
                bot_token: bot_token?,
                discord_api: discord_api?,
            })
        })
    }

    /// Addresses of which each is one.
    fn upload_origins(&mut self) -> Option<Vec<String>> {
        let listed = self.text(&UPLOAD_ORIGINS)?;
        let origins: Vec<String> = listed
            .split(',')
            .map(|origin| origin.trim().to_owned())
            .filter(|origin| !origin.is_empty())
            .collect();
        let good = |origin: &String| origin.starts_with("https://") || origin.starts_with("http://");
        if origins.iter().all(good) {
            return Some(origins);
        }
        self.fault(&UPLOAD_ORIGINS, "has something that is no http(s) address");
        None
    }

    fn finish<T>(self, build: impl FnOnce() -> Option<T>) -> Result<T, SettingsError> {
        match build() {
            Some(settings) if self.faults.is_empty() => Ok(settings),
            _ => Err(SettingsError(self.faults)),
        }
    }

    fn fault(&mut self, setting: &Setting, problem: impl Into<String>) {
        self.faults.push(SettingFault {
            name: setting.name,
            problem: problem.into(),
            remedy: setting.about,
        });
    }

    fn text(&mut self, setting: &Setting) -> Option<String> {
        let value = (self.variable)(setting.name).or_else(|| setting.default.map(str::to_owned));
        match value.map(|value| value.trim().to_owned()) {
            None => {
                self.fault(setting, "is not set");
                None
            }
            Some(value) if value.is_empty() => {
                self.fault(setting, "is empty");
                None
            }
            value => value,
        }
    }

    fn url(&mut self, setting: &Setting) -> Option<String> {
        let value = self.text(setting)?;
        if value.starts_with("https://") || value.starts_with("http://") {
            Some(value.trim_end_matches('/').to_owned())
        } else {
            self.fault(setting, "is no http(s) address");
            None
        }
    }

    /// The address of our own pages; `Some(None)` where there are none.
    fn public_url(&mut self) -> Option<Option<String>> {
        self.own_url(&PUBLIC_URL)
    }

    fn own_url(&mut self, setting: &Setting) -> Option<Option<String>> {
        match self.text(setting)?.as_str() {
            "none" => Some(None),
            _ => self.url(setting).map(Some),
        }
    }

    fn queues(&mut self) -> Option<QueueUrls> {
        let (channel, board, notify, sync) = (
            self.url(&CHANNEL_QUEUE),
            self.url(&BOARD_QUEUE),
            self.url(&NOTIFY_QUEUE),
            self.url(&SYNC_QUEUE),
        );
        Some(QueueUrls {
            channel: channel?,
            board: board?,
            notify: notify?,
            sync: sync?,
        })
    }

    fn bot_token(&mut self) -> Option<String> {
        self.token(&BOT_TOKEN)
    }

    fn token(&mut self, setting: &Setting) -> Option<String> {
        let token = self.text(setting)?;
        if token.bytes().all(|byte| byte.is_ascii_graphic()) {
            Some(token)
        } else {
            self.fault(setting, "holds characters that no token has");
            None
        }
    }

    fn club_settings(&mut self) -> Option<OperatorOverrides> {
        let text = self.text(&CLUB_SETTINGS)?;
        match OperatorOverrides::parse(&text) {
            Ok(settings) => Some(settings),
            Err(faults) => {
                for fault in faults {
                    self.fault(&CLUB_SETTINGS, format!("cannot be used: {fault}"));
                }
                None
            }
        }
    }

    fn application(&mut self) -> Option<ApplicationId> {
        let text = self.text(&APPLICATION_ID)?;
        match text.parse() {
            Ok(id) => Some(id),
            Err(_) => {
                self.fault(&APPLICATION_ID, "is no Discord id");
                None
            }
        }
    }

    fn public_keys(&mut self) -> Option<PublicKeys> {
        let text = self.text(&PUBLIC_KEYS)?;
        match PublicKeys::parse(&text.split(',').collect::<Vec<_>>()) {
            Ok(keys) => Some(keys),
            Err(faults) => {
                for fault in faults {
                    self.key_fault(&fault);
                }
                None
            }
        }
    }

    fn key_fault(&mut self, fault: &KeyError) {
        self.fault(&PUBLIC_KEYS, format!("cannot be used: {fault}"));
    }
}

/// A variable of the process.
#[must_use]
pub fn from_environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

    fn with(pairs: &'static [(&str, &str)]) -> impl Fn(&str) -> Option<String> {
        move |name| {
            pairs
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| (*value).to_owned())
        }
    }

    #[test]
    fn all_faults_are_named_at_once_with_their_remedies() {
        let variable = with(&[
            ("GANTRY_APPLICATION_ID", "007"),
            ("GANTRY_BOT_TOKEN", " "),
            ("GANTRY_DISCORD_API", "ftp://x"),
        ]);
        let error = Reader::new(&variable).worker().unwrap_err();
        let names: Vec<_> = error.0.iter().map(|fault| fault.name).collect();
        assert_eq!(
            names,
            [
                "GANTRY_TABLE",
                "GANTRY_APPLICATION_ID",
                "GANTRY_BOT_TOKEN",
                "GANTRY_DISCORD_API",
                "GANTRY_CHANNEL_QUEUE_URL",
                "GANTRY_BOARD_QUEUE_URL",
                "GANTRY_NOTIFY_QUEUE_URL",
                "GANTRY_SYNC_QUEUE_URL"
            ]
        );
        insta::assert_snapshot!(error, @r"
        8 setting(s) cannot be used:
          GANTRY_TABLE is not set; set it to: name of the DynamoDB table, such as gantry
          GANTRY_APPLICATION_ID is no Discord id; set it to: id of the Discord application, from the developer portal
          GANTRY_BOT_TOKEN is empty; set it to: token of the application's bot, from the developer portal, Bot
          GANTRY_DISCORD_API is no http(s) address; set it to: address of Discord's API with its version, without a slash at the end
          GANTRY_CHANNEL_QUEUE_URL is not set; set it to: URL of the channel queue
          GANTRY_BOARD_QUEUE_URL is not set; set it to: URL of the board queue
          GANTRY_NOTIFY_QUEUE_URL is not set; set it to: URL of the notify queue
          GANTRY_SYNC_QUEUE_URL is not set; set it to: URL of the sync queue
        ");
    }

    #[test]
    fn a_bad_key_stops_the_function() {
        let keys = |value: &'static str| {
            let variable = move |name: &str| match name {
                "GANTRY_TABLE" => Some("gantry".to_owned()),
                "GANTRY_PUBLIC_KEYS" => Some(value.to_owned()),
                _ => None,
            };
            Reader::new(&variable).interactions().map(|_| ())
        };
        assert_eq!(keys(KEY), Ok(()));
        let zero = "0000000000000000000000000000000000000000000000000000000000000000";
        for bad in ["", ",", "abc", zero, &KEY[1..], &KEY.replace('d', "g")] {
            let bad: &'static str = Box::leak(bad.to_owned().into_boxed_str());
            assert!(keys(bad).is_err(), "{bad:?}");
        }
        let both: &'static str = Box::leak(format!("{KEY}, nonsense").into_boxed_str());
        assert_eq!(keys(both).unwrap_err().0.len(), 1);
    }

    #[test]
    fn every_fault_of_the_clubs_settings_is_named() {
        let variable = |name: &str| match name {
            "GANTRY_TABLE" => Some("gantry".to_owned()),
            "GANTRY_PUBLIC_KEYS" => Some(KEY.to_owned()),
            "GANTRY_CLUB_SETTINGS" => Some(
                "sync.hours=0; sync.hour=3; nonsense; members.admin_roles=<@&772904309264089089>; \
                 channels.drift=forget; channels.drift=heal"
                    .to_owned(),
            ),
            _ => None,
        };
        insta::assert_snapshot!(Reader::new(&variable).interactions().unwrap_err());
    }

    #[test]
    fn a_secret_is_never_shown() {
        let variable = with(&[
            ("GANTRY_TABLE", "gantry"),
            ("GANTRY_APPLICATION_ID", "1"),
            ("GANTRY_BOT_TOKEN", "very-secret"),
            ("GANTRY_CHANNEL_QUEUE_URL", "http://127.0.0.1/q/channel.fifo"),
            ("GANTRY_BOARD_QUEUE_URL", "http://127.0.0.1/q/board.fifo"),
            ("GANTRY_NOTIFY_QUEUE_URL", "http://127.0.0.1/q/notify.fifo"),
            ("GANTRY_SYNC_QUEUE_URL", "http://127.0.0.1/q/sync.fifo"),
        ]);
        let settings = Reader::new(&variable).worker().unwrap();
        assert!(!format!("{settings:?}").contains("very-secret"));
    }
}
