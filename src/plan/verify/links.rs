//! The calls that link phone numbers with flows.

use super::Told;
use crate::inventory::Inventory;
use crate::model::{Address, Attribute, Kind, Reference, Target};
use crate::plan::known::{Known, address_in};
use crate::plan::{Action, AssociationChange, Identifier, Plan, Step};
use crate::render::words;

/// Calls that the changes do not come to, and those that are missing.
pub(super) fn check(plan: &Plan, told: &Told, known: &Known, inventory: &Inventory) -> Vec<String> {
    let mut found = Vec::new();
    let mut meant = told.calls.clone();
    for (number, step) in plan.steps.iter().enumerate() {
        let Step::Associate(calls) = step else { continue };
        for call in calls {
            let link = (call.phone_number.clone(), call.flow.clone());
            if let Some(position) = meant.iter().position(|other| *other == link) {
                meant.remove(position);
            } else {
                let address = words(&call.phone_number);
                found.push(format!("{address}: it would be linked or unlinked, which the plan does not say"));
            }
            if !(Call { plan, told, known, inventory, number, change: call }).is_what_it_says() {
                found.push(format!("{}: another number or flow is linked than it says", words(&call.phone_number)));
            }
        }
    }
    found.extend(meant.iter().map(|(number, _)| format!("{}: a call that links it is missing", words(number))));
    found
}

struct Call<'a> {
    plan: &'a Plan,
    told: &'a Told,
    known: &'a Known<'a>,
    inventory: &'a Inventory,
    /// Of the step.
    number: usize,
    change: &'a AssociationChange,
}

impl Call<'_> {
    fn is_what_it_says(&self) -> bool {
        let call = self.change;
        let action = if call.flow.is_some() { Action::Associate } else { Action::Disassociate };
        let flow = match (&call.flow, &call.flow_id) {
            (Some(flow), Some(id)) => self.is_of(flow, Attribute::Id, id),
            (None, None) => true,
            _ => false,
        };
        call.action == action
            && flow
            && call.phone_number.kind == Kind::PhoneNumber
            && self.is_of(&Target::Resource(call.phone_number.clone()), Attribute::Id, &call.phone_number_id)
            && self.is_of(&Target::Instance, Attribute::Arn, &call.instance)
    }

    fn is_of(&self, target: &Target, attribute: Attribute, identifier: &Identifier) -> bool {
        let wanted = Reference { target: target.clone(), attribute };
        match identifier {
            Identifier::Known(id) => {
                self.known.identifier(&wanted).as_deref() == Some(id) && !self.is_made(target, Action::Replace)
            }
            Identifier::AfterApply { reference, stack, logical_id } => {
                *reference == wanted && self.stands_for(target, stack, logical_id)
            }
            Identifier::Lookup(looked_up) => {
                looked_up == target && matches!(target, Target::Builtin { .. }) && self.inventory.instance.is_none()
            }
        }
    }

    fn is_made(&self, target: &Target, action: Action) -> bool {
        let Target::Resource(address) = target else { return false };
        let associates = self.change.action == Action::Associate;
        associates && self.told.changes.iter().any(|change| change.address == *address && change.action == action)
    }

    /// True where the last operation before this step leaves the target in that place.
    fn stands_for(&self, target: &Target, stack: &str, logical_id: &str) -> bool {
        let earlier = self.plan.steps.iter().take(self.number).rev().find_map(|step| match step {
            Step::Stacks(operations) => operations.iter().find(|operation| operation.stack == stack),
            _ => None,
        });
        let address: Option<Address> = earlier.and_then(|operation| address_in(&operation.template, logical_id));
        match target {
            Target::Resource(wanted) => address.as_ref() == Some(wanted),
            Target::Instance => address.is_some_and(|address| address.kind == Kind::Instance),
            Target::Builtin { .. } => false,
        }
    }
}
