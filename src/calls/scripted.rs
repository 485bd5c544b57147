//! Surroundings that a test describes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use callform_call::center::Center;
use callform_call::event::{BlockId, QueueId};
use callform_call::surroundings::{LambdaAnswer, LambdaCall, Metric, ServiceAnswer, ServiceCall, Surroundings};
use callform_call::{Assumptions, assumptions};
use callform_source::{Diagnostic, Diagnostics, Spanned, did_you_mean};
use serde_json::json;

use crate::blueprint::{AnswerWord, Given, Short};

/// What a test gives, with names bound to the center's things.
#[derive(Clone, Debug, Default)]
pub struct Scripted {
    hours: BTreeMap<usize, bool>,
    full: BTreeSet<usize>,
    figures: BTreeMap<(usize, Metric), i64>,
    /// By the function's name; of several the first comes next.
    lambdas: BTreeMap<Arc<str>, Vec<LambdaAnswer>>,
    /// By the type of the block.
    services: BTreeMap<String, ServiceAnswer>,
    services_of_blocks: BTreeMap<BlockId, ServiceAnswer>,
    fails: BTreeMap<BlockId, Arc<str>>,
    percent: Option<u32>,
    /// What is assumed of Connect.
    pub assumptions: Assumptions,
    /// Functions that were called and of which nothing is said, by name.
    pub unanswered: Vec<Arc<str>>,
}

impl Scripted {
    /// Binds names. Those that mean nothing are reported.
    pub fn new(given: &Given, center: &Center, diagnostics: &mut Diagnostics) -> Self {
        let mut made = Self { percent: given.percent.as_ref().map(|percent| percent.value), ..Self::default() };
        let mut binder = Binder { center, diagnostics };
        if let Some(percent) = given.percent.as_ref().filter(|percent| !(1..=100).contains(&percent.value)) {
            binder
                .diagnostics
                .push(Diagnostic::error("invalid-value", "chance draws a number from 1 to 100").at(percent.span, ""));
        }
        for (names, is_open) in [(&given.open, true), (&given.closed, false)] {
            made.hours.extend(names.iter().filter_map(|name| Some((binder.hours(name)?, is_open))));
        }
        made.full.extend(given.full.iter().filter_map(|name| binder.queue(name)));
        for (name, figures) in &given.queues {
            let Some(queue) = binder.queue(name) else { continue };
            let numbers = [
                (Metric::AgentsAvailable, figures.available.map(i64::from)),
                (Metric::AgentsStaffed, figures.staffed.map(i64::from)),
                (Metric::AgentsOnline, figures.online.map(i64::from)),
                (Metric::ContactsInQueue, figures.waiting.map(i64::from)),
                (
                    Metric::OldestContactAge,
                    figures.oldest.map(|age| i64::try_from(age.seconds * 1000).unwrap_or(i64::MAX)),
                ),
            ];
            made.figures.extend(numbers.into_iter().filter_map(|(metric, number)| Some(((queue, metric), number?))));
        }
        for (name, answers) in &given.lambdas {
            binder.function(name);
            let answers = answers.0.iter().map(|answer| match answer {
                Short::Short(AnswerWord::Fails) => LambdaAnswer::Fails("the test says so".to_owned()),
                Short::Short(AnswerWord::TimesOut) => LambdaAnswer::TimesOut,
                Short::Full(answer) => LambdaAnswer::Value(answer.answer.clone()),
            });
            made.lambdas.insert(name.value.as_str().into(), answers.collect());
        }
        for (name, given) in &given.services {
            let answer = ServiceAnswer {
                error: given.error.as_deref().map(Arc::from),
                result: given.result.as_deref().map(Arc::from),
                values: given.values.clone(),
            };
            if callform_flow::catalog::find(&name.value).is_some() {
                made.services.insert(name.value.clone(), answer);
            } else if let Some(block) = binder.block(name) {
                made.services_of_blocks.insert(block, answer);
            }
        }
        for (name, error) in &given.fails {
            let Some(block) = binder.block(name) else { continue };
            if binder.has_error(block, error) {
                made.fails.insert(block, error.value.as_str().into());
            }
        }
        for (name, value) in &given.assume {
            match assumptions::ALL.iter().find(|switch| switch.name == name.value) {
                Some(switch) => *(switch.field)(&mut made.assumptions) = *value,
                None => binder.unknown("assumption", name, assumptions::ALL.iter().map(|switch| switch.name)),
            }
        }
        made
    }
}

impl Surroundings for Scripted {
    fn lambda(&mut self, call: &LambdaCall<'_>) -> LambdaAnswer {
        let name = call.center().function_name(call.function);
        let Some(answers) = self.lambdas.get_mut(&name) else {
            self.unanswered.push(name);
            return LambdaAnswer::Fails("the test does not say what it answers".to_owned());
        };
        match answers.as_slice() {
            [] => LambdaAnswer::Value(json!({})),
            [last] => last.clone(),
            _ => answers.remove(0),
        }
    }

    fn service(&mut self, call: &ServiceCall<'_>) -> ServiceAnswer {
        let of_block = self.services_of_blocks.get(&call.at);
        of_block.or_else(|| self.services.get(call.action_type)).cloned().unwrap_or_default()
    }

    fn failure(&mut self, at: BlockId, _center: &Center) -> Option<Arc<str>> {
        self.fails.get(&at).cloned()
    }

    fn percent(&mut self, _at: BlockId) -> u32 {
        self.percent.unwrap_or(1)
    }

    fn metric(&mut self, queue: QueueId, metric: Metric) -> Option<i64> {
        let QueueId::Queue(queue) = queue else { return None };
        self.figures.get(&(queue, metric)).copied()
    }

    fn is_full(&mut self, queue: QueueId) -> bool {
        matches!(queue, QueueId::Queue(queue) if self.full.contains(&queue))
    }

    fn is_open(&mut self, hours: usize) -> Option<bool> {
        self.hours.get(&hours).copied()
    }
}

/// Finds what names mean, and reports those that mean nothing.
pub(super) struct Binder<'a> {
    pub(super) center: &'a Center,
    pub(super) diagnostics: &'a mut Diagnostics,
}

impl Binder<'_> {
    pub(super) fn queue(&mut self, name: &Spanned<String>) -> Option<usize> {
        let found = self.center.queues().iter().position(|queue| *queue.key == *name.value);
        if found.is_none() {
            self.unknown("queue", name, self.center.queues().iter().map(|queue| &*queue.key));
        }
        found
    }

    fn hours(&mut self, name: &Spanned<String>) -> Option<usize> {
        let found = self.center.hours().iter().position(|hours| *hours.name == *name.value);
        if found.is_none() {
            self.unknown("set of hours", name, self.center.hours().iter().map(|hours| &*hours.name));
        }
        found
    }

    /// An agent: one of the center's users, where it has any.
    pub(super) fn agent(&mut self, name: &Spanned<String>) {
        let agents = self.center.agents();
        if !agents.is_empty() && !agents.iter().any(|agent| *agent.name == *name.value) {
            self.unknown("user", name, agents.iter().map(|agent| &*agent.name));
        }
    }

    pub(super) fn function(&mut self, name: &Spanned<String>) {
        let functions = self.center.functions();
        if !functions.iter().any(|function| *function.name == *name.value) {
            self.unknown("function", name, functions.iter().map(|function| &*function.name));
        }
    }

    /// A block by its name, or the beginning of it, with or without its flow.
    pub(super) fn block(&mut self, name: &Spanned<String>) -> Option<BlockId> {
        let (flow, block) = match name.value.split_once('/') {
            Some((flow, block)) if self.center.flow_named(flow).is_some() => (self.center.flow_named(flow), block),
            _ => (None, name.value.as_str()),
        };
        let blocks = || {
            let flows = self.center.flows().filter(|(id, _)| flow.is_none_or(|flow| flow == *id));
            flows.flat_map(|(flow, program)| {
                program
                    .blocks
                    .iter()
                    .enumerate()
                    .map(move |(at, block)| (BlockId { flow, block: at }, &*block.identifier))
            })
        };
        let exact: Vec<BlockId> = blocks().filter(|(_, name)| *name == block).map(|(at, _)| at).collect();
        let found = if exact.is_empty() {
            blocks().filter(|(_, name)| name.starts_with(block)).map(|(at, _)| at).collect()
        } else {
            exact
        };
        match found.as_slice() {
            [one] => return Some(*one),
            [] => self.unknown("block", name, blocks().map(|(_, name)| name)),
            several => {
                let named: Vec<String> = several.iter().take(4).map(|at| self.block_name(*at)).collect();
                self.diagnostics.push(
                    Diagnostic::error("ambiguous-block", format!("`{}` may be several blocks", name.value))
                        .at(name.span, "")
                        .help(format!("Write one of: {}.", named.join(", "))),
                );
            }
        }
        None
    }

    fn block_name(&self, at: BlockId) -> String {
        let program = self.center.flow(at.flow);
        format!("`{}/{}`", program.key, program.blocks[at.block].identifier)
    }

    fn has_error(&mut self, at: BlockId, error: &Spanned<String>) -> bool {
        let block = &self.center.flow(at.flow).blocks[at.block];
        let found = block.errors().any(|known| **known == *error.value);
        if !found {
            let known: Vec<&str> = block.errors().map(|known| &**known).collect();
            let help = if known.is_empty() {
                "It has no branch for errors.".to_owned()
            } else {
                format!("It has branches for: {}.", known.join(", "))
            };
            self.diagnostics.push(
                Diagnostic::error("unknown-error-branch", format!("the block has no branch for `{}`", error.value))
                    .at(error.span, "")
                    .help(help),
            );
        }
        found
    }

    pub(super) fn unknown<'n>(&mut self, what: &str, name: &Spanned<String>, known: impl Iterator<Item = &'n str>) {
        let known: Vec<&str> = known.collect();
        let diagnostic = Diagnostic::error("unknown-name-in-test", format!("there is no {what} `{}`", name.value));
        let diagnostic = diagnostic.at(name.span, "");
        self.diagnostics.push(match did_you_mean(&name.value, known.iter().copied()) {
            Some(meant) => diagnostic.help(format!("Did you mean `{meant}`?")),
            None if known.is_empty() => diagnostic.help(format!("The center has no {what} at all.")),
            None => {
                let some = known.iter().take(8).copied().collect::<Vec<_>>().join("`, `");
                diagnostic.help(format!("There are: `{some}`{}.", if known.len() > 8 { " and others" } else { "" }))
            }
        });
    }
}
