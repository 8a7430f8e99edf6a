//! Architecture 6: poison records fail alone, and end in the dead-letter queue after five receives.

use crate::world::World;
use gantry_local::{Clients, MAX_RECEIVES};
use gantry_local_wire::Service;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn poison_records_fail_alone_and_are_put_aside() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let sqs = Clients::of("attacker", world.stack.endpoints()).sqs;
    let queues = world.stack.endpoints().queues.clone();
    for (queue, url) in [("channel", &queues.channel), ("notify", &queues.notify)] {
        for (n, body) in ["not json", "{}", "{\"v\":99}", "null"].iter().enumerate() {
            sqs.send_message()
                .queue_url(url)
                .message_group_id(format!("poison-{n}"))
                .message_deduplication_id(format!("{queue}-{n}"))
                .message_body(*body)
                .send()
                .await
                .unwrap();
        }
    }
    // Work of a club that shares the batches with them is done all the same.
    let mark = world.mark();
    let published = world.published(&club, "Race", "GT3: 2").await;
    assert!(world.board_text(&published).contains("0/2"));
    assert!(!world.calls(mark, Service::Discord).is_empty());
    let dead: Vec<_> = world
        .stack
        .aws()
        .queues()
        .into_iter()
        .map(|q| (q.name, q.depth, q.in_flight, q.dead_letters))
        .collect();
    for (name, depth, in_flight, letters) in dead {
        let expected = if name.starts_with("channel") || name.starts_with("notify") {
            4
        } else {
            0
        };
        assert_eq!((depth, in_flight, letters), (0, 0, expected), "{name}");
    }
    assert_eq!(MAX_RECEIVES, 5);
    drop(json!({}));
    world.stack.shutdown().await.unwrap();
}
