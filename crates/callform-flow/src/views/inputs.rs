//! The inputs of a view: by its schema, or by what its template reads.

use std::collections::BTreeSet;

use callform_source::did_you_mean;
use serde_json::{Map, Value};

use super::Misfit;
use crate::validate::contains_path;

/// Deepest value that is compared with the schema; schemas may refer to themselves.
const DEPTH: usize = 16;

/// What a view takes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Inputs {
    /// The inputs that must be there, in the order of the schema.
    required: Vec<String>,
    /// Those that may be there besides.
    optional: Vec<String>,
    /// True where there may be others.
    is_open: bool,
    schema: Map<String, Value>,
}

impl Inputs {
    pub(super) fn of_schema(schema: Map<String, Value>) -> Self {
        let texts = |value: Option<&Value>| -> Vec<String> {
            let items = value.and_then(Value::as_array).into_iter().flatten();
            items.filter_map(Value::as_str).map(str::to_owned).collect()
        };
        let required = texts(schema.get("required"));
        let properties = schema.get("properties").and_then(Value::as_object);
        let all = properties.into_iter().flat_map(Map::keys);
        let optional = all.filter(|name| !required.contains(name)).cloned().collect();
        let is_open = match schema.get("additionalProperties") {
            Some(Value::Bool(is_open)) => *is_open,
            Some(_) => true,
            // A view refuses what its schema does not have, though JSON Schema by itself would not.
            None => properties.is_none(),
        };
        Self { required, optional, is_open, schema }
    }

    /// What the texts of a template read: `$.Customer.Name` is a part of the input `Customer`.
    pub(super) fn of_template(template: &Map<String, Value>) -> Self {
        let mut read = BTreeSet::new();
        let mut waiting: Vec<&Value> = template.values().collect();
        while let Some(value) = waiting.pop() {
            match value {
                Value::String(text) => read.extend(text.split("$.").skip(1).filter_map(name_in)),
                Value::Array(items) => waiting.extend(items),
                Value::Object(members) => waiting.extend(members.values()),
                Value::Null | Value::Bool(_) | Value::Number(_) => {}
            }
        }
        Self { required: read.into_iter().collect(), optional: Vec::new(), is_open: false, schema: Map::new() }
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.required.iter().chain(&self.optional).map(String::as_str)
    }

    pub(super) fn misfits(&self, data: &Map<String, Value>) -> Vec<Misfit> {
        let mut found = Vec::new();
        for (name, value) in data {
            match self.names().find(|known| is_same(known, name)) {
                Some(known) => {
                    let schema = self.schema.get("properties").and_then(|properties| properties.get(known));
                    if let Some(schema) = schema {
                        self.compare(value, schema, name, DEPTH, &mut found);
                    }
                }
                None if self.is_open => {}
                None => found.push(Misfit::UnknownInput {
                    name: name.clone(),
                    meant: did_you_mean(name, self.names()).map(str::to_owned),
                    known: self.names().map(str::to_owned).collect(),
                }),
            }
        }
        let missing = self.required.iter().filter(|name| !data.keys().any(|given| is_same(name, given)));
        found.extend(missing.map(|name| Misfit::MissingInput { name: name.clone() }));
        found
    }

    /// Compares kinds only: text, list, object. A flow writes numbers and truth values as text.
    fn compare(&self, value: &Value, schema: &Value, path: &str, depth: usize, found: &mut Vec<Misfit>) {
        let Some(schema) = self.resolved(schema, depth) else { return };
        let is_dynamic = value.as_str().is_some_and(contains_path);
        if depth == 0 || is_dynamic || value.is_null() {
            return;
        }
        if let Some(choices) = ["anyOf", "oneOf"].into_iter().find_map(|key| schema.get(key)?.as_array()) {
            let fits = |choice: &Value| {
                let mut own = Vec::new();
                self.compare(value, choice, path, depth - 1, &mut own);
                own.is_empty()
            };
            if !choices.iter().any(fits) {
                let all: Vec<Kind> =
                    choices.iter().filter_map(|choice| self.resolved(choice, depth)).flat_map(kinds).collect();
                let says_more = !all.is_empty() && !all.contains(&Kind::of(value));
                let expected = if says_more { words(&all) } else { "of one of its forms".to_owned() };
                found.push(Misfit::WrongInput { path: path.to_owned(), expected });
            }
            return;
        }
        let kinds = kinds(schema);
        if !kinds.is_empty() && !kinds.contains(&Kind::of(value)) {
            found.push(Misfit::WrongInput { path: path.to_owned(), expected: words(&kinds) });
            return;
        }
        match value {
            Value::Array(items) => {
                let Some(schema) = schema.get("items") else { return };
                for (index, item) in items.iter().enumerate() {
                    self.compare(item, schema, &format!("{path}[{index}]"), depth - 1, found);
                }
            }
            Value::Object(members) => {
                for (name, member) in members {
                    if let Some(schema) = schema.get("properties").and_then(|properties| properties.get(name)) {
                        self.compare(member, schema, &format!("{path}.{name}"), depth - 1, found);
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    /// What a schema with a `$ref` into the same document refers to; `None` where that is not there.
    fn resolved<'a>(&'a self, schema: &'a Value, depth: usize) -> Option<&'a Value> {
        let mut schema = schema;
        for _ in 0..=depth {
            let Some(reference) = schema.get("$ref").and_then(Value::as_str) else { return Some(schema) };
            let mut parts = reference.strip_prefix("#/")?.split('/');
            let first = self.schema.get(parts.next()?)?;
            schema = parts.try_fold(first, |value, part| value.get(part))?;
        }
        None
    }
}

/// Connect writes the first letter of an input large before it looks for it.
fn is_same(known: &str, given: &str) -> bool {
    let split = |text: &str| {
        let mut characters = text.chars();
        (characters.next().map(|first| first.to_uppercase().to_string()), characters.as_str().to_owned())
    };
    split(known) == split(given)
}

/// The first part of a path, behind its `$.`; none of what only looks like one, such as `$.50`.
fn name_in(path: &str) -> Option<String> {
    if let Some(quoted) = path.strip_prefix("['") {
        return quoted.split_once("']").map(|(name, _)| name.to_owned());
    }
    let name = path.split(|it: char| !(it.is_alphanumeric() || it == '_' || it == '-')).next()?;
    name.starts_with(|first: char| first.is_alphabetic() || first == '_').then(|| name.to_owned())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Scalar,
    List,
    Object,
}

impl Kind {
    fn of(value: &Value) -> Self {
        match value {
            Value::Array(_) => Kind::List,
            Value::Object(_) => Kind::Object,
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Kind::Scalar,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Kind::Scalar => "a text",
            Kind::List => "a list",
            Kind::Object => "an object",
        }
    }
}

fn words(kinds: &[Kind]) -> String {
    let mut words: Vec<&str> = kinds.iter().map(|kind| kind.words()).collect();
    words.dedup();
    words.join(" or ")
}

/// The kinds that a schema's `type` takes; none where it does not say.
fn kinds(schema: &Value) -> Vec<Kind> {
    let one = |name: &str| match name {
        "array" => Some(Kind::List),
        "object" => Some(Kind::Object),
        "string" | "number" | "integer" | "boolean" => Some(Kind::Scalar),
        _ => None,
    };
    let mut kinds = Vec::new();
    let names: Vec<&str> = match schema.get("type") {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    for kind in names.into_iter().filter_map(one) {
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    kinds
}
