//! Execution environments that wait for further events, and how many run at once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::environment::ExecutionEnvironment;
use super::target::Target;
use crate::error::AwsError;

/// How many invocations an account may have at once.
const ACCOUNT_CONCURRENCY: usize = 1_000;

/// The environments of a server that are not at work.
pub(super) struct Pool {
    state: Arc<Mutex<State>>,
    /// How many events wait for their function, or are with it.
    queued: watch::Sender<usize>,
}

impl Default for Pool {
    fn default() -> Self {
        Self { state: Arc::default(), queued: watch::Sender::new(0) }
    }
}

#[derive(Default)]
struct State {
    closed: bool,
    /// Environments by function (region and name) and by version and revision.
    idle: BTreeMap<Function, BTreeMap<Revision, Vec<ExecutionEnvironment>>>,
    /// Invocations at work, by function.
    at_work: BTreeMap<Function, usize>,
}

type Function = (String, String);
type Revision = (String, String);

fn function(target: &Target) -> Function {
    (target.region.clone(), target.name.clone())
}

fn revision(target: &Target) -> Revision {
    (target.version.clone(), target.revision.clone())
}

impl Pool {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts an invocation until its slot is dropped, unless there are too many.
    pub(super) fn enter(&self, target: &Target) -> Result<Slot, AwsError> {
        let mut state = self.state();
        let throttled = |reason: &str| {
            Err(AwsError::new(429, "TooManyRequestsException", "Rate Exceeded.")
                .with("Type", "User")
                .with("Reason", reason))
        };
        if state.at_work.values().sum::<usize>() >= ACCOUNT_CONCURRENCY {
            return throttled("ConcurrentInvocationLimitExceeded");
        }
        let function = function(target);
        let own = state.at_work.entry(function.clone()).or_default();
        if target.concurrency.is_some_and(|limit| *own >= limit) {
            return throttled("ReservedFunctionConcurrentInvocationLimitExceeded");
        }
        *own += 1;
        Ok(Slot { state: Arc::clone(&self.state), function })
    }

    /// An environment that is warm. Those of revisions of the same version that are no longer there end here.
    pub(super) fn take(&self, target: &Target) -> Option<ExecutionEnvironment> {
        let mut state = self.state();
        let revisions = state.idle.get_mut(&function(target))?;
        let wanted = revision(target);
        revisions.retain(|(version, revision), _| *version != wanted.0 || *revision == wanted.1);
        let environments = revisions.get_mut(&wanted)?;
        while let Some(mut environment) = environments.pop() {
            if environment.is_alive() {
                return Some(environment);
            }
        }
        None
    }

    pub(super) fn put_back(&self, target: &Target, environment: ExecutionEnvironment) {
        let mut state = self.state();
        if !state.closed {
            let revisions = state.idle.entry(function(target)).or_default();
            revisions.entry(revision(target)).or_default().push(environment);
        }
    }

    /// Ends all environments that are idle; none is kept any more.
    pub(super) fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        state.idle.clear();
    }

    /// Counts a queued event until this is dropped.
    pub(super) fn queued(&self) -> Queued {
        self.queued.send_modify(|count| *count += 1);
        Queued(self.queued.clone())
    }

    /// Waits until no event is queued.
    pub(super) async fn queue_is_empty(&self) {
        // The sender is in `self`: the wait ends with the count, never with the channel.
        let _count = self.queued.subscribe().wait_for(|count| *count == 0).await.is_ok();
    }
}

/// An invocation at work.
pub(super) struct Slot {
    state: Arc<Mutex<State>>,
    function: Function,
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = state.at_work.get_mut(&self.function) {
            *count -= 1;
        }
    }
}

/// A queued event.
pub(crate) struct Queued(watch::Sender<usize>);

impl Drop for Queued {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}
