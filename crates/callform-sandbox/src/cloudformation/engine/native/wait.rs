//! Wait conditions and their handles.
//!
//! Source: user guide, "Wait conditions"; texts of the events from recordings of the service.

use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::job::{Job, Order, number, text};
use crate::cloudformation::engine::operation::{self, WAITING};
use crate::cloudformation::engine::step::{Outcome, Step};
use crate::error::AwsError;
use crate::signals;

/// Longest `Timeout`, seconds.
const LONGEST: u64 = 43_200;

/// What is waited for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Waiting {
    inbox: String,
    count: u64,
    /// Seconds since 1970.
    deadline: u64,
}

pub(super) fn perform_handle(step: &Step, job: Job) -> Result<Outcome<String>, AwsError> {
    match job.order {
        Order::Create { .. } => {
            let handle = format!("{}/{}/{}", step.stack_id(), Uuid::new_v4().simple(), job.logical_id);
            Ok(Outcome::Done(signals::condition_url(&step.environment, &handle)?))
        }
        Order::Update { physical_id, .. } => Ok(Outcome::Done(physical_id.to_owned())),
        Order::Delete { physical_id, .. } => {
            if let Some(handle) = signals::handle_of(physical_id) {
                signals::forget_signals(step.tx(), &handle)?;
            }
            Ok(Outcome::Done(physical_id.to_owned()))
        }
    }
}

pub(super) fn perform(step: &Step, job: Job) -> Result<Outcome<String>, AwsError> {
    match job.order {
        Order::Create { properties } => wait(step, job.logical_id, properties),
        Order::Update { .. } => Ok(Outcome::Failed(
            "Update to resource type AWS::CloudFormation::WaitCondition is not supported.".to_owned(),
        )),
        Order::Delete { physical_id, .. } => {
            signals::forget_signals(step.tx(), &signals::resource_inbox(step.stack_id(), job.logical_id))?;
            Ok(Outcome::Done(physical_id.to_owned()))
        }
    }
}

fn wait(step: &Step, logical_id: &str, properties: &Value) -> Result<Outcome<String>, AwsError> {
    let now = step.environment.now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let Some(waiting) = step.tx().get::<Waiting>(WAITING, step.stack_id(), logical_id)? else {
        return match demand(step, logical_id, properties)? {
            Ok((inbox, count, seconds)) => {
                let waiting = Waiting { inbox, count, deadline: now.saturating_add(seconds) };
                step.tx().put(WAITING, step.stack_id(), logical_id, None, &waiting)?;
                Ok(Outcome::Begun)
            }
            Err(reason) => Ok(Outcome::Failed(reason)),
        };
    };
    let found = signals::signals(step.tx(), &waiting.inbox)?;
    let received = found.iter().filter(|(_, signal)| signal.success).count();
    let received = u64::try_from(received).unwrap_or(u64::MAX);
    let outcome = if let Some((unique, signal)) = found.iter().find(|(_, signal)| !signal.success) {
        let reason = &signal.reason;
        Outcome::Failed(format!("WaitCondition received failed message: '{reason}' for uniqueId: {unique}"))
    } else if received >= waiting.count {
        Outcome::Done(format!("{}/{logical_id}", step.stack_id()))
    } else if now >= waiting.deadline {
        Outcome::Failed(format!(
            "WaitCondition timed out. Received {received} conditions when expecting {}",
            waiting.count
        ))
    } else {
        return Ok(Outcome::Waiting);
    };
    step.tx().delete(WAITING, step.stack_id(), logical_id)?;
    Ok(outcome)
}

/// Where the signals come, how many are needed, and within how many seconds. The inner `Err` is the reason to refuse.
fn demand(step: &Step, logical_id: &str, properties: &Value) -> Result<Result<(String, u64, u64), String>, AwsError> {
    let work = operation::work(step.tx(), step.stack_id(), logical_id)?;
    let policy = work.and_then(|work| work.definition.creation_policy);
    if let Some(policy) = policy {
        let signal = policy.get("ResourceSignal").cloned().unwrap_or_default();
        let inbox = signals::resource_inbox(step.stack_id(), logical_id);
        signals::forget_signals(step.tx(), &inbox)?;
        let seconds = text(&signal, "Timeout").map_or(Some(300), iso_duration);
        let count = number(&signal, "Count").unwrap_or(1);
        return Ok(seconds.filter(|seconds| *seconds <= LONGEST).map(|seconds| (inbox, count, seconds)).ok_or_else(
            || format!("The Timeout of CreationPolicy has to be a duration of at most PT12H for resource {logical_id}"),
        ));
    }
    let Some(handle) = text(properties, "Handle").and_then(signals::handle_of) else {
        return Ok(Err("Handle has to be the Ref of a WaitConditionHandle.".to_owned()));
    };
    Ok(match number(properties, "Timeout") {
        Some(seconds) if seconds <= LONGEST => Ok((handle, number(properties, "Count").unwrap_or(1), seconds)),
        _ => Err(format!("Timeout has to be a number of seconds, at most {LONGEST}.")),
    })
}

/// The seconds of a duration such as `PT1H30M`.
pub(crate) fn iso_duration(text: &str) -> Option<u64> {
    let rest = text.strip_prefix("PT").filter(|rest| !rest.is_empty())?;
    let mut seconds = 0_u64;
    let mut digits = String::new();
    for character in rest.chars() {
        let unit = match character {
            'H' => 3_600,
            'M' => 60,
            'S' => 1,
            digit if digit.is_ascii_digit() => {
                digits.push(digit);
                continue;
            }
            _ => return None,
        };
        seconds = seconds.checked_add(digits.parse::<u64>().ok()?.checked_mul(unit)?)?;
        digits.clear();
    }
    digits.is_empty().then_some(seconds)
}

#[cfg(test)]
mod tests {
    use super::iso_duration;

    #[test]
    fn durations() {
        for (text, seconds) in
            [("PT15M", Some(900)), ("PT1H30M5S", Some(5_405)), ("PT", None), ("15M", None), ("PT5", None)]
        {
            assert_eq!(iso_duration(text), seconds, "{text}");
        }
    }
}
