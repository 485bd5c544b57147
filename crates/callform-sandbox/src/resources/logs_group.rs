//! `AWS::Logs::LogGroup`.

use serde_json::{Value, json};

use crate::handler::properties::{
    call, differs, find, flag, list, name_or_generated, not_found, number, tag_changes, tags_list, tags_object, text,
    without_empty,
};
use crate::handler::{Context, HandlerResult, Properties, ResourceHandler};
use crate::services::logs;

pub(super) struct LogGroup;

impl ResourceHandler for LogGroup {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let name = name_or_generated(context, properties, "LogGroupName", 512);
        call(
            context,
            logs::call,
            "CreateLogGroup",
            json!({
                "logGroupName": name,
                "kmsKeyId": properties.get("KmsKeyId"),
                "logGroupClass": properties.get("LogGroupClass"),
                "deletionProtectionEnabled": properties.get("DeletionProtectionEnabled").map(flag),
                "tags": tags_object(list(properties, "Tags")),
            }),
        )?;
        retention(context, &name, &Properties::new(), properties)?;
        Ok(name)
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let key = json!({ "logGroupName": physical_id });
        let Some(tags) = find(context, logs::call, "ListTagsLogGroup", key)? else {
            return Ok(None);
        };
        let prefix = json!({ "logGroupNamePrefix": physical_id, "limit": 1 });
        let answer = call(context, logs::call, "DescribeLogGroups", prefix)?;
        let group = answer["logGroups"].get(0).cloned().unwrap_or(Value::Null);
        let mut properties = Properties::new();
        for (property, member) in [
            ("LogGroupName", "logGroupName"),
            ("Arn", "arn"),
            ("RetentionInDays", "retentionInDays"),
            ("KmsKeyId", "kmsKeyId"),
            ("LogGroupClass", "logGroupClass"),
            ("DeletionProtectionEnabled", "deletionProtectionEnabled"),
        ] {
            properties.insert(property.to_owned(), group[member].clone());
        }
        properties.insert("Tags".to_owned(), tags_list(&tags["tags"]));
        Ok(Some(without_empty(properties)))
    }

    fn update(&self, context: &Context, physical_id: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
        self.read(context, physical_id)?.ok_or_else(|| not_found("AWS::Logs::LogGroup", physical_id))?;
        retention(context, physical_id, old, new)?;
        if differs(old, new, "KmsKeyId") {
            let operation = if text(new, "KmsKeyId").is_some() { "AssociateKmsKey" } else { "DisassociateKmsKey" };
            let input = json!({ "logGroupName": physical_id, "kmsKeyId": new.get("KmsKeyId") });
            call(context, logs::call, operation, input)?;
        }
        let (set, removed) = tag_changes(old, new, "Tags");
        call(context, logs::call, "UntagLogGroup", json!({ "logGroupName": physical_id, "tags": removed }))?;
        let input = json!({ "logGroupName": physical_id, "tags": tags_object(&set) });
        call(context, logs::call, "TagLogGroup", input).map(|_| ())
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        call(context, logs::call, "DeleteLogGroup", json!({ "logGroupName": physical_id })).map(|_| ())
    }
}

fn retention(context: &Context, name: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
    if !differs(old, new, "RetentionInDays") {
        return Ok(());
    }
    let days = new.get("RetentionInDays").and_then(number);
    let operation = if days.is_some() { "PutRetentionPolicy" } else { "DeleteRetentionPolicy" };
    call(context, logs::call, operation, json!({ "logGroupName": name, "retentionInDays": days })).map(|_| ())
}
