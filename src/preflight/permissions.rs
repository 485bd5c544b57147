//! What the caller needs to be allowed: CloudFormation works with the caller's permissions, and calls what the handlers
//! of the resource types call.
//!
//! The schemas say what a handler may call, for all properties it knows. Only actions of the type's own service count
//! here, and of those that it needs anyway: the others are for properties that a center does not have.

use std::collections::{BTreeMap, BTreeSet};

use callform_aws::Repair;
use callform_schemas::{Handler, permissions};

use crate::kinds::Kind;
use crate::model::Address;
use crate::plan::{Action, Change, Check, Finding, Plan, RepairOf, Severity, Step};

use super::facts::{Facts, Permission, Questions};

/// Actions, each with the changes that need it; none for what the plan as a whole needs.
type Needed = BTreeMap<String, BTreeSet<Address>>;

/// How many actions a finding names.
const NAMED: usize = 8;

/// Asks for everything the plan calls.
pub(super) fn ask(plan: &Plan, questions: &mut Questions) {
    questions.actions.extend(needed(plan).into_keys());
}

/// What the caller may not do: one finding for each service and severity.
pub(super) fn check(plan: &Plan, facts: &Facts) -> Vec<Finding> {
    let permissions = match &facts.permissions {
        None => return Vec::new(),
        Some(Err(reason)) => {
            let message = format!("what the caller may do is not known: {reason}");
            return vec![finding(Severity::Note, BTreeSet::new(), message, None)];
        }
        Some(Ok(permissions)) => permissions,
    };
    let mut lacking: BTreeMap<(Permission, String), (Vec<String>, BTreeSet<Address>)> = BTreeMap::new();
    for (action, addresses) in needed(plan) {
        let permission = permissions.get(&action).copied().unwrap_or(Permission::Allowed);
        if permission != Permission::Allowed {
            let service = action.split(':').next().unwrap_or_default().to_owned();
            let entry = lacking.entry((permission, service)).or_default();
            entry.0.push(action);
            entry.1.extend(addresses);
        }
    }
    lacking.into_iter().map(|((permission, _), (actions, addresses))| told(permission, &actions, addresses)).collect()
}

fn told(permission: Permission, actions: &[String], addresses: BTreeSet<Address>) -> Finding {
    let mut named = actions.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    if actions.len() > NAMED {
        named = format!("{named} and {} more", actions.len() - NAMED);
    }
    match permission {
        Permission::Denied => finding(
            Severity::Error,
            addresses,
            format!("the caller is forbidden {named}"),
            Some("use another role, or have the policy changed"),
        ),
        Permission::NotAllowed | Permission::Allowed => finding(
            Severity::Warning,
            addresses,
            format!("no policy allows the caller {named} on every resource"),
            Some("where a policy allows it on the center's resources, all is well"),
        ),
    }
}

fn finding(severity: Severity, addresses: BTreeSet<Address>, message: String, help: Option<&str>) -> Finding {
    let addresses = addresses.into_iter().collect();
    Finding { severity, check: Check::Permission, addresses, message, help: help.map(str::to_owned) }
}

/// Everything that is called when the plan is applied.
fn needed(plan: &Plan) -> Needed {
    let mut needed = Needed::new();
    for change in plan.effective_changes() {
        for action in actions_of(change) {
            needed.entry(action.to_owned()).or_default().insert(change.address.clone());
        }
    }
    for step in &plan.steps {
        for action in actions_of_step(step) {
            needed.entry((*action).to_owned()).or_default();
        }
    }
    needed
}

fn actions_of(change: &Change) -> Vec<&'static str> {
    let handlers: &[Handler] = match change.action {
        Action::Create => &[Handler::Create],
        Action::Update => &[Handler::Update],
        Action::Replace => &[Handler::Create, Handler::Delete],
        Action::Delete => &[Handler::Delete],
        Action::Import => &[Handler::Read, Handler::Update],
        Action::Associate => return vec!["connect:AssociatePhoneNumberContactFlow"],
        Action::Disassociate => return vec!["connect:DisassociatePhoneNumberContactFlow"],
        Action::NoOp | Action::Retain => &[],
    };
    let kind = change.resource_type.as_str();
    let service = service(kind);
    let counts = |action: &&str| {
        let of = action.split(':').next().unwrap_or_default();
        // Wildcards are no names of actions.
        !action.contains('*') && (of == service || others(kind).contains(&of))
    };
    handlers.iter().flat_map(|handler| permissions(kind, *handler)).filter(counts).collect()
}

/// Services beside its own that a type needs in every center.
fn others(kind: &str) -> &'static [&'static str] {
    Kind::of_type(kind).map_or(&[], |kind| kind.descriptor().service.needs)
}

/// The service in the actions of a type.
fn service(kind: &str) -> String {
    match kind.split("::").nth(1).unwrap_or_default() {
        "KinesisFirehose" => "firehose".to_owned(),
        name => name.to_ascii_lowercase(),
    }
}

/// What Callform itself calls.
fn actions_of_step(step: &Step) -> &'static [&'static str] {
    match step {
        Step::Upload(_) => &["s3:CreateBucket", "s3:GetObject", "s3:PutObject"],
        Step::ContinueRollback(_) => &["cloudformation:ContinueUpdateRollback"],
        Step::Stacks(_) => &[
            "cloudformation:CreateChangeSet",
            "cloudformation:DeleteChangeSet",
            "cloudformation:DescribeChangeSet",
            "cloudformation:DescribeEvents",
            "cloudformation:DescribeStackEvents",
            "cloudformation:ExecuteChangeSet",
            "cloudformation:UpdateTerminationProtection",
        ],
        Step::Repair(calls) => {
            let is_setting = |one: &RepairOf| matches!(one.call, Repair::UpdateInstanceAttribute { .. });
            if calls.iter().any(is_setting) { &["connect:UpdateInstanceAttribute"] } else { &[] }
        }
        Step::Associate(_) => &[],
    }
}
