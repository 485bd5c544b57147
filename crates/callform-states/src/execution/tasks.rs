//! What a state asks for, and how the history tells of it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::scope::Scope;
use super::{Doing, Shared, Stay, Thread, limited};
use crate::definition::{State, Task};
use crate::failure::{Failure, HEARTBEAT, TIMEOUT};
use crate::moment::{self, Moment};
use crate::resource::Resource;

/// Something to do, outside of the execution.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Number in its execution.
    pub id: u64,
    /// Since when it is asked for.
    pub since: Moment,
    /// What it is.
    pub work: Work,
}

/// A task that a worker may take.
#[derive(Clone, Debug, PartialEq)]
pub struct ActivityTask {
    /// Number of its request.
    pub request: u64,
    /// ARN of the activity.
    pub activity: String,
    /// What it gets.
    pub input: Value,
    /// What it is answered with.
    pub token: String,
    /// Since when it waits.
    pub since: Moment,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Work {
    /// A task.
    Task {
        /// ARN of who does it.
        resource: String,
        /// What it gets.
        arguments: Value,
    },
    /// The items of a `Map`: the answer is a list.
    Read {
        /// ARN of the integration.
        resource: String,
        /// Bucket and key.
        arguments: Value,
        /// Form of the items; see [`crate::items::read`].
        config: Value,
        /// Items, at most.
        most: Option<u64>,
    },
    /// The results of a `Map`: the answer is what its state answers.
    Write {
        /// Bucket and prefix.
        arguments: Value,
        /// ARN of the run.
        run: String,
        /// Index, input and output of items.
        succeeded: Vec<(usize, Value, Value)>,
        /// Index, input and error of items.
        failed: Vec<(usize, Value, Failure)>,
    },
}

/// A request on its way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Asked {
    pub(super) id: u64,
    work: Work,
    pub(super) token: Option<String>,
    since: Moment,
    deadline: Option<Moment>,
    /// Seconds between two heartbeats.
    heartbeat: Option<f64>,
    beaten: Moment,
    /// True where it is on its way, or with a worker.
    is_submitted: bool,
    pub(super) answer: Option<Result<Value, Failure>>,
}

/// An event about a request.
pub(super) type Note = (&'static str, &'static str, Value);

impl Asked {
    pub(super) fn new(work: Work, shared: &mut Shared) -> Self {
        shared.last_request += 1;
        let since = shared.clock;
        Self {
            id: shared.last_request,
            work,
            token: None,
            since,
            deadline: None,
            heartbeat: None,
            beaten: since,
            is_submitted: false,
            answer: None,
        }
    }

    fn resource(&self) -> Resource {
        match &self.work {
            Work::Task { resource, .. } => Resource::read(resource),
            _ => Resource::Unknown(String::new()),
        }
    }

    /// True where nobody has answered.
    pub(super) fn is_open(&self) -> bool {
        self.answer.is_none()
    }

    /// What is to be done; nothing where it is on its way, or where a worker asks for it.
    pub(super) fn request(&self) -> Option<Request> {
        let is_mine = self.is_open() && !self.is_submitted && !matches!(self.resource(), Resource::Activity(_));
        is_mine.then(|| Request { id: self.id, since: self.since, work: self.work.clone() })
    }

    /// The task, where a worker is to ask for it.
    pub(super) fn activity(&self) -> Option<ActivityTask> {
        let (Resource::Activity(activity), Work::Task { arguments, .. }) = (self.resource(), &self.work) else {
            return None;
        };
        let token = self.token.clone().filter(|_| self.is_open() && !self.is_submitted)?;
        Some(ActivityTask { request: self.id, activity, input: arguments.clone(), token, since: self.since })
    }

    /// When it has taken too long.
    pub(super) fn due(&self) -> Option<Moment> {
        let heartbeat = self.heartbeat.map(|seconds| moment::after(self.beaten, seconds));
        self.is_open().then(|| self.deadline.into_iter().chain(heartbeat).min())?
    }

    pub(super) fn submit(&mut self, output: &Value) -> Note {
        self.is_submitted = true;
        let (kind, resource) = self.resource().names();
        let details = json!({
            "resourceType": kind, "resource": resource, "output": output.to_string(), "outputDetails": { "truncated": false },
        });
        ("TaskSubmitted", "taskSubmittedEventDetails", details)
    }

    pub(super) fn begin_activity(&mut self, worker: Option<&str>) -> Note {
        self.is_submitted = true;
        let details = worker.map_or_else(|| json!({}), |worker| json!({ "workerName": worker }));
        ("ActivityStarted", "activityStartedEventDetails", details)
    }

    pub(super) fn beat(&mut self, at: Moment) {
        self.beaten = self.beaten.max(at);
    }
}

/// Begins a task.
pub(super) fn begin(
    state: &State,
    task: &Task,
    stay: &mut Stay,
    thread: &mut Thread,
    shared: &mut Shared,
) -> Result<(), Failure> {
    let resource = Resource::read(&task.resource);
    let token =
        resource.has_token().then(|| format!("{}{}", shared.chance.uuid().simple(), shared.chance.uuid().simple()));
    let mut scope = Scope::of(state, stay, thread, shared).with_token(token.as_deref());
    let data = scope.select(&state.flow.input, &stay.input)?;
    let arguments = match (&state.flow.parameters, &state.flow.arguments) {
        (Some(template), _) | (None, Some(template)) => scope.fill(template, &data)?,
        (None, None) => data.clone(),
    };
    let timeout = task.timeout.as_ref().map(|given| scope.whole("TimeoutSeconds", given, &data)).transpose()?;
    let heartbeat = task.heartbeat.as_ref().map(|given| scope.whole("HeartbeatSeconds", given, &data)).transpose()?;
    let arguments = limited(&stay.state, arguments)?;
    let mut asked = Asked::new(Work::Task { resource: task.resource.clone(), arguments: arguments.clone() }, shared);
    asked.token = token;
    #[expect(clippy::cast_precision_loss, reason = "seconds far below 2^53")]
    let seconds = |whole: u64| whole as f64;
    asked.deadline = timeout.map(|timeout| moment::after(asked.since, seconds(timeout)));
    asked.heartbeat = heartbeat.map(seconds);
    scheduled(&resource, &arguments, [timeout, heartbeat], thread, shared);
    stay.doing = Doing::Task(Box::new(asked));
    Ok(())
}

/// Tells that a task is scheduled, and started where nobody has to ask for it.
fn scheduled(
    resource: &Resource,
    arguments: &Value,
    [timeout, heartbeat]: [Option<u64>; 2],
    thread: &mut Thread,
    shared: &mut Shared,
) {
    let (kind, name) = resource.names();
    let mut details = match resource {
        Resource::Service { .. } | Resource::Unknown(_) => json!({
            "resourceType": kind, "resource": name, "region": shared.identity.region, "parameters": arguments.to_string(),
        }),
        Resource::Function(_) | Resource::Activity(_) => {
            json!({ "resource": name, "input": arguments.to_string(), "inputDetails": { "truncated": false } })
        }
    };
    if let Some(timeout) = timeout {
        details["timeoutInSeconds"] = timeout.into();
    }
    if let Some(heartbeat) = heartbeat.filter(|_| !matches!(resource, Resource::Function(_))) {
        details["heartbeatInSeconds"] = heartbeat.into();
    }
    let start = json!({ "resourceType": kind, "resource": name });
    match resource {
        Resource::Function(_) => {
            shared.event(thread, "LambdaFunctionScheduled", Some(("lambdaFunctionScheduledEventDetails", details)));
            shared.event(thread, "LambdaFunctionStarted", None);
        }
        Resource::Activity(_) => {
            shared.event(thread, "ActivityScheduled", Some(("activityScheduledEventDetails", details)));
        }
        Resource::Service { .. } | Resource::Unknown(_) => {
            shared.event(thread, "TaskScheduled", Some(("taskScheduledEventDetails", details)));
            shared.event(thread, "TaskStarted", Some(("taskStartedEventDetails", start)));
        }
    }
}

/// What became of a task: nothing yet, a result, or an error.
pub(super) fn look(
    stay: &mut Stay,
    mut asked: Box<Asked>,
    thread: &mut Thread,
    shared: &mut Shared,
) -> Result<Option<Value>, Failure> {
    let resource = asked.resource();
    let result = match asked.answer.take() {
        Some(answer) => answer.and_then(|result| limited(&stay.state, result)),
        None if asked.due().is_some_and(|due| due <= shared.clock) => {
            let is_late = asked.deadline.is_some_and(|deadline| deadline <= shared.clock);
            Err(Failure::new(if is_late { TIMEOUT } else { HEARTBEAT }, ""))
        }
        None => {
            stay.doing = Doing::Task(asked);
            return Ok(None);
        }
    };
    finished(&resource, &result, asked.is_submitted, thread, shared);
    result.map(Some)
}

/// Tells how a task ended.
fn finished(
    resource: &Resource,
    result: &Result<Value, Failure>,
    was_submitted: bool,
    thread: &mut Thread,
    shared: &mut Shared,
) {
    let end = match result {
        Ok(_) => "Succeeded",
        Err(failure) if failure.error == TIMEOUT || failure.error == HEARTBEAT => "TimedOut",
        Err(_) => "Failed",
    };
    let mut details = match result {
        Ok(output) => json!({ "output": output.to_string(), "outputDetails": { "truncated": false } }),
        Err(failure) => json!({ "error": failure.error, "cause": failure.cause }),
    };
    let (start, name) = match resource {
        Resource::Function(_) => ("LambdaFunction", "lambdaFunction"),
        Resource::Activity(_) => ("Activity", "activity"),
        Resource::Service { .. } | Resource::Unknown(_) => {
            let (kind, name) = resource.names();
            details["resourceType"] = kind.into();
            details["resource"] = name.into();
            ("Task", "task")
        }
    };
    let fails_at_once = end == "Failed" && !was_submitted && resource.is_answered_later();
    let end = if fails_at_once && start == "Task" { "SubmitFailed" } else { end };
    shared.event(thread, &format!("{start}{end}"), Some((&format!("{name}{end}EventDetails"), details)));
}
