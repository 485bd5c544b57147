//! Conversations with bots of Lex V2, whose functions must not run in a transaction.

use std::sync::Arc;

use callform_call::surroundings::LambdaAnswer;

use super::blocking;
use super::http::fate;
use crate::dispatch::{Outcome, Request, Sandbox};
use crate::error::AwsError;
use crate::functions::Invocation;
use crate::lex::{Call, Handled, may_ask};
use crate::protocol::Service;
use crate::protocol::answer::{self, Answer};

/// How many functions a bot may ask for one input.
const MOST_CALLS: usize = 20;

/// True for a request to a bot.
pub(crate) fn is_conversation(request: &Request) -> bool {
    request.service == Service::Lex && may_ask(request.head.method.as_str(), request.head.uri.path())
}

/// Answers such a request.
pub(crate) async fn converse(sandbox: Arc<Sandbox>, request: Request) -> Outcome {
    let request = Arc::new(request);
    let (mut outcome, fated) = fate(&sandbox, &request).await;
    let answered = match fated {
        Ok(()) => talk(&sandbox, &request).await,
        Err(error) => Err(error),
    };
    outcome.answer = answered.unwrap_or_else(|error| answer::error(Service::Lex, Service::Lex.wire(), &error));
    outcome
}

/// Goes through the turn as often as functions are to be asked, each time with one more answer.
async fn talk(sandbox: &Arc<Sandbox>, request: &Arc<Request>) -> Result<Answer, AwsError> {
    let now = crate::clock::now(&sandbox.folder);
    let mut answers = Vec::new();
    while answers.len() <= MOST_CALLS {
        let (own, asked, known) = (Arc::clone(sandbox), Arc::clone(request), answers.clone());
        let handled = blocking(move || {
            let region = asked.region.as_ref().unwrap_or(&own.region);
            own.store.transaction(|tx| {
                let environment = crate::handler::Environment { now, ..own.environment(tx, region) };
                crate::lex::handle(&environment, &crate::dispatch::to_bot(&asked), &known)
            })
        });
        match handled.await? {
            Handled::Answered(answer) => return Ok(answer),
            Handled::Ask(call) => answers.push(ask(sandbox, request, call).await?),
        }
    }
    let message = format!("The bot asks more than {MOST_CALLS} functions for one input.");
    Err(AwsError::new(424, "DependencyFailedException", message))
}

/// What a function answers to a bot. That this machine cannot run it is no answer.
async fn ask(sandbox: &Arc<Sandbox>, request: &Request, call: Call) -> Result<LambdaAnswer, AwsError> {
    let invocation = Invocation {
        region: request.region.clone().unwrap_or_else(|| sandbox.region.clone()),
        function: call.function,
        qualifier: None,
        payload: call.event.to_string().into_bytes(),
    };
    super::answer_of(sandbox.invoke(invocation).await)
}
