//! `lambda`, `set`, `voice`, `logging`, `record`.

use serde_json::{Map, Value, json};

use super::{Reader, Word, flat};
use crate::decompile::object;

impl<'a> Reader<'a, '_> {
    pub(super) fn lambda(&self) -> Option<Word<'a>> {
        self.only(&[
            "LambdaFunctionARN",
            "InvocationTimeLimitSeconds",
            "InvocationType",
            "LambdaInvocationAttributes",
            "ResponseValidation",
        ])?;
        let response = match self.action.parameters.get("ResponseValidation") {
            None => json!("unchecked"),
            Some(validation) if *validation == json!({ "ResponseType": "STRING_MAP" }) => Value::Null,
            Some(validation) if *validation == json!({ "ResponseType": "JSON" }) => json!("json"),
            Some(_) => return None,
        };
        let with = match self.action.parameters.get("LambdaInvocationAttributes") {
            Some(attributes) => Some(flat(attributes)?).filter(|it| !it.is_empty()).map_or(Value::Null, Value::Object),
            None => Value::Null,
        };
        let invocation = match self.text("InvocationType") {
            None if self.has("InvocationType") => return None,
            None => Value::Null,
            Some("SYNCHRONOUS") => json!("synchronous"),
            Some("ASYNCHRONOUS") => json!("asynchronous"),
            Some(_) => return None,
        };
        self.plain(object([
            ("lambda", json!(self.reference("LambdaFunctionARN", "lambda")?)),
            ("with", with),
            ("timeout", self.seconds("InvocationTimeLimitSeconds", 3)?),
            ("invocation", invocation),
            ("response", response),
        ]))
    }

    pub(super) fn set(&self) -> Option<Word<'a>> {
        let (attributes, scope) = if self.action.action_type == "UpdateFlowAttributes" {
            self.only(&["FlowAttributes"])?;
            let attributes = self.action.parameters.get("FlowAttributes")?.as_object()?;
            let value = |value: &Value| match value.as_object() {
                Some(members) if members.len() == 1 => members.get("Value").cloned(),
                _ => None,
            };
            let flat: Option<Map<String, Value>> =
                attributes.iter().map(|(name, given)| Some((name.clone(), value(given)?))).collect();
            (Value::Object(flat?), json!("flow"))
        } else {
            self.only(&["Attributes", "TargetContact"])?;
            let scope = match self.text("TargetContact") {
                None | Some("Current") => Value::Null,
                Some("Related") => json!("related"),
                Some(_) => return None,
            };
            (self.action.parameters.get("Attributes")?.clone(), scope)
        };
        let attributes = flat(&attributes).filter(|attributes| !attributes.is_empty())?;
        self.plain(object([("set", Value::Object(attributes)), ("scope", scope)]))
    }

    pub(super) fn voice(&self) -> Option<Word<'a>> {
        self.only(&["TextToSpeechVoice", "TextToSpeechEngine", "TextToSpeechStyle"])?;
        let engine = match self.text("TextToSpeechEngine") {
            None if self.has("TextToSpeechEngine") => return None,
            None => Value::Null,
            Some("Standard") => json!("standard"),
            Some("Neural") => json!("neural"),
            Some("Generative") => json!("generative"),
            Some(_) => return None,
        };
        let style = self.maybe_text("TextToSpeechStyle")?;
        let step = object([("voice", json!(self.text("TextToSpeechVoice")?)), ("engine", engine), ("style", style)]);
        if self.action.transitions.errors().is_empty() { self.unguarded(step) } else { self.plain(step) }
    }

    pub(super) fn logging(&self) -> Option<Word<'a>> {
        self.only(&["FlowLoggingBehavior"])?;
        let is_on = match self.text("FlowLoggingBehavior")? {
            "Enabled" => true,
            "Disabled" => false,
            _ => return None,
        };
        self.without_errors(object([("logging", json!(is_on))]))
    }

    pub(super) fn record(&self) -> Option<Word<'a>> {
        self.only(&["RecordingBehavior", "AnalyticsBehavior"])?;
        let behavior = self.action.parameters.get("RecordingBehavior")?.as_object()?;
        let known = ["RecordedParticipants", "IVRRecordingBehavior", "ScreenRecordedParticipants"];
        behavior.keys().all(|key| known.contains(&key.as_str())).then_some(())?;
        let mut participants: Vec<&str> =
            behavior.get("RecordedParticipants")?.as_array()?.iter().map(Value::as_str).collect::<Option<_>>()?;
        participants.sort_unstable();
        let word = match participants.as_slice() {
            ["Agent", "Customer"] => "both",
            ["Agent"] => "agent",
            ["Customer"] => "customer",
            [] => "off",
            _ => return None,
        };
        let ivr = match behavior.get("IVRRecordingBehavior").map(Value::as_str) {
            None => Value::Null,
            Some(Some("Enabled")) => json!(true),
            Some(Some("Disabled")) => json!(false),
            Some(_) => return None,
        };
        let screen = match behavior.get("ScreenRecordedParticipants").map(Value::as_array) {
            None => Value::Null,
            Some(Some(screens)) if screens.is_empty() => json!(false),
            Some(Some(screens)) if screens.as_slice() == [json!("Agent")] => json!(true),
            Some(_) => return None,
        };
        let analytics = match self.action.parameters.get("AnalyticsBehavior") {
            None => Value::Null,
            Some(analytics) => analytics.is_object().then(|| analytics.clone())?,
        };
        let members = [("record", json!(word)), ("ivr", ivr), ("screen", screen), ("analytics", analytics)];
        self.without_errors(object(members))
    }
}
