//! Whether steps say what the flow says: they are compiled, and each action is compared.

use std::collections::{BTreeMap, BTreeSet};

use callform_source::yaml::{Entry, Node, NodeValue};
use callform_source::{Diagnostics, FileId, Severity, SourceMap, Span, Spanned, de};
use serde_json::{Map, Value, json};

use super::Written;
use super::objects::Objects;
use super::order::{COPY, GOTO, MARK};
use crate::compare::{canonical_parameters, canonical_value};
use crate::compile::{FlowDefinition, Names, build};
use crate::references::marker_of_name;
use crate::steps::{Branch, Step};
use crate::{Action, ConditionBranch, ErrorBranch, Flow, FlowType};

/// The actions that steps do not say, or say otherwise.
pub(super) fn different(
    flow: &Flow,
    flow_type: FlowType,
    objects: &Objects<'_>,
    written: &Written<'_>,
) -> BTreeSet<usize> {
    let everything = || (0..flow.actions.len()).collect();
    let mut sources = SourceMap::default();
    let file = sources.add("steps", "");
    let (steps, on_error) = &written.marked;
    let mut different = BTreeSet::new();
    let Some((steps, on_error)) = read(steps, on_error.as_ref(), file, &mut different) else {
        return if different.is_empty() { everything() } else { different };
    };
    let definition = FlowDefinition {
        name: "flow",
        flow_type,
        steps: &steps,
        on_error: on_error.as_ref(),
        span: Span::whole_file(file),
        settings: None,
    };
    let mut diagnostics = Diagnostics::default();
    let built = build(&definition, &Known { objects }, &mut diagnostics);
    for diagnostic in diagnostics.iter() {
        let is_about_step = !matches!(diagnostic.code, "unknown-label" | "unknown-action");
        let is_fault = diagnostic.severity == Severity::Error;
        if is_fault
            && is_about_step
            && let Some(at) = diagnostic.primary.as_ref().and_then(|at| action_at(at.span))
        {
            different.insert(at);
        }
    }
    let Some((compiled, places)) = built else {
        // A `goto` that leads nowhere leaves nothing to compare.
        return if written.graph.is_whole() && different.is_empty() { everything() } else { different };
    };
    let numbered = compiled.actions.iter().map(|action| action.identifier.as_str());
    let numbers: BTreeMap<&str, usize> =
        numbered.filter_map(|identifier| Some((identifier, action_at(places.get(identifier)?)?))).collect();
    let mut found: BTreeMap<usize, Vec<&Action>> = BTreeMap::new();
    for action in &compiled.actions {
        match numbers.get(action.identifier.as_str()) {
            Some(number) => found.entry(*number).or_default().push(action),
            // Something was added that the flow does not have.
            None => return everything(),
        }
    }
    let target = |identifier: &str| numbers.get(identifier).copied();
    let own = |identifier: &str| Some(written.graph.node(identifier));
    for (index, action) in flow.actions.iter().enumerate() {
        let again = of_copies(found.get(&index).map(Vec::as_slice).unwrap_or_default());
        let is_same = again.is_some_and(|again| {
            action.action_type == again.action_type
                && canonical_parameters(&expected(action, objects)) == canonical_parameters(again)
                && transitions(action, &own) == transitions(again, &target)
        });
        if !is_same {
            different.insert(index);
        }
    }
    if numbers.get(compiled.start_action.as_str()).copied() != written.graph.start {
        different.extend(written.graph.start);
    }
    different
}

/// The action that a step has become; of an end there may be several.
fn of_copies<'a>(copies: &[&'a Action]) -> Option<&'a Action> {
    match copies {
        [again] => Some(again),
        [again, ..] if copies.iter().all(|copy| copy.is_bare_end()) => Some(again),
        _ => None,
    }
}

fn action_at(span: Span) -> Option<usize> {
    usize::try_from(span.start).ok()?.checked_sub(1)
}

/// Reads the steps. Where one cannot be read, it is noted, and there is no result.
fn read(
    steps: &[Value],
    on_error: Option<&Value>,
    file: FileId,
    different: &mut BTreeSet<usize>,
) -> Option<(Vec<Spanned<Step>>, Option<Branch>)> {
    let root = Span::whole_file(file);
    let mut note = |diagnostic: &callform_source::Diagnostic| {
        different.extend(diagnostic.primary.as_ref().and_then(|at| action_at(at.span)));
    };
    let nodes = steps.iter().map(|step| node(step, root));
    let mut read = Vec::new();
    let mut is_whole = true;
    for node in nodes {
        match de::from_node::<Spanned<Step>>(&node) {
            Ok(step) => read.push(step),
            Err(diagnostic) => {
                note(&diagnostic);
                is_whole = false;
            }
        }
    }
    let on_error = match on_error.map(|steps| de::from_node::<Branch>(&node(steps, root))) {
        None => None,
        Some(Ok(branch)) => Some(branch),
        Some(Err(diagnostic)) => {
            note(&diagnostic);
            return None;
        }
    };
    is_whole.then_some((read, on_error))
}

/// A tree in which everything of a step stands at the number of its action. Names are the numbers themselves.
fn node(value: &Value, span: Span) -> Node {
    let value = match value {
        Value::Null => NodeValue::Null,
        Value::Bool(truth) => NodeValue::Bool(*truth),
        Value::Number(number) => match number.as_i64() {
            Some(number) => NodeValue::Integer(number),
            None => NodeValue::Float(number.as_f64().unwrap_or_default()),
        },
        Value::String(text) => NodeValue::String(text.clone()),
        Value::Array(items) => NodeValue::Sequence(items.iter().map(|item| node(item, span)).collect()),
        Value::Object(members) => return mapping(members, span),
    };
    Node::new(span, value)
}

fn mapping(members: &Map<String, Value>, span: Span) -> Node {
    let mark = members
        .get(MARK)
        .or_else(|| members.get(COPY))
        .and_then(Value::as_u64)
        .and_then(|mark| u32::try_from(mark + 1).ok());
    let span = mark.map_or(span, |mark| Span::new(span.file, mark, mark));
    let text = |text: String| Node::new(span, NodeValue::String(text));
    let entry = |key: &str, value: Node| Entry { key: Spanned::new(key.to_owned(), span), value };
    let mut entries = Vec::new();
    for (key, value) in members {
        entries.push(match key.as_str() {
            COPY => continue,
            MARK => entry("name", text(format!("\u{1}{value}"))),
            GOTO => entry("goto", text(format!("\u{1}{value}"))),
            key => entry(key, node(value, span)),
        });
    }
    Node::new(span, NodeValue::Mapping(entries))
}

/// An action with markers where a compiled one has them.
fn expected(action: &Action, objects: &Objects<'_>) -> Action {
    fn replace(value: &mut Value, objects: &Objects<'_>) {
        match value {
            Value::String(text) => {
                if let Some((kind, name)) = objects.marked(text).and_then(|address| address.split_once('/')) {
                    *text = marker_of_name(kind, name);
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| replace(item, objects)),
            Value::Object(members) => members.values_mut().for_each(|member| replace(member, objects)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    let mut action = action.clone();
    action.parameters.values_mut().for_each(|value| replace(value, objects));
    action
}

/// Everything an action leads to, by number, in a form that can be compared.
fn transitions(action: &Action, number: &impl Fn(&str) -> Option<usize>) -> Value {
    let transitions = &action.transitions;
    let mut errors: Vec<&ErrorBranch> = transitions.errors().iter().collect();
    // Stable: of two branches for one error, the first is the one that is taken.
    errors.sort_by(|a, b| a.error_type.cmp(&b.error_type));
    let errors: Vec<Value> = errors
        .into_iter()
        .map(|it| json!([it.error_type, number(&it.next_action), canonical_value(&Value::Object(it.other.clone()))]))
        .collect();
    let mut ordered: Vec<&ConditionBranch> = transitions.conditions().iter().collect();
    if transitions.conditions_exclude_one_another() {
        ordered.sort_by_key(|branch| branch.operand());
    }
    let conditions: Vec<Value> = ordered
        .into_iter()
        .map(|it| {
            let operands = canonical_value(&Value::Array(it.operands.clone()));
            let other = canonical_value(&json!([it.other, it.other_of_condition]));
            json!([it.operator, operands, other, number(&it.next_action)])
        })
        .collect();
    let other = canonical_value(&json!([action.other, transitions.other]));
    json!([transitions.next_action.as_deref().map(number), errors, conditions, other])
}

/// Every name is known.
struct Known<'a> {
    objects: &'a Objects<'a>,
}

impl Names for Known<'_> {
    fn exists(&self, _kind: &str, _name: &str) -> bool {
        true
    }

    fn suggestions(&self, _kind: &str) -> Vec<String> {
        Vec::new()
    }

    fn flow_type(&self, _name: &str) -> Option<FlowType> {
        None
    }

    fn outside(&self, kind: &str, name: &str) -> Option<String> {
        self.objects.outside(kind, name)
    }
}
