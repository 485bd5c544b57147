//! What reviewers rely on: guards that hold, change sets that leave nothing behind, changes by hand that are seen.

use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{TestEnvironment, connect};

const BLUEPRINT: &str = "center.yaml";

const CENTER: &str = "center: shop
region: us-west-2
instance: { alias: shop, identity: connect-managed, inbound: true, outbound: true }
hours:
  business: { time_zone: America/Los_Angeles, open: { mon-fri: 09:00-18:00 } }
queues:
  orders: { hours: business, max_contacts: 10 }
  returns: { hours: business, prevent_destroy: true }
";

fn applied() -> TestEnvironment {
    let test = TestEnvironment::empty();
    test.write(BLUEPRINT, CENTER);
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    test
}

/// Sets the contacts of the queue `Orders` in the live instance.
fn by_hand(test: &TestEnvironment, contacts: u32) {
    let serving = test.serve(&[]);
    let instances = connect(&serving, "GET", "/instance", &json!({}));
    let instance = instances["InstanceSummaryList"][0]["Id"].as_str().unwrap().to_owned();
    let queues = connect(&serving, "GET", &format!("/queues-summary/{instance}?queueTypes=STANDARD"), &json!({}));
    let queues = queues["QueueSummaryList"].as_array().unwrap();
    let queue = queues.iter().find(|queue| queue["Name"] == "Orders").unwrap()["Id"].as_str().unwrap();
    let body = json!({ "MaxContacts": contacts });
    connect(&serving, "POST", &format!("/queues/{instance}/{queue}/max-contacts"), &body);
}

/// Change sets of plans that are in the sandbox.
fn change_sets(test: &TestEnvironment) -> usize {
    let database = rusqlite::Connection::open(test.path(".callform/sandbox/state.db")).unwrap();
    database.busy_timeout(Duration::from_mins(1)).unwrap();
    let sets = "SELECT count(*) FROM document WHERE kind = 'cloudformation/change-set' AND name LIKE 'callform-plan-%'";
    database.query_row(sets, [], |row| row.get(0)).unwrap()
}

#[test]
fn a_saved_plan_is_guarded_like_any_other() {
    let test = applied();
    test.edit(BLUEPRINT, "  orders: { hours: business, max_contacts: 10 }\n", "");
    let planned = test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--out", "x.plan"]);
    assert!(planned.stderr.contains("callform apply x.plan --sandbox --allow queue/orders"), "{}", planned.stderr);
    let refused = test.expect(1, &["apply", "x.plan", "--sandbox", "--yes"]);
    assert!(refused.stderr.contains("add --allow queue/orders"), "{}", refused.stderr);
    test.expect(1, &["apply", "x.plan", "--sandbox", "--yes", "--allow", "queue/returns"]);
    test.expect(0, &["apply", "x.plan", "--sandbox", "--yes", "--allow", "queue/orders"]);
    test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
}

#[test]
fn what_must_not_be_destroyed_is_not_whatever_the_blueprint_or_a_flag_says() {
    let test = applied();
    test.edit(BLUEPRINT, "  returns: { hours: business, prevent_destroy: true }\n", "");
    for command in [vec!["plan"], vec!["apply", "--yes", "--allow", "queue/returns"]] {
        let all: Vec<&str> =
            [command[0], BLUEPRINT, "--sandbox"].into_iter().chain(command[1..].iter().copied()).collect();
        let refused = test.expect(1, &all);
        assert!(refused.stderr.contains("queue/returns has `prevent_destroy: true`"), "{}", refused.stderr);
    }
    let refused = test.expect(1, &["destroy", BLUEPRINT, "--sandbox", "--yes"]);
    assert!(refused.stderr.contains("queue/returns has `prevent_destroy: true`"), "{}", refused.stderr);
    // The way out takes two applies: first the word, then the resource.
    test.edit(BLUEPRINT, "max_contacts: 10 }\n", "max_contacts: 10 }\n  returns: { hours: business }\n");
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    test.edit(BLUEPRINT, "  returns: { hours: business }\n", "");
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes", "--allow", "queue/returns"]);
}

#[test]
fn changes_by_hand_are_in_the_plan_and_make_saved_ones_stale() {
    let test = applied();
    test.edit(BLUEPRINT, "max_contacts: 10", "max_contacts: 20");
    test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--out", "x.plan"]);
    by_hand(&test, 7);
    let stale = test.expect(1, &["apply", "x.plan", "--sandbox", "--yes"]);
    assert!(stale.stderr.contains("  queue orders was changed by hand"), "{}", stale.stderr);
    let plan = test.expect(0, &["plan", BLUEPRINT, "--sandbox"]).stdout;
    assert!(plan.contains("# queue orders: max contacts 10 -> 7; apply overwrites it"), "{plan}");
    let unseen: Value = test.json(&["plan", BLUEPRINT, "--sandbox", "--refresh=false", "--format=json"]);
    assert_eq!(unseen.get("changed_by_hand"), None);
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    test.expect(0, &["drift", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);

    by_hand(&test, 5);
    let plan = test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]).stdout;
    assert!(plan.contains("# queue orders: max contacts 20 -> 5; apply does not touch it"), "{plan}");
    assert!(plan.ends_with("No changes: shop equals its blueprint.\n"), "{plan}");
    test.edit(BLUEPRINT, "max_contacts: 20", "max_contacts: 20, description: Orders");
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    let plan = test.expect(0, &["plan", BLUEPRINT, "--sandbox"]).stdout;
    assert!(plan.contains("max contacts 20 -> 5; apply does not touch it"), "{plan}");
}

#[test]
fn a_plan_can_do_without_change_sets() {
    let test = applied();
    test.edit(BLUEPRINT, "max_contacts: 10", "max_contacts: 20");
    let asked = test.json(&["plan", BLUEPRINT, "--sandbox", "--format=json"]);
    assert_eq!(asked["change_sets"], json!([{ "stack": "shop", "agrees": true }]));
    let unasked = test.json(&["plan", BLUEPRINT, "--sandbox", "--format=json", "--no-change-set"]);
    assert_eq!(unasked.get("change_sets"), None);
}

#[test]
fn change_sets_go_also_where_reading_them_fails() {
    let test = applied();
    test.edit(BLUEPRINT, "max_contacts: 10", "max_contacts: 20");
    test.write(
        ".callform/sandbox/faults.json",
        r#"{ "fail_operation": [{ "service": "cloudformation", "operation": "DescribeChangeSet", "nth": 1, "code": "ValidationError" }] }"#,
    );
    let failed = test.expect(1, &["plan", BLUEPRINT, "--sandbox"]);
    assert!(failed.stderr.contains("DescribeChangeSet"), "{}", failed.stderr);
    assert_eq!(change_sets(&test), 0);
}

#[test]
fn an_interrupted_plan_leaves_no_change_set_behind() {
    let test = applied();
    test.edit(BLUEPRINT, "max_contacts: 10", "max_contacts: 20");
    // Slow enough to be interrupted in the middle.
    test.write(".callform/sandbox/faults.json", r#"{ "delay_ms": { "request": 300 } }"#);
    let mut child = test
        .command(&["plan", BLUEPRINT, "--sandbox", "--refresh=false"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while change_sets(&test) == 0 {
        assert!(child.try_wait().unwrap().is_none(), "the plan ended without a change set");
        std::thread::yield_now();
    }
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(change_sets(&test), 0);
}
