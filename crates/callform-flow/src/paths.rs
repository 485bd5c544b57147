//! The JSONPaths that an action reads.

use serde_json::Value;

use crate::Action;

/// Every text in the parameters of an action, with the name of the parameter it is in.
pub fn texts(action: &Action) -> Vec<(&str, &str)> {
    let mut found = Vec::with_capacity(action.parameters.len());
    let mut waiting = Vec::new();
    for (name, value) in &action.parameters {
        waiting.push(value);
        while let Some(value) = waiting.pop() {
            match value {
                Value::String(text) => found.push((name.as_str(), text.as_str())),
                Value::Array(items) => waiting.extend(items.iter().rev()),
                Value::Object(members) => waiting.extend(members.values().rev()),
                Value::Null | Value::Bool(_) | Value::Number(_) => {}
            }
        }
    }
    found
}

/// Every JSONPath an action reads, in order, each once.
pub fn read(action: &Action) -> Vec<&str> {
    let mut found = Vec::new();
    for path in texts(action).into_iter().flat_map(|(_, text)| in_text(text)) {
        if !found.contains(&path) {
            found.push(path);
        }
    }
    found
}

/// The JSONPaths in a text: `$.Attributes.name`, `$.Attributes.['a name']`.
pub fn in_text(text: &str) -> impl Iterator<Item = &str> {
    // Looking for one character is many times faster than for two.
    text.match_indices('$').filter_map(|(start, _)| {
        let rest = &text[start..];
        if rest.as_bytes().get(1) != Some(&b'.') {
            return None;
        }
        let path = rest[..end_of_path(rest)].trim_end_matches(['.', '-']);
        let begins = path[2.min(path.len())..].chars().next();
        begins.is_some_and(char::is_alphabetic).then_some(path)
    })
}

fn end_of_path(text: &str) -> usize {
    let mut in_brackets = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            '[' => in_brackets = true,
            ']' if in_brackets => in_brackets = false,
            _ if in_brackets => {}
            _ if character.is_alphanumeric() || matches!(character, '.' | '_' | '-') => {}
            _ => return at,
        }
    }
    text.len()
}

/// The parts of a path after `$`: `$.External.a.b` gives `External`, `a`, `b`.
pub fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.trim_start_matches('$')
        .split(['.', '[', ']'])
        .map(|part| part.trim_matches(['\'', '"']))
        .filter(|part| !part.is_empty())
}

/// The first part of a path.
pub fn root(path: &str) -> &str {
    parts(path).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_end_where_words_do() {
        let found = |text| in_text(text).collect::<Vec<_>>();
        assert_eq!(
            found("Hello $.External.first, your number is $.CustomerEndpoint.Address."),
            ["$.External.first", "$.CustomerEndpoint.Address"]
        );
        assert_eq!(found("$.Attributes.['a key'] $.A-b_c"), ["$.Attributes.['a key']", "$.A-b_c"]);
        assert_eq!(found("It costs $.50, or $. more"), [""; 0]);
        assert_eq!(found("(€$.Queue.Name) $.Größe$.X"), ["$.Queue.Name", "$.Größe", "$.X"]);
        assert_eq!(found("$.Attributes.[broken"), ["$.Attributes.[broken"]);
        assert_eq!(found("[$.Attributes.x]"), ["$.Attributes.x"]);
    }

    #[test]
    fn parts_of_a_path() {
        assert_eq!(parts("$.Attributes.['a key'].b").collect::<Vec<_>>(), ["Attributes", "a key", "b"]);
        assert_eq!(root("$.External"), "External");
    }
}
