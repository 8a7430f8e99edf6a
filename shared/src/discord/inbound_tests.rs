use super::*;
use serde_json::json;

fn command() -> Value {
    json!({
        "id": "1300000000000000001", "application_id": "1200000000000000001", "type": 2, "token": "secret-token",
        "version": 1, "guild_id": "1100000000000000001", "channel_id": "1100000000000000002",
        "locale": "de", "guild_locale": "en-GB", "context": 0, "app_permissions": "2269795998460944",
        "member": {
            "user": {"id": "1000000000000000001", "username": "lena.k", "global_name": "Lena", "discriminator": "0"},
            "nick": "Lena | 42", "roles": ["1100000000000000009"], "permissions": "9007199254740993", "joined_at": "x"
        },
        "data": {"id": "9", "name": "ping", "type": 1},
        "entitlements": [], "a_newer_field": {"x": [1]}
    })
}

fn read(value: &Value) -> Result<Interaction, NotAnInteraction> {
    parse(value.to_string().as_bytes())
}

fn with(change: impl FnOnce(&mut Value)) -> Value {
    let mut value = command();
    change(&mut value);
    value
}

#[test]
fn a_guild_command_is_read_whole() {
    let interaction = read(&command()).unwrap();
    assert_eq!(interaction.id, InteractionId(1_300_000_000_000_000_001));
    assert_eq!(
        interaction.application_id,
        ApplicationId(1_200_000_000_000_000_001)
    );
    assert_eq!(interaction.guild_id, Some(GuildId(1_100_000_000_000_000_001)));
    assert_eq!(interaction.channel_id, Some(ChannelId(1_100_000_000_000_000_002)));
    assert_eq!(interaction.locale.as_deref(), Some("de"));
    assert_eq!(interaction.guild_locale.as_deref(), Some("en-GB"));
    assert_eq!(interaction.context, Some(0));
    assert_eq!(
        interaction.app_permissions,
        Some(Permissions(2_269_795_998_460_944))
    );
    assert_eq!(interaction.token.0, "secret-token");
    assert_eq!(
        interaction.actor(),
        &Actor {
            user: UserId(1_000_000_000_000_000_001),
            display_name: "Lena | 42".to_owned(),
            username: "lena.k".to_owned(),
            // More than 53 bits: no detour over a float.
            permissions: Permissions(9_007_199_254_740_993),
            roles: vec![RoleId(1_100_000_000_000_000_009)],
        }
    );
    assert!(
        matches!(interaction.data, Data::Command(CommandData { ref name, kind: 1, .. }) if name == "ping")
    );
}

#[test]
fn the_token_is_not_shown_by_debug() {
    assert!(!format!("{:?}", read(&command()).unwrap()).contains("secret-token"));
}

#[test]
fn a_body_with_nothing_but_the_needed_fields_is_enough() {
    let bare = json!({
        "id": "1", "application_id": "2", "type": 2, "token": "t",
        "user": {"id": "3", "username": "kim"}, "data": {"name": "ping"}
    });
    let interaction = read(&bare).unwrap();
    let actor = interaction.actor();
    assert_eq!((actor.user, actor.display_name.as_str()), (UserId(3), "kim"));
    assert_eq!((actor.permissions, actor.roles.len()), (Permissions(0), 0));
    assert_eq!(
        (interaction.guild_id, interaction.channel_id, interaction.context),
        (None, None, None)
    );
}

#[test]
fn null_is_as_good_as_missing() {
    let nulls = with(|v| {
        for field in [
            "guild_id",
            "channel_id",
            "locale",
            "guild_locale",
            "context",
            "app_permissions",
            "message",
            "user",
        ] {
            v[field] = Value::Null;
        }
        v["member"]["nick"] = Value::Null;
        v["member"]["roles"] = Value::Null;
        v["data"]["options"] = Value::Null;
    });
    assert_eq!(read(&nulls).unwrap().actor().display_name, "Lena");
}

#[test]
fn the_name_shown_is_nick_then_global_name_then_username() {
    let blank = with(|v| v["member"]["nick"] = json!("  "));
    assert_eq!(read(&blank).unwrap().actor().display_name, "Lena");
    let neither = with(|v| {
        v["member"]["nick"] = Value::Null;
        v["member"]["user"]["global_name"] = Value::Null;
    });
    assert_eq!(read(&neither).unwrap().actor().display_name, "lena.k");
}

#[test]
fn wrong_types_of_needed_fields_are_refused() {
    let breaks: [fn(&mut Value); 14] = [
        |v| v["id"] = json!(5),
        |v| v["id"] = json!("007"),
        |v| v["application_id"] = Value::Null,
        |v| v["type"] = json!("2"),
        |v| v["type"] = json!(-1),
        |v| v["token"] = json!(1),
        |v| v["guild_id"] = json!("apex"),
        |v| v["member"] = json!([]),
        |v| v["member"]["user"]["id"] = json!({}),
        |v| v["member"]["permissions"] = json!("all"),
        |v| v["member"]["roles"] = json!("x"),
        |v| v["data"] = Value::Null,
        |v| v["data"]["name"] = json!(["ping"]),
        |v| v["data"]["options"] = json!([{"type": 3}]),
    ];
    for (number, change) in breaks.into_iter().enumerate() {
        assert!(
            matches!(read(&with(change)), Err(NotAnInteraction::Malformed(_))),
            "{number}"
        );
    }
    let nobody = with(|v| v["member"] = Value::Null);
    assert!(matches!(read(&nobody), Err(NotAnInteraction::Malformed(_))));
    assert_eq!(
        read(&with(|v| v["type"] = json!(6))),
        Err(NotAnInteraction::UnknownType(6))
    );
    for body in [
        &b""[..],
        b"null",
        b"[]",
        b"{}",
        b"{\"type\":2",
        b"\xff\xfe",
        b"\"ping\"",
    ] {
        assert!(
            matches!(parse(body), Err(NotAnInteraction::Malformed(_))),
            "{body:?}"
        );
    }
}

#[test]
fn the_fault_does_not_quote_the_body() {
    let fault = read(&with(|v| v["type"] = json!("secret-token"))).unwrap_err();
    assert!(!fault.to_string().contains("secret"), "{fault}");
}

#[test]
fn components_and_modals_are_read() {
    let click = with(|v| {
        v["type"] = json!(3);
        v["message"] = json!({"id": "77", "content": "board", "embeds": []});
        v["data"] = json!({"custom_id": "g1:x", "component_type": 3, "values": ["a"]});
    });
    let interaction = read(&click).unwrap();
    assert_eq!(interaction.message_id, Some(MessageId(77)));
    let expected = ComponentData {
        custom_id: "g1:x".to_owned(),
        values: vec!["a".to_owned()],
        resolved: Resolved::default(),
    };
    assert_eq!(interaction.data, Data::Component(expected));

    let modal = with(|v| {
        v["type"] = json!(5);
        v["data"] = json!({"custom_id": "g1:m", "components": [{"type": 18}]});
    });
    let expected = ModalData {
        custom_id: "g1:m".to_owned(),
        components: vec![json!({"type": 18})],
    };
    assert_eq!(read(&modal).unwrap().data, Data::Modal(expected));
}

#[test]
fn ping_is_told_by_its_type_alone() {
    assert!(is_ping(br#"{"type":1}"#));
    assert!(is_ping(
        br#"{"id":"1","application_id":"2","type":1,"token":"t","user":{"id":"3"},"version":1}"#
    ));
    let others: [&[u8]; 7] = [
        br#"{"type":2}"#,
        br#"{"type":"1"}"#,
        br#"{"type":1.5}"#,
        b"{}",
        b"1",
        b"",
        br#"{"type":1}x"#,
    ];
    for body in others {
        assert!(!is_ping(body), "{body:?}");
    }
    let whole = json!({"id": "1", "application_id": "2", "type": 1, "token": "t"});
    assert_eq!(read(&whole), Err(NotAnInteraction::UnknownType(1)));
}

#[test]
fn the_body_is_at_most_256_kib() {
    let body = |length: usize| {
        let mut text = r#"{"type":1,"x":""#.to_owned();
        text.extend(std::iter::repeat_n('a', length - text.len() - 2));
        text.push_str("\"}");
        text.into_bytes()
    };
    assert!(is_ping(&body(MAX_BODY_BYTES)));
    assert!(!is_ping(&body(MAX_BODY_BYTES + 1)));
    assert_eq!(
        parse(&body(MAX_BODY_BYTES + 1)),
        Err(NotAnInteraction::TooLong(MAX_BODY_BYTES + 1))
    );
}

#[test]
fn deep_nesting_is_refused_wherever_it_hides() {
    // Depth counts the outermost object too.
    let nested = |field: &str, depth: usize| {
        let deep = format!("{}{}", "[".repeat(depth - 1), "]".repeat(depth - 1));
        let mut text = with(|v| v[field] = json!("PLACE")).to_string();
        text = text.replace("\"PLACE\"", &deep);
        text.into_bytes()
    };
    assert!(parse(&nested("a_newer_field", MAX_DEPTH)).is_ok());
    for field in ["a_newer_field", "data", "member"] {
        assert_eq!(
            parse(&nested(field, MAX_DEPTH + 1)),
            Err(NotAnInteraction::TooDeep)
        );
        assert_eq!(parse(&nested(field, 100_000)), Err(NotAnInteraction::TooDeep));
    }
    let ping = format!(r#"{{"type":1,"x":{}{}}}"#, "[".repeat(64), "]".repeat(64));
    assert!(!is_ping(ping.as_bytes()));
}

#[test]
fn brackets_in_strings_are_no_nesting() {
    let brackets = with(|v| v["locale"] = json!("\\\"[{".repeat(100)));
    assert!(read(&brackets).is_ok());
    let after_escapes = format!(
        r#"{{"a":"\\","type":1,"x":{}1{}}}"#,
        "[".repeat(64),
        "]".repeat(64)
    );
    assert!(!is_ping(after_escapes.as_bytes()));
}

#[test]
fn an_administrator_may_do_all() {
    assert!(Permissions::ADMINISTRATOR.allow(Permissions::MANAGE_GUILD));
    assert!(Permissions(0x21).allow(Permissions::MANAGE_GUILD));
    assert!(!Permissions(0x10).allow(Permissions::MANAGE_GUILD));
    assert!(!Permissions(0x20).allow(Permissions(0x30)));
}
