//! Names that are often taken for action types but are none.

use callform_source::did_you_mean;

/// A wrong name and what is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Misnomer {
    /// The wrong name.
    pub name: &'static str,
    /// The action types that do it; more than one where it takes several in a row, none where nothing is needed.
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
    Misnomer { name: "Start", meant: &[] },
    Misnomer { name: "EntryPoint", meant: &[] },
    Misnomer { name: "Entry", meant: &[] },
    Misnomer { name: "ConnectParticipant", meant: &["TransferContactToQueue"] },
    Misnomer { name: "StartRecording", meant: &["UpdateContactRecordingBehavior"] },
    Misnomer { name: "UnTagContact", meant: &["UntagContact"] },
];

/// What is meant by a name that is no action type.
pub fn misnomer_of(name: &str) -> Option<&'static Misnomer> {
    TABLE.iter().find(|misnomer| misnomer.name == name)
}

/// Words that people use for those of the flow language.
const SYNONYMS: &[(&str, &str)] = &[
    ("set", "update"),
    ("put", "update"),
    ("play", "message"),
    ("say", "message"),
    ("speak", "message"),
    ("prompt", "message"),
    ("customer", "participant"),
    ("caller", "participant"),
    ("user", "participant"),
    ("hangup", "disconnect"),
    ("hang", "disconnect"),
    ("lambda", "lambda"),
    ("number", "party"),
    ("phone", "party"),
    ("external", "party"),
    ("bot", "lex"),
    ("callback", "callback"),
    ("if", "compare"),
    ("branch", "compare"),
    ("hour", "hours"),
    ("ask", "input"),
    ("metrics", "metric"),
    ("log", "logging"),
    ("record", "recording"),
];

/// Words that say little, because many types have them.
const COMMON: &[&str] =
    &["contact", "update", "with", "for", "to", "and", "get", "of", "data", "behavior", "block", "action"];

/// The action type that is most likely meant by a name: a mistyped one, or one that has most of its words.
pub fn likely(name: &str) -> Option<&'static str> {
    if name.len() > 100 {
        return None;
    }
    if let Some(near) = did_you_mean(name, super::all().map(|spec| spec.name)) {
        return Some(near);
    }
    let wanted = words(name);
    let score = |spec: &&super::ActionSpec| {
        let known: Vec<String> = words(spec.name).into_iter().chain(words(spec.block)).collect();
        let weight = |word: &String| match (known.contains(word), COMMON.contains(&word.as_str())) {
            (false, _) => 0,
            (true, true) => 1,
            (true, false) => 4,
        };
        let shared: usize = wanted.iter().map(weight).sum();
        // Of equally good ones the shortest.
        (shared, usize::MAX - spec.name.len())
    };
    super::all().max_by_key(score).filter(|spec| score(spec).0 >= 4).map(|spec| spec.name)
}

/// Words of a name in lower case, in the flow language's own choice of words.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut after_lower = false;
    for character in name.chars() {
        if !character.is_alphanumeric() || character.is_uppercase() && after_lower || words.is_empty() {
            words.push(String::new());
        }
        after_lower = character.is_lowercase();
        if let Some(word) = words.last_mut().filter(|_| character.is_alphanumeric()) {
            word.extend(character.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    for word in &mut words {
        if let Some((_, own)) = SYNONYMS.iter().find(|(other, _)| other == word) {
            *word = (*own).to_owned();
        }
    }
    words
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_likely_type_is_found() {
        for (name, meant) in [
            ("MessageParticpant", "MessageParticipant"),
            ("PlayMessage", "MessageParticipant"),
            ("HangUp", "DisconnectParticipant"),
            ("InvokeLambda", "InvokeLambdaFunction"),
            ("CheckHours", "CheckHoursOfOperation"),
            ("SetWorkingQueue", "UpdateContactTargetQueue"),
            ("GetCustomerInput", "GetParticipantInput"),
            ("SetRecordingBehavior", "UpdateContactRecordingBehavior"),
            ("TransferToPhoneNumber", "TransferParticipantToThirdParty"),
        ] {
            assert_eq!(likely(name), Some(meant), "{name}");
        }
        assert_eq!(likely("Juggle"), None);
        assert_eq!(likely(&"x".repeat(1000)), None);
    }
}
