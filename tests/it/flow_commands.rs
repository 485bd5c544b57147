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

/// What the console exported formerly.
const FORMER: &str = r#"{ "version": "1", "type": "contactFlow", "start": "a", "metadata": { "name": "Old" }, "modules": [
    { "id": "a", "type": "PlayPrompt", "parameters": [{ "name": "Text", "value": "Hello $.Attribute.x" }], "metadata": {},
      "branches": [{ "condition": "Success", "transition": "b" }] },
    { "id": "b", "type": "Disconnect", "branches": [], "parameters": [], "metadata": {} } ] }"#;

/// The same in the flow language.
fn exported(text: &str) -> Value {
    serde_json::json!({ "Version": "2019-10-30", "StartAction": "a", "Actions": [
        { "Identifier": "a", "Type": "MessageParticipant", "Parameters": { "Text": text },
          "Transitions": { "NextAction": "b" } },
        { "Identifier": "b", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {} },
    ] })
}

#[test]
fn every_command_reads_every_form() {
    let test = TestEnvironment::empty();
    let flow = exported("Hello $.Attribute.x").to_string();
    let wide: Vec<u8> = format!("\u{feff}{flow}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    std::fs::write(test.path("wide.json"), wide).unwrap();
    test.write("plain.json", &flow);
    test.write("marked.json", format!("\u{feff}{}", flow.replace("},", "},\r\n")));
    test.write("former.json", FORMER);
    let answer = serde_json::json!({ "Name": "Old", "Type": "CONTACT_FLOW", "Status": "PUBLISHED", "Description": "", "Content": flow });
    test.write("answer.json", serde_json::json!({ "ContactFlow": answer }).to_string());
    test.write("content.json", Value::from(flow).to_string());
    test.write("list.json", serde_json::json!([answer]).to_string());
    test.write("search.json", serde_json::json!({ "ContactFlows": [answer], "ApproximateTotalCount": 1 }).to_string());
    for file in ["plain", "marked", "wide", "former", "answer", "content", "list", "search"] {
        let file = format!("{file}.json");
        let drawn = test.expect(0, &["flow", "draw", &file, "--format", "mermaid"]).stdout;
        assert!(drawn.contains("Hello"), "{file}: {drawn}");
        let same = test.expect(0, &["flow", "diff", "plain.json", &file, "--detailed-exitcode"]);
        assert_eq!(same.stderr, "no differences\n", "{file}");
        let steps = test.expect(0, &["flow", "decompile", &file]).stdout;
        assert!(steps.contains("- say: Hello $.Attribute.x"), "{file}: {steps}");
        let lint = test.expect(0, &["flow", "lint", &file]).stderr;
        assert!(lint.contains("Did you mean `$.Attributes.x`?"), "{file}: {lint}");
    }
}

#[test]
fn a_file_may_hold_several_flows() {
    let test = TestEnvironment::empty();
    let named = |name: &str, text: &str| serde_json::json!({ "Name": name, "Content": exported(text).to_string() });
    test.write("old.json", serde_json::json!([named("One", "Hi"), named("Two", "Bye")]).to_string());
    test.write("new.json", serde_json::json!([named("One", "Hi"), named("Two", "Ciao"), exported("Hi")]).to_string());
    let steps = test.expect(0, &["flow", "decompile", "new.json", "--format", "json"]).stdout;
    let steps: Value = serde_json::from_str(&steps).unwrap();
    assert_eq!(steps["flows"].as_object().unwrap().keys().collect::<Vec<_>>(), ["one", "two", "new"], "{steps}");
    let diff = test.expect(0, &["flow", "diff", "old.json", "new.json"]).stdout;
    assert_eq!(diff, "flow Two: say: text changed from \"Bye\" to \"Ciao\"\nflow new 3: added\n");
    let one = ["flow", "diff", "old.json", "new.json", "--flow", "One"];
    assert_eq!(test.expect(0, &one).stderr, "no differences\n");
    let unknown = test.expect(64, &["flow", "draw", "old.json", "--flow", "Three"]).stderr;
    assert!(unknown.contains("it has: One, Two"), "{unknown}");
    test.expect(0, &["flow", "draw", "old.json", "--out", "pictures"]);
    assert!(test.read("pictures/Two.svg").contains("Bye"));
    test.write("broken.json", serde_json::json!([exported("Hi"), { "Actions": [] }]).to_string());
    let broken = test.expect(1, &["flow", "decompile", "broken.json"]).stderr;
    assert!(broken.contains("`[1].Version` is missing"), "{broken}");
    let named = test.expect(1, &["flow", "decompile", "old.json", "--name", "x"]).stderr;
    assert!(named.contains("has 2 flows"), "{named}");
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
