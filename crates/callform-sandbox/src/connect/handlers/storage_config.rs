//! `AWS::Connect::InstanceStorageConfig`: `<instance ARN>|<association id>|<resource type>`.

use serde_json::{Value, json};

use super::properties::{present, split_id, text};
use super::service::Service;
use crate::handler::{Context, HandlerResult, Properties, ResourceHandler};

pub(super) struct InstanceStorageConfig;

/// Members that the property and the service's configuration share.
const MEMBERS: [&str; 5] =
    ["StorageType", "S3Config", "KinesisVideoStreamConfig", "KinesisStreamConfig", "KinesisFirehoseConfig"];

impl ResourceHandler for InstanceStorageConfig {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let service = Service::new(context);
        let id = service.call_for(
            "AssociateInstanceStorageConfig",
            json!({
                "InstanceId": properties.get("InstanceArn"),
                "ResourceType": properties.get("ResourceType"),
                "StorageConfig": config(properties),
                "ClientToken": service.client_token(),
            }),
            "AssociationId",
        )?;
        Ok(format!("{}|{id}|{}", text(properties, "InstanceArn"), text(properties, "ResourceType")))
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let [instance, id, resource_type] = split_id(physical_id)?;
        let config =
            Service::new(context).describe("DescribeInstanceStorageConfig", named(physical_id)?, "StorageConfig")?;
        Ok(config.map(|config| {
            let mut properties = json!({"InstanceArn": instance, "AssociationId": id, "ResourceType": resource_type});
            for member in MEMBERS {
                properties[member] = json!(config.get(member));
            }
            present(properties)
        }))
    }

    fn update(&self, context: &Context, physical_id: &str, _: &Properties, new: &Properties) -> HandlerResult<()> {
        let mut input = named(physical_id)?;
        input["StorageConfig"] = config(new);
        Service::new(context).call("UpdateInstanceStorageConfig", input).map(drop)
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        Service::new(context).call("DisassociateInstanceStorageConfig", named(physical_id)?).map(drop)
    }
}

fn config(properties: &Properties) -> Value {
    MEMBERS.iter().map(|member| ((*member).to_owned(), json!(properties.get(*member)))).collect()
}

fn named(physical_id: &str) -> HandlerResult<Value> {
    let [instance, id, resource_type] = split_id(physical_id)?;
    Ok(json!({"InstanceId": instance, "AssociationId": id, "ResourceType": resource_type}))
}
