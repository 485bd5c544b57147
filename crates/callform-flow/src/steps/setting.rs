//! Steps that invoke functions and set attributes, voice, logs and recording.

use callform_source::Spanned;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Branch, Duration, Scalar};

/// Invokes a Lambda function; its answer is `$.External.<key>` until the next one is invoked.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LambdaStep {
    /// Name of a function of this blueprint, the ARN of another one, or one JSONPath.
    pub lambda: Spanned<String>,
    /// Parameters for the function. Values may contain JSONPaths.
    #[serde(default)]
    pub with: IndexMap<Spanned<String>, Spanned<Scalar>>,
    /// How long to wait for the answer, 1 to 8 seconds; up to 60 with `invocation: asynchronous`. Without it: 3 seconds.
    pub timeout: Option<Spanned<Duration>>,
    /// Whether the flow waits for the answer. Without it the block does not say, and the flow waits.
    pub invocation: Option<Spanned<Invocation>>,
    /// What the function answers. Without it: `string_map`.
    pub response: Option<Spanned<LambdaResponse>>,
    /// What to do when it fails or answers too late. Without it: the flow's `on_error`.
    pub error: Option<Branch>,
    /// Name for `goto` and the Connect editor.
    pub name: Option<Spanned<String>>,
}

/// Whether a flow waits for the answer of a Lambda function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Invocation {
    /// It waits.
    Synchronous,
    /// It goes on at once; `$.LambdaInvocation.InvocationId` tells the answers apart.
    Asynchronous,
}

/// What a Lambda function answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LambdaResponse {
    /// A flat object whose values are strings.
    StringMap,
    /// Whatever Connect takes where a flow does not say: blocks of older flows.
    Unchecked,
    /// Any JSON; inner values are read as `$.External.a.b`.
    Json,
}

/// Sets attributes.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetStep {
    /// Names and values. Values may contain JSONPaths; names must not contain `$` or `.`.
    pub set: IndexMap<Spanned<String>, Spanned<Scalar>>,
    /// How long they last. Without it: `contact`.
    pub scope: Option<Spanned<Scope>>,
    /// What to do when it fails. Without it: the flow's `on_error`.
    pub error: Option<Branch>,
    /// Name for `goto` and the Connect editor.
    pub name: Option<Spanned<String>>,
}

/// How long an attribute lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// As long as the contact, and in its record: `$.Attributes.<name>`.
    Contact,
    /// As long as this flow: `$.FlowAttributes.<name>`.
    Flow,
    /// The contact that this one came from: its attributes, not those of this contact.
    Related,
}

/// Chooses the voice that reads text out.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VoiceStep {
    /// The voice's name in Amazon Polly, such as `Joanna`, or a JSONPath.
    pub voice: Spanned<String>,
    /// How the speech is made. Without it: the voice's default.
    pub engine: Option<Spanned<Engine>>,
    /// Manner of speaking: `Conversational` or `Newscaster`, for the voices that have it.
    pub style: Option<Spanned<String>>,
    /// Language of the contact, such as `en-US`; sets `$.LanguageCode`.
    pub language: Option<Spanned<String>>,
    /// With `true` the block has no error branch, as Connect allows here. Excludes `error`.
    pub unguarded: Option<Spanned<bool>>,
    /// What to do when it fails. Without it: the flow's `on_error`.
    pub error: Option<Branch>,
    /// Name for `goto` and the Connect editor.
    pub name: Option<Spanned<String>>,
}

/// How speech is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Engine {
    /// Joined from recordings.
    Standard,
    /// Neural.
    Neural,
    /// Generative.
    Generative,
}

/// Turns the flow's logs on or off.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LoggingStep {
    /// On or off.
    pub logging: Spanned<bool>,
    /// Name for `goto` and the Connect editor.
    pub name: Option<Spanned<String>>,
}

/// Chooses who is recorded.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordStep {
    /// Who is recorded once the call is joined.
    pub record: Spanned<Recorded>,
    /// Records what is said and pressed before an agent joins, too.
    pub ivr: Option<Spanned<bool>>,
    /// Records the agent's screen, too.
    pub screen: Option<Spanned<bool>>,
    /// Contact Lens, as the flow language has it: `{ Enabled: "True", AnalyticsLanguage: en-US, … }`.
    pub analytics: Option<Spanned<serde_json::Map<String, serde_json::Value>>>,
    /// Name for `goto` and the Connect editor.
    pub name: Option<Spanned<String>>,
}

/// Who is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Recorded {
    /// Agent and customer.
    Both,
    /// The agent alone.
    Agent,
    /// The customer alone.
    Customer,
    /// Nobody.
    Off,
}
