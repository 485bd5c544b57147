//! Checks a tree against the JSON Schema of a type (as schemars 1.x makes them) and reports every problem at once.
//!
//! Three extension keywords of a property or type replace the words for a wrong type, form, length or range there:
//! `x-code` (the diagnostic's code), `x-title` and `x-help`.
//!
//! Codes: `unknown-key`, `missing-key`, `wrong-type`, `unknown-value`, `out-of-range`, `too-short`, `too-long`,
//! `bad-pattern`, `duplicate-item`.

mod rule;
mod compile;
mod check;
mod alternatives;
mod messages;
#[cfg(test)]
mod tests;

use rule::{RuleId, Rules};

use crate::Diagnostics;
use crate::yaml::Node;

/// A JSON Schema, compiled once, that checks any number of trees.
#[derive(Debug)]
pub struct Checker {
    rules: Rules,
    root: RuleId,
    unsupported: Vec<String>,
}

impl Checker {
    /// Compiles a schema.
    pub fn new(schema: &schemars::Schema) -> Self {
        let (rules, root, unsupported) = compile::compile(schema.as_value());
        Self { rules, root, unsupported }
    }

    /// Keywords and patterns of the schema that are not checked, because nothing here knows them. A test of each
    /// schema should see that there are none.
    pub fn unsupported(&self) -> &[String] {
        &self.unsupported
    }

    /// Reports everything in a tree that the schema does not allow.
    ///
    /// `anyOf` and `oneOf` both mean that at least one alternative must fit; where none does, the problems of the one
    /// that was probably meant are reported.
    pub fn check(&self, node: &Node, diagnostics: &mut Diagnostics) {
        check::check_root(&self.rules, self.root, node, diagnostics);
    }
}

/// Compiles a schema and checks one tree with it.
pub fn check(node: &Node, schema: &schemars::Schema, diagnostics: &mut Diagnostics) {
    Checker::new(schema).check(node, diagnostics);
}
