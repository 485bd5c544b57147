//! What a plan says about changes by hand.

use serde_json::json;

use super::super::{AssociationDrift, DriftReport, DriftStatus, DriftedResource, mark, moved};
use crate::model::{Address, Kind};
use crate::plan::{Action, Base, Change, HandOutcome, Impact, Plan, PropertyChange, Purpose, Reason};

fn property(path: &str, before: serde_json::Value, after: serde_json::Value) -> PropertyChange {
    let some = |value: serde_json::Value| (!value.is_null()).then_some(value);
    PropertyChange { path: path.to_owned(), before: some(before), after: some(after), description: Vec::new() }
}

fn plan(action: Action, properties: Vec<PropertyChange>) -> Plan {
    Plan {
        purpose: Purpose::Apply,
        center: "kw".to_owned(),
        region: "us-west-2".to_owned(),
        environment: None,
        digest: String::new(),
        base: Base::default(),
        changes: vec![Change {
            address: Address::new(Kind::Queue, "sales"),
            renamed_from: None,
            stack: "kw".to_owned(),
            logical_id: "QueueSales".to_owned(),
            resource_type: "AWS::Connect::Queue".to_owned(),
            action,
            reasons: vec![Reason::PropertiesDiffer],
            properties,
            irreversible: None,
            impact: Impact::default(),
        }],
        stack_changes: Vec::new(),
        by_hand: None,
        live_numbers: Vec::new(),
        callers: Vec::new(),
        change_sets: None,
        preflight: None,
        steps: Vec::new(),
    }
}

fn report(status: DriftStatus, differences: Vec<PropertyChange>) -> DriftReport {
    DriftReport {
        resources: vec![DriftedResource {
            address: Address::new(Kind::Queue, "sales"),
            stack: "kw".to_owned(),
            logical_id: "QueueSales".to_owned(),
            resource_type: "AWS::Connect::Queue".to_owned(),
            status,
            differences,
            additions: Vec::new(),
            stack_tags: Vec::new(),
            repairs: Vec::new(),
            irreversible: None,
        }],
        associations: Vec::<AssociationDrift>::new(),
        ..DriftReport::default()
    }
}

/// What becomes of a live difference under a planned one.
#[track_caller]
fn check(action: Action, planned: Option<PropertyChange>, live: PropertyChange, expected: HandOutcome) {
    let mut plan = plan(action, planned.into_iter().collect());
    mark(&mut plan, &report(DriftStatus::Modified, vec![live]));
    let outcomes: Vec<HandOutcome> = plan.by_hand.unwrap().iter().map(|change| change.outcome).collect();
    assert_eq!(outcomes, [expected]);
}

#[test]
fn only_what_the_plan_changes_is_overwritten() {
    let contacts = |after: u32| property("MaxContacts", json!(10), json!(after));
    check(Action::NoOp, None, contacts(7), HandOutcome::Kept);
    check(Action::Update, Some(contacts(20)), contacts(7), HandOutcome::Overwritten);
    check(Action::Update, Some(contacts(7)), contacts(7), HandOutcome::AsWanted);
    check(Action::Update, Some(property("Status", json!("A"), json!("B"))), contacts(7), HandOutcome::Kept);
    check(Action::Delete, None, contacts(7), HandOutcome::Gone);
    check(Action::Replace, Some(contacts(20)), contacts(7), HandOutcome::Gone);
}

#[test]
fn properties_of_one_call_are_written_together() {
    let name = property("Name", json!("Sales"), json!("Orders"));
    check(Action::Update, Some(name), property("Description", json!("a"), json!("b")), HandOutcome::Overwritten);
    let caller = |member: &str| property(&format!("OutboundCallerConfig/{member}"), json!("a"), json!("b"));
    check(Action::Update, Some(caller("OutboundFlowArn")), caller("OutboundCallerIdName"), HandOutcome::Overwritten);
}

#[test]
fn items_of_a_list_stand_for_themselves() {
    let added = |name: &str| property("QuickConnectArns[]", json!(null), json!(name));
    let removed = |name: &str| property("QuickConnectArns[]", json!(name), json!(null));
    check(Action::Update, Some(added("quick_connect/a")), added("quick_connect/b"), HandOutcome::Kept);
    check(Action::Update, Some(added("quick_connect/a")), added("quick_connect/a"), HandOutcome::AsWanted);
    check(Action::Update, Some(removed("quick_connect/a")), removed("quick_connect/a"), HandOutcome::AsWanted);
}

#[test]
fn what_was_deleted_by_hand_cannot_be_updated() {
    for (action, expected) in
        [(Action::Update, HandOutcome::Fails), (Action::NoOp, HandOutcome::Kept), (Action::Delete, HandOutcome::Gone)]
    {
        let mut plan = plan(action, Vec::new());
        mark(&mut plan, &report(DriftStatus::Deleted, Vec::new()));
        assert_eq!(plan.by_hand.unwrap()[0].outcome, expected, "{action:?}");
    }
}

#[test]
fn a_change_by_hand_after_the_plan_is_told() {
    let contacts = |after: u32| report(DriftStatus::Modified, vec![property("MaxContacts", json!(10), json!(after))]);
    let mut plan = plan(Action::NoOp, Vec::new());
    assert_eq!(moved(&plan, &contacts(7)), [""; 0], "a plan that did not look knows nothing");
    mark(&mut plan, &contacts(7));
    assert_eq!(moved(&plan, &contacts(7)), [""; 0]);
    assert_eq!(moved(&plan, &contacts(8)), ["queue sales was changed by hand"]);
    assert_eq!(moved(&plan, &DriftReport::default()), ["queue sales was changed by hand"]);
}
