//! A block in its caller's words.

use callform_flow::wording::{self, DisplayNames, spaced};
use callform_flow::{Action, FlowType};
use serde_json::{Map, Value as Json};

use super::center::{Center, target_of};
use super::facts::{Facts, Pick, Recorded, recorded};
use super::speech::{plain, prompt, seconds};
use super::{Line, Meaning, Theme};

/// What is played without end.
pub(super) const ENDLESS: &str = "… again and again";

/// What a block is for its caller.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    pub(super) theme: Theme,
    pub(super) lines: Vec<Line>,
}

/// Where and when a block is told.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) center: &'a Center,
    pub(super) flow_type: FlowType,
    /// What may hold before the block.
    pub(super) facts: &'a Facts,
}

impl Told {
    fn of(theme: Theme, lines: impl IntoIterator<Item = Line>) -> Self {
        Self { theme, lines: lines.into_iter().collect() }
    }

    fn note(theme: Theme, text: impl Into<String>) -> Self {
        Self::of(theme, [Line::new(Meaning::Note, text)])
    }
}

/// What a block is for its caller; nothing for what only the service sees.
pub(super) fn told(action: &Action, scene: Scene<'_>) -> Told {
    let it = Block { action, scene };
    match action.action_type.as_str() {
        "MessageParticipant" => Told::of(Theme::Hears, it.heard(Meaning::Heard)),
        "MessageParticipantIteratively" => it.played(),
        "GetParticipantInput" => it.input(),
        "ConnectParticipantWithLexBot" | "ConnectParticipantWithAgenticCX" => it.bot(),
        "CheckHoursOfOperation" => it.hours(),
        "CheckMetricData" => it.metric(),
        "Compare" => Told::note(Theme::Checks, it.compared()),
        "DistributeByPercentage" => Told::note(Theme::Checks, "By chance"),
        "Loop" => Told::note(Theme::Checks, format!("Up to {} times", it.text("LoopCount"))),
        "Wait" => {
            Told::of(Theme::Waits, [Line::new(Meaning::Wait, format!("Waits {}", it.seconds("TimeLimitSeconds")))])
        }
        "InvokeLambdaFunction" => it.function(),
        "InvokeFlowModule" => Told::note(Theme::Other, format!("Module {}", it.named("FlowModuleId"))),
        "UpdateContactTargetQueue" => it.queue(),
        "UpdateContactRoutingBehavior" => it.routing(),
        "TransferContactToQueue" | "DequeueContactAndTransferToQueue" => Told::of(Theme::Waits, []),
        "TransferContactToAgent" => Told::note(Theme::Leaves, "Is put through to the agent"),
        "TransferParticipantToThirdParty" => it.third_party(),
        "TransferToFlow" => it.other_flow(),
        "UpdateContactRecordingBehavior" | "UpdateContactRecordingAndAnalyticsBehavior" => it.recording(),
        "UpdateContactMediaStreamingBehavior" => it.streaming(),
        "UpdateContactCallbackNumber" => {
            Told::note(Theme::CallsBack, format!("The number to call back is {}", it.named("CallbackNumber")))
        }
        "CreateCallbackContact" => it.callback(),
        "CreateTask" => Told::note(Theme::Data, format!("A task is made for agents: {}", plain(&it.text("Name")))),
        "DisconnectParticipant" => Told::of(Theme::Ends, [Line::new(Meaning::End, "The call ends")]),
        "EndFlowExecution" => it.end(),
        "EndFlowModuleExecution" if scene.flow_type == FlowType::Module => {
            Told::note(Theme::Other, "Goes on where the module was called")
        }
        other if is_silent(other) => Told::default(),
        _ => it.other(),
    }
}

/// Blocks that no caller notices and that tell nothing of the way.
fn is_silent(action_type: &str) -> bool {
    matches!(
        action_type,
        "UpdateContactAttributes"
            | "UpdateFlowAttributes"
            | "UpdateContactData"
            | "UpdateContactEventHooks"
            | "UpdateContactTextToSpeechVoice"
            | "UpdateFlowLoggingBehavior"
            | "UpdateContactMediaProcessing"
            | "TagContact"
            | "UntagContact"
            | "GetMetricData"
            | "CreateWisdomSession"
            | "EndFlowModuleExecution"
            | "CreatePersistentContactAssociation"
            | "AssociateContactToCustomerProfile"
    )
}

/// True for blocks that a step of their own is made of.
pub(super) fn stands_alone(action: &Action) -> bool {
    matches!(
        action.action_type.as_str(),
        "MessageParticipantIteratively"
            | "GetParticipantInput"
            | "ConnectParticipantWithLexBot"
            | "ConnectParticipantWithAgenticCX"
            | "CheckHoursOfOperation"
            | "CheckMetricData"
            | "Compare"
            | "DistributeByPercentage"
            | "Loop"
            | "TransferContactToQueue"
            | "DequeueContactAndTransferToQueue"
            | "ShowView"
            | "AuthenticateParticipant"
    )
}

#[derive(Clone, Copy)]
struct Block<'a> {
    action: &'a Action,
    scene: Scene<'a>,
}

impl Block<'_> {
    fn parameter(&self, name: &str) -> Option<&Json> {
        self.action.parameters.get(name)
    }

    fn text(&self, name: &str) -> String {
        match self.parameter(name) {
            Some(Json::String(text)) => text.clone(),
            None | Some(Json::Null) => String::new(),
            Some(other) => other.to_string(),
        }
    }

    fn named(&self, name: &str) -> String {
        self.scene.center.named(&self.text(name))
    }

    fn seconds(&self, name: &str) -> String {
        let text = self.text(name);
        text.parse().map_or_else(|_| plain(&text), seconds)
    }

    fn heard(&self, meaning: Meaning) -> Option<Line> {
        Some(Line::new(meaning, prompt(&self.action.parameters, self.scene.center)?))
    }

    fn played(&self) -> Told {
        let messages = self.parameter("Messages").and_then(Json::as_array).into_iter().flatten();
        let messages =
            messages.filter_map(Json::as_object).filter_map(|it: &Map<String, Json>| prompt(it, self.scene.center));
        let mut lines: Vec<Line> = messages.map(|text| Line::new(Meaning::Heard, text)).collect();
        lines.push(Line::new(Meaning::Note, ENDLESS));
        Told::of(Theme::Hears, lines)
    }

    fn input(&self) -> Told {
        let wait = self.seconds("InputTimeLimitSeconds");
        let mut lines: Vec<Line> = self.heard(Meaning::Asked).into_iter().collect();
        if !wording::stores_input(self.action) {
            lines.push(Line::new(Meaning::Wait, format!("{wait} to press a key")));
            return Told::of(Theme::Chooses, lines);
        }
        let validation = self.parameter("InputValidation");
        let length = validation.and_then(|it| it.pointer("/CustomValidation/MaximumLength"));
        let entered = match length.map(|length| length.as_str().map_or_else(|| length.to_string(), plain)) {
            None => "a phone number".to_owned(),
            Some(one) if one == "1" => "one digit".to_owned(),
            Some(length) => format!("up to {length} digits"),
        };
        lines.push(Line::new(Meaning::Asked, format!("Enters {entered}, within {wait}")));
        Told::of(Theme::Enters, lines)
    }

    fn bot(&self) -> Told {
        let nested = |parameter: &str, member: &str| {
            self.parameter(parameter)
                .and_then(|value| value.get(member)?.as_str())
                .map(|id| self.scene.center.named(id))
        };
        let bot = nested("LexV2Bot", "AliasArn")
            .or_else(|| nested("LexBot", "Name"))
            .or_else(|| nested("AgentConfiguration", "ApplicationId"));
        let bot = Line::new(Meaning::Data, format!("Speaks with the bot {}", bot.unwrap_or_default()));
        Told::of(Theme::Chooses, self.heard(Meaning::Asked).into_iter().chain([bot]))
    }

    fn hours(&self) -> Told {
        let center = self.scene.center;
        let asked = self.parameter("HoursOfOperationId").and_then(Json::as_str);
        let mut lines = Vec::new();
        match asked.map(|id| (target_of(id), id)) {
            Some((Some(hours), _)) => lines.extend(hours_lines(center.hours(&hours), "")),
            Some((None, id)) => lines.push(Line::new(Meaning::Hours, center.named(id))),
            None => {
                lines.push(Line::new(Meaning::Hours, "The hours of the queue that was chosen"));
                let queues = self.scene.facts.picks.iter().filter_map(|pick| match pick {
                    Pick::Queue(queue) => Some(queue),
                    Pick::Agent(_) | Pick::Other(_) => None,
                });
                for queue in queues {
                    if let Some(hours) = center.hours_of_queue(queue) {
                        let of = format!("{}: ", center.name(queue));
                        lines.extend(hours_lines(center.hours(&hours), &of));
                    }
                }
            }
        }
        Told::of(Theme::Hours, lines)
    }

    fn compared(&self) -> String {
        let path = self.text("ComparisonValue");
        match path.strip_prefix("$.External.") {
            Some(member) => format!("What the function answered: {}", plain(&format!("$.External.{member}"))),
            None => format!("Depends on {}", self.scene.center.named(&path)),
        }
    }

    fn metric(&self) -> Told {
        let queue = match (self.named("QueueId"), self.named("AgentId")) {
            (queue, agent) if queue.is_empty() && agent.is_empty() => String::new(),
            (queue, agent) => format!(" ({queue}{agent})"),
        };
        let question = match self.text("MetricType").as_str() {
            "NumberOfAgentsAvailable" => "Is an agent free?".to_owned(),
            "NumberOfAgentsStaffed" => "Is an agent at work?".to_owned(),
            "NumberOfAgentsOnline" => "Is an agent signed in?".to_owned(),
            "NumberOfContactsInQueue" => "How many are waiting?".to_owned(),
            // The flow language compares milliseconds, whatever the name says.
            "OldestContactInQueueAgeSeconds" => "How long has the first in line waited, in milliseconds?".to_owned(),
            other => spaced(other),
        };
        Told::note(Theme::Checks, format!("{question}{queue}"))
    }

    fn function(&self) -> Told {
        let name = self.named("LambdaFunctionARN");
        let line = if self.text("InvocationType") == "ASYNCHRONOUS" {
            format!("Function {name} is told")
        } else {
            format!("Function {name} is asked; up to {}", self.seconds("InvocationTimeLimitSeconds"))
        };
        Told::of(Theme::Data, [Line::new(Meaning::Data, line)])
    }

    fn queue(&self) -> Told {
        let line = match (self.named("QueueId"), self.named("AgentId")) {
            (queue, _) if !queue.is_empty() => format!("For the queue {queue}"),
            (_, agent) => format!("For the agent {agent}"),
        };
        Told::of(Theme::Queue, [Line::new(Meaning::Queue, line)])
    }

    fn routing(&self) -> Told {
        let line = match (self.text("QueuePriority"), self.text("QueueTimeAdjustmentSeconds")) {
            (priority, _) if !priority.is_empty() => format!("Priority {priority} in the queue"),
            (_, age) => format!("Counts as if it had waited {age} s longer"),
        };
        Told::of(Theme::Queue, [Line::new(Meaning::Queue, line)])
    }

    fn third_party(&self) -> Told {
        let comes_back = self.text("ContinueFlowExecution").eq_ignore_ascii_case("true");
        let after = if comes_back { ", and comes back when that call ends" } else { "" };
        let number = plain(&self.text("ThirdPartyPhoneNumber"));
        let wait = self.seconds("ThirdPartyConnectionTimeLimitSeconds");
        Told::of(
            Theme::Leaves,
            [Line::new(Meaning::Queue, format!("Is put through to {number}{after}; rings for up to {wait}"))],
        )
    }

    fn other_flow(&self) -> Told {
        let flow = self.text("ContactFlowId");
        if target_of(&flow).is_some() {
            return Told::of(Theme::Moves, []);
        }
        Told::note(Theme::Moves, format!("Goes on in the flow {}", self.scene.center.named(&flow)))
    }

    fn recording(&self) -> Told {
        let parameters = Json::Object(self.action.parameters.clone());
        let text = |place: &str| parameters.pointer(place).and_then(Json::as_str);
        let mut lines = Vec::new();
        if let Some(recorded) = recorded(self.action) {
            lines.push(match recorded {
                Recorded::Nothing => "Recording is off from here on",
                Recorded::Both => "Recording is on: caller and agent, once they are joined",
                Recorded::Agent => "Recording is on: the agent alone, once they are joined",
                Recorded::Caller => "Recording is on: the caller alone, once they are joined",
            });
        }
        let automated =
            ["/RecordingBehavior/IVRRecordingBehavior", "/VoiceBehavior/VoiceRecordingBehavior/IVRRecordingBehavior"];
        match automated.iter().find_map(|place| text(place)) {
            Some("Enabled") => lines.push("Recorded from here on: also what is said before an agent is there"),
            Some("Disabled") => lines.push("Not recorded from here on: what is said before an agent is there"),
            _ => {}
        }
        Told::of(Theme::Other, lines.into_iter().map(|line| Line::new(Meaning::Recorded, line)))
    }

    fn streaming(&self) -> Told {
        let line = match self.text("MediaStreamingState").as_str() {
            "Disabled" => "The audio is kept no longer",
            _ => "The audio is kept from here on (media streaming, as for voicemail)",
        };
        Told::of(Theme::Other, [Line::new(Meaning::Recorded, line)])
    }

    fn callback(&self) -> Told {
        let to = match (self.named("QueueId"), self.named("AgentId")) {
            (queue, _) if !queue.is_empty() => format!(" by the queue {queue}"),
            (_, agent) if !agent.is_empty() => format!(" by the agent {agent}"),
            _ => String::new(),
        };
        let delay = self.seconds("InitialCallDelaySeconds");
        // Wire and console disagree on what is counted (?): the calls after the first, as simulated calls have it.
        let apart = self.seconds("RetryDelaySeconds");
        let retries = self.text("MaximumConnectionAttempts");
        let attempts = match retries.parse::<u64>() {
            Ok(0) => "one attempt".to_owned(),
            Ok(retries) => format!("up to {} attempts, {apart} apart", retries.saturating_add(1)),
            Err(_) => format!("called again up to {retries} times, {apart} apart"),
        };
        Told::of(
            Theme::CallsBack,
            [Line::new(Meaning::Queue, format!("Will be called back{to}: not before {delay}, {attempts}"))],
        )
    }

    /// What the end of a flow is differs by what it is for.
    fn end(&self) -> Told {
        match self.scene.flow_type {
            // Both are joined then, or the talk goes on: that goes without saying.
            FlowType::AgentWhisper | FlowType::CustomerWhisper | FlowType::OutboundWhisper => Told::default(),
            FlowType::CustomerHold | FlowType::AgentHold => Told::note(Theme::Other, "Then there is silence"),
            FlowType::CustomerQueue => {
                Told::of(Theme::Waits, [Line::new(Meaning::Alert, "Goes on waiting, in silence")])
            }
            FlowType::Module => Told::note(Theme::Ends, "The flow ends"),
            _ => Told::of(Theme::Ends, [Line::new(Meaning::Alert, "The flow ends without a word")]),
        }
    }

    fn other(&self) -> Told {
        let summary = wording::summary(self.action, &DisplayNames::default());
        let title = wording::title(self.action);
        let line = if summary.is_empty() { title } else { format!("{title}: {}", plain(&summary)) };
        let theme = match wording::kind(self.action) {
            wording::Kind::Integrate => Theme::Data,
            _ => Theme::Other,
        };
        Told::of(theme, [Line::new(if theme == Theme::Data { Meaning::Data } else { Meaning::Note }, line)])
    }
}

fn hours_lines((open, exceptions): (String, Option<String>), of: &str) -> Vec<Line> {
    let open = Line::new(Meaning::Hours, format!("{of}{open}"));
    std::iter::once(open).chain(exceptions.map(|line| Line::new(Meaning::Note, line))).collect()
}
