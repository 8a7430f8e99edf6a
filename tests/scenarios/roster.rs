//! A club whose roster and guild are looked at together.

use crate::world::{Club, World};
use aws_sdk_dynamodb::types::AttributeValue;
use gantry_local::{Clients, TABLE};
use gantry_shared::adapters::dynamo::Table;
use gantry_shared::adapters::system::System;
use gantry_shared::domain::ids::{ClubId, EntryId, GuildId, OutboxId, UserId};
use gantry_shared::domain::rank::Rank;
use gantry_shared::domain::roster::{Entry, Member};
use gantry_shared::domain::sync::SyncRun;
use gantry_shared::ports::ids::Ids;
use gantry_shared::ports::store::{Batch, Change, ClubReader, Ledger, Outbox, RosterReader};
use gantry_shared::ports::sync::{SeenMembers, SyncRuns};
use gantry_simulator::{Actor, MessageView};
use jiff::SignedDuration;
use serde_json::{Value, json};

pub struct Roster {
    pub club: Club,
    pub id: ClubId,
    pub table: Table,
}

impl Roster {
    pub async fn of(world: &World, name: &str) -> Self {
        let club = world.club(name).await;
        let clients = Clients::of("test", world.stack.endpoints());
        let table = Table::new(clients.dynamodb, TABLE, Default::default());
        let caller = table
            .caller(GuildId(club.guild), UserId(club.owner))
            .await
            .unwrap();
        let id = caller.unwrap().club.id;
        Self { club, id, table }
    }

    /// People on the roster, with their accounts where these are known.
    pub async fn add(&self, world: &World, people: &[(&str, Rank, Option<u64>)]) -> Vec<EntryId> {
        let mut ids = Vec::new();
        for some in people.chunks(20) {
            let mut changes = Vec::new();
            for (name, rank, account) in some {
                let (millis, random) = System.parts(world.stack.now());
                let id = EntryId::from_parts(millis, random);
                let entry = Entry::new(self.id, id, (*name).to_owned(), *rank, world.stack.now());
                match account {
                    None => changes.push(Change::PutEntry(entry)),
                    Some(account) => {
                        let (entry, member) = entry.with_account(UserId(*account));
                        changes.extend([Change::PutEntry(entry), Change::PutMember(member)]);
                    }
                }
                ids.push(id);
            }
            self.write(world, changes).await;
        }
        ids
    }

    async fn write(&self, world: &World, changes: Vec<Change>) {
        let (millis, random) = System.parts(world.stack.now());
        let outbox = Outbox {
            id: OutboxId::from_parts(millis, random),
            guild: GuildId(self.club.guild),
            trace: "test".to_owned(),
            work: Vec::new(),
        };
        let batch = Batch {
            changes,
            record: None,
            outbox,
            answered: None,
        };
        self.table.commit(batch).await.unwrap();
    }

    /// The club writes the entry's name like that from now on; returns it as it is then.
    pub async fn rename(&self, world: &World, entry: Entry, name: &str) -> Entry {
        let after = Entry {
            name: name.to_owned(),
            version: entry.version + 1,
            ..entry
        };
        self.write(world, vec![Change::PutEntry(after.clone())]).await;
        after
    }

    /// The member came onto the roster so long from now.
    pub async fn mark_since(&self, world: &World, user: u64, later: SignedDuration) {
        let before = self.member(user).await.unwrap();
        let after = Member {
            since: world.stack.now() + later,
            version: before.version + 1,
            ..before
        };
        self.write(world, vec![Change::PutMember(after)]).await;
    }

    /// The member is known to have left, as after a run that did not find them.
    pub async fn mark_left(&self, world: &World, user: u64) {
        let before = self.member(user).await.unwrap();
        let after = Member {
            active: false,
            version: before.version + 1,
            ..before
        };
        self.write(world, vec![Change::PutMember(after)]).await;
    }

    /// `/sync run` by the owner, to its end; returns what the answer says then.
    pub async fn sync(&self, world: &World) -> String {
        let interaction = self.begin(world).await;
        world.drain().await;
        self.told(world, interaction)
    }

    /// `/sync run` by the owner; returns the interaction.
    pub async fn begin(&self, world: &World) -> u64 {
        let simulator = world.stack.simulator();
        let outcome = simulator.slash(&self.club.owner(), "sync run", json!({})).await;
        let interaction = outcome.interaction_id;
        world.stack.expect_message(outcome).unwrap();
        interaction
    }

    pub fn told(&self, world: &World, interaction: u64) -> String {
        let messages = world.stack.simulator().interaction_messages(interaction);
        assert_eq!(messages.len(), 1);
        world.stack.simulator().message_as_text(&messages[0])
    }

    pub async fn last_run(&self) -> SyncRun {
        let runs = self.table.list_runs(self.id, 1, None).await.unwrap();
        runs.items.into_iter().next().expect("a run")
    }

    pub async fn table_entries(&self) -> std::collections::HashMap<String, Entry> {
        let entries = self.table.list_entries(self.id, 1000, None).await.unwrap();
        entries
            .items
            .into_iter()
            .map(|entry| (entry.name.clone(), entry))
            .collect()
    }

    pub async fn member(&self, user: u64) -> Option<Member> {
        self.table.member(self.id, UserId(user)).await.unwrap()
    }

    /// The club's audit rows of this month, in order: kind and whole row.
    pub async fn audit(&self, world: &World) -> Vec<(String, Value)> {
        let month = world.stack.now().strftime("%Y-%m").to_string();
        let partition = format!("CLUB#{}#AUDIT#{month}", self.id);
        let found = Clients::of("test", world.stack.endpoints())
            .dynamodb
            .query()
            .table_name(TABLE)
            .key_condition_expression("PK = :pk")
            .expression_attribute_values(":pk", AttributeValue::S(partition))
            .send()
            .await
            .unwrap();
        let rows = found.items.unwrap_or_default().into_iter().map(|item| {
            let row: Value = serde_dynamo::from_item(item).unwrap();
            let kind = row["fact"]["fact"].as_str().unwrap_or_default().to_owned();
            (kind, row)
        });
        rows.collect()
    }

    /// Everything that a sync brings about, but for ids, instants and versions.
    pub async fn state(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let entries = self.table.list_entries(self.id, 1000, None).await.unwrap();
        for entry in entries.items {
            let (user, how, rank) = (entry.user, entry.how, entry.rank);
            lines.push(format!(
                "{} {user:?} {how:?} {rank:?} {:?}",
                entry.name, entry.untied
            ));
        }
        lines.sort();
        for member in self.table.members_after(self.id, None, 1000).await.unwrap() {
            lines.push(format!(
                "member {} {} {:?} {} {} {}",
                member.user,
                member.name,
                member.rank,
                member.active,
                member.returned,
                member.roles_given_at.is_some()
            ));
        }
        let seen = self
            .table
            .seen_between(self.id, None, UserId(u64::MAX), 1000)
            .await;
        for seen in seen.unwrap() {
            let member = seen.member;
            lines.push(format!(
                "seen {} {} {:?} {}",
                member.user,
                member.username,
                member.nick,
                member.is_here()
            ));
        }
        lines.push(format!(
            "{:?} {:?}",
            self.last_run().await.state,
            self.last_run().await.counts
        ));
        lines
    }

    pub async fn conflicts(&self, world: &World, actor: &Actor) -> MessageView {
        world.ok(actor, "sync conflicts", json!({})).await
    }
}
