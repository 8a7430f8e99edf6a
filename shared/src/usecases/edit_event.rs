//! Changes an event's facts, and the seats of its classes with them.

use super::call::{Call, Env, Failure};
use super::change_event::{Managed, commit, gate_of, managed_desk_and_zone};
use super::once::once;
use crate::domain::club::ZoneName;
use crate::domain::event::{Event, EventForm, EventState};
use crate::domain::fact::Fact;
use crate::domain::ids::EventId;
use crate::domain::notice::EventBrief;
use crate::domain::refusal::{EventAction, Field, FormFault, Problem, Refusal};
use crate::domain::seats::{Seats, seats_of};
use crate::domain::signup::SignUp;
use crate::domain::teams::LineUp;
use crate::domain::work::Work;
use crate::ports::store::{
    Alerts, Change, ClubReader, EventReader, Ledger, MemberWishes, OnceKey, StoreResult, TeamReader,
};

/// What the form for changing an event is made from: the zone in which its times are typed, and the event. Takes [`crate::domain::rank::Capability::ManageEvents`].
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `NoSuchEvent`, `WrongState`.
pub async fn edit_event_form<S: Alerts + ClubReader + EventReader + MemberWishes>(
    store: &S,
    call: &Call,
    event: EventId,
) -> Result<(ZoneName, Event), Failure> {
    let (Managed { desk, .. }, zone) = managed_desk_and_zone(store, call, event).await?;
    desk.event.state.after(EventAction::Edit)?;
    Ok((zone, desk.event))
}

/// Changes the event to what the form says, if it is still at the version that the form showed.
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `NoSuchEvent`, `WrongState`, `EventChanged`, `Form`, `ClassInUse`, `Busy`.
pub async fn edit_event<S: Alerts + ClubReader + EventReader + Ledger + MemberWishes + TeamReader>(
    store: &S,
    env: &impl Env,
    call: &Call,
    (event, version): (EventId, u64),
    form: &EventForm,
) -> Result<EventBrief, Failure> {
    let decide = || async {
        let (Managed { caller, desk, alerts }, zone) = managed_desk_and_zone(store, call, event).await?;
        desk.event.state.after(EventAction::Edit)?;
        if desk.event.version != version {
            return Err(Refusal::EventChanged.into());
        }
        let details = form
            .check(&zone.zone(), call.now, Some(desk.event.starts_at))
            .map_err(|faults| Refusal::Form { faults })?;
        let after = desk.event.edited(details).closing_kept(&desk.event, call.now);
        if after.opens_at.is_some_and(|opens| opens >= after.starts_at) {
            let fault = FormFault {
                field: Field::Opens,
                problem: Problem::NotBeforeStart,
            };
            return Err(Refusal::Form { faults: vec![fault] }.into());
        }
        let mut changes = vec![Change::UpdateEvent(after.clone())];
        let mut work = Vec::new();
        if after.state != EventState::Draft {
            changes.extend(class_changes(&after, &desk.seats)?);
            work.push(Work::RefreshBoard { event: after.key });
            work.extend(enlarged(&after, &desk.seats));
        }
        let mut told = EventBrief::of(&caller.club, &after);
        work.extend(follow_time(store, (&desk.event, &after), &mut told).await?);
        let fact = Fact::EventEdited { event: after.key };
        let decision = commit(
            env,
            call,
            (&caller, &alerts),
            (&desk.event, &after),
            fact,
            changes,
            work,
        );
        Ok(decision.map(|_| told))
    };
    once(
        (store, env),
        OnceKey::Interaction(call.interaction),
        call.try_until,
        decide,
    )
    .await
}

/// What is to be done where the race is at another time, or of another length, than it was; what the editor is told of that.
async fn follow_time<S: TeamReader>(
    store: &S,
    (before, after): (&Event, &Event),
    told: &mut EventBrief,
) -> StoreResult<Vec<Work>> {
    let moved = after.starts_at != before.starts_at;
    if !moved && after.duration_min == before.duration_min {
        return Ok(Vec::new());
    }
    let Some((sheet, line_up)) = store.line_up(after.key).await? else {
        return Ok(Vec::new());
    };
    told.unfit = unfit_plans(store, after, &line_up).await?;
    if moved {
        let limited = |one: &&SignUp| !one.details.windows.is_empty();
        told.limited = sheet.sign_ups.iter().filter(limited).count();
    }
    // Stints move with the start; where no plan was announced there is nothing to do.
    let plans = line_up.teams.iter().map(|team| Work::AnnouncePlan {
        event: after.key,
        team: team.id,
        reply: None,
    });
    let rooms = (moved && after.state != EventState::Draft).then_some(Work::SettleRooms { event: after.key });
    Ok(rooms.into_iter().chain(plans).collect())
}

/// The teams whose stint plans do not fit the race's length.
async fn unfit_plans<S: TeamReader>(store: &S, event: &Event, line_up: &LineUp) -> StoreResult<Vec<String>> {
    let plans = line_up
        .teams
        .iter()
        .map(|team| store.team_plan(event.key, team.id));
    let plans = futures::future::try_join_all(plans).await?;
    let teams = line_up.teams.iter().zip(plans);
    let unfit = teams.filter(|(_, plan)| {
        plan.as_ref()
            .is_some_and(|plan| !plan.clone().on(event).fits(event))
    });
    Ok(unfit.map(|(team, _)| team.name.clone()).collect())
}

/// What becomes of the count of each class: new, changed or gone.
fn class_changes(after: &Event, counts: &[Seats]) -> Result<Vec<Change>, Refusal> {
    let gate = gate_of(after);
    let in_use = |seats: &Seats| Refusal::ClassInUse {
        class: seats.class.label.clone(),
        taken: seats.taken,
        waiting: seats.waiting,
    };
    let mut changes = Vec::new();
    for class in &after.classes {
        changes.push(match seats_of(counts, &class.id) {
            None => Change::OpenClass(after.key, class.clone(), gate),
            Some(seats) if class.seats < seats.taken => return Err(in_use(seats)),
            Some(_) => Change::ResizeClass(after.key, class.clone(), gate),
        });
    }
    for seats in counts
        .iter()
        .filter(|seats| after.class(&seats.class.id).is_none())
    {
        if seats.taken + seats.waiting > 0 {
            return Err(in_use(seats));
        }
        changes.push(Change::RemoveClass(after.key, seats.class.id.clone()));
    }
    Ok(changes)
}

/// The classes that may have a free seat for somebody who waits. A driver who joins the waitlist between our reading and
/// our writing is not among the counts, so a class that grew is looked at in any case.
fn enlarged(after: &Event, counts: &[Seats]) -> Vec<Work> {
    let may_have_room = |class: &&crate::domain::series::Class| {
        seats_of(counts, &class.id).is_some_and(|seats| {
            class.seats > seats.class.seats || (seats.waiting > 0 && class.seats > seats.taken)
        })
    };
    let classes = after.classes.iter().filter(may_have_room);
    classes
        .map(|class| Work::PromoteWaiting {
            event: after.key,
            class: class.id.clone(),
        })
        .collect()
}
