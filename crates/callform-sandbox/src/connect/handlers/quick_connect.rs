//! `AWS::Connect::QuickConnect`.

use serde_json::{Value, json};

use super::properties::{arn_in, differs, instance_arn, present, refuse_change, tag_list, tags, text_or_empty};
use super::service::Service;
use crate::handler::{Context, HandlerResult, Properties, ResourceHandler};

pub(super) struct QuickConnect;

impl ResourceHandler for QuickConnect {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        Service::new(context).call_for(
            "CreateQuickConnect",
            json!({
                "InstanceId": properties.get("InstanceArn"),
                "Name": properties.get("Name"),
                "Description": properties.get("Description"),
                "QuickConnectConfig": config_for_service(properties.get("QuickConnectConfig")),
                "Tags": tags(properties),
            }),
            "QuickConnectARN",
        )
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let instance = instance_arn(physical_id)?;
        let input = json!({"InstanceId": instance, "QuickConnectId": physical_id});
        let quick_connect = Service::new(context).describe("DescribeQuickConnect", input, "QuickConnect")?;
        Ok(quick_connect.map(|quick_connect| {
            let config = quick_connect.get("QuickConnectConfig");
            present(json!({
                "QuickConnectArn": physical_id,
                "InstanceArn": instance,
                "Name": quick_connect.get("Name"),
                "Description": quick_connect.get("Description"),
                "QuickConnectConfig": config_from_service(instance, config),
                "QuickConnectType": config.and_then(|config| config.get("QuickConnectType")),
                "Tags": tag_list(quick_connect.get("Tags")),
            }))
        }))
    }

    fn update(&self, context: &Context, physical_id: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
        refuse_change(old, new, &["InstanceArn"])?;
        let service = Service::new(context);
        let instance = new.get("InstanceArn");
        if differs(old, new, &["Name", "Description"]) {
            service.call(
                "UpdateQuickConnectName",
                json!({
                    "InstanceId": instance,
                    "QuickConnectId": physical_id,
                    "Name": new.get("Name"),
                    "Description": text_or_empty(new, "Description"),
                }),
            )?;
        }
        if differs(old, new, &["QuickConnectConfig"]) {
            service.call(
                "UpdateQuickConnectConfig",
                json!({
                    "InstanceId": instance,
                    "QuickConnectId": physical_id,
                    "QuickConnectConfig": config_for_service(new.get("QuickConnectConfig")),
                }),
            )?;
        }
        service.retag(physical_id, old, new)
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        let input = json!({"InstanceId": instance_arn(physical_id)?, "QuickConnectId": physical_id});
        Service::new(context).call("DeleteQuickConnect", input).map(drop)
    }
}

fn config_for_service(config: Option<&Value>) -> Value {
    let member = |name: &str| config.and_then(|config| config.get(name));
    let id = |name: &str, arn: &str| member(name).and_then(|member| member.get(arn));
    json!({
        "QuickConnectType": member("QuickConnectType"),
        "UserConfig": member("UserConfig").map(|_| json!({
            "UserId": id("UserConfig", "UserArn"),
            "ContactFlowId": id("UserConfig", "ContactFlowArn"),
        })),
        "QueueConfig": member("QueueConfig").map(|_| json!({
            "QueueId": id("QueueConfig", "QueueArn"),
            "ContactFlowId": id("QueueConfig", "ContactFlowArn"),
        })),
        "PhoneConfig": member("PhoneConfig"),
        "FlowConfig": member("FlowConfig").map(|_| json!({"ContactFlowId": id("FlowConfig", "ContactFlowArn")})),
    })
}

fn config_from_service(instance: &str, config: Option<&Value>) -> Value {
    let member = |name: &str| config.and_then(|config| config.get(name));
    let arn = |name: &str, id: &str, folder: &str| arn_in(instance, folder, member(name).and_then(|m| m.get(id)));
    json!({
        "QuickConnectType": member("QuickConnectType"),
        "UserConfig": member("UserConfig").map(|_| json!({
            "UserArn": arn("UserConfig", "UserId", "agent"),
            "ContactFlowArn": arn("UserConfig", "ContactFlowId", "contact-flow"),
        })),
        "QueueConfig": member("QueueConfig").map(|_| json!({
            "QueueArn": arn("QueueConfig", "QueueId", "queue"),
            "ContactFlowArn": arn("QueueConfig", "ContactFlowId", "contact-flow"),
        })),
        "PhoneConfig": member("PhoneConfig"),
        "FlowConfig": member("FlowConfig").map(|_| json!({
            "ContactFlowArn": arn("FlowConfig", "ContactFlowId", "contact-flow"),
        })),
    })
}
