//! What a schema made by schemars reports.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use schemars::{JsonSchema, schema_for};
use serde::Deserialize;

use super::Checker;
use crate::render::human;
use crate::yaml::{Limits, parse};
use crate::{Diagnostics, SourceMap, Spanned};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only the schema is used")]
struct Blueprint {
    center: Spanned<String>,
    region: Option<Region>,
    #[serde(default)]
    queues: IndexMap<Spanned<String>, Spanned<Queue>>,
    #[serde(default)]
    flows: BTreeMap<String, Vec<Step>>,
    #[serde(default)]
    channels: BTreeMap<Channel, u8>,
    caller: Option<Caller>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only the schema is used")]
struct Queue {
    hours: Spanned<String>,
    #[schemars(range(min = 1, max = 99))]
    priority: Option<u32>,
    #[schemars(length(min = 1, max = 3))]
    #[serde(default)]
    quick_connects: Vec<String>,
    #[schemars(regex(pattern = r"^\+[1-9][0-9]{6,14}$"))]
    #[schemars(extend("x-code" = "phone-number-not-e164", "x-help" = "Write the number as +15550100100."))]
    phone: Option<String>,
    #[schemars(length(max = 5))]
    name: Option<String>,
    #[serde(default)]
    enabled: bool,
}

#[derive(Deserialize, JsonSchema)]
enum Region {
    #[serde(rename = "us-west-2")]
    UsWest2,
    /// A comment makes schemars write this one differently.
    #[serde(rename = "us-east-1")]
    UsEast1,
}

#[derive(Deserialize, JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
enum Channel {
    Voice,
    Chat,
}

#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only the schema is used")]
enum Step {
    Word(Word),
    Say(Say),
    Menu(Menu),
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Word {
    HangUp,
    Disconnect,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only the schema is used")]
struct Say {
    say: String,
    voice: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only the schema is used")]
struct Menu {
    menu: String,
    keys: IndexMap<String, Step>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[expect(dead_code, reason = "only the schema is used")]
enum Caller {
    Fixed { number: String },
    Pool { numbers: Vec<String> },
}

fn problems(text: &str) -> (Vec<&'static str>, String) {
    let mut sources = SourceMap::default();
    let file = sources.add("test.yaml", text);
    let mut diagnostics = Diagnostics::default();
    let node = parse(&sources, file, &Limits::default(), &mut diagnostics).expect("the text is valid");
    let checker = Checker::new(&schema_for!(Blueprint));
    assert_eq!(checker.unsupported(), [""; 0]);
    checker.check(&node, &mut diagnostics);
    let codes = diagnostics.sorted().iter().map(|diagnostic| diagnostic.code).collect();
    (codes, human(&diagnostics, &sources, false, 100))
}

#[track_caller]
fn check(text: &str, codes: &[&str]) {
    let (found, report) = problems(text);
    assert_eq!(found, codes, "{report}");
}

#[test]
fn good_input_passes() {
    check(
        "center: kw\nregion: us-east-1\nqueues: {a: {hours: b, priority: 1, phone: '+15550100100'}}\nflows:\n  \
         f: [hang_up, {say: hi}, {menu: hi, keys: {1: {say: x}, 2: disconnect}}]\nchannels: {voice: 1}\n\
         caller: {kind: pool, numbers: []}\n",
        &[],
    );
    check("center: kw\nregion:\ncaller: ~\n", &[]);
}

#[test]
fn all_problems_are_reported_at_once() {
    let (_, report) = problems(
        "regoin: us-west-2\nregion: us-west2\nqueues:\n  a:\n    hours: 9\n    priority: 100\n    quick_connects: []\n    \
         phone: 5550100\n    name: too long\n    enabled: yes\n  b: {}\n  c: text\n  d:\nunrelated: 1\nchannels: {voice: 300, vioce: 1}\n",
    );
    insta::assert_snapshot!(report);
}

#[test]
fn the_alternative_that_was_meant_is_reported() {
    let (_, report) = problems(
        "center: kw\nflows:\n  f:\n  - {menu: hi, kyes: {}}\n  - {say: 1}\n  - {sya: hi}\n  - hangup\n  - say\n  - {x: 1, y: 2}\n  - []\n  \
         - {say: hi, voice: [1]}\n  - {menu: hi, keys: {1: {say: hi, voic: x}}}\ncaller: {kind: fixd, number: x}\n",
    );
    insta::assert_snapshot!(report);
}

#[test]
fn tagged_alternatives_are_told_apart_by_their_tag() {
    check("center: kw\ncaller: {kind: fixed, numbers: []}\n", &["missing-key", "unknown-key"]);
    check("center: kw\ncaller: {kind: pool, numbers: [1]}\n", &["wrong-type"]);
}

#[test]
fn each_bound_has_its_code() {
    let queue = |text: &str| format!("center: kw\nqueues: {{a: {{hours: b, {text}}}}}\n");
    check(&queue("priority: 0"), &["out-of-range"]);
    check(&queue("priority: 1.5"), &["wrong-type"]);
    check(&queue("priority: '1'"), &["wrong-type"]);
    check(&queue("quick_connects: []"), &["too-short"]);
    check(&queue("quick_connects: [a, b, c, d]"), &["too-long"]);
    check(&queue("name: abcdéf"), &["too-long"]);
    check(&queue("name: abcdé"), &[]);
    check(&queue("phone: '555'"), &["phone-number-not-e164"]);
    check(&queue("phone: 555"), &["phone-number-not-e164"]);
    check(&queue("phone: ~"), &[]);
}

#[track_caller]
fn check_with(schema: &serde_json::Value, text: &str, codes: &[&str]) {
    let schema = schemars::Schema::try_from(schema.clone()).expect("it is an object");
    let mut sources = SourceMap::default();
    let file = sources.add("test.yaml", text);
    let mut diagnostics = Diagnostics::default();
    let node = parse(&sources, file, &Limits::default(), &mut diagnostics).expect("the text is valid");
    super::check(&node, &schema, &mut diagnostics);
    let found: Vec<&str> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    assert_eq!(found, codes, "{}", human(&diagnostics, &sources, false, 80));
}

#[test]
fn hand_written_keywords_hold() {
    check_with(
        &serde_json::json!({"uniqueItems": true}),
        "[a, b, {x: 1, y: 2}, {y: 2, x: 1}, a]",
        &["duplicate-item", "duplicate-item"],
    );
    check_with(&serde_json::json!({"const": 5}), "5", &[]);
    check_with(&serde_json::json!({"const": 5}), "6", &["unknown-value"]);
    check_with(
        &serde_json::json!({"prefixItems": [{"type": "string"}], "items": {"type": "integer"}}),
        "[a, b]",
        &["wrong-type"],
    );
    check_with(
        &serde_json::json!({"patternProperties": {"^x-": true}, "additionalProperties": false}),
        "{x-a: 1, b: 2}",
        &["unknown-key"],
    );
    check_with(&serde_json::json!({"pattern": "^a+$"}), "ab", &["bad-pattern"]);
    check_with(&serde_json::json!({"properties": {"a": false}}), "{a: 1}", &["wrong-type"]);
    check_with(&serde_json::json!({"minProperties": 1}), "{}", &["too-short"]);
    check_with(&serde_json::json!({"type": ["string", "null"]}), "[1]", &["wrong-type"]);
    check_with(&serde_json::json!({"exclusiveMinimum": 0}), "0", &["out-of-range"]);
    let list = serde_json::json!({"$ref": "#/$defs/list", "$defs": {"list": {"type": "array", "items": {"$ref": "#/$defs/list"}}}});
    check_with(&list, "[[], [[1]]]", &["wrong-type"]);
}

#[test]
fn what_is_not_checked_is_listed() {
    let schema =
        serde_json::json!({"not": {"type": "null"}, "pattern": "(?=a)", "properties": {"x": {"$ref": "#/$defs/gone"}}});
    let checker = Checker::new(&schemars::Schema::try_from(schema).expect("it is an object"));
    assert_eq!(checker.unsupported(), ["$ref #/$defs/gone", "not", "pattern (?=a)"]);
}

#[test]
fn nested_alternatives_that_share_a_key_stay_affordable() {
    let alternatives: Vec<serde_json::Value> = (0..10)
        .map(|index| {
            let kind = format!("kind{index}");
            serde_json::json!({
                "type": "object",
                "properties": {kind.as_str(): {"type": "string"}, "next": {"$ref": "#/$defs/step"}},
                "required": [kind],
                "additionalProperties": false,
            })
        })
        .collect();
    let schema = serde_json::json!({"$ref": "#/$defs/step", "$defs": {"step": {"anyOf": alternatives}}});
    let nested = format!("{}{{kind1: 5}}{}", "{kind0: x, next: ".repeat(60), "}".repeat(60));
    check_with(&schema, &nested, &["wrong-type"]);
}
