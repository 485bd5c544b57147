//! One resource type's schema.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::{Mutex, PoisonError};

use fancy_regex::{Regex, RegexBuilder};
use serde_json::Value;

use crate::pointer::PropertyPointer;
use crate::validate::types;

/// The schema of one resource type.
#[derive(Debug)]
pub struct ResourceSchema {
    /// Such as `AWS::Connect::Queue`.
    pub type_name: String,
    /// Top-level properties that have to be there.
    pub required: Vec<String>,
    /// A change of these makes a new resource.
    pub create_only: Vec<PropertyPointer>,
    /// A change of these makes a new resource in some cases.
    pub conditional_create_only: Vec<PropertyPointer>,
    /// Assigned by the service, never written.
    pub read_only: Vec<PropertyPointer>,
    /// Written, never read back.
    pub write_only: Vec<PropertyPointer>,
    /// What identifies a resource; several pointers make a `|`-separated identifier.
    pub primary_identifier: Vec<PropertyPointer>,
    /// The top-level property that holds tags, where the type has tags.
    pub tag_property: Option<String>,
    /// True where a replacement deletes the old resource first (`replacementStrategy: delete_then_create`).
    pub deletes_before_replacing: bool,
    pub(crate) document: Value,
    /// Compiled patterns; `None` for one that the regex engine does not take.
    patterns: Mutex<BTreeMap<String, Option<Pattern>>>,
}

impl ResourceSchema {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let document: Value = serde_json::from_str(text).ok()?;
        let strings = |member: &str| -> Vec<String> {
            let list = document.get(member).and_then(Value::as_array);
            list.into_iter().flatten().filter_map(|item| item.as_str().map(str::to_owned)).collect()
        };
        let pointers = |member: &str| strings(member).iter().map(|text| PropertyPointer::of_schema(text)).collect();
        let tag_property = document.pointer("/tagging/tagProperty").and_then(Value::as_str);
        Some(Self {
            type_name: document.get("typeName")?.as_str()?.to_owned(),
            required: strings("required"),
            create_only: pointers("createOnlyProperties"),
            conditional_create_only: pointers("conditionalCreateOnlyProperties"),
            read_only: pointers("readOnlyProperties"),
            write_only: pointers("writeOnlyProperties"),
            primary_identifier: pointers("primaryIdentifier"),
            tag_property: tag_property.map(|pointer| PropertyPointer::of_schema(pointer).property().to_owned()),
            deletes_before_replacing: document.get("replacementStrategy").and_then(Value::as_str)
                == Some("delete_then_create"),
            document,
            patterns: Mutex::new(BTreeMap::new()),
        })
    }

    /// Names of all top-level properties, those assigned by the service included, sorted.
    pub fn property_names(&self) -> impl Iterator<Item = &str> {
        self.document.get("properties").and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name.as_str())
    }

    /// True where a change of the property at `path` (`/Name`, `/KeySchema/0/AttributeName`) makes a new resource.
    pub fn is_create_only(&self, path: &str) -> bool {
        self.create_only.iter().any(|pointer| pointer.covers(path))
    }

    /// True where the property at `path` is assigned by the service.
    pub fn is_read_only(&self, path: &str) -> bool {
        self.read_only.iter().any(|pointer| pointer.covers(path))
    }

    /// True where the property at `path` cannot be read back.
    pub fn is_write_only(&self, path: &str) -> bool {
        self.write_only.iter().any(|pointer| pointer.covers(path))
    }

    /// The create-only pointers whose values differ: why a change from `old` to `new` replaces the resource. Those that
    /// replace only in some cases count: which cases, only the handler knows.
    pub fn replacing_properties(&self, old: &Value, new: &Value) -> Vec<&PropertyPointer> {
        let pointers = self.create_only.iter().chain(&self.conditional_create_only);
        pointers.filter(|pointer| pointer.values(old) != pointer.values(new)).collect()
    }

    /// True where the list at `path` has no order (`insertionOrder: false`), so that drift compares it as a set.
    pub fn is_unordered(&self, path: &str) -> bool {
        let node = self.node(path);
        node.and_then(|node| node.get("insertionOrder")).and_then(Value::as_bool) == Some(false)
    }

    /// True where the object at `path` has members of free names (environment variables, a policy), rather than those
    /// of a structure.
    pub fn is_map(&self, path: &str) -> bool {
        self.node(path).is_some_and(|node| {
            let types: Vec<&str> = node.as_object().into_iter().flat_map(types).collect();
            types.contains(&"object") && node.get("properties").is_none()
        })
    }

    /// The JSON type of the value at `path`, where the schema allows one only.
    pub fn type_at(&self, path: &str) -> Option<&str> {
        let mut wanted = types(self.node(path)?.as_object()?);
        wanted.next().filter(|_| wanted.next().is_none())
    }

    /// The values that the text at `path` is restricted to; empty where it is not.
    pub fn choices_at(&self, path: &str) -> impl Iterator<Item = &str> {
        let choices = self.node(path).and_then(|node| node.get("enum")).and_then(Value::as_array);
        choices.into_iter().flatten().filter_map(Value::as_str)
    }

    /// The most characters the text at `path` may have.
    pub fn max_length_at(&self, path: &str) -> Option<usize> {
        self.node(path)?.get("maxLength")?.as_u64()?.try_into().ok()
    }

    /// A text that the schema takes at `path`, of letters and digits as far as its pattern lets them; `draw` gives the
    /// numbers they are chosen by. `None` where there is no pattern, or one that is more than a regular expression.
    pub fn sample_at(&self, path: &str, draw: &mut dyn FnMut() -> u32) -> Option<String> {
        crate::sample::text(self.node(path)?.get("pattern")?.as_str()?, draw)
    }

    /// The schema of the value at `path`.
    pub(crate) fn node(&self, path: &str) -> Option<&Value> {
        let mut node = &self.document;
        for segment in path.split('/').filter(|segment| !segment.is_empty()) {
            let here = self.resolve(node);
            let by_name = here.get("properties").and_then(|properties| properties.get(segment));
            node = by_name.or_else(|| here.get("items"))?;
        }
        Some(self.resolve(node))
    }

    /// Follows `$ref`s within the document.
    pub(crate) fn resolve<'a>(&'a self, node: &'a Value) -> &'a Value {
        let mut node = node;
        // A schema whose references run in a circle ends here rather than never.
        for _ in 0..16 {
            let Some(target) = node.get("$ref").and_then(Value::as_str) else { break };
            let Some(found) = self.definition(target) else { break };
            node = found;
        }
        node
    }

    /// The target of a `$ref`: nearly always `#/definitions/<name>`, for which no pointer needs to be taken apart.
    fn definition(&self, target: &str) -> Option<&Value> {
        let pointer = target.strip_prefix('#')?;
        match pointer.strip_prefix("/definitions/") {
            Some(name) if !name.contains(['/', '~']) => self.document.get("definitions")?.get(name),
            _ => self.document.pointer(pointer),
        }
    }

    /// True where `text` matches the pattern, or the pattern is one that cannot be checked here.
    pub(crate) fn matches(&self, pattern: &str, text: &str) -> bool {
        let mut patterns = self.patterns.lock().unwrap_or_else(PoisonError::into_inner);
        if !patterns.contains_key(pattern) {
            patterns.insert(pattern.to_owned(), compiled(pattern));
        }
        let pattern = patterns.get(pattern).and_then(Option::as_ref);
        pattern.is_none_or(|pattern| pattern.matches(text))
    }
}

/// A schema's pattern, ready to match.
#[derive(Debug)]
pub(crate) struct Pattern {
    regex: Regex,
    /// How many characters the text must have, where the pattern is a class that is repeated.
    length: Option<RangeInclusive<usize>>,
}

impl Pattern {
    pub(crate) fn matches(&self, text: &str) -> bool {
        self.length.as_ref().is_none_or(|length| length.contains(&text.chars().count()))
            && self.regex.is_match(text).unwrap_or(true)
    }
}

/// Compiles a pattern; `None` for one that cannot be checked here.
///
/// A class of most of Unicode, repeated 250 times, takes a tenth of a second to compile: where a pattern is nothing
/// else, the repetitions are counted instead.
pub(crate) fn compiled(pattern: &str) -> Option<Pattern> {
    let (pattern, length) = match repeated_class(pattern) {
        Some((class, length)) => (format!("^[{class}]*$"), Some(length)),
        None => (pattern.to_owned(), None),
    };
    let regex = RegexBuilder::new(&pattern).delegate_size_limit(64 << 20).build().ok()?;
    Some(Pattern { regex, length })
}

/// Class and lengths of a pattern of the form `^[class]{1,250}$`.
fn repeated_class(pattern: &str) -> Option<(&str, RangeInclusive<usize>)> {
    let (class, counts) = pattern.strip_prefix("^[")?.strip_suffix("}$")?.split_once("]{")?;
    let (least, most) = counts.split_once(',')?;
    // A bracket inside may belong to a nested or an escaped one.
    if class.contains(['[', ']']) || class.ends_with('\\') {
        return None;
    }
    Some((class, least.parse().ok()?..=most.parse().ok()?))
}
