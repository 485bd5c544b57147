//! The documents of contacts: what `DescribeContact` shows, and beside it, hidden, what contact records say more.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use crate::clock::iso8601;
use crate::error::AwsError;
use crate::handler::Environment;

use super::super::contacts::DOCUMENT;
use super::super::document::{Document, text, timestamp};
use super::timers::time;

/// The member with what only contact records say.
pub(in crate::connect) const HIDDEN: &str = "Record";

/// The document of a contact.
pub(super) fn load(environment: &Environment, instance: &str, id: &str) -> Result<Option<Document>, AwsError> {
    environment.tx.get(DOCUMENT, instance, id)
}

/// Writes a contact back, with a new time of change.
pub(super) fn save(environment: &Environment, instance: &str, body: &mut Document) -> Result<(), AwsError> {
    body.insert("LastUpdateTimestamp".to_owned(), timestamp(environment));
    environment.tx.put(DOCUMENT, instance, text(body, "Id"), None, body)
}

/// Changes a contact; one that is not there is passed over.
pub(super) fn change(
    environment: &Environment,
    instance: &str,
    id: &str,
    change: impl FnOnce(&mut Document),
) -> Result<Option<Document>, AwsError> {
    let Some(mut body) = load(environment, instance, id)? else { return Ok(None) };
    change(&mut body);
    save(environment, instance, &mut body)?;
    Ok(Some(body))
}

/// Sets members of a part of a document, such as `AgentInfo`.
pub(super) fn set(body: &mut Document, part: &str, members: Value) {
    let members = match members {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    match body.entry(part).or_insert_with(|| json!({})) {
        Value::Object(own) => own.extend(members),
        other => *other = members.into(),
    }
}

/// A member of a part of a document.
pub(super) fn get<'a>(body: &'a Document, part: &str, member: &str) -> Option<&'a Value> {
    body.get(part)?.get(member).filter(|value| !value.is_null())
}

/// A timestamp of a document, in milliseconds since 1970.
pub(super) fn moment(value: Option<&Value>) -> Option<u64> {
    let since = SignedDuration::try_from_secs_f64(value?.as_f64()?).ok()?;
    let moment = Timestamp::from_duration(since).ok()?;
    // Seconds with a fraction are a little off.
    u64::try_from((moment.as_microsecond() + 500) / 1000).ok()
}

/// A timestamp of a document as events write it: `2026-11-23T10:00:00.000Z`.
pub(super) fn iso(value: Option<&Value>) -> Option<String> {
    moment(value).map(|moment| iso8601(time(moment)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_keep_their_milliseconds() {
        for milliseconds in [1_795_251_600_250_u64, 1_795_251_600_001, 1_795_251_600_999] {
            let seconds = crate::clock::epoch_seconds(time(milliseconds));
            assert_eq!(moment(Some(&seconds.into())), Some(milliseconds));
        }
        assert_eq!(iso(Some(&json!(1_795_251_600.25))).as_deref(), Some("2026-11-21T09:00:00.250Z"));
        assert_eq!(iso(None), None);
    }
}
