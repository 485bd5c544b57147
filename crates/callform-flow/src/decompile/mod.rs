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

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::compile::module_settings;
use crate::json::Document;
use crate::{DecodeError, Flow, FlowType};

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
/// the type is taken from the document; a flow with `Settings` is a module, and everything else inbound.
///
/// # Errors
/// Where the JSON is no flow.
pub fn decompile(
    json: &Value,
    flow_type: Option<FlowType>,
    arns: &BTreeMap<String, String>,
) -> Result<Decompiled, DecodeError> {
    let document = Document::read(json)?;
    let flow = &document.flow;
    if flow.actions.len() > MOST_ACTIONS {
        return Err(DecodeError::TooLarge { actions: flow.actions.len() });
    }
    let flow_type = flow_type.or(document.flow_type).unwrap_or_else(|| type_of(flow));
    let objects = objects::Objects::of_flow(flow, arns);
    let mut as_raw = BTreeSet::new();
    let mut best = written(flow, flow_type, &objects, &as_raw);
    // A round finds every step that says something else; what is nested in one is seen in the next.
    for _ in 0..4 {
        let different = verify::different(flow, flow_type, &objects, &best);
        if different.is_subset(&as_raw) {
            break;
        }
        as_raw.extend(different);
        best = written(flow, flow_type, &objects, &as_raw);
    }
    let mut notes = document.notes.clone();
    let remaining = verify::different(flow, flow_type, &objects, &best);
    notes.extend(faults(flow, &best.graph, &remaining));
    let used = objects.used(&best.raw);
    Ok(Decompiled {
        flow_type,
        name: document.name,
        unresolved: used,
        counts: Counts { actions: flow.actions.len(), raw: best.raw.len() },
        settings: if flow_type == FlowType::Module { module(flow.settings.as_ref()) } else { Map::new() },
        is_exact: remaining.is_empty() && best.graph.is_whole(),
        steps: best.steps,
        on_error: best.on_error,
        notes,
    })
}

/// A way to write a flow.
struct Written<'a> {
    steps: Vec<Value>,
    on_error: Option<Value>,
    graph: graph::Graph<'a>,
    /// Actions without a word.
    raw: BTreeSet<usize>,
    /// The same with marks that say which action each step is.
    marked: (Vec<Value>, Option<Value>),
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
    let marked = order::steps(&graph, words);
    let names = labels::names(flow, &graph, &marked.wanted);
    let mut steps = marked.steps.clone();
    let mut on_error = marked.on_error.clone();
    for step in steps.iter_mut().chain(&mut on_error) {
        labels::put(step, &names);
    }
    Written { steps, on_error, graph, raw, marked: (marked.steps, marked.on_error) }
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

fn type_of(flow: &Flow) -> FlowType {
    let named = flow.metadata.as_ref().and_then(|metadata| metadata.get("type")).and_then(Value::as_str);
    let by_name = named.and_then(|name| {
        // The editor writes `customerQueue` where the API has `CUSTOMER_QUEUE`.
        let plain = |text: &str| text.replace('_', "").to_ascii_lowercase();
        FlowType::ALL.into_iter().find(|flow_type| plain(flow_type.api_name()) == plain(name))
    });
    let ends_as_module = || flow.actions.iter().any(|action| action.action_type == "EndFlowModuleExecution");
    let is_module = flow.settings.as_ref().is_some_and(|settings| !settings.is_null()) || ends_as_module();
    by_name.unwrap_or(if is_module { FlowType::Module } else { FlowType::ContactFlow })
}

/// `Settings` in the words of a blueprint; what every module has is left out.
fn module(settings: Option<&Value>) -> Map<String, Value> {
    let mut words = Map::new();
    let usual = module_settings();
    let Some(Value::Object(members)) = settings else { return words };
    for (key, word) in [("InputParameters", "inputs"), ("OutputParameters", "results"), ("Transitions", "branches")] {
        if let Some(value) = members.get(key).filter(|value| usual.get(key) != Some(*value)) {
            words.insert(word.to_owned(), value.clone());
        }
    }
    words
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
