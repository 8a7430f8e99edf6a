use super::*;
use crate::domain::event::EventKey;
use crate::domain::ids::{EventId, MessageId, SeriesId, UserId};

const CHANNEL: ChannelId = ChannelId(5);

fn event(state: EventState) -> Event {
    Event {
        key: EventKey {
            club: ClubId::from_parts(1, 1),
            event: EventId::from_parts(2, 2),
        },
        series: SeriesId::from_parts(3, 3),
        series_name: "Cup".to_owned(),
        name: "Spa".to_owned(),
        description: String::new(),
        starts_at: "2026-11-28T13:00:00Z".parse().unwrap(),
        duration_min: 360,
        classes: Vec::new(),
        state,
        opens_at: None,
        closes_at: None,
        state_since: Some("2026-11-21T09:00:00Z".parse().unwrap()),
        cancelled_at: None,
        cancel_reason: None,
        unpublished: false,
        created_by: UserId(1),
        created_at: "2026-11-01T00:00:00Z".parse().unwrap(),
        version: 1,
    }
}

fn space(state: SpaceState) -> Space {
    Space {
        state,
        channel: Step::Done { id: CHANNEL },
        channel_name: Some("28-nov-spa".to_owned()),
        info: Step::Done { id: MessageId(6) },
        board: Step::Done { id: MessageId(7) },
        ..Space::new(event(EventState::Open).key, None)
    }
}

fn seen(name: &str, info: bool, board: bool) -> Option<Seen> {
    Some(Seen::Channel {
        name: name.to_owned(),
        info,
        board,
    })
}

/// What is done about an open event with an active space.
fn open(seen: Option<Seen>, drift: Drift) -> Option<Mend> {
    mend(
        &event(EventState::Open),
        &space(SpaceState::Active),
        seen.as_ref(),
        drift,
    )
}

const fn failed(reason: SpaceFault) -> SpaceState {
    SpaceState::Failed { reason }
}

#[test]
fn what_is_as_recorded_is_left_alone() {
    for drift in [Drift::Heal, Drift::Forget] {
        assert_eq!(open(seen("28-nov-spa", true, true), drift), None);
        assert_eq!(open(None, drift), None, "nothing is known");
    }
}

#[test]
fn a_renamed_channel_gets_its_name_back_or_keeps_the_new_one() {
    let renamed = || seen("chat", true, true);
    assert_eq!(
        open(renamed(), Drift::Heal),
        Some(Mend::Rename {
            channel: CHANNEL,
            name: "28-nov-spa".to_owned()
        })
    );
    let Some(Mend::Record(kept, None)) = open(renamed(), Drift::Forget) else {
        panic!("not recorded")
    };
    assert_eq!(kept.channel_name.as_deref(), Some("chat"));
    assert_eq!(
        mend(&event(EventState::Open), &kept, renamed().as_ref(), Drift::Forget),
        None
    );
}

#[test]
fn a_deleted_message_is_forgotten_and_the_refresh_decides() {
    let Some(Mend::Record(left, Some(Work::RefreshBoard { .. }))) =
        open(seen("chat", true, false), Drift::Heal)
    else {
        panic!("not recorded")
    };
    assert_eq!((left.info.id(), left.board.id()), (Some(MessageId(6)), None));
    // What was never posted, or forgotten before, is not missing.
    assert_eq!(
        mend(
            &event(EventState::Open),
            &left,
            seen("28-nov-spa", true, false).as_ref(),
            Drift::Forget
        ),
        None
    );
}

#[test]
fn a_deleted_channel_is_made_again_while_the_event_is_not_over() {
    let lost = |state, drift| {
        mend(
            &event(state),
            &space(SpaceState::Active),
            Some(&Seen::NoChannel),
            drift,
        )
    };
    let Some(Mend::Record(again, Some(Work::OpenEventSpace { .. }))) = lost(EventState::Open, Drift::Heal)
    else {
        panic!("not made again")
    };
    assert_eq!((again.state, again.channel), (SpaceState::Creating, Step::Todo));
    for (state, drift) in [
        (EventState::Open, Drift::Forget),
        (EventState::Completed, Drift::Heal),
        (EventState::Cancelled, Drift::Heal),
    ] {
        let Some(Mend::Record(left, None)) = lost(state, drift) else {
            panic!("{state:?} {drift:?}")
        };
        assert_eq!(left.state, failed(SpaceFault::ChannelDeleted));
        assert_eq!(mend(&event(state), &left, None, drift), None, "once");
    }
}

#[test]
fn what_failed_is_tried_again_where_that_can_help() {
    let tried = |reason, drift| {
        let found = mend(&event(EventState::Open), &space(failed(reason)), None, drift);
        matches!(found, Some(Mend::Record(_, Some(Work::OpenEventSpace { .. }))))
    };
    for reason in [
        SpaceFault::MissingPermission,
        SpaceFault::GuildFull,
        SpaceFault::GuildLost,
    ] {
        assert!(
            tried(reason, Drift::Heal) && tried(reason, Drift::Forget),
            "{reason:?}"
        );
    }
    assert!(tried(SpaceFault::ChannelDeleted, Drift::Heal));
    assert!(!tried(SpaceFault::ChannelDeleted, Drift::Forget));
    assert!(!tried(SpaceFault::Refused, Drift::Heal));
}

#[test]
fn putting_away_and_removing_are_asked_for_until_they_are_done() {
    let found = |state, space_state| mend(&event(state), &space(space_state), None, Drift::Forget);
    let archive = |found| matches!(found, Some(Mend::Ask(Work::ArchiveEventSpace { .. })));
    let delete = |found| matches!(found, Some(Mend::Ask(Work::DeleteEventSpace { .. })));
    for state in [
        SpaceState::Active,
        SpaceState::Creating,
        failed(SpaceFault::MissingPermission),
    ] {
        assert!(archive(found(EventState::Archived, state.clone())), "{state:?}");
        assert!(delete(found(EventState::Deleted, state.clone())), "{state:?}");
    }
    assert!(delete(found(EventState::Deleted, SpaceState::Archived)));
    assert_eq!(found(EventState::Archived, SpaceState::Archived), None);
    assert_eq!(found(EventState::Deleted, SpaceState::Deleted), None);
    assert_eq!(found(EventState::Draft, SpaceState::Creating), None);
    assert_eq!(found(EventState::Cancelled, SpaceState::Creating), None);
}

#[test]
fn rows_of_a_deleted_event_are_kept_for_thirty_days() {
    let at = |text: &str| text.parse().unwrap();
    let deleted = event(EventState::Deleted);
    assert!(!rows_are_old(&deleted, at("2026-12-21T08:59:59Z")));
    assert!(rows_are_old(&deleted, at("2026-12-21T09:00:00Z")));
    assert!(!rows_are_old(
        &event(EventState::Archived),
        at("2027-12-21T09:00:00Z")
    ));
}

#[test]
fn a_leg_that_was_handed_over_is_another_one() {
    let now: Timestamp = "2026-11-21T09:00:00Z".parse().unwrap();
    let watch = Watch {
        club: ClubId::from_parts(1, 1),
        guild: GuildId(2),
        due: now,
        leg: 4,
        after: Some("x".to_owned()),
        version: 9,
    };
    let begun = watch.begun(now);
    assert_eq!((begun.leg, begun.after.clone(), begun.version), (5, None, 10));
    assert_eq!(begun.due, now + LOOK_EVERY);
    let next = begun.handed_over("y".to_owned());
    assert_eq!((next.leg, next.due, next.version), (6, begun.due, 11));
}

#[test]
fn a_room_is_looked_after_on_the_last_day() {
    use crate::domain::race_room::Room;
    use crate::domain::settings::Key;
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let (early, due) = (at("2026-11-27T12:59:00Z"), at("2026-11-27T13:00:00Z"));
    let heal = Settings::default();
    let mut stored = heal.stored().clone();
    stored
        .values
        .insert(Key::Drift.name().to_owned(), "forget".into());
    let forget = heal.with(stored);
    let open = event(EventState::Open);
    let settle = Mend::Ask(Work::SettleRooms { event: open.key });
    let none = space(SpaceState::Active);
    assert_eq!(mend_room(&open, &none, true, (&heal, early)), None);
    assert_eq!(mend_room(&open, &none, true, (&heal, due)), Some(settle.clone()));
    let teams = event(EventState::TeamsFinal);
    assert_eq!(mend_room(&teams, &none, true, (&heal, due)), None);
    let made = Space {
        room: Some(Room {
            step: Step::Done { id: ChannelId(9) },
            name: "spa".to_owned(),
            guests: String::new(),
        }),
        ..none
    };
    assert_eq!(mend_room(&open, &made, true, (&heal, due)), None);
    let Some(Mend::Record(healed, Some(_))) = mend_room(&open, &made, false, (&heal, due)) else {
        panic!("it is made anew");
    };
    assert_eq!((healed.room, healed.room_absent), (None, None));
    let Some(Mend::Record(left, None)) = mend_room(&open, &made, false, (&forget, due)) else {
        panic!("it is left at that");
    };
    assert_eq!(left.room_absent, Some(Absent::Forgotten));
    assert_eq!(mend_room(&open, &left, true, (&forget, due)), None);
    assert_eq!(mend_room(&open, &left, true, (&heal, due)), Some(settle));
    // A race that is over gets none again.
    let over = event(EventState::Completed);
    assert!(matches!(
        mend_room(&over, &made, false, (&heal, due)),
        Some(Mend::Record(_, None))
    ));
}
