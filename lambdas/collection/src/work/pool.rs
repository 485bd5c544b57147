//! The pool of queues.

use crate::ids::{CollectionId, ProfileId, QueueId};
use crate::item::{Body, Item, Key, Part, PoolQueue};
use crate::moment::Moment;
use crate::outside::Rim;
use crate::store::{Change, Store};
use crate::work::{Work, WorkError};

/// A queue that collections may have for themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolEntry {
    /// The queue.
    pub queue: QueueId,
    /// The routing profile whose agents it reaches.
    pub profile: ProfileId,
}

/// How many items are asked for at once.
pub(super) const PAGE: usize = 100;

impl<S: Store, D, O, R: Rim> Work<'_, S, D, O, R> {
    /// Makes the pool what it is to be: new queues come in, queues that are gone leave as soon as nobody has them.
    pub async fn fill_pool(&self, entries: &[PoolEntry]) -> Result<Vec<PoolQueue>, WorkError> {
        for entry in entries {
            let key = Key::Queue(entry.queue.clone());
            self.decide(std::slice::from_ref(&key), |items| {
                let queue = match items[0].as_ref().and_then(|item| item.body.queue()) {
                    // Whoever has it goes on with the profile that its agents have.
                    Some(known) if known.lease.is_some() => PoolQueue { leaving: false, ..known.clone() },
                    Some(known) => PoolQueue { leaving: false, profile: entry.profile.clone(), ..known.clone() },
                    None => PoolQueue {
                        queue: entry.queue.clone(),
                        profile: entry.profile.clone(),
                        since: self.rim.now(),
                        lease: None,
                        leaving: false,
                    },
                };
                match &items[0] {
                    Some(item) if item.body.queue() == Some(&queue) => None,
                    Some(item) => Some((vec![Change::replace(item, queue)], ())),
                    None => Some((vec![Change::create(key.clone(), queue)], ())),
                }
            })
            .await?;
        }
        for item in self.pool_items().await? {
            let Some(known) = item.body.queue() else { continue };
            if entries.iter().any(|entry| entry.queue == known.queue) {
                continue;
            }
            self.decide(std::slice::from_ref(&item.key), |items| {
                let item = items[0].as_ref()?;
                let queue = item.body.queue()?;
                if queue.lease.is_none() {
                    return Some((vec![Change::delete(item)], ()));
                }
                (!queue.leaving)
                    .then(|| (vec![Change::replace(item, PoolQueue { leaving: true, ..queue.clone() })], ()))
            })
            .await?;
        }
        self.pool().await
    }

    /// The pool: every queue, and who has it.
    pub async fn pool(&self) -> Result<Vec<PoolQueue>, WorkError> {
        let items = self.pool_items().await?;
        Ok(items.iter().filter_map(|item| item.body.queue().cloned()).collect())
    }

    pub(super) async fn pool_items(&self) -> Result<Vec<Item>, WorkError> {
        self.part(&Part::Queues).await
    }

    /// All items of a part of an index, as they are now.
    pub(super) async fn part(&self, part: &Part) -> Result<Vec<Item>, WorkError> {
        let (mut items, mut after) = (Vec::new(), None);
        loop {
            let page = self.store.query(part, Moment::LAST, PAGE, after).await?;
            for key in &page.keys {
                items.extend(self.store.get(key).await?);
            }
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(items),
            }
        }
    }

    /// The agents of a collection.
    pub(super) async fn agents(&self, id: &CollectionId) -> Result<Vec<Item>, WorkError> {
        let items = self.part(&Part::Of(id.clone())).await?;
        Ok(items.into_iter().filter(|item| matches!(item.body, Body::Person(_))).collect())
    }
}
