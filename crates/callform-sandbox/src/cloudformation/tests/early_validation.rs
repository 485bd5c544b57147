//! What change sets are refused for before anything is done.

use serde_json::{Value, json};

use super::{Sandbox, parameter, template, topic};

impl Sandbox {
    /// Makes a change set; its description.
    fn propose(&self, kind: &str, template: &Value) -> Value {
        let body = template.to_string();
        let request =
            [("StackName", "s"), ("ChangeSetName", "c"), ("ChangeSetType", kind), ("TemplateBody", body.as_str())];
        let made = self.call("CreateChangeSet", &request).unwrap();
        self.call("DescribeChangeSet", &[("ChangeSetName", made["Id"].as_str().unwrap())]).unwrap()
    }

    fn validation_events(&self, change_set: &Value, only_failed: &str) -> Vec<Value> {
        let id = change_set["ChangeSetId"].as_str().unwrap();
        let found =
            self.call("DescribeEvents", &[("ChangeSetName", id), ("Filters.FailedEvents", only_failed)]).unwrap();
        let events = found["OperationEvents"].as_array().unwrap().clone();
        events.into_iter().filter(|event| event["EventType"] == "VALIDATION_ERROR").collect()
    }
}

#[test]
fn wrong_properties_are_in_the_events_and_not_in_the_reason() {
    let sandbox = Sandbox::new();
    let change_set = sandbox.propose(
        "CREATE",
        &template(&json!({
            "A": topic("a", "x"),
            "B": { "Type": "AWS::S3::Bucket", "Properties": {
                "BucketName": "bucket", "Nonsense": 1, "Tags": [{ "Key": "k" }],
                "VersioningConfiguration": { "Status": { "Ref": "A" } },
            } },
            "S": { "Type": "AWS::SSM::Parameter", "Properties": { "Type": "{{resolve:ssm:kind}}", "Value": "v" } },
        })),
    );
    assert_eq!((&change_set["Status"], &change_set["ExecutionStatus"]), (&json!("FAILED"), &json!("UNAVAILABLE")));
    assert_eq!(
        change_set["StatusReason"],
        "The following hook(s)/validation failed: [AWS::EarlyValidation::PropertyValidation]. To troubleshoot Early Validation errors, use the DescribeEvents API for detailed failure information."
    );
    let events = sandbox.validation_events(&change_set, "true");
    let shown: Vec<(&str, &str)> = events
        .iter()
        .map(|event| (event["ValidationPath"].as_str().unwrap(), event["ValidationFailureMode"].as_str().unwrap()))
        .collect();
    assert_eq!(shown.len(), 2, "{events:?}");
    assert!(
        shown.iter().all(|(path, mode)| path.starts_with("/Resources/B/Properties") && *mode == "FAIL"),
        "{shown:?}"
    );
    assert!(events.iter().all(|event| event["ValidationName"] == "PROPERTY_VALIDATION"
        && event["LogicalResourceId"] == "B"
        && event["OperationType"] == "CREATE_CHANGESET"));
    let error = sandbox.call("ExecuteChangeSet", &[("StackName", "s"), ("ChangeSetName", "c")]).unwrap_err();
    assert_eq!(error.code, "InvalidChangeSetStatus");
}

#[test]
fn names_that_are_taken_are_refused_and_imports_are_not() {
    let sandbox = Sandbox::new();
    sandbox.set_thing("AWS::S3::Bucket", "taken", &json!({ "BucketName": "taken" }));
    let bucket = template(&json!({ "B": { "Type": "AWS::S3::Bucket", "Properties": { "BucketName": "taken" } } }));
    let change_set = sandbox.propose("CREATE", &bucket);
    assert!(change_set["StatusReason"].as_str().unwrap().contains("[AWS::EarlyValidation::ResourceExistenceCheck]"));
    let event = &sandbox.validation_events(&change_set, "false")[0];
    assert_eq!(event["ValidationName"], "NAME_CONFLICT_VALIDATION");
    assert_eq!(
        event["ValidationStatusReason"],
        "Resource of type 'AWS::S3::Bucket' with identifier 'taken' already exists."
    );
    let mut kept = bucket;
    kept["Resources"]["B"]["DeletionPolicy"] = "Retain".into();
    let body = kept.to_string();
    let made = sandbox
        .call(
            "CreateChangeSet",
            &[
                ("StackName", "t"),
                ("ChangeSetName", "c"),
                ("ChangeSetType", "CREATE"),
                ("TemplateBody", &body),
                ("ImportExistingResources", "true"),
            ],
        )
        .unwrap();
    let found = sandbox.call("DescribeChangeSet", &[("ChangeSetName", made["Id"].as_str().unwrap())]).unwrap();
    assert_eq!(found["Status"], "CREATE_COMPLETE");
    assert_eq!(
        sandbox.refusal("DescribeEvents", &[]),
        "One of ChangeSetName, OperationId or StackName must be specified."
    );
}

#[test]
fn what_does_not_change_is_not_looked_at() {
    let sandbox = Sandbox::new();
    sandbox.create(&template(&json!({ "A": topic("a", "x") })));
    let more = template(&json!({ "A": topic("a", "x"), "P": parameter(&json!("v")) }));
    let change_set = sandbox.propose("UPDATE", &more);
    assert_eq!(change_set["Status"], "CREATE_COMPLETE", "{change_set}");
    assert!(sandbox.validation_events(&change_set, "false").is_empty());
}

#[test]
fn events_of_a_stack_are_listed_to_the_first_however_many_there_are() {
    let sandbox = Sandbox::new();
    let topics: serde_json::Map<String, Value> =
        (0..60).map(|number| (format!("T{number}"), topic(&format!("t{number}"), "x"))).collect();
    sandbox.create(&template(&topics.into()));
    let (mut found, mut token) = (0, None);
    loop {
        let mut request = vec![("StackName", "s".to_owned())];
        request.extend(token.map(|token: String| ("NextToken", token)));
        let request: Vec<(&str, &str)> = request.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let page = sandbox.call("DescribeEvents", &request).unwrap();
        let events = page["OperationEvents"].as_array().unwrap();
        found += events.iter().filter(|event| event["ResourceType"] == "AWS::SNS::Topic").count();
        token = page["NextToken"].as_str().map(str::to_owned);
        if token.is_none() {
            break;
        }
    }
    assert!(found >= 120, "each has at least a beginning and an end: {found}");
}
