//! C2.2, C1.7: adding Gantry to a server by way of a browser, and the webhook events that tell of it.

use crate::world::{Club, World};
use gantry_local::story::button;
use gantry_local_wire::{Delay, Fault, FaultKind, Service};
use gantry_simulator::{Actor, NewRole};
use jiff::SignedDuration;
use reqwest::header::{CONTENT_TYPE, COOKIE, HeaderMap, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use serde_json::json;

/// A browser without a screen: it keeps one cookie and follows no redirect by itself.
struct Browser {
    client: reqwest::Client,
    cookie: Option<String>,
}

struct Seen {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Browser {
    fn new() -> Self {
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .build()
            .unwrap();
        Self { client, cookie: None }
    }

    async fn get(&mut self, url: &str) -> Seen {
        let mut request = self.client.get(url);
        if let Some(cookie) = &self.cookie {
            request = request.header(COOKIE, cookie);
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        if let Some(set) = headers.get(SET_COOKIE) {
            let set = set.to_str().unwrap();
            assert!(set.ends_with("; HttpOnly; Secure; SameSite=Lax"), "{set}");
            assert!(
                set.starts_with("__Host-gantry-add=") && set.contains("; Path=/; Max-Age="),
                "{set}"
            );
            self.cookie = set.split(';').next().map(str::to_owned);
        }
        let text = response.text().await.unwrap();
        Seen {
            status,
            headers,
            text,
        }
    }

    /// Begins at Gantry's page; gives Discord's address.
    async fn start(&mut self, world: &World, query: &str) -> reqwest::Url {
        let seen = self
            .get(&format!("{}/oauth/start{query}", world.stack.gateway_url()))
            .await;
        assert_eq!(seen.status, 303, "{}", seen.text);
        seen.headers[LOCATION].to_str().unwrap().parse().unwrap()
    }

    /// Consents, or not; gives the address to come back to.
    async fn decide(
        &self,
        authorize: &reqwest::Url,
        user: u64,
        guild: u64,
        decision: &str,
    ) -> Option<String> {
        let mut page = authorize.clone();
        page.query_pairs_mut()
            .append_pair("user_id", &user.to_string())
            .append_pair("guild_id", &guild.to_string())
            .append_pair("decision", decision);
        let form = page.query().unwrap().to_owned();
        page.set_query(None);
        let sent = self
            .client
            .post(page)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let response = sent.body(form).send().await.unwrap();
        response
            .headers()
            .get(LOCATION)
            .map(|to| to.to_str().unwrap().to_owned())
    }
}

/// Adds Gantry from the beginning to the end.
async fn add(world: &World, user: u64, guild: u64) -> Seen {
    let told = world.stack.simulator().posted_events().len();
    let mut browser = Browser::new();
    let authorize = browser.start(world, "").await;
    let back = browser
        .decide(&authorize, user, guild, "yes")
        .await
        .expect("sent back");
    let seen = browser.get(&back).await;
    settle(world, told).await;
    seen
}

/// Discord's webhook event comes a moment after the consent; `told` were answered before it.
async fn settle(world: &World, told: usize) {
    while world.stack.simulator().posted_events().len() <= told {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    world.drain().await;
}

async fn status(world: &World, club: &Club) -> String {
    let answer = world.ok(&club.owner(), "club status", json!({})).await;
    world.stack.simulator().message_as_text(&answer)
}

async fn unlink(world: &World, actor: &Actor) {
    let question = world.ok(actor, "club unlink", json!({})).await;
    let id = button(&question, "Unlink").unwrap()["custom_id"]
        .as_str()
        .unwrap()
        .to_owned();
    world.stack.simulator().click(actor, question.id, &id).await;
    world.drain().await;
}

/// Makes a user a member of a guild who manages it.
pub fn manager(world: &World, guild: &Club, user: u64) -> Actor {
    let simulator = world.stack.simulator();
    simulator.join(guild.guild, user, None).unwrap();
    let role = NewRole {
        name: "Managers".to_owned(),
        permissions: 1 << 5,
        ..NewRole::default()
    };
    let role = simulator.create_role(guild.guild, role).unwrap();
    simulator.give_role(guild.guild, user, role).unwrap();
    guild.member(user, guild.paddock)
}

/// A guild that the bot is not in.
fn bare_guild(world: &World, name: &str) -> Club {
    let club = world.guild(name);
    world.stack.simulator().remove_bot(club.guild).unwrap();
    club
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_says_what_happened_and_lets_nothing_foreign_in() {
    let world = World::start().await;
    let guild = bare_guild(&world, "<b>Evil</b> & \"Co\"");
    // Whatever is asked of the first page, it leads to Discord, and Discord leads back to us alone.
    let mut browser = Browser::new();
    let query = "?redirect_uri=https://evil.example/&next=//evil.example&state=chosen";
    let authorize = browser.start(&world, query).await;
    assert!(
        authorize.as_str().starts_with(world.stack.discord_url()),
        "{authorize}"
    );
    assert!(!authorize.as_str().contains("evil") && !authorize.as_str().contains("chosen"));
    let pairs: std::collections::HashMap<_, _> = authorize.query_pairs().into_owned().collect();
    assert_eq!(pairs["scope"], "identify bot applications.commands");
    assert_eq!(pairs["permissions"], "2269795998493712");
    assert_eq!(
        pairs["redirect_uri"],
        format!("{}/oauth/callback", world.stack.gateway_url())
    );
    let seen = add(&world, guild.owner, guild.guild).await;
    assert_eq!(seen.status, 200, "{}", seen.text);
    assert!(!seen.text.contains("<b>Evil"), "{}", seen.text);
    assert!(
        seen.text.contains("Evil") && seen.text.contains("no club yet"),
        "{}",
        seen.text
    );
    assert!(
        seen.text.contains("every permission that it needs"),
        "{}",
        seen.text
    );
    let policy = seen.headers["content-security-policy"].to_str().unwrap();
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-"),
        "{policy}"
    );
    for (name, value) in [
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-frame-options", "DENY"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(seen.headers[name], value);
    }
    assert!(!seen.text.contains("<script") && !seen.text.contains("src="));
    assert_eq!(
        world.stack.simulator().posted_events(),
        [("APPLICATION_AUTHORIZED".to_owned(), 204)]
    );
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_guild_is_the_one_that_discord_names() {
    let world = World::start().await;
    let (mine, theirs) = (bare_guild(&world, "Mine"), world.club("Theirs").await);
    let mut browser = Browser::new();
    let authorize = browser.start(&world, "").await;
    let back = browser
        .decide(&authorize, mine.owner, mine.guild, "yes")
        .await
        .unwrap();
    assert!(back.contains(&mine.guild.to_string()));
    let seen = browser
        .get(&back.replace(&mine.guild.to_string(), &theirs.guild.to_string()))
        .await;
    assert!(
        seen.text.contains("Gantry is in Mine") && !seen.text.contains("Theirs"),
        "{}",
        seen.text
    );
    // Who does not manage a guild cannot add anything to it.
    let authorize = browser.start(&world, "").await;
    assert_eq!(
        browser.decide(&authorize, mine.owner, theirs.guild, "yes").await,
        None
    );
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_way_back_belongs_to_one_browser_once_and_for_ten_minutes() {
    let world = World::start().await;
    let guild = bare_guild(&world, "Mine");
    let mut browser = Browser::new();
    let authorize = browser.start(&world, "").await;
    let back = browser
        .decide(&authorize, guild.owner, guild.guild, "yes")
        .await
        .unwrap();
    // Without the cookie, and in a browser that began a try of its own: refused, and the first browser's is not used up.
    let seen = Browser::new().get(&back).await;
    assert_eq!(seen.status, 400);
    assert!(
        seen.text.contains("does not belong to this browser"),
        "{}",
        seen.text
    );
    let mut other = Browser::new();
    other.start(&world, "").await;
    assert_eq!(other.get(&back).await.status, 400);
    let cookie = browser.cookie.clone();
    assert_eq!(browser.get(&back).await.status, 200);
    // The cookie is taken away; by somebody who kept it, the way back is a replay, and Discord takes no code twice.
    assert_eq!(browser.cookie.as_deref(), Some("__Host-gantry-add="));
    assert_eq!(browser.get(&back).await.status, 400);
    browser.cookie = cookie;
    let seen = browser.get(&back).await;
    assert!(
        seen.status == 400 && seen.text.contains("used before"),
        "{}",
        seen.text
    );
    // The old code under a new state: Discord does not take it twice.
    let authorize = browser.start(&world, "").await;
    let fresh = authorize
        .query_pairs()
        .find(|(name, _)| name == "state")
        .unwrap()
        .1
        .into_owned();
    let url: reqwest::Url = back.parse().unwrap();
    let code = url
        .query_pairs()
        .find(|(name, _)| name == "code")
        .unwrap()
        .1
        .into_owned();
    let base = world.stack.gateway_url();
    let seen = browser
        .get(&format!("{base}/oauth/callback?code={code}&state={fresh}"))
        .await;
    assert!(seen.text.contains("used before"), "{}", seen.text);
    // Too late.
    let authorize = browser.start(&world, "").await;
    let back = browser
        .decide(&authorize, guild.owner, guild.guild, "yes")
        .await
        .unwrap();
    world.stack.clock().advance(SignedDuration::from_mins(11));
    let seen = browser.get(&back).await;
    assert!(
        seen.status == 400 && seen.text.contains("took too long"),
        "{}",
        seen.text
    );
    // Not wanted.
    let authorize = browser.start(&world, "").await;
    let back = browser
        .decide(&authorize, guild.owner, guild.guild, "no")
        .await
        .unwrap();
    let seen = browser.get(&back).await;
    assert!(seen.text.contains("was not added"), "{}", seen.text);
    // Nonsense.
    for query in [
        "",
        "?state=",
        "?state=x&code=y",
        "?state=%00&state=%ff",
        "?error=%3Cscript%3E",
    ] {
        let seen = browser.get(&format!("{base}/oauth/callback{query}")).await;
        assert_eq!(seen.status, 400, "{query}");
        assert!(!seen.text.contains("script>"), "{query}");
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_who_adds_gantry_elsewhere_takes_the_club_along() {
    let world = World::start().await;
    let home = world.club("Nomads").await;
    let (next, strangers) = (bare_guild(&world, "Next"), bare_guild(&world, "Strangers'"));
    manager(&world, &next, home.owner);
    unlink(&world, &home.owner()).await;
    // Somebody else's arrival takes nothing.
    let seen = add(&world, strangers.owner, strangers.guild).await;
    assert!(seen.text.contains("no club yet"), "{}", seen.text);
    // Both the page and the webhook event tell of it; it is linked once, whichever comes first.
    let seen = add(&world, home.owner, next.guild).await;
    assert!(seen.text.contains("Nomads"), "{}", seen.text);
    assert!(status(&world, &next).await.contains("Nomads"));
    assert!(status(&world, &home).await.contains("no club"));
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_at_the_first_page_causes_nothing() {
    let world = World::start().await;
    let mark = world.mark();
    let mut states = std::collections::HashSet::new();
    for _ in 0..50 {
        let authorize = Browser::new().start(&world, "").await;
        let state = authorize.query_pairs().find(|(name, _)| name == "state");
        assert!(
            states.insert(state.unwrap().1.into_owned()),
            "each browser has its own"
        );
    }
    // Nor does whoever comes back with what they made up.
    let base = world.stack.gateway_url();
    for n in 0..50 {
        let mut browser = Browser::new();
        browser.cookie = Some(format!("__Host-gantry-add={n:050x}"));
        let seen = browser
            .get(&format!("{base}/oauth/callback?code=x&state={n:040x}"))
            .await;
        assert_eq!(seen.status, 400);
    }
    for service in [Service::Dynamodb, Service::Discord] {
        let calls = world.calls(mark, service);
        assert!(calls.iter().all(|call| call.caller != "api"), "{calls:?}");
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_report_of_an_arrival_finds_the_club_at_whatever_point_the_first_is() {
    let world = World::start().await;
    for (n, service) in ["api", "webhooks"].into_iter().cycle().take(16).enumerate() {
        let home = world.club(&format!("Nomads {n}")).await;
        let next = bare_guild(&world, "Next");
        manager(&world, &next, home.owner);
        unlink(&world, &home.owner()).await;
        // One of the two is held up before its n-th read.
        let held_up = Fault::nth(
            Service::Dynamodb,
            service,
            n as u64 / 2,
            FaultKind::Latency(Delay { ms: 300 }),
        );
        world.stack.faults().add(held_up).unwrap();
        let seen = add(&world, home.owner, next.guild).await;
        world.stack.faults().clear();
        assert!(seen.text.contains("Nomads"), "{service}, call {n}: {}", seen.text);
        assert!(status(&world, &next).await.contains("Nomads"));
    }
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_goes_by_the_clock_that_calls_go_by() {
    let world = World::start().await;
    let guild = bare_guild(&world, "Later");
    world
        .stack
        .clock()
        .advance(SignedDuration::from_hours(24 * 4_000));
    let seen = add(&world, guild.owner, guild.guild).await;
    assert!(
        seen.text.contains("every permission that it needs"),
        "{}",
        seen.text
    );
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_that_is_added_again_takes_up_its_work() {
    let world = World::start().await;
    let club = world.club("Apex").await;
    let series = world.series(&club, "Cup", "GT3: 2").await;
    let event = world.draft(&club, &series, "Race").await;
    world
        .ok(&club.owner(), "event publish", json!({ "event": event.clone() }))
        .await;
    world.stack.simulator().remove_bot(club.guild).unwrap();
    world.drain().await;
    let seen = add(&world, club.owner, club.guild).await;
    assert!(seen.text.contains("home to Apex"), "{}", seen.text);
    world.space_of_series(&club, event, "Cup");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn webhook_events_are_verified_acknowledged_and_taken_once() {
    let world = World::start().await;
    let home = world.club("Nomads").await;
    let next = world.guild("Next");
    let simulator = world.stack.simulator();
    let ping = json!({ "version": 1, "application_id": "1", "type": 0 });
    assert_eq!(simulator.post_webhook(&ping).await, 204);
    assert_eq!(
        simulator
            .post_event("ENTITLEMENT_CREATE", json!({ "id": "1" }))
            .await,
        204
    );
    assert_eq!(simulator.post_webhook(&json!({ "type": 7 })).await, 400);
    let url = format!("{}/webhooks/discord", world.stack.gateway_url());
    let unsigned = reqwest::Client::new()
        .post(&url)
        .body(ping.to_string())
        .send()
        .await
        .unwrap();
    assert_eq!(unsigned.status(), 401);
    // The owner of an unlinked club adds Gantry: linked. The same event again, after it was unlinked: nothing.
    unlink(&world, &home.owner()).await;
    let event = json!({
        "version": 1, "application_id": "1", "type": 1,
        "event": {
            "type": "APPLICATION_AUTHORIZED", "timestamp": "2026-11-21T09:00:00.000000",
            "data": {
                "integration_type": 0, "scopes": ["bot"], "user": { "id": home.owner.to_string() },
                "guild": { "id": next.guild.to_string(), "name": "Next" },
            },
        },
    });
    assert_eq!(simulator.post_webhook(&event).await, 204);
    assert!(status(&world, &next).await.contains("Nomads"));
    let there = manager(&world, &next, home.owner);
    unlink(&world, &there).await;
    assert_eq!(simulator.post_webhook(&event).await, 204);
    assert!(
        status(&world, &next).await.contains("no club"),
        "a replay links nothing"
    );
    // Who takes back their consent means to link nothing any more.
    assert_eq!(simulator.deauthorise(home.owner).await, 204);
    let later = json!({
        "integration_type": 0, "scopes": ["bot"], "user": { "id": home.owner.to_string() },
        "guild": { "id": next.guild.to_string(), "name": "Next" },
    });
    assert_eq!(simulator.post_event("APPLICATION_AUTHORIZED", later).await, 204);
    assert!(status(&world, &next).await.contains("no club"));
    world.finish().await;
}
