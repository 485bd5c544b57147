//! An execution environment: one process, its Runtime API, and one invocation after the other.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chrono::{DateTime, Utc};
use tokio::time::{Instant, Interval, MissedTickBehavior};
use uuid::Uuid;

use super::failure::Failure;
use super::log::{Figures, Log};
use super::process::{Process, Start};
use super::runtime_api::{Event, RuntimeApi, Said};
use super::target::Target;
use super::{Functions, Invoked};
use crate::error::AwsError;
use crate::services::lambda::code;

/// How long a program may take to get ready.
const LONGEST_INIT: Duration = Duration::from_secs(10);
/// How often the memory of a program that works is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// One execution environment that waits for an event.
pub(super) struct ExecutionEnvironment {
    process: Process,
    api: RuntimeApi,
    log_stream: String,
    memory: u64,
}

/// One invocation.
pub(super) struct Request {
    /// Request id.
    pub(super) id: String,
    /// The event.
    pub(super) payload: Vec<u8>,
    /// When it came in.
    pub(super) started: SystemTime,
}

/// An invocation that has come to an end.
pub(super) struct Settled {
    /// What came of it.
    pub(super) invoked: Invoked,
    /// The environment, where it can be used again.
    pub(super) environment: Option<ExecutionEnvironment>,
    /// Where its log belongs.
    pub(super) log_stream: String,
}

/// Starts an environment and runs its first invocation.
pub(super) async fn start(functions: &Functions, target: &Target, request: &Request) -> Result<Settled, AwsError> {
    let failed = |error: std::io::Error| AwsError::new(500, "ServiceException", format!("sandbox: {error}"));
    let api = RuntimeApi::start().await.map_err(failed)?;
    let log_stream = log_stream(target);
    let start = Start {
        code: code::path(&functions.folder, &target.code),
        layers: target.layers.iter().map(|file| code::path(&functions.folder, file)).collect(),
        folder: functions.folder.clone(),
        runtime: target.runtime()?,
        variables: variables(functions, target, &api.address, &log_stream),
    };
    let begun = Instant::now();
    let process = match functions.spawner.spawn(start).await {
        Ok(process) => process,
        Err(error) => {
            let failure = Failure::NoEntrypoint(error.to_string());
            let log = Log::new(target, &request.id);
            return Ok(settled(target, request, log_stream, log, &Figures::default(), Err(failure), None));
        }
    };
    api.belongs_to(process.child.id());
    let mut environment = ExecutionEnvironment { process, api, log_stream, memory: 0 };
    let limit = LONGEST_INIT.max(target.timeout);
    match environment.wait(begun + limit, target).await {
        Heard::Said(Said::Ready) => Ok(environment.invoke(target, request, Some(begun.elapsed())).await),
        heard => {
            let failure = heard.failure(limit);
            let mut log = Log::new(target, &request.id);
            log.output(&environment.process.output());
            let figures = Figures { duration: begun.elapsed(), init: None, memory: environment.memory };
            let stream = environment.log_stream.clone();
            Ok(settled(target, request, stream, log, &figures, Err(failure), None))
        }
    }
}

/// What happened while the program was waited for.
enum Heard {
    Said(Said),
    Exited(Option<std::process::ExitStatus>),
    TimedOut,
    OutOfMemory,
}

impl Heard {
    fn failure(self, timeout: Duration) -> Failure {
        match self {
            Self::Said(Said::Failure(body) | Said::InitFailure(body)) => Failure::Reported(body),
            Self::Said(Said::ResponseTooLarge) => Failure::ResponseTooLarge,
            // A program that answers what it was not asked is no longer of use.
            Self::Said(Said::Ready | Said::Response(_)) => Failure::Exited(None),
            Self::Exited(status) => Failure::Exited(status),
            Self::TimedOut => Failure::TimedOut(timeout),
            Self::OutOfMemory => Failure::OutOfMemory,
        }
    }
}

impl ExecutionEnvironment {
    /// True while the process lives.
    pub(super) fn is_alive(&mut self) -> bool {
        matches!(self.process.child.try_wait(), Ok(None))
    }

    /// Runs an invocation in an environment that has had one.
    pub(super) async fn run(mut self, target: &Target, request: &Request) -> Settled {
        self.process.skip_output();
        self.invoke(target, request, None).await
    }

    async fn invoke(mut self, target: &Target, request: &Request, init: Option<Duration>) -> Settled {
        let mut log = Log::new(target, &request.id);
        log.output(&self.process.output());
        log.start();
        let begun = Instant::now();
        let deadline = begun + target.timeout;
        let outcome = match self.api.events.send(event(target, request)).await {
            Ok(()) => match self.wait(deadline, target).await {
                Heard::Said(Said::Response(payload)) => Ok(payload),
                heard => Err(heard.failure(target.timeout)),
            },
            Err(_) => Err(Failure::Exited(None)),
        };
        let duration = begun.elapsed();
        // The program is done when it asks for more; until then it may still write.
        let answered = matches!(outcome, Ok(_) | Err(Failure::Reported(_) | Failure::ResponseTooLarge));
        let reusable = answered && matches!(self.wait(deadline, target).await, Heard::Said(Said::Ready));
        log.output(&self.process.output());
        let figures = Figures { duration, init, memory: self.memory };
        let stream = self.log_stream.clone();
        settled(target, request, stream, log, &figures, outcome, reusable.then_some(self))
    }

    /// Waits for what the program says next, or for its end.
    async fn wait(&mut self, deadline: Instant, target: &Target) -> Heard {
        let limit = target.memory << 20;
        let mut look = interval();
        loop {
            tokio::select! {
                biased;
                said = self.api.said.recv() => {
                    self.memory = self.memory.max(self.process.memory().most);
                    return said.map_or(Heard::Exited(None), Heard::Said);
                }
                status = self.process.child.wait() => return Heard::Exited(status.ok()),
                () = tokio::time::sleep_until(deadline) => {
                    self.kill().await;
                    return Heard::TimedOut;
                }
                _ = look.tick() => {
                    let memory = self.process.memory();
                    self.memory = self.memory.max(memory.most);
                    if memory.now > limit {
                        self.kill().await;
                        return Heard::OutOfMemory;
                    }
                }
            }
        }
    }

    async fn kill(&mut self) {
        if let Err(error) = self.process.child.kill().await {
            tracing::warn!(%error, "sandbox: a function could not be killed");
        }
    }
}

fn interval() -> Interval {
    let mut interval = tokio::time::interval(LOOK);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

fn settled(
    target: &Target,
    request: &Request,
    log_stream: String,
    log: Log<'_>,
    figures: &Figures,
    outcome: Result<Vec<u8>, Failure>,
    environment: Option<ExecutionEnvironment>,
) -> Settled {
    let failure = outcome.as_ref().err();
    let log = log.end(figures, failure);
    let failed = failure.is_some();
    let payload = outcome.unwrap_or_else(|failure| failure.payload(&request.id));
    let invoked = Invoked { request_id: request.id.clone(), version: target.version.clone(), payload, failed, log };
    Settled { invoked, environment, log_stream }
}

fn event(target: &Target, request: &Request) -> Event {
    let deadline = request.started + target.timeout;
    let milliseconds = deadline.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let trace = Uuid::new_v4().simple().to_string();
    let (time, random) = trace.split_at(8);
    Event {
        id: request.id.clone(),
        headers: vec![
            ("lambda-runtime-deadline-ms", milliseconds.to_string()),
            ("lambda-runtime-invoked-function-arn", target.arn.clone()),
            ("lambda-runtime-trace-id", format!("Root=1-{time}-{random};Sampled=0")),
        ],
        payload: request.payload.clone(),
    }
}

/// A name as Lambda makes them: day, version, and something random.
fn log_stream(target: &Target) -> String {
    let day = DateTime::<Utc>::from(SystemTime::now()).format("%Y/%m/%d");
    format!("{day}/[{}]{}", target.version, Uuid::new_v4().simple())
}

/// The variables that Lambda sets, and those of the function. Nothing of this process gets in.
fn variables(functions: &Functions, target: &Target, api: &str, log_stream: &str) -> BTreeMap<String, String> {
    let mut variables = target.variables.clone();
    let memory = target.memory.to_string();
    let own = [
        ("AWS_LAMBDA_RUNTIME_API", api),
        ("AWS_LAMBDA_FUNCTION_NAME", &target.name),
        ("AWS_LAMBDA_FUNCTION_VERSION", &target.version),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &memory),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", &target.log_group),
        ("AWS_LAMBDA_LOG_STREAM_NAME", log_stream),
        ("AWS_LAMBDA_LOG_FORMAT", if target.json_log { "JSON" } else { "Text" }),
        ("AWS_REGION", &target.region),
        ("AWS_DEFAULT_REGION", &target.region),
        ("AWS_ACCESS_KEY_ID", "sandbox"),
        ("AWS_SECRET_ACCESS_KEY", "sandbox"),
        ("AWS_SESSION_TOKEN", "sandbox"),
        ("AWS_ENDPOINT_URL", &functions.url),
        ("_HANDLER", &target.handler),
        ("LAMBDA_RUNTIME_DIR", "/var/runtime"),
        ("LANG", "en_US.UTF-8"),
        ("TZ", ":UTC"),
        ("PATH", "/usr/local/bin:/usr/bin/:/bin:/opt/bin"),
    ];
    variables.extend(own.map(|(name, value)| (name.to_owned(), value.to_owned())));
    variables
}
