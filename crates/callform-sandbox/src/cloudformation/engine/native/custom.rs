//! Custom resources: a function is given an event and puts its answer to a URL.
//!
//! The event is written down here ([`pending`]); the worker gives it to the function, outside of any transaction, and does so again
//! where its process was killed. Source: user guide, "Custom resources" with its reference of request and response.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::job::{Job, Order, number, text};
use crate::cloudformation::engine::cancellation::generated_id;
use crate::cloudformation::engine::step::{Outcome, Step};
use crate::cloudformation::state::properties::resolve_dynamic;
use crate::error::AwsError;
use crate::input::shown;
use crate::signals::pending::{self, Pending};
use crate::signals::{self, Answer};

/// How long an answer may take, seconds, where `ServiceTimeout` does not say.
const TIMEOUT: u64 = 3_600;
/// Largest answer, bytes.
const LARGEST_ANSWER: usize = 4_096;
/// Longest physical id, bytes.
const LONGEST_ID: usize = 1_024;

fn milliseconds(time: SystemTime) -> u64 {
    u64::try_from(time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_millis()).unwrap_or(u64::MAX)
}

pub(super) fn perform(step: &Step, job: Job) -> Result<Outcome<String>, AwsError> {
    let key = format!("{}/{}", step.stack_id(), job.key());
    let Some(found) = pending::load(step.tx(), &key)? else { return begin(step, job, &key) };
    let answer = signals::take_answer(step.tx(), &found.request_id)?;
    let late = milliseconds(step.environment.now) >= found.deadline;
    let outcome = match answer {
        Some(Answer::Body(body)) => conclude(step, job, &found, &body)?,
        Some(Answer::NotInvoked(reason)) => Outcome::Failed(reason),
        Some(Answer::Failed) => unanswered(step, job, &found),
        None if late => unanswered(step, job, &found),
        None => return Ok(Outcome::Waiting),
    };
    pending::remove(step.tx(), &key)?;
    Ok(outcome)
}

/// Writes the event down.
fn begin(step: &Step, job: Job, key: &str) -> Result<Outcome<String>, AwsError> {
    let (verb, physical_id, properties, old) = match job.order {
        Order::Create { properties } => ("Create", None, properties, None),
        Order::Update { physical_id, old, properties } => ("Update", Some(physical_id), properties, Some(old)),
        Order::Delete { physical_id, properties } => ("Delete", Some(physical_id), properties, None),
    };
    let Some(service) = text(properties, "ServiceToken") else {
        return Ok(Outcome::Failed("Custom resources need a ServiceToken, which is a text.".to_owned()));
    };
    if old.is_some_and(|old| text(old, "ServiceToken") != Some(service)) {
        return Ok(Outcome::Failed("Modifying service token is not allowed.".to_owned()));
    }
    let parts: Vec<&str> = service.split(':').collect();
    let [_, _, "lambda", region, ..] = parts.as_slice() else {
        return Ok(Outcome::Failed(format!(
            "The sandbox does not support custom resources with the ServiceToken {service}: only functions of Lambda."
        )));
    };
    let seconds = number(properties, "ServiceTimeout").unwrap_or(TIMEOUT);
    if !(1..=TIMEOUT).contains(&seconds) {
        return Ok(Outcome::Failed(format!("ServiceTimeout has to be from 1 to {TIMEOUT} seconds.")));
    }
    let request_id = Uuid::new_v4().to_string();
    let mut event = json!({
        "RequestType": verb,
        "ServiceToken": service,
        "StackId": step.stack_id(),
        "RequestId": request_id,
        "LogicalResourceId": job.logical_id,
        "ResourceType": job.type_name,
        "ResourceProperties": as_text(&resolve_dynamic(&step.environment, properties)?),
    });
    if let Some(physical_id) = physical_id {
        event["PhysicalResourceId"] = physical_id.into();
    }
    if let Some(old) = old {
        event["OldResourceProperties"] = as_text(&resolve_dynamic(&step.environment, old)?);
    }
    let event = Pending {
        inbox: format!("{}|{}|{request_id}", step.stack_id(), job.logical_id),
        function: service.to_owned(),
        region: (*region).to_owned(),
        deadline: milliseconds(step.environment.now).saturating_add(seconds * 1_000),
        event,
        request_id,
    };
    pending::save(step.tx(), key, &event)?;
    Ok(Outcome::Begun)
}

/// The function may have made something nevertheless: it is told to delete that.
fn unanswered(step: &Step, job: Job, pending: &Pending) -> Outcome<String> {
    let reason = format!(
        "CloudFormation did not receive a response from your Custom Resource. Please check your logs for requestId [{}]. If you are using the Python cfn-response module, you may need to update your Lambda function code so that CloudFormation can attach the updated version.",
        pending.request_id
    );
    match job.order {
        Order::Create { .. } => Outcome::FailedAs(generated_id(step, job.logical_id), reason),
        Order::Update { .. } | Order::Delete { .. } => Outcome::Failed(reason),
    }
}

/// Functions get all scalars as text.
fn as_text(value: &Value) -> Value {
    match value {
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), as_text(value))).collect(),
        Value::Array(items) => items.iter().map(as_text).collect(),
        Value::String(_) | Value::Null => value.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string().into(),
    }
}

fn conclude(step: &Step, job: Job, pending: &Pending, body: &str) -> Result<Outcome<String>, AwsError> {
    if body.len() > LARGEST_ANSWER {
        return Ok(Outcome::Failed("Response is too long.".to_owned()));
    }
    let Ok(Value::Object(answer)) = serde_json::from_str::<Value>(body) else {
        return Ok(Outcome::Failed("Invalid JSON in the response of the custom resource.".to_owned()));
    };
    let of = |name: &str| answer.get(name).map(shown).filter(|text| !text.is_empty());
    let physical_id = of("PhysicalResourceId").filter(|id| id.len() <= LONGEST_ID);
    match of("Status").as_deref() {
        Some("SUCCESS") => {}
        Some("FAILED") => {
            let reason = of("Reason").unwrap_or_default();
            let reason = format!(
                "Received response status [FAILED] from custom resource. Message returned: {reason} (RequestId: {})",
                pending.request_id
            );
            return Ok(match (job.order, physical_id) {
                (Order::Create { .. }, Some(physical_id)) => Outcome::FailedAs(physical_id, reason),
                _ => Outcome::Failed(reason),
            });
        }
        _ => return Ok(Outcome::Failed("Invalid Status in the response of the custom resource.".to_owned())),
    }
    let physical_id = match (physical_id, job.order) {
        (Some(physical_id), _) => physical_id,
        (None, Order::Delete { physical_id, .. }) => physical_id.to_owned(),
        (None, _) => return Ok(Outcome::Failed("Invalid PhysicalResourceId".to_owned())),
    };
    let save =
        |data: &Map<String, Value>| pending::save_data(step.tx(), step.stack_id(), job.logical_id, &physical_id, data);
    match (job.order, answer.get("Data")) {
        (Order::Delete { physical_id, .. }, _) => {
            pending::remove_data(step.tx(), step.stack_id(), job.logical_id, physical_id)?;
        }
        (_, Some(Value::Object(data))) => save(data)?,
        (_, None | Some(Value::Null)) => {
            save(&Map::new())?;
        }
        (_, Some(_)) => return Ok(Outcome::Failed("Data in the response has to be an object.".to_owned())),
    }
    Ok(Outcome::Done(physical_id))
}
