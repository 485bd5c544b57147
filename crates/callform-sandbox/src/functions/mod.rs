//! Functions really run: the `bootstrap` of the zip, or an interpreter of this machine, is started against a Lambda
//! Runtime API of its own.
//!
//! ```text
//! Invoke ─transaction: which code, which settings→ Target ─Pool: warm or new→ Environment (process + Runtime API)
//!        ←─answer, logs in a transaction of their own──────────────────────────────┘ its AWS calls come back as requests
//! ```
//!
//! No transaction is open while a function runs: its own calls of the sandbox would wait for it. Execution environments
//! are kept for further invocations as long as the server lives, and end with it.

mod environment;
mod failure;
mod http;
mod log;
mod peer;
mod pool;
mod process;
mod runtime_api;
pub(crate) mod runtimes;
mod target;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use uuid::Uuid;

use crate::dispatch::Sandbox;
use crate::error::AwsError;

pub(crate) use http::{answer, is_invocation};

use environment::{Request, Settled};
use pool::Pool;
use process::Spawner;
use target::Target;

/// Largest event and largest answer of a synchronous invocation, in bytes.
const LARGEST_PAYLOAD: usize = 6 * 1024 * 1024;
/// How often a function gets an event that it failed on: once, and twice more.
const ATTEMPTS: usize = 3;

/// What is invoked, and with what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation {
    /// AWS region of the function, such as `us-west-2`.
    pub region: String,
    /// Name or ARN of the function; either may end in a qualifier.
    pub function: String,
    /// Version or alias, where `function` does not name it. Without any, `$LATEST` runs.
    pub qualifier: Option<String>,
    /// The event: JSON of at most 6 MB. Nothing at all is `{}`.
    pub payload: Vec<u8>,
}

/// What came of an invocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invoked {
    /// The request id, which the function's log names too.
    pub request_id: String,
    /// The version that ran: a number, or `$LATEST`.
    pub version: String,
    /// The function's answer; where `failed`, an object with `errorType` and `errorMessage`.
    pub payload: Vec<u8>,
    /// True where the function reported an error, took too long, used too much memory or ended.
    pub failed: bool,
    /// What the function and the platform wrote to the log during the invocation.
    pub log: String,
}

/// The execution environments of one server.
pub struct Functions {
    folder: PathBuf,
    /// Where the sandbox answers; functions get it as `AWS_ENDPOINT_URL`.
    url: String,
    handle: tokio::runtime::Handle,
    spawner: Spawner,
    pool: Pool,
}

impl Functions {
    /// Functions of the sandbox in a folder that answers at a URL. Has to be called inside a tokio runtime, in which
    /// the functions are then looked after.
    pub(crate) fn new(folder: PathBuf, url: String) -> std::io::Result<Self> {
        let handle = tokio::runtime::Handle::current();
        Ok(Self { spawner: Spawner::start(handle.clone())?, folder, url, handle, pool: Pool::default() })
    }

    /// Where the sandbox answers: `http://127.0.0.1:<port>`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Ends all environments once queued events are dealt with, and starts no more.
    pub(crate) async fn close(&self) {
        self.pool.queue_is_empty().await;
        self.pool.close();
    }
}

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
        self.functions.handle.clone().block_on(self.invoke(invocation))
    }

    /// Finds out what an invocation means, and whether it is one.
    async fn target(self: &Arc<Self>, invocation: &Invocation) -> Result<Target, AwsError> {
        target::check_payload(&invocation.payload)?;
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
        let functions = &self.functions;
        let _slot = functions.pool.enter(target)?;
        let request = Request {
            id: request_id,
            payload: if payload.is_empty() { b"{}".to_vec() } else { payload.to_vec() },
            started: SystemTime::now(),
        };
        let warm = functions.pool.take(target);
        let settled = match warm {
            Some(environment) => environment.run(target, &request).await,
            None => environment::start(functions, target, &request).await?,
        };
        let Settled { invoked, environment, log_stream } = settled;
        if let Some(environment) = environment {
            functions.pool.put_back(target, environment);
        }
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
        let queued = self.functions.pool.queued();
        self.functions.handle.spawn(async move {
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
        let queued = self.functions.pool.queued();
        self.functions.handle.spawn(async move {
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

/// Runs what blocks, such as a transaction, beside the runtime's threads.
async fn blocking<R: Send + 'static>(
    work: impl FnOnce() -> Result<R, AwsError> + Send + 'static,
) -> Result<R, AwsError> {
    let failed = |_| AwsError::new(500, "ServiceException", "The sandbox has failed; its log tells more.");
    tokio::task::spawn_blocking(work).await.map_err(failed)?
}
