//! Phone numbers, and the flows that answer them.

use super::*;

#[test]
fn another_flow_for_a_number_is_noted_in_the_stack() {
    let (mut center, mut account) = deployed();
    center.model.associations[0].flow = "builtin/flow/Default outbound".parse().unwrap();
    account.inventory.builtins.insert((Kind::Flow, "Default outbound".to_owned()), "f0".to_owned());
    let made = apply(&center.model, &mut account);
    assert_eq!(made.effective_changes().count(), 1);
    assert_eq!(account.log, ["update kwglobal-numbers", "associate main"]);
    let number = &account.inventory.stacks["kwglobal-numbers"].template["Resources"]["PhoneNumberMain"];
    assert_eq!(number["Metadata"]["Callform"]["Flow"], "builtin/flow/Default outbound");
}

#[test]
fn a_flow_that_answers_a_number_is_deleted_after_the_number_has_another() {
    let (mut center, mut account) = deployed();
    center.model.resources.shift_remove(&Address::new(Kind::Flow, "main_menu"));
    center.flow("callback", "CUSTOMER_QUEUE", content("Please hold", &[]));
    center.flow("new_menu", "CONTACT_FLOW", content("Hello", &[]));
    center.model.associations[0].flow = Target::Resource(Address::new(Kind::Flow, "new_menu"));
    let made = apply(&center.model, &mut account);
    assert_eq!(
        account.log,
        ["update kwglobal-numbers", "update kwglobal (transitional)", "associate main", "update kwglobal"]
    );
    assert!(lines(&made).contains(&r#"  Flow: "flow/main_menu" -> "flow/new_menu""#.to_owned()), "{:?}", lines(&made));
}

#[test]
fn a_number_without_a_flow_is_disassociated() {
    let (mut center, mut account) = deployed();
    center.model.associations.clear();
    let made = apply(&center.model, &mut account);
    assert_eq!(lines(&made)[0], "Disassociate phone_number/main");
    assert_eq!(account.log, ["update kwglobal-numbers", "disassociate main"]);
}

#[test]
fn an_association_made_by_hand_is_set_right() {
    let (center, mut account) = deployed();
    for flow in account.inventory.phone_number_flows.values_mut() {
        *flow = "builtin-1".to_owned();
    }
    let made = apply(&center.model, &mut account);
    assert_eq!(
        lines(&made),
        ["Associate phone_number/main", r#"  Flow: "builtin/flow/Default queue transfer" -> "flow/main_menu""#]
    );
    assert_eq!(made.summary().change, 1);
}

/// A deployment of the days when numbers shared the stack of everything else.
fn deployed_together() -> (Center, Account) {
    let center = kwglobal();
    let mut account = Account::empty();
    let everything = center.model.resources.values().filter(|resource| resource.address.kind != Kind::Instance);
    let stacks = everything.map(|resource| (resource.logical_id.clone(), "kwglobal".to_owned())).collect();
    let (artifacts, _) = render(&center.model, &Placement { stacks, ..Placement::default() });
    account.play(&build(&artifacts, &center.model, &account.inventory).unwrap());
    account.log.clear();
    (center, account)
}

#[test]
fn numbers_stay_in_their_stack_and_new_ones_are_claimed_one_at_a_time_in_another() {
    let (mut center, mut account) = deployed_together();
    let before = physical_ids(&account);
    assert!(plan(&center.model, &account).steps.is_empty());
    for name in ["second", "third"] {
        let number = center.resource(Kind::PhoneNumber, "main").clone();
        let number = crate::model::Resource {
            address: Address::new(Kind::PhoneNumber, name),
            logical_id: format!("PhoneNumber{name}"),
            ..number
        };
        center.model.resources.insert(number.address.clone(), number);
    }
    apply(&center.model, &mut account);
    assert_eq!(account.log, ["create kwglobal-numbers (transitional)", "update kwglobal-numbers"]);
    let after = physical_ids(&account);
    assert!(before.iter().all(|(logical_id, id)| after.get(logical_id) == Some(id)));
    let second = &account.inventory.stacks["kwglobal-numbers"].template["Resources"]["PhoneNumberthird"];
    assert_eq!(second["DependsOn"], json!(["PhoneNumbersecond"]));
}
