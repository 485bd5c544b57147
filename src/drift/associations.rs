//! Which flow answers which phone number. CloudFormation has no resource for that; what was applied is noted in the
//! templates, beside the phone numbers.

use std::collections::BTreeMap;

use super::AssociationDrift;
use super::names::Names;
use crate::inventory::Inventory;
use crate::model::{Attribute, Kind, Reference, bare_id};
use crate::plan::{Definition, Known};

/// The numbers of the center that another flow answers than the one that was applied.
pub(super) fn compare(
    inventory: &Inventory,
    known: &Known,
    names: &Names,
    deployed: &BTreeMap<String, Definition>,
) -> Vec<AssociationDrift> {
    let numbers = deployed.iter().filter(|(_, definition)| definition.address.kind == Kind::PhoneNumber);
    let mut found = Vec::new();
    for (logical_id, definition) in numbers {
        let number = &definition.address;
        let expected = definition.answered_by.clone();
        let live = known.physical_id(number).and_then(|id| {
            let flows = &inventory.phone_number_flows;
            flows.get(id).or_else(|| flows.get(bare_id(id))).map(|flow| bare_id(flow).to_owned())
        });
        let wanted =
            expected.clone().and_then(|target| known.identifier(&Reference { target, attribute: Attribute::Id }));
        if live == wanted && expected.is_some() == wanted.is_some() {
            continue;
        }
        found.push(AssociationDrift {
            phone_number: number.clone(),
            stack: definition.stack.clone(),
            logical_id: logical_id.clone(),
            expected,
            live: live.map(|flow| names.name_of(Kind::Flow, &flow)),
        });
    }
    found
}
