//! Answers from outside: tokens, and activities.

use callform_states::Failure;
use serde_json::{Value, json};

use super::rows::{self, ACTIVITY, Activity, TOKEN, Token, moment};
use super::{change, flights};
use crate::error::AwsError;
use crate::handler::Environment;
use crate::kinds::api::Call;

/// What somebody says about a task.
enum Said {
    Success(Value),
    Failure(Failure),
    Heartbeat,
}

fn gone() -> AwsError {
    AwsError::new(400, "TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'")
}

fn say(call: &Call, said: Said) -> Result<Value, AwsError> {
    let environment = call.environment;
    let text = call.text("taskToken").unwrap_or_default();
    let token: Option<Token> = environment.tx.get(TOKEN, environment.region, text)?;
    let token = token.ok_or_else(|| AwsError::new(400, "InvalidToken", "Invalid Token: 'Invalid token'"))?;
    let at = flights::now(environment.folder, moment(environment.now));
    // What was due before comes before: whoever is late is late, even where the worker has not got there.
    let changed = change(environment, &token.arn, Some(at), |_| Ok(()))?;
    if changed.is_none() {
        return Err(gone());
    }
    let taken = change(environment, &token.arn, None, |execution| {
        if execution.by_token(text).is_err() {
            return Err(gone());
        }
        let taken = match said {
            Said::Success(output) => execution.settle(token.request, Ok(output), at),
            Said::Failure(failure) => execution.settle(token.request, Err(failure), at),
            Said::Heartbeat => execution.beat(token.request, at),
        };
        taken.map_err(|_| gone())
    })?;
    taken.map(|()| json!({})).ok_or_else(gone)
}

/// `SendTaskSuccess`.
pub(super) fn success(call: &Call) -> Result<Value, AwsError> {
    let text = call.text("output").unwrap_or_default();
    let wrong = |why: &str| AwsError::new(400, "InvalidOutput", format!("Invalid Output: '{why}'"));
    if text.len() > callform_states::LARGEST_PAYLOAD {
        return Err(wrong("it is larger than 262144 bytes"));
    }
    let output = serde_json::from_str(text).map_err(|error| wrong(&error.to_string()))?;
    say(call, Said::Success(output))
}

/// `SendTaskFailure`.
pub(super) fn failure(call: &Call) -> Result<Value, AwsError> {
    let text = |name: &str| call.text(name).unwrap_or_default();
    say(call, Said::Failure(Failure::new(text("error"), text("cause"))))
}

/// `SendTaskHeartbeat`.
pub(super) fn heartbeat(call: &Call) -> Result<Value, AwsError> {
    say(call, Said::Heartbeat)
}

/// `GetActivityTask`, which never waits here: a request is one transaction.
pub(super) fn take_activity(
    environment: &Environment,
    activity: &str,
    worker: Option<&str>,
) -> Result<Value, AwsError> {
    let prefix = format!("{activity}/");
    let tasks: Vec<(String, Activity)> = environment.tx.list_after(ACTIVITY, environment.region, &prefix, 1)?;
    let Some((_, task)) = tasks.into_iter().next().filter(|(key, _)| key.starts_with(&prefix)) else {
        return Ok(json!({}));
    };
    let at = flights::now(environment.folder, moment(environment.now));
    let taken = rows::change(environment, &task.arn, None, |execution| {
        Ok(execution.begin_activity(task.request, worker, at).is_ok())
    })?;
    match taken {
        Some(true) => Ok(json!({ "taskToken": task.token, "input": task.input })),
        _ => Ok(json!({})),
    }
}
