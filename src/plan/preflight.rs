//! What was looked at before a plan is applied: what it runs into, how long it takes, what it costs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::Address;

/// What a look ahead found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preflight {
    /// What stands in the way: errors, then warnings, then notes.
    pub findings: Vec<Finding>,
    /// What applying takes.
    pub estimate: Estimate,
    /// What the numbers cost; none where the plan claims and releases none.
    pub cost: Option<NumberCost>,
}

impl Preflight {
    /// What applying would fail with.
    pub fn errors(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.severity == Severity::Error)
    }
}

/// Something that a plan runs into.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What was checked.
    pub check: Check,
    /// The changes it concerns; empty where it concerns a stack, or the whole plan.
    pub addresses: Vec<Address>,
    /// What it is, as a clause without the addresses: `the instance would have 52 queues; 50 is the most`.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Applying would fail half way.
    Error,
    /// Applying may fail.
    Warning,
    /// Something could not be looked at.
    Note,
}

/// What was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// What an instance or an account may have.
    Quota,
    /// What the caller may do.
    Permission,
    /// Names that are taken.
    Name,
    /// Files and objects that have to be there.
    Artifact,
}

/// What applying takes, on AWS.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Estimate {
    /// API calls by service, those that CloudFormation makes included.
    pub calls: BTreeMap<String, u64>,
    /// How long it takes, in seconds.
    pub seconds: u64,
}

/// What phone numbers cost in a month, without calls and taxes, in US cents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NumberCost {
    /// The center's numbers whose price is known, before.
    pub cents_before: u64,
    /// The same, after.
    pub cents_after: u64,
    /// Numbers afterwards whose price is not known.
    pub unknown: usize,
}
