use serde_json::json;

use super::*;

#[test]
fn a_stack_is_created_in_the_order_of_its_references() {
    let sandbox = Sandbox::new();
    let body = json!({
        "Description": "A stack",
        "Parameters": { "Size": { "Type": "Number", "Default": 3 } },
        "Resources": {
            "Copy": parameter(&json!({ "Fn::Sub": "${Source} is ${Source.Arn} of ${Size}" })),
            "Source": topic("source", "a"),
        },
        "Outputs": { "Id": { "Value": { "Ref": "Copy" }, "Description": "Its id" } },
    });
    assert_eq!(sandbox.create(&body), "CREATE_COMPLETE");
    assert_eq!(
        sandbox.events("s"),
        [
            "s CREATE_IN_PROGRESS User Initiated",
            "Source CREATE_IN_PROGRESS",
            "Source CREATE_IN_PROGRESS Resource creation Initiated",
            "Source CREATE_COMPLETE",
            "Copy CREATE_IN_PROGRESS",
            "Copy CREATE_IN_PROGRESS Resource creation Initiated",
            "Copy CREATE_COMPLETE",
            "s CREATE_COMPLETE",
        ]
    );
    let copy = sandbox.physical_id("Copy");
    assert_eq!(sandbox.thing("AWS::SSM::Parameter", &copy).unwrap()["Value"], "source is arn:test:source of 3");
    let stack = sandbox.stack("s");
    assert_eq!(stack["Outputs"][0], json!({ "OutputKey": "Id", "OutputValue": copy, "Description": "Its id" }));
    assert_eq!(stack["Description"], "A stack");
}

#[test]
fn event_ids_and_times_are_unique_and_physical_ids_appear_when_they_are_known() {
    let sandbox = Sandbox::new();
    sandbox.create(&template(&json!({ "A": topic("a", "x"), "B": topic("b", "x") })));
    let found = sandbox.call("DescribeStackEvents", &[("StackName", "s")]).unwrap();
    let events = found["StackEvents"].as_array().unwrap();
    let mut ids: Vec<&str> = events.iter().map(|event| event["EventId"].as_str().unwrap()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), events.len());
    let of_a: Vec<&Value> = events.iter().rev().filter(|event| event["LogicalResourceId"] == "A").collect();
    let physical: Vec<&str> = of_a.iter().map(|event| event["PhysicalResourceId"].as_str().unwrap()).collect();
    assert_eq!(physical, ["", "a", "a"]);
    assert!(of_a[0]["EventId"].as_str().unwrap().starts_with("A-CREATE_IN_PROGRESS-2027-"));
    assert_eq!(of_a[0]["ResourceProperties"], r#"{"TopicName":"a","DisplayName":"x"}"#);
}

#[test]
fn updates_in_place_replacements_and_removals() {
    let sandbox = Sandbox::new();
    let first = template(&json!({
        "Kept": topic("kept", "before"),
        "Replaced": topic("old", "x"),
        "Removed": topic("removed", "x"),
        "Follows": parameter(&json!({ "Ref": "Replaced" })),
        "Untouched": topic("untouched", "x"),
    }));
    sandbox.create(&first);
    let seen = sandbox.events("s").len();
    let second = template(&json!({
        "Kept": topic("kept", "after"),
        "Replaced": topic("new", "x"),
        "Follows": parameter(&json!({ "Ref": "Replaced" })),
        "Untouched": topic("untouched", "x"),
        "Added": topic("added", "x"),
    }));
    assert_eq!(sandbox.update(&second), "UPDATE_COMPLETE");
    assert_eq!(
        sandbox.later_events(seen),
        [
            "s UPDATE_IN_PROGRESS User Initiated",
            "Kept UPDATE_IN_PROGRESS",
            "Replaced UPDATE_IN_PROGRESS Requested update requires the creation of a new physical resource; hence creating one.",
            "Added CREATE_IN_PROGRESS",
            "Kept UPDATE_COMPLETE",
            "Replaced UPDATE_IN_PROGRESS Resource creation Initiated",
            "Replaced UPDATE_COMPLETE",
            "Added CREATE_IN_PROGRESS Resource creation Initiated",
            "Added CREATE_COMPLETE",
            "Follows UPDATE_IN_PROGRESS",
            "Follows UPDATE_COMPLETE",
            "s UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
            "Removed DELETE_IN_PROGRESS",
            "Replaced DELETE_IN_PROGRESS",
            "Removed DELETE_COMPLETE",
            "Replaced DELETE_COMPLETE",
            "s UPDATE_COMPLETE",
        ]
    );
    assert_eq!(sandbox.physical_id("Replaced"), "new");
    assert_eq!(sandbox.things("AWS::SNS::Topic"), 4);
    assert_eq!(sandbox.thing("AWS::SNS::Topic", "kept").unwrap()["DisplayName"], "after");
    let follows = sandbox.physical_id("Follows");
    assert_eq!(sandbox.thing("AWS::SSM::Parameter", &follows).unwrap()["Value"], "new");
    let gone = sandbox.refusal("DescribeStackResource", &[("StackName", "s"), ("LogicalResourceId", "Removed")]);
    assert_eq!(gone, "Resource Removed does not exist for stack s");
    let again = [("StackName", "s"), ("TemplateBody", &second.to_string() as &str)];
    assert_eq!(sandbox.refusal("UpdateStack", &again), "No updates are to be performed.");
}

#[test]
fn policies_keep_what_is_replaced_or_removed() {
    let sandbox = Sandbox::new();
    let mut replaced = topic("old", "x");
    replaced["UpdateReplacePolicy"] = json!("Retain");
    let mut removed = topic("removed", "x");
    removed["DeletionPolicy"] = json!("Retain");
    sandbox.create(&template(&json!({ "Replaced": replaced.clone(), "Removed": removed })));
    let seen = sandbox.events("s").len();
    replaced["Properties"]["TopicName"] = json!("new");
    assert_eq!(sandbox.update(&template(&json!({ "Replaced": replaced }))), "UPDATE_COMPLETE");
    assert_eq!(
        sandbox.later_events(seen + 4),
        [
            "s UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
            "Removed DELETE_SKIPPED",
            "Replaced DELETE_SKIPPED",
            "s UPDATE_COMPLETE",
        ]
    );
    assert_eq!(sandbox.things("AWS::SNS::Topic"), 3);
}

#[test]
fn a_failed_creation_is_rolled_back() {
    let sandbox = Sandbox::new();
    let body = template(&json!({
        "Bad": parameter(&json!("refuse")),
        "Good": topic("good", "x"),
        "Slow": parameter(&json!("slow")),
    }));
    assert_eq!(sandbox.create(&body), "ROLLBACK_COMPLETE");
    let events = sandbox.events("s");
    assert_eq!(
        events[..4],
        [
            "s CREATE_IN_PROGRESS User Initiated",
            "Bad CREATE_IN_PROGRESS",
            "Good CREATE_IN_PROGRESS",
            "Slow CREATE_IN_PROGRESS",
        ]
    );
    assert!(
        events[4].starts_with(r#"Bad CREATE_FAILED Resource handler returned message: "refused" (RequestToken: "#)
            && events[4].ends_with(", HandlerErrorCode: InvalidRequest)"),
        "{}",
        events[4]
    );
    assert_eq!(
        events[5..],
        [
            "Good CREATE_FAILED Resource creation cancelled",
            "Slow CREATE_FAILED Resource creation cancelled",
            "s ROLLBACK_IN_PROGRESS The following resource(s) failed to create: [Bad, Good, Slow]. Rollback requested by user.",
            "Bad DELETE_COMPLETE",
            "Good DELETE_COMPLETE",
            "Slow DELETE_COMPLETE",
            "s ROLLBACK_COMPLETE",
        ]
    );
    assert_eq!(sandbox.things("AWS::SSM::Parameter"), 0, "what a handler wrote before it failed is undone");
    let id = sandbox.stack("s")["StackId"].as_str().unwrap().to_owned();
    assert_eq!(
        sandbox.refusal("UpdateStack", &[("StackName", "s"), ("TemplateBody", &body.to_string())]),
        format!("Stack:{id} is in ROLLBACK_COMPLETE state and can not be updated.")
    );
}

#[test]
fn a_property_that_the_schema_refuses_fails_its_resource() {
    let sandbox = Sandbox::new();
    let body =
        template(&json!({ "P": { "Type": "AWS::SSM::Parameter", "Properties": { "Value": "x", "Colour": "red" } } }));
    assert_eq!(sandbox.create(&body), "ROLLBACK_COMPLETE");
    assert!(sandbox.events("s").contains(
        &"P CREATE_FAILED Property validation failure: [The property {/Type} is required, Encountered unsupported properties in {/}: [Colour]]".to_owned()
    ));
}

#[test]
fn a_failed_update_is_rolled_back() {
    let sandbox = Sandbox::new();
    let resources = |display: &str, name: &str, value: &str| {
        json!({
            "Kept": topic("kept", display),
            "Replaced": topic(name, "x"),
            "Last": { "Type": "AWS::SSM::Parameter", "DependsOn": ["Kept", "Replaced"],
                "Properties": { "Type": "String", "Value": value } },
        })
    };
    sandbox.create(&template(&resources("before", "old", "good")));
    let seen = sandbox.events("s").len();
    let mut second = resources("after", "new", "refuse");
    second["Added"] = topic("added", "x");
    second["Removed"] = topic("temporary", "x");
    assert_eq!(sandbox.update(&template(&second)), "UPDATE_ROLLBACK_COMPLETE");
    let events = sandbox.later_events(seen);
    let rollback = events.iter().position(|line| line.starts_with("s UPDATE_ROLLBACK_IN_PROGRESS")).unwrap();
    assert_eq!(
        events[rollback..],
        [
            "s UPDATE_ROLLBACK_IN_PROGRESS The following resource(s) failed to update: [Last].",
            "Kept UPDATE_IN_PROGRESS",
            "Replaced UPDATE_IN_PROGRESS",
            "Kept UPDATE_COMPLETE",
            "Replaced UPDATE_COMPLETE",
            "Last UPDATE_IN_PROGRESS",
            "Last UPDATE_COMPLETE",
            "s UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
            "Added DELETE_IN_PROGRESS",
            "Removed DELETE_IN_PROGRESS",
            "Replaced DELETE_IN_PROGRESS",
            "Added DELETE_COMPLETE",
            "Removed DELETE_COMPLETE",
            "Replaced DELETE_COMPLETE",
            "s UPDATE_ROLLBACK_COMPLETE",
        ]
    );
    assert_eq!(sandbox.physical_id("Replaced"), "old");
    assert_eq!(sandbox.thing("AWS::SNS::Topic", "kept").unwrap()["DisplayName"], "before");
    assert_eq!(sandbox.things("AWS::SNS::Topic"), 2);
    let body = sandbox.call("GetTemplate", &[("StackName", "s")]).unwrap()["TemplateBody"].clone();
    assert_eq!(body, template(&resources("before", "old", "good")).to_string());
    // The stack can be updated again.
    assert_eq!(sandbox.update(&template(&resources("after", "new", "good"))), "UPDATE_COMPLETE");
}

#[test]
fn a_rollback_that_fails_can_be_continued() {
    let sandbox = Sandbox::new();
    let resources = |display: &str, value: &str| {
        template(&json!({
            "Kept": topic("kept", display),
            "Other": topic("other", display),
            "Last": { "Type": "AWS::SSM::Parameter", "DependsOn": ["Kept", "Other"],
                "Properties": { "Type": "String", "Value": value } },
        }))
    };
    sandbox.create(&resources("before", "good"));
    let body = resources("after", "refuse").to_string();
    sandbox.call("UpdateStack", &[("StackName", "s"), ("TemplateBody", &body)]).unwrap();
    while sandbox.status() != "UPDATE_ROLLBACK_IN_PROGRESS" {
        sandbox.step();
    }
    sandbox.fail("Kept", ResourceOperation::Update, 1);
    sandbox.run();
    assert_eq!(sandbox.status(), "UPDATE_ROLLBACK_FAILED");
    let reason = sandbox.stack("s")["StackStatusReason"].clone();
    assert_eq!(reason, "The following resource(s) failed to update: [Kept, Other]. ");
    let refusal = sandbox.refusal("UpdateStack", &[("StackName", "s"), ("TemplateBody", &body)]);
    assert!(refusal.ends_with("is in UPDATE_ROLLBACK_FAILED state and can not be updated."), "{refusal}");
    sandbox.call("ContinueUpdateRollback", &[("StackName", "s")]).unwrap();
    sandbox.run();
    assert_eq!(sandbox.status(), "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(sandbox.thing("AWS::SNS::Topic", "kept").unwrap()["DisplayName"], "before");
    assert_eq!(sandbox.thing("AWS::SNS::Topic", "other").unwrap()["DisplayName"], "before");
}

#[test]
fn a_continued_rollback_can_skip_resources() {
    let sandbox = Sandbox::new();
    let resources = |display: &str, value: &str| {
        template(&json!({
            "Kept": topic("kept", display),
            "Last": { "Type": "AWS::SSM::Parameter", "DependsOn": ["Kept"],
                "Properties": { "Type": "String", "Value": value } },
        }))
    };
    sandbox.create(&resources("before", "good"));
    let body = resources("after", "refuse").to_string();
    sandbox.call("UpdateStack", &[("StackName", "s"), ("TemplateBody", &body)]).unwrap();
    while sandbox.status() != "UPDATE_ROLLBACK_IN_PROGRESS" {
        sandbox.step();
    }
    sandbox.fail("Kept", ResourceOperation::Update, 99);
    sandbox.run();
    assert_eq!(sandbox.status(), "UPDATE_ROLLBACK_FAILED");
    sandbox.call("ContinueUpdateRollback", &[("StackName", "s"), ("ResourcesToSkip.member.1", "Kept")]).unwrap();
    sandbox.run();
    assert_eq!(sandbox.status(), "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(sandbox.thing("AWS::SNS::Topic", "kept").unwrap()["DisplayName"], "after", "it was left alone");
}

#[test]
fn without_rollback_a_failed_update_stays_and_can_be_rolled_back_later() {
    let sandbox = Sandbox::new();
    let resources = |display: &str, value: &str| {
        template(&json!({
            "Kept": topic("kept", display),
            "Last": { "Type": "AWS::SSM::Parameter", "DependsOn": ["Kept"],
                "Properties": { "Type": "String", "Value": value } },
        }))
    };
    sandbox.create(&resources("before", "good"));
    let body = resources("after", "refuse").to_string();
    let request = [("StackName", "s"), ("TemplateBody", body.as_str()), ("DisableRollback", "true")];
    sandbox.call("UpdateStack", &request).unwrap();
    sandbox.run();
    assert_eq!(sandbox.status(), "UPDATE_FAILED");
    assert_eq!(sandbox.thing("AWS::SNS::Topic", "kept").unwrap()["DisplayName"], "after");
    sandbox.call("RollbackStack", &[("StackName", "s")]).unwrap();
    sandbox.run();
    assert_eq!(sandbox.status(), "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(sandbox.thing("AWS::SNS::Topic", "kept").unwrap()["DisplayName"], "before");
}

#[test]
fn without_rollback_a_failed_creation_can_be_mended() {
    let sandbox = Sandbox::new();
    let resources = |value: &str| template(&json!({ "A": topic("a", "x"), "B": parameter(&json!(value)) })).to_string();
    let request = [("StackName", "s"), ("TemplateBody", &resources("refuse") as &str), ("OnFailure", "DO_NOTHING")];
    sandbox.call("CreateStack", &request).unwrap();
    sandbox.run();
    assert_eq!(sandbox.status(), "CREATE_FAILED");
    sandbox.call("UpdateStack", &[("StackName", "s"), ("TemplateBody", &resources("good"))]).unwrap();
    sandbox.run();
    assert_eq!(sandbox.status(), "UPDATE_COMPLETE");
    assert_eq!(sandbox.things("AWS::SSM::Parameter"), 1);
}

#[test]
fn a_process_that_dies_between_two_steps_loses_and_repeats_nothing() {
    let resources = |display: &str, name: &str| {
        template(&json!({
            "A": topic("a", display),
            "B": parameter(&json!({ "Fn::GetAtt": ["A", "Arn"] })),
            "C": topic(name, "x"),
            "D": parameter(&json!({ "Ref": "C" })),
        }))
    };
    let plain = Sandbox::new();
    plain.create(&resources("before", "one"));
    plain.update(&resources("after", "two"));
    let mut broken = Sandbox::new();
    for (action, body) in [("CreateStack", resources("before", "one")), ("UpdateStack", resources("after", "two"))] {
        broken.call(action, &[("StackName", "s"), ("TemplateBody", &body.to_string())]).unwrap();
        while broken.step() == Progress::Worked {
            broken.reopen();
        }
    }
    assert_eq!(broken.events("s"), plain.events("s"));
    for sandbox in [&plain, &broken] {
        assert_eq!(sandbox.things("AWS::SNS::Topic"), 2);
        assert_eq!(sandbox.things("made"), 5, "nothing is made twice");
    }
}

#[test]
fn stacks_take_turns() {
    let sandbox = Sandbox::new();
    for name in ["one", "two"] {
        let body = template(&json!({ "A": topic(name, "x") })).to_string();
        sandbox.call("CreateStack", &[("StackName", name), ("TemplateBody", &body)]).unwrap();
    }
    sandbox.step();
    sandbox.step();
    assert_eq!(sandbox.events("one").len(), 2);
    assert_eq!(sandbox.events("two").len(), 2);
    sandbox.run();
    assert_eq!(sandbox.stack("two")["StackStatus"], "CREATE_COMPLETE");
}

#[test]
fn an_operation_refuses_another() {
    let sandbox = Sandbox::new();
    let body = template(&json!({ "A": topic("a", "x") })).to_string();
    sandbox.call("CreateStack", &[("StackName", "s"), ("TemplateBody", &body)]).unwrap();
    let id = sandbox.stack("s")["StackId"].as_str().unwrap().to_owned();
    assert_eq!(
        sandbox.refusal("UpdateStack", &[("StackName", "s"), ("TemplateBody", &body)]),
        format!("Stack:{id} is in CREATE_IN_PROGRESS state and can not be updated.")
    );
    let change_set = [("StackName", "s"), ("ChangeSetName", "c"), ("TemplateBody", &body)];
    assert_eq!(
        sandbox.refusal("CreateChangeSet", &change_set),
        format!("Stack:{id} is in CREATE_IN_PROGRESS state and can not be updated.")
    );
}

#[test]
fn an_update_can_be_cancelled() {
    let sandbox = Sandbox::new();
    sandbox.create(&template(&json!({ "A": topic("a", "before") })));
    let body = template(&json!({ "A": topic("a", "after") })).to_string();
    sandbox.call("UpdateStack", &[("StackName", "s"), ("TemplateBody", &body)]).unwrap();
    sandbox.step();
    sandbox.call("CancelUpdateStack", &[("StackName", "s")]).unwrap();
    sandbox.run();
    assert_eq!(sandbox.status(), "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(sandbox.thing("AWS::SNS::Topic", "a").unwrap()["DisplayName"], "before");
    assert!(sandbox.events("s").contains(&"A UPDATE_FAILED Resource update cancelled".to_owned()));
}

#[test]
fn stack_tags_reach_resources_that_take_tags() {
    let sandbox = Sandbox::new();
    let mut tagged = topic("a", "x");
    tagged["Properties"]["Tags"] = json!([{ "Key": "team", "Value": "own" }]);
    let body = template(&json!({ "A": tagged })).to_string();
    let tags = [
        ("Tags.member.1.Key", "team"),
        ("Tags.member.1.Value", "stack"),
        ("Tags.member.2.Key", "stage"),
        ("Tags.member.2.Value", "test"),
    ];
    let mut request = vec![("StackName", "s"), ("TemplateBody", body.as_str())];
    request.extend(tags);
    sandbox.call("CreateStack", &request).unwrap();
    sandbox.run();
    assert_eq!(
        sandbox.thing("AWS::SNS::Topic", "a").unwrap()["Tags"],
        json!([{ "Key": "team", "Value": "own" }, { "Key": "stage", "Value": "test" }])
    );
    let changed = [
        ("StackName", "s"),
        ("UsePreviousTemplate", "true"),
        ("Tags.member.1.Key", "stage"),
        ("Tags.member.1.Value", "live"),
    ];
    sandbox.call("UpdateStack", &changed).unwrap();
    sandbox.run();
    assert_eq!(
        sandbox.thing("AWS::SNS::Topic", "a").unwrap()["Tags"],
        json!([{ "Key": "team", "Value": "own" }, { "Key": "stage", "Value": "live" }])
    );
}

#[test]
fn exports_are_shared_and_protected() {
    let sandbox = Sandbox::new();
    let exporting = |extra: Value| {
        json!({
            "Resources": { "A": topic("a", "x") },
            "Outputs": { "Id": extra },
        })
    };
    sandbox.create(&exporting(
        json!({ "Value": { "Ref": "A" }, "Export": { "Name": { "Fn::Sub": "${AWS::StackName}-id" } } }),
    ));
    let body = template(&json!({ "P": parameter(&json!({ "Fn::ImportValue": "s-id" })) })).to_string();
    sandbox.call("CreateStack", &[("StackName", "user"), ("TemplateBody", &body)]).unwrap();
    sandbox.run();
    assert_eq!(sandbox.call("ListImports", &[("ExportName", "s-id")]).unwrap(), json!({ "Imports": ["user"] }));
    assert_eq!(sandbox.update(&exporting(json!({ "Value": "x" }))), "UPDATE_ROLLBACK_COMPLETE");
    let used = "Export s-id cannot be deleted as it is in use by user";
    assert!(sandbox.events("s").contains(&format!("s UPDATE_ROLLBACK_IN_PROGRESS {used}.")));
    sandbox.call("DeleteStack", &[("StackName", "s")]).unwrap();
    sandbox.run();
    assert_eq!(sandbox.status(), "DELETE_FAILED");
    assert_eq!(sandbox.stack("s")["StackStatusReason"], used);
    sandbox.call("DeleteStack", &[("StackName", "user")]).unwrap();
    sandbox.run();
    sandbox.call("DeleteStack", &[("StackName", "s")]).unwrap();
    sandbox.run();
    assert_eq!(sandbox.call("ListExports", &[]).unwrap(), json!({ "Exports": [] }));
}

#[test]
fn an_output_that_cannot_be_resolved_rolls_back() {
    let sandbox = Sandbox::new();
    let body = json!({
        "Resources": { "A": topic("a", "x") },
        "Outputs": { "Invalid": { "Value": { "Fn::GetAtt": ["A", "Nothing"] } } },
    });
    assert_eq!(sandbox.create(&body), "ROLLBACK_COMPLETE");
    assert!(sandbox.events("s").contains(&"s ROLLBACK_IN_PROGRESS [Error] /Outputs/Invalid/Value/Fn::GetAtt: Resource type AWS::SNS::Topic does not support attribute {Nothing}. Rollback requested by user.".to_owned()));
}

#[test]
fn a_service_that_asks_to_slow_down_is_asked_again_but_not_for_ever() {
    let busy = |type_name: &str| template(&json!({ "A": { "Type": type_name } }));
    assert_eq!(Sandbox::new().create(&busy("Test::Rather::Busy")), "CREATE_COMPLETE");
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.create(&busy("Test::Very::Busy")), "ROLLBACK_COMPLETE");
    assert!(sandbox.events("s").iter().any(|line| line.contains("slow down") && line.contains("Throttling")));
}

#[test]
fn some_types_are_deleted_before_they_are_replaced() {
    let instance = |index: u8| {
        format!("arn:aws:connect:us-west-2:123456789012:instance/0a1b2c3d-0000-4000-8000-00000000000{index}")
    };
    let resources = |index: u8, value: &str| {
        template(&json!({
            "Rule": { "Type": "AWS::Connect::Rule", "Properties": {
                "Name": "rule", "InstanceArn": instance(index), "Function": "true", "PublishStatus": "DRAFT", "Actions": {},
                "TriggerEventSource": { "EventSourceName": "OnContactEvaluationSubmit" } } },
            "Last": { "Type": "AWS::SSM::Parameter", "DependsOn": "Rule", "Properties": { "Type": "String", "Value": value } },
        }))
    };
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.create(&resources(1, "good")), "CREATE_COMPLETE");
    // Two of the same name cannot be: the replacement works because the old one is gone by then.
    assert_eq!(sandbox.update(&resources(2, "good")), "UPDATE_COMPLETE");
    assert_eq!(sandbox.thing("AWS::Connect::Rule", "rule").unwrap()["InstanceArn"], instance(2));
    assert_eq!(sandbox.update(&resources(3, "refuse")), "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(sandbox.thing("AWS::Connect::Rule", "rule").unwrap()["InstanceArn"], instance(2));
}
