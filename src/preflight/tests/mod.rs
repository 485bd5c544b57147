mod account;

use serde_json::{Value as Json, json};

use super::*;
use crate::inventory::DeployedStack;
use crate::plan::{self, Estimate, NumberCost, OperationKind, ParameterValue, Step};
use crate::render::fixture::{Center, kwglobal, large};
use crate::render::{Placement, render};

/// What is found where nothing is asked.
fn looked(plan: &Plan, inventory: &Inventory) -> Preflight {
    examine(plan, inventory, &Facts::default())
}

fn planned(center: &Center, inventory: &Inventory) -> Plan {
    let (artifacts, diagnostics) = render(&center.model, &Placement::of(inventory));
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    plan::build(&artifacts, &center.model, inventory).unwrap()
}

/// A plan that creates a center and its instance.
fn made(mut center: Center) -> Plan {
    center.model.instance = kwglobal().model.instance;
    planned(&center, &Inventory::default())
}

/// A plan with one operation on the stack `shop`, and the account it works on.
fn one_operation(before: Option<Json>, after: Json) -> (Plan, Inventory) {
    let mut plan = made(kwglobal());
    let mut operation = sides::operations(&plan).next().unwrap().clone();
    operation.stack = "shop".to_owned();
    operation.kind = if before.is_some() { OperationKind::Update } else { OperationKind::Create };
    operation.template = after;
    plan.steps = vec![Step::Stacks(vec![operation])];
    plan.changes = Vec::new();
    let mut inventory = Inventory::default();
    if let Some(template) = before {
        let stack = DeployedStack { template, status: "CREATE_COMPLETE".to_owned(), ..DeployedStack::default() };
        inventory.stacks.insert("shop".to_owned(), DeployedStack { name: "shop".to_owned(), ..stack });
    }
    (plan, inventory)
}

fn calls(estimate: &Estimate, service: &str) -> u64 {
    estimate.calls.get(service).copied().unwrap_or_default()
}

#[test]
fn an_update_takes_a_call_for_each_property_and_a_look() {
    let queue = |contacts: u32, status: &str| {
        json!({ "Resources": { "A": { "Type": "AWS::Connect::Queue", "Properties": {
            "Name": "A", "MaxContacts": contacts, "Status": status } } } })
    };
    let (plan, inventory) = one_operation(Some(queue(1, "ENABLED")), queue(2, "DISABLED"));
    let estimate = looked(&plan, &inventory).estimate;
    assert_eq!(calls(&estimate, "connect"), 3);
    let (plan, inventory) = one_operation(Some(queue(1, "ENABLED")), queue(1, "ENABLED"));
    assert_eq!(calls(&looked(&plan, &inventory).estimate, "connect"), 0);
}

#[test]
fn long_lists_take_more_than_one_call() {
    let queue = |quick_connects: usize| {
        json!({ "Resources": { "A": { "Type": "AWS::Connect::Queue", "Properties": {
            "QuickConnectArns": vec!["arn"; quick_connects] } } } })
    };
    let connect = |quick_connects| {
        let (plan, inventory) = one_operation(None, queue(quick_connects));
        calls(&looked(&plan, &inventory).estimate, "connect")
    };
    assert_eq!([connect(0), connect(50), connect(51), connect(101)], [2, 2, 3, 4]);
}

#[test]
fn users_are_made_two_a_second() {
    let seconds = |users| looked(&made(large(10, users)), &Inventory::default()).estimate.seconds;
    let (few, many) = (seconds(5), seconds(405));
    // 400 more at 2 a second.
    assert_eq!(many - few, 200);
}

#[test]
fn the_same_plan_takes_the_same() {
    let center = kwglobal();
    let plan = planned(&center, &Inventory::default());
    let found = looked(&plan, &Inventory::default());
    assert_eq!(found, looked(&planned(&kwglobal(), &Inventory::default()), &Inventory::default()));
    // What is made in two steps is made once, and completed.
    let creations = plan.changes.iter().filter(|change| change.resource_type.starts_with("AWS::Connect::")).count();
    let connect = usize::try_from(calls(&found.estimate, "connect")).unwrap();
    assert!(connect >= 2 * creations && connect < 4 * creations, "{connect} calls for {creations}");
}

#[test]
fn numbers_of_known_price_are_added_up() {
    let numbers = |kinds: &[(&str, &str)]| {
        let resource = |(country, kind): &(&str, &str)| json!({ "Type": "AWS::Connect::PhoneNumber", "Properties": { "CountryCode": country, "Type": kind } });
        let resources = kinds.iter().enumerate().map(|(number, kind)| (format!("N{number}"), resource(kind)));
        json!({ "Resources": resources.collect::<serde_json::Map<_, _>>() })
    };
    let before = numbers(&[("US", "DID")]);
    let (plan, inventory) = one_operation(Some(before), numbers(&[("US", "DID"), ("AU", "DID"), ("FR", "UIFN")]));
    let cost = looked(&plan, &inventory).cost;
    assert_eq!(cost, Some(NumberCost { cents_before: 90, cents_after: 390, unknown: 1 }));
    let (plan, inventory) = one_operation(Some(numbers(&[("US", "DID")])), numbers(&[("US", "DID")]));
    assert_eq!(looked(&plan, &inventory).cost, None);
}

#[test]
fn templates_that_cloudformation_would_refuse_are_named() {
    let resources: serde_json::Map<_, _> =
        (0..501).map(|number| (format!("R{number}"), json!({ "Type": "AWS::Connect::Queue" }))).collect();
    let template = json!({ "Resources": resources, "Metadata": "x".repeat(1 << 20) });
    let (mut plan, inventory) = one_operation(None, template);
    if let Some(Step::Stacks(operations)) = plan.steps.first_mut() {
        let identifier = plan::Identifier::Known("x".repeat(36));
        let many = |count| ParameterValue::Join(vec![identifier.clone(); count]);
        operations[0].parameters = [("Fits".to_owned(), many(110)), ("Long".to_owned(), many(111))].into();
    }
    let found: Vec<String> = looked(&plan, &inventory).errors().map(|error| error.message.clone()).collect();
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(
        found[0].starts_with("the stack shop would have 10") && found[0].contains("bytes of template"),
        "{found:?}"
    );
    assert_eq!(found[1], "the stack shop would have 4106 bytes in the parameter Long; 4096 is the most");
    assert_eq!(found[2], "the stack shop would have 501 resources; 500 is the most");
    assert_eq!(looked(&made(large(500, 2_000)), &Inventory::default()).errors().count(), 0);
}
