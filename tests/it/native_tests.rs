//! `callform test --native`: a blueprint's tests as test cases of the live center, which the sandbox executes.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::{ROOT, TestEnvironment, connect, copy};

const KWGLOBAL: &str = "blueprints/kwglobal.yaml";

/// `KWGlobal`, live in a sandbox.
fn live() -> TestEnvironment {
    let test = TestEnvironment::with_blueprints();
    test.expect(0, &["apply", KWGLOBAL, "--sandbox", "--yes"]);
    test
}

fn report(test: &TestEnvironment, code: i32, arguments: &[&str]) -> Value {
    let first = ["test", KWGLOBAL, "--native", "--sandbox", "--format=json"];
    let arguments: Vec<&str> = first.into_iter().chain(arguments.iter().copied()).collect();
    serde_json::from_str(&test.expect(code, &arguments).stdout).unwrap()
}

/// The test cases in the instance: content by name.
fn test_cases(test: &TestEnvironment) -> BTreeMap<String, String> {
    let serving = test.serve(&[]);
    let instances = connect(&serving, "GET", "/instance", &Value::Null);
    let instance = instances["InstanceSummaryList"][0]["Id"].as_str().unwrap();
    let found = connect(&serving, "GET", &format!("/test-cases-summary/{instance}"), &Value::Null);
    let found = found["TestCaseSummaryList"].as_array().unwrap().iter().map(|case| {
        let id = case["Id"].as_str().unwrap();
        let case = connect(&serving, "GET", &format!("/test-cases/{instance}/{id}"), &Value::Null)["TestCase"].clone();
        (case["Name"].as_str().unwrap().to_owned(), case["Content"].as_str().unwrap().to_owned())
    });
    found.collect()
}

fn names(tests: &Value) -> Vec<&str> {
    tests.as_array().unwrap().iter().map(|test| test["name"].as_str().unwrap()).collect()
}

#[test]
fn what_can_be_said_of_kwglobal_passes_in_connect_and_agrees_with_the_simulation() {
    let test = live();
    let found = report(&test, 0, &[]);
    assert_eq!(found["failed"], 0);
    for one in found["tests"].as_array().unwrap() {
        assert_eq!(one["native"]["differences"], json!([]), "{}", one["name"]);
    }
    let run = names(&found["tests"]);
    for name in [
        "each key leads to its team / consulting",
        "whoever presses nothing, or something else, is asked again, three times in all",
        "out of hours nobody is queued / christmas",
        "in hours callers are queued / summer",
        "a function that fails keeps nobody from the menu / too slow",
        "a system error is told, and ends the call / looking at the hours",
        "a full queue takes nobody",
    ] {
        assert!(run.contains(&name), "{name}");
    }
    let not_run = names(&found["not_native"]);
    assert!(not_run.contains(&"music that cannot be played leaves the caller in line"), "it fails in the queue");
    let offline: Value = serde_json::from_str(&test.expect(0, &["test", KWGLOBAL, "--format=json"]).stdout).unwrap();
    assert_eq!(run.len() + not_run.len(), names(&offline["tests"]).len(), "every test is run or says why not");
    assert!(test_cases(&test).is_empty(), "what was made is taken away");
}

#[test]
fn test_cases_that_are_kept_are_changed_and_not_made_twice() {
    let test = live();
    let filter = ["--keep", "--filter=each key", "--filter=a full queue"];
    report(&test, 0, &filter);
    let kept = test_cases(&test);
    let expected = [
        "a full queue takes nobody",
        "each key leads to its team / consulting",
        "each key leads to its team / customer service",
    ];
    assert_eq!(kept.keys().cloned().collect::<Vec<_>>(), expected.map(|name| format!("callform/{name}")));
    report(&test, 0, &filter);
    assert_eq!(test_cases(&test), kept, "the same test is the same test case");
    report(&test, 0, &["--filter=each key"]);
    assert_eq!(test_cases(&test).keys().cloned().collect::<Vec<_>>(), ["callform/a full queue takes nobody"]);
}

const FAILING: &str = r#"
tests:
  the first key leads elsewhere:
    call: main
    given: { lambdas: { vanity: { answer: { status: none } } } }
    steps: [{ press: 1 }]
    expect: { state: queued, queue: consulting }
  somebody else answers:
    call: main
    given: { lambdas: { vanity: { answer: { status: none } } } }
    steps:
      - hear: [Welcome to ACME., anything]
      - press: 2
    expect: { queue: consulting }
  a value that nobody sets:
    call: main
    given: { lambdas: { vanity: { answer: { status: ok, count: "3", speech: It spells top hat. } } } }
    steps: [{ press: 2 }]
    expect: { attributes: { vanity_count: "4" }, called: [vanity] }
"#;

#[test]
fn what_fails_here_fails_in_connect_and_says_the_same() {
    let test = live();
    test.write("failing.tests.yaml", FAILING);
    let filters = ["failing.tests.yaml", "--filter=elsewhere", "--filter=somebody", "--filter=nobody sets"];
    let found = report(&test, 1, &filters);
    let tests = found["tests"].as_array().unwrap();
    let failures: Vec<Value> = tests
        .iter()
        .map(|one| {
            assert_eq!(one["native"]["differences"], json!([]), "{}", one["name"]);
            let failure = &one["failure"];
            json!([one["name"], failure["message"], failure["expected"], failure["found"], failure["place"]["line"]])
        })
        .collect();
    assert_eq!(
        Value::from(failures),
        json!([
            ["the first key leads elsewhere", "another queue is set", "Business Consulting", "Customer Service", 7],
            ["somebody else answers", "Connect does not see what is expected", "hears \"Welcome to ACME.\"", null, 12],
            ["a value that nobody sets", "the attribute `vanity_count` is another", "4", "3", 19],
        ])
    );
    let said = test.expect(1, &["test", KWGLOBAL, "failing.tests.yaml", "--native", "--sandbox", "--filter=elsewhere"]);
    assert!(said.stdout.contains("customer     presses 1\n"), "{}", said.stdout);
}

#[test]
fn a_center_that_is_not_what_the_blueprint_says_differs_step_by_step() {
    let test = live();
    test.edit(KWGLOBAL, "all our lines are busy. Please call back later.", "all our lines are busy. Bye.");
    let found = report(&test, 1, &["--filter=a full queue"]);
    let differences = found["tests"][0]["native"]["differences"].as_array().unwrap();
    let differences: Vec<&str> = differences.iter().map(|one| one.as_str().unwrap()).collect();
    assert_eq!(found["failed"], 0, "Connect says what the test expects");
    assert_eq!(differences.len(), 2, "{differences:?}");
    assert!(
        differences[0].starts_with("hears \"Sorry, all our lines are busy. Bye.\" (blueprints/"),
        "{differences:?}"
    );
    assert!(differences[0].ends_with("here it comes, in Connect it does not"), "{differences:?}");
    assert_eq!(differences[1], "it fails here (something else is heard), and passes in Connect");
}

const BEYOND: &str = r#"
tests:
  beyond by what happens:
    call: main
    given: { lambdas: { vanity: { answer: { status: none } } } }
    steps:
      - hear: [{ matches: "Welcome to .*" }, anything]
      - press: 1
      - agent: mary.jane
  beyond by what is expected:
    call: main
    given: { lambdas: { vanity: { answer: { status: none } } } }
    expect: { recording: [customer, agent] }
  beyond by its time:
    call: main
    given: { lambdas: { vanity: { answer: { status: none } } } }
    steps: [{ wait: 10m }, { hear: anything }]
"#;

#[test]
fn what_no_test_case_can_do_says_why_and_where() {
    let test = live();
    test.write("beyond.tests.yaml", BEYOND);
    let found = report(&test, 1, &["beyond.tests.yaml", "--filter=beyond by"]);
    assert_eq!((&found["run"], &found["tests"]), (&json!(0), &json!([])));
    let reasons = found["not_native"].as_array().unwrap().iter().flat_map(|one| {
        let reasons = one["reasons"].as_array().unwrap();
        reasons.iter().map(|reason| json!([one["name"], reason["text"], reason["place"]["line"]]))
    });
    assert_eq!(
        Value::from(reasons.collect::<Vec<_>>()),
        json!([
            ["beyond by what happens", "no test case compares with a regular expression", 7],
            ["beyond by what happens", "no test case plays an agent", 9],
            ["beyond by what is expected", "nothing that the test expects can be seen by a test case", 10],
            ["beyond by its time", "a run of a test case takes five minutes at most, with all that is said", 17],
        ])
    );
    let lone = test.expect(64, &["test", KWGLOBAL, "--sandbox"]);
    assert!(lone.stderr.contains("without `--native`"), "{}", lone.stderr);
}

/// The flow templates: digits, attributes, functions that are called; and callbacks, which nobody wants for real.
#[test]
fn templates_are_tested_in_connect_and_call_nobody() {
    let test = TestEnvironment::empty();
    copy(&Path::new(ROOT).join("tests/data/templates"), &test.path("templates"));
    let center = "templates/templates.yaml";
    test.expect(0, &["apply", center, "--sandbox", "--yes"]);
    let filters = ["a callback", "pin lets in", "answer is kept", "well is counted", "wait in the queue"];
    let filters: Vec<String> = filters.iter().map(|filter| format!("--filter={filter}")).collect();
    let mut arguments = vec!["test", center, "--native", "--sandbox", "--format=json"];
    arguments.extend(filters.iter().map(String::as_str));
    let found = test.json(&arguments);
    assert_eq!(
        names(&found["tests"]),
        ["callers wait in the queue", "an answer is kept", "who is well is counted", "the right pin lets in"]
    );
    for one in found["not_native"].as_array().unwrap() {
        let reason = one["reasons"][0]["text"].as_str().unwrap();
        let is_queue = reason.starts_with("from here on the contact waits in a queue");
        assert!(is_queue || reason.starts_with("somebody would really be called (`"), "{}: {reason}", one["name"]);
    }
    assert!(names(&found["not_native"]).contains(&"a callback comes when the caller wants it / at once"));
}

#[test]
fn a_center_that_is_not_live_has_no_test_cases() {
    let test = TestEnvironment::with_blueprints();
    let refused = test.expect(1, &["test", KWGLOBAL, "--native", "--sandbox"]);
    assert!(refused.stderr.contains("kwglobal is not live"), "{}", refused.stderr);
}

#[test]
fn lost_answers_and_a_full_instance_make_nothing_twice() {
    let test = live();
    let of = |operation: &str, nth: u64| json!({ "service": "connect", "operation": operation, "nth": nth });
    let mut full = of("StartTestCaseExecution", 1);
    full["code"] = "ServiceQuotaExceededException".into();
    full["message"] = "100 run or wait already".into();
    let cut = json!([of("CreateTestCase", 1), of("StartTestCaseExecution", 3), of("DeleteTestCase", 1)]);
    test.write(".callform/sandbox/faults.json", json!({ "fail_operation": [full], "cut": cut }).to_string());
    let found = report(&test, 0, &["--filter=each key"]);
    assert_eq!((&found["run"], &found["failed"]), (&json!(2), &json!(0)));
    std::fs::remove_file(test.path(".callform/sandbox/faults.json")).unwrap();
    assert!(test_cases(&test).is_empty());
}

/// The test that says nothing for five seconds is on its way when it is interrupted.
#[test]
fn who_interrupts_leaves_no_test_case() {
    let test = live();
    let arguments =
        ["test", KWGLOBAL, "--native", "--sandbox", "--filter=each key", "--filter=whoever presses nothing"];
    let mut child = test.command(&arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut progress = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(progress.any(|line| line.unwrap().starts_with("2 of 3 done in Connect")));
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    assert_eq!(progress.map(Result::unwrap).collect::<Vec<_>>(), Vec::<String>::new());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(test_cases(&test).is_empty());
}
