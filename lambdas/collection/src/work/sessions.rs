//! Collections are made, started, paused, stopped.

use crate::ids::CollectionId;
use crate::item::{Collection, Item, Key, Lease, Mode, PoolQueue, Status, Tries};
use crate::outside::{Directory, Rim};
use crate::pin::{Pin, PinKind};
use crate::store::{Change, CommitError, Store};
use crate::work::pins::{PinError, Wanted, retire};
use crate::work::{TRIES, Work, WorkError};

/// What a new collection is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCollection {
    /// Its name.
    pub id: CollectionId,
    /// What it is about.
    pub title: String,
    /// Whom callers talk to.
    pub mode: Mode,
    /// How many conversations are to be accepted, 1 to 100,000.
    pub goal: u32,
    /// The least length of a conversation in seconds, where it is another than the policy's.
    pub least_seconds: Option<u32>,
}

/// Most conversations of a collection.
const MOST: u32 = 100_000;

/// Why nothing came of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SessionError {
    /// The table did not do it.
    #[error(transparent)]
    Work(#[from] WorkError),
    /// There is no such collection.
    #[error("there is no collection `{0}`")]
    Unknown(CollectionId),
    /// There is one of that name.
    #[error("there is a collection `{0}`: choose another name")]
    Taken(CollectionId),
    /// A goal that makes no sense.
    #[error("a goal is a number of conversations from 1 to 100000")]
    Goal,
    /// No PIN is free.
    #[error(transparent)]
    Pin(PinError),
    /// Every queue of the pool belongs to a collection.
    #[error("no queue of the pool is free: stop a collection, or add a queue to the blueprint's pool")]
    NoFreeQueue,
    /// It does not go on from there.
    #[error("the collection `{0}` is {state}: it cannot be {2}", state = .1.word())]
    Over(CollectionId, Status, &'static str),
}

impl From<PinError> for SessionError {
    fn from(error: PinError) -> Self {
        match error {
            PinError::Work(error) => Self::Work(error),
            PinError::Exhausted(_) => Self::Pin(error),
        }
    }
}

/// What a turn of a collection's state leads to.
enum Turned {
    Done(Box<Collection>),
    Not(SessionError),
}

impl<S: Store, D, O, R: Rim> Work<'_, S, D, O, R> {
    /// Makes a collection, with its two PINs, in one transaction. Nobody may call before it is started.
    pub async fn create(&self, new: &NewCollection) -> Result<Collection, SessionError> {
        if !(1..=MOST).contains(&new.goal) {
            return Err(SessionError::Goal);
        }
        let key = Key::Collection(new.id.clone());
        let wanted = |kind| Wanted { kind, collection: Some(new.id.clone()), person: None };
        let mut conversations = self.drawing(PinKind::Conversation);
        let mut owners = self.drawing(PinKind::Owner);
        for _ in 0..TRIES {
            if self.store.get(&key).await.map_err(WorkError::from)?.is_some() {
                return Err(SessionError::Taken(new.id.clone()));
            }
            let (pin, give) = self.draw(&mut conversations, &wanted(PinKind::Conversation)).await?;
            let (owner_pin, give_owner) = self.draw(&mut owners, &wanted(PinKind::Owner)).await?;
            let collection = self.made(new, pin, owner_pin);
            let make = Change::create(key.clone(), collection.clone());
            match self.store.commit(vec![make, give, give_owner]).await {
                Ok(()) => return Ok(collection),
                Err(CommitError::Conflict) => {}
                Err(CommitError::Unavailable) => {
                    // It may have happened: whoever asked is told what is there.
                    let made = self.collection(&new.id).await?;
                    let mine = made.filter(|made| made.owner_pin == collection.owner_pin);
                    return mine.ok_or(SessionError::Work(WorkError::Write));
                }
            }
        }
        Err(SessionError::Work(WorkError::Contended))
    }

    fn made(&self, new: &NewCollection, pin: Pin, owner_pin: Pin) -> Collection {
        Collection {
            id: new.id.clone(),
            title: new.title.clone(),
            mode: new.mode.clone(),
            goal: new.goal,
            state: Status::New,
            accepted: 0,
            reserved: 0,
            live: 0,
            seated: 0,
            counts: std::collections::BTreeMap::new(),
            lease: None,
            pin,
            owner_pin,
            least_seconds: new.least_seconds,
            wrong: Tries::default(),
            created: self.rim.now(),
            started: None,
            reached: None,
            ended: None,
            due: None,
        }
    }

    /// Takes no callers until it is started again. Conversations that are going on go on.
    pub async fn pause(&self, id: &CollectionId) -> Result<Collection, SessionError> {
        self.turn(id, "paused", |collection| match collection.state {
            Status::Running | Status::Paused => Some(Status::Paused),
            _ => None,
        })
        .await
    }

    /// Changes how many conversations are to be accepted; never below those that are, or that a place is kept for.
    pub async fn change_goal(&self, id: &CollectionId, goal: u32) -> Result<Collection, SessionError> {
        if !(1..=MOST).contains(&goal) {
            return Err(SessionError::Goal);
        }
        let now = self.rim.now();
        self.alter(id, "given another goal", |collection| {
            let least = collection.accepted.saturating_add(collection.reserved);
            if !collection.state.is_open() {
                return false;
            }
            collection.goal = goal.max(least);
            let reached = collection.accepted >= collection.goal;
            collection.reached = reached.then(|| collection.reached.unwrap_or(now));
            collection.due = collection.reached.map(|at| at + self.policy.day() * self.policy.stop_after_days);
            true
        })
        .await
    }

    async fn turn(
        &self,
        id: &CollectionId,
        verb: &'static str,
        to: impl Fn(&Collection) -> Option<Status>,
    ) -> Result<Collection, SessionError> {
        let now = self.rim.now();
        self.alter(id, verb, |collection| {
            let Some(state) = to(collection) else { return false };
            collection.state = state;
            if state == Status::Stopping {
                collection.due = Some(now);
            }
            true
        })
        .await
    }

    async fn alter(
        &self,
        id: &CollectionId,
        verb: &'static str,
        change: impl Fn(&mut Collection) -> bool,
    ) -> Result<Collection, SessionError> {
        let turned = self
            .decide(&[Key::Collection(id.clone())], |items| {
                let item = items[0].as_ref()?;
                let mut next = item.body.collection()?.clone();
                let state = next.state;
                if !change(&mut next) {
                    return Some((Vec::new(), Turned::Not(SessionError::Over(id.clone(), state, verb))));
                }
                let same = item.body.collection() == Some(&next);
                let changes = if same { Vec::new() } else { vec![Change::replace(item, next.clone())] };
                Some((changes, Turned::Done(Box::new(next))))
            })
            .await?;
        match turned {
            Some(Turned::Done(collection)) => Ok(*collection),
            Some(Turned::Not(error)) => Err(error),
            None => Err(SessionError::Unknown(id.clone())),
        }
    }
}

impl<S: Store, D: Directory, O, R: Rim> Work<'_, S, D, O, R> {
    /// Takes callers: for the first time, or again after a pause. With agents it gets a queue of the pool for itself, in the
    /// same transaction, so that no two ever have the same one and none is lost; then its agents are given the queue's profile.
    pub async fn start(&self, id: &CollectionId) -> Result<Collection, SessionError> {
        for _ in 0..TRIES {
            let Some(collection) = self.collection(id).await? else { return Err(SessionError::Unknown(id.clone())) };
            let needs = collection.mode == Mode::Human && collection.lease.is_none();
            let free = if needs { self.free_queue().await? } else { None };
            if needs && collection.state.is_open() && free.is_none() {
                return Err(SessionError::NoFreeQueue);
            }
            match self.run(id, free.as_ref()).await? {
                Some(Turned::Done(collection)) => {
                    self.seat_all(id).await?;
                    // Seating counts agents: how it stands is read again.
                    return Ok(self.collection(id).await?.unwrap_or(*collection));
                }
                Some(Turned::Not(error)) => return Err(error),
                // Somebody else got the queue, or gave it one meanwhile.
                None => {}
            }
        }
        Err(SessionError::Work(WorkError::Contended))
    }

    async fn free_queue(&self) -> Result<Option<PoolQueue>, WorkError> {
        let pool = self.pool().await?;
        Ok(pool.into_iter().find(|queue| queue.lease.is_none() && !queue.leaving))
    }

    async fn run(&self, id: &CollectionId, free: Option<&PoolQueue>) -> Result<Option<Turned>, WorkError> {
        let mut keys = vec![Key::Collection(id.clone())];
        keys.extend(free.map(|queue| Key::Queue(queue.queue.clone())));
        let now = self.rim.now();
        self.decide(&keys, |items| {
            let item = items[0].as_ref()?;
            let mut next = item.body.collection()?.clone();
            if !next.state.is_open() {
                let error = SessionError::Over(id.clone(), next.state, "started");
                return Some((Vec::new(), Turned::Not(error)));
            }
            next.state = Status::Running;
            next.started = next.started.or(Some(now));
            let mut changes = Vec::new();
            if next.mode == Mode::Human && next.lease.is_none() {
                let free = items.get(1)?.as_ref()?;
                let queue = free.body.queue().filter(|queue| queue.lease.is_none() && !queue.leaving)?;
                next.lease = Some(Lease { queue: queue.queue.clone(), profile: queue.profile.clone(), since: now });
                changes.push(Change::replace(free, PoolQueue { lease: Some(id.clone()), ..queue.clone() }));
            }
            if item.body.collection() != Some(&next) {
                changes.push(Change::replace(item, next.clone()));
            }
            Some((changes, Turned::Done(Box::new(next))))
        })
        .await
    }

    /// Takes no callers any more, and ends as soon as nobody calls: its agents are moved away first, then its queue is given
    /// back and its callers' PIN opens nothing any more. What cannot be done yet is done by [`Work::tick`].
    pub async fn stop(&self, id: &CollectionId) -> Result<Collection, SessionError> {
        let stopping = self.turn(id, "stopped", |collection| match collection.state {
            Status::Ended => Some(Status::Ended),
            _ => Some(Status::Stopping),
        });
        let stopping = stopping.await?;
        self.close(id).await?;
        Ok(self.collection(id).await?.unwrap_or(stopping))
    }

    /// Goes on with the end of a collection that is stopping.
    pub(super) async fn close(&self, id: &CollectionId) -> Result<(), WorkError> {
        let Some(collection) = self.collection(id).await? else { return Ok(()) };
        if collection.state != Status::Stopping {
            return Ok(());
        }
        // Who agreed and waits still comes to an agent.
        if collection.live == 0 {
            self.unseat_all(id).await?;
        }
        let mut keys = vec![Key::Collection(id.clone()), Key::Pin(PinKind::Conversation, collection.pin.clone())];
        keys.extend(collection.lease.map(|lease| Key::Queue(lease.queue)));
        let now = self.rim.now();
        self.decide(&keys, |items| {
            let item = items[0].as_ref()?;
            let mut next = item.body.collection()?.clone();
            if next.state != Status::Stopping {
                return None;
            }
            if next.live > 0 || next.seated > 0 {
                // Somebody talks, or Connect did not answer: a minute later again.
                next.due = Some(now + self.policy.hour() / 60);
                return Some((vec![Change::replace(item, next)], ()));
            }
            next.state = Status::Ended;
            next.ended = Some(now);
            next.due = None;
            next.lease = None;
            let mut changes = vec![Change::replace(item, next)];
            changes.extend(items[1].as_ref().and_then(retire));
            changes.extend(items.get(2).and_then(Option::as_ref).and_then(|item| freed(item, id)));
            Some((changes, ()))
        })
        .await?;
        Ok(())
    }

    /// Leases of collections that are over or gone are given back. There are none unless somebody wrote the table by hand.
    pub(super) async fn free_leases(&self) -> Result<u32, WorkError> {
        let mut found = 0;
        for item in self.pool_items().await? {
            let Some(owner) = item.body.queue().and_then(|queue| queue.lease.clone()) else { continue };
            let done = self
                .decide(&[item.key.clone(), Key::Collection(owner.clone())], |items| {
                    let (queue, owner_item) = (items[0].as_ref()?, items[1].as_ref());
                    let has = owner_item.and_then(|item| item.body.collection()).is_some_and(|collection| {
                        collection.lease.as_ref().is_some_and(|lease| Key::Queue(lease.queue.clone()) == queue.key)
                    });
                    if has {
                        return None;
                    }
                    let mut changes = vec![freed(queue, &owner)?];
                    changes.extend(owner_item.map(Change::check));
                    Some((changes, ()))
                })
                .await?;
            found += u32::from(done.is_some());
        }
        Ok(found)
    }
}

/// The change that gives a queue back, where a collection has it.
fn freed(item: &Item, owner: &CollectionId) -> Option<Change> {
    let queue = item.body.queue().filter(|queue| queue.lease.as_ref() == Some(owner))?;
    if queue.leaving {
        return Some(Change::delete(item));
    }
    Some(Change::replace(item, PoolQueue { lease: None, ..queue.clone() }))
}
