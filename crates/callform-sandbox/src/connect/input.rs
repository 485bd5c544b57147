//! What a handler gets: the checked members of a request, and its instance.

use serde_json::{Map, Value};

use super::document::{Document, id_of};
use super::error::invalid_parameter;
use crate::error::AwsError;

/// The checked input of an operation.
pub(super) struct Input<'a> {
    operation: &'static str,
    page_size: usize,
    members: &'a Map<String, Value>,
    instance: Document,
}

impl<'a> Input<'a> {
    pub(super) fn new(
        operation: &'static str,
        page_size: usize,
        members: &'a Map<String, Value>,
        instance: Document,
    ) -> Self {
        Self { operation, page_size, members, instance }
    }

    /// How many entries a page of the answer has at most.
    pub(super) fn page_size(&self) -> usize {
        self.page_size
    }

    /// Name of the operation.
    pub(super) fn operation(&self) -> &'static str {
        self.operation
    }

    /// Id of the instance; empty for operations that have no instance in their path or required members.
    pub(super) fn instance(&self) -> &str {
        self.instance.get("Id").and_then(Value::as_str).unwrap_or_default()
    }

    /// The stored document of the instance; empty as above.
    pub(super) fn instance_document(&self) -> &Document {
        &self.instance
    }

    /// A member that is there and not null.
    pub(super) fn value(&self, name: &str) -> Option<&'a Value> {
        self.members.get(name).filter(|value| !value.is_null())
    }

    /// A text member.
    pub(super) fn text(&self, name: &str) -> Option<&'a str> {
        self.value(name).and_then(Value::as_str)
    }

    /// A text member that the operation requires.
    pub(super) fn need(&self, name: &str) -> Result<&'a str, AwsError> {
        self.text(name).ok_or_else(|| invalid_parameter(format!("{name} is required")))
    }

    /// A number member.
    pub(super) fn number(&self, name: &str) -> Option<i64> {
        self.value(name).and_then(Value::as_i64)
    }

    /// A true or false member; false where it is left out.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.value(name).and_then(Value::as_bool).unwrap_or_default()
    }

    /// A list member; empty where it is left out.
    pub(super) fn list(&self, name: &str) -> &'a [Value] {
        self.value(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
    }

    /// The texts of a list member.
    pub(super) fn texts(&self, name: &str) -> Vec<&'a str> {
        self.list(name).iter().filter_map(Value::as_str).collect()
    }

    /// An object member.
    pub(super) fn object(&self, name: &str) -> Option<&'a Map<String, Value>> {
        self.value(name).and_then(Value::as_object)
    }

    /// The id in a member that holds an id or an ARN: `a/b` for the ARN `arn:…:instance/<id>/queue/a/b`.
    pub(super) fn id(&self, name: &str) -> Result<&'a str, AwsError> {
        self.need(name).map(id_of)
    }

    /// The request without its token, to tell a repetition from another request with the same token.
    pub(super) fn without_token(&self) -> Document {
        self.members.iter().filter(|(name, _)| *name != "ClientToken").map(|(n, v)| (n.clone(), v.clone())).collect()
    }

    /// The members of a list of names that are there, for a new document.
    pub(super) fn pick(&self, names: &[&str]) -> Document {
        names.iter().filter_map(|name| Some(((*name).to_owned(), self.value(name)?.clone()))).collect()
    }
}
