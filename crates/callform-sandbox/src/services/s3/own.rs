//! Buckets of services themselves, whose objects are read by links and seen in no list.

use serde_json::Value;

use super::S3Request;
use super::route::S3Operation;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::protocol::answer::{Answer, Content};
use crate::store::Tx;

/// Texts by bucket and key.
const OWN: &str = "s3/own-object";

/// The name of a service's bucket.
pub(crate) fn name(of: &str) -> String {
    format!("aws-{of}-prod")
}

/// True for such a name.
pub(super) fn is_own(bucket: &str) -> bool {
    bucket.starts_with("aws-transcribe-") && bucket.ends_with("-prod")
}

/// Puts a JSON text.
pub(crate) fn put(tx: &Tx, bucket: &str, key: &str, text: &str) -> Result<(), AwsError> {
    tx.put(OWN, bucket, key, None, &Value::from(text))
}

/// Deletes an object, which need not be there.
pub(crate) fn delete(tx: &Tx, bucket: &str, key: &str) -> Result<(), AwsError> {
    tx.delete(OWN, bucket, key).map(|_| ())
}

/// Answers a request to such a bucket: its objects are read, and nothing else.
pub(super) fn handle(environment: &Environment, request: &S3Request) -> Result<Answer, AwsError> {
    let (bucket, key) = (&request.route.bucket, &request.route.key);
    let with_body = match request.route.operation {
        S3Operation::GetObject => true,
        S3Operation::HeadObject => false,
        _ => return Err(AwsError::new(403, "AccessDenied", "Access Denied")),
    };
    let found = environment.tx.get::<Value>(OWN, bucket, key)?;
    let absent = || AwsError::new(404, "NoSuchKey", "The specified key does not exist.").with("Key", key.as_str());
    let text = found.as_ref().and_then(Value::as_str).ok_or_else(absent)?;
    let bytes = text.as_bytes().to_vec();
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let mut answer = Answer::new(200, "application/json", bytes);
    if !with_body {
        answer.body = Content::Length(length);
    }
    Ok(answer)
}
