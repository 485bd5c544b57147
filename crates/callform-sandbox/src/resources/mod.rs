//! The resource types that stacks can have.

use std::collections::BTreeMap;

use crate::handler::ResourceHandler;

/// Handlers by resource type, such as `AWS::S3::Bucket`.
pub type HandlerRegistry = BTreeMap<&'static str, Box<dyn ResourceHandler>>;

/// Every resource type the sandbox knows.
pub fn registry() -> HandlerRegistry {
    HandlerRegistry::new()
}
