//! A run of member sync that has little time goes on from leg to leg, in the middle of matching too, and writes nothing twice.

use super::stand;
use gantry_shared::domain::ids::{ApplicationId, EntryId, GuildId, InteractionId, OutboxId, UserId};
use gantry_shared::domain::rank::Rank;
use gantry_shared::domain::roster::Entry;
use gantry_shared::domain::roster_csv::{Plan, Step};
use gantry_shared::domain::roster_import::{ImportKey, ImportState, RosterImport, roster_digest};
use gantry_shared::domain::sync::{Phase, RunState, SyncRun};
use gantry_shared::domain::work::{Reply, Work};
use gantry_shared::jobs::outgoing;
use gantry_shared::ports::roster_files::Imports;
use gantry_shared::ports::store::{Batch, Change, Ledger, Outbox, RosterReader};
use gantry_shared::ports::sync::{SeenMembers, SyncRuns};
use gantry_tests::samples::MOMENT;
use gantry_tests::samples::world::{ADMIN, CLUB, GUILD, IMPORT, RUN};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use wiremock::Request;

/// Members of the guild: three pages of a listing.
const PEOPLE: u64 = 2_300;
/// People on the roster, each with an account.
const ROSTER: u64 = 120;
const FIRST: u64 = 1_156_104_309_264_080_000;
/// A step is begun only with more time than this.
const RESERVE: SignedDuration = SignedDuration::from_secs(12);

/// The guild of the samples with many members, listed by page.
fn discord(request: &Request) -> Value {
    if request.method.as_str() == "GET" && request.url.path().ends_with("/members") {
        let asked = |name: &str| {
            let mut pairs = request.url.query_pairs();
            pairs.find_map(|(key, value)| (key == name).then(|| value.parse::<u64>().unwrap()))
        };
        let member = |n: u64| {
            json!({
                "user": { "id": (FIRST + n).to_string(), "username": format!("driver{n}"), "global_name": format!("Driver {n}") },
                "roles": [],
            })
        };
        let from = asked("after").map_or(0, |after| (after + 1).saturating_sub(FIRST));
        let to = PEOPLE.min(from + asked("limit").unwrap());
        return (from..to).map(member).collect();
    }
    let mut answer = stand::discord(request);
    if !answer["approximate_member_count"].is_null() {
        answer["approximate_member_count"] = PEOPLE.into();
    }
    answer
}

fn batch(n: u64, changes: Vec<Change>) -> Batch {
    let outbox = Outbox {
        id: OutboxId::from_parts(1, u128::from(n)),
        guild: GUILD,
        trace: "legs".to_owned(),
        work: Vec::new(),
    };
    Batch {
        changes,
        record: None,
        outbox,
        answered: None,
    }
}

/// The queue's message for a leg.
fn event(leg: u32) -> Value {
    let work = Work::SyncMembers {
        run: RUN,
        leg,
        reply: None,
    };
    message(leg, work)
}

fn message(n: u32, work: Work) -> Value {
    let id = OutboxId::from_parts(2, u128::from(n));
    let message = outgoing(id, GuildId(GUILD.0), "legs", vec![work], MOMENT)
        .unwrap()
        .pop()
        .unwrap();
    json!({ "Records": [{
        "messageId": "legs",
        "receiptHandle": "legs",
        "body": message.body,
        "attributes": { "MessageGroupId": message.group, "ApproximateReceiveCount": "1" },
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-central-1:000000000000:gantry-sync.fifo",
        "awsRegion": "eu-central-1",
    }] })
}

/// A run whose legs have so much time each, the reserve aside: how it ended, what it came to, and the phases in which its legs
/// began.
async fn run_with(time: impl Fn(u32) -> SignedDuration) -> (SyncRun, Vec<String>, BTreeMap<String, u32>) {
    let (endpoint, discord) = (stand::table().await, stand::server(discord).await);
    let (parts, table) = (stand::worker(&endpoint, &discord), stand::table_at(&endpoint));
    let entry = |n: u64| {
        let id = EntryId::from_parts(1, u128::from(1_000 + n));
        Change::PutEntry(Entry::new(CLUB, id, format!("driver_{n}"), Rank::Member, MOMENT))
    };
    for chunk in 0..ROSTER / 40 {
        let entries = (chunk * 40..(chunk + 1) * 40).map(entry).collect();
        table.commit(batch(chunk, entries)).await.unwrap();
    }
    let mut legs: BTreeMap<String, u32> = BTreeMap::new();
    let ended = loop {
        let run = table.run(RUN).await.unwrap().unwrap();
        if run.state != RunState::Running {
            break run;
        }
        *legs.entry(format!("{:?}", run.phase)).or_default() += 1;
        assert!(run.leg < 200, "{run:?}");
        let deadline = Timestamp::now() + RESERVE + time(run.leg);
        let response = gantry_sync_worker::handle_event(&parts, event(run.leg), deadline);
        assert_eq!(response.await.unwrap()["batchItemFailures"], json!([]));
    };
    let mut state = Vec::new();
    for entry in table.list_entries(CLUB, 1000, None).await.unwrap().items {
        state.push(format!("{entry:?}"));
    }
    for member in table.members_after(CLUB, None, 1000).await.unwrap() {
        state.push(format!("{member:?}"));
    }
    let mut after = None;
    loop {
        let last = UserId(u64::MAX);
        let page = table.seen_between(CLUB, after, last, 1000).await.unwrap();
        let Some(seen) = page.last() else { break };
        after = Some(seen.member.user);
        state.extend(page.iter().map(|seen| format!("{seen:?}")));
    }
    (ended, state, legs)
}

#[tokio::test]
async fn legs_without_much_time_come_to_the_same_end() {
    let (undisturbed, wanted, _) = run_with(|_| SignedDuration::from_mins(10)).await;
    assert_eq!(undisturbed.leg, 0, "in one go");
    // Each leg has a little more time than the one before, so that a slow machine gets on, too.
    let short = |leg: u32| SignedDuration::from_millis(i64::from(leg) * 10 + 20);
    let (ended, state, legs) = run_with(short).await;
    assert_eq!((ended.state, ended.phase), (RunState::Done, Phase::Ended));
    assert!(ended.leg > 1, "{legs:?}");
    // From the page's cursor on, not from the beginning: no page is counted twice.
    assert!(legs.get("Listing").is_some_and(|legs| *legs > 0), "{legs:?}");
    assert_eq!(ended.counts, undisturbed.counts);
    assert_eq!(state, wanted);
    let counts = ended.counts;
    assert_eq!(
        (counts.pages, counts.people, counts.joined, counts.matched),
        (3, PEOPLE, PEOPLE, ROSTER)
    );
}

#[tokio::test]
async fn an_import_without_time_goes_on_in_another_invocation() {
    let (endpoint, discord) = (stand::table().await, stand::server(stand::discord).await);
    let (parts, table) = (stand::worker(&endpoint, &discord), stand::table_at(&endpoint));
    let command = InteractionId(IMPORT.command.0 + 1);
    let key = ImportKey { club: CLUB, command };
    let entry = EntryId::from_parts(9, 9);
    let step = Step::Add {
        entry,
        name: "Zoe".to_owned(),
        user: None,
        rank: Rank::Member,
    };
    let plan = Plan {
        new: 1,
        steps: vec![step],
        ..Plan::default()
    };
    let entries = table.list_entries(CLUB, 1000, None).await.unwrap().items;
    let file = "roster.csv".to_owned();
    let staged = RosterImport::new(
        (key, ADMIN, Rank::Owner),
        file,
        roster_digest(&entries),
        &plan,
        MOMENT,
    );
    table.stage(&staged, &plan.steps).await.unwrap();
    let confirmed = staged.with_state(ImportState::Confirmed);
    table
        .commit(batch(900, vec![Change::PutImport(Box::new(confirmed))]))
        .await
        .unwrap();
    let reply = Reply {
        application: ApplicationId(1),
        token: "sample-token".to_owned(),
        expires_at: MOMENT + SignedDuration::from_mins(15),
    };
    let handed_over = async || {
        let client = aws_sdk_dynamodb::Client::new(&stand::sdk(&endpoint));
        let found = client
            .scan()
            .table_name("gantry")
            .send()
            .await
            .unwrap()
            .items
            .unwrap();
        found
            .iter()
            .filter(|item| {
                format!("{:?}", item["PK"]).contains("OUTBOX#")
                    && format!("{item:?}").contains("apply_roster")
            })
            .count()
    };
    for (n, time, next, passed_on) in [(1, 10, 0, 1), (2, 60, 1, 1), (3, 60, 1, 1)] {
        let work = Work::ApplyRoster {
            import: key,
            reply: reply.clone(),
        };
        let deadline = Timestamp::now() + SignedDuration::from_secs(time);
        let done = gantry_sync_worker::handle_event(&parts, message(n, work), deadline).await;
        assert_eq!(done.unwrap()["batchItemFailures"], json!([]));
        assert_eq!(table.import(key).await.unwrap().unwrap().next, next, "{n}");
        assert_eq!(handed_over().await, passed_on, "{n}");
        assert_eq!(table.entry(CLUB, entry).await.unwrap().is_some(), next == 1);
    }
    assert_eq!(table.import(key).await.unwrap().unwrap().state, ImportState::Done);
}
