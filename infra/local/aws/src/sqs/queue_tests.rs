//! FIFO, visibility, deduplication and redrive, on literal instants.

use super::attributes::{Attributes, Redrive};
use super::queue::{Counts, Outgoing, Queue, Received, Wanted};
use jiff::{SignedDuration, Timestamp};

const VISIBILITY: SignedDuration = SignedDuration::from_secs(30);

fn at(seconds: i64) -> Timestamp {
    let start: Timestamp = "2026-11-28T14:00:00Z".parse().unwrap();
    start + SignedDuration::from_secs(seconds)
}

fn fifo() -> Attributes {
    Attributes {
        fifo: true,
        ..Attributes::default()
    }
}

fn queue(attributes: Attributes) -> Queue {
    Queue::new(
        if attributes.fifo { "jobs.fifo" } else { "jobs" },
        attributes,
        at(0),
    )
}

fn message(group: &str, body: &str) -> Outgoing {
    Outgoing {
        body: body.to_owned(),
        group: Some(group.to_owned()),
        deduplication_id: Some(body.to_owned()),
        ..Outgoing::default()
    }
}

fn wanted(at_most: usize) -> Wanted {
    Wanted {
        at_most,
        visibility: VISIBILITY,
        held_back: SignedDuration::ZERO,
        one_group: false,
    }
}

fn receive(queue: &mut Queue, at_most: usize, now: Timestamp) -> Vec<Received> {
    queue.receive(wanted(at_most), now).0
}

fn bodies(received: &[Received]) -> Vec<&str> {
    received.iter().map(|one| one.message.body.as_str()).collect()
}

#[test]
fn a_group_in_flight_gives_no_other_message_and_other_groups_do() {
    let mut queue = queue(fifo());
    for (group, body) in [("a", "a1"), ("a", "a2"), ("b", "b1"), ("a", "a3")] {
        queue.send(message(group, body), at(0));
    }
    let first = receive(&mut queue, 1, at(1));
    assert_eq!(bodies(&first), ["a1"]);
    assert_eq!(bodies(&receive(&mut queue, 10, at(1))), ["b1"]);
    assert!(receive(&mut queue, 10, at(1)).is_empty());
    queue.delete(&first[0].receipt, at(2)).unwrap();
    assert_eq!(bodies(&receive(&mut queue, 10, at(2))), ["a2", "a3"]);
}

#[test]
fn a_batch_takes_as_much_of_one_group_as_it_can_in_order() {
    let mut queue = queue(fifo());
    for (group, body) in [("a", "a1"), ("b", "b1"), ("a", "a2"), ("b", "b2"), ("a", "a3")] {
        queue.send(message(group, body), at(0));
    }
    assert_eq!(
        bodies(&receive(&mut queue.clone(), 4, at(1))),
        ["a1", "a2", "a3", "b1"]
    );
    let one_group = Wanted {
        one_group: true,
        ..wanted(10)
    };
    assert_eq!(bodies(&queue.receive(one_group, at(1)).0), ["a1", "a2", "a3"]);
}

#[test]
fn a_returned_message_waits_for_the_rest_of_its_group_in_flight() {
    let mut queue = queue(fifo());
    queue.send(message("a", "a1"), at(0));
    queue.send(message("a", "a2"), at(0));
    let both = receive(&mut queue, 2, at(1));
    queue
        .change_visibility(&both[0].receipt, SignedDuration::ZERO, at(2))
        .unwrap();
    assert!(receive(&mut queue, 2, at(2)).is_empty());
    queue
        .change_visibility(&both[1].receipt, SignedDuration::ZERO, at(3))
        .unwrap();
    assert_eq!(bodies(&receive(&mut queue, 2, at(3))), ["a1", "a2"]);
}

#[test]
fn the_delay_of_a_fifo_queue_holds_for_every_message() {
    let mut queue = queue(Attributes { delay_s: 5, ..fifo() });
    queue.send(message("a", "a1"), at(0));
    assert!(receive(&mut queue, 1, at(4)).is_empty());
    assert_eq!(
        queue.counts(at(4)),
        Counts {
            delayed: 1,
            ..Counts::default()
        }
    );
    assert_eq!(queue.next_due(SignedDuration::ZERO, at(4)), Some(at(5)));
    assert_eq!(bodies(&receive(&mut queue, 1, at(5))), ["a1"]);
}

#[test]
fn a_deduplication_id_is_known_for_five_minutes_and_not_a_moment_longer() {
    let mut queue = queue(fifo());
    let first = queue.send(message("a", "x"), at(0));
    let received = receive(&mut queue, 1, at(1));
    queue.delete(&received[0].receipt, at(1)).unwrap();
    let still = at(300) - SignedDuration::from_nanos(1);
    assert_eq!(queue.send(message("a", "x"), still), first);
    assert!(receive(&mut queue, 1, still).is_empty());
    assert_ne!(queue.send(message("a", "x"), at(300)).id, first.id);
    assert_eq!(bodies(&receive(&mut queue, 1, at(300))), ["x"]);
}

#[test]
fn deduplication_counts_for_the_queue_or_for_each_group() {
    let mut whole = queue(fifo());
    assert_eq!(
        whole.send(message("a", "x"), at(0)),
        whole.send(message("b", "x"), at(0))
    );
    let mut by_group = queue(Attributes {
        deduplicates_by_group: true,
        ..fifo()
    });
    assert_ne!(
        by_group.send(message("a", "x"), at(0)),
        by_group.send(message("b", "x"), at(0))
    );
}

#[test]
fn sequence_numbers_have_twenty_digits_and_grow() {
    let mut queue = queue(fifo());
    let numbers: Vec<String> = ["1", "2", "3"]
        .map(|body| queue.send(message("a", body), at(0)).sequence.unwrap())
        .to_vec();
    assert!(numbers.iter().all(|number| number.len() == 20), "{numbers:?}");
    assert!(numbers.is_sorted() && numbers[0] != numbers[1]);
}

#[test]
fn a_message_moves_after_exactly_so_many_receives() {
    let mut queue = queue(Attributes {
        redrive: Some(Redrive {
            dead_letters: "dead.fifo".to_owned(),
            max_receives: 3,
        }),
        ..fifo()
    });
    queue.send(message("a", "poison"), at(0));
    queue.send(message("a", "next"), at(0));
    for round in 0..3 {
        let now = at(round * 30);
        let (received, dead) = queue.receive(wanted(1), now);
        assert_eq!(
            (bodies(&received), dead.len()),
            (vec!["poison"], 0),
            "round {round}"
        );
        assert_eq!(received[0].message.receives, u32::try_from(round).unwrap() + 1);
    }
    let (received, dead) = queue.receive(wanted(1), at(90));
    assert_eq!(bodies(&received), ["next"]);
    assert_eq!(
        dead.iter()
            .map(|message| message.body.as_str())
            .collect::<Vec<_>>(),
        ["poison"]
    );
}

#[test]
fn visibility_ends_at_its_instant() {
    let mut queue = queue(Attributes::default());
    queue.send(message("a", "x"), at(0));
    receive(&mut queue, 1, at(0));
    assert!(receive(&mut queue, 1, at(30) - SignedDuration::from_nanos(1)).is_empty());
    assert_eq!(receive(&mut queue, 1, at(30))[0].message.receives, 2);
}

#[test]
fn an_old_receipt_deletes_nothing() {
    for attributes in [fifo(), Attributes::default()] {
        let is_fifo = attributes.fifo;
        let mut queue = queue(attributes);
        queue.send(message("a", "x"), at(0));
        let old = receive(&mut queue, 1, at(0));
        let new = receive(&mut queue, 1, at(30));
        let refused = queue.delete(&old[0].receipt, at(31)).map_err(|error| error.code);
        assert_eq!(
            refused,
            if is_fifo {
                Err("InvalidParameterValue")
            } else {
                Ok(())
            }
        );
        assert_eq!(queue.counts(at(31)).in_flight, 1);
        queue.delete(&new[0].receipt, at(31)).unwrap();
        assert_eq!(queue.counts(at(31)), Counts::default());
        assert_eq!(queue.delete(&new[0].receipt, at(32)), Ok(()));
    }
}

#[test]
fn on_a_fifo_queue_a_receipt_ends_with_the_visibility() {
    let mut queue = queue(fifo());
    queue.send(message("a", "x"), at(0));
    let received = receive(&mut queue, 1, at(0));
    let just = at(30) - SignedDuration::from_nanos(1);
    assert_eq!(queue.clone().delete(&received[0].receipt, just), Ok(()));
    let late = queue.delete(&received[0].receipt, at(30)).unwrap_err();
    assert_eq!(late.code, "InvalidParameterValue");
}

#[test]
fn visibility_can_be_stretched_to_twelve_hours_and_no_further() {
    let mut queue = queue(Attributes::default());
    queue.send(message("a", "x"), at(0));
    let received = receive(&mut queue, 1, at(0));
    let mut change = |hours, seconds, now| {
        let visibility = SignedDuration::from_hours(hours) + SignedDuration::from_secs(seconds);
        queue
            .change_visibility(&received[0].receipt, visibility, now)
            .map_err(|error| error.code)
    };
    assert_eq!(change(12, 0, at(1)), Err("InvalidParameterValue"));
    assert_eq!(change(12, -1, at(1)), Ok(()));
    assert_eq!(change(0, 0, at(2)), Ok(()));
    assert_eq!(
        change(0, 5, at(2)),
        Err("AWS.SimpleQueueService.MessageNotInflight")
    );
}

#[test]
fn a_message_is_forgotten_at_the_end_of_its_retention() {
    let mut queue = queue(Attributes {
        retention_s: 60,
        ..Attributes::default()
    });
    queue.send(message("a", "x"), at(0));
    assert_eq!(queue.counts(at(59)).visible, 1);
    assert_eq!(queue.counts(at(60)), Counts::default());
    assert!(receive(&mut queue, 1, at(60)).is_empty());
}

#[test]
fn held_back_messages_come_later_to_mappings() {
    let mut queue = queue(fifo());
    queue.send(message("a", "x"), at(0));
    let late = SignedDuration::from_secs(90);
    let held = Wanted {
        held_back: late,
        ..wanted(1)
    };
    assert!(queue.receive(held, at(89)).0.is_empty() && !queue.is_receivable(late, at(89)));
    assert_eq!(queue.next_due(late, at(89)), Some(at(90)));
    assert_eq!(bodies(&queue.receive(held, at(90)).0), ["x"]);
}
