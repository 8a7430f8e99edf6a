//! The check itself, on small sources that are right or wrong in one way each.

use super::*;

const MANIFEST: &str = "[dependencies]\nserde.workspace = true\ntokio.workspace = true\naws-sdk-sqs.workspace = true\n\
                        reqwest.workspace = true\ntwilight-model.workspace = true\n\
                        [dev-dependencies]\nproptest.workspace = true\n";

fn told(module: &[&str], text: &str) -> Vec<String> {
    let source = Source {
        file: "x.rs".into(),
        module: module.iter().map(|part| (*part).to_owned()).collect(),
        test: false,
        text: text.to_owned(),
    };
    breaches(&source, &Manifest::read(MANIFEST))
}

#[track_caller]
fn refused(module: &[&str], text: &str, why: &str) {
    let told = told(module, text);
    assert!(
        told.iter().any(|line| line.ends_with(why)),
        "{why:?} is not among {told:?}"
    );
}

#[track_caller]
fn taken(module: &[&str], text: &str) {
    assert_eq!(told(module, text), Vec::<String>::new());
}

#[test]
fn an_outer_layer_is_refused_however_it_is_named() {
    let why = "domain names ports::store::Batch";
    for text in [
        "use crate::ports::store::Batch;",
        "pub use crate::ports::store::Batch;",
        "use crate::{ports::{store::{Batch}}};",
        "use crate::ports::store::Batch as B;",
        "fn f(b: crate::ports::store::Batch) {}",
        "fn f() { let b = crate::ports::store::Batch; }",
        "fn f() { println!(\"{}\", crate::ports::store::Batch); }",
        "#[derive(X)] #[serde(with(crate::ports::store::Batch))] struct S;",
        "macro_rules! m { () => { crate::ports::store::Batch } }",
        "mod inner { use super::super::super::ports::store::Batch; }",
        "use super::super::ports::store::Batch;",
    ] {
        refused(&["domain", "event"], text, why);
    }
}

#[test]
fn the_line_is_told() {
    let told = told(&["domain", "event"], "\n\nuse crate::jobs::Envelope;\n");
    assert_eq!(told, ["domain::event (x.rs:3): domain names jobs::Envelope"]);
}

#[test]
fn globs_and_the_whole_crate_are_refused() {
    refused(
        &["ports", "store"],
        "use crate::adapters::*;",
        "ports names adapters::*",
    );
    refused(
        &["ports", "store"],
        "use crate::*;",
        "ports names the whole crate",
    );
    refused(
        &["ports", "store"],
        "use crate as all;",
        "ports names the whole crate",
    );
    refused(
        &["ports", "store"],
        "use super::super::*;",
        "ports names the whole crate",
    );
    refused(
        &["ports", "store"],
        "use crate::{self};",
        "ports names the whole crate",
    );
}

#[test]
fn each_layer_sees_inwards_only() {
    taken(
        &["ports", "store"],
        "use crate::domain::ids::ClubId; use super::clock::Clock;",
    );
    taken(
        &["usecases", "call"],
        "use crate::ports::ids::Ids; use super::once::once; use crate::domain::work;",
    );
    taken(
        &["runtime", "worker"],
        "use crate::adapters::sqs::Sqs; use crate::usecases::job::Job; use tokio::time;",
    );
    refused(
        &["usecases", "call"],
        "use crate::adapters::sqs::Sqs;",
        "usecases names adapters::sqs::Sqs",
    );
    refused(
        &["usecases", "call"],
        "use crate::discord::views::Views;",
        "usecases names discord::views::Views",
    );
    refused(
        &["discord", "text"],
        "use crate::ports::ids::Ids;",
        "discord names ports::ids::Ids",
    );
    refused(
        &["jobs"],
        "use crate::ports::ids::Ids;",
        "jobs names ports::ids::Ids",
    );
    refused(
        &["adapters", "sqs"],
        "use crate::jobs::Envelope;",
        "adapters names jobs::Envelope",
    );
    refused(
        &["adapters", "sqs"],
        "use crate::runtime::batch;",
        "adapters names runtime::batch",
    );
}

#[test]
fn adapters_do_not_see_each_other() {
    let why = "adapter dynamo names adapters::sqs::Sqs";
    refused(&["adapters", "dynamo"], "use crate::adapters::sqs::Sqs;", why);
    refused(&["adapters", "dynamo"], "use super::sqs::Sqs;", why);
    refused(
        &["adapters", "dynamo", "keys"],
        "use super::super::sqs::Sqs;",
        why,
    );
    refused(
        &["adapters", "dynamo"],
        "use super::*;",
        "adapter dynamo names adapters::*",
    );
    taken(
        &["adapters", "dynamo", "keys"],
        "use super::items::Item; use crate::adapters::dynamo::Table;",
    );
}

#[test]
fn crates_of_the_outside_are_refused_inside() {
    refused(
        &["domain", "event"],
        "use tokio::time::sleep;",
        "domain names the crate tokio",
    );
    refused(
        &["domain", "event"],
        "fn f() { tokio::spawn(async {}); }",
        "domain names the crate tokio",
    );
    refused(
        &["domain", "event"],
        "fn f() { vec![aws_sdk_sqs::X]; }",
        "domain names the crate aws_sdk_sqs",
    );
    refused(
        &["domain", "event"],
        "extern crate reqwest;",
        "domain names the crate reqwest",
    );
    refused(
        &["domain", "event"],
        "#[derive(tokio::X)] struct S;",
        "domain names the crate tokio",
    );
    refused(
        &["domain", "event"],
        "use not_in_the_manifest::X;",
        "domain names the crate not_in_the_manifest",
    );
    refused(
        &["usecases", "call"],
        "use twilight_model::id::Id;",
        "usecases names the crate twilight_model",
    );
    refused(
        &["domain", "event"],
        "use proptest::prelude::*;",
        "domain names the crate proptest",
    );
    taken(&["discord", "text"], "use twilight_model::id::Id;");
    taken(
        &["domain", "event"],
        "use serde::Serialize; use std::fmt; fn f() { core::mem::drop(1); }",
    );
    taken(
        &["domain", "event"],
        "enum Colour { Red } use Colour::*; mod tokens {} use tokens::x; fn f() { tokens::f() }",
    );
}

#[test]
fn tests_may_name_their_own_crates_but_no_outer_layer() {
    taken(
        &["domain", "event"],
        "#[cfg(test)] mod tests { use super::*; use proptest::prelude::*; }",
    );
    refused(
        &["domain", "event"],
        "#[cfg(test)] mod tests { use crate::adapters::system::System; }",
        "domain names adapters::system::System",
    );
    refused(
        &["domain", "event"],
        "#[cfg(test)] mod tests { use tokio::time::sleep; }",
        "domain names the crate tokio",
    );
}
