//! What rendering produces, as plain data.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Address, Asset, Association, Kind, Reference};

/// Everything that has to be sent to AWS, as a pure function of blueprint and environment.
#[derive(Clone, Debug, PartialEq)]
pub struct Artifacts {
    /// The center's name.
    pub center: String,
    /// AWS region.
    pub region: String,
    /// The environment chosen with `--env`.
    pub environment: Option<String>,
    /// SHA-256 of everything that was read, lower-case hex.
    pub digest: String,
    /// References that are template parameters although both ends may share a stack, because they would close a
    /// circle: from, to.
    pub deferred: BTreeSet<(Address, Address)>,
    /// The stacks, each after those it depends on.
    pub stacks: Vec<StackArtifact>,
    /// Links made by direct API calls after the stacks.
    pub associations: Vec<Association>,
    /// Files for the artifact bucket.
    pub assets: Vec<Asset>,
    /// Flows and modules to read, path below the output folder -> JSON with names in place of ARNs.
    pub flows: BTreeMap<String, String>,
}

/// One stack to be.
#[derive(Clone, Debug, PartialEq)]
pub struct StackArtifact {
    /// The stack's name.
    pub name: String,
    /// The template: CloudFormation JSON with members in a fixed order.
    pub template: serde_json::Value,
    /// The template's parameters and where their values come from.
    pub parameters: BTreeMap<String, ParameterSource>,
    /// Names of stacks that must be done before (circular references do not count).
    pub depends_on: BTreeSet<String>,
    /// The resources inside, by logical ID.
    pub resources: BTreeMap<String, Address>,
    /// Stack tags.
    pub tags: BTreeMap<String, String>,
    /// True for stacks that must not be deleted by accident (the instance).
    pub termination_protection: bool,
}

/// Where the value of a template parameter comes from at plan or apply time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParameterSource {
    /// The identifiers of these references, comma-separated, in this order (`CommaDelimitedList`).
    References(Vec<Reference>),
    /// The name of the artifact bucket.
    ArtifactBucket,
}

/// The blueprint's word for a resource, for messages: `queue customer_service`.
pub fn words(address: &Address) -> String {
    match address.kind {
        Kind::Instance | Kind::HierarchyLevels => address.kind.word().replace('_', " "),
        kind => format!("{} {}", kind.word().replace('_', " "), address.name),
    }
}
