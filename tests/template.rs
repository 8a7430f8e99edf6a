//! `template.yaml` against what it deploys: the table, the queues, each function's variables and each function's policy.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops where something is not as it should be"
)]

#[path = "template/calls.rs"]
mod calls;
#[path = "template/yaml.rs"]
mod yaml;

use gantry_local::{MAX_RECEIVES, WORKER_TIMEOUT};
use gantry_shared::adapters::dynamo::{GSI1, OUTBOX_PREFIX, TTL, schema};
use gantry_shared::jobs::BOARD_DELAY_S;
use gantry_shared::runtime::settings::{Reader, SETTINGS};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Each function: its name in the template, its folder, its role.
const FUNCTIONS: [(&str, &str, &str); 9] = [
    ("Cleanup", "cleanup", "CleanupRole"),
    ("Webhooks", "webhooks", "WebhooksRole"),
    ("Api", "api", "ApiRole"),
    ("Interactions", "interactions", "InteractionsRole"),
    ("Relay", "relay", "RelayRole"),
    ("ChannelWorker", "channel-worker", "ChannelWorkerRole"),
    ("NotifyWorker", "notify-worker", "NotifyWorkerRole"),
    ("RaceDay", "race-day", "RaceDayRole"),
    ("SyncWorker", "sync-worker", "SyncWorkerRole"),
];
/// Each queue with its dead-letter queue, the end of its name, and for how long it holds messages back.
const QUEUES: [(&str, &str, &str, u32); 4] = [
    ("ChannelQueue", "ChannelDeadLetters", "channel", 0),
    ("BoardQueue", "BoardDeadLetters", "board", BOARD_DELAY_S),
    ("NotifyQueue", "NotifyDeadLetters", "notify", 0),
    ("SyncQueue", "SyncDeadLetters", "sync", 0),
];
/// What Lambda itself does with a function's role, by the statement that allows it (Lambda developer guide).
const BY_LAMBDA: [(&str, &[&str]); 5] = [
    ("Logs", &["logs:CreateLogStream", "logs:PutLogEvents"]),
    ("Failures", &["sqs:SendMessage"]),
    ("SourceList", &["dynamodb:ListStreams"]),
    (
        "QueueSource",
        &[
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
            "sqs:ReceiveMessage",
        ],
    ),
    (
        "StreamSource",
        &[
            "dynamodb:DescribeStream",
            "dynamodb:GetRecords",
            "dynamodb:GetShardIterator",
        ],
    ),
];
/// Statements for what the code does.
const BY_CODE: [&str; 4] = ["Bus", "Index", "Queues", "Table"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn read(file: &str) -> Value {
    yaml::read(&std::fs::read_to_string(root().join(file)).unwrap())
}

fn template() -> Value {
    read("template.yaml")
}

fn properties<'a>(template: &'a Value, resource: &str) -> &'a Value {
    let properties = &template["Resources"][resource]["Properties"];
    assert!(properties.is_object(), "no resource {resource}");
    properties
}

fn resources<'a>(template: &'a Value, kind: &str) -> BTreeSet<&'a str> {
    let all = template["Resources"].as_object().unwrap();
    let of_kind = all.iter().filter(|(_, resource)| resource["Type"] == kind);
    of_kind.map(|(name, _)| name.as_str()).collect()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("no number: {value}"))
}

#[test]
fn the_table_is_the_one_that_the_code_creates() {
    let template = template();
    let table = properties(&template, "Table");
    let mut wanted = schema::create_table("x");
    // CloudFormation switches the stream on by its view alone.
    wanted["StreamSpecification"]
        .as_object_mut()
        .unwrap()
        .remove("StreamEnabled");
    for (name, value) in wanted.as_object().unwrap() {
        if name != "TableName" {
            assert_eq!(&table[name], value, "{name}");
        }
    }
    assert_eq!(
        table["TimeToLiveSpecification"],
        json!({ "AttributeName": TTL, "Enabled": true })
    );
    assert_eq!(
        table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"],
        true
    );
    assert_eq!(table["SSESpecification"]["SSEEnabled"], true);
    assert_eq!(template["Resources"]["Table"]["DeletionPolicy"], "Retain");
    assert_eq!(template["Resources"]["Table"]["UpdateReplacePolicy"], "Retain");
    let known = wanted.as_object().unwrap().len() + 4;
    assert_eq!(
        table.as_object().unwrap().len(),
        known,
        "a property that nobody looks at"
    );
}

#[test]
fn every_queue_keeps_order_and_gives_up_into_a_dead_letter_queue() {
    let template = template();
    for (name, dead, ending, delay_s) in QUEUES {
        let queue = properties(&template, name);
        let full_name = |ending: &str| json!({ "Fn::Sub": format!("${{Name}}-${{Stage}}-{ending}.fifo") });
        assert_eq!(queue["QueueName"], full_name(ending), "{name}");
        assert_eq!(queue["FifoQueue"], true, "{name}");
        assert_eq!(
            queue["DelaySeconds"].as_u64().unwrap_or(0),
            u64::from(delay_s),
            "{name}"
        );
        let target = json!({ "Fn::GetAtt": [dead, "Arn"] });
        let redrive = json!({ "deadLetterTargetArn": target, "maxReceiveCount": MAX_RECEIVES });
        assert_eq!(queue["RedrivePolicy"], redrive, "{name}");
        let dead_queue = properties(&template, dead);
        assert_eq!(
            dead_queue["QueueName"],
            full_name(&format!("{ending}-dead")),
            "{name}"
        );
        assert_eq!(dead_queue["FifoQueue"], true, "{name}");
        assert!(
            dead_queue.get("RedrivePolicy").is_none(),
            "{dead} gives up into a queue too"
        );
        let kept = |queue: &Value| number(&queue["MessageRetentionPeriod"]);
        assert!(kept(dead_queue) > kept(queue), "{name}");
    }
    let mut known: BTreeSet<&str> = QUEUES.iter().flat_map(|queue| [queue.0, queue.1]).collect();
    known.insert("RelayFailures");
    known.insert("ScheduleFailures");
    assert_eq!(resources(&template, "AWS::SQS::Queue"), known);
    for queue in known {
        assert_eq!(
            properties(&template, queue)["SqsManagedSseEnabled"],
            true,
            "{queue}"
        );
    }
}

/// The event source mappings of a function, by type.
fn sources<'a>(template: &'a Value, function: &str, kind: &str) -> Vec<&'a Value> {
    let events = properties(template, function)["Events"].as_object();
    let of_kind = events
        .into_iter()
        .flatten()
        .filter(|(_, event)| event["Type"] == kind);
    of_kind.map(|(_, event)| &event["Properties"]).collect()
}

#[test]
fn every_queue_has_one_worker_and_hides_its_messages_six_times_as_long_as_that_may_take() {
    let template = template();
    let mut workers = BTreeMap::new();
    for (function, ..) in FUNCTIONS {
        for source in sources(&template, function, "SQS") {
            let queue = source["Queue"]["Fn::GetAtt"][0].as_str().unwrap();
            assert_eq!(workers.insert(queue, function), None, "{queue} has two workers");
            assert_eq!(
                source["FunctionResponseTypes"],
                json!(["ReportBatchItemFailures"]),
                "{queue}"
            );
            let timeout_s = number(&properties(&template, function)["Timeout"]);
            let hidden_s = number(&properties(&template, queue)["VisibilityTimeout"]);
            assert!(
                hidden_s >= 6 * timeout_s,
                "{queue}: {hidden_s} s for {timeout_s} s"
            );
            assert_eq!(
                timeout_s,
                WORKER_TIMEOUT.as_secs(),
                "{function} in the local stack"
            );
        }
    }
    let wanted = [
        ("BoardQueue", "ChannelWorker"),
        ("ChannelQueue", "ChannelWorker"),
        ("NotifyQueue", "NotifyWorker"),
        ("SyncQueue", "SyncWorker"),
    ];
    assert_eq!(workers, BTreeMap::from(wanted));
}

#[test]
fn workers_reserve_what_their_queues_may_use_and_stay_below_discords_limit() {
    let template = template();
    let mut together = 0;
    for function in ["ChannelWorker", "NotifyWorker", "SyncWorker"] {
        let mappings = sources(&template, function, "SQS");
        let most = mappings
            .iter()
            .map(|source| number(&source["ScalingConfig"]["MaximumConcurrency"]));
        let most: u64 = most.sum();
        let reserved = &properties(&template, function)["ReservedConcurrentExecutions"];
        // A schedule's call takes a place, too.
        let places = most + u64::try_from(sources(&template, function, "Schedule").len()).unwrap();
        let wanted = json!({ "Fn::If": ["Reserves", places, { "Ref": "AWS::NoValue" }] });
        assert_eq!(reserved, &wanted, "{function}");
        together += most;
    }
    // About six calls a second each, see the template.
    assert!(together * 6 < 50, "{together} workers");
}

#[test]
fn the_relay_hears_of_new_outbox_rows_alone_and_loses_none_quietly() {
    let template = template();
    let [source] = sources(&template, "Relay", "DynamoDB").try_into().unwrap();
    let [filter] = source["FilterCriteria"]["Filters"].as_array().unwrap().as_slice() else {
        panic!("filters: {source}");
    };
    let pattern: Value = serde_json::from_str(filter["Pattern"].as_str().unwrap()).unwrap();
    let keys = json!({ "PK": { "S": [{ "prefix": OUTBOX_PREFIX }] } });
    assert_eq!(
        pattern,
        json!({ "eventName": ["INSERT"], "dynamodb": { "Keys": keys } })
    );
    assert_eq!(source["Stream"], json!({ "Fn::GetAtt": ["Table", "StreamArn"] }));
    assert_eq!(source["StartingPosition"], "TRIM_HORIZON");
    assert_eq!(
        source["FunctionResponseTypes"],
        json!(["ReportBatchItemFailures"])
    );
    assert_eq!(source["BisectBatchOnFunctionError"], true);
    let failures = json!({ "Type": "SQS", "Destination": { "Fn::GetAtt": ["RelayFailures", "Arn"] } });
    assert_eq!(source["DestinationConfig"]["OnFailure"], failures);
    assert_eq!(source["MaximumRetryAttempts"], -1);
    // The stream keeps a record for a day; what is given up must still be there to be read.
    let most_s = number(&source["MaximumRecordAgeInSeconds"]);
    assert!((3600..=43_200).contains(&most_s), "{most_s} s");
}

/// The variables that a function's settings are read from.
fn variables(function: &str) -> BTreeSet<String> {
    let asked = RefCell::new(BTreeSet::new());
    let variable = |name: &str| {
        asked.borrow_mut().insert(name.to_owned());
        None
    };
    let reader = Reader::new(&variable);
    let refused = match function {
        "interactions" => reader.interactions().is_err(),
        "relay" => reader.relay().is_err(),
        "webhooks" => reader.webhooks().is_err(),
        "api" => reader.api().is_err(),
        "race-day" => reader.race_day().is_err(),
        "cleanup" => reader.cleanup().is_err(),
        _ => reader.worker().is_err(),
    };
    assert!(refused, "{function} needs no settings");
    asked.into_inner()
}

#[test]
fn every_function_gets_the_variables_that_it_reads_and_no_others() {
    let template = template();
    for (function, folder, _) in FUNCTIONS {
        let given = properties(&template, function)["Environment"]["Variables"]
            .as_object()
            .unwrap();
        assert_eq!(
            given.keys().cloned().collect::<BTreeSet<_>>(),
            variables(folder),
            "{function}"
        );
    }
}

#[test]
fn secrets_are_given_by_name_and_version() {
    let template = template();
    let secrets: Vec<&str> = SETTINGS.iter().filter(|it| it.secret).map(|it| it.name).collect();
    let mut given = BTreeSet::new();
    for (function, ..) in FUNCTIONS {
        let variables = &properties(&template, function)["Environment"]["Variables"];
        for secret in secrets.iter().filter(|secret| !variables[**secret].is_null()) {
            let value = variables[*secret]["Fn::Sub"].as_str().unwrap_or_default();
            let named = value
                .strip_prefix("{{resolve:secretsmanager:${")
                .and_then(|it| it.strip_suffix("}}}"));
            let named = named.unwrap_or_else(|| panic!("{function} {secret}: {value}"));
            let (secret_name, version) = named.split_once("}:SecretString:::${").unwrap();
            for parameter in [secret_name, version] {
                assert!(
                    template["Parameters"][parameter].is_object(),
                    "{function} {secret}: {parameter}"
                );
            }
            given.insert(*secret);
        }
    }
    assert_eq!(
        given,
        secrets.into_iter().collect(),
        "secrets that no function gets"
    );
}

#[test]
fn every_function_is_deployed_from_its_folder_and_logs_into_its_own_group() {
    let template = template();
    let names: BTreeSet<&str> = FUNCTIONS.iter().map(|function| function.0).collect();
    assert_eq!(resources(&template, "AWS::Serverless::Function"), names);
    let folders: BTreeSet<String> = std::fs::read_dir(root().join("functions"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(
        folders,
        FUNCTIONS.iter().map(|function| function.1.to_owned()).collect()
    );
    for (function, folder, role) in FUNCTIONS {
        let it = properties(&template, function);
        assert_eq!(it["CodeUri"], format!("functions/{folder}"), "{function}");
        let metadata = &template["Resources"][function]["Metadata"];
        let built = json!({ "BuildMethod": "rust-cargolambda", "BuildProperties": { "Binary": folder } });
        assert_eq!(metadata, &built, "{function}");
        assert_eq!(it["Role"], json!({ "Fn::GetAtt": [role, "Arn"] }), "{function}");
        let logs = format!("{function}Logs");
        assert_eq!(
            it["LoggingConfig"]["LogGroup"],
            json!({ "Ref": logs }),
            "{function}"
        );
        assert!(
            properties(&template, &logs)["RetentionInDays"].is_object(),
            "{function}"
        );
    }
}

/// The statements of a role, by their names.
fn statements<'a>(template: &'a Value, role: &str) -> BTreeMap<&'a str, &'a Value> {
    let it = properties(template, role);
    assert!(
        it.get("ManagedPolicyArns").is_none(),
        "{role} has a policy that is not written out"
    );
    let [policy] = it["Policies"].as_array().unwrap().as_slice() else {
        panic!("{role} has several policies");
    };
    let all = policy["PolicyDocument"]["Statement"].as_array().unwrap();
    let named = all.iter().map(|statement| {
        assert_eq!(statement["Effect"], "Allow", "{role}");
        (statement["Sid"].as_str().unwrap(), statement)
    });
    named.collect()
}

fn actions(statement: &Value) -> BTreeSet<String> {
    let actions = statement["Action"].as_array().unwrap();
    actions
        .iter()
        .map(|action| action.as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn every_function_may_do_what_its_code_does_and_nothing_else() {
    let template = template();
    assert_eq!(
        calls::forgotten(&root()),
        Vec::<PathBuf>::new(),
        "files that call AWS"
    );
    for (function, folder, role) in FUNCTIONS {
        let needs = calls::needs(&root(), folder);
        let statements = statements(&template, role);
        let mut allowed = BTreeSet::new();
        for (name, statement) in &statements {
            match BY_LAMBDA.iter().find(|(known, _)| known == name) {
                Some((_, wanted)) => {
                    let wanted: BTreeSet<String> = wanted.iter().map(|it| (*it).to_owned()).collect();
                    assert_eq!(actions(statement), wanted, "{role} {name}");
                }
                None => {
                    assert!(BY_CODE.contains(name), "{role}: what is {name} for?");
                    allowed.extend(actions(statement));
                }
            }
            let everything = statement["Resource"] == "*";
            assert_eq!(
                everything,
                *name == "SourceList",
                "{role} {name} on {}",
                statement["Resource"]
            );
        }
        assert_eq!(allowed, needs.actions, "{function}");
        let index = statements.get("Index").map(|statement| &statement["Resource"]);
        let wanted = json!({ "Fn::Sub": format!("${{Table.Arn}}/index/{GSI1}") });
        assert_eq!(index, needs.index.then_some(&wanted), "{function}");
        assert_eq!(
            statements.contains_key("StreamSource"),
            function == "Relay",
            "{function}"
        );
        let fed_by_queues = !sources(&template, function, "SQS").is_empty();
        assert_eq!(
            statements.contains_key("QueueSource"),
            fed_by_queues,
            "{function}"
        );
        assert!(statements.contains_key("Logs"), "{function}");
    }
}

/// What a statement is about, several or one, as it stands in the template.
fn about(statement: &Value) -> BTreeSet<String> {
    let resource = &statement["Resource"];
    match resource.as_array() {
        Some(several) => several.iter().map(Value::to_string).collect(),
        None => BTreeSet::from([resource.to_string()]),
    }
}

#[test]
fn every_statement_is_about_the_functions_own_things() {
    let template = template();
    let arn = |resource: &str| json!({ "Fn::GetAtt": [resource, "Arn"] }).to_string();
    for (function, _, role) in FUNCTIONS {
        let variables = properties(&template, function)["Environment"]["Variables"]
            .as_object()
            .unwrap();
        let refers = |end: &str| -> BTreeSet<String> {
            let of_kind = variables.iter().filter(|(name, _)| name.ends_with(end));
            of_kind
                .map(|(_, value)| arn(value["Ref"].as_str().unwrap()))
                .collect()
        };
        for (name, statement) in statements(&template, role) {
            let wanted = match name {
                "Table" => BTreeSet::from([arn("Table")]),
                "Logs" => BTreeSet::from([arn(&format!("{function}Logs"))]),
                "Bus" => refers("_EVENT_BUS"),
                // What a worker hands back it hands back to its own queues, whatever it knows of others.
                "Queues" if function == "Relay" => refers("_QUEUE_URL"),
                "StreamSource" => {
                    BTreeSet::from([json!({ "Fn::GetAtt": ["Table", "StreamArn"] }).to_string()])
                }
                "Failures" => {
                    let sources = sources(&template, function, "DynamoDB");
                    let given_up = sources
                        .iter()
                        .map(|source| &source["DestinationConfig"]["OnFailure"]["Destination"]);
                    given_up.map(Value::to_string).collect()
                }
                // Looked at by the tests around this one.
                "Queues" | "QueueSource" | "Index" | "SourceList" => continue,
                other => panic!("{role}: what is {other} about?"),
            };
            assert_eq!(about(statement), wanted, "{role} {name}");
        }
    }
}

#[test]
fn workers_touch_the_queues_that_feed_them_and_no_others() {
    let template = template();
    for (function, _, role) in FUNCTIONS {
        let feeds: BTreeSet<String> = sources(&template, function, "SQS")
            .iter()
            .map(|source| source["Queue"].to_string())
            .collect();
        if feeds.is_empty() {
            continue;
        }
        for name in ["Queues", "QueueSource"] {
            assert_eq!(about(statements(&template, role)[name]), feeds, "{role} {name}");
        }
    }
}

#[test]
fn every_queue_and_function_is_watched() {
    let template = template();
    let alarms = read("infra/alarms.yaml");
    let handed_over = properties(&template, "Alarms")["Parameters"].as_object().unwrap();
    let watches = |resource: &str, metric: &str| {
        let parameter = handed_over.iter().find(|(_, value)| {
            value["Ref"] == resource || value["Fn::GetAtt"] == json!([resource, "QueueName"])
        });
        let parameter = parameter
            .unwrap_or_else(|| panic!("{resource} is not handed over"))
            .0;
        let all = alarms["Resources"].as_object().unwrap().values();
        let mut all = all.map(|alarm| &alarm["Properties"]);
        all.any(|alarm| alarm["MetricName"] == metric && alarm["Dimensions"][0]["Value"]["Ref"] == *parameter)
    };
    for (queue, dead, ..) in QUEUES {
        assert!(watches(queue, "ApproximateAgeOfOldestMessage"), "{queue}");
        assert!(watches(dead, "ApproximateNumberOfMessagesVisible"), "{dead}");
    }
    for queue in ["RelayFailures", "ScheduleFailures"] {
        assert!(watches(queue, "ApproximateNumberOfMessagesVisible"), "{queue}");
    }
    assert!(watches("Relay", "IteratorAge"));
    for (function, ..) in FUNCTIONS {
        assert!(watches(function, "Errors"), "{function}");
    }
}

#[test]
fn the_dashboard_shows_the_table_and_every_queue_and_function() {
    let template = template();
    let dashboard = read("infra/dashboard.yaml");
    let body = dashboard["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
        .as_str()
        .unwrap();
    let widgets: Value = serde_json::from_str(body).unwrap();
    let shown = widgets.to_string();
    let handed_over = properties(&template, "Dashboard")["Parameters"]
        .as_object()
        .unwrap();
    let declared = dashboard["Parameters"].as_object().unwrap();
    assert_eq!(
        handed_over.keys().collect::<BTreeSet<_>>(),
        declared.keys().collect::<BTreeSet<_>>()
    );
    let queues = resources(&template, "AWS::SQS::Queue");
    let things = FUNCTIONS
        .iter()
        .map(|it| it.0)
        .chain(queues.iter().copied())
        .chain(["Table"]);
    for thing in things {
        let named = if queues.contains(thing) {
            json!({ "Fn::GetAtt": [thing, "QueueName"] })
        } else {
            json!({ "Ref": thing })
        };
        assert_eq!(handed_over[thing], named, "{thing}");
        assert!(shown.contains(&format!("${{{thing}}}")), "{thing} is not shown");
    }
}

/// Discord is answered with 200 and an apology when the store fails, so that Lambda counts no error.
#[test]
fn a_failure_that_was_answered_rings_an_alarm() {
    let template = template();
    let handed_over = properties(&template, "Alarms")["Parameters"].clone();
    let alarms = read("infra/alarms.yaml");
    let all = alarms["Resources"].as_object().unwrap();
    let of_type = |kind: &str| {
        let fitting = all.values().filter(|one| one["Type"] == kind);
        fitting.map(|one| one["Properties"].clone()).collect::<Vec<_>>()
    };
    for function in ["Interactions", "Webhooks", "Api"] {
        let logs = &properties(&template, function)["LoggingConfig"]["LogGroup"]["Ref"];
        let parameter = handed_over
            .as_object()
            .unwrap()
            .iter()
            .find(|(_, value)| value["Ref"] == *logs);
        let (parameter, _) = parameter.unwrap_or_else(|| panic!("{logs} is not handed over"));
        let filters = of_type("AWS::Logs::MetricFilter");
        let filter = filters
            .iter()
            .find(|filter| filter["LogGroupName"]["Ref"] == *parameter);
        let filter = filter.unwrap_or_else(|| panic!("no line of {parameter} is counted"));
        // The field and the word are those of tracing's lines (docs/LOGGING.md).
        assert_eq!(filter["FilterPattern"], "{ $.level = \"ERROR\" }");
        let counted = &filter["MetricTransformations"][0];
        assert_eq!(counted["MetricValue"], "1");
        let rings = of_type("AWS::CloudWatch::Alarm").iter().any(|alarm| {
            alarm["Namespace"] == counted["MetricNamespace"]
                && alarm["MetricName"] == counted["MetricName"]
                && alarm["Statistic"] == "Sum"
                && alarm["Threshold"] == 0
                && alarm["AlarmActions"][0]["Ref"] == "Topic"
        });
        assert!(rings, "{function}");
    }
}
