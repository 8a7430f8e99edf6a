//! Sign-ups on a real table: seats, waitlist, promotion, and one effect however often a click is delivered.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking"
)]

mod support;

use gantry_shared::domain::event::EventKey;
use gantry_shared::domain::ids::{EventId, UserId};
use gantry_shared::domain::notice::Sheet;
use gantry_shared::domain::refusal::{Refusal, Standing};
use gantry_shared::domain::series::ClassId;
use gantry_shared::domain::signup::Answer;
use gantry_shared::ports::store::EventReader;
use gantry_shared::usecases::answer_event::{AnswerOutcome, answer_event};
use gantry_shared::usecases::edit_event::{edit_event, edit_event_form};
use gantry_shared::usecases::job::Job;
use gantry_shared::usecases::promote_waiting::promote_waiting;
use gantry_shared::usecases::{Call, Failure};
use support::{GUILD, World, form, now};

async fn answer(world: &World, call: &Call, event: EventId, answer: Answer) -> Result<Standing, Refusal> {
    match answer_event(&world.table, &world.env, call, event, &answer).await {
        Ok(AnswerOutcome::Recorded { standing, .. }) => Ok(standing),
        Ok(other) => panic!("{other:?}"),
        Err(Failure::Refused(refusal)) => Err(refusal),
        Err(Failure::Store(error)) => panic!("{error}"),
    }
}

async fn sheet(world: &World, event: EventId) -> Sheet {
    let key = EventKey {
        club: world.club().await.club.id,
        event,
    };
    world.table.sheet(key).await.unwrap().unwrap()
}

/// Seated and waiting users of each class, in order.
async fn roster(world: &World, event: EventId) -> Vec<(Vec<u64>, Vec<u64>)> {
    let sheet = sheet(world, event).await;
    let n = |user: UserId| user.0 - 10_000;
    sheet
        .seats
        .iter()
        .map(|seats| {
            let seated: Vec<_> = sheet.seated(seats).map(|s| n(s.user)).collect();
            let waiting: Vec<_> = sheet.waiting(seats).map(|s| n(s.user)).collect();
            assert_eq!(
                (seated.len(), waiting.len()),
                (seats.taken as usize, seats.waiting as usize)
            );
            (seated, waiting)
        })
        .collect()
}

fn class(label: &str) -> Answer {
    Answer::Class {
        class: ClassId::of(label),
    }
}

#[tokio::test]
async fn seats_run_out_and_the_waitlist_moves() {
    let world = World::with_club().await;
    let event = world.event("GT3: 2").await;
    for n in 1..=4 {
        let standing = answer(&world, &world.driver(n), event, Answer::SignUp)
            .await
            .unwrap();
        let seated = matches!(standing, Standing::Seated { .. });
        assert_eq!(seated, n <= 2, "driver {n}: {standing:?}");
    }
    assert_eq!(roster(&world, event).await, [(vec![1, 2], vec![3, 4])]);
    assert_eq!(
        answer(&world, &world.driver(1), event, Answer::Leave).await,
        Ok(Standing::None)
    );
    assert_eq!(roster(&world, event).await, [(vec![2, 3], vec![4])]);
    assert_eq!(
        answer(&world, &world.driver(4), event, Answer::NotComing).await,
        Ok(Standing::NotComing)
    );
    assert_eq!(
        answer(&world, &world.driver(2), event, Answer::Leave).await,
        Ok(Standing::None)
    );
    assert_eq!(roster(&world, event).await, [(vec![3], vec![])]);
    assert_eq!(sheet(&world, event).await.not_coming().count(), 1);
}

#[tokio::test]
async fn changing_class_moves_the_driver_and_promotes_another() {
    let world = World::with_club().await;
    let event = world.event("GT3: 1, GT4: 1").await;
    for (n, label) in [(1, "GT3"), (2, "GT3"), (3, "GT4")] {
        answer(&world, &world.driver(n), event, class(label))
            .await
            .unwrap();
    }
    let standing = answer(&world, &world.driver(1), event, class("GT4"))
        .await
        .unwrap();
    assert_eq!(standing, Standing::Waiting { class: "GT4".into() });
    assert_eq!(
        roster(&world, event).await,
        [(vec![2], vec![]), (vec![3], vec![1])]
    );
    let back = answer(&world, &world.driver(1), event, class("GT3"))
        .await
        .unwrap();
    assert_eq!(back, Standing::Waiting { class: "GT3".into() });
    assert_eq!(
        roster(&world, event).await,
        [(vec![2], vec![1]), (vec![3], vec![])]
    );
}

#[tokio::test]
async fn one_click_delivered_often_has_one_effect_and_one_answer() {
    let world = World::with_club().await;
    let event = world.event("GT3: 2").await;
    let call = world.driver(1);
    let seated = Ok(Standing::Seated { class: "GT3".into() });
    for _ in 0..5 {
        let all =
            futures::future::join_all((0..10).map(|_| answer(&world, &call, event, Answer::SignUp))).await;
        assert!(all.iter().all(|standing| *standing == seated), "{all:?}");
    }
    assert_eq!(roster(&world, event).await, [(vec![1], vec![])]);
    let leave = world.driver(1);
    assert_eq!(
        answer(&world, &leave, event, Answer::Leave).await,
        Ok(Standing::None)
    );
    // The sign-up's repetition still gets its own answer, and signs nobody up.
    assert_eq!(answer(&world, &call, event, Answer::SignUp).await, seated);
    assert_eq!(
        answer(&world, &leave, event, Answer::Leave).await,
        Ok(Standing::None)
    );
    assert_eq!(roster(&world, event).await, [(vec![], vec![])]);
}

#[tokio::test]
async fn what_cannot_be_done_is_refused_and_changes_nothing() {
    let world = World::with_club().await;
    let event = world.event("GT3: 2").await;
    let refused = answer(&world, &world.driver(1), event, Answer::Leave)
        .await
        .unwrap_err();
    assert_eq!(
        refused,
        Refusal::NothingToChange {
            standing: Standing::None
        }
    );
    assert_eq!(
        answer(&world, &world.driver(1), event, class("LMP2")).await,
        Err(Refusal::NoSuchClass)
    );
    let foreign = EventId::from_parts(1, 1);
    assert_eq!(
        answer(&world, &world.driver(1), foreign, Answer::SignUp).await,
        Err(Refusal::NoSuchEvent)
    );
    assert_eq!(roster(&world, event).await, [(vec![], vec![])]);
}

#[tokio::test]
async fn concurrent_clicks_fill_the_seats_exactly() {
    let world = World::with_club().await;
    let event = world.event("GT3: 5, GT4: 3").await;
    let clicks = (1..=40).map(|n| {
        let call = world.driver(n);
        let world = &world;
        async move {
            answer_event(
                &world.table,
                &world.env,
                &call,
                event,
                &class(["GT3", "GT4"][n as usize % 2]),
            )
            .await
        }
    });
    let outcomes = futures::future::join_all(clicks).await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    let queued = outcomes
        .iter()
        .filter(|o| matches!(o, Ok(AnswerOutcome::Queued)))
        .count();
    let roster = roster(&world, event).await;
    assert_eq!((roster[0].0.len(), roster[1].0.len()), (5, 3));
    assert_eq!(
        roster
            .iter()
            .map(|(seated, waiting)| seated.len() + waiting.len())
            .sum::<usize>()
            + queued,
        40
    );
}

#[tokio::test]
async fn seats_that_an_edit_adds_go_to_those_who_wait() {
    let world = World::with_club().await;
    let event = world.event("GT3: 1").await;
    for n in 1..=4 {
        answer(&world, &world.driver(n), event, Answer::SignUp)
            .await
            .unwrap();
    }
    let (_, shown) = edit_event_form(&world.table, &world.owner(), event)
        .await
        .unwrap();
    let edited = gantry_shared::domain::event::EventForm {
        classes: "GT3: 3".into(),
        ..form("Monza 6h")
    };
    let target = (event, shown.version);
    edit_event(&world.table, &world.env, &world.owner(), target, &edited)
        .await
        .unwrap();
    // Before the work is done, a newcomer does not get past those who wait.
    let late = answer(&world, &world.driver(5), event, Answer::SignUp)
        .await
        .unwrap();
    assert_eq!(late, Standing::Waiting { class: "GT3".into() });
    let job = Job {
        id: "sample.0".to_owned(),
        guild: GUILD,
        trace: "t".into(),
        now: now(),
        again: false,
    };
    let key = EventKey {
        club: world.club().await.club.id,
        event,
    };
    for _ in 0..2 {
        promote_waiting(&world.table, &world.env, &job, key, &ClassId::of("GT3"))
            .await
            .unwrap();
        assert_eq!(roster(&world, event).await, [(vec![1, 2, 3], vec![4, 5])]);
    }
    let stale = edit_event(&world.table, &world.env, &world.owner(), target, &edited)
        .await
        .unwrap_err();
    assert!(
        matches!(stale, Failure::Refused(Refusal::EventChanged)),
        "{stale:?}"
    );
    let (_, shown) = edit_event_form(&world.table, &world.owner(), event)
        .await
        .unwrap();
    let smaller = gantry_shared::domain::event::EventForm {
        classes: "GT3: 2".into(),
        ..form("Monza 6h")
    };
    let refused = edit_event(
        &world.table,
        &world.env,
        &world.owner(),
        (event, shown.version),
        &smaller,
    )
    .await;
    assert!(
        matches!(
            refused,
            Err(Failure::Refused(Refusal::ClassInUse {
                taken: 3,
                waiting: 2,
                ..
            }))
        ),
        "{refused:?}"
    );
}
