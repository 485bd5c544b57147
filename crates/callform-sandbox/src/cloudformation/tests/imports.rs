use serde_json::json;

use super::*;

fn imported(name: &str) -> Value {
    let mut topic = topic(name, "x");
    topic["DeletionPolicy"] = json!("Retain");
    topic
}

fn request<'a>(body: &'a str, id: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("StackName", "s"),
        ("ChangeSetName", "c"),
        ("ChangeSetType", "IMPORT"),
        ("TemplateBody", body),
        ("ResourcesToImport.member.1.LogicalResourceId", "A"),
        ("ResourcesToImport.member.1.ResourceType", "AWS::SNS::Topic"),
        ("ResourcesToImport.member.1.ResourceIdentifier.entry.1.key", "TopicArn"),
        ("ResourcesToImport.member.1.ResourceIdentifier.entry.1.value", id),
    ]
}

fn execute(sandbox: &Sandbox) -> String {
    sandbox.call("ExecuteChangeSet", &[("StackName", "s"), ("ChangeSetName", "c")]).unwrap();
    sandbox.run();
    sandbox.status()
}

#[test]
fn existing_resources_join_a_new_stack() {
    let sandbox = Sandbox::new();
    sandbox.set_thing("AWS::SNS::Topic", "a", &json!({ "TopicName": "a", "DisplayName": "x" }));
    let body = template(&json!({ "A": imported("a") })).to_string();
    sandbox.call("CreateChangeSet", &request(&body, "a")).unwrap();
    let described = sandbox.call("DescribeChangeSet", &[("StackName", "s"), ("ChangeSetName", "c")]).unwrap();
    let change = &described["Changes"][0]["ResourceChange"];
    assert_eq!((change["Action"].as_str(), change["PhysicalResourceId"].as_str()), (Some("Import"), Some("a")));
    assert_eq!(execute(&sandbox), "IMPORT_COMPLETE");
    assert_eq!(
        sandbox.later_events(1),
        [
            "s IMPORT_IN_PROGRESS User Initiated",
            "A IMPORT_IN_PROGRESS Resource import started.",
            "A IMPORT_COMPLETE Resource import completed.",
            "A UPDATE_IN_PROGRESS Apply stack-level tags to imported resource if applicable.",
            "A UPDATE_COMPLETE",
            "s IMPORT_COMPLETE",
        ]
    );
    assert_eq!(sandbox.update(&template(&json!({ "A": topic("a", "y") }))), "UPDATE_COMPLETE");
    assert_eq!(sandbox.thing("AWS::SNS::Topic", "a").unwrap()["DisplayName"], "y");
}

#[test]
fn what_is_not_there_cannot_be_imported() {
    let sandbox = Sandbox::new();
    sandbox.create(&template(&json!({ "B": topic("b", "x") })));
    let body = template(&json!({ "A": imported("a"), "B": topic("b", "x") })).to_string();
    sandbox.call("CreateChangeSet", &request(&body, "a")).unwrap();
    assert_eq!(execute(&sandbox), "IMPORT_ROLLBACK_COMPLETE");
    let listed = sandbox.call("ListStackResources", &[("StackName", "s")]).unwrap();
    assert_eq!(listed["StackResourceSummaries"].as_array().unwrap().len(), 1);
    assert!(sandbox.thing("AWS::SNS::Topic", "b").is_some());
}

#[test]
fn an_import_does_nothing_else() {
    let sandbox = Sandbox::new();
    sandbox.create(&template(&json!({ "B": topic("b", "x") })));
    let body = template(&json!({ "A": imported("a"), "B": topic("b", "y") })).to_string();
    assert_eq!(
        sandbox.refusal("CreateChangeSet", &request(&body, "a")),
        "You have modified resources [B] in your template that are not being imported. Update, create or delete operations cannot be executed during import operations."
    );
    let body = template(&json!({ "A": topic("a", "x"), "B": topic("b", "x") })).to_string();
    assert_eq!(
        sandbox.refusal("CreateChangeSet", &request(&body, "a")),
        "The following resources to import [A] must have DeletionPolicy attribute specified in the template."
    );
}

#[test]
fn resources_with_names_of_their_own_can_be_found_and_imported() {
    let sandbox = Sandbox::new();
    sandbox.set_thing("AWS::S3::Bucket", "mine", &json!({ "BucketName": "mine" }));
    let bucket = json!({
        "Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain", "Properties": { "BucketName": "mine" },
    });
    let body = template(&json!({ "Bucket": bucket, "A": topic("a", "x") })).to_string();
    let request = [
        ("StackName", "s"),
        ("ChangeSetName", "c"),
        ("ChangeSetType", "CREATE"),
        ("TemplateBody", body.as_str()),
        ("ImportExistingResources", "true"),
    ];
    sandbox.call("CreateChangeSet", &request).unwrap();
    let described = sandbox.call("DescribeChangeSet", &[("StackName", "s"), ("ChangeSetName", "c")]).unwrap();
    assert_eq!(described["Changes"][0]["ResourceChange"]["Action"], "Import");
    assert_eq!(execute(&sandbox), "CREATE_COMPLETE");
    assert_eq!(sandbox.physical_id("Bucket"), "mine");
    assert_eq!(sandbox.things("AWS::S3::Bucket"), 1);
}

#[test]
fn what_a_function_names_or_what_goes_with_its_stack_is_not_imported() {
    let named_by_function = json!({ "BucketName": { "Fn::Sub": "mine" } });
    for (policy, properties) in [("Retain", named_by_function), ("Delete", json!({ "BucketName": "mine" }))] {
        let sandbox = Sandbox::new();
        sandbox.set_thing("AWS::S3::Bucket", "mine", &json!({ "BucketName": "mine" }));
        let bucket = json!({ "Type": "AWS::S3::Bucket", "DeletionPolicy": policy, "Properties": properties });
        let body = template(&json!({ "Bucket": bucket })).to_string();
        let request = [
            ("StackName", "s"),
            ("ChangeSetName", "c"),
            ("ChangeSetType", "CREATE"),
            ("TemplateBody", body.as_str()),
            ("ImportExistingResources", "true"),
        ];
        sandbox.call("CreateChangeSet", &request).unwrap();
        let described = sandbox.call("DescribeChangeSet", &[("StackName", "s"), ("ChangeSetName", "c")]).unwrap();
        assert_eq!(described["Changes"][0]["ResourceChange"]["Action"], "Add", "{policy}");
        assert_eq!(described["Status"], "FAILED", "{policy}: the name is taken");
    }
}
