//! What the stack writes for functions that run elsewhere is all that they read.

use crate::world::World;
use gantry_local::SAMPLES_PUBLIC_KEY;
use gantry_shared::runtime::settings::{Reader, SETTINGS};

#[tokio::test(flavor = "multi_thread")]
async fn a_function_elsewhere_finds_every_setting_that_it_needs() {
    let world = World::start().await;
    let environment = world.stack.environment();
    let variable = |name: &str| {
        let found = environment.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value.clone())
    };
    // What is somebody else's by default, too: nothing here may call out of this machine.
    let outside = |default: &str| default.contains("https://");
    let needed = |default: Option<&str>| default.is_none_or(outside);
    for setting in SETTINGS.iter().filter(|setting| needed(setting.default)) {
        assert!(
            variable(setting.name).is_some(),
            "{} is not written",
            setting.name
        );
    }
    let known = |name: &str| SETTINGS.iter().any(|setting| setting.name == name);
    for (name, _) in environment.iter().filter(|(name, _)| name.starts_with("GANTRY_")) {
        assert!(known(name), "{name} is no setting");
    }
    Reader::new(&variable).interactions().unwrap();
    Reader::new(&variable).relay().unwrap();
    Reader::new(&variable).worker().unwrap();
    Reader::new(&variable).webhooks().unwrap();
    Reader::new(&variable).api().unwrap();
    Reader::new(&variable).race_day().unwrap();
    Reader::new(&variable).cleanup().unwrap();
    assert_eq!(SAMPLES_PUBLIC_KEY, gantry_tests::samples::public_key());
}
