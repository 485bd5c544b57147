//! The members of an operation's input.

use serde_json::{Map, Value};

use crate::error::AwsError;

/// An input whose members are read one by one.
#[derive(Clone, Copy)]
pub(crate) struct Input<'a> {
    operation: &'static str,
    members: &'a Map<String, Value>,
    error: &'static str,
}

impl<'a> Input<'a> {
    /// Reads members; a wrong one is an error of the code.
    pub(crate) fn new(members: &'a Map<String, Value>, error: &'static str) -> Self {
        Self { operation: "", members, error }
    }

    /// Reads members of an operation's input.
    pub(crate) fn of(operation: &'static str, members: &'a Map<String, Value>, error: &'static str) -> Self {
        Self { operation, members, error }
    }

    /// Name of the operation; empty for members that are read outside of one.
    pub(crate) fn operation(&self) -> &'static str {
        self.operation
    }

    /// All members.
    pub(crate) fn members(&self) -> &'a Map<String, Value> {
        self.members
    }

    /// A member that is not null.
    pub(crate) fn value(&self, name: &str) -> Option<&'a Value> {
        self.members.get(name).filter(|value| !value.is_null())
    }

    /// A text.
    pub(crate) fn text(&self, name: &str) -> Option<&'a str> {
        self.value(name).and_then(Value::as_str)
    }

    /// A text that has to be there.
    pub(crate) fn need(&self, name: &str) -> Result<&'a str, AwsError> {
        self.text(name).filter(|text| !text.is_empty()).ok_or_else(|| {
            self.wrong(format!(
                "1 validation error detected: Value at '{name}' failed to satisfy constraint: Member must not be null"
            ))
        })
    }

    /// An error about the input.
    pub(crate) fn wrong(&self, message: impl Into<String>) -> AwsError {
        AwsError::new(400, self.error, message)
    }

    /// A whole number, which forms carry as text.
    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        let value = self.value(name)?;
        value.as_i64().or_else(|| value.as_str()?.parse().ok())
    }

    /// True or false, which forms carry as text; false where it is not there.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.value(name).is_some_and(|value| value.as_bool().unwrap_or(value.as_str() == Some("true")))
    }

    /// A list; empty where it is not there.
    pub(crate) fn list(&self, name: &str) -> &'a [Value] {
        self.value(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
    }

    /// The texts of a list.
    pub(crate) fn texts(&self, name: &str) -> Vec<&'a str> {
        self.list(name).iter().filter_map(Value::as_str).collect()
    }

    /// An object; empty where it is not there.
    pub(crate) fn object(&self, name: &str) -> Map<String, Value> {
        self.value(name).and_then(Value::as_object).cloned().unwrap_or_default()
    }

    /// Copies members that are there into a document.
    pub(crate) fn copy(&self, names: &[&str], document: &mut Map<String, Value>) {
        for name in names {
            if let Some(value) = self.value(name) {
                document.insert((*name).to_owned(), value.clone());
            }
        }
    }
}

/// The object a `json!` literal makes.
pub(crate) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// One page of a list: the entries, and the token of the next page. Tokens are positions.
pub(crate) fn page(entries: Vec<Value>, token: Option<&str>, size: usize) -> (Vec<Value>, Option<String>) {
    let start = token.and_then(|token| token.parse::<usize>().ok()).unwrap_or_default();
    let total = entries.len();
    let end = start.saturating_add(size);
    let page = entries.into_iter().skip(start).take(size).collect();
    (page, (end < total).then(|| end.to_string()))
}

/// A value as a text: text as it is, everything else as JSON.
pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
