//! The plan as data. Its serialized form is in the saved plan.

use std::collections::BTreeMap;

use callform_aws::Repair;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Action, ChangeSetCheck, HandChange, Impact, LiveNumber, Preflight, Purpose, Reason};
use crate::journey::CallerChange;
use crate::model::{Address, Asset, Reference, Target};

/// Version of the saved form.
pub const FORMAT_VERSION: u32 = 3;

/// Everything that will happen, in order, with no choice left to applying.
///
/// What concerns an account is empty in a plan that only compares two blueprints.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// What it is for.
    pub purpose: Purpose,
    /// The center's name.
    pub center: String,
    /// AWS region.
    pub region: String,
    /// The environment chosen with `--env`.
    pub environment: Option<String>,
    /// SHA-256 of everything that was read to make the model, lower-case hex; empty when a center is destroyed.
    pub digest: String,
    /// What was deployed when the plan was made.
    pub base: Base,
    /// What happens to each resource, in the order of the blueprint, then what is deleted. Contains
    /// [`Action::NoOp`] for what was considered and stays.
    pub changes: Vec<Change>,
    /// What changes about stacks as a whole: tags, protection from deletion.
    pub stack_changes: Vec<StackChange>,
    /// What was changed by hand since the last apply, resource by resource; none where the live side was not looked at.
    pub by_hand: Option<Vec<HandChange>>,
    /// Numbers that are answered now and whose callers may notice the changes.
    pub live_numbers: Vec<LiveNumber>,
    /// What the callers of the numbers it touches meet before and after.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub callers: Vec<CallerChange>,
    /// What CloudFormation said to the updates of the plan; none where it was not asked.
    pub change_sets: Option<Vec<ChangeSetCheck>>,
    /// What the plan runs into, takes and costs; none where that was not looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preflight: Option<Preflight>,
    /// What to do, one after the other.
    pub steps: Vec<Step>,
}

/// What a plan builds on. A plan is stale when the base of a fresh inventory differs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Base {
    /// ARN of the Connect instance, where it existed.
    pub instance: Option<String>,
    /// The deployed stacks, by name.
    pub stacks: BTreeMap<String, BaseStack>,
    /// Phone number id -> flow id.
    pub phone_number_flows: BTreeMap<String, String>,
    /// Ids of the built-in objects the plan refers to, by `builtin/<kind>/<name>`.
    pub builtins: BTreeMap<String, String>,
    /// Live settings of an instance that is not the center's own, of those the plan is about.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, bool>,
}

/// A deployed stack a plan builds on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaseStack {
    /// Its id (an ARN, different after the stack is deleted and made again).
    pub id: String,
    /// Its status.
    pub status: String,
    /// Digests of its resources by logical ID: definition and physical id.
    pub resources: BTreeMap<String, String>,
    /// Digests of its parameters' values, by name.
    pub parameters: BTreeMap<String, String>,
    /// Digest of the rest of the template.
    pub rest: String,
    /// Tags.
    pub tags: BTreeMap<String, String>,
    /// Termination protection.
    pub termination_protection: bool,
}

/// What happens to one resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// Name inside the blueprint.
    pub address: Address,
    /// The name it was deployed under, where that differs.
    pub renamed_from: Option<Address>,
    /// The stack it is in.
    pub stack: String,
    /// Name inside the template; empty for links made by direct API calls.
    pub logical_id: String,
    /// CloudFormation type; empty for links made by direct API calls.
    pub resource_type: String,
    /// What happens.
    pub action: Action,
    /// Why.
    pub reasons: Vec<Reason>,
    /// What differs, for updates and replacements.
    pub properties: Vec<PropertyChange>,
    /// What is lost and cannot be brought back, or interrupts service, as a clause: `the number is released`. Such a
    /// change must be allowed by the address of the resource.
    pub irreversible: Option<String>,
    /// What it touches.
    pub impact: Impact,
}

/// One difference inside a resource.
///
/// References appear as names of the blueprint: `queue/consulting` where the value is nothing but the reference,
/// `${queue/consulting}` inside longer texts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PropertyChange {
    /// Where: property names joined by `/`; items of lists that are sets carry their key in brackets, as in
    /// `QueueConfigs[VOICE queue/consulting]/Priority`, or empty brackets where they have none, as in
    /// `QuickConnectArns[]`.
    pub path: String,
    /// The deployed value; none where there was nothing.
    pub before: Option<Value>,
    /// The new value; none where nothing is left.
    pub after: Option<Value>,
    /// The difference in lines for people, where the values are documents of their own (flow content, policies).
    pub description: Vec<String>,
}

/// What changes about a stack as a whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StackChange {
    /// The stack's name.
    pub stack: String,
    /// What differs: `Tags[key]`, `TerminationProtection`.
    pub properties: Vec<PropertyChange>,
}

/// A step of the plan. Every step needs the ones before it to be done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Puts files into the artifact bucket, which is made where it is not there yet.
    Upload(Vec<Asset>),
    /// Finishes the rollback of these stacks (`ContinueUpdateRollback`).
    ContinueRollback(Vec<String>),
    /// Stack operations that do not depend on one another.
    Stacks(Vec<StackOperation>),
    /// Links made or removed by direct API calls.
    Associate(Vec<AssociationChange>),
    /// What CloudFormation has no change for is set by direct API calls: what was put beside resources by hand is taken
    /// back, and settings of an instance that is not the center's own are made what the blueprint says.
    Repair(Vec<RepairOf>),
}

/// A direct call that takes back something beside a resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RepairOf {
    /// The resource.
    pub address: Address,
    /// The call.
    pub call: Repair,
}

/// What is done to a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OperationKind {
    /// The stack is made.
    Create,
    /// The stack is updated.
    Update,
    /// Resources that exist come into the stack, which is made where it is not there; nothing else changes.
    Import,
    /// What was changed by hand is brought back to the template (`DeploymentMode` `REVERT_DRIFT`); the template is the
    /// deployed one where it is `null`.
    RevertDrift,
    /// The stack is deleted, together with everything in it that is not retained.
    Delete,
}

/// One operation on one stack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StackOperation {
    /// The stack's name.
    pub stack: String,
    /// What is done.
    pub kind: OperationKind,
    /// The template; `null` for deletions, and where drift is reverted to the deployed one.
    pub template: Value,
    /// Values of the template's parameters.
    pub parameters: BTreeMap<String, ParameterValue>,
    /// True for a template that a later step of the plan completes.
    pub transitional: bool,
    /// Whether the stack is protected from deletion afterwards.
    pub termination_protection: bool,
    /// Stack tags.
    pub tags: BTreeMap<String, String>,
    /// What an import takes over, by logical ID; empty for other operations.
    pub imports: BTreeMap<String, ResourceImport>,
}

/// A resource that exists and comes into a stack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResourceImport {
    /// CloudFormation type.
    pub resource_type: String,
    /// Members of the identifier CloudFormation finds it by.
    pub identifier: BTreeMap<String, String>,
}

/// The value of a template parameter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ParameterValue {
    /// These identifiers, joined by commas.
    Join(Vec<Identifier>),
    /// The name of the artifact bucket, which may only be made by [`Step::Upload`] or by the first upload of a template.
    ArtifactBucket,
}

/// An identifier inside a parameter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Identifier {
    /// Known when the plan was made.
    Known(String),
    /// Known when the steps before are done.
    AfterApply {
        /// What is wanted; [`Reference::identifier`] takes it out of the physical id.
        reference: Reference,
        /// The stack that makes it.
        stack: String,
        /// Its name in that stack's template.
        logical_id: String,
    },
    /// The id of a built-in object of an instance that an earlier step makes, to be looked up by its name.
    Lookup(Target),
}

/// A phone number that gets a flow or loses it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssociationChange {
    /// [`Action::Associate`] or [`Action::Disassociate`].
    pub action: Action,
    /// The phone number's name in the blueprint.
    pub phone_number: Address,
    /// The phone number's id.
    pub phone_number_id: Identifier,
    /// The flow, where one is associated.
    pub flow: Option<Target>,
    /// The flow's id, where one is associated.
    pub flow_id: Option<Identifier>,
    /// The instance's ARN.
    pub instance: Identifier,
}
