//! A plan and the moment it is looked at: what all forms of a plan start from.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::plan_words::{counts, property};
use crate::model::Address;
use crate::plan::{ChangeSetCheck, ChangeSetOutcome, HandChange, HandOutcome, Plan, Purpose};
use crate::render::words;

/// A plan to be shown.
#[derive(Clone, Debug)]
pub struct PlanView<'a> {
    pub(super) plan: &'a Plan,
    /// Live phone numbers that the plan touches and that are open.
    pub(super) open: BTreeSet<&'a Address>,
}

impl<'a> PlanView<'a> {
    /// The plan as somebody sees it at this time.
    pub fn at(plan: &'a Plan, now: DateTime<Utc>) -> Self {
        Self { plan, open: plan.open_numbers(now) }
    }

    /// The plan as it lies in a file, where nobody knows when it will be looked at.
    pub fn timeless(plan: &'a Plan) -> Self {
        Self { plan, open: BTreeSet::new() }
    }

    /// True where there is nothing to tell but that nothing changes.
    pub(super) fn is_empty(&self) -> bool {
        self.plan.is_empty() && !self.plan.has_changes()
    }

    /// That nothing changes, in a sentence.
    pub(super) fn nothing(&self) -> String {
        let center = &self.plan.center;
        match self.plan.purpose {
            Purpose::Apply => format!("No changes: {center} equals its blueprint."),
            Purpose::Destroy => format!("Nothing to destroy: nothing of {center} is there."),
            Purpose::Revert => format!("No changes: nothing in {center} was changed by hand."),
            Purpose::Compare => "No differences.".to_owned(),
        }
    }

    /// How much changes.
    pub(super) fn headline(&self) -> String {
        let word = if self.plan.purpose == Purpose::Compare { "Differences" } else { "Plan" };
        format!("{word}: {}.", counts(&self.plan.summary()))
    }

    /// What `apply` needs to be told, as it is typed; empty where nothing is guarded.
    pub(super) fn allowed_by(&self) -> Vec<String> {
        if self.plan.purpose == Purpose::Apply { super::allow_flags(self.plan) } else { Vec::new() }
    }

    /// What was changed by hand; a line for each difference.
    pub(super) fn by_hand(&self) -> Vec<String> {
        self.plan.by_hand.iter().flatten().flat_map(by_hand).collect()
    }

    /// What CloudFormation said, in one line where it agrees; none where it was not asked.
    pub(super) fn change_sets(&self) -> Option<Result<String, Vec<String>>> {
        let checks = self.plan.change_sets.as_ref().filter(|checks| !checks.is_empty())?;
        let lines: Vec<String> = checks.iter().flat_map(disagreements).collect();
        if !lines.is_empty() {
            return Some(Err(lines));
        }
        let resources: usize = checks
            .iter()
            .map(|check| match &check.outcome {
                ChangeSetOutcome::Agrees { resources } => *resources,
                ChangeSetOutcome::Differs(_) | ChangeSetOutcome::Refused(_) => 0,
            })
            .sum();
        let asked: BTreeSet<&str> = checks.iter().map(|check| check.stack.as_str()).collect();
        let told = self.plan.effective_changes();
        let told = told.filter(|change| !change.logical_id.is_empty() && asked.contains(change.stack.as_str())).count();
        let others = match resources.saturating_sub(told) {
            0 => String::new(),
            1 => "; 1 more resource only takes on a tag or refers to what changes".to_owned(),
            others => format!("; {others} more resources only take on tags or refer to what changes"),
        };
        Some(Ok(format!("CloudFormation's change sets agree{others}.")))
    }
}

fn by_hand(change: &HandChange) -> Vec<String> {
    let subject = words(&change.address);
    let outcome = match change.outcome {
        HandOutcome::Overwritten => "apply overwrites it",
        HandOutcome::AsWanted => "the blueprint says so too",
        HandOutcome::Kept => "apply does not touch it",
        HandOutcome::Gone => "it goes anyway",
        HandOutcome::Fails => "apply would change it and fail",
    };
    match &change.property {
        None if change.outcome == HandOutcome::Kept => {
            vec![format!("{subject}: deleted; apply does not make it again")]
        }
        None => vec![format!("{subject}: deleted; {outcome}")],
        Some(differing) => {
            let mut lines = property(differing);
            if lines.len() == 1 {
                return lines.iter().map(|line| format!("{subject}: {line}; {outcome}")).collect();
            }
            lines.insert(0, format!("{subject}: {outcome}"));
            let below = lines.iter().skip(1).map(|line| format!("  {line}"));
            lines.first().cloned().into_iter().chain(below).collect()
        }
    }
}

fn disagreements(check: &ChangeSetCheck) -> Vec<String> {
    match &check.outcome {
        ChangeSetOutcome::Agrees { .. } => Vec::new(),
        ChangeSetOutcome::Refused(reason) => {
            vec![format!("CloudFormation refuses to update the stack {}: {reason}", check.stack)]
        }
        ChangeSetOutcome::Differs(differing) => differing
            .iter()
            .map(|one| {
                let name = one.address.as_ref().map_or_else(|| one.logical_id.clone(), words);
                format!("{name}: the plan says {}, CloudFormation's change set {}", one.plan, one.change_set)
            })
            .collect(),
    }
}
