//! The type of a flow that comes without one.

use crate::{Flow, FlowType, catalog};

/// The type of a flow that does not say it: by the editor's metadata, else the first type whose blocks it keeps to,
/// inbound before the others.
pub fn guess_type(flow: &Flow) -> FlowType {
    let told = flow.metadata.as_ref().and_then(|metadata| metadata.get("type")?.as_str());
    // The editor writes `customerQueue` where the API has `CUSTOMER_QUEUE`.
    let plain = |text: &str| text.replace('_', "").to_ascii_lowercase();
    let is_told = |known: &FlowType| told.is_some_and(|told| plain(known.api_name()) == plain(told));
    if let Some(told) = FlowType::ALL.into_iter().find(is_told) {
        return told;
    }
    let returns = flow.actions.iter().any(|action| action.action_type == "EndFlowModuleExecution");
    if flow.settings.as_ref().is_some_and(|settings| !settings.is_null()) || returns {
        return FlowType::Module;
    }
    let keeps_to = |flow_type: &FlowType| {
        let specs = flow.actions.iter().filter_map(|action| catalog::find(&action.action_type));
        specs.into_iter().all(|spec| spec.flow_types.contains(*flow_type))
    };
    // Whispers before queue flows: both end themselves, but only a queue flow plays and asks.
    let order = [
        FlowType::ContactFlow,
        FlowType::AgentWhisper,
        FlowType::OutboundWhisper,
        FlowType::CustomerQueue,
        FlowType::CustomerHold,
        FlowType::AgentTransfer,
    ];
    order.into_iter().find(keeps_to).unwrap_or(FlowType::ContactFlow)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_of_a_flow_is_guessed() {
        let of = |json: serde_json::Value| guess_type(&Flow::from_json(&json).unwrap());
        let with = |action_type: &str, metadata: serde_json::Value| {
            let action = serde_json::json!({ "Identifier": "a", "Type": action_type });
            serde_json::json!({ "Version": "2019-10-30", "StartAction": "a", "Metadata": metadata, "Actions": [action] })
        };
        let none = serde_json::json!({});
        assert_eq!(of(with("MessageParticipant", none.clone())), FlowType::ContactFlow);
        assert_eq!(of(with("MessageParticipantIteratively", none.clone())), FlowType::CustomerQueue);
        assert_eq!(of(with("EndFlowModuleExecution", none)), FlowType::Module);
        assert_eq!(of(with("MessageParticipant", serde_json::json!({ "type": "agentHold" }))), FlowType::AgentHold);
        assert_eq!(of(with("MessageParticipant", serde_json::json!({ "type": "" }))), FlowType::ContactFlow);
    }
}
