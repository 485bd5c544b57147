//! `callform test` and `callform call`: the blueprint's own tests, what they notice, and what the commands print.

use std::collections::BTreeSet;
use std::path::Path;

use callform::blueprint::{self, Disk, FileError, Files};
use callform::calls::{self, CallCenter};
use callform::model;
use callform_call::assumptions::{self, Assumption, Assumptions};
use serde_json::Value;

use crate::support::{ROOT, TestEnvironment};

const KWGLOBAL: &str = "blueprints/kwglobal.yaml";

fn report(test: &TestEnvironment, code: i32, arguments: &[&str]) -> Value {
    let outcome = test.expect(code, arguments);
    serde_json::from_str(&outcome.stdout).unwrap()
}

#[test]
fn every_test_of_kwglobal_passes_and_any_number_of_threads_says_the_same() {
    let test = TestEnvironment::with_blueprints();
    let one = test.expect(0, &["test", KWGLOBAL, "--threads=1", "--format=json"]).stdout;
    let many = test.expect(0, &["test", KWGLOBAL, "--threads=7", "--format=json"]).stdout;
    assert_eq!(one, many);
    let report: Value = serde_json::from_str(&one).unwrap();
    assert_eq!((report["failed"].as_u64(), report["format_version"].as_u64()), (Some(0), Some(1)));
    assert!(report["run"].as_u64().unwrap() >= 58, "{}", report["run"]);
}

/// Changes of `KWGlobal` that a caller, an agent or its owner would notice: what stands in the file, and what instead.
const MUTATIONS: &[(&str, &str)] = &[
    // What is said.
    ("- say: Welcome to KWGlobal.", "- say: Welcome."),
    ("      - say: Welcome to KWGlobal.\n", ""),
    (
        "It will be recorded for quality and training.\n        name:",
        "It may be recorded for quality and training.\n        name:",
    ),
    ("- say: Your phone number spells words. $.External.speech", "- say: Your phone number spells words."),
    (
        "- menu: Press 1 for customer service, or 2 for business consulting.",
        "- menu: Press 1 for sales, or 2 for business consulting.",
    ),
    ("- say: We did not get your choice. Goodbye.", "- say: Goodbye."),
    ("or Saturday from 9 am to 3 pm.\n", "or Saturday from 9 am to 4 pm.\n"),
    ("- say: Sorry, all our lines are busy. Please call back later.", "- say: Sorry. Please call back later."),
    ("- say: Sorry, there has been a system error. Please try again later.", "- say: Sorry. Please try again later."),
    ("Your call is important to us. Please stay on the line.", "Please stay on the line."),
    ("instead of waiting, press 1.", "press 1."),
    ("accepted: Thank you for calling KWGlobal.", "accepted: Thank you for calling."),
    ("remain: You will remain in line for the next available agent.", "remain: You remain in line."),
    ("invalid_number: Sorry, your number is not valid for a callback.", "invalid_number: Sorry."),
    ("system_error: Sorry, there has been a system error.", "system_error: Sorry."),
    (
        "- say: $.Queue.Name. Their number spells $.Attributes.vanity_spoken.",
        "- say: Their number spells $.Attributes.vanity_spoken.",
    ),
    ("- say: This is KWGlobal. This call is recorded for quality and training.", "- say: This is KWGlobal."),
    // What is pressed.
    ("          1: { queue: customer_service }\n", "          3: { queue: customer_service }\n"),
    ("          2: { queue: consulting }\n", "          0: { queue: consulting }\n"),
    ("          1: { queue: customer_service }\n", "          1: { queue: consulting }\n"),
    ("          2: { queue: consulting }\n", "          2: { queue: customer_service }\n"),
    ("        attempts: 3\n", "        attempts: 2\n"),
    ("        attempts: 3\n", "        attempts: 4\n"),
    // When.
    ("mon-fri: 09:00-18:00", "mon-fri: 09:00-17:30"),
    ("mon-fri: 09:00-18:00", "mon-fri: 08:30-18:00"),
    ("mon-fri: 09:00-18:00", "mon-fri: 09:30-18:00"),
    ("mon-fri: 09:00-18:00", "mon-thu: 09:00-18:00"),
    ("sat: 09:00-15:00", "sat: 09:00-14:00"),
    ("sat: 09:00-15:00", "sun: 09:00-15:00"),
    ("sat: 09:00-15:00", "sat: 09:00-15:30"),
    ("time_zone: America/Los_Angeles", "time_zone: America/Phoenix"),
    ("      christmas: { on: 2026-12-25 }", "      christmas: { on: 2026-12-24 }"),
    ("open: 09:00-13:00", "open: 09:00-14:00"),
    ("open: 09:00-13:00", "open: 09:00-12:00"),
    ("offer_after: 2m", "offer_after: 90s"),
    ("      delay: 10s\n", "      delay: 5s\n"),
    ("      retries: 2\n", "      retries: 1\n"),
    ("      retries: 2\n", "      retries: 3\n"),
    ("      retry_after: 10m\n", "      retry_after: 9m\n"),
    // Where to.
    ("      - queue_flow: callback_in_queue\n", ""),
    ("          - whisper: words_for_the_agent\n            to: agent\n            error: { goto: choice }\n", ""),
    (
        "    outbound_flow: outgoing_call\n    quick_connects: [consulting, management, mary]",
        "    quick_connects: [consulting, management, mary]",
    ),
    // Who is recorded.
    ("      - record: both\n      # The words", "      - record: agent\n      # The words"),
    ("      - record: both\n      - end", "      - end"),
    // What happens when something fails.
    ("        name: announcement\n        error: { goto: words }", "        name: announcement"),
    ("        timeout: 4s\n        error: { goto: choice }", "        timeout: 4s"),
    (
        "              vanity_spoken: $.External.spoken_1\n            error: { goto: choice }",
        "              vanity_spoken: $.External.spoken_1",
    ),
    ("            to: agent\n            error: { goto: choice }", "            to: agent"),
    ("speech\n            error: { goto: choice }", "speech"),
    ("          error: { goto: Queue the callback }\n        - if", "        - if"),
    (
        "full:\n          - say: Sorry, all our lines",
        "full:\n          - hang_up\n          - say: Sorry, all our lines",
    ),
    // What is handed on.
    (
        "        with: { companyName: KWGlobal }\n        timeout: 4s\n        error: { goto: choice }",
        "        timeout: 4s\n        error: { goto: choice }",
    ),
    ("vanity_count: $.External.count", "vanity_count: $.External.option_1"),
    ("vanity_2: $.External.option_2", "vanity_2: $.External.option_3"),
    ("equals: ok\n        then:\n          # For the agent", "equals: none\n        then:\n          # For the agent"),
];

/// Files of the repository, one of them with another text.
struct Changed {
    disk: Disk,
    text: String,
}

impl Files for Changed {
    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, FileError> {
        if path == KWGLOBAL { Ok(self.text.clone().into_bytes()) } else { self.disk.read(path, limit) }
    }
}

/// Whether a test of `KWGlobal` fails, or cannot even be run, when its text is this.
fn is_noticed(text: String) -> bool {
    let files = Changed { disk: Disk::below(Path::new(ROOT)), text };
    let tests = [KWGLOBAL.replace(".yaml", ".tests.yaml")];
    let (loaded, sources, mut found) = blueprint::load_with_tests(&files, KWGLOBAL, None, &tests);
    let Some(loaded) = loaded.filter(|_| !found.has_errors()) else { return true };
    let (model, of_model) = model::resolve(&loaded, &sources);
    found.extend(of_model);
    let center = CallCenter::of_model(&model);
    let tests = loaded.blueprint.tests.iter();
    let prepared: Vec<_> = tests.filter_map(|(name, test)| calls::prepare(name, test, &center, &mut found)).collect();
    found.has_errors() || prepared.iter().any(|test| calls::run(test, &center).failure.is_some())
}

#[test]
fn each_change_of_kwglobal_makes_a_test_fail() {
    let original = std::fs::read_to_string(Path::new(ROOT).join(KWGLOBAL)).unwrap();
    assert!(!is_noticed(original.clone()));
    assert!(MUTATIONS.len() >= 40);
    let mut survivors = Vec::new();
    for (from, to) in MUTATIONS {
        assert!(original.contains(from), "`{from}` does not stand in {KWGLOBAL}");
        if !is_noticed(original.replacen(from, to, 1)) {
            survivors.push(format!("`{from}` → `{to}`"));
        }
    }
    assert!(survivors.is_empty(), "no test notices:\n{}", survivors.join("\n"));
}

const CENTER: &str = "\
center: small
region: us-west-2
instance: { alias: small, identity: connect-managed }
hours: { office: { time_zone: UTC, open: { mon-fri: 09:00-17:00 } } }
queues: { sales: { hours: office } }
phone_numbers: { main: { country: US, type: DID, flow: menu } }
flows:
  menu:
    type: inbound
    steps:
      - menu: Press 1.
        keys: { 1: { queue: sales } }
        give_up: [hang_up]
      - transfer: queue
";

#[test]
fn a_test_that_fails_is_a_dialogue_with_the_point_of_difference() {
    let test = TestEnvironment::empty();
    test.write("center.yaml", CENTER);
    test.write("center.tests.yaml", "tests:\n  one:\n    steps:\n      - hear: Press 2.\n  two:\n    steps: [{ press: 1 }]\n    expect: { queue: sales }\n");
    let outcome = test.expect(1, &["test", "center.yaml"]);
    let expected = "\
FAIL one   (center.tests.yaml:2)
    center       Press 1.   (center.yaml:11)
  > something else is heard (center.tests.yaml:4)
  >   expected  Press 2.
  >   found     Press 1.
pass two

2 tests run: 1 passed, 1 failed
";
    assert_eq!(outcome.stdout, expected);
    let report = report(&test, 1, &["test", "center.yaml", "--format=json"]);
    let failure = &report["tests"][0]["failure"];
    assert_eq!((failure["expected"].as_str(), failure["found"].as_str()), (Some("Press 2."), Some("Press 1.")));
    assert_eq!(failure["place"]["line"], 4);
    let schema = test.expect(0, &["schema", "test-report"]).stdout;
    let published = std::fs::read_to_string(format!("{ROOT}/schemas/test-report.schema.json")).unwrap_or_default();
    assert!(published == schema, "write it anew: callform schema test-report > schemas/test-report.schema.json");
    let junit = test.expect(1, &["test", "center.yaml", "--format=junit", "--junit=out.xml"]).stdout;
    assert!(junit.contains("<testsuites tests=\"2\" failures=\"1\" errors=\"0\">"), "{junit}");
    assert!(junit.contains("file=\"center.tests.yaml\" line=\"5\"/>"), "{junit}");
    assert_eq!(test.read("out.xml"), junit);
    assert!(test.expect(0, &["test", "center.yaml", "--filter=two"]).stdout.contains("1 test run: 1 passed"));
    assert!(test.expect(64, &["test", "center.yaml", "--filter=three"]).stderr.contains("leaves out all 2 tests"));
}

#[test]
fn tests_that_cannot_mean_anything_are_told_by_check_and_test() {
    let test = TestEnvironment::empty();
    test.write("center.yaml", CENTER);
    for (text, code, help) in [
        ("{ call: mian }", "unknown-name-in-test", "Did you mean `main`?"),
        ("{ flow: men, call: main }", "call-or-flow", "Write `call:`"),
        ("{ at: tomorrow }", "invalid-time", "2026-12-24 10:30"),
        ("{ steps: [{ press: 1, wait: 3s }] }", "invalid-step", "its own line"),
        ("{ steps: [{ press: x }] }", "invalid-key", "no key `x`"),
        ("{ steps: [{ hear: { matches: '(' } }] }", "invalid-pattern", "regular expression"),
        ("{ given: { full: [sale] } }", "unknown-name-in-test", "Did you mean `sales`?"),
        ("{ given: { fails: { Transfer to queue: NoSuchError } } }", "unknown-error-branch", "QueueAtCapacity"),
        ("{ given: { fails: { Hang: NoMatchingError } } }", "ambiguous-block", "menu/Hang up"),
        ("{ given: { assume: { rain: true } } }", "unknown-name-in-test", "assumption"),
        ("{ expect: { queue: help } }", "unknown-name-in-test", "There are: `sales`"),
        ("{ expect: { called: [nope] } }", "unknown-name-in-test", "no function"),
        ("{ given: { percent: 101 } }", "invalid-value", "from 1 to 100"),
    ] {
        test.write("center.tests.yaml", format!("tests:\n  one: {text}\n"));
        for command in ["check", "test"] {
            let outcome = test.run(&[command, "center.yaml"]);
            assert_ne!(outcome.code, 0, "{text}");
            assert!(outcome.stderr.contains(code) && outcome.stderr.contains(help), "{text}: {}", outcome.stderr);
        }
    }
}

#[test]
fn a_function_that_nobody_speaks_for_fails_the_test() {
    let test = TestEnvironment::with_blueprints();
    test.write("more.yaml", "tests:\n  silent:\n    call: main\n    steps: [{ press: 1 }]\n");
    let outcome = test.expect(1, &["test", KWGLOBAL, "more.yaml", "--filter=silent"]);
    assert!(outcome.stdout.contains("the function `vanity` is called, and the test does not say what it answers"));
}

#[test]
fn a_script_calls_a_center_and_an_exported_flow() {
    let test = TestEnvironment::with_blueprints();
    test.write("script", "9\n\n2\nagent li.wei\nhold\nresume\nagent hangs up\n");
    let arguments = ["call", KWGLOBAL, "--script=script", "--answer=vanity={\"status\":\"none\"}", "--flow-logs=logs"];
    let heard = test.expect(0, &arguments).stdout;
    let lines: Vec<&str> = heard.lines().collect();
    assert_eq!(lines[0], "Welcome to KWGlobal.");
    assert!(lines.contains(&"waits in queue consulting"), "{heard}");
    assert_eq!(lines.last(), Some(&"the agent hangs up"), "{heard}");
    let logs = test.read("logs");
    let first: Value = serde_json::from_str(logs.lines().next().unwrap()).unwrap();
    assert_eq!(first["ContactFlowModuleType"], "PlayPrompt");
    assert_eq!(first["Identifier"], "Say Welcome to KWGlobal.");
    assert!(logs.contains("\"ContactFlowModuleType\":\"SetQueue\""), "{logs}");
    test.write("flow.json", test.expect(0, &["flow", "compile", KWGLOBAL, "--flow=outgoing_call"]).stdout);
    let heard = test.expect(0, &["call", "flow.json", "--trace"]).stdout;
    assert!(heard.contains("This is KWGlobal. This call is recorded for quality and training."), "{heard}");
}

#[test]
fn every_flow_template_is_called() {
    let test = TestEnvironment::empty();
    let center = Path::new(ROOT).join("tests/data/templates/templates.yaml");
    let report = report(&test, 0, &["test", center.to_str().unwrap(), "--format=json"]);
    let lines = report["tests"].as_array().unwrap().iter().flat_map(|test| test["dialogue"].as_array().unwrap());
    let called: BTreeSet<&str> = lines.filter_map(|line| line["flow"].as_str()).collect();
    let text = std::fs::read_to_string(&center).unwrap();
    let flows = text.split_once("\nflows:\n").unwrap().1;
    for file in std::fs::read_dir(Path::new(ROOT).join("contact-flows")).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let Some(template) = name.strip_suffix(".yaml") else { continue };
        let before = flows.split_once(&format!("template: {template}\n")).unwrap_or_else(|| panic!("{template}")).0;
        let key = before.trim_end().rsplit('\n').next().unwrap().trim().trim_end_matches(':');
        assert!(called.contains(key), "no test calls the template {template}: {called:?}");
    }
}

#[test]
fn exploring_proposes_tests_that_pass_and_walk_what_none_did() {
    let test = TestEnvironment::empty();
    test.write("center.yaml", CENTER);
    let explored = test.expect(0, &["test", "center.yaml", "--explore", "--propose=more.yaml"]);
    assert!(explored.stdout.contains("phone number main: "), "{}", explored.stdout);
    let report = report(&test, 0, &["test", "center.yaml", "more.yaml", "--coverage", "--format=json"]);
    assert_eq!(report["coverage"]["branches"]["percent"], 100, "{report:#}");
    test.expect(0, &["test", "center.yaml", "more.yaml", "--coverage-min=100"]);
    test.write("few.yaml", "tests: { one: { steps: [{ press: 1 }] } }");
    let outcome =
        test.expect(1, &["test", "center.yaml", "few.yaml", "--coverage-min=100", "--coverage-html=page.html"]);
    assert!(outcome.stderr.contains("at least 100 % are asked for"), "{}", outcome.stderr);
    assert!(outcome.stdout.contains("no test walks, in menu:"), "{}", outcome.stdout);
    assert!(test.read("page.html").starts_with("<!doctype html>"));
}

#[test]
fn an_output_never_takes_the_place_of_an_input() {
    let test = TestEnvironment::empty();
    test.write("center.yaml", CENTER);
    test.write("more.yaml", "tests: { one: { steps: [{ press: 1 }] } }");
    for arguments in [
        &["test", "center.yaml", "--junit=center.yaml"][..],
        &["test", "center.yaml", "more.yaml", "--coverage-html=./more.yaml"],
        &["test", "center.yaml", "more.yaml", "--explore", "--propose=more.yaml"],
        &["call", "center.yaml", "--flow-logs=center.yaml"],
        &["journey", "center.yaml", "--out=center.yaml"],
    ] {
        let outcome = test.expect(64, arguments);
        assert!(outcome.stderr.contains("would be overwritten"), "{arguments:?}: {}", outcome.stderr);
    }
    assert_eq!(test.read("center.yaml"), CENTER);
}

#[test]
fn names_of_tests_are_legible_in_xml_and_functions_by_arn_can_answer() {
    let test = TestEnvironment::empty();
    let center = CENTER.replace("- transfer: queue", "- lambda: loans\n      - transfer: queue");
    let function = "lambdas: { loans: { arn: \"arn:aws:lambda:us-west-2:111122223333:function:loans\" } }\n";
    test.write("center.yaml", format!("{center}{function}"));
    let given = "given: { lambdas: { loans: { answer: {} } } }";
    test.write(
        "center.tests.yaml",
        format!("tests: {{ \"a\\e[31m\\uFFFEb\": {{ {given}, steps: [{{ press: 1 }}] }} }}"),
    );
    let junit = test.expect(0, &["test", "center.yaml", "--junit=out.xml", "--format=junit"]).stdout;
    assert!(junit.contains("name=\"a[31mb\""), "{junit}");
    assert!(test.read("out.xml").contains("name=\"a[31mb\""));
}

#[test]
fn exported_flows_have_no_tests_and_agents_are_users() {
    let test = TestEnvironment::with_blueprints();
    test.write("flow.json", test.expect(0, &["flow", "compile", KWGLOBAL, "--flow=outgoing_call"]).stdout);
    assert!(test.expect(64, &["test", "flow.json"]).stderr.contains("--explore"));
    let steps = "steps: [{ press: 1 }, { agent: mary.jan }]";
    test.write("more.yaml", format!("tests: {{ wrong: {{ call: main, {steps} }} }}"));
    let outcome = test.expect(3, &["test", KWGLOBAL, "more.yaml"]);
    assert!(outcome.stderr.contains("Did you mean `mary.jane`?"), "{}", outcome.stderr);
    // The file beside the blueprint may be named, too.
    test.expect(0, &["test", KWGLOBAL, "./blueprints/kwglobal.tests.yaml", "--filter=the second try"]);
}

#[test]
fn the_table_of_assumptions_is_that_of_the_program() {
    let page = std::fs::read_to_string(format!("{ROOT}/docs/calls.md")).unwrap();
    let mut usual = Assumptions::default();
    let row = |switch: &Assumption| {
        let assumed = if *(switch.field)(&mut usual) { "yes" } else { "no" };
        format!("| `{}` | {assumed} | {} |\n", switch.name, switch.meaning)
    };
    let table: String = assumptions::ALL.iter().map(row).collect();
    assert!(page.ends_with(&format!("|---|---|---|\n{table}")), "docs/calls.md must end with\n{table}");
}
