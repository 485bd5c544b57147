//! Names for the steps that a `goto` leads to.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::graph::Graph;
use super::order::{COPY, GOTO, MARK};
use crate::validate::{FORBIDDEN_IDENTIFIERS, FORBIDDEN_IN_IDENTIFIERS};
use crate::{Action, Flow};

/// Most characters of a name.
const LONGEST: usize = 48;

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
        let action = flow.actions.get(*node);
        let candidates: Vec<String> = match action {
            Some(action) if is_generated(&action.identifier) => {
                let shown = shown_name(flow, action).filter(|name| is_fit(name));
                shown.map_or_else(|| described(action, about.get(*node).and_then(Option::as_deref)), |name| vec![name])
            }
            _ => vec![graph.identifier(*node).to_owned()],
        };
        // More words tell two steps apart better than a number does.
        let free = candidates.iter().find(|name| !taken.contains(*name)).cloned();
        let name = free.unwrap_or_else(|| {
            let base = candidates.first().cloned().unwrap_or_default();
            let numbered = (2_u32..).map(|number| format!("{base} {number}"));
            numbered.take(flow.actions.len() + 2).find(|name| !taken.contains(name)).unwrap_or(base)
        });
        taken.insert(name.clone());
        names.insert(*node, name);
    }
    names
}

/// What the editor shows above a block where a person has given it a name.
fn shown_name(flow: &Flow, action: &Action) -> Option<String> {
    let metadata = flow.metadata.as_ref()?.get("ActionMetadata")?.get(&action.identifier)?;
    let name = metadata.get("friendlyName").or_else(|| metadata.get("isFriendlyName"))?.as_str()?.trim();
    let is_chosen = !name.is_empty() && !is_generated(name) && name.chars().count() <= LONGEST;
    is_chosen.then(|| name.to_owned())
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
            let is_step = members.shift_remove(COPY).is_some() || mark.is_some();
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

/// Names for what an action does, the shortest first; each of whole words.
fn described(action: &Action, about: Option<&str>) -> Vec<String> {
    let parameters = &action.parameters;
    let text = |name: &str| parameters.get(name).and_then(Value::as_str);
    let spoken = text("Text").or_else(|| text("SSML"));
    let object = about.map(words_of).filter(|words| !words.is_empty());
    let with = |verb: &str, what: Vec<String>| {
        let mut words: Vec<String> = verb.split(' ').map(str::to_owned).collect();
        words.extend(what);
        vec![limited(&words)]
    };
    let named = |verb: &str| with(verb, object.clone().unwrap_or_default());
    let found = match action.action_type.as_str() {
        "MessageParticipant" | "GetParticipantInput" | "ConnectParticipantWithLexBot" => match spoken {
            Some(text) => sentences(text),
            None if action.action_type == "MessageParticipant" => named("play"),
            None => named("ask"),
        },
        "MessageParticipantIteratively" => vec!["wait in the queue".to_owned()],
        "Compare" => with("check", text("ComparisonValue").map(words_of_path).unwrap_or_default()),
        "CheckHoursOfOperation" => named("check hours"),
        "CheckMetricData" => named("check queue"),
        "GetMetricData" => vec!["read queue figures".to_owned()],
        "DisconnectParticipant" => vec!["hang up".to_owned()],
        "EndFlowExecution" => vec!["end the flow".to_owned()],
        "EndFlowModuleExecution" => vec!["go back".to_owned()],
        "InvokeLambdaFunction" => named("call"),
        "InvokeFlowModule" => named("module"),
        "TransferContactToQueue" => vec!["transfer to the queue".to_owned()],
        "DequeueContactAndTransferToQueue" => named("move to queue"),
        "TransferToFlow" => named("go to flow"),
        "TransferParticipantToThirdParty" => vec!["transfer to a number".to_owned()],
        "UpdateContactTargetQueue" => named("choose queue"),
        "UpdateContactAttributes" => with("set", names_in(parameters.get("Attributes"))),
        "UpdateFlowAttributes" => with("set", names_in(parameters.get("FlowAttributes"))),
        "UpdateContactCallbackNumber" => vec!["set the callback number".to_owned()],
        "CreateCallbackContact" => vec!["queue a callback".to_owned()],
        "UpdateContactEventHooks" => vec!["choose flows".to_owned()],
        "UpdateFlowLoggingBehavior" => vec!["set logging".to_owned()],
        "UpdateContactTextToSpeechVoice" => named("set voice"),
        "UpdateContactRecordingBehavior" => vec!["set recording".to_owned()],
        "UpdateContactMediaStreamingBehavior" => vec!["set streaming".to_owned()],
        "CreateWisdomSession" => vec!["start the assistant".to_owned()],
        "ShowView" => named("show"),
        "Loop" => vec!["try again".to_owned()],
        "Wait" => vec!["wait".to_owned()],
        "CreateTask" => vec!["create a task".to_owned()],
        other => vec![spaced(other)],
    };
    let found: Vec<String> = found.into_iter().filter(|name| is_fit(name) && !name.is_empty()).collect();
    if found.is_empty() { vec![spaced(&action.action_type)] } else { found }
}

/// Words that no name ends with: something has to follow them.
const OPEN: &[&str] = &[
    "a", "an", "the", "to", "of", "and", "or", "for", "in", "on", "at", "by", "with", "your", "our", "my", "we", "you",
    "i", "is", "are", "was", "were", "be", "that", "this", "if", "as", "from", "please", "can", "will", "not", "it",
    "us", "am", "have", "has", "do", "which", "when", "while", "but", "so", "any", "no", "one", "de", "la", "el",
    "los", "las", "un", "una", "su", "por", "para", "que", "y", "o", "der", "die", "das", "und", "ein", "eine", "zu",
    "le", "les", "et", "votre",
];

/// What is said, in words: the first clause, and the longer beginnings that tell it from others.
fn sentences(text: &str) -> Vec<String> {
    let plain = text.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text)).collect::<Vec<_>>();
    let plain = plain.join(" ");
    let mut found: Vec<String> = Vec::new();
    let mut words: Vec<String> = Vec::new();
    let ends = |character: char| matches!(character, '.' | '!' | '?' | ',' | ';' | ':' | '。' | '、' | '\n');
    for clause in plain.replace("$.", " ").split(ends) {
        words.extend(words_of(clause));
        // One word alone says little: `Sorry`.
        if words.len() >= 3 {
            let name = limited(&words);
            if found.last() != Some(&name) {
                found.push(name);
            }
        }
    }
    if found.is_empty() && !words.is_empty() {
        found.push(limited(&words));
    }
    found
}

/// As many whole words as there is room for, and none at the end that leads on to another.
fn limited(words: &[String]) -> String {
    let mut length = 0;
    let mut taken = words
        .iter()
        .take_while(|word| {
            length += word.chars().count() + 1;
            length <= LONGEST + 1
        })
        .count();
    if taken < words.len() {
        while taken > 2 && OPEN.contains(&words[taken - 1].as_str()) {
            taken -= 1;
        }
    }
    match words.first() {
        // A text without spaces is one long word.
        Some(first) if taken == 0 => first.chars().take(LONGEST).collect(),
        _ => words[..taken].join(" "),
    }
}

/// Words in lower case: `CurrentRule_validInput` has four.
fn words_of(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = ' ';
    for character in text.chars() {
        let is_part = character.is_alphanumeric() || character == '\'';
        let begins = !before.is_alphanumeric() && before != '\'' || character.is_uppercase() && before.is_lowercase();
        if is_part {
            if begins || words.is_empty() {
                words.push(String::new());
            }
            if let Some(word) = words.last_mut() {
                word.extend(character.to_lowercase());
            }
        }
        before = character;
    }
    words.iter().map(|word| word.trim_matches('\'').to_owned()).filter(|word| !word.is_empty()).collect()
}

/// Words for what a path holds: `$.External.status` is a status.
fn words_of_path(path: &str) -> Vec<String> {
    let parts: Vec<&str> = crate::paths::parts(path).collect();
    match parts.as_slice() {
        ["StoredCustomerInput"] => words_of("what was entered"),
        [
            "Attributes" | "External" | "FlowAttributes" | "Lex" | "Views" | "Metrics" | "Case" | "Customer",
            rest @ ..,
        ] => rest.iter().flat_map(|part| words_of(part)).collect(),
        _ => parts.iter().flat_map(|part| words_of(part)).collect(),
    }
}

fn names_in(value: Option<&Value>) -> Vec<String> {
    let names = value.and_then(Value::as_object).into_iter().flat_map(|names| names.keys());
    let mut words = Vec::new();
    for name in names.take(3) {
        if !words.is_empty() {
            words.push("and".to_owned());
        }
        words.extend(words_of(name));
    }
    words
}

fn is_fit(name: &str) -> bool {
    !name.contains(FORBIDDEN_IN_IDENTIFIERS) && !FORBIDDEN_IDENTIFIERS.contains(&name)
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
