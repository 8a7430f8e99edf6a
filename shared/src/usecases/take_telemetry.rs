//! Takes a signed delivery of telemetry, once: who is in the car, where a team stands, what happened, how the race ended.

use super::call::{Env, Failure, Origin};
use super::change_plan::{Desk, changed};
use super::once::{Decision, once};
use super::record_results::{brought_up_to_date, raced, refreshed};
use crate::domain::alert::{Alert, AlertKind, AlertState};
use crate::domain::event::{EventKey, EventState};
use crate::domain::fact::{Actor, Fact};
use crate::domain::ids::{ClubId, GuildId, TeamId, UserId};
use crate::domain::notice::Sheet;
use crate::domain::refusal::Refusal;
use crate::domain::result_import::guests;
use crate::domain::results::Results;
use crate::domain::results_csv::entered_results;
use crate::domain::stints::{TeamPlan, team_now};
use crate::domain::teams::{LineUp, Team};
use crate::domain::telemetry::{
    DELIVERIES_A_MINUTE, Delivery, INCIDENTS_A_MINUTE, Incident, Message, Pace, ResultEntry, Showing, Signed,
    Taken, TeamPace, Unread, Unsigned, read, verify,
};
use crate::domain::text::comparable;
use crate::domain::work::Work;
use crate::ports::store::{
    Alerts, Batch, Change, EventReader, Ledger, MemberWishes, OnceKey, ResultReader, SettingsReader,
    StoreError, TeamReader, Telemetry,
};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

/// What came to the club's address.
#[derive(Clone, Copy, Debug)]
pub struct Posted<'a> {
    /// The club that the address names.
    pub club: ClubId,
    /// The body with what it is signed with.
    pub signed: Signed<'a>,
    /// When it came.
    pub now: Timestamp,
    /// Until when it is worth trying.
    pub try_until: Timestamp,
}

/// Why a delivery is not taken. Nothing of it was written.
#[derive(Debug, thiserror::Error)]
pub enum NotTaken {
    /// It is not the club's: whoever sent it is not told why, nor whether there is such a club.
    #[error("not signed: {0}")]
    Unsigned(#[from] Unsigned),
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    Unread(#[from] Unread),
    /// It cannot be done.
    #[error("refused: {}", .0.name())]
    Refused(Refusal),
    /// Our side is in trouble.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Failure> for NotTaken {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => Self::Refused(refusal),
            Failure::Store(error) => Self::Store(error),
        }
    }
}

/// What is needed of the store.
pub trait RaceStore:
    Alerts + EventReader + Ledger + MemberWishes + ResultReader + SettingsReader + TeamReader + Telemetry
{
}

impl<T> RaceStore for T where
    T: Alerts + EventReader + Ledger + MemberWishes + ResultReader + SettingsReader + TeamReader + Telemetry
{
}

/// Takes it. A second delivery of the same id gets the answer of the first and has no effect.
///
/// # Errors
/// [`NotTaken`]. Refuses with `TooManyMessages`, `NoSuchEvent`, `NotLive`, `NoSuchTeam`, `NotInTeam`, `NotRaced`,
/// `ResultLines`, `ResultsThere`, `Busy`, and as the plan's steps say.
pub async fn take_telemetry<S: RaceStore>(
    store: &S,
    env: &impl Env,
    posted: &Posted<'_>,
) -> Result<Taken, NotTaken> {
    let link = store.telemetry(posted.club).await?;
    let secret = link.and_then(|link| link.secret);
    // A clock that is fast must not make what it signs the latest for minutes.
    let at = verify(secret.as_ref(), &posted.signed, posted.now)?.min(posted.now);
    if !store
        .take_delivery(posted.club, DELIVERIES_A_MINUTE, posted.now)
        .await?
    {
        return Err(NotTaken::Refused(Refusal::TooManyMessages));
    }
    let delivery = &read(posted.signed.body, at)?;
    let digest = Sha256::digest(format!("{}#{}", posted.club, delivery.id));
    let mut id = [0; 16];
    id.copy_from_slice(&digest[..16]);
    let decide = || Box::pin(decide(store, env, posted, (delivery, id)));
    Ok(once((store, env), OnceKey::Telemetry(id), posted.try_until, decide).await?)
}

/// Who and what a delivery is about.
struct Scene {
    from: Origin,
    sheet: Sheet,
    line_up: LineUp,
    settings: crate::domain::settings::Settings,
    club: crate::domain::club::Club,
}

async fn decide<S: RaceStore>(
    store: &S,
    env: &impl Env,
    posted: &Posted<'_>,
    (delivery, id): (&Delivery, [u8; 16]),
) -> Result<Decision<Taken>, Failure> {
    let key = EventKey {
        club: posted.club,
        event: delivery.event,
    };
    let (found, club) = futures::join!(Box::pin(store.line_up(key)), store.club_and_settings(posted.club));
    let (Some((sheet, line_up)), Some((club, settings))) = (found?, club?) else {
        return Err(Refusal::NoSuchEvent.into());
    };
    // A club without a server has nobody whom it could tell.
    let guild: GuildId = club.guild.ok_or(Refusal::NoSuchEvent)?;
    let scene = Scene {
        from: Origin {
            guild,
            actor: Actor::Telemetry,
            trace: hex::encode(id),
            now: posted.now,
        },
        sheet,
        line_up,
        settings,
        club,
    };
    // What nobody has published is not told of.
    if scene.sheet.event.state == EventState::Draft {
        return Err(Refusal::NoSuchEvent.into());
    }
    match &delivery.message {
        Message::Results { entries, replace } => {
            Box::pin(results(store, env, &scene, entries, *replace)).await
        }
        Message::Position { team, pace } => {
            let team = scene.racing(team)?;
            Box::pin(position(store, env, &scene, team.id, pace)).await
        }
        Message::Incident { team, incident: what } => {
            let team = scene.racing(team)?;
            Box::pin(incident(store, env, &scene, team.id, what)).await
        }
        Message::DriverIn { team, driver } => {
            let team = scene.team(team)?;
            let driver = driver
                .as_deref()
                .map(|named| scene.driver(&team, named))
                .transpose()?;
            Box::pin(stint(
                store,
                env,
                scene,
                (team, delivery.at),
                |plan, team, sheet| plan.with_in_car(driver, posted.now, team, sheet),
            ))
            .await
        }
        Message::DriverOut { team } => {
            let team = scene.team(team)?;
            Box::pin(stint(
                store,
                env,
                scene,
                (team, delivery.at),
                |plan, team, sheet| plan.with_empty_car(posted.now, team, sheet),
            ))
            .await
        }
    }
}

impl Scene {
    /// The team of a race that is on.
    fn racing(&self, named: &str) -> Result<Team, Refusal> {
        if self.sheet.event.state != EventState::Live {
            return Err(Refusal::NotLive);
        }
        self.team(named)
    }

    /// A team by its id or name.
    fn team(&self, named: &str) -> Result<Team, Refusal> {
        let by_id = named.parse::<TeamId>().ok();
        let by_name = || {
            let name = comparable(named);
            let mut found = self
                .line_up
                .teams
                .iter()
                .filter(|team| comparable(&team.name) == name);
            found.next().map(|team| team.id)
        };
        let id = by_id.or_else(by_name).ok_or(Refusal::NoSuchTeam)?;
        team_now(&self.line_up, id, &self.sheet)
    }

    /// A driver of the team, by account or name. A name that two of them have names nobody.
    fn driver(&self, team: &Team, named: &str) -> Result<UserId, Refusal> {
        if let Some(user) = named.parse().ok().filter(|user| team.drivers.contains(user)) {
            return Ok(user);
        }
        let name = comparable(named);
        let mut found = self
            .sheet
            .sign_ups
            .iter()
            .filter(|one| team.drivers.contains(&one.user) && comparable(&one.name) == name);
        match (found.next(), found.next()) {
            (Some(one), None) => Ok(one.user),
            _ => Err(Refusal::NotInTeam),
        }
    }
}

/// Nothing comes of it, and that is remembered: sent again when it would have an effect, it has none.
fn without_effect(env: &impl Env, scene: &Scene, changes: Vec<Change>, taken: Taken) -> Decision<Taken> {
    let batch = Batch {
        changes,
        record: None,
        outbox: scene.from.outbox(env, Vec::new()),
        answered: None,
    };
    Decision::Commit(Box::new(batch), taken)
}

/// Begins or ends a stint, as `/stint start` and `/stint finish` do, and when they do, unless it was signed before a signal that
/// has arrived.
async fn stint<S: Alerts + MemberWishes + TeamReader + Telemetry>(
    store: &S,
    env: &impl Env,
    scene: Scene,
    (team, at): (Team, Timestamp),
    step: impl FnOnce(&TeamPlan, &Team, &Sheet) -> Result<Option<TeamPlan>, Refusal>,
) -> Result<Decision<Taken>, Failure> {
    let key = scene.sheet.event.key;
    let (plan, known, alerts) = futures::join!(
        store.team_plan(key, team.id),
        store.team_pace(key, team.id),
        store.alerts(key)
    );
    let plan = plan?.unwrap_or_else(|| TeamPlan::empty(key, team.id));
    plan.driven_in(scene.sheet.event.state)
        .map_err(|_| Refusal::NotLive)?;
    let known = known?.unwrap_or_else(|| TeamPace::none(key, team.id));
    let Some(known) = known.with_stint(at) else {
        return Ok(without_effect(env, &scene, Vec::new(), Taken::OlderStint));
    };
    let signal = Change::PutPace(known);
    let plan = plan.on(&scene.sheet.event);
    let Some(next) = step(&plan, &team, &scene.sheet)? else {
        return Ok(without_effect(env, &scene, vec![signal], Taken::StintUnchanged));
    };
    let desk = Desk {
        plan,
        club: scene.club,
        settings: scene.settings,
        sheet: scene.sheet,
        team,
        alerts: alerts?,
    };
    let mut batch = changed(store, env, &scene.from, &desk, &next).await?;
    batch.changes.push(signal);
    Ok(Decision::Commit(Box::new(batch), Taken::Stint))
}

/// Keeps where the team stands, and has it shown: at once, or by the alert that is due a minute after the last time.
async fn position<S: Alerts + Telemetry>(
    store: &S,
    env: &impl Env,
    scene: &Scene,
    team: TeamId,
    pace: &Pace,
) -> Result<Decision<Taken>, Failure> {
    let event = scene.sheet.event.key;
    let known = store.team_pace(event, team).await?;
    let known = known.unwrap_or_else(|| TeamPace::none(event, team));
    let Some((next, showing)) = known.with(pace.clone(), scene.from.now) else {
        return Ok(without_effect(env, scene, Vec::new(), Taken::OlderPosition));
    };
    let mut changes = vec![Change::PutPace(next)];
    let mut work = Vec::new();
    match showing {
        Showing::Now => work.push(Work::ShowPace { event, team }),
        Showing::At(due) => {
            // Read after what is known: should a worker settle the alert meanwhile, that has changed too.
            let alerts = store.alerts(event).await?;
            changes.extend(shown_at(scene, &alerts, team, due).map(Change::PutAlert));
        }
    }
    let batch = Batch {
        changes,
        record: None,
        outbox: scene.from.outbox(env, work),
        answered: None,
    };
    Ok(Decision::Commit(Box::new(batch), Taken::Position))
}

/// The alert by which it is shown; nothing if it waits already.
fn shown_at(scene: &Scene, alerts: &[Alert], team: TeamId, due: Timestamp) -> Option<Alert> {
    let kind = AlertKind::Pace { team };
    match alerts.iter().find(|alert| alert.kind == kind) {
        Some(alert) if alert.is_pending() => None,
        Some(alert) => Some(Alert {
            guild: scene.from.guild,
            ..alert.moved(due)
        }),
        None => Some(Alert {
            event: scene.sheet.event.key,
            guild: scene.from.guild,
            kind,
            due,
            outcome: AlertState::Waiting,
            version: 1,
        }),
    }
}

/// Has it told at once.
async fn incident<S: Telemetry>(
    store: &S,
    env: &impl Env,
    scene: &Scene,
    team: TeamId,
    incident: &Incident,
) -> Result<Decision<Taken>, Failure> {
    let event = scene.sheet.event.key;
    let known = store.team_pace(event, team).await?;
    let known = known.unwrap_or_else(|| TeamPace::none(event, team));
    let next = known.with_incident(scene.from.now)?;
    if !store
        .take_incident(event, INCIDENTS_A_MINUTE, scene.from.now)
        .await?
    {
        return Err(Refusal::TooManyMessages.into());
    }
    let mut record = scene
        .from
        .record(event.club, Fact::IncidentReported { event, team });
    record.after = serde_json::to_value(incident).unwrap_or_default();
    let work = Work::TellIncident {
        event,
        team,
        id: scene.from.trace.clone(),
        number: next.told,
        incident: incident.clone(),
    };
    let batch = Batch {
        changes: vec![Change::PutPace(next)],
        record: Some(record),
        outbox: scene.from.outbox(env, vec![work]),
        answered: None,
    };
    Ok(Decision::Commit(Box::new(batch), Taken::Incident))
}

/// Enters results as a file's are taken: all of them or none.
async fn results<S: ResultReader>(
    store: &S,
    env: &impl Env,
    scene: &Scene,
    entries: &[ResultEntry],
    replace: bool,
) -> Result<Decision<Taken>, Failure> {
    let event = &scene.sheet.event;
    raced(event)?;
    let rows = entered_results(entries, event, &scene.sheet.sign_ups)
        .map_err(|faults| Refusal::ResultLines { faults })?;
    let before = store.results(event.key).await?;
    let before = refreshed(&before.unwrap_or_else(|| Results::none(event)), event);
    let replaced = before.rows.len();
    if replaced > 0 && !replace {
        return Err(Refusal::ResultsThere { drivers: replaced }.into());
    }
    let after = before.of(rows);
    let taken = Taken::Results {
        entered: after.rows.len(),
        replaced,
        not_signed_up: guests(&after, &scene.sheet.sign_ups),
    };
    let mut record = scene
        .from
        .record(event.key.club, Fact::ResultsEntered { event: event.key });
    (record.before, record.after) = (replaced.into(), after.rows.len().into());
    let work = brought_up_to_date(store, &after).await?;
    let batch = Batch {
        record: Some(record),
        outbox: scene.from.outbox(env, work),
        changes: vec![Change::PutResults(Box::new(after))],
        answered: None,
    };
    Ok(Decision::Commit(Box::new(batch), taken))
}
