//! What a block does, in a person's words: for pictures and for comparisons.

mod names;
mod outcomes;
mod summary;
mod values;
#[cfg(test)]
mod tests;

pub use names::DisplayNames;
pub use outcomes::{outcome, outcomes};
pub use summary::summary;
pub use values::{shorten, spaced};

use serde_json::Value;

use crate::{Action, catalog};

/// The groups in which the Connect editor offers its blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Speaks with the customer.
    Interact,
    /// Sets something for later.
    Set,
    /// Decides where to go on.
    Check,
    /// Talks to another service.
    Integrate,
    /// Hands the contact on, or ends it.
    Transfer,
    /// A type that is not known.
    Other,
}

impl Kind {
    /// Every kind, in the order of a legend.
    pub const ALL: [Kind; 6] = [Kind::Interact, Kind::Set, Kind::Check, Kind::Integrate, Kind::Transfer, Kind::Other];

    /// The word in a legend.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Interact => "Interact",
            Kind::Set => "Set",
            Kind::Check => "Check and branch",
            Kind::Integrate => "Integrate",
            Kind::Transfer => "Transfer and end",
            Kind::Other => "Unknown type",
        }
    }
}

/// The group of an action.
pub fn kind(action: &Action) -> Kind {
    match action.action_type.as_str() {
        "MessageParticipant"
        | "GetParticipantInput"
        | "ConnectParticipantWithLexBot"
        | "ConnectParticipantWithAgenticCX"
        | "MessageParticipantIteratively"
        | "ShowView"
        | "AuthenticateParticipant"
        | "UpdatePreviousContactParticipantState"
        | "StartOutboundChatContact"
        | "Wait" => Kind::Interact,
        "Compare"
        | "CheckHoursOfOperation"
        | "CheckMetricData"
        | "Loop"
        | "DistributeByPercentage"
        | "CheckOutboundCallStatus"
        | "CheckVoiceId"
        | "CheckSegmentMembership" => Kind::Check,
        "InvokeLambdaFunction"
        | "CreateCustomerProfile"
        | "UpdateCustomerProfile"
        | "GetCustomerProfile"
        | "GetCustomerProfileObject"
        | "GetCalculatedAttributesForCustomerProfile"
        | "AssociateContactToCustomerProfile"
        | "EvaluateDataTableValues"
        | "ListDataTableValues"
        | "UpsertDataTableValues"
        | "CreateCase"
        | "GetCase"
        | "UpdateCase"
        | "CreateTask"
        | "CreateWisdomSession"
        | "InvokeFlowModule"
        | "GetMetricData"
        | "UpdateContactMediaStreamingBehavior"
        | "UpdateContactMediaProcessing"
        | "StartVoiceIdStream"
        | "LoadContactContent"
        | "CreatePersistentContactAssociation" => Kind::Integrate,
        "DisconnectParticipant"
        | "EndFlowExecution"
        | "EndFlowModuleExecution"
        | "TransferContactToQueue"
        | "DequeueContactAndTransferToQueue"
        | "TransferContactToAgent"
        | "TransferParticipantToThirdParty"
        | "TransferToFlow"
        | "CreateCallbackContact"
        | "CompleteOutboundCall"
        | "ResumeContact"
        | "RouteContactToAgent" => Kind::Transfer,
        other if catalog::find(other).is_some() => Kind::Set,
        _ => Kind::Other,
    }
}

/// Name of the block as the Connect editor shows it; of a type that is not known, the type.
pub fn title(action: &Action) -> String {
    let parameter = |name: &str| action.parameters.get(name).and_then(Value::as_str);
    match action.action_type.as_str() {
        "GetParticipantInput" if stores_input(action) => "Store customer input".to_owned(),
        "ConnectParticipantWithLexBot" => "Get customer input (bot)".to_owned(),
        "CheckMetricData" if is_staffing(parameter("MetricType").unwrap_or_default()) => "Check staffing".to_owned(),
        "CheckMetricData" => "Check queue status".to_owned(),
        "UpdateContactMediaStreamingBehavior" => match parameter("MediaStreamingState") {
            Some("Disabled") => "Stop media streaming".to_owned(),
            _ => "Start media streaming".to_owned(),
        },
        "UpdateContactEventHooks" => match hook(action) {
            Some((hook, _)) => format!("Set {} flow", spaced(hook)),
            None => "Set event flow".to_owned(),
        },
        "EndFlowExecution" => "End flow".to_owned(),
        "CreateCallbackContact" => "Create callback".to_owned(),
        "UpdateContactRecordingBehavior" | "UpdateContactRecordingAndAnalyticsBehavior" => {
            "Set recording behavior".to_owned()
        }
        "InvokeLambdaFunction" => "Invoke Lambda function".to_owned(),
        other => catalog::find(other).map_or(other, |spec| spec.block).to_owned(),
    }
}

/// The step that is written for an action; for actions without one, the name of the editor's block.
pub fn word(action_type: &str, stores_input: bool) -> &str {
    match action_type {
        "MessageParticipant" => "say",
        "GetParticipantInput" if stores_input => "collect",
        "GetParticipantInput" => "menu",
        "MessageParticipantIteratively" => "play",
        "UpdateContactTargetQueue" => "queue",
        "TransferContactToQueue" | "DequeueContactAndTransferToQueue" => "transfer to queue",
        "TransferToFlow" => "transfer to flow",
        "TransferParticipantToThirdParty" => "transfer to number",
        "TransferContactToAgent" => "transfer to agent",
        "ConnectParticipantWithLexBot" => "lex",
        "ShowView" => "view",
        "Wait" => "wait",
        "UpdateContactEventHooks" => "hook",
        "CheckHoursOfOperation" => "hours",
        "CheckMetricData" => "staffing",
        "GetMetricData" => "metrics",
        "Compare" => "if",
        "Loop" => "loop",
        "DistributeByPercentage" => "split",
        "InvokeLambdaFunction" => "lambda",
        "InvokeFlowModule" => "module",
        "UpdateContactAttributes" | "UpdateFlowAttributes" => "set",
        "UpdateContactCallbackNumber" => "callback number",
        "CreateCallbackContact" => "callback",
        "UpdateContactTextToSpeechVoice" => "voice",
        "UpdateFlowLoggingBehavior" => "logging",
        "UpdateContactRecordingBehavior" => "record",
        "UpdateContactRoutingBehavior" => "routing",
        "UpdateContactMediaStreamingBehavior" => "stream",
        "CreateTask" => "task",
        "TagContact" => "tag",
        "UntagContact" => "untag",
        "CreateWisdomSession" => "assistant",
        "DisconnectParticipant" => "hang up",
        "EndFlowExecution" => "end",
        "EndFlowModuleExecution" => "return",
        other => catalog::find(other).map_or(other, |spec| spec.block),
    }
}

/// True where what the customer enters is stored instead of compared.
pub fn stores_input(action: &Action) -> bool {
    match action.parameters.get("StoreInput") {
        Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
        Some(Value::Bool(stores)) => *stores,
        _ => false,
    }
}

fn is_staffing(metric: &str) -> bool {
    metric.starts_with("NumberOfAgents")
}

/// The first event of a block that sets flows for events, and its flow.
fn hook(action: &Action) -> Option<(&str, &Value)> {
    let hooks = action.parameters.get("EventHooks")?.as_object()?;
    hooks.iter().next().map(|(hook, flow)| (hook.as_str(), flow))
}

fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
