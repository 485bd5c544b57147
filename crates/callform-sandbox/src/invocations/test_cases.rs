//! Executions of test cases whose flows invoke functions.

use std::sync::Arc;

use callform_call::surroundings::LambdaAnswer;

use super::blocking;
use super::http::fate;
use crate::connect::{self, FunctionAnswers, FunctionCall};
use crate::dispatch::{Outcome, Request, Sandbox, operation_name};
use crate::error::AwsError;
use crate::functions::Invocation;
use crate::protocol::Service;
use crate::protocol::answer::{self, Answer};
use crate::protocol::form::query_parameters;

/// How many functions a call may invoke.
const MOST_CALLS: usize = 100;

/// True for a request that executes a test case: functions that its flows invoke must not run in a transaction.
pub(crate) fn is_execution(request: &Request) -> bool {
    request.service == Service::Connect
        && operation_name(request.service, &request.head, &request.body) == "StartTestCaseExecution"
}

/// Answers such a request.
pub(crate) async fn execute(sandbox: Arc<Sandbox>, request: Request) -> Outcome {
    let request = Arc::new(request);
    let (mut outcome, fated) = fate(&sandbox, &request).await;
    let answered = match fated {
        Ok(()) => start(&sandbox, &request).await,
        Err(error) => Err(error),
    };
    outcome.answer = answered.unwrap_or_else(|error| answer::error(Service::Connect, Service::Connect.wire(), &error));
    outcome
}

/// Simulates the execution as often as functions are to be asked; every time at the same time, and so in the same way.
async fn start(sandbox: &Arc<Sandbox>, request: &Arc<Request>) -> Result<Answer, AwsError> {
    let now = crate::clock::now(&sandbox.folder);
    let mut functions = FunctionAnswers::default();
    for _ in 0..MOST_CALLS {
        let (sandbox_of_one, request_of_one) = (Arc::clone(sandbox), Arc::clone(request));
        let (answered, known) = blocking(move || {
            let (sandbox, request) = (sandbox_of_one, request_of_one);
            let (method, uri) = (request.head.method.as_str(), &request.head.uri);
            let query = query_parameters(uri.query().unwrap_or_default());
            let region = request.region.as_ref().unwrap_or(&sandbox.region);
            let answered = sandbox.store.transaction(|tx| {
                let environment = crate::handler::Environment { now, ..sandbox.environment(tx, region) };
                let body = &request.body;
                connect::start_test_case_execution(&environment, method, uri.path(), &query, body, &functions)
            });
            Ok((answered, functions))
        })
        .await?;
        functions = match known.asked() {
            None => return answered.map(|(status, body)| answer::json(Service::Connect.wire(), status, &body)),
            Some(call) => {
                let answer = ask(sandbox, request, &call).await?;
                known.answered(call, answer)
            }
        };
    }
    let message = format!("The flows of the test case invoke more than {MOST_CALLS} functions.");
    Err(AwsError::new(400, "InvalidRequestException", message))
}

/// What a function answers to a flow. An error of its own, or that there is none, is the flow's to deal with; that this
/// machine cannot run it is not.
async fn ask(sandbox: &Arc<Sandbox>, request: &Request, call: &FunctionCall) -> Result<LambdaAnswer, AwsError> {
    let invocation = Invocation {
        region: request.region.clone().unwrap_or_else(|| sandbox.region.clone()),
        function: call.function.clone(),
        qualifier: None,
        payload: call.event.to_string().into_bytes(),
    };
    super::answer_of(sandbox.invoke(invocation).await)
}
