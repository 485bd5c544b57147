//! What the comparison does not look at, in words: nobody shall read more into "no drift" than there is.

use std::collections::{BTreeMap, BTreeSet};

use crate::inventory::{Inventory, LiveResource};
use crate::kinds::{Kind, Live};
use crate::plan::Definition;

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
    for descriptor in Kind::ALL.iter().map(|kind| kind.descriptor()) {
        let Some((property, words)) = descriptor.drift.never_read else { continue };
        if deployed.values().any(|one| one.resource_type == descriptor.resource_type && has(one, property)) {
            spots.push(words.to_owned());
        }
    }
    let unread: BTreeSet<&str> = inventory
        .live
        .iter()
        .filter(|(_, live)| matches!(live, LiveResource::Present { unread, .. } if !unread.is_empty()))
        .filter_map(|((_, logical_id), _)| Some(deployed.get(logical_id)?.resource_type.as_str()))
        .collect();
    for descriptor in Kind::ALL.iter().map(|kind| kind.descriptor()) {
        if let Live::Bulk(bulk) = &descriptor.live
            && unread.contains(descriptor.resource_type)
        {
            spots.extend(bulk.left_out_words.map(str::to_owned));
        }
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
    let kinds: Vec<String> = compared.into_iter().map(words).collect();
    (!kinds.is_empty()).then(|| format!("what the blueprint does not name of {}", kinds.join(", ")))
}

/// Things of a type, and what is looked at beside the template.
fn words(resource_type: &str) -> String {
    let Some(kind) = Kind::of_type(resource_type) else { return resource_type.to_owned() };
    let plural = kind.descriptor().plural;
    match kind.descriptor().live {
        Live::Template { but: Some(but) } => format!("{plural} (but {but})"),
        Live::Template { but: None } | Live::Bulk(_) => plural.to_owned(),
    }
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
