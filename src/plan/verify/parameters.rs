//! What the values of an operation's parameters stand for.

use serde_json::{Value as Json, json};

use super::operations::Operations;
use crate::model::{Attribute, Kind, Reference, Target};
use crate::plan::known::Known;
use crate::plan::{Identifier, ParameterValue, StackOperation, symbol};
use crate::render::{INSTANCE_ARN, kind_of_parameter, traveling};

/// What the value of an identifier begins with that is not what it claims to be.
pub(super) const STRANGE: char = '\u{E002}';

/// The value of a parameter, with symbols for what is known. What is not what it claims to be stays a text.
pub(super) fn evaluated(
    operations: &Operations,
    known: &Known,
    step: usize,
    operation: &StackOperation,
    name: &str,
) -> Json {
    let kind = operation.template.pointer(&format!("/Parameters/{name}/Type")).and_then(Json::as_str);
    let identifiers = match operation.parameters.get(name) {
        None => return Json::Null,
        Some(ParameterValue::ArtifactBucket) => return json!(symbol::symbol(symbol::ARTIFACT_BUCKET)),
        Some(ParameterValue::Join(identifiers)) => identifiers,
    };
    let is_list = kind == Some("CommaDelimitedList");
    let mut items = Vec::new();
    for identifier in identifiers {
        match identifier {
            // CloudFormation divides the whole text at its commas.
            Identifier::Known(text) if is_list => items.extend(text.split(',').map(|item| json!(item.trim()))),
            Identifier::Known(text) => items.push(json!(text)),
            Identifier::AfterApply { reference, stack, logical_id } => {
                items.push(made(operations, step, name, reference, stack, logical_id));
            }
            Identifier::Lookup(target) => items.push(looked_up(operations, name, target)),
        }
    }
    if is_list {
        return known.named(name, items.into());
    }
    match <[Json; 1]>::try_from(items) {
        Ok([only]) => known.named(name, only),
        Err(items) => json!(items.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(",")),
    }
}

/// The symbol of what an earlier step makes, if it does.
fn made(
    operations: &Operations,
    step: usize,
    name: &str,
    reference: &Reference,
    stack: &str,
    logical_id: &str,
) -> Json {
    let address = operations.made_before(step, stack, logical_id);
    let fits = match (&reference.target, &address) {
        (Target::Resource(target), Some(address)) => {
            target == address
                && kind_of_parameter(name) == Some(address.kind)
                && reference.attribute == traveling(address.kind)
        }
        (Target::Instance, Some(address)) => {
            address.kind == Kind::Instance && name == INSTANCE_ARN && reference.attribute == Attribute::Arn
        }
        _ => false,
    };
    if fits {
        json!(symbol::of(&reference.target, reference.attribute.clone()))
    } else {
        json!(format!("{STRANGE}{reference} of {stack}/{logical_id}"))
    }
}

/// The symbol of a built-in object of an instance that the plan makes.
fn looked_up(operations: &Operations, name: &str, target: &Target) -> Json {
    match target {
        Target::Builtin { kind, .. }
            if kind_of_parameter(name) == Some(*kind) && operations.inventory.instance.is_none() =>
        {
            json!(symbol::of(target, traveling(*kind)))
        }
        _ => json!(format!("{STRANGE}{target}")),
    }
}
