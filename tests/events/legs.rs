//! A run of member sync that has little time goes on from leg to leg, in the middle of matching too, and writes nothing twice.

use super::stand;
use gantry_shared::domain::ids::{EntryId, GuildId, OutboxId, UserId};
use gantry_shared::domain::rank::Rank;
use gantry_shared::domain::roster::Entry;
use gantry_shared::domain::sync::{Phase, RunState};
use gantry_shared::domain::work::Work;
use gantry_shared::jobs::outgoing;
use gantry_shared::ports::store::{Batch, Change, Ledger, Outbox, RosterReader};
use gantry_shared::ports::sync::SyncRuns;
use gantry_tests::samples::MOMENT;
use gantry_tests::samples::world::{CLUB, GUILD, RUN};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use wiremock::Request;

const PEOPLE: u64 = 120;
const FIRST: u64 = 1_156_104_309_264_080_000;
/// A step is begun only with more time than this.
const RESERVE: SignedDuration = SignedDuration::from_secs(12);

/// The guild of the samples with many members.
fn discord(request: &Request) -> Value {
    if request.method.as_str() == "GET" && request.url.path().ends_with("/members") {
        let member = |n: u64| {
            json!({
                "user": { "id": (FIRST + n).to_string(), "username": format!("driver{n}"), "global_name": format!("Driver {n}") },
                "roles": [],
            })
        };
        return (0..PEOPLE).map(member).collect();
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
    let id = OutboxId::from_parts(2, u128::from(leg));
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

#[tokio::test]
async fn legs_without_much_time_come_to_the_same_end() {
    let (endpoint, discord) = (stand::table().await, stand::server(discord).await);
    let (parts, table) = (stand::worker(&endpoint, &discord), stand::table_at(&endpoint));
    let entry = |n: u64| {
        let id = EntryId::from_parts(1, u128::from(1_000 + n));
        Change::PutEntry(Entry::new(CLUB, id, format!("driver_{n}"), Rank::Member, MOMENT))
    };
    for chunk in 0..PEOPLE / 40 {
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
        // Each leg has a little more time than the one before, so that a slow machine gets on, too.
        let time = SignedDuration::from_millis(i64::from(run.leg) * 10 + 20);
        let response =
            gantry_sync_worker::handle_event(&parts, event(run.leg), Timestamp::now() + RESERVE + time);
        assert_eq!(response.await.unwrap()["batchItemFailures"], json!([]));
    };
    assert_eq!((ended.state, ended.phase), (RunState::Done, Phase::Ended));
    assert!(legs.values().sum::<u32>() > 1, "{legs:?}");
    let counts = ended.counts;
    assert_eq!(
        (counts.people, counts.joined, counts.matched),
        (PEOPLE, PEOPLE, PEOPLE)
    );
    for n in 0..PEOPLE {
        let member = table.member(CLUB, UserId(FIRST + n)).await.unwrap().unwrap();
        let entry = table.entry(CLUB, member.entry).await.unwrap().unwrap();
        assert_eq!(
            (entry.name, entry.version, member.version),
            (format!("driver_{n}"), 2, 1)
        );
    }
}
