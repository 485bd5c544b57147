//! Carries decisions out over the table, Connect and S3.
//!
//! Every procedure may be called by any number of workers at once, may die at any of its awaits, and may be called again:
//! each step reads, decides, and commits on what it read. What is done outside is written down before, and is due until it
//! is done; [`Work::tick`] goes on with what somebody else began. Nothing logged from here holds a phone number or a PIN.

mod check;
mod erase;
mod heard;
mod people;
mod pins;
mod pool;
mod queries;
mod sessions;
mod sweep;

pub use check::{Entered, Reply, Told};
pub use erase::{EraseError, Erased, Listing, REMAINS, Scope, Trace};
pub use heard::{HeardError, Taken};
pub use people::{Added, NewAgent, PeopleError};
pub use pins::PinError;
pub use pool::PoolEntry;
pub use queries::{Found, Shown};
pub use sessions::{NewCollection, SessionError};
pub use sweep::Swept;

pub use callform_table::WorkError;

use crate::ids::{CollectionId, ContactId};
use crate::item::{Collection, Conversation, Item, Key, State};
use crate::outside::Rim;
use crate::policy::Policy;
use crate::store::{Change, Store};
use crate::transition;

/// How often a step is decided again when others change what it read. A hundred callers of one collection may come at once.
const TRIES: u32 = 256;

/// The procedures.
#[derive(Debug)]
pub struct Work<'a, S, D, O, R> {
    /// The table.
    pub store: &'a S,
    /// Connect's users and contacts.
    pub directory: &'a D,
    /// Objects of buckets.
    pub objects: &'a O,
    /// Time and chance.
    pub rim: &'a R,
    /// What is allowed.
    pub policy: &'a Policy,
}

impl<S, D, O, R> Clone for Work<'_, S, D, O, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S, D, O, R> Copy for Work<'_, S, D, O, R> {}

impl<S: Store, D, O, R: Rim> Work<'_, S, D, O, R> {
    /// Decides on what is read, and commits, until nobody interferes.
    async fn decide<T>(
        &self,
        keys: &[Key],
        decide: impl FnMut(&[Option<Item>]) -> Option<(Vec<Change>, T)>,
    ) -> Result<Option<T>, WorkError> {
        callform_table::decide(self.store, TRIES, keys, decide).await
    }

    /// Changes a conversation that is there, and settles it with its collection. `change` says whether there is anything to do.
    /// False where there was not, or is no such conversation.
    async fn change(
        &self,
        contact: &ContactId,
        mut change: impl FnMut(&mut Conversation) -> bool,
    ) -> Result<bool, WorkError> {
        let key = Key::Conversation(contact.clone());
        // Which collection it is of never changes once it is known, but may become known meanwhile.
        for _ in 0..2 {
            let Some(item) = self.store.get(&key).await? else { return Ok(false) };
            let of = item.body.conversation().and_then(|conversation| conversation.collection.clone());
            let mut keys = vec![key.clone()];
            keys.extend(of.iter().cloned().map(Key::Collection));
            let mut moved = false;
            let done = self
                .decide(&keys, |items| {
                    let item = items[0].as_ref()?;
                    let before = item.body.conversation()?;
                    if before.collection != of {
                        moved = true;
                        return None;
                    }
                    let mut next = before.clone();
                    if !change(&mut next) {
                        return None;
                    }
                    let owner = items.get(1).and_then(Option::as_ref);
                    Some((self.settled(item, next, owner), ()))
                })
                .await?;
            if !moved {
                return Ok(done.is_some());
            }
        }
        Err(WorkError::Contended)
    }

    /// The changes that write a conversation with its collection, both settled.
    fn settled(&self, item: &Item, mut next: Conversation, owner: Option<&Item>) -> Vec<Change> {
        let mut changes = Vec::new();
        if let Some((owner, before)) = owner.and_then(|item| Some((item, item.body.collection()?))) {
            let mut collection = before.clone();
            transition::settle(self.policy, &mut collection, &mut next, self.rim.now());
            if collection != *before {
                changes.push(Change::replace(owner, collection));
            }
        }
        if next.collection.is_none() && next.erased.is_none() {
            next.state = if next.evidence.is_over() { State::Abandoned } else { State::Invited };
        } else if next.collection.is_none() {
            next.state = State::Erased;
        }
        if item.body.conversation() != Some(&next) {
            changes.push(Change::replace(item, next));
        }
        changes
    }

    /// A collection.
    pub async fn collection(&self, id: &CollectionId) -> Result<Option<Collection>, WorkError> {
        let item = self.store.get(&Key::Collection(id.clone())).await?;
        Ok(item.and_then(|item| item.body.collection().cloned()))
    }

    /// A conversation.
    pub async fn conversation(&self, id: &ContactId) -> Result<Option<Conversation>, WorkError> {
        let item = self.store.get(&Key::Conversation(id.clone())).await?;
        Ok(item.and_then(|item| item.body.conversation().cloned()))
    }
}
