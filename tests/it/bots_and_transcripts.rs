//! Bots that answer and recordings that are transcribed, as foreign clients see them.

use serde_json::{Value, json};

use crate::support::{TestEnvironment, foreign_python, foreign_script};

#[test]
fn what_boto3_says_to_a_bot_is_answered() {
    let Some(python) = foreign_python() else { return };
    let test = TestEnvironment::empty();
    let serving = test.serve(&[]);
    let script = foreign_script(&python, "bots_and_transcripts.py", &[&serving.url, "talk"]);
    let seen: Value = serde_json::from_str(&script).unwrap();
    let number = json!({ "originalValue": "twenty three", "interpretedValue": "23", "resolvedValues": ["23"] });
    let expected = json!({
        "missed": "FallbackIntent",
        "asked": [["Which number?"], { "type": "ElicitSlot", "slotToElicit": "number" }, ["Which number?"]],
        "done": ["Text 23 for Ann, live"],
        "closed": ["Close", "Fulfilled", { "last": "23" }, number, 1.0, { "who": "Ann" }],
        "kept": ["one", "Text 23 for Ann, live", "Fulfilled"],
        "put": [[{ "contentType": "PlainText", "content": "The number, please." }], { "a": "b" }, "two"],
        "other": [["Text 7 for None, live"], { "a": "b", "last": "7" }],
        "deleted": "two",
        "refused": [
            "ResourceNotFoundException", "ResourceNotFoundException", "ResourceNotFoundException",
            "ResourceNotFoundException", "DependencyFailedException", "ValidationException",
            "UnsupportedMediaTypeException",
        ],
    });
    assert_eq!(seen, expected);
}

#[test]
fn what_boto3_has_transcribed_is_done_by_the_clock() {
    let Some(python) = foreign_python() else { return };
    let test = TestEnvironment::empty();
    let serving = test.serve(&[]);
    let run = |step: &str| -> Value {
        serde_json::from_str(&foreign_script(&python, "bots_and_transcripts.py", &[&serving.url, step])).unwrap()
    };
    let started = run("start");
    assert_eq!(started["begun"], json!(["QUEUED", true]));
    let refused = json!([
        "ConflictException",
        "BadRequestException",
        "BadRequestException",
        "NotFoundException",
        "BadRequestException",
        "NotImplementedException",
    ]);
    assert_eq!(started["refused"], refused);
    test.expect(0, &["sandbox", "advance", "10m"]);
    let seen = run("ask");
    let uri = "https://s3.us-west-2.amazonaws.com/calls/out/to-bucket.json";
    assert_eq!(seen["to_bucket"], json!(["COMPLETED", uri, 8000, 25.0]));
    assert_eq!(seen["file"], json!(["to-bucket", 2]));
    assert_eq!(seen["fetched"], json!(["to-service", [{ "transcript": "" }]]));
    let why = "The media format provided does not match the detected media format.";
    assert_eq!(seen["wrong"], json!(["FAILED", why]));
    let told = |name: &str, status: &str| json!({ "TranscriptionJobName": name, "TranscriptionJobStatus": status });
    let all = [told("to-bucket", "COMPLETED"), told("to-service", "COMPLETED"), told("wrong", "FAILED")];
    assert_eq!(seen["told"], json!(all));
    assert_eq!(seen["completed"], json!(["to-bucket", "to-service"]));
    assert_eq!(seen["pages"], json!([2, 1]));
    assert_eq!(seen["buckets"], json!(["calls"]), "the service's own bucket is in no list");
    assert_eq!(seen["gone"], "NotFoundException");
}
