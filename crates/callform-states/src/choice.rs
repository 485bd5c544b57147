//! Tests of `Choice` states.
//!
//! Source: Amazon States Language, "Choice State". Values of different types are never equal, and no order holds between
//! them.

use std::cmp::Ordering;

use serde_json::Value;

use crate::failure::Failure;
use crate::moment;
use crate::path::{Path, Roots};

/// What is tested.
#[derive(Clone, Debug)]
pub enum Test {
    /// All of them hold.
    All(Vec<Test>),
    /// One of them holds.
    Any(Vec<Test>),
    /// It does not hold.
    Not(Box<Test>),
    /// A comparison.
    Compare {
        /// What is compared.
        variable: Path,
        /// The path as it is written.
        text: String,
        /// How.
        operator: Operator,
        /// With what.
        operand: Operand,
    },
    /// A `JSONata` expression.
    Condition(String),
    /// This.
    Fixed(bool),
}

/// What a variable is compared with.
#[derive(Clone, Debug)]
pub enum Operand {
    /// A value.
    Value(Value),
    /// What a path leads to; with the path as it is written.
    Path(Path, String),
}

/// How values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// By an order of a type.
    Ordered(Ordered, Relation),
    /// By a pattern, in which `*` is anything.
    Matches,
    /// By what it is.
    Is(Nature),
}

/// Types with an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as the language names them")]
pub enum Ordered {
    String,
    Numeric,
    Boolean,
    Timestamp,
}

/// Which order is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as the language names them")]
pub enum Relation {
    Equals,
    LessThan,
    GreaterThan,
    LessThanEquals,
    GreaterThanEquals,
}

/// What a value may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as the language names them")]
pub enum Nature {
    Null,
    Present,
    Numeric,
    String,
    Boolean,
    Timestamp,
}

impl Operator {
    /// The operator of a name, such as `StringEquals`.
    pub fn read(name: &str) -> Option<Self> {
        if name == "StringMatches" {
            return Some(Self::Matches);
        }
        if let Some(what) = name.strip_prefix("Is") {
            return Some(Self::Is(match what {
                "Null" => Nature::Null,
                "Present" => Nature::Present,
                "Numeric" => Nature::Numeric,
                "String" => Nature::String,
                "Boolean" => Nature::Boolean,
                "Timestamp" => Nature::Timestamp,
                _ => return None,
            }));
        }
        let types = [
            ("String", Ordered::String),
            ("Numeric", Ordered::Numeric),
            ("Boolean", Ordered::Boolean),
            ("Timestamp", Ordered::Timestamp),
        ];
        let (relation, ordered) = types.into_iter().find_map(|(start, it)| Some((name.strip_prefix(start)?, it)))?;
        let relation = match relation {
            "Equals" => Relation::Equals,
            "LessThan" => Relation::LessThan,
            "GreaterThan" => Relation::GreaterThan,
            "LessThanEquals" => Relation::LessThanEquals,
            "GreaterThanEquals" => Relation::GreaterThanEquals,
            _ => return None,
        };
        (ordered != Ordered::Boolean || relation == Relation::Equals).then_some(Self::Ordered(ordered, relation))
    }

    /// True where a definition may compare with this value.
    pub(crate) fn takes(self, value: &Value) -> bool {
        match self {
            Self::Is(_) | Self::Ordered(Ordered::Boolean, _) => value.is_boolean(),
            Self::Matches | Self::Ordered(Ordered::String, _) => value.is_string(),
            Self::Ordered(Ordered::Numeric, _) => value.is_number(),
            Self::Ordered(Ordered::Timestamp, _) => value.as_str().and_then(moment::read).is_some(),
        }
    }

    fn holds(self, value: &Value, operand: &Value) -> bool {
        match self {
            Self::Ordered(ordered, relation) => relation.holds(ordered.compare(value, operand)),
            Self::Matches => match (value, operand) {
                (Value::String(text), Value::String(pattern)) => matches(text, pattern),
                _ => false,
            },
            Self::Is(what) => what.is(value) == (operand == &Value::Bool(true)),
        }
    }
}

impl Ordered {
    fn compare(self, left: &Value, right: &Value) -> Option<Ordering> {
        match self {
            Self::String => Some(left.as_str()?.cmp(right.as_str()?)),
            Self::Numeric => left.as_f64()?.partial_cmp(&right.as_f64()?),
            Self::Boolean => Some(left.as_bool()?.cmp(&right.as_bool()?)),
            Self::Timestamp => Some(moment::precise(left.as_str()?)?.cmp(&moment::precise(right.as_str()?)?)),
        }
    }
}

impl Relation {
    fn holds(self, order: Option<Ordering>) -> bool {
        let Some(order) = order else { return false };
        match self {
            Self::Equals => order.is_eq(),
            Self::LessThan => order.is_lt(),
            Self::GreaterThan => order.is_gt(),
            Self::LessThanEquals => order.is_le(),
            Self::GreaterThanEquals => order.is_ge(),
        }
    }
}

impl Nature {
    fn is(self, value: &Value) -> bool {
        match self {
            Self::Null => value.is_null(),
            Self::Present => true,
            Self::Numeric => value.is_number(),
            Self::String => value.is_string(),
            Self::Boolean => value.is_boolean(),
            Self::Timestamp => value.as_str().and_then(moment::read).is_some(),
        }
    }
}

/// `*` stands for any characters; `\*` and `\\` are the characters themselves.
fn matches(text: &str, pattern: &str) -> bool {
    let mut parts = vec![String::new()];
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match (character, parts.last_mut()) {
            ('*', _) => parts.push(String::new()),
            ('\\', Some(part)) => part.extend(characters.next()),
            (other, Some(part)) => part.push(other),
            (_, None) => {}
        }
    }
    let [first, middle @ .., last] = parts.as_slice() else { return parts.first().is_some_and(|only| only == text) };
    let Some(mut rest) = text.strip_prefix(first.as_str()) else { return false };
    for part in middle {
        let Some((_, after)) = rest.split_once(part.as_str()) else { return false };
        rest = after;
    }
    rest.ends_with(last.as_str())
}

impl Test {
    /// Whether it holds; conditions are asked of `condition`.
    pub fn holds(
        &self,
        roots: &Roots,
        condition: &mut dyn FnMut(&str) -> Result<bool, Failure>,
    ) -> Result<bool, Failure> {
        match self {
            Self::Fixed(fixed) => Ok(*fixed),
            Self::Condition(source) => condition(source),
            Self::Not(test) => Ok(!test.holds(roots, condition)?),
            Self::All(tests) => {
                for test in tests {
                    if !test.holds(roots, condition)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Self::Any(tests) => {
                for test in tests {
                    if test.holds(roots, condition)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Self::Compare { variable, text, operator, operand } => {
                let missing = |path: &str| {
                    let cause = format!(
                        "Invalid path '{path}': The choice state's condition path references an invalid value."
                    );
                    Failure::runtime(cause)
                };
                let value = variable.get(roots);
                let operand = match operand {
                    Operand::Value(value) => value.clone(),
                    Operand::Path(path, text) => path.get(roots).ok_or_else(|| missing(text))?,
                };
                match (value, operator) {
                    (None, Operator::Is(Nature::Present)) => Ok(operand == Value::Bool(false)),
                    (None, _) => Err(missing(text)),
                    (Some(value), _) => Ok(operator.holds(&value, &operand)),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::*;

    fn holds(operator: &str, value: &Value, operand: &Value) -> bool {
        Operator::read(operator).unwrap().holds(value, operand)
    }

    #[test]
    fn operators_compare_within_their_types() {
        for (operator, value, operand, expected) in [
            ("StringEquals", json!("a"), json!("a"), true),
            ("StringEquals", json!(1), json!("1"), false),
            ("StringLessThan", json!("a"), json!("b"), true),
            ("StringGreaterThanEquals", json!("b"), json!("b"), true),
            ("NumericEquals", json!(1), json!(1.0), true),
            ("NumericGreaterThan", json!("2"), json!(1), false),
            ("NumericLessThanEquals", json!(1.5), json!(1.5), true),
            ("BooleanEquals", json!(false), json!(false), true),
            ("BooleanEquals", json!("true"), json!(true), false),
            ("TimestampEquals", json!("2026-01-01T00:00:00Z"), json!("2026-01-01T01:00:00.000+01:00"), true),
            ("TimestampLessThan", json!("2026-01-01T00:00:00.1Z"), json!("2026-01-01T00:00:00.2Z"), true),
            ("TimestampLessThan", json!("yesterday"), json!("2026-01-01T00:00:00Z"), false),
            ("StringMatches", json!("foo23.log"), json!("foo*.log"), true),
            ("StringMatches", json!("zebra.log"), json!("*.log"), true),
            ("StringMatches", json!("foobar.zebra"), json!("foo*.*"), true),
            ("StringMatches", json!("a"), json!("?"), false),
            ("StringMatches", json!("a*b"), json!("a\\*b"), true),
            ("StringMatches", json!("axb"), json!("a\\*b"), false),
            ("StringMatches", json!("abcb"), json!("a*b"), true),
            ("StringMatches", json!("ab"), json!("ab*b"), false),
            ("IsNull", json!(null), json!(true), true),
            ("IsNumeric", json!("1"), json!(false), true),
            ("IsTimestamp", json!("2026-01-01T00:00:00Z"), json!(true), true),
            ("IsBoolean", json!(0), json!(true), false),
            ("IsString", json!(""), json!(true), true),
        ] {
            assert_eq!(holds(operator, &value, &operand), expected, "{value} {operator} {operand}");
        }
        for name in ["BooleanLessThan", "StringNearly", "IsOdd", "Next", ""] {
            assert_eq!(Operator::read(name), None, "{name}");
        }
    }

    #[test]
    fn a_path_that_leads_nowhere_is_an_error_unless_that_is_asked() {
        let test = |operator: &str, operand: Value| Test::Compare {
            variable: Path::read("$.none").unwrap(),
            text: "$.none".to_owned(),
            operator: Operator::read(operator).unwrap(),
            operand: Operand::Value(operand),
        };
        let variables = Map::new();
        let roots = Roots { data: &json!({}), context: &json!({}), variables: &variables };
        let mut never = |_: &str| unreachable!();
        assert_eq!(test("IsPresent", json!(false)).holds(&roots, &mut never), Ok(true));
        assert_eq!(test("IsPresent", json!(true)).holds(&roots, &mut never), Ok(false));
        let failure = test("IsNull", json!(true)).holds(&roots, &mut never).unwrap_err();
        assert_eq!(failure.error, crate::failure::RUNTIME);
        let not = Test::Not(Box::new(test("StringEquals", json!("a"))));
        assert!(not.holds(&roots, &mut never).is_err());
    }
}
