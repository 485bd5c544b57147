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
mod files;
mod functions;
mod load;
mod parts;
mod secrets;
mod variables;
mod prune;
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
pub use files::{Disk, FileError, Files};
pub(crate) use functions::not_built;
pub use functions::{BUNDLES, Bundle, Function, FunctionParameter, FunctionParameterType, not_there};
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

pub(crate) use secrets::is_secret_variable;
pub use streaming::{DeliveryStream, EventSource, StartingPosition, Transform};

/// The JSON Schema of blueprints, as `callform schema` prints it.
pub fn json_schema() -> String {
    let mut text = serde_json::to_string_pretty(schema().as_value()).unwrap_or_default();
    text.push('\n');
    text
}

fn schema() -> schemars::Schema {
    schemars::schema_for!(Blueprint)
}

#[cfg(test)]
mod tests;
