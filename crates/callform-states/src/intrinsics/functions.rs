//! What the functions do.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Number, Value};

use super::Function;
use crate::chance::Chance;
use crate::hash;

/// Characters of a text that is encoded, decoded or hashed, at most.
const LONGEST: usize = 10_000;
/// Items that `ArrayRange` makes, at most.
const MOST_ITEMS: usize = 1000;

type Answer = Result<Value, String>;

pub(super) fn apply(function: Function, arguments: &[Value], chance: &mut Chance) -> Answer {
    let null = Value::Null;
    let first = arguments.first().unwrap_or(&null);
    let second = arguments.get(1).unwrap_or(&null);
    match function {
        Function::Format => format(text(first)?, arguments.get(1..).unwrap_or_default()),
        Function::StringToJson => serde_json::from_str(text(first)?).map_err(|_| "the text is no JSON".to_owned()),
        Function::JsonToString => Ok(first.to_string().into()),
        Function::Array => Ok(arguments.to_vec().into()),
        Function::ArrayPartition => partition(list(first)?, second),
        Function::ArrayContains => Ok(list(first)?.contains(second).into()),
        Function::ArrayRange => range(arguments),
        Function::ArrayGetItem => {
            let found = usize::try_from(whole(second)?).ok().and_then(|index| list(first).ok()?.get(index));
            found.cloned().ok_or_else(|| "the array has no such index".to_owned())
        }
        Function::ArrayLength => Ok(list(first)?.len().into()),
        Function::ArrayUnique => {
            let mut unique: Vec<Value> = Vec::new();
            for item in list(first)? {
                if !unique.contains(item) {
                    unique.push(item.clone());
                }
            }
            Ok(unique.into())
        }
        Function::Base64Encode => Ok(STANDARD.encode(short(first)?).into()),
        Function::Base64Decode => {
            let bytes = STANDARD.decode(short(first)?).map_err(|_| "the text is no Base64".to_owned())?;
            Ok(String::from_utf8_lossy(&bytes).into())
        }
        Function::Hash => {
            let what = match first {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            let what = (what.chars().count() <= LONGEST).then_some(what).ok_or("the data is too long")?;
            hash::hex(&what, text(second)?).map(Value::from).ok_or_else(|| "there is no such algorithm".to_owned())
        }
        Function::JsonMerge => merge(first, second, arguments.get(2)),
        Function::MathRandom => random(arguments, chance),
        Function::MathAdd => {
            whole(first)?.checked_add(whole(second)?).map(Value::from).ok_or_else(|| "it overflows".to_owned())
        }
        Function::StringSplit => {
            let marks: Vec<char> = text(second)?.chars().collect();
            // An empty part is left out.
            let parts = text(first)?.split(marks.as_slice()).filter(|part| !part.is_empty()).map(Value::from);
            Ok(parts.collect())
        }
        Function::Uuid => Ok(chance.uuid().to_string().into()),
    }
}

fn text(value: &Value) -> Result<&str, String> {
    value.as_str().ok_or_else(|| "a text is needed".to_owned())
}

fn short(value: &Value) -> Result<&str, String> {
    text(value)
        .and_then(|text| (text.chars().count() <= LONGEST).then_some(text).ok_or("the text is too long".to_owned()))
}

fn list(value: &Value) -> Result<&Vec<Value>, String> {
    value.as_array().ok_or_else(|| "an array is needed".to_owned())
}

/// A whole number; a fraction is rounded.
fn whole(value: &Value) -> Result<i64, String> {
    let number = value.as_i64().or_else(|| {
        let number = value.as_f64()?.round();
        #[expect(clippy::cast_possible_truncation, reason = "within the range of the type, see the filter")]
        (number.abs() < 9e15).then_some(number as i64)
    });
    number.ok_or_else(|| "a whole number is needed".to_owned())
}

/// A number as the service writes it into texts: 2.50 is 2.5.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn format(template: &str, arguments: &[Value]) -> Answer {
    let mut arguments = arguments.iter();
    let mut text = String::new();
    let mut characters = template.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' if matches!(characters.peek(), Some('{' | '}')) => text.extend(characters.next()),
            '{' if characters.peek() == Some(&'}') => {
                characters.next();
                text.push_str(&shown(arguments.next().ok_or("there are more `{}` than arguments")?));
            }
            other => text.push(other),
        }
    }
    match arguments.next() {
        None => Ok(text.into()),
        Some(_) => Err("there are more arguments than `{}`".to_owned()),
    }
}

fn partition(items: &[Value], size: &Value) -> Answer {
    let size = usize::try_from(whole(size)?).ok().filter(|size| *size > 0);
    let size = size.ok_or("the size of the chunks is 1 or more")?;
    Ok(items.chunks(size).map(|chunk| Value::from(chunk.to_vec())).collect())
}

fn range(arguments: &[Value]) -> Answer {
    let numbers: Result<Vec<i64>, String> = arguments.iter().map(whole).collect();
    let [first, last, step] = numbers?[..] else { return Err("three numbers are needed".to_owned()) };
    if step == 0 {
        return Err("the step is not 0".to_owned());
    }
    let mut items: Vec<Value> = Vec::new();
    let mut next = Some(first);
    while let Some(number) = next.filter(|number| if step > 0 { *number <= last } else { *number >= last }) {
        if items.len() == MOST_ITEMS {
            return Err(format!("a range has at most {MOST_ITEMS} items"));
        }
        items.push(number.into());
        next = number.checked_add(step);
    }
    Ok(items.into())
}

fn merge(first: &Value, second: &Value, is_deep: Option<&Value>) -> Answer {
    if is_deep != Some(&Value::Bool(false)) {
        return Err("only shallow merging is supported".to_owned());
    }
    let object = |value: &Value| value.as_object().cloned().ok_or_else(|| "an object is needed".to_owned());
    let mut merged: Map<String, Value> = object(first)?;
    merged.extend(object(second)?);
    Ok(merged.into())
}

fn random(arguments: &[Value], chance: &mut Chance) -> Answer {
    let numbers: Result<Vec<i64>, String> = arguments.iter().map(whole).collect();
    let numbers = numbers?;
    let (Some(from), Some(to)) = (numbers.first(), numbers.get(1)) else {
        return Err("two numbers are needed".to_owned());
    };
    let span = to.checked_sub(*from).and_then(|span| u64::try_from(span).ok()).filter(|span| *span > 0);
    let span = span.ok_or("the end is greater than the start")?;
    // The same seed gives the same number.
    let bits = match numbers.get(2) {
        Some(seed) => Chance::new(seed.cast_unsigned()).bits(),
        None => chance.bits(),
    };
    Ok(Value::Number(Number::from(from.saturating_add_unsigned(bits % span))))
}
