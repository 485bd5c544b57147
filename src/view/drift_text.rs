//! What the forms of a drift report for people share.

use crate::drift::{AssociationDrift, DriftReport, NotCompared};

/// How much was found, and what was not looked at.
pub(super) fn headline(report: &DriftReport) -> String {
    let mut compared = count(report.checked, "resource was compared", "resources were compared");
    let failed = report.not_checked.iter().filter(|one| one.failed).count();
    if failed > 0 {
        compared.extend([", ", &count(failed, "resource", "resources"), " could not be read"]);
    }
    let center = &report.center;
    let changes = report.resources.len() + report.associations.len();
    let found = match (changes, report.unfinished.is_empty()) {
        (0, true) if failed > 0 => format!("No drift found in what could be read of {center}; {compared}."),
        (0, true) => format!("No drift: {center} is as it was last applied; {compared}."),
        (0, false) => format!("A revert of {center} was interrupted; {compared}."),
        _ => {
            let changes = count(changes, "change by hand", "changes by hand");
            format!("Drift: {changes} in {center}; {compared}.")
        }
    };
    if report.not_looked_at.is_empty() {
        return found;
    }
    format!("{found} Not looked at: {}.", report.not_looked_at.join("; "))
}

fn count(count: usize, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

/// That a revert has not come to its end, for each stack.
pub(super) fn unfinished(report: &DriftReport) -> impl Iterator<Item = String> {
    report.unfinished.iter().map(|stack| {
        format!("a revert of the stack {stack} was interrupted; `callform reconcile --revert` goes on with it")
    })
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
    let have = if one.resources == 1 { "has" } else { "have" };
    format!("{} of {} was not compared ({} of them {have} it)", one.path, one.resource_type, one.resources)
}
