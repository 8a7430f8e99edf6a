//! A message as readable text, in a drawn box.

use crate::simulator::Simulator;
use crate::state::State;
use crate::view::{MessageView, name_of};
use jiff::Timestamp;
use serde_json::Value;

/// The inner width of a box, in characters.
const WIDTH: usize = 68;

impl Simulator {
    /// A message as text: author, content, embeds with fields, components; mentions and timestamps are spelled out.
    #[must_use]
    pub fn message_as_text(&self, message: &MessageView) -> String {
        let mut lines = Vec::new();
        let only = if message.ephemeral_for.is_some() {
            "  (only you can see this)"
        } else {
            ""
        };
        lines.push(format!(
            "{}  {}{only}",
            message.author_name,
            message.created.get(..16).unwrap_or_default().replace('T', " ")
        ));
        if message.loading {
            lines.push("… is thinking".to_owned());
        }
        self.with(|state| {
            let say = |text: &str| spelled(state, message.channel, text);
            push_text(&mut lines, "", &say(&message.content));
            for embed in &message.embeds {
                embed_lines(embed, &say, &mut lines);
            }
            for component in &message.components {
                component_lines(component, "", &say, &mut lines);
            }
        });
        boxed(&lines)
    }
}

fn push_text(lines: &mut Vec<String>, indent: &str, text: &str) {
    if !text.is_empty() {
        lines.extend(text.lines().map(|line| format!("{indent}{line}")));
    }
}

fn string<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

fn items<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

fn embed_lines(embed: &Value, say: &impl Fn(&str) -> String, lines: &mut Vec<String>) {
    push_text(lines, "┃ ", &say(string(&embed["author"], "name")));
    let title = say(string(embed, "title"));
    if !title.is_empty() {
        lines.push(format!("┃ ◆ {title}"));
    }
    push_text(lines, "┃ ", &say(string(embed, "description")));
    for field in items(embed, "fields") {
        lines.push("┃".to_owned());
        lines.push(format!("┃ {}", say(string(field, "name"))));
        push_text(lines, "┃   ", &say(string(field, "value")));
    }
    let footer = say(string(&embed["footer"], "text"));
    if !footer.is_empty() {
        lines.push(format!("┃ — {footer}"));
    }
}

fn button_text(button: &Value) -> String {
    let emoji = string(&button["emoji"], "name");
    let label = [emoji, string(button, "label")]
        .iter()
        .filter(|part| !part.is_empty())
        .copied()
        .collect::<Vec<_>>();
    let off = if button["disabled"] == true { " (off)" } else { "" };
    let link = if button["style"] == 5 { " ↗" } else { "" };
    format!("[ {}{link}{off} ]", label.join(" "))
}

fn component_lines(component: &Value, indent: &str, say: &impl Fn(&str) -> String, lines: &mut Vec<String>) {
    match component["type"].as_i64() {
        Some(1) => {
            let children = items(component, "components");
            let buttons: Vec<String> = children
                .iter()
                .filter(|child| child["type"] == 2)
                .map(button_text)
                .collect();
            if !buttons.is_empty() {
                lines.push(format!("{indent}{}", buttons.join(" ")));
            }
            for select in children.iter().filter(|child| child["type"] != 2) {
                lines.push(format!("{indent}[ {} ▾ ]", string(select, "placeholder")));
                for option in items(select, "options") {
                    let mark = if option["default"] == true { "●" } else { "○" };
                    lines.push(format!(
                        "{indent}   {mark} {}  {}",
                        string(option, "label"),
                        string(option, "description")
                    ));
                }
            }
        }
        Some(9) => {
            for child in items(component, "components") {
                component_lines(child, indent, say, lines);
            }
            if component["accessory"]["type"] == 2 {
                lines.push(format!("{indent}   {}", button_text(&component["accessory"])));
            }
        }
        Some(10) => push_text(lines, indent, &say(string(component, "content"))),
        Some(12) => lines.extend(
            items(component, "items")
                .iter()
                .map(|item| format!("{indent}🖼 {}", string(&item["media"], "url"))),
        ),
        Some(14) => lines.push(format!(
            "{indent}{}",
            if component["divider"] == false {
                ""
            } else {
                "────────"
            }
        )),
        Some(17) => {
            for child in items(component, "components") {
                component_lines(child, &format!("{indent}┃ "), say, lines);
            }
        }
        _ => {}
    }
}

/// Mentions, timestamps and emphasis as a reader sees them.
fn spelled(state: &State, channel: u64, text: &str) -> String {
    let guild = state.channels.get(&channel).and_then(|found| found.guild);
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        out.push_str(&rest[..start]);
        let tail = &rest[start + 1..];
        let found = tail
            .find('>')
            .and_then(|end| Some((mention(state, guild, &tail[..end])?, end)));
        match found {
            Some((spelled, end)) => {
                out.push_str(&spelled);
                rest = &tail[end + 1..];
            }
            None => {
                out.push('<');
                rest = tail;
            }
        }
    }
    out.push_str(rest);
    out.replace("**", "").replace("__", "")
}

fn mention(state: &State, guild: Option<u64>, inner: &str) -> Option<String> {
    if let Some(role) = inner.strip_prefix("@&") {
        let role = role.parse().ok()?;
        let name = state
            .guilds
            .get(&guild?)?
            .roles
            .get(&role)
            .map(|role| role.name.clone());
        return Some(format!("@{}", name.unwrap_or_else(|| "deleted-role".to_owned())));
    }
    if let Some(user) = inner.strip_prefix('@') {
        return Some(format!(
            "@{}",
            name_of(state, guild, user.trim_start_matches('!').parse().ok()?)
        ));
    }
    if let Some(channel) = inner.strip_prefix('#') {
        let found = state.channels.get(&channel.parse().ok()?);
        return Some(found.map_or_else(
            || "#deleted-channel".to_owned(),
            |found| format!("#{}", found.name),
        ));
    }
    if let Some(time) = inner.strip_prefix("t:") {
        let seconds = time.split(':').next()?.parse().ok()?;
        return Some(
            Timestamp::from_second(seconds)
                .ok()?
                .strftime("%a %d %b %Y %H:%M UTC")
                .to_string(),
        );
    }
    let command = inner.strip_prefix('/')?;
    Some(format!("/{}", command.split(':').next()?))
}

/// The lines in a box; longer ones are broken at spaces.
fn boxed(lines: &[String]) -> String {
    let mut out = format!("╭{}╮\n", "─".repeat(WIDTH + 2));
    for line in lines.iter().flat_map(|line| broken(line)) {
        let pad = WIDTH.saturating_sub(width(&line));
        out.push_str(&format!("│ {line}{} │\n", " ".repeat(pad)));
    }
    out.push_str(&format!("╰{}╯", "─".repeat(WIDTH + 2)));
    out
}

/// Columns on a terminal: wide scripts and emoji take two, marks that join the one before them none.
fn width(text: &str) -> usize {
    text.chars()
        .map(|character| match u32::from(character) {
            0x0300..=0x036F | 0x200B..=0x200F | 0xFE00..=0xFE0F => 0,
            0x1100..=0x115F | 0x2E80..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFF00..=0xFF60 => 2,
            0x1F300..=0x1FAFF => 2,
            _ => 1,
        })
        .sum()
}

fn broken(line: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut current = String::new();
    for word in line.split_inclusive(' ') {
        if width(&current) + width(word.trim_end()) > WIDTH && !current.trim().is_empty() {
            out.push(std::mem::take(&mut current).trim_end().to_owned());
        }
        for character in word.chars() {
            if width(&current) + width(&character.to_string()) > WIDTH {
                out.push(std::mem::take(&mut current));
            }
            current.push(character);
        }
    }
    out.push(current.trim_end().to_owned());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_a_box_is_equally_wide() {
        let drawn = boxed(&[
            "short".to_owned(),
            "山本 太郎 🏁".to_owned(),
            "word ".repeat(40),
            "x".repeat(200),
        ]);
        let widths: Vec<usize> = drawn.lines().map(width).collect();
        assert!(
            widths.iter().all(|width| *width == WIDTH + 4),
            "{widths:?}\n{drawn}"
        );
    }

    #[test]
    fn mentions_and_times_are_spelled_out() {
        let state = State::new(7, "Gantry", String::new());
        assert_eq!(
            spelled(&state, 1, "**<@7>** at <t:1795874400:F>"),
            "@Gantry at Sat 28 Nov 2026 14:00 UTC"
        );
        assert_eq!(spelled(&state, 1, "a < b and <#5>"), "a < b and #deleted-channel");
    }
}
