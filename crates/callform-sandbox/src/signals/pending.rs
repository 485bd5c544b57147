//! Events of custom resources whose answers are awaited, and what earlier answers said.
//!
//! | kind | scope | key |
//! |---|---|---|
//! | `cloudformation/custom-event` | – | stack id and the job's key; found by the event's request id |
//! | `cloudformation/custom-data` | stack id | logical ID and physical id: `Data` of the last answer |

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::AwsError;
use crate::handler::Properties;
use crate::store::Tx;

const EVENT: &str = "cloudformation/custom-event";
const DATA: &str = "cloudformation/custom-data";

/// An event whose answer is awaited.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Pending {
    pub(crate) request_id: String,
    /// ARN of the function.
    pub(crate) function: String,
    /// AWS region of the function.
    pub(crate) region: String,
    /// The event without its `ResponseURL`.
    pub(crate) event: Value,
    /// What the answer's URL ends in.
    pub(crate) inbox: String,
    /// Milliseconds since 1970.
    pub(crate) deadline: u64,
}

/// All events whose answer is awaited.
pub(crate) fn pending(tx: &Tx) -> Result<Vec<Pending>, AwsError> {
    Ok(tx.list(EVENT, "")?.into_iter().map(|(_, pending)| pending).collect())
}

pub(crate) fn is_awaited(tx: &Tx, request_id: &str) -> Result<bool, AwsError> {
    Ok(!tx.keys_by_name(EVENT, "", request_id)?.is_empty())
}

/// The event under a key.
pub(crate) fn load(tx: &Tx, key: &str) -> Result<Option<Pending>, AwsError> {
    tx.get(EVENT, "", key)
}

/// Writes an event down.
pub(crate) fn save(tx: &Tx, key: &str, pending: &Pending) -> Result<(), AwsError> {
    tx.put(EVENT, "", key, Some(&pending.request_id), pending)
}

/// Forgets an event.
pub(crate) fn remove(tx: &Tx, key: &str) -> Result<(), AwsError> {
    tx.delete(EVENT, "", key).map(drop)
}

/// Forgets all events of a stack.
pub(crate) fn forget_all(tx: &Tx, stack_id: &str) -> Result<(), AwsError> {
    for (key, _) in tx.list::<Pending>(EVENT, "")?.iter().filter(|(key, _)| key.starts_with(stack_id)) {
        tx.delete(EVENT, "", key)?;
    }
    Ok(())
}

fn data_key(logical_id: &str, physical_id: &str) -> String {
    format!("{logical_id}/{physical_id}")
}

/// `Data` of the last answer.
pub(crate) fn data(tx: &Tx, stack_id: &str, logical_id: &str, physical_id: &str) -> Result<Properties, AwsError> {
    Ok(tx.get(DATA, stack_id, &data_key(logical_id, physical_id))?.unwrap_or_default())
}

/// Keeps `Data` of an answer.
pub(crate) fn save_data(
    tx: &Tx,
    stack_id: &str,
    logical_id: &str,
    physical_id: &str,
    data: &Properties,
) -> Result<(), AwsError> {
    tx.put(DATA, stack_id, &data_key(logical_id, physical_id), None, data)
}

/// Forgets `Data` of a resource that is gone.
pub(crate) fn remove_data(tx: &Tx, stack_id: &str, logical_id: &str, physical_id: &str) -> Result<(), AwsError> {
    tx.delete(DATA, stack_id, &data_key(logical_id, physical_id)).map(drop)
}
