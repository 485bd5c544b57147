//! `AWS::Connect::View` and `AWS::Connect::ViewVersion`. Views made by stacks are published.

use serde_json::{Value, json};

use super::properties::{differs, instance_arn, present, refuse_change, tag_list, tags, text, text_or_empty};
use super::service::{Service, invalid_request};
use crate::handler::{Context, HandlerResult, Properties, ResourceHandler};

pub(super) struct View;

impl ResourceHandler for View {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let service = Service::new(context);
        let input = json!({
            "InstanceId": properties.get("InstanceArn"),
            "Name": properties.get("Name"),
            "Description": properties.get("Description"),
            "Status": "PUBLISHED",
            "Content": content(properties),
            "ClientToken": service.client_token(),
            "Tags": tags(properties),
        });
        let answer = service.call("CreateView", input)?;
        let arn = answer.get("View").and_then(|view| view.get("Arn")).and_then(Value::as_str);
        Ok(arn.unwrap_or_default().to_owned())
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let instance = instance_arn(physical_id)?;
        let input = json!({"InstanceId": instance, "ViewId": physical_id});
        let view = Service::new(context).describe("DescribeView", input, "View")?;
        Ok(view.map(|view| {
            let content = |member: &str| view.get("Content").and_then(|content| content.get(member));
            let template = content("Template").and_then(Value::as_str).and_then(|text| serde_json::from_str(text).ok());
            let mut properties = present(json!({
                "ViewArn": physical_id,
                "ViewId": view.get("Id"),
                "ViewContentSha256": view.get("ViewContentSha256"),
                "InstanceArn": instance,
                "Name": view.get("Name"),
                "Description": view.get("Description"),
                "Template": template.unwrap_or(Value::Null),
                "Tags": tag_list(view.get("Tags")),
            }));
            // Required, so there even where it is empty.
            properties.insert("Actions".to_owned(), content("Actions").cloned().unwrap_or_else(|| json!([])));
            properties
        }))
    }

    fn update(&self, context: &Context, physical_id: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
        refuse_change(old, new, &["InstanceArn"])?;
        let service = Service::new(context);
        let instance = new.get("InstanceArn");
        if differs(old, new, &["Template", "Actions"]) {
            service.call(
                "UpdateViewContent",
                json!({
                    "InstanceId": instance,
                    "ViewId": physical_id,
                    "Status": "PUBLISHED",
                    "Content": content(new),
                }),
            )?;
        }
        if differs(old, new, &["Name", "Description"]) {
            service.call(
                "UpdateViewMetadata",
                json!({
                    "InstanceId": instance,
                    "ViewId": physical_id,
                    "Name": new.get("Name"),
                    "Description": text_or_empty(new, "Description"),
                }),
            )?;
        }
        service.retag(physical_id, old, new)
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        let input = json!({"InstanceId": instance_arn(physical_id)?, "ViewId": physical_id});
        Service::new(context).call("DeleteView", input).map(drop)
    }
}

/// The template travels as a text; the property may be an object or a text.
fn content(properties: &Properties) -> Value {
    let template = properties.get("Template").map(|template| match template {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    json!({"Template": template, "Actions": properties.get("Actions")})
}

/// A version of a view: `<view ARN>:<number>`. It is frozen: nothing of it can be updated.
pub(super) struct ViewVersion;

fn split(arn: &str) -> HandlerResult<(&str, &str)> {
    arn.rsplit_once(':').ok_or_else(|| invalid_request(format!("Invalid ARN: {arn}")))
}

impl ResourceHandler for ViewVersion {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let view = text(properties, "ViewArn");
        let input = json!({
            "InstanceId": instance_arn(view)?,
            "ViewId": view,
            "VersionDescription": properties.get("VersionDescription"),
            "ViewContentSha256": properties.get("ViewContentSha256"),
        });
        let answer = Service::new(context).call("CreateViewVersion", input)?;
        let arn = answer.get("View").and_then(|view| view.get("Arn")).and_then(Value::as_str);
        Ok(arn.unwrap_or_default().to_owned())
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let (view, _) = split(physical_id)?;
        let input = json!({"InstanceId": instance_arn(physical_id)?, "ViewId": physical_id});
        let version = Service::new(context).describe("DescribeView", input, "View")?;
        Ok(version.map(|version| {
            present(json!({
                "ViewVersionArn": physical_id,
                "ViewArn": view,
                "Version": version.get("Version"),
                "VersionDescription": version.get("VersionDescription"),
                "ViewContentSha256": version.get("ViewContentSha256"),
            }))
        }))
    }

    fn update(&self, _: &Context, _: &str, _: &Properties, _: &Properties) -> HandlerResult<()> {
        Err(invalid_request("A version cannot be updated."))
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        let (view, number) = split(physical_id)?;
        let input = json!({"InstanceId": instance_arn(physical_id)?, "ViewId": view, "ViewVersion": number});
        Service::new(context).call("DeleteViewVersion", input).map(drop)
    }
}
