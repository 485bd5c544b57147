//! What recordings are measured for.

use std::io::Read;

use callform_recordings::quality::Options;
use callform_recordings::{Error, Rule, Verdict};
use serde_json::{Map, Value};

use crate::evidence::{Measured, Part};
use crate::outside::MeasureError;

/// Measures a recording of a part of a call, and says whether it is good enough. Its length is judged elsewhere, by what the
/// collection asks for. Of an automated conversation only the caller is judged.
pub fn measure(wav: impl Read, part: Part, bytes: u64, tag: &str) -> Result<Measured, MeasureError> {
    let rule = Rule { channels: if part == Part::Automated { 1 } else { 2 }, min_duration_ms: 0, ..Rule::default() };
    let found = callform_recordings::measure(wav, Options::default()).map_err(|error| match error {
        Error::File { .. } => MeasureError::Unavailable,
        other => MeasureError::Unreadable(other.to_string()),
    })?;
    let faults = match rule.judge(&found.figures) {
        Verdict::Accepted => std::collections::BTreeSet::new(),
        Verdict::Rejected(reasons) => reasons.iter().map(|reason| word(&reason.check)).collect(),
    };
    let figures = match serde_json::to_value(&found.figures) {
        Ok(Value::Object(figures)) => without_nulls(figures),
        _ => Map::new(),
    };
    Ok(Measured { bytes, tag: tag.to_owned(), milliseconds: found.figures.duration_ms, faults, figures })
}

/// As quality control writes it: `clipping`.
fn word(check: &callform_recordings::Check) -> String {
    let word = serde_json::to_value(check).unwrap_or_default();
    word.as_str().unwrap_or("quality").to_owned()
}

/// What is not known is not written: a table has no use for it.
fn without_nulls(figures: Map<String, Value>) -> Map<String, Value> {
    let clean = |value: Value| match value {
        Value::Object(inner) => Value::Object(without_nulls(inner)),
        Value::Array(items) => items
            .into_iter()
            .map(|item| match item {
                Value::Object(inner) => Value::Object(without_nulls(inner)),
                other => other,
            })
            .collect(),
        other => other,
    };
    figures.into_iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name, clean(value))).collect()
}
