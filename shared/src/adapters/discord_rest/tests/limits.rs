//! Every kind of 429, the buckets, the budget and the deadline.

use super::server::*;
use crate::adapters::discord_rest::{DiscordRest, LocalBudget};
use crate::domain::ids::{ApplicationId, ChannelId, GuildId, MessageId};
use crate::ports::budget::{Block, BlockScope};
use crate::ports::clock::Clock;
use crate::ports::discord::{Channels, DiscordError, InteractionReplies, MessageBody, Messages};
use jiff::SignedDuration;
use serde_json::json;
use wiremock::ResponseTemplate;

const GUILD: GuildId = GuildId(11);
const OTHER: GuildId = GuildId(12);

fn retry_after_s(seconds: i64) -> DiscordError {
    DiscordError::RetryAfter(SignedDuration::from_secs(seconds))
}

fn text() -> MessageBody {
    MessageBody(json!({ "content": "Box, box." }))
}

fn bucket(reply: ResponseTemplate, remaining: &str, reset_after: &str) -> ResponseTemplate {
    reply
        .insert_header("x-ratelimit-bucket", "abcd1234")
        .insert_header("x-ratelimit-limit", "2")
        .insert_header("x-ratelimit-remaining", remaining)
        .insert_header("x-ratelimit-reset-after", reset_after)
}

#[tokio::test]
async fn after_a_user_limit_the_larger_wait_is_kept() {
    let limit = limited(2.5)
        .insert_header("retry-after", "1")
        .insert_header("x-ratelimit-scope", "user");
    let stage = Stage::new([limit, limited(0.1).insert_header("retry-after", "3"), ok()]).await;
    stage.rest.list_channels(GUILD).await.unwrap();
    assert_eq!(stage.instants(), [0, 2500, 5500]);
}

#[tokio::test]
async fn jitter_comes_on_top_of_the_wait() {
    let stage = Stage::with([limited(1.0), ok()], true, |_| {}).await;
    stage.rest.list_channels(GUILD).await.unwrap();
    assert_eq!(stage.instants(), [0, 1250]);
}

#[tokio::test]
async fn even_what_must_not_happen_twice_is_sent_again_after_a_limit() {
    let made = json(201, json!({ "id": "77", "type": 0, "name": "spa" }));
    let stage = Stage::new([limited(1.0), made]).await;
    let channel = super::builders::new_channel();
    assert_eq!(
        stage.rest.create_channel(GUILD, &channel, "").await.unwrap().id,
        ChannelId(77)
    );
    assert_eq!(stage.instants(), [0, 1000]);
}

#[tokio::test]
async fn limits_without_end_are_handed_back_after_five_tries() {
    let stage = Stage::new((0..5).map(|_| limited(1.0))).await;
    assert_eq!(stage.rest.list_channels(GUILD).await, Err(retry_after_s(1)));
    assert_eq!(stage.instants(), [0, 1000, 2000, 3000, 4000]);
}

#[tokio::test]
async fn a_shared_limit_is_no_invalid_request_and_a_users_is() {
    let shared = || limited(1.0).insert_header("x-ratelimit-scope", "shared");
    let stage = Stage::with([shared(), shared(), shared(), ok()], false, |c| {
        c.invalid_requests = 2
    })
    .await;
    stage.rest.list_channels(GUILD).await.unwrap();
    assert_eq!(stage.instants(), [0, 1000, 2000, 3000]);

    let stage = Stage::with([limited(1.0), limited(1.0), ok()], false, |c| {
        c.invalid_requests = 2
    })
    .await;
    assert_eq!(stage.rest.list_channels(GUILD).await, Err(retry_after_s(598)));
    assert_eq!(stage.instants(), [0, 1000]);
}

#[tokio::test]
async fn a_global_limit_bars_the_bots_calls_everywhere_and_is_shared() {
    let global = limited(4.0).insert_header("x-ratelimit-global", "true");
    let stage = Stage::new([global, ok(), ok()]).await;
    let soon = stage.rest.with_deadline(stage.timer.in_s(2));
    assert_eq!(soon.list_channels(GUILD).await, Err(retry_after_s(4)));
    assert_eq!(soon.list_channels(OTHER).await, Err(retry_after_s(4)));
    assert_eq!(stage.sent(), 1);
    let block = Block {
        scope: BlockScope::Global,
        until: stage.timer.in_s(4),
    };
    assert_eq!(*stage.budget.blocks.lock().unwrap(), [block]);

    stage
        .rest
        .edit_original(APPLICATION, "token", &text())
        .await
        .unwrap();
    stage.rest.list_channels(OTHER).await.unwrap();
    assert_eq!(
        stage.instants(),
        [0, 0, 4000],
        "interactions go on, the bot waits"
    );
}

#[tokio::test]
async fn cloudflare_bars_everything_for_ever_longer_until_discord_answers_again() {
    let stage = Stage::new([cloudflare(), cloudflare(), ok(), cloudflare()]).await;
    let patient = stage.rest.with_deadline(stage.timer.in_s(100_000));
    assert_eq!(patient.list_channels(GUILD).await, Err(retry_after_s(600)));
    assert_eq!(patient.list_channels(OTHER).await, Err(retry_after_s(600)));
    assert_eq!(
        patient.edit_original(APPLICATION, "token", &text()).await,
        Err(retry_after_s(600))
    );
    assert_eq!(stage.sent(), 1);
    assert_eq!(stage.budget.blocks.lock().unwrap()[0].scope, BlockScope::Address);

    stage.timer.advance(SignedDuration::from_secs(600));
    assert_eq!(patient.list_channels(GUILD).await, Err(retry_after_s(1200)));
    stage.timer.advance(SignedDuration::from_secs(1200));
    patient.list_channels(GUILD).await.unwrap();
    assert_eq!(patient.list_channels(GUILD).await, Err(retry_after_s(600)));
    assert_eq!(stage.instants(), [0, 600_000, 1_800_000, 1_800_000]);
}

#[tokio::test]
async fn a_hidden_limit_bars_its_route_only_for_the_time_in_the_body() {
    let hidden = limited(1163.0)
        .insert_header("retry-after", "1")
        .insert_header("x-ratelimit-remaining", "4")
        .insert_header("x-ratelimit-limit", "5")
        .insert_header("x-ratelimit-bucket", "edits")
        .insert_header("x-ratelimit-reset-after", "1");
    let stage = Stage::new([hidden, json(200, json!({})), json(200, json!([]))]).await;
    let edit = |channel| {
        stage
            .rest
            .edit_message(ChannelId(channel), MessageId(5), Box::leak(Box::new(text())))
    };
    assert_eq!(edit(1).await, Err(retry_after_s(1163)));
    assert_eq!(edit(1).await, Err(retry_after_s(1163)));
    edit(2).await.unwrap();
    stage.rest.own_messages(ChannelId(1)).await.unwrap();
    assert_eq!(
        stage.instants(),
        [0, 0, 0],
        "one refused edit, then another channel and another route"
    );
    let scope = BlockScope::Route("PATCH /channels/{channel.id}/messages/{message.id} 1".to_owned());
    assert_eq!(stage.budget.blocks.lock().unwrap()[0].scope, scope);
}

#[tokio::test]
async fn a_short_limit_of_one_route_is_not_written_to_the_table() {
    let stage = Stage::new([limited(2.0), ok()]).await;
    stage.rest.list_channels(GUILD).await.unwrap();
    assert!(stage.budget.blocks.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_other_workers_found_barred_is_not_tried() {
    let stage = Stage::new([ok()]).await;
    let scope = BlockScope::Route("GET /guilds/{guild.id}/channels 11".to_owned());
    stage.budget.blocks.lock().unwrap().push(Block {
        scope,
        until: stage.timer.in_s(20),
    });
    stage.rest.list_channels(GUILD).await.unwrap();
    assert_eq!(stage.instants(), [20_000]);
}

#[tokio::test]
async fn a_used_up_bucket_is_waited_for_before_discord_refuses() {
    let replies = [
        bucket(ok(), "1", "3"),
        bucket(ok(), "0", "3"),
        bucket(ok(), "1", "3"),
        ok(),
    ];
    let stage = Stage::new(replies).await;
    for _ in 0..3 {
        stage.rest.list_channels(GUILD).await.unwrap();
    }
    stage.rest.list_channels(OTHER).await.unwrap();
    assert_eq!(
        stage.instants(),
        [0, 0, 3000, 3000],
        "the other guild's bucket is another one"
    );
}

#[tokio::test]
async fn routes_of_one_bucket_use_it_up_together() {
    let replies = [
        bucket(json(200, json!([])), "1", "3"),
        bucket(json(200, json!({})), "0", "3"),
        bucket(json(200, json!([])), "1", "3"),
    ];
    let stage = Stage::new(replies).await;
    stage.rest.own_messages(ChannelId(1)).await.unwrap();
    stage
        .rest
        .edit_message(ChannelId(1), MessageId(5), &text())
        .await
        .unwrap();
    stage.rest.own_messages(ChannelId(1)).await.unwrap();
    assert_eq!(stage.instants(), [0, 0, 3000]);
}

#[tokio::test]
async fn a_users_limit_uses_up_the_bucket_of_other_routes_too() {
    let replies = [
        bucket(json(200, json!([])), "1", "3"),
        bucket(json(200, json!({})), "1", "3"),
        limited(9.0),
        json(200, json!([])),
    ];
    let stage = Stage::new(replies).await;
    stage.rest.own_messages(ChannelId(1)).await.unwrap();
    let soon = stage.rest.with_deadline(stage.timer.in_s(2));
    soon.edit_message(ChannelId(1), MessageId(5), &text())
        .await
        .unwrap();
    stage.timer.advance(SignedDuration::from_millis(3500));
    let soon = stage.rest.with_deadline(stage.timer.in_s(2));
    assert_eq!(
        soon.edit_message(ChannelId(1), MessageId(5), &text()).await,
        Err(retry_after_s(9))
    );
    stage.rest.own_messages(ChannelId(1)).await.unwrap();
    assert_eq!(stage.instants(), [0, 0, 3500, 12_500]);
}

#[tokio::test]
async fn a_call_that_was_held_up_gives_its_place_in_the_bucket_back() {
    let stage = Stage::new([bucket(ok(), "1", "30"), ok()]).await;
    stage.rest.list_channels(GUILD).await.unwrap();
    let block = Block {
        scope: BlockScope::Global,
        until: stage.timer.in_s(5),
    };
    stage.budget.blocks.lock().unwrap().push(block);
    stage.rest.list_channels(GUILD).await.unwrap();
    assert_eq!(
        stage.instants(),
        [0, 5000],
        "not 30 s: the bucket still had a call left"
    );
}

#[tokio::test]
async fn a_wait_beyond_the_deadline_is_handed_back_without_waiting() {
    let stage = Stage::new([limited(3.0), ok()]).await;
    let soon = stage.rest.with_deadline(stage.timer.in_s(3));
    assert_eq!(soon.list_channels(GUILD).await, Err(retry_after_s(3)));
    assert_eq!((stage.instants(), stage.timer.elapsed()), (vec![0], 0));
    stage
        .rest
        .with_deadline(stage.timer.in_s(4))
        .list_channels(GUILD)
        .await
        .unwrap();
    assert_eq!(stage.instants(), [0, 3000]);
}

#[tokio::test]
async fn nothing_is_sent_when_the_deadline_is_over() {
    let stage = Stage::new([]).await;
    let over = stage.rest.with_deadline(stage.timer.now());
    assert_eq!(over.list_channels(GUILD).await, Err(retry_after_s(0)));
    assert_eq!(stage.sent(), 0);
}

#[tokio::test]
async fn calls_are_paced_by_the_budget_and_interactions_are_not() {
    let stage = Stage::new((0..40).map(|_| ok())).await;
    let config = config(&stage.rest.shared.base_url);
    let paced = DiscordRest::with_timer(config, LocalBudget::new(5), stage.timer.clone()).unwrap();
    for _ in 0..7 {
        paced.list_channels(GUILD).await.unwrap();
    }
    assert_eq!(stage.instants(), [0, 200, 400, 600, 800, 1000, 1200]);
    for _ in 0..20 {
        paced
            .edit_original(ApplicationId(9), "token", &text())
            .await
            .unwrap();
    }
    assert_eq!(stage.timer.elapsed(), 1200);
}
