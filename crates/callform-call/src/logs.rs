//! What happened, in the shape of Connect's flow logs, to be compared with real ones.
//!
//! The logs call blocks by the names of the console's former export (`SetQueue`, `GetUserInput`), which are known from logs
//! that people have published; a block whose former name is not known has that of its type (?).

use serde_json::{Map, Value, json};

use crate::center::Center;
use crate::contact::Contact;
use crate::event::{BlockId, Event, What};

/// The former name of a type of block.
fn module_type(action_type: &str, stores_input: bool) -> &str {
    match action_type {
        "MessageParticipant" => "PlayPrompt",
        "GetParticipantInput" if stores_input => "StoreUserInput",
        "GetParticipantInput" | "ConnectParticipantWithLexBot" => "GetUserInput",
        "MessageParticipantIteratively" => "LoopPrompts",
        "Compare" => "CheckAttribute",
        "UpdateContactAttributes" | "UpdateFlowAttributes" | "UpdateContactData" => "SetAttributes",
        "InvokeLambdaFunction" => "InvokeExternalResource",
        "UpdateContactTargetQueue" => "SetQueue",
        "TransferContactToQueue"
        | "DequeueContactAndTransferToQueue"
        | "TransferToFlow"
        | "TransferParticipantToThirdParty"
        | "TransferContactToAgent" => "Transfer",
        "CreateCallbackContact" => "CreateCallback",
        "UpdateContactCallbackNumber" => "SetCallBackNumber",
        "CheckMetricData" => "CheckQueueStatus",
        "UpdateContactEventHooks" => "SetContactFlow",
        "UpdateFlowLoggingBehavior" => "SetLoggingBehavior",
        "UpdateContactRecordingBehavior" => "SetRecordingBehavior",
        "UpdateContactTextToSpeechVoice" => "SetVoice",
        "UpdateContactRoutingBehavior" => "UpdateRoutingPriority",
        "DisconnectParticipant" => "Disconnect",
        "EndFlowExecution" => "Resume",
        other => other,
    }
}

/// One entry for each block that a contact left.
pub fn flow_logs(events: &[Event], center: &Center) -> Vec<Value> {
    let mut entries = Vec::new();
    // What a function answered is told before its block is left.
    let mut answered: Option<(BlockId, Value)> = None;
    for event in events {
        match &event.what {
            What::Lambda { by, answer, .. } => {
                let results = match answer {
                    Ok(value) => value.clone(),
                    Err(error) => json!(error),
                };
                answered = Some((*by, results));
            }
            What::Left(at, way) => {
                let answer = answered.take().filter(|(by, _)| by == at).map(|(_, results)| results);
                entries.push(entry(event, *at, *way, answer, center));
            }
            _ => {}
        }
    }
    entries
}

fn entry(event: &Event, at: BlockId, way: Option<usize>, answer: Option<Value>, center: &Center) -> Value {
    let program = center.flow(at.flow);
    let block = &program.blocks[at.block];
    let parameters: Map<String, Value> =
        program.flow.actions.get(at.block).map(|action| action.parameters.clone()).unwrap_or_default();
    let stores = parameters.get("StoreInput").and_then(Value::as_str).is_some_and(|it| it.eq_ignore_ascii_case("true"));
    let mut entry = json!({
        "ContactId": Contact::uuid(event.contact),
        "ContactFlowId": &*program.id,
        "ContactFlowName": &*program.name,
        "ContactFlowModuleType": module_type(&block.action_type, stores),
        "Identifier": &*block.identifier,
        "Timestamp": event.at.to_string(),
        "Parameters": parameters,
    });
    let results = answer.or_else(|| way.map(|way| Value::from(program.words(at.block, way))));
    if let Some(results) = results {
        entry["Results"] = results;
    }
    entry
}
