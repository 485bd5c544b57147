//! What a value of a template refers to.

use serde_json::{Map, Value};

use super::document::split_attribute;
use super::substitution::{Part, parts};

/// Something a template's value refers to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reference {
    /// `Ref`: a parameter, pseudo parameter or resource.
    Ref(String),
    /// `Fn::GetAtt`: a resource's attribute. The attribute is empty where a function makes its name.
    Attribute(String, String),
    /// `Fn::If`: a condition.
    Condition(String),
}

impl Reference {
    /// The name of what it refers to.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Ref(name) | Self::Attribute(name, _) | Self::Condition(name) => name,
        }
    }
}

/// The one member of an object, where it has one: perhaps a function.
pub(crate) fn single(value: &Value) -> Option<(&str, &Value)> {
    match value {
        Value::Object(members) if members.len() == 1 => {
            members.iter().next().map(|(name, value)| (name.as_str(), value))
        }
        _ => None,
    }
}

/// The function a value is: its name and argument.
pub(crate) fn function(value: &Value) -> Option<(&str, &Value)> {
    single(value).filter(|(name, _)| *name == "Ref" || name.starts_with("Fn::"))
}

/// True where no function is left anywhere in the value.
pub(crate) fn is_resolved(value: &Value) -> bool {
    if function(value).is_some() {
        return false;
    }
    match value {
        Value::Object(members) => members.values().all(is_resolved),
        Value::Array(items) => items.iter().all(is_resolved),
        _ => true,
    }
}

/// Everything a value refers to, in document order; the same thing may be there several times.
pub(crate) fn references(value: &Value) -> Vec<Reference> {
    let mut found = Vec::new();
    collect(value, &mut found);
    found
}

fn collect(value: &Value, found: &mut Vec<Reference>) {
    match function(value) {
        Some(("Ref", Value::String(name))) => found.push(Reference::Ref(name.clone())),
        Some(("Fn::GetAtt", argument)) => collect_attribute(argument, found),
        Some(("Fn::Sub", argument)) => collect_substitution(argument, found),
        Some(("Fn::If", Value::Array(arguments))) => {
            if let Some(name) = arguments.first().and_then(Value::as_str) {
                found.push(Reference::Condition(name.to_owned()));
            }
            arguments.iter().skip(1).for_each(|argument| collect(argument, found));
        }
        Some((_, argument)) => collect(argument, found),
        None => match value {
            Value::Object(members) => members.values().for_each(|member| collect(member, found)),
            Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
            _ => {}
        },
    }
}

fn collect_attribute(argument: &Value, found: &mut Vec<Reference>) {
    match argument {
        Value::String(name) => {
            if let Some((resource, attribute)) = split_attribute(name) {
                found.push(Reference::Attribute(resource.to_owned(), attribute.to_owned()));
            }
        }
        Value::Array(names) => {
            if let Some(resource) = names.first().and_then(Value::as_str) {
                let attribute: Vec<&str> = names.iter().skip(1).filter_map(Value::as_str).collect();
                found.push(Reference::Attribute(resource.to_owned(), attribute.join(".")));
            }
            names.iter().skip(1).for_each(|name| collect(name, found));
        }
        _ => {}
    }
}

fn collect_substitution(argument: &Value, found: &mut Vec<Reference>) {
    let empty = Map::new();
    let (text, variables) = match argument {
        Value::String(text) => (text, &empty),
        Value::Array(arguments) => match (arguments.first(), arguments.get(1)) {
            (Some(Value::String(text)), Some(Value::Object(variables))) => (text, variables),
            _ => return,
        },
        _ => return,
    };
    variables.values().for_each(|value| collect(value, found));
    for part in parts(text) {
        if let Part::Variable(name) = part
            && !variables.contains_key(name)
        {
            found.push(match split_attribute(name) {
                Some((resource, attribute)) => Reference::Attribute(resource.to_owned(), attribute.to_owned()),
                None => Reference::Ref(name.to_owned()),
            });
        }
    }
}
