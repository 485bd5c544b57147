//! `AWS::Connect::AgentStatus`.

use serde_json::json;

use super::properties::{instance_arn, present, refuse_change, tag_list, tags, text_or_empty};
use super::service::{Service, not_found};
use crate::handler::{Context, HandlerResult, Properties, ResourceHandler};

pub(super) struct AgentStatus;

impl ResourceHandler for AgentStatus {
    /// A status cannot be deleted, so that one which left its stack is still there: its name is taken, and it comes back
    /// by an import under its ARN only.
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        Service::new(context).call_for(
            "CreateAgentStatus",
            json!({
                "InstanceId": properties.get("InstanceArn"),
                "Name": properties.get("Name"),
                "Description": properties.get("Description"),
                "State": properties.get("State"),
                "DisplayOrder": properties.get("DisplayOrder"),
                "Tags": tags(properties),
            }),
            "AgentStatusARN",
        )
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let instance = instance_arn(physical_id)?;
        let input = json!({"InstanceId": instance, "AgentStatusId": physical_id});
        let status = Service::new(context).describe("DescribeAgentStatus", input, "AgentStatus")?;
        Ok(status.map(|status| {
            present(json!({
                "AgentStatusArn": physical_id,
                "InstanceArn": instance,
                "Name": status.get("Name"),
                "Description": status.get("Description"),
                "State": status.get("State"),
                "DisplayOrder": status.get("DisplayOrder"),
                "Type": status.get("Type"),
                "Tags": tag_list(status.get("Tags")),
                "LastModifiedTime": status.get("LastModifiedTime"),
                "LastModifiedRegion": status.get("LastModifiedRegion"),
            }))
        }))
    }

    fn update(&self, context: &Context, physical_id: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
        refuse_change(old, new, &["InstanceArn"])?;
        let service = Service::new(context);
        service.call(
            "UpdateAgentStatus",
            json!({
                "InstanceId": new.get("InstanceArn"),
                "AgentStatusId": physical_id,
                "Name": new.get("Name"),
                "Description": text_or_empty(new, "Description"),
                "State": new.get("State"),
                "DisplayOrder": new.get("DisplayOrder"),
                "ResetOrderNumber": new.get("ResetOrderNumber"),
            }),
        )?;
        service.retag(physical_id, old, new)
    }

    /// Leaves the status as it is (?): the service has no operation that deletes one, and the schema lets the handler
    /// call nothing.
    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        match self.read(context, physical_id)? {
            Some(_) => Ok(()),
            None => Err(not_found(format!("Agent status {physical_id} not found"))),
        }
    }
}
