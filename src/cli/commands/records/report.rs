//! What `records dedup` says about its input.

use dedup::local::{InvalidRecord, Report};
use serde::Serialize;

use crate::cli::ui::Ui;

/// So many invalid records are told one by one.
pub(super) const TOLD: u64 = 20;

/// Tells people.
pub(super) fn human(ui: Ui, report: &Report) {
    if report.invalid > TOLD {
        ui.say(&format!("… and {} more that are no records", report.invalid - TOLD));
    }
    let counts = [
        ("read", report.read, ""),
        ("kept", report.kept, "contact records"),
        ("exact duplicates", report.exact_duplicates, "copies of a record or an event"),
        ("superseded", report.superseded, "versions with a later one"),
        ("agent events", report.agent_events, ""),
        ("contact events", report.contact_events, ""),
        ("invalid", report.invalid, "no records"),
        ("gaps", report.gaps, "references to contacts that are not here"),
    ];
    for (name, count, what) in counts {
        if count > 0 || matches!(name, "read" | "kept") {
            ui.say(format!("{name:<16} {count:>12}  {what}").trim_end());
        }
    }
    for gap in report.named_gaps.iter().take(5) {
        ui.say(&format!("  no record of contact {}", gap.contact_id));
    }
}

#[derive(Serialize)]
struct JsonReport<'a> {
    format_version: u32,
    read: u64,
    contact_records: u64,
    kept: u64,
    exact_duplicates: u64,
    superseded: u64,
    agent_events: u64,
    contact_events: u64,
    invalid: u64,
    gaps: u64,
    /// The first 100.
    invalid_records: Vec<JsonInvalid<'a>>,
    /// The first 100.
    missing_contacts: Vec<&'a str>,
}

#[derive(Serialize)]
struct JsonInvalid<'a> {
    file: &'a str,
    line: u64,
    offset: u64,
    reason: String,
}

/// Tells programs.
pub(super) fn json(ui: Ui, report: &Report) {
    let report = JsonReport {
        format_version: 1,
        read: report.read,
        contact_records: report.contact_records,
        kept: report.kept,
        exact_duplicates: report.exact_duplicates,
        superseded: report.superseded,
        agent_events: report.agent_events,
        contact_events: report.contact_events,
        invalid: report.invalid,
        gaps: report.gaps,
        invalid_records: report
            .named_invalid
            .iter()
            .map(|InvalidRecord { input, line, offset, reason }| JsonInvalid {
                file: input,
                line: *line,
                offset: *offset,
                reason: reason.to_string(),
            })
            .collect(),
        missing_contacts: report.named_gaps.iter().map(|gap| gap.contact_id.as_str()).collect(),
    };
    if let Ok(text) = serde_json::to_string_pretty(&report) {
        ui.say(&text);
    }
}
