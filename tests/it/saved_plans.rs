//! Plans in files: exactly what was reviewed is applied, or nothing.

use callform::plan::{Plan, SavedPlan, Step};
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
    assert_eq!(saved["format_version"], 3);
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
    test.write("new.plan", text.replacen("\"format_version\": 3", "\"format_version\": 9", 1));
    let other = test.expect(1, &["apply", "new.plan", "--sandbox", "--yes"]);
    assert!(other.stderr.contains("error[plan-format]: the saved plan has format 9"), "{}", other.stderr);
    test.write("newest.plan", text.replacen("\"format_version\": 3", "\"format_version\": \"2.1\"", 1));
    let other = test.expect(1, &["plan", "newest.plan"]);
    assert!(
        other.stderr.contains("error[plan-format]") && other.stderr.contains("a newer callform"),
        "{}",
        other.stderr
    );
    let mut broken: Value = serde_json::from_str(&text).unwrap();
    broken["plan"]["steps"] = json!("none");
    test.write("broken.plan", broken.to_string());
    let other = test.expect(1, &["apply", "broken.plan", "--sandbox", "--yes"]);
    assert!(other.stderr.contains("error[plan-unreadable]: the saved plan cannot be read"), "{}", other.stderr);
    for (name, content, code) in [
        ("half.plan", text.as_bytes().split_at(text.len() / 2).0, "plan-cut-off"),
        ("start.plan", text.as_bytes().split_at(9).0, "plan-cut-off"),
        ("empty.plan", b"", "file-empty"),
        ("x.plan.gz", b"\x1f\x8b\x08\x00", "file-packed"),
    ] {
        test.write(name, content);
        for command in [&["apply", name, "--sandbox", "--yes"][..], &["plan", name, "--sandbox"]] {
            let refused = test.expect(1, command);
            let said = &refused.stderr;
            assert!(said.contains(&format!("error[{code}]")) && said.contains(&format!("--> {name}")), "{said}");
            assert!(said.contains("help: ") && !said.contains("wrong-type"), "{said}");
        }
    }
    let shown = test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--format=json"]).stdout;
    test.write("shown.json", shown);
    let refused = test.expect(1, &["apply", "shown.json", "--sandbox", "--yes"]);
    assert!(
        refused.stderr.contains("error[plan-as-shown]") && refused.stderr.contains("--out FILE"),
        "{}",
        refused.stderr
    );
    for command in ["check", "drift", "show", "destroy"] {
        let refused = test.expect(3, &[command, "x.plan"]);
        assert!(refused.stderr.contains("error[plan-not-blueprint]"), "{}", refused.stderr);
    }
    let refused = test.expect(3, &["diff", "x.plan", BLUEPRINT]);
    assert!(refused.stderr.contains("error[plan-not-blueprint]"), "{}", refused.stderr);
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

/// The plan of a file as somebody makes it who knows how: with a fingerprint of its own.
fn forged(text: &str, edit: impl FnOnce(&mut Plan)) -> String {
    let saved = SavedPlan::read(text).unwrap();
    let (blueprint, summary) = (saved.blueprint.clone(), saved.summary.clone());
    let mut plan = saved.plan;
    edit(&mut plan);
    SavedPlan::new(plan, blueprint, summary).text().unwrap()
}

#[test]
fn a_plan_that_would_do_more_than_it_says_is_refused() {
    let test = applied();
    four_edits(&test);
    let planned = test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--out", "x.plan"]);
    let text = test.read("x.plan");
    let fingerprint = SavedPlan::read(&text).unwrap().fingerprint().to_owned();
    assert!(planned.stderr.contains(&format!("Its fingerprint is {fingerprint}.")), "{}", planned.stderr);

    // By hand.
    test.write(
        "edited.plan",
        text.replacen("sat", "sun", 1).replacen("10:00", "11:00", 1).replacen("kwglobal", "kw", 3),
    );
    let refused = test.expect(1, &["apply", "edited.plan", "--sandbox", "--yes"]);
    assert!(refused.stderr.contains("edited after it was saved"), "{}", refused.stderr);

    // A role more, in a template that is sent.
    let admin = |named: bool| {
        forged(&text, |plan| {
            let Some(Step::Stacks(operations)) = plan.steps.last_mut() else { panic!("{:#?}", plan.steps) };
            let mut role = json!({ "Type": "AWS::IAM::Role", "Properties": { "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [{ "Effect": "Allow", "Principal": { "AWS": "*" }, "Action": "sts:AssumeRole" }],
            } } });
            if named {
                role["Metadata"] = json!({ "Callform": { "Address": "role/admin" } });
            }
            operations[0].template["Resources"]["RoleAdmin"] = role;
        })
    };
    for named in [false, true] {
        test.write("forged.plan", admin(named));
        let refused = test.expect(1, &["apply", "forged.plan", "--sandbox", "--yes"]);
        assert!(refused.stderr.contains("the plan would do something else than it says"), "{}", refused.stderr);
    }
    // Another summary for who opens the file, and another plan than the one that was approved.
    let lie = SavedPlan::new(SavedPlan::read(&text).unwrap().plan, BLUEPRINT, vec!["No changes.".to_owned()]);
    test.write("lie.plan", lie.text().unwrap());
    let refused = test.expect(1, &["plan", "lie.plan"]);
    assert!(refused.stderr.contains("its summary is not that of its plan"), "{}", refused.stderr);
    let other = "0".repeat(64);
    let refused = test.expect(1, &["apply", "x.plan", "--sandbox", "--yes", "--fingerprint", &other]);
    assert!(refused.stderr.contains("this is another plan"), "{}", refused.stderr);

    // Nothing of it was done, and what was planned still can be.
    test.expect(0, &["apply", "x.plan", "--sandbox", "--yes", "--fingerprint", &fingerprint]);
    test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
    test.expect(64, &["apply", BLUEPRINT, "--sandbox", "--yes", "--fingerprint", &fingerprint]);
}

#[test]
fn what_a_saved_plan_makes_is_shown_in_full() {
    let test = TestEnvironment::with_blueprints();
    test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--out", "x.plan"]);
    let shown = test.expect(0, &["plan", "x.plan"]);
    assert!(shown.stdout.contains("What is new, in full:"), "{}", shown.stdout);
    assert!(shown.stdout.contains("+ queue customer_service (AWS::Connect::Queue)"), "{}", shown.stdout);
    assert!(shown.stdout.contains("AssumeRolePolicyDocument:"), "{}", shown.stdout);
    // The same plan with another trust policy is another text.
    let text = test.read("x.plan");
    test.write(
        "forged.plan",
        forged(&text, |plan| {
            for step in &mut plan.steps {
                let Step::Stacks(operations) = step else { continue };
                for operation in operations {
                    let resources = operation.template["Resources"].as_object_mut().unwrap();
                    for role in resources.values_mut().filter(|one| one["Type"] == "AWS::IAM::Role") {
                        role["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] = json!("*");
                    }
                }
            }
        }),
    );
    let forged = test.expect(0, &["plan", "forged.plan"]);
    assert_ne!(shown.stdout, forged.stdout);
    // The first apply says where to sign in, and the numbers.
    let applied = test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    assert!(applied.stderr.contains("sign in at https://"), "{}", applied.stderr);
    assert!(applied.stderr.contains("phone number main: +1"), "{}", applied.stderr);
}
