//! What there is to decide at each block, read from the flows once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use callform_flow::catalog::ObjectKind;
use serde_json::Value;

use crate::center::Center;
use crate::event::{BlockId, FlowId};
use crate::program::{Block, Op, Place, Routing, Taken};
use crate::simulation::holds;
use crate::surroundings::Metric;
use crate::text::{Path, Piece, Text};

/// Most values of one path that are tried.
const MOST_VALUES: usize = 12;

/// A number that nobody has, for blocks that call one.
const NUMBER: &str = "+15550100199";

/// What has to stand in a value for a block to work.
#[derive(Clone, Copy, Debug)]
enum Need {
    /// The identifier of an object.
    Object(ObjectKind),
    /// Something like this.
    Value(&'static str),
}

/// An error with which a block can fail by itself, and the way that it takes.
pub(super) type Failure = (Arc<str>, usize);

/// A value, and the way that a block takes for it.
pub(super) type Tried<T> = (T, Option<usize>);

/// What there is to know of the flows of a center.
#[derive(Debug, Default)]
pub(super) struct Facts {
    blocks: Vec<Vec<BlockFacts>>,
    /// Paths whose values can make a difference.
    pub(super) watched: Vec<Path>,
    /// Values that paths are compared with, by the path as [`key`] says it.
    pub(super) wanted: BTreeMap<String, Vec<Arc<str>>>,
    /// Paths that are compared only after their value has been copied elsewhere.
    pub(super) copied: Vec<Path>,
    /// Objects for paths that name one.
    pub(super) samples: Vec<(Path, Arc<str>)>,
    /// Values of measures that make a difference, the one of a quiet day first.
    pub(super) metrics: BTreeMap<Metric, Vec<i64>>,
}

/// What there is to decide at a block.
#[derive(Debug, Default)]
pub(super) struct BlockFacts {
    /// Errors that come from nothing else that is decided.
    pub(super) failures: Vec<Failure>,
    /// Values of a comparison or numbers of a distribution, one for each way that can be taken, and one for none.
    pub(super) values: Vec<Tried<Option<Arc<str>>>>,
    /// Whether anything is asked at it.
    pub(super) decides: bool,
}

impl Facts {
    pub(super) fn of(center: &Center) -> Self {
        let mut facts = Self::default();
        let mut copies: Vec<(Path, Path)> = Vec::new();
        let mut needs: Vec<(Path, Need)> = Vec::new();
        for (_, program) in center.flows() {
            for block in &program.blocks {
                facts.read(block, &mut copies, &mut needs);
            }
            facts.blocks.push(program.blocks.iter().map(BlockFacts::of).collect());
        }
        facts.follow(&copies);
        for (path, need) in needs {
            let sample = match need {
                Need::Object(kind) => center.first_id(kind),
                Need::Value(value) => Some(value.into()),
            };
            if let Some(sample) = sample {
                facts.sample(&path, &sample, &copies);
            }
        }
        for (metric, values) in &mut facts.metrics {
            let quiet = quiet(*metric);
            values.retain(|value| *value != quiet && *value >= 0);
            values.sort_unstable();
            values.dedup();
            values.truncate(MOST_VALUES);
            values.insert(0, quiet);
        }
        facts
    }

    pub(super) fn at(&self, at: BlockId) -> &BlockFacts {
        &self.blocks[at.flow.0][at.block]
    }

    /// Values that a path is compared with.
    pub(super) fn wanted(&self, path: &Path) -> &[Arc<str>] {
        self.wanted.get(&key(path)).map(Vec::as_slice).unwrap_or_default()
    }

    fn watch(&mut self, path: &Path) {
        if !self.watched.iter().any(|known| key(known) == key(path)) {
            self.watched.push(path.clone());
        }
    }

    fn want(&mut self, path: &Path, values: impl IntoIterator<Item = Arc<str>>) {
        let known = self.wanted.entry(key(path)).or_default();
        for value in values {
            if !known.contains(&value) && known.len() < MOST_VALUES {
                known.push(value);
            }
        }
    }

    fn read(&mut self, block: &Block, copies: &mut Vec<(Path, Path)>, needed: &mut Vec<(Path, Need)>) {
        let mut copy = |root: &str, pairs: &[(Arc<str>, Text)]| {
            for (name, text) in pairs {
                let into = Path::new(&format!("$.{root}.['{name}']"));
                copies.extend(paths(text).map(|from| (from.clone(), into.clone())));
            }
        };
        match &block.op {
            Op::Compare(path) => {
                self.watch(path);
                self.want(path, block.ways.iter().filter_map(|way| value_for(&way.taken)));
                if let Some(metric) = metric_of(path) {
                    self.metrics.entry(metric).or_default().extend(limits(block));
                }
            }
            Op::CheckMetric(Some(metric), _) => {
                self.metrics.entry(*metric).or_default().extend(limits(block));
            }
            Op::SetAttributes(pairs) => copy("Attributes", pairs),
            Op::SetFlowAttributes(pairs) => copy("FlowAttributes", pairs),
            _ => {}
        }
        for (text, need) in needs(&block.op) {
            needed.extend(paths(text).map(|path| (path.clone(), need)));
        }
    }

    /// Notes what a path has to have for a block to work, and what it is copied from.
    fn sample(&mut self, path: &Path, sample: &Arc<str>, copies: &[(Path, Path)]) {
        let mut waiting = vec![path];
        while let Some(path) = waiting.pop() {
            if self.samples.iter().any(|(known, _)| key(known) == key(path)) {
                continue;
            }
            self.watch(path);
            self.samples.push((path.clone(), Arc::clone(sample)));
            waiting.extend(copies.iter().filter(|(_, into)| key(into) == key(path)).map(|(from, _)| from));
        }
    }

    /// What is wanted of a copy is wanted of what is copied.
    fn follow(&mut self, copies: &[(Path, Path)]) {
        let mut direct: BTreeSet<String> = self.wanted.keys().cloned().collect();
        // A chain of copies is at most as long as there are copies; real ones have one or two.
        for _ in 0..copies.len().min(8) {
            for (from, into) in copies {
                let values: Vec<Arc<str>> = self.wanted(into).to_vec();
                if values.is_empty() {
                    continue;
                }
                self.want(from, values);
                self.watch(from);
                if direct.insert(key(from)) {
                    self.copied.push(from.clone());
                }
            }
        }
    }
}

impl BlockFacts {
    fn of(block: &Block) -> Self {
        let failures = failures(block);
        let values = match &block.op {
            Op::Compare(_) => compared(block),
            Op::Percent => shares(block),
            _ => Vec::new(),
        };
        let decides = !failures.is_empty()
            || matches!(
                block.op,
                Op::Compare(_)
                    | Op::Percent
                    | Op::CheckHours(_)
                    | Op::CheckMetric(..)
                    | Op::GetMetrics(_)
                    | Op::Lambda(_)
                    | Op::Service(_)
                    | Op::TransferToQueue
                    | Op::Dequeue(_)
            );
        Self { failures, values, decides }
    }
}

/// A path without the ways in which it can be written.
pub(super) fn key(path: &Path) -> String {
    let mut key = path.root.to_string();
    for part in &path.keys {
        key.push('.');
        key.push_str(part);
    }
    key
}

/// The measure of a queue that is not known otherwise.
pub(super) fn quiet(metric: Metric) -> i64 {
    match metric {
        Metric::AgentsAvailable | Metric::AgentsStaffed | Metric::AgentsOnline => 1,
        Metric::ContactsInQueue | Metric::OldestContactAge => 0,
    }
}

fn metric_of(path: &Path) -> Option<Metric> {
    if *path.root != *"Metrics" {
        return None;
    }
    let keys: Vec<&str> = path.keys.iter().map(|key| &**key).collect();
    match keys.as_slice() {
        ["Queue", "Size"] => Some(Metric::ContactsInQueue),
        ["Queue", "OldestContactAge"] => Some(Metric::OldestContactAge),
        ["Agents", "Online", ..] => Some(Metric::AgentsOnline),
        ["Agents", "Available", ..] => Some(Metric::AgentsAvailable),
        ["Agents", "Staffed", ..] => Some(Metric::AgentsStaffed),
        _ => None,
    }
}

/// A value for which a condition holds.
fn value_for(taken: &Taken) -> Option<Arc<str>> {
    let Taken::Condition(operator, operand) = taken else { return None };
    let operand = operand.fixed()?;
    let number = |more: f64| {
        let value = operand.trim().parse::<f64>().ok().filter(|value| value.is_finite())? + more;
        Some(Arc::from(value.to_string()))
    };
    match &**operator {
        "NumberGreaterThan" => number(1.0),
        "NumberLessThan" => number(-1.0),
        "NumberGreaterOrEqualTo" | "NumberLessOrEqualTo" => number(0.0),
        _ => Some(Arc::clone(operand)),
    }
}

/// Numbers at which the conditions of a block change, and those beside them.
fn limits(block: &Block) -> Vec<i64> {
    let operand = |taken: &Taken| match taken {
        Taken::Condition(_, operand) => operand.fixed()?.trim().parse::<i64>().ok(),
        Taken::Next | Taken::Error(_) => None,
    };
    let numbers = block.ways.iter().filter_map(|way| operand(&way.taken));
    numbers.flat_map(|number| [number.saturating_sub(1), number, number.saturating_add(1)]).collect()
}

/// The way that a block takes for a value.
pub(super) fn way_for(block: &Block, value: &str) -> Option<usize> {
    let is_it = |taken: &Taken| match taken {
        Taken::Condition(operator, operand) => operand.fixed().is_some_and(|operand| holds(operator, value, operand)),
        Taken::Next | Taken::Error(_) => false,
    };
    block.ways.iter().position(|way| is_it(&way.taken))
}

/// Values of a comparison: none, and one for each way.
fn compared(block: &Block) -> Vec<Tried<Option<Arc<str>>>> {
    let mut values = vec![(None, block.error("NoMatchingCondition"))];
    for value in block.ways.iter().filter_map(|way| value_for(&way.taken)) {
        let way = way_for(block, &value);
        if way.is_some() && !values.iter().any(|(_, known)| *known == way) {
            values.push((Some(value), way));
        }
    }
    values
}

/// Numbers of a distribution, one for each way.
fn shares(block: &Block) -> Vec<Tried<Option<Arc<str>>>> {
    let mut values: Vec<Tried<Option<Arc<str>>>> = Vec::new();
    for number in 1..=100 {
        let number = number.to_string();
        let way = way_for(block, &number).or_else(|| block.error("NoMatchingCondition"));
        if !values.iter().any(|(_, known)| *known == way) {
            values.push((Some(number.into()), way));
        }
    }
    values
}

/// Errors of a block that come from nothing else: not from what the customer does, not from what others answer.
fn failures(block: &Block) -> Vec<Failure> {
    let comes_otherwise = |error: &str| match &block.op {
        Op::Lambda(_) => error == "NoMatchingError",
        Op::Service(_) => true,
        Op::Store(_) => matches!(error, "InvalidPhoneNumber" | "InputTimeLimitExceeded" | "NoMatchingCondition"),
        Op::Outside(_) => matches!(error, "ConnectionTimeLimitExceeded" | "CallFailed"),
        Op::TransferToQueue | Op::Dequeue(_) => error == "QueueAtCapacity",
        _ => matches!(error, "NoMatchingCondition" | "InputTimeLimitExceeded" | "TimeLimitExceeded"),
    };
    let mut failures: Vec<Failure> = Vec::new();
    for error in block.errors().filter(|error| !comes_otherwise(error)) {
        if let Some(way) = block.error(error)
            && !failures.iter().any(|(_, known)| *known == way)
        {
            failures.push((Arc::clone(error), way));
        }
    }
    failures
}

fn paths(text: &Text) -> impl Iterator<Item = &Path> {
    let (one, many): (Option<&Path>, &[Piece]) = match text {
        Text::Fixed(_) => (None, &[]),
        Text::Path(path) => (Some(path), &[]),
        Text::Mixed(pieces) => (None, pieces),
    };
    one.into_iter().chain(many.iter().filter_map(|piece| match piece {
        Piece::Path(path) => Some(path),
        Piece::Text(_) => None,
    }))
}

fn of_place(place: &Place) -> Vec<(&Text, Need)> {
    match place {
        Place::Queue(target) => vec![(&target.text, Need::Object(ObjectKind::Queue))],
        Place::Agent(target) => vec![(&target.text, Need::Object(ObjectKind::User))],
        Place::Working => Vec::new(),
    }
}

/// Values that blocks need and that may come from a path: what they name, how often, whom they call.
fn needs(op: &Op) -> Vec<(&Text, Need)> {
    match op {
        Op::SetQueue(place) | Op::Dequeue(place) | Op::GetMetrics(place) | Op::CheckMetric(_, place) => of_place(place),
        Op::Callback(callback) => {
            let numbers = [&callback.delay, &callback.attempts, &callback.retry_delay];
            let mut needs = of_place(&callback.place);
            needs.extend(numbers.map(|text| (text, Need::Value("2"))));
            needs
        }
        Op::CheckHours(Some(target)) => vec![(&target.text, Need::Object(ObjectKind::HoursOfOperation))],
        Op::TransferToFlow(target) => vec![(&target.text, Need::Object(ObjectKind::ContactFlow))],
        Op::Module(target) => vec![(&target.text, Need::Object(ObjectKind::FlowModule))],
        Op::SetHooks(hooks) => hooks.iter().map(|(_, text)| (text, Need::Object(ObjectKind::ContactFlow))).collect(),
        Op::Loop { count, .. } => vec![(count, Need::Value("2"))],
        Op::SetRouting(Routing::Priority(text) | Routing::Age(text)) => vec![(text, Need::Value("2"))],
        Op::CallbackNumber(text) => vec![(text, Need::Value(NUMBER))],
        Op::Outside(outside) => vec![(&outside.number, Need::Value(NUMBER))],
        Op::Lambda(lambda) => vec![(&lambda.function, Need::Value("any function"))],
        _ => Vec::new(),
    }
}

/// Puts a value under the keys of a path.
pub(super) fn put(answer: &mut Value, path: &Path, value: &str) {
    let mut place = answer;
    for key in &path.keys {
        if !place.is_object() {
            *place = serde_json::json!({});
        }
        place = &mut place[&**key];
    }
    *place = value.into();
}

/// Whether a flow goes by the working queue, and whether it sets one itself.
pub(super) fn uses_queue(center: &Center, flow: FlowId) -> (bool, bool) {
    let uses = |op: &Op| match op {
        Op::TransferToQueue | Op::TransferToAgent | Op::CheckHours(None) => true,
        Op::CheckMetric(_, Place::Working) | Op::GetMetrics(Place::Working) | Op::Dequeue(Place::Working) => true,
        Op::Callback(callback) => matches!(callback.place, Place::Working),
        Op::Compare(path) => *path.root == *"Queue",
        _ => false,
    };
    let blocks = &center.flow(flow).blocks;
    let sets = blocks.iter().any(|block| matches!(block.op, Op::SetQueue(_)));
    (blocks.iter().any(|block| uses(&block.op)), sets)
}
