//! Views and task templates.

use std::collections::BTreeSet;

use aws_sdk_connect::operation::get_task_template::GetTaskTemplateOutput;
use aws_sdk_connect::types::{TaskTemplateConstraints, TaskTemplateField, TaskTemplateFieldIdentifier, ViewType};
use serde_json::{Map, Value, json};

use super::LiveObject;
use super::properties::{arn, set, set_list, set_text, tags};
use crate::{ConnectInstance, Gateway, GatewayError};

impl Gateway {
    /// All views of the instance's own, as they are published.
    pub async fn live_views(&self, instance: &ConnectInstance) -> Result<Vec<LiveObject>, GatewayError> {
        let own = aws_sdk_connect::types::ViewSearchCriteria::builder().view_type_condition(ViewType::CustomerManaged);
        let call = self.connect.search_views().instance_id(&instance.id).search_criteria(own.build());
        let mut pages = call.max_results(100).into_paginator().send();
        let mut views = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| GatewayError::from_sdk("Connect SearchViews", &error))?;
            for view in page.views.unwrap_or_default() {
                let mut properties = Map::new();
                set(&mut properties, "InstanceArn", Some(instance.arn.clone()));
                set(&mut properties, "Name", view.name);
                set_text(&mut properties, "Description", view.description);
                let content = view.content;
                let template = content.as_ref().and_then(|content| content.template.as_deref());
                set(&mut properties, "Template", template.map(without_blanks));
                // Required, so there even where it is empty.
                set(&mut properties, "Actions", Some(content.and_then(|content| content.actions).unwrap_or_default()));
                set_list(&mut properties, "Tags", tags(view.tags));
                let arn = view.arn.unwrap_or_default();
                let physical_id = arn.trim_end_matches(":$LATEST").to_owned();
                views.push(LiveObject { physical_id, properties });
            }
        }
        Ok(views)
    }

    /// The task templates with these ARNs. One call a template: the list has neither fields nor tags.
    pub async fn live_task_templates(
        &self,
        instance: &ConnectInstance,
        wanted: &BTreeSet<&str>,
    ) -> Result<Vec<LiveObject>, GatewayError> {
        let mut templates = Vec::new();
        for arn in wanted {
            let id = arn.rsplit('/').next().unwrap_or(arn);
            let answer = self.connect.get_task_template().instance_id(&instance.id).task_template_id(id).send().await;
            match answer.map_err(|error| GatewayError::from_sdk("Connect GetTaskTemplate", &error)) {
                Ok(template) => templates.push(task_template_object(instance, arn, template)),
                Err(error) if error.is_not_found() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(templates)
    }
}

/// JSON in one line: who wrote it may have set it in lines of their own.
fn without_blanks(text: &str) -> String {
    serde_json::from_str::<Value>(text).map_or_else(|_| text.to_owned(), |json| json.to_string())
}

fn task_template_object(instance: &ConnectInstance, physical_id: &str, template: GetTaskTemplateOutput) -> LiveObject {
    let flow = |id: Option<String>| id.map(|id| arn(&instance.arn, "contact-flow", &id));
    let mut properties = Map::new();
    set(&mut properties, "InstanceArn", Some(instance.arn.clone()));
    set(&mut properties, "Name", Some(template.name));
    set_text(&mut properties, "Description", template.description);
    set(&mut properties, "ContactFlowArn", flow(template.contact_flow_id));
    set(&mut properties, "SelfAssignContactFlowArn", flow(template.self_assign_flow_id));
    set_list(&mut properties, "Fields", template.fields.unwrap_or_default().into_iter().map(field).collect());
    let defaults = template.defaults.and_then(|defaults| defaults.default_field_values).unwrap_or_default();
    let default = |one: aws_sdk_connect::types::TaskTemplateDefaultFieldValue| json!({ "Id": id(one.id), "DefaultValue": one.default_value });
    set_list(&mut properties, "Defaults", defaults.into_iter().map(default).collect());
    let constraints = template.constraints.map(constraints).filter(|constraints| !constraints.is_empty());
    set(&mut properties, "Constraints", constraints);
    set(&mut properties, "Status", template.status.map(|status| status.as_str().to_owned()));
    set_list(&mut properties, "Tags", tags(template.tags));
    LiveObject { physical_id: physical_id.to_owned(), properties }
}

fn id(id: Option<TaskTemplateFieldIdentifier>) -> Value {
    json!({ "Name": id.and_then(|id| id.name) })
}

fn field(field: TaskTemplateField) -> Value {
    let mut members = Map::new();
    set(&mut members, "Id", Some(id(field.id)));
    set(&mut members, "Type", field.r#type.map(|kind| kind.as_str().to_owned()));
    set_text(&mut members, "Description", field.description);
    let options = field.single_select_options.unwrap_or_default();
    set_list(&mut members, "SingleSelectOptions", options.into_iter().map(Value::from).collect());
    Value::Object(members)
}

fn constraints(given: TaskTemplateConstraints) -> Map<String, Value> {
    let ids =
        |ids: Vec<Option<TaskTemplateFieldIdentifier>>| ids.into_iter().map(|one| json!({ "Id": id(one) })).collect();
    let mut members = Map::new();
    let required = given.required_fields.unwrap_or_default().into_iter().map(|one| one.id).collect();
    set_list(&mut members, "RequiredFields", ids(required));
    let read_only = given.read_only_fields.unwrap_or_default().into_iter().map(|one| one.id).collect();
    set_list(&mut members, "ReadOnlyFields", ids(read_only));
    let invisible = given.invisible_fields.unwrap_or_default().into_iter().map(|one| one.id).collect();
    set_list(&mut members, "InvisibleFields", ids(invisible));
    members
}
