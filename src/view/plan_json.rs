//! A plan for programs.

use serde::Serialize;
use serde_json::Value;

use crate::plan::{Action, Change, OperationKind, Plan, PropertyChange, Reason, StackChange, Step, Summary};

/// Version of this output. Members may be added without a new version.
const FORMAT_VERSION: u32 = 1;

/// The plan as JSON. This is not the saved plan: it has what happens, without templates and parameters.
pub fn json(plan: &Plan) -> String {
    let view = PlanView {
        format_version: FORMAT_VERSION,
        center: &plan.center,
        region: &plan.region,
        environment: plan.environment.as_deref(),
        digest: &plan.digest,
        empty: plan.is_empty(),
        summary: plan.summary(),
        changes: plan.effective_changes().map(ChangeView::of).collect(),
        stack_changes: plan.stack_changes.iter().map(StackChangeView::of).collect(),
        steps: plan.steps.iter().map(StepView::of).collect(),
    };
    let mut text = serde_json::to_string_pretty(&view).unwrap_or_default();
    text.push('\n');
    text
}

#[derive(Serialize)]
struct PlanView<'a> {
    format_version: u32,
    center: &'a str,
    region: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<&'a str>,
    digest: &'a str,
    empty: bool,
    summary: Summary,
    changes: Vec<ChangeView<'a>>,
    stack_changes: Vec<StackChangeView<'a>>,
    steps: Vec<StepView<'a>>,
}

#[derive(Serialize)]
struct ChangeView<'a> {
    address: String,
    kind: &'static str,
    name: &'a str,
    action: Action,
    #[serde(skip_serializing_if = "Option::is_none")]
    renamed_from: Option<String>,
    stack: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    logical_id: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    resource_type: &'a str,
    reasons: Vec<ReasonView>,
    properties: Vec<PropertyView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    irreversible: Option<&'a str>,
}

#[derive(Serialize)]
struct ReasonView {
    code: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    properties: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<String>,
}

#[derive(Serialize)]
struct PropertyView<'a> {
    path: &'a str,
    before: Option<&'a Value>,
    after: Option<&'a Value>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    description: &'a [String],
}

#[derive(Serialize)]
struct StackChangeView<'a> {
    stack: &'a str,
    properties: Vec<PropertyView<'a>>,
}

#[derive(Serialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
enum StepView<'a> {
    Upload { keys: Vec<&'a str> },
    ContinueRollback { stacks: &'a [String] },
    Stacks { operations: Vec<OperationView<'a>> },
    Associate { phone_numbers: Vec<String> },
}

#[derive(Serialize)]
struct OperationView<'a> {
    stack: &'a str,
    operation: OperationKind,
    transitional: bool,
}

impl<'a> ChangeView<'a> {
    fn of(change: &'a Change) -> Self {
        Self {
            address: change.address.to_string(),
            kind: change.address.kind.word(),
            name: &change.address.name,
            action: change.action,
            renamed_from: change.renamed_from.as_ref().map(ToString::to_string),
            stack: &change.stack,
            logical_id: &change.logical_id,
            resource_type: &change.resource_type,
            reasons: change.reasons.iter().map(ReasonView::of).collect(),
            properties: change.properties.iter().map(PropertyView::of).collect(),
            irreversible: change.irreversible.as_deref(),
        }
    }
}

impl ReasonView {
    fn of(reason: &Reason) -> Self {
        let plain = |code| Self { code, properties: Vec::new(), target: None };
        match reason {
            Reason::NotDeployed => plain("not-deployed"),
            Reason::NotInBlueprint => plain("not-in-blueprint"),
            Reason::PropertiesDiffer => plain("properties-differ"),
            Reason::CreateOnly(names) => Self { properties: names.clone(), ..plain("create-only") },
            Reason::TargetReplaced(address) => Self { target: Some(address.to_string()), ..plain("target-replaced") },
            Reason::TypeChanged => plain("type-changed"),
            Reason::DeletionPolicyRetain => plain("deletion-policy-retain"),
            Reason::TerminationProtection => plain("termination-protection"),
            Reason::StackIncomplete => plain("stack-incomplete"),
            Reason::Destroy => plain("destroy"),
            Reason::FunctionChanged => plain("function-changed"),
            Reason::ChangedByHand => plain("changed-by-hand"),
            Reason::DeletedByHand => plain("deleted-by-hand"),
            Reason::AttributesDiffer => plain("attributes-differ"),
        }
    }
}

impl<'a> PropertyView<'a> {
    fn of(change: &'a PropertyChange) -> Self {
        Self {
            path: &change.path,
            before: change.before.as_ref(),
            after: change.after.as_ref(),
            description: &change.description,
        }
    }
}

impl<'a> StackChangeView<'a> {
    fn of(change: &'a StackChange) -> Self {
        Self { stack: &change.stack, properties: change.properties.iter().map(PropertyView::of).collect() }
    }
}

impl<'a> StepView<'a> {
    fn of(step: &'a Step) -> Self {
        match step {
            Step::Upload(assets) => Self::Upload { keys: assets.iter().map(|asset| asset.key.as_str()).collect() },
            Step::ContinueRollback(stacks) => Self::ContinueRollback { stacks },
            Step::Stacks(operations) => Self::Stacks {
                operations: operations
                    .iter()
                    .map(|operation| OperationView {
                        stack: &operation.stack,
                        operation: operation.kind,
                        transitional: operation.transitional,
                    })
                    .collect(),
            },
            Step::Associate(links) => {
                Self::Associate { phone_numbers: links.iter().map(|link| link.phone_number.to_string()).collect() }
            }
        }
    }
}
