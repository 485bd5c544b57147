//! Who calls a center that was applied: what they hear and say, and what is left of it.

use serde_json::{Value, json};

use crate::support::{TestEnvironment, foreign_python, foreign_script};

const BLUEPRINT: &str = "center.yaml";

/// A center that asks a bot what callers want, and records them.
const CENTER: &str = r#"center: drinks
region: us-west-2
instance:
  alias: drinks-and-calls
  identity: connect-managed
  storage:
    contact_records: { stream: records }
    call_recordings: { bucket: calls, prefix: connect/drinks/CallRecordings }
buckets:
  calls: {}
streams:
  records: {}
hours: { day: { time_zone: UTC, open: { daily: 24h } } }
queues: { bar: { hours: day } }
phone_numbers: { line: { country: US, type: DID, flow: main } }
routing_profiles:
  bar: { channels: { voice: 1 }, queues: [{ queue: bar }], outbound: bar }
users:
  mary.jane:
    name: Mary Jane
    email: mary.jane@example.com
    profile: bar
    security: [builtin/Agent]
    password: { secret: drinks/mary.jane }
bots:
  drinks:
    locales:
      en_US:
        voice: Joanna
        intents:
          order:
            utterances: ["I want {drink}"]
            slots:
              drink: { type: Drink, prompt: "Which drink?" }
              count: { type: AMAZON.Number, prompt: "How many?" }
        slot_types:
          Drink: { values: { tea: [cuppa], coffee: [java] } }
flows:
  main:
    name: Main
    type: inbound
    steps:
      - record: both
        ivr: true
      - lex: drinks
        name: Order
        ask: What can I do for you?
        intents: { order: { goto: Bar } }
        else: hang_up
        error: hang_up
      - set: { drink: $.Lex.Slots.drink, count: $.Lex.Slots.count }
        name: Bar
        error: hang_up
      - queue: bar
      - transfer: queue
        full: hang_up
    on_error: hang_up
"#;

const PEOPLE: &str = r#"seed: 3
callers:
  orders:
    from: "+15550100150"
    flow: Main
    at: 5s
    count: 2
    every: 2m
    says: ["I want tea", "two", "That is all."]
    after: 2
  leaves: { from: "+15550100160", flow: Main, at: 10s, hangs_up: { at: order } }
agents:
  mary.jane: { answers: 2, talk: 30, work: 20, says: ["Good morning."] }
"#;

/// From a people file to records and WAV files, as AWS's own client and Python read them.
#[test]
fn callers_talk_to_bots_and_agents_and_are_recorded() {
    let Some(python) = foreign_python() else { return };
    let test = TestEnvironment::empty();
    test.write(BLUEPRINT, CENTER);
    test.write("people.yaml", PEOPLE);
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    test.expect(0, &["sandbox", "people", "people.yaml"]);
    test.expect(0, &["sandbox", "advance", "10m"]);
    let serving = test.serve(&[]);
    let calls: Value = serde_json::from_str(&foreign_script(&python, "recorded_calls.py", &[&serving.url])).unwrap();
    let from: Vec<&str> = calls.as_array().unwrap().iter().map(|call| call["from"].as_str().unwrap()).collect();
    assert_eq!(from, ["+15550100150", "+15550100151", "+15550100160"], "{calls:#}");
    for call in &calls.as_array().unwrap()[..2] {
        assert_eq!(call["method"], json!(["INBOUND", "INBOUND"]), "{call:#}");
        assert_eq!(call["attributes"], json!({ "drink": "tea", "count": "2" }));
        assert_eq!([&call["agent"], &call["reason"]], ["mary.jane", "AGENT_DISCONNECT"]);
        assert_eq!(call["media"], json!(["AUDIO", "AUTOMATED_INTERACTION"]));
        let [conversation, automated] = call["recordings"].as_array().unwrap().as_slice() else {
            panic!("two recordings: {call:#}");
        };
        assert_eq!([&conversation["participant"], &automated["participant"]], ["ALL", "IVR"]);
        assert!(automated["key"].as_str().unwrap().starts_with("connect/drinks/CallRecordings/ivr/"), "{automated}");
        for recording in [conversation, automated] {
            assert_eq!(recording["form"], json!([8000, 2, 2]), "{recording}");
            assert_eq!([&recording["type"], &recording["heard"]], [&json!("audio/wav"), &json!([true, true])]);
        }
        assert_eq!(conversation["seconds"], 30.0);
    }
    let shy = &calls[2];
    assert_eq!([&shy["agent"], &shy["reason"]], [&Value::Null, &json!("CUSTOMER_DISCONNECT")]);
    assert_eq!(shy["recordings"][0]["seconds"], 0.5);
    assert_eq!(shy["recordings"][0]["heard"], json!([false, true]));
}

#[test]
fn people_that_the_center_does_not_have_are_refused() {
    let test = TestEnvironment::empty();
    test.write(BLUEPRINT, CENTER);
    test.write("note.wav", "no sound");
    let refused = |people: &str| {
        test.write("people.yaml", people);
        test.expect(64, &["sandbox", "people", "people.yaml"]).stderr
    };
    let wrong = refused(
        "callers:\n  a: { from: \"+15550100150\", flow: Main, recording: note.wav }\n  \
         b: { from: \"+15550100150\", flow: Main, recording: none.wav }\n",
    );
    assert!(wrong.contains("callers.a.recording: `note.wav` is no WAV file"), "{wrong}");
    assert!(wrong.contains("callers.b.recording: cannot read `none.wav`"), "{wrong}");
    // Before there is a center nobody knows who works there.
    test.write("people.yaml", "agents: { marry.jane: {} }\n");
    test.expect(0, &["sandbox", "people", "people.yaml"]);
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    let wrong = refused(
        "callers: { a: { from: \"+15550100150\", flow: Menu } }\nagents: { marry.jane: {}, mary.jane: { status: Lunch } }\n",
    );
    for part in ["agents.marry.jane: ", "`mary.jane`", "agents.mary.jane.status: ", "callers.a.flow: ", "`Main`"] {
        assert!(wrong.contains(part), "{part}: {wrong}");
    }
    let zero = refused("callees: { default: { outcomes: { busy: 0 } } }\n");
    assert!(zero.contains("callees.default: `busy` has a weight of 0"), "{zero}");
    let shown = test.expect(0, &["sandbox", "people", "--show"]).stdout;
    assert!(shown.contains("marry.jane"), "what was refused has changed nothing: {shown}");
}
