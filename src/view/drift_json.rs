//! A drift report for programs.

use serde::Serialize;
use serde_json::Value;

use crate::drift::DriftReport;
use crate::plan::PropertyChange;

/// Version of the form.
const FORMAT_VERSION: u32 = 1;

#[derive(Serialize)]
struct Report<'a> {
    format_version: u32,
    center: &'a str,
    region: &'a str,
    checked: usize,
    resources: Vec<Resource<'a>>,
    associations: Vec<Association<'a>>,
    not_checked: Vec<NotChecked<'a>>,
    not_compared: Vec<NotCompared<'a>>,
    /// A clause for each kind.
    not_looked_at: &'a [String],
    /// Stacks whose revert was interrupted.
    unfinished: &'a [String],
}

#[derive(Serialize)]
struct Resource<'a> {
    address: String,
    r#type: &'a str,
    stack: &'a str,
    logical_id: &'a str,
    status: &'static str,
    differences: Vec<Difference<'a>>,
    irreversible: Option<&'a str>,
}

#[derive(Serialize)]
struct Difference<'a> {
    path: &'a str,
    before: Option<&'a Value>,
    after: Option<&'a Value>,
    description: &'a [String],
}

#[derive(Serialize)]
struct Association<'a> {
    phone_number: String,
    expected: Option<String>,
    live: Option<&'a str>,
}

#[derive(Serialize)]
struct NotChecked<'a> {
    address: String,
    reason: &'a str,
    /// True where a call failed.
    failed: bool,
}

#[derive(Serialize)]
struct NotCompared<'a> {
    r#type: &'a str,
    path: &'a str,
    resources: usize,
}

/// A report as JSON; `before` is what was last applied, `after` is live.
pub fn json(report: &DriftReport) -> String {
    let view = Report {
        format_version: FORMAT_VERSION,
        center: &report.center,
        region: &report.region,
        checked: report.checked,
        resources: report
            .resources
            .iter()
            .map(|drifted| Resource {
                address: drifted.address.to_string(),
                r#type: &drifted.resource_type,
                stack: &drifted.stack,
                logical_id: &drifted.logical_id,
                status: drifted.status.word(),
                differences: drifted.differences.iter().map(difference).collect(),
                irreversible: drifted.irreversible.as_deref(),
            })
            .collect(),
        associations: report
            .associations
            .iter()
            .map(|drift| Association {
                phone_number: drift.phone_number.to_string(),
                expected: drift.expected.as_ref().map(ToString::to_string),
                live: drift.live.as_deref(),
            })
            .collect(),
        not_checked: report
            .not_checked
            .iter()
            .map(|one| NotChecked { address: one.address.to_string(), reason: &one.reason, failed: one.failed })
            .collect(),
        not_compared: report
            .not_compared
            .iter()
            .map(|one| NotCompared { r#type: &one.resource_type, path: &one.path, resources: one.resources })
            .collect(),
        not_looked_at: &report.not_looked_at,
        unfinished: &report.unfinished,
    };
    let mut text = serde_json::to_string_pretty(&view).unwrap_or_default();
    text.push('\n');
    text
}

fn difference(difference: &PropertyChange) -> Difference<'_> {
    Difference {
        path: &difference.path,
        before: difference.before.as_ref(),
        after: difference.after.as_ref(),
        description: &difference.description,
    }
}
