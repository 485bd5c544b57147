//! A drift report for pull requests and issues.

use super::drift_text::{association, headline, not_compared, unfinished};
use super::plan_words::details_of;
use crate::drift::{DriftReport, DriftStatus};
use crate::render::words;

/// The report: a list of resources with what was last applied and what is live.
pub fn markdown(report: &DriftReport) -> String {
    let mut lines = vec![format!("### {}", headline(report)), String::new()];
    for drifted in &report.resources {
        let subject = code(&words(&drifted.address));
        match drifted.status {
            DriftStatus::Modified => lines.push(format!("- {subject}")),
            DriftStatus::Deleted => lines.push(format!("- {subject}: deleted")),
        }
        let details = details_of(drifted.address.kind, &drifted.differences).into_iter().map(|line| code(&line));
        lines.extend(details.chain(drifted.irreversible.clone()).map(|line| format!("  - {line}")));
    }
    for drift in &report.associations {
        lines.push(format!("- {}: {}", code(&words(&drift.phone_number)), code(&association(drift))));
    }
    if !report.is_in_sync() {
        lines.push(String::new());
    }
    lines.extend(unfinished(report).map(|note| format!("- {note}")));
    let notes =
        report.not_checked.iter().map(|one| format!("{} was not checked: {}", code(&words(&one.address)), one.reason));
    lines.extend(
        notes.chain(report.not_compared.iter().map(|one| code(&not_compared(one)))).map(|note| format!("- {note}")),
    );
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines.push(String::new());
    lines.join("\n")
}

/// Text that Markdown leaves alone: a code span with more backticks around it than in it.
fn code(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let space = if longest > 0 { " " } else { "" };
    format!("{fence}{space}{}{space}{fence}", text.replace(['\n', '\r'], " "))
}
