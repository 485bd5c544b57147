use serde_json::json;

use super::*;

fn drifts(sandbox: &Sandbox) -> Value {
    let id = sandbox.call("DetectStackDrift", &[("StackName", "s")]).unwrap()["StackDriftDetectionId"].clone();
    let status =
        sandbox.call("DescribeStackDriftDetectionStatus", &[("StackDriftDetectionId", id.as_str().unwrap())]).unwrap();
    assert_eq!(status["DetectionStatus"], "DETECTION_COMPLETE");
    let drifts = sandbox.call("DescribeStackResourceDrifts", &[("StackName", "s")]).unwrap();
    json!({ "Stack": status["StackDriftStatus"], "Resources": drifts["StackResourceDrifts"] })
}

#[test]
fn drift_is_found_and_told() {
    let sandbox = Sandbox::new();
    let mut tagged = topic("b", "x");
    tagged["Properties"]["Tags"] = json!([{ "Key": "own", "Value": "1" }]);
    sandbox.create(&template(&json!({ "A": topic("a", "wanted"), "B": tagged, "C": topic("c", "x") })));
    assert_eq!(drifts(&sandbox)["Stack"], "IN_SYNC");
    sandbox.set_thing(
        "AWS::SNS::Topic",
        "a",
        &json!({ "TopicName": "a", "DisplayName": "live", "KmsMasterKeyId": "k" }),
    );
    let tags = json!([{ "Key": "aws:x", "Value": "2" }, { "Key": "own", "Value": "1" }]);
    sandbox.set_thing("AWS::SNS::Topic", "b", &json!({ "TopicName": "b", "DisplayName": "x", "Tags": tags }));
    sandbox.remove_thing("AWS::SNS::Topic", "c");
    let found = drifts(&sandbox);
    assert_eq!(found["Stack"], "DRIFTED");
    let a = &found["Resources"][0];
    assert_eq!(a["StackResourceDriftStatus"], "MODIFIED");
    assert_eq!(
        a["PropertyDifferences"],
        json!([{
            "PropertyPath": "/DisplayName", "ExpectedValue": "wanted", "ActualValue": "live", "DifferenceType": "NOT_EQUAL",
        }])
    );
    assert_eq!(a["ActualProperties"], r#"{"TopicName":"a","DisplayName":"live"}"#);
    assert_eq!(found["Resources"][1]["StackResourceDriftStatus"], "IN_SYNC");
    assert_eq!(found["Resources"][2]["StackResourceDriftStatus"], "DELETED");
    assert_eq!(found["Resources"][2].get("ActualProperties"), None);
    let filtered = [("StackName", "s"), ("StackResourceDriftStatusFilters.member.1", "DELETED")];
    let filtered = sandbox.call("DescribeStackResourceDrifts", &filtered).unwrap();
    assert_eq!(filtered["StackResourceDrifts"].as_array().unwrap().len(), 1);
}

fn revert(sandbox: &Sandbox, template: Option<&Value>) -> Value {
    let body = template.map(ToString::to_string);
    let source = match &body {
        Some(body) => ("TemplateBody", body.as_str()),
        None => ("UsePreviousTemplate", "true"),
    };
    let request = [("StackName", "s"), ("ChangeSetName", "c"), ("DeploymentMode", "REVERT_DRIFT"), source];
    sandbox.call("CreateChangeSet", &request).unwrap();
    let request = [("StackName", "s"), ("ChangeSetName", "c"), ("IncludePropertyValues", "true")];
    sandbox.call("DescribeChangeSet", &request).unwrap()
}

fn execute(sandbox: &Sandbox) -> String {
    sandbox.call("ExecuteChangeSet", &[("StackName", "s"), ("ChangeSetName", "c")]).unwrap();
    sandbox.run();
    sandbox.status()
}

#[test]
fn drift_is_reverted() {
    let sandbox = Sandbox::new();
    let body =
        template(&json!({ "A": topic("a", "wanted"), "B": topic("b", "x"), "C": parameter(&json!({ "Ref": "B" })) }));
    sandbox.create(&body);
    assert_eq!(revert(&sandbox, None)["Status"], "FAILED", "there is nothing to revert");
    sandbox.call("DeleteChangeSet", &[("StackName", "s"), ("ChangeSetName", "c")]).unwrap();
    sandbox.set_thing("AWS::SNS::Topic", "a", &json!({ "TopicName": "a", "DisplayName": "live" }));
    sandbox.remove_thing("AWS::SNS::Topic", "b");
    let described = revert(&sandbox, None);
    assert_eq!(described["DeploymentMode"], "REVERT_DRIFT");
    assert_eq!(described["StackDriftStatus"], "DRIFTED");
    let a = &described["Changes"][0]["ResourceChange"];
    assert_eq!((a["Action"].as_str(), a["ResourceDriftStatus"].as_str()), (Some("Modify"), Some("MODIFIED")));
    assert_eq!(a["BeforeContext"], r#"{"Properties":{"DisplayName":"live","TopicName":"a"}}"#);
    assert_eq!(a["PreviousDeploymentContext"], r#"{"Properties":{"TopicName":"a","DisplayName":"wanted"}}"#);
    let target = &a["Details"][0]["Target"];
    assert_eq!(target["BeforeValue"], "live");
    assert_eq!(target["AfterValue"], "wanted");
    assert_eq!(target["BeforeValueFrom"], "ACTUAL_STATE");
    assert_eq!(target["Drift"], json!({ "PreviousValue": "wanted", "ActualValue": "live" }));
    assert_eq!(described["Changes"][1]["ResourceChange"]["ResourceDriftStatus"], "DELETED");
    assert_eq!(execute(&sandbox), "UPDATE_COMPLETE");
    assert_eq!(sandbox.thing("AWS::SNS::Topic", "a").unwrap()["DisplayName"], "wanted");
    assert!(sandbox.thing("AWS::SNS::Topic", "b").is_some(), "it is there again");
}

#[test]
fn a_reverted_update_that_fails_goes_back_to_what_was_live() {
    let sandbox = Sandbox::new();
    let body = template(&json!({
        "A": topic("a", "wanted"),
        "B": { "Type": "AWS::SSM::Parameter", "DependsOn": "A", "Properties": { "Type": "String", "Value": "x" } },
    }));
    sandbox.create(&body);
    sandbox.set_thing("AWS::SNS::Topic", "a", &json!({ "TopicName": "a", "DisplayName": "live" }));
    let b = sandbox.physical_id("B");
    sandbox.set_thing("AWS::SSM::Parameter", &b, &json!({ "Type": "String", "Value": "changed" }));
    revert(&sandbox, None);
    sandbox.fail("B", ResourceOperation::Update, 1);
    assert_eq!(execute(&sandbox), "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(sandbox.thing("AWS::SNS::Topic", "a").unwrap()["DisplayName"], "live");
}

#[test]
fn a_template_that_says_what_is_live_already_touches_nothing() {
    let sandbox = Sandbox::new();
    sandbox.create(&template(&json!({ "A": topic("a", "old") })));
    sandbox.set_thing("AWS::SNS::Topic", "a", &json!({ "TopicName": "a", "DisplayName": "live" }));
    let described = revert(&sandbox, Some(&template(&json!({ "A": topic("a", "live") }))));
    assert_eq!(described["Changes"][0]["ResourceChange"]["Action"], "SyncWithActual");
    let seen = sandbox.events("s").len();
    assert_eq!(execute(&sandbox), "UPDATE_COMPLETE");
    assert_eq!(sandbox.later_events(seen).iter().filter(|line| line.starts_with("A ")).count(), 0);
    assert_eq!(drifts(&sandbox)["Stack"], "IN_SYNC");
}
