//! Routes, limits, pages, searches, tags and quotas.

use serde_json::{Value, json};

use crate::connect::{handle, operation_name};
use crate::faults::Faults;

use super::{ARN, ID, Instance};

fn get(instance: &Instance, path: &str, query: &[(&str, &str)]) -> Result<Value, String> {
    let query: Vec<(String, String)> = query.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let answer = instance.try_with(|environment| handle(environment, "GET", path, &query, b""));
    answer
        .map(|(status, body)| {
            assert_eq!(status, 200);
            body
        })
        .map_err(|error| error.to_string())
}

#[test]
fn path_ids_may_be_encoded_arns() {
    let instance = Instance::new();
    let queue = instance.queue("sales");
    let arn = format!("{ARN}/queue/{queue}").replace(':', "%3A").replace('/', "%2F");
    let whole = ARN.replace(':', "%3A").replace('/', "%2F");
    let answer = get(&instance, &format!("/queues/{whole}/{arn}"), &[]).expect("a queue");
    assert_eq!(answer["Queue"]["QueueId"], queue.as_str());
    assert_eq!(answer["Queue"]["LastModifiedTime"], json!(1_795_251_600.25));
    assert_eq!(answer["Queue"]["Tags"], json!({}));
}

#[test]
fn operations_are_found_by_method_and_path() {
    assert_eq!(operation_name("POST", "/users/i/u/proficiencies"), Some("UpdateUserProficiencies"));
    assert_eq!(operation_name("GET", "/users/i/u/proficiencies"), Some("ListUserProficiencies"));
    assert_eq!(
        operation_name("GET", "/tags/arn:aws:connect:us-west-2:1:instance/i/queue/q"),
        Some("ListTagsForResource")
    );
    let instance = Instance::new();
    assert_eq!(
        get(&instance, "/contacts/x", &[]),
        Err("NotImplementedException: The sandbox does not support Connect GET /contacts/x.".to_owned())
    );
}

#[test]
fn a_body_does_not_change_what_the_path_names() {
    let instance = Instance::new();
    let queue = instance.queue("sales");
    let other = instance.queue("service");
    let body = json!({ "QueueId": other, "Status": "DISABLED" }).to_string();
    let path = format!("/queues/{ID}/{queue}/status");
    instance.with(|environment| handle(environment, "POST", &path, &[], body.as_bytes()));
    assert_eq!(instance.call("DescribeQueue", json!({ "QueueId": queue }))["Queue"]["Status"], "DISABLED");
    assert_eq!(instance.call("DescribeQueue", json!({ "QueueId": other }))["Queue"]["Status"], "ENABLED");
}

#[test]
fn members_are_held_to_their_limits() {
    let instance = Instance::new();
    let cases = [
        (json!({}), "Value at 'name' failed to satisfy constraint: Member must not be null"),
        (
            json!({ "Name": "" }),
            "Value at 'name' failed to satisfy constraint: Member must have length greater than or equal to 1",
        ),
        (json!({ "Name": "x".repeat(128) }), "Member must have length less than or equal to 127"),
        (
            json!({ "Name": "x", "State": "ON" }),
            "Value at 'state' failed to satisfy constraint: Member must satisfy enum value set: [ENABLED, DISABLED]",
        ),
        (
            json!({ "Name": "x", "State": "ENABLED", "DisplayOrder": 51 }),
            "'displayOrder' failed to satisfy constraint: Member must have value less than or equal to 50",
        ),
        (
            json!({ "Name": "x", "State": "ENABLED", "Tags": {} }),
            "'tags' failed to satisfy constraint: Member must have length greater than or equal to 1",
        ),
        (json!({ "Name": "x", "State": "ENABLED", "Tags": { "aws:x": "y" } }), "The tag key aws:x is not valid"),
    ];
    for (input, expected) in cases {
        let refusal = instance.refusal("CreateAgentStatus", input);
        assert!(refusal.starts_with("InvalidParameterException: ") && refusal.ends_with(expected), "{refusal}");
    }
    let refusal = instance.refusal("CreateAgentStatus", json!({ "Name": 5, "State": "ENABLED" }));
    assert_eq!(refusal, "SerializationException: Name has a value of the wrong type.");
}

#[test]
fn missing_and_malformed_instances_are_told_apart() {
    let instance = Instance::new();
    let other = "99999999-2222-4333-8444-555555555555";
    assert_eq!(
        instance.refusal("ListUsers", json!({ "InstanceId": other })),
        format!("ResourceNotFoundException: The instance {other} was not found.")
    );
    assert_eq!(
        instance.refusal("ListUsers", json!({ "InstanceId": "kwglobal" })),
        "InvalidParameterException: Invalid parameter:  kwglobal"
    );
}

#[test]
fn pages_follow_each_other() {
    let instance = Instance::new();
    for name in ["a", "b", "c", "d"] {
        instance.queue(name);
    }
    let mut names = Vec::new();
    let mut token = Value::Null;
    loop {
        let page = instance.call("SearchQueues", json!({ "MaxResults": 2, "NextToken": token }));
        assert_eq!(page["ApproximateTotalCount"], 5);
        names.extend(page["Queues"].as_array().expect("queues").iter().map(|queue| queue["Name"].to_string()));
        token = page["NextToken"].clone();
        if token.is_null() {
            break;
        }
    }
    names.sort();
    assert_eq!(names, [r#""BasicQueue""#, r#""a""#, r#""b""#, r#""c""#, r#""d""#]);
    let token = instance.call("SearchQueues", json!({ "MaxResults": 2 }))["NextToken"].clone();
    for (operation, token) in [("SearchUsers", token), ("SearchUsers", json!("???"))] {
        let refusal = instance.refusal(operation, json!({ "NextToken": token }));
        assert_eq!(refusal, "InvalidParameterException: NextToken is not valid");
    }
}

#[test]
fn a_filtered_search_finds_all_on_all_pages() {
    let instance = Instance::new();
    for at in 0..7 {
        instance.queue(&format!("sales {at}"));
        instance.queue(&format!("service {at}"));
    }
    let criteria =
        json!({ "StringCondition": { "FieldName": "NAME", "Value": "SALES", "ComparisonType": "STARTS_WITH" } });
    let first = instance.call("SearchQueues", json!({ "MaxResults": 4, "SearchCriteria": criteria }));
    assert_eq!(first["ApproximateTotalCount"], 7);
    assert_eq!(first["Queues"].as_array().expect("queues").len(), 4);
    let second = instance
        .call("SearchQueues", json!({ "MaxResults": 4, "SearchCriteria": criteria, "NextToken": first["NextToken"] }));
    assert_eq!(second["Queues"].as_array().expect("queues").len(), 3);
    assert_eq!(second["NextToken"], Value::Null);
}

#[test]
fn conditions_combine() {
    let instance = Instance::new();
    let sales = instance.queue("sales");
    instance.queue("sales west");
    instance.queue("service");
    let tag = |value: &str| {
        instance
            .call("TagResource", json!({ "resourceArn": format!("{ARN}/queue/{sales}"), "tags": { "team": value } }))
    };
    tag("a");
    let is = |comparison: &str, value: &str| json!({ "StringCondition": { "FieldName": "name", "Value": value, "ComparisonType": comparison } });
    let found = |input: Value| {
        let answer = instance.call("SearchQueues", input);
        let mut names: Vec<String> = answer["Queues"]
            .as_array()
            .expect("queues")
            .iter()
            .map(|queue| queue["Name"].as_str().expect("a name").to_owned())
            .collect();
        names.sort();
        names.join(",")
    };
    assert_eq!(
        found(json!({ "SearchCriteria": { "AndConditions": [is("STARTS_WITH", "sales"), is("CONTAINS", "west")] } })),
        "sales west"
    );
    assert_eq!(
        found(json!({ "SearchCriteria": { "OrConditions": [is("EXACT", "sales"), is("EXACT", "service")] } })),
        "sales,service"
    );
    assert_eq!(
        found(json!({ "SearchCriteria": { "QueueTypeCondition": "STANDARD" } })),
        "BasicQueue,sales,sales west,service"
    );
    for filter in [
        json!({ "TagFilter": { "TagCondition": { "TagKey": "team", "TagValue": "a" } } }),
        json!({ "TagFilter": { "TagCondition": { "TagKey": "team" } } }),
        json!({ "TagFilter": { "AndConditions": [{ "TagKey": "team", "TagValue": "a" }] } }),
        json!({ "TagFilter": { "OrConditions": [[{ "TagKey": "x" }], [{ "TagKey": "team" }]] } }),
    ] {
        assert_eq!(found(json!({ "SearchFilter": filter })), "sales", "{filter}");
    }
    assert_eq!(found(json!({ "SearchFilter": { "TagFilter": { "TagCondition": { "TagValue": "b" } } } })), "");
    for criteria in [is("EXACT", "x"), json!({ "Typo": 1 })] {
        let mut criteria = criteria;
        if let Some(condition) = criteria.get_mut("StringCondition") {
            condition["FieldName"] = "colour".into();
        }
        let refusal = instance.refusal("SearchQueues", json!({ "SearchCriteria": criteria }));
        assert!(refusal.starts_with("InvalidParameterException: "), "{refusal}");
    }
}

#[test]
fn tags_are_kept_with_their_resource() {
    let instance = Instance::new();
    let arn = format!("{ARN}/queue/{}", instance.queue("sales"));
    instance.call("TagResource", json!({ "resourceArn": arn, "tags": { "team": "a", "cost": "1" } }));
    instance.call("TagResource", json!({ "resourceArn": arn, "tags": { "team": "b" } }));
    instance.call("UntagResource", json!({ "resourceArn": arn, "tagKeys": ["cost"] }));
    instance.call("TagResource", json!({ "resourceArn": ARN, "tags": { "stage": "test" } }));
    let tags = |arn: &str| instance.call("ListTagsForResource", json!({ "resourceArn": arn }))["tags"].clone();
    assert_eq!(tags(&arn), json!({ "team": "b" }));
    assert_eq!(tags(ARN), json!({ "stage": "test" }));
    let found = |input: Value| instance.call("SearchResourceTags", input)["Tags"].clone();
    assert_eq!(found(json!({})), json!([{ "key": "team", "value": "b" }]));
    assert_eq!(found(json!({ "ResourceTypes": ["agent"] })), json!([]));
    assert_eq!(found(json!({ "ResourceTypes": ["standard-queue"] })), json!([{ "key": "team", "value": "b" }]));
    let missing = format!("{ARN}/queue/{ID}");
    let refusal = instance.refusal("TagResource", json!({ "resourceArn": missing, "tags": { "a": "b" } }));
    assert_eq!(refusal, format!("ResourceNotFoundException: The resource {missing} was not found."));
}

#[test]
fn default_quotas_hold_where_they_are_asked_for() {
    let instance = Instance::new();
    let faults = Faults { default_quotas: true, ..Faults::default() };
    faults.save(instance.folder()).expect("a file");
    for at in 2..50 {
        instance.call("CreateAgentStatus", json!({ "Name": format!("s{at}"), "State": "ENABLED" }));
    }
    let one_more = json!({ "Name": "one more", "State": "ENABLED" });
    assert_eq!(
        instance.refusal("CreateAgentStatus", one_more.clone()),
        "LimitExceededException: The limit of 50 for agent status is reached."
    );
    Faults::default().save(instance.folder()).expect("a file");
    instance.call("CreateAgentStatus", one_more);
}

#[test]
fn queries_carry_lists_and_numbers() {
    let instance = Instance::new();
    let queue = instance.queue("sales");
    let arn = format!("{ARN}/queue/{queue}");
    instance.call("TagResource", json!({ "resourceArn": arn, "tags": { "a": "1", "b": "2", "c": "3" } }));
    let query = [("tagKeys".to_owned(), "a".to_owned()), ("tagKeys".to_owned(), "c".to_owned())];
    let path = format!("/tags/{}", arn.replace('/', "%2F"));
    instance.with(|environment| handle(environment, "DELETE", &path, &query, b""));
    assert_eq!(get(&instance, &path, &[]), Ok(json!({ "tags": { "b": "2" } })));
    let listed = get(&instance, &format!("/queues-summary/{ID}"), &[("maxResults", "1"), ("queueTypes", "STANDARD")]);
    let listed = listed.expect("queues");
    assert_eq!(listed["QueueSummaryList"].as_array().map(Vec::len), Some(1));
    assert!(listed["NextToken"].is_string());
    for (name, value) in [("maxResults", "many"), ("maxResults", "1001"), ("queueTypes", "OTHER")] {
        let refusal = get(&instance, &format!("/queues-summary/{ID}"), &[(name, value)]).expect_err("refused");
        assert!(refusal.starts_with("InvalidParameterException"), "{refusal}");
    }
}
