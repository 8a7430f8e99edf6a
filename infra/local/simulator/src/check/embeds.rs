//! Embeds (Discord docs, resources/message, "Embed Limits").

use crate::form::{Errors, Form, at};
use crate::limits;
use crate::state::instant;
use serde_json::{Value, json};

const KEYS: [&str; 13] = [
    "type",
    "url",
    "title",
    "color",
    "timestamp",
    "description",
    "author",
    "image",
    "thumbnail",
    "footer",
    "fields",
    "provider",
    "video",
];

/// Checks a list of embeds and gives it back as Discord keeps it.
pub(crate) fn check(list: &[Value], path: &str, errors: &mut Errors) -> Vec<Value> {
    let mut total = 0;
    let kept = list
        .iter()
        .enumerate()
        .filter_map(|(index, embed)| check_one(embed, &at(path, index), &mut total, errors))
        .collect();
    if total > limits::EMBEDS_TOTAL {
        errors.add(
            path,
            "MAX_EMBED_SIZE_EXCEEDED",
            "Embed size exceeds maximum size of 6000",
        );
    }
    kept
}

fn check_one(embed: &Value, path: &str, total: &mut usize, errors: &mut Errors) -> Option<Value> {
    let form = Form::open(embed, path, &KEYS, errors)?;
    let mut kept = embed.clone();
    let mut count = |text: Option<&str>| *total += text.map_or(0, |text| text.chars().count());
    count(form.text("title", 0..=256, errors));
    count(form.text("description", 0..=4096, errors));
    form.url("url", 2048, errors);
    form.integer("color", 0..=0xFF_FFFF, errors);
    if let Some(time) = form.instant("timestamp", errors) {
        kept["timestamp"] = json!(instant(time));
    }
    if let Some(author) = sub(&form, "author", &["name", "url", "icon_url"], errors) {
        author.require("name", errors);
        count(author.text("name", 0..=256, errors));
        author.url("url", 2048, errors);
        author.url("icon_url", 2048, errors);
    }
    if let Some(footer) = sub(&form, "footer", &["text", "icon_url"], errors) {
        footer.require("text", errors);
        count(footer.text("text", 0..=2048, errors));
        footer.url("icon_url", 2048, errors);
    }
    for key in ["image", "thumbnail"] {
        if let Some(media) = sub(
            &form,
            key,
            &["url", "width", "height", "description", "is_animated"],
            errors,
        ) {
            media.require("url", errors);
            media.url("url", 2048, errors);
        }
    }
    let fields = form.list("fields", 0..=25, errors).unwrap_or_default();
    for (index, field) in fields.iter().enumerate() {
        let field_path = at(&form.at("fields"), index);
        if let Some(field) = Form::open(field, &field_path, &["name", "value", "inline"], errors) {
            field.require("name", errors);
            field.require("value", errors);
            count(field.text("name", 1..=256, errors));
            count(field.text("value", 1..=1024, errors));
            field.boolean("inline", errors);
        }
    }
    let shown = ["title", "description", "author", "footer", "image", "thumbnail"];
    if fields.is_empty() && !shown.iter().any(|key| form.get(key).is_some()) {
        errors.add(
            &form.at("description"),
            "BASE_TYPE_REQUIRED",
            "This field is required",
        );
    }
    kept["type"] = json!("rich");
    Some(kept)
}

fn sub<'a>(form: &Form<'a>, key: &str, known: &[&str], errors: &mut Errors) -> Option<Form<'a>> {
    Form::open(form.get(key)?, &form.at(key), known, errors)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(embeds: &Value) -> String {
        let mut errors = Errors::default();
        check(embeds.as_array().unwrap(), "embeds", &mut errors);
        errors.summary()
    }

    #[test]
    fn lengths_at_and_over_the_limit() {
        let with = |title, description| json!([{"title": "t".repeat(title), "description": "d".repeat(description)}]);
        assert_eq!(faults(&with(256, 4096)), "");
        assert!(faults(&with(257, 1)).starts_with("embeds.0.title"));
        assert!(faults(&with(1, 4097)).starts_with("embeds.0.description"));
    }

    #[test]
    fn all_embeds_together_hold_6000() {
        let with =
            |last: usize| json!([{"description": "d".repeat(4000)}, {"description": "d".repeat(last)}]);
        assert_eq!(faults(&with(2000)), "");
        assert!(faults(&with(2001)).contains("MAX_EMBED_SIZE_EXCEEDED"));
    }

    #[test]
    fn fields_need_name_and_value_and_are_at_most_25() {
        let fields = |count| json!([{"fields": vec![json!({"name": "n", "value": "v"}); count]}]);
        assert_eq!(faults(&fields(25)), "");
        assert!(faults(&fields(26)).contains("embeds.0.fields"));
        assert!(
            faults(&json!([{"fields": [{"name": "", "value": "v"}]}])).contains("embeds.0.fields.0.name")
        );
        assert!(faults(&json!([{"colour": 1, "title": "x"}])).contains("embeds.0.colour"));
        assert!(faults(&json!([{}])).contains("embeds.0.description"));
    }
}
