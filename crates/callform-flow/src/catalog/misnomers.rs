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
    Misnomer { name: "StartRecording", meant: &["UpdateContactRecordingBehavior"] },
    Misnomer { name: "UnTagContact", meant: &["UntagContact"] },
];

/// What is meant by a name that is no action type.
pub fn misnomer_of(name: &str) -> Option<&'static Misnomer> {
    TABLE.iter().find(|misnomer| misnomer.name == name)
}

#[cfg(test)]
pub(super) fn all() -> &'static [Misnomer] {
    TABLE
}
