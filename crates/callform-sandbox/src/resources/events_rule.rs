//! `AWS::Events::Rule`.

use serde_json::{Value, json};

use crate::handler::properties::{
    call, document, find, list, name_or_generated, not_found, tag_changes, text, without_empty,
};
use crate::handler::{Context, HandlerResult, Properties, ResourceHandler};
use crate::services::events;

pub(super) struct Rule;

/// Bus and name of a rule: `name`, or `bus|name` where the bus is not the default one.
fn parts(physical_id: &str) -> (&str, &str) {
    physical_id.split_once('|').unwrap_or(("default", physical_id))
}

impl ResourceHandler for Rule {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let name = name_or_generated(context, properties, "Name", 64);
        put(context, &name, properties)?;
        let bus = text(properties, "EventBusName").unwrap_or_default().rsplit('/').next().unwrap_or_default();
        let physical_id = if bus.is_empty() || bus == "default" { name } else { format!("{bus}|{name}") };
        targets(context, &physical_id, &Properties::new(), properties)?;
        Ok(physical_id)
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let (bus, name) = parts(physical_id);
        let which = json!({ "Name": name, "EventBusName": bus });
        let Some(rule) = find(context, events::call, "DescribeRule", which)? else {
            return Ok(None);
        };
        let which = json!({ "Rule": name, "EventBusName": bus });
        let targets = call(context, events::call, "ListTargetsByRule", which)?;
        let tags = call(context, events::call, "ListTagsForResource", json!({ "ResourceARN": rule["Arn"] }))?;
        let mut properties = Properties::new();
        for member in ["Name", "Arn", "Description", "ScheduleExpression", "State", "RoleArn", "EventBusName"] {
            properties.insert(member.to_owned(), rule[member].clone());
        }
        let pattern = rule["EventPattern"].as_str().and_then(|text| serde_json::from_str(text).ok());
        properties.insert("EventPattern".to_owned(), pattern.unwrap_or(Value::Null));
        properties.insert("Targets".to_owned(), targets["Targets"].clone());
        properties.insert("Tags".to_owned(), tags["Tags"].clone());
        Ok(Some(without_empty(properties)))
    }

    fn update(&self, context: &Context, physical_id: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
        let live = self.read(context, physical_id)?.ok_or_else(|| not_found("AWS::Events::Rule", physical_id))?;
        put(context, parts(physical_id).1, new)?;
        let (set, removed) = tag_changes(old, new, "Tags");
        let arn = live.get("Arn");
        call(context, events::call, "UntagResource", json!({ "ResourceARN": arn, "TagKeys": removed }))?;
        call(context, events::call, "TagResource", json!({ "ResourceARN": arn, "Tags": set }))?;
        targets(context, physical_id, old, new)
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        let live = self.read(context, physical_id)?.ok_or_else(|| not_found("AWS::Events::Rule", physical_id))?;
        targets(context, physical_id, &live, &Properties::new())?;
        let (bus, name) = parts(physical_id);
        call(context, events::call, "DeleteRule", json!({ "Name": name, "EventBusName": bus })).map(|_| ())
    }
}

fn put(context: &Context, name: &str, properties: &Properties) -> HandlerResult<()> {
    let mut input = Properties::new();
    for member in ["Description", "ScheduleExpression", "State", "RoleArn", "EventBusName", "Tags"] {
        if let Some(value) = properties.get(member) {
            input.insert(member.to_owned(), value.clone());
        }
    }
    input.insert("Name".to_owned(), name.into());
    if let Some(pattern) = properties.get("EventPattern") {
        input.insert("EventPattern".to_owned(), document(pattern).into());
    }
    call(context, events::call, "PutRule", input.into()).map(|_| ())
}

fn targets(context: &Context, physical_id: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
    let (bus, name) = parts(physical_id);
    let id = |target: &Value| target["Id"].as_str().unwrap_or_default().to_owned();
    let kept: Vec<_> = list(new, "Targets").iter().map(id).collect();
    let removed: Vec<_> = list(old, "Targets").iter().map(id).filter(|id| !kept.contains(id)).collect();
    let which = |more: &str, value: Value| json!({ "Rule": name, "EventBusName": bus, more: value });
    call(context, events::call, "RemoveTargets", which("Ids", removed.into()))?;
    call(context, events::call, "PutTargets", which("Targets", list(new, "Targets").into())).map(|_| ())
}
