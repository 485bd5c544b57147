//! What the objects that a flow refers to are called.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::validate::{contains_path, is_path};
use crate::{Action, Flow};

/// Names for everything a flow refers to by ARN or identifier.
pub(super) struct Objects<'a> {
    /// ARN to address.
    arns: &'a BTreeMap<String, String>,
    /// Kind, value, and the editor's name where the value is empty, to name.
    names: BTreeMap<(&'static str, String, String), String>,
    hints: BTreeMap<(String, &'static str, String), String>,
}

/// Names of objects that every instance has.
const BUILTIN: &[(&str, &[&str])] = &[
    ("queue", &["BasicQueue"]),
    ("hours", &["Basic Hours"]),
    (
        "flow",
        &[
            "Default agent hold",
            "Default agent transfer",
            "Default agent whisper",
            "Default customer hold",
            "Default customer queue",
            "Default customer whisper",
            "Default outbound",
            "Default queue transfer",
        ],
    ),
    (
        "prompt",
        &[
            "Beep.wav",
            "CustomerHold.wav",
            "CustomerQueue.wav",
            "Music_Jazz_MyTimetoFly_Inst.wav",
            "Music_Pop_ThisAndThatIsLife_Inst.wav",
            "Music_Pop_ThrowYourselfInFrontOfIt_Inst.wav",
            "Music_Rock_EverywhereTheSunShines_Inst.wav",
        ],
    ),
];

/// Kinds that Callform does not manage, so that no name of the blueprint stands for them.
const OUTSIDE: &[&str] = &["lex_bot", "view", "assistant"];

impl<'a> Objects<'a> {
    /// Names everything in the flow, in the order of its actions.
    pub(super) fn of_flow(flow: &Flow, arns: &'a BTreeMap<String, String>) -> Self {
        let mut objects = Self { arns, names: BTreeMap::new(), hints: BTreeMap::new() };
        let mut taken: BTreeSet<(&str, String)> = BTreeSet::new();
        for action in &flow.actions {
            let metadata = flow.metadata.as_ref().and_then(|it| it.get("ActionMetadata")?.get(&action.identifier));
            for (kind, value) in references(action) {
                let hint = metadata.and_then(|metadata| hint(metadata, kind, &action.parameters)).unwrap_or_default();
                if objects.is_named(kind, value) {
                    continue;
                }
                let hint_key = if value.is_empty() { hint.clone() } else { String::new() };
                objects.hints.insert((action.identifier.clone(), kind, value.to_owned()), hint_key.clone());
                let key = (kind, value.to_owned(), hint_key);
                if objects.names.contains_key(&key) {
                    continue;
                }
                let base = builtin(kind, &hint).unwrap_or_else(|| made_up(kind, value, &hint));
                let mut name = base.clone();
                let mut number = 1_u32;
                // `queue` alone is a word of several steps.
                while name == "queue" || !taken.insert((kind, name.clone())) {
                    number += 1;
                    name = format!("{base}_{number}");
                }
                objects.names.insert(key, name);
            }
        }
        objects
    }

    /// What a step calls an object: its name, or a path. `None` where there is no way to say it.
    pub(super) fn name(&self, kind: &'static str, value: &str, action: &Action) -> Option<String> {
        if let Some(address) = self.arns.get(value) {
            return address.strip_prefix(kind)?.strip_prefix('/').map(str::to_owned);
        }
        if self.is_named(kind, value) {
            return Some(value.to_owned());
        }
        let hint = self.hints.get(&(action.identifier.clone(), kind, value.to_owned())).cloned().unwrap_or_default();
        self.names.get(&(kind, value.to_owned(), hint)).cloned()
    }

    /// The address of a value that stands where no kind is known.
    pub(super) fn address(&self, value: &str) -> Option<String> {
        if let Some(address) = self.arns.get(value) {
            return Some(address.clone());
        }
        if !value.starts_with("arn:") {
            return None;
        }
        let found = self.names.iter().find(|((_, named, _), _)| named == value);
        found.map(|((kind, _, _), name)| format!("{kind}/{name}"))
    }

    /// True for values that stand for themselves: paths, and views by their identifier.
    fn is_named(&self, kind: &str, value: &str) -> bool {
        let is_view = kind == "view" && !value.starts_with("arn:") && !value.contains(['$', '{', ' ', '<', '%']);
        self.arns.contains_key(value) || is_path(value) || contains_path(value) || (is_view && !value.is_empty())
    }

    /// Every name and what the flow calls it.
    pub(super) fn used(&self, _raw: &BTreeSet<usize>) -> BTreeMap<String, String> {
        self.names.iter().map(|((kind, value, _), name)| (format!("{kind}/{name}"), value.clone())).collect()
    }

    /// What the service calls the object of a name.
    pub(super) fn outside(&self, kind: &str, name: &str) -> Option<String> {
        let own = self.names.iter().find(|((of, _, _), it)| *of == kind && *it == name);
        if let Some(((_, value, _), _)) = own {
            return Some(value.clone());
        }
        if !OUTSIDE.contains(&kind) {
            return None;
        }
        let address = format!("{kind}/{name}");
        self.arns.iter().find(|(_, it)| **it == address).map(|(arn, _)| arn.clone())
    }

    /// The address of an ARN of the map whose place in a compiled flow is a marker.
    pub(super) fn marked(&self, value: &str) -> Option<&str> {
        let address = self.arns.get(value)?;
        let kind = address.split_once('/')?.0;
        (!OUTSIDE.contains(&kind)).then_some(address)
    }
}

/// Every place of an action where an object is named, and of which kind.
fn references(action: &Action) -> Vec<(&'static str, &str)> {
    let mut found = Vec::new();
    for (name, value) in &action.parameters {
        match (name.as_str(), value) {
            ("EventHooks", Value::Object(hooks)) => {
                found.extend(hooks.values().filter_map(Value::as_str).map(|flow| ("flow", flow)));
            }
            ("Messages", Value::Array(messages)) => {
                let prompts = messages.iter().filter_map(|message| message.get("PromptId")?.as_str());
                found.extend(prompts.map(|prompt| ("prompt", prompt)));
            }
            ("LexV2Bot", bot) => found.extend(bot.get("AliasArn").and_then(Value::as_str).map(|arn| ("lex_bot", arn))),
            ("ViewResource", view) => found.extend(view.get("Id").and_then(Value::as_str).map(|id| ("view", id))),
            (name, Value::String(value)) => found.extend(kind_of(name).map(|kind| (kind, value.as_str()))),
            _ => {}
        }
    }
    found
}

fn kind_of(parameter: &str) -> Option<&'static str> {
    Some(match parameter {
        "QueueId" => "queue",
        "AgentId" => "user",
        "HoursOfOperationId" => "hours",
        "ContactFlowId" | "ContactFlowArn" => "flow",
        "FlowModuleId" => "flow_module",
        "PromptId" => "prompt",
        "LambdaFunctionARN" => "lambda",
        "WisdomAssistantArn" => "assistant",
        _ => return None,
    })
}

/// The name that the editor remembers for an action's object.
fn hint(metadata: &Value, kind: &str, parameters: &serde_json::Map<String, Value>) -> Option<String> {
    let text = |pointer: &str| metadata.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let displayed = |name: &str| text(&format!("/parameters/{name}/displayName"));
    let found = match kind {
        "queue" => displayed("QueueId").or_else(|| text("/queue/text")),
        "user" => displayed("AgentId").or_else(|| text("/queue/text")),
        "hours" => displayed("HoursOfOperationId").or_else(|| text("/Hours/text")),
        "flow" => {
            let hook = parameters.get("EventHooks").and_then(Value::as_object).and_then(|hooks| hooks.keys().next());
            displayed("ContactFlowId")
                .or_else(|| text(&format!("/parameters/EventHooks/{}/displayName", hook?)))
                .or_else(|| text("/ContactFlow/text"))
                .or_else(|| text("/contactFlow/text"))
        }
        "flow_module" => displayed("FlowModuleId").or_else(|| text("/contactFlowModuleName")),
        "prompt" => displayed("PromptId").or_else(|| text("/promptName")),
        "lex_bot" => text("/lexV2BotName").or_else(|| text("/parameters/LexV2Bot/AliasArn/lexV2BotName")),
        "view" => text("/parameters/ViewResource/Id/displayName"),
        "assistant" => displayed("WisdomAssistantArn"),
        _ => None,
    };
    found.filter(|name| !name.trim().is_empty() && !name.starts_with("arn:"))
}

fn builtin(kind: &str, hint: &str) -> Option<String> {
    let (_, names) = BUILTIN.iter().find(|(of, _)| *of == kind)?;
    names.contains(&hint).then(|| format!("builtin/{hint}"))
}

/// A name made of the editor's name, or of what the value itself says.
fn made_up(kind: &str, value: &str, hint: &str) -> String {
    let from_hint = words(hint);
    if !from_hint.is_empty() {
        return limited(&from_hint);
    }
    if value.starts_with("arn:") {
        return of_arn(kind, value);
    }
    if is_uuid(value) {
        return format!("{kind}_{}", &value[..8]);
    }
    // A placeholder: `${support_queue_arn}`, `{{lambdaFunctions.vanity.arn}}`, `SELECT A QUEUE`.
    let last = value.split('.').rfind(|part| !matches!(words(part).join("").as_str(), "" | "arn" | "id"));
    let mut parts = words(last.unwrap_or(value));
    while parts.len() > 1 && matches!(parts.last().map(String::as_str), Some("arn" | "id")) {
        parts.pop();
    }
    if parts.is_empty() { kind.to_owned() } else { limited(&parts) }
}

fn of_arn(kind: &str, arn: &str) -> String {
    let Some(resource) = arn.splitn(6, ':').nth(5) else { return kind.to_owned() };
    let named = match kind {
        "lambda" => resource.strip_prefix("function:").map(|rest| rest.replace(':', "_")),
        "lex_bot" => resource.split('/').nth(1).map(|bot| format!("bot_{bot}")),
        _ => resource.rsplit('/').next().map(str::to_owned),
    };
    let named = named.unwrap_or_default();
    if is_uuid(&named) {
        return format!("{kind}_{}", &named[..8]);
    }
    let parts = words(&named);
    if parts.is_empty() { kind.to_owned() } else { limited(&parts) }
}

fn is_uuid(text: &str) -> bool {
    let text = text.as_bytes();
    text.len() >= 32 && text.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'-')
}

/// Lower-case words: `BasicQueue`, `basic-queue` and `Basic queue` are the same.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut previous = ' ';
    for character in text.chars() {
        if character.is_alphanumeric() {
            let starts = !previous.is_alphanumeric() || (character.is_uppercase() && previous.is_lowercase());
            if starts || words.is_empty() {
                words.push(String::new());
            }
            if let Some(word) = words.last_mut() {
                word.extend(character.to_lowercase());
            }
        }
        previous = character;
    }
    words
}

fn limited(words: &[String]) -> String {
    let mut name = String::new();
    for word in words {
        if !name.is_empty() && name.chars().count() + word.chars().count() >= 48 {
            break;
        }
        if !name.is_empty() {
            name.push('_');
        }
        name.push_str(word);
    }
    name.chars().take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_of_what_there_is() {
        for (kind, value, hint, expected) in [
            (
                "queue",
                "arn:aws:connect:us-west-2:1:instance/i/queue/1a2b3c4d-0000-1111-2222-333344445555",
                "",
                "queue_1a2b3c4d",
            ),
            ("queue", "arn:aws:connect:us-west-2:1:instance/i/queue/x", "Customer Service", "customer_service"),
            ("lambda", "arn:aws:lambda:us-west-2:1:function:vanityNumbers:live", "", "vanity_numbers_live"),
            ("lambda", "${lambda_arn}", "", "lambda"),
            ("lambda", "{{lambdaFunctions.connectUpdate.arn}}", "", "connect_update"),
            ("lex_bot", "arn:aws:lex:us-west-2:1:bot-alias/ABC/DEF", "", "bot_abc"),
            ("view", "arn:aws:connect:us-west-2:aws:view/cards", "", "cards"),
            ("flow", "", "", "flow"),
        ] {
            assert_eq!(made_up(kind, value, hint), expected, "{value}");
        }
        assert_eq!(builtin("queue", "BasicQueue").as_deref(), Some("builtin/BasicQueue"));
    }
}
