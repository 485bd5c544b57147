//! Looking ahead: what a plan would run into is told, and refused before anything is changed.

use serde_json::{Value, json};

use crate::support::{ROOT, TestEnvironment, connect, foreign_python, foreign_script, json_service};

const BLUEPRINT: &str = "center.yaml";

const CENTER: &str = "center: shop
region: us-west-2
instance: { alias: shop, identity: connect-managed, inbound: true, outbound: true }
hours:
  business: { time_zone: America/Los_Angeles, open: { mon-fri: 09:00-18:00 } }
";

const QUEUES: &str = "queues:
  orders: { hours: business, max_contacts: 10 }
  returns: { hours: business }
";

/// A center with hours is applied; its blueprint has two queues more.
fn with_queues_to_come() -> TestEnvironment {
    let test = TestEnvironment::empty();
    test.write(BLUEPRINT, CENTER);
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    test.write(BLUEPRINT, format!("{CENTER}{QUEUES}"));
    test
}

fn faults(test: &TestEnvironment, faults: &Value) {
    test.write(".callform/sandbox/faults.json", faults.to_string());
}

/// The findings of a plan.
fn findings(test: &TestEnvironment, blueprint: &str) -> Vec<Value> {
    let plan = test.json(&["plan", blueprint, "--sandbox", "--format=json"]);
    plan["preflight"]["findings"].as_array().unwrap().clone()
}

/// Apply refuses the plan, and the same plan is there afterwards.
#[track_caller]
fn is_refused(test: &TestEnvironment, told: &str) {
    let before = test.json(&["plan", BLUEPRINT, "--sandbox", "--format=json"]);
    let refused = test.expect(1, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    assert!(refused.stdout.contains(told), "{}", refused.stdout);
    assert!(refused.stderr.contains("the plan would fail half way"), "{}", refused.stderr);
    assert!(refused.stderr.contains("--no-preflight"), "{}", refused.stderr);
    assert_eq!(test.json(&["plan", BLUEPRINT, "--sandbox", "--format=json"]), before);
}

#[test]
fn a_quota_that_is_too_small_is_named_before_anything_is_changed() {
    let test = with_queues_to_come();
    faults(&test, &json!({ "quotas": { "L-19A87C94": 2 } }));
    let found = findings(&test, BLUEPRINT);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["severity"], "error");
    assert_eq!(found[0]["check"], "quota");
    assert_eq!(found[0]["addresses"], json!(["queue/orders", "queue/returns"]));
    // Every instance has a queue of its own.
    assert_eq!(found[0]["message"], "the instance would have 3 queues; 2 is the most");
    is_refused(&test, "the instance would have 3 queues");
    // A saved plan is looked at again when it is applied.
    test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--out", "x.plan"]);
    let refused = test.expect(1, &["apply", "x.plan", "--sandbox", "--yes"]);
    assert!(refused.stderr.contains("the plan would fail half way"), "{}", refused.stderr);
    // The sandbox holds to the quota, so that going on nevertheless fails half way.
    let failed = test.expect(1, &["apply", "x.plan", "--sandbox", "--yes", "--no-preflight"]);
    assert!(failed.stderr.contains("The limit of 2 for queue is reached"), "{}", failed.stderr);
    faults(&test, &json!({ "quotas": { "L-19A87C94": 3 } }));
    assert_eq!(findings(&test, BLUEPRINT), [json!(null); 0]);
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
}

#[test]
fn a_forbidden_action_is_named_with_the_changes_that_need_it() {
    let test = with_queues_to_come();
    faults(&test, &json!({ "caller": { "role": "Deployer", "deny": ["connect:CreateQ*"] } }));
    let found = findings(&test, BLUEPRINT);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["check"], "permission");
    assert_eq!(found[0]["addresses"], json!(["queue/orders", "queue/returns"]));
    let message = found[0]["message"].as_str().unwrap();
    assert!(message.starts_with("the caller is forbidden connect:CreateQueue"), "{message}");
    is_refused(&test, "the caller is forbidden connect:CreateQueue");
}

#[test]
fn what_policies_say_about_the_callers_role_counts() {
    let Some(python) = foreign_python() else { return };
    let test = with_queues_to_come();
    faults(&test, &json!({ "caller": { "role": "Deployer" } }));
    let serving = test.serve(&[]);
    let seen: Value = serde_json::from_str(&foreign_script(&python, "preflight.py", &[&serving.url])).unwrap();
    assert_eq!(seen["caller"], "arn:aws:sts::123456789012:assumed-role/Deployer/sandbox");
    assert_eq!(
        seen["decisions"],
        json!({ "connect:CreateQueue": "implicitDeny", "connect:UpdateQueueName": "allowed", "connect:DeleteQueue": "explicitDeny" })
    );
    assert_eq!(seen["default"], 50.0);
    assert_eq!(seen["unknown"], "NoSuchResourceException");
    assert!(seen["codes"].as_array().unwrap().contains(&json!("L-19A87C94")), "{seen}");
    // What no policy allows is a warning: policies may name the instance. Nothing is refused for it.
    let found = findings(&test, BLUEPRINT);
    let connect: Vec<_> =
        found.iter().filter(|one| one["message"].to_string().contains("connect:CreateQueue")).collect();
    assert_eq!(connect.len(), 1, "{found:?}");
    assert_eq!(connect[0]["severity"], "warning");
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
}

#[test]
fn a_queue_that_somebody_made_by_hand_has_the_name() {
    let test = with_queues_to_come();
    {
        let serving = test.serve(&[]);
        let instances = connect(&serving, "GET", "/instance", &json!({}));
        let instance = instances["InstanceSummaryList"][0]["Id"].as_str().unwrap().to_owned();
        let hours = connect(&serving, "GET", &format!("/hours-of-operations-summary/{instance}"), &json!({}));
        let hours = hours["HoursOfOperationSummaryList"][0]["Id"].clone();
        connect(
            &serving,
            "PUT",
            &format!("/queues/{instance}"),
            &json!({ "Name": "Orders", "HoursOfOperationId": hours }),
        );
    }
    let found = findings(&test, BLUEPRINT);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((&found[0]["check"], &found[0]["addresses"]), (&json!("name"), &json!(["queue/orders"])));
    is_refused(&test, "the instance has something called `Orders` already");
    // The way out that the finding names.
    test.write(BLUEPRINT, format!("{CENTER}{}", QUEUES.replace("orders: {", "orders: { name: Our orders,")));
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
}

#[test]
fn code_that_was_uploaded_and_is_gone_is_missed() {
    let test = TestEnvironment::empty();
    std::fs::create_dir_all(test.path("code")).unwrap();
    test.write("code/lookup.zip", std::fs::read(format!("{ROOT}/tests/data/everything/lookup.zip")).unwrap());
    test.write(BLUEPRINT, format!("{CENTER}lambdas:\n  lookup: {{ code: code/lookup.zip }}\n"));
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    // The same code once more: the template has it already, so that nothing is uploaded.
    test.write(BLUEPRINT, format!("{CENTER}lambdas:\n  lookup: {{ code: code/lookup.zip, description: Again }}\n"));
    assert_eq!(findings(&test, BLUEPRINT), [json!(null); 0]);
    let database = rusqlite::Connection::open(test.path(".callform/sandbox/state.db")).unwrap();
    let gone =
        database.execute("DELETE FROM document WHERE kind LIKE 's3/%' AND key LIKE '%lambda/%.zip%'", []).unwrap();
    assert_ne!(gone, 0);
    let found = findings(&test, BLUEPRINT);
    assert_eq!(
        (&found[0]["check"], &found[0]["addresses"]),
        (&json!("artifact"), &json!(["lambda/lookup"])),
        "{found:?}"
    );
    // Code that is not there to begin with is a fault of the blueprint.
    std::fs::remove_file(test.path("code/lookup.zip")).unwrap();
    let missing = test.expect(3, &["plan", BLUEPRINT, "--sandbox"]);
    assert!(missing.stderr.contains("lookup.zip"), "{}", missing.stderr);
}

#[test]
fn a_plan_says_what_it_takes_unless_it_is_told_not_to() {
    let test = with_queues_to_come();
    let plan = test.expect(0, &["plan", BLUEPRINT, "--sandbox"]);
    assert!(plan.stdout.contains("Estimate on AWS: about "), "{}", plan.stdout);
    assert!(!plan.stdout.contains("Preflight:"), "{}", plan.stdout);
    let without = test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--no-preflight"]);
    assert!(!without.stdout.contains("Estimate"), "{}", without.stdout);
    let without = test.json(&["plan", BLUEPRINT, "--sandbox", "--no-preflight", "--format=json"]);
    assert_eq!(without.get("preflight"), None);
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes", "--no-preflight"]);
    // Nothing to do takes nothing.
    let nothing = test.json(&["plan", BLUEPRINT, "--sandbox", "--format=json"]);
    assert_eq!(nothing.get("preflight"), None);
}

#[test]
fn a_secret_that_is_not_there_is_told_before_the_first_call() {
    let test = TestEnvironment::empty();
    let people = "users:
  mary: { name: Mary Jane, email: mary@example.com, security: [builtin/Agent], password: { secret: shop/1/mary } }
  li: { name: Li Wei, email: li@example.com, security: [builtin/Agent], password: { secret: shop/1/li } }
";
    test.write(BLUEPRINT, format!("{CENTER}{people}"));
    // The sandbox invents what is not there, unless it is to be strict: plan and apply agree either way.
    assert_eq!(findings(&test, BLUEPRINT), [Value::Null; 0]);
    faults(&test, &json!({ "strict_secrets": true }));
    let serving = test.serve(&[]);
    let secret = json!({ "Name": "shop/1/li", "SecretString": "Some-Passw0rd" });
    json_service(&serving, "secretsmanager", "secretsmanager.CreateSecret", &secret);
    is_refused(&test, "the secret `shop/1/mary` is not there");
    let found = findings(&test, BLUEPRINT);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["addresses"], json!(["user/mary"]));
    let instances = connect(&serving, "GET", "/instance", &Value::Null);
    assert_eq!(instances["InstanceSummaryList"], json!([]));
    let secret = json!({ "Name": "shop/1/mary", "SecretString": "Some-Passw0rd" });
    json_service(&serving, "secretsmanager", "secretsmanager.CreateSecret", &secret);
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
}
