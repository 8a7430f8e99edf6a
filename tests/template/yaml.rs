//! Templates as values: `!Ref X`, `!GetAtt X.Y` and `!Sub T` become the objects that they are short for.

use saphyr::{LoadableYamlNode, ScalarOwned, YamlOwned};
use serde_json::{Map, Value, json};

pub fn read(text: &str) -> Value {
    let [document] = YamlOwned::load_from_str(text)
        .expect("YAML")
        .try_into()
        .expect("one document");
    value(document)
}

fn value(node: YamlOwned) -> Value {
    match node {
        YamlOwned::Value(scalar) => match scalar {
            ScalarOwned::Null => Value::Null,
            ScalarOwned::Boolean(it) => json!(it),
            ScalarOwned::Integer(it) => json!(it),
            ScalarOwned::FloatingPoint(it) => json!(it.into_inner()),
            ScalarOwned::String(it) => json!(it),
        },
        YamlOwned::Representation(text, ..) => json!(text),
        YamlOwned::Sequence(items) => items.into_iter().map(value).collect(),
        YamlOwned::Mapping(entries) => {
            let entry = |(key, item)| match value(key) {
                Value::String(key) => (key, value(item)),
                other => panic!("a key that is no text: {other}"),
            };
            Value::Object(entries.into_iter().map(entry).collect())
        }
        YamlOwned::Tagged(tag, inner) => intrinsic(&tag.suffix, value(*inner)),
        YamlOwned::Alias(_) | YamlOwned::BadValue => panic!("CloudFormation takes no aliases"),
    }
}

fn intrinsic(name: &str, argument: Value) -> Value {
    let (key, argument) = match (name, argument) {
        ("Ref" | "Condition", argument) => (name.to_owned(), argument),
        ("GetAtt", Value::String(path)) => {
            let (resource, attribute) = path.split_once('.').expect("an attribute");
            ("Fn::GetAtt".to_owned(), json!([resource, attribute]))
        }
        (_, argument) => (format!("Fn::{name}"), argument),
    };
    Value::Object(Map::from_iter([(key, argument)]))
}
