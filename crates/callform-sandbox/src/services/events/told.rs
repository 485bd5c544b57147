//! Events: put on a bus, and waiting there until somebody looks which rules they match.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{DEFAULT_BUS, bus_name, buses, rules, scope};
use crate::error::AwsError;
use crate::handler::Environment;
use crate::input::{Input, object};
use crate::services::carrying::time_of;
use crate::store::Tx;

/// Events by region and number.
const KIND: &str = "events/told";
const NUMBERS: &str = "events/last-number";

/// Most entries of `PutEvents`.
const MOST_ENTRIES: usize = 10;
/// Largest entry, in bytes.
const LARGEST_ENTRY: usize = 1024 * 1024;

/// An event on a bus.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Told {
    /// Name of the bus.
    pub(crate) bus: String,
    /// The whole event.
    pub(crate) event: Value,
}

/// A time as events have it: `2026-11-24T01:00:00Z`.
pub(crate) fn text_time(time: std::time::SystemTime) -> String {
    DateTime::<Utc>::from(time).to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// An event as its receivers see it.
pub(crate) fn envelope(
    environment: &Environment,
    (source, detail_type): (&str, &str),
    time: std::time::SystemTime,
    resources: &[String],
    detail: &Value,
) -> Value {
    json!({
        "version": "0",
        "id": Uuid::new_v4().to_string(),
        "detail-type": detail_type,
        "source": source,
        "account": environment.account,
        "time": text_time(time),
        "region": environment.region,
        "resources": resources,
        "detail": detail,
    })
}

/// Tells an event of one of the sandbox's services on the default bus of the environment's region, at the environment's
/// time: `emit(environment, "aws.connect", "Amazon Connect Contact Event", &[arn], &detail)`.
///
/// It is part of the environment's transaction; the rules it matches are carried out by the worker afterwards, in the
/// order in which events were told.
pub(crate) fn emit(
    environment: &Environment,
    source: &str,
    detail_type: &str,
    resources: &[String],
    detail: &Value,
) -> Result<(), AwsError> {
    let event = envelope(environment, (source, detail_type), environment.now, resources, detail);
    put_on(environment, DEFAULT_BUS, event)
}

/// Puts an event on a bus. Where no rule listens, it is gone.
pub(crate) fn put_on(environment: &Environment, bus: &str, event: Value) -> Result<(), AwsError> {
    let (tx, region) = (environment.tx, environment.region);
    if !rules::any(environment, &scope(region, bus))? {
        return Ok(());
    }
    let number = tx.get::<u64>(NUMBERS, region, "")?.unwrap_or_default() + 1;
    tx.put(NUMBERS, region, "", None, &number)?;
    tx.put(KIND, region, &format!("{number:020}"), None, &Told { bus: bus.to_owned(), event })
}

/// Regions with events that nobody has looked at.
pub(crate) fn waiting(tx: &Tx) -> Result<Vec<String>, AwsError> {
    tx.scopes(KIND)
}

/// Takes the oldest event that nobody has looked at.
pub(crate) fn take(environment: &Environment) -> Result<Option<Told>, AwsError> {
    let Some((key, told)) = environment.tx.first::<Told>(KIND, environment.region)? else { return Ok(None) };
    environment.tx.delete(KIND, environment.region, &key)?;
    Ok(Some(told))
}

/// `PutEvents`: each entry succeeds or fails by itself.
pub(super) fn put_events(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let entries = input.list("Entries");
    if entries.is_empty() || entries.len() > MOST_ENTRIES {
        return Err(input.wrong(format!("1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length between 1 and {MOST_ENTRIES}")));
    }
    let (mut answers, mut failures) = (Vec::new(), 0);
    for entry in entries {
        match put_entry(environment, entry) {
            Ok(id) => answers.push(json!({ "EventId": id })),
            Err(error) if error.status < 500 => {
                failures += 1;
                answers.push(json!({ "ErrorCode": error.code, "ErrorMessage": error.message }));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(json!({ "FailedEntryCount": failures, "Entries": answers }))
}

fn put_entry(environment: &Environment, entry: &Value) -> Result<String, AwsError> {
    let entry = object(entry.clone());
    let entry = Input::new(&entry, "InvalidArgument");
    let need = |name: &str| {
        let missing = || entry.wrong(format!("Parameter {name} is not valid. Reason: {name} is a required argument."));
        entry.text(name).filter(|text| !text.is_empty()).ok_or_else(missing)
    };
    let (source, detail_type, detail) = (need("Source")?, need("DetailType")?, need("Detail")?);
    if source.starts_with("aws.") {
        return Err(AwsError::new(400, "NotAuthorizedForSourceException", "Not authorized for the source."));
    }
    if source.len() + detail_type.len() + detail.len() > LARGEST_ENTRY {
        return Err(entry.wrong("Total size of the entries in the request is over the limit."));
    }
    let detail: Value = serde_json::from_str(detail)
        .ok()
        .filter(Value::is_object)
        .ok_or_else(|| AwsError::new(400, "MalformedDetail", "Detail is malformed."))?;
    let bus = bus_name(entry.text("EventBusName"));
    // The service drops events for buses that are not there; here, that is said (?).
    buses::require(environment, bus)?;
    let resources: Vec<String> = entry.texts("Resources").into_iter().map(str::to_owned).collect();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "such casts keep to the range")]
    let given = entry.value("Time").and_then(Value::as_f64).map(|seconds| time_of((seconds * 1000.0) as u64));
    let time = given.unwrap_or(environment.now);
    let event = envelope(environment, (source, detail_type), time, &resources, &detail);
    let id = event["id"].as_str().unwrap_or_default().to_owned();
    put_on(environment, bus, event)?;
    Ok(id)
}
