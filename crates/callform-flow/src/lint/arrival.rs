//! What contacts bring along to a flow that other flows lead to.
//!
//! A flow is seldom alone: one flow chooses the queue and another transfers to it, one asks a function and another reads
//! the answer. Where flows are looked at together, each is told what the others bring.

use std::collections::BTreeMap;

use serde_json::Value;

use super::facts::{self, Fact};
use super::ways::Ways;
use crate::references::{self, Piece};
use crate::{Action, Flow, FlowType};

/// How contacts come to a flow, as far as the flows tell that are looked at together with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Arrival {
    /// True where one of them leads to it.
    pub is_led_to: bool,
    /// What contacts may have by then.
    pub(super) brings: Brings,
}

/// What a contact may have when it comes to a flow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Brings {
    /// A queue.
    pub(super) queue: bool,
    /// The answer of a function.
    pub(super) answer: bool,
    /// An agent that it was with.
    pub(super) agent: bool,
}

impl Arrival {
    fn join(self, other: Self) -> Self {
        let brings = Brings {
            queue: self.brings.queue | other.brings.queue,
            answer: self.brings.answer | other.brings.answer,
            agent: self.brings.agent | other.brings.agent,
        };
        Self { is_led_to: self.is_led_to | other.is_led_to, brings }
    }
}

/// A flow among those that are looked at together.
#[derive(Clone, Copy, Debug)]
pub struct Member<'a> {
    /// What others may call it: ARN, identifier, name in Connect, key in the blueprint, name of its file.
    pub names: &'a [&'a str],
    /// Its type.
    pub flow_type: FlowType,
    /// The flow.
    pub flow: &'a Flow,
}

/// How contacts come to each of the flows.
pub fn arrivals(members: &[Member<'_>]) -> Vec<Arrival> {
    let by_name = by_name(members);
    let ways: Vec<Ways<'_>> = members.iter().map(|member| Ways::of(member.flow)).collect();
    let led: Vec<Vec<Lead>> = members.iter().map(|member| leads(member.flow, &by_name)).collect();
    let mut arrivals: Vec<Arrival> = members.iter().map(on_its_own).collect();
    // What is brought only grows, and there are three things to bring.
    let mut has_changed = true;
    while has_changed {
        has_changed = false;
        for (at, member) in members.iter().enumerate().filter(|(at, _)| !led[*at].is_empty()) {
            let facts = facts::of(&ways[at], member.flow_type, arrivals[at]);
            for lead in &led[at] {
                let Some(known) = facts.get(lead.action).copied().flatten() else { continue };
                let queued = lead.is_after_queue;
                let brings = Brings {
                    queue: queued || known.may(Fact::QUEUE),
                    answer: known.may(Fact::ANSWER),
                    agent: queued || known.may(Fact::AGENT),
                };
                let joined = arrivals[lead.to].join(Arrival { is_led_to: true, brings });
                has_changed |= joined != arrivals[lead.to];
                arrivals[lead.to] = joined;
            }
        }
    }
    arrivals
}

/// The place of each flow by everything it is called.
pub(super) fn by_name<'a>(members: &[Member<'a>]) -> BTreeMap<&'a str, usize> {
    let named = members.iter().enumerate().flat_map(|(at, member)| member.names.iter().map(move |name| (*name, at)));
    named.filter(|(name, _)| !name.is_empty()).collect()
}

/// What contacts bring to a flow that is called what it is for: one that runs when the agent has left.
fn on_its_own(member: &Member<'_>) -> Arrival {
    let is_named = member.names.iter().any(|name| name.to_lowercase().contains("disconnect"));
    let had_agent = is_named && member.flow_type == FlowType::ContactFlow;
    Arrival { is_led_to: false, brings: Brings { queue: had_agent, answer: false, agent: had_agent } }
}

/// An action by which contacts come to another flow.
pub(super) struct Lead {
    action: usize,
    pub(super) to: usize,
    /// True for flows that are chosen for a moment at which an agent has, or had, the contact.
    is_after_queue: bool,
}

/// Moments of contacts that were in a queue and with an agent.
const AFTER_QUEUE: &[&str] = &["CustomerRemaining", "DefaultAgentUI", "DisconnectAgentUI"];

pub(super) fn leads(flow: &Flow, by_name: &BTreeMap<&str, usize>) -> Vec<Lead> {
    let mut found = Vec::new();
    for (at, action) in flow.actions.iter().enumerate() {
        let mut add = |target: &str, shown: Option<&str>, is_after_queue: bool| {
            let to = names_of(target).chain(shown).find_map(|name| by_name.get(name));
            found.extend(to.map(|to| Lead { action: at, to: *to, is_after_queue }));
        };
        match action.action_type.as_str() {
            "TransferToFlow" => add(target(action), shown_name(flow, action), false),
            "UpdateContactEventHooks" => {
                let hooks = action.parameters.get("EventHooks").and_then(Value::as_object).into_iter().flatten();
                for (_, flow) in hooks.filter(|(hook, _)| AFTER_QUEUE.contains(&hook.as_str())) {
                    add(flow.as_str().unwrap_or_default(), None, true);
                }
            }
            _ => {}
        }
    }
    found
}

fn target(action: &Action) -> &str {
    super::text(action, "ContactFlowId").unwrap_or_default()
}

/// What a parameter says of a flow: the text itself, the identifier at its end, the name in a marker, or the name before
/// `.arn` in a placeholder such as `{{contactFlows.Main.arn}}`.
fn names_of(target: &str) -> impl Iterator<Item = &str> {
    let identifier = target.rsplit('/').next();
    let inner = target.trim_matches(|it: char| matches!(it, '$' | '{' | '}' | '%' | ' '));
    let placeholder = (inner.len() < target.len()).then(|| {
        let stem = inner.rsplit_once('.').filter(|(_, last)| last.to_ascii_lowercase().ends_with("arn"));
        stem.map_or(inner, |(stem, _)| stem).rsplit('.').next().unwrap_or(inner)
    });
    std::iter::once(target).chain(identifier).chain(placeholder).chain(marked(target))
}

/// The name in a marker.
fn marked(target: &str) -> Option<&str> {
    match references::split(target).as_slice() {
        [Piece::Reference(reference)] if reference.kind == "flow" => {
            let start = target.find('/')? + 1;
            target.get(start..start + reference.name.len())
        }
        _ => None,
    }
}

/// The name of the flow that the editor shows at a transfer.
fn shown_name<'a>(flow: &'a Flow, action: &Action) -> Option<&'a str> {
    let metadata = flow.metadata.as_ref()?.get("ActionMetadata")?.get(&action.identifier)?;
    let of_parameter = || metadata.pointer("/parameters/ContactFlowId/displayName");
    let former = || metadata.pointer("/contactFlow/text").or_else(|| metadata.pointer("/ContactFlow/text"));
    of_parameter().or_else(former)?.as_str()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn flow(actions: &serde_json::Value) -> Flow {
        let start = actions[0]["Identifier"].clone();
        Flow::from_json(&json!({ "Version": "2019-10-30", "StartAction": start, "Actions": actions })).expect("a flow")
    }

    fn to(target: &str) -> serde_json::Value {
        json!({ "Identifier": "go", "Type": "TransferToFlow", "Parameters": { "ContactFlowId": target },
            "Transitions": { "NextAction": "go", "Errors": [{ "ErrorType": "NoMatchingError", "NextAction": "go" }] } })
    }

    #[test]
    fn a_queue_is_brought_along_through_flows_in_a_row() {
        let queue = json!({ "Identifier": "q", "Type": "UpdateContactTargetQueue", "Parameters": { "QueueId": "x" },
            "Transitions": { "NextAction": "go" } });
        let first = flow(&json!([queue, to("arn:aws:connect:us-west-2:123456789012:instance/i/contact-flow/two")]));
        let second = flow(&json!([to("{{contactFlows.Third.arn}}")]));
        let third = flow(&json!([{ "Identifier": "a", "Type": "DisconnectParticipant" }]));
        let member = |names, flow| Member { names, flow_type: FlowType::ContactFlow, flow };
        let members = [member(&["first"][..], &first), member(&["two"], &second), member(&["Third"], &third)];
        let found = arrivals(&members);
        assert_eq!(found.iter().map(|it| it.is_led_to).collect::<Vec<_>>(), [false, true, true]);
        assert_eq!(found.iter().map(|it| it.brings.queue).collect::<Vec<_>>(), [false, true, true]);
        assert!(found.iter().all(|it| !it.brings.answer && !it.brings.agent));
    }

    #[test]
    fn a_disconnect_flow_had_an_agent() {
        let hook = json!({ "Identifier": "h", "Type": "UpdateContactEventHooks",
            "Parameters": { "EventHooks": { "CustomerRemaining": "after" } }, "Transitions": { "NextAction": "go" } });
        let (first, second) = (flow(&json!([hook, to("after")])), flow(&json!([to("nowhere")])));
        let member = |names, flow| Member { names, flow_type: FlowType::ContactFlow, flow };
        let found = arrivals(&[member(&["first"][..], &first), member(&["after"], &second)]);
        assert_eq!(found[1].brings, Brings { queue: true, answer: false, agent: true });
    }
}
