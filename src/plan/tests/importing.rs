//! Phone numbers that exist and come under management.

use super::*;
use crate::inventory::ObservedPhoneNumber;
use crate::model::{DeletionPolicy, EXISTING_PHONE_NUMBER};

const NUMBER: &str = "+15550100107";
const ARN: &str = "arn:aws:connect:us-west-2:123456789012:phone-number/n";

/// The number `main` of a center exists, and the center's instance too.
fn existing(center: &mut Center) -> Account {
    center.model.instance = Instance::Existing("kwglobal".to_owned());
    center.model.resources.shift_remove(&Address::new(Kind::Instance, "kwglobal"));
    take_over(center, "main", NUMBER);
    let mut account = Account::with_instance();
    account.inventory.phone_numbers.insert(NUMBER.to_owned(), observed(ARN));
    account
}

fn take_over(center: &mut Center, name: &str, number: &str) {
    let resource = center.resource(Kind::PhoneNumber, name);
    resource.metadata.insert(EXISTING_PHONE_NUMBER.to_owned(), number.to_owned());
    resource.deletion_policy = DeletionPolicy::Retain;
}

fn observed(arn: &str) -> ObservedPhoneNumber {
    ObservedPhoneNumber { arn: arn.to_owned(), country: "US".to_owned(), kind: "DID".to_owned() }
}

fn imported(plan: &Plan) -> Vec<&Address> {
    let changes = plan.changes.iter().filter(|change| change.action == Action::Import);
    changes.map(|change| &change.address).collect()
}

#[track_caller]
fn refusal(center: &Center, account: &Account) -> PlanError {
    let (artifacts, _) = render(&center.model, &Placement::of(&account.inventory));
    build(&artifacts, &center.model, &account.inventory).unwrap_err()
}

#[test]
fn a_new_stack_begins_with_the_number() {
    let mut center = kwglobal();
    let mut account = existing(&mut center);
    let made = apply(&center.model, &mut account);
    assert_eq!(imported(&made), [&Address::new(Kind::PhoneNumber, "main")]);
    assert!(account.log.contains(&"import into kwglobal-numbers".to_owned()), "{:?}", account.log);
    assert_eq!(account.inventory.stacks["kwglobal-numbers"].physical_ids["PhoneNumberMain"], ARN);
    assert_eq!(SavedPlan::read(&saved(&made)).unwrap().plan, made);
}

#[test]
fn a_stack_that_exists_takes_the_number_and_nothing_else_first() {
    let mut center = kwglobal();
    let mut account = existing(&mut center);
    let number = center.model.resources.shift_remove(&Address::new(Kind::PhoneNumber, "main")).unwrap();
    let mut without = kwglobal();
    without.model = center.model.clone();
    without.model.associations.clear();
    for (_, resource) in &mut without.model.resources {
        if resource.address.kind == Kind::Queue {
            resource.properties.shift_remove("OutboundCallerConfig");
        }
    }
    apply(&without.model, &mut account);
    account.log.clear();

    center.model.resources.insert(number.address.clone(), number);
    center.resource(Kind::PhoneNumber, "main").properties.insert("Description".to_owned(), "Main".into());
    let made = apply(&center.model, &mut account);
    assert_eq!(
        account.log,
        ["import into kwglobal-numbers (transitional)", "update kwglobal-numbers", "update kwglobal", "associate main"]
    );
    let Step::Stacks(operations) = &made.steps[0] else { panic!("{:#?}", made.steps) };
    let resource = &operations[0].template["Resources"]["PhoneNumberMain"];
    assert_eq!(resource["Properties"].get("Description"), None, "an import changes nothing");
    assert_eq!(resource["DeletionPolicy"], "RetainExceptOnCreate");
}

#[test]
fn a_flow_that_answers_already_need_not_be_associated() {
    let mut center = kwglobal();
    let mut account = existing(&mut center);
    let link = center.model.associations[0].clone();
    center.model.associations[0].flow = "builtin/flow/Default agent transfer".parse().unwrap();
    let flow = account.inventory.builtins[&(Kind::Flow, "Default agent transfer".to_owned())].clone();
    account.inventory.phone_number_flows.insert("n".to_owned(), flow);
    let made = plan(&center.model, &account);
    assert!(!made.steps.iter().any(|step| matches!(step, Step::Associate(_))), "{:#?}", made.steps);
    center.model.associations[0] = link;
    assert!(plan(&center.model, &account).steps.iter().any(|step| matches!(step, Step::Associate(_))));
}

#[test]
fn what_cannot_be_taken_over_is_said() {
    let mut center = kwglobal();
    let mut account = existing(&mut center);
    center.resource(Kind::PhoneNumber, "main").properties.insert("Type".to_owned(), "TOLL_FREE".into());
    let error = refusal(&center, &account);
    assert!(matches!(&error, PlanError::PhoneNumberDiffers { member: "type", live, .. } if live == "DID"), "{error}");
    assert_eq!(error.address(), Some(&Address::new(Kind::PhoneNumber, "main")));
    center.resource(Kind::PhoneNumber, "main").properties.insert("Type".to_owned(), "DID".into());

    account.inventory.phone_numbers.clear();
    assert!(matches!(refusal(&center, &account), PlanError::NoPhoneNumber { .. }));
    account.inventory.phone_numbers.insert(NUMBER.to_owned(), observed(ARN));

    apply(&center.model, &mut account);
    account.inventory.phone_numbers.insert("+15550100108".to_owned(), observed("other"));
    take_over(&mut center, "main", "+15550100108");
    let error = refusal(&center, &account);
    assert!(matches!(&error, PlanError::OtherPhoneNumber { managed, .. } if managed == NUMBER), "{error}");

    take_over(&mut center, "main", NUMBER);
    let mut twin = center.resource(Kind::PhoneNumber, "main").clone();
    twin.address = Address::new(Kind::PhoneNumber, "twin");
    twin.logical_id = "PhoneNumberTwin".to_owned();
    center.model.resources.insert(twin.address.clone(), twin);
    assert!(matches!(refusal(&center, &account), PlanError::TakenOverTwice { .. }));
}

#[test]
fn a_destroyed_center_leaves_no_number_at_a_flow_that_is_gone() {
    let mut center = kwglobal();
    let mut account = existing(&mut center);
    apply(&center.model, &mut account);
    account.log.clear();
    let made = destroy("kwglobal", "us-west-2", &account.inventory).unwrap();
    let number = made.changes.iter().find(|change| change.address.kind == Kind::PhoneNumber).unwrap();
    assert_eq!(number.action, Action::Retain);
    account.play(&made);
    assert_eq!(account.log, ["disassociate main", "delete kwglobal", "delete kwglobal-numbers"]);
}
