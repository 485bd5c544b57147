//! The rows of executions.

use std::time::{SystemTime, UNIX_EPOCH};

use callform_states::execution::{Ending, MapRun};
use callform_states::{Execution, Failure, Machine, Moment, Request, Status, Type};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::start::Parent;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::store::Tx;

pub(super) const EXECUTION: &str = "states/execution";
const RUNNING: &str = "states/running";
const WORK: &str = "states/work";
const DUE: &str = "states/due";
pub(super) const TOKEN: &str = "states/token";
pub(super) const ACTIVITY: &str = "states/activity";
pub(super) const HISTORY: &str = "states/history";

/// How many requests are looked at at a time.
const MOST_REQUESTS: usize = 256;

/// Who an execution is, and how it ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) arn: String,
    pub(crate) name: String,
    pub(crate) machine_arn: String,
    pub(crate) machine_name: String,
    pub(crate) role_arn: String,
    pub(crate) is_express: bool,
    /// The definition that it runs by, whatever becomes of its state machine's.
    pub(crate) definition: String,
    pub(crate) revision: Option<Value>,
    /// As it was given.
    pub(crate) input: String,
    pub(crate) trace: Option<String>,
    pub(crate) started: Moment,
    pub(crate) ending: Option<Ending>,
    pub(crate) parent: Option<Parent>,
    pub(crate) map_runs: Vec<MapRun>,
}

/// A running execution.
#[derive(Serialize, Deserialize)]
struct Running {
    execution: Execution,
    /// Rows that refer to it: kind, scope and key.
    rows: Vec<(String, String, String)>,
}

/// A request that is to be carried out.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Requested {
    pub(crate) region: String,
    pub(crate) arn: String,
    pub(crate) request: u64,
    pub(crate) since: Moment,
}

/// A time that an execution waits for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Due {
    pub(crate) region: String,
    pub(crate) arn: String,
    pub(crate) at: Moment,
}

/// A task that a worker may take.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Activity {
    pub(super) arn: String,
    pub(super) request: u64,
    pub(super) token: String,
    pub(super) input: String,
}

/// A token's execution and request.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Token {
    pub(super) arn: String,
    pub(super) request: u64,
}

impl Record {
    pub(crate) fn status(&self) -> Status {
        self.ending.as_ref().map_or(Status::Running, |ending| ending.status)
    }

    /// As the service describes it, in the names of its API.
    pub(crate) fn described(&self) -> Value {
        let mut described = json!({
            "executionArn": self.arn,
            "stateMachineArn": self.machine_arn,
            "name": self.name,
            "status": self.status().name(),
            "startDate": seconds(self.started),
            "input": self.input,
            "inputDetails": { "included": true },
            "redriveCount": 0,
        });
        if let Some(trace) = &self.trace {
            described["traceHeader"] = trace.as_str().into();
        }
        let Some(ending) = &self.ending else { return described };
        described["stopDate"] = seconds(ending.at);
        if let Some(output) = &ending.output {
            described["output"] = output.to_string().into();
            described["outputDetails"] = json!({ "included": true });
        }
        if let Some(Failure { error, cause }) = &ending.failure {
            for (name, text) in [("error", error), ("cause", cause)] {
                if !text.is_empty() {
                    described[name] = text.as_str().into();
                }
            }
        }
        described
    }

    fn machine(&self) -> Result<Machine, AwsError> {
        let kind = if self.is_express { Type::Express } else { Type::Standard };
        Machine::read(&self.definition, kind).map_err(|_| {
            let message = format!("The definition of {} is not read by this version.", self.arn);
            AwsError::new(507, "SandboxStorageFailure", message)
        })
    }
}

/// Milliseconds since 1970.
pub(crate) fn moment(time: SystemTime) -> Moment {
    i64::try_from(time.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis()).unwrap_or(i64::MAX)
}

/// A time as the service's protocol writes it: seconds since 1970.
pub(crate) fn seconds(at: Moment) -> Value {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds stay far below 2^53")]
    let seconds = at as f64 / 1000.0;
    seconds.into()
}

fn time_key(at: Moment, rest: &str) -> String {
    format!("{:020}/{rest}", at.max(0))
}

/// The record of an execution.
pub(crate) fn record(environment: &Environment, arn: &str) -> Result<Option<Record>, AwsError> {
    environment.tx.get(EXECUTION, environment.region, arn)
}

fn keep(environment: &Environment, record: &Record) -> Result<(), AwsError> {
    environment.tx.put(EXECUTION, environment.region, &record.arn, Some(&record.machine_arn), record)
}

/// Writes an execution that has just begun, and takes its first step; one that another waits for takes it afterwards.
pub(super) fn begin(
    environment: &Environment,
    mut record: Record,
    machine: &Machine,
    execution: Execution,
) -> Result<Record, AwsError> {
    let now = moment(environment.now);
    let mut running = Running { execution, rows: Vec::new() };
    if record.parent.is_none() {
        running.execution.step(machine, now);
    }
    save(environment, &mut record, running)?;
    Ok(record)
}

/// Changes a running execution, lets it go on up to a time (as far as it can without one), and saves it. `None` where it
/// does not run.
pub(crate) fn change<R>(
    environment: &Environment,
    arn: &str,
    until: Option<Moment>,
    work: impl FnOnce(&mut Execution) -> Result<R, AwsError>,
) -> Result<Option<R>, AwsError> {
    let running: Option<Running> = environment.tx.get(RUNNING, environment.region, arn)?;
    let (Some(mut running), Some(mut record)) = (running, record(environment, arn)?) else { return Ok(None) };
    let machine = record.machine()?;
    let answer = work(&mut running.execution)?;
    let until = until.unwrap_or_else(|| running.execution.clock());
    running.execution.step(&machine, until);
    save(environment, &mut record, running)?;
    Ok(Some(answer))
}

fn save(environment: &Environment, record: &mut Record, mut running: Running) -> Result<(), AwsError> {
    let (tx, region) = (environment.tx, environment.region);
    for event in running.execution.take_events() {
        tx.append(HISTORY, &record.arn, &event)?;
    }
    for (kind, scope, key) in running.rows.drain(..) {
        tx.delete(&kind, &scope, &key)?;
    }
    record.map_runs = running.execution.map_runs().to_vec();
    record.ending = running.execution.ending().cloned();
    keep(environment, record)?;
    if let Some(ending) = record.ending.clone() {
        tx.delete(RUNNING, region, &record.arn)?;
        if let Some(parent) = &record.parent {
            parent.child_ended(environment, record, &ending)?;
        }
        return Ok(());
    }
    running.rows = refer(environment, &record.arn, &mut running.execution)?;
    tx.put(RUNNING, region, &record.arn, None, &running)
}

/// Writes the rows that say what is due of an execution.
fn refer(
    environment: &Environment,
    arn: &str,
    execution: &mut Execution,
) -> Result<Vec<(String, String, String)>, AwsError> {
    let (tx, region) = (environment.tx, environment.region);
    let mut rows = Vec::new();
    for request in execution.requests() {
        let key = time_key(request.since, &format!("{arn}/{:010}", request.id));
        let requested =
            Requested { region: region.to_owned(), arn: arn.to_owned(), request: request.id, since: request.since };
        tx.put(WORK, "", &key, None, &requested)?;
        rows.push((WORK.to_owned(), String::new(), key));
    }
    if let Some(at) = execution.due() {
        let key = time_key(at, arn);
        tx.put(DUE, "", &key, None, &Due { region: region.to_owned(), arn: arn.to_owned(), at })?;
        rows.push((DUE.to_owned(), String::new(), key));
    }
    for (token, request) in execution.tokens() {
        // Stays when the task is over: whoever is late is told so.
        tx.put(TOKEN, region, &token, None, &Token { arn: arn.to_owned(), request })?;
    }
    for task in execution.activities() {
        let key = format!("{}/{}", task.activity, time_key(task.since, &format!("{arn}/{:010}", task.request)));
        let input = task.input.to_string();
        let activity = Activity { arn: arn.to_owned(), request: task.request, token: task.token, input };
        tx.put(ACTIVITY, region, &key, None, &activity)?;
        rows.push((ACTIVITY.to_owned(), region.to_owned(), key));
    }
    Ok(rows)
}

/// The oldest requests, with their keys.
pub(crate) fn requested(tx: &Tx) -> Result<Vec<(String, Requested)>, AwsError> {
    tx.list_after(WORK, "", "", MOST_REQUESTS)
}

/// The request behind a row; where nobody asks for it any more, the row goes.
pub(crate) fn asked(environment: &Environment, key: &str, requested: &Requested) -> Result<Option<Request>, AwsError> {
    let running: Option<Running> = environment.tx.get(RUNNING, environment.region, &requested.arn)?;
    let requests = running.map(|mut running| running.execution.requests()).unwrap_or_default();
    let found = requests.into_iter().find(|request| request.id == requested.request);
    if found.is_none() {
        environment.tx.delete(WORK, "", key)?;
    }
    Ok(found)
}

/// The first time that an execution waits for.
pub(crate) fn due(tx: &Tx) -> Result<Option<Due>, AwsError> {
    Ok(tx.first::<Due>(DUE, "")?.map(|(_, due)| due))
}

/// True where nothing is to be done, and no time has come.
pub(crate) fn is_settled(tx: &Tx, now: SystemTime) -> Result<bool, AwsError> {
    Ok(tx.count(WORK, "")? == 0 && due(tx)?.is_none_or(|due| due.at > moment(now)))
}
