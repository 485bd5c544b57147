//! What was changed by hand is taken back, whatever happens on the way.

use serde_json::{Value, json};

use crate::support::{Serving, TestEnvironment, connect, copy, foreign_python, foreign_script};

pub(crate) const BLUEPRINT: &str = "shop.yaml";

/// A complete center with functions, roles and buckets.
const CENTER: &str = "blueprints/kwglobal.yaml";

const SHOP: &str = r#"center: shop
region: us-west-2
instance: { alias: shop, inbound: true, outbound: true }
tags: { team: blue }
hours: { day: { time_zone: UTC, open: { daily: 24h } } }
queues:
  sales: { hours: day, quick_connects: [q1, q2] }
  service: { hours: day }
quick_connects:
  q1: { phone: "+15550100101" }
  q2: { phone: "+15550100102" }
  q3: { phone: "+15550100103" }
  q10: { phone: "+15550100110" }
routing_profiles:
  agents: { channels: { voice: 1 }, queues: [{ queue: sales }], outbound: sales }
"#;

/// The instance as a client sees it.
struct Hand {
    serving: Serving,
    instance: String,
}

impl Hand {
    fn of(test: &TestEnvironment) -> Self {
        let serving = test.serve(&[]);
        let instances = connect(&serving, "GET", "/instance", &json!({}));
        let instance = instances["InstanceSummaryList"][0]["Id"].as_str().unwrap().to_owned();
        Self { serving, instance }
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        connect(&self.serving, method, &path.replace("{}", &self.instance), body)
    }

    fn id(&self, list: &str, name: &str) -> String {
        let listed = self.call("GET", list, &json!({}));
        let objects = listed.as_object().unwrap().values().find_map(Value::as_array).unwrap();
        objects.iter().find(|object| object["Name"] == name).unwrap()["Id"].as_str().unwrap().to_owned()
    }

    fn max_contacts(&self) -> Value {
        let queue = self.id("/queues-summary/{}", "Sales");
        self.call("GET", &format!("/queues/{{}}/{queue}"), &json!({}))["Queue"]["MaxContacts"].clone()
    }
}

/// A center that was changed by hand: additions, a changed property, something that was deleted.
pub(crate) fn changed() -> TestEnvironment {
    let test = TestEnvironment::empty();
    test.write(BLUEPRINT, SHOP);
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    let hand = Hand::of(&test);
    let sales = hand.id("/queues-summary/{}", "Sales");
    hand.call("POST", &format!("/queues/{{}}/{sales}/max-contacts"), &json!({ "MaxContacts": 7 }));
    let more =
        json!({ "QuickConnectIds": [hand.id("/quick-connects/{}", "Q10"), hand.id("/quick-connects/{}", "Q3")] });
    hand.call("POST", &format!("/queues/{{}}/{sales}/associate-quick-connects"), &more);
    let service = hand.id("/queues-summary/{}", "Service");
    hand.call("POST", &format!("/queues/{{}}/{service}/name"), &json!({ "Name": "Service", "Description": "by hand" }));
    let gone = hand.id("/quick-connects/{}", "Q2");
    let less = json!({ "QuickConnectIds": [gone] });
    hand.call("POST", &format!("/queues/{{}}/{sales}/disassociate-quick-connects"), &less);
    hand.call("DELETE", &format!("/quick-connects/{{}}/{gone}"), &json!({}));
    test
}

/// The same center again.
pub(crate) fn copied(from: &TestEnvironment) -> TestEnvironment {
    let test = TestEnvironment::empty();
    test.write(BLUEPRINT, SHOP);
    copy(&from.path(".callform/sandbox"), &test.path(".callform/sandbox"));
    test
}

/// Drift says what is still open, as a client sees it.
pub(crate) fn says_what_is_open(test: &TestEnvironment, moment: &str) {
    let drift = test.run(&["drift", BLUEPRINT, "--sandbox", "--detailed-exitcode", "--format", "json"]);
    let report: Value = serde_json::from_str(&drift.stdout).unwrap();
    let told = report["resources"].as_array().unwrap().iter().flat_map(|one| one["differences"].as_array().unwrap());
    let told: Vec<&str> = told.map(|difference| difference["path"].as_str().unwrap()).collect();
    let live = Hand::of(test).max_contacts();
    assert_eq!(told.contains(&"MaxContacts"), live == json!(7), "{moment}: {live} {report}");
    if live == json!(7) {
        assert_eq!(drift.code, 2, "{moment}: {report}");
    }
}

pub(crate) fn settled(test: &TestEnvironment) {
    test.expect(0, &["drift", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
    test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
    assert_eq!(Hand::of(test).max_contacts(), Value::Null);
}

#[test]
fn a_revert_that_is_refused_on_its_way_is_completed_by_a_revert_or_by_an_apply() {
    let center = changed();
    let refused = |operation: &str, nth: u32| {
        let test = copied(&center);
        let fault = json!({ "fail_operation": [{ "service": "cloudformation", "operation": operation, "nth": nth,
            "code": "ValidationError", "message": "refused" }] });
        test.write(".callform/sandbox/faults.json", fault.to_string());
        test.expect(1, &["reconcile", BLUEPRINT, "--sandbox", "--revert", "--yes"]);
        std::fs::remove_file(test.path(".callform/sandbox/faults.json")).unwrap();
        says_what_is_open(&test, &format!("{operation} {nth}"));
        test
    };
    for (operation, nth) in [("CreateChangeSet", 1), ("CreateChangeSet", 2), ("ExecuteChangeSet", 2)] {
        let test = refused(operation, nth);
        test.expect(0, &["reconcile", BLUEPRINT, "--sandbox", "--revert", "--yes"]);
        settled(&test);
    }
    let test = refused("CreateChangeSet", 2);
    let shown = test.expect(0, &["drift", BLUEPRINT, "--sandbox"]).stdout;
    assert!(shown.contains("a revert of the stack shop was interrupted"), "{shown}");
    let plan = test.expect(2, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]).stdout;
    assert!(plan.contains("a revert of it was interrupted"), "{plan}");
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    settled(&test);
}

#[test]
fn what_was_added_is_told_in_order_and_in_words() {
    let test = changed();
    let shown = test.expect(0, &["drift", BLUEPRINT, "--sandbox"]).stdout;
    for line in ["max contacts not set -> 7", "quick connects: removed q2; added q3, q10", "quick connect q2: deleted"]
    {
        assert!(shown.contains(line), "{line} in {shown}");
    }
}

/// CloudFormation has the same word for what it changes and what it makes anew in place of what is gone.
#[test]
fn what_was_deleted_is_said_to_be_made_anew() {
    let test = changed();
    let reverted = test.expect(0, &["reconcile", BLUEPRINT, "--sandbox", "--revert", "--yes"]).stderr;
    let told: Vec<&str> = reverted.lines().filter(|line| line.contains("quick connect q2 ")).collect();
    assert!(told.first().is_some_and(|line| line.contains("quick connect q2 made anew")), "{reverted}");
    assert_eq!(reverted.matches("made anew").count(), 1, "{reverted}");
    assert!(reverted.contains("queue service updated"), "{reverted}");
}

/// What `docs/plans.md` says of objects made by hand.
#[test]
fn objects_that_the_blueprint_does_not_know_are_no_drift_until_they_are_tied_to_one_of_it() {
    let test = TestEnvironment::empty();
    test.write(BLUEPRINT, SHOP);
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    let (queue, profile) = {
        let hand = Hand::of(&test);
        let hours = hand.id("/hours-of-operations-summary/{}", "Basic Hours");
        let strange = json!({ "Name": "Strange", "HoursOfOperationId": hours });
        let queue = hand.call("PUT", "/queues/{}", &strange)["QueueId"].as_str().unwrap().to_owned();
        (queue, hand.id("/routing-profiles-summary/{}", "Agents"))
    };
    let drift = ["drift", BLUEPRINT, "--sandbox", "--detailed-exitcode"];
    let nothing = test.expect(0, &drift).stdout;
    assert!(nothing.contains("No drift") && !nothing.contains("Strange"), "{nothing}");
    let reference = json!({ "QueueId": queue, "Channel": "VOICE" });
    let config = json!({ "QueueConfigs": [{ "QueueReference": reference, "Priority": 5, "Delay": 0 }] });
    let path = format!("/routing-profiles/{{}}/{profile}/associate-queues");
    Hand::of(&test).call("POST", &path, &config);
    let tied = test.expect(2, &drift).stdout;
    assert!(tied.contains("routing profile agents") && tied.contains(&queue), "{tied}");
    test.expect(0, &["reconcile", BLUEPRINT, "--sandbox", "--revert", "--yes"]);
    test.expect(0, &drift);
    assert_eq!(Hand::of(&test).id("/queues-summary/{}", "Strange"), queue, "it is nobody's business, and stays");
}

#[test]
fn drift_of_what_was_never_applied_is_an_error() {
    let test = TestEnvironment::empty();
    test.write(BLUEPRINT, SHOP);
    for command in [vec!["drift", BLUEPRINT, "--sandbox"], vec!["reconcile", BLUEPRINT, "--sandbox", "--revert"]] {
        let refused = test.expect(1, &command);
        assert!(refused.stderr.contains("was never applied"), "{}", refused.stderr);
    }
}

#[test]
fn one_failing_read_hides_nothing_else() {
    let test = changed();
    let fault = json!({ "fail_operation": [{ "service": "connect", "operation": "SearchRoutingProfiles", "nth": 1,
        "code": "AccessDeniedException", "message": "not for you" }] });
    test.write(".callform/sandbox/faults.json", fault.to_string());
    let told = test.expect(1, &["drift", BLUEPRINT, "--sandbox"]);
    assert!(told.stdout.contains("max contacts not set -> 7"), "{}", told.stdout);
    assert!(told.stdout.contains("routing profile agents was not checked"), "{}", told.stdout);
    assert!(told.stdout.contains("1 resource could not be read"), "{}", told.stdout);
}

#[test]
fn what_no_template_names_is_seen_and_taken_back() {
    let Some(python) = foreign_python() else { return };
    let test = TestEnvironment::with_blueprints();
    test.expect(0, &["apply", CENTER, "--sandbox", "--yes"]);
    let seen: Value = {
        let serving = test.serve(&[]);
        serde_json::from_str(&foreign_script(&python, "change_beside.py", &[&serving.url, "kwglobal"])).unwrap()
    };
    assert_eq!(seen["drifted"], json!([]), "nothing was changed, and CloudFormation finds nothing");
    let drift = test.expect(2, &["drift", CENTER, "--sandbox", "--detailed-exitcode", "--format", "json"]).stdout;
    let report: Value = serde_json::from_str(&drift).unwrap();
    let told = report["resources"].as_array().unwrap().iter().flat_map(|one| one["differences"].as_array().unwrap());
    let told: Vec<&str> = told.map(|difference| difference["path"].as_str().unwrap()).collect();
    let mut wanted = vec![
        "ManagedPolicyArns[]",
        "ReservedConcurrentExecutions",
        "Code",
        "CorsConfiguration",
        "Attributes/EarlyMedia",
    ];
    if seen["has_rules"] == json!(false) {
        wanted.push("LifecycleConfiguration");
    }
    for path in wanted {
        assert!(told.contains(&path), "{path} in {told:?}");
    }
    assert!(told.iter().any(|path| path.starts_with("ResourcePolicy[") && path.contains("stranger")), "{told:?}");
    let tag = seen["tag"].as_str().unwrap();
    // A resource that has no other tags is without the property.
    assert!(told.iter().any(|path| *path == "Tags" || path.contains(tag)), "{tag} in {told:?}");
    test.expect(0, &["reconcile", CENTER, "--sandbox", "--revert", "--yes"]);
    test.expect(0, &["drift", CENTER, "--sandbox", "--detailed-exitcode"]);
    test.expect(0, &["plan", CENTER, "--sandbox", "--detailed-exitcode"]);
}
