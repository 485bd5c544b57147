//! Steps that queue, transfer and call back.

use callform_source::Spanned;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::keyed::{BareText, keyed_enum};
use super::{Branch, Duration};

/// Chooses the queue for a later `transfer: queue`.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QueueStep {
    /// Name of a queue of this blueprint, `builtin/<name>` for one every instance has, or one JSONPath.
    pub queue: Spanned<String>,
    /// What to do when it fails. Without it: the flow's `on_error`.
    pub error: Option<Branch>,
    /// Name for `goto` and the Connect editor.
    pub name: Option<Spanned<String>>,
}

/// Chooses an agent's own queue for a later `transfer: queue`.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentStep {
    /// Name of a user of this blueprint, or one JSONPath.
    pub agent: Spanned<String>,
    /// What to do when it fails. Without it: the flow's `on_error`.
    pub error: Option<Branch>,
    /// Name for `goto` and the Connect editor.
    pub name: Option<Spanned<String>>,
}

/// Chooses the flow a customer hears while waiting in a queue.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QueueFlowStep {
    /// Name of a flow of type `customer_queue`, `builtin/<name>`, or one JSONPath.
    pub queue_flow: Spanned<String>,
    /// Whether the flow is run. Without it the block does not say.
    pub enabled: Option<Spanned<bool>>,
    /// What to do when it fails. Without it: the flow's `on_error`.
    pub error: Option<Branch>,
    /// Name for `goto` and the Connect editor.
    pub name: Option<Spanned<String>>,
}

/// Chooses a flow that Connect runs at a certain moment of this contact.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HookStep {
    /// The moment.
    pub hook: Spanned<Hook>,
    /// Name of a flow of the fitting type, `builtin/<name>`, or one JSONPath. Needed unless `enabled` is there.
    pub flow: Option<Spanned<String>>,
    /// Whether a flow is run at that moment. Without it the block does not say.
    pub enabled: Option<Spanned<bool>>,
    /// What to do when it fails. Without it: the flow's `on_error`.
    pub error: Option<Branch>,
    /// Name for `goto` and the Connect editor.
    pub name: Option<Spanned<String>>,
}

/// Chooses what one side hears just before both are joined.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WhisperStep {
    /// Name of a whisper flow of this blueprint, `builtin/<name>`, or one JSONPath.
    pub whisper: Spanned<String>,
    /// Who hears it.
    pub to: Spanned<WhisperTo>,
    /// Whether the flow is run. Without it the block does not say.
    pub enabled: Option<Spanned<bool>>,
    /// What to do when it fails. Without it: the flow's `on_error`.
    pub error: Option<Branch>,
    /// Name for `goto` and the Connect editor.
    pub name: Option<Spanned<String>>,
}

/// Who hears a whisper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhisperTo {
    /// The agent.
    Agent,
    /// The customer.
    Customer,
}

/// A moment at which Connect runs a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Hook {
    /// The agent is put on hold.
    AgentHold,
    /// The agent is about to be joined with the customer.
    AgentWhisper,
    /// The customer is put on hold.
    CustomerHold,
    /// The customer waits in a queue.
    CustomerQueue,
    /// The agent has left and the customer is still there (disconnect flow).
    CustomerRemaining,
    /// The customer is about to be joined with the agent.
    CustomerWhisper,
    /// The agent's workspace opens: a flow with `view:` steps shows its views to the agent, a step-by-step guide.
    #[serde(rename = "default_agent_ui")]
    DefaultAgentUi,
    /// The agent's workspace after the contact: the same.
    #[serde(rename = "disconnect_agent_ui")]
    DisconnectAgentUi,
    /// The contact is paused.
    PauseContact,
    /// The contact is resumed.
    ResumeContact,
}

impl Hook {
    /// The key in `EventHooks`.
    pub fn key(self) -> &'static str {
        match self {
            Hook::AgentHold => "AgentHold",
            Hook::AgentWhisper => "AgentWhisper",
            Hook::CustomerHold => "CustomerHold",
            Hook::CustomerQueue => "CustomerQueue",
            Hook::CustomerRemaining => "CustomerRemaining",
            Hook::CustomerWhisper => "CustomerWhisper",
            Hook::DefaultAgentUi => "DefaultAgentUI",
            Hook::DisconnectAgentUi => "DisconnectAgentUI",
            Hook::PauseContact => "PauseContact",
            Hook::ResumeContact => "ResumeContact",
        }
    }
}

/// Transfers the contact. Without failure nothing after it is done, except after a phone number with `resume: true`.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TransferStep {
    /// Where to: `queue` (the one chosen before), `agent` (of the quick connect), `{ queue: … }`, `{ flow: … }` or
    /// `{ number: … }`.
    pub transfer: Spanned<TransferTarget>,
    /// What to do when the queue is full. Without it: the flow's `on_error`.
    pub full: Option<Branch>,
    /// Phone numbers: how long the number is called, up to 600 seconds. Without it: 30 seconds.
    pub timeout: Option<Spanned<Duration>>,
    /// Phone numbers: go on with the flow after the call, and take the branches `no_answer` and `failed`.
    pub resume: Option<Spanned<bool>>,
    /// Phone numbers with `resume: true`: what to do when nobody answers. Without it: the flow's `on_error`.
    pub no_answer: Option<Branch>,
    /// Phone numbers with `resume: true`: what to do when the call fails. Without it: the flow's `on_error`.
    pub failed: Option<Branch>,
    /// Phone numbers: number shown to who is called, or a JSONPath.
    pub caller_number: Option<Spanned<String>>,
    /// Phone numbers: name shown to who is called. May contain JSONPaths.
    pub caller_name: Option<Spanned<String>>,
    /// Where `NextAction` leads: the service asks for it and never follows it. Without it: where `error` leads.
    pub next: Option<Branch>,
    /// Phone numbers: digits sent after the call is answered, up to 50 of `0-9`, `,`, `*` and `#`.
    pub send_digits: Option<Spanned<String>>,
    /// What to do when it fails. Without it: the flow's `on_error`.
    pub error: Option<Branch>,
    /// Name for `goto` and the Connect editor.
    pub name: Option<Spanned<String>>,
}

keyed_enum! {
    /// Where a contact is transferred to.
    pub enum TransferTarget {
        /// A queue by name.
        "queue" => Queue(QueueTarget),
        /// A flow.
        "flow" => Flow(FlowTarget),
        /// A phone number.
        "number" => Number(NumberTarget),
        ;
        /// A bare word.
        Word(TransferWord),
    }
}

/// Where a contact is transferred to without saying which one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransferWord {
    /// The queue chosen by an earlier `queue` or `agent` step.
    Queue,
    /// The agent of the quick connect (agent transfer flows).
    Agent,
}

impl BareText for TransferTarget {
    fn from_text(text: &str) -> Option<Self> {
        match text {
            "queue" => Some(TransferTarget::Word(TransferWord::Queue)),
            "agent" => Some(TransferTarget::Word(TransferWord::Agent)),
            _ => None,
        }
    }

    fn text_schema() -> Value {
        json!({
            "enum": ["queue", "agent"],
            "description": "The queue chosen before, or the agent of the quick connect.",
        })
    }
}

/// A queue to transfer to.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QueueTarget {
    /// Name of a queue of this blueprint, `builtin/<name>`, or one JSONPath.
    pub queue: Spanned<String>,
}

/// A flow to transfer to.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FlowTarget {
    /// Name of an inbound or transfer flow of this blueprint, `builtin/<name>`, or one JSONPath.
    pub flow: Spanned<String>,
}

/// A phone number to transfer to.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NumberTarget {
    /// The number in E.164 form, such as `+15550100100`, or a JSONPath.
    pub number: Spanned<String>,
}

/// Tells which number a later `callback` calls.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CallbackNumberStep {
    /// One JSONPath, such as `$.CustomerEndpoint.Address` (the caller's number) or `$.StoredCustomerInput`.
    pub callback_number: Spanned<String>,
    /// What to do when it is no phone number. Without it: the flow's `on_error`.
    pub invalid: Option<Branch>,
    /// What to do when the number cannot be called from this instance. Without it: the flow's `on_error`.
    pub not_dialable: Option<Branch>,
    /// Name for `goto` and the Connect editor.
    pub name: Option<Spanned<String>>,
}

/// Queues a callback. The contact at hand goes on with the next step.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CallbackStep {
    /// `queue` for the queue chosen before (or the one the contact waits in), the name of a queue of this blueprint,
    /// `builtin/<name>`, or one JSONPath.
    pub callback: Spanned<String>,
    /// An agent's own queue instead: name of a user of this blueprint, or one JSONPath. Needs `callback: queue`.
    pub agent: Option<Spanned<String>>,
    /// How long to wait before the callback is offered to agents, at least a second. Without it: 5 seconds.
    pub delay: Option<Spanned<Duration>>,
    /// How many times the customer is called again when nobody answers, 1 to 10. Without it: 1. AWS's own texts disagree
    /// on whether its number counts the first call too; Callform hands it over as it is.
    pub retries: Option<Spanned<u32>>,
    /// How long to wait before each of these. Without it: 10 minutes.
    pub retry_after: Option<Spanned<Duration>>,
    /// A flow that the callback runs when it is created; `delay` is ignored then.
    pub flow: Option<Spanned<String>>,
    /// What to do when no callback can be queued, as when the queue is full. Without it: the flow's `on_error`.
    pub error: Option<Branch>,
    /// Name for `goto` and the Connect editor.
    pub name: Option<Spanned<String>>,
}
