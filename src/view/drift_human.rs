//! A drift report for people.

use super::drift_text::{association, headline, not_compared, value};
use crate::drift::{DriftReport, DriftStatus, DriftedResource};
use crate::plan::PropertyChange;

/// A report as text, with colors where they are wanted.
pub fn human(report: &DriftReport, color: bool) -> String {
    let mut lines = Vec::new();
    for drifted in &report.resources {
        resource(drifted, color, &mut lines);
    }
    for drift in &report.associations {
        lines.push(format!("{} {}: {}", mark("~", YELLOW, color), drift.phone_number, association(drift)));
    }
    if !report.is_in_sync() {
        lines.push(String::new());
    }
    lines.extend(report.not_checked.iter().map(|one| format!("note: {} was not checked: {}", one.address, one.reason)));
    lines.extend(report.not_compared.iter().map(|one| format!("note: {}", not_compared(one))));
    lines.push(headline(report));
    let mut text = lines.join("\n");
    text.push('\n');
    text
}

const RED: &str = "31";
const YELLOW: &str = "33";

fn mark(text: &str, code: &str, color: bool) -> String {
    if color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
}

fn resource(drifted: &DriftedResource, color: bool, lines: &mut Vec<String>) {
    match drifted.status {
        DriftStatus::Modified => lines.push(format!("{} {}", mark("~", YELLOW, color), drifted.address)),
        DriftStatus::Deleted => lines.push(format!("{} {}: deleted by hand", mark("-", RED, color), drifted.address)),
    }
    for difference in &drifted.differences {
        property(difference, lines);
    }
    lines.extend(drifted.irreversible.iter().map(|note| format!("    note: {note}")));
}

fn property(difference: &PropertyChange, lines: &mut Vec<String>) {
    if difference.description.is_empty() {
        let (before, after) = (value(difference.before.as_ref()), value(difference.after.as_ref()));
        lines.push(format!("    {}: {before} → {after}", difference.path));
        return;
    }
    lines.push(format!("    {}:", difference.path));
    lines.extend(difference.description.iter().map(|line| format!("      {line}")));
}
