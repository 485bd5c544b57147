//! `AWS::KinesisFirehose::DeliveryStream`.

use serde_json::{Value, json};

use crate::handler::properties::{
    call, find, forget, name_or_generated, not_found, recall, remember, tag_changes, without_empty,
};
use crate::handler::{Context, HandlerResult, Properties, ResourceHandler};
use crate::services::firehose::{self, DESTINATIONS};

pub(super) struct DeliveryStream;

const TYPE: &str = "AWS::KinesisFirehose::DeliveryStream";

impl ResourceHandler for DeliveryStream {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let name = name_or_generated(context, properties, "DeliveryStreamName", 64);
        let mut input = Value::Object(properties.clone());
        input["DeliveryStreamName"] = name.clone().into();
        call(context, firehose::call, "CreateDeliveryStream", input)?;
        remember(context, TYPE, &name, properties)?;
        Ok(name)
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let key = json!({ "DeliveryStreamName": physical_id });
        let Some(answer) = find(context, firehose::call, "DescribeDeliveryStream", key.clone())? else {
            return Ok(None);
        };
        let stream = &answer["DeliveryStreamDescription"];
        let tags = call(context, firehose::call, "ListTagsForDeliveryStream", key)?;
        // Settings that only creation takes are as they were given.
        let mut properties = recall(context, TYPE, physical_id)?.unwrap_or_default();
        for (property, description) in DESTINATIONS {
            properties.insert(property.to_owned(), stream["Destinations"][0][description].clone());
        }
        properties.insert("DeliveryStreamName".to_owned(), physical_id.into());
        properties.insert("DeliveryStreamType".to_owned(), stream["DeliveryStreamType"].clone());
        properties.insert("Arn".to_owned(), stream["DeliveryStreamARN"].clone());
        properties.insert("Tags".to_owned(), tags["Tags"].clone());
        Ok(Some(without_empty(properties)))
    }

    fn update(&self, context: &Context, physical_id: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
        self.read(context, physical_id)?.ok_or_else(|| not_found(TYPE, physical_id))?;
        for (property, _) in DESTINATIONS {
            if let Some(destination) = new.get(property)
                && old.get(property) != Some(destination)
            {
                let mut input = json!({ "DeliveryStreamName": physical_id });
                input[property.replace("Configuration", "Update")] = destination.clone();
                call(context, firehose::call, "UpdateDestination", input)?;
            }
        }
        let (set, removed) = tag_changes(old, new, "Tags");
        let untag = json!({ "DeliveryStreamName": physical_id, "TagKeys": removed });
        call(context, firehose::call, "UntagDeliveryStream", untag)?;
        call(context, firehose::call, "TagDeliveryStream", json!({ "DeliveryStreamName": physical_id, "Tags": set }))?;
        remember(context, TYPE, physical_id, new)
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        forget(context, TYPE, physical_id)?;
        call(context, firehose::call, "DeleteDeliveryStream", json!({ "DeliveryStreamName": physical_id })).map(|_| ())
    }
}
