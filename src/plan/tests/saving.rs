//! Plans in files, and whether they still hold.

use super::*;

#[test]
fn saved_plans_read_back() {
    let made = plan(&kwglobal().model, &Account::empty());
    assert_eq!(SavedPlan::read(&saved(&made)).unwrap().plan, made);
    let other = saved(&made).replacen("\"format_version\": 3", "\"format_version\": 4", 1);
    assert!(matches!(SavedPlan::read(&other), Err(PlanFileError::OtherFormat { found }) if found == 4));
}

#[test]
fn a_secret_somebody_wrote_into_a_template_is_neither_in_the_plan_nor_saved() {
    let (mut center, mut account) = deployed();
    let secret = Value::Secret("{{resolve:secretsmanager:kwglobal/mary}}".to_owned());
    center.resource(Kind::User, "mary.jane").properties.insert("Password".to_owned(), secret);
    let stack = account.inventory.stacks.get_mut("kwglobal").unwrap();
    stack.template["Resources"]["UserMaryJane"]["Properties"]["Password"] = json!("hunter2");
    let made = plan(&center.model, &account);
    let lines = lines(&made);
    assert!(lines.iter().any(|line| line.starts_with("  Password: \"(secret)\" -> ")), "{lines:?}");
    assert!(!saved(&made).contains("hunter2"));

    let Some(Step::Stacks(operations)) = made.steps.first() else { panic!("{:#?}", made.steps) };
    let mut operation = operations[0].clone();
    operation.template["Resources"]["UserMaryJane"]["Properties"]["Password"] = json!("hunter2");
    let held = Plan { steps: vec![Step::Stacks(vec![operation])], ..made };
    let refused = SavedPlan::new(held, "x.yaml", Vec::new()).text().unwrap_err().to_string();
    assert!(
        refused.contains("Resources/UserMaryJane/Properties/Password") && !refused.contains("hunter2"),
        "{refused}"
    );
}

#[test]
fn the_base_says_what_moved() {
    let (center, mut account) = deployed();
    let made = plan(&center.model, &account);
    assert_eq!(made.moved(&account.inventory), [""; 0]);
    let number = account.inventory.stacks["kwglobal-numbers"].physical_ids["PhoneNumberMain"].clone();
    let stack = account.inventory.stacks.get_mut("kwglobal").unwrap();
    stack.parameters.insert("QuickConnectIds".to_owned(), "x".to_owned());
    stack.template["Resources"]["QueueConsulting"]["Properties"]["MaxContacts"] = json!(7);
    stack.template["Resources"].as_object_mut().unwrap().shift_remove("QuickConnectMary").unwrap();
    stack.tags.insert("owner".to_owned(), "support".to_owned());
    stack.status = "UPDATE_ROLLBACK_FAILED".to_owned();
    for flow in account.inventory.phone_number_flows.values_mut() {
        *flow = "other".to_owned();
    }
    assert!(account.inventory.phone_number_flows.keys().any(|key| number.ends_with(key)));
    account.inventory.stacks.remove("kwglobal-instance");
    assert_eq!(
        made.moved(&account.inventory),
        [
            "the stack kwglobal is UPDATE_ROLLBACK_FAILED now, and was UPDATE_COMPLETE",
            "queue consulting of the stack kwglobal was changed",
            "quick connect mary of the stack kwglobal was removed",
            "the parameter QuickConnectIds of the stack kwglobal was changed",
            "the tag owner of the stack kwglobal was added",
            "the stack kwglobal-instance was deleted",
            "phone number main is answered by other now",
        ]
    );
}

#[test]
fn what_nobody_refers_to_makes_no_plan_stale() {
    let (center, mut account) = deployed();
    let made = plan(&center.model, &account);
    account.inventory.builtins.insert((Kind::Flow, "Made by hand".to_owned()), "x".to_owned());
    assert_eq!(made.moved(&account.inventory), [""; 0]);
}
