//! Surroundings that do as they are told, and note what else they could have done.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Entry;
use super::decision::Decision;
use super::facts::{self, Facts};
use super::{lone, state};
use crate::center::Center;
use crate::contact::Contact;
use crate::event::{BlockId, QueueId};
use crate::program::Op;
use crate::surroundings::{LambdaAnswer, LambdaCall, Metric, ServiceAnswer, ServiceCall, Surroundings};
use crate::text::Path;

/// Most answers of a function or a service that are tried.
const MOST_ANSWERS: usize = 12;

/// What is asked, and where. The same place is the same question, in whatever state a contact comes to it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Site {
    pub(super) at: Option<BlockId>,
    pub(super) question: Question,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Question {
    Start(String),
    Turn(&'static str),
    Failure,
    Lambda,
    Service,
    Percent,
    Metric(Metric),
    Full,
    Open(usize),
    Value(String),
}

/// Something that can be chosen.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub(super) decision: Decision,
    /// The way out of the block that is taken then, where that can be said.
    pub(super) way: Option<usize>,
}

/// A decision that was made, and what else there was to choose.
#[derive(Clone, Debug)]
pub(super) struct Point {
    pub(super) site: Site,
    /// What else could make a difference to what follows, in a number.
    pub(super) state: u64,
    /// The ways of all choices, in their order.
    pub(super) ways: Vec<Option<usize>>,
    pub(super) chosen: usize,
    pub(super) decision: Decision,
    /// After how many turns it was made.
    pub(super) turn: usize,
}

/// What has been answered and stays so.
#[derive(Debug, Default, Hash)]
struct Memory {
    hours: BTreeMap<usize, bool>,
    /// Measures until the next turn.
    metrics: BTreeMap<(QueueId, Metric), i64>,
    full: BTreeMap<QueueId, bool>,
    /// Values that a path does not have: those it was compared with in vain.
    excluded: BTreeMap<String, Vec<Arc<str>>>,
}

pub(super) struct World<'a> {
    center: &'a Center,
    facts: &'a Facts,
    entry: Entry,
    follows_schedules: bool,
    script: &'a [u16],
    pub(super) points: Vec<Point>,
    pub(super) turn: usize,
    memory: Memory,
    here: Option<BlockId>,
    state: u64,
}

impl<'a> World<'a> {
    pub(super) fn new(
        center: &'a Center,
        facts: &'a Facts,
        entry: Entry,
        follows_schedules: bool,
        script: &'a [u16],
    ) -> Self {
        Self {
            center,
            facts,
            entry,
            follows_schedules,
            script,
            points: Vec::new(),
            turn: 0,
            memory: Memory::default(),
            here: None,
            state: 0,
        }
    }

    /// Chooses as the script says; beyond its end the first of what there is.
    pub(super) fn choose(&mut self, site: Site, state: u64, mut choices: Vec<Choice>) -> Option<Decision> {
        let wanted = self.script.get(self.points.len()).copied().unwrap_or_default();
        let chosen = usize::from(wanted).min(choices.len().checked_sub(1)?);
        let ways = choices.iter().map(|choice| choice.way).collect();
        let decision = choices.swap_remove(chosen).decision;
        let point = Point { site, state, ways, chosen, decision: decision.clone(), turn: self.turn };
        self.points.push(point);
        Some(decision)
    }

    /// True where what is decided next is not in the script: only then does anybody ask in which state.
    pub(super) fn is_ahead(&self) -> bool {
        self.points.len() >= self.script.len()
    }

    /// A turn begins: what may change while time passes is not known any longer.
    pub(super) fn begin_turn(&mut self) {
        self.turn += 1;
        self.memory.metrics.clear();
        self.memory.full.clear();
        self.here = None;
    }

    /// What is remembered, in a number.
    pub(super) fn remembered(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.memory.hash(&mut hasher);
        hasher.finish()
    }

    fn ask(&mut self, question: Question, choices: Vec<Choice>) -> Option<Decision> {
        let state = if self.is_ahead() { self.state ^ self.remembered().rotate_left(1) } else { 0 };
        self.choose(Site { at: self.here, question }, state, choices)
    }

    fn op(&self) -> Option<&'a Op> {
        let at = self.here?;
        Some(&self.center.flow(at.flow).blocks[at.block].op)
    }

    fn way(&self, at: BlockId, result: &str) -> Option<usize> {
        let block = &self.center.flow(at.flow).blocks[at.block];
        block.result(result).or_else(|| block.error("NoMatchingCondition"))
    }

    /// Whether the values that a contact brings along are open.
    fn is_open_at_start(&self) -> bool {
        matches!(self.entry, Entry::Flow(_))
    }

    /// Answers that make a difference later: nothing in particular, and each value that somebody looks at.
    fn answers(&self, root: &str) -> Vec<Value> {
        let is_it = |path: &&Path| *path.root == *root;
        let mut plain = json!({});
        for (path, sample) in &self.facts.samples {
            if is_it(&path) {
                facts::put(&mut plain, path, sample);
            }
        }
        let mut answers = vec![plain.clone()];
        for path in self.facts.copied.iter().filter(is_it) {
            for value in self.facts.wanted(path) {
                if answers.len() < MOST_ANSWERS {
                    let mut answer = plain.clone();
                    facts::put(&mut answer, path, value);
                    answers.push(answer);
                }
            }
        }
        answers
    }

    /// What a contact brings along.
    pub(super) fn start(&mut self, key: &str, state: u64, decisions: Vec<Decision>) -> Option<Decision> {
        let choices = decisions.into_iter().map(|decision| Choice { decision, way: None }).collect();
        self.choose(Site { at: None, question: Question::Start(key.to_owned()) }, state, choices)
    }

    fn next(&self, at: BlockId) -> Option<usize> {
        self.center.flow(at.flow).blocks[at.block].next()
    }
}

impl Surroundings for World<'_> {
    fn begins(&mut self, at: BlockId, contact: &Contact, _center: &Center, _now: Timestamp) {
        self.here = Some(at);
        if self.facts.at(at).decides && self.is_ahead() {
            self.state = state::of_contact(contact, self.facts, self.center);
        }
    }

    fn failure(&mut self, at: BlockId, _center: &Center) -> Option<Arc<str>> {
        let failures = &self.facts.at(at).failures;
        if failures.is_empty() {
            return None;
        }
        let mut choices = vec![Choice { decision: Decision::Works(at), way: self.next(at) }];
        choices.extend(
            failures
                .iter()
                .map(|(error, way)| Choice { decision: Decision::Fails(at, Arc::clone(error)), way: Some(*way) }),
        );
        match self.ask(Question::Failure, choices)? {
            Decision::Fails(_, error) => Some(error),
            _ => None,
        }
    }

    fn lambda(&mut self, call: &LambdaCall<'_>) -> LambdaAnswer {
        let at = call.at;
        // What was not in the last answer may be in this one.
        self.memory.excluded.retain(|path, _| !path.contains(":External"));
        let block = &self.center.flow(at.flow).blocks[at.block];
        let function: Arc<str> = call.function.into();
        let choice = |answer: LambdaAnswer, way| Choice {
            decision: Decision::Lambda { at, function: Arc::clone(&function), answer },
            way,
        };
        let answers = self.answers("External").into_iter();
        let mut choices: Vec<Choice> = answers.map(|value| choice(LambdaAnswer::Value(value), block.next())).collect();
        choices.push(choice(LambdaAnswer::Fails("it is out of order".to_owned()), block.error("NoMatchingError")));
        match self.ask(Question::Lambda, choices) {
            Some(Decision::Lambda { answer, .. }) => answer,
            _ => LambdaAnswer::Value(json!({})),
        }
    }

    fn service(&mut self, call: &ServiceCall<'_>) -> ServiceAnswer {
        let at = call.at;
        let block = &self.center.flow(at.flow).blocks[at.block];
        let root = match &block.op {
            Op::Service(service) => Arc::clone(&service.namespace),
            _ => "".into(),
        };
        let choice = |error: Option<&Arc<str>>, result: Option<Arc<str>>, values: Value, way| Choice {
            decision: Decision::Service { at, error: error.cloned(), result, values },
            way,
        };
        let mut choices = Vec::new();
        for values in self.answers(&root) {
            // An answer says what is known; a plain one leaves what was there before.
            let values = if values == json!({}) { Value::Null } else { values };
            if call.results.is_empty() {
                choices.push(choice(None, None, values, block.next()));
            } else {
                let results = call.results.iter().cloned().chain(["(another)".into()]);
                choices
                    .extend(results.map(|it| choice(None, Some(Arc::clone(&it)), values.clone(), self.way(at, &it))));
            }
        }
        let errors = block.errors().filter(|error| ***error != *"NoMatchingCondition");
        choices.extend(errors.map(|error| choice(Some(error), None, Value::Null, block.error(error))));
        match self.ask(Question::Service, choices) {
            Some(Decision::Service { error, result, values, .. }) => ServiceAnswer { error, result, values },
            _ => ServiceAnswer::default(),
        }
    }

    fn percent(&mut self, at: BlockId) -> u32 {
        let number = |value: &Option<Arc<str>>| value.as_ref().and_then(|value| value.parse().ok()).unwrap_or(1);
        let values = self.facts.at(at).values.iter();
        let choices =
            values.map(|(value, way)| Choice { decision: Decision::Percent(at, number(value)), way: *way }).collect();
        match self.ask(Question::Percent, choices) {
            Some(Decision::Percent(_, number)) => number,
            _ => 1,
        }
    }

    fn metric(&mut self, queue: QueueId, metric: Metric) -> Option<i64> {
        if let Some(known) = self.memory.metrics.get(&(queue, metric)) {
            return Some(*known);
        }
        let values = self.facts.metrics.get(&metric)?;
        let way = |value: i64| {
            let at = self.here?;
            let block = &self.center.flow(at.flow).blocks[at.block];
            let is_checked = matches!(block.op, Op::CheckMetric(..));
            is_checked
                .then(|| facts::way_for(block, &value.to_string()).or_else(|| block.error("NoMatchingCondition")))?
        };
        let choices =
            values.iter().map(|value| Choice { decision: Decision::Metric(queue, metric, *value), way: way(*value) });
        let choices = choices.collect();
        let Decision::Metric(_, _, value) = self.ask(Question::Metric(metric), choices)? else { return None };
        self.memory.metrics.insert((queue, metric), value);
        Some(value)
    }

    fn is_full(&mut self, queue: QueueId) -> bool {
        // A callback fails where a queue is full: that is among its failures.
        if !matches!(self.op(), Some(Op::TransferToQueue | Op::Dequeue(_))) {
            return false;
        }
        if let Some(known) = self.memory.full.get(&queue) {
            return *known;
        }
        let full = self.here.and_then(|at| self.center.flow(at.flow).blocks[at.block].error("QueueAtCapacity"));
        let choices = vec![
            Choice { decision: Decision::Full(queue, false), way: None },
            Choice { decision: Decision::Full(queue, true), way: full },
        ];
        let is_full = self.ask(Question::Full, choices) == Some(Decision::Full(queue, true));
        self.memory.full.insert(queue, is_full);
        is_full
    }

    fn is_open(&mut self, hours: usize) -> Option<bool> {
        let has_schedule = self.center.hours().get(hours).is_some_and(|hours| hours.schedule.is_some());
        if self.follows_schedules && has_schedule {
            return None;
        }
        if let Some(known) = self.memory.hours.get(&hours) {
            return Some(*known);
        }
        let at = self.here?;
        let choices = [true, false].map(|open| Choice {
            decision: Decision::Open(hours, open),
            way: self.way(at, if open { "True" } else { "False" }),
        });
        let is_open = self.ask(Question::Open(hours), choices.into()) == Some(Decision::Open(hours, true));
        self.memory.hours.insert(hours, is_open);
        Some(is_open)
    }

    fn unknown(&mut self, at: BlockId, path: &Path, _compared: &[&str]) -> Option<String> {
        let comes_along = matches!(
            &*path.root,
            "Attributes" | "Tags" | "Name" | "Description" | "CustomerId" | "LanguageCode" | "SystemEndpoint"
        );
        if comes_along && !self.is_open_at_start() {
            return None;
        }
        let key = facts::key(path);
        // What belongs to a flow may be there in another one.
        let key = if comes_along { key } else { format!("{}:{key}", at.flow.0) };
        let excluded = self.memory.excluded.get(&key).cloned().unwrap_or_default();
        let values = &self.facts.at(at).values;
        let is_possible = |value: &Option<Arc<str>>| value.as_ref().is_none_or(|value| !excluded.contains(value));
        let choices = values.iter().filter(|(value, _)| is_possible(value)).map(|(value, way)| Choice {
            decision: Decision::Value { at, path: Arc::clone(&path.written), value: value.clone() },
            way: *way,
        });
        let choices = choices.collect();
        let value = match self.ask(Question::Value(key.clone()), choices) {
            Some(Decision::Value { value, .. }) => value,
            _ => None,
        };
        // The stand-in of a module is asked anew each time.
        if value.is_none() && *path.root != *lone::RESULT {
            let compared = values.iter().filter_map(|(value, _)| value.clone());
            let known = self.memory.excluded.entry(key).or_default();
            known.extend(compared);
            known.sort();
            known.dedup();
        }
        value.map(|value| value.to_string())
    }
}
