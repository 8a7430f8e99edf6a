//! Requests to join: asked with a form, decided with a click.

use super::context::show;
use super::{App, private};
use gantry_shared::discord::modals;
use gantry_shared::discord::respond::{self, Response};
use gantry_shared::domain::join::{JoinForm, JoinKey};
use gantry_shared::domain::notice::Notice;
use gantry_shared::usecases::decide_join::{approve_join, reject_join, rejection_form};
use gantry_shared::usecases::join_club::{ask_to_join, join_form};
use gantry_shared::usecases::{Call, Env, Failure};

/// `/join`: the form, for somebody who can ask.
pub async fn form<E: Env>(app: &App<E>, call: &Call) -> Result<Response, Failure> {
    let club = join_form(&app.table, &app.env, call).await?;
    Ok(respond::modal(&modals::join(&club.name, &call.name)))
}

/// The form that was filled in.
pub async fn asked<E: Env>(app: &App<E>, call: &Call, form: &JoinForm) -> Result<Response, Failure> {
    let colour = ask_to_join(&app.table, &app.env, call, form).await?;
    Ok(private(&show(app, &Notice::JoinSent { colour })))
}

/// The button Approve.
pub async fn approved<E: Env>(app: &App<E>, call: &Call, key: JoinKey) -> Result<Response, Failure> {
    let decided = &approve_join(&app.table, &app.env, call, key).await?;
    Ok(private(&show(app, &Notice::JoinDecided { decided })))
}

/// The button Reject: asks why.
pub async fn why<E: Env>(app: &App<E>, call: &Call, key: JoinKey) -> Result<Response, Failure> {
    let name = rejection_form(&app.table, call, key).await?;
    Ok(respond::modal(&modals::rejection(key, &name)))
}

/// The reason, filled in.
pub async fn rejected<E: Env>(
    app: &App<E>,
    call: &Call,
    key: JoinKey,
    reason: &str,
) -> Result<Response, Failure> {
    let decided = &reject_join(&app.table, &app.env, call, key, reason).await?;
    Ok(private(&show(app, &Notice::JoinDecided { decided })))
}
