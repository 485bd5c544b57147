//! All that a plan makes, property by property: what is new has no difference that a plan could show.

use serde_json::Value;

use super::plan_human::wrapped;
use super::{Style, plan_human::INDENT};
use crate::plan::{Made, Plan, What, contents};
use crate::render::words;

/// Texts up to this many bytes are shown; of longer ones their length and the digest of what is in them.
const SHOWN_BYTES: usize = 300;
/// Hex digits of a digest.
const DIGITS: usize = 16;

/// What a plan makes, in full, for a terminal; empty where it makes nothing.
pub fn human(plan: &Plan, style: Style) -> String {
    let made = contents(plan);
    if made.is_empty() {
        return String::new();
    }
    let mut lines = vec!["What is new, in full:".to_owned()];
    for one in &made {
        lines.push(wrapped("", &format!("{:>5} {}", "+", subject(one)), style.width));
        let properties = one.properties.iter().map(|(name, value)| format!("{name}: {}", shown(value)));
        lines.extend(properties.map(|line| wrapped(INDENT, &line, style.width)));
    }
    lines.push(String::new());
    lines.join("\n")
}

fn subject(made: &Made) -> String {
    match &made.what {
        What::Resource(address, resource_type) => format!("{} ({resource_type})", words(address)),
        What::Stack(name) => format!("stack {name}"),
    }
}

fn shown(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if text.len() <= SHOWN_BYTES && !text.contains(char::is_control) {
        return text;
    }
    let digest = crate::digest::sha256_hex(text.as_bytes());
    format!("({} bytes, sha256 {}…)", text.len(), digest.get(..DIGITS).unwrap_or(&digest))
}
