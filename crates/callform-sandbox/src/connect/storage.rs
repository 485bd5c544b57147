//! Storage configurations: where an instance keeps recordings, transcripts, records and events.

use serde_json::{Value, json};

use crate::error::AwsError;
use crate::handler::Environment;
use crate::services::s3::bucket;
use crate::services::{firehose, kinesis};

use super::document::{self, Document};
use super::error::{invalid_parameter, invalid_request, not_found, resource_conflict};
use super::input::Input;
use super::operation::{
    Member, NEXT_TOKEN, Operation, Shape, max_results, operation, optional, query, required, required_query,
};
use super::page;

const RESOURCE_TYPE: Shape = Shape::OneOf(&[
    "CHAT_TRANSCRIPTS",
    "CALL_RECORDINGS",
    "SCHEDULED_REPORTS",
    "MEDIA_STREAMS",
    "CONTACT_TRACE_RECORDS",
    "AGENT_EVENTS",
    "REAL_TIME_CONTACT_ANALYSIS_SEGMENTS",
    "ATTACHMENTS",
    "CONTACT_EVALUATIONS",
    "SCREEN_RECORDINGS",
    "REAL_TIME_CONTACT_ANALYSIS_CHAT_SEGMENTS",
    "REAL_TIME_CONTACT_ANALYSIS_VOICE_SEGMENTS",
    "EMAIL_MESSAGES",
]);
const SHORT: Shape = Shape::Text(1, 128);
const ENCRYPTION: &[Member] = &[required("EncryptionType", Shape::OneOf(&["KMS"])), required("KeyId", SHORT)];
const STORAGE_CONFIG: Shape = Shape::Object(&[
    required("StorageType", Shape::OneOf(&["S3", "KINESIS_VIDEO_STREAM", "KINESIS_STREAM", "KINESIS_FIREHOSE"])),
    optional(
        "S3Config",
        Shape::Object(&[
            required("BucketName", SHORT),
            required("BucketPrefix", SHORT),
            optional("EncryptionConfig", Shape::Object(ENCRYPTION)),
        ]),
    ),
    optional(
        "KinesisVideoStreamConfig",
        Shape::Object(&[
            required("Prefix", SHORT),
            required("RetentionPeriodHours", Shape::Number(0, 87_600)),
            required("EncryptionConfig", Shape::Object(ENCRYPTION)),
        ]),
    ),
    optional("KinesisStreamConfig", Shape::Object(&[required("StreamArn", Shape::Text(1, 2048))])),
    optional("KinesisFirehoseConfig", Shape::Object(&[required("FirehoseArn", Shape::Text(1, 2048))])),
]);
/// The member of a configuration that goes with each storage type.
const DETAILS: &[(&str, &str)] = &[
    ("S3", "S3Config"),
    ("KINESIS_VIDEO_STREAM", "KinesisVideoStreamConfig"),
    ("KINESIS_STREAM", "KinesisStreamConfig"),
    ("KINESIS_FIREHOSE", "KinesisFirehoseConfig"),
];

const DOCUMENT: &str = "connect/storage-config";
const PATH: &str = "/instance/{InstanceId}/storage-config";
const PATH_OF_ONE: &str = "/instance/{InstanceId}/storage-config/{AssociationId}";
const TOKEN: Member = optional("ClientToken", Shape::Text(0, 500));

pub(super) const OPERATIONS: &[Operation] = &[
    operation(
        "AssociateInstanceStorageConfig",
        "PUT",
        PATH,
        &[required("ResourceType", RESOURCE_TYPE), required("StorageConfig", STORAGE_CONFIG), TOKEN],
        associate,
    ),
    operation(
        "DescribeInstanceStorageConfig",
        "GET",
        PATH_OF_ONE,
        &[required_query("resourceType", "ResourceType", RESOURCE_TYPE)],
        describe,
    ),
    operation(
        "UpdateInstanceStorageConfig",
        "POST",
        PATH_OF_ONE,
        &[
            required_query("resourceType", "ResourceType", RESOURCE_TYPE),
            required("StorageConfig", STORAGE_CONFIG),
            TOKEN,
        ],
        update,
    ),
    operation(
        "DisassociateInstanceStorageConfig",
        "DELETE",
        PATH_OF_ONE,
        &[
            required_query("resourceType", "ResourceType", RESOURCE_TYPE),
            query("clientToken", "ClientToken", Shape::Text(0, 500)),
        ],
        disassociate,
    ),
    operation(
        "ListInstanceStorageConfigs",
        "GET",
        "/instance/{InstanceId}/storage-configs",
        &[required_query("resourceType", "ResourceType", RESOURCE_TYPE), NEXT_TOKEN, max_results(10)],
        list,
    ),
];

fn associate(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let resource_type = input.need("ResourceType")?;
    let token = input.text("ClientToken");
    document::once_per_token(environment, input.operation(), input.instance(), token, || {
        let taken = environment.tx.keys_by_name(DOCUMENT, input.instance(), resource_type)?;
        if !taken.is_empty() {
            return Err(resource_conflict(format!(
                "The instance has a storage configuration for {resource_type} already."
            )));
        }
        let id = document::new_id();
        save(environment, input, &id, resource_type)?;
        Ok(json!({ "AssociationId": id }))
    })
}

/// Stores the configuration of a request with its id in it.
fn save(environment: &Environment, input: &Input, id: &str, resource_type: &str) -> Result<(), AwsError> {
    let mut config = input.object("StorageConfig").cloned().unwrap_or_default();
    check(environment, &config)?;
    config.insert("AssociationId".to_owned(), id.into());
    environment.tx.put(DOCUMENT, input.instance(), id, Some(resource_type), &config)
}

/// The configuration must have the part that its storage type needs and no other, and its bucket must exist.
fn check(environment: &Environment, config: &Document) -> Result<(), AwsError> {
    let storage_type = document::text(config, "StorageType");
    for (owner, member) in DETAILS {
        match (*owner == storage_type, config.get(*member).is_some_and(|part| !part.is_null())) {
            (true, false) => return Err(invalid_parameter(format!("{member} is required for {storage_type}"))),
            (false, true) => return Err(invalid_parameter(format!("{member} does not go with {storage_type}"))),
            _ => {}
        }
    }
    check_target(environment, config)
}

/// Buckets and streams have to exist. (The sandbox has no video streams.)
fn check_target(environment: &Environment, config: &Document) -> Result<(), AwsError> {
    let part = |part: &str, member: &str| config.get(part)?.get(member)?.as_str();
    let asked = |member: &str, value: &str| Document::from_iter([(member.to_owned(), value.into())]);
    if let Some(name) = part("S3Config", "BucketName")
        && bucket::find(environment, name)?.is_none()
    {
        return Err(invalid_request(format!("The bucket {name} does not exist.")));
    }
    if let Some(arn) = part("KinesisStreamConfig", "StreamArn") {
        kinesis::call(environment, "DescribeStreamSummary", &asked("StreamARN", arn))
            .map_err(|error| invalid_request(error.message))?;
    }
    if let Some(arn) = part("KinesisFirehoseConfig", "FirehoseArn") {
        let name = arn.rsplit('/').next().unwrap_or_default();
        firehose::call(environment, "DescribeDeliveryStream", &asked("DeliveryStreamName", name))
            .map_err(|error| invalid_request(error.message))?;
    }
    Ok(())
}

/// Where an instance keeps something, if it does.
pub(super) fn of_type(
    environment: &Environment,
    instance: &str,
    resource_type: &str,
) -> Result<Option<Document>, AwsError> {
    let keys = environment.tx.keys_by_name(DOCUMENT, instance, resource_type)?;
    keys.first().map_or(Ok(None), |key| environment.tx.get(DOCUMENT, instance, key))
}

/// The configuration of an id, which must be of the given resource type.
fn find(environment: &Environment, input: &Input) -> Result<(String, Document), AwsError> {
    let id = input.need("AssociationId")?;
    let missing = || not_found(format!("The storage configuration {id} was not found."));
    let of_type = environment.tx.keys_by_name(DOCUMENT, input.instance(), input.need("ResourceType")?)?;
    if !of_type.iter().any(|key| key == id) {
        return Err(missing());
    }
    let config = environment.tx.get(DOCUMENT, input.instance(), id)?.ok_or_else(missing)?;
    Ok((id.to_owned(), config))
}

fn describe(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let (_, config) = find(environment, input)?;
    Ok(json!({ "StorageConfig": config }))
}

fn update(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let (id, _) = find(environment, input)?;
    save(environment, input, &id, input.need("ResourceType")?)?;
    Ok(json!({}))
}

fn disassociate(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let (id, _) = find(environment, input)?;
    environment.tx.delete(DOCUMENT, input.instance(), &id)?;
    Ok(json!({}))
}

fn list(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut configs = Vec::new();
    for id in environment.tx.keys_by_name(DOCUMENT, input.instance(), input.need("ResourceType")?)? {
        configs.extend(environment.tx.get::<Value>(DOCUMENT, input.instance(), &id)?);
    }
    page::in_memory(input, "StorageConfigs", configs).map(Value::from)
}
