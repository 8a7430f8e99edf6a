use super::{EventAction as A, EventState as S, SignUpChange};
use crate::domain::event::EventKey;
use crate::domain::ids::{ClubId, EventId};
use crate::domain::refusal::Refusal;
use crate::domain::work::Work;

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
    let event = EventKey {
        club: ClubId::from_parts(1, 1),
        event: EventId::from_parts(2, 2),
    };
    for state in S::ALL {
        for action in A::ALL {
            let Ok(step) = state.step(action) else { continue };
            let jobs = step.jobs(event);
            let silent = step.from == S::Draft && step.action != A::Publish;
            assert_eq!(jobs.is_empty(), silent, "{step:?}");
            assert!(jobs.iter().all(|job| job.event() == Some(event)), "{step:?}");
            assert_eq!(
                jobs.iter().any(|job| matches!(job, Work::OpenEventSpace { .. })),
                action == A::Publish,
                "{step:?}"
            );
        }
    }
}
