//! `JSONata` as Step Functions offers it: `{% … %}`, `$states`, variables, and functions of its own.
//!
//! The engine is `jsonata-core`. Corrected here: `$number` takes no blanks and no plus sign, a time zone is `+hhmm` or is
//! refused (the engine takes any other for UTC), `$random`, `$clone` and a picture for `$now` are there, `$now` and
//! `$millis` are the execution's time, and `$eval` is refused, as the service does.
//!
//! Source: Developer Guide, "Transforming data with `JSONata` in Step Functions".

mod own;
mod source;

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use jsonata_core::evaluator::{Context, Evaluator, EvaluatorOptions};
use jsonata_core::parser;
use jsonata_core::value::JValue;
use serde_json::{Map, Number, Value};

use crate::chance::Chance;
use crate::failure::{Failure, QUERY};
use crate::moment::Moment;

/// What an expression may take: a definition that never ends must not stop everything else.
const MOST_MILLISECONDS: u64 = 5_000;
const MOST_ITEMS: usize = 1_000_000;
/// Functions that call themselves, at most so deep.
const DEEPEST_CALLS: usize = 2_000;

/// What expressions see.
#[derive(Clone, Copy, Debug)]
pub struct Bindings<'a> {
    /// `$states`.
    pub states: &'a Value,
    /// Variables.
    pub variables: &'a Map<String, Value>,
    /// `$now()`.
    pub now: Moment,
}

/// The expression in a text: `{% … %}`, without anything around it.
pub fn expression(text: &str) -> Option<&str> {
    text.strip_prefix("{%")?.strip_suffix("%}")
}

/// Evaluates every expression in a value.
pub fn fill(template: &Value, bindings: Bindings, chance: &mut Chance) -> Result<Value, Failure> {
    match template {
        Value::String(text) => match expression(text) {
            Some(source) => evaluate(source, bindings, chance),
            None => Ok(template.clone()),
        },
        Value::Array(items) => items.iter().map(|item| fill(item, bindings, chance)).collect(),
        Value::Object(members) => {
            let mut filled = Map::new();
            for (name, value) in members {
                filled.insert(name.clone(), fill(value, bindings, chance)?);
            }
            Ok(filled.into())
        }
        other => Ok(other.clone()),
    }
}

/// Evaluates an expression. That it has no value is an error.
pub fn evaluate(source: &str, bindings: Bindings, chance: &mut Chance) -> Result<Value, Failure> {
    let shared = Rc::new(RefCell::new(chance.clone()));
    // A fault of the engine is an error of the expression: nothing of ours is half done in there.
    let evaluated = catch_unwind(AssertUnwindSafe(|| run(source, bindings, &shared)));
    *chance = shared.borrow().clone();
    evaluated.unwrap_or_else(|_| Err("the expression cannot be evaluated".to_owned())).map_err(|why| {
        let cause = format!("The JSONata expression '{}' threw an error during evaluation. {why}", source.trim());
        Failure::new(QUERY, cause)
    })
}

fn run(source: &str, bindings: Bindings, chance: &Rc<RefCell<Chance>>) -> Result<Value, String> {
    let source = source::prepared(source)?;
    let tree = parser::parse(&source).map_err(|error| error.to_string())?;
    let mut context = Context::new();
    for (name, value) in bindings.variables {
        context.bind(name.clone(), value.clone().into());
    }
    context.bind("states".to_owned(), bindings.states.clone().into());
    let options = EvaluatorOptions {
        timeout_ms: Some(MOST_MILLISECONDS),
        cancel: None,
        max_stack_depth: Some(DEEPEST_CALLS),
        max_sequence_length: Some(MOST_ITEMS),
    };
    let mut evaluator = Evaluator::with_options(context, options);
    own::register(&mut evaluator, bindings.now, chance).map_err(|error| error.to_string())?;
    let value = evaluator.evaluate(&tree, &JValue::Undefined).map_err(|error| error.message().to_owned())?;
    match value {
        JValue::Undefined => Err("The expression returned nothing (undefined).".to_owned()),
        value => json(&value),
    }
}

/// What is wrong with an expression.
pub fn problem(source: &str) -> Option<String> {
    let checked = catch_unwind(AssertUnwindSafe(|| {
        let source = source::prepared(source)?;
        parser::parse(&source).map(drop).map_err(|error| error.to_string())
    }));
    checked.unwrap_or_else(|_| Err("the expression cannot be read".to_owned())).err()
}

/// Problems of all expressions in a value, with pointers.
pub(crate) fn problems(template: &Value, pointer: &str, found: &mut Vec<(String, String)>) {
    match template {
        Value::String(text) => {
            found.extend(expression(text).and_then(problem).map(|why| (pointer.to_owned(), why)));
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                problems(item, &format!("{pointer}/{index}"), found);
            }
        }
        Value::Object(members) => {
            for (name, value) in members {
                problems(value, &format!("{pointer}/{}", crate::pointer::escape(name)), found);
            }
        }
        _ => {}
    }
}

/// A value as JSON; functions have no place there.
fn json(value: &JValue) -> Result<Value, String> {
    match value {
        JValue::Null | JValue::Undefined => Ok(Value::Null),
        JValue::Bool(flag) => Ok((*flag).into()),
        JValue::Number(number) => number_of(*number).ok_or_else(|| "The result is no number.".to_owned()),
        JValue::String(text) => Ok(text.to_string().into()),
        JValue::Array(items) => items.iter().map(json).collect(),
        JValue::Object(members) => {
            let mut object = Map::new();
            for (name, member) in members.iter() {
                object.insert(name.clone(), json(member)?);
            }
            Ok(object.into())
        }
        JValue::Lambda(_) | JValue::Builtin { .. } | JValue::Regex { .. } => {
            Err("The result holds a function, which is no JSON.".to_owned())
        }
    }
}

/// A number as JSON writes it: 2, not 2.0.
fn number_of(number: f64) -> Option<Value> {
    if number.fract() == 0.0 && number.abs() < 9e18 {
        #[expect(clippy::cast_possible_truncation, reason = "whole, and within the range of the type")]
        return Some((number as i64).into());
    }
    Number::from_f64(number).map(Value::Number)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn value(source: &str) -> Result<Value, String> {
        let states = json!({ "input": { "a": 1, "list": [1, 2, 3], "t": " 12 ", "x": [{ "n": 2 }, { "n": 1 }] } });
        let variables = Map::from_iter([("v".to_owned(), json!("var"))]);
        let bindings = Bindings { states: &states, variables: &variables, now: 1_000 };
        evaluate(source, bindings, &mut Chance::new(3)).map_err(|failure| failure.cause)
    }

    #[test]
    fn expressions_see_states_variables_and_functions() {
        for (source, expected) in [
            (" $states.input.a + 1 ", json!(2)),
            ("$v & '!'", json!("var!")),
            ("$sum($states.input.list) / 4", json!(1.5)),
            ("$states.input.x^(n).n", json!([1, 2])),
            ("$partition([1,2,3], 2)", json!([[1, 2], [3]])),
            ("$range(0, 10, 5)", json!([0, 5, 10])),
            ("$hash('input data', 'SHA-1')", json!("aaff4a450a104cd177d28d18d74485e8cae074b7")),
            ("$parse('{\"a\": [1]}').a[0]", json!(1)),
            ("$now()", json!("1970-01-01T00:00:01.000Z")),
            ("$now('[Y0001]', '+0200')", json!("1970")),
            ("$millis()", json!(1000)),
            ("$fromMillis(0, '[H01]:[m01]', '+0130')", json!("01:30")),
            ("$clone({'a': 1})", json!({ "a": 1 })),
            ("$number('12.5')", json!(12.5)),
            ("$number('-3e2')", json!(-300)),
            ("$map(['1', '2'], $number)", json!([1, 2])),
            ("'a $number( 12 )'", json!("a $number( 12 )")),
            ("$random() < 1 and $random() >= 0", json!(true)),
            ("$random(5) = $random(5)", json!(true)),
            ("$length($uuid())", json!(36)),
            ("null", Value::Null),
        ] {
            assert_eq!(value(source), Ok(expected), "{source}");
        }
    }

    #[test]
    fn what_fails_says_so() {
        for source in [
            "$states.input.none",
            "$number(' 12 ')",
            "$number($states.input.t)",
            "$number('+5')",
            "$fromMillis(0, '[H01]', 'America/New_York')",
            "$fromMillis(0, '[H01]', '-05:00')",
            "$eval('1')",
            "1 + 'a'",
            "function($x) { $x }",
            "1 +",
            "$hash('x', 'CRC')",
            "$parse('{')",
            "$range(1, 2, 0)",
            "($f := function($x) { 1 + $f($x) }; $f(1))",
        ] {
            assert!(value(source).is_err(), "{source}: {:?}", value(source));
        }
        let deep = format!("{}1{}", "(".repeat(20_000), ")".repeat(20_000));
        assert!(value(&deep).is_err());
        assert!(problem(&deep).is_some());
    }

    #[test]
    fn only_whole_texts_are_expressions() {
        assert_eq!(expression("{% 1 %}"), Some(" 1 "));
        for text in ["{%", " {% 1 %}", "{% 1 %} ", "a", "{%%"] {
            assert_eq!(expression(text), None, "{text}");
        }
        let states = json!({ "input": 4 });
        let bindings = Bindings { states: &states, variables: &Map::new(), now: 0 };
        let template = json!({ "a": ["{% $states.input %}", "fixed"], "b": { "c": "{% $states.input * 2 %}" } });
        let filled = fill(&template, bindings, &mut Chance::new(1)).unwrap();
        assert_eq!(filled, json!({ "a": [4, "fixed"], "b": { "c": 8 } }));
        let mut found = Vec::new();
        problems(&json!({ "a": ["{% 1 + %}"], "b": "{% 1 %}" }), "/X", &mut found);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].0, "/X/a/0");
    }
}
