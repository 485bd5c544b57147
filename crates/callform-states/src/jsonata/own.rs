//! Functions that the engine does not have, or not as the language says.

use std::cell::RefCell;
use std::rc::Rc;

use jsonata_core::evaluator::{Context, Evaluator, EvaluatorError};
use jsonata_core::parser;
use jsonata_core::value::JValue;
use serde_json::Value;

use super::{json, source};
use crate::chance::Chance;
use crate::hash;
use crate::moment::{self, Moment};

type Answer = Result<JValue, EvaluatorError>;

/// Items that `$range` makes, at most.
const MOST_ITEMS: usize = 100_000;

fn wrong<T>(why: &str) -> Result<T, EvaluatorError> {
    Err(EvaluatorError::EvaluationError(why.to_owned()))
}

pub(super) fn register(
    evaluator: &mut Evaluator,
    now: Moment,
    chance: &Rc<RefCell<Chance>>,
) -> Result<(), EvaluatorError> {
    let source = Rc::clone(chance);
    evaluator.register_fn_override("random", move |arguments: &[JValue]| {
        let number = match arguments.first() {
            None | Some(JValue::Undefined) => source.borrow_mut().fraction(),
            Some(JValue::Number(seed)) => Chance::new(seed.to_bits()).fraction(),
            Some(_) => return wrong("T0410: the seed of $random is a number"),
        };
        Ok(JValue::Number(number))
    })?;
    let source = Rc::clone(chance);
    evaluator.register_fn_override("uuid", move |_: &[JValue]| Ok(source.borrow_mut().uuid().to_string().into()))?;
    #[expect(clippy::cast_precision_loss, reason = "milliseconds stay far below 2^53")]
    let millis = now as f64;
    evaluator.register_fn_override("millis", move |_: &[JValue]| Ok(JValue::Number(millis)))?;
    evaluator.register_fn_override("now", move |arguments: &[JValue]| match arguments {
        [] => Ok(moment::write(now).into()),
        given => from_millis(&[&[JValue::Number(millis)], given].concat()),
    })?;
    evaluator.register_fn_override("fromMillis", from_millis)?;
    evaluator.register_fn_override("clone", |arguments: &[JValue]| {
        Ok(arguments.first().cloned().unwrap_or(JValue::Undefined))
    })?;
    evaluator.register_fn_override("eval", |_: &[JValue]| wrong("$eval is not supported; use $parse"))?;
    evaluator.register_fn_override("partition", partition)?;
    evaluator.register_fn_override("range", range)?;
    evaluator.register_fn_override("hash", hash_of)?;
    evaluator.register_fn_override("parse", |arguments: &[JValue]| match arguments {
        [JValue::String(text)] => match serde_json::from_str::<Value>(text) {
            Ok(value) => Ok(value.into()),
            Err(error) => wrong(&format!("the argument of $parse is no JSON: {error}")),
        },
        _ => wrong("T0410: $parse takes a text"),
    })?;
    evaluator.register_fn_override(source::NUMBER, number)
}

/// A function of the engine as it is.
fn builtin(call: &str, arguments: &[JValue]) -> Answer {
    let mut context = Context::new();
    for (index, argument) in arguments.iter().enumerate() {
        context.bind(format!("a{index}"), argument.clone());
    }
    let names: Vec<String> = (0..arguments.len()).map(|index| format!("$a{index}")).collect();
    let tree = parser::parse(&format!("{call}({})", names.join(",")))
        .map_err(|error| EvaluatorError::EvaluationError(error.to_string()))?;
    Evaluator::with_context(context).evaluate(&tree, &JValue::Undefined)
}

/// `$fromMillis` with a time zone that is what it says.
fn from_millis(arguments: &[JValue]) -> Answer {
    if let Some(JValue::String(zone)) = arguments.get(2) {
        let is_offset =
            zone.len() == 5 && zone.starts_with(['+', '-']) && zone.bytes().skip(1).all(|digit| digit.is_ascii_digit());
        if !is_offset {
            return wrong(&format!("a time zone is written `+hhmm` or `-hhmm`, not `{zone}`"));
        }
    }
    builtin("$fromMillis", arguments)
}

/// `$number` of what `JSONata` takes for a number: no blanks, no plus sign.
fn number(arguments: &[JValue]) -> Answer {
    if let Some(JValue::String(text)) = arguments.first()
        && (text.trim() != &**text || text.starts_with('+'))
    {
        return wrong(&format!("D3030: Unable to cast value to a number: \"{text}\""));
    }
    builtin("$number", arguments)
}

fn count(value: &JValue) -> Option<usize> {
    let number = value.as_f64().filter(|number| *number >= 1.0 && *number <= 1e9)?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the range, see the filter")]
    let count = number as usize;
    Some(count)
}

fn partition(arguments: &[JValue]) -> Answer {
    let [JValue::Array(items), size] = arguments else { return wrong("T0410: $partition takes an array and a number") };
    let Some(size) = count(size) else { return wrong("T0410: the size of $partition is 1 or more") };
    Ok(JValue::array(items.chunks(size).map(|chunk| JValue::array(chunk.to_vec())).collect()))
}

fn range(arguments: &[JValue]) -> Answer {
    let numbers: Option<Vec<f64>> = arguments.iter().map(JValue::as_f64).collect();
    let (first, last, step) = match numbers.as_deref() {
        Some([first, last]) => (*first, *last, 1.0),
        Some([first, last, step]) => (*first, *last, *step),
        _ => return wrong("T0410: $range takes a first and a last number, and a step"),
    };
    if step == 0.0 {
        return wrong("the step of $range is not 0");
    }
    let mut items = Vec::new();
    let mut next = first;
    while if step > 0.0 { next <= last } else { next >= last } {
        if items.len() == MOST_ITEMS {
            return wrong(&format!("$range makes at most {MOST_ITEMS} items"));
        }
        items.push(JValue::Number(next));
        next += step;
    }
    Ok(JValue::array(items))
}

/// `$hash` of a text, or of anything else as JSON; by SHA-256 where nothing is said.
fn hash_of(arguments: &[JValue]) -> Answer {
    let Some(what) = arguments.first() else { return wrong("T0410: $hash takes data") };
    let what = match what {
        JValue::String(text) => text.to_string(),
        other => json(other).map_err(EvaluatorError::EvaluationError)?.to_string(),
    };
    let algorithm = arguments.get(1).and_then(JValue::as_str).unwrap_or("SHA-256");
    match hash::hex(&what, algorithm) {
        Some(digest) => Ok(digest.into()),
        None => wrong(&format!("there is no algorithm {algorithm}")),
    }
}
