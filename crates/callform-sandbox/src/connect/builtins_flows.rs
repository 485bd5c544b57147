//! The flows and prompts that come with a new instance.
//!
//! Names and types are the service's. The contents are ours and only as long as they need to be: a flow of the right
//! type that does what its name says.

use serde_json::{Value, json};

use crate::error::AwsError;
use crate::handler::Environment;

use super::{flows, prompts};

/// What a built-in flow does.
#[derive(Clone, Copy)]
enum Content {
    /// Says a text and goes on.
    Say(&'static str),
    /// Says a text and hangs up.
    SayAndDisconnect(&'static str),
    /// Says a text again and again while the contact waits.
    Loop(&'static str),
    /// Transfers to the agent of the quick connect.
    ToAgent,
    /// Transfers to the queue of the quick connect.
    ToQueue,
}

/// The flows that run wherever no other flow is set: cannot be deleted.
const DEFAULT_FLOWS: &[(&str, &str, Content)] = &[
    ("Default agent hold", "AGENT_HOLD", Content::Loop("You are on hold.")),
    ("Default agent transfer", "AGENT_TRANSFER", Content::ToAgent),
    ("Default agent whisper", "AGENT_WHISPER", Content::Say("$.Queue.Name")),
    ("Default customer hold", "CUSTOMER_HOLD", Content::Loop("You are on hold. Please stay on the line.")),
    (
        "Default customer queue",
        "CUSTOMER_QUEUE",
        Content::Loop("Thank you for calling. Please stay on the line: we answer calls in the order they come in."),
    ),
    ("Default customer whisper", "CUSTOMER_WHISPER", Content::Say("You are connected.")),
    ("Default outbound", "OUTBOUND_WHISPER", Content::Say("This call may be recorded.")),
    ("Default queue transfer", "QUEUE_TRANSFER", Content::ToQueue),
];

/// The flows to learn from.
const SAMPLE_FLOWS: &[(&str, &str, Content)] = &[
    ("Sample inbound flow (first contact experience)", "CONTACT_FLOW", SAMPLE),
    ("Sample AB test", "CONTACT_FLOW", SAMPLE),
    ("Sample disconnect flow", "CONTACT_FLOW", SAMPLE),
    ("Sample queue configurations flow", "CONTACT_FLOW", SAMPLE),
    ("Sample queue customer", "CONTACT_FLOW", SAMPLE),
    ("Sample recording behavior", "CONTACT_FLOW", SAMPLE),
    ("Sample note for screenpop", "CONTACT_FLOW", SAMPLE),
    ("Sample Lambda integration", "CONTACT_FLOW", SAMPLE),
    ("Sample secure input with no agent", "CONTACT_FLOW", SAMPLE),
    ("Sample secure input with agent", "QUEUE_TRANSFER", Content::ToQueue),
    (
        "Sample interruptible queue flow with callback",
        "CUSTOMER_QUEUE",
        Content::Loop("Thank you for waiting. We will be with you as soon as we can."),
    ),
];

const SAMPLE: Content = Content::SayAndDisconnect("Thank you for calling. Goodbye.");

const PROMPTS: &[&str] = &[
    "Beep.wav",
    "CustomerHold.wav",
    "CustomerQueue.wav",
    "Music_Jazz_MyTimetoFly_Inst.wav",
    "Music_Pop_ThisAndThatIsLife_Inst.wav",
    "Music_Pop_ThrowYourselfInFrontOfIt_Inst.wav",
    "Music_Rock_EverywhereTheSunShines_Inst.wav",
];

/// Makes the built-in flows and prompts of an instance.
pub(super) fn create(environment: &Environment, instance: &str) -> Result<(), AwsError> {
    for name in PROMPTS {
        prompts::create_builtin(environment, instance, name)?;
    }
    for (flows, default) in [(DEFAULT_FLOWS, true), (SAMPLE_FLOWS, false)] {
        for (name, flow_type, content) in flows {
            flows::create_builtin(environment, instance, [name, flow_type, &flow(*content).to_string()], default)?;
        }
    }
    Ok(())
}

/// A flow document in the service's language.
fn flow(content: Content) -> Value {
    let actions = match content {
        Content::Say(text) => vec![say(text, "end"), last("EndFlowExecution")],
        Content::SayAndDisconnect(text) => vec![say(text, "end"), last("DisconnectParticipant")],
        Content::Loop(text) => vec![json!({
            "Identifier": "start",
            "Type": "MessageParticipantIteratively",
            "Parameters": {"Messages": [{"Text": text}]},
            "Transitions": {},
        })],
        Content::ToAgent => {
            vec![json!({"Identifier": "start", "Type": "TransferContactToAgent", "Parameters": {}, "Transitions": {}})]
        }
        Content::ToQueue => vec![
            json!({
                "Identifier": "start",
                "Type": "TransferContactToQueue",
                "Parameters": {},
                "Transitions": {
                    "NextAction": "end",
                    "Errors": [
                        {"ErrorType": "QueueAtCapacity", "NextAction": "end"},
                        {"ErrorType": "NoMatchingError", "NextAction": "end"},
                    ],
                },
            }),
            last("DisconnectParticipant"),
        ],
    };
    json!({"Version": "2019-10-30", "StartAction": "start", "Metadata": {}, "Actions": actions})
}

fn say(text: &str, next: &str) -> Value {
    json!({
        "Identifier": "start",
        "Type": "MessageParticipant",
        "Parameters": {"Text": text},
        "Transitions": {"NextAction": next},
    })
}

fn last(action: &str) -> Value {
    json!({"Identifier": "end", "Type": action, "Parameters": {}, "Transitions": {}})
}

#[cfg(test)]
mod tests {
    use callform_flow::FlowType;
    use callform_flow::validate::{EverythingExists, problems};

    use super::*;

    #[test]
    fn the_service_would_publish_every_builtin_flow() {
        for (name, flow_type, content) in DEFAULT_FLOWS.iter().chain(SAMPLE_FLOWS) {
            let kind: FlowType = flow_type.parse().unwrap_or_else(|_| panic!("{flow_type} is a flow type"));
            assert_eq!(problems(&flow(*content), &EverythingExists, kind), [], "{name}");
        }
    }
}
