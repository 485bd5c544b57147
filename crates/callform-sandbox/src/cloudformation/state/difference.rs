//! Differences between two versions of a resource's properties, leaf by leaf.

use std::collections::BTreeSet;

use callform_schemas::ResourceSchema;
use serde_json::Value;

use crate::cloudformation::state::properties::has_dynamic;
use crate::cloudformation::template::references::function;

/// A leaf that differs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Difference {
    /// Such as `/OutboundCallerConfig/OutboundFlowArn` or `/Tags/0`.
    pub(crate) path: String,
    /// `None` where it is not there.
    pub(crate) before: Option<Value>,
    /// `None` where it is not there.
    pub(crate) after: Option<Value>,
}

/// All leaves in which two values differ. Lists of the same length are compared item by item, others as a whole.
pub(crate) fn between(before: &Value, after: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(Some(before), Some(after), "", &mut found);
    found
}

fn compare(before: Option<&Value>, after: Option<&Value>, path: &str, found: &mut Vec<Difference>) {
    match (before, after) {
        (Some(before), Some(after)) if before == after => {}
        (Some(Value::Object(old)), Some(Value::Object(new))) if after.is_none_or(|after| function(after).is_none()) => {
            let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
            for name in names {
                compare(old.get(name), new.get(name), &format!("{path}/{name}"), found);
            }
        }
        (Some(Value::Array(old)), Some(Value::Array(new))) if old.len() == new.len() => {
            for (index, (old, new)) in old.iter().zip(new).enumerate() {
                compare(Some(old), Some(new), &format!("{path}/{index}"), found);
            }
        }
        _ => found.push(Difference { path: path.to_owned(), before: before.cloned(), after: after.cloned() }),
    }
}

/// Where live properties differ from those a template wants.
///
/// Only what the template names is looked at: members of structures that the template leaves out are defaults of the
/// service. Write-only properties and dynamic references cannot be compared; tags of AWS (`aws:…`) do not count.
pub(crate) fn drift(schema: Option<&ResourceSchema>, expected: &Value, actual: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    let readable = without_write_only(schema, expected);
    let (Value::Object(expected), Value::Object(actual)) = (&readable, actual) else { return found };
    for (name, wanted) in expected {
        let path = format!("/{name}");
        if !schema.is_some_and(|schema| schema.is_write_only(&path) || schema.is_read_only(&path)) {
            let is_tags = schema.and_then(|schema| schema.tag_property.as_deref()) == Some(name.as_str());
            let live = actual.get(name).map(|live| if is_tags { without_aws_tags(live) } else { live.clone() });
            Walk { schema, found: &mut found }.compare(wanted, live.as_ref(), &path);
        }
    }
    found
}

/// Properties without what can be written and never read, at any depth.
pub(crate) fn without_write_only(schema: Option<&ResourceSchema>, properties: &Value) -> Value {
    let mut readable = properties.clone();
    for pointer in schema.into_iter().flat_map(|schema| &schema.write_only) {
        pointer.remove(&mut readable);
    }
    readable
}

fn without_aws_tags(tags: &Value) -> Value {
    match tags {
        Value::Array(items) => {
            let own =
                |item: &&Value| !item.get("Key").and_then(Value::as_str).is_some_and(|key| key.starts_with("aws:"));
            items.iter().filter(own).cloned().collect()
        }
        Value::Object(members) => {
            let own = members.iter().filter(|(key, _)| !key.starts_with("aws:"));
            Value::Object(own.map(|(key, value)| (key.clone(), value.clone())).collect())
        }
        other => other.clone(),
    }
}

struct Walk<'a> {
    schema: Option<&'a ResourceSchema>,
    found: &'a mut Vec<Difference>,
}

impl Walk<'_> {
    fn add(&mut self, path: &str, expected: Option<&Value>, actual: Option<&Value>) {
        self.found.push(Difference { path: path.to_owned(), before: expected.cloned(), after: actual.cloned() });
    }

    fn compare(&mut self, expected: &Value, actual: Option<&Value>, path: &str) {
        let write_only = self.schema.is_some_and(|schema| schema.is_write_only(path));
        if write_only || (!expected.is_object() && !expected.is_array() && has_dynamic(expected)) {
            return;
        }
        let Some(actual) = actual else {
            // A list or map without entries may as well not be there.
            if !is_empty(expected) {
                self.add(path, Some(expected), None);
            }
            return;
        };
        match (expected, actual) {
            (Value::Object(wanted), Value::Object(live)) => {
                for (name, wanted) in wanted {
                    self.compare(wanted, live.get(name), &format!("{path}/{name}"));
                }
                if self.schema.is_none_or(|schema| schema.is_map(path)) {
                    for (name, extra) in live.iter().filter(|(name, _)| !wanted.contains_key(*name)) {
                        self.add(&format!("{path}/{name}"), None, Some(extra));
                    }
                }
            }
            (Value::Array(wanted), Value::Array(live)) => self.compare_lists(wanted, live, path),
            _ if same_scalar(expected, actual) || same_json(expected, actual) => {}
            _ => self.add(path, Some(expected), Some(actual)),
        }
    }

    fn compare_lists(&mut self, wanted: &[Value], live: &[Value], path: &str) {
        let mut wanted: Vec<(usize, &Value)> = wanted.iter().enumerate().collect();
        let mut live: Vec<(usize, &Value)> = live.iter().enumerate().collect();
        if self.schema.is_none_or(|schema| schema.is_unordered(path)) {
            wanted.retain(|(index, item)| {
                let position = live.iter().position(|(_, other)| self.equal(item, other, &format!("{path}/{index}")));
                position.map(|position| live.remove(position)).is_none()
            });
        }
        let common = wanted.len().min(live.len());
        for ((index, item), (_, other)) in wanted.iter().zip(&live) {
            self.compare(item, Some(other), &format!("{path}/{index}"));
        }
        for (index, item) in wanted.iter().skip(common) {
            self.add(&format!("{path}/{index}"), Some(item), None);
        }
        for (index, item) in live.iter().skip(common) {
            self.add(&format!("{path}/{index}"), None, Some(item));
        }
    }

    fn equal(&self, expected: &Value, actual: &Value, path: &str) -> bool {
        let mut found = Vec::new();
        Walk { schema: self.schema, found: &mut found }.compare(expected, Some(actual), path);
        found.is_empty()
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

/// `5` and `"5"`, `true` and `"true"` are the same to CloudFormation.
fn same_scalar(left: &Value, right: &Value) -> bool {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    };
    match (left.as_f64(), right.as_f64()) {
        (Some(left), Some(right)) => (left - right).abs() < f64::EPSILON,
        _ => text(left).is_some_and(|left| text(right) == Some(left)),
    }
}

/// Documents in text, such as the content of a flow, may come back with other spaces or as a structure.
fn same_json(left: &Value, right: &Value) -> bool {
    let document = |value: &Value| match value {
        Value::String(text) if text.trim_start().starts_with(['{', '[']) => serde_json::from_str(text).ok(),
        Value::Object(_) | Value::Array(_) => Some(value.clone()),
        _ => None,
    };
    let left: Option<Value> = document(left);
    left.is_some() && left == document(right)
}
