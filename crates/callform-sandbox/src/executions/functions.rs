//! Tasks that functions do: `lambda:invoke`, and the ARN of a function by itself.

use std::sync::Arc;

use callform_states::{Failure, Pattern, Request, Resource, Work};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Done, Stopped};
use crate::dispatch::Sandbox;
use crate::error::AwsError;
use crate::functions::{Invocation, Invoked};

/// A function that is to run.
pub(super) struct Call {
    function: String,
    qualifier: Option<String>,
    payload: Vec<u8>,
    form: Form,
}

/// How its answer comes back.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// The payload alone.
    Bare,
    /// With the payload as JSON.
    Optimized,
    /// With the payload as a text; an error of the function is none of the task.
    Sdk,
    /// Somebody sends the token back.
    Token,
    /// Nobody waits for it.
    Event,
}

/// The function that a request is about; none where it is about something else.
pub(super) fn call(request: &Request) -> Option<Call> {
    let Work::Task { resource, arguments } = &request.work else { return None };
    let (function, form) = match Resource::read(resource) {
        Resource::Function(arn) => (arn, Form::Bare),
        Resource::Service { service, action, pattern } if action == "invoke" => {
            let form = match (service.as_str(), pattern) {
                ("lambda", Pattern::Response) => Form::Optimized,
                ("lambda" | "aws-sdk:lambda", Pattern::Token) => Form::Token,
                ("aws-sdk:lambda", Pattern::Response) => Form::Sdk,
                _ => return None,
            };
            let is_event = arguments.get("InvocationType").and_then(Value::as_str) == Some("Event");
            let name = arguments.get("FunctionName").and_then(Value::as_str).unwrap_or_default();
            (name.to_owned(), if is_event && form == Form::Optimized { Form::Event } else { form })
        }
        _ => return None,
    };
    let payload = match (form, arguments.get("Payload")) {
        (Form::Bare, _) => arguments.to_string(),
        (Form::Sdk, Some(Value::String(text))) => text.clone(),
        (_, Some(payload)) => payload.to_string(),
        (_, None) => "{}".to_owned(),
    };
    let qualifier = arguments.get("Qualifier").and_then(Value::as_str).filter(|_| form != Form::Bare);
    Some(Call { function, qualifier: qualifier.map(str::to_owned), payload: payload.into_bytes(), form })
}

impl Call {
    /// Runs it. `None` where the end of the worker has kept it from running.
    pub(super) fn run(&self, sandbox: &Arc<Sandbox>, region: &str, stopped: &Stopped) -> Option<Done> {
        let invocation = Invocation {
            region: region.to_owned(),
            function: self.function.clone(),
            qualifier: self.qualifier.clone(),
            payload: self.payload.clone(),
        };
        if self.form == Form::Event {
            sandbox.send(invocation, |_| {});
            return Some(Done::Settled(Ok(described(202, "$LATEST", &"".into()))));
        }
        match sandbox.invoke_blocking(invocation) {
            Err(_) if stopped() => None,
            Err(error) => Some(Done::Settled(Err(not_invoked(&error)))),
            Ok(invoked) => Some(self.done(&invoked)),
        }
    }

    fn done(&self, invoked: &Invoked) -> Done {
        let text = String::from_utf8_lossy(&invoked.payload).into_owned();
        if invoked.failed && self.form != Form::Sdk {
            return Done::Settled(Err(failed(&text)));
        }
        let payload = serde_json::from_slice(&invoked.payload).unwrap_or_else(|_| Value::String(text.clone()));
        match self.form {
            Form::Bare => Done::Settled(Ok(payload)),
            Form::Token => Done::Submitted(described(200, &invoked.version, &payload)),
            Form::Sdk => {
                let mut answer = described(200, &invoked.version, &text.into());
                if invoked.failed {
                    answer["FunctionError"] = "Unhandled".into();
                }
                Done::Settled(Ok(answer))
            }
            Form::Optimized | Form::Event => Done::Settled(Ok(described(200, &invoked.version, &payload))),
        }
    }
}

fn described(status: u16, version: &str, payload: &Value) -> Value {
    json!({
        "ExecutedVersion": version,
        "Payload": payload,
        "SdkHttpMetadata": { "HttpStatusCode": status },
        "SdkResponseMetadata": { "RequestId": Uuid::new_v4().to_string() },
        "StatusCode": status,
    })
}

/// An error of a function is one of the type that it names; its answer is the cause.
fn failed(answer: &str) -> Failure {
    let object: Map<String, Value> = serde_json::from_str(answer).unwrap_or_default();
    let kind = object.get("errorType").and_then(Value::as_str).filter(|kind| !kind.is_empty());
    // Source: Developer Guide, "Handling errors": what a function does not tell of is `Lambda.Unknown`.
    Failure::new(kind.unwrap_or("Lambda.Unknown"), answer)
}

fn not_invoked(error: &AwsError) -> Failure {
    super::sdk::failure("lambda", error)
}
