//! Text that people type: cleaned, and bounded in Unicode code points.

/// Why a text is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextFault {
    /// Nothing is left after cleaning.
    Empty,
    /// More code points than allowed.
    TooLong {
        /// The most that is allowed.
        max: usize,
    },
}

/// One line of text: runs of white space become one space, control and other invisible formatting characters go.
///
/// # Errors
/// [`TextFault::Empty`] and [`TextFault::TooLong`], counted in code points after cleaning.
pub fn line(text: &str, max: usize) -> Result<String, TextFault> {
    let kept: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !is_unwanted(*c))
        .collect();
    bounded(
        kept.split(' ')
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join(" "),
        max,
    )
}

/// Several lines of text: as [`line()`], but line breaks stay, at most one empty line in a row.
///
/// # Errors
/// [`TextFault::TooLong`]; an empty paragraph is fine.
pub fn paragraph(text: &str, max: usize) -> Result<String, TextFault> {
    let mut lines: Vec<String> = Vec::new();
    for raw in text.lines() {
        let cleaned: String = raw.chars().filter(|c| !is_unwanted(*c)).collect();
        let cleaned = cleaned.trim_end().to_owned();
        let gap = lines.last().is_none_or(String::is_empty);
        if !(cleaned.is_empty() && gap) {
            lines.push(cleaned);
        }
    }
    match bounded(lines.join("\n").trim_end().to_owned(), max) {
        Err(TextFault::Empty) => Ok(String::new()),
        other => other,
    }
}

/// The form in which two names of one club are compared: lower case, white space and `-`, `_`, `.` equal.
#[must_use]
pub fn comparable(name: &str) -> String {
    let spaced: String = name
        .chars()
        .flat_map(char::to_lowercase)
        .map(|c| {
            if c.is_whitespace() || matches!(c, '-' | '_' | '.') {
                ' '
            } else {
                c
            }
        })
        .collect();
    spaced
        .split(' ')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join("-")
}

fn bounded(text: String, max: usize) -> Result<String, TextFault> {
    match text.chars().count() {
        0 => Err(TextFault::Empty),
        count if count > max => Err(TextFault::TooLong { max }),
        _ => Ok(text),
    }
}

/// Control characters, and formatting characters that reorder or hide text (bidirectional overrides and isolates,
/// zero-width space, soft hyphen, Hangul fillers, word joiner, byte order mark). Zero-width joiners stay: scripts and emoji need them.
fn is_unwanted(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{00AD}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_is_cleaned_and_bounded() {
        assert_eq!(line("  Monza\t 6 h\n ", 100), Ok("Monza 6 h".to_owned()));
        assert_eq!(line("a\u{202E}b\u{0000}c", 3), Ok("abc".to_owned()));
        assert_eq!(line(" \u{200B} ", 10), Err(TextFault::Empty));
        assert_eq!(line(&"é".repeat(100), 100), Ok("é".repeat(100)));
        assert_eq!(line(&"é".repeat(101), 100), Err(TextFault::TooLong { max: 100 }));
    }

    #[test]
    fn a_paragraph_keeps_its_lines() {
        assert_eq!(
            paragraph("\n\none\r\n\n\n\ntwo  \n\n", 100),
            Ok("one\n\ntwo".to_owned())
        );
        assert_eq!(paragraph(" \n", 100), Ok(String::new()));
    }

    #[test]
    fn names_that_differ_in_case_and_separators_compare_equal() {
        assert_eq!(comparable("GT_Sprint  Cup"), comparable("gt sprint-cup"));
        assert_ne!(comparable("GT3"), comparable("GT4"));
    }

    proptest! {
        #[test]
        fn cleaning_twice_changes_nothing(text in "\\PC{0,60}|.{0,60}") {
            if let Ok(once) = line(&text, 1000) {
                prop_assert_eq!(line(&once, 1000), Ok(once));
            }
            if let Ok(once) = paragraph(&text, 1000) {
                prop_assert_eq!(paragraph(&once, 1000), Ok(once));
            }
        }
    }
}
