//! `AWS::Kinesis::Stream`.

use serde_json::{Value, json};

use crate::handler::properties::{
    call, differs, find, list, name_or_generated, number, tag_changes, tags_object, without_empty,
};
use crate::handler::{Context, HandlerResult, Properties, ResourceHandler};
use crate::services::kinesis;

pub(super) struct Stream;

impl ResourceHandler for Stream {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let name = name_or_generated(context, properties, "Name", 128);
        let mode = properties.get("StreamModeDetails").cloned().unwrap_or(json!({ "StreamMode": "PROVISIONED" }));
        let on_demand = mode["StreamMode"] == "ON_DEMAND";
        let shards = properties.get("ShardCount").and_then(number).or((!on_demand).then_some(1));
        call(
            context,
            kinesis::call,
            "CreateStream",
            json!({
                "StreamName": name,
                "ShardCount": shards,
                "StreamModeDetails": mode,
                "Tags": tags_object(list(properties, "Tags")),
            }),
        )?;
        settings(context, &name, &Properties::new(), properties)?;
        Ok(name)
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let name = json!({ "StreamName": physical_id });
        let Some(answer) = find(context, kinesis::call, "DescribeStreamSummary", name.clone())? else {
            return Ok(None);
        };
        let stream = &answer["StreamDescriptionSummary"];
        let tags = call(context, kinesis::call, "ListTagsForStream", name)?;
        let mut properties = Properties::new();
        properties.insert("Name".to_owned(), physical_id.into());
        properties.insert("Arn".to_owned(), stream["StreamARN"].clone());
        properties.insert("RetentionPeriodHours".to_owned(), stream["RetentionPeriodHours"].clone());
        properties.insert("StreamModeDetails".to_owned(), stream["StreamModeDetails"].clone());
        if stream["StreamModeDetails"]["StreamMode"] == "PROVISIONED" {
            properties.insert("ShardCount".to_owned(), stream["OpenShardCount"].clone());
        }
        if stream["EncryptionType"] == "KMS" {
            let encryption = json!({ "EncryptionType": "KMS", "KeyId": stream["KeyId"] });
            properties.insert("StreamEncryption".to_owned(), encryption);
        }
        properties.insert("Tags".to_owned(), tags["Tags"].clone());
        Ok(Some(without_empty(properties)))
    }

    fn update(&self, context: &Context, physical_id: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
        if differs(old, new, "StreamModeDetails") {
            let mode = new.get("StreamModeDetails").cloned().unwrap_or(json!({ "StreamMode": "PROVISIONED" }));
            let input = json!({ "StreamName": physical_id, "StreamModeDetails": mode });
            call(context, kinesis::call, "UpdateStreamMode", input)?;
        }
        if let Some(count) = new.get("ShardCount").and_then(number)
            && differs(old, new, "ShardCount")
        {
            let input =
                json!({ "StreamName": physical_id, "TargetShardCount": count, "ScalingType": "UNIFORM_SCALING" });
            call(context, kinesis::call, "UpdateShardCount", input)?;
        }
        let (set, removed) = tag_changes(old, new, "Tags");
        call(context, kinesis::call, "RemoveTagsFromStream", json!({ "StreamName": physical_id, "TagKeys": removed }))?;
        let set = json!({ "StreamName": physical_id, "Tags": tags_object(&set) });
        call(context, kinesis::call, "AddTagsToStream", set)?;
        settings(context, physical_id, old, new)
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        call(context, kinesis::call, "DeleteStream", json!({ "StreamName": physical_id })).map(|_| ())
    }
}

/// Retention and encryption, which have operations of their own.
fn settings(context: &Context, name: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
    if differs(old, new, "RetentionPeriodHours") {
        let hours = new.get("RetentionPeriodHours").and_then(number).unwrap_or(24);
        let input = json!({ "StreamName": name, "RetentionPeriodHours": hours });
        call(context, kinesis::call, "IncreaseStreamRetentionPeriod", input)?;
    }
    if differs(old, new, "StreamEncryption") {
        let mut input = new.get("StreamEncryption").cloned().unwrap_or(Value::Null);
        let operation = if input.is_null() { "StopStreamEncryption" } else { "StartStreamEncryption" };
        if input.is_null() {
            input = json!({});
        }
        input["StreamName"] = name.into();
        call(context, kinesis::call, operation, input)?;
    }
    Ok(())
}
