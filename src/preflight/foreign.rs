//! ARNs that lead out of the instance, of its Region or of the account. In a flow each of them can make the service
//! refuse the whole flow.
//!
//! What Connect says then (`InvalidContactFlowException`) does not name the ARN. Objects of another instance cannot be
//! used, and functions only in the instance's own Region (Amazon Connect Administrator Guide, "Invoke AWS Lambda
//! functions").

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::inventory::Inventory;
use crate::kinds::Kind;
use crate::plan::{Check, Finding, Plan, Severity};

use super::sides::{Resource, Sides};

/// One finding for each flow and ARN that leads out.
pub(super) fn check(plan: &Plan, sides: &Sides, inventory: &Inventory, account: &str) -> Vec<Finding> {
    let here = Here {
        instance: inventory.instance.as_ref().map(|instance| instance.id.as_str()),
        region: &plan.region,
        account,
    };
    let before: BTreeMap<&str, &Value> =
        sides.before.iter().map(|resource| (resource.logical_id, resource.properties)).collect();
    let is_flow =
        |resource: &&Resource| matches!(resource.kind, "AWS::Connect::ContactFlow" | "AWS::Connect::ContactFlowModule");
    let mut findings = Vec::new();
    for flow in sides.after.iter().filter(is_flow) {
        // What is live has been taken by the service.
        if before.get(flow.logical_id).is_some_and(|old| old.get("Content") == flow.properties.get("Content")) {
            continue;
        }
        let mut arns = BTreeSet::new();
        collect(&flow.properties["Content"], &mut arns);
        for arn in arns {
            if let Some(what) = here.stranger(&arn) {
                findings.push(finding(Severity::Error, flow, &arn, &format!("{what}; Connect refuses the flow")));
            } else if here.is_of_other_account(&arn) {
                findings.push(finding(Severity::Warning, flow, &arn, "is of another account"));
            }
        }
    }
    findings.extend(used_elsewhere(sides, &before, &here));
    findings
}

/// Functions, bots, streams and keys of other accounts that anything else uses.
fn used_elsewhere(sides: &Sides, before: &BTreeMap<&str, &Value>, here: &Here) -> Vec<Finding> {
    let mut findings = Vec::new();
    let users = sides
        .after
        .iter()
        .filter(|resource| Kind::of_type(resource.kind).is_some_and(|kind| kind.descriptor().outside.may_be_of_others));
    for resource in users.filter(|resource| before.get(resource.logical_id) != Some(&resource.properties)) {
        let mut arns = BTreeSet::new();
        collect(resource.properties, &mut arns);
        for arn in arns.iter().filter(|arn| here.is_of_other_account(arn)) {
            findings.push(Finding {
                severity: Severity::Warning,
                check: Check::Artifact,
                addresses: resource.address().into_iter().collect(),
                message: format!("`{arn}` is of another account, and this one is {}", here.account),
                help: Some("it can be used where the policies of both accounts allow it, or not at all".to_owned()),
            });
        }
    }
    findings
}

/// Services whose objects belong to an account.
const OF_ACCOUNTS: [&str; 5] = ["firehose", "kinesis", "kms", "lambda", "lex"];

struct Here<'a> {
    instance: Option<&'a str>,
    region: &'a str,
    account: &'a str,
}

impl Here<'_> {
    /// What is foreign about an ARN; `None` for what is of this place, and where nobody knows.
    fn stranger(&self, arn: &str) -> Option<String> {
        let mut parts = arn.splitn(6, ':').skip(2);
        let (service, region, _account, resource) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        if service == "connect" {
            let instance = resource.strip_prefix("instance/")?.split('/').next()?;
            let is_own = self.instance == Some(instance);
            return (!is_own).then(|| "is of another instance".to_owned());
        }
        let regional = matches!(service, "lambda" | "lex");
        if regional && region != self.region {
            return Some(format!("is in {region}, and the center in {}", self.region));
        }
        None
    }

    /// True for a function, bot, stream or key of another account: it can be used where both sides allow it (?).
    fn is_of_other_account(&self, arn: &str) -> bool {
        let mut parts = arn.split(':').skip(2);
        let (Some(service), Some(account)) = (parts.next(), parts.nth(1)) else { return false };
        let is_spelled_out = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        !self.account.is_empty() && OF_ACCOUNTS.contains(&service) && is_spelled_out && account != self.account
    }
}

/// The ARNs that are spelled out in a text, as far as they are.
fn collect(json: &Value, found: &mut BTreeSet<String>) {
    match json {
        Value::String(text) => {
            for (at, _) in text.match_indices("arn:aws") {
                let ends = |letter: char| !(letter.is_ascii_alphanumeric() || ":/-_.$*+=@".contains(letter));
                let arn = text.get(at..).unwrap_or_default();
                let arn = arn.split(ends).next().unwrap_or_default();
                // What goes on with a reference is not spelled out.
                if !arn.ends_with('$') {
                    found.insert(arn.to_owned());
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(members) => members.values().for_each(|member| collect(member, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn finding(severity: Severity, flow: &Resource, arn: &str, what: &str) -> Finding {
    Finding {
        severity,
        check: Check::Artifact,
        addresses: flow.address().into_iter().collect(),
        message: format!("`{arn}` {what}"),
        help: Some(format!("say under `arns:` of the flow what it is here: `\"{arn}\": <section>/<key>`")),
    }
}
