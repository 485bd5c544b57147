//! Steps that ask bots, show views, wait, and work with the contact's routing, tags, tasks, cases and profiles.

use callform_source::Spanned;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Branch, Duration, Scalar, Speech};

/// Asks a Lex V2 bot and branches on the intent it finds.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LexStep {
    /// Name of a Lex bot of this blueprint (`orders`, or `bots/orders`), the ARN of the alias of another one, or one JSONPath.
    pub lex: Spanned<String>,
    /// Lex V1: the alias of the bot; `lex` is the bot's name then. Needs `region`.
    pub alias: Option<Spanned<String>>,
    /// Lex V1: the region of the bot. Needs `alias`.
    pub region: Option<Spanned<String>>,
    /// What is played first. Without it the bot starts without a prompt, which needs `initial_message`.
    pub ask: Option<Spanned<Speech>>,
    /// First message handed to the bot as if the customer had said it.
    pub initial_message: Option<Spanned<String>>,
    /// Session attributes of the bot. Values may contain JSONPaths.
    #[serde(default)]
    pub with: IndexMap<Spanned<String>, Spanned<Scalar>>,
    /// Chat: how long to wait for an answer, 1 minute to 7 days.
    pub timeout: Option<Spanned<Duration>>,
    /// What to do for each intent. Several intents with ` | ` between them share a branch.
    #[serde(default)]
    pub intents: IndexMap<Spanned<String>, Branch>,
    /// What to do for every other intent. Without it: the next step.
    pub r#else: Option<Branch>,
    /// What to do when no answer comes in time (with `timeout`). Without it: the flow's `on_error`.
    pub no_input: Option<Branch>,
    /// Where `NextAction` leads: the service asks for it and never follows it. Without it: where `error` leads.
    pub next: Option<Branch>,
    /// What to do when it fails. Without it: the flow's `on_error`.
    pub error: Option<Branch>,
    /// Name for `goto` and the Connect editor.
    pub name: Option<Spanned<String>>,
}

/// Waits, chats and tasks mostly.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WaitStep {
    /// How long, up to 7 days.
    pub wait: Spanned<Duration>,
    /// What to do when the customer returns before. Without it the wait is not cut short.
    pub customer_returned: Option<Branch>,
    /// What to do when the bot leaves before. Without it the wait is not cut short.
    pub bot_left: Option<Branch>,
    /// What to do when the time is over. Without it: the next step.
    pub done: Option<Branch>,
    /// What to do when it fails. Without it: the flow's `on_error`.
    pub error: Option<Branch>,
    /// Name for `goto` and the Connect editor.
    pub name: Option<Spanned<String>>,
}

/// Shows a view to the chatting customer, or to the agent, and branches on what is done there. Agents see the views of a
/// flow that another one chooses with `hook: default_agent_ui` (or `disconnect_agent_ui`).
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ViewStep {
    /// A view of this blueprint, one that comes with Connect (`form`, `list`, `detail`, `cards`, `confirmation`), the ARN or
    /// identifier of one, or one JSONPath.
    pub view: Spanned<String>,
    /// Version of the view. Without it: what is published, of a view of this blueprint; 1 of others.
    pub version: Option<Spanned<Scalar>>,
    /// Parts of the answer that are hidden: `TRANSCRIPT`.
    pub hide_on: Option<Spanned<Vec<Spanned<String>>>>,
    /// Values the view is filled with: its inputs, by name. They may contain JSONPaths.
    #[serde(default)]
    pub with: serde_json::Map<String, serde_json::Value>,
    /// How long the view is shown. Without it: 5 minutes.
    pub timeout: Option<Spanned<Duration>>,
    /// What to do for each action of the view: `{ Submit: [hang_up] }`. Several actions with ` | ` between them share a branch.
    #[serde(default)]
    pub actions: IndexMap<Spanned<String>, Branch>,
    /// What to do for every other action. Without it: the next step.
    pub r#else: Option<Branch>,
    /// What to do when the time is over. Without it: the flow's `on_error`.
    pub no_input: Option<Branch>,
    /// What to do when it fails. Without it: the flow's `on_error`.
    pub error: Option<Branch>,
    /// Name for `goto` and the Connect editor.
    pub name: Option<Spanned<String>>,
}

/// Sends contacts on by chance.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SplitStep {
    /// What shares of the contacts do, in order; together at most 100.
    pub split: Spanned<Vec<SplitShare>>,
    /// What the rest does. Without it: the next step.
    pub r#else: Option<Branch>,
    /// Name for `goto` and the Connect editor.
    pub name: Option<Spanned<String>>,
}

/// A share of the contacts.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SplitShare {
    /// How many of a hundred contacts, 1 to 100.
    pub percent: Spanned<u32>,
    /// What they do.
    pub then: Branch,
}

/// Reads a queue's figures into `$.Metrics`.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MetricsStep {
    /// `queue` for the queue chosen before, the name of a queue of this blueprint, `builtin/<name>`, or one JSONPath.
    pub metrics: Spanned<String>,
    /// Channel: `Voice` or `Chat`, or a JSONPath. Without it: all.
    pub channel: Option<Spanned<String>>,
    /// What to do when it fails. Without it: the flow's `on_error`.
    pub error: Option<Branch>,
    /// Name for `goto` and the Connect editor.
    pub name: Option<Spanned<String>>,
}

/// Changes the contact's place in its queue.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoutingStep {
    /// How: `{ priority: 1 }` or `{ age: 120 }`.
    pub routing: Spanned<Routing>,
    /// Name for `goto` and the Connect editor.
    pub name: Option<Spanned<String>>,
}

/// How a contact's place in its queue changes.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub struct Routing {
    /// Its priority, 1 the highest; contacts start with 5. Excludes `age`.
    pub priority: Option<Spanned<u32>>,
    /// Seconds added to the time it has waited; may be negative. Excludes `priority`.
    pub age: Option<Spanned<i64>>,
}

/// Tags the contact.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TagStep {
    /// One to six tags. Values may contain JSONPaths; names must not start with `aws:`.
    pub tag: Spanned<IndexMap<Spanned<String>, Spanned<Scalar>>>,
    /// What to do when it fails. Without it: the flow's `on_error`.
    pub error: Option<Branch>,
    /// Name for `goto` and the Connect editor.
    pub name: Option<Spanned<String>>,
}

/// Takes tags off the contact.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UntagStep {
    /// Names of the tags.
    pub untag: Spanned<Vec<Spanned<String>>>,
    /// What to do when it fails. Without it: the flow's `on_error`.
    pub error: Option<Branch>,
    /// Name for `goto` and the Connect editor.
    pub name: Option<Spanned<String>>,
}

/// Turns the streaming of the customer's audio on or off. Voice only.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StreamStep {
    /// Which of the customer's audio is streamed.
    pub stream: Spanned<Streamed>,
    /// What to do when it fails. Without it: the flow's `on_error`.
    pub error: Option<Branch>,
    /// Name for `goto` and the Connect editor.
    pub name: Option<Spanned<String>>,
}

/// Which audio is streamed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Streamed {
    /// What the customer says and hears.
    Both,
    /// What the customer says.
    FromCustomer,
    /// What the customer hears.
    ToCustomer,
    /// Nothing any more.
    Off,
}

/// Creates a task.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskStep {
    /// Name of the task, as agents see it. May contain JSONPaths.
    pub task: Spanned<String>,
    /// Flow the task runs: name, `builtin/<name>`, or one JSONPath.
    pub flow: Option<Spanned<String>>,
    /// What is to be done. May contain JSONPaths.
    pub description: Option<Spanned<String>>,
    /// Attributes of the task. Values may contain JSONPaths.
    #[serde(default)]
    pub with: IndexMap<Spanned<String>, Spanned<Scalar>>,
    /// How long the task waits before it starts, up to 6 days.
    pub delay: Option<Spanned<Duration>>,
    /// When the task starts, in seconds since 1970, or a JSONPath. Excludes `delay`.
    pub at: Option<Spanned<Scalar>>,
    /// Template of the task: one of `task_templates:`, or the identifier of one.
    pub template: Option<Spanned<String>>,
    /// References of the task, as the flow language has them: `{ Order: { Type: URL, Value: "https://acme.example" } }`.
    #[serde(default)]
    pub references: serde_json::Map<String, serde_json::Value>,
    /// What to do when it fails. Without it: the flow's `on_error`.
    pub error: Option<Branch>,
    /// Name for `goto` and the Connect editor.
    pub name: Option<Spanned<String>>,
}

/// Starts an Amazon Q in Connect (Wisdom) session for the contact: `$.Wisdom.SessionArn`.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AssistantStep {
    /// ARN of the assistant, or a JSONPath.
    pub assistant: Spanned<String>,
    /// What to do when it fails. Without it: the flow's `on_error`.
    pub error: Option<Branch>,
    /// Name for `goto` and the Connect editor.
    pub name: Option<Spanned<String>>,
}
