//! Items and results of distributed `Map`s, in the sandbox's S3; and what tasks do there by `aws-sdk:s3`.

use callform_states::{Failure, items};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::error::AwsError;
use crate::handler::Environment;
use crate::services::s3::{bucket, object};

fn text<'a>(arguments: &'a Value, name: &str) -> &'a str {
    arguments.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// What keeps items from being read.
pub(super) fn unread(error: &AwsError) -> Failure {
    Failure::new("States.ItemReaderFailed", error.to_string())
}

fn content(environment: &Environment, arguments: &Value) -> Result<Vec<u8>, AwsError> {
    let key = text(arguments, "Key");
    let version = arguments.get("VersionId").and_then(Value::as_str);
    let found = object::read(environment, text(arguments, "Bucket"), key, version)?;
    found.ok_or_else(|| AwsError::new(404, "NoSuchKey", "The specified key does not exist."))
}

/// The items of a `Map`; the inner error is one of the file.
pub(super) fn read(
    environment: &Environment,
    resource: &str,
    arguments: &Value,
    config: &Value,
    most: Option<u64>,
) -> Result<Result<Vec<Value>, Failure>, AwsError> {
    let most = most.map(|most| usize::try_from(most).unwrap_or(usize::MAX));
    if resource.ends_with(":listObjectsV2") {
        let objects = listed(environment, text(arguments, "Bucket"), text(arguments, "Prefix"))?;
        return Ok(Ok(objects.into_iter().take(most.unwrap_or(usize::MAX)).collect()));
    }
    Ok(items::read(config, &content(environment, arguments)?, most))
}

fn listed(environment: &Environment, name: &str, prefix: &str) -> Result<Vec<Value>, AwsError> {
    bucket::require(environment, name)?;
    let objects = object::newest(environment, name)?.into_iter().filter(|(key, _)| key.starts_with(prefix));
    Ok(objects
        .map(|(key, version)| {
            json!({
                "Etag": format!("\"{}\"", version.etag),
                "Key": key,
                "LastModified": version.modified / 1000,
                "Size": version.size,
                "StorageClass": "STANDARD",
            })
        })
        .collect())
}

/// Writes results, as the service does: a manifest, and files of those that ended well and of those that failed.
///
/// Source: Developer Guide, "`ResultWriter` (Map)".
pub(super) fn write(
    environment: &Environment,
    arguments: &Value,
    run: &str,
    succeeded: &[(usize, Value, Value)],
    failed: &[(usize, Value, Failure)],
) -> Result<Value, AwsError> {
    let (name, prefix) = (text(arguments, "Bucket"), text(arguments, "Prefix").trim_end_matches('/'));
    let run_id = run.rsplit(':').next().unwrap_or_default();
    let folder = if prefix.is_empty() { run_id.to_owned() } else { format!("{prefix}/{run_id}") };
    let child = |index: usize, input: &Value, status: &str| {
        json!({
            "ExecutionArn": format!("{}:{}", run.replacen(":mapRun:", ":execution:", 1), child_name(run, index)),
            "Input": input.to_string(),
            "InputDetails": { "Included": true },
            "Name": child_name(run, index),
            "StateMachineArn": run.replacen(":mapRun:", ":stateMachine:", 1),
            "Status": status,
        })
    };
    let mut files: [(&str, Vec<Value>); 2] = [("SUCCEEDED", Vec::new()), ("FAILED", Vec::new())];
    for (index, input, output) in succeeded {
        let mut entry = child(*index, input, "SUCCEEDED");
        entry["Output"] = output.to_string().into();
        entry["OutputDetails"] = json!({ "Included": true });
        files[0].1.push(entry);
    }
    for (index, input, failure) in failed {
        let mut entry = child(*index, input, "FAILED");
        entry["Error"] = failure.error.as_str().into();
        entry["Cause"] = failure.cause.as_str().into();
        files[1].1.push(entry);
    }
    let mut manifest = json!({ "FAILED": [], "PENDING": [], "SUCCEEDED": [] });
    for (status, entries) in files {
        if entries.is_empty() {
            continue;
        }
        let key = format!("{folder}/{status}_0.json");
        let bytes = Value::from(entries).to_string().into_bytes();
        object::write(environment, name, &key, &bytes, "application/json")?;
        manifest[status] = json!([{ "Key": key, "Size": bytes.len() }]);
    }
    let whole = json!({ "DestinationBucket": name, "MapRunArn": run, "ResultFiles": manifest });
    let key = format!("{folder}/manifest.json");
    object::write(environment, name, &key, whole.to_string().as_bytes(), "application/json")?;
    Ok(json!({ "MapRunArn": run, "ResultWriterDetails": { "Bucket": name, "Key": key } }))
}

/// A name of an item's execution that is the same whenever it is asked for.
fn child_name(run: &str, index: usize) -> String {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("{run}/{index}").as_bytes()).to_string()
}

/// Operations of S3 by name, as far as tasks have them.
pub(super) fn call(environment: &Environment, operation: &str, input: &Map<String, Value>) -> Result<Value, AwsError> {
    let arguments = Value::Object(input.clone());
    let name = text(&arguments, "Bucket");
    match operation {
        "GetObject" => {
            let bytes = content(environment, &arguments)?;
            let body = String::from_utf8_lossy(&bytes);
            Ok(json!({ "Body": body, "ContentLength": bytes.len() }))
        }
        "PutObject" => {
            let body = arguments.get("Body").map(crate::input::shown).unwrap_or_default();
            let kind = arguments.get("ContentType").and_then(Value::as_str).unwrap_or("application/octet-stream");
            object::write(environment, name, text(&arguments, "Key"), body.as_bytes(), kind)?;
            let written =
                object::newest(environment, name)?.into_iter().find(|(key, _)| key == text(&arguments, "Key"));
            Ok(json!({ "ETag": written.map(|(_, version)| format!("\"{}\"", version.etag)) }))
        }
        "ListObjectsV2" => {
            let contents = listed(environment, name, text(&arguments, "Prefix"))?;
            Ok(json!({ "Contents": contents, "IsTruncated": false, "KeyCount": contents.len(), "Name": name }))
        }
        other => Err(AwsError::unsupported("S3", other)),
    }
}
