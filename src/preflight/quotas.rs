//! What an instance and an account may have, and what they would have.
//!
//! Codes, names and defaults: Amazon Connect Administrator Guide, service quotas (defaults of 2023; an account's own may
//! differ, so that a default only warns).

use crate::inventory::Inventory;
use crate::kinds::{self, Kind};
use crate::model::Address;
use crate::plan::{Action, Change, Check, Finding, OperationKind, Plan, Severity};

use super::facts::{Answer, Facts, Questions, Quota};
use super::sides::{Resource, Sides, operations};

/// A quota, and what it counts.
#[derive(Clone, Copy)]
struct Limit {
    /// CloudFormation type; empty where no type is counted.
    kind: &'static str,
    quota: kinds::Quota,
    words: &'static str,
}

/// Types with a quota of their own in an instance. Agent statuses have none: what there was of them is taken over.
fn limits() -> impl Iterator<Item = Limit> {
    Kind::ALL.iter().filter(|kind| **kind != Kind::Instance).filter_map(|kind| limit(*kind))
}

fn limit(kind: Kind) -> Option<Limit> {
    let descriptor = kind.descriptor();
    Some(Limit { kind: descriptor.resource_type, quota: descriptor.service.quota?, words: descriptor.plural })
}

const QUEUES_OF_PROFILE: Limit = Limit {
    kind: "AWS::Connect::RoutingProfile",
    quota: kinds::Quota { code: "L-516BC0EB", name: "Queues per routing profile per instance", default: 50 },
    words: "queues",
};
const STACKS: Limit = Limit {
    kind: "",
    quota: kinds::Quota { code: "L-0485CB21", name: "Stack count", default: DEFAULT_STACKS },
    words: "stacks",
};

/// Stacks an account may have in a Region. Only above that its own quota is asked for.
pub(crate) const DEFAULT_STACKS: u64 = 2_000;

/// From when the defaults are.
pub(super) fn pinned() -> crate::pinned::Pinned {
    crate::pinned::Pinned {
        what: "default quotas",
        entries: None,
        as_of: "2023",
        source: "Amazon Connect Administrator Guide; an account's own quotas are asked for",
    }
}

/// Asks how much there is of what the plan makes.
pub(super) fn ask(plan: &Plan, sides: &Sides, questions: &mut Questions) {
    let more: Vec<Limit> = limits().filter(|limit| added(sides, limit) > 0).collect();
    questions.objects.extend(more.iter().map(|limit| limit.kind.to_owned()));
    questions.instances |= limit(Kind::Instance).is_some_and(|limit| added(sides, &limit) > 0);
    questions.quotas = !more.is_empty() || questions.instances || !crowded(sides, 0).is_empty();
    questions.new_stacks = new_stacks(plan);
}

/// What would be too much.
pub(super) fn check(plan: &Plan, sides: &Sides, inventory: &Inventory, facts: &Facts) -> Vec<Finding> {
    let quotas =
        Quotas { answer: facts.quotas.as_ref(), instance: inventory.instance.as_ref().map(|it| it.arn.as_str()) };
    let mut findings = Vec::new();
    for limit in limits() {
        let more = added(sides, &limit);
        let there = match facts.objects.get(limit.kind) {
            Some(Ok(objects)) => objects.len(),
            // The center's own are the least there is.
            Some(Err(_)) | None => count(&sides.before, limit.kind),
        };
        findings.extend(quotas.exceeded(&limit, "the instance", there, more, made(sides, limit.kind)));
    }
    if let (Some(Ok(instances)), Some(limit)) = (&facts.instances, limit(Kind::Instance)) {
        let more = added(sides, &limit);
        findings.extend(quotas.exceeded(&limit, "the account", instances.len(), more, made(sides, limit.kind)));
    }
    if let Some(Ok(stacks)) = &facts.stacks {
        findings.extend(quotas.exceeded(&STACKS, "the account", *stacks, new_stacks(plan), Vec::new()));
    }
    let (most, _) = quotas.most(&QUEUES_OF_PROFILE);
    for (resource, queues) in crowded(sides, most) {
        let addresses = resource.address().into_iter().collect();
        findings.extend(quotas.exceeded(&QUEUES_OF_PROFILE, "a routing profile", 0, queues, addresses));
    }
    findings.extend(turnover(plan, &quotas));
    if let Some(Err(reason)) = &facts.quotas {
        let message = format!("the quotas are not known, so that AWS's defaults count: {reason}");
        findings.push(Finding {
            severity: Severity::Note,
            check: Check::Quota,
            addresses: Vec::new(),
            message,
            help: None,
        });
    }
    findings
}

/// Claims and releases are counted together: above twice the quota within 180 days, an account may claim no more (Amazon
/// Connect Administrator Guide, "Claim a phone number"). What it claimed and released before is not known, so half of
/// that is worth a word.
fn turnover(plan: &Plan, quotas: &Quotas) -> Option<Finding> {
    let weight = |action: Action| -> u64 {
        match action {
            Action::Create | Action::Delete => 1,
            Action::Replace => 2,
            _ => 0,
        }
    };
    let numbers: Vec<&Change> = plan
        .changes
        .iter()
        .filter(|change| change.address.kind == Kind::PhoneNumber && weight(change.action) > 0)
        .collect();
    let counted: u64 = numbers.iter().map(|change| weight(change.action)).sum();
    let limit = limit(Kind::PhoneNumber)?;
    let (most, _) = quotas.most(&limit);
    (counted > most).then(|| Finding {
        severity: Severity::Warning,
        check: Check::Quota,
        addresses: numbers.into_iter().map(|change| change.address.clone()).collect(),
        message: format!(
            "the plan claims and releases {counted} phone numbers; after {} within 180 days the account may claim no more",
            2 * most
        ),
        help: Some("claim fewer at a time, keep numbers with `retain: true`, or ask AWS for more".to_owned()),
    })
}

struct Quotas<'a> {
    answer: Option<&'a Answer<Vec<Quota>>>,
    instance: Option<&'a str>,
}

impl Quotas<'_> {
    /// The value of a quota, that of the instance before that of the account, and whether it is more than a default.
    fn most(&self, limit: &Limit) -> (u64, bool) {
        let known = self.answer.and_then(|answer| answer.as_ref().ok()).into_iter().flatten();
        let of_limit = known.filter(|quota| {
            (!limit.quota.code.is_empty() && quota.code == limit.quota.code)
                || quota.name.eq_ignore_ascii_case(limit.quota.name)
        });
        let mut own = None;
        for quota in of_limit {
            match &quota.resource {
                Some(resource) if Some(resource.as_str()) == self.instance => return (quota.value, true),
                Some(_) => {}
                None => own = Some(quota.value),
            }
        }
        own.map_or((limit.quota.default, false), |value| (value, true))
    }

    fn exceeded(
        &self,
        limit: &Limit,
        whose: &str,
        there: usize,
        more: usize,
        addresses: Vec<Address>,
    ) -> Option<Finding> {
        let (most, applied) = self.most(limit);
        let total = there + more;
        if more == 0 || total as u64 <= most {
            return None;
        }
        let bound = if applied { "is the most" } else { "is the most by default" };
        let code = if limit.quota.code.is_empty() { String::new() } else { format!(" ({})", limit.quota.code) };
        Some(Finding {
            severity: if applied { Severity::Error } else { Severity::Warning },
            check: Check::Quota,
            addresses,
            message: format!("{whose} would have {total} {}; {most} {bound}", limit.words),
            help: Some(format!("ask AWS for more of `{}`{code}", limit.quota.name)),
        })
    }
}

fn count(resources: &[Resource], kind: &str) -> usize {
    resources.iter().filter(|resource| resource.kind == kind).count()
}

/// How many more there are afterwards. Numbers that come under management are there already.
fn added(sides: &Sides, limit: &Limit) -> usize {
    made(sides, limit.kind).len().saturating_sub(gone(sides, limit.kind))
}

/// What is made of a type.
fn made(sides: &Sides, kind: &str) -> Vec<Address> {
    let is_new = |resource: &&Resource| !sides.before.iter().any(|old| old.logical_id == resource.logical_id);
    let new = sides.after.iter().filter(|resource| resource.kind == kind).filter(is_new);
    new.filter(|resource| !resource.is_taken_over()).filter_map(Resource::address).collect()
}

fn gone(sides: &Sides, kind: &str) -> usize {
    let stays = |resource: &&Resource| sides.after.iter().any(|new| new.logical_id == resource.logical_id);
    sides.before.iter().filter(|resource| resource.kind == kind).filter(|resource| !stays(resource)).count()
}

/// Routing profiles that are new or have other queues, with more queues and channels than so many.
fn crowded<'a>(sides: &Sides<'a>, most: u64) -> Vec<(Resource<'a>, usize)> {
    let queues = |resource: &Resource<'a>| resource.properties["QueueConfigs"].as_array().map_or(0, Vec::len);
    let before = |resource: &Resource| sides.before.iter().find(|old| old.logical_id == resource.logical_id);
    let profiles = sides.after.iter().filter(|resource| resource.kind == QUEUES_OF_PROFILE.kind);
    profiles
        .map(|resource| (resource.clone(), queues(resource)))
        .filter(|(resource, count)| before(resource).is_none_or(|old| queues(old) < *count))
        .filter(|(_, count)| *count as u64 > most)
        .collect()
}

fn new_stacks(plan: &Plan) -> usize {
    operations(plan).filter(|operation| operation.kind == OperationKind::Create).count()
}
