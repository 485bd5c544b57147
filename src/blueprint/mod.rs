//! Stage 1: the blueprint, read from YAML files into types that know where everything was written.
//!
//! ```text
//! file ─parse→ Node ─include→ Node ─environment→ Node ─variables→ Node ─schema→ Blueprint + CSV users + digests
//! ```
//!
//! The types are the one source of the notation: serde reads them, schemars makes the published JSON Schema of them,
//! and their doc comments are its reference.

mod notation;
mod instance;
mod people;
mod routing;
mod content;
mod analytics;
mod aws;
mod streaming;
mod center;
mod facts;
mod files;
mod functions;
mod load;
mod parts;
mod secrets;
mod variables;
mod prune;
mod reference;
mod users_file;

pub use analytics::{
    CatalogTable, Columns, Crawler, Database, NamedQuery, Partition, PartitionType, TableFormat, View, Workgroup,
};
pub use aws::{
    Architecture, AttributeType, Bucket, Capacity, EnvironmentReference, Lambda, LexBot, LocalIndex, OnDemand, Policy,
    Role, Statement, Stream, StreamView, Table, TableClass, TableIndex, TableKey,
};
pub use center::{Blueprint, LintLevel};
pub use content::{Flow, FlowModule, Prompt};
pub use facts::{Facts, Wave};
pub(crate) use files::is_of_functions;
pub use files::{Disk, FileError, Files};
pub(crate) use functions::not_built;
pub use functions::{BUNDLES, Bundle, Function, FunctionIndex, FunctionParameter, FunctionParameterType, not_there};
pub use instance::{Identity, Instance, Storage, StorageTarget};
pub use load::{Loaded, LoadedFile, ZIP_LIMIT, load, load_part};
pub use notation::{Common, Definition, Duration, Name, Password, SecretReference, Section, Short, Texts};
pub use people::{
    AccessControl, AgentStatus, AgentStatuses, Application, Groups, Hierarchy, Phone, PhoneKind, SecurityProfile, User,
};
pub use routing::{
    CallerId, Channel, ChannelSettings, Hours, LongestIdle, ManualQueueEntry, Override, PhoneNumber, PhoneNumberType,
    Queue, QueueEntry, QuickConnect, RoutingProfile,
};

pub use reference::{part_json_schema, reference, template_json_schema};
pub(crate) use secrets::is_secret_variable;
pub use streaming::{DeliveryStream, EventSource, StartingPosition, Transform};

/// The JSON Schema of blueprints, as `callform schema` prints it.
pub fn json_schema() -> String {
    let mut text = serde_json::to_string_pretty(schema().as_value()).unwrap_or_default();
    text.push('\n');
    text
}

/// The sections and other keys that a blueprint has at its top.
fn top_keys(schema: &schemars::Schema) -> Vec<String> {
    let properties = schema.get("properties").and_then(serde_json::Value::as_object);
    properties.into_iter().flatten().map(|(name, _)| name.clone()).collect()
}

fn schema() -> schemars::Schema {
    schemars::schema_for!(Blueprint)
}

#[cfg(test)]
mod tests;
