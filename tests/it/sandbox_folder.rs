//! The sandbox's folder: shared by processes, emptied on demand, never mistaken for another one.

use crate::support::TestEnvironment;

const BLUEPRINT: &str = "blueprints/kwglobal.yaml";

#[test]
fn two_commands_at_once_do_not_corrupt_it() {
    let test = TestEnvironment::with_blueprints();
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    let plans: Vec<_> = (0..4)
        .map(|_| test.command(&["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]).spawn().unwrap())
        .collect();
    for mut plan in plans {
        assert_eq!(plan.wait().unwrap().code(), Some(0));
    }
}

#[test]
fn reset_forgets_everything() {
    let test = TestEnvironment::with_blueprints();
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    test.expect(0, &["sandbox", "reset"]);
    test.expect(2, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
}

#[test]
fn reset_refuses_a_folder_that_is_no_sandbox() {
    let test = TestEnvironment::with_blueprints();
    test.expect(1, &["sandbox", "reset", "--sandbox=blueprints"]);
    assert!(test.path(BLUEPRINT).exists());
}

#[test]
fn a_folder_with_other_things_in_it_is_no_sandbox() {
    let test = TestEnvironment::empty();
    test.write("shop.yaml", "center: shop\nregion: us-west-2\ninstance: { alias: shop }\n");
    std::fs::create_dir(test.path("s3")).unwrap();
    test.write("s3/report.csv", "mine");
    let refused = test.expect(1, &["show", "shop.yaml", "--sandbox=."]);
    assert!(refused.stderr.contains("is no sandbox, and it is not empty"), "{}", refused.stderr);
    test.expect(1, &["sandbox", "reset", "--sandbox=."]);
    assert_eq!(test.read("s3/report.csv"), "mine");
    // An empty one becomes one.
    std::fs::create_dir(test.path("empty")).unwrap();
    test.expect(0, &["apply", "shop.yaml", "--sandbox=empty", "--yes"]);
}

#[test]
fn people_are_checked_kept_and_shown() {
    let test = TestEnvironment::empty();
    let none = test.expect(0, &["sandbox", "people", "--show"]);
    assert!(none.stderr.contains("nobody answers"), "{}", none.stderr);
    test.write("wrong.yaml", "callees:\n  default: { rings: soon }\nagents: { mary: { misses: 200 } }\n");
    let wrong = test.expect(64, &["sandbox", "people", "wrong.yaml"]);
    for part in ["callees.default", "\"soon\" is no length of time", "agents.mary.misses"] {
        assert!(wrong.stderr.contains(part), "{part}: {}", wrong.stderr);
    }
    test.write("twice.yaml", "seed: 1\nseed: 2\n");
    test.expect(64, &["sandbox", "people", "twice.yaml"]);
    test.write(
        "people.yaml",
        "seed: 7\ncallees:\n  default: { outcomes: { answered: 60, busy: 40 }, rings: [2, 9] }\n",
    );
    let shown = test.expect(0, &["sandbox", "people", "people.yaml", "--show"]);
    let shown: serde_json::Value = serde_json::from_str(&shown.stdout).unwrap();
    let callee = serde_json::json!({ "outcomes": { "answered": 60, "busy": 40 }, "rings": [2, 9] });
    assert_eq!(shown, serde_json::json!({ "seed": 7, "callees": { "default": callee } }));
    test.expect(0, &["sandbox", "reset"]);
    let gone = test.expect(0, &["sandbox", "people", "--show"]);
    assert!(gone.stdout.is_empty(), "{}", gone.stdout);
}
