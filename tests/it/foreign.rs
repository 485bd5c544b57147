//! Foreign AWS clients on the sandbox: boto3 changes things by hand, drift finds them, reconcile takes them back.

use serde_json::{Value, json};

use crate::support::{TestEnvironment, foreign_python, foreign_script};

const BLUEPRINT: &str = "blueprints/kwglobal.yaml";

#[test]
fn what_boto3_changes_by_hand_is_found_and_taken_back() {
    let Some(python) = foreign_python() else { return };
    let test = TestEnvironment::with_blueprints();
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    let serving = test.serve(&[]);
    let seen: Value = serde_json::from_str(&foreign_script(&python, "change_by_hand.py", &[&serving.url])).unwrap();
    assert_eq!(seen["stacks"], json!(["kwglobal", "kwglobal-instance", "kwglobal-numbers"]));
    assert!(seen["queues"].as_array().unwrap().contains(&json!("Customer Service")), "{seen}");
    assert!(seen["flows"].as_array().unwrap().contains(&json!("Main menu")), "{seen}");
    assert_eq!(seen["quick_connects"].as_array().unwrap().len(), 4);
    assert_eq!(seen["phone_numbers"].as_array().unwrap().len(), 1);

    let drift = test.expect(2, &["drift", BLUEPRINT, "--sandbox", "--detailed-exitcode", "--format=json"]);
    let drift: Value = serde_json::from_str(&drift.stdout).unwrap();
    let mut addresses: Vec<_> =
        drift["resources"].as_array().unwrap().iter().map(|item| item["address"].as_str().unwrap()).collect();
    addresses.sort_unstable();
    assert_eq!(addresses, ["flow/main_menu", "queue/customer_service", "user/mary.jane"]);
    let max_contacts = drift.to_string();
    assert!(max_contacts.contains("MaxContacts"), "{drift}");

    test.expect(0, &["reconcile", BLUEPRINT, "--sandbox", "--revert", "--yes"]);
    test.expect(0, &["drift", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
    test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
}

/// What AWS's own client knows of the service: the codes that each operation may answer, and every operation's name.
#[test]
fn errors_of_connect_are_those_of_its_model() {
    let Some(python) = foreign_python() else { return };
    let test = TestEnvironment::empty();
    let serving = test.serve(&[]);
    let seen: Value = serde_json::from_str(&foreign_script(&python, "error_codes.py", &[&serving.url])).unwrap();
    assert_eq!(seen["outside"], json!({}), "codes that the model of the operation does not have");
    assert_eq!(seen["unnamed"], json!([]), "operations that are refused without their name");
    assert!(seen["answered"].as_u64().unwrap() > 200, "{seen}");
}

fn expected_of_scheduler() -> Value {
    let machine = "arn:aws:states:us-west-2:123456789012:stateMachine:report";
    json!({
        "of_stack": [
            "arn:aws:scheduler:us-west-2:123456789012:schedule/nightly/report", "ENABLED",
            "2027-01-01T00:00:00+00:00", machine,
        ],
        "arn": "arn:aws:scheduler:us-west-2:123456789012:schedule/default/own",
        "refused":
            ["ConflictException", "ValidationException", "ResourceNotFoundException", "ResourceNotFoundException"],
        "changed": ["rate(1 hour)", "ENABLED", "NONE", "default"],
        "forgotten": true,
        "listed": [["own"], ["report"]],
        "group": "ACTIVE",
        "tags": [{ "Key": "c", "Value": "d" }],
    })
}

fn expected_of_stepfunctions() -> Value {
    let machine = "arn:aws:states:us-west-2:123456789012:stateMachine:report";
    json!({
        "of_stack":
            ["report", "STANDARD", "ACTIVE", { "StartAt": "Done", "States": { "Done": { "Type": "Succeed" } } }],
        "version_of_stack": format!("{machine}:1"),
        "tags": [{ "key": "team", "value": "care" }],
        "changed": ["arn:aws:iam::123456789012:role/service2", true, true],
        "versions": ["1", "2", 2],
        "refused":
            ["StateMachineAlreadyExists", "InvalidDefinition", "StateMachineDoesNotExist", "ActivityDoesNotExist"],
        "listed": ["own", "report"],
        "activity": "by-hand",
    })
}

fn expected_of_cloudwatch() -> Value {
    json!({
        "of_stack": [10.5, "INSUFFICIENT_DATA", true, "ALARM(\"queue-is-long\")"],
        "own": [5.5, "ALARM", false, 1],
        "tags": [{ "Key": "a", "Value": "b" }],
        "refused": ["ValidationError", "ResourceNotFound", "NotImplementedException"],
        "kept": 1,
    })
}

fn expected_of_lex() -> Value {
    let function = "arn:aws:lambda:us-west-2:123456789012:function:f";
    json!({
        "of_stack": ["orders", "Available", { "childDirected": false }, "1"],
        "hook": function,
        "locales": ["en_US"],
        "made_hook": true,
        "versions": ["1", "2"],
        "listed": ["DRAFT", "1", "2"],
        "version": "own",
        "alias": "2",
        "changed": [90, false],
        "tags": { "c": "d" },
        "found": ["own"],
        "refused": [
            "ConflictException", "ResourceNotFoundException", "ResourceNotFoundException",
            "NotImplementedException",
        ],
        "in_use": ["PreconditionFailedException", "PreconditionFailedException", "Deleting"],
        "gone": "ResourceNotFoundException",
    })
}

/// What is kept as documents is the same for stacks and for the services' own operations, in the shapes AWS's own client
/// takes, and its errors have the codes of the services.
#[test]
fn plain_kinds_are_served_by_their_own_apis() {
    let Some(python) = foreign_python() else { return };
    let test = TestEnvironment::empty();
    let serving = test.serve(&[]);
    let seen: Value = serde_json::from_str(&foreign_script(&python, "plain_kinds.py", &[&serving.url])).unwrap();
    assert_eq!(seen["scheduler"], expected_of_scheduler());
    assert_eq!(seen["stepfunctions"], expected_of_stepfunctions());
    assert_eq!(seen["cloudwatch"], expected_of_cloudwatch());
    assert_eq!(seen["lex"], expected_of_lex());
    assert_eq!(seen["left"], json!([0, 0, 0, 0]), "what is left of the stack");
}

/// Definitions end in the sandbox as they do in moto's executor, but for those in which that one is known to be wrong.
#[test]
fn executions_end_as_in_another_executor() {
    let Some(python) = foreign_python() else { return };
    let test = TestEnvironment::empty();
    let serving = test.serve(&[]);
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/foreign/states");
    let seen: Value = serde_json::from_str(&foreign_script(&python, "executions.py", &[&serving.url, folder])).unwrap();
    let seen = seen.as_object().unwrap();
    assert!(seen.len() > 25, "{seen:?}");
    for (name, ends) in seen {
        let same = ends["sandbox"] == ends["moto"];
        assert_eq!(same, ends["differs"] == false, "{name}: {ends}");
    }
    let output = |name: &str| &seen[name]["sandbox"]["output"];
    assert_eq!(output("choice-timestamp-fraction"), &json!({ "is": "yes" }));
    assert_eq!(output("choice-question-mark"), &json!({ "is": "no" }));
    assert_eq!(output("variables"), &json!({ "x": 1 }));
    assert_eq!(output("intrinsic-escape"), &json!({ "t": "it's 1" }));
    assert_eq!(output("intrinsic-null"), &json!({ "t": [1, null] }));
    assert_eq!(output("path-with-one-match"), &json!({ "x": [1] }));
    assert_eq!(output("map-tolerates"), &json!([1, 3]));
    assert_eq!(seen["choice-none-fits"]["sandbox"]["error"], "States.NoChoiceMatched");
    assert_eq!(seen["choice-path-nowhere"]["sandbox"]["error"], "States.Runtime");
}

/// Executions are driven by AWS's own client, and go on after the sandbox was killed in their middle.
#[test]
fn executions_survive_a_kill() {
    let Some(python) = foreign_python() else { return };
    let test = TestEnvironment::empty();
    let serving = test.serve(&[]);
    let known = foreign_script(&python, "drive_executions.py", &[&serving.url, "before"]);
    // Ends the process as a kill does.
    drop(serving);
    test.expect(0, &["sandbox", "advance", "1h"]);
    let serving = test.serve(&[]);
    let seen = foreign_script(&python, "drive_executions.py", &[&serving.url, "after", known.trim()]);
    let seen: Value = serde_json::from_str(&seen).unwrap();
    assert_eq!(seen["ended"][1], json!([{ "a": 1 }, { "done": true }]));
    assert_eq!(seen["ended"][0], "SUCCEEDED");
    assert!(seen["ended"][2].as_u64().unwrap() >= 3600, "{seen}");
    let events: Vec<&str> = seen["events"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!((events[0], events[events.len() - 1]), ("ExecutionStarted", "ExecutionSucceeded"));
    for kind in ["TaskScheduled", "TaskSubmitted", "TaskSucceeded", "WaitStateExited", "ParallelStateSucceeded"] {
        assert_eq!(events.iter().filter(|event| **event == kind).count(), 1, "{kind} {events:?}");
    }
    assert_eq!(seen["chained"], true);
    assert_eq!(seen["submitted"], json!(["sendMessage.waitForTaskToken"]));
    assert_eq!(seen["listed"], json!(["one"]));
    let refused = json!([
        "ExecutionAlreadyExists",
        "InvalidName",
        "InvalidExecutionInput",
        "TaskTimedOut",
        "InvalidToken",
        "ExecutionDoesNotExist",
        "NotImplementedException",
    ]);
    assert_eq!(seen["refused"], refused);
    assert_eq!(seen["stopped"], json!(["ABORTED", "Me", "enough"]));
    assert_eq!(seen["express"], json!(["SUCCEEDED", "5", 64]));
    assert_eq!(seen["checked"], json!(["FAIL", "SCHEMA_VALIDATION_FAILED"]));
}

/// Test cases are made, published, executed and read by AWS's own client, and made by a stack.
#[test]
fn test_cases_are_published_and_executed() {
    let Some(python) = foreign_python() else { return };
    let test = TestEnvironment::with_blueprints();
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    let serving = test.serve(&[]);
    let seen: Value = serde_json::from_str(&foreign_script(&python, "test_cases.py", &[&serving.url])).unwrap();
    let observed = "OBSERVATION";
    let expected = json!({
        "arn": true,
        "invalid": ["InvalidTestCaseException", [{ "message": "Invalid test case content" }]],
        "shown": ["greets", "PUBLISHED", true, { "team": "care" }],
        "started": "INITIATED",
        "passed": ["PASSED", { "TotalObservations": 4, "ObservationsPassed": 4, "ObservationsFailed": 0 }],
        "records": ["INITIATION", "EXECUTION_START", observed, observed, observed, observed, "COMPLETION"],
        "heard": [
            "Welcome to KWGlobal. Your call is important to us. It will be recorded for quality and training.",
            "Your phone number spells words. It spells flowers. Press 1 for customer service, or 2 for business consulting.",
        ],
        "wrong": ["FAILED", "right-queue of queue does not hold: $.Queue.Name is \"Customer Service\""],
        "function": ["PASSED", "SUCCESS"],
        "listed": ["FAILED", "PASSED"],
        "found": ["greets"],
        "of_stack": "PASSED",
        "left": 0,
    });
    assert_eq!(seen, expected);
}

/// Calls are started, found and counted by AWS's own client, on people that a command gave the sandbox; what they run
/// through are the deployed flow and its deployed function.
#[test]
fn calls_live_with_people() {
    let Some(python) = foreign_python() else { return };
    let test = TestEnvironment::with_blueprints();
    test.write(
        "people.yaml",
        "seed: 1
callees:
  default: { rings: 3, presses: [] }
  \"+15550100101\": { outcomes: [busy] }
  \"+15550100102\": { outcomes: [machine], greeting: 5, recording: 9 }
agents:
  all: { shifts: [{ login: \"2020-01-01T00:00:00Z\", logout: \"2020-01-02T00:00:00Z\" }] }
",
    );
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    test.expect(0, &["sandbox", "people", "people.yaml"]);
    let serving = test.serve(&[]);
    let run = |url: &str, part: &str| -> Value {
        serde_json::from_str(&foreign_script(&python, "live_contacts.py", &[url, part])).unwrap()
    };
    let started = run(&serving.url, "start");
    assert_eq!([&started["same"], &started["refused"]], [&json!(true), &json!("DestinationNotAllowedException")]);
    // The server is killed while the phones ring; the calls go on in the next process.
    drop(serving);
    test.expect(0, &["sandbox", "advance", "10m"]);
    let serving = test.serve(&[]);
    let seen = run(&serving.url, "look");
    assert_eq!(
        [&seen["total"], &seen["figures"]],
        [&json!(3), &json!({ "CONTACTS_IN_QUEUE": 0.0, "AGENTS_ONLINE": 0.0 })]
    );
    let described = &seen["described"];
    assert_eq!(
        described["busy"],
        json!({ "reason": "TELECOM_BUSY", "detected": null, "connected": false, "attributes": {} })
    );
    let machine = &described["machine"];
    assert_eq!([&machine["reason"], &machine["detected"]], [&json!("CUSTOMER_DISCONNECT"), &json!("VOICEMAIL_BEEP")]);
    let answered = &described["answered"];
    assert_eq!([&answered["reason"], &answered["connected"]], [&json!("CONTACT_FLOW_DISCONNECT"), &json!(true)]);
    assert_eq!(answered["attributes"]["row"], "3");
    assert!(seen["ran"].as_u64() > Some(0), "the function of the flow has run: {seen}");
}
