//! Instances, and what hangs on them by association.

use serde_json::{Value, json};

use super::{World, instance_properties};
use crate::handler::HandlerErrorCode;

#[test]
fn an_instance_with_its_attributes() {
    let world = World::new();
    let first = json!({
        "IdentityManagementType": "CONNECT_MANAGED",
        "InstanceAlias": "second",
        "Attributes": {"InboundCalls": true, "OutboundCalls": true, "ContactflowLogs": true, "UseCustomTTSVoices": false},
        "Tags": [{"Key": "center", "Value": "kwglobal"}],
    });
    let id = world.create("Instance", "second", &first);
    let live = world.read("Instance", &id).unwrap();
    assert_eq!(live["InstanceStatus"], "ACTIVE");
    assert_eq!(live["Attributes"]["ContactflowLogs"], true);
    assert_eq!(live["Attributes"]["ContactLens"], true, "the service's default");
    assert_eq!(live["Tags"], first["Tags"]);
    let mut second = first.clone();
    second["Attributes"] = json!({"InboundCalls": true, "OutboundCalls": false, "ContactLens": false});
    world.update("Instance", &id, &first, &second);
    let live = world.read("Instance", &id).unwrap();
    assert_eq!(live["Attributes"]["OutboundCalls"], false);
    assert_eq!(live["Attributes"]["ContactLens"], false);
    assert_eq!(live["Attributes"]["ContactflowLogs"], true, "what is not given stays");
    let described = world.call("DescribeInstance", json!({"InstanceId": id})).unwrap();
    assert_eq!(described["Instance"]["OutboundCallsEnabled"], false);
    world.delete("Instance", &id).unwrap();
    assert_eq!(world.read("Instance", &id), None);
}

#[test]
fn creating_with_one_token_makes_one_instance() {
    let world = World::new();
    let properties = instance_properties("second");
    let first = world.create("Instance", "token", &properties);
    assert_eq!(world.create("Instance", "token", &properties), first);
    let taken = world.try_create("Instance", "other token", &properties).unwrap_err();
    assert_eq!(taken.code, HandlerErrorCode::InvalidRequest);
    assert!(taken.message.starts_with("Invalid Input. Instance alias is already used. (Service: Connect"), "{taken:?}");
}

#[test]
fn an_attribute_that_aws_must_allow() {
    let world = World::new();
    let old = instance_properties("center");
    let mut new = old.clone();
    new["Attributes"]["UseCustomTTSVoices"] = true.into();
    let error = world.try_update("Instance", &world.instance, &old, &new).unwrap_err();
    assert_eq!(error.code, HandlerErrorCode::AccessDenied);
}

#[test]
fn everything_in_an_instance_goes_with_it() {
    let world = World::new();
    let queue = world.queue();
    let number = json!({"TargetArn": world.instance, "CountryCode": "US", "Type": "DID"});
    let number = world.create("PhoneNumber", "number", &number);
    world.delete("Instance", &world.instance).unwrap();
    assert_eq!(world.read("PhoneNumber", &number), None);
    assert_eq!(world.read("Queue", &queue), None);
    let reborn = world.create("Instance", "again", &instance_properties("center"));
    let left = world.call("ListContactFlows", json!({"InstanceId": reborn, "MaxResults": 1000})).unwrap();
    assert_eq!(left["ContactFlowSummaryList"].as_array().unwrap().len(), 19);
}

#[test]
fn builtin_flows_and_prompts() {
    let world = World::new();
    let prompts = world.call("ListPrompts", json!({})).unwrap();
    assert_eq!(prompts["PromptSummaryList"].as_array().unwrap().len(), 7);
    let hold = world.flow("Default agent hold");
    let refused = world.call("DeleteContactFlow", json!({"ContactFlowId": hold})).unwrap_err();
    assert_eq!(refused.code, "InvalidRequestException");
    let sample = world.flow("Sample AB test");
    world.call("DeleteContactFlow", json!({"ContactFlowId": sample})).unwrap();
}

#[test]
fn storage_configurations() {
    let world = World::new();
    world.put_object("recordings", "any");
    let config = |prefix: &str| {
        json!({
            "InstanceArn": world.instance,
            "ResourceType": "CALL_RECORDINGS",
            "StorageType": "S3",
            "S3Config": {"BucketName": "recordings", "BucketPrefix": prefix},
        })
    };
    world.live("InstanceStorageConfig", &config("calls"), &config("other"));
    world.create("InstanceStorageConfig", "kept", &config("calls"));
    let second = world.try_create("InstanceStorageConfig", "one more", &config("calls")).unwrap_err();
    assert_eq!(second.code, HandlerErrorCode::GeneralServiceException);
    let mut nowhere = config("calls");
    nowhere["ResourceType"] = "ATTACHMENTS".into();
    nowhere["S3Config"]["BucketName"] = "nowhere".into();
    let error = world.try_create("InstanceStorageConfig", "nowhere", &nowhere).unwrap_err();
    assert!(error.message.starts_with("The bucket nowhere does not exist."), "{error:?}");
}

#[test]
fn streams_of_storage_configurations_must_exist() {
    let world = World::new();
    let config = |kind: &str, member: &str, arn: &str| {
        let mut properties =
            json!({"InstanceArn": world.instance, "ResourceType": "CONTACT_TRACE_RECORDS", "StorageType": kind});
        let name = if kind == "KINESIS_STREAM" { "KinesisStreamConfig" } else { "KinesisFirehoseConfig" };
        properties[name] = json!({member: arn});
        properties
    };
    let stream = config("KINESIS_STREAM", "StreamArn", "arn:aws:kinesis:us-west-2:123456789012:stream/none");
    let firehose = "arn:aws:firehose:us-west-2:123456789012:deliverystream/none";
    let firehose = config("KINESIS_FIREHOSE", "FirehoseArn", firehose);
    for properties in [stream, firehose] {
        let error = world.try_create("InstanceStorageConfig", "stream", &properties).unwrap_err();
        assert!(error.message.contains("not found"), "{error:?}");
    }
    let mut mixed =
        config("KINESIS_FIREHOSE", "FirehoseArn", "arn:aws:firehose:us-west-2:123456789012:deliverystream/x");
    mixed["S3Config"] = json!({"BucketName": "b", "BucketPrefix": "p"});
    let error = world.try_create("InstanceStorageConfig", "mixed", &mixed).unwrap_err();
    assert!(error.message.starts_with("S3Config does not go with KINESIS_FIREHOSE"), "{error:?}");
}

/// Created, found, refused a second time, deleted.
#[track_caller]
fn association(world: &World, kind: &str, properties: &Value) {
    let id = world.create(kind, "first", properties);
    world.check(kind, &id, properties);
    assert_eq!(world.create(kind, "first", properties), id, "the same step again");
    assert!(world.try_create(kind, "second", properties).is_err(), "{kind} is there twice");
    world.delete(kind, &id).unwrap();
    assert_eq!(world.read(kind, &id), None);
    assert_eq!(world.delete(kind, &id).unwrap_err().code, HandlerErrorCode::NotFound);
}

#[test]
fn associations() {
    let world = World::new();
    let instance = &world.instance;
    association(&world, "ApprovedOrigin", &json!({"InstanceId": instance, "Origin": "https://example.com"}));
    association(&world, "SecurityKey", &json!({"InstanceId": instance, "Key": "a public key"}));
    let integration =
        |kind: &str, arn: &str| json!({"InstanceId": instance, "IntegrationType": kind, "IntegrationArn": arn});
    let function = integration("LAMBDA_FUNCTION", "arn:aws:lambda:us-west-2:123456789012:function:vanity");
    association(&world, "IntegrationAssociation", &function);
    let bot = integration("LEX_BOT", "arn:aws:lex:us-west-2:123456789012:bot-alias/ABCDEFGHIJ/KLMNOPQRST");
    association(&world, "IntegrationAssociation", &bot);
}

#[test]
fn other_integrations_have_tags() {
    let world = World::new();
    let properties = |value: &str| {
        json!({
            "InstanceId": world.instance,
            "IntegrationType": "APPLICATION",
            "IntegrationArn": "arn:aws:app-integrations:us-west-2:123456789012:application/x",
            "SourceApplicationName": "crm",
            "Tags": [{"Key": "center", "Value": value}],
        })
    };
    world.live("IntegrationAssociation", &properties("kwglobal"), &properties("other"));
}
