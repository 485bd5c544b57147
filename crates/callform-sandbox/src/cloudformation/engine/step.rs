//! A step of one stack's operation: where it works, what on, and how its parts end.

use super::operation::{Action, Operation};
use crate::cloudformation::state::Stack;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::handler::HandlerRegistry;
use crate::store::Tx;

/// What a step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Nothing: no stack has an operation under way, or all wait for something.
    Idle,
    /// A part of some stack's operation.
    Worked,
}

/// A step of one stack's operation: where it works and what on.
pub(crate) struct Step<'a> {
    pub(crate) environment: Environment<'a>,
    pub(crate) registry: &'a HandlerRegistry,
    pub(crate) stack: Stack,
    pub(crate) operation: Operation,
}

impl Step<'_> {
    pub(crate) fn tx(&self) -> &Tx<'_> {
        self.environment.tx
    }

    pub(crate) fn stack_id(&self) -> &str {
        &self.stack.id
    }

    pub(crate) fn save_operation(&self) -> Result<(), AwsError> {
        self.operation.save(self.tx(), self.stack_id())
    }
}

/// How a handler's call ended.
#[derive(Debug)]
pub(crate) enum Outcome<T> {
    /// It worked.
    Done(T),
    /// It failed for a reason that passes: the same again.
    Again,
    /// It takes time, and has begun.
    Begun,
    /// It takes time, and nothing has changed since it was last asked for.
    Waiting,
    /// It failed: the reason as the event gives it.
    Failed(String),
    /// It failed, and yet there is something with this physical id now.
    FailedAs(String, String),
    /// There is nothing with this id.
    Gone(String),
}

impl<T> Outcome<T> {
    /// The same outcome with something else made of what was done.
    pub(crate) fn map<R>(self, change: impl FnOnce(T) -> R) -> Outcome<R> {
        match self {
            Self::Done(done) => Outcome::Done(change(done)),
            Self::Again => Outcome::Again,
            Self::Begun => Outcome::Begun,
            Self::Waiting => Outcome::Waiting,
            Self::Failed(reason) => Outcome::Failed(reason),
            Self::FailedAs(physical_id, reason) => Outcome::FailedAs(physical_id, reason),
            Self::Gone(reason) => Outcome::Gone(reason),
        }
    }
}

/// A resource that a handler is called for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) logical_id: &'a str,
    pub(crate) type_name: &'a str,
    pub(crate) action: Action,
    pub(crate) attempts: u32,
}
