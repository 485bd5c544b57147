//! What is done for an execution by other services of the sandbox, in the transaction that tells it so.

use callform_states::{Failure, Pattern, Request, Resource, Work};
use serde_json::{Map, Value, json};

use super::{Done, files, sdk};
use crate::error::AwsError;
use crate::handler::Environment;
use crate::states::{Parent, Start, moment, start, start_execution};

/// Services that have an integration of their own: the name in a task, the one that is called, the one in errors, and
/// members that may be objects where the service takes texts.
const OPTIMIZED: &[(&str, &str, &str, &[&str])] = &[
    ("sqs", "sqs", "SQS", &["MessageBody"]),
    ("sns", "sns", "SNS", &["Message"]),
    ("dynamodb", "dynamodb", "DynamoDB", &[]),
    ("events", "eventbridge", "EventBridge", &["Detail"]),
];

/// Carries a request out. An `Err` is the sandbox's own failure; what a service refuses is the state's to deal with.
pub(super) fn perform(environment: &Environment, execution: &str, request: &Request) -> Result<Done, AwsError> {
    // What a service has written before it refuses is taken back.
    let tried = environment.tx.attempt(|| work(environment, execution, request))?;
    match tried {
        Ok(done) => Ok(done),
        Err(Refused::Own(error)) => Err(error),
        Err(Refused::Task(failure)) => Ok(Done::Settled(Err(failure))),
    }
}

enum Refused {
    Own(AwsError),
    Task(Failure),
}

/// A refusal of a service; failures of the sandbox's files are its own.
fn refused(error: AwsError, failure: impl FnOnce(&AwsError) -> Failure) -> Refused {
    match error.status {
        503 | 507 => Refused::Own(error),
        _ => Refused::Task(failure(&error)),
    }
}

fn work(environment: &Environment, execution: &str, request: &Request) -> Result<Done, Refused> {
    match &request.work {
        Work::Read { resource, arguments, config, most } => {
            let items = files::read(environment, resource, arguments, config, *most);
            let items = items.map_err(|error| refused(error, files::unread))?;
            Ok(Done::Settled(items.map(Value::from)))
        }
        Work::Write { arguments, run, succeeded, failed } => {
            let written = files::write(environment, arguments, run, succeeded, failed);
            let failure = |error: &AwsError| Failure::new("States.ResultWriterFailed", error.to_string());
            written.map(|output| Done::Settled(Ok(output))).map_err(|error| refused(error, failure))
        }
        Work::Task { resource, arguments } => match Resource::read(resource) {
            Resource::Service { service, action, pattern } => {
                task(environment, (execution, request.id), (&service, &action, pattern), arguments)
            }
            _ => Err(unknown(resource)),
        },
    }
}

fn unknown(resource: &str) -> Refused {
    Refused::Task(Failure::runtime(format!("The resource {resource} is none that the sandbox has.")))
}

fn task(
    environment: &Environment,
    (execution, request): (&str, u64),
    (service, action, pattern): (&str, &str, Pattern),
    arguments: &Value,
) -> Result<Done, Refused> {
    if service == "states" && action == "startExecution" {
        let parent = match pattern {
            Pattern::Sync { is_second } => Some(Parent { arn: execution.to_owned(), request, is_second }),
            Pattern::Response | Pattern::Token => None,
        };
        return execute(environment, arguments, parent, pattern);
    }
    if matches!(pattern, Pattern::Sync { .. }) {
        return Err(unknown(&format!("{service}:{action}.sync")));
    }
    let output = if let Some((_, name, errors, texts)) = OPTIMIZED.iter().find(|(own, ..)| *own == service) {
        sdk::call(environment, name, action, &as_texts(arguments, texts))
            .map_err(|error| refused(error, |error| sdk::named_failure(errors, error)))?
    } else if let Some(name) = service.strip_prefix("aws-sdk:") {
        sdk::call(environment, name, action, arguments)
            .map_err(|error| refused(error, |error| sdk::failure(name, error)))?
    } else {
        return Err(unknown(&format!("{service}:{action}")));
    };
    Ok(match pattern {
        Pattern::Token => Done::Submitted(output),
        Pattern::Response | Pattern::Sync { .. } => Done::Settled(Ok(output)),
    })
}

/// Arguments with JSON as a text where the service takes texts, at the top and in `Entries`.
fn as_texts(arguments: &Value, texts: &[&str]) -> Value {
    let Value::Object(members) = arguments else { return arguments.clone() };
    let member = |(name, value): (&String, &Value)| {
        let value = match value {
            Value::Object(_) | Value::Array(_) if texts.contains(&name.as_str()) => value.to_string().into(),
            Value::Array(entries) if name == "Entries" => entries.iter().map(|entry| as_texts(entry, texts)).collect(),
            other => other.clone(),
        };
        (name.clone(), value)
    };
    members.iter().map(member).collect::<Map<_, _>>().into()
}

/// `states:startExecution`, in all its forms.
fn execute(
    environment: &Environment,
    arguments: &Value,
    parent: Option<Parent>,
    pattern: Pattern,
) -> Result<Done, Refused> {
    let text = |name: &str| arguments.get(name).and_then(Value::as_str);
    let input = arguments.get("Input").map(crate::input::shown);
    let machine_arn = text("StateMachineArn").unwrap_or_default();
    let begun = if parent.is_some() {
        let wanted = Start { machine_arn, input: input.as_deref(), name: text("Name"), trace: None, parent };
        start(environment, &wanted).map(|record| record.arn)
    } else {
        start_execution(environment, machine_arn, input.as_deref().unwrap_or("{}"), text("Name"))
    };
    let failure = |error: &AwsError| sdk::named_failure("StepFunctions", error);
    let begun = begun.map_err(|error| refused(error, failure))?;
    let output = json!({ "ExecutionArn": begun, "StartDate": moment(environment.now) });
    Ok(match pattern {
        Pattern::Response => Done::Settled(Ok(output)),
        Pattern::Sync { .. } => Done::Began { arn: begun, output },
        Pattern::Token => Done::Submitted(output),
    })
}
