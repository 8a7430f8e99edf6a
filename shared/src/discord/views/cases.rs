//! Conflicts of the roster, one to a message, with what can be decided.

use super::components::{Tone, button, row};
use super::embed::Embed;
use super::{embed_body, embed_with, phrases};
use crate::discord::custom_id::{CaseAct, ComponentId};
use crate::discord::text;
use crate::domain::cases::Settlement;
use crate::domain::club::Club;
use crate::domain::ids::{EntryId, UserId};
use crate::domain::matching::{Kind, NameKind, Pairing, Reason, Tie};
use crate::domain::notice::CaseShown;
use serde_json::{Value, json};

/// Longest label of a select's option.
const OPTION_MAX: usize = 100;
/// Candidates that are told in words; all are in the select.
const TOLD: usize = 6;

pub(super) fn case(club: &Club, case: Option<&CaseShown>, settled: Option<Settlement>) -> Value {
    let done = settled.map(settled_words).unwrap_or_default();
    let Some(shown) = case else {
        let embed = Embed::new(club.colour, "No open conflicts")
            .line(done)
            .line("Nothing waits for a decision.");
        return embed_body(embed);
    };
    let conflict = &shown.case.conflict;
    let (title, question) = question(conflict.kind);
    let mut embed = Embed::new(club.colour, title).line(done).line(question);
    for pairing in conflict.pairings.iter().take(TOLD) {
        embed = embed.field(
            format!("On the roster: {}", entry_name(shown, pairing.entry)),
            format!("{}\n{}", account(shown, pairing.user), reasons(pairing)),
            false,
        );
    }
    let beyond = conflict
        .pairings
        .len()
        .saturating_sub(TOLD)
        .saturating_add(conflict.more);
    if beyond > 0 {
        embed = embed.line(format!("{beyond} more candidates."));
    }
    if shown.more > 0 {
        embed = embed.field("Waiting behind it", shown.more.to_string(), true);
    }
    embed_with(embed, components(shown))
}

fn components(shown: &CaseShown) -> Vec<Value> {
    let (key, version) = (shown.case.key(), shown.case.version);
    let id = |act| ComponentId::Case { act, key, version };
    let pairings = &shown.case.conflict.pairings;
    let accept = match shown.case.conflict.kind {
        Kind::Left | Kind::Renamed => "It is still this person",
        Kind::TwoEntries | Kind::TwoAccounts | Kind::Contradiction => "Accept the first",
    };
    let buttons = row([
        button(id(CaseAct::Accept), accept, Tone::Good, !pairings.is_empty()),
        button(id(CaseAct::Ignore), "Not now", Tone::Plain, true),
        button(id(CaseAct::Never), "Never ask again", Tone::Bad, true),
        button(
            ComponentId::NextCase { after: key },
            "Skip",
            Tone::Plain,
            shown.more > 0,
        ),
    ]);
    let options: Vec<Value> = pairings
        .iter()
        .map(|pairing| {
            json!({
                "label": text::plain(&format!("{} is {}", plain_name(shown, pairing.entry), account_name(shown, pairing.user)), OPTION_MAX),
                "value": format!("{} {}", pairing.entry, pairing.user),
                "description": text::plain(&reasons(pairing), OPTION_MAX),
            })
        })
        .collect();
    if options.len() < 2 {
        return vec![buttons];
    }
    let select = json!({
        "type": 3,
        "custom_id": id(CaseAct::Pick).to_string(),
        "placeholder": "Or pick who belongs together",
        "options": options,
        "min_values": 1,
        "max_values": 1,
    });
    vec![row([select]), buttons]
}

const fn question(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::TwoEntries => (
            "One account, several people",
            "This account fits more than one person on the roster. Whose is it?",
        ),
        Kind::TwoAccounts => (
            "Whose account is it?",
            "By name alone this is not certain enough. Which account is this person's?",
        ),
        Kind::Contradiction => (
            "Account and name disagree",
            "This person's account has another name, and the name points elsewhere. Who belongs together?",
        ),
        Kind::Renamed => (
            "Somebody has another name now",
            "This account was found by its name, and the name has changed. Is it still the same person?",
        ),
        Kind::Left => (
            "An account has left the server",
            "This person's account is not in the server any more. Their rank is kept, without its rights. Do they have another account?",
        ),
    }
}

fn reasons(pairing: &Pairing) -> String {
    if pairing.reasons.is_empty() {
        return "somebody noted them together".to_owned();
    }
    let words: Vec<&str> = pairing.reasons.iter().map(reason).collect();
    words.join(", ")
}

const fn reason(reason: &Reason) -> &'static str {
    match reason {
        Reason::Tied(Tie::Linked) => "linked by the person",
        Reason::Tied(Tie::Decided) => "decided by an admin",
        Reason::Tied(Tie::Stored) => "on record",
        Reason::Tied(Tie::Named) => "found by name",
        Reason::Name(NameKind::Username) => "same as the user name",
        Reason::Name(NameKind::GlobalName) => "same as the display name",
        Reason::Name(NameKind::Nick) => "same as the nickname",
        Reason::OtherName => "other names now",
        Reason::Gone => "not in the server",
        Reason::AccountTaken => "the account is another person's at present",
        Reason::EntryTaken => "the person has another account at present",
    }
}

fn entry_name(shown: &CaseShown, entry: EntryId) -> String {
    phrases::driver(plain_name(shown, entry))
}

fn plain_name(shown: &CaseShown, entry: EntryId) -> &str {
    let found = shown.entries.iter().find(|known| known.id == entry);
    found.map_or("somebody who is gone", |entry| &entry.name)
}

fn account(shown: &CaseShown, user: UserId) -> String {
    match shown.accounts.iter().find(|known| known.user == user) {
        Some(known) => format!(
            "<@{user}> · {} ({})",
            phrases::driver(known.display_name()),
            phrases::driver(&known.username)
        ),
        None => format!("<@{user}>"),
    }
}

fn account_name(shown: &CaseShown, user: UserId) -> String {
    match shown.accounts.iter().find(|known| known.user == user) {
        Some(known) => format!("{} ({})", known.display_name(), known.username),
        None => user.to_string(),
    }
}

fn settled_words(settled: Settlement) -> String {
    match settled {
        Settlement::Together { user, .. } => format!("Settled: it is <@{user}>.\n"),
        Settlement::Ignored => "Noted. You are asked again when there is something new.\n".to_owned(),
        Settlement::Never => "Noted. You are not asked about it again.\n".to_owned(),
    }
}
