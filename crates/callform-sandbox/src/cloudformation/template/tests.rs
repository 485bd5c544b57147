use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::references::is_resolved;
use super::scope::{Resources, Scope};
use super::{Template, conditions};
use crate::error::AwsError;

/// Knows the resource `Known` with the attribute `Arn`.
struct OneResource;

impl Resources for OneResource {
    fn reference(&self, logical_id: &str) -> Result<Option<Value>, AwsError> {
        Ok((logical_id == "Known").then(|| json!("known-id")))
    }

    fn attribute(&self, logical_id: &str, attribute: &str) -> Result<Option<Value>, AwsError> {
        Ok((logical_id == "Known").then(|| json!(format!("known {attribute}"))))
    }

    fn export(&self, name: &str) -> Result<Option<String>, AwsError> {
        Ok((name == "exported").then(|| "value".to_owned()))
    }
}

fn evaluate(value: &Value) -> Result<Option<Value>, AwsError> {
    let parameters: BTreeMap<String, Value> = [
        ("Text", json!("text")),
        ("List", json!(["a", "b", "c"])),
        ("AWS::Region", json!("us-west-2")),
        ("AWS::StackName", json!("stack")),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect();
    let mappings = json!({ "Sizes": { "us-west-2": { "Small": 1, "Names": ["x", "y"] } } });
    let conditions = BTreeMap::from([("Yes".to_owned(), true), ("No".to_owned(), false)]);
    let empty = Map::new();
    let scope = Scope {
        parameters: &parameters,
        mappings: mappings.as_object().unwrap_or(&empty),
        conditions: &conditions,
        resources: &OneResource,
        extensions: true,
    };
    scope.evaluate(value)
}

#[test]
fn functions_and_their_values() {
    for (function, expected) in [
        (json!({ "Ref": "Text" }), json!("text")),
        (json!({ "Ref": "List" }), json!(["a", "b", "c"])),
        (json!({ "Ref": "Known" }), json!("known-id")),
        (json!({ "Fn::GetAtt": ["Known", "Arn"] }), json!("known Arn")),
        (json!({ "Fn::GetAtt": "Known.Endpoint.Port" }), json!("known Endpoint.Port")),
        (
            json!({ "Fn::Sub": "${Text}-${AWS::StackName}-${Known}-${Known.Arn}-${!Literal}-$" }),
            json!("text-stack-known-id-known Arn-${Literal}-$"),
        ),
        (json!({ "Fn::Sub": ["${a}${Text}", { "a": { "Ref": "AWS::Region" } }] }), json!("us-west-2text")),
        (json!({ "Fn::Sub": "{\"open\": \"${Text}\"" }), json!("{\"open\": \"text\"")),
        (json!({ "Fn::Join": [":", ["a", { "Ref": "Text" }, 1]] }), json!("a:text:1")),
        (json!({ "Fn::Join": ["", { "Ref": "List" }] }), json!("abc")),
        (json!({ "Fn::Select": ["1", { "Ref": "List" }] }), json!("b")),
        (json!({ "Fn::Select": [0, { "Fn::Split": ["|", "x|y"] }] }), json!("x")),
        (json!({ "Fn::Split": [",", "a,,b"] }), json!(["a", "", "b"])),
        (json!({ "Fn::If": ["Yes", "then", { "Fn::Nothing": 1 }] }), json!("then")),
        (json!({ "Fn::FindInMap": ["Sizes", { "Ref": "AWS::Region" }, "Small"] }), json!(1)),
        (json!({ "Fn::FindInMap": ["Sizes", "elsewhere", "Small", { "DefaultValue": 9 }] }), json!(9)),
        (json!({ "Fn::Base64": "hello" }), json!("aGVsbG8=")),
        (json!({ "Fn::Cidr": ["10.0.0.0/16", 3, 8] }), json!(["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"])),
        (json!({ "Fn::Cidr": ["2001:db8::/56", "2", "64"] }), json!(["2001:db8::/64", "2001:db8:0:1::/64"])),
        (json!({ "Fn::GetAZs": "" }), json!(["us-west-2a", "us-west-2b", "us-west-2c"])),
        (json!({ "Fn::ImportValue": "exported" }), json!("value")),
        (json!({ "Fn::Length": { "Ref": "List" } }), json!(3)),
        (json!({ "Fn::ToJsonString": { "a": { "Ref": "Text" } } }), json!("{\"a\":\"text\"}")),
        (json!({ "a": { "Ref": "AWS::NoValue" }, "b": [{ "Ref": "AWS::NoValue" }, 1] }), json!({ "b": [1] })),
        (
            json!({ "Condition": { "StringEquals": { "a": "b" } } }),
            json!({ "Condition": { "StringEquals": { "a": "b" } } }),
        ),
    ] {
        assert_eq!(evaluate(&function).unwrap(), Some(expected), "{function}");
    }
}

#[test]
fn functions_that_wait_for_a_resource_stay() {
    for (function, expected) in [
        (json!({ "Ref": "Later" }), json!({ "Ref": "Later" })),
        (json!({ "Fn::GetAtt": "Later.Arn" }), json!({ "Fn::GetAtt": ["Later", "Arn"] })),
        (json!({ "Fn::Sub": "${Text}/${Later}" }), json!({ "Fn::Join": ["", ["text", "/", { "Ref": "Later" }]] })),
        (
            json!({ "Fn::Join": ["-", [{ "Ref": "Text" }, { "Ref": "Later" }]] }),
            json!({ "Fn::Join": ["-", ["text", { "Ref": "Later" }]] }),
        ),
        (
            json!({ "Fn::Select": [0, { "Fn::Split": ["/", { "Ref": "Later" }] }] }),
            json!({ "Fn::Select": [0, { "Fn::Split": ["/", { "Ref": "Later" }] }] }),
        ),
        (json!({ "Fn::Select": [1, ["x", { "Ref": "Text" }, { "Ref": "Later" }]] }), json!("text")),
        (json!({ "Fn::Base64": { "Ref": "Later" } }), json!({ "Fn::Base64": { "Ref": "Later" } })),
        (
            json!({ "Fn::ToJsonString": { "a": { "Ref": "Later" } } }),
            json!({ "Fn::ToJsonString": { "a": { "Ref": "Later" } } }),
        ),
    ] {
        let found = evaluate(&function).unwrap();
        assert_eq!(found.as_ref(), Some(&expected), "{function}");
        assert_eq!(evaluate(&expected).unwrap(), found, "evaluating again changes nothing");
    }
    assert!(!is_resolved(&json!({ "a": [{ "Fn::Join": ["", []] }] })));
    assert!(is_resolved(&json!({ "a": [{ "b": 1 }] })));
}

#[test]
fn functions_that_are_written_wrongly() {
    for (function, expected) in [
        (
            json!({ "Fn::Select": ["x", ["a"]] }),
            "Template error: Fn::Select requires a list argument with two elements: an integer index and a list",
        ),
        (json!({ "Fn::Select": [5, ["a"]] }), "Template error: Fn::Select cannot select nonexistent value at index 5"),
        (
            json!({ "Fn::GetAtt": ["", "Arn"] }),
            "Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute",
        ),
        (
            json!({ "Fn::Split": ["", "a"] }),
            "Template error: every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split or a function that returns a string to be split.",
        ),
        (
            json!({ "Fn::FindInMap": ["Sizes", "us-west-2", "Large"] }),
            "Template error: Unable to get mapping for Sizes::us-west-2::Large",
        ),
        (json!({ "Fn::If": ["Maybe", 1, 2] }), "Template error: unresolved condition dependency Maybe in Fn::If"),
        (
            json!({ "Fn::Sub": "${List}" }),
            "Template error: variable List in Fn::Sub expression does not resolve to a string",
        ),
        (json!({ "Fn::ImportValue": "nothing" }), "No export named nothing found"),
        (json!({ "Ref": 1 }), "Template format error: Every Ref object must have a single String value."),
        (
            json!({ "Fn::Cidr": ["10.0.0.0/16", 300, 8] }),
            "Template error: every Fn::Cidr object requires two required parameters, (1) ipBlock, (2) count and one optional parameter, (3) cidrBits.",
        ),
    ] {
        assert_eq!(evaluate(&function).unwrap_err().message, expected, "{function}");
    }
}

#[test]
fn conditions_combine() {
    let all = json!({
        "Prod": { "Fn::Equals": [{ "Ref": "Stage" }, "prod"] },
        "Large": { "Fn::Or": [{ "Condition": "Prod" }, { "Fn::Equals": [{ "Ref": "Stage" }, "load"] }] },
        "Small": { "Fn::Not": [{ "Condition": "Large" }] },
        "Both": { "Fn::And": [{ "Condition": "Prod" }, { "Condition": "Large" }] },
    });
    let parameters = BTreeMap::from([("Stage".to_owned(), json!("load"))]);
    let (mappings, none) = (Map::new(), BTreeMap::new());
    let scope = Scope {
        parameters: &parameters,
        mappings: &mappings,
        conditions: &none,
        resources: &OneResource,
        extensions: false,
    };
    let found = conditions::evaluate(all.as_object().unwrap(), &scope).unwrap();
    let expected = [("Prod", false), ("Large", true), ("Small", false), ("Both", false)];
    assert_eq!(found, expected.map(|(name, holds)| (name.to_owned(), holds)).into());
    let malformed = json!({ "C": { "Fn::Equals": ["a"] } });
    assert_eq!(
        conditions::evaluate(malformed.as_object().unwrap(), &scope).unwrap_err().message,
        "Template error: every Fn::Equals object requires a list of 2 string parameters."
    );
    let circle = json!({ "A": { "Condition": "B" }, "B": { "Condition": "A" } });
    assert!(conditions::evaluate(circle.as_object().unwrap(), &scope).is_err());
}

#[test]
fn no_text_makes_the_reader_panic() {
    for text in
        ["", "{", "null", "{}", "{\"Resources\": []}", "{\"Resources\": {\"A\": {\"Type\": {}}}}", "${", "\u{feff}{}"]
    {
        assert!(Template::parse(text).is_err(), "{text}");
    }
}
