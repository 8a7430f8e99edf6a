//! Event patterns, as EventBridge rules and the filters of stream mappings use them.
//!
//! A pattern is an object whose leaves are lists of alternatives; a field that the pattern does not name may hold
//! anything (EventBridge user guide, "Event patterns").

use crate::AwsLocalError;
use serde_json::{Map, Value};

/// A pattern that has been read and found valid.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern(Node);

#[derive(Clone, Debug, PartialEq)]
enum Node {
    Fields(Vec<(String, Node)>),
    AnyOf(Vec<Matcher>),
    /// `$or`: one of these beside the other fields.
    Or(Vec<Node>),
}

#[derive(Clone, Debug, PartialEq)]
enum Matcher {
    Exactly(Value),
    Prefix(String),
    Suffix(String),
    AnythingBut(Vec<Matcher>),
    Exists(bool),
    Numeric(Vec<(Comparison, f64)>),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Comparison {
    Below,
    AtMost,
    Equal,
    AtLeast,
    Above,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// [`AwsLocalError::Pattern`] for what EventBridge refuses, and for matchers that are not built here
    /// (`wildcard`, `cidr`, `equals-ignore-case`).
    pub fn new(pattern: &Value) -> Result<Self, AwsLocalError> {
        match pattern {
            Value::Object(fields) if !fields.is_empty() => Ok(Self(read_fields(fields)?)),
            _ => Err(wrong("a pattern is a JSON object with at least one field")),
        }
    }

    /// Whether the event fits.
    #[must_use]
    pub fn matches(&self, event: &Value) -> bool {
        self.0.matches(Some(event))
    }
}

fn wrong(reason: impl Into<String>) -> AwsLocalError {
    AwsLocalError::Pattern(reason.into())
}

fn read_fields(fields: &Map<String, Value>) -> Result<Node, AwsLocalError> {
    let read = |(name, value): (&String, &Value)| match value {
        Value::Array(alternatives) if name == "$or" => {
            let nodes = alternatives.iter().map(|alternative| match alternative {
                Value::Object(fields) => read_fields(fields),
                _ => Err(wrong("$or takes a list of objects")),
            });
            Ok((name.clone(), Node::Or(nodes.collect::<Result<_, _>>()?)))
        }
        Value::Array(alternatives) if alternatives.is_empty() => {
            Err(wrong(format!("{name}: empty lists are not allowed")))
        }
        Value::Array(alternatives) => {
            let matchers = alternatives.iter().map(read_matcher);
            Ok((name.clone(), Node::AnyOf(matchers.collect::<Result<_, _>>()?)))
        }
        Value::Object(fields) if !fields.is_empty() => Ok((name.clone(), read_fields(fields)?)),
        _ => Err(wrong(format!("{name} must be an object or a list"))),
    };
    Ok(Node::Fields(fields.iter().map(read).collect::<Result<_, _>>()?))
}

fn read_matcher(value: &Value) -> Result<Matcher, AwsLocalError> {
    let Value::Object(object) = value else {
        return match value {
            Value::Array(_) => Err(wrong("a list inside a list of alternatives")),
            value => Ok(Matcher::Exactly(value.clone())),
        };
    };
    let mut entries = object.iter();
    let (Some((name, operand)), None) = (entries.next(), entries.next()) else {
        return Err(wrong("a matcher has exactly one key"));
    };
    match (name.as_str(), operand) {
        ("prefix", Value::String(text)) => Ok(Matcher::Prefix(text.clone())),
        ("suffix", Value::String(text)) => Ok(Matcher::Suffix(text.clone())),
        ("exists", Value::Bool(there)) => Ok(Matcher::Exists(*there)),
        ("anything-but", Value::Array(values)) if !values.is_empty() => {
            let matchers = values.iter().map(read_matcher);
            Ok(Matcher::AnythingBut(matchers.collect::<Result<_, _>>()?))
        }
        ("anything-but", Value::String(_) | Value::Number(_) | Value::Object(_)) => {
            Ok(Matcher::AnythingBut(vec![read_matcher(operand)?]))
        }
        ("numeric", Value::Array(parts)) => read_numeric(parts),
        _ => Err(wrong(format!("unrecognised match type {name}"))),
    }
}

/// `[">", 0, "<=", 5]`: comparisons that all hold.
fn read_numeric(parts: &[Value]) -> Result<Matcher, AwsLocalError> {
    let pair = |pair: &[Value]| {
        let [Value::String(sign), Value::Number(number)] = pair else {
            return Err(wrong("numeric takes pairs of a comparison and a number"));
        };
        let comparison = match sign.as_str() {
            "<" => Comparison::Below,
            "<=" => Comparison::AtMost,
            "=" => Comparison::Equal,
            ">=" => Comparison::AtLeast,
            ">" => Comparison::Above,
            _ => return Err(wrong(format!("unrecognised numeric comparison {sign}"))),
        };
        Ok((comparison, number.as_f64().unwrap_or(f64::NAN)))
    };
    if parts.is_empty() {
        return Err(wrong("numeric takes at least one comparison"));
    }
    Ok(Matcher::Numeric(
        parts.chunks(2).map(pair).collect::<Result<_, _>>()?,
    ))
}

impl Node {
    fn matches(&self, value: Option<&Value>) -> bool {
        match self {
            Self::Fields(fields) => fields.iter().all(|(name, node)| match node {
                Self::Or(_) => node.matches(value),
                node => node.matches(value.and_then(|value| value.get(name))),
            }),
            Self::Or(nodes) => nodes.iter().any(|node| node.matches(value)),
            Self::AnyOf(matchers) => matchers.iter().any(|matcher| matcher.matches(value)),
        }
    }
}

impl Matcher {
    /// A list in the event fits when one of its elements does.
    fn matches(&self, value: Option<&Value>) -> bool {
        match (self, value) {
            (Self::Exists(wanted), value) => {
                // `exists` looks at leaves only.
                value.is_some_and(|value| !value.is_object()) == *wanted
            }
            (_, None) => false,
            (matcher, Some(Value::Array(elements))) => elements.iter().any(|value| matcher.fits(value)),
            (matcher, Some(value)) => matcher.fits(value),
        }
    }

    fn fits(&self, value: &Value) -> bool {
        match self {
            Self::Exactly(wanted) => match (wanted.as_f64(), value.as_f64()) {
                (Some(wanted), Some(value)) => wanted.total_cmp(&value).is_eq(),
                _ => wanted == value,
            },
            Self::Prefix(prefix) => value.as_str().is_some_and(|text| text.starts_with(prefix)),
            Self::Suffix(suffix) => value.as_str().is_some_and(|text| text.ends_with(suffix)),
            Self::AnythingBut(matchers) => {
                !value.is_object() && !matchers.iter().any(|matcher| matcher.fits(value))
            }
            Self::Exists(_) => false,
            Self::Numeric(comparisons) => value.as_f64().is_some_and(|number| {
                comparisons
                    .iter()
                    .all(|(comparison, bound)| comparison.holds(number, *bound))
            }),
        }
    }
}

impl Comparison {
    fn holds(self, number: f64, bound: f64) -> bool {
        match self {
            Self::Below => number < bound,
            Self::AtMost => number <= bound,
            Self::Equal => number.total_cmp(&bound).is_eq(),
            Self::AtLeast => number >= bound,
            Self::Above => number > bound,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fits(pattern: Value, event: Value) -> bool {
        Pattern::new(&pattern).unwrap().matches(&event)
    }

    #[test]
    fn every_field_named_must_fit_and_others_may_hold_anything() {
        let pattern = json!({ "source": ["gantry"], "detail": { "state": ["open", "closed"] } });
        assert!(fits(
            pattern.clone(),
            json!({ "source": "gantry", "detail": { "state": "closed", "n": 1 } })
        ));
        assert!(!fits(
            pattern.clone(),
            json!({ "source": "gantry", "detail": { "state": "draft" } })
        ));
        assert!(!fits(pattern, json!({ "source": "gantry" })));
    }

    #[test]
    fn each_matcher_has_its_boundary() {
        let one = |matcher: Value, value: Value| fits(json!({ "a": [matcher] }), json!({ "a": value }));
        assert!(
            one(json!({ "prefix": "OUT#" }), json!("OUT#1"))
                && !one(json!({ "prefix": "OUT#" }), json!("OUT"))
        );
        assert!(
            one(json!({ "suffix": ".fifo" }), json!("a.fifo"))
                && !one(json!({ "suffix": ".fifo" }), json!("a"))
        );
        assert!(one(json!({ "numeric": [">", 0, "<=", 5] }), json!(5)));
        assert!(!one(json!({ "numeric": [">", 0, "<=", 5] }), json!(5.1)));
        assert!(!one(json!({ "numeric": [">", 0, "<=", 5] }), json!(0)));
        assert!(one(json!({ "anything-but": ["x", "y"] }), json!("z")));
        assert!(!one(json!({ "anything-but": ["x", "y"] }), json!("y")));
        assert!(!one(json!({ "anything-but": { "prefix": "x" } }), json!("xy")));
        assert!(one(json!(null), json!(null)) && !one(json!(null), json!("null")));
    }

    #[test]
    fn existence_is_of_leaves() {
        assert!(fits(json!({ "a": [{ "exists": true }] }), json!({ "a": null })));
        assert!(!fits(
            json!({ "a": [{ "exists": true }] }),
            json!({ "a": { "b": 1 } })
        ));
        assert!(fits(json!({ "a": [{ "exists": false }] }), json!({ "b": 1 })));
        assert!(!fits(json!({ "a": [{ "exists": false }] }), json!({ "a": 1 })));
    }

    #[test]
    fn one_element_of_a_list_is_enough() {
        assert!(fits(
            json!({ "resources": ["b"] }),
            json!({ "resources": ["a", "b"] })
        ));
        assert!(!fits(
            json!({ "resources": ["c"] }),
            json!({ "resources": ["a", "b"] })
        ));
    }

    #[test]
    fn either_side_of_or_is_enough() {
        let pattern = json!({ "s": ["x"], "$or": [{ "a": [1] }, { "b": [2] }] });
        assert!(fits(pattern.clone(), json!({ "s": "x", "b": 2 })));
        assert!(!fits(pattern.clone(), json!({ "s": "x", "b": 3 })));
        assert!(!fits(pattern, json!({ "s": "y", "a": 1 })));
    }

    #[test]
    fn what_eventbridge_refuses_is_refused() {
        for pattern in [
            json!({}),
            json!([]),
            json!({ "a": "b" }),
            json!({ "a": [] }),
            json!({ "a": [{ "prefix": 1 }] }),
            json!({ "a": [{ "regex": "x" }] }),
            json!({ "a": [{ "numeric": [">"] }] }),
            json!({ "a": [{ "prefix": "x", "suffix": "y" }] }),
        ] {
            assert!(Pattern::new(&pattern).is_err(), "{pattern}");
        }
    }
}
