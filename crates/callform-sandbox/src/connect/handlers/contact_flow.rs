//! `AWS::Connect::ContactFlow`. Flows made by stacks are published, and so are checked by the service at once.

use serde_json::json;

use super::properties::{differs, instance_arn, present, refuse_change, tag_list, tags, text, text_or_empty};
use super::service::Service;
use crate::handler::{Context, HandlerResult, Properties, ResourceHandler};

pub(super) struct ContactFlow;

impl ResourceHandler for ContactFlow {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let service = Service::new(context);
        let arn = service.call_for(
            "CreateContactFlow",
            json!({
                "InstanceId": properties.get("InstanceArn"),
                "Name": properties.get("Name"),
                "Type": properties.get("Type"),
                "Description": properties.get("Description"),
                "Content": properties.get("Content"),
                "Tags": tags(properties),
            }),
            "ContactFlowArn",
        )?;
        if text(properties, "State") == "ARCHIVED" {
            update_metadata(service, &arn, properties)?;
        }
        Ok(arn)
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let instance = instance_arn(physical_id)?;
        let input = json!({"InstanceId": instance, "ContactFlowId": physical_id});
        let flow = Service::new(context).describe("DescribeContactFlow", input, "ContactFlow")?;
        Ok(flow.map(|flow| {
            present(json!({
                "ContactFlowArn": physical_id,
                "InstanceArn": instance,
                "Name": flow.get("Name"),
                "Type": flow.get("Type"),
                "Description": flow.get("Description"),
                "Content": flow.get("Content"),
                "State": flow.get("State"),
                "Tags": tag_list(flow.get("Tags")),
            }))
        }))
    }

    fn update(&self, context: &Context, physical_id: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
        refuse_change(old, new, &["InstanceArn"])?;
        let service = Service::new(context);
        if differs(old, new, &["Name", "Description", "State"]) {
            update_metadata(service, physical_id, new)?;
        }
        if differs(old, new, &["Content"]) {
            service.call(
                "UpdateContactFlowContent",
                json!({
                    "InstanceId": new.get("InstanceArn"),
                    "ContactFlowId": physical_id,
                    "Content": new.get("Content"),
                }),
            )?;
        }
        service.retag(physical_id, old, new)
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        let input = json!({"InstanceId": instance_arn(physical_id)?, "ContactFlowId": physical_id});
        Service::new(context).call("DeleteContactFlow", input).map(drop)
    }
}

fn update_metadata(service: Service, arn: &str, properties: &Properties) -> HandlerResult<()> {
    let input = json!({
        "InstanceId": properties.get("InstanceArn"),
        "ContactFlowId": arn,
        "Name": properties.get("Name"),
        "Description": text_or_empty(properties, "Description"),
        "ContactFlowState": properties.get("State"),
    });
    service.call("UpdateContactFlowMetadata", input).map(drop)
}
