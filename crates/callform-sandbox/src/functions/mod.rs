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
mod log;
mod peer;
mod pool;
mod process;
mod runtime_api;
pub(crate) mod runtimes;
mod target;

use std::path::PathBuf;
use std::time::SystemTime;

use crate::error::AwsError;

use environment::{Request, Settled};
use pool::{Pool, Queued};
use process::Spawner;
pub(crate) use target::{Target, check_payload};

/// Largest event and largest answer of a synchronous invocation, in bytes.
const LARGEST_PAYLOAD: usize = 6 * 1024 * 1024;

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

    /// The runtime that looks after the functions.
    pub(crate) fn handle(&self) -> &tokio::runtime::Handle {
        &self.handle
    }

    /// Notes an event that is queued, as long as what it returns lives.
    pub(crate) fn queued(&self) -> Queued {
        self.pool.queued()
    }

    /// Runs a function once: what came of it, and the stream its log belongs to.
    pub(crate) async fn run(
        &self,
        target: &Target,
        payload: &[u8],
        request_id: String,
    ) -> Result<(Invoked, String), AwsError> {
        let _slot = self.pool.enter(target)?;
        let request = Request {
            id: request_id,
            payload: if payload.is_empty() { b"{}".to_vec() } else { payload.to_vec() },
            started: SystemTime::now(),
        };
        let warm = self.pool.take(target);
        let settled = match warm {
            Some(environment) => environment.run(target, &request).await,
            None => environment::start(self, target, &request).await?,
        };
        let Settled { invoked, environment, log_stream } = settled;
        if let Some(environment) = environment {
            self.pool.put_back(target, environment);
        }
        Ok((invoked, log_stream))
    }

    /// Ends all environments once queued events are dealt with, and starts no more.
    pub(crate) async fn close(&self) {
        self.pool.queue_is_empty().await;
        self.pool.close();
    }
}
