//! How it stands. Everything is asked for a page at a time.

use crate::ids::{CollectionId, PersonId};
use crate::item::{Collection, Conversation, Item, Part, Person};
use crate::moment::Moment;
use crate::outside::Rim;
use crate::store::{Cursor, Store};
use crate::work::{Work, WorkError};

/// A page of what was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Found<T> {
    /// What was found. A page may have fewer than were asked for, even none, and not be the last.
    pub items: Vec<T>,
    /// Where the next page begins; nothing at the end.
    pub next: Option<Cursor>,
}

/// A collection, and who takes part in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// The collection.
    pub collection: Collection,
    /// Its agents.
    pub agents: Vec<Person>,
    /// How many queues of the pool nobody has.
    pub free_queues: usize,
}

impl<S: Store, D, O, R: Rim> Work<'_, S, D, O, R> {
    /// Collections, in the order in which they were made.
    pub async fn collections(&self, limit: usize, after: Option<Cursor>) -> Result<Found<Collection>, WorkError> {
        self.found(&Part::Collections, limit, after, |item| item.body.collection().cloned()).await
    }

    /// People, in the order in which they were added.
    pub async fn people(&self, limit: usize, after: Option<Cursor>) -> Result<Found<Person>, WorkError> {
        self.found(&Part::People, limit, after, |item| item.body.person().cloned()).await
    }

    /// Conversations of a collection, in the order in which they began.
    pub async fn conversations(
        &self,
        id: &CollectionId,
        limit: usize,
        after: Option<Cursor>,
    ) -> Result<Found<Conversation>, WorkError> {
        self.found(&Part::Of(id.clone()), limit, after, |item| item.body.conversation().cloned()).await
    }

    /// Conversations of a customer, in the order in which they began.
    pub async fn conversations_of(
        &self,
        id: &PersonId,
        limit: usize,
        after: Option<Cursor>,
    ) -> Result<Found<Conversation>, WorkError> {
        self.found(&Part::Person(id.clone()), limit, after, |item| item.body.conversation().cloned()).await
    }

    /// A collection, and who takes part in it.
    pub async fn show(&self, id: &CollectionId) -> Result<Option<Shown>, WorkError> {
        let Some(collection) = self.collection(id).await? else { return Ok(None) };
        let agents = self.agents(id).await?;
        let agents = agents.iter().filter_map(|item| item.body.person().cloned()).collect();
        let pool = self.pool().await?;
        let free_queues = pool.iter().filter(|queue| queue.lease.is_none() && !queue.leaving).count();
        Ok(Some(Shown { collection, agents, free_queues }))
    }

    async fn found<T>(
        &self,
        part: &Part,
        limit: usize,
        after: Option<Cursor>,
        pick: impl Fn(&Item) -> Option<T>,
    ) -> Result<Found<T>, WorkError> {
        let page = self.store.query(part, Moment::LAST, limit, after).await?;
        let items = self.store.get_all(&page.keys).await?;
        Ok(Found { items: items.iter().flatten().filter_map(pick).collect(), next: page.next })
    }
}
