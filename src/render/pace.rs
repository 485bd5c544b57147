//! The order among resources that nothing else puts in order.
//!
//! CloudFormation makes everything at once that does not wait for something else, and Amazon Connect takes two calls of
//! an operation a second, five at once ("Amazon Connect API throttling quotas"). Hundreds of users at once meet that
//! quota more often than CloudFormation tries again. So resources of a kind stand in lanes: each depends on the one
//! before it in its lane, and no more are made at a time than there are lanes.

use std::collections::BTreeMap;

use crate::graph::Graph;
use crate::model::{Address, EXISTING_PHONE_NUMBER, Kind, Model, Resource, Value};

/// Calls of one operation that Connect takes at once.
const BURST: usize = 5;

/// What each resource waits for although it does not refer to it: its predecessor in its lane, in the same stack.
///
/// Lanes follow the order of the graph, so that they close no circle. The lane comes from the resource alone: one that is
/// new changes what one other depends on, and no more.
pub(super) fn predecessors(
    model: &Model,
    graph: &Graph,
    stack_of: &BTreeMap<Address, String>,
) -> BTreeMap<Address, Address> {
    let mut count: BTreeMap<(Kind, &str), usize> = BTreeMap::new();
    for (address, stack) in stack_of {
        *count.entry((address.kind, stack.as_str())).or_default() += 1;
    }
    let mut lanes: BTreeMap<(Kind, &str, String), &Address> = BTreeMap::new();
    let mut predecessors = BTreeMap::new();
    for address in &graph.order {
        let (Some(resource), Some(stack)) = (model.resources.get(address), stack_of.get(address)) else { continue };
        // Stacks without edges between them are made side by side, and share the quota.
        let stacks = count.range((address.kind, "")..).take_while(|((kind, _), _)| *kind == address.kind).count();
        let width = (BURST / stacks.max(1)).max(1);
        let here = count.get(&(address.kind, stack.as_str())).copied().unwrap_or_default();
        let Some(lane) = lane(resource, width, here) else { continue };
        if let Some(before) = lanes.insert((address.kind, stack.as_str(), lane), address) {
            predecessors.insert(address.clone(), before.clone());
        }
    }
    predecessors
}

/// The lane a resource stands in; none where it need not wait.
fn lane(resource: &Resource, width: usize, here: usize) -> Option<String> {
    match resource.address.kind {
        // Two numbers of one country and type would reach for the same free number.
        Kind::PhoneNumber if resource.metadata.contains_key(EXISTING_PHONE_NUMBER) => None,
        Kind::PhoneNumber => {
            let text = |name: &str| match resource.properties.get(name) {
                Some(Value::String(text)) => text.as_str(),
                _ => "",
            };
            Some(format!("{} {}", text("CountryCode"), text("Type")))
        }
        _ if here <= width || !resource.resource_type.starts_with("AWS::Connect::") => None,
        _ => {
            // FNV-1a: the same on every machine.
            let hash = resource
                .logical_id
                .bytes()
                .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
            Some((hash as usize % width).to_string())
        }
    }
}
