//! What the table's stream and the queues hand to the relay and the workers.

use super::world::{
    ADMIN, CHANNEL, CLOSED, CLUB, DRIVER, GUILD, IMPORT, JOIN, JOIN_DECIDED, NEW, OPEN, RUN, SEATED,
    SEATED_TICKET, SERIES, TEAM, WAITING, reply,
};
use gantry_shared::adapters::dynamo::{OUTBOX_PREFIX, OutboxItem};
use gantry_shared::domain::alert::Announcement;
use gantry_shared::domain::fact::{Actor, Fact, Record};
use gantry_shared::domain::guild_link::Occasion;
use gantry_shared::domain::ids::{InteractionId, OutboxId};
use gantry_shared::domain::rank::Rank;
use gantry_shared::domain::roster_import::{FileRef, ImportKey};
use gantry_shared::domain::series::ClassId;
use gantry_shared::domain::settings::Key;
use gantry_shared::domain::signup::{Answer, Status};
use gantry_shared::domain::telemetry::Incident;
use gantry_shared::domain::work::{Lane, RoleWork, Work};
use gantry_shared::jobs::outgoing;
use jiff::Timestamp;
use serde_json::{Value, json};

const ACCOUNT: &str = "arn:aws:sqs:eu-central-1:123456789012";
const TRACE: &str = "1505862342918144001";
const CLICK: InteractionId = InteractionId(1_505_862_342_918_144_002);

/// All events: folder, name, event.
pub(super) fn events(now: Timestamp) -> serde_json::Result<Vec<(&'static str, &'static str, Value)>> {
    let gt3 = ClassId::of("GT3");
    let open_space = Work::OpenEventSpace { event: NEW };
    let refresh = Work::RefreshBoard { event: OPEN };
    let promote = Work::PromoteWaiting {
        event: OPEN,
        class: gt3.clone(),
    };
    let tell = Work::TellPromoted {
        event: OPEN,
        user: SEATED,
        class: ClassId::of("LMP2"),
        ticket: SEATED_TICKET,
    };
    let remind = Work::TellReminder {
        event: OPEN,
        user: SEATED,
        hours: 24 * 7,
        due: now,
    };
    let archive = Work::ArchiveEventSpace { event: OPEN };
    let delete = Work::DeleteEventSpace { event: OPEN };
    let alerts = Work::RunAlerts { event: OPEN };
    let settle = Work::SettleTeam {
        event: CLOSED,
        team: TEAM,
    };
    let settle_of = Work::SettleTeamOf {
        event: CLOSED,
        user: SEATED,
    };
    let rooms = Work::SettleRooms { event: CLOSED };
    let follow = Work::FollowSetting {
        club: CLUB,
        key: Key::ScheduledEvents,
    };
    let sample = Work::SampleAttendance {
        event: CLOSED,
        due: now,
    };
    let clear = Work::ClearTeams { event: CLOSED };
    let stint = Work::TellStint {
        event: CLOSED,
        team: TEAM,
        user: SEATED,
        from: now,
    };
    let plan = Work::AnnouncePlan {
        event: CLOSED,
        team: TEAM,
        reply: Some(reply(now)),
    };
    let season = Work::PostSeriesEnd {
        club: CLUB,
        series: SERIES,
        reply: Some(reply(now)),
    };
    let pace = Work::ShowPace {
        event: CLOSED,
        team: TEAM,
    };
    let incident = Work::TellIncident {
        event: OPEN,
        team: TEAM,
        id: "5a".repeat(16),
        number: 2,
        incident: Incident {
            at: now,
            text: "Contact with #44".to_owned(),
            lap: Some(34),
        },
    };
    let announce = Work::Announce {
        event: OPEN,
        what: Announcement::Progress,
        due: now,
    };
    let finish = Work::FinishAnswer {
        event: OPEN,
        user: DRIVER,
        name: "Mika Lehtonen".to_owned(),
        roles: Vec::new(),
        answer: Answer::Class {
            class: ClassId::of("LMP2"),
        },
        interaction: CLICK,
        reply: reply(now),
    };
    let sync = Work::SyncMembers {
        run: RUN,
        leg: 0,
        reply: Some(reply(now)),
    };
    let preview = Work::PreviewRoster {
        import: ImportKey {
            club: CLUB,
            command: CLICK,
        },
        user: ADMIN,
        by: Rank::Owner,
        file: FileRef {
            name: "roster.csv".to_owned(),
            url: "https://cdn.discordapp.com/ephemeral-attachments/1/2/roster.csv?ex=1".to_owned(),
            size: 312,
        },
        reply: reply(now),
    };
    let apply = Work::ApplyRoster {
        import: IMPORT,
        reply: reply(now),
    };
    let export = Work::ExportRoster {
        club: CLUB,
        reply: reply(now),
    };
    let roles = Work::ApplyRoles {
        club: CLUB,
        user: SEATED,
        how: RoleWork::Follow,
        reply: Some(reply(now)),
    };
    let listed = Work::ApplyRoles {
        club: CLUB,
        user: SEATED,
        how: RoleWork::Listed,
        reply: None,
    };
    let post_join = Work::PostJoinRequest {
        club: CLUB,
        request: JOIN,
        reply: reply(now),
    };
    let tell_join = Work::TellJoinDecision {
        club: CLUB,
        request: JOIN_DECIDED,
    };
    let set_channel = Work::SetGuildSetting {
        club: CLUB,
        key: Key::JoinChannel,
        typed: format!("<#{CHANNEL}>"),
        user: ADMIN,
        manages_server: true,
        interaction: CLICK,
        reply: reply(now),
    };
    let check = Work::CheckPermissions {
        club: CLUB,
        occasion: Occasion::Asked,
        reply: reply(now),
    };
    let results = Work::ImportResults {
        event: OPEN,
        user: ADMIN,
        interaction: CLICK,
        file: FileRef {
            name: "results.csv".to_owned(),
            url: "https://cdn.discordapp.com/ephemeral-attachments/1/2/results.csv?ex=1".to_owned(),
            size: 312,
        },
        reply: reply(now),
    };
    let post = Work::PostResults {
        event: OPEN,
        reply: Some(reply(now)),
    };
    let mut poison = batch(&[refresh.clone(), refresh.clone()], now)?;
    poison["Records"][0]["body"] = json!("{\"v\":1,\"work\":");
    poison["Records"][0]["md5OfBody"] = json!(digest("{\"v\":1,\"work\":"));
    poison["Records"][0]["attributes"]["MessageGroupId"] = json!("1056104309264089202");
    Ok(vec![
        (
            "relay",
            "outbox-rows",
            stream(&[refresh.clone(), promote.clone()], now)?,
        ),
        ("channel-worker", "open-event-space", batch(&[open_space], now)?),
        ("channel-worker", "refresh-board", batch(&[refresh], now)?),
        ("channel-worker", "poison-record", poison),
        (
            "channel-worker",
            "check-spaces",
            batch(&[Work::CheckSpaces { club: CLUB, leg: 0 }], now)?,
        ),
        (
            "cleanup",
            "every-quarter-hour",
            tick(now, "gantry-dev-CleanupEveryQuarterHour"),
        ),
        ("channel-worker", "archive-event-space", batch(&[archive], now)?),
        ("channel-worker", "delete-event-space", batch(&[delete], now)?),
        ("channel-worker", "settle-team", batch(&[settle], now)?),
        ("channel-worker", "settle-team-of", batch(&[settle_of], now)?),
        ("channel-worker", "clear-teams", batch(&[clear], now)?),
        ("channel-worker", "settle-rooms", batch(&[rooms], now)?),
        ("channel-worker", "follow-setting", batch(&[follow], now)?),
        ("channel-worker", "sample-attendance", batch(&[sample], now)?),
        ("notify-worker", "run-alerts", batch(&[alerts], now)?),
        ("notify-worker", "announce", batch(&[announce], now)?),
        ("notify-worker", "tell-stint", batch(&[stint], now)?),
        ("notify-worker", "announce-plan", batch(&[plan], now)?),
        ("notify-worker", "post-series-end", batch(&[season], now)?),
        ("notify-worker", "show-pace", batch(&[pace], now)?),
        ("notify-worker", "tell-incident", batch(&[incident], now)?),
        (
            "race-day",
            "every-minute",
            tick(now, "gantry-dev-RaceDayEveryMinute"),
        ),
        ("notify-worker", "promote-waiting", batch(&[promote], now)?),
        ("notify-worker", "tell-promoted", batch(&[tell], now)?),
        ("notify-worker", "tell-reminder", batch(&[remind], now)?),
        ("notify-worker", "post-results", batch(&[post], now)?),
        ("sync-worker", "import-results", batch(&[results], now)?),
        ("notify-worker", "finish-answer", batch(&[finish], now)?),
        ("notify-worker", "apply-roles", batch(&[roles], now)?),
        ("notify-worker", "post-join-request", batch(&[post_join], now)?),
        ("notify-worker", "tell-join-decision", batch(&[tell_join], now)?),
        ("notify-worker", "set-guild-setting", batch(&[set_channel], now)?),
        ("sync-worker", "sync-members", batch(&[sync], now)?),
        ("sync-worker", "apply-listed-roles", batch(&[listed], now)?),
        ("sync-worker", "preview-roster", batch(&[preview], now)?),
        ("sync-worker", "apply-roster", batch(&[apply], now)?),
        ("sync-worker", "export-roster", batch(&[export], now)?),
        ("sync-worker", "tick", tick(now, "gantry-sync")),
        ("notify-worker", "check-permissions", batch(&[check], now)?),
        (
            "notify-worker",
            "resume-parked",
            batch(&[Work::ResumeParked { club: CLUB }], now)?,
        ),
    ])
}

/// What a schedule's rule hands to its function (Amazon EventBridge user guide, scheduled events).
fn tick(now: Timestamp, rule: &str) -> Value {
    json!({
        "version": "0",
        "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "time": now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "region": "eu-central-1",
        "resources": [format!("arn:aws:events:eu-central-1:123456789012:rule/{rule}")],
        "detail": {},
    })
}

fn outbox_id(now: Timestamp, n: usize) -> OutboxId {
    OutboxId::from_parts(now.as_millisecond().unsigned_abs(), n as u128 + 1)
}

/// A batch of SQS messages, one for each work.
fn batch(work: &[Work], now: Timestamp) -> serde_json::Result<Value> {
    let mut records = Vec::new();
    for (n, work) in work.iter().enumerate() {
        let messages = outgoing(outbox_id(now, n), GUILD, TRACE, vec![work.clone()], now);
        for message in messages.map_err(<serde_json::Error as serde::ser::Error>::custom)? {
            let queue = match message.lane {
                Lane::Channel => "gantry-channel.fifo",
                Lane::Board => "gantry-board.fifo",
                Lane::Notify => "gantry-notify.fifo",
                Lane::Sync => "gantry-sync.fifo",
            };
            let millis = now.as_millisecond().to_string();
            records.push(json!({
                "messageId": format!("059f36b4-87a3-44ab-83d2-66197561{n:04x}"),
                "receiptHandle": format!("sample-receipt-{n}"),
                "md5OfBody": digest(&message.body),
                "body": message.body,
                "attributes": {
                    "ApproximateFirstReceiveTimestamp": millis,
                    "ApproximateReceiveCount": "1",
                    "MessageDeduplicationId": message.deduplication,
                    "MessageGroupId": message.group,
                    "SenderId": "AROASAMPLE:relay",
                    "SentTimestamp": millis,
                    "SequenceNumber": format!("{}", 1_884_949_646_046_769_612_u64 + n as u64),
                },
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": format!("{ACCOUNT}:{queue}"),
                "awsRegion": "eu-central-1",
            }));
        }
    }
    Ok(json!({ "Records": records }))
}

fn digest(body: &str) -> String {
    format!("{:x}", md5::compute(body))
}

/// Records of the table's stream: an outbox row with each work, the first with a fact.
fn stream(work: &[Work], now: Timestamp) -> serde_json::Result<Value> {
    let mut records = Vec::new();
    for (n, work) in work.iter().enumerate() {
        let record = (n == 0).then(|| fact(now));
        let row = OutboxItem {
            id: outbox_id(now, n),
            guild: GUILD,
            trace: TRACE.to_owned(),
            work: serde_json::to_string(&[work])?,
            record: serde_json::to_string(&record)?,
        };
        records.push(json!({
            "eventID": format!("c81e728d9d4c2f636f067f89cc14{n:04x}"),
            "eventName": "INSERT",
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": "eu-central-1",
            "dynamodb": {
                "ApproximateCreationDateTime": now.as_second(),
                "Keys": keys(&row),
                "NewImage": image(&row, now)?,
                "SequenceNumber": format!("{}", 4_421_584_500_000_000_017_450_439_u128 + n as u128),
                "SizeBytes": 512,
                "StreamViewType": "NEW_IMAGE",
            },
            "eventSourceARN": "arn:aws:dynamodb:eu-central-1:123456789012:table/gantry/stream/2026-01-01T00:00:00.000",
        }));
    }
    Ok(json!({ "Records": records }))
}

fn keys(row: &OutboxItem) -> Value {
    json!({ "PK": { "S": format!("{OUTBOX_PREFIX}{}", row.id) }, "SK": { "S": "JOBS" } })
}

/// The row as the stream shows it: every attribute is text but for the version and the end of life.
fn image(row: &OutboxItem, now: Timestamp) -> serde_json::Result<Value> {
    let mut image = keys(row);
    if let Value::Object(fields) = serde_json::to_value(row)? {
        for (name, value) in fields {
            image[name] = json!({ "S": value });
        }
    }
    image["v"] = json!({ "N": "1" });
    image["ttl"] = json!({ "N": (now.as_second() + 7 * 24 * 3600).to_string() });
    Ok(image)
}

fn fact(now: Timestamp) -> Record {
    let status = Status::Seated {
        class: ClassId::of("LMP2"),
        ticket: SEATED_TICKET,
    };
    Record {
        club: CLUB,
        actor: Actor::User {
            user: SEATED,
            interaction: SEATED_TICKET.0,
        },
        at: now,
        fact: Fact::DriverAnswered {
            event: OPEN,
            user: SEATED,
            status: Some(status),
            promoted: Some(WAITING),
        },
        before: Value::Null,
        after: Value::Null,
    }
}
