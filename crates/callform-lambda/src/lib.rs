//! What the wiring of every function has in common.
//!
//! A function's `main.rs` hands [`run`] two things: how its state is made from the environment, and what it answers.
//! The clock comes with each [`Invocation`], AWS through [`Aws`], which connects when it is first used; what is logged
//! through `tracing` goes to standard output as JSON without phone numbers.

mod aws;
mod environment;
mod log;
mod redact;

use std::process::ExitCode;
use std::time::SystemTime;

use lambda_runtime::{Diagnostic, LambdaEvent, Runtime, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use aws::Aws;
pub use environment::{Environment, EnvironmentError};
pub use redact::without_numbers;

/// Why a function cannot answer, or cannot start.
///
/// Its text goes to the log and to whoever invoked the function, both times without phone numbers.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// What a handler is told about one invocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation {
    /// Lambda's identifier of the request; the same again when Lambda itself retries.
    pub request_id: String,
    /// When the invocation came in.
    pub at: SystemTime,
    /// When Lambda ends the invocation.
    pub deadline: SystemTime,
}

/// Starts a function: makes its state, then answers invocations until Lambda ends the process.
///
/// `start` reads the environment and must not use the network: Lambda waits for it before the first invocation.
/// Returns only when the function cannot start or the Lambda Runtime API is gone.
pub fn run<State, Event, Answer>(
    start: impl FnOnce(&Environment) -> Result<State, Error>,
    handle: impl AsyncFn(&State, Event, Invocation) -> Result<Answer, Error>,
) -> ExitCode
where
    Event: DeserializeOwned,
    Answer: Serialize,
{
    log::to_stdout();
    match start_and_serve(start, handle) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the function ended");
            ExitCode::FAILURE
        }
    }
}

fn start_and_serve<State, Event, Answer>(
    start: impl FnOnce(&Environment) -> Result<State, Error>,
    handle: impl AsyncFn(&State, Event, Invocation) -> Result<Answer, Error>,
) -> Result<(), Error>
where
    Event: DeserializeOwned,
    Answer: Serialize,
{
    let environment = Environment::of_process();
    // The runtime's own answer to their absence is a panic.
    for name in ["AWS_LAMBDA_RUNTIME_API", "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION"] {
        environment.required(name)?;
    }
    environment.parsed::<i32>("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")?;
    let state = start(&environment)?;
    // One invocation at a time: more threads would only cost memory and time to start.
    let executor = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    executor.block_on(serve(&state, handle))
}

async fn serve<State, Event, Answer>(
    state: &State,
    handle: impl AsyncFn(&State, Event, Invocation) -> Result<Answer, Error>,
) -> Result<(), Error>
where
    Event: DeserializeOwned,
    Answer: Serialize,
{
    let service = service_fn(async |event: LambdaEvent<Event>| {
        let invocation = Invocation {
            at: SystemTime::now(),
            deadline: event.context.deadline(),
            request_id: event.context.request_id,
        };
        log::about_request(&invocation.request_id);
        handle(state, event.payload, invocation).await.map_err(|error| told(&error))
    });
    Runtime::new(service).run().await
}

/// An error as Lambda reports it.
fn told(error: &Error) -> Diagnostic {
    Diagnostic { error_type: "FunctionError".to_owned(), error_message: without_numbers(&chain(error.as_ref())) }
}

/// An error with its causes: `cannot store the ranking: connection refused`.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !text.ends_with(&inner_text) {
            text.push_str(": ");
            text.push_str(&inner_text);
        }
        cause = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("cannot call +15550100134")]
    struct Outer(#[source] std::io::Error);

    #[test]
    fn an_error_is_told_with_its_causes_and_without_numbers() {
        let error: Error = Box::new(Outer(std::io::Error::other("line is dead")));
        assert_eq!(told(&error).error_message, "cannot call (number): line is dead");
    }
}
