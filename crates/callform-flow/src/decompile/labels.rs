//! Names for the steps that a `goto` leads to.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::graph::Graph;
use super::order::{GOTO, MARK};
use crate::validate::{FORBIDDEN_IDENTIFIERS, FORBIDDEN_IN_IDENTIFIERS};
use crate::{Action, Flow};

/// Most characters of a name.
const LONGEST: usize = 40;

/// Names for the actions that need one: the identifier where a person chose it, else words for what the action does.
///
/// `about` says for each action what its step is about.
pub(super) fn names(
    flow: &Flow,
    graph: &Graph<'_>,
    about: &[Option<String>],
    wanted: &BTreeSet<usize>,
) -> BTreeMap<usize, String> {
    let mut taken = BTreeSet::new();
    let mut names = BTreeMap::new();
    for node in wanted {
        let base = match flow.actions.get(*node) {
            Some(action) if is_generated(&action.identifier) => described(action, about.get(*node).cloned().flatten()),
            _ => graph.identifier(*node).to_owned(),
        };
        let mut name = base.clone();
        let mut number = 1_u32;
        while !taken.insert(name.clone()) {
            number += 1;
            name = format!("{base} {number}");
        }
        names.insert(*node, name);
    }
    names
}

/// What a step is about: the text beside its word, or inside of it (`queue: sales`, `transfer: { flow: main_menu }`).
pub(super) fn about(step: &Map<String, Value>) -> Option<String> {
    fn text(value: &Value) -> Option<&str> {
        match value {
            Value::String(text) => Some(text),
            Value::Object(members) => members.values().find_map(Value::as_str),
            _ => None,
        }
    }
    let (word, value) = step.iter().next()?;
    let text = text(value).filter(|_| word != "raw")?;
    Some(text.strip_prefix("builtin/").unwrap_or(text).replace('_', " "))
}

/// Puts names where a `goto` leads and takes the marks out.
pub(super) fn put(value: &mut Value, names: &BTreeMap<usize, String>) {
    match value {
        Value::Object(members) => {
            let name_of = |mark: Option<Value>| {
                let node = usize::try_from(mark?.as_u64()?).ok()?;
                names.get(&node).cloned()
            };
            if let Some(goto) = members.shift_remove(GOTO) {
                members.insert("goto".to_owned(), json!(name_of(Some(goto))));
            }
            let mark = members.shift_remove(MARK);
            let is_step = mark.is_some();
            let name = name_of(mark);
            members.values_mut().for_each(|member| put(member, names));
            if let Some(name) = name {
                with_name(members, &name);
            }
            let bare = ["hang_up", "end", "return"].into_iter().find(|word| members.contains_key(*word));
            if let (true, 1, Some(word)) = (is_step, members.len(), bare) {
                *value = json!(word);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| put(item, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The name comes second, after what the step is.
fn with_name(members: &mut Map<String, Value>, name: &str) {
    let rest: Vec<(String, Value)> = std::mem::take(members).into_iter().collect();
    for (index, (key, value)) in rest.into_iter().enumerate() {
        members.insert(key, value);
        if index == 0 {
            members.insert("name".to_owned(), json!(name));
        }
    }
}

/// True for identifiers that an editor made: hexadecimal digits and hyphens.
fn is_generated(identifier: &str) -> bool {
    let is_hex = identifier.chars().all(|character| character.is_ascii_hexdigit() || character == '-');
    is_hex && (identifier.len() >= 30 || identifier.chars().all(|character| character.is_ascii_digit()))
}

fn described(action: &Action, about: Option<String>) -> String {
    let stores = action.parameters.get("StoreInput").and_then(Value::as_str).unwrap_or_default();
    let word = match action.action_type.as_str() {
        "MessageParticipant" => "say",
        "GetParticipantInput" if stores.eq_ignore_ascii_case("true") => "collect",
        "GetParticipantInput" => "menu",
        "MessageParticipantIteratively" => "play",
        "ConnectParticipantWithLexBot" => "ask",
        "ShowView" => "view",
        "Compare" => "if",
        "CheckHoursOfOperation" => "hours",
        "CheckMetricData" => "staffing",
        "DisconnectParticipant" => "hang up",
        "EndFlowExecution" => "end",
        "EndFlowModuleExecution" => "return",
        "InvokeLambdaFunction" => "lambda",
        "InvokeFlowModule" => "module",
        "TransferContactToQueue" => "transfer to queue",
        "TransferToFlow" => "transfer to flow",
        "TransferParticipantToThirdParty" => "transfer to number",
        "UpdateContactTargetQueue" => "queue",
        "UpdateContactAttributes" | "UpdateFlowAttributes" => "set",
        "CreateCallbackContact" => "callback",
        "Loop" => "loop",
        "Wait" => "wait",
        other => return spaced(other),
    };
    let detail = detail(action).or(about).filter(|about| about != word).unwrap_or_default();
    let plain: String = detail
        .split('<')
        .map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text))
        .collect::<Vec<_>>()
        .join(" ")
        .replace("$.", "")
        .chars()
        .map(|character| if character.is_alphanumeric() || character == '\'' { character } else { ' ' })
        .collect();
    let mut name = word.to_owned();
    for part in plain.split_whitespace().take(5) {
        if name.chars().count() + part.chars().count() >= LONGEST {
            break;
        }
        name.push(' ');
        name.push_str(&part.to_lowercase());
    }
    if is_fit(&name) { name } else { word.to_owned() }
}

fn is_fit(name: &str) -> bool {
    !name.contains(FORBIDDEN_IN_IDENTIFIERS) && !FORBIDDEN_IDENTIFIERS.contains(&name)
}

/// What tells one action from others of its type.
fn detail(action: &Action) -> Option<String> {
    let parameters = &action.parameters;
    let text = |name: &str| parameters.get(name)?.as_str().map(str::to_owned);
    let keys = |name: &str| -> Option<String> {
        Some(parameters.get(name)?.as_object()?.keys().take(3).cloned().collect::<Vec<_>>().join(" "))
    };
    let of_view = || parameters.get("ViewResource")?.get("Id")?.as_str()?.rsplit('/').next().map(str::to_owned);
    let of_lambda = || text("LambdaFunctionARN")?.rsplit(':').next().map(str::to_owned);
    text("Text")
        .or_else(|| text("SSML"))
        .or_else(|| text("ComparisonValue"))
        .or_else(|| keys("Attributes"))
        .or_else(|| keys("FlowAttributes"))
        .or_else(of_view)
        .or_else(of_lambda)
}

/// `UpdateContactData` as `update contact data`.
fn spaced(camel: &str) -> String {
    let mut words = String::new();
    for (index, character) in camel.char_indices() {
        if index > 0 && character.is_uppercase() {
            words.push(' ');
        }
        words.extend(character.to_lowercase());
    }
    let words: String = words.chars().take(LONGEST).collect();
    if is_fit(&words) { words.trim().to_owned() } else { "step".to_owned() }
}
