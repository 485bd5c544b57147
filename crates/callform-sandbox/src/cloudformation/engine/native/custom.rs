//! Custom resources: a function is given an event and puts its answer to a URL.
//!
//! | kind | scope | key |
//! |---|---|---|
//! | `cloudformation/custom-event` | – | stack id and the job's key; found by the event's request id |
//! | `cloudformation/custom-data` | stack id | logical ID and physical id: `Data` of the last answer |
//!
//! The event is written down here; the worker gives it to the function, outside of any transaction, and does so again
//! where its process was killed. Source: user guide, "Custom resources" with its reference of request and response.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Job, Order, number, text};
use crate::cloudformation::difference::shown;
use crate::cloudformation::engine::Step;
use crate::cloudformation::engine::handling::Outcome;
use crate::cloudformation::live::Live;
use crate::cloudformation::properties::resolve_dynamic;
use crate::cloudformation::signals::{self, Answer};
use crate::cloudformation::state::StackResource;
use crate::error::AwsError;
use crate::handler::Properties;
use crate::store::Tx;

const EVENT: &str = "cloudformation/custom-event";
const DATA: &str = "cloudformation/custom-data";

/// How long an answer may take, seconds, where `ServiceTimeout` does not say.
const TIMEOUT: u64 = 3_600;
/// Largest answer, bytes.
const LARGEST_ANSWER: usize = 4_096;
/// Longest physical id, bytes.
const LONGEST_ID: usize = 1_024;

/// An event whose answer is awaited.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Pending {
    pub(crate) request_id: String,
    /// ARN of the function.
    pub(crate) function: String,
    /// AWS region of the function.
    pub(crate) region: String,
    /// The event without its `ResponseURL`.
    pub(crate) event: Value,
    /// What the answer's URL ends in.
    pub(crate) inbox: String,
    /// Milliseconds since 1970.
    deadline: u64,
}

/// All events whose answer is awaited.
pub(crate) fn pending(tx: &Tx) -> Result<Vec<Pending>, AwsError> {
    Ok(tx.list(EVENT, "")?.into_iter().map(|(_, pending)| pending).collect())
}

pub(crate) fn is_awaited(tx: &Tx, request_id: &str) -> Result<bool, AwsError> {
    Ok(!tx.keys_by_name(EVENT, "", request_id)?.is_empty())
}

/// True where the answer to a resource's creation is awaited.
pub(crate) fn is_under_way(step: &Step, logical_id: &str) -> Result<bool, AwsError> {
    let key = format!("{}/{logical_id}/create/", step.stack_id());
    Ok(step.tx().get::<Pending>(EVENT, "", &key)?.is_some())
}

pub(super) fn forget_all(tx: &Tx, stack_id: &str) -> Result<(), AwsError> {
    for (key, _) in tx.list::<Pending>(EVENT, "")?.iter().filter(|(key, _)| key.starts_with(stack_id)) {
        tx.delete(EVENT, "", key)?;
    }
    Ok(())
}

/// The physical id of a resource whose function never said one.
pub(crate) fn generated_id(step: &Step, logical_id: &str) -> String {
    let random = Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{}{logical_id}", step.operation.id).as_bytes());
    let random: String = random.simple().to_string().to_uppercase().chars().take(12).collect();
    format!("{}-{logical_id}-{random}", step.stack.name)
}

fn milliseconds(time: SystemTime) -> u64 {
    u64::try_from(time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_millis()).unwrap_or(u64::MAX)
}

pub(super) fn perform(step: &Step, job: Job) -> Result<Outcome<String>, AwsError> {
    let key = format!("{}/{}", step.stack_id(), job.key());
    let Some(pending) = step.tx().get::<Pending>(EVENT, "", &key)? else { return begin(step, job, &key) };
    let answer = signals::take_answer(step.tx(), &pending.request_id)?;
    let late = milliseconds(step.environment.now) >= pending.deadline;
    let outcome = match answer {
        Some(Answer::Body(body)) => conclude(step, job, &pending, &body)?,
        Some(Answer::NotInvoked(reason)) => Outcome::Failed(reason),
        Some(Answer::Failed) => unanswered(step, job, &pending),
        None if late => unanswered(step, job, &pending),
        None => return Ok(Outcome::Waiting),
    };
    step.tx().delete(EVENT, "", &key)?;
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
    let pending = Pending {
        inbox: format!("{}|{}|{request_id}", step.stack_id(), job.logical_id),
        function: service.to_owned(),
        region: (*region).to_owned(),
        deadline: milliseconds(step.environment.now).saturating_add(seconds * 1_000),
        event,
        request_id: request_id.clone(),
    };
    step.tx().put(EVENT, "", key, Some(&request_id), &pending)?;
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
    let key = data_key(job.logical_id, &physical_id);
    match (job.order, answer.get("Data")) {
        (Order::Delete { physical_id, .. }, _) => {
            step.tx().delete(DATA, step.stack_id(), &data_key(job.logical_id, physical_id))?;
        }
        (_, Some(Value::Object(data))) => step.tx().put(DATA, step.stack_id(), &key, None, data)?,
        (_, None | Some(Value::Null)) => {
            step.tx().put(DATA, step.stack_id(), &key, None, &Map::<String, Value>::new())?;
        }
        (_, Some(_)) => return Ok(Outcome::Failed("Data in the response has to be an object.".to_owned())),
    }
    Ok(Outcome::Done(physical_id))
}

fn data_key(logical_id: &str, physical_id: &str) -> String {
    format!("{logical_id}/{physical_id}")
}

/// `Data` of the last answer.
pub(super) fn read(live: &Live, resource: &StackResource) -> Result<Properties, AwsError> {
    let key = data_key(&resource.definition.logical_id, &resource.physical_id);
    Ok(live.environment.tx.get(DATA, &live.stack.id, &key)?.unwrap_or_default())
}
