//! `AWS::KMS::Key` and `AWS::KMS::Alias`.

use serde_json::{Map, Value, json};

use crate::handler::properties::{
    call, differs, document, find, flag, list, need, not_found, number, recall, remember, text,
};
use crate::handler::{Context, HandlerResult, Properties, ResourceHandler};
use crate::services::kms;

pub(super) struct Key;

const KEY: &str = "AWS::KMS::Key";

/// Tags as KMS writes them.
fn kms_tags(properties: &Properties) -> Vec<Value> {
    let tags = list(properties, "Tags").iter();
    tags.map(|tag| json!({ "TagKey": tag.get("Key"), "TagValue": tag.get("Value") })).collect()
}

impl Key {
    fn rotate(context: &Context, id: &str, properties: &Properties) -> HandlerResult<()> {
        let mut input = json!({ "KeyId": id });
        let rotated = properties.get("EnableKeyRotation").is_some_and(flag);
        if let Some(days) = properties.get("RotationPeriodInDays").and_then(number) {
            input["RotationPeriodInDays"] = days.into();
        }
        let operation = if rotated { "EnableKeyRotation" } else { "DisableKeyRotation" };
        call(context, kms::call, operation, input).map(drop)
    }

    fn enable(context: &Context, id: &str, properties: &Properties) -> HandlerResult<()> {
        let enabled = properties.get("Enabled").is_none_or(flag);
        call(context, kms::call, if enabled { "EnableKey" } else { "DisableKey" }, json!({ "KeyId": id })).map(drop)
    }
}

impl ResourceHandler for Key {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let mut input = Value::Object(properties.clone());
        input["Tags"] = kms_tags(properties).into();
        if let Some(policy) = properties.get("KeyPolicy") {
            input["Policy"] = document(policy).into();
        }
        let answer = call(context, kms::call, "CreateKey", input)?;
        let id = answer["KeyMetadata"]["KeyId"].as_str().unwrap_or_default().to_owned();
        Self::rotate(context, &id, properties)?;
        Self::enable(context, &id, properties)?;
        remember(context, KEY, &id, properties)?;
        Ok(id)
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let input = json!({ "KeyId": physical_id });
        let Some(answer) = find(context, kms::call, "DescribeKey", input.clone())? else { return Ok(None) };
        let metadata = &answer["KeyMetadata"];
        // CloudFormation has deleted a key when its deletion is scheduled.
        if metadata["KeyState"] == "PendingDeletion" {
            return Ok(None);
        }
        let mut properties = recall(context, KEY, physical_id)?.unwrap_or_default();
        for name in ["Description", "KeySpec", "KeyUsage", "MultiRegion", "Origin", "KeyId", "Arn", "Enabled"] {
            properties.insert(name.to_owned(), metadata[name].clone());
        }
        let policy = call(context, kms::call, "GetKeyPolicy", input.clone())?;
        let policy = policy["Policy"].as_str().unwrap_or_default();
        properties.insert("KeyPolicy".to_owned(), serde_json::from_str(policy).unwrap_or_else(|_| json!(policy)));
        let rotation = call(context, kms::call, "GetKeyRotationStatus", input.clone())?;
        properties.insert("EnableKeyRotation".to_owned(), rotation["KeyRotationEnabled"].clone());
        if let Some(days) = rotation.get("RotationPeriodInDays") {
            properties.insert("RotationPeriodInDays".to_owned(), days.clone());
        }
        let tags = call(context, kms::call, "ListResourceTags", input)?;
        let tags = tags["Tags"].as_array().into_iter().flatten();
        let tags: Vec<Value> = tags.map(|tag| json!({ "Key": tag["TagKey"], "Value": tag["TagValue"] })).collect();
        properties.shift_remove("Tags");
        if !tags.is_empty() {
            properties.insert("Tags".to_owned(), tags.into());
        }
        for write_only in ["PendingWindowInDays", "BypassPolicyLockoutSafetyCheck", "RotationPeriodInDays"] {
            let rotated = write_only == "RotationPeriodInDays" && rotation.get("RotationPeriodInDays").is_some();
            if !rotated {
                properties.shift_remove(write_only);
            }
        }
        Ok(Some(properties))
    }

    fn update(&self, context: &Context, physical_id: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
        let with = |members: Value| {
            let mut input = Map::from_iter([("KeyId".to_owned(), Value::from(physical_id))]);
            input.extend(crate::input::object(members));
            Value::Object(input)
        };
        Self::enable(context, physical_id, new)?;
        if differs(old, new, "KeyPolicy")
            && let Some(policy) = new.get("KeyPolicy")
        {
            call(context, kms::call, "PutKeyPolicy", with(json!({ "Policy": document(policy) })))?;
        }
        let description = text(new, "Description").unwrap_or_default();
        call(context, kms::call, "UpdateKeyDescription", with(json!({ "Description": description })))?;
        Self::rotate(context, physical_id, new)?;
        let removed: Vec<&Value> = list(old, "Tags").iter().filter_map(|tag| tag.get("Key")).collect();
        call(context, kms::call, "UntagResource", with(json!({ "TagKeys": removed })))?;
        call(context, kms::call, "TagResource", with(json!({ "Tags": kms_tags(new) })))?;
        remember(context, KEY, physical_id, new)
    }

    /// Schedules the deletion: KMS deletes no key at once.
    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        if self.read(context, physical_id)?.is_none() {
            return Err(not_found(KEY, physical_id));
        }
        let days = recall(context, KEY, physical_id)?.and_then(|key| number(key.get("PendingWindowInDays")?));
        let input = json!({ "KeyId": physical_id, "PendingWindowInDays": days });
        call(context, kms::call, "ScheduleKeyDeletion", input).map(drop)
    }
}

pub(super) struct Alias;

impl ResourceHandler for Alias {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        call(context, kms::call, "CreateAlias", Value::Object(properties.clone()))?;
        remember(context, "AWS::KMS::Alias", need(properties, "AliasName")?, properties)?;
        need(properties, "AliasName").map(str::to_owned)
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let key = find(context, kms::call, "DescribeKey", json!({ "KeyId": physical_id }))?;
        let Some(key) = key else { return Ok(None) };
        let mut properties = recall(context, "AWS::KMS::Alias", physical_id)?.unwrap_or_default();
        // A template may name the key by id or ARN; both mean the same.
        let target = key["KeyMetadata"]["KeyId"].as_str().unwrap_or_default();
        let given = text(&properties, "TargetKeyId").unwrap_or_default();
        if !given.ends_with(target) {
            properties.insert("TargetKeyId".to_owned(), target.into());
        }
        properties.insert("AliasName".to_owned(), physical_id.into());
        Ok(Some(properties))
    }

    fn update(&self, context: &Context, physical_id: &str, _: &Properties, new: &Properties) -> HandlerResult<()> {
        call(context, kms::call, "UpdateAlias", Value::Object(new.clone()))?;
        remember(context, "AWS::KMS::Alias", physical_id, new)
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        call(context, kms::call, "DeleteAlias", json!({ "AliasName": physical_id })).map(drop)
    }
}
