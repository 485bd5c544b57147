use serde_json::json;

use super::*;

fn change_set(sandbox: &Sandbox, template: &Value, kind: &str) -> Value {
    let body = template.to_string();
    let request =
        [("StackName", "s"), ("ChangeSetName", "c"), ("TemplateBody", body.as_str()), ("ChangeSetType", kind)];
    sandbox.call("CreateChangeSet", &request).unwrap();
    describe(sandbox)
}

fn describe(sandbox: &Sandbox) -> Value {
    let request = [("StackName", "s"), ("ChangeSetName", "c"), ("IncludePropertyValues", "true")];
    sandbox.call("DescribeChangeSet", &request).unwrap()
}

fn execute(sandbox: &Sandbox) -> String {
    sandbox.call("ExecuteChangeSet", &[("StackName", "s"), ("ChangeSetName", "c")]).unwrap();
    sandbox.run();
    sandbox.status()
}

#[test]
fn a_stack_is_created_through_a_change_set() {
    let sandbox = Sandbox::new();
    let body = template(&json!({ "A": topic("a", "x"), "B": parameter(&json!({ "Ref": "A" })) }));
    let described = change_set(&sandbox, &body, "CREATE");
    assert_eq!(described["Status"], "CREATE_COMPLETE");
    assert_eq!(described["ExecutionStatus"], "AVAILABLE");
    assert_eq!(
        described["Changes"][1],
        json!({ "Type": "Resource", "ResourceChange": {
            "Action": "Add",
            "LogicalResourceId": "B",
            "ResourceType": "AWS::SSM::Parameter",
            "Scope": [],
            "Details": [],
            "AfterContext": r#"{"Properties":{"Type":"String","Value":"{{changeSet:KNOWN_AFTER_APPLY}}"}}"#,
        } })
    );
    assert_eq!(sandbox.status(), "REVIEW_IN_PROGRESS");
    assert_eq!(execute(&sandbox), "CREATE_COMPLETE");
    assert_eq!(
        sandbox.events("s")[..2],
        ["s REVIEW_IN_PROGRESS User Initiated", "s CREATE_IN_PROGRESS User Initiated"]
    );
    assert_eq!(describe(&sandbox)["ExecutionStatus"], "EXECUTE_COMPLETE");
    let again = change_set_error(&sandbox, &body, "CREATE");
    assert_eq!(again, "Stack [s] already exists and cannot be created again with the changeSet [d].");
}

fn change_set_error(sandbox: &Sandbox, template: &Value, kind: &str) -> String {
    let body = template.to_string();
    let request =
        [("StackName", "s"), ("ChangeSetName", "d"), ("TemplateBody", body.as_str()), ("ChangeSetType", kind)];
    sandbox.refusal("CreateChangeSet", &request)
}

#[test]
fn a_change_set_without_changes_fails() {
    let sandbox = Sandbox::new();
    let body = template(&json!({ "A": topic("a", "x") }));
    sandbox.create(&body);
    let described = change_set(&sandbox, &body, "UPDATE");
    assert_eq!(described["Status"], "FAILED");
    assert_eq!(described["ExecutionStatus"], "UNAVAILABLE");
    assert_eq!(
        described["StatusReason"],
        "The submitted information didn't contain changes. Submit different information to create a change set."
    );
    let error = sandbox.call("ExecuteChangeSet", &[("StackName", "s"), ("ChangeSetName", "c")]).unwrap_err();
    assert_eq!(error.code, "InvalidChangeSetStatus");
    let id = described["ChangeSetId"].as_str().unwrap();
    assert_eq!(error.message, format!("ChangeSet [{id}] cannot be executed in its current status of [FAILED]"));
}

#[test]
fn modifications_say_what_why_and_whether_they_replace() {
    let sandbox = Sandbox::new();
    sandbox.create(&template(&json!({
        "A": topic("a", "before"),
        "Replaced": topic("old", "x"),
        "Follows": parameter(&json!({ "Ref": "Replaced" })),
        "Reads": parameter(&json!({ "Fn::GetAtt": ["A", "Arn"] })),
        "Removed": topic("removed", "x"),
    })));
    let described = change_set(
        &sandbox,
        &template(&json!({
            "A": topic("a", "after"),
            "Replaced": topic("new", "x"),
            "Follows": parameter(&json!({ "Ref": "Replaced" })),
            "Reads": parameter(&json!({ "Fn::GetAtt": ["A", "Arn"] })),
        })),
        "UPDATE",
    );
    let change = |id: &str| {
        let changes = described["Changes"].as_array().unwrap().iter();
        changes
            .map(|change| &change["ResourceChange"])
            .find(|change| change["LogicalResourceId"] == id)
            .unwrap()
            .clone()
    };
    let a = change("A");
    assert_eq!((a["Action"].as_str(), a["Replacement"].as_str()), (Some("Modify"), Some("False")));
    assert_eq!(a["Scope"], json!(["Properties"]));
    assert_eq!(
        a["Details"],
        json!([{
            "Target": {
                "Attribute": "Properties", "Name": "DisplayName", "RequiresRecreation": "Never",
                "Path": "/Properties/DisplayName", "BeforeValue": "before", "AfterValue": "after",
                "AttributeChangeType": "Modify",
            },
            "Evaluation": "Static", "ChangeSource": "DirectModification",
        }])
    );
    assert_eq!(a["BeforeContext"], r#"{"Properties":{"TopicName":"a","DisplayName":"before"}}"#);
    let replaced = change("Replaced");
    assert_eq!(
        (replaced["Replacement"].as_str(), replaced["PolicyAction"].as_str()),
        (Some("True"), Some("ReplaceAndDelete"))
    );
    let follows = change("Follows");
    assert_eq!(follows["Replacement"], "False");
    assert_eq!(follows["Details"][0]["ChangeSource"], "ResourceReference");
    assert_eq!(follows["Details"][0]["CausingEntity"], "Replaced");
    assert_eq!(follows["Details"][0]["Target"]["AfterValue"], "{{changeSet:KNOWN_AFTER_APPLY}}");
    let reads = change("Reads");
    assert_eq!(reads["Details"][0]["CausingEntity"], "A.Arn");
    assert_eq!(reads["Details"][0]["Evaluation"], "Dynamic");
    assert_eq!(
        (change("Removed")["Action"].as_str(), change("Removed")["PolicyAction"].as_str()),
        (Some("Remove"), Some("Delete"))
    );
    assert_eq!(execute(&sandbox), "UPDATE_COMPLETE");
    assert!(!sandbox.events("s").contains(&"Reads UPDATE_IN_PROGRESS".to_owned()), "it did not change after all");
}

#[test]
fn a_changed_parameter_is_named_as_the_cause() {
    let sandbox = Sandbox::new();
    let body = json!({
        "Parameters": { "Value": { "Type": "String" }, "Secret": { "Type": "String", "NoEcho": true, "Default": "hidden" } },
        "Resources": { "P": { "Type": "AWS::SSM::Parameter", "Properties": {
            "Type": "String", "Value": { "Ref": "Value" }, "Description": { "Ref": "Secret" } } } },
    })
    .to_string();
    let value = |value: &'static str| {
        [("Parameters.member.1.ParameterKey", "Value"), ("Parameters.member.1.ParameterValue", value)]
    };
    let mut request = vec![("StackName", "s"), ("TemplateBody", body.as_str())];
    request.extend(value("one"));
    sandbox.call("CreateStack", &request).unwrap();
    sandbox.run();
    let mut request = vec![("StackName", "s"), ("ChangeSetName", "c"), ("UsePreviousTemplate", "true")];
    request.extend(value("two"));
    sandbox.call("CreateChangeSet", &request).unwrap();
    let change = describe(&sandbox)["Changes"][0]["ResourceChange"].clone();
    let sources: Vec<(&str, &str, &str)> = change["Details"]
        .as_array()
        .unwrap()
        .iter()
        .map(|detail| {
            let text = |name: &str| detail[name].as_str().unwrap_or_default();
            (text("ChangeSource"), text("Evaluation"), text("CausingEntity"))
        })
        .collect();
    assert_eq!(sources, [("ParameterReference", "Static", "Value"), ("DirectModification", "Dynamic", "")]);
    assert_eq!(change["AfterContext"], r#"{"Properties":{"Type":"String","Value":"two","Description":"****"}}"#);
    let without = sandbox.call("DescribeChangeSet", &[("StackName", "s"), ("ChangeSetName", "c")]).unwrap();
    let target = &without["Changes"][0]["ResourceChange"]["Details"][0]["Target"];
    assert_eq!(*target, json!({ "Attribute": "Properties", "Name": "Value", "RequiresRecreation": "Never" }));
    let parameters = &sandbox.stack("s")["Parameters"];
    assert!(parameters.to_string().contains(r#"{"ParameterKey":"Secret","ParameterValue":"****"}"#));
    let events = sandbox.call("DescribeStackEvents", &[("StackName", "s")]).unwrap().to_string();
    assert!(!events.contains("hidden"), "secrets are nowhere to be seen");
}

#[test]
fn other_change_sets_are_obsolete_after_an_execution() {
    let sandbox = Sandbox::new();
    sandbox.create(&template(&json!({ "A": topic("a", "x") })));
    for (name, display) in [("c", "y"), ("d", "z")] {
        let body = template(&json!({ "A": topic("a", display) })).to_string();
        sandbox
            .call("CreateChangeSet", &[("StackName", "s"), ("ChangeSetName", name), ("TemplateBody", &body)])
            .unwrap();
    }
    assert_eq!(execute(&sandbox), "UPDATE_COMPLETE");
    let other = sandbox.call("DescribeChangeSet", &[("StackName", "s"), ("ChangeSetName", "d")]).unwrap();
    assert_eq!(other["ExecutionStatus"], "OBSOLETE");
    sandbox.call("DeleteChangeSet", &[("StackName", "s"), ("ChangeSetName", "d")]).unwrap();
    let listed = sandbox.call("ListChangeSets", &[("StackName", "s")]).unwrap();
    assert_eq!(listed["Summaries"].as_array().unwrap().len(), 1);
    let error = sandbox.call("DescribeChangeSet", &[("StackName", "s"), ("ChangeSetName", "d")]).unwrap_err();
    assert_eq!((error.status, error.code.as_str()), (404, "ChangeSetNotFound"));
    assert_eq!(
        sandbox.refusal("DescribeChangeSet", &[("ChangeSetName", "c")]),
        "StackName must be specified if ChangeSetName is not specified as an ARN."
    );
}

#[test]
fn repeated_requests_are_harmless() {
    let sandbox = Sandbox::new();
    let body = template(&json!({ "A": topic("a", "x") })).to_string();
    let request = [
        ("StackName", "s"),
        ("ChangeSetName", "c"),
        ("TemplateBody", body.as_str()),
        ("ChangeSetType", "CREATE"),
        ("ClientToken", "t"),
    ];
    let first = sandbox.call("CreateChangeSet", &request).unwrap();
    assert_eq!(sandbox.call("CreateChangeSet", &request).unwrap(), first);
    let request = [("StackName", "s"), ("ChangeSetName", "c"), ("ClientRequestToken", "t")];
    sandbox.call("ExecuteChangeSet", &request).unwrap();
    sandbox.call("ExecuteChangeSet", &request).unwrap();
    sandbox.run();
    sandbox.call("ExecuteChangeSet", &request).unwrap();
    assert_eq!(sandbox.run(), 0);
    assert_eq!(sandbox.status(), "CREATE_COMPLETE");
}

#[test]
fn outputs_alone_make_an_update_and_template_metadata_does_not() {
    let sandbox = Sandbox::new();
    sandbox.create(&template(&json!({ "A": topic("a", "x") })));
    let described_anew = json!({ "Metadata": { "x": 1 }, "Resources": { "A": topic("a", "x") } });
    assert_eq!(change_set(&sandbox, &described_anew, "UPDATE")["Status"], "FAILED");
    let with_output = json!({ "Resources": { "A": topic("a", "x") }, "Outputs": { "O": { "Value": "1" } } });
    assert_eq!(sandbox.update(&with_output), "UPDATE_COMPLETE");
    assert_eq!(sandbox.stack("s")["Outputs"][0]["OutputValue"], "1");
}

#[test]
fn changes_come_in_pages() {
    let sandbox = Sandbox::new();
    let resources: serde_json::Map<String, Value> =
        (0..150).map(|index| (format!("T{index:03}"), topic(&format!("t{index}"), "x"))).collect();
    let body = template(&Value::Object(resources)).to_string();
    sandbox
        .call(
            "CreateChangeSet",
            &[("StackName", "s"), ("ChangeSetName", "c"), ("TemplateBody", &body), ("ChangeSetType", "CREATE")],
        )
        .unwrap();
    let first = sandbox.call("DescribeChangeSet", &[("StackName", "s"), ("ChangeSetName", "c")]).unwrap();
    let token = first["NextToken"].as_str().unwrap();
    let second =
        sandbox.call("DescribeChangeSet", &[("StackName", "s"), ("ChangeSetName", "c"), ("NextToken", token)]).unwrap();
    assert_eq!(first["Changes"].as_array().unwrap().len() + second["Changes"].as_array().unwrap().len(), 150);
    assert_eq!(second.get("NextToken"), None);
}

#[test]
fn the_name_of_an_executed_change_set_is_free_again() {
    let sandbox = Sandbox::new();
    change_set(&sandbox, &template(&json!({ "A": topic("a", "x") })), "CREATE");
    execute(&sandbox);
    let described = change_set(&sandbox, &template(&json!({ "A": topic("a", "y") })), "UPDATE");
    assert_eq!(described["ExecutionStatus"], "AVAILABLE");
    let body = template(&json!({ "A": topic("a", "z") })).to_string();
    assert_eq!(
        sandbox.refusal("CreateChangeSet", &[("StackName", "s"), ("ChangeSetName", "c"), ("TemplateBody", &body)]),
        "ChangeSet c already exists"
    );
}
