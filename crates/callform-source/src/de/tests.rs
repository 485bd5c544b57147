//! Trees as Rust types.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::from_node;
use crate::yaml::{Limits, parse};
use crate::{Diagnostic, Diagnostics, SourceMap, Spanned};

fn read<T: DeserializeOwned>(text: &str) -> (Result<T, Diagnostic>, SourceMap) {
    let mut sources = SourceMap::default();
    let file = sources.add("test.yaml", text);
    let node = parse(&sources, file, &Limits::default(), &mut Diagnostics::default()).expect("the text is valid");
    (from_node(&node), sources)
}

#[track_caller]
fn good<T: DeserializeOwned>(text: &str) -> (T, SourceMap) {
    let (value, sources) = read(text);
    (value.expect("the text fits the type"), sources)
}

/// The message of a failure and the text it points to.
#[track_caller]
fn failure<T: DeserializeOwned + std::fmt::Debug>(text: &str) -> (String, String) {
    let (value, sources) = read::<T>(text);
    let diagnostic = value.expect_err("the text does not fit the type");
    let span = diagnostic.primary.expect("there is a place").span;
    assert_eq!(diagnostic.code, "invalid-value");
    (diagnostic.title, sources.slice(span).to_owned())
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Queue {
    hours: Spanned<String>,
    limit: Option<Spanned<u32>>,
    #[serde(default)]
    quick_connects: Spanned<Vec<Spanned<String>>>,
}

impl Default for Spanned<Vec<Spanned<String>>> {
    fn default() -> Self {
        Spanned::new(Vec::new(), crate::Span::whole_file(crate::FileId(0)))
    }
}

#[test]
fn places_are_kept_at_any_depth() {
    let text = "first: {hours: 'nine to five', limit: 5, quick_connects: [a, b]}\nsecond:\n  hours: x\n  limit:\n";
    let (queues, sources) = good::<IndexMap<Spanned<String>, Spanned<Queue>>>(text);
    let slices: Vec<&str> = queues.keys().map(|key| sources.slice(key.span)).collect();
    assert_eq!(slices, ["first", "second"]);
    let first = queues.values().next().expect("there are two");
    assert!(sources.slice(first.span).starts_with("{hours"));
    assert_eq!((first.hours.as_str(), sources.slice(first.hours.span)), ("nine to five", "'nine to five'"));
    let limit = first.limit.as_ref().expect("it is written");
    assert_eq!((limit.value, sources.slice(limit.span)), (5, "5"));
    assert_eq!(sources.slice(first.quick_connects.span), "[a, b]");
    let names: Vec<&str> = first.quick_connects.iter().map(|name| sources.slice(name.span)).collect();
    assert_eq!(names, ["a", "b"]);
    let second = queues.values().nth(1).expect("there are two");
    assert_eq!(second.limit, None);
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Step {
    HangUp,
    Say(Spanned<String>),
    Menu { text: Spanned<String>, keys: BTreeMap<u8, Step> },
    Wait(Spanned<u32>, u32),
}

#[derive(Debug, Deserialize, PartialEq)]
struct Name(Spanned<String>);

#[test]
fn enums_are_strings_or_mappings_of_one_key() {
    let (steps, sources) = good::<Vec<Spanned<Step>>>(
        "- hang_up\n- say: hi\n- menu: {text: press, keys: {1: hang_up, 2: {say: no}}}\n- wait: [1, 2]\n- hang_up:\n",
    );
    assert_eq!(steps.len(), 5);
    assert_eq!(steps[0].value, Step::HangUp);
    assert_eq!(sources.slice(steps[1].span), "say: hi");
    let Step::Say(text) = &steps[1].value else { panic!("expected say") };
    assert_eq!(sources.slice(text.span), "hi");
    let Step::Menu { keys, .. } = &steps[2].value else { panic!("expected menu") };
    assert_eq!(keys.keys().copied().collect::<Vec<_>>(), [1, 2]);
    assert_eq!(steps[4].value, Step::HangUp);
}

#[test]
fn other_shapes_work() {
    assert_eq!(good::<Name>("abc").0.0.value, "abc");
    assert_eq!(good::<BTreeMap<Spanned<String>, Option<bool>>>("{a: true, b: }").0.len(), 2);
    assert_eq!(good::<Option<Spanned<f64>>>("2").0.map(|number| number.value), Some(2.0));
    assert_eq!(good::<(String, i8, Option<u64>)>("[a, -3, 7]").0, ("a".to_owned(), -3, Some(7)));
    assert_eq!(good::<serde_json::Value>("{a: [1, x, ~, 1.5]}").0, serde_json::json!({"a": [1, "x", null, 1.5]}));
    assert_eq!(good::<BTreeMap<Step2, u8>>("{a: 1}").0.len(), 1);
}

#[derive(Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
enum Step2 {
    A,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

#[test]
fn untagged_enums_work_without_places() {
    assert_eq!(good::<OneOrMany>("a").0, OneOrMany::One("a".to_owned()));
    assert_eq!(good::<OneOrMany>("[a]").0, OneOrMany::Many(vec!["a".to_owned()]));
}

#[test]
fn failures_point_to_the_innermost_place() {
    let (title, text) = failure::<IndexMap<String, Queue>>("a: {hours: 9}");
    assert_eq!(text, "9");
    assert!(title.contains("expected a string"), "{title}");
    assert_eq!(failure::<IndexMap<String, Queue>>("a: {hours: b, limit: -1}").1, "-1");
    assert_eq!(failure::<IndexMap<String, Queue>>("a: {hours: b, limt: 1}").1, "limt");
    assert_eq!(failure::<IndexMap<String, Queue>>("a: {}").1, "{}");
    assert_eq!(failure::<Vec<Step>>("[say]").1, "say");
    assert_eq!(failure::<Vec<Step>>("[hung_up]").1, "hung_up");
    assert_eq!(failure::<Vec<Step>>("[{sya: x}]").1, "sya");
    assert_eq!(failure::<Vec<Step>>("[{say: a, menu: b}]").1, "{say: a, menu: b}");
    assert_eq!(failure::<Vec<Step>>("[3]").1, "3");
    assert_eq!(failure::<BTreeMap<u8, String>>("{300: a}").1, "300");
}

#[test]
fn other_formats_have_no_places() {
    assert!(serde_json::from_str::<Spanned<String>>("\"a\"").is_err());
    assert!(serde_json::from_str::<Spanned<BTreeMap<String, u32>>>("{\"a\": 1}").is_err());
    let (value, _) = good::<Spanned<String>>("a");
    assert_eq!(serde_json::to_string(&value).ok().as_deref(), Some("\"a\""));
}
