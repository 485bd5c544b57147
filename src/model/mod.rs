//! Stage 2: the center as a set of resources in CloudFormation's vocabulary, names bound, defaults filled.
//!
//! Everything after this stage (graph, render, plan, drift) works on [`Resource`]s and does not know the blueprint's
//! notation any more. A property is a [`Value`]: JSON plus references to other resources.

mod value;
mod address;
mod notation;

pub use address::{Address, InvalidAddress, Kind};
pub use value::{Attribute, Reference, Target, TextPart, Value};

use std::collections::BTreeMap;

use callform_source::Span;
use indexmap::IndexMap;

/// The properties of a resource, by CloudFormation property name.
pub type Properties = IndexMap<String, Value>;

/// One center, ready to be ordered and rendered.
#[derive(Clone, Debug)]
pub struct Model {
    /// The center's name; stacks are named after it.
    pub center: String,
    /// AWS region the center lives in, such as `us-west-2`.
    pub region: String,
    /// The environment chosen with `--env`.
    pub environment: Option<String>,
    /// The Connect instance everything belongs to.
    pub instance: Instance,
    /// All resources CloudFormation keeps, in the order the blueprint names them.
    pub resources: IndexMap<Address, Resource>,
    /// Links CloudFormation has no resource for, made by direct API calls.
    pub associations: Vec<Association>,
    /// Tags of every stack (CloudFormation hands them on to every resource that takes tags).
    pub tags: BTreeMap<String, String>,
    /// Files that must lie in the artifact bucket before the stacks are touched.
    pub assets: Vec<Asset>,
    /// SHA-256 of everything that was read, in lower-case hex.
    pub digest: String,
}

/// Where the Connect instance comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Instance {
    /// The blueprint creates it: the resource of this address, in the stack `<center>-instance`.
    Created(Address),
    /// It exists; found by alias, instance id or ARN at plan time.
    Existing(String),
}

/// One resource of a template.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Name inside the blueprint, such as `queue/customer_service`.
    pub address: Address,
    /// CloudFormation type, such as `AWS::Connect::Queue`.
    pub resource_type: String,
    /// Name inside the template; alphanumeric, stable across edits.
    pub logical_id: String,
    /// All properties, circular references included.
    pub properties: Properties,
    /// Properties that may wait for a second pass when their references are part of a dependency circle or not there
    /// yet, with what stands in for them meanwhile: `None` leaves the property out (a queue's quick connects), a value
    /// replaces it (a flow's content by a valid stub of its type).
    pub deferrable: BTreeMap<String, Option<Value>>,
    /// Order without a reference, such as a flow after the association of its Lambda function.
    pub depends_on: Vec<Address>,
    /// What happens when the resource leaves the template or its stack is deleted.
    pub deletion_policy: DeletionPolicy,
    /// `prevent_destroy: true` in the blueprint.
    pub prevent_destroy: bool,
    /// Digests of values AWS never returns (prompt audio and the like), kept in the resource's `Metadata`.
    pub metadata: BTreeMap<String, String>,
    /// Where the blueprint defines it.
    pub span: Span,
}

/// CloudFormation's `DeletionPolicy` (and `UpdateReplacePolicy`, which Callform sets alike).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeletionPolicy {
    /// Deleted with the stack.
    #[default]
    Delete,
    /// Kept and no longer managed.
    Retain,
}

/// A phone number answered by a flow: `AssociatePhoneNumberContactFlow`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Association {
    /// The phone number.
    pub phone_number: Address,
    /// The flow, managed or built in.
    pub flow: Target,
    /// Where the blueprint says so.
    pub span: Span,
}

/// A file for the artifact bucket.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Asset {
    /// Key in the bucket; contains the content's SHA-256, so that equal content is uploaded once.
    pub key: String,
    /// The file's path, relative to the blueprint's folder.
    pub path: String,
    /// SHA-256 of the content, lower-case hex.
    pub sha256: String,
}
