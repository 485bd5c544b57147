//! Requests of the query protocol.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::failure::{constraint, validation};
use super::state::Tag;
use super::template::parameters::GivenParameter;
use crate::error::AwsError;
use crate::protocol::form::to_input;

/// The input of an operation; all scalars are text.
#[derive(Debug)]
pub(crate) struct Request {
    input: Map<String, Value>,
}

impl Request {
    /// Reads the form parameters of a request (`Parameters.member.1.ParameterKey`).
    pub(crate) fn new(parameters: &BTreeMap<String, String>) -> Self {
        Self { input: to_input(parameters) }
    }

    /// A member that is there and not empty.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.input.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    /// A member that has to be there.
    pub(crate) fn required(&self, name: &str) -> Result<&str, AwsError> {
        self.text(name).ok_or_else(|| {
            let mut member = name.to_owned();
            if let Some(first) = member.get_mut(..1) {
                first.make_ascii_lowercase();
            }
            validation(format!(
                "1 validation error detected: Value null at '{member}' failed to satisfy constraint: Member must not be null"
            ))
        })
    }

    /// A member that has to be there, one of some words.
    pub(crate) fn one_of<'a>(&'a self, name: &str, words: &[&'a str], default: &'a str) -> Result<&'a str, AwsError> {
        match self.text(name) {
            None => Ok(default),
            Some(word) if words.contains(&word) => Ok(word),
            Some(word) => Err(constraint(word, name, &format!("satisfy enum value set: [{}]", words.join(", ")))),
        }
    }

    /// A boolean member; false where it is not there.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.text(name) == Some("true")
    }

    /// A boolean member of a structure.
    pub(crate) fn nested_flag(&self, name: &str, member: &str) -> bool {
        self.input.get(name).and_then(|structure| structure.get(member)).and_then(Value::as_str) == Some("true")
    }

    /// The objects of a list.
    pub(crate) fn objects(&self, name: &str) -> Vec<&Map<String, Value>> {
        let list = self.input.get(name).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_object).collect()
    }

    /// The texts of a list.
    pub(crate) fn texts(&self, name: &str) -> Vec<String> {
        let list = self.input.get(name).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(|item| item.as_str().map(str::to_owned)).collect()
    }

    /// True where a list is in the request, even an empty one.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.input.contains_key(name)
    }

    /// True where a structure has a member that is not empty.
    pub(crate) fn has_members(&self, name: &str) -> bool {
        fn is_full(value: &Value) -> bool {
            match value {
                Value::Object(members) => members.values().any(is_full),
                Value::Array(items) => items.iter().any(is_full),
                Value::String(text) => !text.is_empty(),
                _ => false,
            }
        }
        self.input.get(name).is_some_and(is_full)
    }

    /// `Parameters`.
    pub(crate) fn parameters(&self) -> Vec<GivenParameter> {
        let member =
            |object: &Map<String, Value>, name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
        self.objects("Parameters")
            .into_iter()
            .map(|object| GivenParameter {
                key: member(object, "ParameterKey").unwrap_or_default(),
                value: member(object, "ParameterValue"),
                use_previous: member(object, "UsePreviousValue").as_deref() == Some("true"),
            })
            .collect()
    }

    /// `Tags`; `None` where the request has none, so that the stack keeps its tags.
    pub(crate) fn tags(&self) -> Result<Option<Vec<Tag>>, AwsError> {
        if !self.has("Tags") {
            return Ok(None);
        }
        let tags: Vec<Tag> = self
            .objects("Tags")
            .into_iter()
            .filter_map(|object| {
                let value = object.get("Value").and_then(Value::as_str).unwrap_or_default();
                Some(Tag { key: object.get("Key")?.as_str()?.to_owned(), value: value.to_owned() })
            })
            .collect();
        if tags.len() > 50 {
            return Err(constraint("tags", "tags", "have length less than or equal to 50"));
        }
        if tags.iter().any(|tag| tag.key.starts_with("aws:")) {
            return Err(validation("aws: prefixed tag key names are not allowed for external use."));
        }
        Ok(Some(tags))
    }

    /// The entries of a map member (`entry.1.key`, `entry.1.value`) of an object.
    pub(crate) fn map(object: &Map<String, Value>, name: &str) -> BTreeMap<String, String> {
        let entries = object.get(name).and_then(|map| map.get("entry")).and_then(Value::as_array);
        entries
            .into_iter()
            .flatten()
            .filter_map(|entry| {
                let text = |name: &str| entry.get(name).and_then(Value::as_str).map(str::to_owned);
                Some((text("key")?, text("value").unwrap_or_default()))
            })
            .collect()
    }
}

/// A page of a list, and the token of the next one. Tokens are the number of the first item.
pub(crate) fn page<'a, T>(
    items: &'a [T],
    request: &Request,
    size: usize,
) -> Result<(&'a [T], Option<String>), AwsError> {
    let start = match request.text("NextToken") {
        None => 0,
        Some(token) => token.parse().map_err(|_| validation(format!("Invalid NextToken: {token}")))?,
    };
    let start = items.len().min(start);
    let end = items.len().min(start + size);
    let next = (end < items.len()).then(|| end.to_string());
    Ok((items.get(start..end).unwrap_or_default(), next))
}
