//! The values of a command's options, checked against their definition.

use super::route::RouteError;
use super::spec::{OptionSpec, Values};
use crate::discord::inbound::{AttachmentData, CommandOption, Resolved};
use crate::domain::rank::Picked;
use crate::domain::role_map::PickedRole;
use crate::domain::roster::ENTRY_NAME_MAX;
use crate::domain::text as plain;
use serde_json::Value;
use std::str::FromStr;

const NOT_TEXT: &str = "This must be text.";
const MISSING: &str = "This is missing.";
const TOO_LONG: &str = "This is too long.";
const NO_FILE: &str = "Attach a file.";
const NO_USER: &str = "Pick somebody from the list.";
const NO_ROLE: &str = "Pick a role from the list.";
const NOT_A_CHOICE: &str = "Pick one of the choices.";

/// Discord's option type of a file.
const ATTACHMENT: u64 = 11;
/// Of an account.
const USER: u64 = 6;
/// Of a role.
const ROLE: u64 = 8;

/// Given options beside their definition.
pub(super) struct Options<'a> {
    specs: &'static [OptionSpec],
    given: &'a [CommandOption],
    resolved: &'a Resolved,
}

impl<'a> Options<'a> {
    /// Pairs options with their definition; an option that is not defined comes from an outdated registration.
    pub(super) fn new(
        specs: &'static [OptionSpec],
        given: &'a [CommandOption],
        resolved: &'a Resolved,
    ) -> Result<Self, RouteError> {
        let known = |option: &CommandOption| specs.iter().any(|spec| spec.name == option.name);
        if given.iter().all(known) {
            Ok(Self {
                specs,
                given,
                resolved,
            })
        } else {
            Err(RouteError::UnknownCommand)
        }
    }

    /// The option's text, trimmed; `None` if it is not given or blank.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>, RouteError> {
        let Some(spec) = self.specs.iter().find(|spec| spec.name == name) else {
            return Err(RouteError::UnknownCommand);
        };
        let bad = |what| RouteError::BadOption {
            name: spec.name,
            what,
        };
        let text = match self
            .given
            .iter()
            .find(|option| option.name == name)
            .and_then(|option| option.value.as_ref())
        {
            None | Some(Value::Null) => "",
            Some(Value::String(text)) => text.trim(),
            Some(_) => return Err(bad(NOT_TEXT)),
        };
        if text.is_empty() {
            return if spec.required {
                Err(bad(MISSING))
            } else {
                Ok(None)
            };
        }
        if text.chars().count() > usize::from(spec.max_length) {
            return Err(bad(TOO_LONG));
        }
        match spec.values {
            Values::Choices(choices) if !choices.iter().any(|(_, value)| *value == text) => {
                Err(bad(NOT_A_CHOICE))
            }
            _ => Ok(Some(text.to_owned())),
        }
    }

    /// The file of an option that has to be given.
    pub(super) fn file(&self, name: &'static str) -> Result<AttachmentData, RouteError> {
        let id = self
            .given
            .iter()
            .find(|option| option.name == name && option.kind == ATTACHMENT)
            .and_then(|option| option.value.as_ref()?.as_str());
        id.and_then(|id| self.resolved.attachments.get(id))
            .cloned()
            .ok_or(RouteError::BadOption { name, what: NO_FILE })
    }

    /// The account of an option, if it is given.
    pub(super) fn user(&self, name: &'static str) -> Result<Option<Picked>, RouteError> {
        let Some(id) = self.picked(name, USER) else {
            return Ok(None);
        };
        let user = self
            .resolved
            .users
            .get(id)
            .filter(|user| user.id.to_string() == id);
        let user = user.ok_or(RouteError::BadOption { name, what: NO_USER })?;
        let member = self.resolved.members.get(id);
        let shown = [
            member.and_then(|member| member.nick.as_deref()),
            user.global_name.as_deref(),
        ]
        .into_iter()
        .flatten()
        .find_map(|shown| {
            let cut: String = shown.chars().take(ENTRY_NAME_MAX).collect();
            plain::line(&cut, ENTRY_NAME_MAX).ok()
        });
        Ok(Some(Picked {
            user: user.id,
            name: shown.unwrap_or_else(|| user.username.chars().take(ENTRY_NAME_MAX).collect()),
            bot: user.bot,
            in_guild: member.is_some(),
        }))
    }

    /// The account of an option that has to be given.
    pub(super) fn required_user(&self, name: &'static str) -> Result<Picked, RouteError> {
        self.user(name)?
            .ok_or(RouteError::BadOption { name, what: NO_USER })
    }

    /// The role of an option, if it is given.
    pub(super) fn role(&self, name: &'static str) -> Result<Option<PickedRole>, RouteError> {
        let Some(id) = self.picked(name, ROLE) else {
            return Ok(None);
        };
        let found = self
            .resolved
            .roles
            .get(id)
            .filter(|role| role.id.to_string() == id);
        let role = found.ok_or(RouteError::BadOption { name, what: NO_ROLE })?;
        Ok(Some(PickedRole {
            role: role.id,
            managed: role.managed,
            permissions: role.permissions.0,
        }))
    }

    fn picked(&self, name: &str, kind: u64) -> Option<&str> {
        self.given
            .iter()
            .find(|option| option.name == name && option.kind == kind)
            .and_then(|option| option.value.as_ref()?.as_str())
    }

    /// The text of an option that has to be given.
    pub(super) fn required(&self, name: &'static str) -> Result<String, RouteError> {
        self.text(name)?
            .ok_or(RouteError::BadOption { name, what: MISSING })
    }

    /// The id behind a suggestion. Whoever types a name instead of picking it is told so with `what`.
    pub(super) fn id<T: FromStr>(&self, name: &'static str, what: &'static str) -> Result<T, RouteError> {
        self.required(name)?
            .parse()
            .map_err(|_| RouteError::BadOption { name, what })
    }
}
