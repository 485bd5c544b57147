//! Event source mappings: a Kinesis stream or an SQS queue whose records are given to a function in batches.

mod batches;
mod queue;
mod record;

use std::time::SystemTime;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::function::{arn, load, name_and_qualifier, resolve};
use crate::clock::epoch_seconds;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::input::{Input, object, page};
use crate::services::carrying::{Answer, Carrier, Invocation, Step};
use crate::services::kinesis;
use crate::store::Tx;
use crate::tags;

const KIND: &str = "lambda/event-source-mapping";

/// Members that clients set, with their least and largest values where they are numbers.
const NUMBERS: [(&str, i64, i64, i64); 5] = [
    ("BatchSize", 100, 1, 10_000),
    ("MaximumBatchingWindowInSeconds", 0, 0, 300),
    ("MaximumRecordAgeInSeconds", -1, -1, 604_800),
    ("MaximumRetryAttempts", -1, -1, 10_000),
    ("ParallelizationFactor", 1, 1, 10),
];
/// Members that clients set and that are answered as they are.
const SETTABLE: [&str; 4] = ["BisectBatchOnFunctionError", "DestinationConfig", "FunctionResponseTypes", "KMSKeyArn"];
/// Members that would change which records a function gets, which the sandbox cannot do.
const UNSUPPORTED: [&str; 7] = [
    "FilterCriteria",
    "TumblingWindowInSeconds",
    "Topics",
    "Queues",
    "SelfManagedEventSource",
    "ScalingConfig",
    "DocumentDBEventSourceConfig",
];

/// Event source mappings, as work that nobody asks for.
pub(crate) struct Mappings;

impl Carrier for Mappings {
    fn all(&self, tx: &Tx) -> Result<Vec<(String, String)>, AwsError> {
        tx.keys(KIND)
    }

    fn step(&self, environment: &Environment, uuid: &str) -> Result<Step, AwsError> {
        if is_of_queue(environment, uuid)? { queue::step(environment, uuid) } else { batches::step(environment, uuid) }
    }

    fn settle(
        &self,
        environment: &Environment,
        uuid: &str,
        invocation: &Invocation,
        answer: &Answer,
    ) -> Result<(), AwsError> {
        if is_of_queue(environment, uuid)? {
            queue::settle(environment, uuid, answer)
        } else {
            batches::settle(environment, uuid, invocation.part, answer)
        }
    }

    fn next_due(&self, environment: &Environment, uuid: &str) -> Result<Option<SystemTime>, AwsError> {
        if is_of_queue(environment, uuid)? {
            queue::next_due(environment, uuid)
        } else {
            batches::next_due(environment, uuid)
        }
    }
}

/// True for a mapping of a queue; false for one of a stream.
fn is_of_queue(environment: &Environment, uuid: &str) -> Result<bool, AwsError> {
    let mapping = find(environment, uuid)?;
    let source = mapping.as_ref().and_then(|mapping| mapping.get("EventSourceArn")).and_then(Value::as_str);
    Ok(source.is_some_and(|source| service_of(source) == Some("sqs")))
}

fn service_of(arn: &str) -> Option<&str> {
    arn.split(':').nth(2)
}

fn find(environment: &Environment, uuid: &str) -> Result<Option<Map<String, Value>>, AwsError> {
    environment.tx.get(KIND, environment.region, uuid)
}

fn save(environment: &Environment, mapping: &Map<String, Value>) -> Result<(), AwsError> {
    let uuid = mapping.get("UUID").and_then(Value::as_str).unwrap_or_default();
    environment.tx.put(KIND, environment.region, uuid, None, mapping)
}

/// Carries out an operation.
pub(super) fn call(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let operation = input.operation();
    match operation {
        "CreateEventSourceMapping" => return create(environment, input),
        "ListEventSourceMappings" => return list(environment, input),
        _ => {}
    }
    let uuid = input.need("UUID")?;
    let mut mapping = find(environment, uuid)?.ok_or_else(|| {
        AwsError::new(404, "ResourceNotFoundException", "The resource you requested does not exist.")
            .with("Type", "User")
    })?;
    match operation {
        "GetEventSourceMapping" => Ok(public(mapping)),
        "DeleteEventSourceMapping" => {
            batches::forget(environment, uuid)?;
            queue::forget(environment, uuid)?;
            environment.tx.delete(KIND, environment.region, uuid)?;
            mapping.insert("State".to_owned(), "Deleting".into());
            Ok(public(mapping))
        }
        "UpdateEventSourceMapping" => {
            if input.value("FunctionName").is_some() {
                mapping.insert("FunctionArn".to_owned(), function_arn(environment, input)?.into());
            }
            set(input, &mut mapping)?;
            touch(environment, input, &mut mapping);
            save(environment, &mapping)?;
            Ok(public(mapping))
        }
        _ => Err(AwsError::unsupported("Lambda", operation)),
    }
}

/// The ARN of the function and qualifier that are meant, which have to be there.
fn function_arn(environment: &Environment, input: &Input) -> Result<String, AwsError> {
    let (name, qualifier) = name_and_qualifier(input)?;
    let function = load(environment, name)?;
    resolve(environment, name, &function, qualifier)?;
    Ok(arn(environment, &qualifier.map_or_else(|| name.to_owned(), |qualifier| format!("{name}:{qualifier}"))))
}

fn set(input: &Input, mapping: &mut Map<String, Value>) -> Result<(), AwsError> {
    for member in UNSUPPORTED {
        let given = input.value(member).is_some_and(|value| value.as_i64() != Some(0) && *value != json!({}));
        if given {
            return Err(AwsError::unsupported("Lambda", &format!("event source mappings with {member}:")));
        }
    }
    for (member, default, least, most) in NUMBERS {
        let value = match input.number(member) {
            Some(value) if (least..=most).contains(&value) => value,
            Some(value) => {
                return Err(input.wrong(format!(
                    "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: Member must have value between {least} and {most}"
                )));
            }
            None => mapping.get(member).and_then(Value::as_i64).unwrap_or(default),
        };
        mapping.insert(member.to_owned(), value.into());
    }
    input.copy(&SETTABLE, mapping);
    mapping.entry("BisectBatchOnFunctionError").or_insert_with(|| false.into());
    mapping.entry("FunctionResponseTypes").or_insert_with(|| json!([]));
    mapping.entry("DestinationConfig").or_insert_with(|| json!({ "OnFailure": {} }));
    Ok(())
}

fn touch(environment: &Environment, input: &Input, mapping: &mut Map<String, Value>) {
    let enabled = input.value("Enabled").map(|_| input.flag("Enabled"));
    if let Some(enabled) = enabled {
        mapping.insert("State".to_owned(), if enabled { "Enabled" } else { "Disabled" }.into());
    }
    mapping.insert("LastModified".to_owned(), epoch_seconds(environment.now).into());
    mapping.insert("StateTransitionReason".to_owned(), "User action".into());
}

fn public(mut mapping: Map<String, Value>) -> Value {
    mapping.remove("Tags");
    mapping.into()
}

/// What an event source other than a stream or queue is.
fn kind_of_source(source: &str) -> &'static str {
    match source.split(':').nth(2) {
        Some("dynamodb") => "DynamoDB streams",
        Some("kafka") => "MSK clusters",
        Some("mq") => "Amazon MQ brokers",
        Some("rds") => "DocumentDB clusters",
        _ => "things other than Kinesis streams and SQS queues",
    }
}

fn create(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let source = input.need("EventSourceArn")?;
    let of_queue = match service_of(source) {
        Some("kinesis") => false,
        Some("sqs") => true,
        _ => {
            return Err(AwsError::unsupported(
                "Lambda",
                &format!("{} as event sources: {source}", kind_of_source(source)),
            ));
        }
    };
    let function = function_arn(environment, input)?;
    let same = environment.tx.list::<Map<String, Value>>(KIND, environment.region)?.into_iter().find(|(_, other)| {
        other.get("EventSourceArn").is_some_and(|own| own == source)
            && other.get("FunctionArn").is_some_and(|own| *own == function)
    });
    if let Some((uuid, _)) = same {
        let message = format!(
            "The event source arn (\" {source} \") and function (\" {function} \") provided mapping already exists. Please update or delete the existing mapping with UUID {uuid}"
        );
        return Err(AwsError::new(409, "ResourceConflictException", message).with("Type", "User"));
    }
    let position = if of_queue { "" } else { input.need("StartingPosition")? };
    if !of_queue && !["TRIM_HORIZON", "LATEST", "AT_TIMESTAMP"].contains(&position) {
        return Err(input.wrong(format!("1 validation error detected: Value '{position}' at 'startingPosition' failed to satisfy constraint: Member must satisfy enum value set: [LATEST, AT_TIMESTAMP, TRIM_HORIZON]")));
    }
    let uuid = Uuid::new_v4().to_string();
    let mut mapping = object(json!({
        "UUID": uuid,
        "EventSourceMappingArn":
            format!("arn:aws:lambda:{}:{}:event-source-mapping:{uuid}", environment.region, environment.account),
        "EventSourceArn": source,
        "FunctionArn": function,
        "State": "Enabled",
        "LastProcessingResult": "No records processed",
    }));
    input.copy(&["StartingPosition", "StartingPositionTimestamp"], &mut mapping);
    if of_queue {
        mapping.insert("BatchSize".to_owned(), 10.into());
    }
    set(input, &mut mapping)?;
    touch(environment, input, &mut mapping);
    tags::add(&mut mapping, tags::from_object(&input.object("Tags")));
    if of_queue {
        queue::check(environment, source, input)?;
    } else {
        start(environment, &uuid, source, position, input)?;
    }
    save(environment, &mapping)?;
    Ok(public(mapping))
}

/// Notes where each shard is read from.
fn start(environment: &Environment, uuid: &str, source: &str, position: &str, input: &Input) -> Result<(), AwsError> {
    let name = kinesis::name_of_arn(source);
    let stream =
        kinesis::Stream::find(environment, name)?.ok_or_else(|| input.wrong(format!("Stream not found: {source}")))?;
    let shards = kinesis::Shards::load(environment, &stream)?;
    for shard in &shards.list {
        let after = match position {
            "TRIM_HORIZON" => 0,
            "LATEST" => shards.last,
            _ => {
                let time = input.value("StartingPositionTimestamp").and_then(Value::as_f64);
                let time = time.ok_or_else(|| input.wrong("AT_TIMESTAMP needs StartingPositionTimestamp."))?;
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "such casts keep to the range"
                )]
                let time = (time * 1000.0).round() as u64;
                kinesis::position_at(environment, &stream, shard.number, time, shards.last)?
            }
        };
        batches::start(environment, uuid, shard.number, after)?;
    }
    Ok(())
}

fn list(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let function = input.value("FunctionName").map(|_| function_arn(environment, input)).transpose()?;
    let mappings = environment.tx.list::<Map<String, Value>>(KIND, environment.region)?;
    let wanted = mappings.into_iter().map(|(_, mapping)| mapping).filter(|mapping| {
        let is = |member: &str, wanted: &str| mapping.get(member).and_then(Value::as_str) == Some(wanted);
        function.as_ref().is_none_or(|function| is("FunctionArn", function))
            && input.text("EventSourceArn").is_none_or(|source| is("EventSourceArn", source))
    });
    let size = usize::try_from(input.number("MaxItems").unwrap_or(100)).unwrap_or(100).clamp(1, 10_000);
    let (mappings, next) = page(wanted.map(public).collect(), input.text("Marker"), size);
    let mut answer = json!({ "EventSourceMappings": mappings });
    if let Some(next) = next {
        answer["NextMarker"] = next.into();
    }
    Ok(answer)
}

/// Tags of a mapping, by its UUID: for the operations on tags of any Lambda resource.
pub(super) fn tag(environment: &Environment, operation: &str, uuid: &str, input: &Input) -> Result<Value, AwsError> {
    let found = find(environment, uuid)?;
    let mut mapping = found.ok_or_else(|| AwsError::new(404, "ResourceNotFoundException", "No such mapping."))?;
    match operation {
        "ListTags" => return Ok(json!({ "Tags": tags::stored(&mapping) })),
        "TagResource" => tags::add(&mut mapping, tags::from_object(&input.object("Tags"))),
        "UntagResource" => tags::remove(&mut mapping, &input.texts("TagKeys")),
        _ => return Err(AwsError::unsupported("Lambda", operation)),
    }
    save(environment, &mapping)?;
    Ok(Value::Null)
}
