//! What Gantry may not do, what that blocks, and what to do about it.

use super::embed::{DESCRIPTION_MAX, Embed};
use super::lists::{List, Style};
use super::phrases;
use crate::domain::permissions::{Feature, Gap, Preflight, Right};

/// Room for the gaps in an embed's description; the rest is for the remedy.
const GAPS_MAX: usize = DESCRIPTION_MAX - 900;

/// The embed with what is missing, or with the news that nothing is.
pub(super) fn told(embed: Embed, preflight: &Preflight, invite: &str) -> Embed {
    if preflight.is_clear() {
        return embed.line("✅ Gantry has every permission that it needs here.");
    }
    let mut embed = embed
        .line("⚠️ **Some things will not work yet.** What is missing, and what it blocks:")
        .line(List::new(Style::Lines, lines(&preflight.gaps)).fit(GAPS_MAX));
    let of_guild = |gap: &Gap| matches!(gap, Gap::Guild { .. });
    if preflight.gaps.iter().any(of_guild) {
        let role = match preflight.bot_role {
            Some(role) => format!("<@&{role}>"),
            None => "Gantry's role".to_owned(),
        };
        embed = embed.line(format!(
            "**To grant all of these at once**, [invite Gantry again]({invite}), or switch them on for {role} in Server Settings → Roles."
        ));
    }
    embed
}

/// One line for each gap, those of one feature together.
pub(super) fn lines(gaps: &[Gap]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut features: Vec<(Feature, Vec<Right>)> = Vec::new();
    for gap in gaps {
        let Gap::Guild { right } = gap else { continue };
        match features
            .iter_mut()
            .find(|(feature, _)| *feature == right.feature())
        {
            Some((_, rights)) => rights.push(*right),
            None => features.push((right.feature(), vec![*right])),
        }
    }
    lines.extend(
        features
            .iter()
            .map(|(feature, rights)| format!("- {} · blocks {}", labels(rights), feature.label())),
    );
    lines.extend(gaps.iter().filter_map(other));
    lines
}

fn other(gap: &Gap) -> Option<String> {
    Some(match gap {
        Gap::Guild { .. } => return None,
        Gap::TimedOut { until } => format!(
            "- Gantry is timed out until {}, which blocks nearly everything. Remedy: end the time-out.",
            phrases::when(*until)
        ),
        Gap::Category { name, rights, .. } => {
            let blocks: Vec<&str> = gap.blocks().iter().map(|feature| feature.label()).collect();
            format!(
                "- In the category **{}**: {} · blocks {}. Remedy: Edit Category → Permissions → allow them for Gantry's role.",
                phrases::name(name),
                listed(rights, Right::label_in_channels),
                blocks.join(", ")
            )
        }
        Gap::RoleTooHigh { name, .. } => format!(
            "- The role **{}** stands above Gantry's own · blocks handing it out. Remedy: drag Gantry's role above it in Server Settings → Roles.",
            phrases::name(name)
        ),
        Gap::RoleManaged { name, .. } => format!(
            "- The role **{}** belongs to an integration, and nobody can hand it out. Remedy: choose another role.",
            phrases::name(name)
        ),
        Gap::RolePowerful { name, .. } => format!(
            "- The role **{}** lets its holder run parts of the server, and such roles Gantry leaves to people · it is never handed out. Remedy: give it by hand, take those permissions off it, or choose another role.",
            phrases::name(name)
        ),
        Gap::RoleGone { role } => {
            format!(
                "- A role that Gantry is to hand out (`{role}`) was deleted. Remedy: choose another role."
            )
        }
    })
}

fn labels(rights: &[Right]) -> String {
    listed(rights, Right::label)
}

fn listed(rights: &[Right], label: impl Fn(Right) -> &'static str) -> String {
    let labels: Vec<String> = rights
        .iter()
        .map(|right| format!("**{}**", label(*right)))
        .collect();
    labels.join(", ")
}
