//! `NotificationConfiguration` of a bucket, as a template and as S3 have it.

use serde_json::{Value, json};

use crate::handler::Properties;
use crate::handler::properties::flag;
use crate::protocol::xml::Element;

/// Lists of a template: each with S3's element, and the member that names who is told in either form.
const LISTS: [(&str, &str, &str, &str); 3] = [
    ("LambdaConfigurations", "CloudFunctionConfiguration", "Function", "CloudFunction"),
    ("QueueConfigurations", "QueueConfiguration", "Queue", "Queue"),
    ("TopicConfigurations", "TopicConfiguration", "Topic", "Topic"),
];

/// The setting for S3.
pub(super) fn to_xml(property: &Value) -> Element {
    let mut children = Vec::new();
    for (list, element, own, member) in LISTS {
        for (index, entry) in property[list].as_array().into_iter().flatten().enumerate() {
            let text = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
            let mut own = vec![
                Element::leaf("Id", format!("{element}-{index}")),
                Element::leaf(member, text(own)),
                Element::leaf("Event", text("Event")),
            ];
            let rules: Vec<Element> = entry["Filter"]["S3Key"]["Rules"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|rule| {
                    let leaf = |name: &str| Element::leaf(name, rule[name].as_str().unwrap_or_default());
                    Element::node("FilterRule", vec![leaf("Name"), leaf("Value")])
                })
                .collect();
            if !rules.is_empty() {
                own.push(Element::node("Filter", vec![Element::node("S3Key", rules)]));
            }
            children.push(Element::node(element, own));
        }
    }
    if property["EventBridgeConfiguration"]
        .get("EventBridgeEnabled")
        .map_or_else(|| property.get("EventBridgeConfiguration").is_some_and(Value::is_object), flag)
    {
        children.push(Element::leaf("EventBridgeConfiguration", ""));
    }
    Element::node("NotificationConfiguration", children)
}

/// The property of a setting.
pub(super) fn from_xml(root: &Element) -> Value {
    let mut property = Properties::new();
    for (list, element, own, member) in LISTS {
        let mut entries = Vec::new();
        for configuration in root.all(element) {
            let rules: Vec<Value> = configuration
                .child("Filter")
                .and_then(|filter| filter.child("S3Key"))
                .into_iter()
                .flat_map(|rules| rules.all("FilterRule"))
                .map(|rule| json!({ "Name": rule.text_of("Name"), "Value": rule.text_of("Value") }))
                .collect();
            // A template has an entry for each event.
            for event in configuration.all("Event") {
                let mut entry = json!({ "Event": event.text, own: configuration.text_of(member) });
                if !rules.is_empty() {
                    entry["Filter"] = json!({ "S3Key": { "Rules": rules } });
                }
                entries.push(entry);
            }
        }
        if !entries.is_empty() {
            property.insert(list.to_owned(), entries.into());
        }
    }
    if root.child("EventBridgeConfiguration").is_some() {
        property.insert("EventBridgeConfiguration".to_owned(), json!({ "EventBridgeEnabled": true }));
    }
    property.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_property_comes_back_as_it_was() {
        let property = json!({
            "LambdaConfigurations": [{
                "Event": "s3:ObjectCreated:*", "Function": "arn:f",
                "Filter": { "S3Key": { "Rules": [{ "Name": "prefix", "Value": "in/" }] } },
            }],
            "QueueConfigurations": [{ "Event": "s3:ObjectCreated:Put", "Queue": "arn:q" }],
            "TopicConfigurations": [{ "Event": "s3:ObjectRemoved:*", "Topic": "arn:t" }],
            "EventBridgeConfiguration": { "EventBridgeEnabled": true },
        });
        assert_eq!(from_xml(&to_xml(&property)), property);
        let off = json!({ "EventBridgeConfiguration": { "EventBridgeEnabled": false } });
        assert_eq!(from_xml(&to_xml(&off)), json!({}));
    }
}
