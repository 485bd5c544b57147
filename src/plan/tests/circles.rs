//! How circles are solved, and what the templates on the way have.

use super::*;

#[test]
fn both_circles_are_solved_in_one_apply() {
    let mut account = Account::empty();
    let made = apply(&kwglobal().model, &mut account);
    assert_eq!(
        account.log,
        [
            "upload 1",
            "create kwglobal-instance",
            "create kwglobal-numbers",
            "create kwglobal (transitional)",
            "update kwglobal",
            "associate main"
        ]
    );
    let summary = made.summary();
    assert_eq!((summary.create, summary.change, summary.delete), (18, 0, 0));
}

#[test]
fn the_transitional_template_leaves_out_only_what_has_to_wait() {
    let made = plan(&kwglobal().model, &Account::empty());
    let Some(Step::Stacks(operations)) = made.steps.get(3) else { panic!("{:#?}", made.steps) };
    let resources = &operations[0].template["Resources"];
    assert_eq!(resources["QueueCustomerService"]["Properties"].get("QuickConnectArns"), None);
    assert_ne!(resources["QueueConsulting"]["Properties"].get("QuickConnectArns"), None);
    let stub = resources["FlowMainMenu"]["Properties"]["Content"].to_string();
    assert!(stub.contains("DisconnectParticipant"), "{stub}");
    let live = resources["FlowCallback"]["Properties"]["Content"].to_string();
    assert!(live.contains("Please hold"), "{live}");
    assert_eq!(resources["HoursBusiness"], made_final(&made, "kwglobal")["Resources"]["HoursBusiness"]);
}

#[test]
fn a_new_member_of_a_circle_leaves_live_resources_alone_meanwhile() {
    let (mut center, mut account) = deployed();
    center.queue("sales", &["customer_service"]);
    let config = crate::render::fixture::object([("QueueArn", arn(Kind::Queue, "sales"))]);
    center.quick_connect("sales", "QUEUE", ("QueueConfig", config));
    let queue = center.resource(Kind::Queue, "customer_service");
    queue.properties.insert("QuickConnectArns".to_owned(), quick_connects(&["sales", "mary"]));
    let made = plan(&center.model, &account);
    let Some(Step::Stacks(first)) = made.steps.first() else { panic!("{:#?}", made.steps) };
    let live = &first[0].template["Resources"]["QueueCustomerService"]["Properties"]["QuickConnectArns"];
    assert_eq!(live.as_array().map(Vec::len), Some(3), "as deployed: {live}");
    apply(&center.model, &mut account);
    assert_eq!(account.log, ["update kwglobal (transitional)", "update kwglobal"]);
}

#[test]
fn parameters_say_what_they_stand_for() {
    let made = plan(&kwglobal().model, &Account::empty());
    let Some(Step::Stacks(operations)) = made.steps.get(3) else { panic!("{:#?}", made.steps) };
    let instance = simulator::reference("instance");
    assert_eq!(
        operations[0].parameters["InstanceArn"],
        ParameterValue::Join(vec![Identifier::AfterApply {
            reference: instance,
            stack: "kwglobal-instance".to_owned(),
            logical_id: "InstanceKwglobal".to_owned(),
        }])
    );
    assert_eq!(
        operations[0].parameters["SecurityProfileIds"],
        ParameterValue::Join(vec![Identifier::Lookup("builtin/security_profile/Agent".parse().unwrap())])
    );
    assert_eq!(json!(made.steps[3])["stacks"][0]["parameters"]["ArtifactBucket"], json!("artifact-bucket"));
}
