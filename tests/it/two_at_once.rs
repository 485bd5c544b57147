//! Two commands that change one center at the same time.

use std::process::{Child, Stdio};
use std::time::Duration;

use callform::apply::{ApplyContext, ApplyError, Event, apply};
use callform::plan::SavedPlan;
use callform_aws::{Credentials, Gateway, Target};

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

/// Carries out the saved plan `x.plan`; `meanwhile` happens when the first file is read, before the first stack.
fn carry_out(test: &TestEnvironment, meanwhile: impl Fn()) -> (ApplyError, Vec<Event>) {
    let plan = SavedPlan::read(&test.read("x.plan")).unwrap().plan;
    let serving = test.serve(&[]);
    let target = Target {
        region: plan.region.clone(),
        endpoint_url: Some(serving.url.clone()),
        credentials: Credentials::Sandbox,
        pace: Duration::from_millis(20),
    };
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let first = std::cell::Cell::new(true);
    let read = |path: &str| {
        if first.replace(false) {
            meanwhile();
        }
        std::fs::read(test.path("blueprints").join(path))
    };
    let outcome = runtime.block_on(async {
        let gateway = Gateway::connect_to(&target).await;
        let bucket = callform::observe::artifact_bucket_name(&plan.center, &gateway.account().await?, &plan.region);
        let context = ApplyContext { gateway: &gateway, bucket: &bucket, read: &read, run_id: "here", events: &sender };
        apply(&context, &plan).await
    });
    let events = std::iter::from_fn(|| receiver.try_recv().ok()).collect();
    (outcome.expect_err("the plan does not hold"), events)
}

#[track_caller]
fn nothing_of_a_stack(events: &[Event]) {
    let begun = events.iter().find(|event| matches!(event, Event::StackStarted { .. } | Event::Associated { .. }));
    assert!(begun.is_none(), "{begun:?}");
}

#[test]
fn a_center_that_was_made_meanwhile_is_not_made_again() {
    let test = TestEnvironment::with_blueprints();
    test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--out", "x.plan"]);
    let (error, events) = carry_out(&test, || {
        test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    });
    let text = error.to_string();
    assert!(text.contains("someone else is changing the stack `kwglobal"), "{text}");
    assert!(text.contains("it was made after the plan was"), "{text}");
    nothing_of_a_stack(&events);
    test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
}

#[test]
fn a_center_that_was_destroyed_meanwhile_is_not_made_on_what_went() {
    let test = TestEnvironment::with_blueprints();
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    four_edits(&test);
    test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--out", "x.plan"]);
    test.expect(0, &["destroy", BLUEPRINT, "--sandbox", "--yes"]);
    let (error, events) = carry_out(&test, || ());
    let text = error.to_string();
    assert!(text.contains("someone else is changing the stack `kwglobal"), "{text}");
    assert!(text.contains("it was deleted after the plan was made"), "{text}");
    nothing_of_a_stack(&events);
}
