//! Lifecycle rules of a bucket: CloudFormation's `LifecycleConfiguration` and S3's XML.

use serde_json::{Map, Value, json};

use crate::protocol::xml::Element;

/// Numbers of days under CloudFormation's name, and where S3 has them.
const DAYS: [(&str, &str, &str); 3] = [
    ("ExpirationInDays", "Expiration", "Days"),
    ("NoncurrentVersionExpirationInDays", "NoncurrentVersionExpiration", "NoncurrentDays"),
    ("ExpiredObjectDeleteMarker", "Expiration", "ExpiredObjectDeleteMarker"),
];

/// Structures under the same name on both sides.
const STRUCTURES: [(&str, &[&str]); 2] = [
    ("NoncurrentVersionExpiration", &["NoncurrentDays", "NewerNoncurrentVersions"]),
    ("AbortIncompleteMultipartUpload", &["DaysAfterInitiation"]),
];

fn scalar(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// S3's document of a lifecycle.
pub(super) fn to_xml(lifecycle: &Value) -> Element {
    let rules = lifecycle["Rules"].as_array().into_iter().flatten().map(rule_to_xml);
    Element::node("LifecycleConfiguration", rules.collect())
}

fn rule_to_xml(rule: &Value) -> Element {
    let mut children = Vec::new();
    for name in ["Id", "Status"] {
        if let Some(value) = rule.get(name) {
            children.push(Element::leaf(if name == "Id" { "ID" } else { name }, scalar(value)));
        }
    }
    let mut filter: Vec<_> =
        rule.get("Prefix").map(|prefix| Element::leaf("Prefix", scalar(prefix))).into_iter().collect();
    for tag in rule["TagFilters"].as_array().into_iter().flatten() {
        let pair = vec![Element::leaf("Key", scalar(&tag["Key"])), Element::leaf("Value", scalar(&tag["Value"]))];
        filter.push(Element::node("Tag", pair));
    }
    let filter = if filter.len() > 1 { vec![Element::node("And", filter)] } else { filter };
    children.push(Element::node("Filter", filter));
    for (property, parent, child) in DAYS {
        if let Some(value) = rule.get(property) {
            children.push(Element::node(parent, vec![Element::leaf(child, scalar(value))]));
        }
    }
    for (name, members) in STRUCTURES {
        if let Some(structure) = rule.get(name) {
            let present =
                members.iter().filter_map(|member| Some(Element::leaf(member, scalar(structure.get(member)?))));
            children.push(Element::node(name, present.collect()));
        }
    }
    for transition in rule["Transitions"].as_array().into_iter().flatten().chain(rule.get("Transition")) {
        let days = Element::leaf("Days", scalar(&transition["TransitionInDays"]));
        children.push(Element::node(
            "Transition",
            vec![days, Element::leaf("StorageClass", scalar(&transition["StorageClass"]))],
        ));
    }
    for transition in rule["NoncurrentVersionTransitions"].as_array().into_iter().flatten() {
        let days = Element::leaf("NoncurrentDays", scalar(&transition["TransitionInDays"]));
        let class = Element::leaf("StorageClass", scalar(&transition["StorageClass"]));
        children.push(Element::node("NoncurrentVersionTransition", vec![days, class]));
    }
    Element::node("Rule", children)
}

/// CloudFormation's property of S3's document.
pub(super) fn from_xml(root: &Element) -> Value {
    json!({ "Rules": root.all("Rule").map(rule_from_xml).collect::<Vec<_>>() })
}

/// The number a text is, or the text.
fn value(text: &str) -> Value {
    match text {
        "true" => true.into(),
        "false" => false.into(),
        _ => text.parse::<i64>().map_or_else(|_| text.into(), Value::from),
    }
}

fn rule_from_xml(element: &Element) -> Value {
    let mut rule = Map::new();
    for (property, child) in [("Id", "ID"), ("Status", "Status")] {
        if let Some(child) = element.child(child) {
            rule.insert(property.to_owned(), child.text.clone().into());
        }
    }
    let filter = element.child("Filter").map(|filter| filter.child("And").unwrap_or(filter));
    let prefix = element.child("Prefix").or_else(|| filter?.child("Prefix"));
    if let Some(prefix) = prefix {
        rule.insert("Prefix".to_owned(), prefix.text.clone().into());
    }
    let tags: Vec<_> = filter
        .into_iter()
        .flat_map(|filter| filter.all("Tag"))
        .map(|tag| json!({ "Key": tag.text_of("Key"), "Value": tag.text_of("Value") }))
        .collect();
    if !tags.is_empty() {
        rule.insert("TagFilters".to_owned(), tags.into());
    }
    for (property, parent, child) in DAYS {
        // The structure of the noncurrent versions, below, is the newer form of the number.
        if let Some(child) = element.child(parent).and_then(|parent| parent.child(child))
            && parent == "Expiration"
        {
            rule.insert(property.to_owned(), value(&child.text));
        }
    }
    for (name, members) in STRUCTURES {
        if let Some(structure) = element.child(name) {
            let present =
                members.iter().filter_map(|member| Some(((*member).to_owned(), value(&structure.child(member)?.text))));
            rule.insert(name.to_owned(), Value::Object(present.collect()));
        }
    }
    for (property, name, days) in [
        ("Transitions", "Transition", "Days"),
        ("NoncurrentVersionTransitions", "NoncurrentVersionTransition", "NoncurrentDays"),
    ] {
        let transitions: Vec<_> = element
            .all(name)
            .map(|own| json!({ "TransitionInDays": value(own.text_of(days)), "StorageClass": own.text_of("StorageClass") }))
            .collect();
        if !transitions.is_empty() {
            rule.insert(property.to_owned(), transitions.into());
        }
    }
    rule.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip() {
        let lifecycle = json!({ "Rules": [
            {
                "Id": "a", "Status": "Enabled", "Prefix": "logs/", "TagFilters": [{ "Key": "k", "Value": "v" }],
                "ExpirationInDays": 30, "AbortIncompleteMultipartUpload": { "DaysAfterInitiation": 1 },
                "NoncurrentVersionExpiration": { "NoncurrentDays": 7 },
            },
            { "Status": "Disabled", "Transitions": [{ "TransitionInDays": 60, "StorageClass": "GLACIER" }] },
        ] });
        assert_eq!(from_xml(&to_xml(&lifecycle)), lifecycle);
    }
}
