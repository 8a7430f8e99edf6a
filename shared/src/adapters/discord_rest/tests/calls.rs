//! What the calls send as headers, and how answers are read.

use super::server::*;
use crate::adapters::discord_rest::{CommandScope, Config, ConfigError, DiscordRest, LocalBudget};
use crate::domain::ids::{ChannelId, CommandId, GuildId, MessageId, UserId};
use crate::domain::permissions::{Overwrite, Permissions};
use crate::ports::discord::{
    Channel, ChannelKind, Channels, InteractionReplies, MessageBody, Messages, OwnMessage,
};
use serde_json::{Value, json};

fn header(arrival: &Arrival, name: &str) -> Option<String> {
    arrival
        .request
        .headers
        .get(name)
        .map(|value| value.to_str().unwrap().to_owned())
}

#[tokio::test]
async fn the_bot_names_itself_and_interactions_carry_no_bot_token() {
    let made = json(201, json!({ "id": "77", "type": 4, "name": "GT3" }));
    let stage = Stage::new([made, json(200, json!({}))]).await;
    let channel = super::builders::new_channel();
    stage
        .rest
        .create_channel(GuildId(11), &channel, "Événement publié")
        .await
        .unwrap();
    stage
        .rest
        .edit_original(APPLICATION, "to/ken", &MessageBody(json!({})))
        .await
        .unwrap();
    let arrivals = stage.arrivals();
    assert_eq!(
        header(&arrivals[0], "authorization"),
        Some(format!("Bot {BOT_TOKEN}"))
    );
    let agent = format!(
        "DiscordBot (https://gantry.example, {}) channel-worker",
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(header(&arrivals[0], "user-agent"), Some(agent));
    assert_eq!(
        header(&arrivals[0], "content-type").as_deref(),
        Some("application/json")
    );
    let reason = header(&arrivals[0], "x-audit-log-reason");
    assert_eq!(reason.as_deref(), Some("%C3%89v%C3%A9nement%20publi%C3%A9"));
    assert_eq!(
        arrivals[1].what,
        "PATCH /webhooks/4001/to%2Fken/messages/@original"
    );
    assert_eq!(header(&arrivals[1], "authorization"), None);
    assert_eq!(header(&arrivals[1], "x-audit-log-reason"), None);
}

#[tokio::test]
async fn channels_are_read_whatever_else_discord_sends() {
    let stage = Stage::new([json(
        200,
        json!([
            { "id": "1", "type": 4, "name": "GT3 Sprint", "parent_id": null, "flags": 0 },
            { "id": "2", "type": 0, "name": "spa", "parent_id": "1", "permission_overwrites": [{ "id": "5", "type": 1, "allow": "2048", "deny": "9007199254740992" }] },
            { "id": "3", "type": 2, "name": "Box", "new_field": {} },
            { "id": "4", "type": 15, "name": null },
        ]),
    )])
    .await;
    let channel = |id, kind, name: &str, parent: Option<u64>| Channel {
        id: ChannelId(id),
        kind,
        name: name.to_owned(),
        parent: parent.map(ChannelId),
        overwrites: Vec::new(),
    };
    let mut spa = channel(2, ChannelKind::Text, "spa", Some(1));
    spa.overwrites.push(Overwrite {
        target: 5,
        of_role: false,
        allow: Permissions(2048),
        deny: Permissions(1 << 53),
    });
    assert_eq!(
        stage.rest.list_channels(GuildId(11)).await.unwrap(),
        [
            channel(1, ChannelKind::Category, "GT3 Sprint", None),
            spa,
            channel(3, ChannelKind::Voice, "Box", None),
            channel(4, ChannelKind::Other(15), "", None),
        ]
    );
}

fn message(id: &str, author: &str, bot: bool, components: Value) -> Value {
    let author = json!({ "id": author, "username": "x", "bot": bot });
    json!({ "id": id, "author": author, "content": "", "components": components })
}

#[tokio::test]
async fn own_messages_come_with_all_custom_ids_and_mentions() {
    let button = |id: &str| json!({ "type": 2, "style": 1, "label": "x", "custom_id": id });
    let legacy = json!([{ "type": 1, "components": [button("join"), { "type": 2, "style": 5, "url": "https://x.example" }] }]);
    let v2 = json!([{ "type": 17, "components": [
        { "type": 10, "content": "custom_id" },
        { "type": 9, "components": [{ "type": 10, "content": "x" }], "accessory": button("details") },
        { "type": 1, "components": [{ "type": 3, "custom_id": "class", "options": [{ "label": "x", "value": "y" }] }] },
    ] }]);
    let mut latest = message("30", "4001", true, v2);
    latest["mentions"] = json!([{ "id": "501", "username": "ana" }]);
    let list = json!([
        latest,
        message("20", "66", false, json!([])),
        message("10", "4001", true, legacy)
    ]);
    let stage = Stage::new([json(200, list)]).await;
    let own = |id, custom_ids: &[&str], mentions: &[u64]| OwnMessage {
        id: MessageId(id),
        custom_ids: custom_ids.iter().map(|id| (*id).to_owned()).collect(),
        mentions: mentions.iter().copied().map(UserId).collect(),
    };
    let found = stage.rest.own_messages(ChannelId(1)).await.unwrap();
    assert_eq!(
        found,
        [own(30, &["details", "class"], &[501]), own(10, &["join"], &[])]
    );
    assert_eq!(stage.arrivals()[0].request.url.query(), Some("limit=100"));
}

#[tokio::test]
async fn only_where_bots_wrote_that_may_be_ours_discord_is_asked_who_we_are() {
    let of = |author: &str, bot| json(200, json!([message("10", author, bot, json!([]))]));
    let me = json(200, json!({ "id": "7", "username": "Gantry" }));
    let stage = Stage::new([of("66", false), of("7", true), me, of("7", true), of("8", true)]).await;
    let mut found = Vec::new();
    for _ in 0..4 {
        found.push(stage.rest.own_messages(ChannelId(1)).await.unwrap().len());
    }
    assert_eq!(found, [0, 1, 1, 0]);
    let asked = stage
        .arrivals()
        .iter()
        .filter(|arrival| arrival.what == "GET /users/@me")
        .count();
    assert_eq!((asked, stage.sent()), (1, 5));
}

#[tokio::test]
async fn commands_are_listed_replaced_made_changed_and_removed() {
    let command = json!({ "id": "5", "name": "event", "type": 1 });
    let stage = Stage::new([
        json(200, json!([command])),
        json(200, json!([command])),
        json(201, command.clone()),
        json(200, command.clone()),
        wiremock::ResponseTemplate::new(204),
    ])
    .await;
    let (global, guild) = (CommandScope::Global, CommandScope::Guild(GuildId(11)));
    assert_eq!(
        stage.rest.list_commands(global).await.unwrap(),
        std::slice::from_ref(&command)
    );
    assert_eq!(
        stage
            .rest
            .put_commands(guild, std::slice::from_ref(&command))
            .await
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        stage.rest.create_command(global, &command).await.unwrap(),
        CommandId(5)
    );
    stage
        .rest
        .edit_command(guild, CommandId(5), &command)
        .await
        .unwrap();
    stage.rest.delete_command(global, CommandId(5)).await.unwrap();
    let sent: Vec<_> = stage.arrivals().into_iter().map(|arrival| arrival.what).collect();
    assert_eq!(
        sent,
        [
            "GET /applications/4001/commands",
            "PUT /applications/4001/guilds/11/commands",
            "POST /applications/4001/commands",
            "PATCH /applications/4001/guilds/11/commands/5",
            "DELETE /applications/4001/commands/5",
        ]
    );
}

#[tokio::test]
async fn the_application_tells_its_key_and_endpoint() {
    let application =
        json!({ "id": "4001", "name": "Gantry", "verify_key": "ab12", "interactions_endpoint_url": null });
    let stage = Stage::new([json(200, application)]).await;
    let found = stage.rest.current_application().await.unwrap();
    assert_eq!(
        (
            found.id,
            found.verify_key.as_str(),
            found.interactions_endpoint_url
        ),
        (APPLICATION, "ab12", None)
    );
}

#[test]
fn settings_that_cannot_work_are_refused_and_the_token_is_not_repeated() {
    let made = |change: fn(&mut Config)| {
        let mut config = config("http://127.0.0.1:9");
        change(&mut config);
        DiscordRest::new(config, LocalBudget::default()).map(drop)
    };
    assert!(matches!(made(|_| {}), Ok(())));
    assert!(matches!(
        made(|c| c.base_url = "discord.com".into()),
        Err(ConfigError::BaseUrl(_))
    ));
    assert!(matches!(
        made(|c| c.base_url = "ftp://discord.com".into()),
        Err(ConfigError::BaseUrl(_))
    ));
    assert!(matches!(
        made(|c| c.function = "a\nb".into()),
        Err(ConfigError::Function(_))
    ));
    for token in ["", "secret token", "secret\r\nx: y", "sécret"] {
        let mut config = config("http://127.0.0.1:9");
        config.bot_token = token.to_owned();
        let error = DiscordRest::new(config, LocalBudget::default())
            .map(drop)
            .unwrap_err();
        assert!(
            matches!(error, ConfigError::BotToken) && !error.to_string().contains("cret"),
            "{error}"
        );
    }
}
