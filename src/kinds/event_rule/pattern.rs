//! What EventBridge takes for a pattern. Source: Amazon EventBridge User Guide, "Comparison operators for use in event
//! patterns".

use callform_source::did_you_mean;
use serde_json::{Map, Value as Json};

const FILTERS: [&str; 8] =
    ["anything-but", "cidr", "equals-ignore-case", "exists", "numeric", "prefix", "suffix", "wildcard"];
const COMPARISONS: [&str; 5] = ["=", "<", "<=", ">", ">="];
/// What is said by a filter in another one.
const OF_TEXTS: [&str; 4] = ["equals-ignore-case", "prefix", "suffix", "wildcard"];
const OR: &str = "$or";

/// What is wrong with a pattern.
pub(super) fn fault(pattern: &Json) -> Option<String> {
    let Json::Object(members) = pattern else { return Some("a mapping belongs here".to_owned()) };
    if members.is_empty() {
        return Some("it matches nothing".to_owned());
    }
    members.iter().find_map(|(name, value)| match value {
        Json::Array(items) if items.is_empty() => Some(format!("the list of `{name}` is empty")),
        Json::Array(items) if name == OR => items.iter().find_map(fault),
        Json::Array(items) => items.iter().find_map(|item| fault_of_item(name, item)),
        Json::Object(_) => fault(value),
        _ => Some(format!("the value of `{name}` is no list")),
    })
}

/// True for what a template keeps as it is: it has no `null`, and numbers become texts.
pub(super) fn is_kept_by_templates(json: &Json) -> bool {
    match json {
        Json::Null => false,
        Json::Number(number) => number.as_i64().is_some(),
        Json::Array(items) => items.iter().all(is_kept_by_templates),
        Json::Object(members) => members.values().all(is_kept_by_templates),
        Json::Bool(_) | Json::String(_) => true,
    }
}

fn fault_of_item(name: &str, item: &Json) -> Option<String> {
    match item {
        Json::Array(_) => Some(format!("the list of `{name}` has a list in it")),
        Json::Object(filter) => fault_of_filter(name, filter),
        _ => None,
    }
}

fn fault_of_filter(name: &str, filter: &Map<String, Json>) -> Option<String> {
    let mut all = filter.iter();
    let (Some((word, value)), None) = (all.next(), all.next()) else {
        return Some(format!("a filter of `{name}` has exactly one key"));
    };
    let is_right = match word.as_str() {
        "prefix" | "suffix" => value.is_string() || is_filter_of_text(value, &["equals-ignore-case"]),
        "equals-ignore-case" | "wildcard" | "cidr" => value.is_string(),
        "exists" => value.is_boolean(),
        "numeric" => is_comparison(value),
        "anything-but" => {
            let is_plain = |value: &Json| value.is_string() || value.is_number();
            let all_plain = value.as_array().is_some_and(|items| !items.is_empty() && items.iter().all(is_plain));
            is_plain(value) || all_plain || is_filter_of_text(value, &OF_TEXTS)
        }
        _ => {
            let known = did_you_mean(word, FILTERS).map_or_else(
                || format!("there are {}", FILTERS.join(", ")),
                |meant| format!("did you mean `{meant}`?"),
            );
            return Some(format!("`{word}` is no filter: {known}"));
        }
    };
    (!is_right).then(|| format!("the filter `{word}` of `{name}` cannot have this value"))
}

/// `{ prefix: a }`, or with a list of texts.
fn is_filter_of_text(value: &Json, words: &[&str]) -> bool {
    let Some(filter) = value.as_object() else { return false };
    let is_texts = |value: &Json| {
        value.is_string()
            || value.as_array().is_some_and(|items| !items.is_empty() && items.iter().all(Json::is_string))
    };
    filter.len() == 1 && filter.iter().all(|(word, value)| words.contains(&word.as_str()) && is_texts(value))
}

/// `[">", 0, "<=", 5]`
fn is_comparison(value: &Json) -> bool {
    let Some(items) = value.as_array().filter(|items| matches!(items.len(), 2 | 4)) else { return false };
    items.chunks(2).all(|pair| match pair {
        [Json::String(sign), Json::Number(_)] => COMPARISONS.contains(&sign.as_str()),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn patterns_as_eventbridge_writes_them() {
        for right in [
            json!({ "source": ["a"], "detail": { "n": [{ "numeric": [">", 0.5, "<=", 5] }], "m": [null, 1.0, true] } }),
            json!({ "a": [{ "prefix": "x" }, { "suffix": { "equals-ignore-case": ".PNG" } }, { "exists": false }] }),
            json!({ "a": [{ "anything-but": ["x", 3] }], "b": [{ "anything-but": { "prefix": "init" } }] }),
            json!({ "$or": [{ "a": ["x"] }, { "b": [{ "wildcard": "x*" }] }], "c": [{ "cidr": "10.0.0.0/24" }] }),
        ] {
            assert_eq!(fault(&right), None, "{right}");
        }
        for wrong in [
            json!("a"),
            json!({}),
            json!({ "source": "a" }),
            json!({ "detail": { "n": 1 } }),
            json!({ "source": [] }),
            json!({ "a": [["x"]] }),
            json!({ "a": [{ "prefx": "x" }] }),
            json!({ "a": [{ "prefix": "x", "suffix": "y" }] }),
            json!({ "a": [{ "exists": "yes" }] }),
            json!({ "a": [{ "numeric": ["=>", 1] }] }),
            json!({ "a": [{ "numeric": [">", "1"] }] }),
            json!({ "$or": ["a"] }),
        ] {
            assert!(fault(&wrong).is_some(), "{wrong}");
        }
        assert!(fault(&json!({ "a": [{ "prefx": "x" }] })).unwrap().contains("did you mean `prefix`"));
    }

    #[test]
    fn numbers_with_a_point_and_null_are_kept_as_text() {
        assert!(is_kept_by_templates(&json!({ "a": [1, "1.0", true] })));
        for lost in [json!([null]), json!([1.0]), json!({ "a": [{ "numeric": [">", 0.5] }] })] {
            assert!(!is_kept_by_templates(&lost), "{lost}");
        }
    }
}
