//! What comes to stacks from outside: answers of custom resources and signals of wait conditions, put to a presigned
//! URL of the sandbox's S3 as on AWS.
//!
//! | kind | scope | key |
//! |---|---|---|
//! | `cloudformation/answer` | – | request id of a custom resource's event |
//! | `cloudformation/signal` | id of the wait handle, or stack id and logical ID | unique id of the signal |
//! | `cloudformation/endpoint` | – | –: where the process answers that carries out stack operations |

pub(crate) mod pending;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::clock;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::protocol::form::{decode, encode};
use crate::store::Tx;

const ANSWER: &str = "cloudformation/answer";
const SIGNAL: &str = "cloudformation/signal";
const ENDPOINT: &str = "cloudformation/endpoint";

/// What the buckets' names begin with; the region without its dashes follows.
const ANSWERS: &str = "cloudformation-custom-resource-response-";
const CONDITIONS: &str = "cloudformation-waitcondition-";

/// The answer to a custom resource's event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Answer {
    /// The body as it was put.
    Body(String),
    /// Nobody will answer, because the function did not run: why.
    NotInvoked(String),
    /// Nobody will answer, because the function has failed each time.
    Failed,
}

/// A signal of a wait condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Signal {
    pub(crate) success: bool,
    pub(crate) reason: String,
    pub(crate) data: String,
}

/// Notes where the process answers that carries out stack operations.
pub(crate) fn set_endpoint(tx: &Tx, url: &str) -> Result<(), AwsError> {
    tx.put(ENDPOINT, "", "", None, &url)
}

/// Where a wait handle's signals are put.
pub(crate) fn condition_url(environment: &Environment, handle: &str) -> Result<String, AwsError> {
    let endpoint = endpoint(environment)?;
    Ok(presigned(environment, &endpoint, &of_region(environment, CONDITIONS), handle))
}

/// The id of the wait handle that a URL is of.
pub(crate) fn handle_of(url: &str) -> Option<String> {
    let path = url.split('?').next()?;
    let (_, rest) = path.split_once(CONDITIONS)?;
    let (_, key) = rest.split_once('/')?;
    Some(decode(key, false))
}

/// Where the answer to a custom resource's event is put.
pub(crate) fn answer_url(environment: &Environment, endpoint: &str, key: &str) -> String {
    presigned(environment, endpoint, &of_region(environment, ANSWERS), key)
}

/// A link to an object, which anybody may read by it.
pub(crate) fn link(environment: &Environment, bucket: &str, key: &str) -> Result<String, AwsError> {
    Ok(presigned(environment, &endpoint(environment)?, bucket, key))
}

fn endpoint(environment: &Environment) -> Result<String, AwsError> {
    let endpoint: Option<String> = environment.tx.get(ENDPOINT, "", "")?;
    Ok(endpoint.unwrap_or_else(|| "http://127.0.0.1:4566".to_owned()))
}

/// The bucket of a region.
fn of_region(environment: &Environment, bucket: &str) -> String {
    format!("{bucket}{}", environment.region.replace('-', ""))
}

fn presigned(environment: &Environment, endpoint: &str, bucket: &str, key: &str) -> String {
    let region = environment.region;
    let time = clock::iso8601(environment.now);
    // 2026-11-30T01:02:03.000Z is 20261130T010203Z in a signature.
    let digits: String = time.chars().filter(char::is_ascii_digit).take(14).collect();
    let (day, hour) = digits.split_at_checked(8).unwrap_or((digits.as_str(), ""));
    let signature = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    let credential = encode(&format!("sandbox/{day}/{region}/s3/aws4_request"));
    format!(
        "{endpoint}/{bucket}/{}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date={day}T{hour}Z&X-Amz-SignedHeaders=host&X-Amz-Expires=7199&X-Amz-Credential={credential}&X-Amz-Signature={signature}",
        encode(key),
    )
}

/// True for a bucket that only takes answers and signals.
pub(crate) fn is_inbox(bucket: &str) -> bool {
    bucket.starts_with(ANSWERS) || bucket.starts_with(CONDITIONS)
}

/// Takes what was put to such a bucket. What nobody waits for is taken too and forgotten, as on AWS.
pub(crate) fn receive(environment: &Environment, bucket: &str, key: &str, body: &[u8]) -> Result<(), AwsError> {
    let text = String::from_utf8_lossy(body).into_owned();
    if bucket.starts_with(ANSWERS) {
        let request_id = key.rsplit('|').next().unwrap_or_default();
        return answer(environment.tx, request_id, &Answer::Body(text));
    }
    let refused = |why: &str| AwsError::new(400, "InvalidRequest", why);
    let signal: Value = serde_json::from_str(&text).map_err(|_| refused("The signal is no JSON."))?;
    let member = |name: &str| signal.get(name).map(crate::input::shown).unwrap_or_default();
    let success = match member("Status").as_str() {
        "SUCCESS" => true,
        "FAILURE" => false,
        _ => return Err(refused("The signal's Status is neither SUCCESS nor FAILURE.")),
    };
    let unique = member("UniqueId");
    if unique.is_empty() {
        return Err(refused("The signal has no UniqueId."));
    }
    let signal = Signal { success, reason: member("Reason"), data: member("Data") };
    environment.tx.put(SIGNAL, key, &unique, None, &signal)
}

/// Takes a signal of `SignalResource`.
pub(crate) fn signal(tx: &Tx, stack_id: &str, logical_id: &str, unique: &str, success: bool) -> Result<(), AwsError> {
    let signal = Signal { success, reason: String::new(), data: String::new() };
    tx.put(SIGNAL, &resource_inbox(stack_id, logical_id), unique, None, &signal)
}

/// Where the signals are that `SignalResource` sends a resource.
pub(crate) fn resource_inbox(stack_id: &str, logical_id: &str) -> String {
    format!("{stack_id}/{logical_id}")
}

/// The signals of an inbox by unique id.
pub(crate) fn signals(tx: &Tx, inbox: &str) -> Result<Vec<(String, Signal)>, AwsError> {
    tx.list(SIGNAL, inbox)
}

pub(crate) fn forget_signals(tx: &Tx, inbox: &str) -> Result<(), AwsError> {
    tx.delete_all(SIGNAL, inbox)
}

/// Notes the answer to an event that somebody waits for. The first one counts.
pub(crate) fn answer(tx: &Tx, request_id: &str, answer: &Answer) -> Result<(), AwsError> {
    let is_awaited = pending::is_awaited(tx, request_id)? && tx.get::<Answer>(ANSWER, "", request_id)?.is_none();
    if is_awaited { tx.put(ANSWER, "", request_id, None, answer) } else { Ok(()) }
}

/// The answer to an event, once.
pub(crate) fn take_answer(tx: &Tx, request_id: &str) -> Result<Option<Answer>, AwsError> {
    let found = tx.get(ANSWER, "", request_id)?;
    if found.is_some() {
        tx.delete(ANSWER, "", request_id)?;
    }
    Ok(found)
}
