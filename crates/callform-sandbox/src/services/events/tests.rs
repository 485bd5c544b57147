//! Patterns, rules, buses, and events that wait.

use serde_json::{Value, json};

use super::pattern::Pattern;
use super::{call, emit, take};
use crate::handler::Environment;
use crate::input::object;
use crate::resources::sandboxed;

fn matches(pattern: &Value, event: &Value) -> bool {
    Pattern::read(&pattern.to_string()).unwrap().matches(event)
}

#[test]
fn every_operator_takes_what_it_should_and_nothing_else() {
    let cases = [
        (
            json!({ "a": ["x", "y"] }),
            vec![json!({ "a": "y" }), json!({ "a": ["z", "x"] })],
            vec![json!({ "a": "z" }), json!({}), json!({ "a": [] })],
        ),
        (json!({ "a": [null] }), vec![json!({ "a": null })], vec![json!({}), json!({ "a": "" })]),
        (json!({ "a": [true] }), vec![json!({ "a": true })], vec![json!({ "a": "true" })]),
        (json!({ "a": [300] }), vec![json!({ "a": 300 })], vec![json!({ "a": "300" }), json!({ "a": 301 })]),
        (
            json!({ "a": [{ "prefix": "x" }] }),
            vec![json!({ "a": "xy" })],
            vec![json!({ "a": "Xy" }), json!({ "a": 1 })],
        ),
        (
            json!({ "a": [{ "prefix": { "equals-ignore-case": "X" } }] }),
            vec![json!({ "a": "xy" })],
            vec![json!({ "a": "yx" })],
        ),
        (json!({ "a": [{ "suffix": ".png" }] }), vec![json!({ "a": "b.png" })], vec![json!({ "a": "b.PNG" })]),
        (
            json!({ "a": [{ "suffix": { "equals-ignore-case": ".png" } }] }),
            vec![json!({ "a": "b.PNG" })],
            vec![json!({ "a": "png" })],
        ),
        (
            json!({ "a": [{ "equals-ignore-case": "alice" }] }),
            vec![json!({ "a": "ALICE" })],
            vec![json!({ "a": "alices" })],
        ),
        (
            json!({ "a": [{ "wildcard": "x*y*" }] }),
            vec![json!({ "a": "xy" }), json!({ "a": "x1y2" })],
            vec![json!({ "a": "axy" }), json!({ "a": "yx" })],
        ),
        (json!({ "a": [{ "wildcard": "*aba" }] }), vec![json!({ "a": "ababa" })], vec![json!({ "a": "abab" })]),
        (json!({ "a": [{ "wildcard": "x\\*" }] }), vec![json!({ "a": "x*" })], vec![json!({ "a": "xy" })]),
        (
            json!({ "a": [{ "anything-but": "x" }] }),
            vec![json!({ "a": "y" }), json!({ "a": 1 })],
            vec![json!({ "a": "x" }), json!({})],
        ),
        (json!({ "a": [{ "anything-but": ["x", 3] }] }), vec![json!({ "a": "3" })], vec![json!({ "a": 3 })]),
        (
            json!({ "a": [{ "anything-but": { "prefix": ["init", "end"] } }] }),
            vec![json!({ "a": "x" })],
            vec![json!({ "a": "ending" })],
        ),
        (
            json!({ "a": [{ "anything-but": { "wildcard": "*/lib/*" } }] }),
            vec![json!({ "a": "/bin" })],
            vec![json!({ "a": "/lib/x" })],
        ),
        (
            json!({ "a": [{ "anything-but": { "equals-ignore-case": "no" } }] }),
            vec![json!({ "a": "yes" })],
            vec![json!({ "a": "NO" })],
        ),
        (
            json!({ "a": [{ "numeric": [">", 0, "<=", 5] }] }),
            vec![json!({ "a": 5 }), json!({ "a": 0.5 })],
            vec![json!({ "a": 0 }), json!({ "a": "3" }), json!({ "a": 5.01 })],
        ),
        (json!({ "a": [{ "numeric": ["=", 3.0] }] }), vec![json!({ "a": 3 })], vec![json!({ "a": 3.1 })]),
        (
            json!({ "a": [{ "exists": true }] }),
            vec![json!({ "a": null }), json!({ "a": 0 })],
            vec![json!({}), json!({ "a": { "b": 1 } })],
        ),
        (
            json!({ "a": { "b": [{ "exists": false }] } }),
            vec![json!({}), json!({ "a": {} }), json!({ "a": { "b": [] } })],
            vec![json!({ "a": { "b": 1 } })],
        ),
        (
            json!({ "a": [{ "cidr": "10.0.0.0/24" }] }),
            vec![json!({ "a": "10.0.0.255" })],
            vec![json!({ "a": "10.0.1.0" }), json!({ "a": "x" })],
        ),
        (
            json!({ "a": [{ "cidr": "2001:db8::/32" }] }),
            vec![json!({ "a": "2001:db8::1" })],
            vec![json!({ "a": "10.0.0.1" }), json!({ "a": "2001:db9::" })],
        ),
        (json!({ "a": [{ "cidr": "0.0.0.0/0" }] }), vec![json!({ "a": "203.0.113.7" })], vec![json!({ "a": "::1" })]),
        (
            json!({ "$or": [{ "a": ["x"] }, { "b": [{ "numeric": ["<", 9] }] }], "c": ["d"] }),
            vec![json!({ "a": "x", "c": "d" }), json!({ "b": 1, "c": "d" })],
            vec![json!({ "a": "x" }), json!({ "a": "y", "b": 9, "c": "d" })],
        ),
        // Of the same entry of a list.
        (
            json!({ "l": { "k": ["a"], "v": [1] } }),
            vec![json!({ "l": [{ "k": "b", "v": 2 }, { "k": "a", "v": 1 }] })],
            vec![json!({ "l": [{ "k": "a", "v": 2 }, { "k": "b", "v": 1 }] })],
        ),
    ];
    for (pattern, right, wrong) in cases {
        for event in right {
            assert!(matches(&pattern, &event), "{pattern} takes {event}");
        }
        for event in wrong {
            assert!(!matches(&pattern, &event), "{pattern} does not take {event}");
        }
    }
}

#[test]
fn what_is_no_pattern_is_refused() {
    for wrong in [
        json!("a"),
        json!({}),
        json!({ "source": "a" }),
        json!({ "detail": { "n": 1 } }),
        json!({ "detail": {} }),
        json!({ "source": [] }),
        json!({ "a": [["x"]] }),
        json!({ "a": [{ "prefx": "x" }] }),
        json!({ "a": [{ "prefix": "x", "suffix": "y" }] }),
        json!({ "a": [{ "exists": "yes" }] }),
        json!({ "a": [{ "numeric": ["=>", 1] }] }),
        json!({ "a": [{ "numeric": [">", "1"] }] }),
        json!({ "a": [{ "numeric": [">", 5_000_000_001_i64] }] }),
        json!({ "a": [{ "wildcard": "a**b" }] }),
        json!({ "a": [{ "wildcard": "a\\b" }] }),
        json!({ "a": [{ "cidr": "10.0.0.0/33" }] }),
        json!({ "a": [{ "anything-but": [] }] }),
        json!({ "a": [{ "anything-but": { "numeric": ["=", 1] } }] }),
        json!({ "$or": ["a"] }),
    ] {
        assert!(Pattern::read(&wrong.to_string()).is_err(), "{wrong}");
    }
}

fn ask(environment: &Environment, operation: &str, input: Value) -> Value {
    call(environment, operation, &object(input)).unwrap()
}

fn refused(environment: &Environment, operation: &str, input: Value) -> String {
    call(environment, operation, &object(input)).unwrap_err().code
}

fn event(detail: &Value) -> String {
    json!({
        "id": "1", "account": "123456789012", "source": "a", "time": "2026-11-24T01:00:00Z", "region": "us-west-2",
        "resources": [], "detail-type": "b", "detail": detail,
    })
    .to_string()
}

#[test]
fn patterns_can_be_tried() {
    sandboxed(|environment| {
        let pattern = json!({ "detail": { "n": [{ "numeric": [">", 1] }] } }).to_string();
        for (number, expected) in [(1, false), (2, true)] {
            let input = json!({ "EventPattern": pattern, "Event": event(&json!({ "n": number })) });
            assert_eq!(ask(environment, "TestEventPattern", input)["Result"], expected);
        }
        let nothing = json!({ "EventPattern": pattern, "Event": "{}" });
        assert_eq!(refused(environment, "TestEventPattern", nothing), "ValidationException");
        let wrong = json!({ "EventPattern": r#"{"a": "b"}"#, "Event": event(&json!({})) });
        assert_eq!(refused(environment, "TestEventPattern", wrong), "InvalidEventPatternException");
    });
}

#[test]
fn events_wait_in_order_where_a_rule_listens() {
    sandboxed(|environment| {
        let detail = json!({ "n": 1 });
        emit(environment, "aws.connect", "Nobody listens", &[], &detail).unwrap();
        assert!(take(environment).unwrap().is_none());
        ask(environment, "PutRule", json!({ "Name": "r", "EventPattern": r#"{"source": ["aws.connect"]}"# }));
        emit(environment, "aws.connect", "First", &["arn:a".to_owned()], &detail).unwrap();
        let entry = json!({ "Source": "own", "DetailType": "Second", "Detail": "{}" });
        let own = json!({ "Source": "aws.s3", "DetailType": "Third", "Detail": "{}" });
        let broken = json!({ "Source": "own", "DetailType": "Fourth", "Detail": "no" });
        let empty = json!({ "Source": "own", "Detail": "{}" });
        let answer = ask(environment, "PutEvents", json!({ "Entries": [entry, own, broken, empty] }));
        let codes: Vec<&Value> =
            answer["Entries"].as_array().unwrap().iter().map(|entry| &entry["ErrorCode"]).collect();
        assert_eq!(
            codes,
            [
                &Value::Null,
                &json!("NotAuthorizedForSourceException"),
                &json!("MalformedDetail"),
                &json!("InvalidArgument")
            ]
        );
        assert_eq!(answer["FailedEntryCount"], 3);
        let first = take(environment).unwrap().unwrap();
        assert_eq!((&first.event["detail-type"], &first.event["resources"]), (&json!("First"), &json!(["arn:a"])));
        assert_eq!((&first.event["region"], &first.event["detail"]), (&json!("us-west-2"), &detail));
        assert_eq!(take(environment).unwrap().unwrap().event["detail-type"], "Second");
        assert!(take(environment).unwrap().is_none());
    });
}

#[test]
fn buses_have_rules_of_their_own() {
    sandboxed(|environment| {
        let pattern = r#"{"source": ["a"]}"#;
        assert_eq!(
            refused(environment, "PutRule", json!({ "Name": "r", "EventBusName": "own", "EventPattern": pattern })),
            "ResourceNotFoundException"
        );
        ask(environment, "CreateEventBus", json!({ "Name": "own" }));
        assert_eq!(refused(environment, "CreateEventBus", json!({ "Name": "own" })), "ResourceAlreadyExistsException");
        let rule = json!({ "Name": "r", "EventBusName": "own", "EventPattern": pattern, "Tags": [{ "Key": "k", "Value": "v" }] });
        let arn = ask(environment, "PutRule", rule)["RuleArn"].clone();
        assert_eq!(arn, "arn:aws:events:us-west-2:123456789012:rule/own/r");
        assert_eq!(ask(environment, "ListTagsForResource", json!({ "ResourceARN": arn }))["Tags"][0]["Key"], "k");
        assert_eq!(ask(environment, "ListRules", json!({}))["Rules"], json!([]));
        let listed = ask(environment, "ListRules", json!({ "EventBusName": "own" }));
        assert_eq!(listed["Rules"][0]["EventBusName"], "own");
        assert!(listed["Rules"][0].get("ScheduledSince").is_none());
        assert_eq!(refused(environment, "DeleteEventBus", json!({ "Name": "own" })), "ValidationException");
        ask(environment, "DeleteRule", json!({ "Name": "r", "EventBusName": "own" }));
        ask(environment, "DeleteEventBus", json!({ "Name": "own" }));
        let names: Vec<Value> = ask(environment, "ListEventBuses", json!({}))["EventBuses"]
            .as_array()
            .unwrap()
            .iter()
            .map(|bus| bus["Name"].clone())
            .collect();
        assert_eq!(names, ["default"]);
    });
}
