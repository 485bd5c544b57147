//! Who else uses what a destruction takes away.

use std::collections::{BTreeMap, BTreeSet};

use callform_aws::{Gateway, GatewayError, LiveObject};
use serde_json::Value;

use super::live::connect_instance;
use crate::inventory::Inventory;
use crate::model::Address;

/// Something of the center that goes, and that something which stays refers to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Use {
    /// What is used.
    pub used: Address,
    /// Who uses it, in words: `user kim`.
    pub by: String,
    /// True where Connect refuses to delete what is used so.
    pub holds: bool,
}

/// Objects of the instance that stay, of others or of the center, and refer to these resources, which go (addresses by physical id).
/// Empty where there is no instance.
pub async fn uses(
    gateway: &Gateway,
    inventory: &Inventory,
    going: &BTreeMap<&str, &Address>,
) -> Result<Vec<Use>, GatewayError> {
    let Some(instance) = inventory.instance.clone().map(connect_instance) else { return Ok(Vec::new()) };
    let others = |arn: &str| !going.contains_key(arn);
    let flows = "flow";
    let read: [(&str, Vec<LiveObject>); 5] = [
        ("user", gateway.live_users(&instance, &others, false).await?),
        ("routing profile", gateway.live_routing_profiles(&instance, &others, false).await?),
        ("queue", gateway.live_queues(&instance, &others).await?),
        ("quick connect", gateway.live_quick_connects(&instance).await?),
        (flows, gateway.live_flows(&instance).await?),
    ];
    let mut found = BTreeSet::new();
    for (kind, objects) in &read {
        for object in objects.iter().filter(|object| others(&object.physical_id)) {
            let name = ["Name", "Username"].into_iter().find_map(|name| object.properties.get(name)?.as_str());
            let by = format!("{kind} {}", name.unwrap_or(&object.physical_id));
            for used in mentioned(&Value::Object(object.properties.clone()), going) {
                // What a flow says holds nothing.
                let holds = *kind != flows && used.kind.descriptor().lifetime.is_held;
                found.insert(Use { used: used.clone(), by: by.clone(), holds });
            }
        }
    }
    Ok(found.into_iter().collect())
}

/// The resources whose ARNs stand somewhere in a value.
fn mentioned<'a>(value: &Value, going: &BTreeMap<&str, &'a Address>) -> Vec<&'a Address> {
    match value {
        Value::String(text) if text.starts_with("arn:") => going.get(text.as_str()).copied().into_iter().collect(),
        // The content of a flow.
        Value::String(text) if text.starts_with('{') => {
            serde_json::from_str(text).map(|content| mentioned(&content, going)).unwrap_or_default()
        }
        Value::Array(items) => items.iter().flat_map(|item| mentioned(item, going)).collect(),
        Value::Object(members) => members.values().flat_map(|member| mentioned(member, going)).collect(),
        _ => Vec::new(),
    }
}
