//! The operation `Invoke` on the wire.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value;
use uuid::Uuid;

use super::blocking;
use crate::dispatch::{Outcome, Request, Sandbox, operation_name};
use crate::error::AwsError;
use crate::functions::{Invocation, Invoked};
use crate::protocol::Service;
use crate::protocol::answer::{self, Answer};
use crate::protocol::form::query_parameters;
use crate::services::lambda;

/// How much of the log a caller gets, in bytes.
const TAIL: usize = 4 * 1024;

/// True for a request that runs a function; it must not be answered in a transaction.
pub(crate) fn is_invocation(request: &Request) -> bool {
    request.service == Service::Lambda && operation_name(request.service, &request.head, &request.body) == "Invoke"
}

/// Answers such a request.
pub(crate) async fn answer(sandbox: Arc<Sandbox>, request: Request) -> Outcome {
    let request = Arc::new(request);
    let (mut outcome, fated) = fate(&sandbox, &request).await;
    let answered = match fated {
        Ok(()) => invoke(&sandbox, &request).await,
        Err(error) => Err(error),
    };
    outcome.answer = answered.unwrap_or_else(|error| answer::error(Service::Lambda, Service::Lambda.wire(), &error));
    outcome
}

/// What befalls a request that is answered beside the transactions.
pub(crate) async fn fate(sandbox: &Arc<Sandbox>, request: &Arc<Request>) -> (Outcome, Result<(), AwsError>) {
    let mut outcome = Outcome::new();
    let (sandbox, request) = (Arc::clone(sandbox), Arc::clone(request));
    let fated = blocking(move || {
        let fated = sandbox.fate(&request, &mut outcome);
        Ok((outcome, fated))
    });
    fated.await.unwrap_or_else(|error| (Outcome::new(), Err(error)))
}

async fn invoke(sandbox: &Arc<Sandbox>, request: &Request) -> Result<Answer, AwsError> {
    let head = &request.head;
    let (_, _, labels) = lambda::route(head.method.as_str(), head.uri.path())
        .ok_or_else(|| AwsError::unsupported("Lambda", head.uri.path()))?;
    let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let invocation = Invocation {
        region: request.region.clone().unwrap_or_else(|| sandbox.region.clone()),
        function: labels.get("FunctionName").and_then(Value::as_str).unwrap_or_default().to_owned(),
        qualifier: query_parameters(head.uri.query().unwrap_or_default())
            .into_iter()
            .find_map(|(name, value)| (name == "Qualifier").then_some(value)),
        payload: request.body.clone(),
    };
    match header("x-amz-invocation-type") {
        "" | "RequestResponse" => {
            let invoked = sandbox.invoke(invocation).await?;
            Ok(respond(invoked, header("x-amz-log-type") == "Tail"))
        }
        "Event" => {
            let target = sandbox.target(&invocation).await?;
            sandbox.queue(target, invocation.payload, Uuid::new_v4().to_string());
            Ok(Answer::empty(202))
        }
        "DryRun" => {
            sandbox.target(&invocation).await?;
            Ok(Answer::empty(204))
        }
        other => Err(AwsError::new(
            400,
            "InvalidParameterValueException",
            format!(
                "Value '{other}' at 'invocationType' failed to satisfy constraint: Member must satisfy enum value set: [Event, RequestResponse, DryRun]"
            ),
        )),
    }
}

fn respond(invoked: Invoked, with_log: bool) -> Answer {
    let mut answer =
        Answer::new(200, "application/json", invoked.payload).header("x-amz-executed-version", invoked.version);
    if invoked.failed {
        answer = answer.header("x-amz-function-error", "Unhandled");
    }
    if with_log {
        let log = invoked.log.as_bytes();
        let tail = log.get(log.len().saturating_sub(TAIL)..).unwrap_or_default();
        answer = answer.header("x-amz-log-result", BASE64.encode(tail));
    }
    answer
}
