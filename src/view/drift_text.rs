//! What the forms of a drift report for people share.

use crate::drift::{AssociationDrift, DriftReport, NotCompared};

/// How much was found, in a sentence.
pub(super) fn headline(report: &DriftReport) -> String {
    let checked = match report.checked {
        1 => "1 resource was compared".to_owned(),
        checked => format!("{checked} resources were compared"),
    };
    match report.resources.len() + report.associations.len() {
        0 => format!("No drift: {} is as it was last applied; {checked}.", report.center),
        1 => format!("Drift: 1 change by hand in {}; {checked}.", report.center),
        count => format!("Drift: {count} changes by hand in {}; {checked}.", report.center),
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
    format!("{} of {} was not compared ({} of them have it)", one.path, one.resource_type, one.resources)
}
