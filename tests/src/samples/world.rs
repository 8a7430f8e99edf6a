//! The club that the samples are about: what has to be in the table for them to lead somewhere.

use super::MOMENT;
use gantry_shared::domain::cases::{Case, CaseKey};
use gantry_shared::domain::club::{Club, Colour, ZoneName};
use gantry_shared::domain::event::{Event, EventKey, EventState};
use gantry_shared::domain::ids::{
    ApplicationId, ChannelId, ClubId, EntryId, EventId, GuildId, InteractionId, MessageId, OutboxId, RunId,
    SeriesId, TeamId, UserId,
};
use gantry_shared::domain::join::{JoinKey, JoinRequest, JoinState, JoinWords};
use gantry_shared::domain::matching::{Conflict, Kind, NameKind, Pairing, Reason, Subject};
use gantry_shared::domain::rank::Rank;
use gantry_shared::domain::result_import::{ResultImport, ResultImportKey};
use gantry_shared::domain::results::{Finish, Results, Row};
use gantry_shared::domain::roster::Entry;
use gantry_shared::domain::roster_csv::Plan;
use gantry_shared::domain::roster_import::{ImportKey, RosterImport};
use gantry_shared::domain::seats::SeatMove;
use gantry_shared::domain::series::{Class, ClassId, Series};
use gantry_shared::domain::settings::{self, ClubSettings, Key, Settings, Wish};
use gantry_shared::domain::signup::{SignUp, Status, Ticket, Waiter};
use gantry_shared::domain::space::{Space, SpaceState, Step};
use gantry_shared::domain::sync::{RunKey, RunKind, SyncRun, SyncState};
use gantry_shared::domain::teams::{LineUp, Team};
use gantry_shared::domain::telemetry::{TelemetryLink, TelemetrySecret};
use gantry_shared::domain::watch::LOOK_EVERY;
use gantry_shared::domain::work::Reply;
use gantry_shared::ports::store::{Batch, Change, Gate, Outbox};
use jiff::{SignedDuration, Timestamp};

/// 2026-01-01T00:00:00Z in milliseconds: when everything in the samples was made.
const MADE_MILLIS: u64 = 1_767_225_600_000;

/// The application.
pub const APPLICATION: ApplicationId = ApplicationId(1_056_104_309_264_089_101);
/// The club's guild.
pub const GUILD: GuildId = GuildId(1_056_104_309_264_089_201);
/// A guild that has no club.
pub const OTHER_GUILD: GuildId = GuildId(1_056_104_309_264_089_202);
/// The club.
pub const CLUB: ClubId = ClubId::from_parts(MADE_MILLIS, 1);
/// Its series.
pub const SERIES: SeriesId = SeriesId::from_parts(MADE_MILLIS, 2);
/// An event that is a draft.
pub const DRAFT: EventKey = event_key(3);
/// An event that is open, with its channel.
pub const OPEN: EventKey = event_key(4);
/// An event that is just published: its channel is still to be made.
pub const NEW: EventKey = event_key(5);

/// An event whose sign-up is over, with teams being formed.
pub const CLOSED: EventKey = event_key(6);
/// Its only team.
pub const TEAM: TeamId = TeamId::from_parts(MADE_MILLIS, 7);

/// Runs the club.
pub const ADMIN: UserId = UserId(1_056_104_309_264_089_301);
/// Has not answered any event.
pub const DRIVER: UserId = UserId(1_056_104_309_264_089_302);
/// Has a seat in LMP2 of [`OPEN`].
pub const SEATED: UserId = UserId(1_056_104_309_264_089_303);
/// Waits for a seat in GT3 of [`OPEN`], of which an edit has added one.
pub const WAITING: UserId = UserId(1_056_104_309_264_089_304);

/// The channel of [`OPEN`].
pub const CHANNEL: ChannelId = ChannelId(1_056_104_309_264_089_401);
/// Its information message.
pub const INFO: MessageId = MessageId(1_056_104_309_264_089_402);
/// Its sign-up message.
pub const BOARD: MessageId = MessageId(1_056_104_309_264_089_403);

/// The click by which [`SEATED`] got the seat.
pub const SEATED_TICKET: Ticket = Ticket(InteractionId(1_056_104_309_264_089_501));
const GT3_TICKET: Ticket = Ticket(InteractionId(1_056_104_309_264_089_502));
const WAITING_TICKET: Ticket = Ticket(InteractionId(1_056_104_309_264_089_503));

/// An import of the roster that can be confirmed.
pub const IMPORT: ImportKey = ImportKey {
    club: CLUB,
    command: InteractionId(1_056_104_309_264_089_504),
};
/// A run of member sync that goes on.
pub const RUN: RunKey = RunKey {
    club: CLUB,
    run: RunId::from_parts(MADE_MILLIS, 10),
};
/// Somebody on the roster whom two accounts fit.
pub const TWIN: EntryId = EntryId::from_parts(MADE_MILLIS, 11);
/// The conflict about that.
pub const CONFLICT: CaseKey = CaseKey {
    kind: Kind::TwoAccounts,
    subject: Subject::Entry(TWIN),
};

/// A request to join that nobody has seen yet.
pub const JOIN: JoinKey = JoinKey {
    user: UserId(1_056_104_309_264_089_305),
    request: InteractionId(1_056_104_309_264_089_505),
};
/// A request to join that was rejected; the person is to be told.
pub const JOIN_DECIDED: JoinKey = JoinKey {
    user: UserId(1_056_104_309_264_089_306),
    request: InteractionId(1_056_104_309_264_089_506),
};

const fn event_key(n: u128) -> EventKey {
    EventKey {
        club: CLUB,
        event: EventId::from_parts(MADE_MILLIS, n),
    }
}

/// Where a late answer to a call at `now` goes.
#[must_use]
pub fn reply(now: Timestamp) -> Reply {
    Reply {
        application: APPLICATION,
        token: "sample-token".to_owned(),
        expires_at: now.saturating_add(SignedDuration::from_mins(15)).unwrap_or(now),
    }
}

fn club() -> Club {
    Club {
        id: CLUB,
        guild: Some(GUILD),
        lost_at: None,
        name: "Apex Endurance".to_owned(),
        slug: "apex-endurance".to_owned(),
        colour: Colour::default(),
        time_zone: ZoneName::parse("Europe/Berlin").unwrap_or_default(),
        created_by: ADMIN,
        created_at: MOMENT,
    }
}

/// The club's first settings.
fn settings() -> ClubSettings {
    let wish = |key, typed: String| Wish {
        key,
        change: settings::Change::Typed(typed),
    };
    let wishes = [
        wish(Key::TimeZone, "Europe/Berlin".to_owned()),
        wish(Key::JoinChannel, format!("<#{CHANNEL}>")),
    ];
    let changed = Settings::default().change(&wishes, ADMIN, MOMENT, GUILD);
    changed.map(|changed| changed.stored).unwrap_or_default()
}

fn run() -> SyncRun {
    SyncRun::new(RUN, GUILD, RunKind::Manual, Some(ADMIN), MOMENT)
}

fn join(key: JoinKey, state: JoinState, review: Step<MessageId>) -> JoinRequest {
    JoinRequest {
        club: CLUB,
        key,
        account: "Aino Virtanen".to_owned(),
        words: JoinWords {
            name: "Aino Virtanen".to_owned(),
            why: "Endurance racing with people who stay for the debrief.".to_owned(),
            experience: "Two seasons of GT4.".to_owned(),
        },
        asked_at: MOMENT,
        namesake: None,
        channel: CHANNEL,
        state,
        review,
        undelivered: false,
        looked_at: None,
        telling_since: None,
        told: None,
        version: 1,
    }
}

/// The two requests to join.
fn joins() -> [Change; 2] {
    let rejected = JoinState::Rejected {
        by: ADMIN,
        at: MOMENT,
        reason: "The grid is full this season.".to_owned(),
    };
    let open = join(JOIN, JoinState::Open, Step::Todo);
    let decided = join(JOIN_DECIDED, rejected, Step::Done { id: BOARD });
    [open, decided].map(|request| Change::PutJoin(Box::new(request)))
}

/// An entry that two accounts fit.
fn conflict() -> Conflict {
    let fits = |user| Pairing {
        entry: TWIN,
        user,
        reasons: vec![Reason::Name(NameKind::GlobalName)],
    };
    Conflict {
        kind: Kind::TwoAccounts,
        subject: Subject::Entry(TWIN),
        pairings: vec![fits(DRIVER), fits(WAITING)],
        more: 0,
        facts: "sample".to_owned(),
    }
}

/// Results of the open event from a file, shown; its race has not begun.
fn result_import() -> ResultImport {
    let key = ResultImportKey {
        club: CLUB,
        command: IMPORT.command,
    };
    let before = Results::none(&event(OPEN, "Spa 6h", EventState::Open));
    let rows = vec![Row {
        user: Some(SEATED),
        name: "Ada Weber".to_owned(),
        class: ClassId::of("GT3"),
        finish: Finish::Placed { place: 1 },
        fastest: true,
    }];
    ResultImport::new(
        (key, ADMIN),
        "results.csv".to_owned(),
        (&before, rows),
        &[],
        MOMENT,
    )
}

/// A new entry, shown.
fn import() -> RosterImport {
    let plan = Plan {
        new: 1,
        ..Plan::default()
    };
    let shown = (IMPORT, ADMIN, Rank::Owner);
    RosterImport::new(shown, "roster.csv".to_owned(), "sample".to_owned(), &plan, MOMENT)
}

fn class(label: &str, seats: u32) -> Class {
    Class {
        id: ClassId::of(label),
        label: label.to_owned(),
        seats,
        role: None,
    }
}

fn event(key: EventKey, name: &str, state: EventState) -> Event {
    Event {
        key,
        series: SERIES,
        series_name: "Endurance Cup".to_owned(),
        name: name.to_owned(),
        description: "Multiclass, one pit stop.".to_owned(),
        starts_at: MOMENT
            .saturating_add(SignedDuration::from_hours(24 * 7))
            .unwrap_or(MOMENT),
        duration_min: 360,
        classes: vec![class("GT3", 2), class("LMP2", 2)],
        state,
        opens_at: None,
        closes_at: None,
        state_since: None,
        cancelled_at: None,
        cancel_reason: None,
        unpublished: false,
        created_by: ADMIN,
        created_at: MOMENT,
        version: 1,
    }
}

fn answer(user: UserId, name: &str, status: Status) -> SignUp {
    SignUp {
        event: OPEN,
        user,
        name: name.to_owned(),
        status,
        at: MOMENT,
        details: Default::default(),
    }
}

/// The secret that signs the samples of telemetry. For development only: everybody can read it here.
#[must_use]
pub fn telemetry_secret() -> TelemetrySecret {
    TelemetrySecret::from_random([1, 2])
}

/// What brings the table to where the samples begin, in order.
#[must_use]
pub fn batches() -> Vec<Batch> {
    let (gt3, lmp2) = (ClassId::of("GT3"), ClassId::of("LMP2"));
    let gate = Gate::OpenUntil(event(OPEN, "", EventState::Open).starts_at);
    let entry = EntryId::from_parts(MADE_MILLIS, 9);
    let entry = Entry::new(CLUB, entry, "Ada Weber".to_owned(), Rank::Owner, MOMENT);
    let (entry, owner) = entry.with_account(ADMIN);
    let jiri = EntryId::from_parts(MADE_MILLIS, 12);
    let jiri = Entry::new(CLUB, jiri, "Jiří Novák".to_owned(), Rank::Steward, MOMENT);
    let (jiri, jiri_as_member) = jiri.with_account(SEATED);
    let series = Series {
        club: CLUB,
        id: SERIES,
        name: "Endurance Cup".to_owned(),
        description: String::new(),
        classes: vec![class("GT3", 2), class("LMP2", 2)],
        created_by: ADMIN,
        created_at: MOMENT,
    };
    let space = Space {
        state: SpaceState::Active,
        channel: Step::Done { id: CHANNEL },
        info: Step::Done { id: INFO },
        board: Step::Done { id: BOARD },
        ..Space::new(OPEN, None)
    };
    let seated = |class: &ClassId, ticket| Status::Seated {
        class: class.clone(),
        ticket,
    };
    let take = |class: &ClassId| Change::MoveSeat(OPEN, class.clone(), SeatMove::Take, MOMENT);
    let waiter = Waiter {
        class: gt3.clone(),
        ticket: WAITING_TICKET,
        user: WAITING,
        name: "Łukasz Nowak".to_owned(),
        at: MOMENT,
    };
    let waits = Status::Waiting {
        class: gt3.clone(),
        ticket: WAITING_TICKET,
    };
    let put = |now| Change::PutSignUp { now, was: None };
    let steps = [
        vec![
            Change::CreateClub(club(), entry, owner),
            Change::PutSettings(CLUB, settings()),
            Change::CreateSeries(series),
            Change::PutRun(run()),
            Change::PutSyncState(SyncState {
                running: Some(RUN.run),
                ..SyncState::new(CLUB, GUILD, Some(MOMENT))
            }),
            Change::PutEntry(Entry::new(
                CLUB,
                TWIN,
                "Mika Lehtonen".to_owned(),
                Rank::Member,
                MOMENT,
            )),
            Change::PutImport(Box::new(import())),
            Change::PutResultImport(Box::new(result_import())),
            Change::PutEntry(jiri),
            Change::PutMember(jiri_as_member),
            Change::PutCase(Box::new(Case::new(CLUB, conflict(), RUN.run, MOMENT))),
        ],
        vec![
            Change::CreateEvent(event(DRAFT, "Monza 6h", EventState::Draft)),
            Change::CreateEvent(event(OPEN, "Spa 6h", EventState::Open)),
            Change::CreateEvent(event(NEW, "Imola 6h", EventState::Open)),
            Change::BeginWatch(CLUB, GUILD, MOMENT.saturating_add(LOOK_EVERY).unwrap_or(MOMENT)),
            Change::PutSpace(Space::new(NEW, Some(reply(MOMENT)))),
            Change::OpenClass(NEW, class("GT3", 2), gate),
            Change::OpenClass(NEW, class("LMP2", 2), gate),
            Change::PutSpace(space),
            Change::OpenClass(OPEN, class("GT3", 1), gate),
            Change::OpenClass(OPEN, class("LMP2", 2), gate),
        ],
        vec![
            take(&lmp2),
            put(answer(SEATED, "Jiří Novák", seated(&lmp2, SEATED_TICKET))),
        ],
        vec![
            take(&gt3),
            put(answer(ADMIN, "Ada Weber", seated(&gt3, GT3_TICKET))),
        ],
        vec![
            Change::MoveSeat(OPEN, gt3, SeatMove::Queue, MOMENT),
            put(answer(WAITING, "Łukasz Nowak", waits)),
            Change::PutWaiter(OPEN, waiter),
        ],
        joins().to_vec(),
        vec![Change::ResizeClass(OPEN, class("GT3", 2), gate)],
        vec![
            Change::CreateEvent(event(CLOSED, "Hockenheim 6h", EventState::TeamsForming)),
            Change::OpenClass(CLOSED, class("LMP2", 2), gate),
        ],
        vec![
            Change::MoveSeat(CLOSED, lmp2.clone(), SeatMove::Take, MOMENT),
            put(SignUp {
                event: CLOSED,
                ..answer(SEATED, "Jiří Novák", seated(&lmp2, SEATED_TICKET))
            }),
        ],
        vec![
            Change::SetGate(CLOSED, lmp2.clone(), Gate::Shut),
            Change::PutTelemetry(TelemetryLink {
                club: CLUB,
                secret: Some(telemetry_secret()),
                changed_by: ADMIN,
                changed_at: MOMENT,
                version: 1,
            }),
            Change::PutLineUp(LineUp {
                teams: vec![Team {
                    id: TEAM,
                    name: "Blue Flag".to_owned(),
                    class: lmp2,
                    drivers: vec![SEATED],
                }],
                version: 1,
                ..LineUp::empty(CLOSED)
            }),
        ],
    ];
    let batch = |(n, changes): (usize, Vec<Change>)| Batch {
        changes,
        record: None,
        outbox: Outbox {
            id: OutboxId::from_parts(MADE_MILLIS, n as u128),
            guild: GUILD,
            trace: "seed".to_owned(),
            work: Vec::new(),
        },
        answered: None,
    };
    steps.into_iter().enumerate().map(batch).collect()
}
