//! First responses to interactions (Discord docs, receiving and responding). Whatever they say, they notify nobody.

use super::commands::Choice;
use super::modals::Modal;
use super::text;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// Only the invoker sees the message.
const EPHEMERAL: u64 = 64;
/// Most choices of an autocomplete answer.
const CHOICES_MAX: usize = 25;
/// Longest name and longest value of a choice.
const CHOICE_MAX: usize = 100;

/// The JSON that answers an interaction. It is kept with the interaction, so that a repetition is answered the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Response(pub Value);

/// Who sees a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Only the invoker.
    Invoker,
    /// Everybody in the channel.
    Channel,
}

/// The answer to a PING.
#[must_use]
pub fn pong() -> Response {
    Response(json!({ "type": 1 }))
}

/// A message; `body` is a JSON object of message fields.
#[must_use]
pub fn message(body: &Value, audience: Audience) -> Response {
    let mut data = silent(body);
    if audience == Audience::Invoker {
        let flags = data.get("flags").and_then(Value::as_u64).unwrap_or(0);
        data.insert("flags".to_owned(), json!(flags | EPHEMERAL));
    }
    Response(json!({ "type": 4, "data": data }))
}

/// "Thinking"; the message follows within 15 minutes and is seen by the same audience.
#[must_use]
pub fn deferred(audience: Audience) -> Response {
    match audience {
        Audience::Invoker => Response(json!({ "type": 5, "data": { "flags": EPHEMERAL } })),
        Audience::Channel => Response(json!({ "type": 5 })),
    }
}

/// Nothing changes for now; the message that carries the component may be edited within 15 minutes. Components only.
#[must_use]
pub fn deferred_update() -> Response {
    Response(json!({ "type": 6 }))
}

/// The message that carries the component becomes this. Components only.
#[must_use]
pub fn update(body: &Value) -> Response {
    Response(json!({ "type": 7, "data": silent(body) }))
}

/// Suggestions: the first 25, long names cut. What has no name, or a value that Discord would not take, is left out.
#[must_use]
pub fn autocomplete(choices: &[Choice]) -> Response {
    let fits = |choice: &&Choice| {
        !choice.name.trim().is_empty() && (1..=CHOICE_MAX).contains(&text::len(&choice.value))
    };
    let choices: Vec<Value> = choices
        .iter()
        .filter(fits)
        .take(CHOICES_MAX)
        .map(|choice| json!({ "name": text::plain(&choice.name, CHOICE_MAX), "value": choice.value }))
        .collect();
    Response(json!({ "type": 8, "data": { "choices": choices } }))
}

/// A form. Not in reply to a submitted form.
#[must_use]
pub fn modal(modal: &Modal) -> Response {
    Response(json!({ "type": 9, "data": modal.0 }))
}

/// The body with mentions switched off.
fn silent(body: &Value) -> Map<String, Value> {
    let mut data = body.as_object().cloned().unwrap_or_default();
    data.insert("allowed_mentions".to_owned(), json!({ "parse": [] }));
    data
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(name: &str, value: &str) -> Choice {
        Choice {
            name: name.to_owned(),
            value: value.to_owned(),
        }
    }

    #[test]
    fn the_shapes_are_discords() {
        let body = json!({ "content": "hi", "flags": 4 });
        let silent = json!({ "parse": [] });
        assert_eq!(pong().0, json!({ "type": 1 }));
        assert_eq!(
            message(&body, Audience::Channel).0,
            json!({ "type": 4, "data": { "content": "hi", "flags": 4, "allowed_mentions": silent } })
        );
        assert_eq!(
            message(&body, Audience::Invoker).0,
            json!({ "type": 4, "data": { "content": "hi", "flags": 68, "allowed_mentions": silent } })
        );
        assert_eq!(
            deferred(Audience::Invoker).0,
            json!({ "type": 5, "data": { "flags": 64 } })
        );
        assert_eq!(deferred(Audience::Channel).0, json!({ "type": 5 }));
        assert_eq!(deferred_update().0, json!({ "type": 6 }));
        let expected =
            json!({ "type": 7, "data": { "content": "hi", "flags": 4, "allowed_mentions": silent } });
        assert_eq!(update(&body).0, expected);
    }

    #[test]
    fn a_body_cannot_switch_mentions_on() {
        let loud = json!({ "content": "@everyone", "allowed_mentions": { "parse": ["everyone"] } });
        let Response(answer) = message(&loud, Audience::Channel);
        assert_eq!(answer["data"]["allowed_mentions"], json!({ "parse": [] }));
    }

    #[test]
    fn suggestions_keep_discords_limits() {
        let many: Vec<Choice> = (0..26)
            .map(|n| choice(&format!("Event {n}"), &n.to_string()))
            .collect();
        let Response(answer) = autocomplete(&many);
        assert_eq!(answer["data"]["choices"].as_array().map(Vec::len), Some(25));

        let long = "🏎".repeat(51);
        let odd = [
            choice(&long, "1"),
            choice(" ", "2"),
            choice("x", ""),
            choice("y", &"v".repeat(101)),
        ];
        let Response(answer) = autocomplete(&odd);
        let expected = format!("{}…", "🏎".repeat(49));
        assert_eq!(
            answer["data"]["choices"],
            json!([{ "name": expected, "value": "1" }])
        );
        assert_eq!(
            autocomplete(&[]).0,
            json!({ "type": 8, "data": { "choices": [] } })
        );
    }

    #[test]
    fn names_and_values_of_100_characters_pass_whole() {
        let Response(answer) = autocomplete(&[choice(&"n".repeat(100), &"v".repeat(100))]);
        assert_eq!(
            answer["data"]["choices"][0],
            json!({ "name": "n".repeat(100), "value": "v".repeat(100) })
        );
    }
}
