//! What the tests of plans share.

mod callers;
mod circles;
mod deletions;
mod edits;
mod importing;
mod names;
mod numbers;
mod people;
mod replacements;
mod saving;
mod simulator;
mod stacks;
mod tampering;
mod ways;

use serde_json::json;

use self::simulator::Account;
use super::*;
use crate::model::{Address, Association, Instance, Kind, Model, Target, Value};
use crate::render::fixture::{Center, arn, content, kwglobal, large, open, queue_config, quick_connects};
use crate::render::{Placement, render};

#[track_caller]
fn plan(model: &Model, account: &Account) -> Plan {
    let (artifacts, diagnostics) = render(model, &Placement::of(&account.inventory));
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let made = build(&artifacts, model, &account.inventory).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(contradictions(&made, &account.inventory), [""; 0]);
    made
}

/// Applies the model and checks that nothing is left to do.
#[track_caller]
fn apply(model: &Model, account: &mut Account) -> Plan {
    let made = plan(model, account);
    account.play(&made);
    let again = plan(model, account);
    assert!(again.is_empty(), "{:?}\n{:#?}", again.effective_changes().collect::<Vec<_>>(), again.steps);
    assert_eq!(again.effective_changes().count(), 0);
    made
}

fn saved(plan: &Plan) -> String {
    SavedPlan::new(plan.clone(), "blueprints/kwglobal.yaml", Vec::new()).text().unwrap()
}

/// One line per change and per property.
fn lines(plan: &Plan) -> Vec<String> {
    plan.effective_changes()
        .flat_map(|change| {
            let head = format!("{:?} {}", change.action, change.address);
            let text = |value: &Option<serde_json::Value>| value.as_ref().map_or("-".to_owned(), ToString::to_string);
            let properties = change
                .properties
                .iter()
                .map(|property| format!("  {}: {} -> {}", property.path, text(&property.before), text(&property.after)))
                .collect::<Vec<_>>();
            std::iter::once(head).chain(properties)
        })
        .collect()
}

fn deployed() -> (Center, Account) {
    let center = kwglobal();
    let mut account = Account::empty();
    apply(&center.model, &mut account);
    account.log.clear();
    (center, account)
}

fn made_final<'a>(plan: &'a Plan, stack: &str) -> &'a serde_json::Value {
    plan.steps
        .iter()
        .rev()
        .find_map(|step| match step {
            Step::Stacks(operations) => operations.iter().find(|operation| operation.stack == stack),
            _ => None,
        })
        .map(|operation| &operation.template)
        .unwrap()
}

/// The error of a plan.
#[track_caller]
fn refused(model: &Model, account: &Account) -> PlanError {
    let (artifacts, _) = render(model, &Placement::of(&account.inventory));
    build(&artifacts, model, &account.inventory).unwrap_err()
}

/// Physical ids by logical ID.
fn physical_ids(account: &Account) -> std::collections::BTreeMap<String, String> {
    account.inventory.stacks.values().flat_map(|stack| stack.physical_ids.clone()).collect()
}

fn offline(center: &Center) -> crate::render::Artifacts {
    render(&center.model, &Placement::default()).0
}

fn side<'a>(center: &'a Center, artifacts: &'a crate::render::Artifacts) -> Side<'a> {
    Side { model: &center.model, artifacts }
}
