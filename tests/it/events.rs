//! Events and schedules, as foreign clients see them.

use serde_json::{Value, json};

use crate::support::{TestEnvironment, foreign_python, foreign_script};

#[test]
fn what_boto3_tells_and_schedules_happens() {
    let Some(python) = foreign_python() else { return };
    let test = TestEnvironment::empty();
    let serving = test.serve(&[]);
    let run = |step: &str| -> Value {
        serde_json::from_str(&foreign_script(&python, "events.py", &[&serving.url, step])).unwrap()
    };
    let expected = json!({
        "rule": "arn:aws:events:us-west-2:123456789012:rule/dear",
        "failed": [null, null, "NotAuthorizedForSourceException"],
        "matches": true,
        "refused": ["InvalidEventPatternException", "ValidationException", "ValidationException"],
    });
    assert_eq!(run("make"), expected);
    // Another process asks for the clock to be moved; the server's worker goes from one time to the next.
    test.expect(0, &["sandbox", "advance", "3h"]);
    let input = json!({ "QueueUrl": "arn:aws:sqs:us-west-2:123456789012:gone", "MessageBody": "x" });
    let got = run("get");
    let dead: Value = serde_json::from_str(got["dead"][0][0].as_str().unwrap()).unwrap();
    assert_eq!((dead, &got["dead"][0][1]), (input, &json!("QueueDoesNotExist")));
    assert_eq!(got["of"], json!(["arn:aws:scheduler:us-west-2:123456789012:schedule/default/once"]));
    assert_eq!(got["told"], json!([{ "price": 11 }]));
    assert_eq!(got["hourly"], json!(["\"Scheduled Event\"", "\"Scheduled Event\"", "\"Scheduled Event\""]));
    assert_eq!(got["ticks"], json!([6, true, 6]));
    assert_eq!(got["schedules"], json!(["ticks"]), "what runs once and deletes itself is gone");
    assert_eq!(got["objects"], json!(["a.csv"]));
}
