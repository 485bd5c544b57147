//! A center of 1,200 users, over several stacks: planned, applied, looked at, changed.

use std::collections::BTreeSet;

use callform_big_center::{Size, blueprint};
use serde_json::Value;

use crate::support::TestEnvironment;

const SIZE: Size = Size {
    users: 1_200,
    queues: 40,
    routing_profiles: 20,
    flows: 6,
    hours: 3,
    security_profiles: 2,
    phone_numbers: 4,
    contacts: 5,
    reachable_agents: 30,
    departments: 4,
    teams: 5,
};
/// API calls of a drift detection, besides one for each queue and routing profile and what each stack takes.
const CALLS: usize = 100;
/// The template, and the list of resources in pages of 100.
const CALLS_OF_STACK: usize = 6;

/// The rendered templates have to stay clear of CloudFormation's limits; how many there are.
fn check_templates(test: &TestEnvironment) -> usize {
    test.expect(0, &["render", "big.yaml", "--out", "rendered"]);
    let mut templates = 0;
    for entry in std::fs::read_dir(test.path("rendered")).unwrap() {
        let path = entry.unwrap().path();
        if !path.to_string_lossy().ends_with(".template.json") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let template: Value = serde_json::from_str(&text).unwrap();
        let resources = template["Resources"].as_object().unwrap().len();
        assert!(resources <= 450, "{} has {resources} resources", path.display());
        assert!(template.to_string().len() <= 900_000, "{} has {} bytes", path.display(), text.len());
        assert!(text.len() <= 1_000_000, "CloudFormation would not take {} as it is", path.display());
        templates += 1;
    }
    templates
}

/// Addresses of what a plan changes.
fn planned(test: &TestEnvironment, code: i32) -> Vec<(String, String)> {
    let plan = test.expect(code, &["plan", "big.yaml", "--sandbox", "--detailed-exitcode", "--format=json"]);
    let plan: Value = serde_json::from_str(&plan.stdout).unwrap();
    let changes = plan["changes"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut changes: Vec<_> = changes
        .filter(|change| change["action"] != "no-op")
        .map(|change| (text(&change["address"]), text(&change["action"])))
        .collect();
    changes.sort();
    changes
}

/// How many API calls a drift detection takes, which finds nothing.
fn calls_of_drift(test: &TestEnvironment) -> usize {
    let mut command = test.command(&["drift", "big.yaml", "--sandbox", "--detailed-exitcode", "--format=json"]);
    let output = command.env("CALLFORM_LOG", "callform_sandbox::server=debug").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
    let log = String::from_utf8(output.stderr).unwrap();
    log.lines().filter(|line| line.contains("request") && line.contains("method")).count()
}

#[test]
fn a_big_center_lives_in_several_stacks() {
    let test = TestEnvironment::empty();
    let text = blueprint(&SIZE);
    test.write("big.yaml", &text);
    let stacks = check_templates(&test);
    assert!(stacks > 3, "{stacks} stacks");

    // Connect bears two calls a second, and CloudFormation gives up on what was throttled too often.
    std::fs::create_dir_all(test.path(".callform/sandbox")).unwrap();
    test.write(".callform/sandbox/faults.json", r#"{ "throttle_handlers": true }"#);
    let applied = test.expect(0, &["apply", "big.yaml", "--sandbox", "--yes"]);
    let created: Vec<&str> = applied.stderr.lines().filter_map(|line| Some(line.split_once(" created (")?.0)).collect();
    let once: BTreeSet<&str> = created.iter().copied().collect();
    assert_eq!(created.len(), once.len(), "something was made twice");
    assert!(once.len() > SIZE.users, "{} resources", once.len());
    assert_eq!(planned(&test, 0), []);

    let calls = calls_of_drift(&test);
    let bar = CALLS + SIZE.queues + SIZE.routing_profiles + CALLS_OF_STACK * stacks;
    assert!(SIZE.queues + SIZE.routing_profiles < calls && calls < bar, "{calls} calls, {bar} at most");

    // One queue and a twelfth of the users change.
    let edited = text.replace("Questions about orders, part 0\n", "Questions about orders and more\n").replace(
        "after_contact_work: 20s\n    tags:\n      cost_center: \"1001\"",
        "after_contact_work: 25s\n    tags:\n      cost_center: \"1001\"",
    );
    test.write("big.yaml", &edited);
    let users = edited.matches("after_contact_work: 25s").count();
    let changes = planned(&test, 2);
    assert_eq!(changes.len(), 1 + users);
    assert_eq!(changes[0], ("queue/queue_000".to_owned(), "update".to_owned()));
    assert!(
        users > 10 && changes[1..].iter().all(|(address, action)| address.starts_with("user/") && action == "update")
    );
}
