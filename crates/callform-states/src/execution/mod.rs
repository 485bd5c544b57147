//! Executions: a tree of threads, each in one state, that is walked until all of them wait.

mod map;
mod run;
mod scope;
mod tasks;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

pub use map::MapRun;
pub use tasks::{ActivityTask, Request, Work};

use crate::chance::Chance;
use crate::definition::Machine;
use crate::failure::{Failure, TIMEOUT};
use crate::moment::{self, Moment};
use crate::{DEEPEST_PAYLOAD, LARGEST_PAYLOAD, MOST_EVENTS};
use tasks::Asked;

/// Milliseconds of an express execution, at most.
const LONGEST_EXPRESS: i64 = 5 * 60 * 1000;
/// Milliseconds of a standard execution, at most.
const LONGEST_STANDARD: i64 = 365 * 24 * 3600 * 1000;
/// States that an express execution, or an item of a distributed `Map`, enters at most: there is no history that would
/// end a circle.
const MOST_STATES: u64 = 25_000;

/// Who an execution is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Identity {
    /// ARN of the execution.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// ARN of the state machine.
    pub machine_arn: String,
    /// Name of the state machine.
    pub machine_name: String,
    /// ARN of its role.
    pub role_arn: String,
    /// Region, as history events show it.
    pub region: String,
    /// True for an express state machine.
    pub is_express: bool,
}

/// An execution, as plain data.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Execution {
    shared: Shared,
    root: Thread,
}

/// What all threads of an execution use.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Shared {
    identity: Identity,
    input: Value,
    started: Moment,
    clock: Moment,
    deadline: Moment,
    chance: Chance,
    /// Number of the last event.
    last_event: u64,
    last_request: u64,
    states: u64,
    /// Events that nobody has taken yet.
    events: Vec<Value>,
    runs: Vec<MapRun>,
    ended: Option<Ending>,
}

/// How an execution ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ending {
    /// In which way.
    pub status: Status,
    /// When.
    pub at: Moment,
    /// What went out.
    pub output: Option<Value>,
    /// Why not.
    pub failure: Option<Failure>,
}

/// What becomes of an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "named as the service names them")]
pub enum Status {
    Running,
    Succeeded,
    Failed,
    TimedOut,
    Aborted,
}

impl Status {
    /// As the service writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::TimedOut => "TIMED_OUT",
            Self::Aborted => "ABORTED",
        }
    }
}

/// How an execution stands after a step.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// It waits for answers to these; if there are none, for somebody outside or for a time.
    Waiting {
        /// What has to be done.
        requests: Vec<Request>,
        /// When it goes on by itself.
        until: Option<Moment>,
    },
    /// It is over.
    Ended(Ending),
}

/// There is no such request, or it has its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("nothing waits for this answer")]
pub struct NotAsked;

/// A machine, or a part of one, that is being run.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Thread {
    variables: Map<String, Value>,
    /// The event that the next one follows.
    last_event: u64,
    /// `$$.Map.Item`.
    item: Option<Value>,
    /// How many states an item of a distributed `Map` has entered; others write history instead.
    quiet: Option<u64>,
    at: At,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum At {
    /// About to enter a state.
    Enter { state: String, input: Value },
    /// In a state.
    In(Box<Stay>),
    /// At its end.
    Ended(Result<Value, Failure>),
}

/// A stay in a state.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Stay {
    state: String,
    /// As it came in.
    input: Value,
    entered: Moment,
    entered_event: u64,
    /// How often each retrier was used.
    retries: Vec<u32>,
    doing: Doing,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum Doing {
    /// Is to begin, or to begin again.
    Begin,
    Wait {
        until: Moment,
    },
    Retry {
        until: Moment,
    },
    Task(Box<Asked>),
    Parallel {
        branches: Vec<Thread>,
    },
    Map(Box<map::Progress>),
}

impl Thread {
    fn new(state: &str, input: Value) -> Self {
        let at = At::Enter { state: state.to_owned(), input };
        Self { variables: Map::new(), last_event: 0, item: None, quiet: None, at }
    }

    /// The threads inside of it.
    fn inside(&mut self) -> Vec<&mut Self> {
        let At::In(stay) = &mut self.at else { return Vec::new() };
        match &mut stay.doing {
            Doing::Parallel { branches } => branches.iter_mut().collect(),
            Doing::Map(progress) => progress.running.values_mut().collect(),
            _ => Vec::new(),
        }
    }

    /// What it asks for itself.
    fn asked(&mut self) -> Option<&mut Asked> {
        let At::In(stay) = &mut self.at else { return None };
        match &mut stay.doing {
            Doing::Task(asked) => Some(asked),
            Doing::Map(progress) => progress.asked.as_deref_mut(),
            _ => None,
        }
    }

    fn each_asked(&mut self, look: &mut dyn FnMut(&mut Asked)) {
        if let Some(asked) = self.asked() {
            look(asked);
        }
        for thread in self.inside() {
            thread.each_asked(look);
        }
    }

    /// When it goes on by itself.
    fn due(&mut self) -> Option<Moment> {
        let own = match &self.at {
            At::In(stay) => match &stay.doing {
                Doing::Wait { until } | Doing::Retry { until } => Some(*until),
                Doing::Task(asked) => asked.due(),
                _ => None,
            },
            _ => None,
        };
        self.inside().into_iter().filter_map(Self::due).chain(own).min()
    }
}

impl Shared {
    /// Writes an event of a thread; `details` is the name of its details' member and what is in it.
    fn event(&mut self, thread: &mut Thread, kind: &str, details: Option<(&str, Value)>) -> u64 {
        if thread.quiet.is_some() {
            return thread.last_event;
        }
        self.last_event += 1;
        let mut event = json!({
            "timestamp": self.clock,
            "type": kind,
            "id": self.last_event,
            "previousEventId": thread.last_event,
        });
        if let Some((name, value)) = details {
            event[name] = value;
        }
        self.events.push(event);
        thread.last_event = self.last_event;
        self.last_event
    }

    /// Counts the entrance into a state. An error where there were too many.
    fn count(&mut self, thread: &mut Thread) -> Result<(), Failure> {
        let too_many = if let Some(states) = &mut thread.quiet {
            *states += 1;
            *states > MOST_STATES
        } else {
            self.states += 1;
            // Room for what ends the execution. The error's name is not published (?).
            if self.identity.is_express { self.states > MOST_STATES } else { self.last_event + 4 > MOST_EVENTS }
        };
        if too_many {
            let cause = format!("The execution reached the maximum number of history events ({MOST_EVENTS}).");
            return Err(Failure::runtime(cause));
        }
        Ok(())
    }

    fn end(&mut self, thread: &mut Thread, status: Status, result: Result<Value, Failure>) {
        let failure = |failure: &Failure| json!({ "error": failure.error, "cause": failure.cause });
        let (kind, name, details) = match (&result, status) {
            (Ok(output), _) => (
                "ExecutionSucceeded",
                "executionSucceededEventDetails",
                json!({ "output": output.to_string(), "outputDetails": { "truncated": false } }),
            ),
            (Err(error), Status::TimedOut) => ("ExecutionTimedOut", "executionTimedOutEventDetails", failure(error)),
            (Err(error), Status::Aborted) => ("ExecutionAborted", "executionAbortedEventDetails", failure(error)),
            (Err(error), _) => ("ExecutionFailed", "executionFailedEventDetails", failure(error)),
        };
        self.event(thread, kind, Some((name, details)));
        let (output, failure) = match result {
            Ok(output) => (Some(output), None),
            Err(failure) => (None, Some(failure)),
        };
        for run in self.runs.iter_mut().filter(|run| run.stopped.is_none()) {
            run.status = Status::Aborted;
            run.stopped = Some(self.clock);
        }
        self.ended = Some(Ending { status, at: self.clock, output, failure });
    }
}

/// True where a value is nested more deeply than that. Executions are written down as JSON, and readers of JSON stop at
/// some depth; the service's own limit is not published (?).
pub fn is_deeper(value: &Value, depth: usize) -> bool {
    let mut inner: Box<dyn Iterator<Item = &Value>> = match value {
        Value::Array(items) => Box::new(items.iter()),
        Value::Object(members) => Box::new(members.values()),
        _ => return false,
    };
    depth == 0 || inner.any(|value| is_deeper(value, depth - 1))
}

/// Refuses what is larger than a payload may be.
fn limited(state: &str, value: Value) -> Result<Value, Failure> {
    if is_deeper(&value, DEEPEST_PAYLOAD) {
        let cause = format!("The data of the state '{state}' are nested more than {DEEPEST_PAYLOAD} times.");
        return Err(Failure::new(crate::failure::DATA_LIMIT, cause));
    }
    if value.to_string().len() <= LARGEST_PAYLOAD {
        return Ok(value);
    }
    let cause = format!(
        "The state/task '{state}' returned a result with a size exceeding the maximum number of bytes service limit."
    );
    Err(Failure::new(crate::failure::DATA_LIMIT, cause))
}

impl Execution {
    /// An execution that begins now. `chance` is all the randomness that it ever uses.
    pub fn start(machine: &Machine, identity: Identity, input: Value, now: Moment, chance: Chance) -> Self {
        let longest = if identity.is_express { LONGEST_EXPRESS } else { LONGEST_STANDARD };
        let by_definition = machine.timeout.map_or(Moment::MAX, |seconds| moment::after(now, seconds));
        let mut shared = Shared {
            input: input.clone(),
            started: now,
            clock: now,
            deadline: by_definition.min(now.saturating_add(longest)),
            chance,
            last_event: 0,
            last_request: 0,
            states: 0,
            events: Vec::new(),
            runs: Vec::new(),
            ended: None,
            identity,
        };
        let mut root = Thread::new(&machine.start, input);
        let details = json!({
            "input": shared.input.to_string(),
            "inputDetails": { "truncated": false },
            "roleArn": shared.identity.role_arn,
        });
        shared.event(&mut root, "ExecutionStarted", Some(("executionStartedEventDetails", details)));
        Self { shared, root }
    }

    /// Goes as far as it can, and past every time that has come by `now`, in their order.
    pub fn step(&mut self, machine: &Machine, now: Moment) -> Standing {
        loop {
            if self.shared.ended.is_none() {
                run::advance(&mut self.root, machine, &mut self.shared);
                self.conclude();
            }
            if let Some(ending) = &self.shared.ended {
                return Standing::Ended(ending.clone());
            }
            match self.due() {
                Some(due) if due <= now => self.shared.clock = self.shared.clock.max(due),
                until => return Standing::Waiting { requests: self.requests(), until },
            }
            if self.shared.clock >= self.shared.deadline {
                let failure = Failure::new(TIMEOUT, "");
                self.shared.end(&mut self.root, Status::TimedOut, Err(failure));
            }
        }
    }

    fn conclude(&mut self) {
        let At::Ended(result) = &self.root.at else { return };
        let result = result.clone();
        let status = if result.is_ok() { Status::Succeeded } else { Status::Failed };
        self.shared.end(&mut self.root, status, result);
    }

    /// When it goes on by itself, at the latest to be over; none where it is.
    pub fn due(&mut self) -> Option<Moment> {
        let own = self.root.due().unwrap_or(Moment::MAX).min(self.shared.deadline);
        self.shared.ended.is_none().then_some(own)
    }

    /// What has to be done, and has no answer yet.
    pub fn requests(&mut self) -> Vec<Request> {
        let mut requests = Vec::new();
        if self.shared.ended.is_none() {
            self.root.each_asked(&mut |asked| requests.extend(asked.request()));
        }
        requests
    }

    fn with_asked<R>(&mut self, request: u64, change: impl FnOnce(&mut Asked) -> R) -> Result<R, NotAsked> {
        let mut change = Some(change);
        let mut answer = None;
        if self.shared.ended.is_none() {
            self.root.each_asked(&mut |asked| {
                if asked.id == request && asked.is_open() {
                    answer = change.take().map(|change| change(asked));
                }
            });
        }
        answer.ok_or(NotAsked)
    }

    /// Takes what became of a request; the next step goes on with it. Time never goes back: `at` counts from where the
    /// execution is.
    pub fn settle(&mut self, request: u64, result: Result<Value, Failure>, at: Moment) -> Result<(), NotAsked> {
        self.with_asked(request, |asked| asked.answer = Some(result))?;
        self.shared.clock = self.shared.clock.max(at);
        Ok(())
    }

    /// Notes that what a request asked for is on its way, and that somebody else will say how it ends; `output` is what
    /// the history shows of that.
    pub fn submit(&mut self, request: u64, output: &Value, at: Moment) -> Result<(), NotAsked> {
        self.shared.clock = self.shared.clock.max(at);
        let note = self.with_asked(request, |asked| asked.submit(output))?;
        run::note(&mut self.root, &mut self.shared, request, note);
        Ok(())
    }

    /// Notes that a worker has begun with an activity.
    pub fn begin_activity(&mut self, request: u64, worker: Option<&str>, at: Moment) -> Result<(), NotAsked> {
        self.shared.clock = self.shared.clock.max(at);
        let note = self.with_asked(request, |asked| asked.begin_activity(worker))?;
        run::note(&mut self.root, &mut self.shared, request, note);
        Ok(())
    }

    /// A heartbeat of a task.
    pub fn beat(&mut self, request: u64, at: Moment) -> Result<(), NotAsked> {
        self.with_asked(request, |asked| asked.beat(at))
    }

    /// The open request of a token.
    pub fn by_token(&mut self, token: &str) -> Result<u64, NotAsked> {
        let mut found = None;
        if self.shared.ended.is_none() {
            self.root.each_asked(&mut |asked| {
                if asked.is_open() && asked.token.as_deref() == Some(token) {
                    found = Some(asked.id);
                }
            });
        }
        found.ok_or(NotAsked)
    }

    /// Tokens that somebody may answer with, and their requests.
    pub fn tokens(&mut self) -> Vec<(String, u64)> {
        let mut tokens = Vec::new();
        if self.shared.ended.is_none() {
            self.root.each_asked(&mut |asked| {
                tokens.extend(asked.token.clone().filter(|_| asked.is_open()).map(|token| (token, asked.id)));
            });
        }
        tokens
    }

    /// Tasks of activities that no worker has taken.
    pub fn activities(&mut self) -> Vec<ActivityTask> {
        let mut tasks = Vec::new();
        if self.shared.ended.is_none() {
            self.root.each_asked(&mut |asked| tasks.extend(asked.activity()));
        }
        tasks
    }

    /// Stops it. False where it is over.
    pub fn stop(&mut self, failure: Failure, now: Moment) -> bool {
        if self.shared.ended.is_some() {
            return false;
        }
        self.shared.clock = self.shared.clock.max(now);
        self.shared.end(&mut self.root, Status::Aborted, Err(failure));
        true
    }

    /// How it ended.
    pub fn ending(&self) -> Option<&Ending> {
        self.shared.ended.as_ref()
    }

    /// Where its own time is.
    pub fn clock(&self) -> Moment {
        self.shared.clock
    }

    /// Who it is.
    pub fn identity(&self) -> &Identity {
        &self.shared.identity
    }

    /// Runs of its distributed `Map`s.
    pub fn map_runs(&self) -> &[MapRun] {
        &self.shared.runs
    }

    /// Takes the events that were written since the last time: in the service's form, with `timestamp` in milliseconds.
    pub fn take_events(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.shared.events)
    }
}

#[cfg(test)]
mod tests;
