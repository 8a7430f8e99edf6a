//! `cargo bench -p gantry-benches`: what every click runs through, one benchmark a step.
#![allow(
    clippy::unwrap_used,
    reason = "a benchmark that cannot be set up has to stop and say so"
)]
#![allow(missing_docs, reason = "criterion's macro makes a public function")]

use criterion::{Criterion, criterion_group, criterion_main};
use ed25519_dalek::{Signer, SigningKey};
use gantry_benches::{samples, table};
use gantry_shared::adapters::dynamo::{OutboxItem, keys};
use gantry_shared::discord::commands::route::route;
use gantry_shared::discord::inbound;
use gantry_shared::discord::verify::PublicKeys;
use gantry_shared::discord::views::Views;
use gantry_shared::domain::ids::InteractionId;
use gantry_shared::domain::notice::{Notice, Render};
use gantry_shared::domain::series::ClassId;
use gantry_shared::domain::signup::SignUp;
use gantry_shared::ports::store::{EventReader, Ledger, OnceKey};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::hint::black_box;

type Item = HashMap<String, aws_sdk_dynamodb::types::AttributeValue>;

/// The body of the sample event of `/event list`.
fn command() -> String {
    let event: Value = serde_json::from_str(samples::COMMAND).unwrap();
    event["body"].as_str().unwrap().to_owned()
}

fn endpoint(c: &mut Criterion) {
    let body = command();
    let key = SigningKey::from_bytes(&[7; 32]);
    let now = Timestamp::from_second(1_795_000_000).unwrap();
    let timestamp = now.as_second().to_string();
    let signature = key.sign(format!("{timestamp}{body}").as_bytes());
    let signature = hex::encode(signature.to_bytes());
    let public = hex::encode(key.verifying_key().to_bytes());
    let keys = PublicKeys::parse(&[&public]).unwrap();

    let verify = || {
        keys.verify(
            Some(&signature),
            Some(&timestamp),
            black_box(body.as_bytes()),
            now,
        )
    };
    verify().unwrap();
    c.bench_function("verify", |b| b.iter(verify));
    let ping = br#"{"id":"1573624007884800001","application_id":"1056104309264089101","type":1,"version":1}"#;
    assert!(inbound::is_ping(ping));
    c.bench_function("is_ping, a PING", |b| {
        b.iter(|| inbound::is_ping(black_box(ping)))
    });
    c.bench_function("is_ping, a command", |b| {
        b.iter(|| inbound::is_ping(black_box(body.as_bytes())));
    });
    c.bench_function("parse", |b| {
        b.iter(|| inbound::parse(black_box(body.as_bytes())).unwrap())
    });
    let interaction = inbound::parse(body.as_bytes()).unwrap();
    c.bench_function("route", |b| b.iter(|| route(black_box(&interaction)).unwrap()));
}

fn render(c: &mut Criterion) {
    let (views, club, sheet) = (Views::default(), samples::club(), samples::sheet());
    let notice = Notice::SignUpBoard {
        club: &club,
        sheet: &sheet,
    };
    c.bench_function("render the board, 100 drivers", |b| {
        b.iter(|| views.render(black_box(&notice)))
    });
}

/// The keys of one sign-up's transaction, as text and as DynamoDB takes them.
fn keys_of_a_sign_up(c: &mut Criterion) {
    let (event, sign_up, batch) = (
        samples::event_key(),
        samples::sign_up(7),
        samples::sign_up_batch(),
    );
    let (user, at) = (sign_up.user, Timestamp::from_second(1_795_000_000).unwrap());
    let class = ClassId::of("GT3");
    c.bench_function("one key", |b| b.iter(|| keys::sign_up(black_box(event), user)));
    c.bench_function("one key as attributes", |b| {
        b.iter(|| keys::sign_up(black_box(event), user).attributes());
    });
    c.bench_function("six keys of a sign-up as attributes", |b| {
        b.iter(|| {
            let event = black_box(event);
            [
                keys::event(event),
                keys::class(event, &class),
                keys::sign_up(event, user),
                keys::outbox(batch.outbox.id),
                keys::once(OnceKey::Interaction(InteractionId(7))),
                keys::audit(event.club, at, batch.outbox.id),
            ]
            .map(|key| key.attributes())
        });
    });
}

fn items(c: &mut Criterion) {
    let sign_up = samples::sign_up(7);
    let item: Item = serde_dynamo::to_item(&sign_up).unwrap();
    c.bench_function("sign-up to item", |b| {
        b.iter(|| serde_dynamo::to_item::<_, Item>(black_box(&sign_up)).unwrap());
    });
    c.bench_function("sign-up from item", |b| {
        b.iter(|| serde_dynamo::from_item::<_, SignUp>(black_box(&item).clone()).unwrap());
    });
    let batch = samples::sign_up_batch();
    let row = OutboxItem {
        id: batch.outbox.id,
        guild: batch.outbox.guild,
        trace: batch.outbox.trace,
        work: serde_json::to_string(&batch.outbox.work).unwrap(),
        record: serde_json::to_string(&batch.record).unwrap(),
    };
    let image: Item = serde_dynamo::to_item(row).unwrap();
    c.bench_function("outbox row from the stream", |b| {
        b.iter(|| {
            OutboxItem::from_image(black_box(&image).clone())
                .unwrap()
                .work()
                .unwrap()
        });
    });
}

/// Keys, request, signature and answer, everything but the network.
fn store(c: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let event = samples::event_key();
    let table = table::answering(&table::sheet_answer().unwrap());
    let read = runtime.block_on(table.sheet(event)).unwrap().unwrap();
    assert_eq!(read.sign_ups.len() as u64, samples::DRIVERS);
    c.bench_function("read the sheet, 100 drivers", |b| {
        b.iter(|| runtime.block_on(table.sheet(black_box(event))).unwrap());
    });
    let table = table::answering(&json!({}));
    c.bench_function("read an event that is not there", |b| {
        b.iter(|| runtime.block_on(table.sheet(black_box(event))).unwrap());
    });
    c.bench_function("commit a sign-up", |b| {
        b.iter(|| runtime.block_on(table.commit(samples::sign_up_batch())).unwrap());
    });
}

criterion_group!(hot_paths, endpoint, render, keys_of_a_sign_up, items, store);
criterion_main!(hot_paths);
