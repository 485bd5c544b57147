//! What an instance knows by name alone: predefined attributes and approved origins.

use serde_json::{Map, json};

use super::LiveObject;
use super::properties::{set, set_list};
use crate::{ConnectInstance, Gateway, GatewayError};

impl Gateway {
    /// All predefined attributes but those of the service itself.
    pub async fn live_predefined_attributes(
        &self,
        instance: &ConnectInstance,
    ) -> Result<Vec<LiveObject>, GatewayError> {
        let call = self.connect.search_predefined_attributes().instance_id(&instance.id).max_results(100);
        let mut pages = call.into_paginator().send();
        let mut objects = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| GatewayError::from_sdk("Connect SearchPredefinedAttributes", &error))?;
            for attribute in page.predefined_attributes.unwrap_or_default() {
                let name = attribute.name.unwrap_or_default();
                let physical_id = format!("{}|{name}", instance.arn);
                let mut properties = Map::new();
                set(&mut properties, "InstanceArn", Some(instance.arn.clone()));
                set(&mut properties, "Name", Some(name));
                let values = attribute.values.and_then(|values| values.as_string_list().ok().cloned());
                let values = values.filter(|values| !values.is_empty());
                set(&mut properties, "Values", values.map(|values| json!({ "StringList": values })));
                let purposes = attribute.purposes.unwrap_or_default();
                set_list(&mut properties, "Purposes", purposes.into_iter().map(Into::into).collect());
                let configuration = attribute.attribute_configuration.map(|given| {
                    json!({
                        "EnableValueValidationOnAssociation": given.enable_value_validation_on_association,
                        "IsReadOnly": given.is_read_only,
                    })
                });
                set(&mut properties, "AttributeConfiguration", configuration);
                objects.push(LiveObject { physical_id, properties });
            }
        }
        Ok(objects)
    }

    /// All approved origins.
    pub async fn live_approved_origins(&self, instance: &ConnectInstance) -> Result<Vec<LiveObject>, GatewayError> {
        let origins = self.approved_origins(&instance.id).await?.into_iter();
        let object = |origin: String| {
            let mut properties = Map::new();
            set(&mut properties, "InstanceId", Some(instance.arn.clone()));
            set(&mut properties, "Origin", Some(origin.clone()));
            LiveObject { physical_id: format!("{}|{origin}", instance.arn), properties }
        };
        Ok(origins.map(object).collect())
    }

    pub(crate) async fn approved_origins(&self, instance: &str) -> Result<Vec<String>, GatewayError> {
        let mut pages = self.connect.list_approved_origins().instance_id(instance).into_paginator().send();
        let mut origins = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| GatewayError::from_sdk("Connect ListApprovedOrigins", &error))?;
            origins.extend(page.origins.unwrap_or_default());
        }
        Ok(origins)
    }
}
