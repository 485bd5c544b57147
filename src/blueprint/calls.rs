//! Call tests: who calls, what is pressed and said, and what is to be heard and to become of it.

use std::borrow::Cow;
use std::fmt;

use callform_flow::steps::{Duration, Scalar};
use callform_source::Spanned;
use callform_source::de::ONE_OR_MANY;
use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::SeqAccessDeserializer;
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::notation::{Name, Short};

/// One item, or a list of them.
#[derive(Clone, Debug, PartialEq)]
pub struct OneOrMany<T>(pub Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Items<T>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Items<T> {
            type Value = OneOrMany<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("one item or a list of them")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<OneOrMany<T>, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(list)).map(OneOrMany)
            }
        }
        deserializer.deserialize_newtype_struct(ONE_OR_MANY, Items(std::marker::PhantomData))
    }
}

impl<T: JsonSchema> JsonSchema for OneOrMany<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("OneOrMany{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<T>();
        json_schema!({ "anyOf": [one, { "type": "array", "items": one, "minItems": 1 }] })
    }
}

/// A contact that is simulated, and what is expected of the center.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CallTest {
    /// What is tested, in a sentence.
    pub description: Option<String>,
    /// The phone number that is called, by its key. Give this or `flow`.
    pub call: Option<Name>,
    /// The flow that the contact begins in, by its key, instead of a phone number.
    pub flow: Option<Name>,
    /// The queue that is set from the start, by its key: for flows that callers hear while they wait.
    pub queue: Option<Name>,
    /// How customer and center are connected. Default: `voice`.
    pub channel: Option<CallChannel>,
    /// The customer's number, E.164. Default: `+15550100100`.
    pub from: Option<Spanned<String>>,
    /// When, such as `2026-12-24 10:30`, in the time zone of the hours that the blueprint has first; a zone may follow:
    /// `2026-12-24 10:30 Europe/Berlin`. Default: Wednesday, 2026-01-07, noon.
    pub at: Option<Spanned<String>>,
    /// Attributes that the contact has from the start.
    #[serde(default)]
    pub attributes: IndexMap<Spanned<String>, Spanned<Scalar>>,
    /// What the flows meet outside of themselves.
    #[serde(default)]
    pub given: Given,
    /// What happens, in order.
    #[serde(default)]
    pub steps: Vec<Spanned<Short<CallWord, CallStep>>>,
    /// What is true in the end.
    pub expect: Option<Spanned<Expected>>,
}

/// How customer and center are connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallChannel {
    /// By phone.
    Voice,
    /// By chat.
    Chat,
    /// A task.
    Task,
}

/// What no flow says: who is there, what functions answer, what fails.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Given {
    /// Hours that are open, whatever their times say.
    pub open: Vec<Name>,
    /// Hours that are closed, whatever their times say.
    pub closed: Vec<Name>,
    /// Queues that take no more contacts.
    pub full: Vec<Name>,
    /// Figures of queues. Without them: one agent is there, and nobody waits but the contacts of the test.
    pub queues: IndexMap<Spanned<String>, Figures>,
    /// What functions answer, by their keys; several answers are given one after the other, the last again and again.
    pub lambdas: IndexMap<Spanned<String>, OneOrMany<Short<AnswerWord, Answer>>>,
    /// What other services answer, by the type of the block (`GetCustomerProfile`) or by the block's name.
    pub services: IndexMap<Spanned<String>, ServiceGiven>,
    /// Blocks that fail, with the error: `announcement: NoMatchingError`. A block is called by the step's `name`, or as
    /// `callform call --trace` and pictures call it; the beginning is enough where it says which. `flow/block` where several
    /// flows have it.
    pub fails: IndexMap<Spanned<String>, Spanned<String>>,
    /// The number from 1 to 100 that `split` draws.
    pub percent: Option<Spanned<u32>>,
    /// What is assumed of Connect where that is not certain, by the names in docs/calls.md.
    pub assume: IndexMap<Spanned<String>, bool>,
}

/// Figures of a queue.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Figures {
    /// Agents who could take a contact now.
    pub available: Option<u32>,
    /// Agents who are there, busy or not.
    pub staffed: Option<u32>,
    /// Agents who are signed in.
    pub online: Option<u32>,
    /// Contacts that wait.
    pub waiting: Option<u32>,
    /// How long the first of them has waited.
    pub oldest: Option<Duration>,
}

/// What a function does instead of answering.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AnswerWord {
    /// It fails.
    Fails,
    /// It takes longer than the block waits.
    TimesOut,
}

/// What a function answers.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The answer, as JSON.
    pub answer: serde_json::Value,
}

/// What another service answers.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ServiceGiven {
    /// The error, such as `NoneFoundError`.
    pub error: Option<String>,
    /// What the block's branches compare.
    pub result: Option<String>,
    /// What flows read afterwards, such as `$.Customer.FirstName`.
    pub values: serde_json::Value,
}

/// A step that is one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallWord {
    /// The customer hangs up.
    HangUp,
    /// Who is called picks up: a number outside, or the customer of a callback.
    PicksUp,
    /// Who is called does not pick up.
    NoAnswer,
    /// The number outside cannot be reached.
    Busy,
    /// The other side outside hangs up.
    OutsideHangsUp,
    /// The agent puts the customer on hold.
    Hold,
    /// The agent comes back.
    Resume,
    /// The agent hangs up.
    AgentHangsUp,
    /// What follows is about the callback that was made last.
    Callback,
    /// What follows is about the contact that called.
    FirstContact,
}

/// One thing that happens, or is expected to have happened. Exactly one key.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CallStep {
    /// What the customer hears next: the text exactly, with spaces as they come, or one of the forms of `Heard`; several in
    /// order. `anything` stands for all that is heard until the next step. From its first `hear` on a test accounts for
    /// everything that is heard.
    pub hear: Option<Spanned<HeardInOrder>>,
    /// The same for the agent: what whispers say.
    pub agent_hears: Option<Spanned<HeardInOrder>>,
    /// Keys the customer presses: `1`, `"12#"`.
    pub press: Option<Spanned<Scalar>>,
    /// What a bot takes the customer's words for: the intent.
    pub say: Option<Spanned<Short<String, Said>>>,
    /// What the customer presses in a view: the action.
    pub use_view: Option<Spanned<Short<String, UsedView>>>,
    /// Time that passes with nobody doing anything, such as `30s`.
    pub wait: Option<Spanned<Duration>>,
    /// An agent takes the contact: the username.
    pub agent: Option<Name>,
    /// An event that a `wait` step of the flow waits for, such as `CustomerReturned`.
    pub event: Option<Spanned<String>>,
    /// The agent hands the customer on by a quick connect, by its key.
    pub transfer: Option<Name>,
    /// What is true at this moment.
    pub expect: Option<Spanned<Expected>>,
}

/// Several things that are heard, in order: texts word by word, or otherwise told.
type HeardInOrder = OneOrMany<Spanned<Short<String, Heard>>>;

/// What is heard, other than a text word by word.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Heard {
    /// A text that contains this.
    pub contains: Option<String>,
    /// A text that this regular expression describes as a whole.
    pub matches: Option<Spanned<String>>,
    /// A prompt, by its key or `builtin/<name>`.
    pub prompt: Option<String>,
    /// SSML, word by word.
    pub ssml: Option<String>,
    /// A recording, by its address.
    pub audio: Option<String>,
}

/// What a bot takes the customer's words for.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// The intent.
    pub intent: String,
    /// Its slots.
    #[serde(default)]
    pub slots: IndexMap<String, Scalar>,
    /// Session attributes.
    #[serde(default)]
    pub attributes: IndexMap<String, Scalar>,
}

/// What the customer does in a view.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UsedView {
    /// The action.
    pub action: String,
    /// What was entered.
    #[serde(default)]
    pub values: serde_json::Value,
}

/// What is true of the contact.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Expected {
    /// What the contact is doing.
    pub state: Option<Spanned<ContactState>>,
    /// The flow it is in, by its key.
    pub flow: Option<Name>,
    /// The queue that is set, by its key; `null` for none.
    pub queue: Option<Name>,
    /// Its priority in the queue.
    pub priority: Option<Spanned<i64>>,
    /// Attributes, among others. `null` for one that is not set.
    pub attributes: IndexMap<Spanned<String>, Option<Scalar>>,
    /// Who is recorded: any of `customer`, `agent`, `automated`; an empty list for nobody.
    pub recording: Option<Spanned<Vec<RecordedParty>>>,
    /// Parameters with which functions were called last, by their keys; among others.
    pub lambdas: IndexMap<Spanned<String>, IndexMap<String, Option<Scalar>>>,
    /// Functions that were called, in order and each as often as it was.
    pub called: Option<Spanned<Vec<Name>>>,
    /// The callback that was made last.
    pub callback: Option<Spanned<ExpectedCallback>>,
}

/// A callback that was made.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ExpectedCallback {
    /// The number that is called.
    pub number: Option<Spanned<String>>,
    /// The queue, by its key.
    pub queue: Option<Name>,
    /// How long until it is queued.
    pub delay: Option<Spanned<Duration>>,
    /// How often it is called again where nobody picks up.
    pub retries: Option<Spanned<u64>>,
}

/// Whose voice is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecordedParty {
    /// The customer, while talking with an agent.
    Customer,
    /// The agent.
    Agent,
    /// What the customer does before an agent is there.
    Automated,
}

/// What a contact is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContactState {
    /// A menu waits for a key.
    Menu,
    /// Digits are asked for.
    Digits,
    /// A bot listens.
    Bot,
    /// A view is shown.
    View,
    /// The flow waits.
    Waiting,
    /// It waits in a queue.
    Queued,
    /// A number outside is being called.
    Calling,
    /// The customer talks with a number outside.
    Outside,
    /// A callback waits for its time.
    Scheduled,
    /// The customer of a callback is being called.
    Ringing,
    /// Customer and agent talk.
    Joined,
    /// The customer is on hold.
    OnHold,
    /// A flow has hung up.
    Disconnected,
    /// The customer has hung up.
    CustomerLeft,
    /// The agent has hung up.
    AgentLeft,
    /// It was handed to a number outside.
    HandedOver,
    /// Nobody picked up, as often as the callback was tried.
    NotReached,
    /// The flow is over, and nothing was to follow.
    Finished,
}
