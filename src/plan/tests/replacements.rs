//! What has to be made anew.

use super::*;

#[test]
fn what_cannot_change_in_place_is_replaced_and_says_why() {
    let (mut center, mut account) = deployed();
    let number = center.resource(Kind::PhoneNumber, "main");
    number.properties.insert("Type".to_owned(), "TOLL_FREE".into());
    let made = plan(&center.model, &account);
    let change_of = |name: &str| made.effective_changes().find(|change| change.address.to_string() == name).unwrap();
    let change = change_of("phone_number/main");
    assert_eq!(change.action, Action::Replace);
    assert_eq!(change.reasons, [Reason::CreateOnly(vec!["Type".to_owned()])]);
    assert_eq!(change.irreversible.as_deref(), Some("the number is released"));
    assert_eq!(
        change_of("queue/customer_service").reasons,
        [Reason::TargetReplaced(Address::new(Kind::PhoneNumber, "main"))]
    );
    apply(&center.model, &mut account);
}

#[test]
fn what_cannot_refer_to_something_else_is_replaced_with_it() {
    let mut center = kwglobal();
    let group = |name: &str, parent: Option<&str>| {
        let mut properties =
            crate::render::fixture::properties([("InstanceArn", Value::instance_arn()), ("Name", name.into())]);
        let parent = parent.map(|parent| ("ParentGroupArn".to_owned(), arn(Kind::HierarchyGroup, parent)));
        properties.extend(parent);
        properties
    };
    for (name, parent) in [("acme", None), ("other", None), ("north", Some("acme")), ("inner", Some("north"))] {
        center.add(Kind::HierarchyGroup, name, group(name, parent));
    }
    let mut account = Account::empty();
    apply(&center.model, &mut account);
    center.resource(Kind::HierarchyGroup, "north").properties = group("north", Some("other"));
    let made = apply(&center.model, &mut account);
    let replaced: Vec<_> = made.effective_changes().map(|change| (change.action, change.reasons.clone())).collect();
    let north = Address::new(Kind::HierarchyGroup, "north");
    assert_eq!(
        replaced,
        [
            (Action::Replace, vec![Reason::CreateOnly(vec!["ParentGroupArn".to_owned()])]),
            (Action::Replace, vec![Reason::TargetReplaced(north)]),
        ]
    );
}

#[test]
fn replaced_flows_are_referred_to_by_their_new_identifier() {
    let (mut center, mut account) = deployed();
    let flow = center.resource(Kind::Flow, "callback");
    flow.properties.insert("Type".to_owned(), "CUSTOMER_HOLD".into());
    flow.properties.insert("Name".to_owned(), "Please hold".into());
    apply(&center.model, &mut account);
}

#[test]
fn another_instance_is_refused_with_the_way_to_it() {
    let (mut center, mut account) = deployed();
    let instance = Address::new(Kind::Instance, "kwglobal");
    center.resource(Kind::Instance, "kwglobal").properties.insert("InstanceAlias".to_owned(), "other".into());
    let error = refused(&center.model, &account);
    let PlanError::InstanceReplaced { address, properties, inside } = &error else { panic!("{error}") };
    assert_eq!((address, properties.as_slice()), (&instance, ["`InstanceAlias`".to_owned()].as_slice()));
    assert!(*inside > 10, "{inside}");
    assert!(error.help().is_some_and(|help| help.contains("two steps")), "{error}");

    // A comparison without an account says the same of everything in it.
    let before = kwglobal();
    let (old, new) = (offline(&before), offline(&center));
    let made = compare(side(&before, &old), side(&center, &new));
    for change in made.changes.iter().filter(|change| change.resource_type.starts_with("AWS::Connect::")) {
        let expected = if change.address.kind == Kind::PhoneNumber { Action::Update } else { Action::Replace };
        assert_eq!(change.action, expected, "{}", change.address);
    }

    let moved = account.inventory.instance.as_mut().unwrap();
    moved.arn = moved.arn.replace('1', "2");
    let error = refused(&kwglobal().model, &account);
    assert!(matches!(error, PlanError::OtherInstance { .. }), "{error}");
    assert!(error.help().is_some(), "{error}");
}
