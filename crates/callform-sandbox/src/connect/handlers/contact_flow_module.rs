//! `AWS::Connect::ContactFlowModule`.

use serde_json::json;

use super::properties::{differs, instance_arn, present, refuse_change, tag_list, tags, text, text_or_empty};
use super::service::Service;
use crate::handler::{Context, HandlerResult, Properties, ResourceHandler};

pub(super) struct ContactFlowModule;

impl ResourceHandler for ContactFlowModule {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let service = Service::new(context);
        let arn = service.call_for(
            "CreateContactFlowModule",
            json!({
                "InstanceId": properties.get("InstanceArn"),
                "Name": properties.get("Name"),
                "Description": properties.get("Description"),
                "Content": properties.get("Content"),
                "Settings": properties.get("Settings"),
                "ExternalInvocationConfiguration": properties.get("ExternalInvocationConfiguration"),
                "ClientToken": service.client_token(),
                "Tags": tags(properties),
            }),
            "Arn",
        )?;
        if text(properties, "State").eq_ignore_ascii_case("ARCHIVED") {
            update_metadata(service, &arn, properties)?;
        }
        Ok(arn)
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let instance = instance_arn(physical_id)?;
        let input = json!({"InstanceId": instance, "ContactFlowModuleId": physical_id});
        let module = Service::new(context).describe("DescribeContactFlowModule", input, "ContactFlowModule")?;
        Ok(module.map(|module| {
            present(json!({
                "ContactFlowModuleArn": physical_id,
                "InstanceArn": instance,
                "Name": module.get("Name"),
                "Description": module.get("Description"),
                "Content": module.get("Content"),
                "Settings": module.get("Settings"),
                "ExternalInvocationConfiguration": module.get("ExternalInvocationConfiguration"),
                "State": module.get("State"),
                "Status": module.get("Status"),
                "Tags": tag_list(module.get("Tags")),
            }))
        }))
    }

    fn update(&self, context: &Context, physical_id: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
        refuse_change(old, new, &["InstanceArn"])?;
        let service = Service::new(context);
        if differs(old, new, &["Name", "Description", "State"]) {
            update_metadata(service, physical_id, new)?;
        }
        if differs(old, new, &["Content", "Settings"]) {
            service.call(
                "UpdateContactFlowModuleContent",
                json!({
                    "InstanceId": new.get("InstanceArn"),
                    "ContactFlowModuleId": physical_id,
                    "Content": new.get("Content"),
                    "Settings": new.get("Settings"),
                }),
            )?;
        }
        service.retag(physical_id, old, new)
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        let input = json!({"InstanceId": instance_arn(physical_id)?, "ContactFlowModuleId": physical_id});
        Service::new(context).call("DeleteContactFlowModule", input).map(drop)
    }
}

/// The schema leaves the letters' case of the state open.
fn update_metadata(service: Service, arn: &str, properties: &Properties) -> HandlerResult<()> {
    let state = text(properties, "State").to_ascii_uppercase();
    let input = json!({
        "InstanceId": properties.get("InstanceArn"),
        "ContactFlowModuleId": arn,
        "Name": properties.get("Name"),
        "Description": text_or_empty(properties, "Description"),
        "State": (!state.is_empty()).then_some(state),
    });
    service.call("UpdateContactFlowModuleMetadata", input).map(drop)
}
