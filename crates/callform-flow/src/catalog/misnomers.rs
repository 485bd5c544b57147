//! Names that are often taken for action types but are none.

/// A wrong name and what is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Misnomer {
    /// The wrong name.
    pub name: &'static str,
    /// The action types that do it; more than one where it takes several in a row.
    pub meant: &'static [&'static str],
}

const TABLE: &[Misnomer] = &[
    Misnomer { name: "PlayPrompt", meant: &["MessageParticipant"] },
    Misnomer { name: "GetDigits", meant: &["GetParticipantInput"] },
    Misnomer { name: "GetUserInput", meant: &["GetParticipantInput"] },
    Misnomer { name: "StoreUserInput", meant: &["GetParticipantInput"] },
    Misnomer { name: "StoreCustomerInput", meant: &["GetParticipantInput"] },
    Misnomer { name: "TransferToQueue", meant: &["UpdateContactTargetQueue", "TransferContactToQueue"] },
    Misnomer { name: "TransferContactToFlow", meant: &["TransferToFlow"] },
    Misnomer { name: "SetVoice", meant: &["UpdateContactTextToSpeechVoice"] },
    Misnomer { name: "SetLoggingBehavior", meant: &["UpdateFlowLoggingBehavior"] },
    Misnomer { name: "SetContactAttributes", meant: &["UpdateContactAttributes"] },
    Misnomer { name: "CheckAttribute", meant: &["Compare"] },
    Misnomer { name: "CheckStaffing", meant: &["CheckMetricData"] },
    Misnomer { name: "CheckQueueStatus", meant: &["CheckMetricData"] },
    Misnomer { name: "SetCallbackNumber", meant: &["UpdateContactCallbackNumber"] },
    Misnomer { name: "StartMediaStreaming", meant: &["UpdateContactMediaStreamingBehavior"] },
    Misnomer { name: "StopMediaStreaming", meant: &["UpdateContactMediaStreamingBehavior"] },
    Misnomer { name: "Start", meant: &["UpdateFlowLoggingBehavior"] },
    Misnomer { name: "ConnectParticipant", meant: &["TransferContactToQueue"] },
    Misnomer { name: "StartRecording", meant: &["UpdateContactRecordingBehavior"] },
    Misnomer { name: "UnTagContact", meant: &["UntagContact"] },
];

/// What is meant by a name that is no action type.
pub fn misnomer_of(name: &str) -> Option<&'static Misnomer> {
    TABLE.iter().find(|misnomer| misnomer.name == name)
}

/// Wrong names of parameters: the action type, the name, and what to do.
const PARAMETERS: &[(&str, &str, &str)] = &[
    ("UpdateContactTextToSpeechVoice", "VoiceId", "Write `TextToSpeechVoice`."),
    ("UpdateContactTextToSpeechVoice", "Engine", "Write `TextToSpeechEngine`."),
    ("UpdateContactTextToSpeechVoice", "LanguageCode", "Set the language with an `UpdateContactData` action."),
    ("InvokeLambdaFunction", "RequestAttributes", "Write `LambdaInvocationAttributes`."),
    ("InvokeLambdaFunction", "TimeLimitSeconds", "Write `InvocationTimeLimitSeconds`."),
    ("InvokeLambdaFunction", "LambdaFunctionArn", "Write `LambdaFunctionARN`."),
    ("ConnectParticipantWithLexBot", "BotAliasArn", "Write `LexV2Bot: { AliasArn: … }`."),
    ("ConnectParticipantWithLexBot", "SessionAttributes", "Write `LexSessionAttributes`."),
    ("UpdateFlowLoggingBehavior", "LoggingBehavior", "Write `FlowLoggingBehavior`."),
    ("Wait", "TimeoutSeconds", "Write `TimeLimitSeconds`; AWS's documentation has the wrong name."),
    ("TransferContactToQueue", "QueueId", "Choose the queue with an `UpdateContactTargetQueue` action before."),
    (
        "UpdateContactRecordingBehavior",
        "Agent",
        "Write `RecordingBehavior: { RecordedParticipants: [Agent, Customer] }`.",
    ),
    (
        "UpdateContactRecordingBehavior",
        "Customer",
        "Write `RecordingBehavior: { RecordedParticipants: [Agent, Customer] }`.",
    ),
    ("MessageParticipant", "TextToSpeechType", "Take it out; `SSML` in place of `Text` says what the text is."),
];

/// What to do about a wrong name of a parameter.
pub fn misnomer_of_parameter(action_type: &str, name: &str) -> Option<&'static str> {
    PARAMETERS.iter().find(|(of, wrong, _)| *of == action_type && *wrong == name).map(|(_, _, advice)| *advice)
}

#[cfg(test)]
pub(super) fn all() -> &'static [Misnomer] {
    TABLE
}
