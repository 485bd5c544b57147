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
    places_in_list(text, file).into_iter().next().unwrap_or_default()
}

/// The same for a text with several flows, in their order. Flows that are texts themselves have no places.
pub fn places_in_list(text: &str, file: FileId) -> Vec<Places> {
    let bytes = text.as_bytes();
    // Places, and how many brackets are open around each list of actions.
    let mut found: Vec<(usize, Places)> = Vec::new();
    let mut list: Option<ActionList> = None;
    let mut depth = 0_usize;
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
                } else if let (Some(list), Some((_, places))) = (&list, found.last_mut())
                    && depth == list.depth + 2
                    && key == list.identifier
                {
                    places.add(string, Span::new(file, offset(at), offset(end)));
                }
                at = end;
                continue;
            }
            b'{' | b'[' => {
                if *byte == b'[' && list.is_none() {
                    list = ActionList::of(key, depth);
                    found.extend(list.is_some().then(|| (depth, Places::default())));
                }
                depth += 1;
                key = "";
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                list = list.filter(|list| depth > list.depth);
            }
            b',' => key = "",
            _ => {}
        }
        at += 1;
    }
    // Lists of the same name deeper inside are something else.
    let outermost = found.iter().map(|(depth, _)| *depth).min().unwrap_or_default();
    found.into_iter().filter(|(depth, _)| *depth == outermost).map(|(_, places)| places).collect()
}

/// The list of actions that is being read.
struct ActionList {
    /// How many brackets are open around it.
    depth: usize,
    /// Key of an action's identifier, in quotes.
    identifier: &'static str,
}

impl ActionList {
    fn of(key: &str, depth: usize) -> Option<Self> {
        match key {
            "\"Actions\"" => Some(Self { depth, identifier: "\"Identifier\"" }),
            "\"modules\"" => Some(Self { depth, identifier: "\"id\"" }),
            _ => None,
        }
    }
}

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

    #[test]
    fn several_flows_have_their_own_places() {
        let action = "{ \"Identifier\": \"a\", \"Parameters\": { \"Actions\": [{ \"Identifier\": \"x\" }] } }";
        let flow =
            format!("{{ \"Metadata\": {{ \"Actions\": [{{ \"Identifier\": \"y\" }}] }}, \"Actions\": [{action}] }}");
        let former = "{ \"modules\": [{ \"id\": \"a\" }] }";
        let text = format!("[{flow},\n{flow},\n{former}]");
        let mut sources = SourceMap::default();
        let file = sources.add("flows.json", text.clone());
        let found = places_in_list(&text, file);
        let shown = found.iter().map(|places| {
            let span = places.get("a").expect("a place");
            format!(
                "{} {}",
                sources.location(span).to_string().split(':').nth(1).unwrap_or_default(),
                sources.slice(span)
            )
        });
        assert_eq!(shown.collect::<Vec<_>>(), ["1 \"a\"", "2 \"a\"", "3 \"a\""]);
        assert!(found.iter().all(|places| !places.contains("x") && !places.contains("y")));
    }
}
