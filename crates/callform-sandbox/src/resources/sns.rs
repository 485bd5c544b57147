//! `AWS::SNS::Topic`, `AWS::SNS::Subscription` and `AWS::SNS::TopicPolicy`.

use serde_json::{Map, Value, json};

use crate::handler::properties::{
    call, document, exists, find, flag, forget, list, need, not_found, physical_name, recall, remember, tag_changes,
    text,
};
use crate::handler::{Context, HandlerResult, Properties, ResourceHandler};
use crate::services::sns;

pub(super) struct Topic;

const TOPIC: &str = "AWS::SNS::Topic";

/// Properties that the service takes as attributes.
const ATTRIBUTES: [&str; 11] = [
    "ArchivePolicy",
    "ContentBasedDeduplication",
    "DataProtectionPolicy",
    "DeliveryStatusLogging",
    "DisplayName",
    "FifoThroughputScope",
    "FifoTopic",
    "KmsMasterKeyId",
    "SignatureVersion",
    "TracingConfig",
    "Policy",
];

fn attributes(properties: &Properties) -> Map<String, Value> {
    let set = ATTRIBUTES.iter().filter_map(|name| Some((*name, properties.get(*name)?)));
    set.map(|(name, value)| (name.to_owned(), document(value).into())).collect()
}

/// The members of an answer's map.
fn entries(answer: &Value) -> Map<String, Value> {
    let entries = answer["Attributes"]["entry"].as_array().into_iter().flatten();
    entries.filter_map(|entry| Some((entry["key"].as_str()?.to_owned(), entry["value"].clone()))).collect()
}

impl Topic {
    /// Subscriptions that are written in the topic itself.
    fn subscribe(context: &Context, arn: &str, properties: &Properties) -> HandlerResult<()> {
        for subscription in list(properties, "Subscription") {
            let mut input = subscription.clone();
            input["TopicArn"] = arn.into();
            call(context, sns::call, "Subscribe", input)?;
        }
        Ok(())
    }
}

impl ResourceHandler for Topic {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let fifo = properties.get("FifoTopic").is_some_and(flag);
        let generated =
            || if fifo { format!("{}.fifo", physical_name(context, 250)) } else { physical_name(context, 256) };
        let name = text(properties, "TopicName").map_or_else(generated, str::to_owned);
        let (region, account) = (context.environment.region, context.environment.account);
        let arn = format!("arn:aws:sns:{region}:{account}:{name}");
        if find(context, sns::call, "GetTopicAttributes", json!({ "TopicArn": arn }))?.is_some() {
            return Err(exists(TOPIC, &arn));
        }
        let input = json!({ "Name": name, "Attributes": attributes(properties), "Tags": list(properties, "Tags") });
        call(context, sns::call, "CreateTopic", input)?;
        Self::subscribe(context, &arn, properties)?;
        remember(context, TOPIC, &arn, properties)?;
        Ok(arn)
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let input = json!({ "TopicArn": physical_id });
        let Some(answer) = find(context, sns::call, "GetTopicAttributes", input)? else { return Ok(None) };
        let live = entries(&answer);
        let mut properties = recall(context, TOPIC, physical_id)?.unwrap_or_default();
        for name in ATTRIBUTES.iter().filter(|name| **name != "Policy") {
            match live.get(*name).and_then(Value::as_str).filter(|text| !text.is_empty()) {
                Some(text) if properties.get(*name).is_none_or(|given| document(given) != text) => {
                    properties.insert((*name).to_owned(), text.into());
                }
                Some(_) => {}
                None => drop(properties.shift_remove(*name)),
            }
        }
        let tags = call(context, sns::call, "ListTagsForResource", json!({ "ResourceArn": physical_id }))?;
        properties.shift_remove("Tags");
        if tags["Tags"].as_array().is_some_and(|tags| !tags.is_empty()) {
            properties.insert("Tags".to_owned(), tags["Tags"].clone());
        }
        properties.insert("TopicName".to_owned(), physical_id.rsplit(':').next().unwrap_or_default().into());
        properties.insert("TopicArn".to_owned(), physical_id.into());
        Ok(Some(properties))
    }

    fn update(&self, context: &Context, physical_id: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
        let (before, mut after) = (attributes(old), attributes(new));
        for name in before.keys() {
            after.entry(name.as_str()).or_insert_with(|| "".into());
        }
        for (name, value) in after.iter().filter(|(name, value)| before.get(*name) != Some(*value)) {
            let input = json!({ "TopicArn": physical_id, "AttributeName": name, "AttributeValue": value });
            call(context, sns::call, "SetTopicAttributes", input)?;
        }
        let (set, removed) = tag_changes(old, new, "Tags");
        call(context, sns::call, "UntagResource", json!({ "ResourceArn": physical_id, "TagKeys": removed }))?;
        call(context, sns::call, "TagResource", json!({ "ResourceArn": physical_id, "Tags": set }))?;
        Self::subscribe(context, physical_id, new)?;
        remember(context, TOPIC, physical_id, new)
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        if !forget(context, TOPIC, physical_id)? {
            return Err(not_found(TOPIC, physical_id));
        }
        call(context, sns::call, "DeleteTopic", json!({ "TopicArn": physical_id })).map(drop)
    }
}

pub(super) struct Subscription;

const SUBSCRIPTION: &str = "AWS::SNS::Subscription";

/// Properties of a subscription that the service takes as attributes.
const SETTINGS: [&str; 7] = [
    "DeliveryPolicy",
    "FilterPolicy",
    "FilterPolicyScope",
    "RawMessageDelivery",
    "RedrivePolicy",
    "ReplayPolicy",
    "SubscriptionRoleArn",
];

fn settings(properties: &Properties) -> Map<String, Value> {
    let set = SETTINGS.iter().filter_map(|name| Some((*name, properties.get(*name)?)));
    set.map(|(name, value)| (name.to_owned(), document(value).into())).collect()
}

impl ResourceHandler for Subscription {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let input = json!({
            "TopicArn": need(properties, "TopicArn")?,
            "Protocol": need(properties, "Protocol")?,
            "Endpoint": properties.get("Endpoint"),
            "Attributes": settings(properties),
            "ReturnSubscriptionArn": true,
        });
        let answer = call(context, sns::call, "Subscribe", input)?;
        let arn = answer["SubscriptionArn"].as_str().unwrap_or_default().to_owned();
        remember(context, SUBSCRIPTION, &arn, properties)?;
        Ok(arn)
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let input = json!({ "SubscriptionArn": physical_id });
        let Some(answer) = find(context, sns::call, "GetSubscriptionAttributes", input)? else { return Ok(None) };
        let live = entries(&answer);
        let mut properties = recall(context, SUBSCRIPTION, physical_id)?.unwrap_or_default();
        for name in SETTINGS {
            match live.get(name).and_then(Value::as_str) {
                Some(text) if properties.get(name).is_some_and(|given| document(given) != text) => {
                    properties.insert(name.to_owned(), serde_json::from_str(text).unwrap_or_else(|_| json!(text)));
                }
                Some(_) => {}
                None => drop(properties.shift_remove(name)),
            }
        }
        properties.insert("Arn".to_owned(), physical_id.into());
        Ok(Some(properties))
    }

    fn update(&self, context: &Context, physical_id: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
        let (before, mut after) = (settings(old), settings(new));
        for name in before.keys() {
            after.entry(name.as_str()).or_insert_with(|| "".into());
        }
        for (name, value) in after {
            let input = json!({ "SubscriptionArn": physical_id, "AttributeName": name, "AttributeValue": value });
            call(context, sns::call, "SetSubscriptionAttributes", input)?;
        }
        remember(context, SUBSCRIPTION, physical_id, new)
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        if !forget(context, SUBSCRIPTION, physical_id)? {
            return Err(not_found(SUBSCRIPTION, physical_id));
        }
        call(context, sns::call, "Unsubscribe", json!({ "SubscriptionArn": physical_id })).map(drop)
    }
}

pub(super) struct TopicPolicy;

const POLICY: &str = "AWS::SNS::TopicPolicy";

impl TopicPolicy {
    fn put(context: &Context, properties: &Properties) -> HandlerResult<()> {
        let policy = properties.get("PolicyDocument").map(document);
        for topic in list(properties, "Topics") {
            let input = json!({ "TopicArn": topic, "AttributeName": "Policy", "AttributeValue": policy });
            call(context, sns::call, "SetTopicAttributes", input)?;
        }
        Ok(())
    }
}

impl ResourceHandler for TopicPolicy {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        Self::put(context, properties)?;
        let id = physical_name(context, 255);
        remember(context, POLICY, &id, properties)?;
        Ok(id)
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let Some(mut properties) = recall(context, POLICY, physical_id)? else { return Ok(None) };
        properties.insert("Id".to_owned(), physical_id.into());
        Ok(Some(properties))
    }

    fn update(&self, context: &Context, physical_id: &str, _: &Properties, new: &Properties) -> HandlerResult<()> {
        Self::put(context, new)?;
        remember(context, POLICY, physical_id, new)
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        if forget(context, POLICY, physical_id)? { Ok(()) } else { Err(not_found(POLICY, physical_id)) }
    }
}
