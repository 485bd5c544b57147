//! Stage 1: the blueprint, read from YAML files into types that know where everything was written.
//!
//! ```text
//! file ─parse→ Node ─include→ Node ─environment→ Node ─variables→ Node ─schema→ Blueprint + CSV users + digests
//! ```
//!
//! The types are the one source of the notation: serde reads them, schemars makes the published JSON Schema of them,
//! and their doc comments are its reference.

mod notation;
mod calls;
mod cases;
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

pub use crate::kinds::agent_status::{AgentStatus, AgentStatuses};
pub use crate::kinds::bucket::Bucket;
pub use crate::kinds::catalog_table::{CatalogTable, Columns, Partition, PartitionType, TableFormat};
pub use crate::kinds::crawler::Crawler;
pub use crate::kinds::database::{Database, View};
pub use crate::kinds::delivery_stream::{DeliveryStream, Transform};
pub use crate::kinds::event_source::{EventSource, StartingPosition};
pub use crate::kinds::flow::Flow;
pub use crate::kinds::flow_module::FlowModule;
pub use crate::kinds::hierarchy_group::{Groups, Hierarchy};
pub use crate::kinds::hours::{Hours, Override};
pub use crate::kinds::instance::{Identity, Instance};
pub use crate::kinds::integration::LexBot;
pub use crate::kinds::lambda::{Architecture, EnvironmentReference, Lambda};
pub use crate::kinds::named_query::NamedQuery;
pub use crate::kinds::phone_number::{PhoneNumber, PhoneNumberType};
pub use crate::kinds::policy::Policy;
pub use crate::kinds::prompt::Prompt;
pub use crate::kinds::queue::{CallerId, Queue};
pub use crate::kinds::quick_connect::QuickConnect;
pub use crate::kinds::resource::AnyResource;
pub use crate::kinds::role::{Role, Statement};
pub use crate::kinds::routing_profile::{
    Channel, ChannelSettings, LongestIdle, ManualQueueEntry, QueueEntry, RoutingProfile,
};
pub use crate::kinds::security_profile::{AccessControl, Application, SecurityProfile};
pub use crate::kinds::storage::{Storage, StorageTarget};
pub use crate::kinds::stream::Stream;
pub use crate::kinds::table::{
    AttributeType, Capacity, LocalIndex, OnDemand, StreamView, Table, TableClass, TableIndex, TableKey,
};
pub use crate::kinds::user::{Phone, PhoneKind, User};
pub use crate::kinds::workgroup::Workgroup;
pub use calls::{
    Answer, AnswerWord, CallChannel, CallStep, CallTest, CallWord, ContactState, Expected, ExpectedCallback, Given,
    Heard, RecordedParty, ServiceGiven,
};
pub use center::{Blueprint, LintLevel};
pub use facts::{Facts, Wave};
pub(crate) use facts::{of_wave, of_zip};
pub(crate) use files::is_of_functions;
pub use files::{Disk, FileError, Files};
pub(crate) use functions::not_built;
pub use functions::{
    BUNDLES, Bundle, Function, FunctionIndex, FunctionInstance, FunctionParameter, FunctionParameterType, not_there,
};
pub use load::{Loaded, LoadedFile, ZIP_LIMIT, load, load_part, load_with_tests};
pub(crate) use notation::resource;
pub use notation::{Common, Definition, Duration, ExactJson, Name, Password, SecretReference, Section, Short, Texts};
pub(crate) use parts::TextKind;

pub use reference::{part_json_schema, reference, template_json_schema};
pub(crate) use secrets::is_secret_variable;

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
    /// What `tags-not-possible` is told of. They are in the schema nevertheless, so that it can be told.
    const UNTAGGED: [&str; 4] = ["Database", "Policy", "PredefinedAttribute", "Schedule"];
    let mut schema = schemars::schema_for!(Blueprint);
    for definition in UNTAGGED {
        if let Some(tags) = schema.pointer_mut(&format!("/$defs/{definition}/properties/tags")) {
            tags["description"] = "Not possible: CloudFormation cannot tag these.".into();
        }
    }
    schema
}

#[cfg(test)]
mod tests;
