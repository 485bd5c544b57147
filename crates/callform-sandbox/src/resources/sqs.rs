//! `AWS::SQS::Queue` and `AWS::SQS::QueuePolicy`.

use serde_json::{Map, Value, json};

use crate::handler::properties::{
    call, differs, document, find, invalid, list, physical_name, recall, remember, tag_changes, tags_object, text,
};
use crate::handler::{Context, HandlerResult, Properties, ResourceHandler};
use crate::input::object;
use crate::services::sqs;

pub(super) struct Queue;

const TYPE: &str = "AWS::SQS::Queue";

/// Properties that are no attributes of the service.
const OWN: [&str; 2] = ["QueueName", "Tags"];

/// Properties as attributes, all of them texts.
fn attributes(properties: &Properties) -> Map<String, Value> {
    let attributes = properties.iter().filter(|(name, _)| !OWN.contains(&name.as_str()));
    attributes.map(|(name, value)| (name.clone(), document(value).into())).collect()
}

impl ResourceHandler for Queue {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let fifo = properties.get("FifoQueue").is_some_and(crate::handler::properties::flag);
        let generated =
            || if fifo { format!("{}.fifo", physical_name(context, 75)) } else { physical_name(context, 80) };
        let name = text(properties, "QueueName").map_or_else(generated, str::to_owned);
        if find(context, sqs::call, "GetQueueUrl", json!({ "QueueName": name }))?.is_some() {
            return Err(crate::handler::properties::exists(TYPE, &name));
        }
        let mut attributes = attributes(properties);
        if !fifo {
            attributes.shift_remove("FifoQueue");
        }
        let input =
            json!({ "QueueName": name, "Attributes": attributes, "tags": tags_object(list(properties, "Tags")) });
        let answer = call(context, sqs::call, "CreateQueue", input)?;
        let url = answer["QueueUrl"].as_str().unwrap_or_default().to_owned();
        remember(context, TYPE, &url, properties)?;
        Ok(url)
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let input = json!({ "QueueUrl": physical_id, "AttributeNames": ["All"] });
        let Some(answer) = find(context, sqs::call, "GetQueueAttributes", input)? else { return Ok(None) };
        let Some(schema) = callform_schemas::get(TYPE) else { return Ok(None) };
        let live = object(answer["Attributes"].clone());
        let mut properties = Properties::new();
        for name in schema.property_names() {
            let Some(value) = live.get(name) else { continue };
            let parsed = match schema.type_at(&format!("/{name}")) {
                Some("string") => None,
                _ => value.as_str().and_then(|text| serde_json::from_str(text).ok()),
            };
            properties.insert(name.to_owned(), parsed.unwrap_or_else(|| value.clone()));
        }
        let tags = call(context, sqs::call, "ListQueueTags", json!({ "QueueUrl": physical_id }))?;
        let tags = crate::handler::properties::tags_list(&tags["Tags"]);
        if tags.as_array().is_some_and(|tags| !tags.is_empty()) {
            properties.insert("Tags".to_owned(), tags);
        }
        properties.insert("QueueName".to_owned(), sqs::queue_name(physical_id).into());
        properties.insert("QueueUrl".to_owned(), physical_id.into());
        properties.insert("Arn".to_owned(), live.get("QueueArn").cloned().unwrap_or_default());
        Ok(Some(properties))
    }

    fn update(&self, context: &Context, physical_id: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
        let mut changed = attributes(new);
        // What is no longer said goes back to its default.
        for name in attributes(old).keys() {
            changed.entry(name.as_str()).or_insert_with(|| "".into());
        }
        changed.shift_remove("FifoQueue");
        call(context, sqs::call, "SetQueueAttributes", json!({ "QueueUrl": physical_id, "Attributes": changed }))?;
        let (set, removed) = tag_changes(old, new, "Tags");
        call(context, sqs::call, "UntagQueue", json!({ "QueueUrl": physical_id, "TagKeys": removed }))?;
        call(context, sqs::call, "TagQueue", json!({ "QueueUrl": physical_id, "Tags": tags_object(&set) }))?;
        remember(context, TYPE, physical_id, new)
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        crate::handler::properties::forget(context, TYPE, physical_id)?;
        call(context, sqs::call, "DeleteQueue", json!({ "QueueUrl": physical_id })).map(drop)
    }
}

pub(super) struct QueuePolicy;

impl QueuePolicy {
    fn put(context: &Context, queues: &[Value], policy: &str) -> HandlerResult<()> {
        for queue in queues {
            let input = json!({ "QueueUrl": queue, "Attributes": { "Policy": policy } });
            call(context, sqs::call, "SetQueueAttributes", input)?;
        }
        Ok(())
    }
}

impl ResourceHandler for QueuePolicy {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let policy = properties.get("PolicyDocument").ok_or_else(|| invalid("PolicyDocument is required."))?;
        Self::put(context, list(properties, "Queues"), &document(policy))?;
        let id = physical_name(context, 255);
        remember(context, "AWS::SQS::QueuePolicy", &id, properties)?;
        Ok(id)
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let Some(mut properties) = recall(context, "AWS::SQS::QueuePolicy", physical_id)? else { return Ok(None) };
        let Some(queue) = list(&properties, "Queues").first().cloned() else { return Ok(None) };
        let input = json!({ "QueueUrl": queue, "AttributeNames": ["Policy"] });
        let Some(answer) = find(context, sqs::call, "GetQueueAttributes", input)? else { return Ok(None) };
        let policy = answer["Attributes"]["Policy"].as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
        let Some(policy) = policy else { return Ok(None) };
        properties.insert("PolicyDocument".to_owned(), policy);
        properties.insert("Id".to_owned(), physical_id.into());
        Ok(Some(properties))
    }

    fn update(&self, context: &Context, physical_id: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
        if differs(old, new, "Queues") {
            let gone: Vec<Value> =
                list(old, "Queues").iter().filter(|queue| !list(new, "Queues").contains(queue)).cloned().collect();
            Self::put(context, &gone, "")?;
        }
        let policy = new.get("PolicyDocument").map(document).unwrap_or_default();
        Self::put(context, list(new, "Queues"), &policy)?;
        remember(context, "AWS::SQS::QueuePolicy", physical_id, new)
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        let properties = recall(context, "AWS::SQS::QueuePolicy", physical_id)?
            .ok_or_else(|| crate::handler::properties::not_found("AWS::SQS::QueuePolicy", physical_id))?;
        for queue in list(&properties, "Queues") {
            // The queue may be gone already, and its policy with it.
            find(
                context,
                sqs::call,
                "SetQueueAttributes",
                json!({ "QueueUrl": queue, "Attributes": { "Policy": "" } }),
            )?;
        }
        crate::handler::properties::forget(context, "AWS::SQS::QueuePolicy", physical_id).map(drop)
    }
}
