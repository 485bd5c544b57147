//! Names that change, are taken, or that nobody gave.

use super::*;

#[test]
fn a_changed_username_is_refused() {
    let (mut center, account) = deployed();
    let user = center.resource(Kind::User, "mary.jane");
    user.properties.insert("Username".to_owned(), "mary.smith".into());
    let mary = Address::new(Kind::User, "mary.jane");
    let (artifacts, _) = render(&center.model, &Placement::of(&account.inventory));
    assert_eq!(
        build(&artifacts, &center.model, &account.inventory),
        Err(PlanError::RenamedUser { address: mary.clone(), before: mary })
    );
}

#[test]
fn a_resource_that_lost_its_old_name_is_not_made_twice() {
    let (mut center, account) = deployed();
    center.resource(Kind::Queue, "consulting").logical_id = "QueueAdvice".to_owned();
    let (artifacts, _) = render(&center.model, &Placement::of(&account.inventory));
    assert_eq!(
        build(&artifacts, &center.model, &account.inventory),
        Err(PlanError::Forgotten {
            address: Address::new(Kind::Queue, "consulting"),
            logical_id: "QueueConsulting".to_owned()
        })
    );
}

#[test]
fn a_name_that_is_still_taken_is_refused() {
    let (mut center, account) = deployed();
    let flow = center.resource(Kind::Flow, "callback");
    flow.properties.insert("Type".to_owned(), "CUSTOMER_HOLD".into());
    let text = refused(&center.model, &account).to_string();
    assert!(text.starts_with("flow/callback has to be made anew"), "{text}");

    // What leaves has its name until the end, and what is renamed may have it.
    for goes in [true, false] {
        let mut center = kwglobal();
        center.queue("sales", &[]);
        let mut account = Account::empty();
        apply(&center.model, &mut account);
        center.queue("orders", &[]);
        center.resource(Kind::Queue, "orders").properties.insert("Name".to_owned(), "sales".into());
        if goes {
            center.model.resources.shift_remove(&Address::new(Kind::Queue, "sales"));
        } else {
            center.resource(Kind::Queue, "sales").properties.insert("Name".to_owned(), "Sales and more".into());
        }
        let [address, by] = ["orders", "sales"].map(|name| Address::new(Kind::Queue, name));
        let taken = PlanError::NameTaken { address, name: "sales".to_owned(), by: Some(by) };
        assert_eq!(refused(&center.model, &account), taken);
    }
}

#[test]
fn renamed_keys_are_no_changes() {
    let (mut center, mut account) = deployed();
    let mut resource =
        center.model.resources.shift_remove(&"quick_connect/management".parse::<Address>().unwrap()).unwrap();
    resource.address.name = "boss".to_owned();
    center.model.resources.insert(resource.address.clone(), resource);
    for queue in ["consulting", "customer_service"] {
        let Value::List(items) = &mut center.resource(Kind::Queue, queue).properties["QuickConnectArns"] else {
            panic!("a list")
        };
        items[1] = Value::arn_of("quick_connect/boss".parse().unwrap());
    }
    let made = apply(&center.model, &mut account);
    assert!(made.is_empty());
    let renamed = made.changes.iter().find(|change| change.renamed_from.is_some()).unwrap();
    assert_eq!(renamed.address.to_string(), "quick_connect/boss");
}

#[test]
fn a_renamed_member_of_a_circle_is_no_difference_between_two_blueprints() {
    let (before, mut center) = (kwglobal(), kwglobal());
    let mut resource =
        center.model.resources.shift_remove(&"quick_connect/consulting".parse::<Address>().unwrap()).unwrap();
    resource.address.name = "advice".to_owned();
    center.model.resources.insert(resource.address.clone(), resource);
    let Value::List(items) = &mut center.resource(Kind::Queue, "customer_service").properties["QuickConnectArns"]
    else {
        panic!("a list")
    };
    items[0] = Value::arn_of("quick_connect/advice".parse().unwrap());
    let (old, new) = (offline(&before), offline(&center));
    assert!(json!(new.stacks[2].parameters.keys().collect::<Vec<_>>()).to_string().contains("QuickConnectIds"));
    assert_eq!(lines(&compare(side(&before, &old), side(&center, &new))), [""; 0]);
}

#[test]
fn a_table_without_a_name_gets_none() {
    let (mut center, account) = deployed();
    let table = center.resource(Kind::Table, "vanity_numbers");
    table.named_by_default = Some("TableName");
    table.properties.insert("TableName".to_owned(), "kwglobal-vanity_numbers".into());
    assert!(plan(&center.model, &account).steps.is_empty());
}
