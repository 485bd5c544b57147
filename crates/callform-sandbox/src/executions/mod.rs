//! Who carries executions on: the worker, one thing after the other by the sandbox's time.
//!
//! What an execution asks of another service of the sandbox is done, and answered, in one transaction. A function runs
//! outside of any, several at a time; where the process dies meanwhile, the next one runs it again. Times pass in their
//! order and not before functions have answered that were asked earlier (see [`crate::states::flights`]), so that hours
//! by `callform sandbox advance` leave the history that hours would have left.

mod files;
mod functions;
pub(crate) mod sdk;
mod sync;
mod tasks;

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use callform_states::{Failure, Moment, Request};
use serde_json::Value;

use crate::dispatch::Sandbox;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::services::carrying::{Carrier, Step, time_of};
use crate::states::{self, Requested, flights};
use crate::store::{Store, Tx};

pub(crate) use sync::{answer, is_synchronous};

/// Functions that run for executions at a time.
const MOST_FUNCTIONS: usize = 64;

/// Tells whether the worker is to end.
pub(crate) type Stopped = Arc<dyn Fn() -> bool + Send + Sync>;

/// What became of a request.
enum Done {
    /// Its result.
    Settled(Result<Value, Failure>),
    /// It is on its way, and this is what is known of it.
    Submitted(Value),
    /// Another execution was begun, whose end is waited for. It takes no step before that is known.
    Began { arn: String, output: Value },
}

/// Carries executions on until nothing is due.
pub(crate) fn carry_on(sandbox: &Arc<Sandbox>, store: &Store, stopped: &Stopped) -> Result<(), AwsError> {
    while !stopped() && (work(sandbox, store, stopped)? || pass(sandbox, store)?) {}
    Ok(())
}

/// Executions, as work that nobody asks for. A thread of its own does it; here it is only said when there is some.
pub(crate) struct Executions;

impl Carrier for Executions {
    fn all(&self, _: &Tx) -> Result<Vec<(String, String)>, AwsError> {
        Ok(vec![Default::default()])
    }

    fn step(&self, _: &Environment, _: &str) -> Result<Step, AwsError> {
        Ok(Step::Idle)
    }

    fn next_due(&self, environment: &Environment, _: &str) -> Result<Option<SystemTime>, AwsError> {
        if !states::is_settled(environment.tx, environment.now)? {
            return Ok(Some(environment.now));
        }
        let due = states::due(environment.tx)?;
        Ok(due.and_then(|due| u64::try_from(due.at).ok()).map(time_of))
    }
}

/// Takes the oldest request that nobody is at. False where there is none.
fn work(sandbox: &Arc<Sandbox>, store: &Store, stopped: &Stopped) -> Result<bool, AwsError> {
    let requested = store.transaction(states::requested)?;
    let free = requested.into_iter().find(|(key, _)| !flights::has(&sandbox.folder, key));
    let Some((key, requested)) = free else { return Ok(false) };
    let call = store.transaction(|tx| carry_out(sandbox, tx, &key, &requested))?;
    let Some((call, request)) = call else { return Ok(true) };
    if flights::count(&sandbox.folder) >= MOST_FUNCTIONS || !flights::begin(&sandbox.folder, &key, requested.since) {
        return Ok(false);
    }
    let flight = Flight { sandbox: Arc::clone(sandbox), key: key.clone(), requested };
    let stopped = Arc::clone(stopped);
    let started = std::thread::Builder::new()
        .name("sandbox-execution".to_owned())
        .spawn(move || flight.run(&call, &request, &stopped));
    if let Err(error) = started {
        flights::end(&sandbox.folder, &key);
        return Err(AwsError::new(507, "SandboxFailure", format!("No thread could be started: {error}")));
    }
    Ok(true)
}

/// Carries a request out, unless a function has to run for it.
fn carry_out(
    sandbox: &Arc<Sandbox>,
    tx: &Tx,
    key: &str,
    requested: &Requested,
) -> Result<Option<(functions::Call, Request)>, AwsError> {
    let environment = at(sandbox, tx, &requested.region, requested.since);
    let Some(request) = states::asked(&environment, key, requested)? else { return Ok(None) };
    if let Some(call) = functions::call(&request) {
        return Ok(Some((call, request)));
    }
    let done = tasks::perform(&environment, &requested.arn, &request)?;
    conclude(&environment, requested, &request, done, requested.since)?;
    Ok(None)
}

/// The environment of something that happens at a time.
fn at<'a>(sandbox: &'a Sandbox, tx: &'a Tx<'a>, region: &'a str, at: Moment) -> Environment<'a> {
    let since_1970 = Duration::from_millis(u64::try_from(at).unwrap_or_default());
    let now = UNIX_EPOCH.checked_add(since_1970).unwrap_or(UNIX_EPOCH);
    Environment { now, ..sandbox.environment(tx, region) }
}

/// Tells an execution what became of its request.
fn conclude(
    environment: &Environment,
    requested: &Requested,
    request: &Request,
    done: Done,
    at: Moment,
) -> Result<(), AwsError> {
    let began = match &done {
        Done::Began { arn, .. } => Some(arn.clone()),
        Done::Settled(_) | Done::Submitted(_) => None,
    };
    let told = states::change(environment, &requested.arn, None, |execution| {
        Ok(match done {
            Done::Settled(result) => execution.settle(request.id, result, at),
            Done::Submitted(output) | Done::Began { output, .. } => execution.submit(request.id, &output, at),
        })
    })?;
    if let Some(arn) = began {
        states::change(environment, &arn, None, |_| Ok(()))?;
    }
    if told.is_none_or(|told| told.is_err()) {
        tracing::info!(execution = requested.arn, "sandbox: nobody waits for the result of a task any more");
    }
    Ok(())
}

/// Lets the next time come that somebody waits for. False where it is yet to come.
fn pass(sandbox: &Arc<Sandbox>, store: &Store) -> Result<bool, AwsError> {
    let now = flights::now(&sandbox.folder, states::moment(crate::clock::now(&sandbox.folder)));
    store.transaction(|tx| {
        let Some(due) = states::due(tx)?.filter(|due| due.at <= now) else { return Ok(false) };
        let environment = at(sandbox, tx, &due.region, due.at);
        states::change(&environment, &due.arn, Some(due.at), |_| Ok(()))?;
        Ok(true)
    })
}

/// A function on its way.
struct Flight {
    sandbox: Arc<Sandbox>,
    key: String,
    requested: Requested,
}

impl Flight {
    fn run(self, call: &functions::Call, request: &Request, stopped: &Stopped) {
        let began = Instant::now();
        let done = call.run(&self.sandbox, &self.requested.region, stopped);
        // What the end of the worker has kept from running is run by the next one.
        if let Some(done) = done {
            let at_end = self.requested.since.saturating_add(flights::elapsed(began));
            let told = self.sandbox.store.transaction(|tx| {
                let environment = at(&self.sandbox, tx, &self.requested.region, at_end);
                conclude(&environment, &self.requested, request, done, at_end)
            });
            if let Err(error) = told {
                tracing::error!(%error, "sandbox: the answer of a function was not noted; it will run again");
            }
        }
        flights::end(&self.sandbox.folder, &self.key);
    }
}
