//! `AWS::Connect::HoursOfOperation`, with its overrides.

use serde_json::{Map, Value, json};

use super::properties::{instance_arn, list, present, refuse_change, tag_list, tags, text, text_or_empty};
use super::service::Service;
use crate::handler::{Context, HandlerResult, Properties, ResourceHandler};

pub(super) struct HoursOfOperation;

impl ResourceHandler for HoursOfOperation {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let service = Service::new(context);
        let arn = service.call_for(
            "CreateHoursOfOperation",
            json!({
                "InstanceId": properties.get("InstanceArn"),
                "Name": properties.get("Name"),
                "Description": properties.get("Description"),
                "TimeZone": properties.get("TimeZone"),
                "Config": properties.get("Config"),
                "ParentHoursOfOperationConfigs": parent_configs(&parents(properties)),
                "Tags": tags(properties),
            }),
            "HoursOfOperationArn",
        )?;
        for wanted in list(properties, "HoursOfOperationOverrides") {
            create_override(service, &arn, wanted)?;
        }
        Ok(arn)
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let service = Service::new(context);
        let instance = instance_arn(physical_id)?;
        let input = json!({"InstanceId": instance, "HoursOfOperationId": physical_id});
        let Some(hours) = service.describe("DescribeHoursOfOperation", input, "HoursOfOperation")? else {
            return Ok(None);
        };
        let overrides = live_overrides(service, physical_id)?;
        let overrides: Vec<Value> = overrides.iter().map(override_properties).collect();
        Ok(Some(present(json!({
            "HoursOfOperationArn": physical_id,
            "InstanceArn": instance,
            "Name": hours.get("Name"),
            "Description": hours.get("Description"),
            "TimeZone": hours.get("TimeZone"),
            "Config": hours.get("Config"),
            "HoursOfOperationOverrides": overrides,
            "ParentHoursOfOperations": hours.get("ParentHoursOfOperations"),
            "Tags": tag_list(hours.get("Tags")),
        }))))
    }

    fn update(&self, context: &Context, physical_id: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
        refuse_change(old, new, &["InstanceArn"])?;
        let service = Service::new(context);
        service.call(
            "UpdateHoursOfOperation",
            json!({
                "InstanceId": new.get("InstanceArn"),
                "HoursOfOperationId": physical_id,
                "Name": new.get("Name"),
                "Description": text_or_empty(new, "Description"),
                "TimeZone": new.get("TimeZone"),
                "Config": new.get("Config"),
            }),
        )?;
        update_parents(service, physical_id, &parents(old), &parents(new))?;
        if old.get("HoursOfOperationOverrides") != new.get("HoursOfOperationOverrides") {
            update_overrides(service, physical_id, list(new, "HoursOfOperationOverrides"))?;
        }
        service.retag(physical_id, old, new)
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        let input = json!({"InstanceId": instance_arn(physical_id)?, "HoursOfOperationId": physical_id});
        Service::new(context).call("DeleteHoursOfOperation", input).map(drop)
    }
}

/// The ids of the hours whose overrides count here, too.
fn parents(properties: &Properties) -> Vec<&str> {
    list(properties, "ParentHoursOfOperations").iter().filter_map(|parent| parent.get("Id")?.as_str()).collect()
}

fn parent_configs(ids: &[&str]) -> Option<Value> {
    let configs: Vec<Value> = ids.iter().map(|id| json!({ "HoursOfOperationId": id })).collect();
    (!configs.is_empty()).then(|| configs.into())
}

fn update_parents(service: Service, hours: &str, old: &[&str], new: &[&str]) -> HandlerResult<()> {
    let instance = instance_arn(hours)?;
    let gone: Vec<&&str> = old.iter().filter(|id| !new.contains(id)).collect();
    if !gone.is_empty() {
        let input = json!({ "InstanceId": instance, "HoursOfOperationId": hours, "ParentHoursOfOperationIds": gone });
        service.call("DisassociateHoursOfOperations", input)?;
    }
    let more: Vec<&str> = new.iter().copied().filter(|id| !old.contains(id)).collect();
    if let Some(configs) = parent_configs(&more) {
        let input =
            json!({ "InstanceId": instance, "HoursOfOperationId": hours, "ParentHoursOfOperationConfigs": configs });
        service.call("AssociateHoursOfOperations", input)?;
    }
    Ok(())
}

fn live_overrides(service: Service, hours: &str) -> HandlerResult<Vec<Value>> {
    let input = json!({"InstanceId": instance_arn(hours)?, "HoursOfOperationId": hours});
    service.list("ListHoursOfOperationOverrides", input, "HoursOfOperationOverrideList")
}

/// Makes the live overrides the wanted ones. They are matched by name, as the property need not carry their ids.
fn update_overrides(service: Service, hours: &str, wanted: &[Value]) -> HandlerResult<()> {
    let name_of = |value: &Value, member: &str| value.get(member).and_then(Value::as_str).map(str::to_owned);
    let live = live_overrides(service, hours)?;
    for one in &live {
        let name = name_of(one, "Name");
        if !wanted.iter().any(|wanted| name_of(wanted, "OverrideName") == name) {
            service.call("DeleteHoursOfOperationOverride", override_input(hours, one, json!({}))?)?;
        }
    }
    for wanted in wanted {
        let name = name_of(wanted, "OverrideName");
        match live.iter().find(|one| name_of(one, "Name") == name) {
            None => create_override(service, hours, wanted)?,
            Some(one) if override_properties(one) == *wanted => {}
            Some(one) => {
                let members = override_members(wanted);
                service.call("UpdateHoursOfOperationOverride", override_input(hours, one, members)?)?;
            }
        }
    }
    Ok(())
}

fn create_override(service: Service, hours: &str, wanted: &Value) -> HandlerResult<()> {
    let input = override_input(hours, &Value::Null, override_members(wanted))?;
    service.call("CreateHoursOfOperationOverride", input).map(drop)
}

fn override_input(hours: &str, live: &Value, members: Value) -> HandlerResult<Value> {
    let mut input = json!({
        "InstanceId": instance_arn(hours)?,
        "HoursOfOperationId": hours,
        "HoursOfOperationOverrideId": live.get("HoursOfOperationOverrideId"),
    });
    if let (Value::Object(input), Value::Object(members)) = (&mut input, members) {
        input.extend(members);
    }
    Ok(input)
}

fn override_members(wanted: &Value) -> Value {
    json!({
        "Name": wanted.get("OverrideName"),
        "Description": wanted.get("OverrideDescription"),
        "Config": wanted.get("OverrideConfig"),
        "EffectiveFrom": wanted.get("EffectiveFrom"),
        "EffectiveTill": wanted.get("EffectiveTill"),
        "OverrideType": wanted.get("OverrideType"),
        "RecurrenceConfig": wanted.get("RecurrenceConfig"),
    })
}

/// An override as the property has it, without its id, which the service chooses.
fn override_properties(live: &Value) -> Value {
    let empty = Map::new();
    let live = live.as_object().unwrap_or(&empty);
    let mut properties = present(json!({
        "OverrideName": text(live, "Name"),
        "OverrideDescription": text(live, "Description"),
        "EffectiveFrom": live.get("EffectiveFrom"),
        "EffectiveTill": live.get("EffectiveTill"),
        "OverrideType": live.get("OverrideType"),
        "RecurrenceConfig": live.get("RecurrenceConfig"),
    }));
    // Required, so there even where it has no entries: a day without opening.
    properties.insert("OverrideConfig".to_owned(), list(live, "Config").into());
    Value::Object(properties)
}
