//! The console's former export format (`modules`), made into the flow language.
//!
//! Connect itself takes it in the console only. Every module becomes one action; what has no counterpart keeps its type
//! and parameters, and a note says so.

mod blocks;
mod module;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

use super::Document;
use crate::catalog;
use crate::validate::{Members, error_rules};
use crate::{Action, DecodeError, ErrorBranch, Flow, FlowType};
use module::Module;

/// True for a document of the former format.
pub(crate) fn is_legacy(json: &Value) -> bool {
    json.get("modules").is_some_and(Value::is_array) && json.get("Actions").is_none()
}

/// Converts a document of the former format.
pub(crate) fn convert(json: &Value) -> Result<Document, DecodeError> {
    let missing = |path: &str| DecodeError::Missing { path: path.to_owned() };
    let modules = json.get("modules").and_then(Value::as_array).ok_or_else(|| missing("modules"))?;
    let start = json.get("start").and_then(Value::as_str).ok_or_else(|| missing("start"))?;
    let mut notes = Vec::new();
    let mut actions = Vec::new();
    let mut of_actions = Map::new();
    for (index, json) in modules.iter().enumerate() {
        let module = Module::read(json, index)?;
        let mut action = blocks::action(&module).unwrap_or_else(|| unknown(&module, &mut notes));
        module.id.clone_into(&mut action.identifier);
        add_required_errors(&mut action, &mut notes);
        of_actions.insert(module.id.to_owned(), module.metadata());
        actions.push(action);
    }
    let mut flow = Flow::new(start, actions);
    flow.metadata = Some(Map::from_iter([("ActionMetadata".to_owned(), Value::Object(of_actions))]));
    let text = |pointer: &str| json.pointer(pointer).and_then(Value::as_str);
    let named = text("/type").or_else(|| text("/metadata/type")).unwrap_or_default();
    let plain = |text: &str| text.replace('_', "").to_ascii_lowercase();
    let flow_type = FlowType::ALL.into_iter().find(|flow_type| plain(flow_type.api_name()) == plain(named));
    let name = text("/metadata/name").filter(|name| !name.trim().is_empty()).map(str::to_owned);
    Ok(Document { flow, flow_type, name, ids: Vec::new(), notes, faults: Vec::new() })
}

/// A module without a counterpart: its type and parameters as they are.
fn unknown(module: &Module<'_>, notes: &mut Vec<String>) -> Action {
    notes.push(format!(
        "The former block `{}` has no counterpart in the flow language; it is kept as it was and has to be replaced.",
        module.kind
    ));
    let mut action = Action { action_type: module.kind.to_owned(), ..Action::default() };
    for (name, value) in module.parameters() {
        action.parameters.insert(name, value);
    }
    action.transitions.next_action = module.branch("Success").map(str::to_owned);
    let others = module.branches().filter(|(condition, _)| *condition != "Success");
    let errors: Vec<ErrorBranch> = others.map(|(condition, target)| ErrorBranch::new(condition, target)).collect();
    action.transitions.errors = (!errors.is_empty()).then_some(errors);
    action
}

/// The service insists on branches that former blocks did not have. They go where errors go, or else on.
fn add_required_errors(action: &mut Action, notes: &mut Vec<String>) {
    let Some(spec) = catalog::find(&action.action_type) else { return };
    let required = error_rules(Members::of(&action.parameters), spec).required();
    let errors = action.transitions.errors();
    let target = errors.first().map(|error| error.next_action.clone()).or(action.transitions.next_action.clone());
    let Some(target) = target else { return };
    let missing: Vec<ErrorBranch> = required
        .into_iter()
        .filter(|name| !errors.iter().any(|error| error.error_type == *name))
        .map(|name| ErrorBranch::new(name, target.clone()))
        .collect();
    if missing.is_empty() {
        return;
    }
    let names: Vec<&str> = missing.iter().map(|error| error.error_type.as_str()).collect();
    notes.push(format!(
        "`{}` had no branch for {}, which Connect asks for today; it goes where the block goes otherwise.",
        action.identifier,
        names.join(" and ")
    ));
    action.transitions.errors.get_or_insert_default().extend(missing);
}
