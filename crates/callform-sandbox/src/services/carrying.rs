//! What a service says of work that it does without a request; see [`crate::streaming`].

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::error::AwsError;
use crate::handler::Environment;
use crate::store::Tx;

/// One kind of work that nobody asks for: records that travel, times that come, calls that go on.
///
/// All that is known of it is in the store, so that a process may die at any time and the next one goes on. Whoever has
/// such work implements this and puts itself into the list of [`crate::streaming`]; nothing else is needed for it to be
/// done by the worker, in the order of its times, and to be gone through by `callform sandbox advance`.
pub(crate) trait Carrier: Sync {
    /// Region and name of each thing that there is work on, or that waits for a time. What has neither may be left out.
    fn all(&self, tx: &Tx) -> Result<Vec<(String, String)>, AwsError>;

    /// Does the next thing that is due at `environment.now`, in the transaction of the environment, or says which
    /// function has to be invoked first. Idle where nothing is due: never "worked" without having changed something.
    fn step(&self, environment: &Environment, name: &str) -> Result<Step, AwsError>;

    /// Takes the answer of an invocation that [`Self::step`] asked for, in a transaction of its own. It is not called
    /// where the process died in between: `step` is then asked again, and should ask for the same invocation.
    fn settle(
        &self,
        _environment: &Environment,
        _name: &str,
        _invocation: &Invocation,
        _answer: &Answer,
    ) -> Result<(), AwsError> {
        Ok(())
    }

    /// When [`Self::step`] has something to do next: `environment.now` or before where it would do something at once,
    /// later where it waits for the clock, `None` where it waits for something else, such as a request.
    ///
    /// The two have to agree: work that is due and is not done keeps `callform sandbox advance` from ever ending, work
    /// that is done without having been said to be due is done late by it.
    fn next_due(&self, environment: &Environment, name: &str) -> Result<Option<SystemTime>, AwsError>;

    /// Puts right what became due while no process served the sandbox; called once when one begins to work.
    fn catch_up(&self, _environment: &Environment) -> Result<(), AwsError> {
        Ok(())
    }
}

/// The time of so many milliseconds since 1970.
pub(crate) fn time_of(milliseconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(milliseconds)
}

/// What a step did, or needs.
#[derive(Debug, PartialEq)]
pub(crate) enum Step {
    /// Nothing is due.
    Idle,
    /// Something was done; there may be more.
    Worked,
    /// A function has to be invoked, outside of any transaction.
    Invoke(Invocation),
}

/// A function to invoke.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Invocation {
    /// ARN of the function, with its qualifier.
    pub(crate) function: String,
    /// The event, as JSON.
    pub(crate) payload: Vec<u8>,
    /// Which part of the consumer it is for: the shard of an event source mapping.
    pub(crate) part: u64,
}

/// Why an invocation has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvocationError {
    /// The function is not there, or could not be started.
    #[error("{0}")]
    NotInvoked(String),
    /// It took longer than its timeout.
    #[error("{0}")]
    TimedOut(String),
    /// It answered with an error.
    #[error("{0}")]
    Failed(String),
}

/// A function's answer, or why there is none.
pub(crate) type Answer = Result<Vec<u8>, InvocationError>;
