//! What is deleted, and what is not.

use super::*;

#[test]
fn removed_resources_are_deleted_and_retained_ones_kept() {
    let (mut center, mut account) = deployed();
    center.model.resources.shift_remove(&Address::new(Kind::Table, "vanity_numbers"));
    center.model.resources.shift_remove(&Address::new(Kind::Role, "vanity"));
    let made = apply(&center.model, &mut account);
    assert_eq!(lines(&made), ["Delete role/vanity", "Retain table/vanity_numbers"]);
}

#[test]
fn prevented_deletions_refuse_a_plan() {
    let mut center = kwglobal();
    center.resource(Kind::PhoneNumber, "main").prevent_destroy = true;
    let mut account = Account::empty();
    apply(&center.model, &mut account);
    let prevented = |action| Err(PlanError::Prevented { address: Address::new(Kind::PhoneNumber, "main"), action });
    assert_eq!(destroy("kwglobal", "us-west-2", &account.inventory), prevented(Action::Delete));
    center.resource(Kind::PhoneNumber, "main").properties.insert("Type".to_owned(), "TOLL_FREE".into());
    let (artifacts, _) = render(&center.model, &Placement::of(&account.inventory));
    assert_eq!(build(&artifacts, &center.model, &account.inventory), prevented(Action::Replace));
}

#[test]
fn destroy_keeps_the_protected_instance_and_says_so() {
    let (_, mut account) = deployed();
    let made = destroy("kwglobal", "us-west-2", &account.inventory).unwrap();
    account.play(&made);
    assert_eq!(account.log, ["disassociate main", "delete kwglobal", "delete kwglobal-numbers"]);
    let retained: Vec<String> = made
        .changes
        .iter()
        .filter(|change| change.action == Action::Retain)
        .map(|change| change.address.to_string())
        .collect();
    assert_eq!(retained, ["table/vanity_numbers", "instance/kwglobal"]);
    assert_eq!(account.inventory.stacks.len(), 1);
}

#[test]
fn what_was_kept_is_imported_before_anything_is_made() {
    let mut center = kwglobal();
    center.resource(Kind::Table, "vanity_numbers").named_by_default = Some("TableName");
    center.resource(Kind::Table, "vanity_numbers").properties.insert("TableName".to_owned(), "kwglobal-v".into());
    let mut account = Account::empty();
    apply(&center.model, &mut account);
    let stack = account.inventory.stacks["kwglobal"].clone();
    let kept = crate::inventory::KeptResource {
        resource_type: "AWS::DynamoDB::Table".to_owned(),
        physical_id: stack.physical_ids["TableVanityNumbers"].clone(),
        definition: Some(stack.template["Resources"]["TableVanityNumbers"]["Properties"].clone()),
        live: None,
    };
    let made = destroy("kwglobal", "us-west-2", &account.inventory).unwrap();
    account.tearing_down = true;
    account.play(&made);
    account.tearing_down = false;
    account.inventory.kept.insert("TableVanityNumbers".to_owned(), kept.clone());
    account.log.clear();
    let again = plan(&center.model, &account);
    let Some(Step::Stacks(first)) = again.steps.get(1) else { panic!("{:#?}", again.steps) };
    assert_eq!((first[0].kind, first[0].stack.as_str()), (OperationKind::Import, "kwglobal"));
    let table = &first[0].template["Resources"]["TableVanityNumbers"];
    assert_eq!(table["Properties"]["TableName"], kept.physical_id.as_str());
    assert_eq!(first[0].imports["TableVanityNumbers"].identifier["TableName"], kept.physical_id);
    apply(&center.model, &mut account);
    assert_eq!(account.inventory.stacks["kwglobal"].physical_ids["TableVanityNumbers"], kept.physical_id);

    // Another key makes it another table, which gets the next name.
    account.inventory.stacks.retain(|name, _| name == "kwglobal-instance");
    account.inventory.phone_number_flows.clear();
    let key = crate::model::Value::Object(
        [("AttributeName".to_owned(), "caller".into()), ("KeyType".to_owned(), "HASH".into())].into_iter().collect(),
    );
    let list = crate::model::Value::List(vec![key]);
    center.resource(Kind::Table, "vanity_numbers").properties.insert("KeySchema".to_owned(), list);
    let other = plan(&center.model, &account);
    assert!(!other.changes.iter().any(|change| change.action == Action::Import));
    let names: Vec<&serde_json::Value> = other
        .steps
        .iter()
        .flat_map(|step| match step {
            Step::Stacks(operations) => operations.as_slice(),
            _ => &[],
        })
        .filter_map(|operation| operation.template.pointer("/Resources/TableVanityNumbers/Properties/TableName"))
        .collect();
    assert!(names.iter().all(|name| name.as_str().unwrap() != kept.physical_id) && !names.is_empty(), "{names:?}");
}
