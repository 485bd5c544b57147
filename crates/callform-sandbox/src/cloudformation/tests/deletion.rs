use serde_json::json;

use super::*;

#[test]
fn a_stack_is_deleted_in_reverse_and_found_by_id_only() {
    let sandbox = Sandbox::new();
    let mut kept = topic("kept", "x");
    kept["DeletionPolicy"] = json!("Retain");
    sandbox.create(&template(&json!({ "A": topic("a", "x"), "B": parameter(&json!({ "Ref": "A" })), "Kept": kept })));
    let id = sandbox.stack("s")["StackId"].as_str().unwrap().to_owned();
    let seen = sandbox.events("s").len();
    sandbox.call("DeleteStack", &[("StackName", "s")]).unwrap();
    sandbox.run();
    assert_eq!(
        sandbox.events(&id).split_off(seen),
        [
            "s DELETE_IN_PROGRESS User Initiated",
            "B DELETE_IN_PROGRESS",
            "B DELETE_COMPLETE",
            "A DELETE_IN_PROGRESS",
            "Kept DELETE_SKIPPED",
            "A DELETE_COMPLETE",
            "s DELETE_COMPLETE",
        ]
    );
    assert_eq!(sandbox.stack(&id)["StackStatus"], "DELETE_COMPLETE");
    assert_eq!(sandbox.refusal("DescribeStacks", &[("StackName", "s")]), "Stack with id s does not exist");
    assert_eq!(sandbox.refusal("DescribeStackEvents", &[("StackName", "s")]), "Stack [s] does not exist");
    assert_eq!(
        sandbox.refusal("CreateChangeSet", &[("StackName", &id), ("ChangeSetName", "c"), ("TemplateBody", "{}")]),
        format!("Stack:{id} is in DELETE_COMPLETE state and can not be updated.")
    );
    assert_eq!(sandbox.things("AWS::SNS::Topic"), 1);
    // The name is free again.
    assert_eq!(sandbox.create(&template(&json!({ "A": topic("a", "x") }))), "CREATE_COMPLETE");
    assert_ne!(sandbox.stack("s")["StackId"], id.as_str());
}

#[test]
fn a_deletion_that_fails_can_retain_what_fails() {
    let sandbox = Sandbox::new();
    sandbox.create(&template(&json!({
        "Below": topic("below", "x"),
        "Bad": parameter(&json!({ "Ref": "Below" })),
        "Beside": topic("beside", "x"),
    })));
    let id = sandbox.stack("s")["StackId"].as_str().unwrap().to_owned();
    let early = [("StackName", "s"), ("RetainResources.member.1", "Bad")];
    assert!(sandbox.refusal("DeleteStack", &early).contains("DELETE_FAILED state"));
    sandbox.fail("Bad", ResourceOperation::Delete, 99);
    sandbox.call("DeleteStack", &[("StackName", "s")]).unwrap();
    sandbox.run();
    assert_eq!(sandbox.status(), "DELETE_FAILED");
    assert_eq!(sandbox.stack("s")["StackStatusReason"], "The following resource(s) failed to delete: [Bad]. ");
    assert!(sandbox.thing("AWS::SNS::Topic", "below").is_some(), "something that is still there needs it");
    assert!(sandbox.thing("AWS::SNS::Topic", "beside").is_none());
    sandbox.call("DeleteStack", &early).unwrap();
    sandbox.run();
    assert_eq!(sandbox.stack(&id)["StackStatus"], "DELETE_COMPLETE");
    assert!(sandbox.events(&id).contains(&"Bad DELETE_SKIPPED".to_owned()));
    assert_eq!(sandbox.things("AWS::SNS::Topic"), 0);
}

#[test]
fn a_forced_deletion_leaves_behind_what_fails() {
    let sandbox = Sandbox::new();
    sandbox.create(&template(&json!({ "A": topic("a", "x") })));
    let id = sandbox.stack("s")["StackId"].as_str().unwrap().to_owned();
    sandbox.fail("A", ResourceOperation::Delete, 99);
    sandbox.call("DeleteStack", &[("StackName", "s")]).unwrap();
    sandbox.run();
    sandbox.call("DeleteStack", &[("StackName", "s"), ("DeletionMode", "FORCE_DELETE_STACK")]).unwrap();
    sandbox.run();
    assert_eq!(sandbox.stack(&id)["StackStatus"], "DELETE_COMPLETE");
    assert_eq!(sandbox.things("AWS::SNS::Topic"), 1);
}

#[test]
fn a_cleanup_that_fails_does_not_fail_the_update() {
    let sandbox = Sandbox::new();
    sandbox.create(&template(&json!({ "A": topic("a", "x"), "B": topic("b", "x") })));
    let seen = sandbox.events("s").len();
    sandbox.fail("B", ResourceOperation::Delete, 99);
    assert_eq!(sandbox.update(&template(&json!({ "A": topic("a", "y") }))), "UPDATE_COMPLETE");
    let events = sandbox.later_events(seen);
    assert_eq!(events.iter().filter(|line| *line == "B DELETE_FAILED no luck").count(), 3);
    assert_eq!(
        events.last().unwrap(),
        "s UPDATE_COMPLETE Update successful. One or more resources could not be deleted."
    );
}

#[test]
fn a_failed_rollback_of_a_creation_says_what_is_left() {
    let sandbox = Sandbox::new();
    let body = template(&json!({
        "A": topic("a", "x"),
        "B": { "Type": "AWS::SSM::Parameter", "DependsOn": "A", "Properties": { "Type": "String", "Value": "refuse" } },
    }));
    sandbox.fail("A", ResourceOperation::Delete, 1);
    assert_eq!(sandbox.create(&body), "ROLLBACK_FAILED");
    assert_eq!(sandbox.stack("s")["StackStatusReason"], "The following resource(s) failed to delete: [A]. ");
    let id = sandbox.stack("s")["StackId"].as_str().unwrap().to_owned();
    sandbox.call("DeleteStack", &[("StackName", "s")]).unwrap();
    sandbox.run();
    assert_eq!(sandbox.stack(&id)["StackStatus"], "DELETE_COMPLETE");
}

#[test]
fn a_creation_can_delete_itself_when_it_fails() {
    let sandbox = Sandbox::new();
    let body = template(&json!({ "B": parameter(&json!("refuse")) })).to_string();
    let made =
        sandbox.call("CreateStack", &[("StackName", "s"), ("TemplateBody", &body), ("OnFailure", "DELETE")]).unwrap();
    sandbox.run();
    let id = made["StackId"].as_str().unwrap();
    assert_eq!(sandbox.stack(id)["StackStatus"], "DELETE_COMPLETE");
}

#[test]
fn a_protected_stack_stays() {
    let sandbox = Sandbox::new();
    sandbox.create(&template(&json!({ "A": topic("a", "x") })));
    let protect = |on: &str| {
        sandbox
            .call("UpdateTerminationProtection", &[("StackName", "s"), ("EnableTerminationProtection", on)])
            .unwrap();
    };
    protect("true");
    assert_eq!(
        sandbox.refusal("DeleteStack", &[("StackName", "s")]),
        "Stack [s] cannot be deleted while TerminationProtection is enabled"
    );
    protect("false");
    sandbox.call("DeleteStack", &[("StackName", "s")]).unwrap();
}

#[test]
fn a_creation_can_be_broken_off_and_an_update_cannot() {
    let sandbox = Sandbox::new();
    let resources = |display: &str| {
        template(&json!({ "A": topic("a", display), "B": parameter(&json!({ "Ref": "A" })) })).to_string()
    };
    let made = sandbox.call("CreateStack", &[("StackName", "s"), ("TemplateBody", &resources("x"))]).unwrap();
    sandbox.step();
    sandbox.step();
    sandbox.call("DeleteStack", &[("StackName", "s")]).unwrap();
    sandbox.run();
    assert_eq!(sandbox.stack(made["StackId"].as_str().unwrap())["StackStatus"], "DELETE_COMPLETE");
    assert_eq!(sandbox.things("AWS::SNS::Topic"), 0);
    sandbox.call("CreateStack", &[("StackName", "s"), ("TemplateBody", &resources("x"))]).unwrap();
    sandbox.run();
    sandbox.call("UpdateStack", &[("StackName", "s"), ("TemplateBody", &resources("y"))]).unwrap();
    assert!(
        sandbox
            .refusal("DeleteStack", &[("StackName", "s")])
            .ends_with("cannot be deleted while in status UPDATE_IN_PROGRESS")
    );
}

#[test]
fn a_stack_whose_update_failed_is_deleted_with_both_selves_of_its_resources() {
    let sandbox = Sandbox::new();
    let resources = |name: &str, value: &str| {
        template(&json!({
            "A": topic(name, "x"),
            "B": { "Type": "AWS::SSM::Parameter", "DependsOn": "A", "Properties": { "Type": "String", "Value": value } },
        }))
        .to_string()
    };
    sandbox.call("CreateStack", &[("StackName", "s"), ("TemplateBody", &resources("old", "good"))]).unwrap();
    sandbox.run();
    let body = resources("new", "refuse");
    let request = [("StackName", "s"), ("TemplateBody", body.as_str()), ("DisableRollback", "true")];
    sandbox.call("UpdateStack", &request).unwrap();
    sandbox.run();
    assert_eq!(sandbox.things("AWS::SNS::Topic"), 2);
    sandbox.call("DeleteStack", &[("StackName", "s")]).unwrap();
    sandbox.run();
    assert_eq!(sandbox.things("AWS::SNS::Topic"), 0);
}

#[test]
fn a_rolled_back_creation_keeps_what_is_retained_unless_it_made_it() {
    let with_policy = |name: &str, policy: &str| {
        let mut made = topic(name, "x");
        made["DeletionPolicy"] = json!(policy);
        made
    };
    let body = |value: &str| {
        template(&json!({
            "Kept": with_policy("kept", "Retain"),
            "Lost": with_policy("lost", "RetainExceptOnCreate"),
            "Last": {
                "Type": "AWS::SSM::Parameter",
                "DependsOn": ["Kept", "Lost"],
                "Properties": { "Type": "String", "Value": value },
            },
        }))
    };
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.create(&body("refuse")), "ROLLBACK_COMPLETE");
    let events = sandbox.events("s");
    assert!(events.contains(&"Kept DELETE_SKIPPED".to_owned()), "{events:?}");
    assert!(events.contains(&"Lost DELETE_COMPLETE".to_owned()), "{events:?}");
    assert!(sandbox.thing("AWS::SNS::Topic", "kept").is_some());
    assert!(sandbox.thing("AWS::SNS::Topic", "lost").is_none());

    // In use, both stay: when an update that made nothing of them fails, and when the stack goes.
    sandbox.call("DeleteStack", &[("StackName", "s")]).unwrap();
    sandbox.run();
    sandbox.remove_thing("AWS::SNS::Topic", "kept");
    assert_eq!(sandbox.create(&body("good")), "CREATE_COMPLETE");
    assert_eq!(sandbox.update(&body("refuse")), "UPDATE_ROLLBACK_COMPLETE");
    sandbox.call("DeleteStack", &[("StackName", "s")]).unwrap();
    sandbox.run();
    assert!(sandbox.thing("AWS::SNS::Topic", "kept").is_some());
    assert!(sandbox.thing("AWS::SNS::Topic", "lost").is_some());
}

#[test]
fn a_rolled_back_update_deletes_what_it_made_unless_that_is_retained() {
    let sandbox = Sandbox::new();
    let last = |value: &str| json!({ "Type": "AWS::SSM::Parameter", "DependsOn": ["Kept", "Lost"], "Properties": { "Type": "String", "Value": value } });
    let mut kept = topic("kept", "x");
    kept["DeletionPolicy"] = json!("Retain");
    let mut lost = topic("lost", "x");
    lost["DeletionPolicy"] = json!("RetainExceptOnCreate");
    sandbox.create(&template(&json!({ "A": topic("a", "x") })));
    let body = template(&json!({ "A": topic("a", "x"), "Kept": kept, "Lost": lost, "Last": last("refuse") }));
    assert_eq!(sandbox.update(&body), "UPDATE_ROLLBACK_COMPLETE");
    assert!(sandbox.thing("AWS::SNS::Topic", "kept").is_some());
    assert!(sandbox.thing("AWS::SNS::Topic", "lost").is_none());
}

#[test]
fn a_rolled_back_creation_keeps_what_it_only_took_over() {
    let sandbox = Sandbox::new();
    sandbox.set_thing("AWS::S3::Bucket", "mine", &json!({ "BucketName": "mine" }));
    let bucket = json!({
        "Type": "AWS::S3::Bucket",
        "DeletionPolicy": "RetainExceptOnCreate",
        "Properties": { "BucketName": "mine" },
    });
    let last = json!({ "Type": "AWS::SSM::Parameter", "DependsOn": "Bucket", "Properties": { "Type": "String", "Value": "refuse" } });
    let body = template(&json!({ "Bucket": bucket, "Last": last })).to_string();
    let request = [
        ("StackName", "s"),
        ("ChangeSetName", "c"),
        ("ChangeSetType", "CREATE"),
        ("TemplateBody", body.as_str()),
        ("ImportExistingResources", "true"),
    ];
    sandbox.call("CreateChangeSet", &request).unwrap();
    sandbox.call("ExecuteChangeSet", &[("StackName", "s"), ("ChangeSetName", "c")]).unwrap();
    sandbox.run();
    assert_eq!(sandbox.status(), "ROLLBACK_COMPLETE");
    assert!(sandbox.thing("AWS::S3::Bucket", "mine").is_some());
}
