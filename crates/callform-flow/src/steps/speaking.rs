//! Steps that play and ask.

use callform_source::Spanned;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Branch, Duration, Speech};

/// Plays text or audio to the contact.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SayStep {
    /// What is played. At most 6,000 characters, 3,000 of them spoken.
    pub say: Spanned<Speech>,
    /// Name for `goto` and the Connect editor.
    pub name: Option<Spanned<String>>,
    /// What to do when playing fails. Without it: the flow's `on_error`.
    pub error: Option<Branch>,
    /// With `true` the block has no error branch, as Connect allows here. Excludes `error`.
    pub unguarded: Option<Spanned<bool>>,
}

/// Plays text or audio and branches on the one key the customer presses. Voice only.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MenuStep {
    /// What is played; a key interrupts it.
    pub menu: Spanned<Speech>,
    /// What each key does: `0` to `9`, `*` or `#`; several with commas between them share a branch (`1, 2`).
    #[serde(default)]
    pub keys: IndexMap<Spanned<String>, Branch>,
    /// How long to wait for a key after the text. Without it: 5 seconds.
    pub timeout: Option<Spanned<Duration>>,
    /// How many times the menu is played altogether, 1 to 101. With more than 1, `no_input` and `invalid` lead back to
    /// the menu until the attempts are used up. Without it: once.
    pub attempts: Option<Spanned<u32>>,
    /// What to do when no key is pressed. Without it: `give_up`.
    pub no_input: Option<Branch>,
    /// What to do when a key is pressed that the menu does not offer. Without it: `give_up`.
    pub invalid: Option<Branch>,
    /// What to do when the attempts are used up. Without it: the flow's `on_error`.
    pub give_up: Option<Branch>,
    /// What to do when the menu fails. Without it: the flow's `on_error`.
    pub error: Option<Branch>,
    /// Where `NextAction` leads: the service asks for it and never follows it. Without it: where `invalid` leads.
    pub next: Option<Branch>,
    /// Name for `goto` and the Connect editor.
    pub name: Option<Spanned<String>>,
}

/// Asks for digits and keeps them as `$.StoredCustomerInput`. Voice only.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CollectStep {
    /// What is played.
    pub collect: Spanned<Speech>,
    /// Most digits that are taken, 1 to 20. Without it: 20.
    pub digits: Option<Spanned<u32>>,
    /// Checks the digits as a phone number: `e164`, or a two-letter country code for numbers as dialed there.
    /// Excludes `digits`.
    pub phone_number: Option<Spanned<String>>,
    /// How long to wait for the first digit. Without it: 5 seconds.
    pub timeout: Option<Spanned<Duration>>,
    /// How long to wait for each further digit, 1 to 20 seconds. Without it: 5 seconds.
    pub between_digits: Option<Spanned<Duration>>,
    /// Keys that end the input, up to five of `0-9`, `*` and `#`. Without it: `#`.
    pub end_with: Option<Spanned<String>>,
    /// Whether `*` takes back what was entered. Without it: true, unless `*` ends the input.
    pub clear_with_star: Option<Spanned<bool>>,
    /// Encrypts the digits: `{ key_id: …, key: … }`.
    pub encrypt: Option<Spanned<Encryption>>,
    /// Contact attribute that gets the digits, since `$.StoredCustomerInput` lasts only until the next input.
    pub store_as: Option<Spanned<String>>,
    /// What to do when nothing is entered. Without it the flow goes on, and the stored input is the word `Timeout`.
    pub no_input: Option<Branch>,
    /// What to do when the input is no phone number (with `phone_number`). Without it: the flow's `on_error`.
    pub invalid: Option<Branch>,
    /// What to do when it fails. Without it: the flow's `on_error`.
    pub error: Option<Branch>,
    /// Name for `goto` and the Connect editor.
    pub name: Option<Spanned<String>>,
}

/// How entered digits are encrypted.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Encryption {
    /// Identifier of the signing key in Connect, or a JSONPath.
    pub key_id: Spanned<String>,
    /// The public key in PEM form, or a JSONPath.
    pub key: Spanned<String>,
}

/// Plays messages one after the other, again and again: what a customer hears in a queue or on hold. Voice only.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlayStep {
    /// The messages in order.
    pub play: Spanned<Vec<Spanned<Speech>>>,
    /// How often the messages are interrupted for `steps`, at least 20 seconds. Needs `steps`.
    pub interrupt_every: Option<Spanned<Duration>>,
    /// What is done at each interruption; afterwards the messages start again. Needs `interrupt_every`.
    pub steps: Option<Branch>,
    /// Goes on playing while `steps` are done.
    pub keep_playing: Option<Spanned<bool>>,
    /// With `true` the block has no error branch, as Connect allows here. Excludes `error`.
    pub unguarded: Option<Spanned<bool>>,
    /// What to do when playing fails. Without it: the flow's `on_error`.
    pub error: Option<Branch>,
    /// Name for `goto` and the Connect editor.
    pub name: Option<Spanned<String>>,
}
