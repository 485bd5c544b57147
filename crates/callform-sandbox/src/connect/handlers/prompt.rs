//! `AWS::Connect::Prompt`. Where the recording came from cannot be read back.

use serde_json::json;

use super::properties::{differs, instance_arn, present, refuse_change, tag_list, tags, text_or_empty};
use super::service::Service;
use crate::handler::{Context, HandlerResult, Properties, ResourceHandler};

pub(super) struct Prompt;

impl ResourceHandler for Prompt {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        Service::new(context).call_for(
            "CreatePrompt",
            json!({
                "InstanceId": properties.get("InstanceArn"),
                "Name": properties.get("Name"),
                "Description": properties.get("Description"),
                "S3Uri": properties.get("S3Uri"),
                "Tags": tags(properties),
            }),
            "PromptARN",
        )
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let instance = instance_arn(physical_id)?;
        let input = json!({"InstanceId": instance, "PromptId": physical_id});
        let prompt = Service::new(context).describe("DescribePrompt", input, "Prompt")?;
        Ok(prompt.map(|prompt| {
            present(json!({
                "PromptArn": physical_id,
                "InstanceArn": instance,
                "Name": prompt.get("Name"),
                "Description": prompt.get("Description"),
                "Tags": tag_list(prompt.get("Tags")),
            }))
        }))
    }

    fn update(&self, context: &Context, physical_id: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
        refuse_change(old, new, &["InstanceArn"])?;
        let service = Service::new(context);
        if differs(old, new, &["Name", "Description", "S3Uri"]) {
            service.call(
                "UpdatePrompt",
                json!({
                    "InstanceId": new.get("InstanceArn"),
                    "PromptId": physical_id,
                    "Name": new.get("Name"),
                    "Description": text_or_empty(new, "Description"),
                    "S3Uri": new.get("S3Uri"),
                }),
            )?;
        }
        service.retag(physical_id, old, new)
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        let input = json!({"InstanceId": instance_arn(physical_id)?, "PromptId": physical_id});
        Service::new(context).call("DeletePrompt", input).map(drop)
    }
}
