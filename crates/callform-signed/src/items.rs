//! Items of DynamoDB: JSON with types, and without.

use serde_json::{Map, Value, json};

/// An item as DynamoDB writes it: `{ "phone": { "S": "…" } }`. Numbers keep their digits, nulls become `NULL`.
pub fn to_item(map: &Map<String, Value>) -> Value {
    Value::Object(map.iter().map(|(name, value)| (name.clone(), to_value(value))).collect())
}

/// A value as DynamoDB writes it.
pub fn to_value(value: &Value) -> Value {
    match value {
        Value::Null => json!({ "NULL": true }),
        Value::Bool(value) => json!({ "BOOL": value }),
        Value::Number(value) => json!({ "N": value.to_string() }),
        Value::String(value) => json!({ "S": value }),
        Value::Array(values) => json!({ "L": values.iter().map(to_value).collect::<Vec<_>>() }),
        Value::Object(map) => json!({ "M": to_item(map) }),
    }
}

/// An item without its types. Sets become lists, bytes their base64; a number that no JSON number of ours can hold stays text.
pub fn from_item(item: &Value) -> Map<String, Value> {
    let attributes = item.as_object().into_iter().flatten();
    attributes.map(|(name, value)| (name.clone(), from_value(value))).collect()
}

fn from_value(value: &Value) -> Value {
    let Some((kind, inner)) = value.as_object().and_then(|typed| typed.iter().next()) else { return Value::Null };
    match (kind.as_str(), inner) {
        ("N", Value::String(digits)) => number(digits),
        ("NS", Value::Array(all)) => all.iter().map(|digits| number(digits.as_str().unwrap_or_default())).collect(),
        ("L", Value::Array(values)) => values.iter().map(from_value).collect(),
        ("M", map) => from_item(map).into(),
        ("NULL", _) => Value::Null,
        (_, inner) => inner.clone(),
    }
}

fn number(digits: &str) -> Value {
    let whole = digits.parse::<i64>().map(Value::from).or_else(|_| digits.parse::<u64>().map(Value::from));
    // A fraction that comes back with other digits is kept as it was written.
    whole
        .ok()
        .or_else(|| digits.parse::<f64>().ok().filter(|value| value.to_string() == digits).map(Value::from))
        .unwrap_or_else(|| Value::String(digits.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_comes_out() {
        let map = json!({ "s": "x", "n": 18_446_744_073_709_551_615_u64, "f": 0.5, "b": true, "l": [1, "a", null], "m": { "k": -3 } });
        let Value::Object(map) = map else { unreachable!() };
        let item = to_item(&map);
        assert_eq!(item["n"], json!({ "N": "18446744073709551615" }));
        assert_eq!(item["l"]["L"][2], json!({ "NULL": true }));
        assert_eq!(from_item(&item), map);
    }

    #[test]
    fn what_only_dynamodb_has_is_read_too() {
        let item =
            json!({ "ns": { "NS": ["1", "2"] }, "ss": { "SS": ["a"] }, "long": { "N": "0.10000000000000000000001" } });
        let map = from_item(&item);
        assert_eq!(map["ns"], json!([1, 2]));
        assert_eq!(map["ss"], json!(["a"]));
        assert_eq!(map["long"], json!("0.10000000000000000000001"));
    }
}
