//! The names of a crate's dependencies, as its sources write them.

/// What a `Cargo.toml` names.
#[derive(Debug, Default)]
pub struct Manifest {
    packages: Vec<String>,
    development: Vec<String>,
}

impl Manifest {
    /// Reads the dependency tables. Every dependency here is one line, `name.workspace = true` or `name = …`.
    pub fn read(text: &str) -> Self {
        let mut manifest = Self::default();
        let mut section = "";
        for line in text.lines().map(str::trim) {
            if let Some(name) = line.strip_prefix('[') {
                section = name.trim_end_matches(']');
                continue;
            }
            let name: String = line
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
                .collect();
            match section {
                _ if name.is_empty() => {}
                "dependencies" => manifest.packages.push(name),
                "dev-dependencies" => manifest.development.push(name),
                _ => {}
            }
        }
        manifest
    }

    /// The crates that all sources can name.
    pub fn crates(&self) -> impl Iterator<Item = String> {
        self.packages.iter().map(|package| crate_name(package))
    }

    /// The crates that tests can name besides.
    pub fn test_crates(&self) -> impl Iterator<Item = String> {
        self.development.iter().map(|package| crate_name(package))
    }

    /// The crates of this workspace among them, tests' own left out.
    pub fn ours(&self) -> Vec<&str> {
        let ours = self.packages.iter().map(String::as_str);
        ours.filter(|package| package.starts_with("gantry-")).collect()
    }
}

/// The name of a package's library: its own, but for the one that says otherwise.
fn crate_name(package: &str) -> String {
    match package {
        "dynoxide-rs" => "dynoxide".to_owned(),
        other => other.replace('-', "_"),
    }
}

#[test]
fn dependencies_are_read_by_section() {
    let text = "[package]\nname = \"x\"\n\n[dependencies]\nserde-json.workspace = true\ngantry-shared.workspace = true\n\
                tokio = { version = \"1\" }\n[dev-dependencies]\ndynoxide-rs.workspace = true\n[features]\ndefault = []\n";
    let manifest = Manifest::read(text);
    let crates: Vec<_> = manifest.crates().collect();
    assert_eq!(crates, ["serde_json", "gantry_shared", "tokio"]);
    assert_eq!(manifest.test_crates().collect::<Vec<_>>(), ["dynoxide"]);
    assert_eq!(manifest.ours(), ["gantry-shared"]);
}
