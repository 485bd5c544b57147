//! What is wrong, or probably not meant, in a finished flow.
//!
//! One file per rule; [`RULES`] lists them. Rules see the flow as the service will, so they hold for steps, templates
//! and exported JSON alike. Two files are shared: `ways` (where a contact can go) and `facts` (what has happened by the time it
//! is at an action).

mod ways;
mod facts;
mod texts;
mod words;
mod speech;
mod arrival;
mod together;
mod places;
mod rules;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod real;
#[cfg(test)]
mod corpus;
#[cfg(test)]
mod laws;

mod refused_by_connect;
mod unknown_action;
mod missing_error_branch;
mod block_not_allowed;
mod wrong_channel;
mod unreachable_step;
mod dead_end;
mod after_transfer;
mod loop_without_exit;
mod loop_without_pause;
mod unlimited_retries;
mod queue_not_set;
mod cut_off;
mod callback_without_number;
mod unknown_path;
mod read_before_set;
mod lambda_answer_replaced;
mod nested_answer;
mod agent_not_known;
mod timeout_not_checked;
mod digits_lost;
mod secret_in_logs;
mod input_end_key;
mod keys_not_offered;
mod never_true;
mod queue_age;
mod lambdas_too_slow;
mod text_too_long;
mod interrupt_too_short;
mod event_hooks;
mod flow_of_other_type;
mod reserved_names;
mod unknown_voice;
mod analytics_without_recording;
mod number_not_dialable;
mod retired;
mod ssml;
mod placeholder_spoken;
mod empty_text;
mod identifier_not_possible;
mod function_elsewhere;
mod attribute_never_set;
mod input_not_asked;
mod circle_after_loop;
mod recorded_words;
mod number_of_caller;
mod input_in_ssml;
mod personal_data;
mod personal_data_kept;
mod inputs;

pub use arrival::{Arrival, Member, arrivals};
pub use places::{Places, places_in_json, places_in_list};
pub use rules::{RULES, Rule};
pub use together::{Unset, unset_attributes};
pub use unknown_voice::{VOICES_AS_OF, voices};

use std::cell::OnceCell;
use std::collections::BTreeSet;

use callform_source::{Diagnostic, Diagnostics, Span};

use crate::catalog::ActionSpec;
use crate::json::member;
use crate::names::Names;
use crate::validate::{EverythingExists, Problem, problems_of};
use crate::{Action, Flow, FlowType};
use facts::Facts;
use speech::Spoken;
use texts::Texts;
use ways::{On, Ways};

/// A flow to look at.
#[derive(Clone, Copy)]
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
    /// True for a flow that was written as steps: actions without a place are ends the compiler added.
    pub is_compiled: bool,
    /// What is known about the flows it refers to by name.
    pub names: Option<&'a dyn Names>,
    /// How contacts come to it.
    pub arrival: Arrival,
}

/// Applies every rule.
pub fn check(subject: &Subject<'_>, diagnostics: &mut Diagnostics) {
    let ways = Ways::of(subject.flow);
    let facts = facts::of(&ways, subject.flow_type, subject.arrival);
    let texts = Texts::of(subject.flow);
    let problems = problems_of(subject.flow, &EverythingExists, subject.flow_type);
    let refused = problems.iter().filter_map(|problem| problem.action).collect();
    let look = Look {
        subject,
        ways: &ways,
        facts: &facts,
        texts: &texts,
        problems: &problems,
        refused: &refused,
        before: OnceCell::new(),
    };
    for rule in RULES {
        (rule.check)(&look, diagnostics);
    }
}

/// What rules look at: a flow and what was found out about it once for all of them.
struct Look<'a> {
    subject: &'a Subject<'a>,
    ways: &'a Ways<'a>,
    /// What has happened when a contact comes to an action; `None` where none can come.
    facts: &'a [Option<Facts>],
    texts: &'a Texts<'a>,
    /// What Connect itself says.
    problems: &'a [Problem],
    /// The actions that it is about.
    refused: &'a BTreeSet<usize>,
    before: OnceCell<Vec<Vec<(usize, On<'a>)>>>,
}

impl<'a> Look<'a> {
    fn flow_type(&self) -> FlowType {
        self.subject.flow_type
    }

    /// The actions that a contact can come to, with their index.
    fn actions(&self) -> impl Iterator<Item = (usize, &'a Action)> + '_ {
        let reached = self.ways.reached();
        self.all_actions().filter(move |(index, _)| reached.get(*index).copied().unwrap_or_default())
    }

    /// Every action with its index.
    fn all_actions(&self) -> impl Iterator<Item = (usize, &'a Action)> + 'a {
        self.subject.flow.actions.iter().enumerate()
    }

    /// The actions of a type that a contact can come to.
    fn of_type(&self, action_type: &'static str) -> impl Iterator<Item = (usize, &'a Action)> + '_ {
        self.actions().filter(move |(_, action)| action.action_type == action_type)
    }

    /// The JSONPaths that an action reads.
    fn paths(&self, index: usize) -> &'a [&'a str] {
        self.texts.paths(index)
    }

    /// The actions that come right before one, by the ways that are taken.
    fn before(&self, index: usize) -> &[(usize, On<'a>)] {
        let before = self.before.get_or_init(|| self.ways.before());
        before.get(index).map(Vec::as_slice).unwrap_or_default()
    }

    /// What an action says or asks, its messages in a queue or on hold included.
    fn spoken(&self, index: usize) -> &'a [Spoken<'a>] {
        self.texts.spoken(index)
    }

    /// What the catalog has about the type of an action; `None` for a type that it does not have.
    fn spec(&self, index: usize) -> Option<&'static ActionSpec> {
        self.texts.spec(index)
    }

    /// What has happened when a contact comes to an action.
    fn facts_at(&self, index: usize) -> Option<Facts> {
        self.facts.get(index).copied().flatten()
    }

    /// True for an action with a fault that is reported as an error: what follows from that need not be told.
    fn is_refused(&self, index: usize) -> bool {
        let is_misplaced = || self.spec(index).is_some_and(|spec| !spec.allows(self.flow_type()));
        self.refused.contains(&index) || is_misplaced()
    }

    /// True for an exported flow without the flows that lead to it: what it does not set, others may have set.
    fn is_alone(&self) -> bool {
        !self.subject.is_compiled && !self.subject.arrival.is_led_to
    }

    /// True for an end that was not written but added, because a flow has to end.
    fn is_implicit(&self, action: &Action) -> bool {
        self.subject.is_compiled && !self.subject.places.contains(&action.identifier)
    }

    /// Puts a diagnostic at an action.
    fn at(&self, diagnostic: Diagnostic, action: &Action) -> Diagnostic {
        let label = if self.subject.is_compiled && self.subject.places.contains(&action.identifier) {
            String::new()
        } else {
            format!("{} `{}`", action.action_type, action.identifier)
        };
        diagnostic.at(self.place(action), label)
    }

    /// Where an action was written.
    fn place(&self, action: &Action) -> Span {
        self.subject.places.get(&action.identifier).unwrap_or(self.subject.span)
    }
}

/// A parameter that is text.
fn text<'a>(action: &'a Action, name: &str) -> Option<&'a str> {
    member(&action.parameters, name)?.as_str()
}

/// True for `True`, `true`, `TRUE`.
fn is_true(action: &Action, name: &str) -> bool {
    text(action, name).is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

/// True for a `GetParticipantInput` that stores digits instead of branching on one.
fn stores_input(action: &Action) -> bool {
    action.action_type == "GetParticipantInput" && is_true(action, "StoreInput")
}

/// True for a `GetParticipantInput` that branches on one key.
fn is_menu(action: &Action) -> bool {
    action.action_type == "GetParticipantInput" && !is_true(action, "StoreInput")
}
