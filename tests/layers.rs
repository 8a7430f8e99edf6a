//! The direction of imports (`docs/ARCHITECTURE.md`): read from the sources, and refused where it is wrong.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops where something is not as it should be"
)]

#[path = "layers/imports.rs"]
mod imports;
#[path = "layers/manifest.rs"]
mod manifest;
#[path = "layers/rules.rs"]
mod rules;
#[path = "layers/tree.rs"]
mod tree;

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn the_layers_of_the_common_crate_import_only_what_they_may() {
    let shared = root().join("shared");
    let manifest = manifest::Manifest::read(&read(&shared.join("Cargo.toml")));
    let sources = tree::sources(&shared.join("src"));
    let mut breaches = Vec::new();
    for source in &sources {
        breaches.extend(rules::breaches(source, &manifest));
    }
    assert!(breaches.is_empty(), "breaches:\n{}", breaches.join("\n"));
    let layers: std::collections::BTreeSet<_> = sources
        .iter()
        .filter_map(|source| source.module.first())
        .collect();
    for layer in rules::LAYERS {
        assert!(
            layers.contains(&layer.name.to_owned()),
            "no file in layer {}",
            layer.name
        );
    }
    assert_eq!(
        layers.len(),
        rules::LAYERS.len(),
        "a layer without a rule: {layers:?}"
    );
}

#[test]
fn every_source_file_of_the_common_crate_is_declared_by_a_module() {
    let src = root().join("shared/src");
    let declared: std::collections::BTreeSet<PathBuf> = tree::sources(&src)
        .into_iter()
        .map(|source| source.file)
        .collect();
    let there: std::collections::BTreeSet<PathBuf> = tree::rust_files(&src).into_iter().collect();
    let stray: Vec<_> = there.difference(&declared).collect();
    assert!(stray.is_empty(), "no module declares {stray:?}");
}

#[test]
fn the_adapters_of_the_rules_are_those_of_the_tree() {
    let sources = tree::sources(&root().join("shared/src"));
    let there: std::collections::BTreeSet<&str> = sources
        .iter()
        .filter(|source| source.module.len() == 2 && source.module[0] == "adapters")
        .map(|source| source.module[1].as_str())
        .collect();
    let known: std::collections::BTreeSet<&str> = rules::ADAPTERS.into_iter().collect();
    assert_eq!(there, known);
}

#[test]
fn a_function_depends_on_the_common_crate_and_on_no_other_of_ours() {
    let functions = root().join("functions");
    let mut seen = 0;
    for entry in std::fs::read_dir(&functions).unwrap() {
        let path = entry.unwrap().path().join("Cargo.toml");
        let manifest = manifest::Manifest::read(&read(&path));
        assert_eq!(manifest.ours(), ["gantry-shared"], "{}", path.display());
        seen += 1;
    }
    assert!(seen >= 4, "{seen} functions");
}

#[test]
fn the_common_crate_depends_on_no_other_of_ours() {
    let manifest = manifest::Manifest::read(&read(&root().join("shared/Cargo.toml")));
    assert_eq!(manifest.ours(), Vec::<&str>::new());
}
