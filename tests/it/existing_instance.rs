//! Centers in an instance of others.

use callform::plan::{SavedPlan, Step};
use callform_aws::Repair;
use serde_json::{Value, json};

use crate::support::{Serving, TestEnvironment, connect, signed_call};

fn center(rest: &str) -> String {
    format!("center: guest\nregion: us-west-2\ninstance: {{ existing: theirs }}\n{rest}\n")
}

/// An instance with the levels Region and Site, a group, and the status Lunch.
fn theirs(serving: &Serving) -> String {
    let body = json!({
        "IdentityManagementType": "SAML",
        "InstanceAlias": "theirs",
        "InboundCallsEnabled": true,
        "OutboundCallsEnabled": true,
    });
    let instance = connect(serving, "PUT", "/instance", &body)["Id"].as_str().unwrap().to_owned();
    while connect(serving, "GET", &format!("/instance/{instance}"), &json!({}))["Instance"]["InstanceStatus"]
        != "ACTIVE"
    {}
    let levels = json!({ "HierarchyStructure": { "LevelOne": { "Name": "Region" }, "LevelTwo": { "Name": "Site" } } });
    connect(serving, "POST", &format!("/user-hierarchy-structure/{instance}"), &levels);
    connect(serving, "PUT", &format!("/user-hierarchy-groups/{instance}"), &json!({ "Name": "North" }));
    let status = json!({ "Name": "Lunch", "State": "ENABLED", "Description": "Theirs", "DisplayOrder": 7 });
    connect(serving, "PUT", &format!("/agent-status/{instance}"), &status);
    instance
}

fn levels(serving: &Serving, instance: &str) -> Vec<String> {
    let structure = connect(serving, "GET", &format!("/user-hierarchy-structure/{instance}"), &json!({}));
    ["LevelOne", "LevelTwo", "LevelThree"]
        .iter()
        .filter_map(|level| Some(structure["HierarchyStructure"].get(level)?["Name"].as_str()?.to_owned()))
        .collect()
}

/// Name, state and position of the statuses that are not built in.
fn statuses(serving: &Serving, instance: &str) -> Vec<(String, String, Option<i64>)> {
    let listed = connect(serving, "GET", &format!("/agent-status/{instance}?AgentStatusTypes=CUSTOM"), &json!({}));
    let ids = listed["AgentStatusSummaryList"].as_array().unwrap().iter().filter_map(|one| one["Id"].as_str());
    let mut found: Vec<_> = ids
        .map(|id| {
            let status = connect(serving, "GET", &format!("/agent-status/{instance}/{id}"), &json!({}));
            let status: &Value = &status["AgentStatus"];
            let text = |name: &str| status[name].as_str().unwrap_or_default().to_owned();
            (text("Name"), text("State"), status["DisplayOrder"].as_i64())
        })
        .collect();
    found.sort();
    found
}

/// How users sign in there is known to the account alone: `check` says nothing, and the preflight refuses.
#[test]
fn users_that_the_instance_would_refuse_are_refused_before_anything_is_made() {
    let test = TestEnvironment::empty();
    let serving = test.serve(&[]);
    theirs(&serving);
    let body = json!({ "IdentityManagementType": "CONNECT_MANAGED", "InstanceAlias": "managed",
        "InboundCallsEnabled": true, "OutboundCallsEnabled": true });
    let managed = connect(&serving, "PUT", "/instance", &body)["Id"].as_str().unwrap().to_owned();
    while connect(&serving, "GET", &format!("/instance/{managed}"), &json!({}))["Instance"]["InstanceStatus"]
        != "ACTIVE"
    {}
    let user = |more: &str| center(&format!("users: {{ kim: {{ name: Kim Poe, security: [builtin/Agent]{more} }} }}"));
    let plain = user("").replace("theirs", "managed");
    let secret = user(", password: { secret: Shop/1 }");
    for (blueprint, reason) in [(&plain, "needs a password"), (&secret, "refuses a password")] {
        test.write("callform.yaml", blueprint);
        test.expect(0, &["check"]);
        let refused = test.expect(1, &["apply", "--sandbox", "--yes"]);
        let said = refused.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains("error: user kim: the instance") && said.contains(reason), "{said}\n{}", refused.stderr);
        assert!(!refused.stderr.contains("creating"), "{}", refused.stderr);
    }
    test.write("callform.yaml", user(""));
    test.expect(0, &["apply", "--sandbox", "--yes"]);
    test.expect(0, &["destroy", "--sandbox", "--yes"]);
    test.write("callform.yaml", secret.replace("theirs", "managed"));
    test.expect(0, &["apply", "--sandbox", "--yes"]);
}

#[test]
fn levels_of_others_are_not_renamed_and_stay() {
    let test = TestEnvironment::empty();
    let serving = test.serve(&[]);
    let instance = theirs(&serving);
    test.write("callform.yaml", center("hierarchy: { levels: [Company, Team], groups: { Acme: {} } }"));
    let planned = test.expect(0, &["plan", "--sandbox"]);
    assert!(planned.stdout.contains("has the levels Region, Site already"), "{}", planned.stdout);
    test.expect(1, &["apply", "--sandbox", "--yes"]);
    assert_eq!(levels(&serving, &instance), ["Region", "Site"]);
    test.expect(0, &["destroy", "--sandbox", "--yes"]);

    // Theirs, and one more.
    test.write("callform.yaml", center("hierarchy: { levels: [Region, Site, Team], groups: { Acme: {} } }"));
    test.expect(0, &["apply", "--sandbox", "--yes"]);
    assert_eq!(levels(&serving, &instance), ["Region", "Site", "Team"]);
    test.expect(0, &["plan", "--sandbox", "--detailed-exitcode"]);
    test.expect(0, &["destroy", "--sandbox", "--yes"]);
    assert_eq!(levels(&serving, &instance), ["Region", "Site", "Team"]);
}

#[test]
fn a_status_of_others_comes_under_management_and_is_never_deleted() {
    let test = TestEnvironment::empty();
    let serving = test.serve(&[]);
    let instance = theirs(&serving);
    test.write("callform.yaml", center("agent_statuses: { lunch: { order: 4 }, training: { order: 5 } }"));
    let planned = test.expect(0, &["plan", "--sandbox"]);
    assert!(planned.stdout.contains("    < agent status lunch"), "{}", planned.stdout);
    assert!(planned.stdout.contains("    + agent status training"), "{}", planned.stdout);
    test.expect(0, &["apply", "--sandbox", "--yes"]);
    test.expect(0, &["plan", "--sandbox", "--detailed-exitcode"]);
    test.expect(0, &["drift", "--sandbox", "--detailed-exitcode"]);
    let enabled = |name: &str, order| (name.to_owned(), "ENABLED".to_owned(), Some(order));
    assert_eq!(statuses(&serving, &instance), [enabled("Lunch", 4), enabled("Training", 5)]);

    // One leaves, and comes back.
    test.write("callform.yaml", center("agent_statuses: { lunch: { order: 5 } }"));
    let planned = test.expect(0, &["plan", "--sandbox"]);
    assert!(planned.stdout.contains("= agent status training"), "{}", planned.stdout);
    assert!(planned.stdout.contains("Connect cannot delete it: it is disabled, and stays"), "{}", planned.stdout);
    let applied = test.expect(0, &["apply", "--sandbox", "--yes"]);
    assert!(!applied.stderr.contains("training deleted"), "{}", applied.stderr);
    let disabled = ("Training".to_owned(), "DISABLED".to_owned(), None);
    assert_eq!(statuses(&serving, &instance), [enabled("Lunch", 5), disabled]);
    test.expect(0, &["plan", "--sandbox", "--detailed-exitcode"]);
    test.write("callform.yaml", center("agent_statuses: { lunch: { order: 5 }, training: {} }"));
    let planned = test.expect(0, &["plan", "--sandbox"]);
    assert!(planned.stdout.contains("    < agent status training"), "{}", planned.stdout);
    // What is imported is in a saved plan, too.
    test.expect(0, &["plan", "--sandbox", "--out", "x.plan"]);
    test.expect(0, &["apply", "x.plan", "--sandbox", "--yes"]);
    let back = ("Training".to_owned(), "ENABLED".to_owned(), None);
    assert_eq!(statuses(&serving, &instance), [enabled("Lunch", 5), back]);
    test.expect(0, &["plan", "--sandbox", "--detailed-exitcode"]);
    test.expect(0, &["destroy", "--sandbox", "--yes"]);
    assert_eq!(statuses(&serving, &instance).len(), 2);
}

fn settings(serving: &Serving, instance: &str) -> Value {
    let listed = connect(serving, "GET", &format!("/instance/{instance}/attributes"), &json!({}));
    let attributes = listed["Attributes"].as_array().unwrap().iter();
    attributes.map(|one| (one["AttributeType"].as_str().unwrap().to_owned(), one["Value"].clone())).collect()
}

fn set(serving: &Serving, instance: &str, attribute: &str, value: &str) {
    let path = format!("/instance/{instance}/attribute/{attribute}");
    signed_call(serving, "connect", "POST", &path, &json!({ "Value": value }).to_string());
}

/// Hours, and these settings.
fn with_settings(settings: &str) -> String {
    center("hours: { day: { time_zone: UTC, open: { mon-fri: 09:00-17:00 } } }")
        .replace("existing: theirs", &format!("existing: theirs{settings}"))
}

#[test]
fn settings_of_others_are_managed_where_they_are_named_and_stay() {
    let test = TestEnvironment::empty();
    let serving = test.serve(&[]);
    let instance = theirs(&serving);
    let before = settings(&serving, &instance);
    assert_eq!((&before["CONTACTFLOW_LOGS"], &before["EARLY_MEDIA"]), (&json!("false"), &json!("true")));
    test.write("callform.yaml", with_settings(", flow_logs: true, contact_lens: true, multi_party_conference: true"));
    // What is as it is to be already is no change.
    let planned = test.expect(0, &["plan", "callform.yaml", "--sandbox", "--out", "x.plan"]);
    let told = "    ~ instance\n          flow logs no -> yes\n          multi party conference no -> yes\n";
    assert!(planned.stdout.contains(told), "{}", planned.stdout);
    assert!(planned.stdout.contains("Plan: 1 to create, 1 to change, 0 to delete."), "{}", planned.stdout);
    let applied = test.expect(0, &["apply", "x.plan", "--sandbox", "--yes"]);
    assert_eq!(applied.stderr.matches("instance is set right").count(), 1, "{}", applied.stderr);
    let mut wanted = before;
    wanted["CONTACTFLOW_LOGS"] = json!("true");
    wanted["MULTI_PARTY_CONFERENCE"] = json!("true");
    assert_eq!(settings(&serving, &instance), wanted);
    test.expect(0, &["plan", "callform.yaml", "--sandbox", "--detailed-exitcode"]);
    test.expect(0, &["drift", "callform.yaml", "--sandbox", "--detailed-exitcode"]);

    // By hand: one that is managed, one that is not.
    set(&serving, &instance, "CONTACTFLOW_LOGS", "false");
    set(&serving, &instance, "EARLY_MEDIA", "false");
    wanted["EARLY_MEDIA"] = json!("false");
    let drift = test.expect(2, &["drift", "callform.yaml", "--sandbox", "--detailed-exitcode"]);
    assert!(
        drift.stdout.contains("    ~ instance\n          flow logs yes -> no\n\nDrift: 1 change"),
        "{}",
        drift.stdout
    );
    let plan = test.expect(2, &["plan", "callform.yaml", "--sandbox", "--detailed-exitcode"]);
    assert!(plan.stdout.contains("instance: flow logs yes -> no; apply overwrites it"), "{}", plan.stdout);
    test.expect(0, &["reconcile", "callform.yaml", "--sandbox", "--revert", "--yes"]);
    assert_eq!(settings(&serving, &instance), wanted);

    // One is turned off, one is named no longer.
    test.write("callform.yaml", with_settings(", flow_logs: false, contact_lens: true"));
    test.expect(0, &["apply", "callform.yaml", "--sandbox", "--yes"]);
    wanted["CONTACTFLOW_LOGS"] = json!("false");
    assert_eq!(settings(&serving, &instance), wanted);
    set(&serving, &instance, "MULTI_PARTY_CONFERENCE", "false");
    wanted["MULTI_PARTY_CONFERENCE"] = json!("false");
    test.expect(0, &["drift", "callform.yaml", "--sandbox", "--detailed-exitcode"]);
    test.write("callform.yaml", with_settings(", contact_lens: true"));
    let left = test.expect(2, &["plan", "callform.yaml", "--sandbox", "--detailed-exitcode"]);
    assert!(left.stdout.contains("    = instance"), "{}", left.stdout);
    test.expect(0, &["apply", "callform.yaml", "--sandbox", "--yes"]);
    test.expect(0, &["plan", "callform.yaml", "--sandbox", "--detailed-exitcode"]);

    let gone = test.expect(0, &["destroy", "callform.yaml", "--sandbox", "--yes"]);
    assert!(gone.stdout.contains("its settings stay as they are"), "{}", gone.stdout);
    assert_eq!(settings(&serving, &instance), wanted);
}

#[test]
fn a_saved_plan_sets_what_it_says_and_nothing_else() {
    let test = TestEnvironment::empty();
    let serving = test.serve(&[]);
    let instance = theirs(&serving);
    test.write("callform.yaml", with_settings(", flow_logs: true"));
    test.expect(0, &["plan", "callform.yaml", "--sandbox", "--out", "x.plan"]);
    let saved = SavedPlan::read(&test.read("x.plan")).unwrap();
    let (blueprint, summary, mut plan) = (saved.blueprint.clone(), saved.summary.clone(), saved.plan);
    for step in &mut plan.steps {
        if let Step::Repair(calls) = step {
            let Repair::UpdateInstanceAttribute { setting, .. } = &mut calls[0].call else { panic!("{calls:?}") };
            "InboundCalls".clone_into(setting);
        }
    }
    test.write("forged.plan", SavedPlan::new(plan, blueprint, summary).text().unwrap());
    let refused = test.expect(1, &["apply", "forged.plan", "--sandbox", "--yes"]);
    assert!(refused.stderr.contains("it would set other settings of the instance than it says"), "{}", refused.stderr);
    // Somebody is faster.
    set(&serving, &instance, "CONTACTFLOW_LOGS", "true");
    let refused = test.expect(1, &["apply", "x.plan", "--sandbox", "--yes"]);
    assert!(refused.stderr.contains("the setting ContactflowLogs of the instance was changed"), "{}", refused.stderr);
}

#[test]
fn what_an_instance_was_made_with_and_settings_alone_are_refused() {
    let test = TestEnvironment::empty();
    test.write("callform.yaml", with_settings(", identity: saml, tags: { a: b }, flow_logs: true"));
    let refused = test.expect(3, &["check", "callform.yaml"]);
    for name in ["identity", "tags"] {
        let told = format!("`{name}` cannot be set on an instance that exists");
        assert!(refused.stderr.contains(&told), "{}", refused.stderr);
    }
    assert!(!refused.stderr.contains("`flow_logs`"), "{}", refused.stderr);
    test.write("callform.yaml", center("").replace("existing: theirs", "existing: theirs, flow_logs: true"));
    let refused = test.expect(3, &["check", "callform.yaml"]);
    assert!(refused.stderr.contains("no place to remember them"), "{}", refused.stderr);
    // Two blueprints differ in it without an account.
    test.write("one.yaml", with_settings(", flow_logs: true"));
    test.write("two.yaml", with_settings(", flow_logs: false, contact_lens: true"));
    let diff = test.expect(0, &["diff", "one.yaml", "two.yaml"]);
    assert!(diff.stdout.contains("flow logs yes -> no"), "{}", diff.stdout);
}
