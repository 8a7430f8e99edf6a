//! Requests to join.

use super::components::{Tone, button, row};
use super::embed::{Embed, FIELD_VALUE_MAX};
use super::{embed_body, embed_with, phrases};
use crate::discord::custom_id::ComponentId;
use crate::discord::help::{CommandIds, mention};
use crate::discord::text;
use crate::domain::club::{Club, Colour};
use crate::domain::join::{JoinRequest, JoinState};
use crate::domain::standing::JoinDecided;
use serde_json::Value;

/// A reason is cut here, in UTF-16 units before escaping: the longest that is taken has half as many code points.
const REASON_MAX: usize = 2 * crate::domain::join::REASON_MAX;

pub(super) fn sent(colour: Colour) -> Value {
    embed_body(Embed::new(colour, "Your request is sent").line(
        "The club will look at it. You are told by DM what was decided, so please let members of this server write to you.",
    ))
}

pub(super) fn undelivered(club: &Club, ids: &CommandIds) -> Value {
    embed_body(Embed::new(club.colour, "Your request could not be shown").line(format!(
        "Gantry cannot write into the channel where requests are reviewed. Please tell an admin of **{}**; then use {} once more.",
        phrases::name(&club.name),
        mention("join", ids)
    )))
}

/// The message that is reviewed. It keeps its text when it is decided; its buttons go.
pub(super) fn review(club: &Club, request: &JoinRequest, ids: &CommandIds) -> Value {
    let user = request.key.user;
    let words = &request.words;
    let mut embed = Embed::new(club.colour, "Request to join")
        .line(format!(
            "<@{user}> (**{}**) asks to join, {}.",
            phrases::driver(&request.account),
            phrases::from_now(request.asked_at)
        ))
        .field("Name for the roster", phrases::driver(&words.name), false)
        .field("Why", text::paragraph(&words.why, FIELD_VALUE_MAX), false)
        .field(
            "Experience",
            text::paragraph(&words.experience, FIELD_VALUE_MAX),
            false,
        );
    match &request.state {
        JoinState::Open => {
            if let Some(known) = &request.namesake {
                let name = phrases::driver(&known.name);
                embed = embed.field(
                    "On the roster already?",
                    format!(
                        "**{name}** ({}) is there without an account. If you are sure that it is them, give them a code with {} first; then approve.",
                        known.rank.label(),
                        mention("link code", ids)
                    ),
                    false,
                );
            }
            let key = request.key;
            let buttons = [
                button(ComponentId::JoinApprove { key }, "Approve", Tone::Good, true),
                button(ComponentId::JoinReject { key }, "Reject", Tone::Bad, true),
            ];
            return embed_with(embed, vec![row(buttons)]);
        }
        JoinState::Approved { by, at, rank } => {
            let at = phrases::from_now(*at);
            embed = embed.line(format!("**Approved** by <@{by}> {at}: {}.", rank.label()));
        }
        JoinState::Rejected { by, at, reason } => {
            let at = phrases::from_now(*at);
            embed = embed.line(format!("**Rejected** by <@{by}> {at}: {}", quoted(reason)));
        }
    }
    embed_body(embed)
}

fn quoted(reason: &str) -> String {
    text::name(reason, REASON_MAX)
}

/// To whoever decided.
pub(super) fn decided(decided: &JoinDecided) -> Value {
    let who = format!("<@{}> (**{}**)", decided.user, phrases::driver(&decided.name));
    embed_body(match decided.rank {
        Some(rank) => Embed::new(decided.colour, "Request approved").line(format!(
            "{who} is on the roster, with the rank of {}, and is told so.",
            rank.label()
        )),
        None => Embed::new(decided.colour, "Request rejected").line(format!("{who} is told so, and why.")),
    })
}

/// To the person. Without a decision there is nothing to be said, and nobody asks for it.
pub(super) fn answer(club: &Club, request: &JoinRequest) -> Value {
    let name = phrases::name(&club.name);
    embed_body(match &request.state {
        JoinState::Approved { rank, .. } => Embed::new(club.colour, "Welcome to the club").line(format!(
            "Your request to join **{name}** was approved: you are on its roster, with the rank of {}.",
            rank.label()
        )),
        JoinState::Rejected { reason, .. } => Embed::new(club.colour, "Your request was rejected").line(
            format!("**{name}** did not take your request to join: {}", quoted(reason)),
        ),
        JoinState::Open => Embed::new(club.colour, "Your request is open")
            .line(format!("**{name}** has not decided about it yet.")),
    })
}

/// To the reviewers, where the person cannot be written to.
pub(super) fn untold(club: &Club, request: &JoinRequest) -> Value {
    let user = request.key.user;
    let embed = Embed::new(club.colour, "Please tell them yourselves").line(format!(
        "Gantry cannot write to <@{user}> (**{}**): their DMs are closed.",
        phrases::driver(&request.account)
    ));
    let what = match &request.state {
        JoinState::Approved { rank, .. } => {
            format!(
                "Their request was approved: they are on the roster, with the rank of {}.",
                rank.label()
            )
        }
        JoinState::Rejected { reason, .. } => format!("Their request was rejected: {}", quoted(reason)),
        JoinState::Open => String::new(),
    };
    let mut body = embed_body(embed.line(what));
    if let Some((by, _)) = request.decided() {
        // Who it is about makes it another message than the same about somebody else: a late retry looks for it.
        body["content"] = format!("<@{by}>: <@{user}>").into();
    }
    body
}
