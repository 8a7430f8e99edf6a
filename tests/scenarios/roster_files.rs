//! The roster as a file: imported, shown first, made as shown; exported.

use crate::endpoint::post;
use crate::world::{Club, World};
use gantry_local_wire::{Fault, FaultKind, Service};
use gantry_simulator::{Actor, MessageView, OutcomeKind};
use serde_json::{Value, json};

/// The one message that a command's deferred answer has become.
fn answer(world: &World, interaction: u64) -> MessageView {
    let mut messages = world.stack.simulator().interaction_messages(interaction);
    assert_eq!(messages.len(), 1, "{messages:#?}");
    messages.remove(0)
}

fn text(world: &World, message: &MessageView) -> String {
    world.stack.simulator().message_as_text(message)
}

/// Uses a command whose answer comes later; returns it once all queues are empty.
async fn later(world: &World, actor: &Actor, command: &str, options: Value) -> MessageView {
    let outcome = world.stack.simulator().slash(actor, command, options).await;
    assert!(
        matches!(outcome.kind, OutcomeKind::Deferred { .. }),
        "{outcome:?}"
    );
    world.drain().await;
    answer(world, outcome.interaction_id)
}

async fn import(world: &World, actor: &Actor, file: &[u8]) -> MessageView {
    let file = world.stack.simulator().upload("roster.csv", "text/csv", file);
    later(world, actor, "roster import", json!({ "file": file })).await
}

fn custom_id(message: &MessageView, label: &str) -> Option<String> {
    let button = gantry_local::story::button(message, label)?;
    Some(button["custom_id"].as_str()?.to_owned())
}

/// Presses a button of a message, and returns what the message is once all queues are empty.
async fn press(world: &World, actor: &Actor, message: &MessageView, label: &str) -> MessageView {
    let custom_id = custom_id(message, label).unwrap_or_else(|| panic!("{label}: {}", text(world, message)));
    let simulator = world.stack.simulator();
    let outcome = simulator.click(actor, message.id, &custom_id).await;
    assert!(matches!(outcome.kind, OutcomeKind::Updated), "{outcome:?}");
    world.drain().await;
    simulator.message(actor.channel, message.id).unwrap()
}

/// The roster's lines below the header, as exported, without ids and dates.
async fn exported(world: &World, actor: &Actor) -> (Vec<u8>, Vec<String>) {
    let message = later(world, actor, "roster export", json!({})).await;
    let file = &message.attachments[0];
    let bytes = world
        .stack
        .simulator()
        .file(file["id"].as_str().unwrap())
        .unwrap();
    let lines = String::from_utf8(bytes.clone()).unwrap();
    let short = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        cells[1..cells.len() - 1].join(",")
    };
    let lines = lines.lines().skip(1).map(short).collect();
    (bytes, lines)
}

async fn lines(world: &World, club: &Club) -> Vec<String> {
    exported(world, &club.owner()).await.1
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_shown_then_confirmed_then_written() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let driver = world.members(&club, 1)[0];
    let file = format!(
        "\u{FEFF}Name;Discord ID;Rank\r\n=Max;{driver};steward\r\n\"Weber; Ada\";;\r\nBo;abc;\r\nmax;;boss\r\nAda;;admiral\r\n"
    );
    let shown = import(&world, &club.owner(), file.as_bytes()).await;
    let said = text(&world, &shown);
    for part in [
        "nothing is changed yet",
        "Line 4",
        "Line 5",
        "Line 6",
        "New",
        "roster.csv",
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
    assert_eq!(lines(&world, &club).await.len(), 1, "only the owner so far");
    let done = press(&world, &club.owner(), &shown, "Write 2 entries").await;
    assert!(
        text(&world, &done).contains("Entries written: 2"),
        "{}",
        text(&world, &done)
    );
    let mut now = lines(&world, &club).await;
    now.retain(|line| !line.contains("owner"));
    assert_eq!(
        now,
        [
            format!("'=Max,{driver},steward,no"),
            "Weber; Ada,,member,no".to_owned()
        ]
    );
    // Again: nothing to change, and nothing to press.
    let again = import(
        &world,
        &club.owner(),
        "name;rank\n=Max;steward\n\"Weber; Ada\";\n".as_bytes(),
    )
    .await;
    assert!(text(&world, &again).contains("There is nothing to change."));
    assert_eq!(custom_id(&again, "Cancel"), None);
    // Given up.
    let shown = import(&world, &club.owner(), b"name,rank\nNewcomer,\n'=Max,member\n").await;
    assert!(
        text(&world, &shown).contains("1 (rank 1)"),
        "{}",
        text(&world, &shown)
    );
    let gone = press(&world, &club.owner(), &shown, "Cancel").await;
    assert!(text(&world, &gone).contains("Nothing was changed."));
    let outcome = world
        .stack
        .simulator()
        .click(
            &club.owner(),
            gone.id,
            &custom_id(&shown, "Write 2 entries").unwrap(),
        )
        .await;
    assert!(
        matches!(outcome.kind, OutcomeKind::Refused { .. }),
        "the button is gone: {outcome:?}"
    );
    assert_eq!(lines(&world, &club).await.len(), 3);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_shown_is_written_or_nothing() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let first = import(&world, &club.owner(), b"name\nMax\n").await;
    let second = import(&world, &club.owner(), b"name\nAda\nBo\n").await;
    let done = press(&world, &club.owner(), &second, "Write 2 entries").await;
    assert!(text(&world, &done).contains("Entries written: 2"));
    let late = press(&world, &club.owner(), &first, "Write 1 entry").await;
    assert!(
        text(&world, &late).contains("has changed since"),
        "{}",
        text(&world, &late)
    );
    assert_eq!(lines(&world, &club).await.len(), 3);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_comes_back_as_the_same_roster() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let names = "name\n=1+1\n-x\n@here\n+49\n\"a,b\"\n\"\"\"q\"\"\"\nÉva\n鈴鹿\n'=x\n";
    let shown = import(&world, &club.owner(), names.as_bytes()).await;
    press(&world, &club.owner(), &shown, "Write 9 entries").await;
    let (file, before) = exported(&world, &club.owner()).await;
    for line in &before {
        assert!(
            !line.trim_start_matches('"').starts_with(['=', '+', '-', '@']),
            "{line}"
        );
    }
    let again = import(&world, &club.owner(), &file).await;
    let said = text(&world, &again);
    assert!(
        said.contains("There is nothing to change.") && said.contains("10"),
        "{said}"
    );
    assert_eq!(lines(&world, &club).await, before);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_none_are_refused_kindly() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let owner = club.owner();
    for (file, part) in [
        (&b"name\nJos\xe9\n"[..], "not UTF-8: line 2"),
        (&b"\xFF\xFEn\0a\0m\0e\0"[..], "UTF-16"),
        (&b"nick,rank\nMax,\n"[..], "no column"),
        (&b"name\n"[..], "no lines"),
    ] {
        let refused = import(&world, &owner, file).await;
        let said = text(&world, &refused);
        assert!(said.contains(part), "{part}: {said}");
    }
    let simulator = world.stack.simulator();
    let too_large = simulator.upload_declared("roster.csv", "text/csv", b"name\nMax\n", Some(5 << 20));
    let outcome = simulator
        .slash(&owner, "roster import", json!({ "file": too_large }))
        .await;
    let told = world.stack.expect_message(outcome).unwrap();
    assert!(text(&world, &told).contains("too large"));
    // The size that was told is a lie: what is fetched counts.
    let long = [b"name,x\nMax,".as_slice(), &vec![b'x'; 5 << 20]].concat();
    let liar = simulator.upload_declared("roster.csv", "text/csv", &long, Some(10));
    let refused = later(&world, &owner, "roster import", json!({ "file": liar })).await;
    assert!(text(&world, &refused).contains("too large"));
    assert_eq!(lines(&world, &club).await.len(), 1);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_admins_of_the_club_and_only_who_began_it() {
    let world = World::start().await;
    let (club, other) = (world.club("Apex").await, world.club("Zenith").await);
    let simulator = world.stack.simulator();
    let guest = club.member(world.members(&club, 1)[0], club.paddock);
    let file = simulator.upload("roster.csv", "text/csv", b"name\nMallory\n");
    for (command, options) in [
        ("roster import", json!({ "file": file })),
        ("roster export", json!({})),
        ("roster list", json!({})),
    ] {
        let refused = world.ok(&guest, command, options).await;
        assert!(text(&world, &refused).contains("rank of admin"), "{command}");
    }
    // An import of one club, asked for in another, by its owner with a forged custom id.
    let shown = import(&world, &club.owner(), b"name\nMax\nAda\n").await;
    let mine = import(&world, &other.owner(), b"name\nBo\n").await;
    let forged = custom_id(&shown, "Write 2 entries").unwrap();
    let mut payload = simulator
        .click_payload(
            &other.owner(),
            mine.id,
            &custom_id(&mine, "Write 1 entry").unwrap(),
        )
        .unwrap();
    payload["data"]["custom_id"] = json!(forged);
    let (_, answer) = post(&world, &payload).await;
    assert!(answer.to_string().contains("somebody else's"), "{answer}");
    // Another person of the club, with the button's id in hand.
    let mut payload = simulator.slash_payload(&guest, "roster list", json!({})).unwrap();
    payload["type"] = json!(3);
    payload["data"] = json!({ "custom_id": forged, "component_type": 2 });
    let (_, answer) = post(&world, &payload).await;
    assert!(answer.to_string().contains("rank of admin"), "{answer}");
    world.drain().await;
    assert_eq!(lines(&world, &club).await.len(), 1);
    // What is not on Discord's own host is not fetched.
    let file = simulator.upload("roster.csv", "text/csv", b"name\nMax\n");
    let mut payload = simulator
        .slash_payload(&club.owner(), "roster import", json!({ "file": file }))
        .unwrap();
    payload["data"]["resolved"]["attachments"][&file]["url"] =
        json!("http://169.254.169.254/latest/meta-data");
    let id: u64 = payload["id"].as_str().unwrap().parse().unwrap();
    let (_, answer) = post(&world, &payload).await;
    simulator.apply_answer(id, &answer);
    world.drain().await;
    let told = text(&world, &self::answer(&world, id));
    assert!(told.contains("cannot be fetched"), "{told}");
    assert_eq!(lines(&world, &club).await.len(), 1);
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_roster_is_listed_page_by_page() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let file = (1..=45).fold("name\n".to_owned(), |file, n| file + &format!("Driver {n:02}\n"));
    let shown = import(&world, &club.owner(), file.as_bytes()).await;
    press(&world, &club.owner(), &shown, "Write 45 entries").await;
    let mut page = world.ok(&club.owner(), "roster list", json!({})).await;
    let mut seen = Vec::new();
    loop {
        let said = text(&world, &page);
        seen.extend((1..=45).filter(|n| said.contains(&format!("Driver {n:02}"))));
        if custom_id(&page, "Next page").is_none() {
            break;
        }
        page = press(&world, &club.owner(), &page, "Next page").await;
    }
    assert_eq!(seen, (1..=45).collect::<Vec<_>>());
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_lines_are_shown_and_thousands_are_written_in_batches() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let file = |lines| (1..=lines).fold("name\n".to_owned(), |file, n| file + &format!("Driver {n}\n"));
    let mark = world.mark();
    let shown = import(&world, &club.owner(), file(10_000).as_bytes()).await;
    assert!(gantry_local::story::button(&shown, "Write 10000 entries").is_some());
    let puts = |mark| {
        let calls = world.calls(mark, Service::Dynamodb);
        let of = |name: &str| {
            let theirs = calls.iter().filter(|call| call.caller == "sync-worker");
            theirs.filter(|call| call.operation.contains(name)).count()
        };
        (of("PutItem"), of("TransactWriteItems"))
    };
    assert_eq!(puts(mark), (21, 0), "20 chunks of steps and the import");
    // Written are fewer: the local table's stream takes time with the square of what is written. IMPORT_LINES=10000 writes
    // all, and takes minutes.
    let wanted = std::env::var("IMPORT_LINES").map_or(2_400, |lines| lines.parse().unwrap());
    let shown = import(&world, &club.owner(), file(wanted).as_bytes()).await;
    let (mark, began) = (world.mark(), std::time::Instant::now());
    let done = press(&world, &club.owner(), &shown, &format!("Write {wanted} entries")).await;
    assert!(text(&world, &done).contains(&format!("Entries written: {wanted}")));
    let (_, batches) = puts(mark);
    println!(
        "{wanted} lines: {batches} transactions, {:.1} s",
        began.elapsed().as_secs_f64()
    );
    let fewest = wanted / 24;
    assert!(
        (fewest..fewest + fewest / 10).contains(&batches),
        "{batches} transactions"
    );
    assert_eq!(lines(&world, &club).await.len(), wanted + 1);
    world.finish().await;
}

/// Lines of an import: thirty people, the first half with accounts.
fn thirty(prefix: &str, users: &[u64]) -> String {
    (0..30).fold("name,discord_id,rank\n".to_owned(), |file, n| {
        let account = users
            .get(n)
            .filter(|_| n < 15)
            .map(u64::to_string)
            .unwrap_or_default();
        file + &format!(
            "{prefix} {n:02},{account},{}\n",
            if n % 2 == 0 { "steward" } else { "" }
        )
    })
}

/// Imports with the fault at each call of the worker in turn, from reading the file to the last answer, until it meets
/// no call. Each time the roster is as if nothing had happened, and the person was told.
async fn at_every_call(service: Service, kind: FaultKind) {
    let world = World::start().await;
    world.stack.simulator().set_rate_limits(false);
    let mut hits = 0;
    for n in 0..MOST_CALLS {
        let club = world.club(&format!("{service:?} {kind:?} {n}")).await;
        let users = world.members(&club, 15);
        world.stack.faults().clear();
        let fault = Fault::nth(service, "sync-worker", n, kind.clone());
        world.stack.faults().add(fault).unwrap();
        let shown = import(&world, &club.owner(), thirty("Racer", &users).as_bytes()).await;
        let done = press(&world, &club.owner(), &shown, "Write 30 entries").await;
        let hit = world.stack.faults().hits() > 0;
        world.stack.faults().clear();
        assert!(
            text(&world, &done).contains("Entries written: 30"),
            "{n}: {}",
            text(&world, &done)
        );
        let mut now = lines(&world, &club).await;
        now.retain(|line| !line.contains("owner"));
        let expected: Vec<String> = (0..30)
            .map(|n| {
                let account = if n < 15 {
                    users[n].to_string()
                } else {
                    String::new()
                };
                format!(
                    "Racer {n:02},{account},{},no",
                    if n % 2 == 0 { "steward" } else { "member" }
                )
            })
            .collect();
        assert_eq!(now, expected, "{n}");
        if !hit {
            break;
        }
        hits += 1;
    }
    assert!(
        (1..MOST_CALLS).contains(&hits),
        "{service:?} {kind:?}: {hits} calls were hit"
    );
    world.finish().await;
}

/// More calls than any import of thirty lines makes.
const MOST_CALLS: u64 = 60;

#[tokio::test(flavor = "multi_thread")]
async fn killed_before_each_call_to_the_store() {
    at_every_call(Service::Dynamodb, FaultKind::KillBefore).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_behind_each_call_to_the_store() {
    at_every_call(Service::Dynamodb, FaultKind::KillAfter).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_around_each_call_to_discord() {
    at_every_call(Service::Discord, FaultKind::KillBefore).await;
    at_every_call(Service::Discord, FaultKind::KillAfter).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_and_members_change_together() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let users = world.members(&club, 16);
    let shown = import(&world, &club.owner(), thirty("Racer", &users).as_bytes()).await;
    press(&world, &club.owner(), &shown, "Write 30 entries").await;
    // The first becomes an admin's helper: what a rank may do follows it at once.
    let first = club.member(users[0], club.paddock);
    let refused = world.ok(&first, "roster list", json!({})).await;
    assert!(text(&world, &refused).contains("rank of admin"));
    let file = format!(
        "name,discord_id,rank\nRacer 00,{},team manager\nRacer 15,{},\nRacer 01,,prospect\n",
        users[0], users[15]
    );
    let shown = import(&world, &club.owner(), file.as_bytes()).await;
    assert!(
        text(&world, &shown).contains("3 (account 1, rank 2)"),
        "{}",
        text(&world, &shown)
    );
    press(&world, &club.owner(), &shown, "Write 3 entries").await;
    let draft = world
        .stack
        .simulator()
        .slash(&first, "event create", json!({ "series": "x" }))
        .await;
    let told = world.stack.expect_message(draft).unwrap();
    assert!(
        !text(&world, &told).contains("rank of"),
        "a team manager may: {}",
        text(&world, &told)
    );
    let now = lines(&world, &club).await;
    for line in [
        format!("Racer 00,{},team manager,no", users[0]),
        format!("Racer 01,{},prospect,no", users[1]),
        format!("Racer 15,{},member,no", users[15]),
    ] {
        assert!(now.contains(&line), "{line} in {now:?}");
    }
    world.finish().await;
}
