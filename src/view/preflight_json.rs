//! The published form of what a look ahead found.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::plan::{Check, Finding, Preflight, Severity};

/// What a look ahead found.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct PreflightJson<'a> {
    /// What stands in the way: errors, then warnings, then notes.
    findings: Vec<FindingJson<'a>>,
    /// API calls that applying takes, by service, those that CloudFormation makes included; an estimate.
    api_calls: &'a BTreeMap<String, u64>,
    /// How long applying takes on AWS, in seconds; an estimate.
    seconds: u64,
    /// What the center's phone numbers cost in a month; absent where the plan claims and releases none.
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_numbers: Option<CostJson>,
}

/// Something that a plan runs into.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct FindingJson<'a> {
    /// How bad it is.
    severity: SeverityJson,
    /// What was checked.
    check: CheckJson,
    /// The changes it concerns.
    addresses: Vec<String>,
    /// What it is.
    message: &'a str,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
}

/// How bad a finding is.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum SeverityJson {
    /// Applying would fail; `apply` refuses it.
    Error,
    /// Applying may fail.
    Warning,
    /// Something could not be looked at.
    Note,
}

/// What was checked.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum CheckJson {
    /// What an instance or an account may have.
    Quota,
    /// What the caller may do.
    Permission,
    /// Names that are taken.
    Name,
    /// Files and objects that have to be there.
    Artifact,
}

/// What phone numbers cost in a month, in US cents, without calls and taxes; about.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct CostJson {
    /// Before, the numbers whose price is known.
    cents_before: u64,
    /// Afterwards.
    cents_after: u64,
    /// Numbers afterwards whose price is not known.
    unknown: usize,
}

/// The form of what was found.
pub(super) fn preflight(found: &Preflight) -> PreflightJson<'_> {
    PreflightJson {
        findings: found.findings.iter().map(finding).collect(),
        api_calls: &found.estimate.calls,
        seconds: found.estimate.seconds,
        phone_numbers: found.cost.map(|cost| CostJson {
            cents_before: cost.cents_before,
            cents_after: cost.cents_after,
            unknown: cost.unknown,
        }),
    }
}

fn finding(finding: &Finding) -> FindingJson<'_> {
    FindingJson {
        severity: match finding.severity {
            Severity::Error => SeverityJson::Error,
            Severity::Warning => SeverityJson::Warning,
            Severity::Note => SeverityJson::Note,
        },
        check: match finding.check {
            Check::Quota => CheckJson::Quota,
            Check::Permission => CheckJson::Permission,
            Check::Name => CheckJson::Name,
            Check::Artifact => CheckJson::Artifact,
        },
        addresses: finding.addresses.iter().map(ToString::to_string).collect(),
        message: &finding.message,
        help: finding.help.as_deref(),
    }
}
