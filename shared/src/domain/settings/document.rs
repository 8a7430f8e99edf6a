//! `docs/SETTINGS.md`, written from the registry.

use super::registry::{REGISTRY, Section, Spec};
use std::fmt::Write as _;

const HEAD: &str = "# Settings of a club

This page is written from the registry in `shared/src/domain/settings/registry.rs`; a test fails when it is out of date
(`GANTRY_WRITE_DOCS=1 cargo test -p gantry-tests --test documents` writes it).

What holds is the default, unless the operator says otherwise for all clubs (`GANTRY_CLUB_SETTINGS`, see
[CONFIGURATION.md](CONFIGURATION.md)), unless the club says otherwise for itself. `/settings view` shows what holds and where it
comes from; `/settings set` changes one setting; `/settings reset` takes back the club's own value of one setting, of a section
or of all. Each change is one version, and a row of the audit log with what was there before and after.

\"Read by\" names what goes by the setting today. Where it says \"nothing yet\", the value is kept, and the part of Gantry that
will go by it is still to come.
";

/// The document.
#[must_use]
pub fn document() -> String {
    let mut text = HEAD.to_owned();
    for section in Section::ALL {
        let _ = write!(text, "\n## {}\n\n", section.title());
        text.push_str(
            "| setting | takes | default | who | what it does | read by |\n|---|---|---|---|---|---|\n",
        );
        for spec in REGISTRY.iter().filter(|spec| spec.section == section) {
            text.push_str(&row(spec));
        }
    }
    text
}

fn row(spec: &Spec) -> String {
    let read_by = if spec.read_by.is_empty() {
        "nothing yet"
    } else {
        spec.read_by
    };
    format!(
        "| `{}` | {} | `{}` | {} | {} | {read_by} |\n",
        spec.name,
        spec.kind.takes(),
        spec.default,
        spec.takes.lowest().label(),
        spec.help,
    )
}
