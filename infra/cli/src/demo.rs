//! `gantry demo`: the main job and a race weekend on a stack of its own.

use crate::Outcome;
use clap::Args;
use gantry_local::seed::DemoClub;
use gantry_local::story::Step;
use gantry_local::{Stack, StackConfig, seed, story, weekend};
use std::time::Instant;

/// Plays the main job and a six-hour race weekend with two teams on free ports, looks for every step's result in the simulator's state, and leaves.
///
/// Fails at the first step whose result is not there.
#[derive(Args)]
#[command(after_help = "Example:\n  gantry demo && echo 'it works'")]
pub struct Demo {}

impl Demo {
    /// Plays.
    pub async fn run(self) -> Outcome {
        crate::up::log("error");
        let mut printer = Printer::start();
        let openapi = std::env::current_dir()
            .ok()
            .and_then(|dir| gantry_simulator::find_openapi(&dir));
        let stack = Stack::start(StackConfig {
            openapi,
            ..StackConfig::default()
        })
        .await?;
        let demo = seed::guild(&stack).await?;
        seed::club(&stack, &demo).await?;
        printer.seeded(&stack, &demo);
        story::play(&stack, &demo, &mut |step| printer.step(step)).await?;
        weekend::play(&stack, &demo, 1, &mut |step| printer.step(step)).await?;
        let violations = stack.simulator().openapi_violations();
        if !violations.is_empty() {
            return Err(format!(
                "requests differ from Discord's document:\n{}",
                violations.join("\n")
            )
            .into());
        }
        printer.finish();
        Ok(stack.shutdown().await?)
    }
}

/// Prints the main job as it is played.
pub struct Printer {
    began: Instant,
    steps: usize,
}

impl Printer {
    /// Starts the watch.
    pub fn start() -> Self {
        Self {
            began: Instant::now(),
            steps: 0,
        }
    }

    /// The club is there.
    pub fn seeded(&self, stack: &Stack, demo: &DemoClub) {
        let took = self.began.elapsed().as_millis();
        println!("\nSeeded the club Apex Endurance: 40 members, 3 series ({took} ms)");
        print_indented(&stack.simulator().tree(demo.guild));
    }

    /// A step was played, and its result found.
    pub fn step(&mut self, step: &Step) {
        self.steps += 1;
        println!("\n{}. {} ({} ms)", self.steps, step.title, step.took.as_millis());
        print_indented(&step.outcome);
    }

    /// All steps were played.
    pub fn finish(&self) {
        let seconds = self.began.elapsed().as_secs_f64();
        println!(
            "\nDone: {} steps in {seconds:.1} s, each result found in the simulator's state.",
            self.steps
        );
    }
}

fn print_indented(text: &str) {
    for line in text.lines() {
        println!("   {line}");
    }
}
