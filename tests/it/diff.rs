//! Two blueprints side by side: files, git revisions, environments. No account is needed.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::{Outcome, ROOT, TestEnvironment, copy, four_edits};

const BLUEPRINT: &str = "blueprints/kwglobal.yaml";

/// Runs git in the folder, as somebody who has never configured it.
#[track_caller]
fn git(test: &TestEnvironment, arguments: &[&str]) {
    let output = Command::new("git")
        .args(["-c", "user.name=A Tester", "-c", "user.email=tester@example.com", "-c", "init.defaultBranch=main"])
        .args(arguments)
        .current_dir(test.path(""))
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn committed(test: &TestEnvironment) {
    git(test, &["init", "--quiet"]);
    git(test, &["add", "."]);
    git(test, &["commit", "--quiet", "--message", "before"]);
}

/// Actions and addresses, without what stays as it is.
fn changes(json: &str) -> Vec<String> {
    let plan: Value = serde_json::from_str(json).unwrap();
    let changes = plan["changes"].as_array().unwrap().iter().filter(|change| change["action"] != "no-op");
    changes
        .map(|change| format!("{} {}", change["action"].as_str().unwrap(), change["address"].as_str().unwrap()))
        .collect()
}

#[test]
fn a_file_and_a_revision_differ_as_the_plan_says() {
    let test = TestEnvironment::with_blueprints();
    committed(&test);
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    four_edits(&test);
    let old = format!("HEAD:{BLUEPRINT}");
    let diff = test.expect(2, &["diff", &old, BLUEPRINT, "--detailed-exitcode"]);
    // On a Sunday: what is open now is marked in a plan, and not in a difference of two files.
    let mut plan =
        test.command(&["plan", BLUEPRINT, "--sandbox", "--refresh=false", "--no-change-set", "--no-preflight"]);
    let plan = Outcome::of(&plan.env("CALLFORM_NOW", "2026-11-22T12:00:00Z").output().unwrap());
    assert_eq!(diff.stdout.replace("Differences:", "Plan:"), plan.stdout);
    let diff = test.expect(2, &["diff", &old, BLUEPRINT, "--detailed-exitcode", "--format=json"]).stdout;
    let plan = test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--refresh=false", "--format=json"]).stdout;
    assert_eq!(changes(&diff), changes(&plan));
    assert_eq!(
        changes(&diff),
        [
            "update hours/business",
            "update queue/customer_service",
            "update routing_profile/consulting",
            "update flow/main_menu"
        ]
    );
}

#[test]
fn everything_a_blueprint_includes_comes_from_its_revision() {
    let test = TestEnvironment::empty();
    copy(&Path::new(ROOT).join("tests/data/everything"), &test.path("everything"));
    committed(&test);
    let blueprint = "everything/everything.yaml";
    let old = format!("HEAD:{blueprint}");
    test.expect(0, &["diff", &old, blueprint, "--detailed-exitcode"]);
    // Users of a CSV file, an exported flow, an included part, a file of code.
    let users = test.read("everything/users.csv");
    let (kept, _) = users.trim_end().rsplit_once('\n').unwrap();
    test.write("everything/users.csv", format!("{kept}\n"));
    // Other code, and one of its functions has another runtime.
    let other = std::fs::read(format!("{ROOT}/tests/data/templates/verify.zip")).unwrap();
    test.write("everything/lookup.zip", other);
    test.edit("everything/parts/aws.yaml", "    handler: index.handler\n    runtime: nodejs22.x\n", "");
    let part = "everything/parts/aws.yaml";
    test.edit(part, "    memory: 256", "    memory: 512");
    let found = changes(&test.expect(2, &["diff", &old, blueprint, "--detailed-exitcode", "--format=json"]).stdout);
    assert!(found.iter().any(|change| change.starts_with("delete user/")), "{found:?}");
    assert!(found.contains(&"update lambda/lookup".to_owned()), "{found:?}");
    let back = changes(&test.expect(2, &["diff", blueprint, &old, "--detailed-exitcode", "--format=json"]).stdout);
    assert!(back.iter().any(|change| change.starts_with("create user/")), "{back:?}");
    std::fs::remove_dir_all(test.path("everything")).unwrap();
    test.expect(0, &["diff", &old, &format!("HEAD:./{blueprint}"), "--detailed-exitcode"]);
}

#[test]
fn environments_are_compared() {
    let test = TestEnvironment::with_blueprints();
    let diff = test.expect(2, &["diff", BLUEPRINT, "--env", "..test", "--detailed-exitcode"]);
    assert!(diff.stdout.contains("-/+ instance: alias kwglobal -> kwglobal-test"), "{}", diff.stdout);
    assert!(diff.stdout.contains("center kwglobal -> kwglobal-test"), "{}", diff.stdout);
    let same = test.expect(2, &["diff", BLUEPRINT, BLUEPRINT, "--new-env", "test", "--detailed-exitcode"]);
    assert_eq!(diff.stdout, same.stdout);
    let none = test.expect(0, &["diff", BLUEPRINT, BLUEPRINT, "--env", "test", "--detailed-exitcode"]);
    assert_eq!(none.stdout, "No differences.\n");
}

#[test]
fn what_cannot_be_compared_is_said() {
    let test = TestEnvironment::with_blueprints();
    let nothing = test.expect(64, &["diff", BLUEPRINT]);
    assert!(nothing.stderr.contains("--env A..B"), "{}", nothing.stderr);
    committed(&test);
    let unknown = test.expect(1, &["diff", &format!("nowhere:{BLUEPRINT}"), BLUEPRINT]);
    assert!(unknown.stderr.contains("there is no git revision `nowhere`"), "{}", unknown.stderr);
    let missing = test.expect(3, &["diff", "HEAD:missing.yaml", BLUEPRINT]);
    assert!(missing.stderr.contains("file-not-found"), "{}", missing.stderr);
    let option = test.expect(1, &["diff", "--", "--output=x:y", BLUEPRINT]);
    assert!(option.stderr.contains("there is no git revision"), "{}", option.stderr);
    assert!(!test.path("x").exists());
}

#[test]
fn a_flow_differs_from_its_revision() {
    let test = TestEnvironment::with_blueprints();
    test.expect(0, &["render", BLUEPRINT, "--out", "old"]);
    committed(&test);
    let blueprint = test.read(BLUEPRINT);
    test.write(BLUEPRINT, blueprint.replacen("Welcome to KWGlobal", "Hello from KWGlobal", 1));
    let old = format!("HEAD:{BLUEPRINT}");
    let lines = test.expect(2, &["flow", "diff", &old, BLUEPRINT, "--detailed-exitcode"]).stdout;
    assert!(lines.starts_with("flow main_menu: say: text changed from \"Welcome to KWGlobal"), "{lines}");
    assert_eq!(lines.lines().count(), 1, "{lines}");
    let exported = ["flow", "diff", "HEAD:old/flows/main_menu.json", &old, "--flow", "main_menu"];
    assert_eq!(test.expect(0, &exported).stderr, "no differences\n");
    let unknown = test.expect(1, &["flow", "diff", "nowhere:old/flows/main_menu.json", BLUEPRINT]).stderr;
    assert!(unknown.contains("there is no git revision `nowhere`"), "{unknown}");
    let missing = test.expect(1, &["flow", "diff", "HEAD:old/flows/nothing.json", BLUEPRINT]).stderr;
    assert!(missing.contains("cannot read `old/flows/nothing.json`"), "{missing}");
}
