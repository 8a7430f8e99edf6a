//! Keeps a class of an event for those who have a role, or opens it to all.

use super::call::{Call, Env, Failure};
use super::change_event::{Managed, commit, gate_of, managed_desk};
use super::once::once;
use crate::domain::event::EventAction;
use crate::domain::fact::Fact;
use crate::domain::ids::{EventId, RoleId};
use crate::domain::notice::EventBrief;
use crate::domain::work::Work;
use crate::ports::store::{Alerts, Change, ClubReader, EventReader, Ledger, OnceKey};

/// Keeps the class for those who have the role; for all without one, or with the role that everybody has. Who is in the
/// class stays in it. Takes [`crate::domain::rank::Capability::ManageEvents`].
///
/// # Errors
/// Refuses with `NoClub`, `NeedsRank`, `NoSuchEvent`, `WrongState`, `NameTheClass`, `NoSuchClass`, `Busy`.
pub async fn restrict_class<S: Alerts + ClubReader + EventReader + Ledger>(
    store: &S,
    env: &impl Env,
    call: &Call,
    event: EventId,
    (class, role): (Option<&str>, Option<RoleId>),
) -> Result<EventBrief, Failure> {
    let decide = || async {
        let Managed { caller, desk, alerts } = managed_desk(store, call, event).await?;
        let (mut after, _) = desk.event.after(EventAction::Edit, call.now)?;
        let mut class = desk.event.class_named(class)?.clone();
        // Discord's role of everybody has the guild's own id (Discord's documentation, "Role object").
        class.role = role.filter(|role| role.0 != call.guild.0);
        for kept in after.classes.iter_mut().filter(|kept| kept.id == class.id) {
            kept.clone_from(&class);
        }
        let mut changes = vec![Change::UpdateEvent(after.clone())];
        let mut work = Vec::new();
        if desk.seats.iter().any(|seats| seats.class.id == class.id) {
            changes.push(Change::ResizeClass(after.key, class, gate_of(&after)));
            work.push(Work::RefreshBoard { event: after.key });
        }
        Ok(commit(
            env,
            call,
            (&caller, &alerts),
            (&desk.event, &after),
            Fact::EventEdited { event: after.key },
            changes,
            work,
        ))
    };
    once(
        (store, env),
        OnceKey::Interaction(call.interaction),
        call.try_until,
        decide,
    )
    .await
}
