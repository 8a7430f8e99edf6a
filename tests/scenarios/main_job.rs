//! C4.2-C4.5: the main job from the click to Discord's state, undisturbed, doubled and late.

use crate::world::World;
use gantry_local::story;
use gantry_local_aws::DeliveryMode;
use jiff::SignedDuration;

#[tokio::test(flavor = "multi_thread")]
async fn the_main_job() {
    let (world, demo) = World::with_demo().await;
    let mut steps = Vec::new();
    story::play(&world.stack, &demo, &mut |step| steps.push(step.title.clone()))
        .await
        .unwrap();
    assert_eq!(steps.len(), 7, "{steps:#?}");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_main_job_with_every_delivery_doubled_and_late() {
    let (world, demo) = World::with_demo().await;
    world.stack.aws().set_deliveries(DeliveryMode {
        double: true,
        late: SignedDuration::from_secs(5),
    });
    story::play(&world.stack, &demo, &mut |_| {}).await.unwrap();
    world.finish().await;
}
