//! Refusals, server errors, lost connections, and what may be sent again after them.

use super::builders::{new_channel, new_message};
use super::server::*;
use crate::adapters::discord_rest::DiscordRest;
use crate::domain::ids::{ChannelId, GuildId, MessageId};
use crate::ports::discord::{Channels, DiscordError, FaultyField, InteractionReplies, MessageBody, Messages};
use jiff::SignedDuration;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket};
use wiremock::ResponseTemplate;

const GUILD: GuildId = GuildId(11);
const TOKEN: &str = "aW50ZXJhY3Rpb24-secret";

fn unavailable(result: Result<impl std::fmt::Debug, DiscordError>) -> String {
    match result {
        Err(DiscordError::Unavailable(why)) => why,
        other => panic!("{other:?}"),
    }
}

fn body() -> MessageBody {
    MessageBody(json!({ "content": "Green flag." }))
}

#[tokio::test]
async fn a_refused_token_stops_everything() {
    let stage = Stage::new([error(401, 0)]).await;
    assert_eq!(
        stage.rest.list_channels(GUILD).await,
        Err(DiscordError::Unauthorized)
    );
    let other = stage.rest.clone();
    assert_eq!(
        other.open_dm(crate::domain::ids::UserId(1)).await,
        Err(DiscordError::Unauthorized)
    );
    assert_eq!(
        other.edit_original(APPLICATION, TOKEN, &body()).await,
        Err(DiscordError::Unauthorized)
    );
    assert_eq!(stage.sent(), 1);
}

#[tokio::test]
async fn an_interaction_token_that_is_over_stops_nothing() {
    let stage = Stage::new([error(401, 50027), ok()]).await;
    let edited = stage.rest.edit_original(APPLICATION, TOKEN, &body()).await;
    assert_eq!(edited, Err(DiscordError::Unauthorized));
    stage.rest.list_channels(GUILD).await.unwrap();
    assert_eq!(stage.sent(), 2);
}

#[tokio::test]
async fn each_status_has_its_error() {
    let form = json!({ "code": 50035, "message": "Invalid Form Body", "errors": { "name": {
        "_errors": [{ "code": "BASE_TYPE_REQUIRED", "message": "This field is required" }] } } });
    let html = ResponseTemplate::new(403).set_body_raw("<html>blocked</html>", "text/html");
    let stage = Stage::new([
        error(404, 10004),
        ResponseTemplate::new(404),
        error(403, 50013),
        html,
        json(400, form),
        error(405, 0),
        ResponseTemplate::new(302).insert_header("location", "https://elsewhere.example/"),
    ])
    .await;
    let mut seen = Vec::new();
    for _ in 0..7 {
        seen.push(stage.rest.list_channels(GUILD).await.unwrap_err());
    }
    let refused = |code, message: &str, fields: &[(&str, &str)]| DiscordError::Refused {
        code,
        message: message.to_owned(),
        fields: fields
            .iter()
            .map(|(path, message)| FaultyField {
                path: (*path).to_owned(),
                message: (*message).to_owned(),
            })
            .collect(),
    };
    assert_eq!(
        seen,
        [
            DiscordError::NotFound { code: 10004 },
            DiscordError::NotFound { code: 0 },
            DiscordError::Forbidden { code: 50013 },
            DiscordError::Forbidden { code: 0 },
            refused(
                50035,
                "Invalid Form Body; name: This field is required",
                &[("name", "This field is required")]
            ),
            refused(0, "No", &[]),
            refused(0, "HTTP 302 without a JSON body", &[]),
        ]
    );
    assert_eq!(stage.sent(), 7, "none of them is tried again");
}

#[tokio::test]
async fn invalid_requests_close_the_gate_until_they_are_ten_minutes_old() {
    let stage = Stage::with([error(403, 50001), error(403, 50001), ok()], false, |c| {
        c.invalid_requests = 2
    })
    .await;
    assert_eq!(
        stage.rest.list_channels(GUILD).await,
        Err(DiscordError::Forbidden { code: 50001 })
    );
    stage.timer.advance(SignedDuration::from_secs(60));
    assert_eq!(
        stage.rest.list_channels(GUILD).await,
        Err(DiscordError::Forbidden { code: 50001 })
    );
    let closed = DiscordError::RetryAfter(SignedDuration::from_secs(540));
    assert_eq!(stage.rest.list_channels(GUILD).await, Err(closed.clone()));
    assert_eq!(
        stage.rest.edit_original(APPLICATION, TOKEN, &body()).await,
        Err(closed)
    );
    stage.timer.advance(SignedDuration::from_secs(540));
    stage.rest.list_channels(GUILD).await.unwrap();
    assert_eq!(stage.instants(), [0, 60_000, 600_000]);
}

#[tokio::test]
async fn server_errors_are_tried_again_where_that_is_safe() {
    let failed = || ResponseTemplate::new(502).set_body_raw("<html>bad gateway</html>", "text/html");
    let stage = Stage::new([failed(), failed(), failed(), ok()]).await;
    stage.rest.list_channels(GUILD).await.unwrap();
    assert_eq!(stage.instants(), [0, 500, 1500, 3500]);

    let stage = Stage::new((0..5).map(|_| failed())).await;
    assert_eq!(unavailable(stage.rest.list_channels(GUILD).await), "HTTP 502");
    assert_eq!(stage.sent(), 5);

    let stage = Stage::new([failed()]).await;
    unavailable(stage.rest.create_channel(GUILD, &new_channel(), "").await);
    assert_eq!(stage.sent(), 1);
}

#[tokio::test]
async fn a_server_error_is_not_tried_again_before_the_time_it_asks_for() {
    let busy = ResponseTemplate::new(503).insert_header("retry-after", "4");
    let stage = Stage::new([busy, ok()]).await;
    stage.rest.list_channels(GUILD).await.unwrap();
    assert_eq!(stage.instants(), [0, 4000]);
}

#[tokio::test]
async fn a_back_off_that_does_not_fit_the_deadline_is_not_begun() {
    let stage = Stage::new([ResponseTemplate::new(500)]).await;
    let soon = stage.rest.with_deadline(stage.timer.in_s(1));
    unavailable(soon.list_channels(GUILD).await);
    assert_eq!((stage.sent(), stage.timer.elapsed()), (1, 0));
}

#[tokio::test]
async fn a_message_is_posted_again_only_while_its_nonce_lives() {
    let made = json(200, json!({ "id": "900" }));
    let stage = Stage::new([ResponseTemplate::new(500), made]).await;
    assert_eq!(
        stage.rest.post_message(ChannelId(1), &new_message()).await,
        Ok(MessageId(900))
    );
    assert_eq!(stage.instants(), [0, 500]);
    let nonce = |a: Arrival| a.request.body_json::<serde_json::Value>().unwrap()["nonce"].clone();
    let nonces = stage.arrivals().into_iter().map(nonce);
    assert_eq!(nonces.collect::<Vec<_>>(), ["ev1-signup", "ev1-signup"]);

    let stage = Stage::new([limited(58.0), ResponseTemplate::new(500)]).await;
    let patient = stage.rest.with_deadline(stage.timer.in_s(600));
    unavailable(patient.post_message(ChannelId(1), &new_message()).await);
    assert_eq!(
        stage.instants(),
        [0, 58_000],
        "after 58 s a repetition might post a second message"
    );
}

#[tokio::test]
async fn a_webhook_that_is_not_known_yet_is_asked_again_for_ten_seconds() {
    let unknown = || error(404, 10015);
    let stage = Stage::new([unknown(), unknown(), json(200, json!({}))]).await;
    stage
        .rest
        .edit_original(APPLICATION, TOKEN, &body())
        .await
        .unwrap();
    assert_eq!(stage.instants(), [0, 250, 750]);

    let stage = Stage::new((0..20).map(|_| unknown())).await;
    let edited = stage.rest.edit_original(APPLICATION, TOKEN, &body()).await;
    assert_eq!(edited, Err(DiscordError::NotFound { code: 10015 }));
    assert_eq!(stage.instants(), [0, 250, 750, 1750, 3750, 5750, 7750, 9750]);

    let stage = Stage::new([unknown()]).await;
    let soon = stage
        .rest
        .with_deadline(stage.timer.in_s(1) - SignedDuration::from_millis(100));
    let edited = soon.edit_original(APPLICATION, TOKEN, &body()).await;
    assert_eq!(
        (edited, stage.sent()),
        (Err(DiscordError::NotFound { code: 10015 }), 1)
    );

    let stage = Stage::new([unknown()]).await;
    assert_eq!(
        stage.rest.list_channels(GUILD).await,
        Err(DiscordError::NotFound { code: 10015 })
    );
    assert_eq!(stage.sent(), 1, "a webhook of the bot's own stays unknown");
}

/// A server that reads each request and cuts the connection, but for the last, which it answers.
async fn cutting_server(cuts: usize) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let seen = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut buffer = [0; 4096];
            if stream.read(&mut buffer).await.unwrap_or(0) == 0 {
                continue;
            }
            if count.fetch_add(1, Ordering::SeqCst) >= cuts {
                let answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n[]";
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        }
    });
    (base, seen)
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_where_that_is_safe() {
    let (base, seen) = cutting_server(2).await;
    let timer = TestTimer::new(false);
    let rest = DiscordRest::with_timer(config(&base), FreeBudget::default(), timer.clone()).unwrap();
    assert_eq!(rest.list_channels(GUILD).await, Ok(Vec::new()));
    assert_eq!((seen.load(Ordering::SeqCst), timer.elapsed()), (3, 1500));

    let (base, seen) = cutting_server(1).await;
    let rest = DiscordRest::with_timer(config(&base), FreeBudget::default(), timer).unwrap();
    unavailable(rest.create_channel(GUILD, &new_channel(), "").await);
    assert_eq!(seen.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn where_no_connection_comes_about_even_the_unsafe_is_tried_again() {
    // Bound and not listening: the port is refused, and nobody else can get it meanwhile.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let base = format!("http://{}", socket.local_addr().unwrap());
    let timer = TestTimer::new(false);
    let rest = DiscordRest::with_timer(config(&base), FreeBudget::default(), timer.clone()).unwrap();
    unavailable(rest.create_channel(GUILD, &new_channel(), "").await);
    assert_eq!(timer.elapsed(), 500 + 1000 + 2000 + 4000);
}

#[tokio::test]
async fn an_unreadable_answer_leaves_the_effect_open() {
    let html = ResponseTemplate::new(201).set_body_raw("<html/>", "text/html");
    let stage = Stage::new([html, json(201, json!({ "name": "no id" }))]).await;
    for _ in 0..2 {
        unavailable(stage.rest.create_channel(GUILD, &new_channel(), "").await);
    }
    assert_eq!(stage.sent(), 2);
}

#[tokio::test]
async fn no_error_and_no_debug_text_holds_a_token() {
    let (base, _) = cutting_server(usize::MAX).await;
    let config = config(&base);
    let timer = TestTimer::new(false);
    let rest = DiscordRest::with_timer(config.clone(), FreeBudget::default(), timer).unwrap();
    let why = unavailable(rest.edit_original(APPLICATION, TOKEN, &body()).await);
    let request = super::super::requests::edit_original(APPLICATION, TOKEN, &body()).unwrap();
    for text in [
        why,
        format!("{request:?}"),
        format!("{config:?}"),
        format!("{rest:?}"),
        request.route.to_string(),
    ] {
        assert!(
            !text.contains(TOKEN) && !text.contains(BOT_TOKEN) && !text.contains("secret"),
            "{text}"
        );
        assert!(!text.is_empty());
    }
}
