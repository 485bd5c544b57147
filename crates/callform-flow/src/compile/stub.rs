//! The smallest valid flow of each type.

use serde_json::{Map, Value, json};

use crate::layout::lay_out;
use crate::{Action, ErrorBranch, Flow, FlowType};

/// The smallest flow of a type that the service publishes.
///
/// Stands in for a flow whose references do not exist yet. It does the least harm a contact can meet: a queued or held
/// contact hears silence, a whisper passes, an inbound contact is disconnected.
pub fn stub(flow_type: FlowType) -> Flow {
    let (identifier, action_type, parameters) = match flow_type {
        FlowType::CustomerQueue | FlowType::CustomerHold | FlowType::AgentHold => (
            "Play",
            "MessageParticipantIteratively",
            json!({ "Messages": [{ "SSML": "<speak><break time=\"10s\"/></speak>" }] }),
        ),
        FlowType::CustomerWhisper | FlowType::AgentWhisper | FlowType::OutboundWhisper => {
            ("End", "EndFlowExecution", json!({}))
        }
        FlowType::Module => ("Return", "EndFlowModuleExecution", json!({})),
        FlowType::ContactFlow | FlowType::AgentTransfer | FlowType::QueueTransfer | FlowType::Campaign => {
            ("Hang up", "DisconnectParticipant", json!({}))
        }
    };
    let parameters = match parameters {
        Value::Object(parameters) => parameters,
        _ => serde_json::Map::new(),
    };
    let action = Action {
        identifier: identifier.to_owned(),
        action_type: action_type.to_owned(),
        parameters,
        ..Action::default()
    };
    let mut actions = vec![action];
    if flow_type == FlowType::CustomerQueue {
        // Whether the service asks for a way out of what plays is not certain; where there is one, it stays in the queue.
        if let Some(play) = actions.first_mut() {
            play.transitions.errors = Some(vec![ErrorBranch {
                error_type: "NoMatchingError".to_owned(),
                next_action: "Stay".to_owned(),
                other: Map::new(),
            }]);
        }
        actions.push(Action {
            identifier: "Stay".to_owned(),
            action_type: "EndFlowExecution".to_owned(),
            ..Action::default()
        });
    }
    let mut flow = Flow::new(identifier, actions);
    if flow_type == FlowType::Module {
        flow.settings = Some(module_settings());
    }
    lay_out(&mut flow);
    flow
}

/// `Settings` of a module without inputs, outputs and branches of its own; the service refuses a module without.
pub(crate) fn module_settings() -> Value {
    json!({
        "InputParameters": [],
        "OutputParameters": [],
        "Transitions": [
            { "DisplayName": "Success", "ReferenceName": "Success", "Description": "" },
            { "DisplayName": "Error", "ReferenceName": "Error", "Description": "" },
        ],
    })
}

/// `Settings` of a module with `inputs`, `results` and `branches` as a blueprint has them.
///
/// What is not there is as in every module. A branch may be its name alone.
pub fn settings_of(words: &Map<String, Value>) -> Value {
    let mut settings = module_settings();
    let Some(members) = settings.as_object_mut() else { return settings };
    for (word, key) in [("inputs", "InputParameters"), ("results", "OutputParameters"), ("branches", "Transitions")] {
        let Some(value) = words.get(word) else { continue };
        let value = match value {
            Value::Array(items) if word == "branches" => items.iter().map(branch).collect(),
            value => value.clone(),
        };
        members.insert(key.to_owned(), value);
    }
    settings
}

fn branch(branch: &Value) -> Value {
    match branch {
        Value::String(name) => json!({ "DisplayName": name, "ReferenceName": name, "Description": "" }),
        branch => branch.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::{EverythingExists, problems};

    #[test]
    fn stubs_of_every_type_are_published() {
        for flow_type in FlowType::ALL {
            let stub = stub(flow_type);
            assert_eq!(problems(&stub.to_json(), &EverythingExists, flow_type), [], "{flow_type}");
            for action in &stub.actions {
                let spec = crate::catalog::find(&action.action_type).expect("a known type");
                assert!(spec.allows(flow_type), "{flow_type}");
            }
        }
    }
}
