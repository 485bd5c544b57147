//! Documents of resources: found, made, changed and removed, with the rules that hold for every type.

use std::time::UNIX_EPOCH;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::error::AwsError;
use crate::handler::Environment;

use super::error::{duplicate, idempotency, invalid_parameter, not_found};
use super::input::Input;
use super::resource::{INSTANCE, Kind, is_uuid, locate};
use super::{quota, tags};

/// A stored resource, in the shape its Describe operation returns.
pub(super) type Document = Map<String, Value>;

/// The id in a value that is an id or an ARN.
pub(super) fn id_of(given: &str) -> &str {
    locate(given).map_or(given, |(_, _, id)| id)
}

/// A new random id.
pub(super) fn new_id() -> String {
    uuid::Uuid::new_v4().to_string()
}

/// The sandbox's time as the wire has it: seconds since 1970 with milliseconds.
pub(super) fn timestamp(environment: &Environment) -> Value {
    let since = environment.now.duration_since(UNIX_EPOCH).unwrap_or_default();
    let milliseconds = u32::try_from(since.as_millis() % 1000).unwrap_or_default();
    let seconds = u32::try_from(since.as_secs()).unwrap_or(u32::MAX);
    (f64::from(seconds) + f64::from(milliseconds) / 1000.0).into()
}

/// The instance of an id or ARN.
pub(super) fn instance(environment: &Environment, given: &str) -> Result<Document, AwsError> {
    let id = id_of(given);
    if !is_uuid(id) {
        return Err(invalid_parameter(format!("Invalid parameter:  {given}")));
    }
    find(environment, &INSTANCE, "", id)
}

/// The resource of an id or ARN; `ResourceNotFoundException` where there is none.
pub(super) fn find(environment: &Environment, kind: &Kind, instance: &str, given: &str) -> Result<Document, AwsError> {
    let id = id_of(given);
    environment
        .tx
        .get(kind.document, kind.scope(instance), id)?
        .ok_or_else(|| not_found(format!("The {} {id} was not found.", kind.noun)))
}

/// The resource another one refers to by id or ARN. A malformed id is `InvalidParameterException`, a well-formed one
/// that does not exist `ResourceNotFoundException` (the service's choice between the two is not documented (?)).
pub(super) fn referred(
    environment: &Environment,
    kind: &Kind,
    instance: &str,
    given: &str,
) -> Result<Document, AwsError> {
    find(environment, kind, instance, kind.parse(instance, given)?)
}

/// The id of the resource another one refers to, which must exist.
pub(super) fn referred_id(
    environment: &Environment,
    kind: &Kind,
    instance: &str,
    given: &str,
) -> Result<String, AwsError> {
    referred(environment, kind, instance, given)?;
    kind.parse(instance, given).map(str::to_owned)
}

/// Makes a resource of its own members: gives it id, ARN, tags (an empty map where it has none) and time, after the
/// checks of name, quota and tags. Types without ARN use their name as id.
pub(super) fn create(
    environment: &Environment,
    kind: &Kind,
    instance: &str,
    mut body: Document,
) -> Result<Document, AwsError> {
    check_name(environment, kind, instance, &body, None)?;
    quota::check(environment, kind, instance)?;
    if !kind.arn.is_empty() {
        let id = new_id();
        body.insert(kind.arn.to_owned(), kind.arn_of(environment, instance, &id).into());
        body.insert(kind.id.to_owned(), id.into());
        tags::check(body.get("Tags").and_then(Value::as_object))?;
        body.entry("Tags").or_insert_with(|| Map::new().into());
    }
    save(environment, kind, instance, body)
}

/// Writes a resource back with a new time of change.
pub(super) fn save(
    environment: &Environment,
    kind: &Kind,
    instance: &str,
    mut body: Document,
) -> Result<Document, AwsError> {
    body.insert("LastModifiedTime".to_owned(), timestamp(environment));
    body.insert("LastModifiedRegion".to_owned(), environment.region.into());
    let id = text(&body, kind.id).to_owned();
    environment.tx.put(kind.document, kind.scope(instance), &id, kind.name_key(&body).as_deref(), &body)?;
    Ok(body)
}

/// Refuses a name that another resource of the type has. `own` is the id of the resource that is renamed.
pub(super) fn check_name(
    environment: &Environment,
    kind: &Kind,
    instance: &str,
    body: &Document,
    own: Option<&str>,
) -> Result<(), AwsError> {
    let Some(key) = kind.name_key(body) else { return Ok(()) };
    let holders = environment.tx.keys_by_name(kind.document, kind.scope(instance), &key)?;
    if holders.iter().any(|holder| Some(holder.as_str()) != own) {
        return Err(duplicate(format!("The {} {} exists already.", kind.noun, text(body, kind.name))));
    }
    Ok(())
}

/// Removes a resource; `ResourceNotFoundException` where there is none.
pub(super) fn remove(environment: &Environment, kind: &Kind, instance: &str, id: &str) -> Result<(), AwsError> {
    find(environment, kind, instance, id)?;
    environment.tx.delete(kind.document, kind.scope(instance), id_of(id))?;
    Ok(())
}

/// Sets the members that a request has in a document. An empty text takes a member away.
pub(super) fn assign(body: &mut Document, input: &Input, members: &[&str]) {
    for member in members {
        match input.value(member) {
            Some(Value::String(text)) if text.is_empty() => drop(body.remove(*member)),
            Some(value) => drop(body.insert((*member).to_owned(), value.clone())),
            None => {}
        }
    }
}

/// The answer of a Create operation: id and ARN under the names it gives them.
pub(super) fn created(kind: &Kind, body: &Document, [id, arn]: [&str; 2]) -> Value {
    let mut answer = Map::new();
    answer.insert(id.to_owned(), text(body, kind.id).into());
    answer.insert(arn.to_owned(), text(body, kind.arn).into());
    answer.into()
}

/// Copies region and time of a resource's last change into an answer about it.
pub(super) fn copy_change(body: &Document, answer: &mut Document) {
    for member in ["LastModifiedTime", "LastModifiedRegion"] {
        answer.extend(body.get(member).map(|value| (member.to_owned(), value.clone())));
    }
}

/// Takes members away that the sandbox keeps with a resource but Describe does not show.
pub(super) fn hide(body: &mut Document, members: &[&str]) {
    for member in members {
        body.remove(*member);
    }
}

/// A text member of a document; empty where it has none.
pub(super) fn text<'a>(body: &'a Document, member: &str) -> &'a str {
    body.get(member).and_then(Value::as_str).unwrap_or_default()
}

/// The entry of a List operation: `Id`, `Arn`, `Name`, time of change, and further members as they are in the document.
pub(super) fn summary(kind: &Kind, body: &Document, further: &[&str]) -> Value {
    let renamed = [("Id", kind.id), ("Arn", kind.arn), ("Name", kind.name)];
    let kept = ["LastModifiedTime", "LastModifiedRegion"].iter().chain(further).map(|member| (*member, *member));
    renamed
        .into_iter()
        .chain(kept)
        .filter_map(|(name, member)| Some((name.to_owned(), body.get(member)?.clone())))
        .collect::<Map<_, _>>()
        .into()
}

/// Refuses another request with the token of an earlier one. Only for operations whose model has an error for that: the
/// others answer what the first request made.
pub(super) fn refuse_other_request(environment: &Environment, input: &Input, scope: &str) -> Result<(), AwsError> {
    let Some(token) = input.text("ClientToken").filter(|token| !token.is_empty()) else { return Ok(()) };
    let (key, request) = (format!("{}/{token}", input.operation()), input.without_token());
    match environment.tx.get::<Document>("connect/client-request", scope, &key)? {
        Some(first) if first != request => {
            Err(idempotency(format!("The client token {token} was used for another {}.", input.operation())))
        }
        Some(_) => Ok(()),
        None => environment.tx.put("connect/client-request", scope, &key, None, &request),
    }
}

/// Stores what a creation with a client token made, or returns what the first attempt with the token made.
/// `make` runs once per operation, scope and token; always where there is no token.
pub(super) fn once_per_token<T: Serialize + serde::de::DeserializeOwned>(
    environment: &Environment,
    operation: &str,
    scope: &str,
    token: Option<&str>,
    make: impl FnOnce() -> Result<T, AwsError>,
) -> Result<T, AwsError> {
    let Some(token) = token else { return make() };
    let key = format!("{operation}/{token}");
    if let Some(made) = environment.tx.get("connect/client-token", scope, &key)? {
        return Ok(made);
    }
    let made = make()?;
    environment.tx.put("connect/client-token", scope, &key, None, &made)?;
    Ok(made)
}
