//! C8.1: a club's settings in the table: two admins at once, repetitions, questions that are out of date.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops where something is not as it should be"
)]

#[allow(dead_code, reason = "the support has more than these tests need")]
mod support;

use aws_sdk_dynamodb::types::AttributeValue;
use gantry_shared::adapters::dynamo::Table;
use gantry_shared::domain::club::Club;
use gantry_shared::domain::ids::{ClubId, GuildId, UserId};
use gantry_shared::domain::refusal::Refusal;
use gantry_shared::domain::settings::{
    Change as To, Key, OperatorOverrides, Section, SettingProblem, Settings, SettingsChanged, Source, Target,
    Wish,
};
use gantry_shared::ports::store::{
    Batch, Caller, ClubReader, CommitError, Ledger, OnceKey, SettingsReader, StoreResult,
};
use gantry_shared::usecases::change_settings::{change_settings, reset_settings};
use gantry_shared::usecases::view_settings::{ask_reset, view_settings};
use gantry_shared::usecases::{Call, Failure};
use std::sync::Mutex;
use support::{GUILD, OWNER, World};

const OTHER_ADMIN: UserId = UserId(2000);

fn to(key: Key, typed: &str) -> Wish {
    Wish {
        key,
        change: To::Typed(typed.to_owned()),
    }
}

async fn set(world: &World, call: &Call, key: Key, typed: &str) -> Result<SettingsChanged, Failure> {
    change_settings(&world.table, &world.env, call, &[to(key, typed)]).await
}

async fn settings(world: &World) -> Settings {
    world.club().await.settings
}

fn refusal<T: std::fmt::Debug>(outcome: Result<T, Failure>) -> Refusal {
    match outcome {
        Err(Failure::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

/// The table, on which somebody else is faster by one change.
struct Overtaken<'a> {
    world: &'a World,
    first: Mutex<Option<(Call, Wish)>>,
    commits: Mutex<u32>,
}

impl ClubReader for Overtaken<'_> {
    fn likely_club(&self, guild: GuildId) -> Option<ClubId> {
        self.world.table.likely_club(guild)
    }

    async fn caller(&self, guild: GuildId, user: UserId) -> StoreResult<Option<Caller>> {
        self.world.table.caller(guild, user).await
    }

    async fn club(&self, club: ClubId) -> StoreResult<Option<Club>> {
        self.world.table.club(club).await
    }

    async fn slug_taken(&self, slug: &str) -> StoreResult<bool> {
        self.world.table.slug_taken(slug).await
    }

    async fn count_members(&self, club: ClubId) -> StoreResult<u64> {
        self.world.table.count_members(club).await
    }
}

impl Ledger for Overtaken<'_> {
    async fn commit(&self, batch: Batch) -> Result<(), CommitError> {
        *self.commits.lock().unwrap() += 1;
        let first = self.first.lock().unwrap().take();
        if let Some((call, wish)) = first {
            change_settings(&self.world.table, &self.world.env, &call, &[wish])
                .await
                .unwrap();
        }
        self.world.table.commit(batch).await
    }

    async fn outcome(&self, key: OnceKey) -> StoreResult<Option<serde_json::Value>> {
        self.world.table.outcome(key).await
    }
}

fn overtaken(world: &World, wish: Wish) -> Overtaken<'_> {
    Overtaken {
        world,
        first: Mutex::new(Some((world.call(OTHER_ADMIN, true), wish))),
        commits: Mutex::new(0),
    }
}

#[tokio::test]
async fn two_admins_who_change_different_settings_both_get_theirs() {
    let world = World::with_club().await;
    let store = overtaken(&world, to(Key::Drift, "forget"));
    let call = world.owner();
    change_settings(&store, &world.env, &call, &[to(Key::SyncHours, "6")])
        .await
        .unwrap();
    assert_eq!(*store.commits.lock().unwrap(), 2, "decided again on fresh state");
    let settings = settings(&world).await;
    assert_eq!(settings.sync_hours(), 6);
    assert_eq!(settings.in_force(Key::Drift).source, Source::Club);
    assert_eq!(settings.last_change(Key::Drift).unwrap().by, OTHER_ADMIN);
    // The founding made the first version.
    assert_eq!(settings.version(), 3);
}

#[tokio::test]
async fn of_two_admins_who_change_the_same_setting_the_second_is_told() {
    let world = World::with_club().await;
    let store = overtaken(&world, to(Key::SyncHours, "3"));
    let call = world.owner();
    let wishes = [to(Key::Drift, "forget"), to(Key::SyncHours, "6")];
    let refused = refusal(change_settings(&store, &world.env, &call, &wishes).await);
    assert_eq!(
        refused,
        Refusal::SettingChanged {
            key: Key::SyncHours,
            now: 3.into(),
            by: Some(OTHER_ADMIN),
        }
    );
    let settings = settings(&world).await;
    assert_eq!((settings.sync_hours(), settings.version()), (3, 2));
    assert_eq!(
        settings.in_force(Key::Drift).source,
        Source::Default,
        "all or nothing"
    );
}

#[tokio::test]
async fn two_admins_who_want_the_same_agree() {
    let world = World::with_club().await;
    let store = overtaken(&world, to(Key::SyncHours, "6"));
    let call = world.owner();
    let changed = change_settings(&store, &world.env, &call, &[to(Key::SyncHours, "6")])
        .await
        .unwrap();
    assert_eq!((changed.told.len(), changed.unchanged), (0, vec![Key::SyncHours]));
    assert_eq!(
        settings(&world).await.last_change(Key::SyncHours).unwrap().by,
        OTHER_ADMIN
    );
}

#[tokio::test]
async fn a_repetition_gets_the_first_answer() {
    let world = World::with_club().await;
    let call = world.owner();
    let first = set(&world, &call, Key::SyncHours, "6").await.unwrap();
    assert_eq!(first.told.len(), 1);
    // Others change it meanwhile: the repetition of the first does not take it back.
    set(&world, &world.owner(), Key::SyncHours, "9").await.unwrap();
    for _ in 0..3 {
        assert_eq!(set(&world, &call, Key::SyncHours, "6").await.unwrap(), first);
    }
    assert_eq!(
        (
            settings(&world).await.sync_hours(),
            settings(&world).await.version()
        ),
        (9, 3)
    );
}

#[tokio::test]
async fn a_reset_is_only_of_what_was_shown() {
    let world = World::with_club().await;
    set(&world, &world.owner(), Key::SyncHours, "6").await.unwrap();
    let target = Target::Section(Section::Sync);
    let question = ask_reset(&world.table, &world.owner(), target).await.unwrap();
    assert_eq!((question.version, question.told.len()), (2, 1));
    // Another section's change does not matter, one of this section does.
    set(&world, &world.owner(), Key::Drift, "forget").await.unwrap();
    set(&world, &world.owner(), Key::AutomaticSync, "off")
        .await
        .unwrap();
    let reset = |call: Call, version| {
        let world = &world;
        async move { reset_settings(&world.table, &world.env, &call, target, version).await }
    };
    assert_eq!(refusal(reset(world.owner(), 2).await), Refusal::ResetOutdated);
    assert_eq!(refusal(reset(world.owner(), 99).await), Refusal::ResetOutdated);
    assert_eq!(settings(&world).await.sync_hours(), 6);
    let call = world.owner();
    let done = reset(call.clone(), 4).await.unwrap();
    assert_eq!(done.told.len(), 2);
    assert_eq!(reset(call, 4).await.unwrap(), done, "the click again");
    let settings = settings(&world).await;
    assert_eq!((settings.sync_hours(), settings.automatic_sync()), (24, true));
    assert_eq!(settings.in_force(Key::Drift).source, Source::Club);
}

#[tokio::test]
async fn each_setting_takes_its_rank() {
    let world = World::with_club().await;
    let driver = world.driver(1);
    assert!(matches!(
        refusal(set(&world, &driver, Key::SyncHours, "6").await),
        Refusal::NeedsRank { .. }
    ));
    assert!(matches!(
        refusal(view_settings(&world.table, &driver).await),
        Refusal::NeedsRank { .. }
    ));
    for target in [
        Target::All,
        Target::Section(Section::Sync),
        Target::One(Key::SyncHours),
    ] {
        let forged = reset_settings(&world.table, &world.env, &driver, target, 1).await;
        assert!(matches!(refusal(forged), Refusal::NeedsRank { .. }), "{target:?}");
        let asked = ask_reset(&world.table, &driver, target).await;
        assert!(matches!(refusal(asked), Refusal::NeedsRank { .. }), "{target:?}");
    }
    // Whoever manages the server is an admin, not the owner.
    let admin = || world.call(OTHER_ADMIN, true);
    let role = "<@&772904309264089090>";
    let refused = refusal(set(&world, &admin(), Key::AdminRoles, role).await);
    assert!(matches!(refused, Refusal::NeedsRank { capability } if capability.lowest().label() == "owner"));
    set(&world, &world.owner(), Key::AdminRoles, role).await.unwrap();
    set(&world, &admin(), Key::MemberRoles, role).await.unwrap();
    let question = ask_reset(&world.table, &admin(), Target::All).await.unwrap();
    assert_eq!(question.kept, [Key::AdminRoles]);
    reset_settings(&world.table, &world.env, &admin(), Target::All, question.version)
        .await
        .unwrap();
    let settings = settings(&world).await;
    assert_eq!(
        (settings.admin_roles().len(), settings.member_roles().len()),
        (1, 0)
    );
    let everyone = refusal(set(&world, &admin(), Key::MemberRoles, &GUILD.to_string()).await);
    assert!(
        matches!(everyone, Refusal::Settings { faults } if faults[0].problem == SettingProblem::Everyone)
    );
    assert_eq!(OWNER, world.owner().user);
}

#[tokio::test]
async fn a_club_from_before_there_were_settings_keeps_its_zone_and_colour() {
    let world = World::with_club().await;
    let club = world.club().await.club.id;
    let key = |sort: &str| {
        std::collections::HashMap::from([
            ("PK".to_owned(), AttributeValue::S(format!("CLUB#{club}"))),
            ("SK".to_owned(), AttributeValue::S(sort.to_owned())),
        ])
    };
    let client = &world.client;
    client
        .delete_item()
        .table_name("gantry")
        .set_key(Some(key("SETTINGS")))
        .send()
        .await
        .unwrap();
    assert_eq!(world.club().await.club.time_zone.as_str(), "UTC");
    client
        .update_item()
        .table_name("gantry")
        .set_key(Some(key("CLUB")))
        .update_expression("SET time_zone = :zone, colour = :colour")
        .expression_attribute_values(":zone", AttributeValue::S("Asia/Tokyo".into()))
        .expression_attribute_values(":colour", AttributeValue::N("255".into()))
        .send()
        .await
        .unwrap();
    let old = world.club().await;
    assert_eq!(
        (old.club.time_zone.as_str(), old.club.colour.0),
        ("Asia/Tokyo", 255)
    );
    assert_eq!(old.settings.version(), 0);
    set(&world, &world.owner(), Key::SyncHours, "6").await.unwrap();
    let (now, settings) = world.table.club_and_settings(club).await.unwrap().unwrap();
    assert_eq!((now.time_zone.as_str(), now.colour.0), ("Asia/Tokyo", 255));
    assert_eq!((settings.sync_hours(), settings.version()), (6, 1));
    // From here on the settings alone decide.
    set(&world, &world.owner(), Key::TimeZone, "UTC").await.unwrap();
    assert_eq!(world.club().await.club.time_zone.as_str(), "UTC");
}

#[tokio::test]
async fn the_operators_settings_hold_for_clubs_that_say_nothing() {
    let world = World::with_club().await;
    let club = world.club().await.club.id;
    let operator =
        OperatorOverrides::parse("sync.hours=12; club.time_zone=Asia/Tokyo; club.colour=#0000ff").unwrap();
    let table = Table::new(world.client.clone(), "gantry", operator);
    let (club, settings) = table.club_and_settings(club).await.unwrap().unwrap();
    assert_eq!(
        (settings.sync_hours(), settings.in_force(Key::SyncHours).source),
        (12, Source::Operator)
    );
    // The club was founded with a zone and without a colour.
    assert_eq!((club.time_zone.as_str(), club.colour.0), ("Europe/Berlin", 255));
    assert_eq!(table.settings_of_all().time_zone().as_str(), "Asia/Tokyo");
}
