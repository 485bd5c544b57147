//! [`Flow`] to JSON.

use serde_json::{Map, Value, json};

use super::{Action, ConditionBranch, ErrorBranch, Flow, Transitions};

pub(super) fn flow(flow: &Flow) -> Value {
    let mut members = Map::new();
    members.insert("Version".to_owned(), json!(flow.version));
    members.insert("StartAction".to_owned(), json!(flow.start_action));
    if let Some(metadata) = &flow.metadata {
        members.insert("Metadata".to_owned(), Value::Object(metadata.clone()));
    }
    members.insert("Actions".to_owned(), flow.actions.iter().map(action).collect());
    if let Some(settings) = &flow.settings {
        members.insert("Settings".to_owned(), settings.clone());
    }
    members.extend(flow.other.clone());
    Value::Object(members)
}

fn action(action: &Action) -> Value {
    let mut members = Map::new();
    if !(action.parameters.is_empty() && action.omitted.parameters) {
        members.insert("Parameters".to_owned(), Value::Object(action.parameters.clone()));
    }
    members.insert("Identifier".to_owned(), json!(action.identifier));
    members.insert("Type".to_owned(), json!(action.action_type));
    let transitions = transitions(&action.transitions);
    if !(transitions.is_empty() && action.omitted.transitions) {
        members.insert("Transitions".to_owned(), Value::Object(transitions));
    }
    members.extend(action.other.clone());
    Value::Object(members)
}

fn transitions(transitions: &Transitions) -> Map<String, Value> {
    let mut members = Map::new();
    if let Some(next_action) = &transitions.next_action {
        members.insert("NextAction".to_owned(), json!(next_action));
    }
    if let Some(errors) = &transitions.errors {
        members.insert("Errors".to_owned(), errors.iter().map(error_branch).collect());
    }
    if let Some(conditions) = &transitions.conditions {
        members.insert("Conditions".to_owned(), conditions.iter().map(condition_branch).collect());
    }
    members.extend(transitions.other.clone());
    members
}

fn error_branch(branch: &ErrorBranch) -> Value {
    let mut members = Map::new();
    members.insert("NextAction".to_owned(), json!(branch.next_action));
    members.insert("ErrorType".to_owned(), json!(branch.error_type));
    members.extend(branch.other.clone());
    Value::Object(members)
}

fn condition_branch(branch: &ConditionBranch) -> Value {
    let mut condition = Map::new();
    condition.insert("Operator".to_owned(), json!(branch.operator));
    condition.insert("Operands".to_owned(), json!(branch.operands));
    condition.extend(branch.other_of_condition.clone());
    let mut members = Map::new();
    members.insert("NextAction".to_owned(), json!(branch.next_action));
    members.insert("Condition".to_owned(), Value::Object(condition));
    members.extend(branch.other.clone());
    Value::Object(members)
}
