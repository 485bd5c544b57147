//! What identifiers and ARNs are called.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::Flow;
use crate::references::{Piece, split};

/// Names that the editor's metadata gives to identifiers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DisplayNames {
    of: BTreeMap<String, String>,
    /// Identifiers of actions that a person chose in the editor.
    chosen: BTreeSet<String>,
}

/// Metadata that a layout needs.
const OF_LAYOUT: [&str; 3] = ["entryPointPosition", "ActionMetadata", "Annotations"];
/// Deepest metadata that is looked at.
const DEPTH: usize = 8;

impl DisplayNames {
    /// Names found in the metadata of a flow, in the editor's old form and its new one.
    pub fn of(flow: &Flow) -> Self {
        let mut names = Self::default();
        let of_actions = flow.metadata.as_ref().and_then(|metadata| metadata.get("ActionMetadata"));
        // What compiled steps are called says what they do anyway; such flows have no more metadata than a layout needs.
        let is_edited = flow.metadata.iter().flatten().any(|(name, _)| !OF_LAYOUT.contains(&name.as_str()));
        for action in &flow.actions {
            let Some(metadata) = of_actions.and_then(|of_actions| of_actions.get(&action.identifier)) else { continue };
            names.old_form(metadata, DEPTH);
            if is_edited && metadata.get("isFriendlyName") == Some(&Value::Bool(true)) {
                names.chosen.insert(action.identifier.clone());
            }
            for (name, value) in &action.parameters {
                let known = metadata.get("parameters").and_then(|parameters| parameters.get(name));
                if let Some(known) = known {
                    names.new_form(value, known, DEPTH);
                }
            }
            let module = metadata.get("contactFlowModuleName").and_then(Value::as_str);
            let bot = metadata.get("lexV2BotName").and_then(Value::as_str);
            names.add(action.parameters.get("FlowModuleId").and_then(Value::as_str), module);
            let alias = action.parameters.get("LexV2Bot").and_then(|bot| bot.get("AliasArn")?.as_str());
            names.add(alias, bot);
            let prompt = metadata.get("promptName").and_then(Value::as_str);
            names.add(action.parameters.get("PromptId").and_then(Value::as_str), prompt);
        }
        names
    }

    fn add(&mut self, identifier: Option<&str>, name: Option<&str>) {
        if let (Some(identifier), Some(name)) = (identifier, name)
            && !identifier.is_empty()
            && !name.trim().is_empty()
        {
            self.of.entry(identifier.to_owned()).or_insert_with(|| name.trim().to_owned());
        }
    }

    /// `{id, text}` pairs.
    fn old_form(&mut self, metadata: &Value, depth: usize) {
        match metadata {
            Value::Object(members) => {
                let text = |name: &str| members.get(name).and_then(Value::as_str);
                self.add(text("id"), text("text"));
                if depth > 0 {
                    members.values().for_each(|member| self.old_form(member, depth - 1));
                }
            }
            Value::Array(items) if depth > 0 => items.iter().for_each(|item| self.old_form(item, depth - 1)),
            _ => {}
        }
    }

    /// `displayName` in the place of the parameter.
    fn new_form(&mut self, value: &Value, metadata: &Value, depth: usize) {
        self.add(value.as_str(), metadata.get("displayName").and_then(Value::as_str));
        if let (Value::Object(members), true) = (value, depth > 0) {
            for (name, member) in members {
                if let Some(known) = metadata.get(name) {
                    self.new_form(member, known, depth - 1);
                }
            }
        }
    }

    /// Takes in the names of another flow; known ones stay.
    pub(crate) fn extend(&mut self, other: Self) {
        self.chosen.extend(other.chosen);
        for (identifier, name) in other.of {
            self.of.entry(identifier).or_insert(name);
        }
    }

    /// The name that a person gave a block in the editor, where it says more than the rest does that is shown of it.
    pub(crate) fn chosen<'n>(&self, identifier: &'n str, shown: &str) -> Option<&'n str> {
        let plain = |text: &str| text.to_lowercase();
        let shown = plain(shown);
        let words = |text: &str| -> Vec<String> {
            plain(text)
                .split(|it: char| !it.is_alphanumeric())
                .filter(|word| !word.is_empty())
                .map(str::to_owned)
                .collect()
        };
        let says_more = words(identifier).iter().any(|word| !shown.contains(word.as_str()));
        (self.chosen.contains(identifier) && says_more).then_some(identifier)
    }

    /// The name that the metadata has for an identifier.
    pub fn known(&self, identifier: &str) -> Option<&str> {
        self.of.get(identifier).map(String::as_str)
    }

    /// What to call what an identifier stands for: a name of the blueprint, one of the metadata, or what is readable
    /// of the identifier.
    pub fn name(&self, identifier: &str) -> String {
        if let Some(name) = self.of.get(identifier) {
            return name.clone();
        }
        if let [Piece::Reference(reference)] = split(identifier).as_slice() {
            return reference.name.clone();
        }
        if let Some(address) = identifier.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) {
            let name = address.split_once('/').map_or(address, |(_, name)| name);
            return name.strip_prefix("builtin/").unwrap_or(name).to_owned();
        }
        if identifier.starts_with("arn:") {
            return of_arn(identifier);
        }
        super::values::readable(identifier)
    }
}

/// The last part of an ARN that says something: a function's name, the beginning of an identifier.
fn of_arn(arn: &str) -> String {
    if let Some((_, function)) = arn.split_once(":function:") {
        return function.to_owned();
    }
    let last = arn.rsplit(['/', ':']).find(|part| !part.is_empty() && *part != "$LATEST").unwrap_or(arn);
    let is_identifier = last.len() == 36 && last.bytes().filter(|byte| *byte == b'-').count() == 4;
    if is_identifier { format!("{}…", last.get(..8).unwrap_or(last)) } else { last.to_owned() }
}
