//! The samples of the relay and the workers.

use super::{names, sample, stand};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use gantry_shared::adapters::eventbridge::EventBus;
use gantry_shared::adapters::sqs::Sqs;
use gantry_shared::domain::ids::UserId;
use gantry_shared::domain::signup::Status;
use gantry_shared::domain::space::SpaceState;
use gantry_shared::domain::sync::RunState;
use gantry_shared::ports::store::{EventReader, Spaces};
use gantry_shared::ports::sync::SyncRuns;
use gantry_shared::usecases::run_due_alerts::Tick;
use gantry_tests::samples::world::{APPLICATION, BOARD, CHANNEL, DRIVER, GUILD, INFO, OPEN, RUN, WAITING};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::collections::BTreeSet;

/// What came of a sample: the response, what Discord was asked, and the table's address.
async fn run(function: &str, name: &str) -> (SqsBatchResponse, Vec<String>, String) {
    let event: SqsEvent = serde_json::from_str(&sample(&format!("{function}/{name}.json"))).unwrap();
    let (endpoint, discord) = (stand::table().await, stand::server(stand::discord).await);
    let parts = stand::worker(&endpoint, &discord);
    let deadline = Timestamp::now() + SignedDuration::from_mins(1);
    let response = match function {
        "channel-worker" => gantry_channel_worker::handle(&parts, event, deadline).await,
        _ => gantry_notify_worker::handle(&parts, event, deadline).await,
    };
    (response, stand::calls(&discord).await, endpoint)
}

/// The sample is done without a failure; what Discord was asked, and the table's address.
async fn done(function: &str, name: &str) -> (Vec<String>, String) {
    let (response, calls, endpoint) = run(function, name).await;
    assert!(
        response.batch_item_failures.is_empty(),
        "{:?}",
        response.batch_item_failures
    );
    (calls, endpoint)
}

async fn status(endpoint: &str, user: UserId) -> Option<Status> {
    let desk = stand::table_at(endpoint).desk(OPEN, user).await.unwrap().unwrap();
    desk.mine.map(|mine| mine.status)
}

#[test]
fn every_sample_has_its_test() {
    let set = |names: &[&str]| {
        names
            .iter()
            .map(|name| (*name).to_owned())
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(names("relay"), set(&["outbox-rows"]));
    assert_eq!(
        names("channel-worker"),
        set(&[
            "open-event-space",
            "refresh-board",
            "poison-record",
            "archive-event-space",
            "check-spaces",
            "delete-event-space",
            "settle-team",
            "settle-team-of",
            "clear-teams",
            "settle-rooms",
            "follow-setting",
            "sample-attendance"
        ])
    );
    assert_eq!(
        names("sync-worker"),
        set(&[
            "sync-members",
            "tick",
            "apply-listed-roles",
            "preview-roster",
            "apply-roster",
            "export-roster",
            "import-results"
        ])
    );
    assert_eq!(
        names("notify-worker"),
        set(&[
            "promote-waiting",
            "tell-promoted",
            "tell-reminder",
            "post-results",
            "finish-answer",
            "run-alerts",
            "announce",
            "tell-stint",
            "announce-plan",
            "show-pace",
            "tell-incident",
            "apply-roles",
            "post-join-request",
            "set-guild-setting",
            "tell-join-decision",
            "check-permissions",
            "resume-parked",
        ])
    );
    assert_eq!(names("race-day"), set(&["every-minute"]));
    assert_eq!(names("cleanup"), set(&["every-quarter-hour"]));
}

#[tokio::test]
async fn a_new_event_gets_category_channel_and_messages() {
    let (calls, _) = done("channel-worker", "open-event-space").await;
    let made = stand::MADE;
    let expected = [
        format!("GET /guilds/{GUILD}/channels"),
        format!("GET /guilds/{GUILD}"),
        format!("GET /guilds/{GUILD}/members/{APPLICATION}"),
        format!("POST /guilds/{GUILD}/channels"),
        format!("POST /guilds/{GUILD}/channels"),
        format!("POST /channels/{made}/messages"),
        format!("POST /channels/{made}/messages"),
        format!("PATCH /webhooks/{APPLICATION}/sample-token/messages/@original"),
    ];
    assert_eq!(calls, expected);
}

#[tokio::test]
async fn a_board_is_refreshed() {
    let (calls, _) = done("channel-worker", "refresh-board").await;
    assert_eq!(
        calls,
        [INFO, BOARD].map(|id| format!("PATCH /channels/{CHANNEL}/messages/{id}"))
    );
}

#[tokio::test]
async fn only_the_poison_record_fails() {
    let (response, calls, _) = run("channel-worker", "poison-record").await;
    let failed: Vec<_> = response
        .batch_item_failures
        .iter()
        .map(|f| f.item_identifier.as_str())
        .collect();
    assert_eq!(failed, ["059f36b4-87a3-44ab-83d2-661975610000"]);
    assert_eq!(calls.len(), 2, "the other record is done: {calls:?}");
}

#[tokio::test]
async fn who_waits_gets_the_new_seat() {
    let (calls, endpoint) = done("notify-worker", "promote-waiting").await;
    assert_eq!(calls, Vec::<String>::new());
    assert!(matches!(
        status(&endpoint, WAITING).await,
        Some(Status::Seated { .. })
    ));
}

#[tokio::test]
async fn a_request_to_join_is_posted_and_its_decision_told() {
    let (calls, _) = done("notify-worker", "post-join-request").await;
    assert_eq!(calls, [format!("POST /channels/{CHANNEL}/messages")]);
    let (calls, _) = done("notify-worker", "tell-join-decision").await;
    let expected = [
        format!("PATCH /channels/{CHANNEL}/messages/{BOARD}"),
        "POST /users/@me/channels".to_owned(),
        format!("POST /channels/{}/messages", stand::DM),
    ];
    assert_eq!(calls, expected);
}

#[tokio::test]
async fn a_channel_that_is_to_be_set_is_looked_for() {
    let (calls, _) = done("notify-worker", "set-guild-setting").await;
    let expected = [
        format!("GET /guilds/{GUILD}"),
        format!("GET /guilds/{GUILD}/members/{APPLICATION}"),
        format!("GET /guilds/{GUILD}/channels"),
        format!("PATCH /webhooks/{APPLICATION}/sample-token/messages/@original"),
    ];
    assert_eq!(calls, expected);
}

#[tokio::test]
async fn a_promoted_driver_is_told_by_dm() {
    let (calls, _) = done("notify-worker", "tell-promoted").await;
    assert_eq!(
        calls,
        [
            "POST /users/@me/channels",
            &format!("POST /channels/{}/messages", stand::DM)
        ]
    );
}

#[tokio::test]
async fn results_that_nobody_entered_are_not_posted() {
    let (calls, _) = done("notify-worker", "post-results").await;
    assert_eq!(calls, Vec::<String>::new(), "there are none");
}

#[tokio::test]
async fn a_driver_is_reminded_by_dm() {
    let (calls, _) = done("notify-worker", "tell-reminder").await;
    assert_eq!(
        calls,
        [
            "POST /users/@me/channels",
            &format!("POST /channels/{}/messages", stand::DM)
        ]
    );
}

#[tokio::test]
async fn teams_that_are_not_settled_stay_as_they_are() {
    for name in [
        "settle-team",
        "settle-team-of",
        "clear-teams",
        "settle-rooms",
        "follow-setting",
    ] {
        let (calls, _) = done("channel-worker", name).await;
        assert_eq!(calls, Vec::<String>::new(), "{name}");
    }
}

#[tokio::test]
async fn a_stint_that_is_not_planned_is_not_told_of() {
    // Nor is a position of which nothing has arrived, or an incident of a team that is not there.
    for name in ["tell-stint", "announce-plan", "show-pace", "tell-incident"] {
        let (calls, _) = done("notify-worker", name).await;
        assert_eq!(calls, Vec::<String>::new(), "{name}");
    }
}

#[tokio::test]
async fn uploaded_files_are_answered() {
    let answered = format!("PATCH /webhooks/{APPLICATION}/sample-token/messages/@original");
    // The sample's file is not where this worker may fetch from, which is told; an import that is not confirmed is not made;
    // results of a race that has not begun are not read.
    for (name, expected) in [
        ("export-roster", vec![answered.clone()]),
        ("preview-roster", vec![answered.clone()]),
        ("import-results", vec![answered]),
        ("apply-roster", Vec::new()),
    ] {
        let (endpoint, discord) = (stand::table().await, stand::server(stand::discord).await);
        let parts = stand::worker(&endpoint, &discord);
        let deadline = Timestamp::now() + SignedDuration::from_mins(1);
        let event = serde_json::from_str(&sample(&format!("sync-worker/{name}.json"))).unwrap();
        let done = gantry_sync_worker::handle_event(&parts, event, deadline).await;
        assert_eq!(
            done.unwrap()["batchItemFailures"],
            serde_json::json!([]),
            "{name}"
        );
        assert_eq!(stand::calls(&discord).await, expected, "{name}");
    }
}

#[tokio::test]
async fn members_are_synchronised() {
    let (endpoint, discord) = (stand::table().await, stand::server(stand::discord).await);
    let parts = stand::worker(&endpoint, &discord);
    let deadline = Timestamp::now() + SignedDuration::from_mins(1);
    let event = |name: &str| serde_json::from_str(&sample(&format!("sync-worker/{name}.json"))).unwrap();
    // One goes on: nothing is begun beside it.
    let ticked = gantry_sync_worker::handle_event(&parts, event("tick"), deadline).await;
    assert_eq!(ticked.unwrap()["begun"], 0);
    let done = gantry_sync_worker::handle_event(&parts, event("sync-members"), deadline).await;
    assert_eq!(done.unwrap()["batchItemFailures"], serde_json::json!([]));
    let run = stand::table_at(&endpoint).run(RUN).await.unwrap().unwrap();
    assert_eq!((run.state, run.counts.people), (RunState::Done, 1));
    let calls = stand::calls(&discord).await;
    let guild = format!("GET /guilds/{GUILD}");
    let asked: Vec<&String> = calls.iter().filter(|call| call.starts_with("GET")).collect();
    assert_eq!(asked, [&guild, &format!("{guild}/members")]);
    let answer = format!("PATCH /webhooks/{APPLICATION}/sample-token/messages/@original");
    assert_eq!(calls.last(), Some(&answer));
    assert!(
        gantry_sync_worker::handle_event(&parts, serde_json::json!({}), deadline)
            .await
            .is_err()
    );
}

#[tokio::test]
async fn where_discord_leads_no_role_is_touched() {
    for (worker, sample) in [
        ("notify-worker", "apply-roles"),
        ("sync-worker", "apply-listed-roles"),
    ] {
        let (calls, _) = done(worker, sample).await;
        assert_eq!(calls, Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_queued_answer_is_recorded_and_told() {
    let (calls, endpoint) = done("notify-worker", "finish-answer").await;
    assert_eq!(
        calls,
        [format!(
            "PATCH /webhooks/{APPLICATION}/sample-token/messages/@original"
        )]
    );
    assert!(matches!(
        status(&endpoint, DRIVER).await,
        Some(Status::Seated { .. })
    ));
}

#[tokio::test]
async fn a_channel_that_is_gone_is_not_put_away() {
    let (calls, endpoint) = done("channel-worker", "archive-event-space").await;
    let mut expected: Vec<String> = [INFO, BOARD]
        .map(|id| format!("PATCH /channels/{CHANNEL}/messages/{id}"))
        .into();
    expected.push(format!("GET /guilds/{GUILD}/channels"));
    assert_eq!(calls, expected);
    let space = stand::table_at(&endpoint).space(OPEN).await.unwrap().unwrap();
    assert_eq!((space.state, space.channel.id()), (SpaceState::Archived, None));
}

#[tokio::test]
async fn the_channel_of_an_event_that_is_not_deleted_stays() {
    let (calls, _) = done("channel-worker", "delete-event-space").await;
    assert_eq!(calls, Vec::<String>::new());
}

#[tokio::test]
async fn permissions_are_looked_up_and_told() {
    let (calls, _) = done("notify-worker", "check-permissions").await;
    let expected = [
        format!("GET /guilds/{GUILD}"),
        format!("GET /guilds/{GUILD}/members/{APPLICATION}"),
        format!("GET /guilds/{GUILD}/channels"),
        format!("PATCH /webhooks/{APPLICATION}/sample-token/messages/@original"),
    ];
    assert_eq!(calls, expected);
}

#[tokio::test]
async fn nothing_is_parked_so_nothing_is_taken_up() {
    let (calls, _) = done("notify-worker", "resume-parked").await;
    assert_eq!(calls, Vec::<String>::new());
}

#[tokio::test]
async fn an_event_without_taken_alerts_has_nothing_to_run() {
    let (calls, _) = done("notify-worker", "run-alerts").await;
    assert_eq!(calls, Vec::<String>::new());
}

#[tokio::test]
async fn an_announcement_is_posted_in_the_events_channel() {
    let (calls, _) = done("notify-worker", "announce").await;
    assert_eq!(calls, [format!("POST /channels/{CHANNEL}/messages")]);
}

#[tokio::test]
async fn a_channel_that_is_gone_is_to_be_made_again() {
    let (calls, endpoint) = done("channel-worker", "check-spaces").await;
    assert_eq!(calls, [format!("GET /guilds/{GUILD}/channels")]);
    let space = stand::table_at(&endpoint).space(OPEN).await.unwrap().unwrap();
    assert_eq!((space.state, space.channel.id()), (SpaceState::Creating, None));
}

#[tokio::test]
async fn a_look_after_servers_that_are_not_due_takes_nothing() {
    let endpoint = stand::table().await;
    let app = gantry_cleanup::App {
        table: stand::table_at(&endpoint),
        env: stand::Still::default(),
    };
    let event = serde_json::from_str(&sample("cleanup/every-quarter-hour.json")).unwrap();
    let deadline = Timestamp::now() + SignedDuration::from_mins(1);
    let swept = gantry_cleanup::handle(&app, event, deadline).await.unwrap();
    assert_eq!(swept, gantry_shared::usecases::tick_cleanup::Swept::default());
}

#[tokio::test]
async fn a_tick_with_nothing_due_takes_nothing() {
    let endpoint = stand::table().await;
    let app = gantry_race_day::App {
        table: stand::table_at(&endpoint),
        env: stand::Still::default(),
    };
    let event = serde_json::from_str(&sample("race-day/every-minute.json")).unwrap();
    let deadline = Timestamp::now() + SignedDuration::from_mins(1);
    let tick = gantry_race_day::handle(&app, event, deadline).await.unwrap();
    assert_eq!(tick, Tick::default());
}

fn relay(aws: &str) -> gantry_relay::App<stand::Still> {
    let config = stand::sdk(aws);
    gantry_relay::App {
        sqs: Sqs::new(aws_sdk_sqs::Client::new(&config)),
        queues: stand::queues(),
        bus: EventBus::new(aws_sdk_eventbridge::Client::new(&config), "gantry"),
        clock: stand::Still::default(),
    }
}

#[tokio::test]
async fn a_row_of_a_newer_version_is_tried_again_for_a_while() {
    let aws = stand::server(stand::aws).await;
    let app = relay(&aws.uri());
    let mut event: Value = serde_json::from_str(&sample("relay/outbox-rows.json")).unwrap();
    event["Records"][0]["dynamodb"]["NewImage"]["work"]["S"] = r#"[{"work":"of_tomorrow"}]"#.into();
    let written = event["Records"][0]["dynamodb"]["ApproximateCreationDateTime"]
        .as_i64()
        .unwrap();
    let sequence = event["Records"][0]["dynamodb"]["SequenceNumber"].clone();
    for (age_s, again) in [(0, true), (179, true), (180, false), (86_400, false)] {
        event["Records"][0]["dynamodb"]["ApproximateCreationDateTime"] = (written - age_s).into();
        let response = gantry_relay::handle(&app, serde_json::from_value(event.clone()).unwrap()).await;
        let failed: Vec<_> = response
            .batch_item_failures
            .into_iter()
            .map(|failure| failure.item_identifier.unwrap())
            .collect();
        let expected: Vec<&str> = again.then(|| sequence.as_str().unwrap()).into_iter().collect();
        assert_eq!(failed, expected, "{age_s} s");
    }
}

#[tokio::test]
async fn outbox_rows_go_to_their_queues_and_the_fact_to_the_bus() {
    let aws = stand::server(stand::aws).await;
    let app = relay(&aws.uri());
    let event = serde_json::from_str(&sample("relay/outbox-rows.json")).unwrap();
    let response = gantry_relay::handle(&app, event).await;
    assert!(
        response.batch_item_failures.is_empty(),
        "{:?}",
        response.batch_item_failures
    );
    let sent: Vec<String> = aws
        .received_requests()
        .await
        .unwrap()
        .iter()
        .map(|request| {
            let body: Value = serde_json::from_slice(&request.body).unwrap();
            let to = body["QueueUrl"].as_str().and_then(|url| url.rsplit('/').next());
            format!(
                "{} {}",
                to.unwrap_or("bus"),
                body["Entries"].as_array().unwrap().len()
            )
        })
        .collect();
    assert_eq!(sent, ["gantry-board.fifo 1", "gantry-notify.fifo 1", "bus 1"]);
}
