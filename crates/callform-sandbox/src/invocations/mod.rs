//! Invocations of functions, and what cannot be answered without: the one thing that is not done in a transaction, since
//! functions call the sandbox back.

mod bots;
mod http;
mod test_cases;

use std::sync::Arc;

use callform_call::surroundings::LambdaAnswer;
use uuid::Uuid;

use crate::dispatch::Sandbox;
use crate::error::AwsError;
use crate::functions::{Invocation, Invoked, Target, check_payload};

pub(crate) use bots::{converse, is_conversation};
pub(crate) use http::{answer, fate, is_invocation};
pub(crate) use test_cases::{execute, is_execution};

/// How often a function gets an event that it failed on: once, and twice more.
const ATTEMPTS: usize = 3;

impl Sandbox {
    /// Runs a function and waits for its answer.
    ///
    /// An `Err` means that nothing ran: no such function, a payload that is no JSON, too many at once, a runtime or
    /// processor that this machine does not have. What the function itself did wrong is in [`Invoked`].
    pub async fn invoke(self: &Arc<Self>, invocation: Invocation) -> Result<Invoked, AwsError> {
        let target = self.target(&invocation).await?;
        self.run_target(&target, &invocation.payload, Uuid::new_v4().to_string()).await
    }

    /// Runs a function from a thread that is none of the runtime's, such as the sandbox's worker, which waits.
    pub fn invoke_blocking(self: &Arc<Self>, invocation: Invocation) -> Result<Invoked, AwsError> {
        self.functions.handle().clone().block_on(self.invoke(invocation))
    }

    /// Finds out what an invocation means, and whether it is one.
    async fn target(self: &Arc<Self>, invocation: &Invocation) -> Result<Target, AwsError> {
        check_payload(&invocation.payload)?;
        let sandbox = Arc::clone(self);
        let invocation = invocation.clone();
        blocking(move || {
            sandbox.store.transaction(|tx| {
                let environment = sandbox.environment(tx, &invocation.region);
                Target::find(&environment, &invocation.function, invocation.qualifier.as_deref())
            })
        })
        .await?
        .runnable()
    }

    /// Runs a function once.
    async fn run_target(
        self: &Arc<Self>,
        target: &Target,
        payload: &[u8],
        request_id: String,
    ) -> Result<Invoked, AwsError> {
        let (invoked, log_stream) = self.functions.run(target, payload, request_id).await?;
        let sandbox = Arc::clone(self);
        let (log, region) = (invoked.log.clone(), target.region.clone());
        let group = target.log_group.clone();
        blocking(move || {
            sandbox.store.transaction(|tx| {
                crate::services::logs::write(&sandbox.environment(tx, &region), &group, &log_stream, &log)
            })
        })
        .await?;
        Ok(invoked)
    }

    /// Queues an event: it is tried again where the function fails.
    fn queue(self: &Arc<Self>, target: Target, payload: Vec<u8>, request_id: String) {
        let sandbox = Arc::clone(self);
        let queued = self.functions.queued();
        self.functions.handle().spawn(async move {
            let _queued = queued;
            sandbox.deliver(&target, &payload, &request_id).await;
        });
    }

    /// Gives a function an event until it takes it. False where it failed each time.
    async fn deliver(self: &Arc<Self>, target: &Target, payload: &[u8], request_id: &str) -> bool {
        for _ in 0..ATTEMPTS {
            match self.run_target(target, payload, request_id.to_owned()).await {
                Ok(invoked) if !invoked.failed => return true,
                Ok(_) => {}
                Err(error) => tracing::warn!(function = target.name, %error, "sandbox: an event was not delivered"),
            }
        }
        false
    }

    /// Gives a function an event that nobody waits for here. `undelivered` learns, on a thread that may block, that it
    /// did not run (the reason), or failed each time (`None`).
    pub(crate) fn send(
        self: &Arc<Self>,
        invocation: Invocation,
        undelivered: impl FnOnce(Option<String>) + Send + 'static,
    ) {
        let sandbox = Arc::clone(self);
        let queued = self.functions.queued();
        self.functions.handle().spawn(async move {
            let _queued = queued;
            let reason = match sandbox.target(&invocation).await {
                Ok(target) if sandbox.deliver(&target, &invocation.payload, &Uuid::new_v4().to_string()).await => {
                    return;
                }
                Ok(_) => None,
                Err(error) => Some(error.message),
            };
            let noted = blocking(move || {
                undelivered(reason);
                Ok(())
            });
            if noted.await.is_err() {
                tracing::error!("sandbox: the fate of an event was not noted");
            }
        });
    }
}

/// What a function answers to a flow or a bot. An error of its own, or that there is none, is theirs to deal with; that
/// this machine cannot run it is not.
fn answer_of(invoked: Result<Invoked, AwsError>) -> Result<LambdaAnswer, AwsError> {
    match invoked {
        Ok(invoked) if invoked.failed => {
            Ok(LambdaAnswer::Fails(String::from_utf8_lossy(&invoked.payload).into_owned()))
        }
        Ok(invoked) => Ok(serde_json::from_slice(&invoked.payload)
            .map_or_else(|error| LambdaAnswer::Fails(error.to_string()), LambdaAnswer::Value)),
        Err(error) if error.code == "ResourceNotFoundException" => Ok(LambdaAnswer::Fails(error.message)),
        Err(error) => Err(error),
    }
}

/// Runs what blocks, such as a transaction, beside the runtime's threads.
pub(crate) async fn blocking<R: Send + 'static>(
    work: impl FnOnce() -> Result<R, AwsError> + Send + 'static,
) -> Result<R, AwsError> {
    let failed = |_| AwsError::new(500, "ServiceException", "The sandbox has failed; its log tells more.");
    tokio::task::spawn_blocking(work).await.map_err(failed)?
}
