//! Event buses: the default one, and those that were made.

use serde_json::{Map, Value, json};

use super::{DEFAULT_BUS, bus_name, rules, scope};
use crate::clock::epoch_seconds;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::input::{Input, object, page};

const KIND: &str = "events/bus";

fn arn(environment: &Environment, name: &str) -> String {
    format!("arn:aws:events:{}:{}:event-bus/{name}", environment.region, environment.account)
}

fn find(environment: &Environment, name: &str) -> Result<Option<Map<String, Value>>, AwsError> {
    if name == DEFAULT_BUS {
        return Ok(Some(object(json!({ "Name": name, "Arn": arn(environment, name) }))));
    }
    environment.tx.get(KIND, environment.region, name)
}

/// True where there is a bus of a name.
pub(crate) fn bus_exists(environment: &Environment, name: &str) -> Result<bool, AwsError> {
    Ok(find(environment, name)?.is_some())
}

/// Refuses a bus that is not there.
pub(super) fn require(environment: &Environment, name: &str) -> Result<(), AwsError> {
    if bus_exists(environment, name)? {
        return Ok(());
    }
    Err(AwsError::new(400, "ResourceNotFoundException", format!("Event bus {name} does not exist.")))
}

pub(super) fn create(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let name = input.need("Name")?;
    let fits = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
    if name.len() > 256 || !name.chars().all(fits) {
        return Err(input.wrong(format!("1 validation error detected: Value '{name}' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [/\\.\\-_A-Za-z0-9]+")));
    }
    if bus_exists(environment, name)? {
        return Err(AwsError::new(400, "ResourceAlreadyExistsException", format!("Event bus {name} already exists.")));
    }
    let now = epoch_seconds(environment.now);
    let mut bus = object(json!({
        "Name": name, "Arn": arn(environment, name), "CreationTime": now, "LastModifiedTime": now,
    }));
    input.copy(&["Description", "KmsKeyIdentifier", "DeadLetterConfig"], &mut bus);
    environment.tx.put(KIND, environment.region, name, None, &bus)?;
    Ok(json!({ "EventBusArn": arn(environment, name), "Description": input.text("Description") }))
}

pub(super) fn describe(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let name = bus_name(input.text("Name"));
    require(environment, name)?;
    Ok(find(environment, name)?.unwrap_or_default().into())
}

pub(super) fn list(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let prefix = input.text("NamePrefix").unwrap_or_default();
    let own: Vec<(String, Value)> = environment.tx.list(KIND, environment.region)?;
    let default = find(environment, DEFAULT_BUS)?.unwrap_or_default();
    let all = std::iter::once((DEFAULT_BUS.to_owned(), default.into())).chain(own);
    let buses = all.filter(|(name, _)| name.starts_with(prefix)).map(|(_, bus)| bus).collect();
    let size = usize::try_from(input.number("Limit").unwrap_or(100)).unwrap_or(100).max(1);
    let (buses, next) = page(buses, input.text("NextToken"), size);
    Ok(json!({ "EventBuses": buses, "NextToken": next }))
}

pub(super) fn delete(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let name = bus_name(Some(input.need("Name")?));
    if name == DEFAULT_BUS {
        return Err(input.wrong("Cannot delete event bus default."));
    }
    if rules::any(environment, &scope(environment.region, name))? {
        return Err(input.wrong(format!("Event bus {name} can't be deleted since it has rules.")));
    }
    environment.tx.delete(KIND, environment.region, name)?;
    Ok(Value::Null)
}
