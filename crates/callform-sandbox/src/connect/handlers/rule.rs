//! `AWS::Connect::Rule`. The property has a list for each type of action, and ARNs where the service has ids.

use serde_json::{Map, Value, json};

use super::properties::{differs, instance_arn, present, refuse_change, tag_list};
use super::service::Service;
use crate::handler::{Context, HandlerResult, Properties, ResourceHandler};

pub(super) struct Rule;

/// List of actions, type of the action, and member of the action.
const ACTIONS: [(&str, &str, &str); 10] = [
    ("AssignContactCategoryActions", "ASSIGN_CONTACT_CATEGORY", "AssignContactCategoryAction"),
    ("AssignSlaActions", "ASSIGN_SLA", "AssignSlaAction"),
    ("CreateCaseActions", "CREATE_CASE", "CreateCaseAction"),
    ("EndAssociatedTasksActions", "END_ASSOCIATED_TASKS", "EndAssociatedTasksAction"),
    ("EventBridgeActions", "GENERATE_EVENTBRIDGE_EVENT", "EventBridgeAction"),
    ("SendInAppNotificationActions", "SEND_IN_APP_NOTIFICATION", "SendInAppNotificationAction"),
    ("SendNotificationActions", "SEND_NOTIFICATION", "SendNotificationAction"),
    ("SubmitAutoEvaluationActions", "SUBMIT_AUTO_EVALUATION", "SubmitAutoEvaluationAction"),
    ("TaskActions", "CREATE_TASK", "TaskAction"),
    ("UpdateCaseActions", "UPDATE_CASE", "UpdateCaseAction"),
];

/// Property with ARNs, member with ids, and what ARNs have before the id.
const IDS: [(&str, &str, &str); 4] = [
    ("ContactFlowArn", "ContactFlowId", "contact-flow"),
    ("EvaluationFormArn", "EvaluationFormId", "evaluation-form"),
    ("IntegrationAssociationArn", "IntegrationAssociationId", "integration-association"),
    ("UserArns", "UserIds", "agent"),
];

impl ResourceHandler for Rule {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let service = Service::new(context);
        let mut input = content(properties);
        input["InstanceId"] = json!(properties.get("InstanceArn"));
        input["TriggerEventSource"] = with_ids(properties.get("TriggerEventSource").unwrap_or(&Value::Null));
        input["ClientToken"] = service.client_token().into();
        let arn = service.call_for("CreateRule", input, "RuleArn")?;
        service.retag(&arn, &Properties::new(), properties)?;
        Ok(arn)
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let instance = instance_arn(physical_id)?;
        let input = json!({"InstanceId": instance, "RuleId": physical_id});
        let rule = Service::new(context).describe("DescribeRule", input, "Rule")?;
        Ok(rule.map(|rule| {
            present(json!({
                "RuleArn": physical_id,
                "InstanceArn": instance,
                "Name": rule.get("Name"),
                "Function": rule.get("Function"),
                "PublishStatus": rule.get("PublishStatus"),
                "TriggerEventSource": rule.get("TriggerEventSource").map(|source| with_arns(instance, source)),
                "Actions": lists(instance, rule.get("Actions")),
                "Tags": tag_list(rule.get("Tags")),
            }))
        }))
    }

    fn update(&self, context: &Context, physical_id: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
        refuse_change(old, new, &["InstanceArn", "TriggerEventSource"])?;
        let service = Service::new(context);
        if differs(old, new, &["Name", "Function", "Actions", "PublishStatus"]) {
            let mut input = content(new);
            input["InstanceId"] = json!(new.get("InstanceArn"));
            input["RuleId"] = physical_id.into();
            service.call("UpdateRule", input)?;
        }
        service.retag(physical_id, old, new)
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        let input = json!({"InstanceId": instance_arn(physical_id)?, "RuleId": physical_id});
        Service::new(context).call("DeleteRule", input).map(drop)
    }
}

/// What creations and updates say.
fn content(properties: &Properties) -> Value {
    let mut actions = Vec::new();
    for (list, kind, member) in ACTIONS {
        let given = properties.get("Actions").and_then(|actions| actions.get(list)).and_then(Value::as_array);
        for action in given.into_iter().flatten() {
            actions.push(json!({ "ActionType": kind, member: with_ids(action) }));
        }
    }
    json!({
        "Name": properties.get("Name"),
        "Function": properties.get("Function"),
        "PublishStatus": properties.get("PublishStatus"),
        "Actions": actions,
    })
}

/// The service's actions as lists by type.
fn lists(instance: &str, actions: Option<&Value>) -> Value {
    let mut lists = Map::new();
    for action in actions.and_then(Value::as_array).into_iter().flatten() {
        let kind = action.get("ActionType").and_then(Value::as_str);
        let Some((list, _, member)) = ACTIONS.into_iter().find(|(_, own, _)| Some(*own) == kind) else { continue };
        let content = action.get(member).map_or_else(|| json!({}), |content| with_arns(instance, content));
        if let Value::Array(entries) = lists.entry(list).or_insert_with(|| json!([])) {
            entries.push(content);
        }
    }
    Value::Object(lists)
}

/// A value with ids in place of ARNs. What is said in the contact's own terms (`$.…`) stays.
fn with_ids(value: &Value) -> Value {
    renamed(
        value,
        &|name| IDS.iter().find(|(property, ..)| *property == name).map(|(_, member, _)| *member),
        &|_, text| {
            if text.starts_with("arn:") {
                text.rsplit('/').next().unwrap_or_default().to_owned()
            } else {
                text.to_owned()
            }
        },
    )
}

/// The other way round.
fn with_arns(instance: &str, value: &Value) -> Value {
    renamed(
        value,
        &|name| IDS.iter().find(|(_, member, _)| *member == name).map(|(property, ..)| *property),
        &|name, text| {
            let folder =
                IDS.iter().find(|(_, member, _)| *member == name).map(|(_, _, folder)| *folder).unwrap_or_default();
            if text.is_empty() || text.starts_with('$') {
                text.to_owned()
            } else {
                format!("{instance}/{folder}/{text}")
            }
        },
    )
}

/// A value with some members under other names and with other texts.
fn renamed(value: &Value, other: &dyn Fn(&str) -> Option<&'static str>, text: &dyn Fn(&str, &str) -> String) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, member)| match (other(name), member) {
                (Some(other), Value::String(own)) => (other.to_owned(), text(name, own).into()),
                (Some(other), Value::Array(entries)) => {
                    let texts = entries.iter().filter_map(Value::as_str).map(|own| Value::from(text(name, own)));
                    (other.to_owned(), texts.collect())
                }
                _ => (name.clone(), renamed(member, other, text)),
            })
            .collect(),
        Value::Array(entries) => entries.iter().map(|entry| renamed(entry, other, text)).collect(),
        scalar => scalar.clone(),
    }
}
