//! The tree: every node knows the bytes it was written in.

use crate::{Span, Spanned};

/// A value and the place it was written at.
///
/// Compares by value and place; use [`Node::same_value`] to leave the place out.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The bytes the value was written in, quotes and brackets included. A value that was left out (`key:`) has its
    /// key's span. Nodes that came in through an alias keep the place of their anchor.
    pub span: Span,
    /// The value.
    pub value: NodeValue,
    /// What stands there, where a number or truth value is written otherwise than it would be printed: `01234`, `1.10`,
    /// `0x1F`, a number too long for its type. Who takes any scalar as text gets this.
    pub written: Option<Box<str>>,
}

/// What a node is, after the core schema of YAML 1.2 has been applied to plain scalars.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeValue {
    /// `null`, `~` or nothing at all.
    Null,
    /// `true` or `false` (`yes`, `no`, `on` and `off` are strings).
    Bool(bool),
    /// A whole number that fits 64 bits.
    Integer(i64),
    /// Any other number, `.inf` and `.nan` included.
    Float(f64),
    /// Text.
    String(String),
    /// A list.
    Sequence(Vec<Node>),
    /// Keys and values in the order they were written; no key occurs twice.
    Mapping(Vec<Entry>),
}

/// One key of a mapping and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key's text: as written for plain scalars (`1:` is `"1"`), without quotes and escapes for quoted ones.
    pub key: Spanned<String>,
    /// The value.
    pub value: Node,
}

impl Node {
    /// Joins a value and its place.
    pub fn new(span: Span, value: NodeValue) -> Self {
        Self { span, value, written: None }
    }

    /// The text of a scalar: of a string, or a number or truth value as it was written; `None` for everything else.
    pub fn scalar_text(&self) -> Option<String> {
        if let Some(written) = &self.written {
            return Some(written.to_string());
        }
        match &self.value {
            NodeValue::Bool(value) => Some(value.to_string()),
            NodeValue::Integer(value) => Some(value.to_string()),
            NodeValue::Float(value) => Some(value.to_string()),
            NodeValue::String(value) => Some(value.clone()),
            NodeValue::Null | NodeValue::Sequence(_) | NodeValue::Mapping(_) => None,
        }
    }

    /// The value of a mapping's key; `None` where there is no such key or the node is no mapping.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|entry| entry.key.value == key).map(|entry| &entry.value)
    }

    /// Takes a key out of a mapping.
    pub fn remove(&mut self, key: &str) -> Option<Entry> {
        let NodeValue::Mapping(entries) = &mut self.value else { return None };
        let index = entries.iter().position(|entry| entry.key.value == key)?;
        Some(entries.remove(index))
    }

    /// The text of a string node.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            NodeValue::String(text) => Some(text),
            _ => None,
        }
    }

    /// The entries of a mapping; empty for every other node.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            NodeValue::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; empty for every other node.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            NodeValue::Sequence(items) => items,
            _ => &[],
        }
    }

    /// What the node is, for messages: `a string`, `a list`, `nothing` …
    pub fn kind_word(&self) -> &'static str {
        match &self.value {
            NodeValue::Null => "nothing",
            NodeValue::Bool(_) => "true or false",
            NodeValue::Integer(_) => "a whole number",
            NodeValue::Float(_) => "a number",
            NodeValue::String(_) => "a string",
            NodeValue::Sequence(_) => "a list",
            NodeValue::Mapping(_) => "a mapping",
        }
    }

    /// True where both nodes mean the same, wherever they were written; the order of keys does not matter.
    pub fn same_value(&self, other: &Node) -> bool {
        match (&self.value, &other.value) {
            (NodeValue::Sequence(left), NodeValue::Sequence(right)) => {
                left.len() == right.len() && left.iter().zip(right).all(|(left, right)| left.same_value(right))
            }
            (NodeValue::Mapping(left), NodeValue::Mapping(right)) => {
                left.len() == right.len()
                    && left
                        .iter()
                        .all(|entry| other.get(&entry.key.value).is_some_and(|value| entry.value.same_value(value)))
            }
            (left, right) => left == right,
        }
    }

    /// Calls a function with every string scalar and its place, keys excepted, in the order they were written.
    pub fn strings_mut(&mut self, change: &mut impl FnMut(&mut String, Span)) {
        match &mut self.value {
            NodeValue::String(text) => change(text, self.span),
            NodeValue::Sequence(items) => items.iter_mut().for_each(|item| item.strings_mut(change)),
            NodeValue::Mapping(entries) => entries.iter_mut().for_each(|entry| entry.value.strings_mut(change)),
            NodeValue::Null | NodeValue::Bool(_) | NodeValue::Integer(_) | NodeValue::Float(_) => {}
        }
    }

    /// The same value as JSON; `.inf` and `.nan`, which JSON has not, become null.
    pub fn to_json(&self) -> serde_json::Value {
        match &self.value {
            NodeValue::Null => serde_json::Value::Null,
            NodeValue::Bool(value) => (*value).into(),
            NodeValue::Integer(value) => (*value).into(),
            NodeValue::Float(value) => (*value).into(),
            NodeValue::String(value) => value.as_str().into(),
            NodeValue::Sequence(items) => items.iter().map(Node::to_json).collect(),
            NodeValue::Mapping(entries) => {
                entries.iter().map(|entry| (entry.key.value.clone(), entry.value.to_json())).collect()
            }
        }
    }

    /// The same as text, with numbers as they were written where JSON has them so: `1.0` and `1e3` stay what they are.
    pub fn to_json_text(&self) -> String {
        match &self.value {
            NodeValue::Integer(_) | NodeValue::Float(_) => {
                let written =
                    self.written.as_deref().filter(|text| serde_json::from_str::<serde_json::Number>(text).is_ok());
                written.map_or_else(|| self.to_json().to_string(), str::to_owned)
            }
            NodeValue::Sequence(items) => {
                let items: Vec<String> = items.iter().map(Node::to_json_text).collect();
                format!("[{}]", items.join(","))
            }
            NodeValue::Mapping(entries) => {
                let member = |entry: &Entry| {
                    let key = serde_json::Value::from(entry.key.value.as_str());
                    format!("{key}:{}", entry.value.to_json_text())
                };
                let members: Vec<String> = entries.iter().map(member).collect();
                format!("{{{}}}", members.join(","))
            }
            NodeValue::Null | NodeValue::Bool(_) | NodeValue::String(_) => self.to_json().to_string(),
        }
    }
}

/// Lays one tree over another: mappings are merged key by key at every depth, everything else is replaced.
///
/// Keys of `base` keep their place in the order, new ones follow. A merged mapping keeps `base`'s span, so that
/// problems of the whole are shown where the whole was written.
pub fn merge(base: Node, overlay: Node) -> Node {
    match (base.value, overlay.value) {
        (NodeValue::Mapping(mut entries), NodeValue::Mapping(changes)) => {
            for change in changes {
                match entries.iter_mut().find(|entry| entry.key.value == change.key.value) {
                    Some(entry) => {
                        let null = Node::new(entry.value.span, NodeValue::Null);
                        let old = std::mem::replace(&mut entry.value, null);
                        entry.value = merge(old, change.value);
                    }
                    None => entries.push(change),
                }
            }
            Node::new(base.span, NodeValue::Mapping(entries))
        }
        (_, value) => Node { span: overlay.span, value, written: overlay.written },
    }
}
