//! Schedules of EventBridge Scheduler that are due.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{Content, Parcel};
use crate::error::AwsError;
use crate::handler::Environment;
use crate::kinds::scheduler::{self, Schedule};
use crate::services::carrying::time_of;
use crate::services::events;
use crate::services::timing::Timing;

/// What schedules can write into what their target gets.
const ARN: &str = "<aws.scheduler.schedule-arn>";
const TIME: &str = "<aws.scheduler.scheduled-time>";
const EXECUTION: &str = "<aws.scheduler.execution-id>";
const ATTEMPT: &str = "<aws.scheduler.attempt-number>";

/// What a target gets at an attempt.
pub(super) fn of_attempt(text: &str, execution: &str, attempt: u64) -> String {
    text.replace(EXECUTION, execution).replace(ATTEMPT, &attempt.to_string())
}

/// When a schedule runs; `None` where it is gone or turned off.
pub(super) fn timing(environment: &Environment, key: &str) -> Result<Option<Timing>, AwsError> {
    Ok(scheduler::find(environment, key)?.and_then(|schedule| schedule.timing()))
}

/// Carries out a schedule whose time has come.
pub(super) fn run(environment: &Environment, key: &str, scheduled: u64) -> Result<(), AwsError> {
    let Some(schedule) = scheduler::find(environment, key)? else {
        return scheduler::forget(environment.tx, key);
    };
    let region = schedule.region().to_owned();
    let environment = &Environment { region: &region, ..*environment };
    schedule.wait_for_next(environment, scheduled)?;
    let Schedule { arn, target, .. } = &schedule;
    let time = events::text_time(time_of(scheduled));
    let text = match target["Input"].as_str() {
        Some(input) => input.replace(ARN, arn).replace(TIME, &time),
        None => default_payload(environment, arn, scheduled).to_string(),
    };
    let execution: String = Uuid::new_v4().simple().to_string().chars().take(16).collect();
    let sender = vec![("SCHEDULE_ARN".to_owned(), arn.clone()), ("SCHEDULED_TIME".to_owned(), time)];
    Parcel::new(environment, target.clone(), Content::Payload { text, execution }, sender).deliver(environment)
}

/// What targets get where the schedule does not say: an event whose detail is a text.
fn default_payload(environment: &Environment, arn: &str, scheduled: u64) -> Value {
    let told = ("aws.scheduler", "Scheduled Event");
    events::envelope(environment, told, time_of(scheduled), &[arn.to_owned()], &json!("{}"))
}
