//! References to objects of the blueprint inside the strings of a flow.
//!
//! A compiled [`Flow`] cannot know ARNs. Where one belongs, it has a marker: a private-use character,
//! `kind/name`, and another private-use character. Rendering replaces markers by CloudFormation references.

use serde_json::Value;

use crate::Flow;

/// First character of a marker.
pub const START: char = '\u{E000}';
/// Last character of a marker.
pub const END: char = '\u{E001}';
const BUILTIN: &str = "builtin:";

/// A part of a string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Plain text.
    Literal(String),
    /// A reference.
    Reference(Reference),
}

/// A reference to an object by name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    /// True for an object that every instance has from the start and Callform does not manage.
    pub builtin: bool,
    /// Kind of the object as in addresses of the blueprint: `queue`, `hours`, `flow`, `flow_module`, `prompt`, ….
    pub kind: String,
    /// Key in the blueprint, or the name in Connect of a built-in object (`Basic Hours`).
    pub name: String,
}

/// The marker of an object of the blueprint.
pub fn marker(kind: &str, name: &str) -> String {
    format!("{START}{kind}/{name}{END}")
}

/// The marker of an object that every instance has.
pub fn builtin_marker(kind: &str, name: &str) -> String {
    format!("{START}{BUILTIN}{kind}/{name}{END}")
}

/// The marker of a name as blueprints write it: `builtin/Basic Hours` is a built-in object, all else a key.
pub fn marker_of_name(kind: &str, name: &str) -> String {
    match name.strip_prefix("builtin/") {
        Some(builtin) => builtin_marker(kind, builtin),
        None => marker(kind, name),
    }
}

/// True where a text written by a user contains one of the two characters markers are made of.
pub fn has_marker_characters(text: &str) -> bool {
    // Both begin with this byte, which looking for is many times faster.
    text.as_bytes().contains(&0xEE) && text.contains([START, END])
}

/// Splits a string into text and references, in order. A broken marker stays text.
pub fn split(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, inside, after)) = next_marker(rest) {
        push_literal(&mut pieces, before);
        match parse(inside) {
            Some(reference) => pieces.push(Piece::Reference(reference)),
            None => push_literal(&mut pieces, &rest[before.len()..rest.len() - after.len()]),
        }
        rest = after;
    }
    push_literal(&mut pieces, rest);
    pieces
}

/// All references of a flow, in the order of its actions.
pub fn of_flow(flow: &Flow) -> Vec<Reference> {
    let mut found = Vec::new();
    for action in &flow.actions {
        action.parameters.values().for_each(|value| collect(value, &mut found));
    }
    found
}

fn collect(value: &Value, found: &mut Vec<Reference>) {
    match value {
        Value::String(text) => found.extend(split(text).into_iter().filter_map(|piece| match piece {
            Piece::Reference(reference) => Some(reference),
            Piece::Literal(_) => None,
        })),
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(members) => members.values().for_each(|member| collect(member, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn next_marker(text: &str) -> Option<(&str, &str, &str)> {
    let (before, from_start) = text.split_once(START)?;
    let (inside, after) = from_start.split_once(END)?;
    Some((before, inside, after))
}

fn parse(inside: &str) -> Option<Reference> {
    let (builtin, path) = match inside.strip_prefix(BUILTIN) {
        Some(path) => (true, path),
        None => (false, inside),
    };
    let (kind, name) = path.split_once('/')?;
    let valid = !kind.is_empty() && !name.is_empty();
    valid.then(|| Reference { builtin, kind: kind.to_owned(), name: name.to_owned() })
}

fn push_literal(pieces: &mut Vec<Piece>, text: &str) {
    match pieces.last_mut() {
        _ if text.is_empty() => {}
        Some(Piece::Literal(literal)) => literal.push_str(text),
        _ => pieces.push(Piece::Literal(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reference(builtin: bool, kind: &str, name: &str) -> Piece {
        Piece::Reference(Reference { builtin, kind: kind.to_owned(), name: name.to_owned() })
    }

    fn literal(text: &str) -> Piece {
        Piece::Literal(text.to_owned())
    }

    #[test]
    fn markers_split_back_into_references() {
        let text = format!("to {}, else {}!", marker("queue", "sales"), builtin_marker("hours", "Basic Hours"));
        let expected = [
            literal("to "),
            reference(false, "queue", "sales"),
            literal(", else "),
            reference(true, "hours", "Basic Hours"),
            literal("!"),
        ];
        assert_eq!(split(&text), expected);
    }

    #[test]
    fn the_name_may_contain_slashes() {
        assert_eq!(split(&marker("group", "A/B")), [reference(false, "group", "A/B")]);
    }

    #[test]
    fn a_name_with_builtin_in_front_is_builtin() {
        assert_eq!(marker_of_name("queue", "builtin/BasicQueue"), builtin_marker("queue", "BasicQueue"));
        assert_eq!(marker_of_name("queue", "sales"), marker("queue", "sales"));
    }

    #[test]
    fn broken_markers_stay_text() {
        for text in
            ["", "plain", "a\u{E000}b", "a\u{E001}b", "\u{E000}\u{E001}", "\u{E000}queue/\u{E001}x", "\u{E000}a"]
        {
            let pieces = split(text);
            let joined: String = pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Literal(text) => text.as_str(),
                    Piece::Reference(_) => panic!("{text:?} holds no reference"),
                })
                .collect();
            assert_eq!(joined, text);
            assert!(pieces.len() <= 1, "{pieces:?}");
        }
    }
}
