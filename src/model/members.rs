//! Builds objects member by member.

use std::collections::BTreeMap;

use callform_source::Spanned;
use indexmap::IndexMap;

use super::{Properties, Value};

/// An object under construction; members keep the order they are set in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Members(Properties);

impl Members {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// The members every Connect resource starts with.
    pub(crate) fn of_instance() -> Self {
        Self::new().with("InstanceArn", Value::instance_arn())
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    /// Sets a member where there is a value.
    pub(crate) fn with_some(self, name: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Sets a list unless it is empty: most services refuse empty lists.
    pub(crate) fn with_list(self, name: &str, items: Vec<Value>) -> Self {
        if items.is_empty() { self } else { self.with(name, Value::List(items)) }
    }

    /// Sets the tags of a resource, where it has some of its own.
    pub(crate) fn with_tags(self, tags: Option<&BTreeMap<String, String>>) -> Self {
        self.with_list("Tags", tags.into_iter().flatten().map(|(key, value)| tag(key, value)).collect())
    }

    /// Sets several members.
    pub(crate) fn with_all(mut self, properties: Properties) -> Self {
        self.0.extend(properties);
        self
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn finish(self) -> Properties {
        self.0
    }
}

/// A tag in CloudFormation's form.
pub(crate) fn tag(key: &str, value: &str) -> Value {
    Members::new().with("Key", key).with("Value", value).into()
}

impl From<Members> for Value {
    fn from(members: Members) -> Self {
        Value::Object(members.0)
    }
}

impl From<&Spanned<String>> for Value {
    fn from(text: &Spanned<String>) -> Self {
        Value::String(text.value.clone())
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Value::Integer(i64::from(number))
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Self {
        Value::List(items)
    }
}

/// A value of the blueprint that is passed on as it stands, such as the conditions of a policy. Numbers that are no
/// whole ones become strings, as CloudFormation would make them.
pub(crate) fn from_json(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::String(String::new()),
        serde_json::Value::Bool(value) => Value::Bool(*value),
        serde_json::Value::Number(number) => match number.as_i64() {
            Some(integer) => Value::Integer(integer),
            None => Value::String(number.to_string()),
        },
        serde_json::Value::String(text) => Value::String(text.clone()),
        serde_json::Value::Array(items) => Value::List(items.iter().map(from_json).collect()),
        serde_json::Value::Object(members) => Value::Object(
            members.iter().map(|(name, value)| (name.clone(), from_json(value))).collect::<IndexMap<_, _>>(),
        ),
    }
}
