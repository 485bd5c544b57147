//! Two commands that change one center at the same time.

use std::process::{Child, Stdio};

use crate::support::{Outcome, TestEnvironment, four_edits};

const BLUEPRINT: &str = "blueprints/kwglobal.yaml";

fn start(test: &TestEnvironment, command: &str) -> Child {
    let arguments: &[&str] = match command {
        "apply" => &["apply", BLUEPRINT, "--sandbox", "--yes"],
        "destroy" => &["destroy", BLUEPRINT, "--sandbox", "--yes"],
        "reconcile" => &["reconcile", BLUEPRINT, "--sandbox", "--revert", "--yes"],
        other => panic!("{other}"),
    };
    test.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Runs both to their ends. Each succeeds, or says that somebody else is at work.
#[track_caller]
fn at_once(test: &TestEnvironment, commands: [&str; 2]) -> Vec<Outcome> {
    let running = commands.map(|command| start(test, command));
    let outcomes: Vec<Outcome> =
        running.into_iter().map(|child| Outcome::of(&child.wait_with_output().unwrap())).collect();
    for (command, outcome) in commands.iter().zip(&outcomes) {
        let busy = outcome.stderr.contains("_IN_PROGRESS; wait until CloudFormation is done with it");
        let told = outcome.stderr.contains("someone else is changing ") || busy;
        assert!(
            outcome.code == 0 || (outcome.code == 1 && told),
            "{command} beside {commands:?} ended with {}\n{}",
            outcome.code,
            outcome.stderr
        );
        assert!(!outcome.stderr.contains("CloudFormation refused"), "{}", outcome.stderr);
    }
    outcomes
}

/// Slow enough that both are at work together.
fn slow(test: &TestEnvironment) {
    std::fs::create_dir_all(test.path(".callform/sandbox")).unwrap();
    test.write(".callform/sandbox/faults.json", r#"{ "delay_ms": { "step": 3 } }"#);
}

#[track_caller]
fn settled(test: &TestEnvironment) {
    std::fs::remove_file(test.path(".callform/sandbox/faults.json")).unwrap();
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
}

#[test]
fn two_first_applies_do_not_get_into_each_others_way_silently() {
    let test = TestEnvironment::with_blueprints();
    slow(&test);
    let outcomes = at_once(&test, ["apply", "apply"]);
    assert!(outcomes.iter().any(|outcome| outcome.code == 0), "neither came through");
    settled(&test);
}

#[test]
fn an_apply_beside_another_one_a_reconcile_or_a_destroy_says_so() {
    let test = TestEnvironment::with_blueprints();
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    four_edits(&test);
    for other in ["apply", "reconcile", "destroy"] {
        slow(&test);
        at_once(&test, ["apply", other]);
        settled(&test);
        // Something to do for the next pair.
        let (from, to) = if test.read(BLUEPRINT).contains("say: Hello, this is KWGlobal.") {
            ("say: Hello, this is KWGlobal.", "say: Good day, this is KWGlobal.")
        } else {
            ("say: Good day, this is KWGlobal.", "say: Hello, this is KWGlobal.")
        };
        test.edit(BLUEPRINT, from, to);
    }
}
