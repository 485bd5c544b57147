//! What answers have in common.

use serde_json::Value;

/// An object without the members that are `null`.
pub(crate) fn object(members: Value) -> Value {
    match members {
        Value::Object(members) => Value::Object(members.into_iter().filter(|(_, value)| !value.is_null()).collect()),
        other => other,
    }
}
