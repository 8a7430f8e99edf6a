//! Pages: adding Gantry to a server by way of a browser; and the club's events for calendars.

mod add;
mod calendar;
mod page;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use gantry_shared::adapters::discord_rest::DiscordRest;
use gantry_shared::adapters::dynamo::Table;
use gantry_shared::adapters::dynamo_budget::DynamoBudget;
use gantry_shared::usecases::Env;
use std::sync::Arc;

/// What the function works with.
pub struct App<E> {
    /// The store.
    pub table: Table,
    /// Clock, ids and pauses.
    pub env: E,
    /// Discord.
    pub discord: DiscordRest<DynamoBudget>,
    /// The application's client secret.
    pub client_secret: String,
    /// Where Discord asks whether to add Gantry to a server.
    pub authorize: String,
    /// Where these pages are; without it, where the request came to.
    pub public_url: Option<String>,
}

/// All routes; only what exists has one.
pub fn router<E: Env + 'static>(app: Arc<App<E>>) -> Router {
    Router::new()
        .route("/oauth/start", get(add::start::<E>))
        .route("/oauth/callback", get(add::callback::<E>))
        .route("/calendar/{club}/{file}", get(calendar::feed::<E>))
        .fallback(|| async { page::Page::new(StatusCode::NOT_FOUND, "There is nothing here") })
        .with_state(app)
}
