//! Flows as people write them: a list of steps, each falling through to the next.
//!
//! A step is a mapping told apart by one key (`say:`, `menu:`, `transfer:` …) or a bare word (`hang_up`, `end`,
//! `return`, `continue`). Branches stand inline; a branch that does not end the contact or the flow comes back to the step after
//! the one it branches from. These types are the published JSON Schema of the blueprint's flows.

mod keyed;
mod values;
mod speaking;
mod queueing;
mod deciding;
mod raw;
mod setting;
mod connecting;
mod block;

pub use block::{BlockSpec, BlockStep, Field, FieldKind, Main, Outcome, Taken, all as blocks};
pub use connecting::{
    AssistantStep, LexStep, MetricsStep, Routing, RoutingStep, SplitShare, SplitStep, StreamStep, Streamed, TagStep,
    TaskStep, UntagStep, ViewStep, WaitStep,
};
pub use deciding::{
    ContinueStep, Defaults, DefaultsStep, EndStep, GoesOn, GotoStep, HangUpStep, HoursStep, IfStep, LoopStep,
    ModuleStep, QueueStatus, QueueStatusStep, ReturnStep, StaffedBy, StaffingStep, SwitchStep, WhenCase,
};
pub use queueing::{
    AgentStep, CallbackNumberStep, CallbackStep, FlowTarget, Hook, HookStep, NumberTarget, QueueFlowStep, QueueStep,
    QueueTarget, TransferStep, TransferTarget, TransferWord, WhisperStep, WhisperTo,
};
pub use raw::{RawAction, RawCondition, RawError, RawStep};
pub use setting::{
    Engine, Invocation, LambdaResponse, LambdaStep, LoggingStep, RecordStep, Recorded, Scope, SetStep, VoiceStep,
};
pub use speaking::{CollectStep, Encryption, MenuStep, PlayStep, SayStep};
pub use values::{AudioSpeech, Duration, PromptSpeech, Scalar, Speech, SsmlSpeech};

use std::borrow::Cow;
use std::fmt;

use callform_source::Spanned;
use callform_source::de::ONE_OR_MANY;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use crate::FlowType;
use keyed::{BareText, keyed_enum};

keyed_enum! {
    /// One step of a flow.
    pub enum Step {
        /// Plays text or audio.
        "say" => Say(Box<SayStep>),
        /// Offers keys to press.
        "menu" => Menu(Box<MenuStep>),
        /// Asks for digits and keeps them.
        "collect" => Collect(Box<CollectStep>),
        /// Plays messages again and again (customer queue and hold flows).
        "play" => Play(Box<PlayStep>),
        /// Transfers the contact to a queue, flow, phone number or agent.
        "transfer" => Transfer(Box<TransferStep>),
        /// Tells where the contact will be queued.
        "queue_flow" => QueueFlow(Box<QueueFlowStep>),
        /// Chooses a flow that Connect runs at a certain moment.
        "hook" => Hook(Box<HookStep>),
        /// Chooses what one side hears just before both are joined.
        "whisper" => Whisper(Box<WhisperStep>),
        /// Branches on how full a queue is.
        "queue_status" => QueueStatus(Box<QueueStatusStep>),
        /// Branches on hours of operation.
        "hours" => Hours(Box<HoursStep>),
        /// Branches on whether agents are there.
        "staffing" => Staffing(Box<StaffingStep>),
        /// Tells which number a callback calls.
        "callback_number" => CallbackNumber(Box<CallbackNumberStep>),
        /// Queues a callback.
        "callback" => Callback(Box<CallbackStep>),
        /// Chooses an agent's own queue.
        "agent" => Agent(Box<AgentStep>),
        /// Invokes a Lambda function.
        "lambda" => Lambda(Box<LambdaStep>),
        /// Branches on one comparison.
        "if" => If(Box<IfStep>),
        /// Branches on the value of an attribute.
        "switch" => Switch(Box<SwitchStep>),
        /// Sets attributes.
        "set" => Set(Box<SetStep>),
        /// Does steps a number of times.
        "loop" => Loop(Box<LoopStep>),
        /// Chooses the voice that reads text out.
        "voice" => Voice(Box<VoiceStep>),
        /// Turns flow logs on or off.
        "logging" => Logging(Box<LoggingStep>),
        /// Turns call recording on or off.
        "record" => Record(Box<RecordStep>),
        /// Calls a flow module.
        "module" => Module(Box<ModuleStep>),
        /// Goes to a step with a name.
        "goto" => Goto(Box<GotoStep>),
        /// An action in the words of the flow language.
        "raw" => Raw(Box<RawStep>),
        /// Asks a Lex bot.
        "lex" => Lex(Box<LexStep>),
        /// Waits.
        "wait" => Wait(Box<WaitStep>),
        /// Shows a view in a chat.
        "view" => View(Box<ViewStep>),
        /// Sends contacts on by chance.
        "split" => Split(Box<SplitStep>),
        /// Reads a queue's figures.
        "metrics" => Metrics(Box<MetricsStep>),
        /// Changes the contact's place in its queue.
        "routing" => Routing(Box<RoutingStep>),
        /// Tags the contact.
        "tag" => Tag(Box<TagStep>),
        /// Takes tags off the contact.
        "untag" => Untag(Box<UntagStep>),
        /// Streams the customer's audio.
        "stream" => Stream(Box<StreamStep>),
        /// Creates a task.
        "task" => Task(Box<TaskStep>),
        /// Starts a session of an assistant.
        "assistant" => Assistant(Box<AssistantStep>),
        /// A step of the table: see [`blocks`].
        "contact" | "hold" | "case" | "profile" | "call" | "analytics" | "criteria" | "routing_criteria"
            | "chat_processor" | "message" | "resume" | "interrupt_agent" | "load_content" | "rehydrate" | "voice_id"
            | "call_progress" | "data_table" | "segment" | "authenticate" | "touchtone_buffer" => Block(Box<BlockStep>),
        /// Disconnects the contact.
        "hang_up" => HangUp(Box<HangUpStep>),
        /// Ends this flow; a queued contact stays queued.
        "end" => End(Box<EndStep>),
        /// Returns from a flow module.
        "return" => Return(Box<ReturnStep>),
        /// Goes on with what follows.
        "continue" => Continue(Box<ContinueStep>),
        /// Says what holds for the steps of the flow.
        "defaults" => Defaults(Box<DefaultsStep>),
        /// Chooses the queue for a later transfer. Last, because other steps have a `queue` too.
        "queue" => Queue(Box<QueueStep>),
        ;
    }
}

impl BareText for Step {
    fn from_text(text: &str) -> Option<Self> {
        match text {
            "hang_up" => Some(Step::HangUp(Box::new(HangUpStep { hang_up: (), name: None }))),
            "end" => Some(Step::End(Box::new(EndStep { end: (), name: None }))),
            "return" => Some(Step::Return(Box::new(ReturnStep { r#return: (), name: None }))),
            "continue" => Some(Step::Continue(Box::new(ContinueStep { r#continue: () }))),
            _ => None,
        }
    }

    fn text_schema() -> Value {
        json!({
            "enum": ["hang_up", "end", "return", "continue"],
            "description": "Disconnect the contact, end this flow, return from a flow module, or go on with what follows.",
        })
    }
}

impl Step {
    /// The name given to the step, for `goto` and as the block's name in the Connect editor.
    pub fn name(&self) -> Option<&Spanned<String>> {
        let name = match self {
            Step::Say(step) => &step.name,
            Step::Menu(step) => &step.name,
            Step::Collect(step) => &step.name,
            Step::Play(step) => &step.name,
            Step::Transfer(step) => &step.name,
            Step::QueueFlow(step) => &step.name,
            Step::Hook(step) => &step.name,
            Step::Whisper(step) => &step.name,
            Step::QueueStatus(step) => &step.name,
            Step::Hours(step) => &step.name,
            Step::Staffing(step) => &step.name,
            Step::CallbackNumber(step) => &step.name,
            Step::Callback(step) => &step.name,
            Step::Agent(step) => &step.name,
            Step::Lambda(step) => &step.name,
            Step::If(step) => &step.name,
            Step::Switch(step) => &step.name,
            Step::Set(step) => &step.name,
            Step::Loop(step) => &step.name,
            Step::Voice(step) => &step.name,
            Step::Logging(step) => &step.name,
            Step::Record(step) => &step.name,
            Step::Module(step) => &step.name,
            Step::Goto(_) | Step::Continue(_) | Step::Defaults(_) => return None,
            Step::Raw(step) => &step.name,
            Step::Lex(step) => &step.name,
            Step::Wait(step) => &step.name,
            Step::View(step) => &step.name,
            Step::Split(step) => &step.name,
            Step::Metrics(step) => &step.name,
            Step::Routing(step) => &step.name,
            Step::Tag(step) => &step.name,
            Step::Untag(step) => &step.name,
            Step::Stream(step) => &step.name,
            Step::Task(step) => &step.name,
            Step::Assistant(step) => &step.name,
            Step::Block(step) => &step.name,
            Step::HangUp(step) => &step.name,
            Step::End(step) => &step.name,
            Step::Return(step) => &step.name,
            Step::Queue(step) => &step.name,
        };
        name.as_ref()
    }
}

/// What a flow does: what a template renders to, and the same keys as in a blueprint's flow.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FlowSteps {
    /// Type of the flow.
    pub r#type: Spanned<FlowType>,
    /// What the flow does, in order. What follows the last step is `hang_up`; `end` in customer queue, whisper and hold
    /// flows; `return` in modules.
    pub steps: Vec<Spanned<Step>>,
    /// What to do when a step fails that has no branch for it.
    pub on_error: Option<Branch>,
}

/// One step or a list of steps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Branch {
    /// The steps.
    pub steps: Vec<Spanned<Step>>,
}

impl<'de> Deserialize<'de> for Branch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct BranchVisitor;

        impl<'de> Visitor<'de> for BranchVisitor {
            type Value = Branch;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a step or a list of steps")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Branch, A::Error> {
                let mut steps = Vec::new();
                while let Some(step) = items.next_element()? {
                    steps.push(step);
                }
                Ok(Branch { steps })
            }
        }

        deserializer.deserialize_newtype_struct(ONE_OR_MANY, BranchVisitor)
    }
}

impl JsonSchema for Branch {
    fn schema_name() -> Cow<'static, str> {
        "Branch".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let step = generator.subschema_for::<Step>();
        json_schema!({
            "anyOf": [step, { "type": "array", "items": step }],
            "description": "One step or a list of steps.",
        })
    }
}
