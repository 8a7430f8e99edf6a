//! Asks Discord for members of the roster whom a listing did not show that is a little shorter than the guild. The guild's count
//! is approximate, so the listing may be whole; but nobody loses their standing on that alone.

use super::listing::shown;
use super::{Course, SyncDiscord, SyncStore};
use crate::domain::notice::Render;
use crate::domain::sync::{ASKED_MOST, Found, Phase, SyncRun, Trouble};
use crate::usecases::Env;
use crate::usecases::job::JobFailure;

/// Members that are looked at together.
const PAGE: u32 = 100;
/// Questions of one step: few enough that it ends before the leg does.
const QUESTIONS: u32 = 5;

impl<S: SyncStore, E: Env, D: SyncDiscord, R: Render> Course<'_, S, E, D, R> {
    /// Asks for the next members that were not shown. Who is there after all is recorded as if they had been; where too
    /// many are missing, the listing is not believed, and the run ends without anybody losing anything.
    pub(super) async fn ask_for_absent(&self, run: &mut SyncRun) -> Result<(), JobFailure> {
        let club = run.key.club;
        let members = self.store.members_after(club, run.after, PAGE).await?;
        if members.is_empty() {
            run.enter(Phase::Standing);
            return Ok(());
        }
        let users: Vec<_> = members.iter().map(|member| member.user).collect();
        let known = self.seen_of(run, &users).await?;
        let (mut next, mut writes, mut asked) = (run.clone(), Vec::new(), 0);
        for member in members {
            let seen = known.get(&member.user);
            let settled = |found| seen.is_some_and(|seen| seen.run == run.key.run && seen.found == found);
            if settled(Found::Spared) || settled(Found::Unlisted) {
                // Found out by an earlier try of this step.
                next.counts.count(seen.map_or(Found::Unlisted, |seen| seen.found));
            } else if member.active
                && member.since < run.started_at
                && !seen.is_some_and(|seen| seen.member.is_here())
            {
                if next.asked >= ASKED_MOST {
                    let (listed, expected) = (run.listed(), run.expected.unwrap_or_default());
                    next.trouble.push(Trouble::Implausible { listed, expected });
                    next.enter(Phase::Ended);
                    break;
                }
                if asked >= QUESTIONS {
                    break;
                }
                (asked, next.asked) = (asked + 1, next.asked + 1);
                if let Some(listed) = self.discord.find_member(run.guild, member.user).await?
                    && !listed.bot
                {
                    let found = match seen {
                        Some(seen) if seen.run == run.key.run && seen.found == Found::Left => Found::Spared,
                        _ => Found::Unlisted,
                    };
                    writes.push(shown(run, &listed, found));
                    next.counts.count(found);
                }
            }
            next.after = Some(member.user);
        }
        self.write_seen(&writes).await?;
        *run = next;
        // Where nobody was missing, looking again is cheaper than writing.
        if asked == 0 && run.phase == Phase::Asking {
            return Ok(());
        }
        self.save(run).await
    }
}
