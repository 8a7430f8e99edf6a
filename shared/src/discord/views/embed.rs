//! Embeds within Discord's limits (Discord docs, resources/message), counted in UTF-16 units, the stricter way.

use crate::discord::text;
use crate::domain::club::Colour;
use serde_json::{Value, json};

/// Longest title.
pub(super) const TITLE_MAX: usize = 256;
/// Longest description.
pub(super) const DESCRIPTION_MAX: usize = 4096;
/// Longest value of a field.
pub(super) const FIELD_VALUE_MAX: usize = 1024;
/// Most fields.
pub(super) const FIELDS_MAX: usize = 25;
/// All texts of all embeds of a message together.
pub(super) const TOTAL_MAX: usize = 6000;

/// An embed being put together. Texts are finished markdown: whoever puts one in has escaped what people typed.
#[derive(Debug)]
pub(super) struct Embed {
    colour: Colour,
    title: String,
    description: Vec<String>,
    fields: Vec<Field>,
    image: Option<String>,
}

#[derive(Debug)]
struct Field {
    name: String,
    value: String,
    inline: bool,
}

impl Embed {
    pub(super) fn new(colour: Colour, title: impl Into<String>) -> Self {
        Self {
            colour,
            title: title.into(),
            description: Vec::new(),
            fields: Vec::new(),
            image: None,
        }
    }

    /// The picture that is attached to the message by that name.
    pub(super) fn attached(mut self, picture: &str) -> Self {
        self.image = Some(format!("attachment://{picture}"));
        self
    }

    /// A line of the description; an empty one is passed over.
    pub(super) fn line(mut self, line: impl Into<String>) -> Self {
        let line = line.into();
        if !line.is_empty() {
            self.description.push(line);
        }
        self
    }

    /// A field; one without a value would be refused, and is passed over.
    pub(super) fn field(mut self, name: impl Into<String>, value: impl Into<String>, inline: bool) -> Self {
        let value = value.into();
        if !value.is_empty() {
            self.fields.push(Field {
                name: name.into(),
                value,
                inline,
            });
        }
        self
    }

    /// How much of the total is left.
    pub(super) fn left(&self) -> usize {
        let fields: usize = self
            .fields
            .iter()
            .map(|field| text::len(&field.name) + text::len(&field.value))
            .sum();
        let used = text::len(&self.title) + text::len(&self.description.join("\n")) + fields;
        TOTAL_MAX.saturating_sub(used)
    }

    pub(super) fn into_json(self) -> Value {
        let fields: Vec<Value> = self
            .fields
            .into_iter()
            .take(FIELDS_MAX)
            .map(|field| json!({ "name": field.name, "value": field.value, "inline": field.inline }))
            .collect();
        let mut embed = json!({
            "title": text::cut(&self.title, TITLE_MAX),
            "color": self.colour.0,
            "fields": fields,
        });
        if let Some(url) = self.image {
            embed["image"] = json!({ "url": url });
        }
        if !self.description.is_empty() {
            embed["description"] = json!(text::cut(&self.description.join("\n"), DESCRIPTION_MAX));
        }
        embed
    }
}
