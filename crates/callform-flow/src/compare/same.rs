//! Whether two values mean the same, without writing down the canonical form of either.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::canonical::truth_in_lower_case;

/// How texts are written.
pub(crate) type Said<'s> = dyn Fn(&str) -> Cow<'_, str> + 's;

/// Texts as they are.
pub(crate) fn as_it_is(text: &str) -> Cow<'_, str> {
    Cow::Borrowed(text)
}

/// True where a value says nothing: its canonical form is null.
pub(crate) fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().all(is_nothing),
        Value::Object(members) => says_nothing(members),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// True where all members say nothing.
pub(crate) fn says_nothing(members: &Map<String, Value>) -> bool {
    members.values().all(is_nothing)
}

/// True where the canonical forms of both are equal. `said` gives what a text of the first one is written as.
pub(crate) fn means_same(a: &Value, b: &Value, said: &Said<'_>) -> bool {
    match (a, b) {
        (Value::String(a), Value::String(b)) => truth_in_lower_case(&said(a)) == truth_in_lower_case(b),
        (Value::Object(a), Value::Object(b)) => members_mean_same(a, b, said),
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).all(|(a, b)| means_same(a, b, said))
        }
        _ => match (scalar(a, said), scalar(b, &as_it_is)) {
            (Some(a), Some(b)) => truth_in_lower_case(&a) == truth_in_lower_case(&b),
            (None, None) => is_nothing(a) && is_nothing(b),
            _ => false,
        },
    }
}

/// The same for the members of two objects.
pub(crate) fn members_mean_same(a: &Map<String, Value>, b: &Map<String, Value>, said: &Said<'_>) -> bool {
    let is_same = |(name, value): (&String, &Value)| match b.get(name) {
        Some(other) => means_same(value, other, said),
        None => is_nothing(value),
    };
    a.iter().all(is_same) && b.iter().all(|(name, value)| a.contains_key(name) || is_nothing(value))
}

fn scalar<'a>(value: &'a Value, said: &Said<'_>) -> Option<Cow<'a, str>> {
    match value {
        Value::String(text) => Some(said(text)),
        Value::Bool(truth) => Some(Cow::Borrowed(if *truth { "true" } else { "false" })),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::compare::canonical_value;

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (0..3_i64).prop_map(Value::from),
            prop_oneof!["", "True", "true", "FALSE", "1", "2"].prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 12, 3, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                proptest::collection::vec(("[ab]", inner), 0..3).prop_map(|members| members.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn means_the_same_as_equal_canonical_forms(a in values(), b in values()) {
            prop_assert_eq!(is_nothing(&a), canonical_value(&a).is_null());
            prop_assert_eq!(means_same(&a, &b, &as_it_is), canonical_value(&a) == canonical_value(&b), "{} {}", a, b);
            prop_assert!(means_same(&a, &a, &as_it_is));
        }
    }

    #[test]
    fn texts_may_be_written_otherwise() {
        fn shout(text: &str) -> Cow<'_, str> {
            Cow::Borrowed(if text == "a" { "A" } else { text })
        }
        let (a, b) = (json!({ "x": ["a", 1, true], "y": null }), json!({ "x": ["A", "1", "True"] }));
        assert!(means_same(&a, &b, &shout));
        assert!(!means_same(&a, &b, &as_it_is));
    }
}
