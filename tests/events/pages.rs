//! The samples of the functions that answer browsers and webhook events.

use super::{names, sample, stand};
use gantry_shared::domain::ids::GuildId;
use gantry_shared::ports::store::ClubReader;
use gantry_tests::samples::world::{CLUB, GUILD};
use http_body_util::BodyExt;
use std::collections::BTreeSet;
use std::sync::Arc;
use tower::ServiceExt;

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// The samples of the pages: status, a phrase of the page, whether Discord is asked.
const PAGES: [(&str, u16, &str, bool); 6] = [
    ("oauth-start", 303, "", false),
    (
        "oauth-callback",
        200,
        "This server is home to Apex Endurance",
        true,
    ),
    ("oauth-callback-denied", 200, "Gantry was not added", false),
    (
        "oauth-callback-without-cookie",
        400,
        "does not belong to this browser",
        false,
    ),
    ("calendar-wrong-address", 404, "There is no calendar here", false),
    ("unknown-page", 404, "There is nothing here", false),
];

#[tokio::test]
async fn every_page_is_as_it_should_be() {
    assert_eq!(names("api"), set(&PAGES.map(|page| page.0)));
    let endpoint = stand::table().await;
    for (name, status, phrase, asks) in PAGES {
        let discord = stand::server(stand::discord).await;
        let router = gantry_api::router(Arc::new(stand::api(&endpoint, &discord)));
        let request = lambda_http::request::from_str(&sample(&format!("api/{name}.json"))).unwrap();
        let response = router.oneshot(request).await.unwrap();
        assert_eq!(response.status().as_u16(), status, "{name}");
        assert_eq!(response.headers()["cache-control"], "no-store", "{name}");
        let page = response.into_body().collect().await.unwrap().to_bytes();
        let page = String::from_utf8(page.to_vec()).unwrap();
        assert!(page.contains(phrase), "{name}: {page}");
        let calls = stand::calls(&discord).await;
        assert_eq!(!calls.is_empty(), asks, "{name}: {calls:?}");
    }
}

/// The samples of the webhook events, and how each is answered.
const EVENTS: [(&str, u16); 5] = [
    ("application-authorized", 204),
    ("application-deauthorized", 204),
    ("entitlement-create", 204),
    ("ping", 204),
    ("ping-forged", 401),
];

/// The samples of telemetry: status, and a phrase of the answer. The race that they are about has not begun.
const TELEMETRY: [(&str, u16, &str); 4] = [
    ("telemetry-position", 409, "\"error\":\"not_live\""),
    ("telemetry-forged", 401, "\"error\":\"unsigned\""),
    ("telemetry-results", 409, "\"error\":\"not_raced\""),
    ("telemetry-unreadable", 422, "`version` has to be 1"),
];

#[tokio::test]
async fn telemetry_is_answered() {
    let endpoint = stand::table().await;
    let app = stand::webhooks(&endpoint);
    for (name, status, phrase) in TELEMETRY {
        let request = lambda_http::request::from_str(&sample(&format!("webhooks/{name}.json"))).unwrap();
        let response = gantry_webhooks::handle(&app, request).await.unwrap();
        assert_eq!(response.status().as_u16(), status, "{name}");
        assert_eq!(response.headers()["cache-control"], "no-store", "{name}");
        let body = String::from_utf8(response.body().to_vec()).unwrap();
        assert!(body.contains(phrase), "{name}: {body}");
    }
}

#[tokio::test]
async fn every_webhook_event_is_acknowledged() {
    let mut all = set(&EVENTS.map(|event| event.0));
    all.extend(set(&TELEMETRY.map(|sample| sample.0)));
    assert_eq!(names("webhooks"), all);
    let endpoint = stand::table().await;
    let app = stand::webhooks(&endpoint);
    for (name, status) in EVENTS {
        // Discord posts an event again that it takes for not acknowledged.
        for _ in 0..2 {
            let request = lambda_http::request::from_str(&sample(&format!("webhooks/{name}.json"))).unwrap();
            let response = gantry_webhooks::handle(&app, request).await.unwrap();
            assert_eq!(response.status().as_u16(), status, "{name}");
            assert!(response.body().is_empty(), "{name}");
        }
    }
    let home = stand::table_at(&endpoint)
        .club_of_guild(GuildId(GUILD.0))
        .await
        .unwrap();
    assert_eq!(home, Some(CLUB));
}
