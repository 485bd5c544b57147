//! Test cases: saved, published, refused, found.

use callform_call::test_case::{ActionKind, EventKind, Observation, TestCaseContent};
use serde_json::{Value, json};

use super::{ARN, ID, Instance, but};

/// A test that ends when it begins.
fn content() -> String {
    let end = vec![("stop".to_owned(), ActionKind::EndTest)];
    let observation = Observation::new("begin", &EventKind::TestInitiated, end, vec![]);
    TestCaseContent::new(vec![observation]).to_json().to_string()
}

fn input(instance: &Instance, name: &str) -> Value {
    let flow = instance.flow("99999999-2222-4333-8444-555555555555", "CONTACT_FLOW");
    json!({
        "Name": name,
        "Content": content(),
        "EntryPoint": {"Type": "VOICE_CALL", "VoiceCallEntryPointParameters": {"FlowId": flow}},
        "Status": "PUBLISHED",
    })
}

fn described(instance: &Instance, id: &str, status: Option<&str>) -> Value {
    instance.call("DescribeTestCase", json!({"TestCaseId": id, "Status": status}))["TestCase"].clone()
}

#[test]
fn a_test_case_is_what_it_was_made_as() {
    let instance = Instance::new();
    let more = json!({"Description": "d", "InitializationData": "{\"Attributes\":{}}", "Tags": {"team": "care"}});
    let given = but(input(&instance, "greets"), more);
    let made = instance.call("CreateTestCase", given.clone());
    let id = made["TestCaseId"].as_str().unwrap();
    assert_eq!(made["TestCaseArn"], format!("{ARN}/test-case/{id}"));
    let described = described(&instance, id, None);
    for member in ["Name", "Description", "Content", "EntryPoint", "InitializationData", "Status", "Tags"] {
        assert_eq!(described[member], given[member], "{member}");
    }
    assert_eq!(described["TestCaseSha256"].as_str().unwrap().len(), 64);
    assert_eq!(described["LastModifiedRegion"], "us-west-2");

    let listed = instance.call("ListTestCases", json!({}));
    let entry = json!([{
        "Id": id, "Arn": made["TestCaseArn"], "Name": "greets", "Status": "PUBLISHED",
        "LastModifiedTime": 1_795_251_600.25, "LastModifiedRegion": "us-west-2",
    }]);
    assert_eq!(listed["TestCaseSummaryList"], entry);
    let tags = instance.call("ListTagsForResource", json!({"resourceArn": made["TestCaseArn"]}));
    assert_eq!(tags["tags"], json!({"team": "care"}));
    instance.call("DeleteTestCase", json!({"TestCaseId": made["TestCaseArn"]}));
    assert_eq!(instance.call("ListTestCases", json!({}))["TestCaseSummaryList"], json!([]));
    let gone = instance.refusal("DescribeTestCase", json!({"TestCaseId": id}));
    assert_eq!(gone, format!("ResourceNotFoundException: The test case {id} was not found."));
}

#[test]
fn only_what_is_published_is_looked_at() {
    let instance = Instance::new();
    let saved = json!({"Name": "draft", "Content": "no JSON", "Status": "SAVED"});
    let id = instance.made("CreateTestCase", saved, "TestCaseId");
    let publish = json!({"TestCaseId": id, "Status": "PUBLISHED"});
    let refusal = instance.attempt("UpdateTestCase", publish.clone()).unwrap_err();
    assert_eq!((refusal.status, refusal.code.as_str()), (400, "InvalidTestCaseException"));
    let problems = json!([
        {"message": "Must specify either FlowId or phone numbers"},
        {"message": "Invalid test case content"},
    ]);
    assert_eq!([&refusal.members["Problems"], &refusal.members["problemDetails"]], [&problems, &problems]);
    let never = instance.refusal("DescribeTestCase", json!({"TestCaseId": id, "Status": "PUBLISHED"}));
    assert_eq!(never, format!("ResourceNotFoundException: The test case {id} was never published."));
    let whole = but(input(&instance, "draft"), publish);
    instance.call("UpdateTestCase", whole);
    assert_eq!(described(&instance, &id, None)["Status"], "PUBLISHED");
}

#[test]
fn what_is_saved_beside_what_is_published_is_its_own() {
    let instance = Instance::new();
    let id = instance.made("CreateTestCase", input(&instance, "greets"), "TestCaseId");
    let published = described(&instance, &id, None);
    instance
        .call("UpdateTestCase", json!({"TestCaseId": id, "Content": "{}", "Status": "SAVED", "Name": "says hello"}));
    let now = described(&instance, &id, None);
    assert_eq!([&now["Content"], &now["Status"]], [&published["Content"], &json!("PUBLISHED")]);
    assert_eq!(now["Name"], "says hello", "a name is that of both");
    let saved = described(&instance, &id, Some("SAVED"));
    assert_eq!([&saved["Content"], &saved["Status"]], [&json!("{}"), &json!("SAVED")]);
    assert_eq!(saved["EntryPoint"], published["EntryPoint"], "what was not given is as it was");
    assert_ne!(saved["TestCaseSha256"], published["TestCaseSha256"]);
    let refusal = instance.refusal("UpdateTestCase", json!({"TestCaseId": id, "Status": "PUBLISHED"}));
    assert!(refusal.starts_with("InvalidTestCaseException"), "{refusal}");
    instance.call("UpdateTestCase", json!({"TestCaseId": id, "Status": "PUBLISHED", "Content": content()}));
    assert_eq!(described(&instance, &id, Some("SAVED"))["Status"], "PUBLISHED", "nothing is beside it any more");
}

#[test]
fn names_differ_and_numbers_and_flows_are_looked_at() {
    let instance = Instance::new();
    let given = input(&instance, "greets");
    instance.call("CreateTestCase", given.clone());
    let twice = instance.refusal("CreateTestCase", given.clone());
    assert_eq!(twice, "DuplicateResourceException: The test case greets exists already.");
    let entry = |parameters: Value| {
        let entry = json!({"Type": "VOICE_CALL", "VoiceCallEntryPointParameters": parameters});
        but(given.clone(), json!({"Name": "other", "EntryPoint": entry}))
    };
    let number = entry(json!({"SourcePhoneNumber": "5550100", "DestinationPhoneNumber": "+15550101"}));
    let expected = "InvalidParameterException: SourcePhoneNumber must be a phone number in E.164 format";
    assert_eq!(instance.refusal("CreateTestCase", number), expected);
    let nowhere = instance.refusal("CreateTestCase", entry(json!({"FlowId": ID})));
    assert_eq!(nowhere, format!("ResourceNotFoundException: The contact flow {ID} was not found."));
    let search = |criteria: Value| {
        let found = instance.call("SearchTestCases", json!({"SearchCriteria": criteria}));
        found["ApproximateTotalCount"].as_u64().unwrap()
    };
    let name = |value: &str| json!({"FieldName": "name", "Value": value, "ComparisonType": "CONTAINS"});
    assert_eq!(search(json!({"StringCondition": name("REET")})), 1);
    assert_eq!(search(json!({"StringCondition": name("other")})), 0);
    assert_eq!(search(json!({"StatusCondition": "SAVED"})), 0);
    assert_eq!(search(json!({"StatusCondition": "PUBLISHED"})), 1);
}

#[test]
fn only_what_is_published_is_executed() {
    let instance = Instance::new();
    let saved = json!({"Name": "draft", "Content": "{}", "Status": "SAVED"});
    let id = instance.made("CreateTestCase", saved, "TestCaseId");
    let refusal = instance.refusal("StartTestCaseExecution", json!({"TestCaseId": id}));
    let expected = "InvalidRequestException: A test case has to be published before it can be executed.";
    assert_eq!(refusal, expected);
    assert_eq!(instance.call("ListTestCaseExecutions", json!({}))["TestCaseExecutions"], json!([]));
    let missing = json!({"TestCaseId": id, "TestCaseExecutionId": ID});
    for operation in ["GetTestCaseExecutionSummary", "ListTestCaseExecutionRecords", "StopTestCaseExecution"] {
        let expected = format!("ResourceNotFoundException: The test case execution {ID} was not found.");
        assert_eq!(instance.refusal(operation, missing.clone()), expected, "{operation}");
    }
}
