//! Text on its way to Discord: measured, cut, and made harmless.

use crate::domain::text;

/// Length as the stricter of the two ways to count: UTF-16 units, never fewer than code points.
#[must_use]
pub fn len(text: &str) -> usize {
    text.encode_utf16().count()
}

/// The text if it has at most `max` UTF-16 units, else as much of it as fits with `…` behind. Never splits a character.
#[must_use]
pub fn cut(text: &str, max: usize) -> String {
    if len(text) <= max {
        return text.to_owned();
    }
    let mut left = max.saturating_sub(1);
    let kept: String = text
        .chars()
        .take_while(|c| {
            let fits = c.len_utf16() <= left;
            left = left.saturating_sub(c.len_utf16());
            fits
        })
        .collect();
    let ellipsis = if max == 0 { "" } else { "…" };
    format!("{}{ellipsis}", kept.trim_end())
}

/// A name as one line of plain text (labels, titles without markdown), at most `max` UTF-16 units.
#[must_use]
pub fn plain(name: &str, max: usize) -> String {
    let line = text::line(name, usize::MAX).unwrap_or_else(|_| "?".to_owned());
    cut(&line, max)
}

/// A name for a place where Discord reads markdown: one line of at most `max` UTF-16 units before escaping, which at most
/// doubles it.
#[must_use]
pub fn name(text: &str, max: usize) -> String {
    escape_line(&plain(text, max), false)
}

/// Free text of several lines for a place where Discord reads markdown. Plain web addresses stay as they are; everything
/// else is escaped. `max` UTF-16 units, escapes included.
#[must_use]
pub fn paragraph(typed: &str, max: usize) -> String {
    let cleaned = text::paragraph(typed, usize::MAX).unwrap_or_default();
    let whole = escape_lines(&cleaned);
    if len(&whole) <= max {
        return whole;
    }
    // Escaping is not cut itself: half an escape would set free what it guards. So less is escaped.
    let (mut fits, mut over) = (0, cleaned.chars().count());
    while over - fits > 1 {
        let middle = usize::midpoint(fits, over);
        let part: String = cleaned.chars().take(middle).collect();
        if len(&escape_lines(&part)) < max {
            fits = middle
        } else {
            over = middle
        }
    }
    let part: String = cleaned.chars().take(fits).collect();
    format!("{}…", escape_lines(part.trim_end()))
}

fn escape_lines(text: &str) -> String {
    text.lines()
        .map(|line| escape_line(line, true))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Escapes what Discord's markdown gives a meaning to: emphasis, code, spoilers, links, mentions, and what begins a heading, a
/// quote or a list.
fn escape_line(line: &str, keep_addresses: bool) -> String {
    let mut out = String::with_capacity(line.len() + 8);
    let body = line.trim_start();
    out.push_str(&line[..line.len() - body.len()]);
    let marker = list_marker(body);
    out.push_str(&body[..marker]);
    if marker < body.len() && begins_block(&body[marker..], marker > 0) {
        out.push('\\');
    }
    for word in body[marker..].split_inclusive(' ') {
        if keep_addresses && is_address(word.trim_end()) {
            out.push_str(word);
        } else {
            escape_word(word, &mut out);
        }
    }
    out
}

/// How many digits the line begins with, if a list's dot follows them.
fn list_marker(line: &str) -> usize {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0 && line[digits..].starts_with('.') {
        digits
    } else {
        0
    }
}

fn begins_block(rest: &str, after_digits: bool) -> bool {
    rest.starts_with(['#', '-', '+', '>']) || (after_digits && rest.starts_with('.'))
}

fn escape_word(word: &str, out: &mut String) {
    let mut rest = word.chars();
    while let Some(c) = rest.next() {
        let scheme_ends = c == ':' && rest.as_str().starts_with("//");
        if scheme_ends
            || matches!(
                c,
                '\\' | '*' | '_' | '~' | '`' | '|' | '[' | ']' | '(' | ')' | '<'
            )
        {
            out.push('\\');
        }
        out.push(c);
        if c == '@' {
            // No escape stops `@everyone` from being looked for; a character of no width behind the sign does.
            out.push('\u{200B}');
        }
    }
}

/// A web address that holds nothing with a meaning of its own.
fn is_address(word: &str) -> bool {
    let rest = word
        .strip_prefix("https://")
        .or_else(|| word.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        !rest.is_empty()
            && rest
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-._~/?#&=%+,;:!".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_lose_every_meaning() {
        for (typed, shown) in [
            ("Ana", "Ana"),
            ("**Ana**", r"\*\*Ana\*\*"),
            ("a_b_c", r"a\_b\_c"),
            ("[free](https://x.example)", r"\[free\]\(https\://x.example\)"),
            ("https://x.example", r"https\://x.example"),
            (
                "<@123> <#4> </a:5> <t:1:R> <:a:1>",
                "\\<@\u{200B}123> \\<#4> \\</a:5> \\<t:1:R> \\<:a:1>",
            ),
            ("@everyone", "@\u{200B}everyone"),
            ("# big", r"\# big"),
            ("-# small", r"\-# small"),
            ("> quote", r"\> quote"),
            ("- item", r"\- item"),
            ("1. item", r"1\. item"),
            ("1.5 litres", r"1\.5 litres"),
            ("`||~~", r"\`\|\|\~\~"),
            (r"\*", r"\\\*"),
            ("a\nb\tc\u{202E}d", "a b cd"),
            ("\u{200B}", "?"),
            ("王小明 - GT3", "王小明 - GT3"),
        ] {
            assert_eq!(name(typed, 100), shown, "{typed}");
        }
    }

    #[test]
    fn a_paragraph_keeps_lines_and_plain_addresses() {
        assert_eq!(
            paragraph(
                "# Rules\nsee https://club.example/r_1?a=b and https://x.example/(a)\n- *no* contact",
                500
            ),
            "\\# Rules\nsee https://club.example/r_1?a=b and https\\://x.example/\\(a\\)\n\\- \\*no\\* contact"
        );
    }

    #[test]
    fn cutting_counts_utf_16_units_and_splits_nothing() {
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(cut("abcd", 3), "ab…");
        assert_eq!(cut("🏎🏎🏎", 6), "🏎🏎🏎");
        assert_eq!(cut("🏎🏎🏎", 5), "🏎🏎…");
        assert_eq!(cut("🏎🏎🏎", 4), "🏎…");
        assert_eq!(cut("abc", 0), "");
    }

    /// Whether a character with a meaning stands there without a backslash before it.
    fn has_meaning(shown: &str) -> bool {
        let mut chars = shown.chars();
        while let Some(c) = chars.next() {
            match c {
                '\\' if chars.next().is_none() => return true,
                '\\' => {}
                '*' | '_' | '~' | '`' | '|' | '[' | ']' | '(' | ')' | '<' => return true,
                '@' if !chars.as_str().starts_with('\u{200B}') => return true,
                _ => {}
            }
        }
        false
    }

    proptest! {
        #[test]
        fn no_name_keeps_a_meaning(typed in "\\PC{0,40}|[*_~`|\\[\\]()<>@#:/ .\\\\1-]{0,40}", max in 1..60_usize) {
            let shown = name(&typed, max);
            prop_assert!(!has_meaning(&shown), "{shown}");
            prop_assert!(!shown.replace("\\:", ".").contains("://") && !shown.contains('\n'));
            prop_assert!(!shown.starts_with(['#', '-', '+', '>']));
            prop_assert!(len(&shown) <= 2 * max + 2 && !shown.is_empty());
        }

        #[test]
        fn a_paragraph_is_within_its_limit(typed in "(\\PC|\n){0,80}|[*_<@\n 🏎]{0,80}", max in 1..60_usize) {
            let shown = paragraph(&typed, max);
            prop_assert!(len(&shown) <= max, "{shown:?}");
            let words = shown.split_whitespace().filter(|word| !is_address(word));
            for word in words {
                prop_assert!(!has_meaning(word), "{word}");
            }
        }

        #[test]
        fn what_is_cut_fits(typed in "\\PC{0,40}", max in 0..50_usize) {
            prop_assert!(len(&cut(&typed, max)) <= max);
        }
    }
}
