//! `AWS::Lambda::EventSourceMapping`.

use serde_json::{Value, json};

use crate::handler::properties::{
    call, find, flag, forget, list, not_found, recall, remember, tag_changes, tags_list, tags_object, without_empty,
};
use crate::handler::{Context, HandlerResult, Properties, ResourceHandler};
use crate::services::lambda;

pub(super) struct EventSourceMapping;

const TYPE: &str = "AWS::Lambda::EventSourceMapping";

/// Properties that the service answers by the same name.
const SAME: [&str; 11] = [
    "BatchSize",
    "BisectBatchOnFunctionError",
    "DestinationConfig",
    "EventSourceArn",
    "FunctionResponseTypes",
    "MaximumBatchingWindowInSeconds",
    "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",
    "ParallelizationFactor",
    "StartingPosition",
    "StartingPositionTimestamp",
];

impl ResourceHandler for EventSourceMapping {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let mut input = Value::Object(properties.clone());
        input["Tags"] = tags_object(list(properties, "Tags"));
        let answer = call(context, lambda::call, "CreateEventSourceMapping", input)?;
        let id = answer["UUID"].as_str().unwrap_or_default().to_owned();
        remember(context, TYPE, &id, properties)?;
        Ok(id)
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let Some(answer) = find(context, lambda::call, "GetEventSourceMapping", json!({ "UUID": physical_id }))? else {
            return Ok(None);
        };
        let mut properties = recall(context, TYPE, physical_id)?.unwrap_or_default();
        let given = properties.get("FunctionName").and_then(Value::as_str).unwrap_or_default().to_owned();
        for name in SAME {
            properties.insert(name.to_owned(), answer[name].clone());
        }
        let arn = answer["FunctionArn"].as_str().unwrap_or_default();
        // A template may name the function by name or ARN; both mean the same.
        if !arn.ends_with(&format!(":function:{given}")) {
            properties.insert("FunctionName".to_owned(), arn.into());
        }
        properties.insert("Enabled".to_owned(), (answer["State"] == "Enabled").into());
        let resource = answer["EventSourceMappingArn"].clone();
        let tags = call(context, lambda::call, "ListTags", json!({ "Resource": resource }))?;
        properties.insert("Tags".to_owned(), tags_list(&tags["Tags"]));
        properties.insert("EventSourceMappingArn".to_owned(), resource);
        properties.insert("Id".to_owned(), physical_id.into());
        if properties["DestinationConfig"] == json!({ "OnFailure": {} }) {
            properties.shift_remove("DestinationConfig");
        }
        Ok(Some(without_empty(properties)))
    }

    fn update(&self, context: &Context, physical_id: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
        let mut input = Value::Object(new.clone());
        input["UUID"] = physical_id.into();
        input["Enabled"] = new.get("Enabled").is_none_or(flag).into();
        // What is no longer said goes back to its default.
        for (name, default) in [
            ("BatchSize", json!(100)),
            ("BisectBatchOnFunctionError", json!(false)),
            ("DestinationConfig", json!({ "OnFailure": {} })),
            ("FunctionResponseTypes", json!([])),
            ("MaximumBatchingWindowInSeconds", json!(0)),
            ("MaximumRecordAgeInSeconds", json!(-1)),
            ("MaximumRetryAttempts", json!(-1)),
            ("ParallelizationFactor", json!(1)),
        ] {
            if input.get(name).is_none() {
                input[name] = default;
            }
        }
        let answer = call(context, lambda::call, "UpdateEventSourceMapping", input)?;
        let arn = &answer["EventSourceMappingArn"];
        let (set, removed) = tag_changes(old, new, "Tags");
        call(context, lambda::call, "UntagResource", json!({ "Resource": arn, "TagKeys": removed }))?;
        call(context, lambda::call, "TagResource", json!({ "Resource": arn, "Tags": tags_object(&set) }))?;
        remember(context, TYPE, physical_id, new)
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        if !forget(context, TYPE, physical_id)? {
            return Err(not_found(TYPE, physical_id));
        }
        call(context, lambda::call, "DeleteEventSourceMapping", json!({ "UUID": physical_id })).map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{create, life, of, read, sandbox};

    #[test]
    fn a_mapping_is_made_changed_and_deleted() {
        sandbox(|context| {
            create(context, "AWS::Kinesis::Stream", json!({ "Name": "s", "ShardCount": 1 })).unwrap();
            let trust = json!({ "Version": "2012-10-17", "Statement": [{
                "Effect": "Allow", "Principal": { "Service": "lambda.amazonaws.com" }, "Action": "sts:AssumeRole",
            }] });
            create(context, "AWS::IAM::Role", json!({ "RoleName": "r", "AssumeRolePolicyDocument": trust })).unwrap();
            let function = json!({
                "FunctionName": "f", "Runtime": "nodejs22.x", "Handler": "index.handler",
                "Role": "arn:aws:iam::123456789012:role/r", "Code": { "ZipFile": "exports.handler = async () => {}" },
            });
            create(context, "AWS::Lambda::Function", function).unwrap();
            let mapping = json!({
                "FunctionName": "arn:aws:lambda:us-west-2:123456789012:function:f",
                "EventSourceArn": "arn:aws:kinesis:us-west-2:123456789012:stream/s",
                "StartingPosition": "LATEST",
                "BatchSize": 10,
                "Enabled": true,
                "FunctionResponseTypes": ["ReportBatchItemFailures"],
                "DestinationConfig": { "OnFailure": { "Destination": "arn:aws:s3:::bucket" } },
                "Tags": [{ "Key": "a", "Value": "1" }],
            });
            let changed = json!({
                "FunctionName": "f",
                "EventSourceArn": "arn:aws:kinesis:us-west-2:123456789012:stream/s",
                "StartingPosition": "LATEST",
                "MaximumRetryAttempts": 3,
                "Enabled": false,
                "Tags": [{ "Key": "b", "Value": "2" }],
            });
            let id = life(context, "AWS::Lambda::EventSourceMapping", mapping.clone(), changed);
            assert_eq!(id.len(), 36);
            let again = create(context, "AWS::Lambda::EventSourceMapping", mapping.clone()).unwrap();
            assert_eq!(read(context, "AWS::Lambda::EventSourceMapping", &again)["BatchSize"], 10);
            let twice = create(context, "AWS::Lambda::EventSourceMapping", mapping.clone()).unwrap_err();
            assert!(twice.message.contains("already exists"), "{twice:?}");
            of("AWS::Lambda::EventSourceMapping").delete(context, &again).unwrap();
            let mut filtered = mapping;
            filtered["FilterCriteria"] = json!({ "Filters": [{ "Pattern": "{}" }] });
            let refused = create(context, "AWS::Lambda::EventSourceMapping", filtered).unwrap_err();
            assert!(refused.message.contains("FilterCriteria"), "{refused:?}");
        });
    }
}
