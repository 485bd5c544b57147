use serde_json::json;

use super::*;

fn moment(text: &str) -> Moment {
    text.parse().unwrap()
}

/// In the form of the published samples.
#[test]
fn a_contact_record_is_read_with_its_recordings() {
    let record = json!({
        "ContactId": "c-2", "InitialContactId": "c-1", "Channel": "VOICE", "InitiationMethod": "TRANSFER",
        "InitiationTimestamp": "2026-11-30T17:17:53Z", "DisconnectTimestamp": "2026-11-30T17:18:37Z",
        "LastUpdateTimestamp": "2026-11-30T17:19:41Z", "DisconnectReason": "CUSTOMER_DISCONNECT",
        "Agent": { "ARN": "arn:aws:connect:us-west-2:012345678901:instance/i/agent/a-1",
                   "ConnectedToAgentTimestamp": "2026-11-30T17:18:09Z" },
        "Queue": { "ARN": "q", "EnqueueTimestamp": "2026-11-30T17:18:04Z" },
        "Recording": { "Location": "b/connect/CallRecordings/2026/11/30/x.wav", "Status": "AVAILABLE", "Type": "AUDIO" },
        "Recordings": [
            { "Location": "b/connect/CallRecordings/2026/11/30/x.wav", "StorageType": "S3", "MediaStreamType": "AUDIO" },
            { "Location": "b/connect/CallRecordings/ivr/2026/11/30/x.wav", "StorageType": "Amazon S3" },
            { "Location": "arn:stream/1", "StorageType": "KINESIS_VIDEO_STREAM" },
            { "Location": "b/gone.wav", "StorageType": "S3", "Status": "DELETED" },
        ],
    });
    let heard = contact_record(&record).unwrap();
    assert_eq!((heard.contact.as_str(), heard.inbound), ("c-1", true));
    let evidence = heard.evidence;
    assert_eq!(evidence.joined, Some(Joined { since: moment("2026-11-30T17:18:09Z"), agent: "a-1".into() }));
    assert_eq!(evidence.ended, Some(moment("2026-11-30T17:18:37Z")));
    assert_eq!(evidence.record, Some(moment("2026-11-30T17:19:41Z")));
    let parts: Vec<(&str, Part)> =
        evidence.recordings.iter().map(|(place, recorded)| (place.as_str(), recorded.part)).collect();
    let talk = ("b/connect/CallRecordings/2026/11/30/x.wav", Part::Talk);
    assert_eq!(parts, [talk, ("b/connect/CallRecordings/ivr/2026/11/30/x.wav", Part::Automated)]);
}

/// S9: a recording that is not ready, an agent event, and something else on the stream.
#[test]
fn s9_records_without_a_recording_and_foreign_ones_are_read() {
    let record = json!({ "ContactId": "c", "Recording": null, "Recordings": null, "DisconnectTimestamp": null });
    assert_eq!(contact_record(&record).unwrap().evidence, Evidence::default());
    for foreign in [json!({ "AgentARN": "a", "EventType": "HEART_BEAT" }), json!([1]), json!("x"), json!(null)] {
        assert_eq!(contact_record(&foreign), None, "{foreign}");
    }
    let outbound = json!({ "ContactId": "c", "InitiationMethod": "OUTBOUND", "Channel": "VOICE" });
    assert!(!contact_record(&outbound).unwrap().inbound);
}

#[test]
fn a_transferred_call_is_not_over() {
    let record = json!({
        "ContactId": "c-1", "NextContactId": "c-2", "DisconnectTimestamp": "2026-11-30T17:18:37Z",
        "LastUpdateTimestamp": "2026-11-30T17:19:41Z",
    });
    let evidence = contact_record(&record).unwrap().evidence;
    assert_eq!((evidence.ended, evidence.record), (None, None));
}

#[test]
fn objects_that_were_put_are_named() {
    let event = |kind: &str| {
        json!({
            "source": "aws.s3", "detail-type": kind,
            "detail": { "bucket": { "name": "b" }, "object": { "key": "a b/2026:11/ü%.wav" } },
        })
    };
    let location = Location { bucket: "b".to_owned(), key: "a b/2026:11/ü%.wav".to_owned() };
    assert_eq!(object_created(&event("Object Created")), Some(location));
    assert_eq!(object_created(&event("Object Deleted")), None);
    assert_eq!(object_created(&json!({})), None);
}

#[test]
fn a_turn_is_read_with_what_it_came_to() {
    let at = moment("2026-11-30T17:00:00Z");
    let event = json!({
        "messageVersion": "1.0", "invocationSource": "FulfillmentCodeHook", "inputMode": "Speech", "sessionId": "s",
        "inputTranscript": "two nights",
        "sessionState": {
            "sessionAttributes": { "conversation": "c-1", "callform_turn": "3" },
            "intent": { "name": "Book", "state": "ReadyForFulfillment", "slots": {
                "nights": { "value": { "interpretedValue": "2", "originalValue": "two" } }, "city": null,
            } },
        },
    });
    let hooked = hook(&event, at).unwrap();
    assert_eq!((hooked.turn.contact.as_str(), hooked.turn.nth, &*hooked.turn.heard), ("c-1", 4, "two nights"));
    assert_eq!(hooked.turn.slots, [("nights".to_owned(), "2".to_owned())].into());
    let result = hooked.result.unwrap();
    assert_eq!((&*result.intent, &*result.state), ("Book", "Fulfilled"));
    assert_eq!(hook(&json!({}), at), None);
}
