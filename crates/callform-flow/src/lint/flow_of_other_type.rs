//! Flows in places that are not for their type.

use callform_source::{Diagnostic, Diagnostics};
use serde_json::Value;

use super::{Look, Rule};
use crate::references::{self, Piece};
use crate::{Action, FlowType};

pub(super) const RULE: Rule = Rule {
    code: "flow-of-other-type",
    what: "Finds flows of the blueprint that are chosen for a moment, or transferred to, though they are of another type.",
    why: "Connect does not run them there: the contact hears the default flow, or the transfer fails.",
    example: "- queue_flow: main_menu\n- transfer: { queue: consulting }",
    instead: "- queue_flow: callback_in_queue\n- transfer: { queue: consulting }",
    check,
};

const INBOUND: &[FlowType] = &[FlowType::ContactFlow, FlowType::Campaign];
const TRANSFERABLE: &[FlowType] =
    &[FlowType::ContactFlow, FlowType::Campaign, FlowType::AgentTransfer, FlowType::QueueTransfer];

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    let Some(names) = look.subject.names else { return };
    for (_, action) in look.actions() {
        for (flow, expected) in chosen(action) {
            let Some(name) = name_of(flow) else { continue };
            let Some(flow_type) = names.flow_type(&name).filter(|flow_type| !expected.contains(flow_type)) else {
                continue;
            };
            let wanted = expected.first().map_or("", |expected| expected.word());
            let diagnostic = Diagnostic::warning(RULE.code, format!("`{name}` is a flow of the type `{flow_type}`"))
                .help(format!("Name a flow of the type `{wanted}` here, or give that one this type."));
            diagnostics.push(look.at(diagnostic, action));
        }
    }
}

/// The flows an action chooses, and of which types each may be.
fn chosen(action: &Action) -> Vec<(&Value, &'static [FlowType])> {
    let target = |types| action.parameters.get("ContactFlowId").map(|flow| (flow, types)).into_iter().collect();
    match action.action_type.as_str() {
        "TransferToFlow" => target(TRANSFERABLE),
        "CreateTask" | "CreateCallbackContact" => target(INBOUND),
        "UpdateContactEventHooks" => {
            let hooks = action.parameters.get("EventHooks").and_then(Value::as_object).into_iter().flatten();
            hooks.filter_map(|(hook, flow)| Some((flow, of_hook(hook)?))).collect()
        }
        _ => Vec::new(),
    }
}

fn of_hook(hook: &str) -> Option<&'static [FlowType]> {
    match hook {
        "CustomerQueue" => Some(&[FlowType::CustomerQueue]),
        "CustomerHold" => Some(&[FlowType::CustomerHold]),
        "AgentHold" => Some(&[FlowType::AgentHold]),
        "AgentWhisper" => Some(&[FlowType::AgentWhisper]),
        "CustomerWhisper" => Some(&[FlowType::CustomerWhisper, FlowType::OutboundWhisper]),
        "CustomerRemaining" | "DefaultAgentUI" | "DisconnectAgentUI" => Some(INBOUND),
        _ => None,
    }
}

/// The name of a flow of the blueprint that a parameter refers to.
fn name_of(flow: &Value) -> Option<String> {
    match references::split(flow.as_str()?).as_slice() {
        [Piece::Reference(reference)] if reference.kind == "flow" && !reference.builtin => Some(reference.name.clone()),
        _ => None,
    }
}
