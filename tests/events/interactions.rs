//! The samples of `functions/interactions`.

use super::stand;
use gantry_interactions::{App, handle};

/// Each sample, the status of its answer, and something that the answer says.
pub const ANSWERS: &[(&str, u16, &str)] = &[
    ("autocomplete-entry", 200, "Mika Lehtonen · member"),
    ("autocomplete-person", 200, "Mika Lehtonen · member"),
    ("autocomplete-driver", 200, "Jiří Novák · Blue Flag"),
    ("autocomplete-event", 200, "Monza 6h (draft) · Endurance Cup"),
    ("autocomplete-help", 200, "/event publish"),
    ("autocomplete-series", 200, "Endurance Cup"),
    ("autocomplete-team", 200, "Blue Flag · LMP2 · 1"),
    ("autocomplete-time-zone", 200, "Europe/Berlin"),
    ("autocomplete-setting", 200, "sync.direction"),
    ("autocomplete-setting-target", 200, "all of “Channels of events”"),
    ("autocomplete-setting-value", 200, "such as monza-6h-2026"),
    ("base64", 200, "You have a seat in **GT3**"),
    ("button-availability", 200, "When can you drive?"),
    ("button-details", 200, "You have a seat in **LMP2**"),
    ("button-conflict-accept", 200, "Settled: it is"),
    (
        "button-conflict-ignore",
        200,
        "asked again when there is something new",
    ),
    ("button-conflict-never", 200, "not asked about it again"),
    ("button-conflict-skip", 200, "Whose account is it?"),
    // The team has no plan.
    ("button-stint-seen", 200, "There is no such event"),
    ("button-dm-details", 200, "You have a seat in **LMP2**"),
    ("button-hand-over", 200, "owns the club now"),
    ("button-leave-as-it-is", 200, "Nothing was changed"),
    ("button-import-cancel", 200, "Nothing was changed."),
    ("button-import-confirm", 200, "Entries that are being written: 1."),
    ("button-results-leave", 200, "Nothing was changed."),
    ("button-results-take", 200, "from the start of the race on"),
    ("button-info", 200, "You have not answered"),
    ("button-join-approve", 200, "Request approved"),
    ("button-join-reject", 200, "Reject Aino Virtanen"),
    ("button-keep-link", 200, "Nothing was changed"),
    ("button-leave", 200, "you are no longer signed up for **Spa 6h**"),
    ("button-not-coming", 200, "you are not coming to **Spa 6h**"),
    ("button-sync-older", 200, "There are no more."),
    ("button-keep-settings", 200, "Nothing was reset"),
    ("button-reset-settings", 200, "`club.time_zone` is **UTC**"),
    (
        "button-roster-take-off",
        200,
        "**Mika Lehtonen** is not on the roster any more",
    ),
    ("button-roster-page", 200, "**Ada Weber** · owner"),
    ("button-setup-step", 200, "Where are requests to join"),
    ("button-setup-zone", 200, "\"title\":\"Time zone\""),
    ("button-sign-up", 200, "Which class will you drive in **Spa 6h**?"),
    ("button-unlink", 200, "Apex Endurance is unlinked"),
    ("command-club-create", 200, "Welcome, Nordschleife Nights"),
    ("command-club-invite", 200, "permissions=2269795998493712"),
    ("command-club-link", 200, "no club of this name that you own"),
    ("command-club-preflight", 200, "\"type\":5"),
    ("command-club-setup", 200, "Set the club up"),
    ("command-club-status", 200, "**Spa 6h** · Endurance Cup"),
    ("command-club-unlink", 200, "Unlink Apex Endurance?"),
    (
        "command-event-archive",
        200,
        "This event is open and cannot be archived",
    ),
    ("command-event-cancel", 200, "Event cancelled"),
    ("command-event-close", 200, "Sign-up closed"),
    (
        "command-event-complete",
        200,
        "This event is open and cannot be completed",
    ),
    ("command-event-create", 200, "**Zolder 3h** · Endurance Cup"),
    ("command-event-create-form", 200, "New event: Endurance Cup"),
    ("command-event-repeat", 200, "Drafts made"),
    ("command-event-edit", 200, "Edit: Monza 6h"),
    ("command-event-list", 200, "**Imola 6h** · Endurance Cup"),
    ("command-event-publish", 200, "Event published"),
    ("command-event-attendance", 200, "Nobody has been looked for yet"),
    ("command-event-show", 200, "You have a seat in **GT3**"),
    ("command-event-times", 200, "Sign-up times set"),
    ("command-help", 200, "Makes the channel in the series' category"),
    ("command-info", 200, "This server is home to **Apex Endurance**"),
    ("command-ping", 200, "Gantry is here."),
    ("command-roster-export", 200, "\"type\":5"),
    ("command-roster-import", 200, "\"type\":5"),
    (
        "command-roster-list",
        200,
        "**Mika Lehtonen** · member · no Discord account known",
    ),
    ("command-series-create", 200, "**Sprint Trophy**"),
    ("command-series-list", 200, "**Endurance Cup** · GT3 2, LMP2 2"),
    ("command-join", 200, "Join Apex Endurance"),
    ("command-roster-remove", 200, "**Mika Lehtonen** is a member now"),
    ("command-link-code", 200, "For **Mika Lehtonen**"),
    ("command-link-enter", 200, "does not work"),
    ("command-link-remove", 200, "hands the club over"),
    ("command-link-status", 200, "is **Ada Weber** on the roster"),
    ("autocomplete-race", 200, "\"choices\":[]"),
    ("command-result-import", 200, "from the start of the race on"),
    ("command-result-post", 200, "from the start of the race on"),
    ("command-result-set", 200, "from the start of the race on"),
    ("command-result-table", 200, "There are no results yet"),
    ("command-me-alerts", 200, "By direct message, 20 minutes before"),
    (
        "command-me-reminders",
        200,
        "By direct message, 1 hour before the start",
    ),
    ("command-me-show", 200, "the club's"),
    ("command-me-timezone", 200, "`Europe/Lisbon`"),
    ("command-rank-hand-over", 200, "would own the club"),
    ("command-rank-set", 200, "They were a steward before"),
    ("command-rank-show", 200, "is the owner"),
    ("command-role-map-list", 200, "No role goes with a rank yet"),
    ("command-role-map-remove", 200, "not on the club's own list"),
    ("command-role-map-set", 200, "goes with **steward** now"),
    ("command-settings-reset", 200, "Reset settings?"),
    ("command-settings-set-channel", 200, "\"type\":5"),
    ("command-settings-set", 200, "`sync.hours` is **12**"),
    (
        "command-settings-view",
        200,
        "Settings: Roster and server members",
    ),
    ("command-signup-list", 200, "1. Jiří Novák"),
    ("command-stint-emergency", 200, "has no stint plan yet"),
    ("command-stint-extend", 200, "has no stint plan yet"),
    ("command-stint-finish", 200, "has no stint plan yet"),
    ("command-stint-list", 200, "There is no plan yet"),
    ("command-stint-plan", 200, "The stints are planned"),
    ("command-stint-shift", 200, "has no stint plan yet"),
    ("command-stint-start", 200, "has no stint plan yet"),
    ("command-stint-swap", 200, "has no stint plan yet"),
    ("command-strategy-set", 200, "90 l of fuel a stint"),
    ("command-strategy-announce", 200, "has no stint plan yet"),
    ("command-strategy-show", 200, "stints of 1h"),
    ("command-series-complete", 200, "is not over yet"),
    ("command-telemetry-connect", 200, "It is not shown again"),
    ("command-telemetry-revoke", 200, "not connected any more"),
    ("command-telemetry-status", 200, "Blue Flag"),
    ("command-team-assign", 200, "already"),
    ("command-team-create", 200, "Team **Night Shift** is made."),
    ("command-team-finalise", 200, "The teams are settled."),
    ("command-team-form", 200, "Formed with 1 to 3 drivers a team"),
    ("command-team-list", 200, "1. Jiří Novák"),
    ("command-team-remove", 200, "is out of **Blue Flag**"),
    ("command-team-rename", 200, "**Blue Flag** is **Red Flag** now."),
    ("command-team-reopen", 200, "not settled"),
    ("command-unknown", 200, "does not know this command"),
    ("command-sync-run", 200, "Member sync is going on"),
    ("command-sync-status", 200, "It begins in a moment."),
    ("command-sync-history", 200, "is going on"),
    ("command-sync-conflicts", 200, "Whose account is it?"),
    ("modal-availability", 200, "Experience: 4 of 5"),
    ("modal-event-create", 200, "**Zandvoort 4h** · Endurance Cup"),
    (
        "modal-event-create-action-rows",
        200,
        "**Zandvoort 4h** · Endurance Cup",
    ),
    ("modal-event-edit", 200, "Event changed"),
    ("modal-join", 200, "Your request is sent"),
    ("modal-join-reject", 200, "Request rejected"),
    ("modal-setup-zone", 200, "**Europe/Zurich**"),
    ("not-an-interaction", 400, "not an interaction"),
    ("older-fields", 200, "You have a seat in **GT3**"),
    ("ping", 200, "{\"type\":1}"),
    ("ping-forged", 401, "invalid request signature"),
    ("select-setup-channel", 200, "Where are requests to join"),
    ("select-setup-direction", 200, "Now: **gantry**"),
    ("select-setup-features", 200, "What does Gantry do by itself"),
    ("select-setup-rank", 200, "go with the rank **steward**"),
    ("select-setup-roles", 200, "go with the rank **member**"),
    ("select-setup-time-zone", 200, "**Asia/Tokyo**"),
    ("select-conflict-pick", 200, "Settled: it is"),
    (
        "select-choose-class",
        200,
        "You have a seat in **LMP2** for **Spa 6h**",
    ),
];

/// The answer to an event.
pub async fn answer(text: &str) -> (u16, String) {
    ask(&stand::interactions().await, text).await
}

async fn ask(app: &App<stand::Still>, text: &str) -> (u16, String) {
    let request = lambda_http::request::from_str(text).unwrap();
    let response = handle(app, request).await.unwrap();
    let status = response.status().as_u16();
    (status, String::from_utf8(response.body().to_vec()).unwrap())
}

/// The sample is answered so, and its repetition the same.
pub async fn check(name: &str, status: u16, phrase: &str) {
    let text = super::sample(&format!("interactions/{name}.json"));
    let app = stand::interactions().await;
    let first = ask(&app, &text).await;
    assert_eq!(first.0, status, "{name}: {}", first.1);
    assert!(
        first.1.contains(phrase),
        "{name}: {phrase:?} is not in {}",
        first.1
    );
    let again = ask(&app, &text).await;
    if name == "command-link-code" {
        // The code is stored nowhere, so it is not shown again.
        assert!(again.1.contains("shown once already"), "{}", again.1);
    } else {
        assert_eq!(again, first, "{name}, again");
    }
}
