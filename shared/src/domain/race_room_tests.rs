use super::*;
use crate::domain::fixtures;
use crate::domain::settings::{ClubSettings, Key};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn event(state: EventState) -> Event {
    Event {
        state,
        ..fixtures::event("2026-11-28T13:00:00Z", 360)
    }
}

fn with(key: Key, typed: &str) -> Settings {
    let mut stored = ClubSettings::default();
    let value = key.spec().kind.parse(typed).unwrap();
    stored.values.insert(key.name().to_owned(), value.json());
    Settings::default().with(stored)
}

#[test]
fn rooms_open_a_day_before_the_start_and_stay_until_the_event_is_put_away() {
    let settings = Settings::default();
    let (early, due) = (at("2026-11-27T12:59:59Z"), at("2026-11-27T13:00:00Z"));
    for state in EventState::ALL {
        let (before, after) = (
            wanted(&event(state), &settings, early),
            wanted(&event(state), &settings, due),
        );
        let expected = match state {
            EventState::Draft | EventState::Archived | EventState::Deleted => (Some(false), Some(false)),
            EventState::Completed | EventState::Cancelled => (None, None),
            EventState::Live => (Some(true), Some(true)),
            _ => (Some(false), Some(true)),
        };
        assert_eq!((before, after), expected, "{state:?}");
    }
    let off = with(Key::VoiceRooms, "off");
    assert_eq!(wanted(&event(EventState::Ready), &off, due), Some(false));
    assert_eq!(wanted(&event(EventState::Completed), &off, due), None);
}

#[test]
fn who_drives_is_let_in_and_who_manages() {
    let (five, six, seven) = (RoleId(5 << 57), RoleId(6 << 57), RoleId(7 << 57));
    let settings = with(Key::ManagerRoles, &format!("<@&{seven}> <@&{five}>"));
    let mut sheet = fixtures::sheet(1, 2);
    sheet.sign_ups[2].status = Status::NotComing;
    let users = vec![UserId(1), UserId(2)];
    let roles = vec![five, seven];
    assert_eq!(
        Guests::of_event(&sheet, &settings),
        Some(Guests::Some { roles, users })
    );
    assert_eq!(Guests::of_event(&fixtures::sheet(0, 0), &settings), None);
    let many = |count| Guests::of_event(&fixtures::sheet(count, 0), &settings).unwrap();
    assert!(matches!(many(80), Guests::Some { .. }));
    assert_eq!(many(81), Guests::All);
    let roles = vec![five, six, seven];
    let users = Vec::new();
    assert_eq!(Guests::of_team(six, &settings), Guests::Some { roles, users });
}

#[test]
fn other_guests_have_another_digest() {
    let of = |roles: &[u64], users: &[u64]| Guests::Some {
        roles: roles.iter().copied().map(RoleId).collect(),
        users: users.iter().copied().map(UserId).collect(),
    };
    let all = [
        of(&[], &[]),
        of(&[1], &[]),
        of(&[], &[1]),
        of(&[1], &[2]),
        of(&[1, 2], &[]),
        Guests::All,
    ];
    let digests: std::collections::BTreeSet<String> = all.iter().map(Guests::digest).collect();
    assert_eq!(digests.len(), all.len());
    assert_eq!(of(&[1], &[2]).digest(), of(&[1], &[2]).digest());
}
