//! Differences in words.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::canonical::{self, Canonical, CanonicalAction, Taken};
use crate::catalog;

/// What differs between two flow documents, a line for each difference; empty where they mean the same.
pub fn describe_difference(a: &Value, b: &Value) -> Vec<String> {
    if super::same(a, b) {
        return Vec::new();
    }
    let (Some(old), Some(new)) = (canonical::flow(a), canonical::flow(b)) else {
        return vec!["the content is not a flow on both sides".to_owned()];
    };
    let pairs = pair(&old, &new);
    let mut lines = Vec::new();
    let mut matched_new = BTreeSet::new();
    let to_new: BTreeMap<usize, usize> = pairs.iter().copied().collect();
    for (index, action) in old.actions.iter().enumerate() {
        match to_new.get(&index).and_then(|other| Some((other, new.actions.get(*other)?))) {
            Some((other, counterpart)) => {
                matched_new.insert(*other);
                describe_action(action, counterpart, &mut lines);
                describe_branches((&old, action), (&new, counterpart), &to_new, &mut lines);
            }
            None => lines.push(format!("{}: removed", label(action))),
        }
    }
    for (index, action) in new.actions.iter().enumerate() {
        if !matched_new.contains(&index) {
            lines.push(format!("{}: added", label(action)));
        }
    }
    if lines.is_empty() {
        lines.push("the order or the settings of the flow changed".to_owned());
    }
    lines
}

/// Which action of one flow is which of the other.
///
/// Actions that are alike and the only ones of their kind belong together; from there and from the start, what equal
/// branches lead to; then whatever is alike, and last what is of the same type.
fn pair(old: &Canonical, new: &Canonical) -> Vec<(usize, usize)> {
    let mut pairs = Pairs { old, new, of_old: BTreeMap::new(), taken: BTreeSet::new() };
    for index in 0..old.actions.len() {
        let alike = |flow: &Canonical| -> Vec<usize> {
            (0..flow.actions.len()).filter(|&other| is_alike(&old.actions[index], &flow.actions[other])).collect()
        };
        if let ([_], [other]) = (alike(old).as_slice(), alike(new).as_slice()) {
            pairs.add(index, *other);
        }
    }
    pairs.add_if_same_type(0, 0);
    pairs.follow();
    for is_it in [is_alike, is_same_type] {
        for index in 0..old.actions.len() {
            let other = (0..new.actions.len())
                .find(|other| !pairs.taken.contains(other) && is_it(&old.actions[index], &new.actions[*other]));
            if let Some(other) = other {
                pairs.add(index, other);
            }
        }
        pairs.follow();
    }
    pairs.of_old.into_iter().collect()
}

fn is_same_type(a: &CanonicalAction, b: &CanonicalAction) -> bool {
    a.action_type == b.action_type
}

fn is_alike(a: &CanonicalAction, b: &CanonicalAction) -> bool {
    is_same_type(a, b) && a.parameters == b.parameters
}

struct Pairs<'a> {
    old: &'a Canonical,
    new: &'a Canonical,
    of_old: BTreeMap<usize, usize>,
    taken: BTreeSet<usize>,
}

impl Pairs<'_> {
    /// Joins two actions unless one of them is joined already.
    fn add(&mut self, old: usize, new: usize) -> bool {
        if self.of_old.contains_key(&old) || !self.taken.insert(new) {
            return false;
        }
        self.of_old.insert(old, new);
        true
    }

    fn add_if_same_type(&mut self, old: usize, new: usize) -> bool {
        match (self.old.actions.get(old), self.new.actions.get(new)) {
            (Some(a), Some(b)) if is_same_type(a, b) => self.add(old, new),
            _ => false,
        }
    }

    /// Joins what equal branches of joined actions lead to, until nothing is left to join.
    fn follow(&mut self) {
        let mut waiting: Vec<(usize, usize)> = self.of_old.iter().map(|(old, new)| (*old, *new)).collect();
        while let Some((old, new)) = waiting.pop() {
            let (a, b) = (&self.old.actions[old].branches, &self.new.actions[new].branches);
            let targets: Vec<(usize, usize)> = a
                .iter()
                .filter_map(|(taken, target)| {
                    let (_, other) = b.iter().find(|(other, _)| words(other) == words(taken))?;
                    Some(((*target)?, (*other)?))
                })
                .collect();
            for (old, new) in targets {
                if self.add_if_same_type(old, new) {
                    waiting.push((old, new));
                }
            }
        }
    }
}

fn describe_action(old: &CanonicalAction, new: &CanonicalAction, lines: &mut Vec<String>) {
    let none = serde_json::Map::new();
    let (a, b) = (old.parameters.as_object().unwrap_or(&none), new.parameters.as_object().unwrap_or(&none));
    let names: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    for name in names {
        let line = match (a.get(name), b.get(name)) {
            (Some(old_value), Some(new_value)) if old_value == new_value => continue,
            (Some(_), Some(new_value)) => format!("{} changed to {}", spaced(name), shown(new_value)),
            (Some(_), None) => format!("{} removed", spaced(name)),
            (None, Some(new_value)) => format!("{} set to {}", spaced(name), shown(new_value)),
            (None, None) => continue,
        };
        lines.push(format!("{}: {line}", label(old)));
    }
}

fn describe_branches(
    (old_flow, old): (&Canonical, &CanonicalAction),
    (new_flow, new): (&Canonical, &CanonicalAction),
    to_new: &BTreeMap<usize, usize>,
    lines: &mut Vec<String>,
) {
    let by_taken = |action: &CanonicalAction| -> BTreeMap<String, Option<usize>> {
        action.branches.iter().map(|(taken, target)| (words(taken), *target)).collect()
    };
    let (a, b) = (by_taken(old), by_taken(new));
    let names: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    for name in names {
        let line = match (a.get(name), b.get(name)) {
            (Some(before), Some(after)) if before.map(|it| to_new.get(&it).copied()) == after.map(Some) => continue,
            (Some(before), Some(after)) => {
                let (after, before) = (target(new_flow, *after), target(old_flow, *before));
                if after == before {
                    format!("{name} now goes to another `{after}`")
                } else {
                    format!("{name} now goes to {after} instead of {before}")
                }
            }
            (Some(_), None) => format!("{name} removed"),
            (None, Some(after)) => format!("{name} added, goes to {}", target(new_flow, *after)),
            (None, None) => continue,
        };
        lines.push(format!("{}: {line}", label(old)));
    }
}

fn words(taken: &Taken) -> String {
    match taken {
        Taken::Next => "what follows".to_owned(),
        Taken::Condition(_, condition) => match condition.split_once(' ') {
            Some(("Equals", operand)) => format!("branch {operand}"),
            _ => format!("branch {condition}"),
        },
        Taken::Error(error) => format!("error {error}"),
    }
}

fn target(flow: &Canonical, index: Option<usize>) -> String {
    index.and_then(|index| flow.actions.get(index)).map_or_else(|| "nothing".to_owned(), label)
}

/// What a person would call an action: the step's word and what it is about, `say "Welcome"`.
fn label(action: &CanonicalAction) -> String {
    let detail = ["Text", "SSML", "PromptId", "QueueId", "ContactFlowId", "HoursOfOperationId", "LambdaFunctionARN"]
        .into_iter()
        .chain(["FlowModuleId", "ComparisonValue", "Messages", "EventHooks", "Attributes"])
        .find_map(|name| action.parameters.get(name));
    match detail {
        Some(detail) => format!("{} {}", word(action), shown(detail)),
        None => word(action).to_owned(),
    }
}

/// The step that is written for an action; for actions without one, the name of the editor's block.
fn word(action: &CanonicalAction) -> &str {
    let stores = action.parameters.get("StoreInput").is_some_and(|stores| stores == "true");
    match action.action_type.as_str() {
        "MessageParticipant" => "say",
        "GetParticipantInput" if stores => "collect",
        "GetParticipantInput" => "menu",
        "MessageParticipantIteratively" => "play",
        "UpdateContactTargetQueue" => "queue",
        "TransferContactToQueue" | "DequeueContactAndTransferToQueue" => "transfer to queue",
        "TransferToFlow" => "transfer to flow",
        "TransferParticipantToThirdParty" => "transfer to number",
        "UpdateContactEventHooks" => "hook",
        "CheckHoursOfOperation" => "hours",
        "CheckMetricData" => "staffing",
        "Compare" => "if",
        "Loop" => "loop",
        "InvokeLambdaFunction" => "lambda",
        "InvokeFlowModule" => "module",
        "UpdateContactAttributes" | "UpdateFlowAttributes" => "set",
        "UpdateContactCallbackNumber" => "callback number",
        "CreateCallbackContact" => "callback",
        "UpdateContactTextToSpeechVoice" => "voice",
        "UpdateFlowLoggingBehavior" => "logging",
        "UpdateContactRecordingBehavior" => "record",
        "DisconnectParticipant" => "hang up",
        "EndFlowExecution" => "end",
        "EndFlowModuleExecution" => "return",
        other => catalog::find(other).map_or(other, |spec| spec.block),
    }
}

/// `InputTimeLimitSeconds` as `input time limit seconds`; abbreviations stay.
fn spaced(camel: &str) -> String {
    if camel.chars().all(|character| character.is_ascii_uppercase()) {
        return camel.to_owned();
    }
    let mut words = String::new();
    for (index, character) in camel.char_indices() {
        if index > 0 && character.is_ascii_uppercase() {
            words.push(' ');
        }
        words.push(character.to_ascii_lowercase());
    }
    words
}

/// A value short enough for a line; names instead of markers.
fn shown(value: &Value) -> String {
    let text = value.to_string().replace([crate::references::START, crate::references::END], "");
    if text.chars().count() <= 60 {
        return text;
    }
    let start: String = text.chars().take(57).collect();
    format!("{start}…{}", if value.is_string() { "\"" } else { "" })
}
