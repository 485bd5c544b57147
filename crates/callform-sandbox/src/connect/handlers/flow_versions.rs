//! `AWS::Connect::ContactFlowVersion`, `AWS::Connect::ContactFlowModuleVersion` and `AWS::Connect::ContactFlowModuleAlias`.

use serde_json::{Value, json};

use super::properties::{instance_arn, present, text, text_or_empty};
use super::service::{Service, invalid_request};
use crate::handler::{Context, HandlerResult, Properties, ResourceHandler};

/// Versions of flows, or of flow modules. A version is frozen: nothing of it can be updated.
pub(super) struct Version {
    /// What operations call the thing: `ContactFlow`.
    thing: &'static str,
    /// Property with the version's ARN.
    arn: &'static str,
    /// Property with the digest of its content.
    digest: &'static str,
}

/// Versions of flows.
pub(super) const CONTACT_FLOW_VERSION: Version =
    Version { thing: "ContactFlow", arn: "ContactFlowVersionARN", digest: "FlowContentSha256" };
/// Versions of flow modules.
pub(super) const CONTACT_FLOW_MODULE_VERSION: Version =
    Version { thing: "ContactFlowModule", arn: "ContactFlowModuleVersionARN", digest: "FlowModuleContentSha256" };

impl Version {
    fn id(&self) -> String {
        format!("{}Id", self.thing)
    }
}

/// A flow's ARN and what follows it.
fn split(arn: &str) -> HandlerResult<(&str, &str)> {
    arn.rsplit_once(':').ok_or_else(|| invalid_request(format!("Invalid ARN: {arn}")))
}

impl ResourceHandler for Version {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let parent = text(properties, &self.id()).to_owned();
        let input = json!({
            "InstanceId": instance_arn(&parent)?,
            self.id(): parent,
            "Description": properties.get("Description"),
            self.digest: properties.get(self.digest),
        });
        let operation = format!("Create{}Version", self.thing);
        Service::new(context).call_for(&operation, input, &format!("{}Arn", self.thing))
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let (parent, _) = split(physical_id)?;
        let input = json!({"InstanceId": instance_arn(physical_id)?, self.id(): physical_id});
        let version = Service::new(context).describe(&format!("Describe{}", self.thing), input, self.thing)?;
        Ok(version.map(|version| {
            present(json!({
                self.arn: physical_id,
                self.id(): parent,
                "Version": version.get("Version"),
                "Description": version.get("VersionDescription"),
                self.digest: version.get(self.digest),
            }))
        }))
    }

    fn update(&self, _: &Context, _: &str, _: &Properties, _: &Properties) -> HandlerResult<()> {
        Err(invalid_request("A version cannot be updated."))
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        let (parent, number) = split(physical_id)?;
        let input = json!({
            "InstanceId": instance_arn(physical_id)?,
            self.id(): parent,
            format!("{}Version", self.thing): number,
        });
        Service::new(context).call(&format!("Delete{}Version", self.thing), input).map(drop)
    }
}

/// Aliases of flow modules: `<module ARN>:<alias id>`.
pub(super) struct ContactFlowModuleAlias;

impl ResourceHandler for ContactFlowModuleAlias {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let module = text(properties, "ContactFlowModuleId");
        let id = Service::new(context).call_for(
            "CreateContactFlowModuleAlias",
            json!({
                "InstanceId": instance_arn(module)?,
                "ContactFlowModuleId": module,
                "ContactFlowModuleVersion": properties.get("ContactFlowModuleVersion"),
                "AliasName": properties.get("Name"),
                "Description": properties.get("Description"),
            }),
            "Id",
        )?;
        Ok(format!("{module}:{id}"))
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let (module, id) = split(physical_id)?;
        let input = named(physical_id)?;
        let alias =
            Service::new(context).describe("DescribeContactFlowModuleAlias", input, "ContactFlowModuleAlias")?;
        Ok(alias.map(|alias| {
            present(json!({
                "ContactFlowModuleAliasARN": physical_id,
                "AliasId": id,
                "ContactFlowModuleId": module,
                "ContactFlowModuleVersion": alias.get("Version"),
                "Name": alias.get("Name"),
                "Description": alias.get("Description"),
            }))
        }))
    }

    fn update(&self, context: &Context, physical_id: &str, _: &Properties, new: &Properties) -> HandlerResult<()> {
        let mut input = named(physical_id)?;
        input["Name"] = json!(new.get("Name"));
        input["Description"] = text_or_empty(new, "Description");
        input["ContactFlowModuleVersion"] = json!(new.get("ContactFlowModuleVersion"));
        Service::new(context).call("UpdateContactFlowModuleAlias", input).map(drop)
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        Service::new(context).call("DeleteContactFlowModuleAlias", named(physical_id)?).map(drop)
    }
}

fn named(alias: &str) -> HandlerResult<Value> {
    let (module, id) = split(alias)?;
    Ok(json!({"InstanceId": instance_arn(alias)?, "ContactFlowModuleId": module, "AliasId": id}))
}
