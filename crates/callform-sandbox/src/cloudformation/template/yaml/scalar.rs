//! Plain scalars by YAML 1.1's types `bool`, `int`, `float` and `null`. A timestamp is text.
//!
//! Source: yaml.org/type, with the letters `y` and `n` alone as text, as the reader of the service has them (?).

use serde_json::{Number, Value};

pub(super) fn resolve(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Value::Bool(true),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Value::Bool(false),
        _ => number(text).map_or_else(|| text.into(), Value::Number),
    }
}

/// The number a text is. One that is too large, or no number at all in JSON, stays text.
fn number(text: &str) -> Option<Number> {
    // Signs, digits and a dot begin all numbers: most texts end here.
    if !text.starts_with(['-', '+', '.', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']) {
        return None;
    }
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    match integer(digits) {
        Some(value) if negative => i64::try_from(-i128::from(value)).ok().map(Number::from),
        Some(value) => Some(Number::from(value)),
        None => {
            let value = float(digits)?;
            Number::from_f64(if negative { -value } else { value })
        }
    }
}

fn integer(digits: &str) -> Option<u64> {
    let radix = |digits: &str, radix: u32| {
        let digits = digits.replace('_', "");
        u64::from_str_radix(&digits, radix).ok().filter(|_| !digits.starts_with('+'))
    };
    if let Some(digits) = digits.strip_prefix("0b") {
        return radix(digits, 2);
    }
    if let Some(digits) = digits.strip_prefix("0x") {
        return radix(digits, 16);
    }
    let decimal = |digits: &str| {
        let plain = digits.starts_with(|first: char| first.is_ascii_digit())
            && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
        plain.then(|| radix(digits, 10)).flatten()
    };
    match digits.strip_prefix('0') {
        Some("") => Some(0),
        Some(octal) => radix(octal, 8),
        // Base 60: 1:30 is 90.
        None => digits.split(':').enumerate().try_fold(0_u64, |sum, (index, part)| {
            let value = decimal(part).filter(|value| index == 0 || (*value < 60 && part.len() <= 2))?;
            sum.checked_mul(60)?.checked_add(value)
        }),
    }
}

fn float(digits: &str) -> Option<f64> {
    let (mantissa, exponent) = match digits.find(['e', 'E']) {
        Some(at) => (digits.get(..at)?, digits.get(at + 1..)),
        None => (digits, None),
    };
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let has_form = (mantissa.contains('.') || exponent.is_some())
        && is_digits(whole)
        && is_digits(fraction)
        && mantissa.bytes().any(|byte| byte.is_ascii_digit())
        && exponent.is_none_or(|exponent| {
            let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            !exponent.is_empty() && exponent.bytes().all(|byte| byte.is_ascii_digit())
        });
    if !has_form {
        return None;
    }
    digits.replace('_', "").parse().ok().filter(|value: &f64| value.is_finite())
}
