//! What callers hear, in short, and other values in words.

use callform_flow::Action;
use callform_flow::wording::{self, DisplayNames};
use serde_json::{Map, Value as Json};

use super::center::Center;

/// What is played: `“Welcome.”`, `the recording “Music”`.
pub(super) fn prompt(parameters: &Map<String, Json>, center: &Center) -> Option<String> {
    if let Some(prompt) = parameters.get("PromptId").and_then(Json::as_str) {
        return Some(format!("the recording “{}”", recording(&center.named(prompt))));
    }
    let speaking =
        Action { action_type: "MessageParticipant".to_owned(), parameters: parameters.clone(), ..Action::default() };
    let said = wording::summary(&speaking, &DisplayNames::default());
    if said.starts_with('“') {
        return Some(plain(&said));
    }
    (!said.is_empty()).then(|| format!("the recording “{}”", recording(&said)))
}

/// A recording's name without what only the service needs: `Music_Pop_Inst.wav` is `Music Pop Inst`.
fn recording(name: &str) -> String {
    name.strip_suffix(".wav").unwrap_or(name).replace('_', " ")
}

/// Text in which what differs from call to call stands in brackets: `$.External.speech` is `‹speech›`.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("$.") {
        plain.push_str(before);
        let path = after.get(..end_of_path(after)).unwrap_or_default().trim_end_matches(['.', '-']);
        rest = after.get(path.len()..).unwrap_or_default();
        if path.starts_with(char::is_alphabetic) {
            plain.push_str(&variable(path));
        } else {
            plain.push_str("$.");
            plain.push_str(path);
        }
    }
    plain.push_str(rest);
    plain
}

/// Where a path ends; names in brackets may have spaces.
fn end_of_path(text: &str) -> usize {
    let mut in_brackets = false;
    for (at, character) in text.char_indices() {
        match character {
            '[' => in_brackets = true,
            ']' => in_brackets = false,
            _ if in_brackets || character.is_alphanumeric() || "._-".contains(character) => {}
            _ => return at,
        }
    }
    text.len()
}

fn variable(path: &str) -> String {
    let parts: Vec<&str> = path.split(['.', '[', ']', '\'']).filter(|part| !part.is_empty()).collect();
    let own = ["Attributes", "External", "FlowAttributes", "Lex"];
    let shown = match parts.as_slice() {
        ["CustomerEndpoint", "Address"] => return "‹the caller's number›".to_owned(),
        ["StoredCustomerInput"] => return "‹what was entered›".to_owned(),
        [root, rest @ ..] if own.contains(root) && !rest.is_empty() => rest.join(" "),
        all => all.join(" "),
    };
    format!("‹{shown}›")
}

/// Seconds in the largest unit that fits.
pub(super) fn seconds(seconds: u64) -> String {
    match seconds {
        0 => "0 s".to_owned(),
        days if days % 86_400 == 0 => format!("{} d", days / 86_400),
        hours if hours % 3_600 == 0 => format!("{} h", hours / 3_600),
        minutes if minutes % 60 == 0 => format!("{} min", minutes / 60),
        other => format!("{other} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_from_call_to_call_stands_in_brackets() {
        for (text, expected) in [
            ("Hello $.External.first, you pay $.5 or $.", "Hello ‹first›, you pay $.5 or $."),
            ("$.Queue.Name. Their number", "‹Queue Name›. Their number"),
            ("$.Attributes.['a key']!", "‹a key›!"),
            ("call $.CustomerEndpoint.Address", "call ‹the caller's number›"),
            ("nothing", "nothing"),
        ] {
            assert_eq!(plain(text), expected);
        }
    }
}
