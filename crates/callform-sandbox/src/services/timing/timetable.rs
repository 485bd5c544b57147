//! What is to happen when: one list of all schedules and rules that wait for a time, the next one first.

use serde::{Deserialize, Serialize};

use crate::error::AwsError;
use crate::store::Tx;

/// Entries by time and owner.
const ENTRIES: &str = "timing/entry";
/// The key of the entry of each owner.
const KEYS: &str = "timing/key";

/// Who waits for a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Owner {
    /// A schedule of EventBridge Scheduler, by its document's key.
    Schedule(String),
    /// A rule of EventBridge, by scope and name.
    Rule(String, String),
}

impl Owner {
    fn key(&self) -> String {
        match self {
            Self::Schedule(name) => format!("schedule\n{name}"),
            Self::Rule(scope, name) => format!("rule\n{scope}\n{name}"),
        }
    }
}

/// A time that somebody waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// Who waits.
    pub(crate) owner: Owner,
    /// The time it is about, milliseconds since 1970.
    pub(crate) scheduled: u64,
    /// When it happens: within a flexible window, this is later.
    pub(crate) due: u64,
}

/// Notes what an owner waits for next, in place of what it waited for; nothing where it is `None`.
pub(crate) fn set(tx: &Tx, owner: &Owner, next: Option<(u64, u64)>) -> Result<(), AwsError> {
    let owned = owner.key();
    if let Some(old) = tx.get::<String>(KEYS, "", &owned)? {
        tx.delete(ENTRIES, "", &old)?;
        tx.delete(KEYS, "", &owned)?;
    }
    let Some((scheduled, due)) = next else { return Ok(()) };
    let key = format!("{due:020}\n{owned}");
    tx.put(ENTRIES, "", &key, None, &Entry { owner: owner.clone(), scheduled, due })?;
    tx.put(KEYS, "", &owned, None, &key)
}

/// What comes next.
pub(crate) fn first(tx: &Tx) -> Result<Option<Entry>, AwsError> {
    Ok(tx.first(ENTRIES, "")?.map(|(_, entry)| entry))
}

/// All entries, by time.
pub(crate) fn all(tx: &Tx) -> Result<Vec<Entry>, AwsError> {
    Ok(tx.list(ENTRIES, "")?.into_iter().map(|(_, entry)| entry).collect())
}
