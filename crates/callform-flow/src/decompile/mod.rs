//! A [`Flow`] back to steps.
//!
//! ```text
//! JSON ─document→ Flow ─words→ a step for each action ─graph→ who dominates whom ─order→ nested steps
//!                                                                     └─verify→ compiled and compared
//! ```
//!
//! Each action becomes one step: the word for it where the word says exactly what the action says, and a `raw` block
//! otherwise. Branches are nested; steps get a name only where something has to `goto` them; the errors that most steps
//! have in common become the flow's `on_error`. Objects get names. What comes out is compiled and compared with what
//! went in; a step that says something else becomes a `raw` block.

mod graph;
mod labels;
mod objects;
mod order;
mod verify;
mod words;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod laws;
#[cfg(test)]
mod any;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::compare::canonical_value;
use crate::compile::{module_settings, settings_of};
use crate::document::guess_type;
use crate::{DecodeError, Document, Flow, FlowType};

/// A flow as steps.
#[derive(Clone, Debug, PartialEq)]
pub struct Decompiled {
    /// Type of the flow: the one that was given, or else the one that its document names.
    pub flow_type: FlowType,
    /// Name of the flow in Connect, where its document has it.
    pub name: Option<String>,
    /// The steps, as a blueprint's `steps:` has them.
    pub steps: Vec<Value>,
    /// What to do on errors that a step does not handle itself.
    pub on_error: Option<Value>,
    /// A module's `inputs`, `results` and `branches`, where they are not the usual ones.
    pub settings: Map<String, Value>,
    /// Objects that the map of ARNs does not know: the address the steps call each by, and what the flow called it.
    pub unresolved: BTreeMap<String, String>,
    /// What a person should know about the result, a sentence each.
    pub notes: Vec<String>,
    /// Numbers of actions, and of those among them that are `raw` blocks.
    pub counts: Counts,
    /// True where the steps compile to what went in.
    pub is_exact: bool,
}

/// How much of a flow has words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All actions.
    pub actions: usize,
    /// Those without a word of their own.
    pub raw: usize,
}

impl Decompiled {
    /// The flow as a blueprint has it.
    pub fn to_json(&self) -> Value {
        let mut flow = Map::new();
        if let Some(name) = &self.name {
            flow.insert("name".to_owned(), json!(name));
        }
        if self.flow_type != FlowType::Module {
            flow.insert("type".to_owned(), json!(self.flow_type.word()));
        }
        flow.extend(self.settings.clone());
        flow.insert("steps".to_owned(), json!(self.steps));
        if let Some(on_error) = &self.on_error {
            flow.insert("on_error".to_owned(), on_error.clone());
        }
        if !self.unresolved.is_empty() {
            flow.insert("unresolved".to_owned(), json!(self.unresolved));
        }
        escaped(&Value::Object(flow))
    }
}

/// Most actions that are looked at; the service takes 250.
const MOST_ACTIONS: usize = 10_000;

/// Turns a flow document into steps. Besides the flow language it reads what the API returns, with the flow as text
/// inside, and the console's former export format.
///
/// `arns` tells what each ARN is called: `queue/customer_service`, or `queue/builtin/BasicQueue`. Without `flow_type`
/// the type is taken from the document, or from what the actions tell.
///
/// # Errors
/// Where the JSON is no flow.
pub fn decompile(
    json: &Value,
    flow_type: Option<FlowType>,
    arns: &BTreeMap<String, String>,
) -> Result<Decompiled, DecodeError> {
    of_document(&Document::read(json)?, flow_type, arns)
}

/// The same for a document that was read already.
///
/// # Errors
/// Where the flow has more actions than any flow may have.
pub fn of_document(
    document: &Document,
    flow_type: Option<FlowType>,
    arns: &BTreeMap<String, String>,
) -> Result<Decompiled, DecodeError> {
    let flow = &document.flow;
    if flow.actions.len() > MOST_ACTIONS {
        return Err(DecodeError::TooLarge { actions: flow.actions.len() });
    }
    let flow_type = flow_type.or(document.flow_type).unwrap_or_else(|| guess_type(flow));
    let objects = objects::Objects::of_flow(flow, arns);
    let mut as_raw = BTreeSet::new();
    let mut best = written(flow, flow_type, &objects, &as_raw);
    let mut remaining = verify::different(flow, flow_type, &objects, &best);
    // A round finds every step that says something else; what is nested in one is seen in the next.
    for _ in 0..4 {
        if remaining.is_subset(&as_raw) {
            break;
        }
        as_raw.extend(remaining);
        best = written(flow, flow_type, &objects, &as_raw);
        remaining = verify::different(flow, flow_type, &objects, &best);
    }
    let settings = if flow_type == FlowType::Module { module(flow.settings.as_ref()) } else { Map::new() };
    let beside = beside(flow, flow_type, &settings);
    let mut notes = document.notes.clone();
    notes.extend(faults(flow, &best.graph, &remaining));
    let is_exact = remaining.is_empty() && best.graph.is_whole() && beside.is_empty();
    notes.extend(beside);
    let used = objects.used(&best.raw);
    let counts = Counts { actions: flow.actions.len(), raw: best.raw.len() };
    let (steps, on_error) = best.named(flow);
    Ok(Decompiled {
        flow_type,
        name: document.name.clone(),
        unresolved: used,
        counts,
        settings,
        is_exact,
        steps,
        on_error,
        notes,
    })
}

/// A way to write a flow.
struct Written<'a> {
    /// Steps with marks that say which action each is.
    steps: Vec<Value>,
    on_error: Option<Value>,
    graph: graph::Graph<'a>,
    /// Actions without a word.
    raw: BTreeSet<usize>,
    /// What a `goto` leads to.
    wanted: BTreeSet<usize>,
    /// What the step of each action is about.
    about: Vec<Option<String>>,
}

impl Written<'_> {
    /// The steps with names in the place of marks.
    fn named(self, flow: &Flow) -> (Vec<Value>, Option<Value>) {
        let names = labels::names(flow, &self.graph, &self.about, &self.wanted);
        let (mut steps, mut on_error) = (self.steps, self.on_error);
        for step in steps.iter_mut().chain(&mut on_error) {
            labels::put(step, &names);
        }
        (steps, on_error)
    }
}

fn written<'a>(
    flow: &'a Flow,
    flow_type: FlowType,
    objects: &objects::Objects<'_>,
    as_raw: &BTreeSet<usize>,
) -> Written<'a> {
    let words: Vec<words::Word<'a>> = flow
        .actions
        .iter()
        .enumerate()
        .map(|(index, action)| words::word(action, objects, as_raw.contains(&index)))
        .collect();
    let raw = (0..words.len()).filter(|index| words[*index].step.contains_key("raw")).collect();
    let graph = graph::Graph::new(flow, &words, flow_type);
    let about = words.iter().map(|word| labels::about(&word.step)).collect();
    let marked = order::steps(&graph, words, flow_type.is_hold());
    Written { steps: marked.steps, on_error: marked.on_error, graph, raw, wanted: marked.wanted, about }
}

/// What is wrong with the flow itself, and what the steps cannot say.
fn faults(flow: &Flow, graph: &graph::Graph<'_>, remaining: &BTreeSet<usize>) -> Vec<String> {
    let mut notes = Vec::new();
    if flow.actions.is_empty() {
        notes.push("The flow has no actions.".to_owned());
    } else if graph.start.is_none() {
        notes.push(format!(
            "The flow starts at `{}`, which it does not have. Connect refuses it; the first step is the first action.",
            flow.start_action
        ));
    }
    for (from, to) in graph.dangling(flow) {
        notes.push(format!(
            "`{from}` leads to `{to}`, which the flow does not have. Connect refuses it; the `goto` leads nowhere too."
        ));
    }
    let mut seen = BTreeSet::new();
    for action in &flow.actions {
        if !seen.insert(action.identifier.as_str()) {
            notes.push(format!(
                "Two actions are called `{}`. Connect refuses that; transitions lead to the first.",
                action.identifier
            ));
        }
    }
    for index in remaining {
        let identifier = flow.actions.get(*index).map_or("", |action| action.identifier.as_str());
        notes.push(format!("Steps cannot say everything that `{identifier}` says; compare the two."));
    }
    notes
}

/// `Settings` in the words of a blueprint; what every module has is left out.
fn module(settings: Option<&Value>) -> Map<String, Value> {
    let mut words = Map::new();
    let usual = module_settings();
    let Some(Value::Object(members)) = settings else { return words };
    for (key, word) in [("InputParameters", "inputs"), ("OutputParameters", "results"), ("Transitions", "branches")] {
        let value = members.get(key).filter(|value| value.is_array()).cloned().unwrap_or_else(|| json!([]));
        if usual.get(key) != Some(&value) {
            words.insert(word.to_owned(), value);
        }
    }
    words
}

/// What stands beside the actions and has no place in a blueprint.
fn beside(flow: &Flow, flow_type: FlowType, settings: &Map<String, Value>) -> Vec<String> {
    let mut notes = Vec::new();
    let other = canonical_value(&Value::Object(flow.other.clone()));
    if let Value::Object(members) = &other {
        let names: Vec<String> = members.keys().map(|name| format!("`{name}`")).collect();
        notes.push(format!("A blueprint has no place for {} beside the actions.", names.join(", ")));
    }
    let own = flow.settings.as_ref().map(canonical_value).unwrap_or_default();
    let again = match flow_type {
        FlowType::Module => canonical_value(&settings_of(settings)),
        _ => Value::Null,
    };
    if own != again {
        notes.push(match (flow_type, own.is_null()) {
            (FlowType::Module, true) => "The module has no `Settings`; the usual ones are added.".to_owned(),
            (FlowType::Module, false) => "`Settings` has members that a blueprint has no place for.".to_owned(),
            _ => "Only modules have `Settings`; they are left out.".to_owned(),
        });
    }
    notes
}

/// JSON that YAML parsers read too: YAML wants control characters escaped that JSON does not.
pub fn json_text(value: &Value) -> String {
    // Outside of strings JSON has none of these.
    let is_odd = |character: char| matches!(character, '\u{7F}'..='\u{9F}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}');
    let mut text = format!("{value:#}");
    let odd: BTreeSet<char> = text.chars().filter(|character| is_odd(*character)).collect();
    for character in odd {
        text = text.replace(character, &format!("\\u{:04x}", u32::from(character)));
    }
    text
}

/// Texts that a blueprint would take for variables, made to stand for themselves.
fn escaped(value: &Value) -> Value {
    match value {
        Value::String(text) => json!(text.replace("${var.", "$${var.")),
        Value::Array(items) => items.iter().map(escaped).collect(),
        Value::Object(members) => members.iter().map(|(name, member)| (name.clone(), escaped(member))).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

/// `null` members left out.
fn object(members: impl IntoIterator<Item = (&'static str, Value)>) -> Map<String, Value> {
    members.into_iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.to_owned(), value)).collect()
}
