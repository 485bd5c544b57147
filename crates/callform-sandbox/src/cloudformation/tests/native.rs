//! Nested stacks, custom resources and wait conditions.

use serde_json::{Value, json};

use super::{Sandbox, parameter, template, topic};
use crate::faults::ResourceOperation;
use crate::signals::pending::{Pending, pending};
use crate::signals::{self, Answer};

const FUNCTION: &str = "arn:aws:lambda:us-west-2:123456789012:function:f";

impl Sandbox {
    /// The event whose answer is awaited.
    fn event(&self) -> Option<Pending> {
        self.with(|environment| pending(environment.tx)).unwrap().pop()
    }

    fn answer(&self, answer: &Value) {
        let event = self.event().expect("an answer is awaited");
        let mut body = json!({ "Status": "SUCCESS", "PhysicalResourceId": "id" });
        body.as_object_mut().unwrap().extend(answer.as_object().unwrap().clone());
        let key = event.inbox;
        self.with(|environment| {
            let bucket = "cloudformation-custom-resource-response-uswest2";
            signals::receive(environment, bucket, &key, body.to_string().as_bytes())
        })
        .unwrap();
        self.run();
    }

    fn status_of(&self, logical_id: &str) -> String {
        let found =
            self.call("DescribeStackResource", &[("StackName", "s"), ("LogicalResourceId", logical_id)]).unwrap();
        found["StackResourceDetail"]["ResourceStatus"].as_str().unwrap().to_owned()
    }

    fn begin(&self, action: &str, template: &Value) {
        self.call(action, &[("StackName", "s"), ("TemplateBody", &template.to_string())]).unwrap();
        self.run();
    }
}

fn custom(properties: &Value) -> Value {
    let mut all = json!({ "ServiceToken": FUNCTION });
    all.as_object_mut().unwrap().extend(properties.as_object().unwrap().clone());
    json!({ "Type": "Custom::Thing", "Properties": all })
}

#[test]
fn a_custom_resource_goes_through_its_life() {
    let sandbox = Sandbox::new();
    let with = |size: u64| {
        template(&json!({
            "C": custom(&json!({ "Size": size, "Flag": true, "Nested": [{ "Number": 1.5 }] })),
            "P": parameter(&json!({ "Fn::GetAtt": ["C", "Answer"] })),
            "Q": parameter(&json!({ "Ref": "C" })),
            "Free": topic("free", "x"),
        }))
    };
    sandbox.begin("CreateStack", &with(1));
    assert_eq!(sandbox.status(), "CREATE_IN_PROGRESS");
    assert_eq!(sandbox.status_of("Free"), "CREATE_COMPLETE", "what does not need it goes on");
    let event = sandbox.event().unwrap();
    assert_eq!(event.function, FUNCTION);
    let event = event.event;
    assert_eq!(event["RequestType"], "Create");
    assert_eq!(event["ResourceType"], "Custom::Thing");
    assert_eq!(
        event["ResourceProperties"],
        json!({ "ServiceToken": FUNCTION, "Size": "1", "Flag": "true", "Nested": [{ "Number": "1.5" }] })
    );
    sandbox.answer(&json!({ "PhysicalResourceId": "one", "Data": { "Answer": "42" } }));
    assert_eq!(sandbox.status(), "CREATE_COMPLETE");
    assert_eq!(sandbox.physical_id("C"), "one");
    assert_eq!(sandbox.thing("AWS::SSM::Parameter", &sandbox.physical_id("P")).unwrap()["Value"], "42");
    assert_eq!(sandbox.thing("AWS::SSM::Parameter", &sandbox.physical_id("Q")).unwrap()["Value"], "one");

    // An update that says another physical id: the earlier self is deleted afterwards.
    sandbox.begin("UpdateStack", &with(2));
    let event = sandbox.event().unwrap().event;
    assert_eq!((&event["RequestType"], &event["PhysicalResourceId"]), (&json!("Update"), &json!("one")));
    assert_eq!(event["OldResourceProperties"]["Size"], "1");
    sandbox.answer(&json!({ "PhysicalResourceId": "two", "Data": { "Answer": "43" } }));
    assert_eq!(sandbox.status(), "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS");
    assert_eq!(sandbox.thing("AWS::SSM::Parameter", &sandbox.physical_id("P")).unwrap()["Value"], "43");
    let event = sandbox.event().unwrap().event;
    assert_eq!((&event["RequestType"], &event["PhysicalResourceId"]), (&json!("Delete"), &json!("one")));
    assert_eq!(event["ResourceProperties"]["Size"], "1", "an earlier self has its earlier properties");
    sandbox.answer(&json!({ "PhysicalResourceId": "one" }));
    assert_eq!(sandbox.status(), "UPDATE_COMPLETE");
    assert_eq!(sandbox.physical_id("C"), "two");

    sandbox.call("DeleteStack", &[("StackName", "s")]).unwrap();
    sandbox.run();
    assert_eq!(sandbox.event().unwrap().event["PhysicalResourceId"], "two");
    sandbox.answer(&json!({}));
    assert!(sandbox.call("DescribeStacks", &[("StackName", "s")]).is_err());
    assert_eq!(sandbox.things("AWS::SSM::Parameter"), 0);
}

#[test]
fn a_custom_resource_that_fails_is_deleted_with_the_rest() {
    let sandbox = Sandbox::new();
    sandbox.begin("CreateStack", &template(&json!({ "A": topic("a", "x"), "C": custom(&json!({})) })));
    sandbox.answer(&json!({ "Status": "FAILED", "PhysicalResourceId": "half", "Reason": "no luck" }));
    let failed = sandbox.events("s").into_iter().find(|line| line.starts_with("C CREATE_FAILED")).unwrap();
    assert!(
        failed
            .contains("Received response status [FAILED] from custom resource. Message returned: no luck (RequestId: "),
        "{failed}"
    );
    let event = sandbox.event().unwrap().event;
    assert_eq!((&event["RequestType"], &event["PhysicalResourceId"]), (&json!("Delete"), &json!("half")));
    sandbox.answer(&json!({}));
    assert_eq!(sandbox.status(), "ROLLBACK_COMPLETE");
    assert_eq!(sandbox.things("AWS::SNS::Topic"), 0);
}

#[test]
fn what_is_no_answer_fails_the_resource() {
    for (answer, reason) in [
        (json!({ "Status": "DONE" }), "Invalid Status"),
        (json!({ "PhysicalResourceId": "" }), "Invalid PhysicalResourceId"),
        (json!({ "Data": "x" }), "Data in the response has to be an object"),
        (json!({ "Data": { "x": "x".repeat(5_000) } }), "Response is too long."),
    ] {
        let sandbox = Sandbox::new();
        sandbox.begin("CreateStack", &template(&json!({ "C": custom(&json!({})) })));
        sandbox.answer(&answer);
        let events = sandbox.events("s").join("\n");
        assert!(events.contains("CREATE_FAILED") && events.contains(reason), "{events}");
    }
    for (resource, reason) in [
        (json!({ "Type": "Custom::X" }), "Custom resources need a ServiceToken"),
        (
            json!({ "Type": "Custom::X", "Properties": { "ServiceToken": "arn:aws:sns:us-west-2:123456789012:t" } }),
            "The sandbox does not support custom resources with the ServiceToken arn:aws:sns",
        ),
    ] {
        let sandbox = Sandbox::new();
        sandbox.begin("CreateStack", &template(&json!({ "C": resource })));
        let events = sandbox.events("s").join("\n");
        assert!(events.contains(reason), "{events}");
        assert_eq!(sandbox.status(), "ROLLBACK_COMPLETE");
    }
}

#[test]
fn a_function_that_never_answers_ends_the_wait() {
    let sandbox = Sandbox::new();
    sandbox.begin("CreateStack", &template(&json!({ "C": custom(&json!({})) })));
    let id = sandbox.event().unwrap().request_id;
    let not_there = Answer::NotInvoked("Function not found".to_owned());
    sandbox.with(|environment| signals::answer(environment.tx, &id, &not_there)).unwrap();
    sandbox.run();
    assert_eq!(sandbox.status(), "ROLLBACK_COMPLETE", "what never ran has nothing to delete");

    let sandbox = Sandbox::new();
    sandbox.begin("CreateStack", &template(&json!({ "C": custom(&json!({ "ServiceTimeout": 5 })) })));
    sandbox.now.set(sandbox.now.get() + std::time::Duration::from_secs(5));
    sandbox.run();
    let events = sandbox.events("s").join("\n");
    assert!(events.contains("CloudFormation did not receive a response from your Custom Resource."), "{events}");
    assert_eq!(sandbox.event().unwrap().event["RequestType"], "Delete");
}

#[test]
fn a_failure_beside_it_tells_the_function_to_delete() {
    let sandbox = Sandbox::new();
    sandbox.fail("Z", ResourceOperation::Create, 1);
    sandbox.begin("CreateStack", &template(&json!({ "C": custom(&json!({})), "Z": topic("z", "x") })));
    let event = sandbox.event().unwrap().event;
    assert_eq!(event["RequestType"], "Delete");
    assert!(event["PhysicalResourceId"].as_str().unwrap().starts_with("s-C-"), "{event}");
    sandbox.answer(&json!({}));
    assert_eq!(sandbox.status(), "ROLLBACK_COMPLETE");
}

#[test]
fn a_wait_condition_waits_for_its_signals() {
    let sandbox = Sandbox::new();
    let waiting = template(&json!({
        "H": { "Type": "AWS::CloudFormation::WaitConditionHandle" },
        "W": { "Type": "AWS::CloudFormation::WaitCondition",
               "Properties": { "Handle": { "Ref": "H" }, "Timeout": "60", "Count": 2 } },
        "P": parameter(&json!({ "Fn::GetAtt": ["W", "Data"] })),
    }));
    sandbox.begin("CreateStack", &waiting);
    let url = sandbox.physical_id("H");
    let handle = signals::handle_of(&url).unwrap();
    assert!(url.contains("/cloudformation-waitcondition-uswest2/") && url.contains("X-Amz-Signature="), "{url}");
    let signal = |unique: &str, status: &str| {
        let body = json!({ "Status": status, "UniqueId": unique, "Data": format!("d{unique}"), "Reason": "because" });
        let bucket = "cloudformation-waitcondition-uswest2";
        sandbox
            .with(|environment| signals::receive(environment, bucket, &handle, body.to_string().as_bytes()))
            .unwrap();
        sandbox.run();
    };
    signal("1", "SUCCESS");
    signal("1", "SUCCESS");
    assert_eq!(sandbox.status(), "CREATE_IN_PROGRESS", "the same signal counts once");
    signal("2", "SUCCESS");
    assert_eq!(sandbox.status(), "CREATE_COMPLETE");
    let value = sandbox.thing("AWS::SSM::Parameter", &sandbox.physical_id("P")).unwrap();
    assert_eq!(value["Value"], r#"{"1":"d1","2":"d2"}"#);

    let failing = Sandbox::new();
    failing.begin("CreateStack", &waiting);
    let handle = signals::handle_of(&failing.physical_id("H")).unwrap();
    let body = json!({ "Status": "FAILURE", "UniqueId": "x", "Reason": "because" });
    failing
        .with(|environment| {
            signals::receive(environment, "cloudformation-waitcondition-uswest2", &handle, body.to_string().as_bytes())
        })
        .unwrap();
    failing.run();
    let events = failing.events("s").join("\n");
    assert!(events.contains("WaitCondition received failed message: 'because' for uniqueId: x"), "{events}");

    let late = Sandbox::new();
    late.begin("CreateStack", &waiting);
    late.now.set(late.now.get() + std::time::Duration::from_mins(1));
    late.run();
    let events = late.events("s").join("\n");
    assert!(events.contains("WaitCondition timed out. Received 0 conditions when expecting 2"), "{events}");
    assert_eq!(late.status(), "ROLLBACK_COMPLETE");
}

#[test]
fn a_creation_policy_is_met_by_signals_to_the_resource() {
    let sandbox = Sandbox::new();
    sandbox.begin(
        "CreateStack",
        &template(&json!({ "W": { "Type": "AWS::CloudFormation::WaitCondition",
            "CreationPolicy": { "ResourceSignal": { "Count": 1, "Timeout": "PT1M" } } } })),
    );
    assert_eq!(sandbox.status(), "CREATE_IN_PROGRESS");
    let signal = [("StackName", "s"), ("LogicalResourceId", "W"), ("UniqueId", "u"), ("Status", "SUCCESS")];
    sandbox.call("SignalResource", &signal).unwrap();
    sandbox.run();
    assert_eq!(sandbox.status(), "CREATE_COMPLETE");
    assert_eq!(
        sandbox.refusal("SignalResource", &signal),
        "Resource W is in CREATE_COMPLETE state and cannot be signaled"
    );
}

/// A nested stack whose template is written into the parent's.
fn nested(body: &Value, parameters: &Value) -> Value {
    json!({ "Type": "AWS::CloudFormation::Stack",
            "Properties": { "TemplateBody": body.to_string(), "Parameters": parameters } })
}

fn inner(display: &str, more: &Value) -> Value {
    let mut resources = json!({ "T": topic("inner", display) });
    resources.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({
        "Parameters": { "Names": { "Type": "CommaDelimitedList" } },
        "Resources": resources,
        "Outputs": { "Arn": { "Value": { "Fn::GetAtt": ["T", "Arn"] } },
                     "First": { "Value": { "Fn::Select": [0, { "Ref": "Names" }] }, "Export": { "Name": "first" } } },
    })
}

fn outer(inner: &Value, names: &Value, after: &str) -> Value {
    template(&json!({
        "N": nested(inner, &json!({ "Names": names })),
        "P": parameter(&json!({ "Fn::GetAtt": ["N", "Outputs.Arn"] })),
        "Z": { "Type": "AWS::SNS::Topic", "DependsOn": "P", "Properties": { "TopicName": "z", "DisplayName": after } },
    }))
}

#[test]
fn a_nested_stack_lives_with_its_parent() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.create(&outer(&inner("1", &json!({})), &json!(["a", "b"]), "1")), "CREATE_COMPLETE");
    let id = sandbox.physical_id("N");
    let stack = sandbox.stack(&id);
    assert_eq!(stack["StackStatus"], "CREATE_COMPLETE");
    assert_eq!(
        (&stack["ParentId"], &stack["RootId"]),
        (&sandbox.stack("s")["StackId"], &sandbox.stack("s")["StackId"])
    );
    assert_eq!(sandbox.thing("AWS::SSM::Parameter", &sandbox.physical_id("P")).unwrap()["Value"], "arn:test:inner");
    assert!(stack["StackName"].as_str().unwrap().starts_with("s-N-"));

    // An update through the parent; what goes from the nested stack goes once the parent is done.
    let more = json!({ "U": topic("u", "x") });
    assert_eq!(sandbox.update(&outer(&inner("2", &more), &json!(["a", "b"]), "1")), "UPDATE_COMPLETE");
    assert_eq!(sandbox.thing("AWS::SNS::Topic", "inner").unwrap()["DisplayName"], "2");
    assert_eq!(sandbox.physical_id("N"), id);
    assert_eq!(sandbox.update(&outer(&inner("2", &json!({})), &json!(["c"]), "1")), "UPDATE_COMPLETE");
    assert_eq!(sandbox.stack(&id)["StackStatus"], "UPDATE_COMPLETE");
    assert_eq!(sandbox.thing("AWS::SNS::Topic", "u"), None);
    assert_eq!(sandbox.stack(&id)["Outputs"][1]["OutputValue"], "c");

    sandbox.call("DeleteStack", &[("StackName", "s")]).unwrap();
    sandbox.run();
    assert_eq!(sandbox.stack(&id)["StackStatus"], "DELETE_COMPLETE");
    assert_eq!((sandbox.things("AWS::SNS::Topic"), sandbox.things("AWS::SSM::Parameter")), (0, 0));
}

#[test]
fn a_nested_stack_goes_back_with_its_parent() {
    let sandbox = Sandbox::new();
    let more = json!({ "U": topic("u", "x") });
    sandbox.create(&outer(&inner("1", &more), &json!(["a"]), "1"));
    let id = sandbox.physical_id("N");
    sandbox.fail("Z", ResourceOperation::Update, 1);
    assert_eq!(sandbox.update(&outer(&inner("2", &json!({})), &json!(["b"]), "2")), "UPDATE_ROLLBACK_COMPLETE");
    let stack = sandbox.stack(&id);
    assert_eq!(stack["StackStatus"], "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(sandbox.thing("AWS::SNS::Topic", "inner").unwrap()["DisplayName"], "1");
    assert!(sandbox.thing("AWS::SNS::Topic", "u").is_some(), "what the update left behind was not deleted yet");
    assert_eq!(stack["Outputs"][1]["OutputValue"], "a");
    let exports = sandbox.call("ListExports", &[]).unwrap();
    assert_eq!(exports["Exports"][0]["Value"], "a");
    assert_eq!(stack["Parameters"][0]["ParameterValue"], "a");
    // And it can be updated again.
    assert_eq!(sandbox.update(&outer(&inner("3", &json!({})), &json!(["b"]), "3")), "UPDATE_COMPLETE");
    assert_eq!(sandbox.thing("AWS::SNS::Topic", "inner").unwrap()["DisplayName"], "3");
    assert_eq!(sandbox.thing("AWS::SNS::Topic", "u"), None);
}

#[test]
fn a_nested_stack_that_fails_fails_its_parent() {
    let sandbox = Sandbox::new();
    let broken = json!({ "B": parameter(&json!("refuse")) });
    let body = outer(&inner("1", &broken), &json!(["a"]), "1");
    assert_eq!(sandbox.create(&body), "ROLLBACK_COMPLETE");
    let failed = sandbox.events("s").into_iter().find(|line| line.starts_with("N CREATE_FAILED")).unwrap();
    assert!(
        failed.contains("was not successfully created: The following resource(s) failed to create: [B]."),
        "{failed}"
    );
    assert_eq!(sandbox.things("AWS::SNS::Topic"), 0);

    let sandbox = Sandbox::new();
    sandbox.create(&outer(&inner("1", &json!({})), &json!(["a"]), "1"));
    let id = sandbox.physical_id("N");
    let body = outer(&inner("2", &broken), &json!(["a"]), "2");
    assert_eq!(sandbox.update(&body), "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(sandbox.stack(&id)["StackStatus"], "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(sandbox.thing("AWS::SNS::Topic", "inner").unwrap()["DisplayName"], "1");

    let sandbox = Sandbox::new();
    let body = template(&json!({ "N": nested(&json!({ "Resources": { "X": { "Type": "A::B::C" } } }), &json!({})) }));
    assert_eq!(sandbox.create(&body), "ROLLBACK_COMPLETE");
    assert!(sandbox.events("s").join("\n").contains("Unrecognized resource types: [A::B::C]"));
}
