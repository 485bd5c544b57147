//! Vanity numbers: on the command line, and in the calls of `KWGlobal`.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::{ROOT, TestEnvironment};

#[test]
fn a_number_is_ranked_without_a_blueprint() {
    let test = TestEnvironment::empty();
    let shown = test.expect(0, &["vanity", "1-800-222-8453", "--company", "AABUILD"]).stdout;
    assert!(shown.contains("1. 1-800-AABUILD    46,935  “1, 8 0 0, aabuild”\n"), "{shown}");
    let json = test.json(&["vanity", "+12003569377", "--format=json"]);
    assert_eq!(json["options"][0]["written"], "1-200-FLOWERS");
    let again = test.json(&["vanity", "(200) 356-9377", "--format=json"]);
    assert_eq!(again, json);
    // Who does not quote it gives it in pieces.
    assert_eq!(test.json(&["vanity", "+1", "200", "356-9377", "--format=json"]), json);
}

#[test]
fn what_is_no_number_is_refused_with_the_reason() {
    let test = TestEnvironment::empty();
    let refused = test.expect(1, &["vanity", "+447700900123"]);
    assert_eq!(refused.stdout, "");
    assert!(refused.stderr.contains("North American"), "{}", refused.stderr);
    let refused = test.expect(1, &["vanity", "anonymous", "--format=json"]);
    assert!(refused.stdout.contains("withheld"), "{}", refused.stdout);
    test.expect(64, &["vanity"]);
    test.expect(64, &["vanity", "-1-200-356-9377"]);
}

const BLUEPRINT: &str = "blueprints/kwglobal.yaml";

/// The answer of a function of `KWGlobal` to an event, out of the real zip file.
#[track_caller]
fn invoke(test: &TestEnvironment, function: &str, event: &Value) -> Value {
    test.write("event.json", event.to_string());
    test.json(&["lambda", "invoke", function, BLUEPRINT, "--event", "event.json", "--sandbox"])
}

fn event(contact: &str, address: &str) -> Value {
    let endpoint = json!({ "Address": address, "Type": "TELEPHONE_NUMBER" });
    json!({
        "Name": "ContactFlowEvent",
        "Details": { "ContactData": { "ContactId": contact, "CustomerEndpoint": endpoint }, "Parameters": {} },
    })
}

#[test]
fn callers_of_kwglobal_hear_their_words_and_are_remembered() {
    let test = TestEnvironment::with_blueprints();
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    let answer = invoke(&test, "vanity", &event("c-1", "+15945622510"));
    assert_eq!((&answer["status"], &answer["stored"]), (&json!("ok"), &json!("yes")), "{answer}");
    assert_eq!((&answer["option_1"], &answer["spoken_1"]), (&json!("1-KWGLOBAL-10"), &json!("1, K W global, 1 0")));
    let callers = invoke(&test, "last_callers", &json!({}));
    assert_eq!(callers[0]["phone"], "+15945622510", "{callers}");
    assert_eq!(callers.as_array().unwrap().len(), 1);
    // The same contact again, as when Connect retries: the same answer, and nothing is written.
    assert_eq!(invoke(&test, "vanity", &event("c-1", "+15945622510")), answer);
    assert_eq!(invoke(&test, "last_callers", &json!({})), callers);
    invoke(&test, "vanity", &event("c-2", "anonymous"));
    let callers = invoke(&test, "last_callers", &json!({ "limit": 2 }));
    assert_eq!((&callers[0]["status"], &callers[1]["contact"]), (&json!("withheld"), &json!("c-1")), "{callers}");
    // What is in the tables is nobody's change.
    test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
    test.expect(0, &["drift", BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
}

#[test]
fn the_function_of_kwglobal_answers_the_events_of_others() {
    let samples = Path::new(ROOT).join("../shared/samples");
    if !samples.is_dir() {
        eprintln!("SKIPPED: no sample events at {}", samples.display());
        return;
    }
    let test = TestEnvironment::with_blueprints();
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    let folders = std::fs::read_dir(samples).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let files = folders.flat_map(|folder| std::fs::read_dir(folder).unwrap()).map(|entry| entry.unwrap().path());
    let events = files
        .filter_map(|path| serde_json::from_str::<Value>(&std::fs::read_to_string(path).ok()?).ok())
        .filter(|event| event["Details"]["ContactData"].is_object());
    let mut answered = 0;
    for event in events {
        let answer = invoke(&test, "vanity", &event);
        assert_eq!(answer["stored"], "yes", "{answer}");
        assert!(answer.as_object().unwrap().values().all(Value::is_string), "{answer}");
        let callers = invoke(&test, "last_callers", &json!({ "limit": 100 }));
        assert_eq!(invoke(&test, "vanity", &event), answer);
        assert_eq!(invoke(&test, "last_callers", &json!({ "limit": 100 })), callers);
        answered += 1;
    }
    assert!(answered >= 4, "{answered} events among the samples");
}
