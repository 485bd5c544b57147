//! What the comparison does not look at, in words: nobody shall read more into "no drift" than there is.

use std::collections::{BTreeMap, BTreeSet};

use crate::inventory::{Inventory, LiveResource};
use crate::plan::Definition;

/// Types of which CloudFormation compares what their template names, in words, with what is looked at beside that.
const BY_TEMPLATE: [(&str, &str, Option<&str>); 18] = [
    ("AWS::Athena::NamedQuery", "queries", None),
    ("AWS::Athena::WorkGroup", "workgroups", None),
    ("AWS::DynamoDB::Table", "tables", None),
    ("AWS::Glue::Crawler", "crawlers", None),
    ("AWS::Glue::Database", "databases", None),
    ("AWS::Glue::Table", "catalog tables", None),
    ("AWS::IAM::ManagedPolicy", "policies", None),
    ("AWS::IAM::Role", "roles", Some("policies")),
    ("AWS::Kinesis::Stream", "streams", None),
    ("AWS::KinesisFirehose::DeliveryStream", "delivery streams", None),
    ("AWS::Lambda::Alias", "aliases of functions", Some("who may invoke them")),
    ("AWS::Lambda::EventSourceMapping", "event sources", None),
    ("AWS::Lambda::Function", "functions", Some("code, reserved concurrency and who may invoke them")),
    ("AWS::Lambda::Version", "versions of functions", None),
    ("AWS::Logs::LogGroup", "log groups", None),
    ("AWS::Logs::LogStream", "log streams", None),
    ("AWS::S3::Bucket", "buckets", Some("lifecycle and CORS rules")),
    ("AWS::S3::BucketPolicy", "bucket policies", None),
];

/// What can be written and never read, by type.
const NEVER_READ: [(&str, &str, &str); 2] = [
    ("AWS::Connect::User", "Password", "passwords of users"),
    ("AWS::Connect::Prompt", "S3Uri", "the audio of prompts"),
];

/// Members of `Attributes` of an instance whose value in a new instance is not known.
pub(super) const UNKNOWN_ATTRIBUTES: [(&str, &str); 7] = [
    ("AutoMuteAgentOnHold", "auto-mute on hold"),
    ("EnhancedChatMonitoring", "enhanced chat monitoring"),
    ("EnhancedContactMonitoring", "enhanced contact monitoring"),
    ("HighVolumeOutBound", "high-volume outbound"),
    ("MessageStreaming", "message streaming"),
    ("MultiPartyChatConference", "multi-party chat"),
    ("UseCustomTTSVoices", "custom voices"),
];

/// What is not looked at in this center, a clause for each kind.
pub(super) fn spots(inventory: &Inventory, deployed: &BTreeMap<String, Definition>) -> Vec<String> {
    let mut spots = Vec::new();
    spots.extend(of_templates(inventory, deployed));
    spots.extend(of_instance(deployed));
    let has = |definition: &Definition, name: &str| definition.properties.get(name).is_some();
    if deployed.values().any(|one| one.resource_type == "AWS::Connect::AgentStatus" && !has(one, "DisplayOrder")) {
        spots.push("the order of agent statuses that the blueprint does not number".to_owned());
    }
    for (resource_type, property, words) in NEVER_READ {
        if deployed.values().any(|one| one.resource_type == resource_type && has(one, property)) {
            spots.push(words.to_owned());
        }
    }
    let unread: BTreeSet<&str> = inventory
        .live
        .iter()
        .filter(|(_, live)| matches!(live, LiveResource::Present { unread, .. } if !unread.is_empty()))
        .filter_map(|((_, logical_id), _)| Some(deployed.get(logical_id)?.resource_type.as_str()))
        .collect();
    if unread.contains("AWS::Connect::User") {
        let what = "e-mail addresses, mobile numbers and proficiencies of users for whom the blueprint has none";
        spots.push(what.to_owned());
    }
    if unread.contains("AWS::Connect::RoutingProfile") {
        let what = "agent availability and interruption of routing profiles for which the blueprint says nothing";
        spots.push(what.to_owned());
    }
    spots
}

fn of_templates(inventory: &Inventory, deployed: &BTreeMap<String, Definition>) -> Option<String> {
    let compared: BTreeSet<&str> = inventory
        .live
        .iter()
        .filter(|(_, live)| matches!(live, LiveResource::Compared { .. }))
        .filter_map(|((_, logical_id), _)| Some(deployed.get(logical_id)?.resource_type.as_str()))
        .collect();
    let kinds: Vec<String> = BY_TEMPLATE
        .into_iter()
        .filter(|(resource_type, _, _)| compared.contains(resource_type))
        .map(|(_, words, but)| but.map_or_else(|| words.to_owned(), |but| format!("{words} (but {but})")))
        .chain(
            compared
                .iter()
                .filter(|of| !BY_TEMPLATE.iter().any(|(resource_type, _, _)| resource_type == *of))
                .map(|of| (*of).to_owned()),
        )
        .collect();
    (!kinds.is_empty()).then(|| format!("what the blueprint does not name of {}", kinds.join(", ")))
}

fn of_instance(deployed: &BTreeMap<String, Definition>) -> Option<String> {
    let instance = deployed.values().find(|one| one.resource_type == "AWS::Connect::Instance")?;
    let attributes = instance.properties.get("Attributes");
    let unnamed: Vec<&str> = UNKNOWN_ATTRIBUTES
        .into_iter()
        .filter(|(member, _)| attributes.and_then(|all| all.get(member)).is_none())
        .map(|(_, words)| words)
        .collect();
    (!unnamed.is_empty()).then(|| format!("of the instance {}", unnamed.join(", ")))
}
