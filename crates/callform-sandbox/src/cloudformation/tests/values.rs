use serde_json::json;

use super::*;
use crate::cloudformation::state::difference::{Difference, between, drift};
use crate::services::ssm;

#[test]
fn dynamic_references_are_resolved_for_handlers_and_shown_nowhere() {
    let sandbox = Sandbox::new();
    let input = json!({ "Name": "/pin", "Value": "s3cret", "Type": "String" });
    sandbox.with(|environment| ssm::call(environment, "PutParameter", input.as_object().unwrap())).unwrap();
    let body =
        template(&json!({ "A": parameter(&json!({ "Fn::Sub": "pin {{resolve:ssm:/pin}} of ${AWS::StackName}" })) }));
    assert_eq!(sandbox.create(&body), "CREATE_COMPLETE");
    let id = sandbox.physical_id("A");
    assert_eq!(sandbox.thing("AWS::SSM::Parameter", &id).unwrap()["Value"], "pin s3cret of s");
    for (action, name) in [("DescribeStackEvents", "s"), ("DescribeStacks", "s"), ("GetTemplate", "s")] {
        let answer = sandbox.call(action, &[("StackName", name)]).unwrap().to_string();
        assert!(!answer.contains("s3cret"), "{action}");
    }
    let drift = sandbox.call("DetectStackResourceDrift", &[("StackName", "s"), ("LogicalResourceId", "A")]).unwrap();
    assert_eq!(drift["StackResourceDrift"]["StackResourceDriftStatus"], "IN_SYNC");
    let missing = template(&json!({ "A": parameter(&json!("{{resolve:ssm:/nothing}}")) }));
    assert_eq!(sandbox.update(&missing), "UPDATE_ROLLBACK_COMPLETE");
}

#[test]
fn parameters_name_ssm_parameters() {
    let sandbox = Sandbox::new();
    let input = json!({ "Name": "/size", "Value": "large", "Type": "String" });
    sandbox.with(|environment| ssm::call(environment, "PutParameter", input.as_object().unwrap())).unwrap();
    let body = json!({
        "Parameters": { "Size": { "Type": "AWS::SSM::Parameter::Value<String>", "Default": "/size" } },
        "Resources": { "A": topic("a", "x"), "B": parameter(&json!({ "Ref": "Size" })) },
    });
    assert_eq!(sandbox.create(&body), "CREATE_COMPLETE");
    assert_eq!(
        sandbox.stack("s")["Parameters"][0],
        json!({ "ParameterKey": "Size", "ParameterValue": "/size", "ResolvedValue": "large" })
    );
    let id = sandbox.physical_id("B");
    assert_eq!(sandbox.thing("AWS::SSM::Parameter", &id).unwrap()["Value"], "large");
}

fn paths(found: Vec<Difference>) -> Vec<String> {
    found.into_iter().map(|found| found.path).collect()
}

#[test]
fn differences_go_to_the_leaves() {
    let before = json!({ "a": { "b": 1, "c": [1, 2] }, "d": [1], "e": 1 });
    let after = json!({ "a": { "b": 2, "c": [1, 3] }, "d": [1, 2], "f": 1 });
    assert_eq!(paths(between(&before, &after)), ["/a/b", "/a/c/1", "/d", "/e", "/f"]);
    let unknown = json!({ "a": { "Ref": "Later" } });
    assert_eq!(paths(between(&json!({ "a": { "b": 1 } }), &unknown)), ["/a"]);
}

#[test]
fn drift_knows_the_schema() {
    let queue = callform_schemas::get("AWS::Connect::Queue");
    let expected = json!({ "Name": "q", "MaxContacts": "5", "QuickConnectArns": ["a", "b"], "OutboundCallerConfig": { "OutboundCallerIdName": "x" } });
    let same = json!({ "Name": "q", "MaxContacts": 5, "QuickConnectArns": ["b", "a"], "Status": "ENABLED",
        "OutboundCallerConfig": { "OutboundCallerIdName": "x", "OutboundFlowArn": "default" } });
    assert_eq!(paths(drift(queue, &expected, &same)), Vec::<String>::new());
    let other = json!({ "Name": "q", "MaxContacts": 5, "QuickConnectArns": ["b"], "OutboundCallerConfig": {} });
    assert_eq!(
        paths(drift(queue, &expected, &other)),
        ["/QuickConnectArns/0", "/OutboundCallerConfig/OutboundCallerIdName"]
    );
    let function = callform_schemas::get("AWS::Lambda::Function");
    let expected = json!({ "Environment": { "Variables": { "A": "1" } } });
    let more = json!({ "Environment": { "Variables": { "A": "1", "B": "2" } } });
    assert_eq!(paths(drift(function, &expected, &more)), ["/Environment/Variables/B"], "a map has no defaults");
    let flow = callform_schemas::get("AWS::Connect::ContactFlow");
    let expected = json!({ "Content": "{\"a\": [1]}" });
    assert_eq!(paths(drift(flow, &expected, &json!({ "Content": "{\"a\":[1]}" }))), Vec::<String>::new());
    assert_eq!(paths(drift(flow, &expected, &json!({ "Content": "{\"a\":[2]}" }))), ["/Content"]);
    let user = callform_schemas::get("AWS::Connect::User");
    assert_eq!(paths(drift(user, &json!({ "Password": "x" }), &json!({}))), Vec::<String>::new());
}
