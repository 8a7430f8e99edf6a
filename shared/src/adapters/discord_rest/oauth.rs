//! Authorisation of the application by people (Discord docs, topics/oauth2). Access tokens are used once and forgotten.

use super::DiscordRest;
use super::encode::percent_encode;
use super::request::{Auth, Major, Repeat, Request};
use crate::domain::ids::{GuildId, UserId};
use crate::ports::budget::Budget;
use crate::ports::discord::{Consent, DiscordResult, OAuth};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde::Deserialize;

/// Discord, for an application that knows its client secret.
pub struct DiscordOAuth<'a, B> {
    /// Discord.
    pub rest: &'a DiscordRest<B>,
    /// The secret, from the developer portal.
    pub client_secret: &'a str,
}

#[derive(Deserialize)]
struct Grant {
    access_token: String,
    #[serde(default)]
    guild: Option<GrantedGuild>,
}

#[derive(Deserialize)]
struct GrantedGuild {
    id: GuildId,
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
struct Account {
    id: UserId,
}

impl<B: Budget> OAuth for DiscordOAuth<'_, B> {
    async fn redeem(&self, code: &str, redirect_uri: &str) -> DiscordResult<Consent> {
        let grant: Grant = self.rest.call(&self.token_request(code, redirect_uri)).await?;
        let account: Account = self.rest.call(&own_account(&grant.access_token)).await?;
        Ok(Consent {
            user: account.id,
            guild: grant.guild.map(|guild| (guild.id, guild.name)),
        })
    }
}

impl<B: Budget> DiscordOAuth<'_, B> {
    fn token_request(&self, code: &str, redirect_uri: &str) -> Request {
        let client = format!("{}:{}", self.rest.application(), self.client_secret);
        let form = format!(
            "grant_type=authorization_code&code={}&redirect_uri={}",
            percent_encode(code),
            percent_encode(redirect_uri)
        );
        let path = "/oauth2/token";
        let mut request =
            Request::bot(Method::POST, path, Major::None, path.to_owned()).repeat(Repeat::Unsafe);
        request.auth = Auth::Own;
        request.authorization = Some(format!("Basic {}", STANDARD.encode(client)));
        request.form = Some(form);
        request
    }
}

fn own_account(token: &str) -> Request {
    let path = "/users/@me";
    let mut request = Request::bot(Method::GET, path, Major::None, path.to_owned());
    request.auth = Auth::Own;
    request.authorization = Some(format!("Bearer {token}"));
    request
}
