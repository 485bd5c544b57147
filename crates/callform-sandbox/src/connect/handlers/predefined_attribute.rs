//! `AWS::Connect::PredefinedAttribute`: `<instance ARN>|<name>`.

use serde_json::{Value, json};

use super::properties::{present, split_id, text};
use super::service::Service;
use crate::handler::{Context, HandlerResult, Properties, ResourceHandler};

pub(super) struct PredefinedAttribute;

impl ResourceHandler for PredefinedAttribute {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        Service::new(context).call("CreatePredefinedAttribute", members(properties))?;
        Ok(format!("{}|{}", text(properties, "InstanceArn"), text(properties, "Name")))
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let [instance, name] = split_id(physical_id)?;
        let input = json!({"InstanceId": instance, "Name": name});
        let attribute = Service::new(context).describe("DescribePredefinedAttribute", input, "PredefinedAttribute")?;
        Ok(attribute.map(|attribute| {
            present(json!({
                "InstanceArn": instance,
                "Name": name,
                "Values": attribute.get("Values"),
                "Purposes": attribute.get("Purposes"),
                "AttributeConfiguration": attribute.get("AttributeConfiguration"),
                "LastModifiedTime": attribute.get("LastModifiedTime"),
                "LastModifiedRegion": attribute.get("LastModifiedRegion"),
            }))
        }))
    }

    fn update(&self, context: &Context, _: &str, _: &Properties, new: &Properties) -> HandlerResult<()> {
        Service::new(context).call("UpdatePredefinedAttribute", members(new)).map(drop)
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        let [instance, name] = split_id(physical_id)?;
        Service::new(context).call("DeletePredefinedAttribute", json!({"InstanceId": instance, "Name": name})).map(drop)
    }
}

fn members(properties: &Properties) -> Value {
    json!({
        "InstanceId": properties.get("InstanceArn"),
        "Name": properties.get("Name"),
        "Values": properties.get("Values"),
        "Purposes": properties.get("Purposes"),
        "AttributeConfiguration": properties.get("AttributeConfiguration"),
    })
}
