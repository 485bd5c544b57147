//! Executions of test cases.
//!
//! A simulated call takes no time of anybody's, so that how an execution goes is known when it is asked for; its document
//! says when it begins and when it is over by the sandbox's clock, and what it is at a time follows from that.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::time::{Duration, UNIX_EPOCH};

use callform_call::surroundings::{LambdaAnswer, LambdaCall, Surroundings};
use callform_call::test_case::run::{Outcome, Report, TestCase, run};
use callform_call::test_case::{EntryPoint, InitializationData, TestCaseContent};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::clock::{epoch_milliseconds, epoch_seconds};
use crate::error::AwsError;
use crate::handler::Environment;

use super::document::{self, Document, text};
use super::error::{invalid_request, not_found, quota_exceeded};
use super::input::Input;
use super::operation::{ID, NEXT_TOKEN, Operation, Shape, max_results, operation, optional, query};
use super::page;
use super::test_case_center;
use super::test_cases;

const STATUS: Shape = Shape::OneOf(&["INITIATED", "PASSED", "FAILED", "IN_PROGRESS", "STOPPED"]);
const TOKEN: Shape = Shape::Text(0, 500);
const MILLISECONDS: Shape = Shape::Number(0, i64::MAX);

pub(super) const OPERATIONS: &[Operation] = &[
    operation(
        "StartTestCaseExecution",
        "PUT",
        "/test-cases/{InstanceId}/{TestCaseId}/start-execution",
        &[optional("ClientToken", TOKEN)],
        start,
    ),
    operation(
        "StopTestCaseExecution",
        "POST",
        "/test-cases/{InstanceId}/{TestCaseId}/{TestCaseExecutionId}/stop-execution",
        &[optional("ClientToken", TOKEN)],
        stop,
    ),
    operation(
        "GetTestCaseExecutionSummary",
        "GET",
        "/test-cases/{InstanceId}/{TestCaseId}/{TestCaseExecutionId}/summary",
        &[],
        summary,
    ),
    operation(
        "ListTestCaseExecutionRecords",
        "GET",
        "/test-cases/{InstanceId}/{TestCaseId}/{TestCaseExecutionId}/records",
        &[query("status", "Status", STATUS), NEXT_TOKEN, max_results(100)],
        records,
    ),
    operation(
        "ListTestCaseExecutions",
        "GET",
        "/test-case-executions/{InstanceId}",
        &[
            query("testCaseId", "TestCaseId", ID),
            query("testCaseName", "TestCaseName", Shape::Text(1, usize::MAX)),
            query("startTime", "StartTime", MILLISECONDS),
            query("endTime", "EndTime", MILLISECONDS),
            query("status", "Status", STATUS),
            NEXT_TOKEN,
            max_results(100),
        ],
        list,
    ),
];

/// Executions, by their id; those of a test case have its id as name.
const EXECUTION: &str = "connect/test-case-execution";

/// How many run at a time in an instance; others wait. Source: Amazon Connect Administrator Guide, "Run test cases".
const MOST_RUNNING: usize = 5;
/// How many may run and wait.
const MOST_ACTIVE: usize = 100;

/// An execution. Times are milliseconds since 1970.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Execution {
    id: String,
    test_case: String,
    name: String,
    tags: Map<String, Value>,
    /// When it leaves the queue.
    begins: u64,
    /// When it is over.
    ends: u64,
    /// Whether it passes.
    passes: bool,
    /// When it was stopped.
    stopped: Option<u64>,
    total: usize,
    passed: usize,
    failed: usize,
    records: Vec<Record>,
}

/// One thing that happened.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Record {
    observation: Option<String>,
    status: String,
    at: u64,
    /// JSON.
    content: String,
}

impl Execution {
    /// What it is at a time.
    fn status(&self, now: u64) -> &'static str {
        match self.stopped {
            Some(_) => "STOPPED",
            None if now < self.begins => "INITIATED",
            None if now < self.ends => "IN_PROGRESS",
            None if self.passes => "PASSED",
            None => "FAILED",
        }
    }

    /// When it is over.
    fn end(&self) -> u64 {
        self.stopped.unwrap_or(self.ends)
    }

    /// The records there are at a time.
    fn records(&self, now: u64) -> impl Iterator<Item = &Record> {
        let until = now.min(self.end());
        self.records.iter().filter(move |record| record.at <= until)
    }
}

fn time(milliseconds: u64) -> Value {
    epoch_seconds(UNIX_EPOCH + Duration::from_millis(milliseconds)).into()
}

/// When another execution leaves the queue: at once, or when all but four of those before it are over. A stopped one makes
/// room for those that come after it, not for those that wait already (?).
fn begins(now: u64, active: &[Execution]) -> u64 {
    let mut ends: Vec<u64> = active.iter().map(Execution::end).collect();
    ends.sort_unstable();
    active.len().checked_sub(MOST_RUNNING).and_then(|free| ends.get(free).copied()).unwrap_or(now)
}

fn all(environment: &Environment, instance: &str) -> Result<Vec<Execution>, AwsError> {
    let all = environment.tx.list::<Execution>(EXECUTION, instance)?;
    Ok(all.into_iter().map(|(_, execution)| execution).collect())
}

/// Takes away what is known of a test case's executions.
pub(super) fn forget(environment: &Environment, instance: &str, test_case: &str) -> Result<(), AwsError> {
    for key in environment.tx.keys_by_name(EXECUTION, instance, test_case)? {
        environment.tx.delete(EXECUTION, instance, &key)?;
    }
    Ok(())
}

/// Without functions; requests are answered by [`start_by`].
fn start(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    start_by(environment, input, &FunctionAnswers::default())
}

/// Starts an execution with what functions answered so far.
pub(super) fn start_by(
    environment: &Environment,
    input: &Input,
    functions: &FunctionAnswers,
) -> Result<Value, AwsError> {
    let body = test_cases::find(environment, input)?;
    // The service's words for it are not known (?).
    if text(&body, "Status") != "PUBLISHED" {
        return Err(invalid_request("A test case has to be published before it can be executed."));
    }
    let token = input.text("ClientToken").filter(|token| !token.is_empty());
    let scope = format!("{}/{}", input.instance(), text(&body, "Id"));
    document::once_per_token(environment, input.operation(), &scope, token, || {
        let execution = execute(environment, input.instance(), &body, functions)?;
        environment.tx.put(EXECUTION, input.instance(), &execution.id, Some(&execution.test_case), &execution)?;
        // It is taken up later, however soon.
        Ok(json!({
            "TestCaseExecutionId": execution.id,
            "TestCaseId": execution.test_case,
            "Status": "INITIATED",
        }))
    })
}

/// Simulates an execution at the time at which it leaves the queue.
fn execute(
    environment: &Environment,
    instance: &str,
    body: &Document,
    functions: &FunctionAnswers,
) -> Result<Execution, AwsError> {
    let now = epoch_milliseconds(environment.now);
    let active: Vec<Execution> =
        all(environment, instance)?.into_iter().filter(|execution| execution.end() > now).collect();
    if active.len() >= MOST_ACTIVE {
        return Err(quota_exceeded(format!("{MOST_ACTIVE} executions of test cases run or wait already.")));
    }
    let begins = begins(now, &active);
    let report = simulate(environment, instance, body, begins, functions)?;
    let milliseconds = |time: Timestamp| u64::try_from(time.as_millisecond()).unwrap_or_default();
    let records = report.records.into_iter().map(|record| Record {
        observation: record.observation,
        status: record.status.name().to_owned(),
        at: milliseconds(record.at),
        content: record.content.to_string(),
    });
    Ok(Execution {
        id: document::new_id(),
        test_case: text(body, "Id").to_owned(),
        name: text(body, "Name").to_owned(),
        tags: body.get("Tags").and_then(Value::as_object).cloned().unwrap_or_default(),
        begins,
        ends: milliseconds(report.ended),
        passes: report.outcome == Outcome::Passed,
        stopped: None,
        total: report.total,
        passed: report.passed,
        failed: report.failed,
        records: records.collect(),
    })
}

/// Runs a published test case on what the instance has now. What is not simulated is refused by name.
fn simulate(
    environment: &Environment,
    instance: &str,
    body: &Document,
    begins: u64,
    functions: &FunctionAnswers,
) -> Result<Report, AwsError> {
    let refused = |why: &str| {
        let message = format!("The sandbox does not support Connect StartTestCaseExecution here: {why}.");
        AwsError::new(501, "NotImplementedException", message)
    };
    // What was published was held against the language.
    let stored = |why: String| refused(&format!("the test case was not published by this version ({why})"));
    let content = TestCaseContent::from_text(text(body, "Content")).map_err(|error| stored(error.to_string()))?;
    let entry_point = EntryPoint::from_json(body.get("EntryPoint").unwrap_or(&Value::Null));
    let entry_point = entry_point.map_err(|problem| stored(problem.message()))?;
    let data = body.get("InitializationData").and_then(Value::as_str).map(InitializationData::from_text).transpose();
    let data = data.map_err(|problem| stored(problem.message()))?.unwrap_or_default();
    let center = test_case_center::center(environment, instance)?;
    let begins = i64::try_from(begins).ok().and_then(|begins| Timestamp::from_millisecond(begins).ok());
    let mut surroundings = Replay { functions, called: 0 };
    let test = TestCase { content: &content, entry_point: &entry_point, data: &data };
    let report = run(test, &center, &mut surroundings, begins.unwrap_or_default());
    match (functions.asked.borrow().as_ref(), report) {
        (Some(call), _) => Err(refused(&format!("the flow invokes {}", call.function))),
        (None, Ok(report)) => Ok(report),
        (None, Err(error)) => Err(refused(&error.to_string())),
    }
}

/// What functions answered. An execution is simulated in a transaction, in which no function runs: where one is to answer
/// that has not, the transaction comes to nothing, the function runs, and the execution is simulated anew, which goes the
/// same way up to there.
#[derive(Debug, Default)]
pub(crate) struct FunctionAnswers {
    /// The functions and their answers, in the order they were called.
    given: Vec<(String, LambdaAnswer)>,
    asked: RefCell<Option<FunctionCall>>,
}

/// A function that is to answer before an execution can be simulated.
#[derive(Clone, Debug)]
pub(crate) struct FunctionCall {
    /// Name or ARN, as the flow has it.
    pub(crate) function: String,
    /// What Connect sends it.
    pub(crate) event: Value,
    /// Which of the calls it is.
    number: usize,
}

impl FunctionAnswers {
    /// The call that nobody answered.
    pub(crate) fn asked(&self) -> Option<FunctionCall> {
        self.asked.borrow().clone()
    }

    /// The same with the answer of a call.
    pub(crate) fn answered(mut self, call: FunctionCall, answer: LambdaAnswer) -> Self {
        self.given.truncate(call.number);
        self.given.push((call.function, answer));
        self.asked.take();
        self
    }
}

/// What flows meet outside of themselves: nothing goes wrong, and functions answer what they did.
struct Replay<'a> {
    functions: &'a FunctionAnswers,
    called: usize,
}

impl Surroundings for Replay<'_> {
    fn lambda(&mut self, call: &LambdaCall<'_>) -> LambdaAnswer {
        let number = self.called;
        self.called += 1;
        match self.functions.given.get(number) {
            Some((function, answer)) if function == call.function => answer.clone(),
            _ => {
                let asked = || FunctionCall { function: call.function.to_owned(), event: call.event(), number };
                self.functions.asked.borrow_mut().get_or_insert_with(asked);
                LambdaAnswer::Fails("it has not run yet".to_owned())
            }
        }
    }
}

fn find(environment: &Environment, input: &Input) -> Result<Execution, AwsError> {
    let test_case = test_cases::find(environment, input)?;
    let id = input.need("TestCaseExecutionId")?;
    let execution: Option<Execution> = environment.tx.get(EXECUTION, input.instance(), id)?;
    execution
        .filter(|execution| execution.test_case == text(&test_case, "Id"))
        .ok_or_else(|| not_found(format!("The test case execution {id} was not found.")))
}

/// What is over stays as it is: stopping it is refused (?).
fn stop(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut execution = find(environment, input)?;
    let now = epoch_milliseconds(environment.now);
    match execution.stopped {
        Some(_) => return Ok(json!({})),
        None if execution.ends <= now => {
            return Err(invalid_request(format!("The test case execution {} is over.", execution.id)));
        }
        None => execution.stopped = Some(now),
    }
    environment.tx.put(EXECUTION, input.instance(), &execution.id, Some(&execution.test_case), &execution)?;
    Ok(json!({}))
}

/// Times are seconds, as the service model has them; a client saw milliseconds (?).
fn summary(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let execution = find(environment, input)?;
    let now = epoch_milliseconds(environment.now);
    let has_begun = execution.begins <= now && execution.begins <= execution.end();
    let mut answer = Map::new();
    answer.insert("Status".to_owned(), execution.status(now).into());
    if has_begun {
        answer.insert("StartTime".to_owned(), time(execution.begins));
    }
    if execution.end() <= now {
        answer.insert("EndTime".to_owned(), time(execution.end()));
    }
    let observed = |status: &str| {
        let of_status = execution.records(now).filter(|record| record.status == status);
        of_status.filter_map(|record| record.observation.as_deref()).collect::<BTreeSet<_>>().len()
    };
    let is_over = execution.stopped.is_none() && execution.end() <= now;
    let (passed, failed) =
        if is_over { (execution.passed, execution.failed) } else { (observed("PASSED"), observed("FAILED")) };
    answer.insert(
        "ObservationSummary".to_owned(),
        json!({"TotalObservations": execution.total, "ObservationsPassed": passed, "ObservationsFailed": failed}),
    );
    Ok(answer.into())
}

fn records(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let execution = find(environment, input)?;
    let wanted = input.text("Status");
    let entries = execution
        .records(epoch_milliseconds(environment.now))
        .filter(|record| wanted.is_none_or(|wanted| record.status == wanted))
        .map(|record| {
            let mut entry = json!({"Status": record.status, "Timestamp": time(record.at), "Record": record.content});
            if let Some(observation) = &record.observation {
                entry["ObservationId"] = observation.as_str().into();
            }
            entry
        })
        .collect();
    page::in_memory(input, "ExecutionRecords", entries).map(Value::from)
}

/// The newest comes first (?).
fn list(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let now = epoch_milliseconds(environment.now);
    let id = input.text("TestCaseId").map(document::id_of);
    let number = |name: &str| input.number(name).and_then(|number| u64::try_from(number).ok());
    let (from, till) = (number("StartTime"), number("EndTime"));
    let wanted = |execution: &Execution| {
        id.is_none_or(|id| id == execution.test_case)
            && input.text("TestCaseName").is_none_or(|name| name == execution.name)
            && input.text("Status").is_none_or(|status| status == execution.status(now))
            && from.is_none_or(|from| execution.begins >= from)
            && till.is_none_or(|till| execution.begins <= till)
    };
    let mut executions: Vec<Execution> = all(environment, input.instance())?.into_iter().filter(wanted).collect();
    executions.sort_by(|left, right| (right.begins, &right.id).cmp(&(left.begins, &left.id)));
    let entries = executions.iter().map(|execution| {
        let mut entry = Map::new();
        entry.insert("TestCaseExecutionId".to_owned(), execution.id.as_str().into());
        entry.insert("TestCaseId".to_owned(), execution.test_case.as_str().into());
        entry.insert("TestCaseExecutionStatus".to_owned(), execution.status(now).into());
        entry.insert("Tags".to_owned(), execution.tags.clone().into());
        if execution.begins <= now {
            entry.insert("StartTime".to_owned(), time(execution.begins));
        }
        if execution.end() <= now {
            entry.insert("EndTime".to_owned(), time(execution.end()));
        }
        Value::from(entry)
    });
    page::in_memory(input, "TestCaseExecutions", entries.collect()).map(Value::from)
}
