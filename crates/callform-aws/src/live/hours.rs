//! Hours of operation and their overrides.

use std::collections::BTreeMap;

use aws_sdk_connect::types::{HoursOfOperation, HoursOfOperationOverride, RecurrenceConfig};
use serde_json::{Map, Value, json};

use super::LiveObject;
use super::properties::{set, set_list, set_text, tags};
use crate::{ConnectInstance, Gateway, GatewayError};

impl Gateway {
    /// All hours of operation with their overrides.
    pub async fn live_hours(&self, instance: &ConnectInstance) -> Result<Vec<LiveObject>, GatewayError> {
        let mut overrides = self.overrides_by_hours(instance).await?;
        let mut pages = self.connect.search_hours_of_operations().instance_id(&instance.id).into_paginator().send();
        let mut objects = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| GatewayError::from_sdk("Connect SearchHoursOfOperations", &error))?;
            for hours in page.hours_of_operations.unwrap_or_default() {
                let id = hours.hours_of_operation_id.clone().unwrap_or_default();
                objects.push(hours_object(instance, hours, overrides.remove(&id).unwrap_or_default()));
            }
        }
        Ok(objects)
    }

    async fn overrides_by_hours(
        &self,
        instance: &ConnectInstance,
    ) -> Result<BTreeMap<String, Vec<Value>>, GatewayError> {
        let mut pages =
            self.connect.search_hours_of_operation_overrides().instance_id(&instance.id).into_paginator().send();
        let mut overrides: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        while let Some(page) = pages.next().await {
            let page =
                page.map_err(|error| GatewayError::from_sdk("Connect SearchHoursOfOperationOverrides", &error))?;
            for item in page.hours_of_operation_overrides.unwrap_or_default() {
                let hours = item.hours_of_operation_id.clone().unwrap_or_default();
                overrides.entry(hours).or_default().push(override_value(item));
            }
        }
        Ok(overrides)
    }
}

fn hours_object(instance: &ConnectInstance, hours: HoursOfOperation, overrides: Vec<Value>) -> LiveObject {
    let mut properties = Map::new();
    set(&mut properties, "InstanceArn", Some(instance.arn.clone()));
    set(&mut properties, "Name", hours.name);
    set_text(&mut properties, "Description", hours.description);
    set(&mut properties, "TimeZone", hours.time_zone);
    let config = hours.config.unwrap_or_default().into_iter().map(|entry| {
        json!({
            "Day": entry.day.as_str(),
            "StartTime": entry.start_time.map(|time| slice(time.hours, time.minutes)),
            "EndTime": entry.end_time.map(|time| slice(time.hours, time.minutes)),
        })
    });
    properties.insert("Config".to_owned(), Value::Array(config.collect()));
    let parents = hours.parent_hours_of_operations.unwrap_or_default().into_iter();
    let parents = parents.map(|parent| json!({ "Id": parent.id }));
    set_list(&mut properties, "ParentHoursOfOperations", parents.collect());
    set_list(&mut properties, "HoursOfOperationOverrides", overrides);
    set_list(&mut properties, "Tags", tags(hours.tags));
    LiveObject { physical_id: hours.hours_of_operation_arn.unwrap_or_default(), properties }
}

fn slice(hours: i32, minutes: i32) -> Value {
    json!({ "Hours": hours, "Minutes": minutes })
}

fn override_value(item: HoursOfOperationOverride) -> Value {
    let mut value = Map::new();
    set(&mut value, "OverrideName", item.name);
    set_text(&mut value, "OverrideDescription", item.description);
    set(&mut value, "EffectiveFrom", item.effective_from);
    set(&mut value, "EffectiveTill", item.effective_till);
    set(&mut value, "OverrideType", item.override_type.map(|kind| kind.as_str().to_owned()));
    let config = item.config.unwrap_or_default().into_iter().map(|entry| {
        json!({
            "Day": entry.day.map(|day| day.as_str().to_owned()),
            "StartTime": entry.start_time.map(|time| slice(time.hours, time.minutes)),
            "EndTime": entry.end_time.map(|time| slice(time.hours, time.minutes)),
        })
    });
    value.insert("OverrideConfig".to_owned(), Value::Array(config.collect()));
    set(&mut value, "RecurrenceConfig", item.recurrence_config.map(recurrence));
    Value::Object(value)
}

fn recurrence(config: RecurrenceConfig) -> Value {
    let mut pattern = Map::new();
    if let Some(given) = config.recurrence_pattern {
        let numbers = |list: Option<Vec<i32>>| list.unwrap_or_default().into_iter().map(Value::from).collect();
        set(&mut pattern, "Frequency", Some(given.frequency.as_str()));
        set(&mut pattern, "Interval", Some(given.interval));
        set_list(&mut pattern, "ByMonth", numbers(given.by_month));
        set_list(&mut pattern, "ByMonthDay", numbers(given.by_month_day));
        set_list(&mut pattern, "ByWeekdayOccurrence", numbers(given.by_weekday_occurrence));
    }
    json!({ "RecurrencePattern": pattern })
}
