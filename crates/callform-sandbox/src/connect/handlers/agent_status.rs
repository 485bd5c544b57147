//! `AWS::Connect::AgentStatus`.

use serde_json::{Value, json};

use super::properties::{instance_arn, present, refuse_change, tag_list, tags, text, text_or_empty};
use super::service::{Service, not_found};
use crate::handler::{Context, HandlerErrorCode, HandlerResult, Properties, ResourceHandler};

pub(super) struct AgentStatus;

impl ResourceHandler for AgentStatus {
    /// A status cannot be deleted, so one of the name that is there already is taken over (?): the schema lets the
    /// create handler list statuses, and its delete handler call nothing at all.
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let service = Service::new(context);
        let created = service.call_for(
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
        );
        match created {
            Err(error) if error.code == HandlerErrorCode::AlreadyExists => {
                let arn = existing(service, properties)?.ok_or(error)?;
                let old = self.read(context, &arn)?.unwrap_or_default();
                self.update(context, &arn, &old, properties)?;
                Ok(arn)
            }
            created => created,
        }
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

    /// Leaves the status as it is: the service has no operation that deletes one.
    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        match self.read(context, physical_id)? {
            Some(_) => Ok(()),
            None => Err(not_found(format!("Agent status {physical_id} not found"))),
        }
    }
}

fn existing(service: Service, properties: &Properties) -> HandlerResult<Option<String>> {
    let input = json!({"InstanceId": properties.get("InstanceArn"), "AgentStatusTypes": ["CUSTOM"]});
    let statuses = service.list("ListAgentStatuses", input, "AgentStatusSummaryList")?;
    let named =
        statuses.iter().find(|status| status.get("Name").and_then(Value::as_str) == Some(text(properties, "Name")));
    Ok(named.and_then(|status| status.get("Arn")).and_then(Value::as_str).map(str::to_owned))
}
