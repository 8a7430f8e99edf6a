//! Lines to bytes.

use super::Column;
use crate::domain::roster::Entry;

/// The roster's entries that are on it, as a file: UTF-8 with a byte order mark (without one, spreadsheets guess another
/// encoding), commas, lines ended by CR LF, sorted by name.
///
/// # Errors
/// If an entry cannot be written, which memory alone could cause.
pub fn export(entries: &[Entry]) -> Result<Vec<u8>, csv::Error> {
    let mut shown: Vec<&Entry> = entries
        .iter()
        .filter(|entry| entry.retired_at.is_none())
        .collect();
    shown.sort_by_cached_key(|entry| (entry.name.to_lowercase(), entry.id));
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(b"\xEF\xBB\xBF".to_vec());
    let header = Column::ALL.into_iter().map(Column::header);
    writer.write_record(header.chain(["linked", "since"]))?;
    for entry in shown {
        writer.write_record([
            entry.id.to_string(),
            armed(&entry.name),
            entry.user.map(|user| user.to_string()).unwrap_or_default(),
            entry.rank.label().to_owned(),
            if entry.linked { "yes" } else { "no" }.to_owned(),
            entry.since.strftime("%Y-%m-%d").to_string(),
        ])?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

/// The text with an apostrophe before it if a spreadsheet would run it as a formula, or if it begins with apostrophes before
/// that already: so that taking one away always gives the text back (OWASP, CSV injection).
pub(in crate::domain) fn armed(text: &str) -> String {
    if is_armed(text.trim_start_matches('\'')) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// Whether a spreadsheet might take a cell that begins so for a formula. Full-width signs are taken for plain ones by some.
pub(super) fn is_armed(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}
