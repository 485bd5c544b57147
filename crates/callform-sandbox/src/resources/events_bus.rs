//! `AWS::Events::EventBus`.

use serde_json::json;

use crate::handler::properties::{call, find, forget, need, recall, remember, without_empty};
use crate::handler::{Context, HandlerResult, Properties, ResourceHandler};
use crate::services::events;

pub(super) struct EventBus;

const TYPE: &str = "AWS::Events::EventBus";

impl ResourceHandler for EventBus {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let name = need(properties, "Name")?;
        let input = json!({ "Name": name, "Description": properties.get("Description") });
        call(context, events::call, "CreateEventBus", input)?;
        remember(context, TYPE, name, properties)?;
        Ok(name.to_owned())
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let Some(bus) = find(context, events::call, "DescribeEventBus", json!({ "Name": physical_id }))? else {
            return Ok(None);
        };
        let mut properties = recall(context, TYPE, physical_id)?.unwrap_or_default();
        for name in ["Name", "Arn"] {
            properties.insert(name.to_owned(), bus[name].clone());
        }
        Ok(Some(without_empty(properties)))
    }

    fn update(&self, context: &Context, physical_id: &str, _: &Properties, new: &Properties) -> HandlerResult<()> {
        remember(context, TYPE, physical_id, new)
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        let bus = json!({ "Name": physical_id });
        if find(context, events::call, "DescribeEventBus", bus.clone())?.is_none() {
            return Err(crate::handler::properties::not_found(TYPE, physical_id));
        }
        call(context, events::call, "DeleteEventBus", bus)?;
        forget(context, TYPE, physical_id).map(drop)
    }
}
