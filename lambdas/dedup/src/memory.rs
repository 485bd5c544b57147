//! A store in memory, with the semantics of DynamoDB's conditional writes. For tests and measurements.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::claim::{Claim, ClaimStore, StoreError, Written};
use crate::current::{CurrentRow, CurrentStore, InvalidRow};
use crate::{Key, Timestamp};

/// Claims, current rows and invalid records.
#[derive(Debug, Default)]
pub struct MemoryStore(Mutex<State>);

#[derive(Clone, Debug, Default)]
struct State {
    items: BTreeMap<Key, Item>,
    current: BTreeMap<Key, CurrentRow>,
    invalid: BTreeMap<String, InvalidRow>,
}

/// The item of one contact, event or content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The latest version.
    pub latest: Timestamp,
    /// Who delivered which version.
    pub owners: BTreeMap<Timestamp, String>,
    /// When it may be forgotten, in seconds since the start of 1970.
    pub expires_at: u64,
}

impl MemoryStore {
    /// All items.
    pub fn items(&self) -> BTreeMap<Key, Item> {
        self.state().items.clone()
    }

    /// All current rows.
    pub fn current(&self) -> BTreeMap<Key, CurrentRow> {
        self.state().current.clone()
    }

    /// All invalid records, by event identifier.
    pub fn invalid(&self) -> BTreeMap<String, InvalidRow> {
        self.state().invalid.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ClaimStore for MemoryStore {
    async fn claim_newest(&self, claim: &Claim) -> Result<Written, StoreError> {
        let mut state = self.state();
        let item = state.items.entry(claim.key.clone());
        let item = match item {
            std::collections::btree_map::Entry::Vacant(_) => item.or_insert_with(|| Item {
                latest: claim.version,
                owners: BTreeMap::new(),
                expires_at: claim.expires_at,
            }),
            std::collections::btree_map::Entry::Occupied(occupied) => {
                let item = occupied.into_mut();
                if item.latest >= claim.version {
                    return Ok(Written::No { owner: item.owners.get(&claim.version).cloned() });
                }
                item
            }
        };
        item.latest = claim.version;
        item.expires_at = claim.expires_at;
        item.owners.insert(claim.version, claim.owner.clone());
        Ok(Written::Yes)
    }

    async fn claim_late(&self, claim: &Claim) -> Result<Written, StoreError> {
        let mut state = self.state();
        // As in DynamoDB, an update of what is not there makes it.
        let item = state.items.entry(claim.key.clone()).or_insert_with(|| Item {
            latest: claim.version,
            owners: BTreeMap::new(),
            expires_at: claim.expires_at,
        });
        if let Some(owner) = item.owners.get(&claim.version) {
            return Ok(Written::No { owner: Some(owner.clone()) });
        }
        item.owners.insert(claim.version, claim.owner.clone());
        Ok(Written::Yes)
    }
}

impl CurrentStore for MemoryStore {
    async fn put_if_newer(&self, row: &CurrentRow) -> Result<bool, StoreError> {
        let mut state = self.state();
        if state.current.get(&row.key).is_some_and(|old| old.version >= row.version) {
            return Ok(false);
        }
        state.current.insert(row.key.clone(), row.clone());
        Ok(true)
    }

    async fn put_invalid(&self, row: &InvalidRow) -> Result<(), StoreError> {
        self.state().invalid.insert(row.event_id.clone(), row.clone());
        Ok(())
    }
}
