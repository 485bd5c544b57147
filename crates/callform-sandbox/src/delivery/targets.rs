//! Targets, by their ARNs: what each is given.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Content, transformer};
use crate::error::AwsError;
use crate::faults::Faults;
use crate::handler::Environment;
use crate::input::object;
use crate::services::{dynamodb, events, firehose, kinesis, lambda, logs, secrets, sns, sqs, ssm};

/// The beginning of ARNs that name an operation of any service.
const UNIVERSAL: &str = "arn:aws:scheduler:::aws-sdk:";

/// An operation of a service.
type Call = fn(&Environment, &str, &Map<String, Value>) -> Result<Value, AwsError>;

/// Services whose operations a schedule can call.
const SERVICES: [(&str, Call); 9] = [
    ("dynamodb", dynamodb::call),
    ("eventbridge", events::call),
    ("firehose", firehose::call),
    ("kinesis", kinesis::call),
    ("cloudwatchlogs", logs::call),
    ("secretsmanager", secrets::call),
    ("sns", sns::call),
    ("sqs", sqs::call),
    ("ssm", ssm::call),
];

/// Where an ARN belongs to: the service, and the rest after the account.
fn parts(arn: &str) -> (&str, &str) {
    let mut parts = arn.splitn(6, ':').skip(2);
    (parts.next().unwrap_or_default(), parts.nth(2).unwrap_or_default())
}

/// The fault that befalls a delivery to a target, counted like a call of the operation it stands for.
pub(super) fn fault(environment: &Environment, arn: &str) -> Result<Option<AwsError>, AwsError> {
    let faults = Faults::load(environment.folder)?;
    if faults.spare_requests() {
        return Ok(None);
    }
    let (service, operation) = match parts(arn).0 {
        "lambda" => ("lambda", "Invoke"),
        "sqs" => ("sqs", "SendMessage"),
        "sns" => ("sns", "Publish"),
        "states" => ("states", "StartExecution"),
        "kinesis" => ("kinesis", "PutRecord"),
        "firehose" => ("firehose", "PutRecord"),
        "logs" => ("logs", "PutLogEvents"),
        "events" => ("events", "PutEvents"),
        _ => return Ok(None),
    };
    Ok(faults.fate(environment.tx, environment.now, service, operation)?.error)
}

/// Gives a target what is for it.
pub(super) fn give(
    environment: &Environment,
    target: &Value,
    content: &Content,
    payload: &str,
) -> Result<(), AwsError> {
    let arn = target["Arn"].as_str().unwrap_or_default();
    if let Some(operation) = arn.strip_prefix(UNIVERSAL) {
        return call(environment, operation, payload);
    }
    let (service, rest) = parts(arn);
    match service {
        "lambda" => lambda::asynchronous::queue(environment, arn, payload),
        "sqs" => {
            let group = &target["SqsParameters"]["MessageGroupId"];
            let input = json!({ "QueueUrl": arn, "MessageBody": payload, "MessageGroupId": group });
            sqs::call(environment, "SendMessage", &object(input)).map(drop)
        }
        "sns" => {
            let input = json!({ "TopicArn": arn, "Message": payload });
            sns::call(environment, "Publish", &object(input)).map(drop)
        }
        "states" => start_execution(environment, arn, payload),
        "kinesis" => {
            let key = partition_key(target, content);
            let name = kinesis::name_of_arn(arn);
            let input = json!({ "StreamName": name, "PartitionKey": key, "Data": BASE64.encode(payload) });
            kinesis::call(environment, "PutRecord", &object(input)).map(drop)
        }
        "firehose" => {
            let name = rest.rsplit('/').next().unwrap_or_default();
            let input = json!({ "DeliveryStreamName": name, "Record": { "Data": BASE64.encode(payload) } });
            firehose::call(environment, "PutRecord", &object(input)).map(drop)
        }
        "logs" => write_log(environment, rest, payload),
        "events" => put_on_bus(environment, target, rest, content, payload),
        _ => Err(AwsError::unsupported("EventBridge's targets of", &format!("{service}: {arn}"))),
    }
}

/// Starts an execution of a state machine.
fn start_execution(_: &Environment, arn: &str, _: &str) -> Result<(), AwsError> {
    Err(AwsError::unsupported("Step Functions", &format!("StartExecution: {arn} cannot be started")))
}

/// The group has to be there.
fn write_log(environment: &Environment, rest: &str, payload: &str) -> Result<(), AwsError> {
    let group = rest.strip_prefix("log-group:").unwrap_or(rest);
    let group = group.strip_suffix(":*").unwrap_or(group);
    let found = logs::call(environment, "DescribeLogGroups", &object(json!({ "logGroupNamePrefix": group })))?;
    let is_there = found["logGroups"].as_array().into_iter().flatten().any(|found| found["logGroupName"] == group);
    if !is_there {
        return Err(AwsError::new(400, "ResourceNotFoundException", "The specified log group does not exist."));
    }
    logs::write(environment, group, &Uuid::new_v4().simple().to_string(), payload)
}

/// Buses get a rule's event as it is, and an event of their own from a schedule.
fn put_on_bus(
    environment: &Environment,
    target: &Value,
    rest: &str,
    content: &Content,
    payload: &str,
) -> Result<(), AwsError> {
    let bus = rest.strip_prefix("event-bus/").unwrap_or(rest);
    if !events::bus_exists(environment, bus)? {
        return Err(AwsError::new(400, "ResourceNotFoundException", format!("Event bus {bus} does not exist.")));
    }
    if let Content::Event { event, .. } = content {
        return events::put_on(environment, bus, event.clone());
    }
    let parameters = &target["EventBridgeParameters"];
    let entry = json!({
        "EventBusName": bus, "Source": parameters["Source"], "DetailType": parameters["DetailType"], "Detail": payload,
    });
    let answer = events::call(environment, "PutEvents", &object(json!({ "Entries": [entry] })))?;
    let entry = &answer["Entries"][0];
    match entry["ErrorCode"].as_str() {
        Some(code) => Err(AwsError::new(400, code, entry["ErrorMessage"].as_str().unwrap_or_default())),
        None => Ok(()),
    }
}

/// The key of a record: as the target says, by a path into the event for rules; the event's id where it says none.
fn partition_key(target: &Value, content: &Content) -> String {
    let parameters = &target["KinesisParameters"];
    let of_event = match content {
        Content::Event { event, .. } => {
            let path = parameters["PartitionKeyPath"].as_str().unwrap_or("$.id");
            transformer::at(event, path).map(crate::input::shown)
        }
        Content::Payload { execution, .. } => Some(execution.clone()),
    };
    parameters["PartitionKey"].as_str().map(str::to_owned).or(of_event).unwrap_or_else(|| "-".to_owned())
}

/// Calls `service:operation` with the input that the payload is.
fn call(environment: &Environment, operation: &str, payload: &str) -> Result<(), AwsError> {
    let (service, name) = operation.split_once(':').unwrap_or((operation, ""));
    let input: Map<String, Value> = serde_json::from_str(payload)
        .map_err(|error| AwsError::new(400, "ValidationException", format!("The input is no JSON object: {error}")))?;
    let name: String =
        name.chars().take(1).map(|first| first.to_ascii_uppercase()).chain(name.chars().skip(1)).collect();
    match (service, name.as_str()) {
        ("lambda", "Invoke") => {
            let function = input.get("FunctionName").and_then(Value::as_str).unwrap_or_default();
            let payload = input.get("Payload").map_or_else(|| "{}".to_owned(), crate::input::shown);
            lambda::asynchronous::queue(environment, function, &payload)
        }
        ("sfn", "StartExecution") => {
            let machine = input.get("StateMachineArn").and_then(Value::as_str).unwrap_or_default();
            let payload = input.get("Input").map_or_else(|| "{}".to_owned(), crate::input::shown);
            start_execution(environment, machine, &payload)
        }
        _ => match SERVICES.iter().find(|(known, _)| *known == service) {
            Some((_, call)) => call(environment, &name, &input).map(drop),
            None => Err(AwsError::unsupported("EventBridge Scheduler's calls of", &format!("{service}:{name}"))),
        },
    }
}
