//! Outputs and exports of a stack whose resources are done.

use std::collections::BTreeSet;

use super::operation;
use super::step::Step;
use crate::cloudformation::state::live::Live;
use crate::cloudformation::state::{self, Export, Output};
use crate::cloudformation::template::references::function;
use crate::error::AwsError;
use crate::input::shown;

/// Why outputs cannot be what the template says.
pub(crate) type Refusal = String;

/// Resolves the outputs, and makes the exports what they are to be. The inner `Err` fails the operation.
pub(crate) fn publish(step: &Step) -> Result<Result<Vec<Output>, Refusal>, AwsError> {
    let outputs = match resolve(step)? {
        Ok(outputs) => outputs,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if let Some(refusal) = conflict(step, &outputs)? {
        return Ok(Err(refusal));
    }
    export_all(step, &outputs)?;
    Ok(Ok(outputs))
}

fn resolve(step: &Step) -> Result<Result<Vec<Output>, Refusal>, AwsError> {
    let live = Live { environment: &step.environment, registry: step.registry, stack: &step.stack };
    let mut outputs = Vec::new();
    for definition in operation::outputs(step.tx(), step.stack_id())? {
        let export = definition.export.as_ref().map(|name| live.resolve(name)).transpose();
        let resolved = live.resolve(&definition.value).and_then(|value| Ok((value, export?)));
        let (value, export) = match resolved {
            Ok(resolved) => resolved,
            Err(error) if error.status < 500 => {
                let place = function(&definition.value).map(|(name, _)| format!("/{name}")).unwrap_or_default();
                return Ok(Err(format!("[Error] /Outputs/{}/Value{place}: {}", definition.key, error.message)));
            }
            Err(error) => return Err(error),
        };
        outputs.push(Output {
            key: definition.key,
            value: shown(&value),
            description: definition.description,
            export: export.as_ref().map(shown),
        });
    }
    Ok(Ok(outputs))
}

/// Why exports cannot be what they are to be: another stack has the name, or uses what would go.
fn conflict(step: &Step, outputs: &[Output]) -> Result<Option<Refusal>, AwsError> {
    let mut names = BTreeSet::new();
    for name in outputs.iter().filter_map(|output| output.export.as_ref()) {
        if !names.insert(name.as_str()) {
            return Ok(Some(format!("Duplicate Export names [{name}]")));
        }
        if let Some(other) = state::export(step.tx(), name)?.filter(|export| export.stack_id != step.stack.id) {
            let owner = state::find_stack(step.tx(), &other.stack_id)?.map(|stack| stack.name).unwrap_or_default();
            return Ok(Some(format!("Export with name {name} is already exported by stack {owner}")));
        }
    }
    for (name, export) in state::exports(step.tx())? {
        if export.stack_id != step.stack.id {
            continue;
        }
        let new = outputs.iter().find(|output| output.export.as_ref() == Some(&name));
        let verb = match new {
            Some(output) if output.value == export.value => continue,
            Some(_) => "updated",
            None => "deleted",
        };
        if let Some(user) = state::importers(step.tx(), &name)?.first() {
            return Ok(Some(format!("Export {name} cannot be {verb} as it is in use by {user}")));
        }
    }
    Ok(None)
}

/// Why a stack cannot go: other stacks use its exports.
pub(crate) fn in_use(tx: &crate::store::Tx, stack_id: &str) -> Result<Option<Refusal>, AwsError> {
    for (name, export) in state::exports(tx)? {
        if export.stack_id == stack_id {
            let users = state::importers(tx, &name)?;
            if !users.is_empty() {
                return Ok(Some(format!("Export {name} cannot be deleted as it is in use by {}", users.join(" and "))));
            }
        }
    }
    Ok(None)
}

/// Makes the stack's exports those of some outputs, in place of those it has.
pub(crate) fn export_all(step: &Step, outputs: &[Output]) -> Result<(), AwsError> {
    for (name, export) in state::exports(step.tx())? {
        if export.stack_id == step.stack.id {
            state::remove_export(step.tx(), &name)?;
        }
    }
    for output in outputs {
        if let Some(name) = &output.export {
            let export = Export { stack_id: step.stack.id.clone(), value: output.value.clone() };
            state::save_export(step.tx(), name, &export)?;
        }
    }
    Ok(())
}

/// Takes a deleted stack's exports back, and notes that it imports nothing any more.
pub(crate) fn withdraw(step: &Step) -> Result<(), AwsError> {
    for (name, export) in state::exports(step.tx())? {
        if export.stack_id == step.stack.id {
            state::remove_export(step.tx(), &name)?;
        }
    }
    state::save_imports(step.tx(), &step.stack, &step.stack.settings.imports, &BTreeSet::new())
}
