//! What changes in place.

use super::*;

#[test]
fn exactly_the_four_edits_are_planned() {
    let (mut center, mut account) = deployed();
    let hours = center.resource(Kind::Hours, "business");
    hours.properties.insert("Config".to_owned(), Value::List(vec![open("MONDAY", 9, 17), open("SATURDAY", 9, 15)]));
    let queue = center.resource(Kind::Queue, "consulting");
    queue.properties.insert("QuickConnectArns".to_owned(), quick_connects(&["mary", "customer_service"]));
    let profile = center.resource(Kind::RoutingProfile, "consulting");
    let configs = vec![queue_config("customer_service", 3, 15), queue_config("consulting", 1, 0)];
    profile.properties.insert("QueueConfigs".to_owned(), Value::List(configs));
    let targets = [(Kind::Queue, "customer_service"), (Kind::Hours, "business"), (Kind::Flow, "callback")];
    let flow = center.resource(Kind::Flow, "main_menu");
    flow.properties.insert("Content".to_owned(), content("Welcome", &targets));
    let made = plan(&center.model, &account);
    let lines = lines(&made);
    assert_eq!(
        lines[..6],
        [
            "Update hours/business",
            r#"  Config[MONDAY]: {"Day":"MONDAY","StartTime":{"Hours":9,"Minutes":0},"EndTime":{"Hours":18,"Minutes":0}} -> {"Day":"MONDAY","StartTime":{"Hours":9,"Minutes":0},"EndTime":{"Hours":17,"Minutes":0}}"#,
            "Update queue/consulting",
            r#"  QuickConnectArns[]: "quick_connect/management" -> -"#,
            "Update routing_profile/consulting",
            "  QueueConfigs[VOICE queue/customer_service]/Priority: 2 -> 3",
        ]
    );
    assert_eq!(lines[6], "Update flow/main_menu");
    assert_eq!(made.effective_changes().count(), 4);
    apply(&center.model, &mut account);
    assert_eq!(account.log, ["update kwglobal"]);
}

#[test]
fn an_edit_of_comments_changes_nothing() {
    let (mut center, account) = deployed();
    center.model.digest = "1".repeat(64);
    assert!(plan(&center.model, &account).is_empty());
}

#[test]
fn protection_alone_is_a_change() {
    let (mut center, mut account) = deployed();
    center.resource(Kind::Queue, "consulting").prevent_destroy = true;
    let made = apply(&center.model, &mut account);
    assert_eq!(made.effective_changes().map(|change| change.action).collect::<Vec<_>>(), [Action::Update]);
}

#[test]
fn tags_alone_update_the_stacks() {
    let (mut center, mut account) = deployed();
    center.model.tags.insert("owner".to_owned(), "support".to_owned());
    let made = apply(&center.model, &mut account);
    assert_eq!(made.stack_changes.len(), 3);
    assert_eq!(made.stack_changes[0].properties[0].path, "Tags[owner]");
    assert_eq!(account.log, ["update kwglobal-instance", "update kwglobal-numbers", "update kwglobal"]);
}
