//! The center that collects spoken data: what callers hear, what its functions may do, and what a further bot changes.

use std::fs;

use serde_json::Value;

use crate::support::TestEnvironment;

const CENTER: &str = "blueprints/spoken-data-collection.yaml";

#[test]
fn every_way_of_a_call_is_tested() {
    let test = TestEnvironment::with_blueprints();
    let said = test.expect(0, &["test", CENTER]).stdout;
    assert!(said.contains(" 0 failed"), "{said}");
}

/// S17: Connect itself records what is said to bots, however long that takes; no function reads a video stream.
#[test]
fn s17_no_function_records() {
    let test = TestEnvironment::with_blueprints();
    test.expect(0, &["render", CENTER, "--out", "rendered"]);
    let (mut recorded, mut all) = (0, String::new());
    for folder in ["rendered", "rendered/flows"] {
        for entry in fs::read_dir(test.path(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let text = fs::read_to_string(path).unwrap();
                recorded +=
                    usize::from(folder != "rendered") * text.matches("\"IVRRecordingBehavior\":\"Enabled\"").count();
                recorded +=
                    usize::from(folder != "rendered") * text.matches("\"IVRRecordingBehavior\": \"Enabled\"").count();
                all.push_str(&text);
            }
        }
    }
    assert_eq!(recorded, 1, "the way to the bot turns it on");
    assert!(!all.to_lowercase().contains("kinesisvideo"));
}

/// What follows from manifests and blueprint names what it is about.
#[test]
fn no_function_may_do_everything() {
    let test = TestEnvironment::with_blueprints();
    test.expect(0, &["render", CENTER, "--out", "rendered"]);
    let mut statements = 0;
    for entry in fs::read_dir(test.path("rendered")).unwrap() {
        let path = entry.unwrap().path();
        if !path.to_string_lossy().ends_with(".template.json") {
            continue;
        }
        let template: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        let roles = template["Resources"].as_object().unwrap().values().filter(|it| it["Type"] == "AWS::IAM::Role");
        for policy in roles.flat_map(|role| role["Properties"]["Policies"].as_array().cloned().unwrap_or_default()) {
            for statement in policy["PolicyDocument"]["Statement"].as_array().unwrap() {
                statements += 1;
                let actions = statement["Action"].as_array().unwrap();
                // What is allowed on everything or not at all: neither is about a resource of this center.
                let listing =
                    actions.iter().all(|action| action == "kinesis:ListStreams" || action == "polly:SynthesizeSpeech");
                let wide = actions.iter().any(|action| action.as_str().unwrap().contains('*'));
                assert!(!wide && (listing || !statement["Resource"].to_string().contains("\"*\"")), "{statement:#}");
            }
        }
    }
    assert!(statements >= 10, "{statements}");
}

/// S16: a further bot is a change of the configuration: the bot with what belongs to it, and the flow that leads to it.
#[test]
fn s16_a_further_bot_changes_itself_and_the_flow() {
    let test = TestEnvironment::with_blueprints();
    let center = fs::read_to_string(test.path(CENTER)).unwrap();
    let bot = "bots:\n  pizza:\n    locales:\n      en_US:\n        voice: Joanna\n        intents:\n          \
               OrderPizza: { utterances: [a pizza, order a pizza], fulfill: turns, closing: It is in the oven. }\n";
    let more = center
        .replace("bots:\n", bot)
        .replace("          hotel: { goto: To the hotel bot }\n", "          hotel: { goto: To the hotel bot }\n          pizza: { goto: To the pizza bot }\n")
        .replace(
            "      - say: Thank you. Your conversation is complete. Goodbye.\n        name: Thank you\n",
            "      - goto: Thank you\n      - record: both\n        name: To the pizza bot\n        ivr: true\n      \
             - lex: pizza\n        ask: What would you like?\n        with: { conversation: $.Attributes.conversation }\n        \
             else: { goto: Thank you }\n        error: { goto: Thank you }\n      \
             - say: Thank you. Your conversation is complete. Goodbye.\n        name: Thank you\n",
        );
    assert_eq!(more.matches("pizza bot").count(), 2);
    test.write("blueprints/more.yaml", &more);
    let json = test.expect(0, &["diff", CENTER, "blueprints/more.yaml", "--format", "json"]).stdout;
    let answer: Value = serde_json::from_str(&json).unwrap();
    let changed = answer["changes"].as_array().unwrap().iter().filter(|change| change["action"] != "no-op");
    let addresses: Vec<&str> = changed.map(|change| change["address"].as_str().unwrap()).collect();
    assert!(addresses.contains(&"flow/welcome"), "{addresses:?}");
    let others = addresses.iter().filter(|address| !address.contains("pizza") && !address.contains("welcome"));
    assert_eq!(others.collect::<Vec<_>>(), Vec::<&&str>::new());
}
