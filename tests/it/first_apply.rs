//! A first apply that fails: what is gone for good when it is taken back stays, and the next apply goes on from there.

use serde_json::{Value, json};

use crate::support::{Outcome, Serving, TestEnvironment, connect};

const BLUEPRINT: &str = "blueprints/kwglobal.yaml";

/// Instance and numbers of the account.
fn held(serving: &Serving) -> (Value, Value) {
    let instances = connect(serving, "GET", "/instance", &json!({}));
    let numbers = connect(serving, "POST", "/phone-number/list", &json!({}));
    let ids = |list: &Value, member: &str| list.as_array().unwrap().iter().map(|one| one[member].clone()).collect();
    (ids(&instances["InstanceSummaryList"], "Arn"), ids(&numbers["ListPhoneNumbersSummaryList"], "PhoneNumberArn"))
}

/// The logical IDs of all resources of rendered templates, but for instance and numbers.
fn logical_ids(test: &TestEnvironment, blueprint: &str) -> Vec<String> {
    test.expect(0, &["render", blueprint, "--out", "rendered"]);
    let mut ids = Vec::new();
    for entry in std::fs::read_dir(test.path("rendered")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if !name.ends_with(".template.json") {
            continue;
        }
        let template: Value = serde_json::from_str(&test.read(&format!("rendered/{name}"))).unwrap();
        for (logical_id, resource) in template["Resources"].as_object().unwrap() {
            let kind = resource["Type"].as_str().unwrap();
            // A status is kept by every rollback and comes back by an import: it is made once.
            if !matches!(kind, "AWS::Connect::Instance" | "AWS::Connect::PhoneNumber" | "AWS::Connect::AgentStatus") {
                ids.push(logical_id.clone());
            }
        }
    }
    ids.sort();
    ids
}

fn fail(test: &TestEnvironment, logical_id: &str) {
    let fault =
        json!({ "fail_resource": [{ "logical_id": logical_id, "operation": "create", "reason": "not today" }] });
    test.write(".callform/sandbox/faults.json", fault.to_string());
}

#[test]
fn a_first_apply_that_fails_at_each_resource_in_turn_releases_no_number_and_no_instance() {
    let test = TestEnvironment::with_blueprints();
    std::fs::create_dir_all(test.path(".callform/sandbox")).unwrap();
    let ids = logical_ids(&test, BLUEPRINT);
    assert!(ids.len() >= 40, "{ids:?}");
    let mut first = None;
    for logical_id in &ids {
        fail(&test, logical_id);
        let failed = test.run(&["apply", BLUEPRINT, "--sandbox", "--yes", "--no-preflight"]);
        assert_eq!(failed.code, 1, "{logical_id}: {}", failed.stderr);
        assert!(failed.stderr.contains("not today"), "{logical_id}: {}", failed.stderr);
        let serving = test.serve(&[]);
        let now = held(&serving);
        assert_eq!(now.1.as_array().map(Vec::len), Some(1), "{logical_id}: {now:?}");
        assert_eq!(now, *first.get_or_insert(now.clone()), "{logical_id}");
    }
    std::fs::remove_file(test.path(".callform/sandbox/faults.json")).unwrap();
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
    assert_eq!(Some(held(&test.serve(&[]))), first);
}

const NUMBERS: &str = "center: shop
region: us-west-2
instance: { alias: shop, identity: connect-managed, inbound: true, outbound: true }
phone_numbers:
  one: { country: US, type: DID }
  two: { country: US, type: DID }
  three: { country: US, type: TOLL_FREE }
";

#[test]
fn a_number_that_cannot_be_claimed_takes_none_with_it() {
    let test = TestEnvironment::empty();
    test.write("shop.yaml", NUMBERS);
    std::fs::create_dir_all(test.path(".callform/sandbox")).unwrap();
    fail(&test, "PhoneNumberThree");
    test.expect(1, &["apply", "shop.yaml", "--sandbox", "--yes"]);
    let two = held(&test.serve(&[])).1;
    assert_eq!(two.as_array().map(Vec::len), Some(2));
    std::fs::remove_file(test.path(".callform/sandbox/faults.json")).unwrap();
    test.expect(0, &["apply", "shop.yaml", "--sandbox", "--yes"]);
    let three = held(&test.serve(&[])).1;
    assert!(two.as_array().unwrap().iter().all(|number| three.as_array().unwrap().contains(number)), "{two} {three}");
    assert_eq!(three.as_array().map(Vec::len), Some(3));
    test.expect(0, &["plan", "shop.yaml", "--sandbox", "--detailed-exitcode"]);
}

const HOURS: &str = "center: shop
region: us-west-2
instance: { alias: shop, identity: connect-managed, inbound: true, outbound: true }
hours:
  business:
    time_zone: America/Los_Angeles
    open: { mon-fri: 09:00-18:00 }
    overrides:
      christmas: { on: 2026-12-25 }
      new_year: { on: 2027-01-01 }
";

/// Runs the command as if it were a certain day.
#[track_caller]
fn on(test: &TestEnvironment, day: &str, code: i32, arguments: &[&str]) -> Outcome {
    let mut command = test.command(arguments);
    let outcome = Outcome::of(&command.env("CALLFORM_NOW", format!("{day}T18:00:00Z")).output().unwrap());
    assert_eq!(outcome.code, code, "{arguments:?}\n{}\n{}", outcome.stdout, outcome.stderr);
    outcome
}

/// How many exceptions the live opening times have.
fn exceptions(serving: &Serving) -> usize {
    let instances = connect(serving, "GET", "/instance", &json!({}));
    let instance = instances["InstanceSummaryList"][0]["Id"].as_str().unwrap().to_owned();
    let hours = connect(serving, "GET", &format!("/hours-of-operations-summary/{instance}"), &json!({}));
    let hours = hours["HoursOfOperationSummaryList"].as_array().unwrap();
    let business = hours.iter().find(|hours| hours["Name"] == "Business").unwrap()["Id"].as_str().unwrap();
    let overrides =
        connect(serving, "GET", &format!("/hours-of-operations/{instance}/{business}/overrides"), &json!({}));
    overrides["HoursOfOperationOverrideList"].as_array().unwrap().len()
}

#[test]
fn exceptions_that_are_over_are_left_out_of_a_center_made_anew() {
    let test = TestEnvironment::empty();
    test.write("shop.yaml", HOURS);
    let apply = ["apply", "shop.yaml", "--sandbox", "--yes"];
    let plan = ["plan", "shop.yaml", "--sandbox", "--detailed-exitcode"];
    on(&test, "2026-12-01", 0, &apply);
    let serving = test.serve(&[]);
    assert_eq!(exceptions(&serving), 2);
    // Over, and deployed: nothing to do about it.
    let nothing = on(&test, "2026-12-28", 0, &plan);
    assert!(nothing.stderr.contains("override-in-the-past"), "{}", nothing.stderr);
    test.expect(0, &["destroy", "shop.yaml", "--sandbox", "--yes"]);
    let anew = on(&test, "2026-12-28", 0, &apply);
    assert!(anew.stderr.contains("2026-12-25") && anew.stderr.contains("left out where"), "{}", anew.stderr);
    assert!(!anew.stderr.contains("2027-01-01"), "{}", anew.stderr);
    assert_eq!(exceptions(&serving), 1);
    on(&test, "2026-12-28", 0, &plan);
    // On the last day itself it is not over anywhere.
    test.expect(0, &["destroy", "shop.yaml", "--sandbox", "--yes"]);
    on(&test, "2026-12-25", 0, &apply);
    assert_eq!(exceptions(&serving), 2);
}

#[test]
fn a_quick_connect_goes_after_the_queues_that_list_it() {
    let test = TestEnvironment::with_blueprints();
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    let text = test.read(BLUEPRINT);
    let without = text
        .replace("consulting, management, mary]", "consulting, mary]")
        .replace("customer_service, management, mary]", "customer_service, mary]")
        .replace("  management: { description: The manager on duty, phone: \"+15550100100\" }\n", "");
    assert!(!without.contains("management"), "{without}");
    test.write(BLUEPRINT, without);
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
    test.expect(0, &["drift", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
}

#[test]
fn users_are_made_at_the_pace_that_the_quota_bears() {
    let test = TestEnvironment::empty();
    let user = |number: usize| {
        format!(
            "  agent.{number}: {{ name: Agent N{number}, email: a{number}@example.com, security: [builtin/Agent], \
             password: {{ secret: shop/1/{number} }} }}\n"
        )
    };
    let users = (0..16).map(user).collect::<Vec<_>>().concat();
    let center = HOURS.split("hours:").next().unwrap();
    test.write("shop.yaml", format!("{center}users:\n{users}"));
    test.expect(0, &["render", "shop.yaml", "--out", "rendered"]);
    let template: Value = serde_json::from_str(&test.read("rendered/shop.template.json")).unwrap();
    let users = template["Resources"].as_object().unwrap();
    let first = users.values().filter(|user| user.get("DependsOn").is_none()).count();
    assert!((1..=5).contains(&first), "{first} begin at once");
    for (logical_id, user) in users {
        for before in user["DependsOn"].as_array().into_iter().flatten() {
            assert!(users.contains_key(before.as_str().unwrap()), "{logical_id}");
        }
    }
    // The order of users alone is no change, and one more user changes what one other waits for.
    test.expect(0, &["apply", "shop.yaml", "--sandbox", "--yes"]);
    test.edit("shop.yaml", "  agent.8:", "  agent.x: { name: Agent X, email: x@example.com, security: [builtin/Agent], password: { secret: shop/1/x } }\n  agent.8:");
    let plan = test.json(&["plan", "shop.yaml", "--sandbox", "--format=json"]);
    let changed = plan["changes"].as_array().unwrap().iter().filter(|change| change["action"] != "no-op").count();
    assert_eq!(changed, 1, "{}", plan["changes"]);
    test.expect(0, &["render", "shop.yaml", "--out", "again"]);
    let again: Value = serde_json::from_str(&test.read("again/shop.template.json")).unwrap();
    let moved = users.iter().filter(|(id, user)| again["Resources"][id.as_str()] != **user).count();
    assert!(moved <= 1, "{moved}");
    test.expect(0, &["apply", "shop.yaml", "--sandbox", "--yes"]);
    test.expect(0, &["plan", "shop.yaml", "--sandbox", "--detailed-exitcode"]);
}

#[test]
fn a_function_is_associated_as_such_and_flows_may_invoke_its_alias() {
    let test = TestEnvironment::with_blueprints();
    test.expect(0, &["render", BLUEPRINT, "--out", "rendered"]);
    let template: Value = serde_json::from_str(&test.read("rendered/kwglobal.template.json")).unwrap();
    let resources = template["Resources"].as_object().unwrap();
    let of_type =
        |kind: &str| resources.values().find(|resource| resource["Type"] == kind).unwrap()["Properties"].clone();
    let association = of_type("AWS::Connect::IntegrationAssociation");
    assert_eq!(association["IntegrationArn"], json!({ "Fn::GetAtt": ["LambdaVanity", "Arn"] }));
    assert_eq!(of_type("AWS::Lambda::Permission")["FunctionName"], json!({ "Ref": "AliasVanity" }));
}

/// A stack that was to begin with an import has neither template nor resources where that was rolled back.
#[test]
fn an_import_that_failed_is_no_obstacle() {
    let test = TestEnvironment::empty();
    let center = |statuses: &str| {
        format!(
            "center: shop\nregion: us-west-2\ninstance: {{ alias: shop, identity: connect-managed }}\nagent_statuses: {statuses}\nhours: {{ day: {{ time_zone: UTC, open: {{ mon: 09:00-17:00 }} }} }}\n"
        )
    };
    test.write("shop.yaml", center("[Lunch]"));
    test.expect(0, &["apply", "shop.yaml", "--sandbox", "--yes"]);
    test.expect(0, &["destroy", "shop.yaml", "--sandbox", "--yes"]);
    let id = logical_ids_of(&test, "shop.yaml", "AWS::Connect::AgentStatus").remove(0);
    fail(&test, &id);
    let failed = test.expect(1, &["apply", "shop.yaml", "--sandbox", "--yes"]);
    assert!(failed.stderr.contains("IMPORT_ROLLBACK_COMPLETE"), "{}", failed.stderr);
    std::fs::remove_file(test.path(".callform/sandbox/faults.json")).unwrap();
    test.expect(0, &["apply", "shop.yaml", "--sandbox", "--yes"]);
    test.expect(0, &["plan", "shop.yaml", "--sandbox", "--detailed-exitcode"]);
}

fn logical_ids_of(test: &TestEnvironment, blueprint: &str, kind: &str) -> Vec<String> {
    test.expect(0, &["render", blueprint, "--out", "of_kind"]);
    let template: Value = serde_json::from_str(&test.read("of_kind/shop.template.json")).unwrap();
    let resources = template["Resources"].as_object().unwrap().iter();
    resources.filter(|(_, resource)| resource["Type"] == kind).map(|(id, _)| id.clone()).collect()
}
