//! Amazon Transcribe: jobs that give back what the sandbox knows was said.
//!
//! ```text
//! request ─request::Wanted→ Job, queued ─work, by the clock→ in progress → completed: result::file, or failed
//! ```
//!
//! Nothing listens: the words of a recording are those that the sandbox made it of. Of every other file it is read what
//! it is (`media`), and nothing was said in it.

mod job;
mod media;
mod place;
mod request;
mod result;
mod work;

use serde_json::{Map, Value, json};

use crate::clock::epoch_milliseconds;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::input::{Input, page};
use crate::operation::{Member, Shape, optional};
use crate::services::table::{Operation, Service, operation, routed, service};

use job::{Job, Status};
use request::{STATUS, Wanted, check_name};
pub(crate) use work::Jobs;

/// The service.
pub(crate) static SERVICE: Service = service("Transcribe", INVALID, &[OPERATIONS]);

const INVALID: &str = "BadRequestException";

const OPERATIONS: &[Operation] = &[
    routed("StartTranscriptionJob", "", "", 200, request::MEMBERS, start),
    operation("GetTranscriptionJob", get),
    routed("ListTranscriptionJobs", "", "", 200, LIST, list),
    operation("DeleteTranscriptionJob", delete),
];

const LIST: &[Member] = &[
    optional("Status", Shape::OneOf(STATUS)),
    optional("JobNameContains", Shape::Text(1, 200)),
    optional("MaxResults", Shape::Number(1, 100)),
    optional("NextToken", Shape::Text(0, 8192)),
];

/// Carries out an operation.
pub(crate) fn call(environment: &Environment, operation: &str, input: &Map<String, Value>) -> Result<Value, AwsError> {
    SERVICE.call(environment, operation, input)
}

fn start(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let wanted = Wanted::read(environment, input)?;
    if Job::find(environment, &wanted.name)?.is_some() {
        let message = "The requested job name already exists. Use a different job name.";
        return Err(AwsError::new(409, "ConflictException", message));
    }
    let job = Job::queued(wanted, epoch_milliseconds(environment.now));
    job.save(environment)?;
    work::queue(environment, &job)?;
    Ok(json!({ "TranscriptionJob": job.described(environment)? }))
}

/// The job that the input names.
fn named(environment: &Environment, input: &Input) -> Result<Option<Job>, AwsError> {
    let name = input.need("TranscriptionJobName")?;
    check_name(name)?;
    Job::find(environment, name)
}

fn get(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let absent = || {
        let message = "The requested job couldn't be found. Check the job name and try your request again.";
        AwsError::new(404, "NotFoundException", message)
    };
    let job = named(environment, input)?.ok_or_else(absent)?;
    Ok(json!({ "TranscriptionJob": job.described(environment)? }))
}

/// Jobs, the newest first.
fn list(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let status = input.text("Status");
    let part = input.text("JobNameContains").map(str::to_lowercase);
    let mut jobs = Job::all(environment)?;
    jobs.retain(|job| {
        let has_part = part.as_ref().is_none_or(|part| job.wanted.name.to_lowercase().contains(part));
        has_part && status.is_none_or(|status| job.status.name() == status)
    });
    jobs.sort_by(|one, other| (other.created, &one.wanted.name).cmp(&(one.created, &other.wanted.name)));
    let size = usize::try_from(input.number("MaxResults").unwrap_or(5)).unwrap_or(5);
    let (page, next) = page(jobs.iter().map(Job::summary).collect(), input.text("NextToken"), size);
    let mut answer = json!({ "TranscriptionJobSummaries": page });
    if let Some(status) = status {
        answer["Status"] = status.into();
    }
    if let Some(next) = next {
        answer["NextToken"] = next.into();
    }
    Ok(answer)
}

fn delete(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let wrong = |what: &str| AwsError::new(400, INVALID, what);
    let job = named(environment, input)?.ok_or_else(|| wrong("The requested job couldn't be found."))?;
    if matches!(job.status, Status::Queued | Status::InProgress) {
        return Err(wrong("The job can't be deleted while it is in progress. Wait until it is completed or failed."));
    }
    job.delete(environment)?;
    Ok(Value::Null)
}

#[cfg(test)]
mod tests;
