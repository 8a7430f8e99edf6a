//! Adding Gantry to a server through the deployed pages, as a browser does it.

use reqwest::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response, Url};
use std::error::Error;

type Done<T> = Result<T, Box<dyn Error>>;

/// From Gantry's page to Discord's, with consent, and back; gives the page that tells what happened.
///
/// # Errors
/// What is not answered as it should be.
pub async fn add(api: &str, user: u64, guild: u64) -> Done<String> {
    let client = Client::builder().no_proxy().redirect(Policy::none()).build()?;
    let begun = sent(client.get(format!("{api}/oauth/start")), 303).await?;
    let cookie = header(&begun, SET_COOKIE.as_str())?;
    let mut consent = Url::parse(&header(&begun, LOCATION.as_str())?)?;
    consent
        .query_pairs_mut()
        .append_pair("user_id", &user.to_string())
        .append_pair("guild_id", &guild.to_string())
        .append_pair("decision", "yes");
    let form = consent.query().unwrap_or_default().to_owned();
    consent.set_query(None);
    let form = client
        .post(consent)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(form);
    let back = header(&sent(form, 302).await?, LOCATION.as_str())?;
    let session = cookie.split(';').next().unwrap_or_default();
    let page = sent(client.get(back).header(COOKIE, session), 200).await?;
    Ok(page.text().await?)
}

async fn sent(request: RequestBuilder, expected: u16) -> Done<Response> {
    let response = request.send().await?;
    if response.status().as_u16() == expected {
        return Ok(response);
    }
    let (status, address) = (response.status(), response.url().clone());
    Err(format!("{address}: {status} instead of {expected}: {}", response.text().await?).into())
}

fn header(response: &Response, name: &str) -> Done<String> {
    let value = response.headers().get(name);
    let value = value.ok_or_else(|| format!("{}: no header {name}", response.url()))?;
    Ok(value.to_str()?.to_owned())
}
