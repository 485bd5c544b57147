//! `Map`: one machine for each of many items.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::run::advance;
use super::scope::Scope;
use super::tasks::Asked;
use super::{At, Doing, Shared, Status, Stay, Thread, Work, is_deeper, limited};
use crate::definition::{Batcher, MapState, State, StateKind};
use crate::failure::{Failure, ITEM_READER, RESULT_WRITER, TOLERANCE};
use crate::items;
use crate::moment::Moment;

/// Items of an inline `Map` that run at a time, where nothing less is said.
const INLINE: usize = 40;
/// Items of a distributed `Map` that run at a time, where nothing less is said. The service takes 10,000; which ones run
/// makes no difference to what comes out, and each is kept in memory here.
const DISTRIBUTED: usize = 1_000;
/// Bytes of a batch, at most.
const LARGEST_BATCH: u64 = 262_144;

/// A run of a distributed `Map`, as the service describes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MapRun {
    /// ARN.
    pub arn: String,
    /// When it began.
    pub started: Moment,
    /// When it ended.
    pub stopped: Option<Moment>,
    /// How it stands.
    pub status: Status,
    /// Items that run at a time.
    pub concurrency: u64,
    /// Items that may fail.
    pub tolerated_count: u64,
    /// Share of the items that may fail, in percent.
    pub tolerated_percentage: f64,
    /// Items, or batches of them.
    pub total: usize,
    /// Those that have begun and not ended.
    pub running: usize,
    /// Those that ended well.
    pub succeeded: usize,
    /// Those that failed.
    pub failed: usize,
}

/// How far a `Map` has come.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Progress {
    stage: Stage,
    /// Items are read, or results written.
    pub(super) asked: Option<Box<Asked>>,
    items: Vec<Value>,
    /// The first item that has not begun.
    next: usize,
    pub(super) running: BTreeMap<usize, Thread>,
    results: BTreeMap<usize, Result<Value, Failure>>,
    failed: usize,
    tolerance: Tolerance,
    concurrency: usize,
    /// The event that iterations follow.
    started: u64,
    /// Which of the execution's runs it is.
    run: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Stage {
    Reading,
    Running,
    Writing,
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Tolerance {
    count: Option<u64>,
    percentage: Option<f64>,
}

impl Tolerance {
    fn is_exceeded(self, failed: usize, total: usize) -> bool {
        #[expect(clippy::cast_precision_loss, reason = "numbers of items are far below 2^53")]
        let share = failed as f64 * 100.0 / total.max(1) as f64;
        let too_many = self.count.is_some_and(|count| u64::try_from(failed).is_ok_and(|failed| failed > count));
        let too_large = self.percentage.is_some_and(|percentage| share > percentage);
        too_many || too_large || (self.is_none() && failed > 0)
    }

    fn is_none(self) -> bool {
        self.count.is_none() && self.percentage.is_none()
    }
}

/// Begins: finds the items, or asks for them.
pub(super) fn begin(
    state: &State,
    of: &MapState,
    stay: &mut Stay,
    thread: &mut Thread,
    shared: &mut Shared,
) -> Result<(), Failure> {
    let mut scope = Scope::of(state, stay, thread, shared);
    let data = scope.select(&state.flow.input, &stay.input)?;
    let most = if of.is_distributed { DISTRIBUTED } else { INLINE };
    let asked_for = of.concurrency.as_ref().map(|given| scope.whole("MaxConcurrency", given, &data)).transpose()?;
    let concurrency = match asked_for.map(|number| usize::try_from(number).unwrap_or(most)) {
        None | Some(0) => most,
        Some(number) => number.min(most),
    };
    let count = of.tolerated_count.as_ref();
    let percentage = of.tolerated_percentage.as_ref();
    let tolerance = Tolerance {
        count: count.map(|given| scope.whole("ToleratedFailureCount", given, &data)).transpose()?,
        percentage: percentage.map(|given| scope.number("ToleratedFailurePercentage", given, &data)).transpose()?,
    };
    let mut progress = Progress {
        stage: Stage::Reading,
        asked: None,
        items: Vec::new(),
        next: 0,
        running: BTreeMap::new(),
        results: BTreeMap::new(),
        failed: 0,
        tolerance,
        concurrency,
        started: 0,
        run: None,
    };
    if let Some(reader) = &of.reader {
        let arguments = scope.fill(&reader.arguments, &data)?;
        let config = scope.fill(&reader.config, &data)?;
        let most = reader.most.as_ref().map(|given| scope.whole("MaxItems", given, &data)).transpose()?;
        let work = Work::Read { resource: reader.resource.clone(), arguments, config, most };
        progress.asked = Some(Box::new(Asked::new(work, shared)));
    } else {
        let value = match (&of.items, &of.items_path) {
            (Some(template), _) => scope.fill(template, &data)?,
            (None, Some(path)) => scope.path(path, &data)?,
            (None, None) => data,
        };
        let items = items::of(value);
        progress.items = items.ok_or_else(|| Failure::runtime("The items of the Map are no array"))?;
        start(state, of, stay, &mut progress, thread, shared)?;
    }
    stay.doing = Doing::Map(Box::new(progress));
    Ok(())
}

/// Begins with the items.
fn start(
    state: &State,
    of: &MapState,
    stay: &Stay,
    progress: &mut Progress,
    thread: &mut Thread,
    shared: &mut Shared,
) -> Result<(), Failure> {
    progress.stage = Stage::Running;
    // A file may hold more than a payload, but not deeper items.
    if progress.items.iter().any(|item| is_deeper(item, crate::DEEPEST_PAYLOAD)) {
        return Err(Failure::new(ITEM_READER, "An item is nested too deeply"));
    }
    if let Some(batcher) = &of.batcher {
        progress.items = batches(state, of, batcher, stay, &progress.items, thread, shared)?;
    }
    let details = json!({ "length": progress.items.len() });
    progress.started = shared.event(thread, "MapStateStarted", Some(("mapStateStartedEventDetails", details)));
    if of.is_distributed {
        let label = of.label.as_deref().unwrap_or(&stay.state);
        let machine = shared.identity.machine_arn.replacen(":stateMachine:", ":mapRun:", 1);
        let arn = format!("{machine}/{label}:{}", shared.chance.uuid());
        let details = json!({ "mapRunArn": arn });
        progress.started = shared.event(thread, "MapRunStarted", Some(("mapRunStartedEventDetails", details)));
        progress.run = Some(shared.runs.len());
        shared.runs.push(MapRun {
            arn,
            started: shared.clock,
            stopped: None,
            status: Status::Running,
            concurrency: u64::try_from(progress.concurrency).unwrap_or(u64::MAX),
            tolerated_count: progress.tolerance.count.unwrap_or_default(),
            tolerated_percentage: progress.tolerance.percentage.unwrap_or_default(),
            total: progress.items.len(),
            running: 0,
            succeeded: 0,
            failed: 0,
        });
    }
    Ok(())
}

/// Items put together: `{"BatchInput": …, "Items": […]}`.
fn batches(
    state: &State,
    of: &MapState,
    batcher: &Batcher,
    stay: &Stay,
    items: &[Value],
    thread: &Thread,
    shared: &mut Shared,
) -> Result<Vec<Value>, Failure> {
    let mut scope = Scope::of(state, stay, thread, shared);
    let data = scope.select(&state.flow.input, &stay.input)?;
    let most = batcher.most.as_ref().map(|given| scope.whole("MaxItemsPerBatch", given, &data)).transpose()?;
    let bytes = batcher.bytes.as_ref().map(|given| scope.whole("MaxInputBytesPerBatch", given, &data)).transpose()?;
    let input = batcher.input.as_ref().map(|template| scope.fill(template, &data)).transpose()?;
    let most = usize::try_from(most.filter(|most| *most > 0).unwrap_or(u64::MAX)).unwrap_or(usize::MAX);
    let bytes = bytes.filter(|bytes| *bytes > 0).unwrap_or(LARGEST_BATCH).min(LARGEST_BATCH);
    let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
    let whole = |items: &[Value]| match &input {
        Some(input) => json!({ "BatchInput": input, "Items": items }),
        None => json!({ "Items": items }),
    };
    let empty = whole(&[]).to_string().len();
    let mut all = Vec::new();
    let mut batch: Vec<Value> = Vec::new();
    let mut size = empty;
    for (index, item) in items.iter().enumerate() {
        let item = selected(state, of, stay, index, item, thread, shared)?;
        let length = item.to_string().len() + 1;
        if !batch.is_empty() && (batch.len() == most || size + length > bytes) {
            all.push(whole(&std::mem::take(&mut batch)));
            size = empty;
        }
        size += length;
        batch.push(item);
    }
    if !batch.is_empty() {
        all.push(whole(&batch));
    }
    Ok(all)
}

/// What the context object says of an item.
fn described(index: usize, item: &Value) -> Value {
    let mut described = json!({ "Index": index, "Value": item });
    if let Some(key) = item.get("Key").filter(|_| item.as_object().is_some_and(|members| members.len() == 2)) {
        described["Key"] = key.clone();
    }
    described
}

/// What the machine of an item gets.
fn selected(
    state: &State,
    of: &MapState,
    stay: &Stay,
    index: usize,
    item: &Value,
    thread: &Thread,
    shared: &mut Shared,
) -> Result<Value, Failure> {
    let Some(template) = &of.selector else { return Ok(item.clone()) };
    let mut scope = Scope::of(state, stay, thread, shared).with_item(&described(index, item));
    let data = scope.select(&state.flow.input, &stay.input)?;
    scope.fill(template, &data)
}

/// Goes on: `None` where it waits.
pub(super) fn work(
    state: &State,
    stay: &mut Stay,
    mut progress: Box<Progress>,
    thread: &mut Thread,
    shared: &mut Shared,
) -> Result<Option<Value>, Failure> {
    let StateKind::Map(of) = &state.kind else { return Err(Failure::runtime("The state is no Map")) };
    let worked = match progress.stage {
        Stage::Reading => match answer(&mut progress) {
            None => Ok(None),
            Some(Ok(Value::Array(items))) => {
                progress.items = items;
                progress.asked = None;
                start(state, of, stay, &mut progress, thread, shared)
                    .and_then(|()| iterate(state, of, stay, &mut progress, thread, shared))
            }
            Some(Ok(_)) => Err(Failure::new(ITEM_READER, "The items are no array")),
            Some(Err(failure)) => Err(failure),
        },
        Stage::Running => iterate(state, of, stay, &mut progress, thread, shared),
        Stage::Writing => match answer(&mut progress) {
            None => Ok(None),
            Some(result) => result.map(Some).map_err(|failure| Failure::new(RESULT_WRITER, failure.cause)),
        },
    };
    let stage = progress.stage;
    match worked {
        Ok(None) => {
            stay.doing = Doing::Map(progress);
            Ok(None)
        }
        Ok(Some(result)) => {
            if stage == Stage::Running
                && let Some(asked) = writing(state, of, stay, &progress, thread, shared)?
            {
                progress.asked = Some(Box::new(asked));
                progress.stage = Stage::Writing;
                stay.doing = Doing::Map(progress);
                return Ok(None);
            }
            ended(&progress, None, thread, shared);
            Ok(Some(result))
        }
        Err(failure) => {
            ended(&progress, Some(&failure), thread, shared);
            Err(failure)
        }
    }
}

fn answer(progress: &mut Progress) -> Option<Result<Value, Failure>> {
    progress.asked.as_mut()?.answer.take()
}

/// Tells how it ended.
fn ended(progress: &Progress, failure: Option<&Failure>, thread: &mut Thread, shared: &mut Shared) {
    if let Some(run) = progress.run {
        match failure {
            None => shared.event(thread, "MapRunSucceeded", None),
            Some(failure) => {
                let details = json!({ "error": failure.error, "cause": failure.cause });
                shared.event(thread, "MapRunFailed", Some(("mapRunFailedEventDetails", details)))
            }
        };
        if let Some(run) = shared.runs.get_mut(run) {
            run.stopped = Some(shared.clock);
            run.status = if failure.is_some() { Status::Failed } else { Status::Succeeded };
            run.running = 0;
        }
    }
    shared.event(thread, if failure.is_some() { "MapStateFailed" } else { "MapStateSucceeded" }, None);
}

/// Runs items, as many at a time as may. The list of results where all have ended.
fn iterate(
    state: &State,
    of: &MapState,
    stay: &Stay,
    progress: &mut Progress,
    thread: &mut Thread,
    shared: &mut Shared,
) -> Result<Option<Value>, Failure> {
    loop {
        while progress.running.len() < progress.concurrency && progress.next < progress.items.len() {
            launch(state, of, stay, progress, thread, shared)?;
        }
        let mut over = Vec::new();
        for (index, iteration) in &mut progress.running {
            advance(iteration, &of.processor, shared);
            if let At::Ended(_) = iteration.at {
                over.push(*index);
            }
        }
        let nothing_ended = over.is_empty();
        for index in over {
            collect(of, stay, index, progress, thread, shared)?;
        }
        if let Some(run) = progress.run.and_then(|run| shared.runs.get_mut(run)) {
            run.running = progress.running.len();
            run.failed = progress.failed;
            run.succeeded = progress.results.len() - progress.failed;
        }
        if progress.running.is_empty() && progress.next == progress.items.len() {
            // Items that failed and are tolerated have no place in the result (?).
            let results = progress.results.values().filter_map(|result| result.as_ref().ok()).cloned();
            return Ok(Some(results.collect()));
        }
        if nothing_ended {
            return Ok(None);
        }
    }
}

fn iteration_event(kind: &str, stay: &Stay, index: usize, thread: &mut Thread, shared: &mut Shared) -> u64 {
    let details = json!({ "name": stay.state, "index": index });
    let name = format!("mapIteration{kind}EventDetails");
    shared.event(thread, &format!("MapIteration{kind}"), Some((&name, details)))
}

fn launch(
    state: &State,
    of: &MapState,
    stay: &Stay,
    progress: &mut Progress,
    thread: &mut Thread,
    shared: &mut Shared,
) -> Result<(), Failure> {
    let index = progress.next;
    progress.next += 1;
    let item = progress.items.get(index).cloned().unwrap_or_default();
    let input = match of.batcher {
        // Selected already.
        Some(_) => item.clone(),
        None => selected(state, of, stay, index, &item, thread, shared)?,
    };
    let input = limited(&stay.state, input)?;
    let mut iteration = thread.inner(&of.processor, input, progress.started);
    iteration.item = Some(described(index, &item));
    if of.is_distributed {
        iteration.quiet = Some(0);
        iteration.variables.clear();
    } else {
        iteration_event("Started", stay, index, &mut iteration, shared);
    }
    progress.running.insert(index, iteration);
    Ok(())
}

/// Takes the result of an iteration that has ended.
fn collect(
    of: &MapState,
    stay: &Stay,
    index: usize,
    progress: &mut Progress,
    thread: &mut Thread,
    shared: &mut Shared,
) -> Result<(), Failure> {
    let Some(mut iteration) = progress.running.remove(&index) else { return Ok(()) };
    let At::Ended(result) = iteration.at.clone() else { return Ok(()) };
    if !of.is_distributed {
        let kind = if result.is_ok() { "Succeeded" } else { "Failed" };
        iteration_event(kind, stay, index, &mut iteration, shared);
        thread.last_event = thread.last_event.max(iteration.last_event);
    }
    let failure = result.as_ref().err().cloned();
    progress.results.insert(index, result);
    let Some(failure) = failure else { return Ok(()) };
    progress.failed += 1;
    if !progress.tolerance.is_exceeded(progress.failed, progress.items.len()) {
        return Ok(());
    }
    if !of.is_distributed {
        for (index, mut other) in std::mem::take(&mut progress.running) {
            iteration_event("Aborted", stay, index, &mut other, shared);
            thread.last_event = thread.last_event.max(other.last_event);
        }
        if progress.tolerance.is_none() {
            return Err(failure);
        }
    }
    Err(Failure::new(TOLERANCE, "The specified tolerated failure threshold was exceeded"))
}

/// What is to be written, where it is.
fn writing(
    state: &State,
    of: &MapState,
    stay: &Stay,
    progress: &Progress,
    thread: &Thread,
    shared: &mut Shared,
) -> Result<Option<Asked>, Failure> {
    let Some(writer) = &of.writer else { return Ok(None) };
    let mut scope = Scope::of(state, stay, thread, shared);
    let data = scope.select(&state.flow.input, &stay.input)?;
    let arguments = scope.fill(&writer.arguments, &data)?;
    let run = progress.run.and_then(|run| shared.runs.get(run)).map(|run| run.arn.clone()).unwrap_or_default();
    let (mut succeeded, mut failed) = (Vec::new(), Vec::new());
    for (index, result) in &progress.results {
        let item = progress.items.get(*index).cloned().unwrap_or_default();
        match result {
            Ok(output) => succeeded.push((*index, item, output.clone())),
            Err(failure) => failed.push((*index, item, failure.clone())),
        }
    }
    Ok(Some(Asked::new(Work::Write { arguments, run, succeeded, failed }, shared)))
}
