//! From an action to what it does.

use std::sync::Arc;

use callform_flow::Action;
use callform_flow::catalog::{self, ObjectKind};
use serde_json::{Map, Value};

use super::op::{Bot, Callback, Entry, Hook, Lambda, Op, Outside, Phone, Place, Routing, Service, Target};
use super::{Objects, Utterance};
use crate::event::{Metric, Recording, Speech};
use crate::text::{Path, Text};

/// How long Connect waits for another key, in seconds.
const BETWEEN_KEYS: u64 = 5;
/// How long a number outside rings where the flow does not say, in seconds.
const RINGING: u64 = 30;

/// What an action does.
pub(super) fn op(action: &Action, objects: &mut dyn Objects) -> Op {
    Reader { parameters: &action.parameters, objects }.op(action)
}

struct Reader<'a> {
    parameters: &'a Map<String, Value>,
    objects: &'a mut dyn Objects,
}

impl Reader<'_> {
    fn op(&mut self, action: &Action) -> Op {
        match action.action_type.as_str() {
            "MessageParticipant" => Op::Say(self.utterance(self.parameters)),
            "GetParticipantInput" => self.input(),
            "ConnectParticipantWithLexBot" | "ConnectParticipantWithAgenticCX" => self.bot(),
            "MessageParticipantIteratively" => self.repeat(),
            "ShowView" => Op::View(self.service("Views")),
            "DisconnectParticipant" => Op::Disconnect,
            "EndFlowExecution" => Op::EndFlow,
            "EndFlowModuleExecution" => Op::EndModule(self.text("Result")),
            "TransferParticipantToThirdParty" => Op::Outside(Outside {
                number: self.text_or_empty("ThirdPartyPhoneNumber"),
                seconds: self.seconds("ThirdPartyConnectionTimeLimitSeconds", RINGING),
                goes_on: self.truth("ContinueFlowExecution"),
            }),
            "UpdateContactTargetQueue" => Op::SetQueue(self.place()),
            "TransferContactToQueue" => Op::TransferToQueue,
            "DequeueContactAndTransferToQueue" => Op::Dequeue(self.place()),
            "TransferContactToAgent" => Op::TransferToAgent,
            "UpdateContactCallbackNumber" => Op::CallbackNumber(self.text_or_empty("CallbackNumber")),
            "CreateCallbackContact" => self.callback(),
            "UpdateContactAttributes" => Op::SetAttributes(texts(self.parameters.get("Attributes"))),
            "UpdateContactData" => Op::SetData(texts(Some(&Value::Object(self.parameters.clone())))),
            "UpdateFlowAttributes" => Op::SetFlowAttributes(self.flow_attributes()),
            "UpdateContactEventHooks" => self.hooks(),
            "UpdateContactRoutingBehavior" => self.routing(),
            "UpdateContactRecordingBehavior" => Op::SetRecording(self.recording("RecordingBehavior")),
            "UpdateContactRecordingAndAnalyticsBehavior" => Op::SetRecording(self.new_recording()),
            "UpdateContactTextToSpeechVoice" => Op::SetVoice(self.text("TextToSpeechVoice")),
            "TagContact" => Op::SetTags(texts(self.parameters.get("Tags"))),
            "UntagContact" | "UnTagContact" => Op::Untag(self.list("TagKeys").filter_map(name).collect()),
            "UpdatePreviousContactParticipantState" => Op::Hold,
            _ => self.decision(action),
        }
    }

    /// Blocks that decide, and those that ask others.
    fn decision(&mut self, action: &Action) -> Op {
        match action.action_type.as_str() {
            "Compare" => Op::Compare(Path::new(self.str("ComparisonValue").unwrap_or_default())),
            "CheckHoursOfOperation" => Op::CheckHours(self.target("HoursOfOperationId", ObjectKind::HoursOfOperation)),
            "CheckMetricData" => Op::CheckMetric(self.str("MetricType").and_then(Metric::of), self.place()),
            "GetMetricData" => Op::GetMetrics(self.place()),
            "Loop" => Op::Loop { count: self.text_or_empty("LoopCount"), name: self.str("LoopName").map(Arc::from) },
            "DistributeByPercentage" => Op::Percent,
            "Wait" => Op::Wait {
                seconds: self.text("TimeLimitSeconds").unwrap_or_else(|| self.text_or_empty("TimeoutSeconds")),
                events: self.list("Events").filter_map(name).collect(),
            },
            "TransferToFlow" => Op::TransferToFlow(self.target_or_empty("ContactFlowId", ObjectKind::ContactFlow)),
            "InvokeFlowModule" => Op::Module(self.target_or_empty("FlowModuleId", ObjectKind::FlowModule)),
            "InvokeLambdaFunction" => self.lambda(),
            "UpdateFlowLoggingBehavior"
            | "UpdateContactMediaStreamingBehavior"
            | "UpdateContactMediaProcessing"
            | "UpdateRoutingCriteria"
            | "UpdateContactRoutingCriteria"
            | "CompleteOutboundCall"
            | "ResumeContact"
            | "StartVoiceIdStream"
            | "LoadContactContent"
            | "CreatePersistentContactAssociation" => Op::Nothing,
            other => match catalog::find(other) {
                Some(_) => Op::Service(self.service(namespace(other))),
                None => Op::Unknown,
            },
        }
    }

    fn str(&self, key: &str) -> Option<&str> {
        self.parameters.get(key)?.as_str()
    }

    fn text(&self, key: &str) -> Option<Text> {
        self.parameters.get(key).and_then(Text::of)
    }

    fn text_or_empty(&self, key: &str) -> Text {
        self.text(key).unwrap_or_else(|| Text::new(""))
    }

    fn seconds(&self, key: &str, otherwise: u64) -> u64 {
        number(self.parameters.get(key)).unwrap_or(otherwise)
    }

    fn truth(&self, key: &str) -> bool {
        is_true(self.parameters.get(key))
    }

    fn list(&self, key: &str) -> impl Iterator<Item = &Value> {
        self.parameters.get(key).and_then(Value::as_array).into_iter().flatten()
    }

    fn target(&mut self, key: &str, kind: ObjectKind) -> Option<Target> {
        let text = self.text(key)?;
        let fixed = text.fixed().and_then(|id| self.objects.find_or_assume(kind, id));
        Some(Target { text, fixed })
    }

    fn target_or_empty(&mut self, key: &str, kind: ObjectKind) -> Target {
        self.target(key, kind).unwrap_or(Target { text: Text::new(""), fixed: None })
    }

    fn place(&mut self) -> Place {
        if let Some(queue) = self.target("QueueId", ObjectKind::Queue) {
            return Place::Queue(queue);
        }
        self.target("AgentId", ObjectKind::User).map_or(Place::Working, Place::Agent)
    }

    /// What is said by an object with `Text`, `SSML`, `PromptId` or `Media`.
    fn utterance(&mut self, members: &Map<String, Value>) -> Option<Utterance> {
        let text = |key: &str| members.get(key).and_then(Text::of);
        if let Some(text) = text("Text") {
            return Some(match text.fixed() {
                Some(fixed) => Utterance::Fixed(Speech::Text(Arc::clone(fixed))),
                None => Utterance::Text(text),
            });
        }
        if let Some(text) = text("SSML") {
            return Some(match text.fixed() {
                Some(fixed) => Utterance::Fixed(Speech::Ssml(Arc::clone(fixed))),
                None => Utterance::Ssml(text),
            });
        }
        if let Some(prompt) = text("PromptId") {
            let known = prompt.fixed().and_then(|id| self.objects.find_or_assume(ObjectKind::Prompt, id));
            return Some(match known.and_then(|at| self.objects.prompt(at)) {
                Some(name) => Utterance::Fixed(Speech::Prompt(name)),
                None => Utterance::Prompt(prompt),
            });
        }
        members.get("Media")?.get("Uri").and_then(Text::of).map(Utterance::Media)
    }

    fn input(&mut self) -> Op {
        let prompt = self.utterance(self.parameters);
        if prompt.is_none() && self.parameters.contains_key("EnableDTMFBuffer") && !self.truth("StoreInput") {
            return Op::Buffer(self.truth("EnableDTMFBuffer"));
        }
        let validation = self.parameters.get("InputValidation");
        let keys = self.parameters.get("DTMFConfiguration");
        let key = |name: &str| keys.and_then(|keys| keys.get(name));
        let phone = validation.and_then(|it| it.get("PhoneNumberValidation")).map(|it| {
            let country = it.get("CountryCode").and_then(Value::as_str).unwrap_or("US");
            let is_local = it.get("NumberFormat").and_then(Value::as_str) == Some("Local");
            if is_local { Phone::Local(country.into()) } else { Phone::E164 }
        });
        let entry = Entry {
            prompt,
            seconds: self.seconds("InputTimeLimitSeconds", BETWEEN_KEYS),
            most: validation
                .and_then(|it| it.get("CustomValidation"))
                .and_then(|it| it.get("MaximumLength"))
                .and_then(Text::of),
            phone,
            is_encrypted: self.parameters.contains_key("InputEncryption"),
            terminator: key("InputTerminationSequence").and_then(Value::as_str).unwrap_or("#").into(),
            has_cancel_key: !is_true(key("DisableCancelKey")),
            between: number(key("InterdigitTimeLimitSeconds")).unwrap_or(BETWEEN_KEYS),
        };
        if self.truth("StoreInput") { Op::Store(entry) } else { Op::Menu(entry) }
    }

    fn bot(&mut self) -> Op {
        let first = self.parameters.get("LexInitializationData").and_then(|data| data.get("InitialMessage"));
        let prompt = self.utterance(self.parameters).or_else(|| first.and_then(Text::of).map(Utterance::Text));
        let seconds = self.parameters.get("LexTimeoutSeconds").map(|it| number(it.get("Text")).unwrap_or(60));
        Op::Bot(Bot { prompt, attributes: texts(self.parameters.get("LexSessionAttributes")), seconds })
    }

    fn repeat(&mut self) -> Op {
        let parameters = self.parameters;
        let list = parameters.get("Messages").and_then(Value::as_array).into_iter().flatten();
        let prompts = list.filter_map(Value::as_object).filter_map(|prompt| self.utterance(prompt)).collect();
        let interrupt = number(parameters.get("InterruptFrequencySeconds")).filter(|seconds| *seconds > 0);
        Op::Repeat { prompts, interrupt }
    }

    fn callback(&mut self) -> Op {
        let or = |text: Option<Text>, otherwise: &str| text.unwrap_or_else(|| Text::new(otherwise));
        Op::Callback(Callback {
            place: self.place(),
            delay: or(self.text("InitialCallDelaySeconds"), "1"),
            attempts: or(self.text("MaximumConnectionAttempts"), "1"),
            retry_delay: or(self.text("RetryDelaySeconds"), "1"),
            flow: self.target("ContactFlowId", ObjectKind::ContactFlow),
            caller_id: self.text("CallerId"),
        })
    }

    fn flow_attributes(&self) -> Vec<(Arc<str>, Text)> {
        let members = self.parameters.get("FlowAttributes").and_then(Value::as_object).into_iter().flatten();
        members
            .filter_map(|(key, value)| Some((key.as_str().into(), Text::of(value.get("Value").unwrap_or(value))?)))
            .collect()
    }

    fn hooks(&self) -> Op {
        let hooks = texts(self.parameters.get("EventHooks"));
        Op::SetHooks(hooks.into_iter().filter_map(|(key, text)| Some((Hook::of(&key)?, text))).collect())
    }

    fn routing(&self) -> Op {
        match (self.text("QueuePriority"), self.text("QueueTimeAdjustmentSeconds")) {
            (Some(priority), _) => Op::SetRouting(Routing::Priority(priority)),
            (None, Some(seconds)) => Op::SetRouting(Routing::Age(seconds)),
            (None, None) => Op::Nothing,
        }
    }

    fn recording(&self, member: &str) -> Option<Recording> {
        Some(recorded(self.parameters.get(member)?))
    }

    fn new_recording(&self) -> Option<Recording> {
        let voice = self.parameters.get("VoiceBehavior").and_then(|it| it.get("VoiceRecordingBehavior"));
        if let Some(voice) = voice {
            return Some(recorded(voice));
        }
        self.parameters.get("ScreenRecordingBehavior").map(recorded)
    }

    fn lambda(&mut self) -> Op {
        let function = self.text("LambdaFunctionARN").unwrap_or_else(|| self.text_or_empty("LambdaFunctionArn"));
        if let Some(id) = function.fixed().filter(|id| !id.is_empty()) {
            self.objects.find_or_assume(ObjectKind::LambdaFunction, id);
        }
        let parameters = self.parameters.get("LambdaInvocationAttributes").and_then(Value::as_object);
        let kind = self.parameters.get("ResponseValidation").and_then(|it| it.get("ResponseType"));
        Op::Lambda(Lambda {
            function,
            seconds: self.seconds("InvocationTimeLimitSeconds", 3),
            parameters: parameters
                .into_iter()
                .flatten()
                .map(|(key, value)| (key.as_str().into(), value.clone()))
                .collect(),
            takes_json: kind.and_then(Value::as_str) == Some("JSON"),
            is_asynchronous: self.str("InvocationType") == Some("ASYNCHRONOUS"),
        })
    }

    fn service(&self, namespace: &str) -> Service {
        Service { parameters: Value::Object(self.parameters.clone()), namespace: namespace.into() }
    }
}

/// What the values of a service are read under.
fn namespace(action_type: &str) -> &'static str {
    match action_type {
        name if name.contains("Profile") => "Customer",
        name if name.contains("Case") => "Case",
        name if name.contains("Wisdom") => "Wisdom",
        name if name.contains("DataTable") => "DataTables",
        "CreateTask" => "Task",
        _ => "External",
    }
}

fn recorded(behavior: &Value) -> Recording {
    let has = |list: &str, who: &str| {
        let list = behavior.get(list).and_then(Value::as_array);
        list.is_some_and(|list| list.iter().any(|it| it.as_str() == Some(who)))
    };
    Recording {
        agent: has("RecordedParticipants", "Agent"),
        customer: has("RecordedParticipants", "Customer"),
        automated: behavior.get("IVRRecordingBehavior").and_then(Value::as_str) == Some("Enabled"),
        screen: has("ScreenRecordedParticipants", "Agent"),
    }
}

fn texts(members: Option<&Value>) -> Vec<(Arc<str>, Text)> {
    let members = members.and_then(Value::as_object).into_iter().flatten();
    members.filter_map(|(key, value)| Some((key.as_str().into(), Text::of(value)?))).collect()
}

fn name(value: &Value) -> Option<Arc<str>> {
    value.as_str().map(Arc::from)
}

fn number(value: Option<&Value>) -> Option<u64> {
    match value? {
        Value::String(text) => text.trim().parse().ok(),
        Value::Number(number) => number.as_u64(),
        _ => None,
    }
}

fn is_true(value: Option<&Value>) -> bool {
    match value {
        Some(Value::Bool(truth)) => *truth,
        Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
        _ => false,
    }
}
