//! Results of Transcribe and analyses of Contact Lens as turns.

use callform_recordings::Channel;
use callform_recordings::transcripts::{Turn, read};
use proptest::prelude::*;
use serde_json::{Value, json};

fn turns(document: &Value) -> Vec<(Channel, u64, u64, String)> {
    let turn = |turn: Turn| (turn.channel, turn.span.start_ms, turn.span.end_ms, turn.text);
    read(document.to_string().as_bytes()).unwrap().into_iter().map(turn).collect()
}

#[track_caller]
fn refused(document: &Value, message: &str) {
    assert_eq!(read(document.to_string().as_bytes()).unwrap_err().to_string(), message);
}

fn word(start: &str, end: &str, content: &str) -> Value {
    json!({
        "type": "pronunciation", "start_time": start, "end_time": end,
        "alternatives": [{ "confidence": "0.998", "content": content }],
    })
}

fn mark(content: &str) -> Value {
    json!({ "type": "punctuation", "alternatives": [{ "confidence": "0.0", "content": content }] })
}

fn two_channels() -> Value {
    let agent = [word("0.04", "0.31", "Good"), word("0.31", "0.7", "morning"), mark(".")];
    let customer =
        [word("1.2", "1.5", "Hello"), mark(","), word("1.5", "1.64", "I"), word("3.0", "3.45", "wait"), mark(".")];
    json!({
        "jobName": "c-1", "status": "COMPLETED",
        "results": {
            "transcripts": [{ "transcript": "Good morning. Hello, I wait." }],
            "channel_labels": {
                "number_of_channels": 2,
                "channels": [
                    { "channel_label": "ch_0", "items": customer },
                    { "channel_label": "ch_1", "items": agent },
                ],
            },
            "items": [],
        },
    })
}

#[test]
fn words_become_turns_of_their_channel() {
    assert_eq!(
        turns(&two_channels()),
        [
            (Channel::Agent, 40, 700, "Good morning.".to_owned()),
            (Channel::Customer, 1_200, 1_640, "Hello, I".to_owned()),
            (Channel::Customer, 3_000, 3_450, "wait.".to_owned()),
        ]
    );
}

#[test]
fn segments_of_newer_results_are_turns() {
    let mut document = two_channels();
    document["results"]["audio_segments"] = json!([
        { "id": 0, "transcript": "Good morning.", "start_time": "0.0", "end_time": "0.92", "channel_label": "ch_1", "items": [0] },
        { "id": 1, "transcript": "Hello, I wait.", "start_time": "1.1", "end_time": "3.6", "channel_label": "ch_0", "items": [1] },
    ]);
    assert_eq!(
        turns(&document),
        [
            (Channel::Agent, 0, 920, "Good morning.".to_owned()),
            (Channel::Customer, 1_100, 3_600, "Hello, I wait.".to_owned()),
        ]
    );
}

#[test]
fn without_channels_all_is_the_customers() {
    let document = json!({ "results": { "items": [mark("?"), word("0.5", "1.0", "Ja"), mark(".")] } });
    assert_eq!(turns(&document), [(Channel::Customer, 500, 1_000, "Ja.".to_owned())]);
    assert_eq!(turns(&json!({ "results": { "transcripts": [{ "transcript": "" }], "items": [] } })), []);
}

#[test]
fn contact_lens_knows_turns_and_roles() {
    let segment = |who: &str, start: u64, end: u64, text: &str| json!({ "Id": "x", "ParticipantId": who, "Content": text, "BeginOffsetMillis": start, "EndOffsetMillis": end });
    let document = json!({
        "Version": "VOICE-2022-11-30",
        "Participants": [
            { "ParticipantId": "a1", "ParticipantRole": "AGENT" },
            { "ParticipantId": "c1", "ParticipantRole": "CUSTOMER" },
            { "ParticipantId": "s1", "ParticipantRole": "SYSTEM" },
        ],
        "Transcript": [
            segment("s1", 0, 10, "This call is recorded."),
            segment("c1", 700, 900, "Hi."),
            segment("a1", 100, 600, "Hello."),
        ],
    });
    let expected = [(Channel::Agent, 100, 600, "Hello.".to_owned()), (Channel::Customer, 700, 900, "Hi.".to_owned())];
    assert_eq!(turns(&document), expected);
    let roles = json!({ "Transcript": [segment("AGENT", 100, 600, "Hello."), segment("CUSTOMER", 700, 900, "Hi.")] });
    assert_eq!(turns(&roles), expected);
}

#[test]
fn what_is_no_transcript_is_refused_with_its_place() {
    refused(&json!({}), "the transcript: is neither a result of Transcribe nor an analysis of Contact Lens");
    refused(&json!({ "status": "FAILED" }), "the transcript: has no results: its job is FAILED");
    let mut document = two_channels();
    document["results"]["channel_labels"]["channels"][1]["items"][0]["end_time"] = json!("soon");
    refused(&document, "results.channel_labels.channels[1].items[0].end_time: is no number of seconds");
    document["results"]["channel_labels"]["channels"][1]["channel_label"] = json!("ch_7");
    refused(&document, "results.channel_labels.channels[1].channel_label: is neither ch_0 nor ch_1");
    refused(
        &json!({ "results": { "items": [{ "start_time": "0", "end_time": "1", "alternatives": [] }] } }),
        "results.items[0].alternatives: have no content",
    );
    refused(
        &json!({ "Transcript": [{ "ParticipantId": "AGENT" }] }),
        "Transcript[0].BeginOffsetMillis: is no number of milliseconds",
    );
    assert!(read(b"{").unwrap_err().to_string().starts_with("the transcript: is no JSON"));
}

proptest! {
    /// Values of any form in their places: turns or a message, never a panic.
    #[test]
    fn any_values_are_read_or_refused(start in "-?[0-9]{0,22}(\\.[0-9]{1,9})?|NaN|inf|1e400", place in 0..5_usize, index in 0..4_usize) {
        let values = [json!(start), Value::Null, json!(-1), json!([1]), json!(1e18)];
        let mut document = two_channels();
        document["results"]["channel_labels"]["channels"][0]["items"][index]["start_time"] = values[place].clone();
        if let Ok(turns) = read(document.to_string().as_bytes()) {
            prop_assert!(turns.iter().all(|turn| turn.span.start_ms <= turn.span.end_ms));
        }
    }
}
