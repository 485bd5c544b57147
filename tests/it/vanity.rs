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
fn words_of_ones_own_and_another_keypad_count() {
    let test = TestEnvironment::empty();
    test.write("words.txt", "# brands\nTopi = 3000\n");
    let first = |more: &[&str]| {
        let ranking = test.json(&[&["vanity", "867-4282", "--format=json"], more].concat());
        ranking["options"][0].clone()
    };
    assert_eq!(first(&[])["written"], "TOP-HAT-2", "words that everyone knows");
    let own = first(&["--words", "words.txt"]);
    assert_eq!(
        (&own["written"], &own["pieces"][0]["kind"], &own["pieces"][0]["weight"]),
        (&json!("TOPI-CUB"), &json!("own"), &json!(3000))
    );
    let quiz = |keypad: &str| test.json(&["vanity", "1-200-184-1000", "--keypad", keypad, "--format=json"]);
    assert_eq!(quiz("qz-on-1")["options"][0]["written"], "1-200-QUIZ-000");
    assert_ne!(quiz("e161")["options"][0]["written"], "1-200-QUIZ-000");
    test.write("words.txt", "tea\npot = much\n");
    let refused = test.expect(1, &["vanity", "867-4282", "--words", "words.txt"]);
    assert!(refused.stderr.contains("`words.txt`: line 2: the weight `much`"), "{}", refused.stderr);
    test.expect(1, &["vanity", "867-4282", "--words", "missing.txt"]);
    test.expect(1, &["vanity", "867-4282", "--company", "日本"]);
    test.expect(64, &["vanity", "867-4282", "--keypad", "dvorak"]);
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

/// A number that spells a word is found, written into the blueprint as it is shown, claimed, and gone from the next search.
#[test]
fn a_number_for_a_word_is_found_and_the_blueprint_claims_it() {
    let test = TestEnvironment::empty();
    let base = "center: shop\nregion: us-west-2\ninstance: { alias: shop, identity: connect-managed, inbound: true, outbound: true }\n";
    test.write("shop.yaml", base);
    let not_live = test.expect(1, &["vanity", "claim", "CAT", "shop.yaml", "--sandbox"]);
    assert!(not_live.stderr.contains("shop is not live"), "{}", not_live.stderr);
    test.expect(0, &["apply", "shop.yaml", "--sandbox", "--yes"]);

    // The sandbox's toll-free numbers of the United States are +1 555 010 1000 to 1999, and some behind any prefix that is
    // asked for.
    let shown = test.expect(0, &["vanity", "claim", "CAT", "shop.yaml", "--sandbox"]).stdout;
    assert!(shown.contains(" 1. 1-555-010-1-CAT  +15550101228  “1, 5 5 5, 0 1 0, 1, cat”\n"), "{shown}");
    let line = "  main: { country: US, type: TOLL_FREE, prefix: \"+1-555-010-1-CAT\" }\n";
    assert!(shown.contains(&format!("phone_numbers:\n{line}")), "{shown}");
    let json = test.json(&["vanity", "claim", "cat", "shop.yaml", "--sandbox", "--format=json"]);
    assert_eq!((&json["format_version"], &json["candidates"][0]["number"]), (&json!(1), &json!("+15550101228")));
    // Right behind a prefix it is found at once, however few are looked through.
    let close = ["vanity", "claim", "CAT", "shop.yaml", "--sandbox", "--prefix=+15550101", "--most=1"];
    assert!(test.expect(0, &close).stdout.contains("+15550101228"));
    // Farther in, it is not found when few are looked through.
    let few = ["vanity", "claim", "CAT", "shop.yaml", "--sandbox", "--most=10"];
    assert!(!test.expect(0, &few).stdout.contains("+15550101228"));
    test.expect(1, &["vanity", "claim", "QUIZZICAL", "shop.yaml", "--sandbox"]);
    for wrong in [["--prefix=+44"], ["--prefix=1206"]] {
        test.expect(1, &[&["vanity", "claim", "CAT", "shop.yaml", "--sandbox"], wrong.as_slice()].concat());
    }
    let digits = test.expect(1, &["vanity", "claim", "1234567", "shop.yaml", "--sandbox"]);
    assert!(
        digits.stderr.contains("only digits") && digits.stderr.contains("callform vanity NUMBER"),
        "{}",
        digits.stderr
    );
    let two = test.expect(1, &["vanity", "claim", "CAT", "DOG", "--sandbox"]);
    assert!(two.stderr.contains("\"CAT DOG\""), "{}", two.stderr);

    test.write("shop.yaml", format!("{base}phone_numbers:\n{line}"));
    test.expect(0, &["apply", "shop.yaml", "--sandbox", "--yes"]);
    assert!(test.expect(0, &["show", "shop.yaml", "--sandbox"]).stdout.contains("+15550101228"));
    test.expect(0, &["plan", "shop.yaml", "--sandbox", "--detailed-exitcode"]);
    let left = test.expect(0, &["vanity", "claim", "CAT", "shop.yaml", "--sandbox"]).stdout;
    assert!(!left.contains("+15550101228"), "it is claimed: {left}");
    // The same number, with its digits written out, is the same.
    test.write("shop.yaml", format!("{base}phone_numbers:\n{}", line.replace("+1-555-010-1-CAT", "+15550101228")));
    test.expect(0, &["plan", "shop.yaml", "--sandbox", "--detailed-exitcode"]);
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
    // V6: what the deployed function sends is a flat map of strings.
    assert!(answer.as_object().unwrap().values().all(Value::is_string), "{answer}");
    assert!(answer["ssml_1"].as_str().unwrap().starts_with("<speak><s>"), "{answer}");
    let callers = invoke(&test, "last_callers", &json!({}));
    assert_eq!(
        (&callers[0]["phone"], &callers[0]["company"]),
        (&json!("+15945622510"), &json!("KWGlobal")),
        "{callers}"
    );
    assert_eq!(callers.as_array().unwrap().len(), 1);
    // The same contact again, as when Connect retries: the same answer, and nothing is written.
    assert_eq!(invoke(&test, "vanity", &event("c-1", "+15945622510")), answer);
    assert_eq!(invoke(&test, "last_callers", &json!({})), callers);
    // The flow of the original sends `companyName`: it counts, and what is kept for KWGlobal stays.
    let mut other = event("c-0", "+15945622510");
    other["Details"]["Parameters"]["companyName"] = "KW Lobby".into();
    assert_ne!(invoke(&test, "vanity", &other)["option_1"], answer["option_1"]);
    assert_eq!(invoke(&test, "vanity", &event("c-1", "+15945622510")), answer);
    invoke(&test, "vanity", &event("c-2", "anonymous"));
    let callers = invoke(&test, "last_callers", &json!({ "limit": 2 }));
    assert_eq!((&callers[0]["status"], &callers[1]["contact"]), (&json!("withheld"), &json!("c-0")), "{callers}");
    // The event that the documentation tries.
    let sample = format!("{ROOT}/examples/vanity/event.json");
    let tried = test.json(&["lambda", "invoke", "vanity", BLUEPRINT, "--event", &sample, "--sandbox"]);
    assert_eq!((&tried["option_1"], &tried["stored"]), (&json!("1-KWGLOBAL-10"), &json!("yes")), "{tried}");
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
