//! What the service refuses, and what stacks see of it.

use serde_json::{Value, json};

use super::{World, flow};
use crate::handler::HandlerErrorCode;

fn properties(world: &World, name: &str, content: &str) -> Value {
    json!({"InstanceArn": world.instance, "Name": name, "Type": "CONTACT_FLOW", "Content": content})
}

/// A flow that goes to a queue.
fn to_queue(queue: &str) -> String {
    json!({
        "Version": "2019-10-30",
        "StartAction": "queue",
        "Metadata": {},
        "Actions": [
            {
                "Identifier": "queue",
                "Type": "UpdateContactTargetQueue",
                "Parameters": {"QueueId": queue},
                "Transitions": {
                    "NextAction": "end",
                    "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}],
                },
            },
            {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}},
        ],
    })
    .to_string()
}

#[test]
fn a_flow_must_be_right_and_refer_to_what_exists() {
    let world = World::new();
    let gone = world.queue().replace(|c: char| c.is_ascii_hexdigit() && !c.is_ascii_digit(), "0");
    let content = to_queue(&gone);
    let error = world.try_create("ContactFlow", "flow", &properties(&world, "Menu", &content)).unwrap_err();
    assert_eq!(error.code, HandlerErrorCode::InvalidRequest);
    let text =
        "Service returned error code InvalidContactFlowException (Service: Connect, Status Code: 400, Request ID: ";
    assert!(error.message.starts_with(text), "{error:?}");
    let input = json!({"Name": "Menu", "Type": "CONTACT_FLOW", "Content": content});
    let refused = world.call("CreateContactFlow", input).unwrap_err();
    let problem = "Invalid Action property value. Path: Actions[0].Parameters.QueueId";
    assert_eq!(refused.members["problems"], json!([{"message": problem}]));
    world.create("ContactFlow", "flow", &properties(&world, "Menu", &to_queue(&world.queue())));
}

#[test]
fn a_refused_flow_leaves_nothing() {
    let world = World::new();
    let refused = world.try_create("ContactFlow", "flow", &properties(&world, "Menu", "{}"));
    assert!(refused.is_err());
    world.create("ContactFlow", "flow", &properties(&world, "Menu", &flow("Welcome")));
    let twice = world.try_create("ContactFlow", "other", &properties(&world, "Menu", &flow("Welcome"))).unwrap_err();
    assert_eq!(twice.code, HandlerErrorCode::AlreadyExists);
}

#[test]
fn drafts_are_not_checked_and_not_published() {
    let world = World::new();
    let id = world.create("ContactFlow", "flow", &properties(&world, "Menu", &flow("Welcome")));
    let draft = json!({"ContactFlowId": format!("{id}:$SAVED"), "Content": "{}"});
    world.call("UpdateContactFlowContent", draft).unwrap();
    let content = |id: &str| {
        let described = world.call("DescribeContactFlow", json!({"ContactFlowId": id})).unwrap();
        described["ContactFlow"]["Content"].as_str().unwrap().to_owned()
    };
    assert_eq!(content(&id), flow("Welcome"));
    assert_eq!(content(&format!("{id}:$SAVED")), "{}");
    world.call("CreateContactFlowVersion", json!({"ContactFlowId": id})).unwrap();
    world.call("UpdateContactFlowContent", json!({"ContactFlowId": id, "Content": flow("Hello")})).unwrap();
    assert_eq!(content(&format!("{id}:$SAVED")), flow("Hello"), "publishing drops the draft");
    assert_eq!(content(&format!("{id}:1")), flow("Welcome"));
    assert_eq!(content(&format!("{id}:$LATEST")), flow("Hello"));
    let saved = json!({"Name": "Draft", "Type": "CONTACT_FLOW", "Content": "{}", "Status": "SAVED"});
    let saved = world.call("CreateContactFlow", saved).unwrap();
    let error = world.call("DescribeContactFlow", json!({"ContactFlowId": saved["ContactFlowId"]})).unwrap_err();
    assert_eq!((error.status, error.code.as_str()), (404, "ContactFlowNotPublishedException"));
}

#[test]
fn a_version_is_of_the_content_one_knows() {
    let world = World::new();
    let id = world.create("ContactFlow", "flow", &properties(&world, "Menu", &flow("Welcome")));
    let wrong = json!({"ContactFlowId": id, "FlowContentSha256": "0".repeat(64)});
    assert_eq!(world.call("CreateContactFlowVersion", wrong).unwrap_err().code, "InvalidRequestException");
    let described = world.call("DescribeContactFlow", json!({"ContactFlowId": id})).unwrap();
    let right = json!({"ContactFlowId": id, "FlowContentSha256": described["ContactFlow"]["FlowContentSha256"]});
    assert_eq!(world.call("CreateContactFlowVersion", right).unwrap()["Version"], 1);
}

#[test]
fn properties_that_no_operation_changes() {
    let world = World::new();
    let old = properties(&world, "Menu", &flow("Welcome"));
    let id = world.create("ContactFlow", "flow", &old);
    let mut new = old.clone();
    new["InstanceArn"] = "arn:aws:connect:us-west-2:123456789012:instance/dddddddd-2222-4333-8444-555555555555".into();
    let error = world.try_update("ContactFlow", &id, &old, &new).unwrap_err();
    assert_eq!(
        (error.code, error.message.as_str()),
        (HandlerErrorCode::InvalidRequest, "InstanceArn cannot be updated.")
    );
}

#[test]
fn a_prompt_needs_its_recording() {
    let world = World::new();
    world.put_object("assets", "hello.wav");
    for uri in ["s3://assets/bye.wav", "s3://nowhere/hello.wav", "https://example.com/hello.wav", "s3://assets/"] {
        let prompt = json!({"InstanceArn": world.instance, "Name": "Hello", "S3Uri": uri});
        let error = world.try_create("Prompt", "prompt", &prompt).unwrap_err();
        assert_eq!(error.code, HandlerErrorCode::InvalidRequest, "{uri}: {error:?}");
    }
}

#[test]
fn an_integration_goes_after_its_use_cases() {
    let world = World::new();
    let input =
        json!({"IntegrationType": "EVENT", "IntegrationArn": "arn:aws:app-integrations:us-west-2:123456789012:x"});
    let made = world.call("CreateIntegrationAssociation", input.clone()).unwrap();
    assert_eq!(world.call("CreateIntegrationAssociation", input).unwrap_err().code, "DuplicateResourceException");
    let id = &made["IntegrationAssociationId"];
    let case = json!({"IntegrationAssociationId": id, "UseCaseType": "RULES_EVALUATION"});
    let case = world.call("CreateUseCase", case).unwrap();
    let delete = || world.call("DeleteIntegrationAssociation", json!({"IntegrationAssociationId": id}));
    assert_eq!(delete().unwrap_err().code, "InvalidRequestException");
    let case = json!({"IntegrationAssociationId": id, "UseCaseId": case["UseCaseId"]});
    world.call("DeleteUseCase", case).unwrap();
    delete().unwrap();
}

#[test]
fn the_number_of_security_keys_is_limited() {
    let world = World::new();
    let key = |text: &str| json!({"InstanceId": world.instance, "Key": text});
    world.create("SecurityKey", "1", &key("first"));
    world.create("SecurityKey", "2", &key("second"));
    let third = world.try_create("SecurityKey", "3", &key("third")).unwrap_err();
    assert_eq!(third.code, HandlerErrorCode::ServiceLimitExceeded);
}
