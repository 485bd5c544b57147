//! The main job: `KWGlobal` applied to the sandbox, changed, planned, applied again.

use serde_json::Value;

use crate::support::TestEnvironment;

const BLUEPRINT: &str = "blueprints/kwglobal.yaml";

/// Addresses and actions of a plan in JSON, without what stays as it is.
fn changes(plan: &Value) -> Vec<(String, String)> {
    let changes = plan["changes"].as_array().unwrap();
    let mut found: Vec<_> = changes
        .iter()
        .filter(|change| change["action"] != "no-op")
        .map(|change| (change["address"].as_str().unwrap().to_owned(), change["action"].as_str().unwrap().to_owned()))
        .collect();
    found.sort();
    found
}

#[test]
fn a_center_is_applied_and_then_there_is_nothing_to_do() {
    let test = TestEnvironment::with_blueprints();
    let first = test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    assert!(first.stderr.contains("queue customer_service created"), "{}", first.stderr);
    let second = test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    assert!(second.stderr.contains("No change"), "{}", second.stderr);
    test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
    let drift = test.expect(0, &["drift", BLUEPRINT, "--sandbox", "--detailed-exitcode", "--format=json"]);
    let drift: Value = serde_json::from_str(&drift.stdout).unwrap();
    assert_eq!(drift["resources"], serde_json::json!([]));
}

#[test]
fn four_edits_are_four_changes() {
    let test = TestEnvironment::with_blueprints();
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    crate::support::four_edits(&test);
    let plan = test.expect(2, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode", "--format=json"]);
    let plan: Value = serde_json::from_str(&plan.stdout).unwrap();
    let expected = ["flow/main_menu", "hours/business", "queue/customer_service", "routing_profile/consulting"];
    assert_eq!(changes(&plan), expected.map(|address| (address.to_owned(), "update".to_owned())));
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
    test.expect(0, &["drift", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
}

#[test]
fn a_plan_changes_nothing() {
    let test = TestEnvironment::with_blueprints();
    let before = test.json(&["plan", BLUEPRINT, "--sandbox", "--format=json"]);
    let after = test.json(&["plan", BLUEPRINT, "--sandbox", "--format=json"]);
    assert_eq!(before, after);
    assert!(changes(&before).iter().all(|(_, action)| action == "create" || action == "associate"));
}
