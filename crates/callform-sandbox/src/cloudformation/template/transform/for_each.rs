//! `AWS::LanguageExtensions`: the loops. Its functions (`Fn::Length`, `Fn::ToJsonString`, the default of
//! `Fn::FindInMap`) are carried out with all others.
//!
//! Source: user guide, "`AWS::LanguageExtensions` transform" and "`Fn::ForEach`".

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::surroundings::{Surroundings, evaluate, failed};
use crate::cloudformation::template::document::EXTENSIONS;
use crate::error::AwsError;

const PREFIX: &str = "Fn::ForEach::";
/// Loops inside one another.
const DEPTH: usize = 5;
/// Members that loops make of one template: more than any template may have.
const MEMBERS: usize = 20_000;

/// A document with its loops carried out.
pub(super) fn expand(
    document: &Map<String, Value>,
    surroundings: &Surroundings,
) -> Result<Map<String, Value>, AwsError> {
    let mut expansion = Expansion { document, surroundings, made: 0 };
    let mut expanded = Map::new();
    for (section, content) in document {
        // Mappings and parameters hold nothing but what is written there.
        let is_fixed = matches!(section.as_str(), "Mappings" | "Parameters" | "Metadata" | "Rules");
        let content = if is_fixed { content.clone() } else { expansion.value(content, &BTreeMap::new())? };
        expanded.insert(section.clone(), content);
    }
    Ok(expanded)
}

struct Expansion<'a> {
    document: &'a Map<String, Value>,
    surroundings: &'a Surroundings<'a>,
    made: usize,
}

/// The item that each identifier stands for.
type Bindings = BTreeMap<String, String>;

impl Expansion<'_> {
    fn value(&mut self, value: &Value, bindings: &Bindings) -> Result<Value, AwsError> {
        Ok(match value {
            Value::String(text) => bound(text, bindings).into(),
            Value::Array(items) => {
                items.iter().map(|item| self.value(item, bindings)).collect::<Result<Vec<_>, _>>()?.into()
            }
            Value::Object(members) => {
                if let (1, Some(Value::String(name))) = (members.len(), members.get("Ref"))
                    && let Some(item) = bindings.get(name)
                {
                    return Ok(item.as_str().into());
                }
                let mut expanded = Map::new();
                for (key, member) in members {
                    if let Some(name) = key.strip_prefix(PREFIX) {
                        self.repeat(name, member, bindings, &mut expanded)?;
                    } else {
                        let member = self.value(member, bindings)?;
                        insert(&mut expanded, bound(key, bindings), member)?;
                    }
                }
                Value::Object(expanded)
            }
            scalar => scalar.clone(),
        })
    }

    /// Adds what a loop makes.
    fn repeat(
        &mut self,
        name: &str,
        argument: &Value,
        bindings: &Bindings,
        into: &mut Map<String, Value>,
    ) -> Result<(), AwsError> {
        let wrong = |why: &str| failed(EXTENSIONS, format!("{PREFIX}{name}: {why}"));
        if bindings.len() >= DEPTH {
            return Err(wrong("at most five loops can be inside one another."));
        }
        let [Value::String(identifier), collection, Value::Object(body)] =
            argument.as_array().map(Vec::as_slice).unwrap_or_default()
        else {
            return Err(wrong("a loop is a list of an identifier, a collection and what is repeated."));
        };
        if bindings.contains_key(identifier) || self.surroundings.parameters.contains_key(identifier) {
            return Err(wrong("the identifier is that of a parameter or of a loop around it."));
        }
        let collection = self.value(collection, bindings)?;
        let collection = evaluate(&collection, self.document, self.surroundings)?;
        let Some(Value::Array(items)) = collection else {
            return Err(wrong(
                "the collection has to be a list, or a function that is one before any resource is there.",
            ));
        };
        for item in &items {
            let item = match item {
                Value::String(item) => item.clone(),
                Value::Number(_) | Value::Bool(_) => item.to_string(),
                _ => return Err(wrong("the items of a collection have to be texts.")),
            };
            let mut bindings = bindings.clone();
            bindings.insert(identifier.clone(), item);
            for (key, member) in body {
                self.made += 1;
                if self.made > MEMBERS {
                    return Err(wrong("the loops make too much."));
                }
                if let Some(name) = key.strip_prefix(PREFIX) {
                    self.repeat(name, member, &bindings, into)?;
                } else {
                    let member = self.value(member, &bindings)?;
                    insert(into, bound(key, &bindings), member)?;
                }
            }
        }
        Ok(())
    }
}

fn insert(into: &mut Map<String, Value>, key: String, member: Value) -> Result<(), AwsError> {
    if into.contains_key(&key) {
        return Err(failed(EXTENSIONS, format!("The key {key} is there twice.")));
    }
    into.insert(key, member);
    Ok(())
}

/// A text with `${Identifier}` as the item and `&{Identifier}` as its letters and digits.
fn bound(text: &str, bindings: &Bindings) -> String {
    let mut text = text.to_owned();
    for (identifier, item) in bindings {
        let plain: String = item.chars().filter(char::is_ascii_alphanumeric).collect();
        text = text.replace(&format!("${{{identifier}}}"), item).replace(&format!("&{{{identifier}}}"), &plain);
    }
    text
}
