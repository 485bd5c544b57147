//! How a thread goes from state to state.

use std::mem;

use serde_json::{Map, Value, json};

use super::scope::Scope;
use super::tasks::Note;
use super::{At, Doing, Shared, Stay, Thread, limited, map, tasks};
use crate::definition::{Catcher, Delay, Given, Language, Machine, Retrier, Selection, State, StateKind};
use crate::failure::{DATA_LIMIT, Failure, INTRINSIC, NO_CHOICE, PARAMETER_PATH, QUERY, RESULT_PATH, RUNTIME};
use crate::moment;

/// Causes of what a state does wrong by itself begin with this.
const PREFIX: &str = "An error occurred while executing the state";

/// How far a stay has come.
enum Progress {
    /// It waits.
    Blocked,
    /// There is more to do.
    Moved,
    /// It is over.
    Left(At),
}

/// How a state is left.
struct Exit<'a> {
    next: Option<&'a str>,
    output: Value,
    assigned: Map<String, Value>,
}

/// Goes on until the thread waits, or is at its end.
pub(super) fn advance(thread: &mut Thread, machine: &Machine, shared: &mut Shared) {
    loop {
        match mem::replace(&mut thread.at, At::Ended(Ok(Value::Null))) {
            At::Ended(result) => {
                thread.at = At::Ended(result);
                return;
            }
            At::Enter { state, input } => thread.at = enter(state, input, thread, machine, shared),
            At::In(mut stay) => {
                let Some(state) = machine.states.get(&stay.state) else {
                    thread.at = At::Ended(Err(no_state(&stay.state)));
                    return;
                };
                match work(state, &mut stay, thread, shared) {
                    Progress::Left(at) => thread.at = at,
                    Progress::Moved => thread.at = At::In(stay),
                    Progress::Blocked => {
                        thread.at = At::In(stay);
                        return;
                    }
                }
            }
        }
    }
}

fn no_state(name: &str) -> Failure {
    Failure::runtime(format!("There is no state '{name}'."))
}

/// Writes an event about a request of a thread inside of this one.
pub(super) fn note(thread: &mut Thread, shared: &mut Shared, request: u64, note: Note) {
    let mut left = Some(note);
    write_note(thread, shared, request, &mut left);
}

fn write_note(thread: &mut Thread, shared: &mut Shared, request: u64, note: &mut Option<Note>) {
    if thread.asked().is_some_and(|asked| asked.id == request) {
        if let Some((kind, name, details)) = note.take() {
            shared.event(thread, kind, Some((name, details)));
        }
        return;
    }
    for inner in thread.inside() {
        write_note(inner, shared, request, note);
    }
}

fn type_name(state: &State) -> &'static str {
    match state.kind {
        StateKind::Pass(_) => "Pass",
        StateKind::Task(_) => "Task",
        StateKind::Choice(..) => "Choice",
        StateKind::Wait(_) => "Wait",
        StateKind::Succeed => "Succeed",
        StateKind::Fail(..) => "Fail",
        StateKind::Parallel(_) => "Parallel",
        StateKind::Map(_) => "Map",
    }
}

fn enter(name: String, input: Value, thread: &mut Thread, machine: &Machine, shared: &mut Shared) -> At {
    let Some(state) = machine.states.get(&name) else { return At::Ended(Err(no_state(&name))) };
    if let Err(failure) = shared.count(thread) {
        return At::Ended(Err(failure));
    }
    let details = json!({ "name": name, "input": input.to_string(), "inputDetails": { "truncated": false } });
    let kind = format!("{}StateEntered", type_name(state));
    let entered_event = shared.event(thread, &kind, Some(("stateEnteredEventDetails", details)));
    At::In(Box::new(Stay {
        state: name,
        input,
        entered: shared.clock,
        entered_event,
        retries: vec![0; state.retry.len()],
        doing: Doing::Begin,
    }))
}

fn work(state: &State, stay: &mut Stay, thread: &mut Thread, shared: &mut Shared) -> Progress {
    let clock = shared.clock;
    let worked = match mem::replace(&mut stay.doing, Doing::Begin) {
        Doing::Begin => return begin(state, stay, thread, shared),
        Doing::Retry { until } if until <= clock => return Progress::Moved,
        doing @ Doing::Retry { .. } => {
            stay.doing = doing;
            Ok(None)
        }
        Doing::Wait { until } if until <= clock => {
            return leave_or_fail(plain_exit(state, stay, thread, shared), state, stay, thread, shared);
        }
        doing @ Doing::Wait { .. } => {
            stay.doing = doing;
            Ok(None)
        }
        Doing::Task(asked) => tasks::look(stay, asked, thread, shared),
        Doing::Parallel { branches } => parallel(state, stay, branches, thread, shared),
        Doing::Map(progress) => map::work(state, stay, progress, thread, shared),
    };
    match worked {
        Ok(None) => Progress::Blocked,
        Ok(Some(result)) => {
            let exit = result_exit(state, stay, &result, thread, shared);
            leave_or_fail(exit, state, stay, thread, shared)
        }
        Err(failure) => fail(failure, state, stay, thread, shared),
    }
}

fn begin(state: &State, stay: &mut Stay, thread: &mut Thread, shared: &mut Shared) -> Progress {
    let begun = match &state.kind {
        StateKind::Pass(result) => {
            let exit = pass(state, result.as_ref(), stay, thread, shared);
            return leave_or_fail(exit, state, stay, thread, shared);
        }
        StateKind::Succeed => {
            let exit = plain_exit(state, stay, thread, shared);
            return leave_or_fail(exit, state, stay, thread, shared);
        }
        StateKind::Choice(..) => {
            let exit = choose(state, stay, thread, shared);
            return leave_or_fail(exit, state, stay, thread, shared);
        }
        StateKind::Fail(error, cause) => {
            let failure = failure_of([error.as_ref(), cause.as_ref()], state, stay, thread, shared);
            return Progress::Left(At::Ended(Err(failure.unwrap_or_else(|failure| told(stay, failure)))));
        }
        StateKind::Wait(delay) => wait(state, delay, stay, thread, shared),
        StateKind::Task(task) => tasks::begin(state, task, stay, thread, shared),
        StateKind::Parallel(branches) => begin_parallel(state, branches, stay, thread, shared),
        StateKind::Map(of) => map::begin(state, of, stay, thread, shared),
    };
    match begun {
        Ok(()) => Progress::Moved,
        Err(failure) => fail(failure, state, stay, thread, shared),
    }
}

fn wait(
    state: &State,
    delay: &Delay,
    stay: &mut Stay,
    thread: &mut Thread,
    shared: &mut Shared,
) -> Result<(), Failure> {
    let clock = shared.clock;
    let mut scope = Scope::of(state, stay, thread, shared);
    let data = scope.select(&state.flow.input, &stay.input)?;
    let until = match delay {
        #[expect(clippy::cast_precision_loss, reason = "seconds far below 2^53")]
        Delay::Seconds(given) => moment::after(clock, scope.whole("Seconds", given, &data)? as f64),
        Delay::Until(given) => {
            let value = scope.given(given, &data)?;
            let until = value.as_str().and_then(moment::read);
            until.ok_or_else(|| Failure::runtime(format!("The value of `Timestamp` is no timestamp, but {value}")))?
        }
    };
    stay.doing = Doing::Wait { until };
    Ok(())
}

fn failure_of(
    [error, cause]: [Option<&Given>; 2],
    state: &State,
    stay: &Stay,
    thread: &Thread,
    shared: &mut Shared,
) -> Result<Failure, Failure> {
    let mut scope = Scope::of(state, stay, thread, shared);
    let mut text = |given: Option<&Given>| -> Result<String, Failure> {
        let Some(given) = given else { return Ok(String::new()) };
        match scope.given(given, &stay.input)? {
            Value::String(text) => Ok(text),
            other => Err(Failure::runtime(format!("Errors and causes are texts, not {other}"))),
        }
    };
    Ok(Failure { error: text(error)?, cause: text(cause)? })
}

/// Variables that are assigned; `data` is `$` of JSONPath.
fn assigned(scope: &mut Scope, assign: Option<&Value>, data: &Value) -> Result<Map<String, Value>, Failure> {
    let Some(template) = assign else { return Ok(Map::new()) };
    match scope.fill(template, data)? {
        Value::Object(variables) => Ok(variables),
        other => Err(Failure::runtime(format!("Variables are assigned by an object, not by {other}"))),
    }
}

/// The exit of a state that has no result: what comes in goes out.
fn plain_exit<'s>(state: &'s State, stay: &Stay, thread: &Thread, shared: &mut Shared) -> Result<Exit<'s>, Failure> {
    let mut scope = Scope::of(state, stay, thread, shared);
    let data = scope.select(&state.flow.input, &stay.input)?;
    let assigned = assigned(&mut scope, state.assign.as_ref(), &data)?;
    let output = match &state.flow.output {
        Some(template) => scope.fill(template, &data)?,
        None => scope.select(&state.flow.output_path, &data)?,
    };
    Ok(Exit { next: state.next.as_deref(), output, assigned })
}

fn pass<'s>(
    state: &'s State,
    result: Option<&Value>,
    stay: &Stay,
    thread: &Thread,
    shared: &mut Shared,
) -> Result<Exit<'s>, Failure> {
    if state.language == Language::Jsonata {
        return plain_exit(state, stay, thread, shared);
    }
    let mut scope = Scope::of(state, stay, thread, shared);
    let data = scope.select(&state.flow.input, &stay.input)?;
    let result = match (result, &state.flow.parameters) {
        (Some(result), _) => result.clone(),
        (None, Some(template)) => scope.fill(template, &data)?,
        (None, None) => data,
    };
    result_exit(state, stay, &result, thread, shared)
}

fn choose<'s>(state: &'s State, stay: &Stay, thread: &Thread, shared: &mut Shared) -> Result<Exit<'s>, Failure> {
    let StateKind::Choice(rules, default) = &state.kind else { return plain_exit(state, stay, thread, shared) };
    let mut scope = Scope::of(state, stay, thread, shared);
    let data = scope.select(&state.flow.input, &stay.input)?;
    for rule in rules {
        if scope.holds(&rule.test, &data)? {
            let assigned = assigned(&mut scope, rule.assign.as_ref(), &data)?;
            let output = match &rule.output {
                Some(template) => scope.fill(template, &data)?,
                None => scope.select(&state.flow.output_path, &data)?,
            };
            return Ok(Exit { next: Some(&rule.next), output, assigned });
        }
    }
    let Some(default) = default else {
        return Err(Failure::new(NO_CHOICE, format!("No choice fits the input {data}")));
    };
    Ok(Exit { next: Some(default), ..plain_exit(state, stay, thread, shared)? })
}

/// The exit of a state with a result.
fn result_exit<'s>(
    state: &'s State,
    stay: &Stay,
    result: &Value,
    thread: &Thread,
    shared: &mut Shared,
) -> Result<Exit<'s>, Failure> {
    let mut scope = Scope::of(state, stay, thread, shared).with_result(result);
    // What `$` is in `Assign` where there is a `ResultSelector` is not published: here the result as it came (?).
    let assigned = assigned(&mut scope, state.assign.as_ref(), result)?;
    let output = match (state.language, &state.flow.output) {
        (Language::Jsonata, Some(template)) => scope.fill(template, result)?,
        (Language::Jsonata, None) => result.clone(),
        (Language::JsonPath, _) => {
            let selected = match &state.flow.selector {
                Some(template) => scope.fill(template, result)?,
                None => result.clone(),
            };
            let combined = combined(&state.flow.result, &stay.input, selected)?;
            scope.select(&state.flow.output_path, &combined)?
        }
    };
    Ok(Exit { next: state.next.as_deref(), output, assigned })
}

/// A result in the place of the input, or put into it.
fn combined(place: &Selection, input: &Value, result: Value) -> Result<Value, Failure> {
    match place {
        Selection::All => Ok(result),
        Selection::Nothing => Ok(input.clone()),
        Selection::At(path) => {
            let mut whole = input.clone();
            let put = path.put(&mut whole, result);
            put.map(|()| whole).ok_or_else(|| {
                Failure::new(
                    RESULT_PATH,
                    format!("The result cannot be put where ResultPath says in the input {input}"),
                )
            })
        }
    }
}

fn leave_or_fail(
    exit: Result<Exit, Failure>,
    state: &State,
    stay: &mut Stay,
    thread: &mut Thread,
    shared: &mut Shared,
) -> Progress {
    let left = exit.and_then(|exit| {
        let output = limited(&stay.state, exit.output)?;
        for value in exit.assigned.values() {
            limited(&stay.state, value.clone())?;
        }
        Ok(leave(&Exit { output, ..exit }, state, stay, thread, shared))
    });
    match left {
        Ok(at) => Progress::Left(at),
        Err(failure) => fail(failure, state, stay, thread, shared),
    }
}

fn leave(exit: &Exit, state: &State, stay: &Stay, thread: &mut Thread, shared: &mut Shared) -> At {
    let mut details =
        json!({ "name": stay.state, "output": exit.output.to_string(), "outputDetails": { "truncated": false } });
    if !exit.assigned.is_empty() {
        let texts: Map<String, Value> =
            exit.assigned.iter().map(|(name, value)| (name.clone(), value.to_string().into())).collect();
        details["assignedVariables"] = texts.into();
        details["assignedVariablesDetails"] = json!({ "truncated": false });
    }
    let kind = format!("{}StateExited", type_name(state));
    shared.event(thread, &kind, Some(("stateExitedEventDetails", details)));
    thread.variables.extend(exit.assigned.clone());
    match exit.next {
        Some(next) => At::Enter { state: next.to_owned(), input: exit.output.clone() },
        None => At::Ended(Ok(exit.output.clone())),
    }
}

/// What a state does wrong by itself says where.
fn told(stay: &Stay, mut failure: Failure) -> Failure {
    let own = [RUNTIME, PARAMETER_PATH, INTRINSIC, RESULT_PATH, NO_CHOICE, QUERY, DATA_LIMIT];
    if own.contains(&failure.error.as_str()) && !failure.cause.starts_with(PREFIX) {
        failure.cause =
            format!("{PREFIX} '{}' (entered at the event id #{}). {}", stay.state, stay.entered_event, failure.cause);
    }
    failure
}

/// An error is tried again, or caught, or ends the thread.
fn fail(failure: Failure, state: &State, stay: &mut Stay, thread: &mut Thread, shared: &mut Shared) -> Progress {
    let is_evaluation = failure.error == QUERY && !failure.cause.starts_with(PREFIX);
    let failure = told(stay, failure);
    if is_evaluation {
        let details = json!({ "error": failure.error, "cause": failure.cause, "state": stay.state });
        shared.event(thread, "EvaluationFailed", Some(("evaluationFailedEventDetails", details)));
    }
    let retrier = state.retry.iter().position(|one| one.errors.iter().any(|name| failure.is_meant_by(name)));
    if let Some(retrier) = retrier
        && let (Some(rule), Some(used)) = (state.retry.get(retrier), stay.retries.get_mut(retrier))
        && *used < rule.attempts
    {
        let seconds = pause(rule, *used, shared);
        *used += 1;
        stay.doing = Doing::Retry { until: moment::after(shared.clock, seconds) };
        return Progress::Moved;
    }
    let catcher = state.catch.iter().find(|one| one.errors.iter().any(|name| failure.is_meant_by(name)));
    let Some(catcher) = catcher else { return Progress::Left(At::Ended(Err(failure))) };
    let caught = caught(catcher, &failure, state, stay, thread, shared);
    match caught.and_then(|exit| Ok(Exit { output: limited(&stay.state, exit.output)?, ..exit })) {
        Ok(exit) => Progress::Left(leave(&exit, state, stay, thread, shared)),
        Err(failure) => Progress::Left(At::Ended(Err(told(stay, failure)))),
    }
}

/// Seconds before the next try.
fn pause(rule: &Retrier, used: u32, shared: &mut Shared) -> f64 {
    let exponent = i32::try_from(used).unwrap_or(i32::MAX);
    let seconds = (rule.interval * rule.backoff.powi(exponent)).min(rule.longest.unwrap_or(f64::MAX));
    if rule.has_jitter { seconds * shared.chance.fraction() } else { seconds }
}

fn caught<'s>(
    catcher: &'s Catcher,
    failure: &Failure,
    state: &State,
    stay: &Stay,
    thread: &Thread,
    shared: &mut Shared,
) -> Result<Exit<'s>, Failure> {
    let error = json!({ "Error": failure.error, "Cause": failure.cause });
    let mut scope = Scope::of(state, stay, thread, shared).with_error(&error);
    let assigned = assigned(&mut scope, catcher.assign.as_ref(), &error)?;
    let output = match (state.language, &catcher.output) {
        (Language::Jsonata, Some(template)) => scope.fill(template, &error)?,
        (Language::Jsonata, None) => error,
        (Language::JsonPath, _) => combined(&catcher.result, &stay.input, error)?,
    };
    Ok(Exit { next: Some(&catcher.next), output, assigned })
}

fn begin_parallel(
    state: &State,
    machines: &[Machine],
    stay: &mut Stay,
    thread: &mut Thread,
    shared: &mut Shared,
) -> Result<(), Failure> {
    let mut scope = Scope::of(state, stay, thread, shared);
    let data = scope.select(&state.flow.input, &stay.input)?;
    let input = match (&state.flow.parameters, &state.flow.arguments) {
        (Some(template), _) | (None, Some(template)) => scope.fill(template, &data)?,
        (None, None) => data,
    };
    let input = limited(&stay.state, input)?;
    let started = shared.event(thread, "ParallelStateStarted", None);
    let branches = machines.iter().map(|machine| thread.inner(machine, input.clone(), started)).collect();
    stay.doing = Doing::Parallel { branches };
    Ok(())
}

fn parallel(
    state: &State,
    stay: &mut Stay,
    mut branches: Vec<Thread>,
    thread: &mut Thread,
    shared: &mut Shared,
) -> Result<Option<Value>, Failure> {
    let StateKind::Parallel(machines) = &state.kind else { return Err(no_state(&stay.state)) };
    let mut results = Vec::new();
    for (branch, machine) in branches.iter_mut().zip(machines) {
        advance(branch, machine, shared);
        match &branch.at {
            At::Ended(Ok(output)) => results.push(output.clone()),
            At::Ended(Err(failure)) => {
                let failure = failure.clone();
                thread.last_event = branch.last_event;
                shared.event(thread, "ParallelStateFailed", None);
                return Err(failure);
            }
            _ => {}
        }
    }
    if results.len() < branches.len() {
        stay.doing = Doing::Parallel { branches };
        return Ok(None);
    }
    thread.last_event = branches.iter().map(|branch| branch.last_event).max().unwrap_or(thread.last_event);
    shared.event(thread, "ParallelStateSucceeded", None);
    Ok(Some(results.into()))
}

impl Thread {
    /// A thread inside of this one: it sees the variables that there are now.
    pub(super) fn inner(&self, machine: &Machine, input: Value, after: u64) -> Self {
        Self {
            variables: self.variables.clone(),
            last_event: after,
            item: self.item.clone(),
            quiet: self.quiet.map(|_| 0),
            ..Self::new(&machine.start, input)
        }
    }
}
