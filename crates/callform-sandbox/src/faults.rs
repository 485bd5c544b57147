//! Faults on demand: what goes wrong in a sandbox, so that clients can be tried against it.
//!
//! The faults of a sandbox are in `faults.json` in its folder, read anew at every request. All keys are optional:
//!
//! ```json
//! {
//!   "throttle": true,
//!   "throttle_handlers": true,
//!   "default_quotas": true,
//!   "quotas": { "L-19A87C94": 60 },
//!   "caller": { "role": "Deployer", "deny": ["connect:CreateQueue"] },
//!   "strict_secrets": true,
//!   "keep_listed_quick_connects": true,
//!   "race_for_phone_numbers": true,
//!   "fail_operation": [{ "service": "connect", "operation": "CreateQueue", "nth": 3, "code": "InternalServiceException", "message": "oops" }],
//!   "fail_resource": [{ "logical_id": "QueueSales", "operation": "create", "reason": "quota reached", "times": 1 }],
//!   "delay_ms": { "request": 20, "step": 50 },
//!   "cut": [{ "service": "cloudformation", "operation": "ExecuteChangeSet", "nth": 1 }],
//!   "contact_events": { "seed": 1, "lose": 2, "double": 5, "delay": 5, "delay_seconds": 120, "reorder": 10 },
//!   "agent_events": { "seed": 1, "reorder": 10 },
//!   "contact_records": { "seed": 1, "double": 10 }
//! }
//! ```
//!
//! `keep_listed_quick_connects` and `race_for_phone_numbers` are ways the service may behave, for which a deployment has
//! to be ready. `throttle` holds Amazon Connect to its default quota per operation (2 requests a second, bursts of 5). `default_quotas`
//! and `strict_secrets` take away two liberties of the sandbox, see [`Faults`]. `contact_events`, `agent_events`,
//! `contact_records` and `recordings` say how many of a hundred are lost, doubled and late. `nth` counts
//! the calls of one operation from 1. Calls are counted in the store, so they go on across processes; a rule that is
//! changed is counted from the start. Services are named as in [`crate::protocol::Service::name`].

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::error::AwsError;
use crate::handler::Environment;
use crate::store::Tx;

/// Name of the file in the sandbox folder.
pub const FILE: &str = "faults.json";

const COUNTS: &str = "faults/count";
const BUCKETS: &str = "faults/bucket";
const CONNECT_RATE: f64 = 2.0;
const CONNECT_BURST: f64 = 5.0;

/// How many resources of one type of Connect a stack can make at the same time under the default quota: 5 at once, and
/// 2 a second for as long as CloudFormation calls a handler again that was told to slow down, after 1, 2, 4, 8 and 16
/// seconds (?).
pub const HANDLERS_AT_ONCE: usize = 5 + 2 * 31;

/// The content of `faults.json`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the file, by its own name")]
pub struct Faults {
    /// Hold services to their default quotas.
    pub throttle: bool,
    /// Of the resources of one type of Connect that a stack makes at the same time, those beyond [`HANDLERS_AT_ONCE`]
    /// are throttled until CloudFormation gives them up.
    pub throttle_handlers: bool,
    /// Hold Amazon Connect instances to the default quotas of a new account (500 users, 50 queues, …); without it an
    /// instance takes as many resources as are made.
    pub default_quotas: bool,
    /// Applied quotas by code, of [`crate::services::servicequotas`]; instances are held to them.
    pub quotas: BTreeMap<String, u32>,
    /// Who calls; without it, the account's root.
    pub caller: Option<Caller>,
    /// Dynamic references to secrets and secure parameters that are not there fail, as in AWS; without it they get an
    /// invented value, so that a center can be tried before its secrets exist.
    pub strict_secrets: bool,
    /// A quick connect that a queue lists cannot be deleted; without it the queues lose it.
    pub keep_listed_quick_connects: bool,
    /// Phone numbers that stacks claim at the same time meet at the same free number: all but the first fail.
    pub race_for_phone_numbers: bool,
    /// Calls that fail.
    pub fail_operation: Vec<OperationFault>,
    /// Resources whose stack operation fails.
    pub fail_resource: Vec<ResourceFault>,
    /// What takes longer.
    pub delay_ms: Delays,
    /// Calls whose connection is closed without an answer, after they were carried out.
    pub cut: Vec<Cut>,
    /// What becomes of contact events of Connect.
    pub contact_events: Telling,
    /// What becomes of agent events of Connect.
    pub agent_events: Telling,
    /// What becomes of contact records of Connect.
    pub contact_records: Telling,
    /// What becomes of recordings of Connect: lost, put twice, later.
    pub recordings: Telling,
}

/// How many of a hundred things that are told get lost, or come otherwise than they happened. Which ones follows from the
/// seed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Telling {
    /// What chance comes from.
    pub seed: u64,
    /// How many of a hundred are never told.
    pub lose: u32,
    /// How many of a hundred are told twice.
    pub double: u32,
    /// How many of a hundred are told later, by `delay_seconds`.
    pub delay: u32,
    /// How much later, in seconds.
    pub delay_seconds: u64,
    /// How many of a hundred are told after what happened next: up to ten seconds later.
    pub reorder: u32,
}

impl Telling {
    /// True where everything is told at once.
    pub(crate) fn is_none(self) -> bool {
        self.lose == 0 && self.double == 0 && self.delay == 0 && self.reorder == 0
    }
}

/// The role that calls. Nothing is refused for want of a permission; what IAM would say can be asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Caller {
    /// Its name. Its policies count where it is in the sandbox; otherwise it may do everything.
    pub role: String,
    /// Actions an organization forbids it, such as `connect:Delete*`.
    #[serde(default)]
    pub deny: Vec<String>,
}

/// A call of a service's operation that fails.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperationFault {
    /// Service, such as `connect`.
    pub service: String,
    /// Operation, such as `CreateQueue`.
    pub operation: String,
    /// Which call fails, counted from 1.
    pub nth: u64,
    /// Error code, such as `InternalServiceException`.
    pub code: String,
    /// The error's message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// A resource whose stack operation fails.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResourceFault {
    /// The resource's logical ID.
    pub logical_id: String,
    /// The operation on it.
    pub operation: ResourceOperation,
    /// The reason in the stack event.
    pub reason: String,
    /// How many times it fails before it works.
    #[serde(default = "once")]
    pub times: u64,
}

/// What a stack does to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ResourceOperation {
    /// It is made.
    Create,
    /// It is changed.
    Update,
    /// It is deleted.
    Delete,
}

impl ResourceOperation {
    /// Its name in `faults.json`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

/// What takes longer, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Delays {
    /// Every request.
    pub request: u64,
    /// Every step of a stack operation.
    pub step: u64,
}

/// A call whose connection is closed without an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cut {
    /// Service, such as `connect`.
    pub service: String,
    /// Operation, such as `CreateQueue`.
    pub operation: String,
    /// Which call is cut, counted from 1.
    pub nth: u64,
}

/// What befalls one request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fate {
    /// The error to answer instead of doing the work.
    pub error: Option<AwsError>,
    /// Close the connection after the work.
    pub cut: bool,
}

fn once() -> u64 {
    1
}

impl Faults {
    /// The faults of a folder; none where it has no file. A file that is not understood is an error, which every
    /// request then answers: a fault that silently does not happen would make a test pass for nothing.
    pub fn load(folder: &Path) -> Result<Self, AwsError> {
        let file = folder.join(FILE);
        match std::fs::read(&file) {
            // No status that clients try again: the file stays wrong until somebody mends it.
            Ok(text) => serde_json::from_slice(&text).map_err(|error| {
                let message = format!("{} is not understood: {error}. Mend it, or remove it.", file.display());
                AwsError::new(400, "SandboxFaultsInvalid", message)
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(crate::error::own_file(&file, &error)),
        }
    }

    /// Writes the faults into a folder, in place of any there.
    pub fn save(&self, folder: &Path) -> std::io::Result<()> {
        let new = folder.join(format!("{FILE}.{}", std::process::id()));
        std::fs::write(&new, serde_json::to_vec_pretty(self)?)?;
        std::fs::rename(new, folder.join(FILE))
    }

    /// True where nothing can befall a single request, so that nothing needs counting.
    pub fn spare_requests(&self) -> bool {
        !self.throttle && self.fail_operation.is_empty() && self.cut.is_empty()
    }

    /// Decides what befalls a call and counts it. The caller commits the count even where the call fails.
    pub fn fate(&self, tx: &Tx, now: SystemTime, service: &str, operation: &str) -> Result<Fate, AwsError> {
        let mut fate = Fate::default();
        if self.throttle && service == "connect" && !take_token(tx, now, operation)? {
            fate.error = Some(AwsError::new(429, "TooManyRequestsException", "Too Many Requests"));
            return Ok(fate);
        }
        for rule in self.fail_operation.iter().filter(|rule| rule.service == service && rule.operation == operation) {
            if count(tx, "fail_operation", rule)? == rule.nth {
                let message = rule.message.clone().unwrap_or_else(|| "injected by faults.json".to_owned());
                fate.error = Some(AwsError::new(status_of(&rule.code), &rule.code, message));
            }
        }
        for rule in self.cut.iter().filter(|rule| rule.service == service && rule.operation == operation) {
            fate.cut |= count(tx, "cut", rule)? == rule.nth;
        }
        Ok(fate)
    }
}

/// The HTTP status that goes with an injected error code: clients decide by it whether to try again.
fn status_of(code: &str) -> u16 {
    match code {
        "ThrottlingException" | "TooManyRequestsException" => 429,
        "Throttling" => 400,
        "ServiceUnavailable" | "ServiceUnavailableException" | "SlowDown" => 503,
        _ if code.starts_with("Internal") => 500,
        _ if code.starts_with("AccessDenied") => 403,
        "ResourceNotFoundException" => 404,
        _ => 400,
    }
}

/// Adds one to the count of a rule and returns it.
fn count<T: Serialize>(tx: &Tx, kind: &str, rule: &T) -> Result<u64, AwsError> {
    let key = serde_json::to_string(rule)?;
    let count = tx.get::<u64>(COUNTS, kind, &key)?.unwrap_or_default() + 1;
    tx.put(COUNTS, kind, &key, None, &count)?;
    Ok(count)
}

#[derive(Serialize, Deserialize)]
struct Bucket {
    tokens: f64,
    at: f64,
}

/// Takes a token from the bucket of an operation; false where it is empty.
fn take_token(tx: &Tx, now: SystemTime, operation: &str) -> Result<bool, AwsError> {
    let at = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
    let mut bucket = tx.get::<Bucket>(BUCKETS, "", operation)?.unwrap_or(Bucket { tokens: CONNECT_BURST, at });
    bucket.tokens = (bucket.tokens + (at - bucket.at).max(0.0) * CONNECT_RATE).min(CONNECT_BURST);
    bucket.at = at;
    let taken = bucket.tokens >= 1.0;
    if taken {
        bucket.tokens -= 1.0;
    }
    tx.put(BUCKETS, "", operation, None, &bucket)?;
    Ok(taken)
}

/// The reason why a resource's operation (`create`, `update`, `delete`) fails now, counted in the environment's
/// transaction; `None` where it does not fail.
pub fn resource_failure(
    environment: &Environment,
    logical_id: &str,
    operation: &str,
) -> Result<Option<String>, AwsError> {
    let faults = Faults::load(environment.folder)?;
    for rule in &faults.fail_resource {
        let hit = rule.logical_id == logical_id && rule.operation.name() == operation;
        if hit && count(environment.tx, "fail_resource", rule)? <= rule.times {
            return Ok(Some(rule.reason.clone()));
        }
    }
    Ok(None)
}

/// How long the worker waits after each step of a stack operation. A file that is not understood delays nothing here;
/// requests report it.
pub fn step_delay(folder: &Path) -> Duration {
    Duration::from_millis(Faults::load(folder).map(|faults| faults.delay_ms.step).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    fn fates(faults: &Faults, calls: &[(&str, &str, u64)]) -> Vec<Option<u16>> {
        let store = Store::in_memory().unwrap();
        let fate = |(service, operation, seconds): &(&str, &str, u64)| {
            let now = UNIX_EPOCH + Duration::from_secs(*seconds);
            let fate = store.transaction(|tx| faults.fate(tx, now, service, operation)).unwrap();
            fate.error.map(|error| error.status).or(fate.cut.then_some(0))
        };
        calls.iter().map(fate).collect()
    }

    #[test]
    fn the_nth_call_fails_or_is_cut() {
        let faults: Faults = serde_json::from_str(
            r#"{ "fail_operation": [{ "service": "iam", "operation": "GetRole", "nth": 2, "code": "ServiceUnavailable" }],
                 "cut": [{ "service": "s3", "operation": "PutObject", "nth": 1 }] }"#,
        )
        .unwrap();
        let calls = [
            ("iam", "GetRole", 0),
            ("iam", "ListRoles", 0),
            ("iam", "GetRole", 0),
            ("iam", "GetRole", 0),
            ("s3", "PutObject", 0),
        ];
        assert_eq!(fates(&faults, &calls), [None, None, Some(503), None, Some(0)]);
    }

    #[test]
    fn connect_is_throttled_at_its_quota() {
        let faults = Faults { throttle: true, ..Faults::default() };
        let mut calls = vec![("connect", "ListQueues", 100); 6];
        calls.push(("connect", "ListUsers", 100));
        calls.push(("s3", "GetObject", 100));
        calls.extend([("connect", "ListQueues", 101); 3]);
        let expected = [None, None, None, None, None, Some(429), None, None, None, None, Some(429)];
        assert_eq!(fates(&faults, &calls), expected);
    }

    #[test]
    fn a_resource_fails_so_many_times() {
        let folder = tempfile::tempdir().unwrap();
        let fault = ResourceFault {
            logical_id: "A".to_owned(),
            operation: ResourceOperation::Create,
            reason: "no".to_owned(),
            times: 2,
        };
        Faults { fail_resource: vec![fault], ..Faults::default() }.save(folder.path()).unwrap();
        let store = Store::in_memory().unwrap();
        let failure = |logical_id, operation| {
            store
                .transaction(|tx| {
                    let environment =
                        Environment { tx, account: "", region: "", now: UNIX_EPOCH, folder: folder.path() };
                    resource_failure(&environment, logical_id, operation)
                })
                .unwrap()
        };
        assert_eq!(failure("A", "update"), None);
        assert_eq!(failure("B", "create"), None);
        let reasons = [failure("A", "create"), failure("A", "create"), failure("A", "create")];
        assert_eq!(reasons, [Some("no".to_owned()), Some("no".to_owned()), None]);
    }

    #[test]
    fn an_unknown_key_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), r#"{ "throtle": true }"#).unwrap();
        assert!(Faults::load(folder.path()).unwrap_err().message.contains("throtle"));
    }
}
