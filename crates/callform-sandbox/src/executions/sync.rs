//! `StartSyncExecution`: an express execution whose end is waited for. The worker carries it on, so it must not be
//! answered in a transaction.

use std::sync::Arc;
use std::time::Duration;

use callform_states::Status;
use serde_json::{Map, Value, json};

use crate::dispatch::{Outcome, Request, Sandbox, operation_name};
use crate::error::AwsError;
use crate::invocations::{blocking, fate};
use crate::protocol::Service;
use crate::protocol::answer::{self, Answer};
use crate::states::{Record, Start, record, start};

/// How often it is asked whether the execution is over.
const ASK: Duration = Duration::from_millis(10);

/// True for a request that waits for an execution.
pub(crate) fn is_synchronous(request: &Request) -> bool {
    request.service == Service::StepFunctions
        && operation_name(request.service, &request.head, &request.body) == "StartSyncExecution"
}

/// Answers such a request.
pub(crate) async fn answer(sandbox: Arc<Sandbox>, request: Request) -> Outcome {
    let request = Arc::new(request);
    let (mut outcome, fated) = fate(&sandbox, &request).await;
    let answered = match fated {
        Ok(()) => run(&sandbox, &request).await,
        Err(error) => Err(error),
    };
    let wire = Service::StepFunctions.spoken(&request.head.headers);
    outcome.answer = answered.unwrap_or_else(|error| answer::error(Service::StepFunctions, wire, &error));
    outcome
}

async fn run(sandbox: &Arc<Sandbox>, request: &Arc<Request>) -> Result<Answer, AwsError> {
    let (own, asked) = (Arc::clone(sandbox), Arc::clone(request));
    let begun = blocking(move || {
        let region = asked.region.as_ref().unwrap_or(&own.region);
        own.store.transaction(|tx| begin(&own.environment(tx, region), &asked.body))
    })
    .await?;
    let mut now = begun;
    while now.status() == Status::Running {
        tokio::time::sleep(ASK).await;
        let (own, asked, arn) = (Arc::clone(sandbox), Arc::clone(request), now.arn.clone());
        let read = blocking(move || {
            own.stuck.check(crate::dispatch::EXECUTIONS)?;
            let region = asked.region.as_ref().unwrap_or(&own.region);
            own.store.transaction(|tx| record(&own.environment(tx, region), &arn))
        });
        let gone = || AwsError::new(500, "InternalFailure", "The execution is gone.");
        now = read.await?.ok_or_else(gone)?;
    }
    let wire = Service::StepFunctions.spoken(&request.head.headers);
    Ok(answer::json(wire, 200, &described(&now)))
}

fn begin(environment: &crate::handler::Environment, body: &[u8]) -> Result<Record, AwsError> {
    let input: Map<String, Value> = serde_json::from_slice(body).map_err(|error| {
        AwsError::new(400, "SerializationException", format!("The body is no JSON object: {error}"))
    })?;
    let text = |name: &str| input.get(name).and_then(Value::as_str);
    let arn = text("stateMachineArn").unwrap_or_default();
    if !crate::kinds::state_machine(environment, arn)?.is_express {
        let message = format!("State Machine Type Not Supported: '{arn}'");
        return Err(AwsError::new(400, "StateMachineTypeNotSupported", message));
    }
    let wanted =
        Start { machine_arn: arn, input: text("input"), name: text("name"), trace: text("traceHeader"), parent: None };
    start(environment, &wanted)
}

fn described(record: &Record) -> Value {
    let mut described = record.described();
    let milliseconds = record.ending.as_ref().map_or(0, |ending| ending.at - record.started);
    // Billed by started 100 milliseconds.
    let billed = milliseconds.max(1).saturating_add(99) / 100 * 100;
    described["billingDetails"] = json!({ "billedDurationInMilliseconds": billed, "billedMemoryUsedInMB": 64 });
    if let Some(members) = described.as_object_mut() {
        members.shift_remove("redriveCount");
    }
    described
}
