//! Both dialers whole: applied, a list loaded, and a campaign of made-up people through the real functions, the state machine
//! and the streams of the sandbox.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::support::{Serving, TestEnvironment, form_service, json_service, signed_call};

const POWER: &str = "blueprints/power-dialer.yaml";
const CHECK_IN: &str = "blueprints/check-in-dialer.yaml";

/// Actions that take no resource: what is allowed is allowed on everything. Source: Service Authorization Reference of Kinesis Data
/// Streams and of CloudWatch Logs.
const OF_NOTHING: [&str; 9] = [
    "kinesis:ListStreams",
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
];

/// A command on a dialer, in the environment for trying it.
fn dialer(test: &TestEnvironment, code: i32, blueprint: &str, verb: &str, further: &[&str]) -> String {
    let arguments = [&["dialer", verb, blueprint], further, &["--env", "try", "--sandbox"]].concat();
    test.expect(code, &arguments).stdout
}

fn json_of(test: &TestEnvironment, blueprint: &str, verb: &str, further: &[&str]) -> Value {
    serde_json::from_str(&dialer(test, 0, blueprint, verb, &[further, &["--format", "json"]].concat())).unwrap()
}

/// So many people with a number each, `+1 555 01xx xxx`.
fn list(people: usize) -> String {
    (0..people).fold("custID,phone\n".to_owned(), |mut list, person| {
        writeln!(list, "A{person:04},+155501{person:05}").unwrap();
        list
    })
}

#[test]
fn a_campaign_calls_everyone_and_ends_by_itself() {
    const PEOPLE: usize = 24;
    let test = TestEnvironment::with_blueprints();
    test.expect(0, &["apply", POWER, "--env", "try", "--sandbox", "--yes"]);
    test.write(
        "people.yaml",
        "seed: 7\n\
         callees:\n  \
           default: { outcomes: { answered: 50, no_answer: 25, busy: 10, machine: 15 }, rings: [2, 10], greeting: 8, \
                      patience: 60, talk: [10, 40] }\n  \
           \"+15550100000\": { outcomes: [busy, no_answer, no_answer, no_answer, no_answer, no_answer] }\n\
         agents:\n  \
           ines.costa: { status: Available, talk: [10, 40], work: [5, 15] }\n  \
           jon.park: { status: Available, talk: [10, 40], work: [5, 15] }\n",
    );
    test.expect(0, &["sandbox", "people", "people.yaml"]);
    test.write("list.csv", list(PEOPLE));
    dialer(&test, 1, POWER, "pause", &[]);
    dialer(&test, 1, POWER, "start", &["--list", "nothing.csv"]);
    dialer(&test, 64, POWER, "results", &["--from", "2026-12-02", "--to", "2026-12-01"]);
    assert_eq!(dialer(&test, 0, POWER, "load", &["list.csv"]), "24 accepted\n");
    assert_eq!(dialer(&test, 0, POWER, "load", &["list.csv"]), "24 unchanged\n", "R10: nobody is there twice");
    dialer(&test, 0, POWER, "start", &[]);
    test.expect(0, &["sandbox", "advance", "4h"]);

    dialer(&test, 1, POWER, "resume", &[]);
    let status = json_of(&test, POWER, "status", &[]);
    assert_eq!(status["state"], "done", "{status:#}");
    let counts = &status["counts"];
    let sum: u64 = ["done", "failed"].iter().map(|count| counts[count].as_u64().unwrap()).sum();
    assert_eq!((status["total"].as_u64(), sum), (Some(24), 24), "everybody ended in one state: {counts}");
    assert_eq!(counts["live"], 0);

    let results = json_of(&test, POWER, "results", &[]);
    let calls = results["calls"].as_array().unwrap();
    let people: BTreeSet<&str> = calls.iter().map(|call| call["person"].as_str().unwrap()).collect();
    assert_eq!(people.len(), PEOPLE, "nobody is forgotten");
    assert!(calls.iter().all(|call| call["outcome"] != "unknown" && call["outcome"] != "live"), "{results:#}");
    let of_first: Vec<&str> =
        calls.iter().filter(|call| call["person"] == "A0000").map(|call| call["outcome"].as_str().unwrap()).collect();
    assert_eq!(of_first, ["busy", "no_answer", "no_answer"], "P9: what became of each attempt; three in a day");
    for call in calls.iter().filter(|call| call["outcome"] == "answered_by_agent") {
        assert!(call["talk_seconds"].as_u64().unwrap() > 0 && call["agent"].is_string(), "{call}");
    }
    the_state_machine_has_reported(&test, calls.len());
    no_policy_is_about_everything(&test, "power-dialer");
    let why = json_of(&test, POWER, "why", &["+15550100000"]);
    assert_eq!((&why["person"], &why["called"]), (&json!("A0000"), &json!(false)), "{why:#}");
}

/// Load, run, drain, report: a handful of events, however long the campaign was (P8).
fn the_state_machine_has_reported(test: &TestEnvironment, calls: usize) {
    let serving = test.serve(&[]);
    let states =
        |action: &str, body: Value| json_service(&serving, "states", &format!("AWSStepFunctions.{action}"), &body);
    let machines = states("ListStateMachines", json!({}));
    let machine = machines["stateMachines"][0]["stateMachineArn"].clone();
    let executions = states("ListExecutions", json!({ "stateMachineArn": machine }));
    let execution = &executions["executions"][0];
    assert_eq!(execution["status"], "SUCCEEDED", "{executions:#}");
    let history =
        states("GetExecutionHistory", json!({ "executionArn": execution["executionArn"], "maxResults": 1000 }));
    let events = history["events"].as_array().unwrap();
    assert!(events.len() < 40, "{} events", events.len());
    let states_entered: Vec<&str> =
        events.iter().filter_map(|event| event["stateEnteredEventDetails"]["name"].as_str()).collect();
    assert_eq!(states_entered, ["Is there a list", "Run", "Drain", "Report"]);
    let output = states("DescribeExecution", json!({ "executionArn": execution["executionArn"] }));
    let output: Value = serde_json::from_str(output["output"].as_str().unwrap()).unwrap();
    assert_eq!(output["calls"], calls, "{output:#}");
    p23_results_are_lines(&serving, &output, calls);
}

/// P23: the lines of the original's results ran into one another.
fn p23_results_are_lines(serving: &Serving, output: &Value, calls: usize) {
    let buckets = signed_call(serving, "s3", "GET", "/", "");
    let bucket = buckets
        .split("<Name>")
        .skip(1)
        .filter_map(|rest| rest.split('<').next())
        .find(|name| name.contains("campaigns"));
    let bucket = bucket.unwrap();
    let read = |key: &str| signed_call(serving, "s3", "GET", &format!("/{bucket}/{key}"), "");
    let summary: Value = serde_json::from_str(&read(output["summary"].as_str().unwrap())).unwrap();
    let files = summary["files"].as_array().unwrap();
    let lines: Vec<Value> = files
        .iter()
        .filter_map(Value::as_str)
        .filter(|file| file.ends_with(".ndjson"))
        .flat_map(|file| read(file).lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<_>>())
        .collect();
    assert_eq!(lines.len(), calls);
}

/// The originals allowed everything on everything. What follows from manifest and blueprint names what it is about.
fn no_policy_is_about_everything(test: &TestEnvironment, stack: &str) {
    let serving = test.serve(&[]);
    let body = format!("Action=GetTemplate&Version=2010-05-15&StackName={stack}");
    let answer = form_service(&serving, "cloudformation", &body);
    let text = answer.split("<TemplateBody>").nth(1).unwrap().split("</TemplateBody>").next().unwrap();
    let text = text.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    let template: Value = serde_json::from_str(&text).unwrap();
    let mut statements = 0;
    let roles = template["Resources"].as_object().unwrap().values().filter(|it| it["Type"] == "AWS::IAM::Role");
    for policy in roles.flat_map(|role| role["Properties"]["Policies"].as_array().cloned().unwrap_or_default()) {
        for statement in policy["PolicyDocument"]["Statement"].as_array().unwrap() {
            statements += 1;
            let actions: Vec<&str> = statement["Action"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
            let narrowed = !statement["Resource"].to_string().contains("\"*\"");
            let wide = actions.iter().any(|action| action.contains('*') || !(narrowed || OF_NOTHING.contains(action)));
            assert!(!wide, "{statement:#}");
        }
    }
    assert!(statements >= 10, "{statements}");
}

#[test]
fn people_are_asked_how_they_are_and_looked_after() {
    let test = TestEnvironment::with_blueprints();
    test.expect(0, &["apply", CHECK_IN, "--env", "try", "--sandbox", "--yes"]);
    test.write(
        "people.yaml",
        "seed: 3\n\
         callees:\n  \
           \"+15550100101\": { outcomes: [answered], presses: [\"1\"], after: 2, rings: 3 }\n  \
           \"+15550100102\": { outcomes: [answered], presses: [\"2\"], after: 2, rings: 3, talk: 20 }\n  \
           \"+15550100103\": { outcomes: [answered], presses: [\"\"], rings: 3 }\n  \
           \"+15550100104\": { outcomes: [answered], presses: [\"9\"], after: 2, rings: 3 }\n  \
           \"+15550100105\": { outcomes: [no_answer] }\n\
         agents:\n  ana.silva: { status: Available, talk: [10, 20], work: 5 }\n",
    );
    test.expect(0, &["sandbox", "people", "people.yaml"]);
    test.write(
        "residents.csv",
        "firstName,lastName,number\nAda,Well,+15550100101\nBen,Unwell,+15550100102\nCy,Silent,+15550100103\n\
         Di,Stops,+15550100104\nEve,Away,+15550100105\n",
    );
    dialer(&test, 0, CHECK_IN, "load", &["residents.csv"]);
    dialer(&test, 0, CHECK_IN, "start", &[]);
    test.expect(0, &["sandbox", "advance", "1h"]);

    let results = json_of(&test, CHECK_IN, "results", &[]);
    let outcomes = |number: &str| -> Vec<String> {
        let calls = results["calls"].as_array().unwrap().iter().filter(|call| call["phone"] == number);
        calls.map(|call| call["outcome"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(outcomes("+15550100101"), ["answered_by_key"]);
    assert_eq!(outcomes("+15550100102"), ["answered_by_agent"], "a key, and the callback that came of it");
    assert_eq!(outcomes("+15550100103"), ["hung_up", "hung_up", "hung_up"], "R6: silence is never a success");
    assert_eq!(outcomes("+15550100104"), ["answered_by_key"]);
    assert_eq!(outcomes("+15550100105"), ["no_answer", "no_answer", "no_answer"], "R5, R7: three attempts, each told");
    let why = |number: &str| json_of(&test, CHECK_IN, "why", &[number]);
    assert!(why("+15550100101")["facts"].to_string().contains("last said: Happy"), "{:#}", why("+15550100101"));
    assert!(why("+15550100102")["facts"].to_string().contains("last said: Sad"));
    assert_eq!(why("+15550100104")["standing"], "blocked", "9 ends it");
    assert_eq!(why("+15550100104")["next"], Value::Null);
    assert!(why("+15550100105")["next"].is_string());
    no_policy_is_about_everything(&test, "check-in-dialer");
}
