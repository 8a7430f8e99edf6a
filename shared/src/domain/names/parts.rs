//! The optional parts of a name, at either end of it: a clan tag in brackets (`[APX] Max`, `Max (APX)`) or parted by a bar
//! (`APX | Max`), and a car number (`#42 Max`, `Max #42`).

use super::form::BAR;

/// Pairs that enclose a tag. Full-width ones have become plain by NFKC.
const BRACKETS: [(char, char); 12] = [
    ('[', ']'),
    ('(', ')'),
    ('{', '}'),
    ('<', '>'),
    ('«', '»'),
    ('【', '】'),
    ('「', '」'),
    ('『', '』'),
    ('《', '》'),
    ('〈', '〉'),
    ('〔', '〕'),
    ('〖', '〗'),
];
/// Longest word beside a bar that is a tag, in code points: what is longer is rather a name.
const BAR_TAG_MAX: usize = 6;
/// Digits of a car number; four, because old Discord names end so (`Max#0042`).
const NUMBER_MAX: usize = 4;

/// A cleaned name, taken apart.
#[derive(Debug, Default)]
pub(super) struct Parts {
    /// What is left.
    pub core: String,
    /// Tags as written.
    pub tags: Vec<String>,
    /// Numbers without `#`.
    pub numbers: Vec<String>,
}

/// Takes tags and numbers off both ends of a cleaned name, until none is left there.
pub(super) fn take_apart(cleaned: &str) -> Parts {
    let mut parts = Parts::default();
    let mut rest = trim(cleaned);
    while let Some((part, left)) = bracketed(rest)
        .or_else(|| numbered(rest))
        .or_else(|| barred(rest))
    {
        match part {
            Part::Tag(tag) => parts.tags.push(tag.to_owned()),
            Part::Number(number) => parts.numbers.push(number.to_owned()),
        }
        rest = trim(left);
    }
    parts.core = rest
        .split([' ', BAR])
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    parts
}

enum Part<'a> {
    Tag(&'a str),
    Number(&'a str),
}

fn trim(text: &str) -> &str {
    text.trim_matches([' ', BAR])
}

fn bracketed(text: &str) -> Option<(Part<'_>, &str)> {
    let (first, last) = (text.chars().next()?, text.chars().next_back()?);
    for (open, close) in BRACKETS {
        if first == open
            && let Some((tag, rest)) = text[open.len_utf8()..].split_once(close)
        {
            return Some((Part::Tag(tag), rest));
        }
        if last == close
            && let Some((rest, tag)) = text[..text.len() - close.len_utf8()].rsplit_once(open)
        {
            return Some((Part::Tag(tag), rest));
        }
    }
    None
}

fn numbered(text: &str) -> Option<(Part<'_>, &str)> {
    let is_number =
        |digits: &str| (1..=NUMBER_MAX).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    if let Some(behind) = text.strip_prefix('#') {
        let end = behind.find(|c: char| !c.is_ascii_digit()).unwrap_or(behind.len());
        let (digits, rest) = behind.split_at(end);
        // `#1stDriver` is a name.
        if is_number(digits) && !rest.chars().next().is_some_and(char::is_alphanumeric) {
            return Some((Part::Number(digits), rest));
        }
    }
    let (rest, digits) = text.rsplit_once('#')?;
    is_number(digits).then_some((Part::Number(digits), rest))
}

/// A short word beside a bar. If both sides could be it, the first is, unless only the last is in capitals.
fn barred(text: &str) -> Option<(Part<'_>, &str)> {
    let (first, behind) = text.split_once(BAR)?;
    let (before, last) = text.rsplit_once(BAR)?;
    let (first, last) = (first.trim_matches(' '), last.trim_matches(' '));
    let takes_last = is_tag(last) && (!is_tag(first) || (in_capitals(last) && !in_capitals(first)));
    match takes_last {
        true => Some((Part::Tag(last), before)),
        false => is_tag(first).then_some((Part::Tag(first), behind)),
    }
}

fn is_tag(word: &str) -> bool {
    (1..=BAR_TAG_MAX).contains(&word.chars().count()) && word.chars().all(char::is_alphanumeric)
}

fn in_capitals(word: &str) -> bool {
    word.chars().any(char::is_uppercase) && !word.chars().any(char::is_lowercase)
}
