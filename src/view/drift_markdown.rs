//! A drift report for pull requests and issues.

use serde_json::Value;

use super::drift_text::{association, headline, not_compared, value};
use crate::drift::{DriftReport, DriftStatus, DriftedResource};

/// A report as Markdown.
pub fn markdown(report: &DriftReport) -> String {
    let mut lines = vec![format!("### Drift: {}", headline(report))];
    for drifted in &report.resources {
        lines.push(String::new());
        resource(drifted, &mut lines);
    }
    if !report.associations.is_empty() {
        lines.push(String::new());
    }
    lines.extend(report.associations.iter().map(|drift| format!("- `{}`: {}", drift.phone_number, association(drift))));
    if !report.not_checked.is_empty() || !report.not_compared.is_empty() {
        lines.push(String::new());
    }
    lines.extend(report.not_checked.iter().map(|one| format!("- `{}` was not checked: {}", one.address, one.reason)));
    lines.extend(report.not_compared.iter().map(|one| format!("- {}", not_compared(one))));
    let mut text = lines.join("\n");
    text.push('\n');
    text
}

fn resource(drifted: &DriftedResource, lines: &mut Vec<String>) {
    match drifted.status {
        DriftStatus::Modified => lines.push(format!("#### `{}`", drifted.address)),
        DriftStatus::Deleted => lines.push(format!("#### `{}`: deleted by hand", drifted.address)),
    }
    lines.push(String::new());
    let (described, plain): (Vec<_>, Vec<_>) =
        drifted.differences.iter().partition(|difference| !difference.description.is_empty());
    if !plain.is_empty() {
        lines.push("| property | last applied | live |".to_owned());
        lines.push("|---|---|---|".to_owned());
    }
    for difference in plain {
        let (before, after) = (cell(difference.before.as_ref()), cell(difference.after.as_ref()));
        lines.push(format!("| {} | {before} | {after} |", escaped(&difference.path)));
    }
    for difference in described {
        lines.push(format!("- {}", escaped(&difference.path)));
        lines.extend(difference.description.iter().map(|line| format!("  - {}", escaped(line))));
    }
    if let Some(note) = &drifted.irreversible {
        lines.push(String::new());
        lines.push(format!("> {note}"));
    }
}

fn cell(given: Option<&Value>) -> String {
    match given {
        None => String::new(),
        some => format!("`{}`", value(some).replace('`', "'").replace('|', "\\|")),
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;").replace('*', "\\*").replace('_', "\\_")
}
