//! Characters: which are dropped, which are separators, and how case goes.

use icu_casemap::CaseMapper;
use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::props::{
    BinaryProperty, DefaultIgnorableCodePoint, EnumeratedProperty, GeneralCategory, WhiteSpace,
};

/// What stands between a tag and a name, in all its shapes.
pub(super) const BAR: char = '|';

/// Full case folding, without the Turkic special cases: `ß` becomes `ss`.
pub(super) fn fold(text: &str) -> String {
    CaseMapper::new().fold_string(text).into_owned()
}

/// NFKC, without invisible characters, words parted by single spaces, bars as [`BAR`]. Case stays.
pub(super) fn clean(text: &str) -> String {
    let composed = ComposingNormalizerBorrowed::new_nfkc().normalize(text);
    let mut cleaned = String::with_capacity(composed.len());
    for c in composed.chars() {
        match kind(c) {
            Kind::Dropped => {}
            Kind::Separator if cleaned.is_empty() || cleaned.ends_with(' ') => {}
            Kind::Separator => cleaned.push(' '),
            Kind::Bar => cleaned.push(BAR),
            Kind::Kept => cleaned.push(c),
        }
    }
    cleaned.truncate(cleaned.trim_end_matches(' ').len());
    cleaned
}

enum Kind {
    Kept,
    Dropped,
    Separator,
    Bar,
}

fn kind(c: char) -> Kind {
    match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' => Kind::Kept,
        ' ' | '_' | '-' | '.' => Kind::Separator,
        // Kana parts names with its middle dot; a blank braille cell and a minus only look different from a space and a hyphen.
        '\u{30FB}' | '\u{2800}' | '\u{2212}' => Kind::Separator,
        '|' | '\u{00A6}' | '\u{2016}' | '\u{2223}' | '\u{2502}' | '\u{2503}' | '\u{2758}' => Kind::Bar,
        c if c.is_ascii() && !c.is_ascii_control() => Kind::Kept,
        c if WhiteSpace::for_char(c) => Kind::Separator,
        c if DefaultIgnorableCodePoint::for_char(c) => Kind::Dropped,
        c => match GeneralCategory::for_char(c) {
            GeneralCategory::Control | GeneralCategory::Format => Kind::Dropped,
            GeneralCategory::DashPunctuation | GeneralCategory::ConnectorPunctuation => Kind::Separator,
            _ => Kind::Kept,
        },
    }
}
