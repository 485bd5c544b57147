//! Flows, flow modules and prompts.

use serde_json::{Map, json};

use super::LiveObject;
use super::properties::{set, set_list, set_text, tags};
use crate::{ConnectInstance, Gateway, GatewayError};

impl Gateway {
    /// All flows with their published content.
    pub async fn live_flows(&self, instance: &ConnectInstance) -> Result<Vec<LiveObject>, GatewayError> {
        let mut pages = self.connect.search_contact_flows().instance_id(&instance.id).into_paginator().send();
        let mut flows = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| GatewayError::from_sdk("Connect SearchContactFlows", &error))?;
            for flow in page.contact_flows.unwrap_or_default() {
                let mut properties = Map::new();
                set(&mut properties, "InstanceArn", Some(instance.arn.clone()));
                set(&mut properties, "Name", flow.name);
                set_text(&mut properties, "Description", flow.description);
                set(&mut properties, "Type", flow.r#type.map(|kind| kind.as_str().to_owned()));
                set(&mut properties, "State", flow.state.map(|state| state.as_str().to_owned()));
                set(&mut properties, "Content", flow.content);
                set_list(&mut properties, "Tags", tags(flow.tags));
                flows.push(LiveObject { physical_id: flow.arn.unwrap_or_default(), properties });
            }
        }
        Ok(flows)
    }

    /// All flow modules with their published content.
    pub async fn live_flow_modules(&self, instance: &ConnectInstance) -> Result<Vec<LiveObject>, GatewayError> {
        let mut pages = self.connect.search_contact_flow_modules().instance_id(&instance.id).into_paginator().send();
        let mut modules = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| GatewayError::from_sdk("Connect SearchContactFlowModules", &error))?;
            for module in page.contact_flow_modules.unwrap_or_default() {
                let mut properties = Map::new();
                set(&mut properties, "InstanceArn", Some(instance.arn.clone()));
                set(&mut properties, "Name", module.name);
                set_text(&mut properties, "Description", module.description);
                set(&mut properties, "State", module.state.map(|state| state.as_str().to_owned()));
                set(&mut properties, "Content", module.content);
                set_text(&mut properties, "Settings", module.settings);
                set(
                    &mut properties,
                    "ExternalInvocationConfiguration",
                    module.external_invocation_configuration.map(|given| json!({ "Enabled": given.enabled })),
                );
                set_list(&mut properties, "Tags", tags(module.tags));
                modules.push(LiveObject { physical_id: module.arn.unwrap_or_default(), properties });
            }
        }
        Ok(modules)
    }

    /// All prompts. Their audio cannot be compared: the API hands out a copy of its own.
    pub async fn live_prompts(&self, instance: &ConnectInstance) -> Result<Vec<LiveObject>, GatewayError> {
        let mut pages = self.connect.search_prompts().instance_id(&instance.id).into_paginator().send();
        let mut prompts = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| GatewayError::from_sdk("Connect SearchPrompts", &error))?;
            for prompt in page.prompts.unwrap_or_default() {
                let mut properties = Map::new();
                set(&mut properties, "InstanceArn", Some(instance.arn.clone()));
                set(&mut properties, "Name", prompt.name);
                set_text(&mut properties, "Description", prompt.description);
                set_list(&mut properties, "Tags", tags(prompt.tags));
                prompts.push(LiveObject { physical_id: prompt.prompt_arn.unwrap_or_default(), properties });
            }
        }
        Ok(prompts)
    }
}
