//! Which action stands where: sequences, nested branches, and what is left to `goto`.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Value, json};

use super::words::{self, After, Context, Role, Word};
use crate::{Action, Flow};

/// All actions as steps; what cannot be reached from the start comes last.
pub(super) fn steps(flow: &Flow, context: &Context<'_>) -> Vec<Value> {
    let mut by_identifier = BTreeMap::new();
    for action in &flow.actions {
        by_identifier.entry(action.identifier.as_str()).or_insert(action);
    }
    let mut writer =
        Writer { by_identifier, context, placed: BTreeSet::new(), promised: Vec::new(), wanted: BTreeSet::new() };
    let mut steps = writer.sequence(&flow.start_action, None);
    for action in &flow.actions {
        if !writer.placed.contains(action.identifier.as_str()) {
            steps.extend(writer.sequence(&action.identifier, None));
        }
    }
    let names = words::names(flow, &writer.wanted);
    for step in &mut steps {
        name(step, &names);
    }
    steps
}

/// Member that carries an action's identifier until names are known.
const MARK: &str = "\u{0}identifier";
/// The same for the identifier that a `goto` leads to.
const GOTO: &str = "\u{0}goto";

struct Writer<'a> {
    by_identifier: BTreeMap<&'a str, &'a Action>,
    context: &'a Context<'a>,
    placed: BTreeSet<&'a str>,
    /// What sequences further out go on with: to be written there and nowhere else.
    promised: Vec<&'a str>,
    /// What a `goto` leads to.
    wanted: BTreeSet<&'a str>,
}

impl<'a> Writer<'a> {
    /// The steps from an action on. Where the way comes to `after`, which follows by itself, it ends.
    fn sequence(&mut self, start: &'a str, after: Option<&'a str>) -> Vec<Value> {
        let mut steps = Vec::new();
        let mut at = Some(start);
        while let Some(identifier) = at {
            if after == Some(identifier) {
                break;
            }
            let Some(action) = self.by_identifier.get(identifier).copied() else {
                steps.push(json!({ GOTO: identifier }));
                break;
            };
            if self.placed.contains(identifier) || self.promised.contains(&identifier) {
                self.wanted.insert(identifier);
                steps.push(json!({ GOTO: identifier }));
                break;
            }
            self.placed.insert(identifier);
            let word = words::word(action, self.context);
            let next = self.continuation(action, &word, after);
            steps.push(self.step(action, word, next, after));
            at = next;
        }
        steps
    }

    fn step(&mut self, action: &'a Action, word: Word<'a>, next: Option<&'a str>, after: Option<&'a str>) -> Value {
        let follows = next.or(after);
        self.promised.extend(next);
        let mut step = word.step;
        for branch in word.branches {
            let inner = if branch.repeats { Some(action.identifier.as_str()) } else { follows };
            if branch.optional && Some(branch.target) == inner {
                continue;
            }
            let mut steps = self.sequence(branch.target, inner);
            let value = if steps.len() == 1 { steps.remove(0) } else { Value::Array(steps) };
            words::put(&mut step, &branch.path, value);
        }
        if next.is_some() {
            self.promised.pop();
        }
        step.insert(MARK.to_owned(), json!(action.identifier));
        Value::Object(step)
    }

    /// What follows a step in its sequence: the one thing it leads to, or where its branches meet again.
    fn continuation(&self, action: &Action, word: &Word<'a>, after: Option<&'a str>) -> Option<&'a str> {
        match word.after {
            After::Nothing => None,
            After::Action(target) => Some(target),
            After::Branches => {
                let is_free = |target: &&'a str| {
                    *target != action.identifier
                        && Some(*target) != after
                        && self.by_identifier.contains_key(target)
                        && !self.placed.contains(target)
                        && !self.promised.contains(target)
                };
                let usual: Vec<&'a str> =
                    word.branches.iter().filter(|branch| branch.role != Role::Failure).map(|it| it.target).collect();
                let main = word.branches.iter().find(|branch| branch.role == Role::Main).map(|branch| branch.target);
                if after.is_some() && usual.iter().any(|target| Some(*target) == after) {
                    return None;
                }
                self.meeting(&usual).or(main).filter(is_free)
            }
        }
    }

    /// The nearest free action to which two branches lead.
    fn meeting(&self, branches: &[&'a str]) -> Option<&'a str> {
        let mut first: Vec<&'a str> = branches.to_vec();
        first.dedup();
        let mut counts: BTreeMap<&'a str, (usize, usize)> = BTreeMap::new();
        for start in first {
            for (target, distance) in self.distances(start) {
                let entry = counts.entry(target).or_default();
                *entry = (entry.0 + 1, entry.1 + distance);
            }
        }
        let most = counts.values().map(|(count, _)| *count).max().filter(|count| *count > 1)?;
        let met = counts.into_iter().filter(|(_, (count, _))| *count == most);
        met.min_by_key(|(_, (_, distance))| *distance).map(|(target, _)| target)
    }

    /// What a branch leads to by actions that are not written yet, errors aside.
    fn distances(&self, start: &'a str) -> BTreeMap<&'a str, usize> {
        let mut found = BTreeMap::new();
        let mut waiting = VecDeque::from([(start, 0)]);
        while let Some((identifier, distance)) = waiting.pop_front() {
            let Some(action) = self.by_identifier.get(identifier) else { continue };
            let is_taken = self.placed.contains(identifier) || self.promised.contains(&identifier);
            if is_taken || found.contains_key(identifier) {
                continue;
            }
            found.insert(identifier, distance);
            let transitions = &action.transitions;
            let conditions = transitions.conditions().iter().map(|branch| branch.next_action.as_str());
            let targets = transitions.next_action.as_deref().into_iter().chain(conditions);
            waiting.extend(targets.map(|target| (target, distance + 1)));
        }
        found
    }
}

/// Puts names where a `goto` leads and takes the marks out.
fn name(value: &mut Value, names: &BTreeMap<String, String>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(identifier)) = members.shift_remove(GOTO) {
                members.insert("goto".to_owned(), json!(names.get(&identifier).unwrap_or(&identifier)));
            }
            let mark = members.shift_remove(MARK);
            if let Some(name) = mark.as_ref().and_then(Value::as_str).and_then(|identifier| names.get(identifier)) {
                members.insert("name".to_owned(), json!(name));
            }
            members.values_mut().for_each(|member| name(member, names));
            let bare = ["hang_up", "end", "return"].into_iter().find(|word| members.contains_key(*word));
            if let (1, Some(word)) = (members.len(), bare) {
                *value = json!(word);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| name(item, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
