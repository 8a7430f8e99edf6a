//! Accounts and the entries of the roster that they are tied to.

use super::embed::Embed;
use super::{embed_body, phrases};
use crate::discord::help::{CommandIds, mention};
use crate::domain::standing::{CodeMade, Linked, RankShown, RolesNext};
use serde_json::Value;

pub(super) fn code_made(made: &CodeMade, ids: &CommandIds) -> Value {
    let embed =
        Embed::new(made.colour, "One-time code").line(format!("For **{}**:", phrases::driver(&made.name)));
    let embed = match &made.code {
        Some(code) => embed.line(format!("# `{}`", code.shown())),
        None => embed.line("It was shown once already, and Gantry does not keep it. Make another one."),
    };
    embed_body(embed.line(format!(
        "They enter it with {} by <t:{}:t>. It works once. Give it to nobody else: whoever enters it gets their rank.",
        mention("link enter", ids),
        made.expires_at.as_second()
    )))
}

pub(super) fn linked(linked: &Linked) -> Value {
    embed_body(Embed::new(linked.colour, "Your account is proved").line(format!(
        "<@{}> is **{}** on the roster, with the rank of {}.",
        linked.user,
        phrases::driver(&linked.name),
        linked.rank.label()
    )))
}

pub(super) fn unlinked(linked: &Linked) -> Value {
    let roles = match linked.roles {
        RolesNext::Applied => "The roles of the club's ranks are being taken from them.",
        RolesNext::Lead | RolesNext::Untouched => "Their roles in Discord stay as they are.",
    };
    embed_body(Embed::new(linked.colour, "Account taken off").line(format!(
        "<@{}> is not tied to **{}** any more. The entry keeps its rank of {}. {roles}",
        linked.user,
        phrases::driver(&linked.name),
        linked.rank.label()
    )))
}

pub(super) fn shown(shown: &RankShown, ids: &CommandIds) -> Value {
    let embed = Embed::new(shown.colour, "Account and roster");
    let embed = match &shown.known {
        None => embed.line(format!(
            "<@{}> is tied to no entry of the roster. An admin can give out a code for {}.",
            shown.user,
            mention("link enter", ids)
        )),
        Some((entry, _)) => {
            let how = if entry.linked {
                "proved with a code"
            } else {
                "not proved: it was found by name, or given by an admin"
            };
            embed.line(format!(
                "<@{}> is **{}** on the roster ({how}).",
                shown.user,
                phrases::driver(&entry.name)
            ))
        }
    };
    embed_body(embed)
}
