//! Published versions of flows and flow modules, and aliases of modules.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::LiveObject;
use super::properties::{set, set_text};
use crate::{ConnectInstance, Gateway, GatewayError};

/// What versions and aliases are of: their ARNs without what follows the last colon.
fn parents<'a>(wanted: &BTreeSet<&'a str>) -> BTreeSet<&'a str> {
    wanted.iter().filter_map(|arn| arn.rsplit_once(':')).map(|(parent, _)| parent).collect()
}

/// All items of a list, each as a live object; none of a parent that is not there any more.
macro_rules! of_parent {
    ($operation:literal, $call:expr, $items:ident, $objects:ident, $object:expr) => {{
        let mut pages = $call.into_paginator().send();
        while let Some(page) = pages.next().await {
            match page.map_err(|error| GatewayError::from_sdk($operation, &error)) {
                Ok(page) => $objects.extend(page.$items.unwrap_or_default().into_iter().map($object)),
                Err(error) if error.is_not_found() => break,
                Err(error) => return Err(error),
            }
        }
    }};
}

fn object(physical_id: Option<String>, property: &str, parent: &str, description: Option<String>) -> LiveObject {
    let mut properties = Map::new();
    set(&mut properties, property, Some(parent.to_owned()));
    set_text(&mut properties, "Description", description);
    LiveObject { physical_id: physical_id.unwrap_or_default(), properties }
}

impl Gateway {
    /// All versions of the flows that these are versions of. One call a flow.
    pub async fn live_flow_versions(
        &self,
        instance: &ConnectInstance,
        wanted: &BTreeSet<&str>,
    ) -> Result<Vec<LiveObject>, GatewayError> {
        let mut objects = Vec::new();
        for flow in parents(wanted) {
            let id = flow.rsplit('/').next().unwrap_or(flow);
            let call = self.connect.list_contact_flow_versions().instance_id(&instance.id).contact_flow_id(id);
            of_parent!(
                "Connect ListContactFlowVersions",
                call,
                contact_flow_version_summary_list,
                objects,
                |version| { object(version.arn, "ContactFlowId", flow, version.version_description) }
            );
        }
        Ok(objects)
    }

    /// All versions of the flow modules that these are versions of. One call a module.
    pub async fn live_flow_module_versions(
        &self,
        instance: &ConnectInstance,
        wanted: &BTreeSet<&str>,
    ) -> Result<Vec<LiveObject>, GatewayError> {
        let mut objects = Vec::new();
        for module in parents(wanted) {
            let id = module.rsplit('/').next().unwrap_or(module);
            let call =
                self.connect.list_contact_flow_module_versions().instance_id(&instance.id).contact_flow_module_id(id);
            of_parent!(
                "Connect ListContactFlowModuleVersions",
                call,
                contact_flow_module_version_summary_list,
                objects,
                |version| object(version.arn, "ContactFlowModuleId", module, version.version_description)
            );
        }
        Ok(objects)
    }

    /// All aliases of the flow modules that these are aliases of. One call a module.
    pub async fn live_flow_module_aliases(
        &self,
        instance: &ConnectInstance,
        wanted: &BTreeSet<&str>,
    ) -> Result<Vec<LiveObject>, GatewayError> {
        let mut objects = Vec::new();
        for module in parents(wanted) {
            let id = module.rsplit('/').next().unwrap_or(module);
            let call =
                self.connect.list_contact_flow_module_aliases().instance_id(&instance.id).contact_flow_module_id(id);
            of_parent!(
                "Connect ListContactFlowModuleAliases",
                call,
                contact_flow_module_alias_summary_list,
                objects,
                |alias| {
                    let mut object = object(alias.arn, "ContactFlowModuleId", module, alias.alias_description);
                    set(&mut object.properties, "Name", alias.alias_name);
                    set(&mut object.properties, "ContactFlowModuleVersion", alias.version.map(Value::from));
                    object
                }
            );
        }
        Ok(objects)
    }
}
