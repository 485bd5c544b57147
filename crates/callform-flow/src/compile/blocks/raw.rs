//! `raw`: an action in the words of the flow language.

use callform_source::{Diagnostic, Span, Spanned};
use serde_json::{Map, Value, json};

use crate::catalog::{self, ActionSpec};
use crate::compile::builder::{Builder, Draft, Target};
use crate::references::marker_of_name;
use crate::steps::{RawCondition, RawStep};
use crate::validate::{Members, error_rules};
use crate::{ConditionBranch, ErrorBranch};

pub(super) fn raw(builder: &mut Builder<'_>, step: &RawStep, next: &Target) -> Target {
    let action_type = &step.raw.r#type;
    let title = builder.title(|| action_type.value.clone());
    let spec = catalog::find(action_type);
    check_type(builder, action_type);
    let mut draft = Draft::new(action_type, title);
    let span = step.raw.span;
    draft.parameters = parameters(builder, &step.raw.value.parameters, span);
    draft.other = parameters(builder, &step.raw.value.members, span);
    draft.other_of_transitions = parameters(builder, &step.raw.value.transitions, span);
    let reserved = builder.reserve();
    for condition in &step.conditions {
        let branch = condition_branch(builder, condition, span);
        let target = builder.branch(Some(&condition.then), next.clone(), next);
        draft.conditions.push((branch, target));
    }
    for (error_type, branch) in &step.errors {
        let target = builder.branch(Some(branch), next.clone(), next);
        draft = draft.error(error_type, target);
    }
    for further in &step.further_errors {
        let other = parameters(builder, &further.members, span);
        let target = builder.branch(Some(&further.then), next.clone(), next);
        draft.errors.push((ErrorBranch { other, ..ErrorBranch::new(&*further.error.value, "") }, target));
    }
    let is_exact = step.exact.as_ref().is_some_and(|exact| exact.value);
    if !is_exact {
        for error_type in missing_errors(spec, &draft) {
            let target = builder.default_error(next);
            draft = draft.error(error_type, target);
        }
    }
    let has_next = if is_exact { step.next.is_some() } else { spec.is_none_or(|spec| !spec.is_terminal()) };
    if has_next {
        let target = builder.branch(step.next.as_ref(), next.clone(), next);
        draft = draft.next(target);
    }
    builder.fill(reserved, draft)
}

fn condition_branch(builder: &mut Builder<'_>, condition: &RawCondition, span: Span) -> ConditionBranch {
    let operator = condition.operator.as_ref().map_or("Equals", |operator| operator.value.as_str());
    let operands = match &condition.operand {
        Some(operand) => vec![json!(builder.scalar(operand))],
        None => condition.operands.iter().map(|operand| replace(builder, operand, span)).collect(),
    };
    ConditionBranch {
        next_action: String::new(),
        operator: operator.to_owned(),
        operands,
        other_of_condition: parameters(builder, &condition.condition, span),
        other: parameters(builder, &condition.members, span),
    }
}

fn missing_errors(spec: Option<&ActionSpec>, draft: &Draft) -> Vec<&'static str> {
    let Some(spec) = spec else { return Vec::new() };
    let required = error_rules(Members::of(&draft.parameters), spec).required();
    required.filter(|error| !draft.errors.iter().any(|(given, _)| given.error_type == *error)).collect()
}

/// Names that are known to be no types. A type that only the catalog does not have passes, and a lint tells of it.
fn check_type(builder: &mut Builder<'_>, name: &Spanned<String>) {
    if catalog::is_possible(name) {
        return;
    }
    let diagnostic = Diagnostic::error("unknown-action", format!("the flow language has no action `{name}`"))
        .at(name.span, "unknown type");
    builder.diagnostics.push(match catalog::misnomer_of(name) {
        Some(misnomer) if misnomer.meant.is_empty() => {
            diagnostic.help("Take it out: the first step is where a flow starts.")
        }
        Some(misnomer) => diagnostic.help(format!("Write `{}`.", misnomer.meant.join("` and then `"))),
        None => match catalog::likely(name) {
            Some(similar) => diagnostic.help(format!("Did you mean `{similar}`?")),
            None => diagnostic.help("See the flow language's reference for the types there are."),
        },
    });
}

/// Member around an object that would mean something else without it.
pub(crate) const LITERAL: &str = "literal";

/// Parameters with `{ ref: kind/name }` replaced by markers.
pub(super) fn parameters(builder: &mut Builder<'_>, parameters: &Map<String, Value>, span: Span) -> Map<String, Value> {
    parameters.iter().map(|(name, value)| (name.clone(), replace(builder, value, span))).collect()
}

fn replace(builder: &mut Builder<'_>, value: &Value, span: Span) -> Value {
    match value {
        Value::Object(members) => match (members.len(), members.get("ref"), members.get(LITERAL)) {
            (1, Some(Value::String(address)), _) => json!(reference(builder, address, span)),
            (1, _, Some(Value::Object(literal))) => Value::Object(parameters(builder, literal, span)),
            _ => Value::Object(parameters(builder, members, span)),
        },
        Value::Array(items) => items.iter().map(|item| replace(builder, item, span)).collect(),
        Value::String(text) => json!(builder.text(text, span)),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

fn reference(builder: &mut Builder<'_>, address: &str, span: Span) -> String {
    let Some((kind, name)) = address.split_once('/').filter(|(kind, name)| !kind.is_empty() && !name.is_empty()) else {
        builder.diagnostics.push(
            Diagnostic::error("unknown-reference", format!("`{address}` is no address"))
                .at(span, "in this action")
                .help("Write `queue/customer_service`, `hours/business`, `flow/main_menu`, and the like."),
        );
        return address.to_owned();
    };
    if let Some(outside) = builder.names.outside(kind, name) {
        return outside;
    }
    if !name.starts_with("builtin/") && !builder.names.exists(kind, name) {
        builder.unknown_reference(kind, name, span);
    }
    marker_of_name(kind, name)
}
