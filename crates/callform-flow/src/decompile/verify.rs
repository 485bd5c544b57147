//! Whether steps say what the flow says: they are compiled, and each action is compared.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use callform_source::yaml::{Entry, Node, NodeValue};
use callform_source::{Diagnostics, FileId, Severity, SourceMap, Span, Spanned, de};
use serde_json::{Map, Value};

use super::Written;
use super::objects::Objects;
use super::order::{COPY, GOTO, MARK};
use crate::compare::{as_it_is, means_same, members_mean_same, without_defaults};
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
    let (steps, on_error) = (&written.steps, &written.on_error);
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
    let mut found: Vec<Vec<&Action>> = vec![Vec::new(); flow.actions.len()];
    for action in &compiled.actions {
        match numbers.get(action.identifier.as_str()).and_then(|number| found.get_mut(*number)) {
            Some(copies) => copies.push(action),
            // Something was added that the flow does not have.
            None => return everything(),
        }
    }
    let target = |identifier: &str| numbers.get(identifier).copied();
    let own = |identifier: &str| Some(written.graph.node(identifier));
    for (index, action) in flow.actions.iter().enumerate() {
        let again = of_copies(&found[index]);
        let is_same = again.is_some_and(|again| {
            action.action_type == again.action_type
                && has_same_parameters(action, again, objects)
                && leads_the_same_ways(action, again, &own, &target)
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

/// True where both say the same, the first with ARNs where the second has markers.
fn has_same_parameters(action: &Action, again: &Action, objects: &Objects<'_>) -> bool {
    let (own, other) = (without_defaults(action), without_defaults(again));
    members_mean_same(&own, &other, &|text| match objects.marked(text).and_then(|address| address.split_once('/')) {
        Some((kind, name)) => Cow::Owned(marker_of_name(kind, name)),
        None => Cow::Borrowed(text),
    })
}

type Number<'n> = dyn Fn(&str) -> Option<usize> + 'n;

/// True where both lead to the same actions on the same occasions. `own` numbers what the first leads to, `target` what
/// the second does.
fn leads_the_same_ways(action: &Action, again: &Action, own: &Number<'_>, target: &Number<'_>) -> bool {
    let (a, b) = (&action.transitions, &again.transitions);
    let is_next_same = a.next_action.as_deref().and_then(own) == b.next_action.as_deref().and_then(target);
    let is_error_same = |a: &ErrorBranch, b: &ErrorBranch| {
        a.error_type == b.error_type && own(&a.next_action) == target(&b.next_action) && says_same(&a.other, &b.other)
    };
    let is_condition_same = |a: &ConditionBranch, b: &ConditionBranch| {
        a.operator == b.operator
            && own(&a.next_action) == target(&b.next_action)
            && a.operands.len() == b.operands.len()
            && a.operands.iter().zip(&b.operands).all(|(a, b)| means_same(a, b, &as_it_is))
            && says_same(&a.other, &b.other)
            && says_same(&a.other_of_condition, &b.other_of_condition)
    };
    is_next_same
        && says_same(&action.other, &again.other)
        && says_same(&a.other, &b.other)
        && a.errors().len() == b.errors().len()
        && a.conditions().len() == b.conditions().len()
        && (all(a.errors(), b.errors(), is_error_same)
            // Stable: of two branches for one error, the first is the one that is taken.
            || all(&sorted(a.errors(), error_type), &sorted(b.errors(), error_type), |a, b| is_error_same(a, b)))
        && (all(a.conditions(), b.conditions(), is_condition_same)
            || a.conditions_exclude_one_another()
                && b.conditions_exclude_one_another()
                && all(&sorted(a.conditions(), operand), &sorted(b.conditions(), operand), |a, b| {
                    is_condition_same(a, b)
                }))
}

fn all<T>(a: &[T], b: &[T], is_same: impl Fn(&T, &T) -> bool) -> bool {
    a.iter().zip(b).all(|(a, b)| is_same(a, b))
}

fn sorted<'a, T, K: Ord>(branches: &'a [T], key: impl Fn(&'a T) -> K) -> Vec<&'a T> {
    let mut sorted: Vec<&T> = branches.iter().collect();
    sorted.sort_by_key(|branch| key(branch));
    sorted
}

fn error_type(branch: &ErrorBranch) -> &str {
    &branch.error_type
}

fn operand(branch: &ConditionBranch) -> Option<&str> {
    branch.operand()
}

fn says_same(a: &Map<String, Value>, b: &Map<String, Value>) -> bool {
    (a.is_empty() && b.is_empty()) || members_mean_same(a, b, &as_it_is)
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
