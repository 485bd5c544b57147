//! Concise binary objects (CBOR, RFC 8949) as the Smithy RPC v2 protocol has them, to and from JSON.
//!
//! JSON has no times: a number of seconds is one in a member whose name is one of a time (`is_time`).

use ciborium::Value as Cbor;
use serde_json::{Map, Value};

/// A time: seconds since 1970.
const TIME: u64 = 1;

/// The object a body holds; `None` where it is none.
pub fn read(body: &[u8]) -> Option<Map<String, Value>> {
    match ciborium::from_reader::<Cbor, _>(body).ok().and_then(to_json)? {
        Value::Object(members) => Some(members),
        _ => None,
    }
}

/// An object as a body.
pub fn write(value: &Value) -> Vec<u8> {
    let mut body = Vec::new();
    // Writing to memory cannot fail.
    ciborium::into_writer(&of_json("", value), &mut body).unwrap_or_default();
    body
}

fn to_json(value: Cbor) -> Option<Value> {
    Some(match value {
        Cbor::Integer(number) => {
            let number = i128::from(number);
            i64::try_from(number).map(Value::from).or_else(|_| u64::try_from(number).map(Value::from)).ok()?
        }
        Cbor::Float(number) => number.into(),
        Cbor::Text(text) => text.into(),
        Cbor::Bool(flag) => flag.into(),
        Cbor::Null => Value::Null,
        Cbor::Tag(TIME, inner) => to_json(*inner)?,
        Cbor::Array(entries) => Value::Array(entries.into_iter().map(to_json).collect::<Option<_>>()?),
        Cbor::Map(members) => {
            let member = |(name, value): (Cbor, Cbor)| Some((name.into_text().ok()?, to_json(value)?));
            Value::Object(members.into_iter().map(member).collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

fn is_time(name: &str) -> bool {
    name.ends_with("Timestamp") || matches!(name, "CreationTime" | "StartTime" | "CompletionTime")
}

fn of_json(name: &str, value: &Value) -> Cbor {
    match value {
        Value::Null => Cbor::Null,
        Value::Bool(flag) => Cbor::Bool(*flag),
        Value::Number(number) => {
            let plain = match number.as_i64() {
                Some(number) => Cbor::Integer(number.into()),
                None => Cbor::Float(number.as_f64().unwrap_or_default()),
            };
            if is_time(name) { Cbor::Tag(TIME, Box::new(plain)) } else { plain }
        }
        Value::String(text) => Cbor::Text(text.clone()),
        Value::Array(entries) => Cbor::Array(entries.iter().map(|entry| of_json("", entry)).collect()),
        Value::Object(members) => {
            Cbor::Map(members.iter().map(|(name, value)| (Cbor::Text(name.clone()), of_json(name, value))).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_written_is_read() {
        let value = json!({ "A": [1, -2, 2.5, "x", true, null], "StateUpdatedTimestamp": 1_764_400_000.5, "M": {} });
        assert_eq!(read(&write(&value)).map(Value::Object), Some(value));
        // {"T": 1(100)} and {"a": h'00'}, from RFC 8949.
        assert_eq!(read(b"\xa1\x61T\xc1\x18\x64").map(Value::Object), Some(json!({ "T": 100 })));
        assert_eq!(read(b"\xa1\x61a\x41\x00"), None);
        assert_eq!(read(b"\x01"), None);
        assert!(write(&json!({ "StateUpdatedTimestamp": 100 })).ends_with(b"\xc1\x18\x64"));
    }
}
