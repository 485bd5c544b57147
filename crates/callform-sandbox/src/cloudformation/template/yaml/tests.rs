use serde_json::{Value, json};

use super::read;

fn value(text: &str) -> Value {
    read(text).unwrap()
}

#[test]
fn short_forms_are_their_long_forms() {
    for (yaml, expected) in [
        ("!Ref Name", json!({ "Ref": "Name" })),
        ("!Condition Name", json!({ "Condition": "Name" })),
        ("!GetAtt A.B", json!({ "Fn::GetAtt": ["A", "B"] })),
        ("!GetAtt A.Outputs.B", json!({ "Fn::GetAtt": ["A", "Outputs.B"] })),
        ("!GetAtt [A, B]", json!({ "Fn::GetAtt": ["A", "B"] })),
        ("!GetAtt\n- A\n- !Ref B", json!({ "Fn::GetAtt": ["A", { "Ref": "B" }] })),
        ("!Sub 'a ${B}'", json!({ "Fn::Sub": "a ${B}" })),
        ("!Sub ['a ${B}', {B: !Ref C}]", json!({ "Fn::Sub": ["a ${B}", { "B": { "Ref": "C" } }] })),
        ("!Join ['-', [a, !Ref B]]", json!({ "Fn::Join": ["-", ["a", { "Ref": "B" }]] })),
        ("!If [C, 1, !Ref AWS::NoValue]", json!({ "Fn::If": ["C", 1, { "Ref": "AWS::NoValue" }] })),
        ("!FindInMap [M, !Ref A, b]", json!({ "Fn::FindInMap": ["M", { "Ref": "A" }, "b"] })),
        ("!Select [0, !GetAZs '']", json!({ "Fn::Select": [0, { "Fn::GetAZs": "" }] })),
        ("!Select\n- 1\n- !GetAZs", json!({ "Fn::Select": [1, { "Fn::GetAZs": "" }] })),
        ("!Split [',', !ImportValue x]", json!({ "Fn::Split": [",", { "Fn::ImportValue": "x" }] })),
        ("!Base64 |\n  a\n  b\n", json!({ "Fn::Base64": "a\nb\n" })),
        ("!Cidr [10.0.0.0/16, 6, 8]", json!({ "Fn::Cidr": ["10.0.0.0/16", 6, 8] })),
        (
            "!Transform {Name: AWS::Include, Parameters: {Location: s3://b/k}}",
            json!({ "Fn::Transform": { "Name": "AWS::Include", "Parameters": { "Location": "s3://b/k" } } }),
        ),
        (
            "!And [!Condition A, !Or [!Not [!Equals [a, b]], !Condition B]]",
            json!({ "Fn::And": [
                { "Condition": "A" },
                { "Fn::Or": [{ "Fn::Not": [{ "Fn::Equals": ["a", "b"] }] }, { "Condition": "B" }] }
            ] }),
        ),
        ("Fn::Sub: !Ref A", json!({ "Fn::Sub": { "Ref": "A" } })),
        ("!Length [1, 2]", json!({ "Fn::Length": [1, 2] })),
        ("!ToJsonString {a: !Ref B}", json!({ "Fn::ToJsonString": { "a": { "Ref": "B" } } })),
    ] {
        assert_eq!(value(yaml), expected, "{yaml}");
    }
}

#[test]
fn scalars_are_those_of_yaml_1_1() {
    for (yaml, expected) in [
        ("2012-10-17", json!("2012-10-17")),
        ("2001-12-14t21:59:43.10-05:00", json!("2001-12-14t21:59:43.10-05:00")),
        ("yes", json!(true)),
        ("Off", json!(false)),
        ("y", json!("y")),
        ("'yes'", json!("yes")),
        ("!!str yes", json!("yes")),
        ("1.10", json!(1.1)),
        ("1.1.1", json!("1.1.1")),
        ("-12", json!(-12)),
        ("+12", json!(12)),
        ("1_000", json!(1000)),
        ("0644", json!(420)),
        ("0899", json!("0899")),
        ("012345678901", json!("012345678901")),
        ("123456789012", json!(123_456_789_012_u64)),
        ("99999999999999999999", json!("99999999999999999999")),
        ("0x1F", json!(31)),
        ("0b101", json!(5)),
        ("1:30", json!(90)),
        ("09:00", json!("09:00")),
        ("::1", json!("::1")),
        ("1e3", json!(1000.0)),
        (".5", json!(0.5)),
        (".inf", json!(".inf")),
        ("1e999", json!("1e999")),
        ("-", json!([null])),
        ("+1 555 0100", json!("+1 555 0100")),
        ("0x", json!("0x")),
        ("-9223372036854775809", json!("-9223372036854775809")),
        ("~", Value::Null),
        ("{a: , b: null}", json!({ "a": null, "b": null })),
        (">-\n  a\n  b\n", json!("a b")),
    ] {
        assert_eq!(value(yaml), expected, "{yaml}");
    }
}

#[test]
fn keys_are_text_as_written() {
    assert_eq!(
        value("123456789012: a\ntrue: b\n'0644': c\n2012-10-17: d\na: 1\na: 2\n"),
        json!({ "123456789012": "a", "true": "b", "0644": "c", "2012-10-17": "d", "a": 2 })
    );
}

#[test]
fn what_is_not_supported_is_refused_with_its_place() {
    for (yaml, message) in [
        ("a: &x 1\nb: *x\n", "Template error: YAML aliases are not allowed in CloudFormation templates"),
        (
            "a:\n  <<: {b: 1}\n",
            "Template format error: YAML not well-formed. (line 2, column 3) Hash merges are not supported.",
        ),
        (
            "a: !Reff b\n",
            "Template format error: YAML not well-formed. (line 1, column 10) The tag !Reff is not supported.",
        ),
        (
            "a: !!binary b\n",
            "Template format error: YAML not well-formed. (line 1, column 13) The tag !!binary is not supported.",
        ),
        (
            "? [a]\n: b\n",
            "Template format error: YAML not well-formed. (line 1, column 3) A list or mapping cannot be a key.",
        ),
        (
            "a: 1\n---\nb: 1\n",
            "Template format error: YAML not well-formed. (line 2, column 1) A template is a single document.",
        ),
        ("a: [1\n", "Template format error: YAML not well-formed. (line 1, column 4)"),
    ] {
        assert_eq!(read(yaml).unwrap_err().message, message, "{yaml}");
    }
    let deep = "[".repeat(5_000);
    assert!(read(&deep).unwrap_err().message.contains("YAML not well-formed"));
}
