//! A plan for programs.

use super::PlanView;
use super::plan_json_types::{
    ActionJson, ChangeJson, ChangeSetJson, DisagreementJson, HandChangeJson, HandOutcomeJson, ImpactJson,
    LiveNumberJson, OperationJson, OperationKindJson, PlanJson, PropertyJson, PurposeJson, ReasonCode, ReasonJson,
    StackChangeJson, StepJson, SummaryJson,
};
use super::plan_words::details;
use super::preflight_json::preflight;
use crate::model::Address;
use crate::plan::{
    Action, Change, ChangeSetCheck, ChangeSetOutcome, Disagreement, HandChange, HandOutcome, OperationKind,
    PropertyChange, Purpose, Reason, Step, Summary,
};

/// Version of this output. Members may be added without a new version.
const FORMAT_VERSION: u32 = 1;

/// The plan as JSON. This is not the saved plan: it has what happens, without templates and parameters.
pub fn json(view: &PlanView) -> String {
    let plan = view.plan;
    let json = PlanJson {
        format_version: FORMAT_VERSION,
        purpose: purpose(plan.purpose),
        center: &plan.center,
        region: &plan.region,
        environment: plan.environment.as_deref(),
        digest: &plan.digest,
        empty: view.is_empty(),
        summary: summary(plan.summary()),
        changes: plan.changes.iter().map(|change| change_json(view, change)).collect(),
        stack_changes: plan
            .stack_changes
            .iter()
            .map(|change| StackChangeJson {
                stack: &change.stack,
                properties: change.properties.iter().map(property).collect(),
            })
            .collect(),
        changed_by_hand: plan.by_hand.as_ref().map(|changes| changes.iter().map(hand_change).collect()),
        live_phone_numbers: plan
            .live_numbers
            .iter()
            .map(|number| LiveNumberJson {
                address: number.address.to_string(),
                flow: &number.flow,
                open: view.open.contains(&number.address),
            })
            .collect(),
        change_sets: plan.change_sets.as_ref().map(|checks| checks.iter().map(change_set).collect()),
        preflight: plan.preflight.as_ref().map(preflight),
        to_allow: plan.irreversible_changes().map(|change| change.address.to_string()).collect(),
        steps: plan.steps.iter().map(step).collect(),
    };
    let mut text = serde_json::to_string_pretty(&json).unwrap_or_default();
    text.push('\n');
    text
}

/// The JSON Schema of the form.
pub fn json_schema() -> String {
    let schema = schemars::generate::SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<PlanJson>();
    let mut text = serde_json::to_string_pretty(schema.as_value()).unwrap_or_default();
    text.push('\n');
    text
}

fn purpose(purpose: Purpose) -> PurposeJson {
    match purpose {
        Purpose::Apply => PurposeJson::Apply,
        Purpose::Destroy => PurposeJson::Destroy,
        Purpose::Revert => PurposeJson::Revert,
        Purpose::Compare => PurposeJson::Compare,
    }
}

fn summary(summary: Summary) -> SummaryJson {
    let Summary { create, change, replace, delete, import, retain, renamed, unchanged } = summary;
    SummaryJson { create, change, replace, delete, import, retain, renamed, unchanged }
}

fn change_json<'a>(view: &PlanView, change: &'a Change) -> ChangeJson<'a> {
    ChangeJson {
        address: change.address.to_string(),
        kind: change.address.kind.word(),
        name: &change.address.name,
        action: action(change.action),
        renamed_from: change.renamed_from.as_ref().map(ToString::to_string),
        stack: &change.stack,
        logical_id: &change.logical_id,
        resource_type: &change.resource_type,
        reasons: change.reasons.iter().map(reason).collect(),
        properties: change.properties.iter().map(property).collect(),
        lines: details(change),
        irreversible: change.irreversible.as_deref(),
        impact: (!change.impact.is_empty()).then(|| impact(view, change)),
    }
}

fn impact(view: &PlanView, change: &Change) -> ImpactJson {
    let names = |addresses: &[Address]| addresses.iter().map(ToString::to_string).collect();
    let impact = &change.impact;
    ImpactJson {
        phone_numbers: names(&impact.phone_numbers),
        open_phone_numbers: impact
            .phone_numbers
            .iter()
            .filter(|number| view.open.contains(number))
            .map(ToString::to_string)
            .collect(),
        flows: names(&impact.flows),
        queues: names(&impact.queues),
        agents: names(&impact.agents),
    }
}

fn action(action: Action) -> ActionJson {
    match action {
        Action::NoOp => ActionJson::NoOp,
        Action::Create => ActionJson::Create,
        Action::Update => ActionJson::Update,
        Action::Replace => ActionJson::Replace,
        Action::Delete => ActionJson::Delete,
        Action::Import => ActionJson::Import,
        Action::Retain => ActionJson::Retain,
        Action::Associate => ActionJson::Associate,
        Action::Disassociate => ActionJson::Disassociate,
    }
}

fn reason(reason: &Reason) -> ReasonJson {
    let plain = |code| ReasonJson { code, properties: Vec::new(), target: None };
    match reason {
        Reason::Unchanged => plain(ReasonCode::Unchanged),
        Reason::NotDeployed => plain(ReasonCode::NotDeployed),
        Reason::NotInBlueprint => plain(ReasonCode::NotInBlueprint),
        Reason::PropertiesDiffer => plain(ReasonCode::PropertiesDiffer),
        Reason::CreateOnly(names) => ReasonJson { properties: names.clone(), ..plain(ReasonCode::CreateOnly) },
        Reason::TargetReplaced(address) => {
            ReasonJson { target: Some(address.to_string()), ..plain(ReasonCode::TargetReplaced) }
        }
        Reason::TypeChanged => plain(ReasonCode::TypeChanged),
        Reason::DeletionPolicyRetain => plain(ReasonCode::DeletionPolicyRetain),
        Reason::InstanceOfOthers => plain(ReasonCode::InstanceOfOthers),
        Reason::CannotBeDeleted | Reason::StaysAsItIs => plain(ReasonCode::CannotBeDeleted),
        Reason::TerminationProtection => plain(ReasonCode::TerminationProtection),
        Reason::StackIncomplete => plain(ReasonCode::StackIncomplete),
        Reason::Destroy => plain(ReasonCode::Destroy),
        Reason::FunctionChanged => plain(ReasonCode::FunctionChanged),
        Reason::ChangedByHand => plain(ReasonCode::ChangedByHand),
        Reason::DeletedByHand => plain(ReasonCode::DeletedByHand),
        Reason::RevertUnfinished => plain(ReasonCode::RevertUnfinished),
        Reason::StackHalfDeleted => plain(ReasonCode::StackHalfDeleted),
        Reason::AttributesDiffer => plain(ReasonCode::AttributesDiffer),
    }
}

fn property(change: &PropertyChange) -> PropertyJson<'_> {
    PropertyJson {
        path: &change.path,
        before: change.before.as_ref(),
        after: change.after.as_ref(),
        description: &change.description,
    }
}

fn hand_change(change: &HandChange) -> HandChangeJson<'_> {
    HandChangeJson {
        address: change.address.to_string(),
        property: change.property.as_ref().map(property),
        outcome: match change.outcome {
            HandOutcome::Overwritten => HandOutcomeJson::Overwritten,
            HandOutcome::AsWanted => HandOutcomeJson::AsWanted,
            HandOutcome::Kept => HandOutcomeJson::Kept,
            HandOutcome::Gone => HandOutcomeJson::Gone,
            HandOutcome::Fails => HandOutcomeJson::Fails,
        },
    }
}

fn change_set(check: &ChangeSetCheck) -> ChangeSetJson<'_> {
    let (differences, refused) = match &check.outcome {
        ChangeSetOutcome::Agrees { .. } => (&[] as &[Disagreement], None),
        ChangeSetOutcome::Differs(differences) => (differences.as_slice(), None),
        ChangeSetOutcome::Refused(reason) => (&[] as &[Disagreement], Some(reason.as_str())),
    };
    ChangeSetJson {
        stack: &check.stack,
        agrees: matches!(check.outcome, ChangeSetOutcome::Agrees { .. }),
        differences: differences
            .iter()
            .map(|one| DisagreementJson {
                address: one.address.as_ref().map(ToString::to_string),
                logical_id: &one.logical_id,
                plan: &one.plan,
                change_set: &one.change_set,
            })
            .collect(),
        refused,
    }
}

fn step(step: &Step) -> StepJson<'_> {
    match step {
        Step::Upload(assets) => StepJson::Upload { keys: assets.iter().map(|asset| asset.key.as_str()).collect() },
        Step::ContinueRollback(stacks) => StepJson::ContinueRollback { stacks },
        Step::Stacks(operations) => StepJson::Stacks {
            operations: operations
                .iter()
                .map(|operation| OperationJson {
                    stack: &operation.stack,
                    operation: match operation.kind {
                        OperationKind::Create => OperationKindJson::Create,
                        OperationKind::Update => OperationKindJson::Update,
                        OperationKind::Import => OperationKindJson::Import,
                        OperationKind::RevertDrift => OperationKindJson::RevertDrift,
                        OperationKind::Delete => OperationKindJson::Delete,
                    },
                    transitional: operation.transitional,
                })
                .collect(),
        },
        Step::Associate(links) => {
            StepJson::Associate { phone_numbers: links.iter().map(|link| link.phone_number.to_string()).collect() }
        }
        Step::Repair(repairs) => {
            StepJson::Repair { resources: repairs.iter().map(|repair| repair.address.to_string()).collect() }
        }
    }
}
