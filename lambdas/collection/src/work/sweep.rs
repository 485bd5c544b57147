//! Goes on with what somebody began, and looks after what nothing was heard of.

use crate::evidence::Evidence;
use crate::ids::ContactId;
use crate::item::{Body, Collection, Conversation, Key, Part, Person, Standing, Status};
use crate::outside::{Directory, Looked, Rim};
use crate::store::Store;
use crate::work::{PeopleError, SessionError, Work, WorkError};

/// What a tick did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Items that were due.
    pub due: u32,
    /// Calls of which Connect was asked.
    pub asked: u32,
    /// Calls and recordings that are waited for no longer.
    pub given_up: u32,
    /// Collections that were stopped as their goal has long been reached.
    pub stopped: u32,
    /// Queues that were given back though nobody had said so.
    pub freed: u32,
}

/// How often Connect may say that it does not know a call, before it is believed to be over.
const ASK_AT_MOST: u32 = 3;

impl<S: Store, D: Directory, O, R: Rim> Work<'_, S, D, O, R> {
    /// Does what is due: at most so many items. To be called every minute.
    pub async fn tick(&self, most: usize) -> Result<Swept, WorkError> {
        let mut swept = Swept::default();
        let page = self.store.query(&Part::Due, self.rim.now(), most, None).await?;
        for key in &page.keys {
            let Some(item) = self.store.get(key).await? else { continue };
            swept.due += 1;
            match &item.body {
                Body::Collection(collection) => self.look_after_collection(collection, &mut swept).await?,
                Body::Conversation(conversation) => self.look_after_call(conversation, &mut swept).await?,
                Body::Person(person) => self.look_after_person(person).await?,
                _ => {}
            }
        }
        swept.freed = self.free_leases().await?;
        Ok(swept)
    }

    async fn look_after_collection(&self, collection: &Collection, swept: &mut Swept) -> Result<(), WorkError> {
        if collection.state == Status::Stopping {
            return self.close(&collection.id).await;
        }
        let due = collection.due.is_some_and(|due| due <= self.rim.now());
        if due && collection.state.is_open() && collection.reached.is_some() {
            swept.stopped += 1;
            return match self.stop(&collection.id).await {
                Err(SessionError::Work(error)) => Err(error),
                _ => Ok(()),
            };
        }
        Ok(())
    }

    async fn look_after_person(&self, person: &Person) -> Result<(), WorkError> {
        let done = match person.standing {
            Standing::Creating if person.due.is_some_and(|due| self.rim.now() < due) => return Ok(()),
            Standing::Creating | Standing::Deleting => self.undo(&person.id).await,
            Standing::Ready => return self.seat_again(person).await,
        };
        match done {
            Err(PeopleError::Work(error)) => Err(error),
            // Connect did not answer: it stays due.
            _ => Ok(()),
        }
    }

    /// A call that should have ended, or whose recording should have come. Connect is asked, as records may be lost.
    async fn look_after_call(&self, conversation: &Conversation, swept: &mut Swept) -> Result<(), WorkError> {
        let now = self.rim.now();
        if conversation.due.is_none_or(|due| now < due) {
            return Ok(());
        }
        swept.asked += 1;
        let Ok(looked) = self.directory.look_up(&conversation.id).await else { return Ok(()) };
        let known = match looked {
            Looked::Known(evidence) => *evidence,
            Looked::Unknown => Evidence::default(),
        };
        self.change(&conversation.id, |next| {
            let late = next.due.is_some_and(|due| due <= now);
            next.evidence.merge(&known);
            if !late || next.erased.is_some() {
                return true;
            }
            if next.evidence.is_over() {
                // It was waited for as long as the policy says.
                next.waited = next.evidence.ended.is_some_and(|ended| now >= ended + self.policy.patience());
                return true;
            }
            next.asked += 1;
            if next.asked >= ASK_AT_MOST && known == Evidence::default() {
                next.evidence.merge(&Evidence { ended: Some(now), ..Evidence::default() });
            }
            true
        })
        .await?;
        let after = self.conversation(&conversation.id).await?;
        swept.given_up += u32::from(after.is_some_and(|after| after.waited && !conversation.waited));
        Ok(())
    }

    /// Whether anything of a call is still waited for.
    pub async fn is_settled(&self, contact: &ContactId) -> Result<bool, WorkError> {
        Ok(self.conversation(contact).await?.is_none_or(|conversation| conversation.due.is_none()))
    }

    /// Whether a collection has an item of its own.
    pub async fn exists(&self, id: &crate::ids::CollectionId) -> Result<bool, WorkError> {
        Ok(self.store.get(&Key::Collection(id.clone())).await?.is_some())
    }
}
