//! What each layer may name.

use super::imports::{Import, imports};
use super::manifest::Manifest;
use super::tree::Source;

/// A layer: a top module of the common crate.
pub struct Layer {
    /// The module's name.
    pub name: &'static str,
    /// The other layers that it may name.
    pub sees: &'static [&'static str],
    /// The crates that it may name besides the standard library.
    pub crates: Crates,
}

/// Crates that a layer may name.
pub enum Crates {
    /// Any that the manifest has.
    All,
    /// These; a name that ends in `_` allows all that begin with it.
    Only(&'static [&'static str]),
}

/// The layers, innermost first.
pub const LAYERS: [Layer; 7] = [
    Layer {
        name: "domain",
        sees: &[],
        crates: Crates::Only(&[
            "serde",
            "serde_json",
            "jiff",
            "ulid",
            "thiserror",
            "hex",
            "hmac",
            "sha2",
            "csv",
            "icu_",
            "strsim",
            "unicode_security",
        ]),
    },
    Layer {
        name: "ports",
        sees: &["domain"],
        crates: Crates::Only(&["serde", "serde_json", "jiff", "thiserror", "futures"]),
    },
    Layer {
        name: "usecases",
        sees: &["domain", "ports"],
        crates: Crates::Only(&[
            "serde",
            "serde_json",
            "jiff",
            "thiserror",
            "futures",
            "hex",
            "sha2",
        ]),
    },
    Layer {
        name: "discord",
        sees: &["domain"],
        crates: Crates::Only(&[
            "serde",
            "serde_json",
            "jiff",
            "thiserror",
            "hex",
            "sha2",
            "ed25519_dalek",
            "twilight_",
        ]),
    },
    Layer {
        name: "jobs",
        sees: &["domain"],
        crates: Crates::Only(&["serde", "serde_json", "jiff", "thiserror"]),
    },
    Layer {
        name: "adapters",
        sees: &["domain", "ports"],
        crates: Crates::All,
    },
    Layer {
        name: "runtime",
        sees: &["domain", "ports", "usecases", "discord", "jobs", "adapters"],
        crates: Crates::All,
    },
];

/// The adapters, none of which may name another.
pub const ADAPTERS: [&str; 8] = [
    "discord_rest",
    "dynamo",
    "dynamo_budget",
    "eventbridge",
    "sqs",
    "system",
    "timeline",
    "uploads",
];

const STANDARD: [&str; 3] = ["std", "core", "alloc"];

/// What a source names and must not, a line each.
pub fn breaches(source: &Source, manifest: &Manifest) -> Vec<String> {
    let Some(layer) = source.module.first().map(|name| layer(name)) else {
        return Vec::new();
    };
    let found = imports(&source.text, &source.module, source.test);
    let told = found.iter().filter_map(|import| {
        let why = breach(layer?, source, import, manifest)?;
        let file = source.file.file_name().unwrap_or_default().display();
        let module = source.module.join("::");
        Some(format!("{module} ({file}:{}): {why}", import.line))
    });
    told.collect()
}

fn layer(name: &str) -> Option<&'static Layer> {
    LAYERS.iter().find(|layer| layer.name == name)
}

fn breach(layer: &Layer, source: &Source, import: &Import, manifest: &Manifest) -> Option<String> {
    if import.own {
        return own_breach(layer, source, &import.path);
    }
    let first = import.path.first()?;
    let known = manifest
        .crates()
        .chain(manifest.test_crates())
        .any(|name| name == *first);
    // `use` of what is neither a crate nor written with `crate`, `self` or `super`: an item in sight.
    let in_sight = !known && (!import.declared || declared_here(&source.text, first));
    if in_sight || STANDARD.contains(&first.as_str()) {
        return None;
    }
    let tests_own = import.test && manifest.test_crates().any(|name| name == *first);
    let allowed = match layer.crates {
        Crates::All => true,
        Crates::Only(names) => names
            .iter()
            .any(|name| first == name || (name.ends_with('_') && first.starts_with(name))),
    };
    (!allowed && !tests_own).then(|| format!("{} names the crate {first}", layer.name))
}

fn own_breach(layer: &Layer, source: &Source, path: &[String]) -> Option<String> {
    let to = match path {
        [] => return Some(format!("{} names the whole crate", layer.name)),
        [star, ..] if star == "*" => return Some(format!("{} names the whole crate", layer.name)),
        [to, ..] => to,
    };
    if layer.name == to {
        return (to == "adapters").then(|| other_adapter(source, path)).flatten();
    }
    if layer.sees.contains(&to.as_str()) {
        return None;
    }
    Some(format!("{} names {}", layer.name, path.join("::")))
}

fn other_adapter(source: &Source, path: &[String]) -> Option<String> {
    let (from, to) = (source.module.get(1)?, path.get(1).map_or("*", String::as_str));
    (from != to).then(|| format!("adapter {from} names {}", path.join("::")))
}

/// Whether the name is that of a type (no crate is written so) or of a module that the file declares.
fn declared_here(text: &str, name: &str) -> bool {
    let is_type = name.starts_with(char::is_uppercase);
    let ends = |after: &str| !after.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    is_type || text.split(&format!("mod {name}")).skip(1).any(ends)
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
