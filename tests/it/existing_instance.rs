//! Centers in an instance of others.

use serde_json::{Value, json};

use crate::support::{Serving, TestEnvironment, connect};

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
