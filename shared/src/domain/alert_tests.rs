use super::stints::LONGEST_LEAD;
use super::*;
use crate::domain::ids::{ClubId, EventId, SeriesId, UserId};
use crate::domain::stints::{Stint, TeamPlan};
use proptest::prelude::*;
use std::collections::BTreeMap;

const GUILD: GuildId = GuildId(7);

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Published on the 21st at nine, started on the 28th at one.
fn event(state: EventState) -> Event {
    Event {
        key: EventKey {
            club: ClubId::from_parts(1, 1),
            event: EventId::from_parts(2, 2),
        },
        series: SeriesId::from_parts(3, 3),
        series_name: "Winter Cup".to_owned(),
        name: "Spa 6h".to_owned(),
        description: String::new(),
        starts_at: at("2026-11-28T13:00:00Z"),
        duration_min: 360,
        classes: Vec::new(),
        state,
        opens_at: None,
        closes_at: None,
        state_since: Some(at("2026-11-21T09:00:00Z")),
        cancelled_at: None,
        cancel_reason: None,
        unpublished: false,
        created_by: UserId(1),
        created_at: at("2026-11-01T00:00:00Z"),
        version: 1,
    }
}

fn due(event: &Event, now: &str) -> BTreeMap<String, Timestamp> {
    let due = due_for(event, &Settings::default(), at(now));
    due.into_iter().map(|(kind, at)| (kind.name(), at)).collect()
}

/// What `changes` leave of `present`.
fn applied(present: &[Alert], changes: &[Alert]) -> Vec<Alert> {
    let mut after: BTreeMap<String, Alert> =
        present.iter().map(|one| (one.kind.name(), one.clone())).collect();
    for change in changes {
        let was = after.insert(change.kind.name(), change.clone());
        assert_eq!(change.version, was.map_or(1, |was| was.version + 1), "{change:?}");
    }
    after.into_values().collect()
}

fn waiting(alerts: &[Alert]) -> Vec<String> {
    let waiting = alerts.iter().filter(|one| one.outcome == AlertState::Waiting);
    waiting
        .map(|one| format!("{} {}", one.kind.name(), one.due))
        .collect()
}

#[test]
fn an_open_event_closes_starts_and_is_talked_about() {
    let expected = [
        ("closing", "2026-11-28T13:00:00Z"),
        ("progress", "2026-11-22T09:00:00Z"),
        ("reminder-1", "2026-11-28T12:00:00Z"),
        ("reminder-24", "2026-11-27T13:00:00Z"),
        ("rooms", "2026-11-27T13:00:00Z"),
        ("start", "2026-11-28T13:00:00Z"),
    ];
    let expected = expected.map(|(name, instant)| (name.to_owned(), at(instant)));
    assert_eq!(
        due(&event(EventState::Open), "2026-11-21T09:00:00Z"),
        BTreeMap::from(expected)
    );
}

#[test]
fn sign_up_times_of_its_own_are_kept() {
    let event = Event {
        opens_at: Some(at("2026-11-23T18:00:00Z")),
        closes_at: Some(at("2026-11-27T20:00:00Z")),
        ..event(EventState::Open)
    };
    let due = due(&event, "2026-11-21T09:00:00Z");
    assert_eq!(due["opening"], at("2026-11-23T18:00:00Z"));
    assert_eq!(due["closing"], at("2026-11-27T20:00:00Z"));
    assert_eq!(
        due["progress"],
        at("2026-11-24T18:00:00Z"),
        "counted from the opening"
    );
}

#[test]
fn every_state_has_the_step_that_comes_next() {
    let next = |state| {
        let due = due_for(&event(state), &Settings::default(), at("2026-11-21T09:00:00Z"));
        let steps = due.into_iter().filter_map(|(kind, _)| kind.action());
        steps.collect::<Vec<_>>()
    };
    use EventAction as A;
    use EventState as S;
    assert_eq!(next(S::Draft), []);
    assert_eq!(next(S::Open), [A::Close, A::Start]);
    assert_eq!(next(S::Closed), [A::Start, A::MakeReady]);
    assert_eq!(next(S::TeamsForming), [A::Start]);
    assert_eq!(next(S::TeamsFinal), [A::Start, A::MakeReady]);
    assert_eq!(next(S::Ready), [A::Start]);
    assert_eq!(next(S::Live), [A::Complete]);
    assert_eq!(next(S::Completed), [A::Archive]);
    assert_eq!(next(S::Cancelled), [A::Archive]);
    assert_eq!(next(S::Archived), [A::Delete]);
    assert_eq!(next(S::Deleted), []);
    for state in S::ALL {
        for action in next(state) {
            assert!(state.after(action).is_ok(), "{action:?} is no step of {state:?}");
        }
    }
}

#[test]
fn closing_on_the_last_day_makes_it_ready_at_once() {
    let due = due(&event(EventState::Closed), "2026-11-28T08:00:00Z");
    assert_eq!(due["ready"], at("2026-11-28T08:00:00Z"));
    assert!(
        !due_for(
            &event(EventState::Closed),
            &Settings::default(),
            at("2026-11-28T13:00:00Z")
        )
        .iter()
        .any(|(kind, _)| *kind == AlertKind::Ready)
    );
}

#[test]
fn rooms_open_a_day_before_or_at_once_and_only_once() {
    let (open, settings) = (event(EventState::Open), Settings::default());
    let now = at("2026-11-28T09:00:00Z");
    let rooms = |alerts: &[Alert]| alerts.iter().find(|one| one.kind == AlertKind::Rooms).cloned();
    let first = applied(&[], &reschedule(&open, GUILD, &settings, &[], now));
    let due = rooms(&first)
        .expect("published on the last day: its instant has gone by, and it is taken by the next tick");
    assert_eq!(
        (due.due, &due.outcome),
        (at("2026-11-27T13:00:00Z"), &AlertState::Waiting)
    );
    let sent = due.with(AlertState::Sent {
        at: now,
        silent: true,
    });
    assert_eq!(
        rooms(&reschedule(
            &open,
            GUILD,
            &settings,
            std::slice::from_ref(&sent),
            now
        )),
        None
    );
    // Moved: there again for the other day; called off: not any more.
    let later = Event {
        starts_at: at("2026-12-05T13:00:00Z"),
        ..open.clone()
    };
    let moved = rooms(&reschedule(&later, GUILD, &settings, &[sent], now)).unwrap();
    assert_eq!(
        (moved.due, &moved.outcome),
        (at("2026-12-04T13:00:00Z"), &AlertState::Waiting)
    );
    let off = Event {
        state: EventState::Cancelled,
        ..later
    };
    let dropped = rooms(&reschedule(&off, GUILD, &settings, &[moved], now)).unwrap();
    let why = DropReason::Overtaken;
    assert_eq!(dropped.outcome, AlertState::Dropped { at: now, why });
}

#[test]
fn an_edit_that_moves_nothing_writes_nothing() {
    let (event, now) = (event(EventState::Open), at("2026-11-21T09:00:00Z"));
    let settings = Settings::default();
    let first = applied(&[], &reschedule(&event, GUILD, &settings, &[], now));
    assert_eq!(first.len(), 6);
    assert_eq!(
        reschedule(&event, GUILD, &settings, &first, at("2026-11-21T10:00:00Z")),
        []
    );
}

#[test]
fn a_moved_event_moves_its_alerts_and_drops_those_whose_instant_is_past() {
    let (before, settings) = (event(EventState::Open), Settings::default());
    let first = applied(
        &[],
        &reschedule(&before, GUILD, &settings, &[], at("2026-11-21T09:00:00Z")),
    );
    let sooner = Event {
        starts_at: at("2026-11-22T08:00:00Z"),
        ..before
    };
    let now = at("2026-11-21T12:00:00Z");
    let second = applied(&first, &reschedule(&sooner, GUILD, &settings, &first, now));
    assert_eq!(
        waiting(&second),
        [
            "closing 2026-11-22T08:00:00Z",
            "reminder-1 2026-11-22T07:00:00Z",
            "rooms 2026-11-21T08:00:00Z",
            "start 2026-11-22T08:00:00Z"
        ]
    );
    let dropped = |name: &str| {
        second
            .iter()
            .find(|one| one.kind.name() == name)
            .unwrap()
            .outcome
            .clone()
    };
    let past = AlertState::Dropped {
        at: now,
        why: DropReason::Past,
    };
    assert_eq!(dropped("reminder-24"), past);
    let overtaken = AlertState::Dropped {
        at: now,
        why: DropReason::Overtaken,
    };
    assert_eq!(
        dropped("progress"),
        overtaken,
        "sign-up is over before the next one"
    );
}

#[test]
fn an_end_that_a_late_green_flag_moved_stays_while_the_race_is_on() {
    let live = event(EventState::Live);
    let settings = Settings::default();
    let now = at("2026-11-28T18:00:00Z");
    let begun = reschedule(&live, GUILD, &settings, &[], at("2026-11-28T13:00:00Z"));
    let mut present = applied(&[], &begun);
    let end = present.iter_mut().find(|one| one.kind == AlertKind::End).unwrap();
    assert_eq!(end.due, live.ends_at());
    *end = end.moved(at("2026-11-28T19:40:00Z"));
    let ends = |alerts: &[Alert]| {
        let end = alerts.iter().find(|one| one.kind == AlertKind::End).cloned();
        end.map(|end| (end.due, end.outcome, end.guild))
    };
    let repaired = reschedule(&live, GUILD, &settings, &present, now);
    assert_eq!(ends(&repaired), None, "{repaired:?}");
    // The club has moved: the end comes along as it is.
    let elsewhere = GuildId(8);
    let moved = reschedule(&live, elsewhere, &settings, &present, now);
    let later = at("2026-11-28T19:40:00Z");
    assert_eq!(ends(&moved), Some((later, AlertState::Waiting, elsewhere)));
    // Ended by hand.
    let over = reschedule(&event(EventState::Completed), GUILD, &settings, &present, now);
    let dropped = AlertState::Dropped {
        at: now,
        why: DropReason::Overtaken,
    };
    assert_eq!(ends(&over), Some((later, dropped, GUILD)));
}

#[test]
fn a_cancelled_event_keeps_only_its_tidying_up() {
    let (before, settings, now) = (
        event(EventState::Open),
        Settings::default(),
        at("2026-11-21T12:00:00Z"),
    );
    let first = applied(
        &[],
        &reschedule(&before, GUILD, &settings, &[], at("2026-11-21T09:00:00Z")),
    );
    let (after, _) = before.after(EventAction::Cancel, now).unwrap();
    let second = applied(&first, &reschedule(&after, GUILD, &settings, &first, now));
    assert_eq!(waiting(&second), ["archive 2026-11-22T12:00:00Z"]);
    assert_eq!(second.len(), 7);
}

#[test]
fn calling_off_a_race_of_sixty_teams_fits_into_a_transaction() {
    let settings = Settings::default();
    let start = at("2026-11-28T13:00:00Z");
    let live = event(EventState::Live);
    let mut present = applied(&[], &reschedule(&live, GUILD, &settings, &[], start));
    for n in 0..60 {
        let team = TeamId::from_parts(1, n);
        for kind in [
            AlertKind::Stints { team, race_at: None },
            AlertKind::Pace { team },
        ] {
            present.push(Alert {
                event: live.key,
                guild: GUILD,
                kind,
                due: start,
                outcome: AlertState::Waiting,
                version: 1,
            });
        }
    }
    for state in [EventState::Cancelled, EventState::Completed] {
        let changes = reschedule(&event(state), GUILD, &settings, &present, start);
        // DynamoDB takes 100 writes; besides there are event, audit, outbox, outcome and the classes' counts.
        assert!(changes.len() <= 64, "{state:?}: {}", changes.len());
    }
}

#[test]
fn what_was_taken_and_is_not_done_is_taken_again_an_hour_later() {
    let now = at("2026-11-28T12:00:00Z");
    let waiting = reschedule(&event(EventState::Open), GUILD, &Settings::default(), &[], now).remove(0);
    assert_eq!(waiting.taken_at(), Some(waiting.due));
    let taken = waiting.with(AlertState::Queued { at: now });
    assert_eq!(taken.taken_at(), Some(at("2026-11-28T13:00:00Z")));
    let done = [
        AlertState::Sent {
            at: now,
            silent: true,
        },
        AlertState::Failed {
            at: now,
            why: String::new(),
        },
        AlertState::Dropped {
            at: now,
            why: DropReason::Late,
        },
    ];
    for outcome in done {
        assert_eq!(taken.with(outcome).taken_at(), None);
    }
}

#[test]
fn words_of_a_step_keep_the_instant_that_they_are_about() {
    let due = at("2026-11-28T13:00:00Z");
    let words = |what| AlertKind::Words { what, due };
    let tried = at("2026-11-28T14:00:00Z");
    let now = at("2026-11-28T14:00:30Z");
    assert!(!words(Announcement::Start).timely(tried, now));
    assert!(words(Announcement::Closing).timely(tried, now));
    assert!(words(Announcement::Cancelled).timely(tried, at("2026-12-28T13:00:00Z")));
    assert_eq!(words(Announcement::Start).said_of(tried), due);
    assert_eq!(AlertKind::Start.said_of(tried), tried);
    // Nobody who changes the event has them forgotten.
    let present = [Alert {
        event: event(EventState::Live).key,
        guild: GUILD,
        kind: words(Announcement::Closing),
        due: tried,
        outcome: AlertState::Waiting,
        version: 1,
    }];
    let changes = reschedule(
        &event(EventState::Live),
        GUILD,
        &Settings::default(),
        &present,
        due,
    );
    assert!(
        changes.iter().all(|one| one.kind != present[0].kind),
        "{changes:?}"
    );
}

#[test]
fn what_was_said_is_not_said_again_unless_the_event_is_moved() {
    let (event, settings, now) = (
        event(EventState::Open),
        Settings::default(),
        at("2026-11-27T14:00:00Z"),
    );
    let first = applied(
        &[],
        &reschedule(&event, GUILD, &settings, &[], at("2026-11-21T09:00:00Z")),
    );
    let sent = AlertState::Sent {
        at: now,
        silent: false,
    };
    let told: Vec<Alert> = first
        .iter()
        .map(|one| match one.kind {
            AlertKind::Reminder { hours: 24 } => one.with(sent.clone()),
            _ => one.clone(),
        })
        .collect();
    let reminders = |changes: &[Alert]| {
        let reminders = changes
            .iter()
            .filter(|one| one.kind == AlertKind::Reminder { hours: 24 });
        reminders.map(|one| one.due).collect::<Vec<_>>()
    };
    assert_eq!(reminders(&reschedule(&event, GUILD, &settings, &told, now)), []);
    let later = Event {
        starts_at: at("2026-12-05T13:00:00Z"),
        ..event
    };
    assert_eq!(
        reminders(&reschedule(&later, GUILD, &settings, &told, now)),
        [at("2026-12-04T13:00:00Z")]
    );
}

#[test]
fn lateness_has_a_limit_for_words_and_none_for_steps() {
    let due = at("2026-11-28T12:00:00Z");
    let late = |kind: AlertKind, minutes: i64| kind.timely(due, due + SignedDuration::from_mins(minutes));
    let pairs = [
        (AlertKind::Reminder { hours: 24 }, 180),
        (AlertKind::Reminder { hours: 1 }, 30),
        (AlertKind::Progress { every_h: 24 }, 60),
        (AlertKind::Opening, 360),
        (AlertKind::Closing, 720),
        (AlertKind::Start, 30),
    ];
    for (kind, limit) in pairs {
        assert!(late(kind, limit), "{kind:?}");
        assert!(!late(kind, limit + 1), "{kind:?}");
    }
    for kind in [
        AlertKind::Ready,
        AlertKind::End,
        AlertKind::Archive,
        AlertKind::Delete,
    ] {
        assert!(late(kind, 60 * 24 * 365), "{kind:?}");
    }
}

#[test]
fn what_repeats_waits_for_its_next_instant_and_leaves_out_missed_ones() {
    let alert = Alert {
        event: event(EventState::Open).key,
        guild: GUILD,
        kind: AlertKind::Progress { every_h: 6 },
        due: at("2026-11-22T06:00:00Z"),
        outcome: AlertState::Waiting,
        version: 4,
    };
    let sent = |now: &str| AlertState::Sent {
        at: at(now),
        silent: false,
    };
    let settled = |now: &str| alert.settled(sent(now), at(now), at("2026-11-23T00:00:00Z"));
    assert_eq!(settled("2026-11-22T06:01:00Z").due, at("2026-11-22T12:00:00Z"));
    assert_eq!(settled("2026-11-22T12:00:00Z").due, at("2026-11-22T18:00:00Z"));
    let last = settled("2026-11-22T18:00:01Z");
    assert_eq!(
        (last.outcome, last.version),
        (sent("2026-11-22T18:00:01Z"), 5),
        "none before the end"
    );
}

/// Three drivers, each for two hours of the race.
fn plan(event: &Event) -> TeamPlan {
    let hour = |hours| event.starts_at + SignedDuration::from_hours(hours);
    let stint = |n: i64| Stint {
        driver: Some(UserId(n.unsigned_abs() + 1)),
        from: hour(2 * n),
        to: hour(2 * n + 2),
        started_at: None,
        finished_at: None,
        seen_at: None,
    };
    TeamPlan {
        stints: (0..3).map(stint).collect(),
        race_at: Some(event.starts_at),
        version: 1,
        ..TeamPlan::empty(event.key, TeamId::from_parts(4, 4))
    }
}

const QUARTER: SignedDuration = SignedDuration::from_mins(15);

fn lead(_: UserId) -> Option<SignedDuration> {
    Some(QUARTER)
}

#[test]
fn a_teams_alert_waits_for_its_next_change() {
    let event = event(EventState::Ready);
    let plan = plan(&event);
    let first = at("2026-11-28T12:45:00Z");
    let made = reschedule_stints(&event, &plan, GUILD, lead, &[], at("2026-11-28T09:00:00Z")).unwrap();
    let early = at("2026-11-28T11:00:00Z");
    assert_eq!(
        (made.due, made.version),
        (early, 1),
        "as early as anybody can wish"
    );
    let present = [made];
    let again = |plan: &TeamPlan, now: &str| reschedule_stints(&event, plan, GUILD, lead, &present, at(now));
    assert_eq!(again(&plan, "2026-11-28T10:00:00Z"), None, "it waits already");
    assert_eq!(again(&plan, "2026-11-28T11:00:00Z").unwrap().due, first);
    // Its lead has begun: told at once. It has begun itself: the next one.
    assert_eq!(
        again(&plan, "2026-11-28T12:50:00Z").unwrap().due,
        at("2026-11-28T12:50:00Z")
    );
    assert_eq!(
        again(&plan, "2026-11-28T13:00:00Z").unwrap().due,
        at("2026-11-28T14:45:00Z")
    );

    // Nobody is told: the next stint is looked at all the same, since that may change.
    let off = reschedule_stints(&event, &plan, GUILD, |_| None, &present, first).unwrap();
    assert_eq!(off.due, at("2026-11-28T13:00:00Z"));
    let last = at("2026-11-28T16:00:00Z");
    let off = reschedule_stints(&event, &plan, GUILD, |_| None, &present, last).unwrap();
    let overtaken = AlertState::Dropped {
        at: last,
        why: DropReason::Overtaken,
    };
    assert_eq!(off.outcome, overtaken);
    assert_eq!(
        reschedule_stints(&event, &plan, GUILD, |_| None, &[off], last),
        None
    );
}

#[test]
fn a_moved_event_has_its_stints_looked_at_anew_until_the_green_flag() {
    let mut event = event(EventState::TeamsFinal);
    let mut plan = plan(&event);
    let now = at("2026-11-28T09:00:00Z");
    let waiting_one =
        |event: &Event, plan: &TeamPlan| reschedule_stints(event, plan, GUILD, lead, &[], now).unwrap();
    let alert = waiting_one(&event, &plan);
    event.starts_at = at("2026-11-28T15:00:00Z");
    let stints = |alerts: Vec<Alert>| {
        alerts
            .into_iter()
            .find(|one| matches!(one.kind, AlertKind::Stints { .. }))
    };
    let changed = |event: &Event, alert: &Alert| {
        stints(reschedule(
            event,
            GUILD,
            &Settings::default(),
            std::slice::from_ref(alert),
            now,
        ))
    };
    // Also one that was done: its drivers were told of another time.
    let sent = alert.with(AlertState::Sent {
        at: now,
        silent: false,
    });
    for alert in [&alert, &sent] {
        let moved = changed(&event, alert).unwrap();
        assert_eq!((moved.due, moved.version), (now, alert.version + 1));
        assert_eq!(moved.outcome, AlertState::Waiting);
        assert_eq!(changed(&event, &moved), None, "once");
    }
    let overtaken = AlertState::Dropped {
        at: now,
        why: DropReason::Overtaken,
    };
    assert_eq!(changed(&event, &alert.with(overtaken)), None);
    let looked_at = stints_due(&plan.clone().on(&event), lead, now, now);
    assert_eq!(looked_at.next, Some(at("2026-11-28T13:00:00Z")));

    plan.flagged = true;
    let flagged = waiting_one(&event, &plan);
    event.starts_at = at("2026-11-28T16:00:00Z");
    assert_eq!(changed(&event, &flagged), None);

    event.state = EventState::Cancelled;
    assert!(!changed(&event, &flagged).unwrap().is_pending());
}

#[test]
fn who_is_told_who_is_late_and_who_is_next() {
    let event = event(EventState::Live);
    let plan = plan(&event);
    let due = |due: &str, now: &str| stints_due(&plan, lead, at(due), at(now));
    let (first, second) = (
        (UserId(1), at("2026-11-28T13:00:00Z")),
        (UserId(2), at("2026-11-28T15:00:00Z")),
    );
    let early = due("2026-11-28T11:00:00Z", "2026-11-28T11:00:30Z");
    assert_eq!(
        (early.tell, early.next),
        (vec![], Some(at("2026-11-28T12:45:00Z")))
    );
    let told = due("2026-11-28T12:45:00Z", "2026-11-28T12:45:20Z");
    assert_eq!((told.tell, told.late), (vec![first], vec![]));
    assert_eq!(told.next, Some(at("2026-11-28T13:00:00Z")));
    // A minute before it begins is not too late, the very instant is.
    assert_eq!(due("2026-11-28T12:45:00Z", "2026-11-28T12:59:59Z").tell, [first]);
    let late = due("2026-11-28T12:45:00Z", "2026-11-28T13:00:00Z");
    assert_eq!((late.tell, late.late), (vec![], vec![first]));
    // After two hours without ticks: one is late, the other is told.
    let after = due("2026-11-28T12:45:00Z", "2026-11-28T14:50:00Z");
    assert_eq!((after.tell, after.late), (vec![second], vec![first]));
    // Those of earlier alerts are not late: they were told then.
    assert_eq!(due("2026-11-28T14:45:00Z", "2026-11-28T14:45:00Z").late, []);
    assert_eq!(due("2026-11-28T16:45:00Z", "2026-11-28T16:46:00Z").next, None);
}

#[test]
fn each_driver_is_told_as_long_before_as_they_wish() {
    let event = event(EventState::Live);
    let plan = plan(&event);
    let wishes = |driver: UserId| match driver.0 {
        1 => Some(SignedDuration::from_mins(60)),
        2 => None,
        _ => Some(LONGEST_LEAD),
    };
    let due = |now: &str| stints_due(&plan, wishes, at(now), at(now));
    assert_eq!(due("2026-11-28T11:00:00Z").next, Some(at("2026-11-28T12:00:00Z")));
    assert_eq!(due("2026-11-28T12:00:00Z").tell.len(), 1);
    let second = due("2026-11-28T14:45:00Z");
    assert_eq!(
        (second.tell, second.late),
        (vec![], vec![]),
        "does not want to hear it"
    );
    let third = due("2026-11-28T15:00:00Z");
    assert_eq!(third.tell, [(UserId(3), at("2026-11-28T17:00:00Z"))]);
    assert_eq!(
        LONGEST_LEAD.as_mins(),
        i64::from(crate::domain::wishes::LEAD_MAX_MIN)
    );
}

proptest! {
    /// However the ticks come, and however long before each driver wants to be told: all are told once in time, or known to be
    /// late, and nobody too early.
    #[test]
    fn every_change_is_told_or_late(
        leads in proptest::collection::vec(proptest::option::of(1..=120_i64), 8),
        hours in proptest::collection::vec(1..=4_i64, 8),
        gaps in proptest::collection::vec(1..=90_i64, 1..40),
    ) {
        let event = event(EventState::Ready);
        let mut from = event.starts_at;
        let mut plan = plan(&event);
        plan.stints = (0..8_usize).map(|n| {
            let to = from + SignedDuration::from_mins(hours[n] * 15);
            let stint = Stint { driver: Some(UserId(n as u64)), from, to, ..plan.stints[0] };
            from = to;
            stint
        }).collect();
        let lead = |driver: UserId| leads[driver.0 as usize].map(SignedDuration::from_mins);
        let mut now = event.starts_at - SignedDuration::from_hours(4);
        let mut waiting = reschedule_stints(&event, &plan, GUILD, lead, &[], now);
        let (mut told, mut late) = (BTreeMap::new(), Vec::new());
        for gap in gaps.iter().cycle() {
            let Some(alert) = waiting.clone() else { break };
            now += SignedDuration::from_mins(*gap);
            if alert.due > now {
                continue;
            }
            let found = stints_due(&plan, lead, alert.due, now);
            for (driver, from) in found.tell {
                prop_assert!(now < from && now >= from - lead(driver).unwrap());
                told.insert(driver, from);
            }
            late.extend(found.late.into_iter().map(|(driver, _)| driver));
            waiting = found.next.map(|next| alert.moved(next));
        }
        let mut seen: Vec<UserId> = told.into_keys().chain(late).collect();
        seen.sort_unstable();
        let wanted: Vec<UserId> = (0..8).map(UserId).filter(|driver| lead(*driver).is_some()).collect();
        prop_assert_eq!(seen, wanted);
    }
}
