//! Calls of resource handlers, with what goes wrong in them.

use serde_json::Value;
use uuid::Uuid;

use super::operation::Action;
use super::step::{Outcome, Step, Subject};
use crate::cloudformation::state::Tag;
use crate::cloudformation::state::properties;
use crate::error::AwsError;
use crate::faults;
use crate::handler::properties::violation;
use crate::handler::{Context, HandlerError, HandlerErrorCode, HandlerResult, Properties, ResourceHandler};

/// How often a handler is called again that was told to slow down or whose service failed.
const MOST_ATTEMPTS: u32 = 5;

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
        match violation(type_name, &ready).filter(|_| check) {
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
