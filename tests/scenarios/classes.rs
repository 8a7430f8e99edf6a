//! C4.3: classes that are for those with a role, from the command to the roster.

use crate::ranks::role;
use crate::world::{Club, Published, World, is_message};
use gantry_simulator::Outcome;
use serde_json::{Value, json};

/// A club with an event of two classes, a role, and two members.
struct Gated {
    world: World,
    club: Club,
    published: Published,
    role: u64,
    drivers: Vec<u64>,
}

impl Gated {
    async fn begin() -> Self {
        let world = World::start().await;
        let club = world.club("Apex").await;
        let published = world.published(&club, "Monza 6h", "GT3: 2, Pro: 1").await;
        let role = role(&world, &club, "Pro licence", 0, false);
        let drivers = world.members(&club, 2);
        Self {
            world,
            club,
            published,
            role,
            drivers,
        }
    }

    async fn restrict(&self, role: Option<u64>) -> String {
        let mut options = json!({ "event": self.published.event, "class": "Pro" });
        if let Some(role) = role {
            options["role"] = json!(role.to_string());
        }
        let answer = self.world.ok(&self.club.owner(), "event restrict", options).await;
        self.world.drain().await;
        json!(answer.embeds).to_string()
    }

    async fn pick(&self, driver: u64, class: &str) -> String {
        let outcome = self.world.pick(&self.club, &self.published, driver, class).await;
        self.said(outcome).await
    }

    async fn said(&self, outcome: Outcome) -> String {
        assert!(is_message(&outcome));
        let said = self.world.stack.expect_message(outcome).unwrap();
        self.world.drain().await;
        format!("{} {}", said.content, json!(said.embeds))
    }

    fn board(&self) -> String {
        self.world.board_text(&self.published)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_class_is_for_those_who_have_its_role() {
    let gated = Gated::begin().await;
    let (one, other) = (gated.drivers[0], gated.drivers[1]);
    let simulator = gated.world.stack.simulator();
    let mention = format!("<@&{}>", gated.role);
    let shown = gated.restrict(Some(gated.role)).await;
    assert!(
        shown.contains(&format!("Pro · 1 seat · for {mention}")),
        "{shown}"
    );
    let board = json!(gated.world.board(&gated.published).embeds).to_string();
    assert!(board.contains(&format!("**Pro** is for {mention}.")), "{board}");

    // Without the role: refused, and nothing changes. The other class is open to all.
    let before = gated.board();
    let refused = gated.pick(one, "pro").await;
    assert!(refused.contains(&mention), "{refused}");
    assert_eq!(gated.board(), before);
    let seated = gated.pick(one, "gt3").await;
    assert!(seated.contains("GT3"), "{seated}");
    let refused = gated.pick(one, "pro").await;
    assert!(
        refused.contains(&mention),
        "a change of class enters it too: {refused}"
    );

    // With it: a seat, and the next one waits.
    for driver in [one, other] {
        simulator.give_role(gated.club.guild, driver, gated.role).unwrap();
        gated.pick(driver, "pro").await;
    }
    let board = gated.board();
    assert!(board.contains("Waitlist · Pro (1)"), "{board}");
    // Who loses the role keeps the place, and moves up; who left needs it again.
    for driver in [one, other] {
        simulator.take_role(gated.club.guild, driver, gated.role).unwrap();
    }
    let left = gated
        .world
        .press(&gated.club, &gated.published, one, "Leave")
        .await;
    gated.said(left).await;
    let board = gated.board();
    assert!(
        !board.contains("Waitlist") && board.contains("Pro · 1/1"),
        "{board}"
    );
    let refused = gated.pick(one, "pro").await;
    assert!(refused.contains(&mention), "{refused}");
    // Open to all again, also by the role that everybody has.
    gated.restrict(Some(gated.club.guild)).await;
    assert!(
        !json!(gated.world.board(&gated.published).embeds)
            .to_string()
            .contains("is for")
    );
    let waits = gated.pick(one, "pro").await;
    assert!(waits.contains("waitlist"), "{waits}");
    gated.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_class_takes_its_role_from_the_series_and_along_to_repetitions() {
    let gated = Gated::begin().await;
    let (world, club) = (&gated.world, &gated.club);
    let mention = format!("<@&{}>", gated.role);
    let series = world.series(club, "Cup", &format!("GT3: 2 {mention}")).await;
    let draft = world.draft(club, &series, "Race").await;
    let shown = |options: Value| async move {
        json!(world.ok(&club.owner(), "event show", options).await.embeds).to_string()
    };
    let text = shown(json!({ "event": draft })).await;
    assert!(text.contains(&mention), "{text}");
    // The form for changing it says so, and what it says is taken.
    let simulator = world.stack.simulator();
    let opened = simulator
        .slash(&club.owner(), "event edit", json!({ "event": draft }))
        .await;
    let form = opened.modal().expect("a form").clone();
    assert!(
        json!(form.components)
            .to_string()
            .contains(&format!("GT3: 2 {mention}"))
    );
    let outcome = simulator
        .submit_modal(&club.owner(), &form, json!({ "name": "Round 1" }))
        .await;
    world.stack.expect_message(outcome).unwrap();
    let text = shown(json!({ "event": draft })).await;
    assert!(text.contains("Round 1") && text.contains(&mention), "{text}");
    // One class needs no naming; the sign-up button asks for the role too.
    world
        .ok(&club.owner(), "event publish", json!({ "event": draft }))
        .await;
    world.drain().await;
    let published = world.space_of_series(club, draft.clone(), "Cup");
    let outcome = world.press(club, &published, gated.drivers[0], "Sign up").await;
    let refused = gated.said(outcome).await;
    assert!(refused.contains(&mention), "{refused}");
    world
        .ok(&club.owner(), "event restrict", json!({ "event": draft }))
        .await;
    let outcome = world.press(club, &published, gated.drivers[0], "Sign up").await;
    let seated = gated.said(outcome).await;
    assert!(!seated.contains(&mention), "{seated}");
    // What is no class of the event is said.
    let odd = json!({ "event": draft, "class": "LMP9" });
    let said = world.ok(&club.owner(), "event restrict", odd).await.content;
    assert!(said.contains("does not have that class"), "{said}");
    // Repetitions have what the event has.
    let again = json!({ "event": draft, "role": gated.role.to_string() });
    world.ok(&club.owner(), "event restrict", again).await;
    let options = json!({ "event": draft, "every": "1", "times": "1" });
    world.ok(&club.owner(), "event repeat", options).await;
    let copy = world
        .suggested(&club.owner(), "event show", "event", "Round 2")
        .await;
    let text = shown(json!({ "event": copy })).await;
    assert!(text.contains("Round 2") && text.contains(&mention), "{text}");
    gated.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_sign_up_closes_the_roster_is_said_and_given_as_a_file() {
    let gated = Gated::begin().await;
    for (driver, class) in [(gated.drivers[0], "pro"), (gated.drivers[1], "pro")] {
        gated.pick(driver, class).await;
    }
    let close = json!({ "event": gated.published.event });
    gated.world.ok(&gated.club.owner(), "event close", close).await;
    gated.world.drain().await;
    let simulator = gated.world.stack.simulator();
    let said = simulator
        .messages(gated.published.channel)
        .into_iter()
        .filter(|message| json!(message.embeds).to_string().contains("is closed\""))
        .collect::<Vec<_>>();
    let [said] = said.as_slice() else {
        panic!("once: {said:?}")
    };
    let text = simulator.message_as_text(said);
    assert!(
        text.contains("Pro · 1/1") && text.contains("Waitlist · Pro (1)"),
        "{text}"
    );
    assert_eq!(said.attachments.len(), 1);
    let file = &said.attachments[0];
    let name = file["filename"].as_str().unwrap();
    assert!(
        name.starts_with("sign-ups-monza-6h-") && name.ends_with(".csv"),
        "{name}"
    );
    let bytes = simulator.file(file["id"].as_str().unwrap()).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(
        lines[0],
        "class,status,place,driver,discord_id,backup_class,answered_at"
    );
    assert!(lines[1].starts_with("Pro,seat,1,") && lines[1].contains(&gated.drivers[0].to_string()));
    assert!(lines[2].starts_with("Pro,waitlist,1,") && lines[2].contains(&gated.drivers[1].to_string()));
    assert_eq!(lines.len(), 3);
    gated.world.finish().await;
}
