use super::{EventAction as A, EventState as S, SignUpChange};
use crate::domain::event::{Event, EventKey};
use crate::domain::ids::{ClubId, EventId, SeriesId, UserId};
use crate::domain::refusal::Refusal;
use crate::domain::work::Work;
use jiff::Timestamp;

/// Every state with what each action makes of it; what is missing is refused.
const TABLE: [(S, &[(A, S)]); 11] = [
    (
        S::Draft,
        &[
            (A::Edit, S::Draft),
            (A::Publish, S::Open),
            (A::Cancel, S::Cancelled),
        ],
    ),
    (
        S::Open,
        &[
            (A::Edit, S::Open),
            (A::Publish, S::Open),
            (A::Close, S::Closed),
            (A::Start, S::Live),
            (A::Cancel, S::Cancelled),
        ],
    ),
    (
        S::Closed,
        &[
            (A::Edit, S::Closed),
            (A::Publish, S::Closed),
            (A::ArrangeTeams, S::TeamsForming),
            (A::FormTeams, S::TeamsForming),
            (A::MakeReady, S::Ready),
            (A::Start, S::Live),
            (A::Cancel, S::Cancelled),
        ],
    ),
    (
        S::TeamsForming,
        &[
            (A::Edit, S::TeamsForming),
            (A::Publish, S::TeamsForming),
            (A::ArrangeTeams, S::TeamsForming),
            (A::FormTeams, S::TeamsForming),
            (A::FinaliseTeams, S::TeamsFinal),
            (A::Start, S::Live),
            (A::Cancel, S::Cancelled),
        ],
    ),
    (
        S::TeamsFinal,
        &[
            (A::Edit, S::TeamsFinal),
            (A::Publish, S::TeamsFinal),
            (A::ArrangeTeams, S::TeamsFinal),
            (A::ReopenTeams, S::TeamsForming),
            (A::MakeReady, S::Ready),
            (A::Start, S::Live),
            (A::Cancel, S::Cancelled),
        ],
    ),
    (
        S::Ready,
        &[
            (A::Edit, S::Ready),
            (A::Publish, S::Ready),
            (A::ArrangeTeams, S::Ready),
            (A::FormTeams, S::TeamsForming),
            (A::ReopenTeams, S::TeamsForming),
            (A::Start, S::Live),
            (A::Cancel, S::Cancelled),
        ],
    ),
    (
        S::Live,
        &[
            (A::Publish, S::Live),
            (A::ArrangeTeams, S::Live),
            (A::Complete, S::Completed),
            (A::Cancel, S::Cancelled),
        ],
    ),
    (S::Completed, &[(A::Archive, S::Archived)]),
    (S::Archived, &[(A::Delete, S::Deleted)]),
    (S::Deleted, &[]),
    (S::Cancelled, &[(A::Archive, S::Archived)]),
];

#[test]
fn every_action_in_every_state() {
    assert_eq!(TABLE.map(|(state, _)| state), S::ALL);
    for (state, allowed) in TABLE {
        for action in A::ALL {
            let expected = allowed.iter().find(|(one, _)| *one == action).map(|(_, to)| *to);
            let got = state.after(action);
            match expected {
                Some(to) => assert_eq!(got, Ok(to), "{state:?} {action:?}"),
                None => assert_eq!(
                    got,
                    Err(Refusal::WrongState { state, action }),
                    "{state:?} {action:?}"
                ),
            }
        }
    }
}

#[test]
fn an_event_can_be_called_off_in_any_state_before_completed() {
    for state in S::ALL {
        let before_completed = state < S::Completed;
        assert_eq!(state.after(A::Cancel).is_ok(), before_completed, "{state:?}");
    }
}

#[test]
fn no_step_leads_back_before_publishing_and_none_out_of_deleted() {
    for state in S::ALL {
        for action in A::ALL {
            if let Ok(step) = state.step(action) {
                assert!(step.to != S::Draft || step.from == S::Draft, "{step:?}");
                assert_ne!(step.from, S::Deleted, "{step:?}");
            }
        }
    }
}

#[test]
fn sign_up_begins_with_publishing_and_ends_with_whatever_leaves_open() {
    for state in S::ALL {
        for action in A::ALL {
            let Ok(step) = state.step(action) else { continue };
            let expected = match (step.from, step.to) {
                (S::Draft, S::Open) => SignUpChange::Begins,
                (S::Open, to) if to != S::Open => SignUpChange::Ends,
                _ => SignUpChange::Kept,
            };
            assert_eq!(step.sign_up(), expected, "{step:?}");
        }
    }
}

#[test]
fn every_step_of_a_published_event_names_the_jobs_it_causes() {
    for state in S::ALL {
        for action in A::ALL {
            let Ok((after, step)) = event(state).after(action, at("2026-11-21T09:00:00Z")) else {
                continue;
            };
            let jobs = step.jobs(&after);
            let silent = step.from == S::Draft && step.action != A::Publish;
            assert_eq!(jobs.is_empty(), silent, "{step:?}");
            assert!(jobs.iter().all(|job| job.event() == Some(after.key)), "{step:?}");
            let kinds: Vec<bool> = [
                jobs.iter().any(|job| matches!(job, Work::OpenEventSpace { .. })),
                jobs.iter()
                    .any(|job| matches!(job, Work::ArchiveEventSpace { .. })),
                jobs.iter()
                    .any(|job| matches!(job, Work::DeleteEventSpace { .. })),
                jobs.iter().any(|job| matches!(job, Work::Announce { .. })),
            ]
            .to_vec();
            let said = !silent && matches!(action, A::Close | A::Start | A::Cancel);
            let expected = [
                action == A::Publish,
                action == A::Archive,
                action == A::Delete,
                said,
            ];
            assert_eq!(kinds, expected, "{step:?}");
        }
    }
}

#[test]
fn a_step_is_counted_and_its_instant_kept() {
    let now = at("2026-11-21T09:00:00Z");
    let (live, _) = event(S::Ready).after(A::Start, now).unwrap();
    assert_eq!((live.state_since, live.version), (Some(now), 2));
    let (repaired, _) = event(S::Live).after(A::Publish, now).unwrap();
    assert_eq!((repaired.state_since, repaired.version), (None, 2));
    let (cancelled, _) = event(S::Live).after(A::Cancel, now).unwrap();
    assert_eq!(cancelled.cancelled_at, Some(now));
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn event(state: S) -> Event {
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
        state_since: None,
        cancelled_at: None,
        cancel_reason: None,
        unpublished: false,
        created_by: UserId(1),
        created_at: at("2026-11-01T00:00:00Z"),
        version: 1,
    }
}

#[test]
fn a_race_is_shown_until_the_event_is_put_away_or_called_off() {
    for state in S::ALL {
        let shown = matches!(state, S::Live | S::Completed);
        assert_eq!(state.shows_race(), shown, "{state:?}");
    }
}
