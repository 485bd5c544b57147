//! Collections of spoken conversations whole: the center applied, made-up people who call, the real functions, recordings,
//! transcripts, downloads, data sets, erasure.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::support::TestEnvironment;

const CENTER: &str = "blueprints/spoken-data-collection.yaml";

/// A command on collections, in the environment for trying it.
fn collection(test: &TestEnvironment, code: i32, verb: &str, further: &[&str]) -> String {
    let arguments = [&["collection", verb, CENTER], further, &["--env", "try", "--sandbox"]].concat();
    test.expect(code, &arguments).stdout
}

fn json_of(test: &TestEnvironment, verb: &str, further: &[&str]) -> Value {
    serde_json::from_str(&collection(test, 0, verb, &[further, &["--format", "json"]].concat())).unwrap()
}

/// The Python of the tools for recordings; `None`, said aloud, where it is not there.
fn audio_python() -> Option<PathBuf> {
    let python = std::env::var_os("CALLFORM_TEST_AUDIO").map(PathBuf::from);
    assert!(python.is_some() || std::env::var_os("CI").is_none(), "CI must run through `cargo xtask test`");
    if python.is_none() {
        eprintln!("SKIPPED: no datasets; run the tests with `cargo xtask test`");
    }
    python
}

#[test]
fn a_dry_run_collects_twenty_conversations_in_each_mode_and_everything_can_be_erased() {
    let test = TestEnvironment::with_blueprints();
    let said = test.expect(0, &["collection", "dry-run", CENTER, "--out", "out", "--env", "try", "--sandbox"]).stderr;
    assert!(said.contains("25 recordings were measured as they are"), "{said}");
    for id in ["dry-agents", "dry-hotel"] {
        let shown = &json_of(&test, "show", &[id])["collection"];
        assert_eq!((&shown["accepted"], &shown["reserved"], &shown["state"]), (&json!(20), &json!(0), &json!("ended")));
        assert_eq!(shown["lease"], Value::Null, "S3: the queue is given back");
    }
    // One in four of the first recordings with agents was made bad.
    let conversations = json_of(&test, "conversations", &["dry-agents"]);
    let conversations = conversations["conversations"].as_array().unwrap();
    let rejected: Vec<&Value> = conversations.iter().filter(|one| one["state"] == "rejected").collect();
    assert_eq!((conversations.len(), rejected.len()), (25, 5));
    assert!(rejected.iter().all(|one| one["why"] == "quality"), "{rejected:#?}");
    a_second_download_is_the_same(&test);
    the_data_set_loads(&test.path("out/dataset"), &test.path("caches"));
    everything_is_erased(&test);
}

/// S13: the same manifest, and all files are as it says.
fn a_second_download_is_the_same(test: &TestEnvironment) {
    for id in ["dry-agents", "dry-hotel"] {
        let out = format!("again/{id}");
        collection(test, 0, "download", &[id, "--all", "--out", &out]);
        assert_eq!(test.read(&format!("{out}/manifest.json")), test.read(&format!("out/{id}/manifest.json")));
        collection(test, 0, "download", &[id, "--verify", "--out", &out]);
    }
}

/// A row a clip, whose words are those that were said, and whose sound is there.
fn the_data_set_loads(folder: &Path, caches: &Path) {
    let Some(python) = audio_python() else { return };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign/audio/load.py");
    let output = Command::new(python).arg(script).args([folder, caches]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let loaded: Value = serde_json::from_slice(&output.stdout).unwrap();
    let rows = |form: &str| -> Vec<Value> {
        let splits = loaded[form].as_object().unwrap().values();
        splits.flat_map(|split| split["rows"].as_array().unwrap()).cloned().collect()
    };
    let (all, audio) = (rows("rows"), rows("audio"));
    assert!(all.len() > 100 && all.len() == audio.len(), "{} and {}", all.len(), audio.len());
    assert!(all.iter().all(|row| row["clip"]["frames"].as_u64().unwrap() > 0));
    let said: Vec<&str> = all.iter().filter_map(|row| row["transcript"].as_str()).collect();
    assert!(said.contains(&"book a room") && said.contains(&"Lisbon"), "{said:?}");
}

/// S10: what is listed afterwards is nothing, in every store.
fn everything_is_erased(test: &TestEnvironment) {
    let people = json_of(test, "people", &[]);
    let customer = people["people"].as_array().unwrap().iter().find(|one| one["role"] == "customer").unwrap();
    let person = customer["id"].as_str().unwrap().to_owned();
    let erased = json_of(test, "erase", &["--person", &person, "--yes"]);
    let stores = |listing: &Value| -> Vec<String> {
        let traces = listing["traces"].as_array().unwrap().iter();
        let mut stores: Vec<String> = traces.map(|trace| trace["store"].as_str().unwrap().to_owned()).collect();
        stores.dedup();
        stores
    };
    let before = stores(&erased["erased"]["before"]);
    assert!(
        ["bucket", "table", "transcription jobs"].iter().all(|store| before.iter().any(|one| one == store)),
        "{before:?}"
    );
    for id in ["dry-agents", "dry-hotel"] {
        let erased = json_of(test, "erase", &["--collection", id, "--yes"]);
        assert_eq!(erased["erased"]["after"]["traces"], json!([]), "{id}");
        let listing = json_of(test, "erase", &["--collection", id, "--dry-run"]);
        assert_eq!(listing["listing"]["traces"], json!([]), "{id}");
    }
    assert_eq!(json_of(test, "people", &[])["people"], json!([]), "S12: nobody is left of whom nothing is left");
}

/// Makes a collection with the bot, and a customer of it: their PINs.
fn prepared(test: &TestEnvironment, goal: &str) -> (String, String) {
    test.expect(0, &["apply", CENTER, "--env", "try", "--sandbox", "--yes"]);
    let made = json_of(test, "create", &["rooms", "--goal", goal, "--bot", "hotel"]);
    let customer = json_of(test, "add-customer", &["Ana", "--collection", "rooms"]);
    collection(test, 0, "start", &["rooms"]);
    let pin = |value: &Value| value["pin"].as_str().unwrap().to_owned();
    (pin(&customer["person"]), pin(&made["collection"]))
}

/// A hundred who call at once, all with right PINs, and a goal of ten: ten are accepted, the others are told, and no recording is
/// without a conversation.
#[test]
fn a_hundred_callers_at_once_fill_a_goal_of_ten_exactly() {
    let test = TestEnvironment::with_blueprints();
    let (user, conversation) = prepared(&test, "10");
    test.write(
        "people.yaml",
        format!(
            "seed: 3\ncallers:\n  all: {{ from: \"+15550101000\", to: \"+15550100000\", count: 100, every: 0, patience: 60,\n    \
             keys: [\"{user}#\", \"{conversation}#\", \"1\"], says: [book a room, Lisbon, two] }}\n"
        ),
    );
    test.expect(0, &["sandbox", "people", "people.yaml"]);
    test.expect(0, &["sandbox", "advance", "3h"]);
    let shown = &json_of(&test, "show", &["rooms"])["collection"];
    assert_eq!(
        (&shown["accepted"], &shown["reserved"], &shown["live"]),
        (&json!(10), &json!(0), &json!(0)),
        "{shown:#}"
    );
    let all = json_of(&test, "conversations", &["rooms"]);
    let all = all["conversations"].as_array().unwrap();
    assert!(
        all.iter().all(|one| one["state"] == "complete"),
        "only those who were let in are of the collection: {all:#?}"
    );
    // Every recording in the bucket belongs to one of them.
    let recordings: Vec<&String> =
        all.iter().flat_map(|one| one["evidence"]["recordings"].as_object().unwrap().keys()).collect();
    assert_eq!(recordings.len(), 10, "{recordings:?}");
}

/// Somebody who tries one number after the other is locked out, also with the right one; others are not.
#[test]
fn who_guesses_pins_is_locked_out() {
    let test = TestEnvironment::with_blueprints();
    let (user, conversation) = prepared(&test, "10");
    // Seven digits and one that checks them: what a script would try, so that each guess counts.
    let guesses = (1000..1012_u32).fold(String::new(), |mut text, guess| {
        let _ok = write!(text, "\"{}#\", ", with_check_digit(&format!("{guess:07}")));
        text
    });
    let right = format!("keys: [\"{user}#\", \"{conversation}#\", \"1\"], says: [book a room, Lisbon, two]");
    test.write(
        "people.yaml",
        format!(
            "seed: 3\ncallers:\n  script: {{ from: [\"+15550101000\"], to: \"+15550100000\", count: 4, every: 60, keys: [{guesses}] }}\n  \
             then: {{ from: [\"+15550101000\"], to: \"+15550100000\", at: 600, {right} }}\n  \
             other: {{ from: [\"+15550101999\"], to: \"+15550100000\", at: 660, {right} }}\n"
        ),
    );
    test.expect(0, &["sandbox", "people", "people.yaml"]);
    test.expect(0, &["sandbox", "advance", "3h"]);
    let shown = &json_of(&test, "show", &["rooms"])["collection"];
    assert_eq!(shown["accepted"], 1, "the other caller alone: {shown:#}");
}

/// Verbs that the others do not need: goals, pauses, people who may take part in more, consent that is taken back.
#[test]
fn collections_are_paused_and_changed_and_people_come_and_go() {
    let test = TestEnvironment::with_blueprints();
    prepared(&test, "3");
    let state = |id: &str| json_of(&test, "show", &[id])["collection"].clone();
    collection(&test, 0, "pause", &["rooms"]);
    assert_eq!(state("rooms")["state"], "paused");
    collection(&test, 0, "goal", &["rooms", "5"]);
    assert_eq!(state("rooms")["goal"], 5);
    collection(&test, 1, "create", &["rooms", "--goal", "1"]);
    collection(&test, 1, "create", &["others", "--goal", "1", "--bot", "nobody"]);
    collection(&test, 0, "create", &["talks", "--goal", "1"]);
    let customer = json_of(&test, "people", &[])["people"][0]["id"].as_str().unwrap().to_owned();
    collection(&test, 0, "allow", &["talks", &customer]);
    let added = json_of(&test, "add-agent", &["talks", "kim.jones"]);
    // Connect keeps passwords here: one to begin with, which is shown this once.
    let password = added["person"]["one_time_password"].as_str().unwrap();
    let people = json_of(&test, "people", &[]);
    assert!(!people.to_string().contains(password), "S6");
    assert_eq!(people["people"][0]["collections"], json!(["rooms", "talks"]));
    let agent = added["person"]["id"].as_str().unwrap();
    collection(&test, 0, "remove", &[agent]);
    assert_eq!(json_of(&test, "people", &[])["people"].as_array().unwrap().len(), 1);
    collection(&test, 1, "revoke", &["00000000-0000-0000-0000-000000000000"]);
    let page = collection(&test, 0, "open", &["--print"]);
    assert_eq!(page, "https://spoken-data.my.connect.aws/agent-app-v2/\n");
    let listed = collection(&test, 0, "list", &[]);
    let pin = state("rooms")["pin"].as_str().unwrap().to_owned();
    assert!(listed.contains("rooms") && !listed.contains(&pin), "{listed}");
}

/// The digit that makes a PIN of these is one of ten.
fn with_check_digit(digits: &str) -> String {
    let all = (0..10).map(|last| format!("{digits}{last}"));
    all.filter(|text| text.parse::<collection::pin::Pin>().is_ok()).collect()
}
