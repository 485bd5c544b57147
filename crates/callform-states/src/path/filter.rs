//! Filters of paths: `[?(@.a > 1)]`.

use std::cmp::Ordering;

use serde_json::Value;

use super::Step;

/// A condition on a value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Filter {
    Any(Vec<Filter>),
    All(Vec<Filter>),
    Not(Box<Filter>),
    /// The operand leads somewhere.
    There(Operand),
    Compare(Operand, Compared, Operand),
}

/// What is compared.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Operand {
    /// From the value that is looked at.
    Own(Vec<Step>),
    /// From the root.
    Root(Vec<Step>),
    Literal(Value),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compared {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Filter {
    pub(super) fn takes(&self, own: &Value, root: &Value) -> bool {
        match self {
            Self::Any(filters) => filters.iter().any(|filter| filter.takes(own, root)),
            Self::All(filters) => filters.iter().all(|filter| filter.takes(own, root)),
            Self::Not(filter) => !filter.takes(own, root),
            Self::There(operand) => operand.value(own, root).is_some(),
            Self::Compare(left, compared, right) => {
                compared.holds(left.value(own, root).as_ref(), right.value(own, root).as_ref())
            }
        }
    }
}

impl Operand {
    fn value(&self, own: &Value, root: &Value) -> Option<Value> {
        let (start, steps) = match self {
            Self::Literal(value) => return Some(value.clone()),
            Self::Own(steps) => (own, steps),
            Self::Root(steps) => (root, steps),
        };
        let mut found = vec![start];
        for step in steps {
            found = found.into_iter().flat_map(|value| step.take(value, root)).collect();
        }
        found.first().copied().cloned()
    }
}

impl Compared {
    fn holds(self, left: Option<&Value>, right: Option<&Value>) -> bool {
        let (Some(left), Some(right)) = (left, right) else { return self == Self::Unequal && left != right };
        let order = match (left, right) {
            (Value::Number(left), Value::Number(right)) => {
                left.as_f64().zip(right.as_f64()).and_then(|(left, right)| left.partial_cmp(&right))
            }
            (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
            _ => (left == right).then_some(Ordering::Equal),
        };
        match self {
            Self::Equal => order == Some(Ordering::Equal),
            Self::Unequal => order != Some(Ordering::Equal),
            Self::Less => order == Some(Ordering::Less),
            Self::LessOrEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
            Self::Greater => order == Some(Ordering::Greater),
            Self::GreaterOrEqual => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        }
    }
}
