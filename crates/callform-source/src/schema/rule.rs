//! A compiled schema: rules that refer to one another by index.

use std::collections::BTreeMap;
use std::ops::BitOr;

use regex::Regex;
use serde_json::Value;

use crate::yaml::{Node, NodeValue};

/// Index of a rule in [`Rules`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RuleId(pub(super) usize);

/// All rules of a schema.
#[derive(Debug, Default)]
pub(super) struct Rules {
    pub(super) list: Vec<Rule>,
}

impl Rules {
    pub(super) fn get(&self, id: RuleId) -> &Rule {
        &self.list[id.0]
    }
}

/// What one schema object asks for. The default allows everything.
#[derive(Debug, Default)]
pub(super) struct Rule {
    /// The schema `false`.
    pub(super) never: bool,
    /// Kinds of nodes the rule itself allows (`type`).
    pub(super) types: Types,
    /// Kinds of nodes that can pass, with `enum`, `allOf`, `anyOf` and `oneOf` taken into account.
    pub(super) accepts: Types,
    /// `enum` or `const`.
    pub(super) choices: Option<Vec<Value>>,
    pub(super) properties: BTreeMap<String, RuleId>,
    pub(super) pattern_properties: Vec<(Regex, RuleId)>,
    pub(super) additional: Additional,
    pub(super) required: Vec<String>,
    pub(super) prefix_items: Vec<RuleId>,
    pub(super) items: Option<RuleId>,
    pub(super) unique_items: bool,
    pub(super) all_of: Vec<RuleId>,
    /// Each of these needs one alternative that fits (`anyOf` and `oneOf` alike).
    pub(super) one_of: Vec<Vec<RuleId>>,
    pub(super) range: Range,
    /// Characters of a string.
    pub(super) length: Count,
    /// Items of a list.
    pub(super) item_count: Count,
    /// Keys of a mapping.
    pub(super) key_count: Count,
    pub(super) pattern: Option<Regex>,
    pub(super) custom: Custom,
}

/// `additionalProperties`.
#[derive(Debug, Default)]
pub(super) enum Additional {
    #[default]
    Allowed,
    Forbidden,
    Checked(RuleId),
}

/// Bounds of a number.
#[derive(Debug, Default)]
pub(super) struct Range {
    pub(super) minimum: Option<f64>,
    pub(super) exclusive_minimum: Option<f64>,
    pub(super) maximum: Option<f64>,
    pub(super) exclusive_maximum: Option<f64>,
}

/// Bounds of a length.
#[derive(Debug, Default)]
pub(super) struct Count {
    pub(super) minimum: Option<u64>,
    pub(super) maximum: Option<u64>,
}

/// The extension keywords `x-code`, `x-title` and `x-help`.
#[derive(Clone, Debug, Default)]
pub(super) struct Custom {
    pub(super) code: Option<&'static str>,
    pub(super) title: Option<String>,
    pub(super) help: Option<String>,
}

impl Custom {
    /// The more specific words first, the others where it has none.
    pub(super) fn or<'a>(&'a self, other: &'a Custom) -> &'a Custom {
        if self.code.is_some() || self.title.is_some() || self.help.is_some() { self } else { other }
    }
}

/// A set of kinds of nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Types(u8);

impl Types {
    pub(super) const NONE: Self = Self(0);
    pub(super) const ANY: Self = Self(0x7F);
    pub(super) const NULL: Self = Self(1);
    pub(super) const BOOL: Self = Self(2);
    pub(super) const INTEGER: Self = Self(4);
    pub(super) const FLOAT: Self = Self(8);
    pub(super) const NUMBER: Self = Self(4 | 8);
    pub(super) const STRING: Self = Self(16);
    pub(super) const SEQUENCE: Self = Self(32);
    pub(super) const MAPPING: Self = Self(64);

    pub(super) fn of_node(node: &Node) -> Self {
        match &node.value {
            NodeValue::Null => Self::NULL,
            NodeValue::Bool(_) => Self::BOOL,
            NodeValue::Integer(_) => Self::INTEGER,
            NodeValue::Float(_) => Self::FLOAT,
            NodeValue::String(_) => Self::STRING,
            NodeValue::Sequence(_) => Self::SEQUENCE,
            NodeValue::Mapping(_) => Self::MAPPING,
        }
    }

    pub(super) fn of_json(value: &Value) -> Self {
        match value {
            Value::Null => Self::NULL,
            Value::Bool(_) => Self::BOOL,
            Value::Number(number) if number.is_f64() => Self::FLOAT,
            Value::Number(_) => Self::INTEGER,
            Value::String(_) => Self::STRING,
            Value::Array(_) => Self::SEQUENCE,
            Value::Object(_) => Self::MAPPING,
        }
    }

    /// The set of a JSON Schema type name; `None` for names there are not.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        Some(match name {
            "null" => Self::NULL,
            "boolean" => Self::BOOL,
            "integer" => Self::INTEGER,
            "number" => Self::NUMBER,
            "string" => Self::STRING,
            "array" => Self::SEQUENCE,
            "object" => Self::MAPPING,
            _ => return None,
        })
    }

    pub(super) fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// A value of the only type there is, for advice.
    pub(super) fn example(self) -> Option<&'static str> {
        match self.describe().as_str() {
            "a string" => Some("\"text\""),
            "`true` or `false`" => Some("true"),
            "a number" => Some("1.5"),
            "a whole number" => Some("5"),
            "a list" => Some("[first, second]"),
            "a mapping" => Some("{ key: value }"),
            _ => None,
        }
    }

    /// For messages: `a string or a list`. Null is left out where anything else is allowed, since leaving the key out
    /// does the same.
    pub(super) fn describe(self) -> String {
        let names = [
            (Self::STRING, "a string"),
            (Self::BOOL, "`true` or `false`"),
            (Self::FLOAT, "a number"),
            (Self::INTEGER, "a whole number"),
            (Self::SEQUENCE, "a list"),
            (Self::MAPPING, "a mapping"),
        ];
        let named: Vec<&str> = names
            .iter()
            .filter(|&&(kind, _)| self.intersects(kind))
            .filter(|&&(kind, _)| kind != Self::INTEGER || !self.intersects(Self::FLOAT))
            .map(|&(_, name)| name)
            .collect();
        match named.split_last() {
            None => "nothing".to_owned(),
            Some((last, [])) => (*last).to_owned(),
            Some((last, before)) => format!("{} or {last}", before.join(", ")),
        }
    }
}

impl Default for Types {
    fn default() -> Self {
        Self::ANY
    }
}

impl BitOr for Types {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}
