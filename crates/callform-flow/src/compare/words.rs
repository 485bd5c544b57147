//! Differences in words.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::canonical::{Canonical, CanonicalAction, Taken};
use super::matching::name;
use super::{BlockDifference, Comparison, Mark};
use crate::layout::Taken as Branch;
use crate::wording::{self, DisplayNames, spaced};
use crate::{Action, Flow};

/// All differences of two flows that are not the same.
pub(super) fn differences(
    (old, of_old): (&Flow, &Canonical),
    (new, of_new): (&Flow, &Canonical),
    pairs: &[(usize, usize)],
) -> Comparison {
    let old = Side { flow: old, canonical: of_old, names: DisplayNames::of(old) };
    let new = Side { flow: new, canonical: of_new, names: DisplayNames::of(new) };
    let to_new: BTreeMap<usize, usize> = pairs.iter().copied().collect();
    let to_old: BTreeMap<usize, usize> = pairs.iter().map(|(old, new)| (*new, *old)).collect();
    let telling = Telling { old, new, to_new, to_old };
    let mut comparison = Comparison::default();
    telling.flow(&mut comparison.flow);
    for number in 0..of_new.actions.len() {
        comparison.blocks.extend(match telling.to_old.get(&number) {
            Some(counterpart) => telling.changed(*counterpart, number),
            None => Some(telling.added(number)),
        });
    }
    let removed = (0..of_old.actions.len()).filter(|number| !telling.to_new.contains_key(number));
    comparison.blocks.extend(removed.map(|number| telling.removed(number)));
    if comparison.is_empty() {
        comparison.flow.push("the order of what happens changed".to_owned());
    }
    comparison.pairs = pairs.iter().map(|(old, new)| (telling.old.place(*old), telling.new.place(*new))).collect();
    comparison
}

/// One of the two flows.
struct Side<'a> {
    flow: &'a Flow,
    canonical: &'a Canonical,
    names: DisplayNames,
}

impl<'a> Side<'a> {
    fn canonical(&self, number: usize) -> Option<&'a CanonicalAction> {
        self.canonical.actions.get(number)
    }

    fn place(&self, number: usize) -> usize {
        self.canonical(number).map_or(0, |action| action.index.0)
    }

    fn action(&self, number: usize) -> Option<&'a Action> {
        self.flow.actions.get(self.place(number))
    }

    /// What a person would call an action: the step's word and what it is about, `say "Welcome"`.
    fn label(&self, number: usize) -> String {
        let Some(action) = self.canonical(number) else { return "nothing".to_owned() };
        match detail(action) {
            Some((_, value)) => format!("{} {}", self.word(number), self.shown(value)),
            None => self.word(number).to_owned(),
        }
    }

    fn word(&self, number: usize) -> &'a str {
        self.action(number).map_or("", |action| wording::word(&action.action_type, wording::stores_input(action)))
    }

    /// A value short enough for a line; names instead of identifiers.
    fn shown(&self, value: &Value) -> String {
        match value {
            Value::String(text) => format!("\"{}\"", wording::shorten(&self.names.name(text), 60)),
            Value::Array(items) if !items.is_empty() => wording::shorten(&self.listed(items), 60),
            Value::Object(members) if !members.is_empty() => {
                let pairs = members.iter().map(|(name, value)| match value {
                    Value::String(text) => format!("{name} = {}", self.names.name(text)),
                    other => format!("{name} = {other}"),
                });
                wording::shorten(&pairs.collect::<Vec<_>>().join(", ").replace(['\u{E000}', '\u{E001}'], ""), 60)
            }
            other => wording::shorten(&other.to_string().replace(['\u{E000}', '\u{E001}'], ""), 60),
        }
    }
}

impl Side<'_> {
    /// A value whatever its length, where what differs is further back.
    fn whole(&self, value: &Value) -> String {
        match value {
            Value::Array(items) if !items.is_empty() => self.listed(items),
            other => other.to_string(),
        }
    }

    /// Items as people say them: texts in quotes, names of prompts, one after the other.
    fn listed(&self, items: &[Value]) -> String {
        let one = |item: &Value| match item {
            Value::String(text) => self.names.name(text),
            // A message is one of a text, SSML, a prompt and a file.
            Value::Object(members) => match members.iter().next() {
                Some((kind, Value::String(text))) if members.len() == 1 => {
                    let name = self.names.name(text);
                    if matches!(kind.as_str(), "Text" | "SSML") { format!("\"{name}\"") } else { name }
                }
                _ => item.to_string().replace(['\u{E000}', '\u{E001}'], ""),
            },
            other => other.to_string(),
        };
        items.iter().map(one).collect::<Vec<_>>().join(", ")
    }
}

/// The parameter that says what an action is about.
fn detail(action: &CanonicalAction) -> Option<(&'static str, &Value)> {
    const DETAILS: [&str; 17] = [
        "Text",
        "SSML",
        "PromptId",
        "QueueId",
        "ContactFlowId",
        "HoursOfOperationId",
        "LambdaFunctionARN",
        "FlowModuleId",
        "ComparisonValue",
        "Messages",
        "EventHooks",
        "Attributes",
        "FlowAttributes",
        "ThirdPartyPhoneNumber",
        "TextToSpeechVoice",
        "LoopCount",
        "TimeLimitSeconds",
    ];
    DETAILS.into_iter().find_map(|name| Some((name, action.parameters.get(name)?)))
}

struct Telling<'a> {
    old: Side<'a>,
    new: Side<'a>,
    to_new: BTreeMap<usize, usize>,
    to_old: BTreeMap<usize, usize>,
}

impl Telling<'_> {
    fn flow(&self, lines: &mut Vec<String>) {
        let (old, new) = (self.old.canonical, self.new.canonical);
        if old.settings != new.settings {
            lines.push("the settings of the module changed".to_owned());
        }
        if old.other != new.other {
            lines.push("members beside the actions changed".to_owned());
        }
        let is_moved = self.to_old.get(&0).is_some_and(|old| *old != 0) && !self.is_bridged(Some(0), Some(0));
        if old.starts != new.starts || is_moved {
            lines.push(format!("the flow now starts at {} instead of {}", self.new.label(0), self.old.label(0)));
        }
    }

    fn added(&self, number: usize) -> BlockDifference {
        let is_source = |action: &&CanonicalAction| action.branches.iter().any(|(_, target)| *target == Some(number));
        let sources = self.new.canonical.actions.iter().filter(is_source);
        // The nearest to the start says best where it is; errors say least.
        let is_usual = |action: &&CanonicalAction| {
            action.branches.iter().any(|(taken, target)| *target == Some(number) && !matches!(taken, Taken::Error(_)))
        };
        let before = sources.clone().find(is_usual).or_else(|| sources.clone().next());
        let before = before.and_then(|it| self.new.canonical.actions.iter().position(|other| std::ptr::eq(it, other)));
        let label = self.new.label(number);
        let place = match before {
            _ if number == 0 && self.new.canonical.starts => "at the start".to_owned(),
            Some(before) if before != number => format!("after {}", self.new.label(before)),
            _ => "that nothing leads to".to_owned(),
        };
        let lines = vec![format!("new {label} {place}")];
        BlockDifference { mark: Mark::Added, block: label, old: None, new: Some(self.new.place(number)), lines }
    }

    fn removed(&self, number: usize) -> BlockDifference {
        let label = self.old.label(number);
        let lines = vec![format!("{label} removed")];
        BlockDifference { mark: Mark::Removed, block: label, old: Some(self.old.place(number)), new: None, lines }
    }

    fn changed(&self, old: usize, new: usize) -> Option<BlockDifference> {
        let (before, after) = (self.old.canonical(old)?, self.new.canonical(new)?);
        let mut lines = Vec::new();
        self.parameters(before, after, old, &mut lines);
        if before.other != after.other {
            lines.push(format!("{}: members beside the parameters changed", self.old.label(old)));
        }
        self.branches(old, new, &mut lines);
        let block = self.new.label(new);
        let (old, new) = (Some(self.old.place(old)), Some(self.new.place(new)));
        (!lines.is_empty()).then_some(BlockDifference { mark: Mark::Changed, block, old, new, lines })
    }

    fn parameters(&self, before: &CanonicalAction, after: &CanonicalAction, number: usize, lines: &mut Vec<String>) {
        let mut found = Vec::new();
        self.values("", &before.parameters, &after.parameters, &mut found);
        let about = detail(before).map(|(name, _)| parameter(name));
        for (path, words) in found {
            // What changed is no good name for it.
            let block = if about.as_deref() == Some(path.as_str()) {
                self.old.word(number).to_owned()
            } else {
                self.old.label(number)
            };
            lines.push(format!("{block}: {words}"));
        }
    }

    /// Differences of two values: what differs, and the words for it.
    fn values(&self, path: &str, before: &Value, after: &Value, found: &mut Vec<(String, String)>) {
        if before == after {
            return;
        }
        let none = serde_json::Map::new();
        let members = |value: &'_ Value| value.as_object().is_some() || (path.is_empty() && value.is_null());
        if members(before) && members(after) {
            let (a, b) = (before.as_object().unwrap_or(&none), after.as_object().unwrap_or(&none));
            let names: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            for name in names {
                let inner = if path.is_empty() { parameter(name) } else { format!("{path} {}", member(name)) };
                let of = |members: &serde_json::Map<String, Value>| members.get(name).cloned().unwrap_or_default();
                self.values(&inner, &of(a), &of(b), found);
            }
            return;
        }
        let (mut old, mut new) = (self.old.shown(before), self.new.shown(after));
        if old == new {
            (old, new) = (self.old.whole(before), self.new.whole(after));
        }
        let words = match (path.strip_suffix(" seconds"), before.is_null(), after.is_null()) {
            (_, true, _) => format!("{path} set to {new}"),
            (_, _, true) => format!("{path} {old} removed"),
            (Some(path), ..) => format!("{path} {} -> {} seconds", old.trim_matches('"'), new.trim_matches('"')),
            (None, ..) => format!("{path} changed from {old} to {new}"),
        };
        found.push((path.to_owned(), words));
    }

    fn branches(&self, old: usize, new: usize, lines: &mut Vec<String>) {
        let (Some(before), Some(after)) = (self.old.canonical(old), self.new.canonical(new)) else { return };
        let mut told = BTreeSet::new();
        let label = || self.old.label(old);
        for (taken, target) in &before.branches {
            if !told.insert(name(taken)) {
                continue;
            }
            let way = branch(self.old.action(old), taken);
            let Some((_, now)) = after.branches.iter().find(|(other, _)| name(other) == name(taken)) else {
                lines.push(format!("{}: {way} removed, went to {}", label(), self.old.target(*target)));
                continue;
            };
            let is_same = target.map(|target| self.to_new.get(&target).copied()) == now.map(Some);
            if !is_same && !self.is_bridged(*target, *now) {
                let (to, from) = (self.new.target(*now), self.old.target(*target));
                lines.push(if to == from {
                    format!("{}: {way} now goes to another {to}", label())
                } else {
                    format!("{}: {way} now goes to {to} instead of {from}", label())
                });
            }
        }
        for (taken, target) in &after.branches {
            if told.insert(name(taken)) {
                let way = branch(self.new.action(new), taken);
                lines.push(format!("{}: {way} added, goes to {}", label(), self.new.target(*target)));
            }
        }
        if order(before, after) != order(after, before) {
            lines.push(format!("{}: branches are tried in another order", label()));
        }
    }

    /// True where a branch differs only by new blocks put into its way, or by removed ones taken out of it. The lines
    /// about those blocks say so already.
    fn is_bridged(&self, old: Option<usize>, new: Option<usize>) -> bool {
        let (Some(mut old), Some(mut new)) = (old, new) else { return false };
        let only_next = |action: &CanonicalAction| match action.branches.as_slice() {
            [(Taken::Next, Some(next)), rest @ ..]
                if rest.iter().all(|(taken, _)| matches!(taken, Taken::Error(_))) =>
            {
                Some(*next)
            }
            _ => None,
        };
        // Each step passes an added or a removed block; circles of them end at the bound.
        for _ in 0..=self.old.canonical.actions.len() + self.new.canonical.actions.len() {
            if self.to_new.get(&old) == Some(&new) {
                return true;
            }
            let is_added = !self.to_old.contains_key(&new);
            let is_removed = !self.to_new.contains_key(&old);
            let passed_added = is_added.then(|| self.new.canonical(new).and_then(only_next)).flatten();
            let passed_removed = is_removed.then(|| self.old.canonical(old).and_then(only_next)).flatten();
            match (passed_added, passed_removed) {
                (Some(next), _) => new = next,
                (None, Some(next)) => old = next,
                (None, None) => return false,
            }
        }
        false
    }
}

impl Side<'_> {
    fn target(&self, target: Option<usize>) -> String {
        target.map_or_else(|| "nothing".to_owned(), |target| self.label(target))
    }
}

/// The conditions that both have, in the order of the first.
fn order<'a>(of: &'a CanonicalAction, with: &CanonicalAction) -> Vec<&'a str> {
    let others: BTreeSet<&str> = with.branches.iter().filter_map(|(taken, _)| condition(taken)).collect();
    of.branches.iter().filter_map(|(taken, _)| condition(taken)).filter(|it| others.contains(it)).collect()
}

fn condition(taken: &Taken) -> Option<&str> {
    match taken {
        Taken::Condition(_, words) => Some(words),
        Taken::Next | Taken::Error(_) => None,
    }
}

/// What takes a branch, in the middle of a sentence.
fn branch(action: Option<&Action>, taken: &Taken) -> String {
    let Some(action) = action else { return String::new() };
    match taken {
        Taken::Next => "what follows".to_owned(),
        Taken::Error(error) if error == "NoMatchingError" => "error".to_owned(),
        Taken::Error(error) => wording::outcome(action, Branch::Error(error)).to_lowercase(),
        Taken::Condition(place, words) => match action.transitions.conditions().get(*place) {
            Some(condition) => {
                let said = wording::outcome(action, Branch::Condition(condition));
                match said.strip_prefix("Pressed ") {
                    Some(key) => format!("key {key}"),
                    None => format!("branch \"{said}\""),
                }
            }
            None => format!("branch {words}"),
        },
    }
}

/// A parameter in words: `QueueId` is the queue.
fn parameter(name: &str) -> String {
    match name {
        "ContactFlowId" => "flow".to_owned(),
        "HoursOfOperationId" => "hours".to_owned(),
        "LambdaFunctionARN" => "function".to_owned(),
        "FlowModuleId" => "module".to_owned(),
        "InvocationTimeLimitSeconds" | "InputTimeLimitSeconds" => "time limit seconds".to_owned(),
        other => spaced(other.strip_suffix("Id").filter(|rest| !rest.is_empty()).unwrap_or(other)),
    }
}

/// Names that authors choose are told as they are.
fn member(name: &str) -> String {
    if name.chars().next().is_some_and(char::is_uppercase) { spaced(name) } else { name.to_owned() }
}
