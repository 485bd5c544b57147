//! Plans in files: exactly what was reviewed is applied, or nothing.

use serde_json::{Value, json};

use crate::support::{ROOT, TestEnvironment, four_edits};

const BLUEPRINT: &str = "blueprints/kwglobal.yaml";

fn applied() -> TestEnvironment {
    let test = TestEnvironment::with_blueprints();
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    test
}

#[test]
fn what_was_saved_is_applied_although_the_blueprint_went_on() {
    let test = applied();
    four_edits(&test);
    let planned = test.expect(2, &["plan", BLUEPRINT, "--sandbox", "--out", "x.plan", "--detailed-exitcode"]);
    assert!(planned.stderr.contains("callform apply x.plan"), "{}", planned.stderr);
    let shown = test.expect(2, &["plan", "x.plan", "--detailed-exitcode"]);
    assert_eq!(shown.stdout, planned.stdout);
    let reviewed = test.read(BLUEPRINT);
    test.edit(BLUEPRINT, "sat: 10:00-15:00", "sat: 11:00-15:00");
    test.expect(0, &["apply", "x.plan", "--sandbox", "--yes"]);
    test.write(BLUEPRINT, reviewed);
    test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
    let again = test.expect(1, &["apply", "x.plan", "--sandbox", "--yes"]);
    assert!(again.stderr.contains("the plan is stale"), "{}", again.stderr);
    assert!(again.stderr.contains("  queue customer_service of the stack kwglobal was changed"), "{}", again.stderr);
}

#[test]
fn a_saved_plan_can_be_read_and_has_no_secret() {
    let test = TestEnvironment::with_blueprints();
    test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--out", "x.plan"]);
    let text = test.read("x.plan");
    let saved: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(saved["format_version"], 1);
    assert_eq!(saved["blueprint"], BLUEPRINT);
    let summary: Vec<&str> = saved["summary"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(summary.iter().any(|line| line.contains("+ queue customer_service")), "{summary:?}");
    // Passwords are where they were: references that CloudFormation resolves.
    let passwords = text.matches("\"Password\"").count();
    assert!(passwords > 0);
    assert_eq!(text.matches("\"Password\": \"{{resolve:secretsmanager:").count(), passwords);
}

#[test]
fn plans_of_other_versions_and_broken_ones_are_refused() {
    let test = TestEnvironment::with_blueprints();
    test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--out", "x.plan"]);
    let text = test.read("x.plan");
    test.write("new.plan", text.replacen("\"format_version\": 1", "\"format_version\": 9", 1));
    let other = test.expect(1, &["apply", "new.plan", "--sandbox", "--yes"]);
    assert!(other.stderr.contains("the plan has format 9"), "{}", other.stderr);
    let mut broken: Value = serde_json::from_str(&text).unwrap();
    broken["plan"]["steps"] = json!("none");
    test.write("broken.plan", broken.to_string());
    let other = test.expect(1, &["apply", "broken.plan", "--sandbox", "--yes"]);
    assert!(other.stderr.contains("this is no saved plan"), "{}", other.stderr);
    test.expect(64, &["apply", "x.plan", "--env", "test", "--sandbox", "--yes"]);
    test.expect(64, &["plan", "x.plan", "--out", "y.plan"]);
}

#[test]
fn a_file_that_changed_after_the_plan_makes_it_stale() {
    const BLUEPRINT: &str = "lookup/lookup.yaml";
    const ZIP: &str = "lookup/code/lookup.zip";
    let test = TestEnvironment::empty();
    std::fs::create_dir_all(test.path("lookup/code")).unwrap();
    let content = std::fs::read(format!("{ROOT}/tests/data/everything/lookup.zip")).unwrap();
    test.write(ZIP, &content);
    test.write(
        BLUEPRINT,
        "center: lookup\nregion: us-west-2\ninstance: { alias: lookup, identity: connect-managed, inbound: true, \
         outbound: true }\nlambdas:\n  lookup: { code: code/lookup.zip }\n",
    );
    test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--out", "x.plan"]);
    test.write(ZIP, b"other");
    let refused = test.expect(1, &["apply", "x.plan", "--sandbox", "--yes"]);
    assert!(refused.stderr.contains("`code/lookup.zip` was changed"), "{}", refused.stderr);
    std::fs::remove_file(test.path(ZIP)).unwrap();
    let refused = test.expect(1, &["apply", "x.plan", "--sandbox", "--yes"]);
    assert!(refused.stderr.contains("`code/lookup.zip` cannot be read"), "{}", refused.stderr);
    test.write(ZIP, content);
    test.expect(0, &["apply", "x.plan", "--sandbox", "--yes"]);
    test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
}
