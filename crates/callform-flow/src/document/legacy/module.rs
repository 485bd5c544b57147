//! One block of the former format.

use serde_json::{Map, Value, json};

use crate::DecodeError;

/// One block, read.
pub(super) struct Module<'a> {
    pub(super) id: &'a str,
    pub(super) kind: &'a str,
    /// What the block is for, where one type does several things: `Digits`, `Queue`, `Lambda`.
    pub(super) target: &'a str,
    json: &'a Value,
}

impl<'a> Module<'a> {
    pub(super) fn read(json: &'a Value, index: usize) -> Result<Self, DecodeError> {
        let text = |name: &str| {
            let missing = || DecodeError::Missing { path: format!("modules[{index}].{name}") };
            json.get(name).and_then(Value::as_str).ok_or_else(missing)
        };
        let target = json.get("target").and_then(Value::as_str).unwrap_or_default();
        Ok(Self { id: text("id")?, kind: text("type")?, target, json })
    }

    /// The editor's data, with the names of objects where it has them.
    pub(super) fn metadata(&self) -> Value {
        let mut metadata = self.json.get("metadata").and_then(Value::as_object).cloned().unwrap_or_default();
        for parameter in self.list("parameters") {
            let named = parameter.get("resourceName").and_then(Value::as_str).filter(|name| !name.is_empty());
            let (Some(name), Some(of)) = (named, parameter.get("name").and_then(Value::as_str)) else { continue };
            let key = match of {
                "Queue" | "Agent" => "queue",
                "Hours" => "Hours",
                "ContactFlowId" => "ContactFlow",
                "AudioPrompt" => {
                    metadata.insert("promptName".to_owned(), json!(name));
                    continue;
                }
                _ => continue,
            };
            metadata.insert(key.to_owned(), json!({ "text": name }));
        }
        Value::Object(metadata)
    }

    fn list(&self, name: &str) -> impl Iterator<Item = &'a Value> {
        self.json.get(name).and_then(Value::as_array).into_iter().flatten()
    }

    /// Conditions and where they lead; branches that nobody connected are left out.
    pub(super) fn branches(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.list("branches").filter_map(|branch| {
            let target = branch.get("transition")?.as_str().filter(|target| !target.is_empty())?;
            Some((branch.get("condition")?.as_str()?, target))
        })
    }

    pub(super) fn branch(&self, condition: &str) -> Option<&'a str> {
        self.branches().find(|(name, _)| *name == condition).map(|(_, target)| target)
    }

    /// Comparisons: operator, operand, where it leads.
    pub(super) fn comparisons(&self) -> Vec<(&'a str, String, &'a str)> {
        let compared = self.list("branches").filter_map(|branch| {
            let operator = branch.get("conditionType")?.as_str()?;
            let target = branch.get("transition")?.as_str().filter(|target| !target.is_empty())?;
            Some((operator, scalar(branch.get("conditionValue")?)?, target))
        });
        compared.collect()
    }

    pub(super) fn parameter(&self, name: &str) -> Option<&'a Value> {
        self.list("parameters").find(|parameter| parameter.get("name").is_some_and(|it| it == name))
    }

    /// The value of a parameter: text, or a JSONPath.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        value_of(self.parameter(name)?)
    }

    pub(super) fn is_true(&self, name: &str) -> bool {
        self.text(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// Parameters that have keys, such as attributes.
    pub(super) fn keyed(&self, name: &str) -> Map<String, Value> {
        let named = self.list("parameters").filter(|parameter| parameter.get("name").is_some_and(|it| it == name));
        let pairs = named.filter_map(|parameter| {
            let key = parameter.get("key")?.as_str()?.to_owned();
            Some((key, json!(value_of(parameter).unwrap_or_default())))
        });
        pairs.collect()
    }

    /// The values of a parameter that may be there several times.
    pub(super) fn values(&self, name: &str) -> Vec<String> {
        let named = self.list("parameters").filter(|parameter| parameter.get("name").is_some_and(|it| it == name));
        named.filter_map(value_of).collect()
    }

    /// Parameters whose values can be played, in order: name in the flow language, and value.
    pub(super) fn prompts(&self) -> Vec<(&'static str, String)> {
        let is_ssml = |index: usize| {
            let types = self.values("TextToSpeechType");
            types.get(index).or(types.last()).is_some_and(|it| it.eq_ignore_ascii_case("ssml"))
        };
        let mut texts = 0;
        let mut prompts = Vec::new();
        for parameter in self.list("parameters") {
            match parameter.get("name").and_then(Value::as_str) {
                Some("Text") => {
                    let name = if is_ssml(texts) { "SSML" } else { "Text" };
                    texts += 1;
                    prompts.extend(value_of(parameter).map(|text| (name, text)));
                }
                Some("AudioPrompt") => prompts.push(("PromptId", value_of(parameter).unwrap_or_default())),
                _ => {}
            }
        }
        prompts
    }

    /// All parameters as they are.
    pub(super) fn parameters(&self) -> Vec<(String, Value)> {
        let pairs = self.list("parameters").filter_map(|parameter| {
            let name = parameter.get("name")?.as_str()?.to_owned();
            Some((name, json!(value_of(parameter).unwrap_or_default())))
        });
        pairs.collect()
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn value_of(parameter: &Value) -> Option<String> {
    let value = scalar(parameter.get("value")?)?;
    match parameter.get("namespace").and_then(Value::as_str) {
        None | Some("") => Some(value),
        Some(namespace) => Some(path(namespace, &value)),
    }
}

/// A value of a namespace as a JSONPath: the former editor wrote `System` and `Stored customer input`.
pub(super) fn path(namespace: &str, value: &str) -> String {
    if value.starts_with("$.") {
        return value.to_owned();
    }
    let key = |root: &str| {
        let is_plain = value.chars().all(|it| it.is_alphanumeric() || matches!(it, '_' | '-' | '.'));
        if is_plain { format!("{root}.{value}") } else { format!("{root}.['{value}']") }
    };
    match namespace {
        "User Defined" => key("$.Attributes"),
        "External" => key("$.External"),
        "System" => SYSTEM
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(value))
            .map_or_else(|| format!("$.{}", value.replace(' ', "")), |(_, path)| (*path).to_owned()),
        "Lex" => key("$.Lex"),
        "Lex Slots" | "Slots" => key("$.Lex.Slots"),
        "Lex Attributes" | "Lex Session Attributes" => key("$.Lex.SessionAttributes"),
        "Agent" => key("$.Agent"),
        "Queue" => key("$.Queue"),
        "Queue Metrics" | "Metrics" | "Queue metrics" => key("$.Metrics"),
        "Media Streams" | "MediaStreams" => key("$.MediaStreams"),
        "Customer" | "Customer Profiles" => key("$.Customer"),
        "Flow" | "Flow attributes" => key("$.FlowAttributes"),
        other => key(&format!("$.{}", other.replace(' ', ""))),
    }
}

const SYSTEM: &[(&str, &str)] = &[
    ("Customer Number", "$.CustomerEndpoint.Address"),
    ("Customer endpoint address", "$.CustomerEndpoint.Address"),
    ("Customer endpoint type", "$.CustomerEndpoint.Type"),
    ("Dialed Number", "$.SystemEndpoint.Address"),
    ("System endpoint type", "$.SystemEndpoint.Type"),
    ("Customer callback number", "$.CallbackNumber"),
    ("Callback number", "$.CallbackNumber"),
    ("Stored customer input", "$.StoredCustomerInput"),
    ("Contact id", "$.ContactId"),
    ("Initial contact id", "$.InitialContactId"),
    ("Previous contact id", "$.PreviousContactId"),
    ("Initiation method", "$.InitiationMethod"),
    ("Instance ARN", "$.InstanceARN"),
    ("Language", "$.LanguageCode"),
    ("Language code", "$.LanguageCode"),
    ("Text to speech voice", "$.TextToSpeechVoiceId"),
    ("Queue name", "$.Queue.Name"),
    ("Queue ARN", "$.Queue.ARN"),
    ("Queue outbound number", "$.Queue.OutboundCallerId.Address"),
    ("Agent user name", "$.Agent.UserName"),
    ("Agent first name", "$.Agent.FirstName"),
    ("Agent last name", "$.Agent.LastName"),
    ("Agent ARN", "$.Agent.ARN"),
    ("Channel", "$.Channel"),
];
