//! Names that are still taken when CloudFormation wants to give them.
//!
//! CloudFormation makes new resources, and those that take the place of others, before it deletes anything; updates
//! happen in no order that names would follow. A name of which there can be only one, and which something deployed gives
//! up in the same update, is therefore taken: the service answers with an error, and everything is rolled back.

use std::collections::BTreeMap;

use super::known::Definition;
use super::{Action, Change, PlanError};
use crate::model::{Address, Kind};

/// Refuses to give a name to something that another resource still has.
pub(super) fn refuse_taken(
    changes: &[Change],
    desired: &BTreeMap<String, Definition>,
    deployed: &BTreeMap<String, Definition>,
) -> Result<(), PlanError> {
    // In another instance, nothing is taken.
    if changes.iter().any(|change| change.address.kind == Kind::Instance && change.action == Action::Replace) {
        return Ok(());
    }
    let mut taken: BTreeMap<(&str, &str), (&str, &Address)> = BTreeMap::new();
    for (logical_id, existing) in deployed {
        if let Some(name) = unique_name(existing) {
            taken.insert((existing.resource_type.as_str(), name), (logical_id, &existing.rendered_as));
        }
    }
    for change in changes.iter().filter(|change| gives_names(change.action)) {
        let Some(wanted) = desired.get(&change.logical_id) else { continue };
        let Some(name) = unique_name(wanted) else { continue };
        let Some((holder, address)) = taken.get(&(wanted.resource_type.as_str(), name)) else { continue };
        let is_itself = *holder == change.logical_id;
        if !is_itself || change.action == Action::Replace {
            return Err(PlanError::NameTaken {
                address: change.address.clone(),
                name: name.to_owned(),
                by: (!is_itself).then(|| (*address).clone()),
            });
        }
    }
    Ok(())
}

fn gives_names(action: Action) -> bool {
    matches!(action, Action::Create | Action::Replace | Action::Update)
}

/// The name of which there can be only one: in the instance, or in the account and region.
fn unique_name(definition: &Definition) -> Option<&str> {
    let name = definition.address.kind.descriptor_of(&definition.resource_type).name?;
    definition.properties.pointer(name.path)?.as_str()
}
