//! `callform flow lint`: exported flows and blueprints, levels, forms, exit codes.

use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use crate::support::{ROOT, TestEnvironment, copy};

/// A flow that the service takes, with two things that are probably not meant.
const WARNED: &str = r#"{
  "Version": "2019-10-30",
  "StartAction": "hello",
  "Actions": [
    { "Identifier": "hello", "Type": "MessageParticipant", "Parameters": { "Text": "Hello $.Attribute.name" },
      "Transitions": { "NextAction": "bye" } },
    { "Identifier": "bye", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {} },
    { "Identifier": "lost", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {} }
  ]
}"#;

#[track_caller]
fn codes(stdout: &str) -> Vec<(String, u64, u64)> {
    let report: Value = serde_json::from_str(stdout).unwrap();
    let place = |diagnostic: &Value, part: &str| diagnostic[part].as_u64().unwrap();
    let found = report["diagnostics"].as_array().unwrap().iter();
    found.map(|it| (it["code"].as_str().unwrap().to_owned(), place(it, "line"), place(it, "column"))).collect()
}

#[test]
fn an_exported_flow_is_linted_where_its_actions_stand() {
    let test = TestEnvironment::empty();
    test.write("flow.json", WARNED);
    let outcome = test.expect(0, &["flow", "lint", "flow.json", "--format=json"]);
    let expected = [("unknown-path".to_owned(), 5, 21), ("unreachable-step".to_owned(), 8, 21)];
    assert_eq!(codes(&outcome.stdout), expected);
    let outcome = test.expect(0, &["flow", "lint", "flow.json"]);
    assert!(outcome.stderr.contains("Did you mean `$.Attributes.name`?"), "{}", outcome.stderr);
    assert!(outcome.stderr.ends_with("found 2 warnings\n"), "{}", outcome.stderr);
}

#[test]
fn levels_decide_the_exit_code() {
    let test = TestEnvironment::empty();
    test.write("flow.json", WARNED);
    test.expect(3, &["flow", "lint", "flow.json", "--deny=warnings"]);
    test.expect(3, &["flow", "lint", "flow.json", "--deny=unknown-path"]);
    test.expect(0, &["flow", "lint", "flow.json", "--deny=dead-end"]);
    let allowed = ["flow", "lint", "flow.json", "--allow=unknown-path", "--allow=unreachable-step", "--deny=warnings"];
    test.expect(0, &allowed);
    let unknown = test.expect(64, &["flow", "lint", "flow.json", "--deny=unknown-pat"]);
    assert!(unknown.stderr.contains("did you mean `unknown-path`?"), "{}", unknown.stderr);
}

#[test]
fn the_type_of_a_flow_can_be_said() {
    let test = TestEnvironment::empty();
    test.write("flow.json", WARNED);
    let hold = test.expect(3, &["flow", "lint", "flow.json", "--type=customer_hold", "--format=json"]);
    assert!(codes(&hold.stdout).iter().any(|(code, ..)| code == "block-not-allowed"), "{}", hold.stdout);
}

#[test]
fn what_is_no_flow_is_told_so() {
    let test = TestEnvironment::empty();
    test.write("broken.json", "{\n  \"Version\": \"2019-10-30\",,\n}");
    test.write("other.json", "{ \"Version\": \"2019-10-30\" }");
    let outcome = test.expect(3, &["flow", "lint", "broken.json", "other.json", "--format=json"]);
    let found = codes(&outcome.stdout);
    assert_eq!(found[0], ("flow-not-json".to_owned(), 2, 27));
    assert_eq!(found[1].0, "flow-not-valid");
    test.expect(1, &["flow", "lint", "not-there.json"]);
}

#[test]
fn a_file_without_a_flow_is_told_so() {
    let test = TestEnvironment::empty();
    let texts = [
        ("[]", "It holds an empty list."),
        ("{}", "It holds an empty mapping."),
        ("7", "It holds a number."),
        ("\"hello\"", "It holds a text."),
        ("true", "It holds a truth value."),
        ("null", "It holds nothing."),
        ("", "It is empty."),
        (" \n", "It is empty."),
    ];
    for (text, why) in texts {
        for name in ["nothing.json", "nothing.yaml"] {
            test.write(name, text);
            let outcome = test.expect(3, &["flow", "lint", name]);
            let says = |part: &str| assert!(outcome.stderr.contains(part), "{text} in {name}: {}", outcome.stderr);
            says("error[flow-not-valid]: this file holds no flow");
            says(&format!("{name}:1:1"));
            says(why);
            says("help: Export the flow");
        }
    }
    test.write("none.json", r#"{ "ContactFlows": [] }"#);
    let outcome = test.expect(3, &["flow", "lint", "none.json"]);
    assert!(outcome.stderr.contains("the list is empty"), "{}", outcome.stderr);
    test.write("list.yaml", "- one\n- two\n");
    let outcome = test.expect(3, &["flow", "lint", "list.yaml"]);
    assert!(outcome.stderr.contains("It holds a list."), "{}", outcome.stderr);
    // The other commands say so too.
    for command in ["draw", "decompile"] {
        let outcome = test.expect(1, &["flow", command, "none.json"]);
        assert!(outcome.stderr.contains("the list is empty"), "{}", outcome.stderr);
    }
    // A blueprint may have none.
    test.write("hours.yaml", "hours: { business: { time_zone: UTC, open: { mon: 09:00-17:00 } } }\n");
    let outcome = test.expect(0, &["flow", "lint", "hours.yaml"]);
    assert!(outcome.stderr.ends_with("1 file: no flows\n"), "{}", outcome.stderr);
}

/// A flow with a block that is newer than Callform.
const NEWER: &str = r#"{
  "Version": "2019-10-30",
  "StartAction": "translate",
  "Actions": [
    { "Identifier": "translate", "Type": "TranslateConversation",
      "Parameters": { "Language": "$.Attributes.language", "Options": { "Formal": true, "Rate": 1.5, "Tags": [], "None": null } },
      "Transitions": { "NextAction": "bye", "Errors": [{ "ErrorType": "NoSuchLanguage", "NextAction": "bye" }] } },
    { "Identifier": "bye", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {} }
  ]
}"#;

#[test]
fn a_block_that_is_not_known_is_a_note_until_it_is_denied() {
    let test = TestEnvironment::empty();
    test.write("flow.json", NEWER);
    let outcome = test.expect(0, &["flow", "lint", "flow.json", "--format=json", "--deny=warnings"]);
    let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let note = &report["diagnostics"][0];
    assert_eq!((&note["severity"], &note["code"]), (&"note".into(), &"unknown-action".into()), "{report}");
    assert_eq!(codes(&outcome.stdout), [("unknown-action".to_owned(), 5, 21)]);
    test.expect(3, &["flow", "lint", "flow.json", "--deny=unknown-action"]);
    let outcome = test.expect(0, &["flow", "lint", "flow.json", "--allow=unknown-action"]);
    assert!(outcome.stderr.ends_with("nothing found\n"), "{}", outcome.stderr);
    // In a blueprint likewise, where it can be a warning too.
    let flows = "flows:\n  main:\n    steps:\n      - raw: { type: TranslateConversation }\n      - hang_up\n";
    let center = "center: a\nregion: us-west-2\ninstance: { existing: a }\n";
    for (lints, severity, exit) in [("", "note", 0), ("warn", "warning", 0), ("deny", "error", 3)] {
        let lints = if lints.is_empty() { String::new() } else { format!("lints: {{ unknown-action: {lints} }}\n") };
        test.write("center.yaml", format!("{center}{lints}{flows}"));
        let outcome = test.expect(exit, &["check", "center.yaml"]);
        assert!(outcome.stderr.contains(&format!("{severity}[unknown-action]")), "{}", outcome.stderr);
    }
}

#[test]
fn a_block_that_is_not_known_goes_through_everything_as_it_is() {
    let test = TestEnvironment::empty();
    test.write("flow.json", NEWER);
    let steps = test.expect(0, &["flow", "decompile", "flow.json", "--name=main"]).stdout;
    assert!(steps.contains("type: TranslateConversation"), "{steps}");
    test.write("steps.yaml", &steps);
    let again = test.expect(0, &["flow", "compile", "steps.yaml"]);
    let flows: [Value; 2] = [NEWER, &again.stdout].map(|text| serde_json::from_str(text).unwrap());
    let [before, after] = flows.each_ref().map(|flow| flow["Actions"][0]["Parameters"].to_string());
    assert_eq!(before, after);
    let difference = test.expect(0, &["flow", "diff", "flow.json", "steps.yaml", "--detailed-exitcode"]);
    assert!(difference.stdout.contains("same") || difference.stdout.is_empty(), "{}", difference.stdout);
    for format in ["svg", "mermaid"] {
        let picture = test.expect(0, &["flow", "draw", "flow.json", "--format", format]);
        assert!(picture.stdout.contains("TranslateConversation"), "{}", picture.stdout);
    }
    // A whole center: deployed, compared, changed by nobody.
    let center = "center: a\nregion: us-west-2\ninstance: { alias: a, identity: connect-managed, inbound: true, outbound: true }\n";
    test.write("center.yaml", format!("{center}{steps}"));
    let applied = test.expect(0, &["apply", "center.yaml", "--sandbox", "--yes"]);
    assert!(!applied.stderr.contains("warning["), "{}", applied.stderr);
    let planned = test.expect(0, &["plan", "center.yaml", "--sandbox", "--detailed-exitcode"]);
    assert!(planned.stderr.contains("note[unknown-action]"), "{}", planned.stderr);
    test.expect(0, &["drift", "center.yaml", "--sandbox", "--detailed-exitcode"]);
}

#[test]
fn every_form_is_written() {
    let test = TestEnvironment::empty();
    test.write("flow.json", WARNED);
    for (form, sign) in [("sarif", "\"ruleId\""), ("github", "::warning "), ("markdown", "unknown-path")] {
        let outcome = test.expect(0, &["flow", "lint", "flow.json", "--format", form]);
        assert!(outcome.stdout.contains(sign), "{form}: {}", outcome.stdout);
    }
}

#[test]
fn a_flow_comes_from_stdin() {
    let test = TestEnvironment::empty();
    let steps = "flows:\n  main:\n    steps:\n      - hang_up\n      - say: Never heard\n";
    for (input, code) in [(WARNED, "unknown-path"), (steps, "unreachable-step")] {
        let mut child = test
            .command(&["flow", "lint", "-", "--format=json"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let stdout = String::from_utf8(output.stdout).unwrap();
        assert!(codes(&stdout).iter().any(|(found, ..)| found == code), "{stdout}");
    }
}

#[test]
fn a_fault_in_a_template_is_shown_there_and_where_it_is_used() {
    let test = TestEnvironment::with_blueprints();
    std::fs::create_dir(test.path("blueprints/contact-flows")).unwrap();
    test.write(
        "blueprints/contact-flows/greet.yaml",
        "parameters: { word: { type: text, about: A word. } }\n---\ntype: inbound\nsteps:\n  - say: {{value word}}\n  - transfer: queue\n",
    );
    let uses = "flows:\n  greeting: { template: greet, with: { word: Hello } }\n";
    test.edit("blueprints/kwglobal.yaml", "\nflows:\n", &format!("\n{uses}"));
    let outcome = test.expect(0, &["flow", "lint", "blueprints/kwglobal.yaml"]);
    assert!(outcome.stderr.contains("greet.yaml:6:5"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("used by `greeting`"), "{}", outcome.stderr);
    // Levels of the blueprint hold.
    test.edit("blueprints/kwglobal.yaml", "region: us-west-2", "region: us-west-2\nlints: { queue-not-set: deny }");
    test.expect(3, &["flow", "lint", "blueprints/kwglobal.yaml"]);
    test.edit("blueprints/kwglobal.yaml", "queue-not-set: deny", "queue-not-set: allow");
    let outcome = test.expect(0, &["flow", "lint", "blueprints/kwglobal.yaml", "--deny=warnings"]);
    assert!(outcome.stderr.ends_with("1 file: nothing found\n"), "{}", outcome.stderr);
}

#[test]
fn a_comment_allows_one_place() {
    let test = TestEnvironment::empty();
    let flows = |comment: &str| {
        format!("flows:\n  main:\n    steps:\n      - hang_up\n      {comment}\n      - say: Never heard\n")
    };
    test.write("flows.yaml", flows("# allow: unreachable-step"));
    test.expect(0, &["flow", "lint", "flows.yaml", "--deny=warnings"]);
    test.write("flows.yaml", flows("# allow: dead-end"));
    test.expect(3, &["flow", "lint", "flows.yaml", "--deny=warnings"]);
}

#[test]
fn complete_centers_and_every_template_are_clean() {
    let test = TestEnvironment::with_blueprints();
    copy(&Path::new(ROOT).join("tests/data/templates"), &test.path("templates"));
    for blueprint in ["blueprints/kwglobal.yaml", "templates/templates.yaml"] {
        let outcome = test.expect(0, &["flow", "lint", blueprint, "--deny=warnings"]);
        assert!(outcome.stderr.ends_with("1 file: nothing found\n"), "{}", outcome.stderr);
    }
    let checked = test.expect(0, &["check", "templates/templates.yaml", "--format=json"]);
    assert_eq!(codes(&checked.stdout), [], "{}", checked.stdout);
    // Every template that comes with Callform is in it.
    let text = test.read("templates/templates.yaml");
    for entry in std::fs::read_dir(Path::new(ROOT).join("contact-flows")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if let Some(template) = name.strip_suffix(".yaml") {
            assert!(text.contains(&format!("template: {template}\n")), "{template} is not in templates.yaml");
        }
    }
}

/// A flow that a transfer leads to, as the editor exports it without a word about its type.
fn transfers(queue: &str, to: &str) -> String {
    let chooses = format!(
        r#"{{ "Identifier": "queue", "Type": "UpdateContactTargetQueue", "Parameters": {{ "QueueId": "{queue}" }},
            "Transitions": {{ "NextAction": "go", "Errors": [{{ "ErrorType": "NoMatchingError", "NextAction": "bye" }}] }} }}"#
    );
    format!(
        r#"{{ "Version": "2019-10-30", "StartAction": "queue", "Actions": [{chooses},
          {{ "Identifier": "go", "Type": "TransferToFlow", "Parameters": {{ "ContactFlowId": "{to}" }},
            "Transitions": {{ "NextAction": "bye", "Errors": [{{ "ErrorType": "NoMatchingError", "NextAction": "bye" }}] }} }},
          {{ "Identifier": "bye", "Type": "DisconnectParticipant", "Parameters": {{}}, "Transitions": {{}} }}] }}"#
    )
}

/// A flow that puts contacts into the queue it chooses on one way only.
const SOMETIMES: &str = r#"{ "Version": "2019-10-30", "StartAction": "if", "Actions": [
  { "Identifier": "if", "Type": "Compare", "Parameters": { "ComparisonValue": "$.Attributes.vip" }, "Transitions": {
    "NextAction": "go", "Errors": [{ "ErrorType": "NoMatchingCondition", "NextAction": "go" }],
    "Conditions": [{ "NextAction": "queue", "Condition": { "Operator": "Equals", "Operands": ["yes"] } }] } },
  { "Identifier": "queue", "Type": "UpdateContactTargetQueue", "Parameters": { "QueueId": "1a2b3c4d-0000-1111-2222-333344445555" },
    "Transitions": { "NextAction": "go", "Errors": [{ "ErrorType": "NoMatchingError", "NextAction": "bye" }] } },
  { "Identifier": "go", "Type": "TransferContactToQueue", "Parameters": {}, "Transitions": { "NextAction": "bye", "Errors": [
    { "ErrorType": "QueueAtCapacity", "NextAction": "bye" }, { "ErrorType": "NoMatchingError", "NextAction": "bye" }] } },
  { "Identifier": "bye", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {} }] }"#;

#[test]
fn flows_that_are_given_together_are_looked_at_together() {
    let test = TestEnvironment::empty();
    test.write("first.json", transfers("1a2b3c4d-0000-1111-2222-333344445555", "{{flows.second.arn}}"));
    test.write("second.json", SOMETIMES);
    let alone = test.expect(0, &["flow", "lint", "second.json", "--format=json"]);
    assert_eq!(codes(&alone.stdout).into_iter().map(|(code, ..)| code).collect::<Vec<_>>(), ["queue-not-set"]);
    let together = test.expect(0, &["flow", "lint", "first.json", "second.json", "--format=json"]);
    assert_eq!(codes(&together.stdout), []);
}

#[test]
fn a_broken_flow_gets_all_its_findings() {
    let test = TestEnvironment::empty();
    test.write(
        "broken.json",
        SOMETIMES.replace(r#""Operator": "Equals", "#, "").replace("1a2b3c4d-0000-1111-2222-333344445555", ""),
    );
    let outcome = test.expect(3, &["flow", "lint", "broken.json", "--format=json"]);
    let found = codes(&outcome.stdout);
    let expected = [
        ("flow-not-valid".to_owned(), 2, 19),
        ("identifier-not-possible".to_owned(), 5, 19),
        ("queue-not-set".to_owned(), 7, 19),
    ];
    assert_eq!(found, expected);
    assert!(outcome.stdout.contains("Actions[0].Transitions.Conditions[0].Condition.Operator` is missing"));
}

#[test]
fn a_guessed_type_is_told_with_its_reason() {
    let test = TestEnvironment::empty();
    let hold = r#"{ "Version": "2019-10-30", "StartAction": "a", "Actions": [{ "Identifier": "a",
        "Type": "MessageParticipantIteratively", "Parameters": { "Messages": [{ "Text": "Please hold" }] }, "Transitions": {} }] }"#;
    test.write("music.json", hold);
    test.write("agent_hold.json", hold);
    let music = test.expect(0, &["flow", "lint", "music.json"]);
    assert!(music.stderr.contains("taken for `customer_hold`"), "{}", music.stderr);
    assert!(music.stderr.contains("`customer_queue` fits as well: say which with `--type`"), "{}", music.stderr);
    let steps = test.expect(0, &["flow", "decompile", "agent_hold.json"]);
    assert!(steps.stdout.contains("type: agent_hold"), "{}", steps.stdout);
    assert!(steps.stderr.contains("because it is called `agent_hold`"), "{}", steps.stderr);
    let told = test.expect(0, &["flow", "decompile", "music.json", "--type=customer_queue"]);
    assert!(told.stdout.contains("type: customer_queue") && !told.stderr.contains("taken for"), "{}", told.stderr);
    let picture = test.expect(0, &["flow", "draw", "agent_hold.json"]);
    assert!(picture.stdout.contains("agent hold"), "{}", picture.stdout);
    test.expect(0, &["flow", "diff", "music.json", "agent_hold.json", "--type=customer_hold", "--format=svg"]);
}
