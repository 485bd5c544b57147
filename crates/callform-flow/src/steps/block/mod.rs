//! Steps for actions that need no notation of their own: one row of a table says what the step is called, which of the
//! action's parameters its keys are, and what it branches on. Reading, compiling and decompiling follow the same row.

mod schema;
mod table;

pub use table::all;

use std::fmt;

use callform_source::Spanned;
use indexmap::IndexMap;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::Branch;

/// One row: a step and the action it stands for.
#[derive(Clone, Copy, Debug)]
pub struct BlockSpec {
    /// The key that names the step.
    pub word: &'static str,
    /// What the step does.
    pub documentation: &'static str,
    /// What the key's value is.
    pub main: Main,
    /// The action's type.
    pub action: &'static str,
    /// Further keys, or the keys inside the main value for [`Main::Group`].
    pub fields: &'static [Field],
    /// Branches.
    pub outcomes: &'static [Outcome],
    /// True where the author names results and what to do on each: `branches:`.
    pub has_branches: bool,
}

/// What the value of a step's own key is.
#[derive(Clone, Copy, Debug)]
pub enum Main {
    /// This word, which tells apart the steps that share a key (`case: create`).
    Choice(&'static str),
    /// A parameter.
    Parameter(Field),
    /// A mapping with the fields.
    Group,
}

/// A key and the parameter it stands for.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The key in the step; not used for a main parameter.
    pub key: &'static str,
    /// The parameter, or a path into it: `CallerId.Number`. Empty for all parameters together.
    pub path: &'static str,
    /// Form of the value.
    pub kind: FieldKind,
    /// What it is.
    pub documentation: &'static str,
}

/// Form of a value.
#[derive(Clone, Copy, Debug)]
pub enum FieldKind {
    /// Text, which may contain JSONPaths.
    Text,
    /// A name of this kind of object, or one JSONPath.
    Reference(&'static str),
    /// `true` or `false`, and how the flow language writes the two.
    Truth(&'static str, &'static str),
    /// A length of time, written in seconds.
    Seconds,
    /// One of these words, and how the flow language writes each.
    Words(&'static [(&'static str, &'static str)]),
    /// A mapping, list or text in the words of the flow language.
    Json,
}

/// A branch of a step.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// The key.
    pub key: &'static str,
    /// What takes the branch.
    pub taken: Taken,
    /// True where the service insists on it, so that it leads to the flow's `on_error` where the step has no such key.
    pub always: bool,
    /// When it is taken.
    pub documentation: &'static str,
}

/// What takes a branch.
#[derive(Clone, Copy, Debug)]
pub enum Taken {
    /// An error.
    Error(&'static str),
    /// A result.
    Equals(&'static str),
}

/// A step of the table.
#[derive(Clone, Debug)]
pub struct BlockStep {
    /// The row.
    pub spec: &'static BlockSpec,
    /// The value of the step's own key.
    pub main: Spanned<Value>,
    /// The values of the further keys.
    pub values: IndexMap<String, Spanned<Value>>,
    /// What to do on each named result.
    pub branches: IndexMap<Spanned<String>, Branch>,
    /// What to do on each outcome.
    pub outcomes: IndexMap<String, Branch>,
    /// Name for `goto` and the Connect editor.
    pub name: Option<Spanned<String>>,
}

impl PartialEq for BlockStep {
    fn eq(&self, other: &Self) -> bool {
        // Rows are told apart by what they stand for; the rest is what was written.
        (self.spec.word, self.spec.action) == (other.spec.word, other.spec.action)
            && self.main == other.main
            && self.values == other.values
            && self.branches == other.branches
            && self.outcomes == other.outcomes
            && self.name == other.name
    }
}

impl<'de> Deserialize<'de> for BlockStep {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(BlockVisitor)
    }
}

struct BlockVisitor;

impl<'de> Visitor<'de> for BlockVisitor {
    type Value = BlockStep;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a step")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<BlockStep, A::Error> {
        let mut values: IndexMap<String, Spanned<Value>> = IndexMap::new();
        let mut branches = IndexMap::new();
        let mut outcomes = IndexMap::new();
        let mut name = None;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "name" => name = Some(map.next_value()?),
                "branches" => branches = map.next_value()?,
                key if is_outcome(key) => drop(outcomes.insert(key.to_owned(), map.next_value()?)),
                key => drop(values.insert(key.to_owned(), map.next_value()?)),
            }
        }
        let spec = row(&values).ok_or_else(|| A::Error::custom("unknown step"))?;
        let main = values.shift_remove(spec.word).ok_or_else(|| A::Error::missing_field(spec.word))?;
        let known = |key: &str| !matches!(spec.main, Main::Group) && spec.fields.iter().any(|field| field.key == key);
        if let Some(key) = values.keys().find(|key| !known(key)) {
            return Err(A::Error::custom(format!("`{}` has no key `{key}`", spec.word)));
        }
        if let Some(key) = outcomes.keys().find(|key| !spec.outcomes.iter().any(|it| it.key == key.as_str())) {
            return Err(A::Error::custom(format!("`{}` has no key `{key}`", spec.word)));
        }
        Ok(BlockStep { spec, main, values, branches, outcomes, name })
    }
}

fn is_outcome(key: &str) -> bool {
    all().any(|spec| spec.outcomes.iter().any(|outcome| outcome.key == key))
}

/// The row of a step: its word is a key, and its choice that key's value.
fn row(values: &IndexMap<String, Spanned<Value>>) -> Option<&'static BlockSpec> {
    all().find(|spec| match (values.get(spec.word), spec.main) {
        (None, _) => false,
        (Some(given), Main::Choice(choice)) => given.value == choice,
        (Some(_), Main::Parameter(_) | Main::Group) => true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_mean_one_thing() {
        for spec in all() {
            assert!(crate::catalog::find(spec.action).is_some(), "{}", spec.action);
            for field in spec.fields {
                assert!(!is_outcome(field.key), "{} is a branch elsewhere", field.key);
            }
            let rows = all().filter(|other| other.word == spec.word).count();
            assert!(rows == 1 || matches!(spec.main, Main::Choice(_) | Main::Parameter(_)), "{}", spec.word);
        }
    }
}
