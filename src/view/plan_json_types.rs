//! The published form of a plan. The JSON Schema in `schemas/plan.schema.json` is made of these types.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::preflight_json::PreflightJson;

/// A plan, or the differences of two blueprints.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "Callform plan", deny_unknown_fields)]
pub(super) struct PlanJson<'a> {
    /// Version of this form. Members may be added without a new version.
    pub(super) format_version: u32,
    /// What the plan is for.
    pub(super) purpose: PurposeJson,
    /// The center's name.
    pub(super) center: &'a str,
    /// AWS region.
    pub(super) region: &'a str,
    /// The environment of the blueprint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) environment: Option<&'a str>,
    /// SHA-256 of everything the blueprint is made of, lower-case hex; empty where no blueprint is applied.
    pub(super) digest: &'a str,
    /// True where nothing would be done.
    pub(super) empty: bool,
    /// How many changes of each sort there are.
    pub(super) summary: SummaryJson,
    /// What happens to each resource and link, `no-op` for what stays.
    pub(super) changes: Vec<ChangeJson<'a>>,
    /// What changes about stacks as a whole.
    pub(super) stack_changes: Vec<StackChangeJson<'a>>,
    /// What was changed by hand since the last apply; absent where the live side was not looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) changed_by_hand: Option<Vec<HandChangeJson<'a>>>,
    /// Touched phone numbers that are answered now.
    pub(super) live_phone_numbers: Vec<LiveNumberJson<'a>>,
    /// What CloudFormation's own change sets say; absent where it was not asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) change_sets: Option<Vec<ChangeSetJson<'a>>>,
    /// What the plan runs into when it is applied, what that takes and costs; absent where that was not looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) preflight: Option<PreflightJson<'a>>,
    /// Addresses that `apply` has to be given with `--allow`.
    pub(super) to_allow: Vec<String>,
    /// What is done, one after the other.
    pub(super) steps: Vec<StepJson<'a>>,
}

/// What a plan is for.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum PurposeJson {
    /// The live center becomes as the blueprint has it.
    Apply,
    /// The center is taken away.
    Destroy,
    /// What was changed by hand is taken back.
    Revert,
    /// Two blueprints are compared.
    Compare,
}

/// How many changes of each sort there are.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct SummaryJson {
    /// Resources and links made.
    pub(super) create: usize,
    /// Resources and stacks changed in place.
    pub(super) change: usize,
    /// Resources made anew in place of old ones.
    pub(super) replace: usize,
    /// Resources deleted and links removed.
    pub(super) delete: usize,
    /// Resources that come under management.
    pub(super) import: usize,
    /// Resources that leave management and stay.
    pub(super) retain: usize,
    /// Resources that only have another key in the blueprint.
    pub(super) renamed: usize,
    /// Resources that stay as they are.
    pub(super) unchanged: usize,
}

/// What happens to one resource or link.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct ChangeJson<'a> {
    /// Name inside the blueprint: `queue/customer_service`.
    pub(super) address: String,
    /// The section it is in: `queue`.
    pub(super) kind: &'static str,
    /// The key there.
    pub(super) name: &'a str,
    /// What happens.
    pub(super) action: ActionJson,
    /// The name it was deployed under, where that differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) renamed_from: Option<String>,
    /// The stack it is in.
    pub(super) stack: &'a str,
    /// Name inside the template; absent for links.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(super) logical_id: &'a str,
    /// CloudFormation type; absent for links.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(super) resource_type: &'a str,
    /// Why.
    pub(super) reasons: Vec<ReasonJson>,
    /// What differs.
    pub(super) properties: Vec<PropertyJson<'a>>,
    /// The change in the words of the blueprint, a line for each difference.
    pub(super) lines: Vec<String>,
    /// What is lost for good or interrupts service; such a change needs `--allow`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) irreversible: Option<&'a str>,
    /// What it touches, the resource itself included; absent where nothing is touched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) impact: Option<ImpactJson>,
}

/// What happens to a resource.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ActionJson {
    /// Considered, nothing to do.
    NoOp,
    /// It is made.
    Create,
    /// It is changed in place.
    Update,
    /// A new one is made, then the old one is deleted.
    Replace,
    /// It is deleted.
    Delete,
    /// An existing one comes under management.
    Import,
    /// It leaves management and stays.
    Retain,
    /// A phone number gets a flow.
    Associate,
    /// A phone number loses its flow.
    Disassociate,
}

/// A reason.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct ReasonJson {
    /// Which one.
    pub(super) code: ReasonCode,
    /// The properties it is about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) properties: Vec<String>,
    /// The other resource it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) target: Option<String>,
}

/// Why something happens, or does not.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ReasonCode {
    /// The blueprint and what was last applied are the same.
    Unchanged,
    /// The blueprint has it and nothing deployed does.
    NotDeployed,
    /// It is deployed and the blueprint has it no longer.
    NotInBlueprint,
    /// Properties differ.
    PropertiesDiffer,
    /// These properties cannot change in place.
    CreateOnly,
    /// Something it refers to is replaced.
    TargetReplaced,
    /// The resource type changes.
    TypeChanged,
    /// Its deletion policy keeps it.
    DeletionPolicyRetain,
    /// The service cannot delete it: it stays, out of use.
    InstanceOfOthers,
    CannotBeDeleted,
    /// Its stack is protected from deletion.
    TerminationProtection,
    /// The stack was never completely created.
    StackIncomplete,
    /// The stack was being deleted, and what is left of it goes first.
    StackHalfDeleted,
    /// The whole center is destroyed.
    Destroy,
    /// The function changed since its last version was published.
    FunctionChanged,
    /// It was changed by hand.
    ChangedByHand,
    /// It was deleted by hand.
    DeletedByHand,
    /// A revert of it was interrupted.
    RevertUnfinished,
    /// Its deletion policy or protection changes.
    AttributesDiffer,
}

/// One difference.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct PropertyJson<'a> {
    /// Where: property names joined by `/`, items of lists by their key in brackets.
    pub(super) path: &'a str,
    /// The deployed value; `null` where there was nothing.
    pub(super) before: Option<&'a Value>,
    /// The new value; `null` where nothing is left.
    pub(super) after: Option<&'a Value>,
    /// The difference in lines for people, where the values are documents.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub(super) description: &'a [String],
}

/// What a change touches.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct ImpactJson {
    /// Phone numbers whose callers may notice.
    pub(super) phone_numbers: Vec<String>,
    /// Those of them that are answered and open at this time.
    pub(super) open_phone_numbers: Vec<String>,
    /// Flows and modules that refer to it, directly or through others.
    pub(super) flows: Vec<String>,
    /// Queues that refer to it.
    pub(super) queues: Vec<String>,
    /// Users who may notice.
    pub(super) agents: Vec<String>,
}

/// What changes about a stack as a whole.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct StackChangeJson<'a> {
    /// The stack's name.
    pub(super) stack: &'a str,
    /// What differs.
    pub(super) properties: Vec<PropertyJson<'a>>,
}

/// Something that was changed by hand.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct HandChangeJson<'a> {
    /// The resource.
    pub(super) address: String,
    /// What differs: last applied before, live after; absent where the resource was deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) property: Option<PropertyJson<'a>>,
    /// What applying the plan does about it.
    pub(super) outcome: HandOutcomeJson,
}

/// What applying does about something that was changed by hand.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum HandOutcomeJson {
    /// The blueprint's value comes.
    Overwritten,
    /// The live value is what the blueprint says.
    AsWanted,
    /// It is not touched.
    Kept,
    /// It is deleted or replaced anyway.
    Gone,
    /// Applying would change it and fail.
    Fails,
}

/// A touched phone number that is answered now.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct LiveNumberJson<'a> {
    /// The number.
    pub(super) address: String,
    /// The flow that answers it.
    pub(super) flow: &'a str,
    /// Whether its hours are open at this time.
    pub(super) open: bool,
}

/// What CloudFormation said about a stack.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct ChangeSetJson<'a> {
    /// The stack.
    pub(super) stack: &'a str,
    /// Whether it has the same actions and replacements as the plan.
    pub(super) agrees: bool,
    /// Where it does not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) differences: Vec<DisagreementJson<'a>>,
    /// Why CloudFormation refused to make one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) refused: Option<&'a str>,
}

/// A resource that CloudFormation would treat otherwise.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct DisagreementJson<'a> {
    /// The resource, where the plan knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) address: Option<String>,
    /// Its name in the template.
    pub(super) logical_id: &'a str,
    /// What the plan does.
    pub(super) plan: &'a str,
    /// What CloudFormation would do.
    pub(super) change_set: &'a str,
}

/// A step.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub(super) enum StepJson<'a> {
    /// Files are put into the artifact bucket.
    Upload {
        /// Their keys.
        keys: Vec<&'a str>,
    },
    /// Rollbacks are finished.
    ContinueRollback {
        /// The stacks.
        stacks: &'a [String],
    },
    /// Stack operations that do not depend on one another.
    Stacks {
        /// The operations.
        operations: Vec<OperationJson<'a>>,
    },
    /// Phone numbers get flows or lose them.
    Associate {
        /// The numbers.
        phone_numbers: Vec<String>,
    },
    /// What was put beside resources by hand is taken back by calls of its own.
    Repair {
        /// The resources, one for each call.
        resources: Vec<String>,
    },
}

/// An operation on a stack.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct OperationJson<'a> {
    /// The stack.
    pub(super) stack: &'a str,
    /// What is done.
    pub(super) operation: OperationKindJson,
    /// True for a template that a later step completes.
    pub(super) transitional: bool,
}

/// What is done to a stack.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum OperationKindJson {
    /// The stack is made.
    Create,
    /// The stack is updated.
    Update,
    /// Resources that exist come into the stack.
    Import,
    /// What was changed by hand is brought back.
    RevertDrift,
    /// The stack is deleted.
    Delete,
}
