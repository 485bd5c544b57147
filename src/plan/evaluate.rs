//! Templates without intrinsic functions: references become symbols, parameters their values.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};

use super::symbol;
use crate::model::{Address, Attribute, Reference, Target};
use crate::render::before_id;

/// What the names in a template mean.
pub(super) struct Evaluator<'a> {
    /// Values of parameters: texts and lists of texts, identifiers as symbols.
    pub(super) parameters: BTreeMap<String, Json>,
    /// The resource a logical ID stands for.
    pub(super) address_of: &'a dyn Fn(&str) -> Option<Address>,
}

impl Evaluator<'_> {
    /// The value of an expression. What cannot be evaluated stays as it is.
    pub(super) fn evaluate(&self, json: &Json) -> Json {
        match json {
            Json::Array(items) => items.iter().map(|item| self.evaluate(item)).collect(),
            Json::Object(members) => match members.iter().next() {
                Some((name, argument)) if members.len() == 1 => {
                    self.function(name, argument).unwrap_or_else(|| self.object(members))
                }
                _ => self.object(members),
            },
            Json::String(text) => json!(text),
            other => other.clone(),
        }
    }

    fn object(&self, members: &Map<String, Json>) -> Json {
        members.iter().map(|(name, member)| (name.clone(), self.evaluate(member))).collect::<Map<_, _>>().into()
    }

    fn function(&self, name: &str, argument: &Json) -> Option<Json> {
        match name {
            "Ref" => self.reference(argument.as_str()?),
            "Fn::GetAtt" => self.attribute(argument).map(Json::String),
            "Fn::Select" => self.select(argument.as_array()?),
            "Fn::Split" => self.split(argument.as_array()?),
            "Fn::Join" => self.join(argument.as_array()?),
            "Fn::Sub" => self.sub(argument),
            _ => None,
        }
    }

    fn reference(&self, name: &str) -> Option<Json> {
        if let Some(value) = self.parameters.get(name) {
            return Some(value.clone());
        }
        if name.starts_with("AWS::") {
            return Some(json!(symbol::symbol(name)));
        }
        (self.address_of)(name).map(|address| json!(symbol::of(&Target::Resource(address), Attribute::Ref)))
    }

    fn attribute(&self, argument: &Json) -> Option<String> {
        let (logical_id, attribute) = match argument {
            Json::String(text) => text.split_once('.')?,
            Json::Array(pair) => match pair.as_slice() {
                [logical_id, attribute] => (logical_id.as_str()?, attribute.as_str()?),
                _ => return None,
            },
            _ => return None,
        };
        let address = (self.address_of)(logical_id)?;
        Some(match attribute {
            "Id" => symbol::of(&Target::Resource(address), Attribute::Id),
            name if address.kind.number_attribute() == Some(name) => {
                symbol::of(&Target::Resource(address), Attribute::Id)
            }
            name if crate::render::arn_attribute(address.kind) == Some(name) => {
                symbol::of(&Target::Resource(address), Attribute::Arn)
            }
            name => symbol::symbol(&format!("{address}.{name}")),
        })
    }

    fn select(&self, arguments: &[Json]) -> Option<Json> {
        let [index, list] = arguments else { return None };
        let index: usize = match self.evaluate(index) {
            Json::String(text) => text.parse().ok()?,
            Json::Number(number) => usize::try_from(number.as_u64()?).ok()?,
            _ => return None,
        };
        // The bare id at the end of an ARN.
        if let Some(arguments) = list.get("Fn::Split").and_then(Json::as_array)
            && let [separator, text] = arguments.as_slice()
            && let Json::String(text) = self.evaluate(text)
            && let Some(Ok(reference)) = symbol::only(&text).map(str::parse::<Reference>)
            && separator.as_str().is_some_and(|separator| is_bare_id(&reference, separator, index))
        {
            return Some(json!(symbol::of(&reference.target, Attribute::Id)));
        }
        self.evaluate(list).as_array()?.get(index).cloned()
    }

    /// A part of a text; none where it would be a part of an identifier that is not known.
    fn split(&self, arguments: &[Json]) -> Option<Json> {
        let [separator, text] = arguments else { return None };
        let Json::String(text) = self.evaluate(text) else { return None };
        if symbol::only(&text).is_some() {
            return None;
        }
        Some(text.split(separator.as_str()?).map(|part| json!(part)).collect())
    }

    fn join(&self, arguments: &[Json]) -> Option<Json> {
        let [separator, list] = arguments else { return None };
        let list = self.evaluate(list);
        let items: Option<Vec<&str>> = list.as_array()?.iter().map(Json::as_str).collect();
        Some(json!(symbol::join_arns(items?.join(separator.as_str()?))))
    }

    fn sub(&self, argument: &Json) -> Option<Json> {
        let (text, variables) = match argument {
            Json::String(text) => (text.as_str(), None),
            Json::Array(pair) => match pair.as_slice() {
                [text, variables] => (text.as_str()?, variables.as_object()),
                _ => return None,
            },
            _ => return None,
        };
        let mut result = String::with_capacity(text.len());
        let mut rest = text;
        let mut used = BTreeSet::new();
        while let Some((before, after)) = rest.split_once("${") {
            result.push_str(before);
            if let Some(after) = after.strip_prefix('!') {
                result.push_str("${");
                rest = after;
                continue;
            }
            let (name, after) = after.split_once('}')?;
            used.insert(name);
            let value = match variables.and_then(|variables| variables.get(name)) {
                Some(value) => self.evaluate(value),
                None if name.contains('.') => Json::String(self.attribute(&json!(name))?),
                None => self.reference(name)?,
            };
            result.push_str(value.as_str()?);
            rest = after;
        }
        result.push_str(rest);
        // What is not used is not written either; whoever wrote it means something else.
        if variables.is_some_and(|variables| variables.keys().any(|name| !used.contains(name.as_str()))) {
            return None;
        }
        Some(json!(symbol::join_arns(result)))
    }
}

/// True where splitting an ARN like that leaves the bare id at this place, or the number of a function's version.
fn is_bare_id(reference: &Reference, separator: &str, index: usize) -> bool {
    match &reference.target {
        Target::Instance => (separator, index) == ("/", 1),
        Target::Resource(Address { kind, .. }) | Target::Builtin { kind, .. } => match kind.version_of() {
            Some(version) => (separator, index) == (":", version.number_at),
            None => index == 1 && before_id(*kind).is_some_and(|before| before == separator),
        },
    }
}
