//! `flow compile` and `flow decompile`: from steps to JSON and back.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::Value;

use crate::support::TestEnvironment;

/// Parameters and types of a flow's actions, whatever they are called.
fn actions(json: &str) -> Vec<String> {
    let flow: Value = serde_json::from_str(json).unwrap();
    let mut actions: Vec<String> = flow["Actions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|action| format!("{} {}", action["Type"], action["Parameters"]))
        .collect();
    actions.sort();
    actions
}

#[test]
fn a_flow_goes_to_json_and_back() {
    let test = TestEnvironment::with_blueprints();
    let compiled = test.expect(0, &["flow", "compile", "blueprints/kwglobal.yaml", "--flow", "main_menu"]).stdout;
    test.write("exported.json", &compiled);
    let decompiled = test.expect(0, &["flow", "decompile", "exported.json", "--name", "again"]);
    assert!(decompiled.stdout.starts_with("flows:\n  again:\n"), "{}", decompiled.stdout);
    assert!(decompiled.stdout.contains("menu: "), "{}", decompiled.stdout);
    assert!(!decompiled.stdout.contains("raw:"), "{}", decompiled.stdout);
    assert!(decompiled.stderr.contains("see `unresolved`"), "{}", decompiled.stderr);
    test.write("fragment.yaml", &decompiled.stdout);
    let again = test.expect(0, &["flow", "compile", "fragment.yaml"]).stdout;
    assert_eq!(actions(&again), actions(&compiled));
}

#[test]
fn arns_get_the_names_they_have() {
    let test = TestEnvironment::empty();
    let queue = "arn:aws:connect:us-west-2:123456789012:instance/i/queue/q";
    let flow = serde_json::json!({
        "Version": "2019-10-30", "StartAction": "a",
        "Actions": [
            { "Identifier": "a", "Type": "UpdateContactTargetQueue", "Parameters": { "QueueId": queue },
              "Transitions": { "NextAction": "b", "Errors": [{ "ErrorType": "NoMatchingError", "NextAction": "c" }] } },
            { "Identifier": "b", "Type": "TransferContactToQueue", "Parameters": {},
              "Transitions": { "NextAction": "c", "Errors": [
                { "ErrorType": "QueueAtCapacity", "NextAction": "c" },
                { "ErrorType": "NoMatchingError", "NextAction": "c" } ] } },
            { "Identifier": "c", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {} },
        ],
    });
    test.write("answer.json", serde_json::json!({ "ContactFlow": { "Name": "To sales", "Type": "CONTACT_FLOW", "Content": flow.to_string() } }).to_string());
    test.write("arns.yaml", format!("{queue}: queue/sales\n"));
    let decompiled = test.expect(0, &["flow", "decompile", "answer.json", "--arns", "arns.yaml"]);
    let expected = "flows:\n  to_sales:\n    name: To sales\n    type: inbound\n    steps:\n    - queue: sales\n    - transfer: queue\n    - hang_up\n";
    assert_eq!(decompiled.stdout, expected);
    test.write("fragment.yaml", &decompiled.stdout);
    let named = test.expect(0, &["flow", "compile", "fragment.yaml"]).stdout;
    assert!(named.contains("${queue/sales}"), "{named}");
    let again = test.expect(0, &["flow", "compile", "fragment.yaml", "--arns", "arns.yaml"]).stdout;
    assert_eq!(actions(&again), actions(&flow.to_string()));
}

#[test]
fn stdin_and_former_exports_are_read() {
    let test = TestEnvironment::empty();
    let export = r#"{ "version": "1", "type": "contactFlow", "start": "a", "metadata": { "name": "Old" }, "modules": [
        { "id": "a", "type": "PlayPrompt", "parameters": [{ "name": "Text", "value": "Hello" }], "metadata": {},
          "branches": [{ "condition": "Success", "transition": "b" }] },
        { "id": "b", "type": "Disconnect", "branches": [], "parameters": [], "metadata": {} } ] }"#;
    let mut command = test.command(&["flow", "decompile", "-", "--format", "json"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(export.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let steps: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(steps.pointer("/flows/old/steps/0/say"), Some(&Value::from("Hello")), "{steps}");
}

#[test]
fn what_is_no_flow_is_refused() {
    let test = TestEnvironment::empty();
    test.write("text.json", "no JSON");
    test.write("other.json", "{}");
    assert!(test.expect(1, &["flow", "decompile", "text.json"]).stderr.contains("no JSON"));
    assert!(test.expect(1, &["flow", "decompile", "other.json"]).stderr.contains("`Version` is missing"));
    assert!(test.expect(1, &["flow", "decompile", "missing.json"]).stderr.contains("no such file"));
    test.write("wrong.yaml", "flows:\n  a:\n    steps: [{ goto: nowhere }]\n");
    assert!(test.expect(3, &["flow", "compile", "wrong.yaml"]).stderr.contains("unknown step name"));
    test.write("two.yaml", "flows:\n  a: { steps: [hang_up] }\n  b: { steps: [hang_up] }\n");
    assert!(test.expect(64, &["flow", "compile", "two.yaml"]).stderr.contains("flow/a, flow/b"));
    test.expect(0, &["flow", "compile", "two.yaml", "--flow", "b"]);
}
