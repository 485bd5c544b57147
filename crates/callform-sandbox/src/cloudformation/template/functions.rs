//! The intrinsic functions.
//!
//! A function whose result depends on a resource that is not known yet stays where it is, with its arguments carried
//! out as far as they can be: the same evaluation, later, with the resource known, finishes it.

use base64::Engine;
use serde_json::{Value, json};

use super::cidr;
use super::document::split_attribute;
use super::references::{function, is_resolved};
use super::scope::Scope;
use super::substitution::{Part, parts};
use crate::cloudformation::failure::validation;
use crate::error::AwsError;

/// A value as far as it is known; `None` stands for `AWS::NoValue`.
pub(crate) type Evaluated = Result<Option<Value>, AwsError>;

const SUPPORTED: &str = "[Fn::Base64, Fn::GetAtt, Fn::GetAZs, Fn::ImportValue, Fn::Join, Fn::Split, Fn::FindInMap, Fn::Select, Ref, Fn::If, Fn::Sub, Fn::Cidr]";

impl Scope<'_> {
    /// Carries out all functions in a value.
    pub(crate) fn evaluate(&self, value: &Value) -> Evaluated {
        if let Some((name, argument)) = function(value) {
            return self.call(name, argument);
        }
        Ok(Some(match value {
            Value::Object(members) => {
                let mut evaluated = serde_json::Map::new();
                for (name, member) in members {
                    if let Some(member) = self.evaluate(member)? {
                        evaluated.insert(name.clone(), member);
                    }
                }
                Value::Object(evaluated)
            }
            Value::Array(items) => {
                let mut evaluated = Vec::with_capacity(items.len());
                for item in items {
                    evaluated.extend(self.evaluate(item)?);
                }
                Value::Array(evaluated)
            }
            scalar => scalar.clone(),
        }))
    }

    fn call(&self, name: &str, argument: &Value) -> Evaluated {
        match name {
            "Ref" => self.reference(argument),
            "Fn::GetAtt" => self.attribute(argument),
            "Fn::Sub" => self.substitute(argument),
            "Fn::Join" => self.join(argument),
            "Fn::Select" => self.select(argument),
            "Fn::Split" => self.split(argument),
            "Fn::If" => self.choose(argument),
            "Fn::FindInMap" => self.find_in_map(argument),
            "Fn::Base64" => self.of_text(name, argument, |text| base64::engine::general_purpose::STANDARD.encode(text)),
            "Fn::Cidr" => self.cidr(argument),
            "Fn::GetAZs" => self.zones(argument),
            "Fn::ImportValue" => self.import(argument),
            "Fn::Length" if self.extensions => self.length(argument),
            "Fn::ToJsonString" if self.extensions => self.json_text(argument),
            _ => Err(validation(format!(
                "Template error: Encountered unsupported function: {name} Supported functions are: {SUPPORTED}"
            ))),
        }
    }

    fn reference(&self, argument: &Value) -> Evaluated {
        let Value::String(name) = argument else {
            return Err(validation("Template format error: Every Ref object must have a single String value."));
        };
        if name == "AWS::NoValue" {
            return Ok(None);
        }
        if let Some(value) = self.parameters.get(name) {
            return Ok(Some(value.clone()));
        }
        Ok(Some(self.resources.reference(name)?.unwrap_or_else(|| json!({ "Ref": name }))))
    }

    fn attribute(&self, argument: &Value) -> Evaluated {
        let malformed = || {
            validation(
                "Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute",
            )
        };
        let (resource, attribute) = match argument {
            Value::String(name) => {
                let (resource, attribute) = split_attribute(name).ok_or_else(malformed)?;
                (resource.to_owned(), attribute.to_owned())
            }
            Value::Array(names) => {
                let (resource, attribute) = names.split_first().ok_or_else(malformed)?;
                let attribute: Vec<String> = attribute.iter().map(|part| self.text(part)).collect::<Result<_, _>>()?;
                (resource.as_str().ok_or_else(malformed)?.to_owned(), attribute.join("."))
            }
            _ => return Err(malformed()),
        };
        if resource.is_empty() || attribute.is_empty() {
            return Err(malformed());
        }
        let known = self.resources.attribute(&resource, &attribute)?;
        Ok(Some(known.unwrap_or_else(|| json!({ "Fn::GetAtt": [resource, attribute] }))))
    }

    /// The text of an argument that has to be known by now.
    fn text(&self, value: &Value) -> Result<String, AwsError> {
        match self.evaluate(value)? {
            Some(Value::String(text)) => Ok(text),
            Some(scalar @ (Value::Number(_) | Value::Bool(_))) => Ok(scalar.to_string()),
            _ => Err(validation("Template error: a function's argument must be a string")),
        }
    }

    fn substitute(&self, argument: &Value) -> Evaluated {
        let malformed = || {
            validation(
                "Template error: One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as first argument, and an optional second argument to specify a mapping of values to replace in the string",
            )
        };
        let empty = serde_json::Map::new();
        let (text, variables) = match argument {
            Value::String(text) => (text, &empty),
            Value::Array(arguments) => match arguments.as_slice() {
                [Value::String(text), Value::Object(variables)] => (text, variables),
                [Value::String(text)] => (text, &empty),
                _ => return Err(malformed()),
            },
            _ => return Err(malformed()),
        };
        let mut pieces = Vec::new();
        for part in parts(text) {
            pieces.push(match part {
                Part::Text(text) => Some(Value::from(text)),
                Part::Variable(name) => match (variables.get(name), split_attribute(name)) {
                    (Some(value), _) => self.evaluate(value)?,
                    (None, Some((resource, attribute))) => self.attribute(&json!([resource, attribute]))?,
                    (None, None) => self.reference(&json!(name))?,
                },
            });
            if let (Part::Variable(name), Some(Some(Value::Array(_) | Value::Null))) = (part, pieces.last()) {
                return Err(validation(format!(
                    "Template error: variable {name} in Fn::Sub expression does not resolve to a string"
                )));
            }
        }
        Ok(Some(joined("", &pieces.into_iter().flatten().collect::<Vec<Value>>())?))
    }

    fn join(&self, argument: &Value) -> Evaluated {
        let malformed = || {
            validation(
                "Template error: every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined.",
            )
        };
        let [delimiter, list] = argument.as_array().map(Vec::as_slice).ok_or_else(malformed)? else {
            return Err(malformed());
        };
        let delimiter = delimiter.as_str().ok_or_else(malformed)?;
        match self.evaluate(list)? {
            Some(Value::Array(items)) => joined(delimiter, &items).map(Some),
            Some(unknown) if function(&unknown).is_some() => Ok(Some(json!({ "Fn::Join": [delimiter, unknown] }))),
            _ => Err(malformed()),
        }
    }

    fn select(&self, argument: &Value) -> Evaluated {
        let malformed = || {
            validation(
                "Template error: Fn::Select requires a list argument with two elements: an integer index and a list",
            )
        };
        let [index, list] = argument.as_array().map(Vec::as_slice).ok_or_else(malformed)? else {
            return Err(malformed());
        };
        let index = self.evaluate(index)?.ok_or_else(malformed)?;
        let list = self.evaluate(list)?.ok_or_else(malformed)?;
        if function(&index).is_some() || function(&list).is_some() {
            return Ok(Some(json!({ "Fn::Select": [index, list] })));
        }
        let index = match &index {
            Value::String(text) => text.trim().parse().map_err(|_| malformed())?,
            number => number.as_u64().ok_or_else(malformed)?,
        };
        let items = list.as_array().ok_or_else(malformed)?;
        let item = usize::try_from(index).ok().and_then(|index| items.get(index)).ok_or_else(|| {
            validation(format!("Template error: Fn::Select cannot select nonexistent value at index {index}"))
        })?;
        Ok(Some(item.clone()))
    }

    fn split(&self, argument: &Value) -> Evaluated {
        let malformed = || {
            validation(
                "Template error: every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split or a function that returns a string to be split.",
            )
        };
        let [delimiter, text] = argument.as_array().map(Vec::as_slice).ok_or_else(malformed)? else {
            return Err(malformed());
        };
        let delimiter = delimiter.as_str().filter(|delimiter| !delimiter.is_empty()).ok_or_else(malformed)?;
        match self.evaluate(text)? {
            Some(Value::String(text)) => Ok(Some(text.split(delimiter).map(Value::from).collect())),
            Some(unknown) if function(&unknown).is_some() => Ok(Some(json!({ "Fn::Split": [delimiter, unknown] }))),
            _ => Err(malformed()),
        }
    }

    fn choose(&self, argument: &Value) -> Evaluated {
        let [condition, then, otherwise] = argument.as_array().map(Vec::as_slice).unwrap_or_default() else {
            return Err(validation("Template error: Fn::If requires a list argument with three elements"));
        };
        let name = condition.as_str().unwrap_or_default();
        match self.conditions.get(name) {
            Some(true) => self.evaluate(then),
            Some(false) => self.evaluate(otherwise),
            None => Err(validation(format!("Template error: unresolved condition dependency {name} in Fn::If"))),
        }
    }

    fn find_in_map(&self, argument: &Value) -> Evaluated {
        let malformed = || {
            validation(
                "Template error: every Fn::FindInMap object requires three parameters, the map name, map key and the attribute for return value",
            )
        };
        let (keys, default) = match argument.as_array().map(Vec::as_slice).ok_or_else(malformed)? {
            [map, first, second] => ([map, first, second], None),
            [map, first, second, default] if self.extensions => ([map, first, second], default.get("DefaultValue")),
            _ => return Err(malformed()),
        };
        let [map, first, second] = keys.map(|key| self.text(key).map_err(|_| malformed()));
        let (map, first, second) = (map?, first?, second?);
        let found = self.mappings.get(&map).and_then(|map| map.get(&first)).and_then(|map| map.get(&second));
        match (found, default) {
            (Some(value), _) => Ok(Some(value.clone())),
            (None, Some(default)) => self.evaluate(default),
            (None, None) => {
                Err(validation(format!("Template error: Unable to get mapping for {map}::{first}::{second}")))
            }
        }
    }

    fn of_text(&self, name: &str, argument: &Value, work: impl Fn(&str) -> String) -> Evaluated {
        match self.evaluate(argument)? {
            Some(Value::String(text)) => Ok(Some(work(&text).into())),
            Some(unknown) if function(&unknown).is_some() => Ok(Some(json!({ name: unknown }))),
            _ => Err(validation(format!("Template error: every {name} object must have a String-typed value."))),
        }
    }

    fn cidr(&self, argument: &Value) -> Evaluated {
        let malformed = || {
            validation(
                "Template error: every Fn::Cidr object requires two required parameters, (1) ipBlock, (2) count and one optional parameter, (3) cidrBits.",
            )
        };
        let Some(Value::Array(arguments)) = self.evaluate(argument)? else { return Err(malformed()) };
        if !arguments.iter().all(is_resolved) {
            return Ok(Some(json!({ "Fn::Cidr": arguments })));
        }
        let number = |value: &Value| value.as_u64().or_else(|| value.as_str()?.parse().ok());
        let block = arguments.first().and_then(Value::as_str).ok_or_else(malformed)?;
        let count = arguments.get(1).and_then(number).ok_or_else(malformed)?;
        let bits = arguments.get(2).and_then(number);
        cidr::blocks(block, count, bits).map(|blocks| Some(blocks.into())).ok_or_else(malformed)
    }

    fn zones(&self, argument: &Value) -> Evaluated {
        let own = self.parameters.get("AWS::Region").and_then(Value::as_str).unwrap_or_default();
        let region = self.text(argument)?;
        let region = if region.is_empty() { own } else { &region };
        Ok(Some(["a", "b", "c"].iter().map(|zone| Value::from(format!("{region}{zone}"))).collect()))
    }

    fn import(&self, argument: &Value) -> Evaluated {
        let name = self.text(argument)?;
        match self.resources.export(&name)? {
            Some(value) => Ok(Some(value.into())),
            None => Err(validation(format!("No export named {name} found"))),
        }
    }

    fn length(&self, argument: &Value) -> Evaluated {
        match self.evaluate(argument)? {
            Some(Value::Array(items)) => Ok(Some(items.len().into())),
            _ => Err(validation("Template error: Fn::Length requires a list or a function that returns a list")),
        }
    }

    fn json_text(&self, argument: &Value) -> Evaluated {
        let value = self.evaluate(argument)?.unwrap_or_default();
        Ok(Some(if is_resolved(&value) { value.to_string().into() } else { json!({ "Fn::ToJsonString": value }) }))
    }
}

/// The items as one text; a function of its own where some are not known yet.
fn joined(delimiter: &str, items: &[Value]) -> Result<Value, AwsError> {
    let mut text = String::new();
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            text.push_str(delimiter);
        }
        match item {
            Value::String(item) => text.push_str(item),
            Value::Number(_) | Value::Bool(_) => text.push_str(&item.to_string()),
            _ if function(item).is_some() => return Ok(json!({ "Fn::Join": [delimiter, items] })),
            _ => {
                return Err(validation(
                    "Template error: every Fn::Join object requires a list of strings to be joined.",
                ));
            }
        }
    }
    Ok(text.into())
}
