//! What exactly a block does, in a line.

use serde_json::{Map, Value};

use super::values::{duration, readable, scalar, spoken};
use super::{DisplayNames, hook, spaced, stores_input};
use crate::Action;

/// What a block does, in a line of any length; empty where its title says it all.
pub fn summary(action: &Action, names: &DisplayNames) -> String {
    let it = Parameters { of: &action.parameters, names };
    let parts: Vec<String> = match action.action_type.as_str() {
        "MessageParticipant" => vec![it.prompt()],
        "GetParticipantInput" if stores_input(action) => vec![it.stored(), it.prompt()],
        "GetParticipantInput" => vec![it.prompt()],
        "ConnectParticipantWithLexBot" => vec![it.bot(), it.prompt()],
        "ConnectParticipantWithAgenticCX" => vec![it.nested_name("AgentConfiguration", "ApplicationId")],
        "MessageParticipantIteratively" => vec![it.messages(), it.every("InterruptFrequencySeconds")],
        "ShowView" => vec![it.nested_name("ViewResource", "Id")],
        "TransferParticipantToThirdParty" => vec![it.text("ThirdPartyPhoneNumber")],
        "UpdateContactTargetQueue" | "DequeueContactAndTransferToQueue" | "GetMetricData" => vec![it.queue_or_agent()],
        "TransferContactToQueue" => vec!["The working queue".to_owned()],
        "UpdateContactCallbackNumber" => vec![it.text("CallbackNumber")],
        "UpdateContactAttributes" => vec![it.assignments("Attributes")],
        "UpdateFlowAttributes" => vec![it.assignments("FlowAttributes")],
        "TagContact" => vec![it.assignments("Tags")],
        "UntagContact" => vec![it.text("TagKeys")],
        "UpdateContactEventHooks" => vec![hook(action).map_or_else(String::new, |(_, flow)| it.name_of(flow))],
        "UpdateContactRoutingBehavior" => {
            vec![it.with("priority", "QueuePriority"), it.with("age in seconds", "QueueTimeAdjustmentSeconds")]
        }
        "UpdateContactRecordingBehavior" => vec![it.recorded("RecordingBehavior", "RecordedParticipants")],
        "UpdateContactTextToSpeechVoice" => vec![it.text("TextToSpeechVoice"), it.text("TextToSpeechEngine")],
        "UpdateFlowLoggingBehavior" => vec![it.text("FlowLoggingBehavior")],
        "CreateTask" => vec![it.text("Name"), it.name("ContactFlowId")],
        "InvokeFlowModule" => vec![it.name("FlowModuleId")],
        "TransferToFlow" => vec![it.name("ContactFlowId")],
        "CreateCallbackContact" => vec![it.queue_or_agent(), it.after("InitialCallDelaySeconds"), it.attempts()],
        "Compare" => vec![it.text("ComparisonValue")],
        "CheckHoursOfOperation" => vec![it.name_or("HoursOfOperationId", "Hours of the queue")],
        "CheckMetricData" => vec![metric(&it.text("MetricType")), it.queue_or_agent()],
        "Loop" => vec![times(&it.text("LoopCount"))],
        "Wait" => vec![it.of.get("TimeLimitSeconds").map_or_else(String::new, duration)],
        "InvokeLambdaFunction" => vec![it.name("LambdaFunctionARN"), it.within("InvocationTimeLimitSeconds")],
        "CreateWisdomSession" => vec![it.name("WisdomAssistantArn")],
        "UpdatePreviousContactParticipantState" => vec![spaced(&it.text("PreviousContactParticipantState"))],
        "UpdateContactMediaStreamingBehavior" => vec![],
        _ => vec![it.everything()],
    };
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

struct Parameters<'a> {
    of: &'a Map<String, Value>,
    names: &'a DisplayNames,
}

impl Parameters<'_> {
    fn text(&self, name: &str) -> String {
        self.of.get(name).map(scalar).unwrap_or_default()
    }

    fn name_of(&self, identifier: &Value) -> String {
        match identifier {
            Value::String(text) if text.starts_with("$.") => scalar(identifier),
            Value::String(text) => self.names.name(text),
            other => scalar(other),
        }
    }

    fn name(&self, parameter: &str) -> String {
        self.of.get(parameter).map_or_else(String::new, |identifier| self.name_of(identifier))
    }

    fn name_or(&self, parameter: &str, otherwise: &str) -> String {
        Some(self.name(parameter)).filter(|name| !name.is_empty()).unwrap_or_else(|| otherwise.to_owned())
    }

    fn nested_name(&self, parameter: &str, member: &str) -> String {
        let nested = self.of.get(parameter).and_then(|value| value.get(member));
        nested.map_or_else(String::new, |identifier| self.name_of(identifier))
    }

    fn queue_or_agent(&self) -> String {
        match (self.name("QueueId"), self.name("AgentId")) {
            (queue, _) if !queue.is_empty() => queue,
            (_, agent) if !agent.is_empty() => format!("Agent {agent}"),
            _ => String::new(),
        }
    }

    fn prompt(&self) -> String {
        prompt(self.of, self.names)
    }

    fn messages(&self) -> String {
        let messages = self.of.get("Messages").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let shown = messages.iter().take(3).filter_map(Value::as_object).map(|message| prompt(message, self.names));
        let mut shown: Vec<String> = shown.filter(|text| !text.is_empty()).collect();
        if messages.len() > 3 {
            shown.push("…".to_owned());
        }
        shown.join(", ")
    }

    fn stored(&self) -> String {
        let validation = self.of.get("InputValidation");
        let length = validation.and_then(|it| it.pointer("/CustomValidation/MaximumLength"));
        if validation.is_some_and(|it| it.get("PhoneNumberValidation").is_some()) {
            return "Phone number".to_owned();
        }
        match length.map(scalar).as_deref() {
            None => String::new(),
            Some("1") => "One digit".to_owned(),
            Some(length) => format!("Up to {length} digits"),
        }
    }

    fn bot(&self) -> String {
        let alias = self.nested_name("LexV2Bot", "AliasArn");
        if alias.is_empty() { self.nested_name("LexBot", "Name") } else { alias }
    }

    fn assignments(&self, parameter: &str) -> String {
        let Some(members) = self.of.get(parameter).and_then(Value::as_object) else { return String::new() };
        let value_of = |value: &Value| self.name_of(value.get("Value").unwrap_or(value));
        let shown: Vec<String> =
            members.iter().take(6).map(|(name, value)| format!("{name} = {}", value_of(value))).collect();
        shown.join(", ")
    }

    fn recorded(&self, parameter: &str, member: &str) -> String {
        let recorded = self.of.get(parameter).and_then(|it| it.get(member)).and_then(Value::as_array);
        match recorded.map(Vec::as_slice) {
            None => String::new(),
            Some([]) => "Off".to_owned(),
            Some(participants) => participants.iter().map(scalar).collect::<Vec<_>>().join(" and "),
        }
    }

    fn with(&self, words: &str, parameter: &str) -> String {
        self.of.get(parameter).map_or_else(String::new, |value| format!("{words} {}", scalar(value)))
    }

    fn every(&self, parameter: &str) -> String {
        self.of.get(parameter).map_or_else(String::new, |value| format!("interrupted every {}", duration(value)))
    }

    fn after(&self, parameter: &str) -> String {
        self.of.get(parameter).map_or_else(String::new, |value| format!("after {}", duration(value)))
    }

    fn within(&self, parameter: &str) -> String {
        self.of.get(parameter).map_or_else(String::new, |value| format!("within {}", duration(value)))
    }

    fn attempts(&self) -> String {
        self.of.get("MaximumConnectionAttempts").map_or_else(String::new, |count| match scalar(count).as_str() {
            "1" => "1 attempt".to_owned(),
            several => format!("{several} attempts"),
        })
    }

    /// What a type without words of its own is set to.
    fn everything(&self) -> String {
        let shown = |(name, value): (&String, &Value)| {
            let text = match value {
                Value::String(_) => self.name_of(value),
                other => scalar(other),
            };
            format!("{}: {text}", spaced(name))
        };
        self.of.iter().take(4).map(shown).collect::<Vec<_>>().join(", ")
    }
}

/// What is played: `“text”`, the name of a prompt, an audio file.
fn prompt(parameters: &Map<String, Value>, names: &DisplayNames) -> String {
    let text = |name: &str| parameters.get(name).and_then(Value::as_str);
    // Markup stands in plain texts as well, by mistake.
    let is_markup = |text: &str| text.contains('<') && (text.contains("</") || text.contains("/>"));
    let plain = |text: &str| if is_markup(text) { spoken(text) } else { readable(text) };
    if let Some(text) = text("Text").map(plain).filter(|text| !text.is_empty()) {
        return format!("“{text}”");
    }
    if let Some(ssml) = text("SSML").map(spoken).filter(|text| !text.is_empty()) {
        return format!("“{ssml}”");
    }
    if let Some(prompt) = text("PromptId") {
        return names.name(prompt);
    }
    let uri = parameters.get("Media").and_then(|media| media.get("Uri")?.as_str());
    uri.map_or_else(String::new, |uri| readable(uri.rsplit('/').next().unwrap_or(uri)))
}

fn metric(metric: &str) -> String {
    match metric {
        "NumberOfAgentsAvailable" => "Available agents".to_owned(),
        "NumberOfAgentsStaffed" => "Staffed agents".to_owned(),
        "NumberOfAgentsOnline" => "Agents online".to_owned(),
        "OldestContactInQueueAgeSeconds" => "Longest wait in milliseconds".to_owned(),
        "NumberOfContactsInQueue" => "Contacts in queue".to_owned(),
        other => spaced(other),
    }
}

fn times(count: &str) -> String {
    match count {
        "1" => "once".to_owned(),
        "2" => "twice".to_owned(),
        "" => String::new(),
        count => format!("{count} times"),
    }
}
