//! A world that stays as it is: what a test can say of it before the contact begins.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};

use super::Decision;
use super::facts;
use crate::center::Center;
use crate::event::{BlockId, QueueId};
use crate::simulation::{Input, Start};
use crate::surroundings::{LambdaAnswer, LambdaCall, Metric, ServiceAnswer, ServiceCall, Surroundings};
use crate::text::Path;

/// What no flow says, the same from the beginning of a contact to its end.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Given {
    /// Hours that are open or closed, whatever their schedule says, by their place in [`Center::hours`].
    pub hours: BTreeMap<usize, bool>,
    /// Queues that take no more.
    pub full: BTreeSet<QueueId>,
    /// Measures of queues.
    pub metrics: BTreeMap<(QueueId, Metric), i64>,
    /// What functions answer, by their names: one answer after the other, the last again and again.
    pub lambdas: BTreeMap<Arc<str>, Vec<LambdaAnswer>>,
    /// What other services answer, by the block that asks.
    pub services: BTreeMap<BlockId, ServiceAnswer>,
    /// Blocks that fail.
    pub fails: BTreeMap<BlockId, Arc<str>>,
    /// What chance gives, from 1 to 100.
    pub percent: Option<u32>,
}

/// What answered last: where a value that is read later comes from.
enum Answered {
    Lambda(Arc<str>),
    Service(BlockId),
}

/// Puts decisions into a start, a world and steps. What no test can say is left out: whether the way is walked without it
/// shows when it is tried.
pub(super) fn split<'d>(
    center: &Center,
    start: &mut Start,
    decisions: impl Iterator<Item = &'d Decision>,
) -> (Given, Vec<Decision>) {
    let mut given = Given::default();
    let mut steps: Vec<Decision> = Vec::new();
    let mut answered = None;
    for decision in decisions {
        match decision {
            Decision::Does(..) | Decision::Waits(..) => steps.push(decision.clone()),
            Decision::Value { path, value: Some(value), .. } => {
                let path = Path::new(path);
                put(&mut given, start, &mut steps, answered.as_ref(), &path, value);
            }
            Decision::Lambda { function, answer, .. } => {
                let name = center.function_name(function);
                given.lambdas.entry(Arc::clone(&name)).or_default().push(answer.clone());
                answered = Some(Answered::Lambda(name));
            }
            Decision::Service { at, error, result, values } => {
                let answer = ServiceAnswer { error: error.clone(), result: result.clone(), values: values.clone() };
                given.services.insert(*at, answer);
                answered = Some(Answered::Service(*at));
            }
            Decision::Fails(at, error) => drop(given.fails.insert(*at, Arc::clone(error))),
            Decision::Percent(_, number) => given.percent = Some(*number),
            Decision::Metric(queue, metric, value) => drop(given.metrics.insert((*queue, *metric), *value)),
            Decision::Full(queue, true) => drop(given.full.insert(*queue)),
            Decision::Open(hours, open) => drop(given.hours.insert(*hours, *open)),
            _ => {}
        }
    }
    for answers in given.lambdas.values_mut() {
        answers.dedup();
    }
    (given, steps)
}

/// Puts a value where a path would have it from.
fn put(
    given: &mut Given,
    start: &mut Start,
    steps: &mut [Decision],
    answered: Option<&Answered>,
    path: &Path,
    value: &Arc<str>,
) {
    let key = path.keys.first().cloned();
    match (&*path.root, key, answered) {
        ("Attributes", Some(key), _) => start.attributes.push((key, Arc::clone(value))),
        ("SystemEndpoint", ..) => start.system = Some(Arc::clone(value)),
        ("Lex", ..) => put_into_intent(steps, path, value),
        ("External", _, Some(Answered::Lambda(name))) => {
            if let Some(LambdaAnswer::Value(answer)) = given.lambdas.get_mut(name).and_then(|list| list.last_mut()) {
                facts::put(answer, path, value);
            }
        }
        (_, _, Some(Answered::Service(at))) => {
            if let Some(answer) = given.services.get_mut(at) {
                facts::put(&mut answer.values, path, value);
            }
        }
        _ => {}
    }
}

/// Slots and session attributes come with what the customer said last.
fn put_into_intent(steps: &mut [Decision], path: &Path, value: &Arc<str>) {
    let last = steps.iter_mut().rev().find_map(|step| match step {
        Decision::Does(_, Input::Intent { slots, attributes, .. }) => Some((slots, attributes)),
        _ => None,
    });
    let (Some((slots, attributes)), [kind, name]) = (last, &*path.keys) else { return };
    match &**kind {
        "Slots" => slots.push((Arc::clone(name), Arc::clone(value))),
        "SessionAttributes" => attributes.push((Arc::clone(name), Arc::clone(value))),
        _ => {}
    }
}

/// Surroundings that are as they are given.
pub(super) struct Day<'g> {
    given: &'g Given,
    asked: BTreeMap<Arc<str>, usize>,
}

impl<'g> Day<'g> {
    pub(super) fn new(given: &'g Given) -> Self {
        Self { given, asked: BTreeMap::new() }
    }
}

impl Surroundings for Day<'_> {
    fn lambda(&mut self, call: &LambdaCall<'_>) -> LambdaAnswer {
        let name = call.center.function_name(call.function);
        let asked = self.asked.entry(Arc::clone(&name)).or_default();
        let answers = self.given.lambdas.get(&name).map(Vec::as_slice).unwrap_or_default();
        let answer = answers.get(*asked).or(answers.last());
        *asked += 1;
        answer.cloned().unwrap_or_else(|| LambdaAnswer::Value(json!({})))
    }

    fn service(&mut self, call: &ServiceCall<'_>) -> ServiceAnswer {
        self.given.services.get(&call.at).cloned().unwrap_or(ServiceAnswer { values: Value::Null, ..<_>::default() })
    }

    fn failure(&mut self, at: BlockId, _center: &Center) -> Option<Arc<str>> {
        self.given.fails.get(&at).cloned()
    }

    fn percent(&mut self, _at: BlockId) -> u32 {
        self.given.percent.unwrap_or(1)
    }

    fn metric(&mut self, queue: QueueId, metric: Metric) -> Option<i64> {
        self.given.metrics.get(&(queue, metric)).copied()
    }

    fn is_full(&mut self, queue: QueueId) -> bool {
        self.given.full.contains(&queue)
    }

    fn is_open(&mut self, hours: usize) -> Option<bool> {
        self.given.hours.get(&hours).copied()
    }
}
