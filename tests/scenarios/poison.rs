//! Architecture 6: poison records fail alone, and end in the dead-letter queue after five receives.

use crate::world::World;
use gantry_local::{Clients, MAX_RECEIVES};
use gantry_local_wire::Service;

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
    // In the club's own group, too: its work waits behind the poison, and is done.
    sqs.send_message()
        .queue_url(&queues.board)
        .message_group_id(club.guild.to_string())
        .message_deduplication_id("in-the-way")
        .message_body("poison")
        .send()
        .await
        .unwrap();
    // Work of a club that shares the batches with them is done all the same.
    let mark = world.mark();
    let published = world.published(&club, "Race", "GT3: 2").await;
    let driver = world.members(&club, 1)[0];
    world.press(&club, &published, driver, "Sign up").await;
    world.drain().await;
    assert!(world.board_text(&published).contains("1/2"));
    assert!(!world.calls(mark, Service::Discord).is_empty());
    for queue in world.stack.aws().queues() {
        let poisoned = queue.name.starts_with("channel") || queue.name.starts_with("notify");
        let (depth, dead_letters) = match (poisoned, queue.name.ends_with("-dead.fifo")) {
            (true, true) => (4, 0),
            (true, false) => (0, 4),
            (false, true) => (usize::from(queue.name.starts_with("board")), 0),
            (false, false) => (0, usize::from(queue.name.starts_with("board"))),
        };
        assert_eq!(
            (queue.depth, queue.in_flight, queue.dead_letters),
            (depth, 0, dead_letters),
            "{}",
            queue.name
        );
    }
    // Each poison record was received five times, and no more.
    assert_eq!(MAX_RECEIVES, 5);
    let dead = format!(
        "{}/{}/channel-dead.fifo",
        world.stack.endpoints().sqs,
        gantry_local_aws::ACCOUNT
    );
    let letters = sqs
        .receive_message()
        .queue_url(dead)
        .max_number_of_messages(10)
        .message_system_attribute_names("ApproximateReceiveCount".into())
        .send()
        .await
        .unwrap();
    for letter in letters.messages() {
        let receives = &letter.attributes().unwrap()[&"ApproximateReceiveCount".into()];
        assert_eq!(receives, "6", "five from its own queue, one from here");
    }
    assert_eq!(letters.messages().len(), 4);
    world.stack.shutdown().await.unwrap();
}
