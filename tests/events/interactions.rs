//! The samples of `functions/interactions`.

use super::stand;
use gantry_interactions::{App, handle};

/// Each sample, the status of its answer, and something that the answer says.
pub const ANSWERS: &[(&str, u16, &str)] = &[("autocomplete-event", 200, "?")];

/// The answer to an event.
pub async fn answer(text: &str) -> (u16, String) {
    ask(&stand::interactions().await, text).await
}

async fn ask(app: &App<stand::Still>, text: &str) -> (u16, String) {
    let request = lambda_http::request::from_str(text).unwrap();
    let response = handle(app, request).await.unwrap();
    let status = response.status().as_u16();
    (status, String::from_utf8(response.body().to_vec()).unwrap())
}

/// The sample is answered so, and its repetition the same.
pub async fn check(name: &str, status: u16, phrase: &str) {
    let text = super::sample(&format!("interactions/{name}.json"));
    let app = stand::interactions().await;
    let first = ask(&app, &text).await;
    assert_eq!(first.0, status, "{name}: {}", first.1);
    assert!(
        first.1.contains(phrase),
        "{name}: {phrase:?} is not in {}",
        first.1
    );
    assert_eq!(ask(&app, &text).await, first, "{name}, again");
}
