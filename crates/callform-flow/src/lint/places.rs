//! Where the actions of a flow were written.

use std::collections::BTreeMap;

use callform_source::{FileId, Span};

/// Where each action was written, by identifier.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Places {
    by_identifier: BTreeMap<String, Span>,
}

impl Places {
    /// The place of an action.
    pub fn get(&self, identifier: &str) -> Option<Span> {
        self.by_identifier.get(identifier).copied()
    }

    /// True where the place of the action is known.
    pub fn contains(&self, identifier: &str) -> bool {
        self.by_identifier.contains_key(identifier)
    }
}

impl Places {
    /// Adds an identifier as JSON writes it; the first of equal ones stays.
    fn add(&mut self, quoted: &str, span: Span) {
        if let Ok(identifier) = serde_json::from_str::<String>(quoted) {
            self.by_identifier.entry(identifier).or_insert(span);
        }
    }
}

impl Extend<(String, Span)> for Places {
    fn extend<T: IntoIterator<Item = (String, Span)>>(&mut self, places: T) {
        self.by_identifier.extend(places);
    }
}

/// The places of the actions in a flow document: of each its identifier. Empty where the text holds no flow.
///
/// Looks at brackets and strings only; whether the text is JSON at all is somebody else's question.
pub fn places_in_json(text: &str, file: FileId) -> Places {
    let bytes = text.as_bytes();
    let mut places = Places::default();
    let mut depth = 0_usize;
    let mut is_in_actions = false;
    // The key whose value comes next.
    let mut key = "";
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => {
                let end = end_of_string(bytes, at);
                let string = &text[at..end];
                if text[end..].trim_start().starts_with(':') {
                    key = string;
                } else if is_in_actions && depth == ACTION && key == "\"Identifier\"" {
                    places.add(string, Span::new(file, offset(at), offset(end)));
                }
                at = end;
                continue;
            }
            b'{' | b'[' => {
                is_in_actions |= *byte == b'[' && depth == 1 && key == "\"Actions\"";
                depth += 1;
                key = "";
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                is_in_actions &= depth > 1;
            }
            b',' => key = "",
            _ => {}
        }
        at += 1;
    }
    places
}

/// How many brackets are open inside an action: the document, the list, the action.
const ACTION: usize = 3;

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Just past the closing quote of a string, or the end of the text.
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use callform_source::SourceMap;

    use super::*;

    #[test]
    fn the_place_of_an_action_is_its_identifier() {
        let text = "{ \"Version\": \"x\",\n \"Actions\": [\n  { \"Identifier\": \"é\\u0041\" },\n {\"Type\":\"T\", \"Identifier\":\"b\"}, {}, 3 ] }";
        let mut sources = SourceMap::default();
        let file = sources.add("flow.json", text);
        let places = places_in_json(text, file);
        let shown = |name: &str| {
            let span = places.get(name).expect("a place");
            format!("{} {}", sources.location(span), sources.slice(span))
        };
        assert_eq!(shown("éA"), "flow.json:3:19 \"é\\u0041\"");
        assert_eq!(shown("b"), "flow.json:4:28 \"b\"");
        for broken in [
            "{",
            "\"",
            "{ \"Actions\": [ { \"Identifier\": \"a\\",
            "]]}}",
            "{\"Actions\":[{\"Identifier\":{\"Identifier\":\"x\"}}]}",
        ] {
            assert_eq!(places_in_json(broken, file), Places::default(), "{broken}");
        }
    }
}
