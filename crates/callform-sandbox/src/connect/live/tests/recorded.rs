//! Recordings of contacts.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::recordings::keep_sounds;
use super::super::wave;
use super::super::words::{Speaker, words_of};
use super::{ARN, World, action, content, menu};
use crate::faults::{Faults, Telling};
use crate::services::s3::{bucket, object};

/// Turns recording on and goes on as the menu does.
fn recorded(queue: &str, participants: &Value, automated: &str) -> String {
    let parameters = json!({
        "RecordingBehavior": { "RecordedParticipants": participants, "IVRRecordingBehavior": automated },
    });
    let record = action("record", "UpdateContactRecordingBehavior", &parameters, &json!({ "NextAction": "ask" }));
    let flow: Value = serde_json::from_str(&menu(queue)).unwrap();
    let mut actions = vec![record];
    actions.extend(flow["Actions"].as_array().unwrap().iter().cloned());
    content(&actions)
}

/// Callers of a flow that records, and mary; the last work takes half a minute.
fn people(callers: &Value) -> Value {
    json!({
        "seed": 1,
        "callers": callers,
        "agents": { "mary": { "answers": 2, "talk": 60, "work": 30, "says": ["Good morning.", "Thank you."] } },
    })
}

fn world(people: &Value, participants: &Value, automated: &str) -> World {
    let world = World::new(people);
    let arn = format!("{ARN}/queue/{}", world.queue);
    let input =
        json!({ "Name": "recorded", "Type": "CONTACT_FLOW", "Content": recorded(&arn, participants, automated) });
    world.instance.made("CreateContactFlow", input, "ContactFlowId");
    world.stream("contacts", "CONTACT_TRACE_RECORDS");
    world
}

/// Gives the instance a bucket for recordings.
pub(super) fn store(world: &World, prefix: &str, encryption: &Value) {
    std::fs::create_dir(world.instance.folder().join("s3")).unwrap();
    world.instance.with(|environment| bucket::create(environment, "recordings"));
    let s3 = json!({ "BucketName": "recordings", "BucketPrefix": prefix, "EncryptionConfig": encryption });
    let config = json!({ "StorageType": "S3", "S3Config": s3 });
    let input = json!({ "ResourceType": "CALL_RECORDINGS", "StorageConfig": config });
    world.instance.call("AssociateInstanceStorageConfig", input);
}

pub(super) fn location(recording: &Value) -> (String, String) {
    let (bucket, key) = recording["Location"].as_str().unwrap().split_once('/').unwrap();
    (bucket.to_owned(), key.to_owned())
}

impl World {
    fn sound(&self, (bucket, key): &(String, String)) -> Option<Vec<u8>> {
        self.instance.with(|environment| object::read(environment, bucket, key, None))
    }

    /// Who said what in a recording, and when.
    pub(super) fn words(&self, (bucket, key): &(String, String)) -> Vec<super::super::words::Turn> {
        self.instance.with(|environment| words_of(environment.tx, bucket, key)).unwrap()
    }
}

fn one(more: Value) -> Value {
    let mut caller = json!({ "from": "+15550100150", "flow": "recorded", "keys": ["1"], "after": 3 });
    caller.as_object_mut().unwrap().extend(crate::input::object(more));
    json!({ "one": caller })
}

#[test]
fn a_conversation_and_what_came_before_it_are_recorded() {
    let world =
        world(&people(&one(json!({ "says": ["I have a question."] }))), &json!(["Agent", "Customer"]), "Enabled");
    let key = "arn:aws:kms:us-west-2:123456789012:key/one";
    store(&world, "connect/center/CallRecordings", &json!({ "EncryptionType": "KMS", "KeyId": key }));
    world.pass(0);
    world.pass(200);
    let records = world.records("contacts");
    let record = &records[0];
    let id = record["ContactId"].as_str().unwrap();
    let recordings = record["Recordings"].as_array().unwrap();
    let locations: Vec<_> = recordings.iter().map(location).collect();
    let place = "connect/center/CallRecordings";
    assert_eq!(locations[0].1, format!("{place}/2026/11/21/{id}_20261121T09:00_UTC.wav"));
    assert_eq!(locations[1].1, format!("{place}/ivr/2026/11/21/{id}_20261121T09:00_UTC.wav"));
    let expected = json!({
        "DeletionReason": null, "FragmentStartNumber": null, "FragmentStopNumber": null,
        "Location": format!("recordings/{}", locations[0].1), "MediaStreamType": "AUDIO", "ParticipantType": "ALL",
        "StartTimestamp": "2026-11-21T09:00:06Z", "Status": "AVAILABLE", "StopTimestamp": "2026-11-21T09:01:06Z",
        "StorageType": "S3",
    });
    assert_eq!(recordings[0], expected);
    assert_eq!([&recordings[1]["ParticipantType"], &recordings[1]["StopTimestamp"]], ["IVR", "2026-11-21T09:00:06Z"]);
    assert_eq!(record["Recording"]["Location"], expected["Location"]);
    assert_eq!(record["MediaStreams"], json!([{ "Type": "AUDIO" }, { "Type": "AUTOMATED_INTERACTION" }]));
    assert_eq!(world.described(id)["Recordings"][0]["ParticipantType"], "ALL");
    // A minute of conversation, and six seconds before it.
    let sounds: Vec<_> = locations.iter().map(|location| world.sound(location).unwrap().len()).collect();
    assert_eq!(sounds, [44 + 60 * 32_000, 44 + 6 * 32_000]);
    let words = world.words(&locations[0]);
    let texts: Vec<_> = words.iter().take(3).map(|turn| (turn.speaker, turn.text.as_str())).collect();
    let expected =
        [(Speaker::Agent, "Good morning."), (Speaker::Customer, "I have a question."), (Speaker::Agent, "Thank you.")];
    assert_eq!(texts, expected);
    assert!(world.sound(&locations[0]).unwrap() == wave::render(60_000, &words));
    let words = world.words(&locations[1]);
    let said: Vec<_> = words.iter().map(|turn| (turn.speaker, turn.text.as_str(), turn.start, turn.end)).collect();
    assert_eq!(said, [(Speaker::Agent, "Press 1", 0, 800), (Speaker::Customer, "", 3750, 4000)]);
    let objects = world.instance.with(|environment| object::newest(environment, "recordings"));
    let headers: BTreeMap<_, _> = objects[0].1.headers.clone();
    assert_eq!(headers[object::ENCRYPTION], "aws:kms");
    assert_eq!(headers["x-amz-server-side-encryption-aws-kms-key-id"], key);
}

#[test]
fn what_is_not_asked_for_is_not_recorded() {
    let world = world(&people(&one(json!({}))), &json!(["Agent", "Customer"]), "Disabled");
    world.pass(0);
    world.pass(200);
    // There is no place for recordings.
    assert_eq!(world.records("contacts")[0]["Recordings"], Value::Null);
    store(&world, "calls/", &Value::Null);
    let mut again = people(&one(json!({})));
    again["given"] = json!("again");
    world.people(&again);
    world.pass(0);
    world.pass(200);
    let records = world.records("contacts");
    let recordings = records[1]["Recordings"].as_array().unwrap();
    assert_eq!((recordings.len(), &records[1]["MediaStreams"]), (1, &json!([{ "Type": "AUDIO" }])));
    assert!(location(&recordings[0]).1.starts_with("calls/2026/"));
    // The menu alone, without recording.
    again["callers"]["one"]["flow"] = json!("menu");
    world.people(&again);
    world.pass(0);
    world.pass(200);
    assert_eq!(world.records("contacts")[2]["Recording"], Value::Null);
}

#[test]
fn of_one_side_alone_the_other_is_silent() {
    let world = world(&people(&one(json!({ "talk": 20 }))), &json!(["Customer"]), "Disabled");
    store(&world, "calls", &Value::Null);
    world.pass(0);
    world.pass(200);
    let record = &world.records("contacts")[0];
    let recording = &record["Recordings"][0];
    assert_eq!(
        (&recording["ParticipantType"], &record["DisconnectReason"]),
        (&json!("CUSTOMER"), &json!("CUSTOMER_DISCONNECT"))
    );
    let words = world.words(&location(recording));
    assert!(!words.is_empty() && words.iter().all(|turn| turn.speaker == Speaker::Customer), "{words:?}");
    assert_eq!(world.sound(&location(recording)).unwrap().len(), 44 + 20 * 32_000);
}

#[test]
fn recordings_come_before_and_after_their_records() {
    let callers =
        json!({ "many": { "from": "+15550100150", "flow": "recorded", "count": 12, "every": 100, "keys": ["1"] } });
    let mut people = people(&callers);
    people["agents"]["mary"]["talk"] = json!(5);
    let world = world(&people, &json!(["Agent", "Customer"]), "Disabled");
    store(&world, "calls", &Value::Null);
    world.pass(0);
    world.pass(1500);
    let objects = world.instance.with(|environment| object::newest(environment, "recordings"));
    let records = world.records("contacts");
    assert_eq!((objects.len(), records.len()), (12, 12));
    let is_before = |record: &Value| {
        let key = location(&record["Recordings"][0]).1;
        let put = objects.iter().find(|(own, _)| *own == key).unwrap().1.modified;
        let told = record["Agent"]["AfterContactWorkEndTimestamp"].as_str().unwrap();
        put < u64::try_from(told.parse::<jiff::Timestamp>().unwrap().as_millisecond()).unwrap()
    };
    let before = records.iter().filter(|record| is_before(record)).count();
    assert!((1..12).contains(&before), "{before} of 12");
}

#[test]
fn a_caller_may_bring_a_recording_along() {
    let world = world(&people(&one(json!({ "recording": "mine.wav" }))), &json!(["Agent", "Customer"]), "Enabled");
    store(&world, "calls", &Value::Null);
    let mine = wave::render(1234, &[]);
    world.instance.with(|environment| keep_sounds(environment.tx, &[("mine.wav".to_owned(), mine.clone())].into()));
    world.pass(0);
    world.pass(200);
    let record = &world.records("contacts")[0];
    assert!(world.sound(&location(&record["Recordings"][0])) == Some(mine));
    assert_eq!(world.sound(&location(&record["Recordings"][1])).unwrap().len(), 44 + 6 * 32_000);
}

#[test]
fn recordings_are_lost_and_late_where_faults_say_so() {
    let callers =
        json!({ "many": { "from": "+15550100150", "flow": "recorded", "count": 12, "every": 100, "keys": ["1"] } });
    let mut people = people(&callers);
    people["agents"]["mary"]["talk"] = json!(1);
    let world = world(&people, &json!(["Agent", "Customer"]), "Disabled");
    store(&world, "calls", &Value::Null);
    let recordings = Telling { seed: 1, lose: 30, delay: 40, delay_seconds: 5000, ..Telling::default() };
    Faults { recordings, ..Faults::default() }.save(world.instance.folder()).unwrap();
    let put = || world.instance.with(|environment| object::newest(environment, "recordings")).len();
    world.pass(0);
    world.pass(1500);
    let at_once = put();
    world.pass(5000);
    assert!(0 < at_once && at_once < put() && put() < 12, "{at_once} and {} of 12", put());
    let records = world.records("contacts");
    assert!(records.len() == 12 && records.iter().all(|record| record["Recordings"].is_array()));
}
