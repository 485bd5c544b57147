//! Events of functions.

use serde_json::{Map, Value, json};

use super::api;
use super::event::Event;
use super::source::Source;
use super::translation::Translation;
use crate::error::AwsError;

/// Adds what a function's events need. `managed` gets the policies that the role needs for them.
pub(super) fn translate(
    translation: &mut Translation,
    source: &Source,
    target: &Value,
    managed: &mut Vec<String>,
) -> Result<(), AwsError> {
    let events = source.get("Events").and_then(Value::as_object);
    for (name, event) in events.into_iter().flatten() {
        let empty = Map::new();
        let properties = event.get("Properties").and_then(Value::as_object).unwrap_or(&empty);
        let kind = event.get("Type").and_then(Value::as_str).unwrap_or_default();
        let event = Event { source, name, properties, target };
        match kind {
            "Api" => api::route(translation, &event, false)?,
            "HttpApi" => api::route(translation, &event, true)?,
            "S3" => bucket(translation, &event)?,
            "SNS" => topic(translation, &event)?,
            "SQS" | "Kinesis" | "DynamoDB" => managed.push(mapping(translation, &event, kind)?),
            "Schedule" | "EventBridgeRule" | "CloudWatchEvent" => rule(translation, &event, kind)?,
            other => return Err(event.wrong(format!("The sandbox does not support events of the type '{other}'."))),
        }
    }
    managed.dedup();
    Ok(())
}

/// An event source mapping; returns the policy that the role needs.
fn mapping(translation: &mut Translation, event: &Event, kind: &str) -> Result<String, AwsError> {
    let (from, policy) = match kind {
        "SQS" => ("Queue", "service-role/AWSLambdaSQSQueueExecutionRole"),
        "Kinesis" => ("Stream", "service-role/AWSLambdaKinesisExecutionRole"),
        _ => ("Stream", "service-role/AWSLambdaDynamoDBExecutionRole"),
    };
    let mut properties = event.taken(&[
        "BatchSize",
        "BisectBatchOnFunctionError",
        "DestinationConfig",
        "Enabled",
        "FilterCriteria",
        "FunctionResponseTypes",
        "MaximumBatchingWindowInSeconds",
        "MaximumRecordAgeInSeconds",
        "MaximumRetryAttempts",
        "ParallelizationFactor",
        "ScalingConfig",
        "StartingPosition",
        "StartingPositionTimestamp",
        "TumblingWindowInSeconds",
    ]);
    properties.insert("EventSourceArn".to_owned(), event.required(from)?.clone());
    properties.insert("FunctionName".to_owned(), event.target.clone());
    let resource = event.source.resource("AWS::Lambda::EventSourceMapping", Value::Object(properties), &[]);
    translation.resources.insert(event.id(), resource);
    Ok(policy.to_owned())
}

fn rule(translation: &mut Translation, event: &Event, kind: &str) -> Result<(), AwsError> {
    let mut properties = event.taken(&["Name", "Description", "State", "EventBusName"]);
    if kind == "Schedule" {
        properties.insert("ScheduleExpression".to_owned(), event.required("Schedule")?.clone());
    } else {
        properties.insert("EventPattern".to_owned(), event.required("Pattern")?.clone());
    }
    if let Some(enabled) = event.get("Enabled") {
        properties.insert("State".to_owned(), if *enabled == true { "ENABLED" } else { "DISABLED" }.into());
    }
    let id = event.id();
    let mut target = event.taken(&["Input", "InputPath", "RetryPolicy"]);
    target.insert("Arn".to_owned(), event.arn());
    target.insert("Id".to_owned(), format!("{id}LambdaTarget").into());
    properties.insert("Targets".to_owned(), json!([target]));
    let resource = event.source.resource("AWS::Events::Rule", Value::Object(properties), &[]);
    translation.resources.insert(id.clone(), resource);
    let permission = event.permission("events.amazonaws.com", json!({ "SourceArn": { "Fn::GetAtt": [id, "Arn"] } }));
    translation.resources.insert(format!("{id}Permission"), permission);
    Ok(())
}

fn topic(translation: &mut Translation, event: &Event) -> Result<(), AwsError> {
    let topic = event.required("Topic")?;
    let mut properties = event.taken(&["FilterPolicy", "FilterPolicyScope", "Region"]);
    for (name, value) in [("Endpoint", event.arn()), ("Protocol", "lambda".into()), ("TopicArn", topic.clone())] {
        properties.insert(name.to_owned(), value);
    }
    let id = event.id();
    let resource = event.source.resource("AWS::SNS::Subscription", Value::Object(properties), &[]);
    translation.resources.insert(id.clone(), resource);
    let permission = event.permission("sns.amazonaws.com", json!({ "SourceArn": topic }));
    translation.resources.insert(format!("{id}Permission"), permission);
    Ok(())
}

/// Adds a notification to a bucket of the same template.
fn bucket(translation: &mut Translation, event: &Event) -> Result<(), AwsError> {
    let bucket = event.required("Bucket")?.get("Ref").and_then(Value::as_str).map(str::to_owned);
    let bucket = bucket.ok_or_else(|| event.wrong("S3 events must reference an S3 bucket in the same template."))?;
    let permission_id = format!("{}Permission", event.id());
    let kinds: Vec<Value> = match event.required("Events")? {
        Value::Array(kinds) => kinds.clone(),
        one => vec![one.clone()],
    };
    let permission = event.permission("s3.amazonaws.com", json!({ "SourceAccount": { "Ref": "AWS::AccountId" } }));
    let (arn, filter) = (event.arn(), event.get("Filter").cloned());
    let resource = translation.resources.get_mut(&bucket).and_then(Value::as_object_mut);
    let Some(resource) =
        resource.filter(|resource| resource.get("Type").and_then(Value::as_str) == Some("AWS::S3::Bucket"))
    else {
        return Err(event.wrong("S3 events must reference an S3 bucket in the same template."));
    };
    let properties = resource.entry("Properties").or_insert_with(|| json!({}));
    for kind in kinds {
        let mut configuration = json!({ "Event": kind, "Function": arn });
        if let Some(filter) = &filter {
            configuration["Filter"] = filter.clone();
        }
        let list = &mut properties["NotificationConfiguration"]["LambdaConfigurations"];
        if !list.is_array() {
            *list = json!([]);
        }
        if let Value::Array(list) = list {
            list.push(configuration);
        }
    }
    // The bucket asks the function when it is made.
    let depends = resource.entry("DependsOn").or_insert_with(|| json!([]));
    if let Value::String(one) = depends {
        *depends = json!([one]);
    }
    if let Value::Array(ids) = depends {
        ids.push(permission_id.as_str().into());
    }
    translation.resources.insert(permission_id, permission);
    Ok(())
}
