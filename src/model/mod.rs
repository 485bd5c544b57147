//! Stage 2: the center as a set of resources in CloudFormation's vocabulary, names bound, defaults filled.
//!
//! Everything after this stage (graph, render, plan, drift) works on [`Resource`]s and does not know the blueprint's
//! notation any more. A property is a [`Value`]: JSON plus references to other resources.

mod value;
mod address;
mod notation;
pub(crate) mod naming;
pub(crate) mod arn;
pub(crate) mod members;
pub(crate) mod resolver;
pub(crate) mod parquet;
pub(crate) mod flows;
pub(crate) mod table_fit;
pub(crate) mod access;
mod texts;
pub(crate) mod senders;
pub(crate) mod schedules;
pub(crate) mod functions;
pub(crate) mod views;
pub(crate) mod column_types;

pub use crate::kinds::Kind;
pub(crate) use crate::kinds::lambda_version::DIGITS as VERSION_DIGITS;
pub(crate) use crate::kinds::phone_number::dialed;
pub use address::{Address, InvalidAddress};
pub use flows::WrittenFlow;
pub(crate) use naming::display_name;
pub(crate) use resolver::Resolver;
pub(crate) use value::bare_id;
pub use value::{Attribute, Reference, Target, TextPart, Value};

use std::collections::BTreeMap;

use callform_source::{Diagnostics, SourceMap, Span};
use indexmap::IndexMap;

use crate::blueprint::Loaded;

/// Member of [`Resource::metadata`] of a phone number that is claimed already: the number, in E.164 form.
pub const EXISTING_PHONE_NUMBER: &str = "ExistingPhoneNumber";
/// Member of [`Resource::metadata`] of a prompt: SHA-256 of its audio, which AWS never returns.
pub const PROMPT_DIGEST: &str = "AudioSha256";

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
    /// Settings of an instance that exists, by CloudFormation's names; made by direct API calls. Those of an instance that
    /// the blueprint creates are properties of it.
    pub instance_settings: BTreeMap<String, bool>,
    /// All resources CloudFormation keeps, in the order the blueprint names them.
    pub resources: IndexMap<Address, Resource>,
    /// The flows and modules among them, as they were written.
    pub flows: BTreeMap<Address, WrittenFlow>,
    /// The bundles that functions come from, such as `vanity`, by the function's key.
    pub bundles: BTreeMap<String, String>,
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
    /// The property whose value is a name that nobody chose. What is deployed under another name, or without one, keeps
    /// it: a name cannot change.
    pub named_by_default: Option<&'static str>,
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

/// Lowers a blueprint into resources and reports everything that does not fit together.
///
/// There is always a model, so that checks can look at what could be lowered; after an error it must not be used for
/// anything else.
pub fn resolve(loaded: &Loaded, sources: &SourceMap) -> (Model, Diagnostics) {
    let mut resolver = Resolver::new(loaded, sources);
    let instance = resolver.instance();
    for lowering in Kind::ALL.iter().filter_map(|kind| kind.descriptor().lowering.as_ref()) {
        (lowering.lower)(&mut resolver);
    }
    for finish in Kind::ALL.iter().filter_map(|kind| kind.descriptor().finish) {
        finish(&mut resolver);
    }
    resolver.report_unknown();
    let blueprint = &loaded.blueprint;
    let instance_settings = resolver.settings_of_existing();
    let model = Model {
        center: blueprint.center.value.clone(),
        region: blueprint.region.value.clone(),
        environment: loaded.environment.clone(),
        instance,
        instance_settings,
        resources: resolver.resources,
        flows: resolver.flows,
        bundles: resolver.bundles,
        associations: resolver.associations,
        tags: blueprint.tags.iter().map(|(key, value)| (key.value.clone(), value.value.clone())).collect(),
        assets: resolver.assets.into_values().collect(),
        digest: loaded.digest.clone(),
    };
    (model, resolver.diagnostics)
}

#[cfg(test)]
mod tests;
