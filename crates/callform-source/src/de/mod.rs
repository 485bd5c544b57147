//! From trees to Rust types by serde.
//!
//! [`Spanned`](crate::Spanned) fields keep their place at any depth: in options, lists, map keys and map values.
//! Enums are externally tagged: a string names a variant without content, a mapping with one key a variant with
//! content. Nothing is coerced: a number is no string.
//!
//! Types with `#[serde(untagged)]`, `#[serde(flatten)]` or an internal tag read their input through a buffer of serde's
//! that drops places, so `Spanned` inside them fails; write a `Visitor` instead.

mod node;
mod spanned;
#[cfg(test)]
mod tests;

use serde::de::DeserializeOwned;

use crate::Diagnostic;
use crate::yaml::Node;

/// Name of an enum that is told by its keys: a visitor asked for with `deserialize_enum(KEYED, variants, …)` gets the
/// first variant that is a key of the mapping, and the whole mapping as its content. A string is given to `visit_str`.
pub const KEYED: &str = "$callform_source::Keyed";

/// Name of a newtype that takes one value for a list of one: a visitor asked for with
/// `deserialize_newtype_struct(ONE_OR_MANY, …)` always gets `visit_seq`.
pub const ONE_OR_MANY: &str = "$callform_source::OneOrMany";

/// Name of a newtype that takes any value as a text of JSON: a visitor asked for with
/// `deserialize_newtype_struct(JSON_TEXT, …)` gets `visit_string`, with numbers as they were written where JSON has them so.
pub const JSON_TEXT: &str = "$callform_source::JsonText";

/// Reads a tree as a Rust type.
///
/// Stops at the first problem (code `invalid-value`); check against the type's schema before to report all of them.
pub fn from_node<T: DeserializeOwned>(node: &Node) -> Result<T, Diagnostic> {
    T::deserialize(node::NodeDeserializer::new(node)).map_err(|error| error.into_diagnostic(node.span))
}
