//! `AWS::Connect::TaskTemplate`.

use serde_json::{Value, json};

use super::properties::{arn_in, compact, instance_arn, list, present, refuse_change, tag_list, tag_map};
use super::service::Service;
use crate::handler::{Context, HandlerErrorCode, HandlerResult, Properties, ResourceHandler};

pub(super) struct TaskTemplate;

impl ResourceHandler for TaskTemplate {
    /// The service takes no tags at the creation; they are set after it.
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let service = Service::new(context);
        let mut input = members(properties);
        input["ClientToken"] = service.client_token().into();
        let arn = service.call_for("CreateTaskTemplate", input, "Arn")?;
        if !tag_map(properties).is_empty() {
            service.retag(&arn, &Properties::new(), properties)?;
        }
        Ok(arn)
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let instance = instance_arn(physical_id)?;
        let input = json!({"InstanceId": instance, "TaskTemplateId": physical_id});
        let template = match Service::new(context).call("GetTaskTemplate", input) {
            Ok(template) => template,
            Err(error) if error.code == HandlerErrorCode::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let defaults = template.get("Defaults").and_then(|defaults| defaults.get("DefaultFieldValues"));
        Ok(Some(present(json!({
            "Arn": physical_id,
            "InstanceArn": instance,
            "Name": template.get("Name"),
            "Description": template.get("Description"),
            "ContactFlowArn": arn_in(instance, "contact-flow", template.get("ContactFlowId")),
            "SelfAssignContactFlowArn": arn_in(instance, "contact-flow", template.get("SelfAssignFlowId")),
            "Constraints": template.get("Constraints"),
            "Defaults": defaults,
            "Fields": template.get("Fields"),
            "Status": template.get("Status"),
            "Tags": tag_list(template.get("Tags")),
        }))))
    }

    fn update(&self, context: &Context, physical_id: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
        refuse_change(old, new, &["InstanceArn"])?;
        let service = Service::new(context);
        let mut input = members(new);
        input["TaskTemplateId"] = physical_id.into();
        service.call("UpdateTaskTemplate", input)?;
        service.retag(physical_id, old, new)
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        let input = json!({"InstanceId": instance_arn(physical_id)?, "TaskTemplateId": physical_id});
        Service::new(context).call("DeleteTaskTemplate", input).map(drop)
    }
}

fn members(properties: &Properties) -> Value {
    let defaults = list(properties, "Defaults");
    compact(json!({
        "InstanceId": properties.get("InstanceArn"),
        "Name": properties.get("Name"),
        "Description": properties.get("Description"),
        "ContactFlowId": properties.get("ContactFlowArn"),
        "SelfAssignFlowId": properties.get("SelfAssignContactFlowArn"),
        "Constraints": properties.get("Constraints"),
        "Defaults": (!defaults.is_empty()).then(|| json!({"DefaultFieldValues": defaults})),
        "Fields": list(properties, "Fields"),
        "Status": properties.get("Status"),
    }))
}
