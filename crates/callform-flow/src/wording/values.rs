//! Values as a person reads them.

use serde_json::Value;

use crate::references::{Piece, split};

/// `InputTimeLimitSeconds` as `input time limit seconds`; abbreviations stay.
pub fn spaced(camel: &str) -> String {
    if camel.chars().all(|character| character.is_ascii_uppercase()) {
        return camel.to_owned();
    }
    let mut words = String::new();
    let mut previous_is_lower = false;
    for character in camel.chars() {
        if character.is_ascii_uppercase() && previous_is_lower {
            words.push(' ');
        }
        previous_is_lower = !character.is_ascii_uppercase();
        words.push(character.to_ascii_lowercase());
    }
    words
}

/// At most this many characters, with an ellipsis where something is cut.
pub fn shorten(text: &str, length: usize) -> String {
    if text.chars().count() <= length {
        return text.to_owned();
    }
    let cut: String = text.chars().take(length.saturating_sub(1)).collect();
    format!("{}…", cut.trim_end())
}

/// Text on one line, with names instead of markers and without markup of speech.
pub(super) fn readable(text: &str) -> String {
    let named: String = split(text)
        .into_iter()
        .map(|piece| match piece {
            Piece::Literal(text) => text,
            Piece::Reference(reference) => reference.name,
        })
        .collect();
    named.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Speech without its markup.
pub(super) fn spoken(ssml: &str) -> String {
    let mut text = String::new();
    let mut rest = ssml;
    while let Some((before, from_tag)) = rest.split_once('<') {
        text.push_str(before);
        text.push(' ');
        match from_tag.split_once('>') {
            Some((_, after)) => rest = after,
            None => rest = "",
        }
    }
    text.push_str(rest);
    let spaced = readable(&text).replace(" .", ".").replace(" ,", ",").replace(" !", "!").replace(" ?", "?");
    spaced
        .replace("&amp;", "&")
        .replace("&apos;", "'")
        .replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
}

/// A scalar as text; a path without its `$.`.
pub(super) fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => {
            let text = readable(text);
            text.strip_prefix("$.").map_or(text.clone(), str::to_owned)
        }
        Value::Null => String::new(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Array(items) => items.iter().take(8).map(scalar).collect::<Vec<_>>().join(", "),
        Value::Object(members) => members.keys().take(8).cloned().collect::<Vec<_>>().join(", "),
    }
}

/// Seconds, written as a number or as text, in the largest unit that fits.
pub(super) fn duration(value: &Value) -> String {
    let text = scalar(value);
    match text.parse::<u64>() {
        Ok(0) | Err(_) => format!("{text} s"),
        Ok(seconds) if seconds % 86_400 == 0 => format!("{} d", seconds / 86_400),
        Ok(seconds) if seconds % 3_600 == 0 => format!("{} h", seconds / 3_600),
        Ok(seconds) if seconds % 60 == 0 => format!("{} min", seconds / 60),
        Ok(seconds) => format!("{seconds} s"),
    }
}
