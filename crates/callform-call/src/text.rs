//! Texts with JSONPaths in them, read once.

use std::sync::Arc;

use callform_flow::paths;
use serde_json::Value;

/// A parameter of a block: fixed, one path, or both mixed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text {
    /// The same for every contact.
    Fixed(Arc<str>),
    /// The value of one path.
    Path(Path),
    /// Text with paths inside.
    Mixed(Box<[Piece]>),
}

/// A part of a mixed text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Plain text.
    Text(Arc<str>),
    /// The value of a path, or nothing where there is none.
    Path(Path),
}

/// A JSONPath such as `$.External.customer.name`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// As it was written.
    pub written: Arc<str>,
    /// The namespace, `External`.
    pub root: Arc<str>,
    /// What follows it.
    pub keys: Box<[Arc<str>]>,
}

impl Text {
    /// Reads a text.
    pub fn new(text: &str) -> Self {
        let mut pieces = Vec::new();
        let mut rest = 0;
        for path in paths::in_text(text) {
            // A path is a part of the text: where it starts is how far its address is from the text's.
            let start = path.as_ptr().addr() - text.as_ptr().addr();
            if start > rest {
                pieces.push(Piece::Text(text[rest..start].into()));
            }
            pieces.push(Piece::Path(Path::new(path)));
            rest = start + path.len();
        }
        if rest < text.len() {
            pieces.push(Piece::Text(text[rest..].into()));
        }
        match pieces.as_slice() {
            [] => Text::Fixed("".into()),
            [Piece::Text(text)] => Text::Fixed(Arc::clone(text)),
            [Piece::Path(path)] => Text::Path(path.clone()),
            _ => Text::Mixed(pieces.into()),
        }
    }

    /// Reads a parameter; numbers and truth values as they are written.
    pub(crate) fn of(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) => Some(Self::new(text)),
            Value::Number(number) => Some(Text::Fixed(number.to_string().into())),
            Value::Bool(truth) => Some(Text::Fixed(truth.to_string().into())),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// The text where it is the same for every contact.
    pub fn fixed(&self) -> Option<&Arc<str>> {
        match self {
            Text::Fixed(text) => Some(text),
            Text::Path(_) | Text::Mixed(_) => None,
        }
    }
}

impl Path {
    /// Reads a path, with or without `$.` in front.
    pub fn new(written: &str) -> Self {
        let mut parts = paths::parts(written);
        let root = parts.next().unwrap_or_default().into();
        Self { written: written.into(), root, keys: parts.map(Arc::from).collect() }
    }

    /// The value of the keys inside a namespace.
    pub(crate) fn inside<'v>(&self, space: &'v Value) -> Option<&'v Value> {
        self.keys.iter().try_fold(space, |value, key| match value {
            Value::Object(members) => members.get(&**key),
            Value::Array(items) => items.get(key.parse::<usize>().ok()?),
            _ => None,
        })
    }
}

/// A value as text: what a prompt says of it, and what conditions compare. `None` for null.
pub(crate) fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_fixed_paths_or_mixed() {
        assert_eq!(Text::new("Hello"), Text::Fixed("Hello".into()));
        assert_eq!(Text::new("$.Attributes.x"), Text::Path(Path::new("$.Attributes.x")));
        let Text::Mixed(pieces) = Text::new("Hi $.External.a.b, bye") else { panic!("mixed") };
        let expected =
            [Piece::Text("Hi ".into()), Piece::Path(Path::new("$.External.a.b")), Piece::Text(", bye".into())];
        assert_eq!(*pieces, expected);
    }

    #[test]
    fn a_path_leads_into_objects_and_lists() {
        let value = serde_json::json!({ "a": { "b c": [1, { "d": "e" }] } });
        let at = |path: &str| Path::new(path).inside(&value).cloned();
        assert_eq!(at("$.External.a.['b c'].1.d"), Some("e".into()));
        assert_eq!(at("$.External.a.x"), None);
        assert_eq!(at("$.External.a.b.c"), None);
    }
}
