//! Where a test begins, and with what.

use serde_json::{Map, Value, json};

use super::{Problem, ProblemKind};

/// How the simulated contact reaches the center.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryPoint {
    /// A call.
    Voice(VoiceEntry),
    /// A chat that begins in a flow: id or ARN.
    Chat {
        /// The flow.
        flow: String,
    },
}

/// How a simulated call begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VoiceEntry {
    /// In a flow.
    Flow {
        /// Id or ARN of the flow.
        flow: String,
        /// The caller's number, in E.164.
        source: Option<String>,
    },
    /// At a number of the center, in the flow that answers it.
    Number {
        /// The caller's number, in E.164.
        source: String,
        /// The number of the center, in E.164.
        destination: String,
    },
}

impl EntryPoint {
    /// Reads the `EntryPoint` of a request, or says what the service does.
    pub fn from_json(json: &Value) -> Result<Self, Problem> {
        let invalid = |text: String| Problem::new(ProblemKind::EntryPoint, text);
        let neither = || invalid("Must specify either FlowId or phone numbers".to_owned());
        let part = |group: &str, member: &str| {
            let text = json.get(group).and_then(|group| group.get(member)).and_then(Value::as_str);
            text.filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let voice = |member: &str| part("VoiceCallEntryPointParameters", member);
        match json.get("Type").and_then(Value::as_str) {
            Some("CHAT") => {
                // The wording for a chat without a flow is not known (?).
                let missing = || invalid("Missing mandatory parameter: FlowId".to_owned());
                part("ChatEntryPointParameters", "FlowId").map(|flow| Self::Chat { flow }).ok_or_else(missing)
            }
            // Without a type it can be a call only.
            Some("VOICE_CALL") | None => {
                let entry = match (voice("FlowId"), voice("SourcePhoneNumber"), voice("DestinationPhoneNumber")) {
                    (Some(flow), source, None) => VoiceEntry::Flow { flow, source },
                    (None, Some(source), Some(destination)) => VoiceEntry::Number { source, destination },
                    (None, None, Some(_)) => {
                        return Err(invalid("Missing mandatory parameter: SourcePhoneNumber".to_owned()));
                    }
                    (Some(_), _, Some(_)) | (None, _, None) => return Err(neither()),
                };
                Ok(Self::Voice(entry))
            }
            Some(other) => Err(invalid(format!("Invalid entry point type: {other}"))),
        }
    }

    /// Writes it as a request has it.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Chat { flow } => json!({"Type": "CHAT", "ChatEntryPointParameters": {"FlowId": flow}}),
            Self::Voice(entry) => {
                let parameters = match entry {
                    VoiceEntry::Flow { flow, source: None } => json!({"FlowId": flow}),
                    VoiceEntry::Flow { flow, source } => json!({"FlowId": flow, "SourcePhoneNumber": source}),
                    VoiceEntry::Number { source, destination } => {
                        json!({"SourcePhoneNumber": source, "DestinationPhoneNumber": destination})
                    }
                };
                json!({"Type": "VOICE_CALL", "VoiceCallEntryPointParameters": parameters})
            }
        }
    }
}

/// The attributes a simulated contact has from the beginning.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InitializationData {
    /// User-defined attributes: `$.Attributes.<name>`.
    pub attributes: Map<String, Value>,
    /// Segment attributes.
    pub segment_attributes: Map<String, Value>,
}

impl InitializationData {
    /// Reads the JSON text of a request. What stands elsewhere than in `Attributes` and `SegmentAttributes` is taken by
    /// the service and cannot be read in flows.
    pub fn from_text(text: &str) -> Result<Self, Problem> {
        match serde_json::from_str(text) {
            Ok(Value::Object(members)) => {
                let map = |name: &str| members.get(name).and_then(Value::as_object).cloned().unwrap_or_default();
                Ok(Self { attributes: map("Attributes"), segment_attributes: map("SegmentAttributes") })
            }
            // The wording is not known (?).
            _ => Err(Problem::new(ProblemKind::InitializationData, "InitializationData must be a valid JSON object")),
        }
    }

    /// Writes the one form that was seen to be read back.
    pub fn to_text(&self) -> String {
        json!({"Attributes": self.attributes, "SegmentAttributes": self.segment_attributes}).to_string()
    }
}
