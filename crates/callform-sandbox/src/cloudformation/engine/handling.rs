//! Calls of resource handlers, with what goes wrong in them.

use serde_json::Value;
use uuid::Uuid;

use super::Step;
use super::native::{Job, Native, Order};
use super::operation::Action;
use crate::cloudformation::properties;
use crate::cloudformation::state::Tag;
use crate::error::AwsError;
use crate::faults;
use crate::handler::{Context, HandlerError, HandlerErrorCode, HandlerResult, Properties, ResourceHandler};

/// How often a handler is called again that was told to slow down or whose service failed.
const MOST_ATTEMPTS: u32 = 5;

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

impl Step<'_> {
    /// Calls a handler. What it wrote before it failed is undone.
    pub(crate) fn call<T>(
        &self,
        subject: Subject,
        work: impl FnOnce(&dyn ResourceHandler, &Context) -> HandlerResult<T>,
    ) -> Result<Outcome<T>, AwsError> {
        let verb = match subject.action {
            Action::Create | Action::Import => "create",
            Action::Update | Action::Replace => "update",
            Action::Delete => "delete",
        };
        if let Some(reason) = faults::resource_failure(&self.environment, subject.logical_id, verb)? {
            return Ok(Outcome::Failed(reason));
        }
        let Some(handler) = self.registry.get(subject.type_name) else {
            return Ok(Outcome::Failed(format!("Unrecognized resource types: [{}]", subject.type_name)));
        };
        let token = format!("{}-{}-{verb}", self.operation.id, subject.logical_id);
        let context = Context {
            environment: self.environment,
            token: &token,
            stack_name: &self.stack.name,
            logical_id: subject.logical_id,
        };
        let outcome = self.tx().attempt(|| work(handler.as_ref(), &context))?;
        Ok(match outcome {
            Ok(done) => Outcome::Done(done),
            Err(error) if passes(error.code) && subject.attempts < MOST_ATTEMPTS => Outcome::Again,
            Err(error) if error.code == HandlerErrorCode::NotFound => Outcome::Gone(reason(&error, &token)),
            Err(error) => Outcome::Failed(reason(&error, &token)),
        })
    }

    /// Begins a job of the engine's own, or looks how far it is. What it wrote before it failed is undone.
    pub(crate) fn take(&self, native: Native, job: Job) -> Result<Outcome<String>, AwsError> {
        let verb = match job.order {
            Order::Create { .. } => "create",
            Order::Update { .. } => "update",
            Order::Delete { .. } => "delete",
        };
        if let Some(reason) = faults::resource_failure(&self.environment, job.logical_id, verb)? {
            return Ok(Outcome::Failed(reason));
        }
        native.perform(self, job)
    }

    /// The properties a handler gets; `Err` holds the reason to refuse them.
    pub(crate) fn handler_properties(
        &self,
        type_name: &str,
        properties: &Value,
        tags: &[Tag],
        check: bool,
    ) -> Result<Properties, String> {
        let ready =
            properties::for_handler(&self.environment, type_name, properties, tags).map_err(|error| error.message)?;
        match properties::violation(type_name, &ready).filter(|_| check) {
            Some(reason) => Err(reason),
            None => Ok(ready),
        }
    }
}

fn passes(code: HandlerErrorCode) -> bool {
    matches!(code, HandlerErrorCode::Throttling | HandlerErrorCode::ServiceInternalError)
}

/// The reason in the event of a resource whose handler failed.
fn reason(error: &HandlerError, token: &str) -> String {
    let token = Uuid::new_v5(&Uuid::NAMESPACE_OID, token.as_bytes());
    format!(
        "Resource handler returned message: \"{}\" (RequestToken: {token}, HandlerErrorCode: {:?})",
        error.message, error.code
    )
}
