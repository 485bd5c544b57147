//! What a service says of records that it carries on without a request; see [`crate::streaming`].

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
