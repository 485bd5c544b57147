//! What is wrong, or probably not meant, in a finished flow.
//!
//! One file per rule; [`RULES`] lists them. Rules see the flow as the service will, so they hold for steps, templates
//! and exported JSON alike.

mod graph;
mod refused_by_connect;
mod block_not_allowed;
mod unreachable_step;
mod dead_end;
mod queue_not_set;
mod text_too_long;
mod interrupt_too_short;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use callform_source::{Diagnostic, Diagnostics, Span};

use crate::{Action, Flow, FlowType};

/// Where the step of each action was written, by identifier.
pub type Places = BTreeMap<String, Span>;

/// A flow to look at.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// Key of the flow in the blueprint.
    pub name: &'a str,
    /// Type of the flow.
    pub flow_type: FlowType,
    /// The flow.
    pub flow: &'a Flow,
    /// Where its actions were written; may be empty.
    pub places: &'a Places,
    /// Where the flow is defined, for actions without a place.
    pub span: Span,
}

/// A rule.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Code of its diagnostics.
    pub code: &'static str,
    /// What it finds.
    pub what: &'static str,
    /// Why that is bad.
    pub why: &'static str,
    /// Steps in which it finds something.
    pub example: &'static str,
    check: fn(&Subject<'_>, &mut Diagnostics),
}

/// Every rule.
pub const RULES: &[Rule] = &[
    refused_by_connect::RULE,
    block_not_allowed::RULE,
    unreachable_step::RULE,
    dead_end::RULE,
    queue_not_set::RULE,
    text_too_long::RULE,
    interrupt_too_short::RULE,
];

/// Applies every rule.
pub fn check(subject: &Subject<'_>, diagnostics: &mut Diagnostics) {
    for rule in RULES {
        (rule.check)(subject, diagnostics);
    }
}

impl Subject<'_> {
    /// Where an action was written.
    fn place(&self, action: &Action) -> Span {
        self.places.get(&action.identifier).copied().unwrap_or(self.span)
    }

    /// What an action is called in messages.
    fn label(&self, action: &Action) -> String {
        if self.places.contains_key(&action.identifier) {
            String::new()
        } else {
            format!("{} `{}`", action.action_type, action.identifier)
        }
    }

    /// True for an end that was not written but added, because a flow has to end.
    fn is_implicit(&self, action: &Action) -> bool {
        !self.places.is_empty() && !self.places.contains_key(&action.identifier)
    }

    /// Puts a diagnostic at an action.
    fn at(&self, diagnostic: Diagnostic, action: &Action) -> Diagnostic {
        diagnostic.at(self.place(action), self.label(action))
    }
}
