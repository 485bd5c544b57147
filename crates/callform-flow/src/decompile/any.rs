//! Flows of everything the language has, and of what it might have one day: all of them come back the same.
//!
//! `PROPTEST_CASES=20000` looks at more of them than usual.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::decompile;
use super::laws::without_unreachable;
use crate::catalog::{self, ActionSpec, Conditions, NextAction, ParameterSpec, Shape};
use crate::compare::{describe_difference, same};
use crate::testing::compile_with;
use crate::{Flow, FlowType};

const TEXTS: &[&str] = &[
    "Welcome",
    "",
    "5",
    "0x10",
    "1e3",
    "True",
    "no",
    "null",
    "~",
    "- a: b # c",
    "\"'\\",
    " edge ",
    "two\r\nlines\t",
    "\u{feff}\u{7f}\u{85}\u{90}\u{2028}\u{ffff}",
    "hang_up",
    "continue",
    "builtin/BasicQueue",
    "Grüße, 日本語 🎧",
    "<speak>Hi <break time=\"1s\"/></speak>",
    "$.Attributes.x",
    "$.Attributes.['a b']",
    "Hello $.External.name.first",
    "${var.x} $${var.y}",
    "{{ x }}",
    "arn:aws:connect:us-west-2:123456789012:instance/i/queue/q",
    "arn:aws:lambda:us-west-2:123456789012:function:f:live",
    "1a2b3c4d-0000-1111-2222-333344445555",
];
const NAMES: &[&str] = &["a", "ref", "literal", "end", "hang_up", "name", "é ü", "1", "say", "$", ""];
const OPERATORS: &[&str] = &["Equals", "Equals", "TextContains", "NumberGreaterThan", "NumberLessOrEqualTo", "Near"];
const ERRORS: &[&str] = &["NoMatchingError", "NoMatchingCondition", "InputTimeLimitExceeded", "QueueAtCapacity", "Odd"];

/// Choices made one after another; the first one where they have run out.
struct Choices(std::vec::IntoIter<u16>);

impl Choices {
    fn below(&mut self, bound: usize) -> usize {
        usize::from(self.0.next().unwrap_or_default()) % bound.max(1)
    }

    fn of<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    /// True one time in so many.
    fn rarely(&mut self, times: usize) -> bool {
        self.below(times) == times - 1
    }

    fn text(&mut self) -> Value {
        json!(self.of(TEXTS))
    }

    /// Any JSON that is not deep.
    fn anything(&mut self, depth: usize) -> Value {
        match self.below(if depth == 0 { 6 } else { 9 }) {
            0..=2 => self.text(),
            3 => json!(self.below(3)),
            4 => json!(self.below(2) == 0),
            5 => [Value::Null, json!(-1.5), json!({}), json!([])][self.below(4)].clone(),
            6 => (0..self.below(3)).map(|_| self.anything(depth - 1)).collect(),
            _ => Value::Object(self.members(depth - 1)),
        }
    }

    fn members(&mut self, depth: usize) -> Map<String, Value> {
        (0..=self.below(2)).map(|_| (self.of(NAMES).to_owned(), self.anything(depth))).collect()
    }

    /// Members that the language does not define; mostly none.
    fn unknown(&mut self, into: &mut Value) {
        if self.rarely(12)
            && let Some(members) = into.as_object_mut()
        {
            members.insert("Future".to_owned(), self.anything(3));
        }
    }

    fn value(&mut self, spec: &ParameterSpec) -> Value {
        if self.rarely(30) {
            return self.anything(2);
        }
        match spec.shape {
            Shape::OneOf(words) => json!(self.of(words)),
            Shape::Integer(from, to) => json!([from, to, from + 1][self.below(3)].to_string()),
            Shape::Members(members) => Value::Object(self.parameters(members)),
            Shape::Map => (0..=self.below(2)).map(|at| (format!("k{at}"), self.text())).collect::<Map<_, _>>().into(),
            Shape::List => (0..self.below(3)).map(|_| self.anything(2)).collect(),
            Shape::Any => self.anything(3),
            Shape::Text | Shape::Object(_) => self.text(),
        }
    }

    fn parameters(&mut self, specs: &[ParameterSpec]) -> Map<String, Value> {
        let mut parameters = Map::new();
        for spec in specs {
            if if spec.required { !self.rarely(12) } else { self.rarely(3) } {
                parameters.insert(spec.name.to_owned(), self.value(spec));
            }
        }
        if self.rarely(12) {
            parameters.extend(self.members(3));
        }
        parameters
    }

    fn branch(&mut self, count: usize) -> Value {
        let mut branch = json!({ "NextAction": format!("a{}", self.below(count)) });
        self.unknown(&mut branch);
        branch
    }

    fn errors(&mut self, spec: Option<&ActionSpec>, count: usize) -> Vec<Value> {
        let usual = spec.map(|spec| spec.required_errors).unwrap_or_default();
        let mut names: Vec<&str> = usual.to_vec();
        if self.rarely(4) {
            names.push(self.of(ERRORS));
            names.push(self.of(ERRORS));
        }
        if self.rarely(8) {
            names.pop();
        }
        let with_name = |name: &str| {
            let mut error = self.branch(count);
            error["ErrorType"] = json!(name);
            error
        };
        names.into_iter().map(with_name).collect()
    }

    fn conditions(&mut self, spec: Option<&ActionSpec>, count: usize) -> Vec<Value> {
        let results: Vec<String> = match spec.map(|spec| spec.conditions) {
            Some(Conditions::Results(results) | Conditions::SomeOf(results)) => {
                results.iter().map(|it| (*it).to_owned()).collect()
            }
            Some(Conditions::None) if !self.rarely(12) => Vec::new(),
            Some(Conditions::Numbers) => vec![self.below(9).to_string()],
            _ => (0..self.below(4)).map(|_| self.below(12).to_string()).collect(),
        };
        let with_operand = |operand: String| {
            let operands = match self.below(24) {
                0 => json!([operand, "x"]),
                1 => json!([]),
                2 => json!([5]),
                3 => json!([{ "Operator": "Equals", "Operands": ["x"] }, { "ref": "queue/x" }]),
                _ => json!([operand]),
            };
            let operator = if self.rarely(4) { self.of(OPERATORS) } else { "Equals" };
            let mut branch = self.branch(count);
            branch["Condition"] = json!({ "Operator": operator, "Operands": operands });
            self.unknown(&mut branch["Condition"]);
            branch
        };
        results.into_iter().map(with_operand).collect()
    }

    fn action(&mut self, index: usize, count: usize) -> Value {
        let specs: Vec<&ActionSpec> = catalog::all().collect();
        let spec = specs.get(self.below(specs.len() + 1)).copied();
        let mut transitions = json!({});
        let is_terminal = spec.is_some_and(|spec| spec.next_action == NextAction::Terminal);
        if if is_terminal { self.rarely(12) } else { !self.rarely(24) } {
            transitions["NextAction"] = json!(format!("a{}", self.below(count)));
        }
        if !is_terminal || self.rarely(12) {
            let (errors, conditions) = (self.errors(spec, count), self.conditions(spec, count));
            if !errors.is_empty() || self.rarely(4) {
                transitions["Errors"] = json!(errors);
            }
            if !conditions.is_empty() || self.rarely(4) {
                transitions["Conditions"] = json!(conditions);
            }
        }
        self.unknown(&mut transitions);
        let mut action = json!({
            "Identifier": format!("a{index}"),
            "Type": spec.map_or("Juggle", |spec| spec.name),
            "Transitions": transitions,
        });
        let parameters = self.parameters(spec.map(|spec| spec.parameters).unwrap_or_default());
        if !parameters.is_empty() || self.rarely(2) {
            action["Parameters"] = Value::Object(parameters);
        }
        self.unknown(&mut action);
        action
    }

    fn flow(&mut self) -> (Value, FlowType) {
        let flow_type = self.of(&FlowType::ALL);
        let count = 1 + self.below(9);
        let actions: Vec<Value> = (0..count).map(|index| self.action(index, count)).collect();
        let mut flow = json!({ "Version": "2019-10-30", "StartAction": "a0", "Actions": actions });
        if flow_type == FlowType::Module {
            let lists: Vec<Value> =
                (0..3).map(|_| if self.rarely(3) { self.members(2).into() } else { json!([]) }).collect();
            let list = |value: &Value| if value.is_array() { value.clone() } else { json!([value]) };
            flow["Settings"] = json!({
                "InputParameters": list(&lists[0]), "OutputParameters": list(&lists[1]), "Transitions": list(&lists[2]),
            });
        }
        (without_unreachable(&flow), flow_type)
    }
}

proptest! {
    #[test]
    fn any_valid_flow_comes_back_the_same(choices in prop::collection::vec(any::<u16>(), 0..600)) {
        let (json, flow_type) = Choices(choices.into_iter()).flow();
        let decompiled = decompile(&json, Some(flow_type), &BTreeMap::new())
            .map_err(|error| TestCaseError::fail(error.to_string()))?;
        let (back, found) = compile_with(&decompiled);
        let back = back.unwrap_or_else(|| Flow::new("", Vec::new()));
        let back = Flow { settings: back.settings.filter(|_| flow_type == FlowType::Module), ..back }.to_json();
        let differences = describe_difference(&json, &back);
        prop_assert!(same(&json, &back), "{found}\n{differences:#?}\n{json:#}\n{:#}", decompiled.to_json());
        prop_assert!(decompiled.is_exact, "{:?}\n{json:#}", decompiled.notes);
    }
}
