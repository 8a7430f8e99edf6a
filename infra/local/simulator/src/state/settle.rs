//! What happens by itself as time passes.

use super::{State, instant};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

impl State {
    /// Does what time does, at most once a minute: archives threads that were silent for their time, starts and ends
    /// external scheduled events (Discord docs, topics/threads, resources/guild-scheduled-event).
    pub fn settle(&mut self, now: Timestamp) {
        if self.swept != Timestamp::MIN && now.duration_since(self.swept).abs() < SignedDuration::from_mins(1)
        {
            return;
        }
        self.swept = now;
        for channel in self.channels.values_mut() {
            let last = channel
                .messages
                .values()
                .next_back()
                .map(|message| message.created);
            let Some(thread) = channel.thread.as_mut().filter(|thread| !thread.archived) else {
                continue;
            };
            let active = last.map_or(thread.archive_changed, |last| last.max(thread.archive_changed));
            if now.duration_since(active) >= SignedDuration::from_mins(thread.auto_archive) {
                thread.archived = true;
                thread.archive_changed = now;
            }
        }
        let now = instant(now);
        let past = |at: &Value| at.as_str().is_some_and(|at| at <= now.as_str());
        for event in self
            .guilds
            .values_mut()
            .flat_map(|guild| guild.events.values_mut())
        {
            if event["entity_type"] != 3 {
                continue;
            }
            if event["status"] == 1 && past(&event["scheduled_start_time"]) {
                event["status"] = json!(2);
            }
            if event["status"] == 2 && past(&event["scheduled_end_time"]) {
                event["status"] = json!(3);
            }
        }
    }
}
