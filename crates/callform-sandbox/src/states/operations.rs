//! The operations of Step Functions on executions.

use callform_states::execution::MapRun;
use callform_states::{Failure, Machine, Type};
use serde_json::{Value, json};

use super::rows::{EXECUTION, HISTORY, Record, change, moment, record, seconds};
use super::start::{Start, start};
use super::{flights, tokens};
use crate::error::AwsError;
use crate::kinds;
use crate::kinds::api::{Api, Call, Does, Operation, named};
use crate::operation::{Member, Service, Shape, TEXT, optional, required};

/// The service: state machines, and their executions.
pub(crate) static STEP_FUNCTIONS: Api = Api {
    service: Service { name: "Step Functions", tables: &[kinds::STATE_MACHINES, OPERATIONS], others: &[] },
    ..kinds::STEP_FUNCTIONS
};

const EXECUTION_ARN: &[Member] = &[required("executionArn", Shape::Text(1, 256))];
const TASK: &[Member] = &[required("taskToken", Shape::Text(1, 2048))];
/// Events on a page, where nothing is said.
const PAGE: u64 = 100;

const OPERATIONS: &[Operation] = &[
    named(
        "StartExecution",
        &[required("stateMachineArn", Shape::Text(1, 256)), optional("name", TEXT), optional("input", TEXT)],
        Does::Own(start_execution),
    ),
    named("DescribeExecution", EXECUTION_ARN, Does::Own(|call| Ok(found(call)?.described()))),
    named("DescribeStateMachineForExecution", EXECUTION_ARN, Does::Own(describe_machine)),
    named("ListExecutions", &[], Does::Own(list)),
    named("StopExecution", EXECUTION_ARN, Does::Own(stop)),
    named("GetExecutionHistory", EXECUTION_ARN, Does::Own(history)),
    named(
        "SendTaskSuccess",
        &[required("taskToken", Shape::Text(1, 2048)), required("output", TEXT)],
        Does::Own(tokens::success),
    ),
    named("SendTaskFailure", TASK, Does::Own(tokens::failure)),
    named("SendTaskHeartbeat", TASK, Does::Own(tokens::heartbeat)),
    named("GetActivityTask", &[required("activityArn", TEXT)], Does::Own(activity_task)),
    named("ListMapRuns", EXECUTION_ARN, Does::Own(list_map_runs)),
    named("DescribeMapRun", &[required("mapRunArn", TEXT)], Does::Own(describe_map_run)),
    named("ValidateStateMachineDefinition", &[required("definition", TEXT)], Does::Own(validate)),
];

/// The execution that is named. An express execution is none that could be asked for.
fn found(call: &Call) -> Result<Record, AwsError> {
    let arn = call.text("executionArn").unwrap_or_default();
    if !arn.starts_with("arn:") {
        return Err(AwsError::new(400, "InvalidArn", format!("Invalid Arn: '{arn}'")));
    }
    let record = record(call.environment, arn)?.filter(|record| !record.is_express);
    record.ok_or_else(|| AwsError::new(400, "ExecutionDoesNotExist", format!("Execution Does Not Exist: '{arn}'")))
}

fn start_execution(call: &Call) -> Result<Value, AwsError> {
    let record = start(
        call.environment,
        &Start {
            machine_arn: call.text("stateMachineArn").unwrap_or_default(),
            input: call.text("input"),
            name: call.text("name"),
            trace: call.text("traceHeader"),
            parent: None,
        },
    )?;
    Ok(json!({ "executionArn": record.arn, "startDate": seconds(record.started) }))
}

fn describe_machine(call: &Call) -> Result<Value, AwsError> {
    let record = found(call)?;
    let mut described = json!({
        "stateMachineArn": record.machine_arn,
        "name": record.machine_name,
        "definition": record.definition,
        "roleArn": record.role_arn,
        "updateDate": seconds(record.started),
    });
    if let Some(revision) = record.revision {
        described["revisionId"] = revision;
    }
    Ok(described)
}

fn list(call: &Call) -> Result<Value, AwsError> {
    let environment = call.environment;
    let Some(arn) = call.text("stateMachineArn") else {
        return Err(AwsError::unsupported("Step Functions", "ListExecutions by mapRunArn"));
    };
    if kinds::state_machine(environment, arn)?.is_express {
        let message = format!("State Machine Type Not Supported: '{arn}'");
        return Err(AwsError::new(400, "StateMachineTypeNotSupported", message));
    }
    let wanted = call.text("statusFilter");
    let mut records = Vec::new();
    for key in environment.tx.keys_by_name(EXECUTION, environment.region, arn)? {
        let record: Option<Record> = environment.tx.get(EXECUTION, environment.region, &key)?;
        records.extend(record.filter(|record| wanted.is_none_or(|wanted| record.status().name() == wanted)));
    }
    // The newest comes first.
    records.sort_by(|one, other| other.started.cmp(&one.started).then_with(|| one.name.cmp(&other.name)));
    let shown = records.iter().map(|record| {
        let mut shown = record.described();
        if let Some(members) = shown.as_object_mut() {
            let names = ["executionArn", "stateMachineArn", "name", "status", "startDate", "stopDate", "redriveCount"];
            members.retain(|name, _| names.contains(&name.as_str()));
        }
        shown
    });
    Ok(call.page("executions", shown.collect()))
}

fn stop(call: &Call) -> Result<Value, AwsError> {
    let record = found(call)?;
    let environment = call.environment;
    let at = flights::now(environment.folder, moment(environment.now));
    let text = |name: &str| call.text(name).unwrap_or_default();
    let failure = Failure::new(text("error"), text("cause"));
    change(environment, &record.arn, None, |execution| Ok(execution.stop(failure, at)))?;
    // What is over stays as it is, and is told when.
    let ending = found(call)?.ending;
    Ok(json!({ "stopDate": seconds(ending.map_or(at, |ending| ending.at)) }))
}

fn history(call: &Call) -> Result<Value, AwsError> {
    let record = found(call)?;
    let (tx, input) = (call.environment.tx, call.input);
    let mut events: Vec<Value> =
        tx.newest::<Value>(HISTORY, &record.arn, None, usize::MAX >> 1)?.into_iter().map(|(_, event)| event).collect();
    if input.get("reverseOrder") != Some(&Value::Bool(true)) {
        events.reverse();
    }
    let start = match call.text("nextToken") {
        None => 0,
        Some(token) => token
            .parse::<usize>()
            .map_err(|_| AwsError::new(400, "InvalidToken", format!("Invalid Token: '{token}'")))?,
    };
    let size = input.get("maxResults").and_then(Value::as_u64).filter(|size| *size > 0).unwrap_or(PAGE).min(1000);
    let end = start.saturating_add(usize::try_from(size).unwrap_or(usize::MAX));
    let total = events.len();
    let hides = input.get("includeExecutionData") == Some(&Value::Bool(false));
    let page = events.into_iter().skip(start).take(end - start).map(|event| shown(event, hides));
    let mut answer = json!({ "events": page.collect::<Vec<Value>>() });
    if end < total {
        answer["nextToken"] = end.to_string().into();
    }
    Ok(answer)
}

/// An event with its time as the protocol writes it, and without data where they are not wanted.
fn shown(mut event: Value, hides: bool) -> Value {
    event["timestamp"] = seconds(event["timestamp"].as_i64().unwrap_or_default());
    let Some(members) = event.as_object_mut().filter(|_| hides) else { return event };
    for (_, details) in members.iter_mut().filter(|(name, _)| name.ends_with("Details")) {
        if let Some(details) = details.as_object_mut() {
            details.retain(|name, _| !["input", "output", "parameters", "assignedVariables"].contains(&name.as_str()));
        }
    }
    event
}

fn activity_task(call: &Call) -> Result<Value, AwsError> {
    let arn = call.text("activityArn").unwrap_or_default();
    if !kinds::has_activity(call.environment, arn)? {
        return Err(AwsError::new(400, "ActivityDoesNotExist", format!("Activity does not exist: '{arn}'")));
    }
    tokens::take_activity(call.environment, arn, call.text("workerName"))
}

fn list_map_runs(call: &Call) -> Result<Value, AwsError> {
    let record = found(call)?;
    let runs = record.map_runs.iter().map(|run| {
        let mut shown = json!({
            "executionArn": record.arn,
            "mapRunArn": run.arn,
            "stateMachineArn": record.machine_arn,
            "startDate": seconds(run.started),
        });
        if let Some(stopped) = run.stopped {
            shown["stopDate"] = seconds(stopped);
        }
        shown
    });
    Ok(call.page("mapRuns", runs.collect()))
}

fn describe_map_run(call: &Call) -> Result<Value, AwsError> {
    let environment = call.environment;
    let arn = call.text("mapRunArn").unwrap_or_default();
    for (_, record) in environment.tx.list::<Record>(EXECUTION, environment.region)? {
        if let Some(run) = record.map_runs.iter().find(|run| run.arn == arn) {
            return Ok(described_run(&record, run));
        }
    }
    Err(AwsError::new(400, "ResourceNotFound", format!("Resource not found: '{arn}'")))
}

fn described_run(record: &Record, run: &MapRun) -> Value {
    let counts = json!({
        "pending": run.total.saturating_sub(run.running + run.succeeded + run.failed),
        "running": run.running,
        "succeeded": run.succeeded,
        "failed": run.failed,
        "timedOut": 0,
        "aborted": 0,
        "total": run.total,
        "resultsWritten": if run.stopped.is_some() { run.succeeded + run.failed } else { 0 },
    });
    let mut described = json!({
        "mapRunArn": run.arn,
        "executionArn": record.arn,
        "status": run.status.name(),
        "startDate": seconds(run.started),
        "maxConcurrency": run.concurrency,
        "toleratedFailurePercentage": run.tolerated_percentage,
        "toleratedFailureCount": run.tolerated_count,
        "itemCounts": counts,
        "executionCounts": counts,
        "redriveCount": 0,
    });
    if let Some(stopped) = run.stopped {
        described["stopDate"] = seconds(stopped);
    }
    described
}

#[expect(clippy::unnecessary_wraps, reason = "an operation, as others that may be refused")]
fn validate(call: &Call) -> Result<Value, AwsError> {
    let kind = if call.text("type") == Some("EXPRESS") { Type::Express } else { Type::Standard };
    let problems = Machine::read(call.text("definition").unwrap_or_default(), kind).err().unwrap_or_default();
    let most = call.input.get("maxResults").and_then(Value::as_u64).filter(|most| *most > 0).unwrap_or(100);
    let most = usize::try_from(most).unwrap_or(100);
    let shown = problems.iter().take(most).map(|problem| {
        json!({
            "severity": "ERROR", "code": problem.code, "message": problem.message, "location": problem.pointer,
        })
    });
    Ok(json!({
        "result": if problems.is_empty() { "OK" } else { "FAIL" },
        "diagnostics": shown.collect::<Vec<Value>>(),
        "truncated": problems.len() > most,
    }))
}
