//! What the documents say of the code is true.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops where something is not as it should be"
)]

use gantry_shared::runtime::settings::SETTINGS;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// All documents, as paths from the root.
fn documents() -> Vec<String> {
    let mut found: Vec<String> = ["README.md", "events/README.md"].map(str::to_owned).to_vec();
    for folder in ["docs", "docs/adr"] {
        for entry in std::fs::read_dir(root().join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if Path::new(&name).extension().is_some_and(|end| end == "md") {
                found.push(format!("{folder}/{name}"));
            }
        }
    }
    found
}

/// What stands between single backticks, code blocks left out.
fn quoted(text: &str) -> Vec<String> {
    let prose: String = text.split("```").step_by(2).collect::<Vec<_>>().join(" ");
    prose.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn the_settings_are_those_of_the_code() {
    let told: Vec<String> = read("docs/CONFIGURATION.md")
        .lines()
        .filter(|line| line.starts_with("| `GANTRY_"))
        .map(str::to_owned)
        .collect();
    let expected: Vec<String> = SETTINGS
        .iter()
        .map(|setting| {
            let default = setting
                .default
                .map_or("required".to_owned(), |value| format!("`{value}`"));
            let secret = if setting.secret { "yes" } else { "no" };
            format!(
                "| `{}` | {} | {default} | {secret} |",
                setting.name, setting.about
            )
        })
        .collect();
    assert_eq!(told, expected);
}

#[test]
fn the_clubs_settings_are_those_of_the_registry() {
    let written = gantry_shared::domain::settings::document();
    let path = "docs/SETTINGS.md";
    if std::env::var_os("GANTRY_WRITE_DOCS").is_some() {
        std::fs::write(root().join(path), &written).unwrap();
    }
    assert!(
        read(path) == written,
        "{path} is out of date: GANTRY_WRITE_DOCS=1 cargo test -p gantry-tests --test documents writes it"
    );
}

#[test]
fn the_files_that_are_named_are_there() {
    let folders = [
        "shared/",
        "functions/",
        "infra/",
        "tests/",
        "events/",
        "docs/",
        ".ci/",
    ];
    let mut missing = Vec::new();
    let mut seen = 0;
    for document in documents() {
        for path in quoted(&read(&document)) {
            let is_path = folders.iter().any(|folder| path.starts_with(folder))
                && !path.contains([' ', '*', '<', '…', '{']);
            if !is_path {
                continue;
            }
            seen += 1;
            if !root().join(&path).exists() {
                missing.push(format!("{document}: {path}"));
            }
        }
    }
    assert!(seen > 50, "only {seen} paths were recognised");
    assert!(missing.is_empty(), "not there: {missing:#?}");
}

#[test]
fn the_links_between_documents_lead_somewhere() {
    let mut broken = Vec::new();
    for document in documents() {
        let folder = root().join(&document).parent().unwrap().to_owned();
        for link in read(&document)
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let file = link.split('#').next().unwrap();
            let outside = link.starts_with("http") || file.is_empty();
            if !outside && !folder.join(file).exists() {
                broken.push(format!("{document}: {link}"));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn the_runbook_says_what_to_do_at_each_alarm() {
    let runbook = read("docs/RUNBOOK.md");
    let headings: Vec<String> = runbook
        .lines()
        .filter_map(|line| line.strip_prefix("## "))
        .map(anchor)
        .collect();
    let rows = runbook.lines().filter(|line| line.starts_with("| `"));
    let mut told = Vec::new();
    for row in rows.take_while(|row| row.contains("](#")) {
        let (names, remedy) = row.split_once(" | ").unwrap();
        told.extend(quoted(names));
        let (_, target) = remedy.split_once("](#").unwrap();
        let (target, _) = target.split_once(')').unwrap();
        assert!(
            headings.iter().any(|heading| heading == target),
            "no section #{target}"
        );
    }
    let alarms = read("infra/alarms.yaml");
    let names = alarms
        .lines()
        .filter_map(|line| line.trim().strip_prefix("AlarmName: !Sub '${Prefix}-"));
    let mut names: Vec<String> = names.map(|name| name.trim_end_matches('\'').to_owned()).collect();
    names.sort();
    told.sort();
    assert_eq!(told, names);
}

/// What a heading is linked by: lower case, what is no letter, digit, hyphen or space left out, spaces as hyphens.
fn anchor(heading: &str) -> String {
    let kept = heading
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-'));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}
