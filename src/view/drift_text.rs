//! What the forms of a drift report for people share.

use serde_json::Value;

use crate::drift::{AssociationDrift, DriftReport, NotCompared};

/// Values are cut off after so many characters; the JSON form has them whole.
const MOST_CHARACTERS: usize = 200;

/// A value in one line.
pub(super) fn value(value: Option<&Value>) -> String {
    let text = match value {
        None => return "nothing".to_owned(),
        Some(Value::String(text)) => format!("{text:?}"),
        Some(other) => other.to_string(),
    };
    match text.char_indices().nth(MOST_CHARACTERS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// How much was found, in a sentence.
pub(super) fn headline(report: &DriftReport) -> String {
    let count = report.resources.len() + report.associations.len();
    match count {
        0 => format!("{}: no drift. {} resources are as they were last applied.", report.center, report.checked),
        1 => format!("{}: 1 change by hand since the last apply.", report.center),
        _ => format!("{}: {count} changes by hand since the last apply.", report.center),
    }
}

/// What answers a number, against what should.
pub(super) fn association(drift: &AssociationDrift) -> String {
    let live = drift.live.as_deref().unwrap_or("no flow");
    match &drift.expected {
        Some(expected) => format!("answered by {live} instead of {expected}"),
        None => format!("answered by {live} instead of no flow"),
    }
}

/// What could not be compared, in a sentence.
pub(super) fn not_compared(one: &NotCompared) -> String {
    format!("{} of {} ({} resources) was not compared", one.path, one.resource_type, one.resources)
}
