//! A drift report for a terminal.

use super::drift_text::{association, headline, not_compared, unfinished};
use super::plan_human::{INDENT, Style, wrapped};
use super::plan_words::details_of;
use crate::drift::{DriftReport, DriftStatus};
use crate::render::words;

/// The report: a line for each resource, below it what was last applied and what is live.
pub fn human(report: &DriftReport, style: Style) -> String {
    let mut lines = Vec::new();
    for drifted in &report.resources {
        let subject = words(&drifted.address);
        match drifted.status {
            DriftStatus::Modified => lines.push(head("~", "33", &subject, style)),
            DriftStatus::Deleted => lines.push(head("-", "31", &format!("{subject}: deleted"), style)),
        }
        let details = details_of(drifted.address.kind, &drifted.differences).into_iter();
        let notes = drifted.irreversible.iter().map(|note| format!("! {note}"));
        lines.extend(details.chain(notes).map(|line| wrapped(INDENT, &line, style.width)));
    }
    for drift in &report.associations {
        let text = format!("{}: {}", words(&drift.phone_number), association(drift));
        lines.push(head("~", "33", &text, style));
    }
    if !report.is_in_sync() {
        lines.push(String::new());
    }
    lines.extend(unfinished(report).map(|note| wrapped("", &format!("note: {note}"), style.width)));
    let notes = report.not_checked.iter().map(|one| format!("{} was not checked: {}", words(&one.address), one.reason));
    lines.extend(notes.chain(report.not_compared.iter().map(not_compared)).map(|note| format!("note: {note}")));
    lines.push(wrapped("", &headline(report), style.width));
    lines.push(String::new());
    lines.join("\n")
}

fn head(sign: &str, color: &str, text: &str, style: Style) -> String {
    let line = wrapped("", &format!("{sign:>5} {text}"), style.width);
    match line.split_once(sign).filter(|_| style.color) {
        Some((before, after)) => format!("{before}\u{1b}[{color}m{sign}\u{1b}[0m{after}"),
        None => line,
    }
}
