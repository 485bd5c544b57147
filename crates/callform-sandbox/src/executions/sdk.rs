//! Services by the names that tasks have for them: `aws-sdk:dynamodb:getItem`, with parameters and errors in the forms
//! of the Java SDK.
//!
//! Source: Developer Guide, "Learning to use AWS service SDK integrations": names of parameters begin in upper case
//! whatever the service's own do, errors are `Service.NameException`.

use callform_states::Failure;
use serde_json::{Map, Value};

use crate::error::AwsError;
use crate::handler::Environment;
use crate::services::{
    athena, dynamodb, events, firehose, glue, iam, kinesis, kms, logs, secrets, servicequotas, sns, sqs, ssm, sts,
};
use crate::states::STEP_FUNCTIONS;
use crate::{connect, kinds, transcribe};

/// Name in a task, name in its errors, and whether names of members begin in lower case on the service's own wire.
const SERVICES: &[(&str, &str, bool)] = &[
    ("athena", "Athena", false),
    ("cloudwatch", "CloudWatch", false),
    ("cloudwatchlogs", "CloudWatchLogs", true),
    ("connect", "Connect", false),
    ("dynamodb", "DynamoDb", false),
    ("eventbridge", "EventBridge", false),
    ("firehose", "Firehose", false),
    ("glue", "Glue", false),
    ("iam", "Iam", false),
    ("kinesis", "Kinesis", false),
    ("kms", "Kms", false),
    ("lambda", "Lambda", false),
    ("s3", "S3", false),
    ("scheduler", "Scheduler", false),
    ("secretsmanager", "SecretsManager", false),
    ("servicequotas", "ServiceQuotas", false),
    ("sfn", "Sfn", true),
    ("sns", "Sns", false),
    ("sqs", "Sqs", false),
    ("ssm", "Ssm", false),
    ("sts", "Sts", false),
    ("transcribe", "Transcribe", false),
];

/// Carries an operation out: `action` begins in lower case.
pub(crate) fn call(
    environment: &Environment,
    service: &str,
    action: &str,
    arguments: &Value,
) -> Result<Value, AwsError> {
    let operation = cased(action, true);
    let is_lower = SERVICES.iter().any(|(name, _, is_lower)| *name == service && *is_lower);
    let given = if is_lower { renamed(arguments, false) } else { arguments.clone() };
    let input = crate::input::object(given);
    let answer = by_name(environment, service, &operation, &input)?;
    let answer = if answer.is_null() { Value::Object(Map::new()) } else { answer };
    Ok(if is_lower { renamed(&answer, true) } else { answer })
}

fn by_name(
    environment: &Environment,
    service: &str,
    operation: &str,
    input: &Map<String, Value>,
) -> Result<Value, AwsError> {
    match service {
        "athena" => athena::call(environment, operation, input),
        "cloudwatch" => kinds::CLOUD_WATCH.call(environment, operation, input),
        "cloudwatchlogs" => logs::call(environment, operation, input),
        "connect" => connect::call(environment, operation, input),
        "dynamodb" => dynamodb::call(environment, operation, input),
        "eventbridge" => events::call(environment, operation, input),
        "firehose" => firehose::call(environment, operation, input),
        "glue" => glue::call(environment, operation, input),
        "iam" => iam::call(environment, operation, input),
        "kinesis" => kinesis::call(environment, operation, input),
        "kms" => kms::call(environment, operation, input),
        "s3" => super::files::call(environment, operation, input),
        "scheduler" => kinds::SCHEDULER.call(environment, operation, input),
        "secretsmanager" => secrets::call(environment, operation, input),
        "servicequotas" => servicequotas::SERVICE.call(environment, operation, input),
        "sfn" => STEP_FUNCTIONS.call(environment, operation, input),
        "sns" => sns::call(environment, operation, input),
        "sqs" => sqs::call(environment, operation, input),
        "ssm" => ssm::call(environment, operation, input),
        "sts" => sts::SERVICE.call(environment, operation, input),
        "transcribe" => transcribe::call(environment, operation, input),
        other => Err(AwsError::unsupported(other, operation)),
    }
}

/// An error as a state sees it.
pub(super) fn failure(service: &str, error: &AwsError) -> Failure {
    let name = SERVICES.iter().find(|(name, ..)| *name == service).map_or(service, |(_, name, _)| name);
    named_failure(name, error)
}

/// An error under a name of a service.
pub(super) fn named_failure(service: &str, error: &AwsError) -> Failure {
    let code = match error.code.as_str() {
        "AWS.SimpleQueueService.NonExistentQueue" | "QueueDoesNotExist" => "QueueDoesNotExist",
        code => code.rsplit('.').next().unwrap_or(code),
    };
    let end = if code.ends_with("Exception") { "" } else { "Exception" };
    let cause = format!("{} (Service: {service}, Status Code: {})", error.message, error.status);
    Failure::new(format!("{service}.{code}{end}"), cause)
}

fn cased(name: &str, is_upper: bool) -> String {
    let mut name = name.to_owned();
    if let Some(first) = name.get_mut(..1) {
        if is_upper {
            first.make_ascii_uppercase();
        } else {
            first.make_ascii_lowercase();
        }
    }
    name
}

/// Names of all members with another first letter.
fn renamed(value: &Value, is_upper: bool) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (cased(name, is_upper), renamed(value, is_upper)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => items.iter().map(|item| renamed(item, is_upper)).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn errors_are_named_like_classes() {
        for (service, code, expected) in [
            ("dynamodb", "ConditionalCheckFailedException", "DynamoDb.ConditionalCheckFailedException"),
            ("s3", "NoSuchKey", "S3.NoSuchKeyException"),
            ("sqs", "AWS.SimpleQueueService.NonExistentQueue", "Sqs.QueueDoesNotExistException"),
            ("sfn", "ExecutionAlreadyExists", "Sfn.ExecutionAlreadyExistsException"),
            ("other", "Some", "other.SomeException"),
        ] {
            assert_eq!(failure(service, &AwsError::new(400, code, "m")).error, expected);
        }
    }

    #[test]
    fn names_change_at_every_depth() {
        let given = json!({ "StateMachineArn": "A", "Tags": [{ "Key": "K" }] });
        let lower = json!({ "stateMachineArn": "A", "tags": [{ "key": "K" }] });
        assert_eq!(renamed(&given, false), lower);
        assert_eq!(renamed(&lower, true), given);
    }
}
