//! Paths: the JSONPath of the language, and its restriction to reference paths.
//!
//! A definite path names one place; any other answers the list of what it finds, which may be empty.

mod filter;
mod parse;

use serde_json::{Map, Value};

use filter::Filter;
pub use parse::PathError;

/// A path.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// What it starts at.
    pub root: Root,
    steps: Vec<Step>,
}

/// What a path starts at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Root {
    /// `$`, the data.
    Data,
    /// `$$`, the context object.
    Context,
    /// `$name`, a variable.
    Variable(String),
}

#[derive(Clone, Debug, PartialEq)]
enum Step {
    Name(String),
    Index(i64),
    Wild,
    Names(Vec<String>),
    Indices(Vec<i64>),
    Slice(Option<i64>, Option<i64>, i64),
    /// The value and all that is in it; then the next step.
    Deep,
    Filter(Box<Filter>),
}

/// What paths start at.
#[derive(Clone, Copy, Debug)]
pub struct Roots<'a> {
    /// `$`.
    pub data: &'a Value,
    /// `$$`.
    pub context: &'a Value,
    /// `$name`.
    pub variables: &'a Map<String, Value>,
}

impl Path {
    /// Reads a path.
    pub fn read(text: &str) -> Result<Self, PathError> {
        parse::path(text)
    }

    /// Reads a path that names one place: `$.a.b[0]`.
    pub fn read_reference(text: &str) -> Result<Self, PathError> {
        let path = Self::read(text)?;
        let plain = |step: &Step| matches!(step, Step::Name(_) | Step::Index(0..));
        if path.steps.iter().all(plain) {
            return Ok(path);
        }
        Err(PathError { at: 0, why: "a reference path names one place, by names and numbers" })
    }

    /// True where it names one place.
    pub fn is_definite(&self) -> bool {
        self.steps.iter().all(|step| matches!(step, Step::Name(_) | Step::Index(_)))
    }

    /// The value it leads to; `None` where there is none.
    pub fn get(&self, roots: &Roots) -> Option<Value> {
        let start = match &self.root {
            Root::Data => roots.data,
            Root::Context => roots.context,
            Root::Variable(name) => roots.variables.get(name)?,
        };
        let mut found = vec![start];
        for step in &self.steps {
            found = found.into_iter().flat_map(|value| step.take(value, roots.data)).collect();
        }
        if self.is_definite() {
            return found.first().copied().cloned();
        }
        Some(found.into_iter().cloned().collect())
    }

    /// Puts a value where the path leads; objects that are not there are made. `None` where something else is in the way.
    pub fn put(&self, into: &mut Value, value: Value) -> Option<()> {
        let mut place = into;
        for step in &self.steps {
            place = match step {
                Step::Name(name) => {
                    if place.is_null() {
                        *place = Value::Object(Map::new());
                    }
                    place.as_object_mut()?.entry(name.clone()).or_insert(Value::Null)
                }
                Step::Index(index) => place.as_array_mut()?.get_mut(usize::try_from(*index).ok()?)?,
                _ => return None,
            };
        }
        *place = value;
        Some(())
    }
}

impl Step {
    fn take<'a>(&self, value: &'a Value, root: &'a Value) -> Vec<&'a Value> {
        match self {
            Self::Name(name) => value.get(name).into_iter().collect(),
            Self::Index(index) => at(value, *index).into_iter().collect(),
            Self::Wild => children(value),
            Self::Names(names) => names.iter().filter_map(|name| value.get(name)).collect(),
            Self::Indices(indices) => indices.iter().filter_map(|index| at(value, *index)).collect(),
            Self::Slice(from, to, step) => slice(value, *from, *to, *step),
            Self::Deep => {
                let mut all = Vec::new();
                below(value, &mut all);
                all
            }
            Self::Filter(filter) => children(value).into_iter().filter(|one| filter.takes(one, root)).collect(),
        }
    }
}

fn at(value: &Value, index: i64) -> Option<&Value> {
    let list = value.as_array()?;
    let length = i64::try_from(list.len()).ok()?;
    let index = if index < 0 { index.checked_add(length)? } else { index };
    list.get(usize::try_from(index).ok()?)
}

fn children(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(list) => list.iter().collect(),
        Value::Object(members) => members.values().collect(),
        _ => Vec::new(),
    }
}

fn below<'a>(value: &'a Value, all: &mut Vec<&'a Value>) {
    all.push(value);
    for child in children(value) {
        below(child, all);
    }
}

fn slice(value: &Value, from: Option<i64>, to: Option<i64>, step: i64) -> Vec<&Value> {
    let Some(list) = value.as_array() else { return Vec::new() };
    let length = i64::try_from(list.len()).unwrap_or(i64::MAX);
    let place = |index: i64| if index < 0 { index.saturating_add(length).max(0) } else { index.min(length) };
    let (from, to) = (place(from.unwrap_or(0)), place(to.unwrap_or(length)));
    let step = usize::try_from(step.max(1)).unwrap_or(usize::MAX);
    (from..to).step_by(step).filter_map(|index| at(value, index)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn data() -> Value {
        json!({ "a": { "b": [1, 2, 3, 4], "c d": "x" }, "list": [{ "n": 1, "s": "p" }, { "n": 2 }, { "n": 3, "s": "q" }] })
    }

    fn get(path: &str) -> Option<Value> {
        let variables = json!({ "v": { "w": [7] } });
        let roots = Roots {
            data: &data(),
            context: &json!({ "Execution": { "Id": "e" } }),
            variables: variables.as_object().unwrap(),
        };
        Path::read(path).unwrap_or_else(|error| panic!("{path}: {error}")).get(&roots)
    }

    #[test]
    fn paths_find_what_they_name() {
        for (path, expected) in [
            ("$", data()),
            ("$.a.b[0]", json!(1)),
            ("$.a.b[-1]", json!(4)),
            ("$['a']['c d']", json!("x")),
            ("$.a.b[0,2]", json!([1, 3])),
            ("$.a.b[1:3]", json!([2, 3])),
            ("$.a.b[::2]", json!([1, 3])),
            ("$.a.b[-2:]", json!([3, 4])),
            ("$.a.b[*]", json!([1, 2, 3, 4])),
            ("$.list[*].n", json!([1, 2, 3])),
            ("$..n", json!([1, 2, 3])),
            ("$.list[?(@.n > 1)].n", json!([2, 3])),
            ("$.list[?(@.s)].n", json!([1, 3])),
            ("$.list[?(@.s == 'q' || @.n==2)].n", json!([2, 3])),
            ("$.list[?(!@.s && @.n <= 2)].n", json!([2])),
            ("$.list[?(@.n == $.a.b[2])].s", json!(["q"])),
            ("$.list[?(@.none)]", json!([])),
            ("$.a['b','c d']", json!([[1, 2, 3, 4], "x"])),
            ("$$.Execution.Id", json!("e")),
            ("$v.w[0]", json!(7)),
        ] {
            assert_eq!(get(path), Some(expected), "{path}");
        }
        assert_eq!(get("$.none"), None);
        assert_eq!(get("$.a.b[9]"), None);
        assert_eq!(get("$unknown"), None);
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for text in ["", "a", "$.", "$[", "$.a[", "$.a[?(", "$.a[?(@.n = 1)]", "$['a", "$.a b", "$[1:2:0]", "$x-y"] {
            assert!(Path::read(text).is_err(), "{text}");
        }
        let deep = format!("$[?({}@{})]", "(".repeat(5000), ")".repeat(5000));
        assert!(Path::read(&deep).is_err());
        for text in ["$.a[*]", "$..a", "$.a[1:2]", "$.a[-1]", "$.a[?(@.b)]"] {
            assert!(Path::read_reference(text).is_err(), "{text}");
        }
        assert!(Path::read_reference("$.a['b'][3]").is_ok());
    }

    #[test]
    fn values_are_put_where_reference_paths_lead() {
        let put =
            |path: &str, mut into: Value| Path::read_reference(path).unwrap().put(&mut into, json!(1)).map(|()| into);
        assert_eq!(put("$", json!({ "a": 2 })), Some(json!(1)));
        assert_eq!(put("$.b.c", json!({ "a": 2 })), Some(json!({ "a": 2, "b": { "c": 1 } })));
        assert_eq!(put("$.a[1]", json!({ "a": [0, 0] })), Some(json!({ "a": [0, 1] })));
        assert_eq!(put("$.a[2]", json!({ "a": [0, 0] })), None);
        assert_eq!(put("$.a.b", json!({ "a": "text" })), None);
    }
}
