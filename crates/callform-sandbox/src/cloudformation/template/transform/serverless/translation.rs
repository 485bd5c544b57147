//! What a template of the model becomes, while it is worked out.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// What a resource of the model becomes, while it is worked out.
pub(super) struct Translation {
    /// Resources by logical ID, in order.
    pub(super) resources: Map<String, Value>,
    pub(super) conditions: Map<String, Value>,
    pub(super) apis: Apis,
    /// New names of layers, whose logical IDs change with their content.
    pub(super) renamed: BTreeMap<String, String>,
}

/// The APIs of a template by logical ID.
#[derive(Default)]
pub(super) struct Apis(pub(super) BTreeMap<String, Api>);

/// An API while its routes are collected.
pub(super) struct Api {
    pub(super) is_http: bool,
    /// Properties of the API itself, and of its stage.
    pub(super) properties: Map<String, Value>,
    pub(super) stage: Map<String, Value>,
    pub(super) stage_name: Value,
    pub(super) cors: Option<Value>,
    /// Definition without the routes of events.
    pub(super) body: Option<Value>,
    pub(super) paths: Map<String, Value>,
    pub(super) members: Map<String, Value>,
}

impl Api {
    pub(super) fn new(is_http: bool) -> Self {
        Self {
            is_http,
            properties: Map::new(),
            stage: Map::new(),
            stage_name: if is_http { "$default".into() } else { "Prod".into() },
            cors: None,
            body: None,
            paths: Map::new(),
            members: Map::new(),
        }
    }
}
