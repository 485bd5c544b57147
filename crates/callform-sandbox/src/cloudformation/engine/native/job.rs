//! A resource of the engine's own, and what is to be done to it.

use serde_json::Value;

/// What is to be done.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Order<'a> {
    Create { properties: &'a Value },
    Update { physical_id: &'a str, old: &'a Value, properties: &'a Value },
    Delete { physical_id: &'a str, properties: &'a Value },
}

/// A resource and what is to be done to it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Job<'a> {
    pub(crate) logical_id: &'a str,
    pub(crate) type_name: &'a str,
    pub(crate) order: Order<'a>,
}

impl Job<'_> {
    /// What tells jobs of one stack apart that are under way at the same time.
    pub(crate) fn key(&self) -> String {
        let (verb, physical_id) = match self.order {
            Order::Create { .. } => ("create", ""),
            Order::Update { physical_id, .. } => ("update", physical_id),
            Order::Delete { physical_id, .. } => ("delete", physical_id),
        };
        format!("{}/{verb}/{physical_id}", self.logical_id)
    }
}

/// A job's member as text.
pub(crate) fn text<'a>(properties: &'a Value, name: &str) -> Option<&'a str> {
    properties.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// A number that may be written as text.
pub(crate) fn number(properties: &Value, name: &str) -> Option<u64> {
    let value = properties.get(name)?;
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}
