//! A world with a clock of its own, an unreliable table and an unreliable Connect, and workers whose steps are interleaved by
//! chance and who may die between any two of them. The same seed gives the same history.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use collection::evidence::Measured;
use collection::ids::{CollectionId, ContactId, ProfileId, UserId};
use collection::item::{Collecting, Collection, Conversation, Item, Key, Mode, Part};
use collection::moment::Moment;
use collection::outside::{
    Directory, DirectoryError, FoundUser, Jobs, Location, Looked, Measure, MeasureError, NewUser, Objects, Rim, Silent,
    Stored,
};
use collection::policy::Policy;
use collection::store::{Change, CommitError, Cursor, Memory, Page, ReadError, Table};
use collection::work::{NewCollection, PoolEntry, Work};
use serde_json::{Value, json};

/// Numbers that look random and are always the same.
pub(crate) struct Chance(Cell<u64>);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Cell::new(seed))
    }

    pub(crate) fn next(&self) -> u64 {
        let state = self.0.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.0.set(state);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end.max(1)).unwrap()).unwrap()
    }

    pub(crate) fn per_mille(&self, chance: usize) -> bool {
        self.below(1000) < chance
    }

    /// In another order.
    pub(crate) fn shuffle<T>(&self, items: &mut [T]) {
        for place in (1..items.len()).rev() {
            items.swap(place, self.below(place + 1));
        }
    }
}

/// How likely things go wrong, in thousandths.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Faults {
    /// A worker dies at one of its steps.
    pub(crate) crash: usize,
    /// The table does not answer; half of the time it did what it was asked.
    pub(crate) table: usize,
    /// Connect, S3 or Transcribe does not answer; half of the time they did what they were asked.
    pub(crate) outside: usize,
}

/// A user of Connect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) id: UserId,
    pub(crate) mark: Option<String>,
    pub(crate) profile: ProfileId,
}

/// All that is outside.
pub(crate) struct World {
    pub(crate) policy: Policy,
    pub(crate) faults: Cell<Faults>,
    pub(crate) chance: Chance,
    pub(crate) table: Memory,
    pub(crate) users: RefCell<BTreeMap<String, User>>,
    /// Passwords that Connect was given.
    pub(crate) passwords: RefCell<Vec<String>>,
    pub(crate) stored: RefCell<BTreeSet<Stored>>,
    pub(crate) jobs: RefCell<BTreeSet<String>>,
    /// What Connect says of contacts.
    pub(crate) contacts: RefCell<BTreeMap<ContactId, collection::evidence::Evidence>>,
    pub(crate) now: Cell<Moment>,
    pub(crate) steps: Cell<u64>,
    /// At which step whoever is at it dies.
    pub(crate) dies_at: Cell<Option<u64>>,
    dead: Cell<bool>,
}

/// The procedures in this world.
pub(crate) type InWorld<'a> = Work<'a, World, World, World, World>;

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            policy: Policy {
                idle_profile: Some("idle".into()),
                bucket: Some("results".to_owned()),
                ..Policy::default()
            },
            faults: Cell::new(Faults::default()),
            chance: Chance::new(seed),
            table: Memory::default(),
            users: RefCell::default(),
            passwords: RefCell::default(),
            stored: RefCell::default(),
            jobs: RefCell::default(),
            contacts: RefCell::default(),
            now: Cell::new(Moment::from_seconds(1_795_000_000)),
            steps: Cell::new(0),
            dies_at: Cell::new(None),
            dead: Cell::new(false),
        }
    }

    pub(crate) fn work(&self) -> InWorld<'_> {
        Work { store: self, directory: self, objects: self, rim: self, policy: &self.policy }
    }

    pub(crate) fn pass(&self, time: Duration) {
        self.now.set(self.now.get() + time);
    }

    /// Somebody else may go on, or whoever is at it dies.
    async fn step(&self) {
        self.steps.set(self.steps.get() + 1);
        if self.dies_at.get() == Some(self.steps.get()) || self.chance.per_mille(self.faults.get().crash) {
            self.dead.set(true);
        }
        let mut polled = false;
        std::future::poll_fn(|_| {
            if polled {
                return Poll::Ready(());
            }
            polled = true;
            Poll::Pending
        })
        .await;
    }

    /// Does something alone; nothing where whoever does it dies.
    pub(crate) fn run<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        let mut future = std::pin::pin!(future);
        let mut context = Context::from_waker(futures_util::task::noop_waker_ref());
        loop {
            if let Poll::Ready(done) = future.as_mut().poll(&mut context) {
                return Some(done);
            }
            if self.dead.replace(false) {
                return None;
            }
        }
    }

    /// Does something alone, and nobody dies.
    pub(crate) fn now<T>(&self, future: impl Future<Output = T>) -> T {
        self.run(future).unwrap()
    }

    /// Does everything at once, step by step, in an order that chance says. Returns how many died.
    pub(crate) fn together<'a>(&self, futures: Vec<Pin<Box<dyn Future<Output = ()> + 'a>>>) -> usize {
        let mut context = Context::from_waker(futures_util::task::noop_waker_ref());
        let (mut futures, mut died) = (futures, 0);
        while !futures.is_empty() {
            let next = self.chance.below(futures.len());
            let done = futures[next].as_mut().poll(&mut context).is_ready();
            let dead = self.dead.replace(false);
            died += usize::from(dead && !done);
            if done || dead {
                drop(futures.swap_remove(next));
            }
        }
        died
    }

    /// Ticks until nothing is due any more, minute by minute.
    pub(crate) fn settle(&self, minutes: u32) {
        for _ in 0..minutes {
            self.pass(Duration::from_mins(1));
            let _done = self.run(self.work().tick(100));
        }
    }

    pub(crate) fn collection(&self, id: &str) -> Collection {
        self.table.read(&Key::Collection(id.into())).unwrap().body.collection().unwrap().clone()
    }

    pub(crate) fn conversation(&self, id: &str) -> Conversation {
        self.table.read(&Key::Conversation(id.into())).unwrap().body.conversation().unwrap().clone()
    }

    pub(crate) fn conversations(&self) -> Vec<Conversation> {
        self.table.items().iter().filter_map(|item| item.body.conversation().cloned()).collect()
    }

    /// A pool of so many queues.
    pub(crate) fn pool(&self, queues: usize) {
        let entry = |nth| PoolEntry { queue: format!("q{nth}").into(), profile: format!("r{nth}").into() };
        self.now(self.work().fill_pool(&(0..queues).map(entry).collect::<Vec<_>>())).unwrap();
    }

    /// A collection that runs.
    pub(crate) fn running(&self, id: &str, mode: Mode, goal: u32) -> Collection {
        self.now(self.work().create(&new(id, mode, goal))).unwrap();
        self.now(self.work().start(&id.into())).unwrap()
    }

    /// What must hold whenever nobody is at work: counters are what the conversations say, and never more than the goal.
    pub(crate) fn check(&self) {
        let items = self.table.items();
        for collection in items.iter().filter_map(|item| item.body.collection()) {
            let of = |conversation: &&Conversation| conversation.collection.as_ref() == Some(&collection.id);
            let conversations: Vec<Conversation> = self.conversations().iter().filter(of).cloned().collect();
            let slots = |slot| conversations.iter().filter(|conversation| conversation.slot == slot).count();
            let count = |number: u32| usize::try_from(number).unwrap();
            assert_eq!(slots(collection::item::Slot::Accepted), count(collection.accepted), "{collection:?}");
            assert_eq!(slots(collection::item::Slot::Reserved), count(collection.reserved), "{collection:?}");
            assert!(collection.accepted + collection.reserved <= collection.goal, "{collection:?}");
            let live = conversations.iter().filter(|conversation| conversation.live).count();
            assert_eq!(live, count(collection.live), "{collection:?}");
            for state in collection::item::State::ALL {
                let of = conversations.iter().filter(|conversation| conversation.state == state).count();
                assert_eq!(of, count(collection.count(state)), "{state:?} of {collection:?}");
            }
            let people = items.iter().filter_map(|item| item.body.person());
            let seats = people.filter_map(|person| person.seat()).filter(|seat| seat.collection == collection.id);
            assert_eq!(seats.count(), count(collection.seated), "{collection:?}");
            let pool = items.iter().filter_map(|item| item.body.queue());
            let has = pool.filter(|queue| queue.lease.as_ref() == Some(&collection.id)).map(|queue| &queue.queue);
            let leased: Vec<_> = has.collect();
            assert_eq!(leased, collection.lease.iter().map(|lease| &lease.queue).collect::<Vec<_>>());
        }
    }

    fn silent(&self) -> Option<bool> {
        let fails = self.chance.per_mille(self.faults.get().outside);
        fails.then(|| self.chance.per_mille(500))
    }
}

pub(crate) fn new(id: &str, mode: Mode, goal: u32) -> NewCollection {
    let id = CollectionId::read(id).unwrap();
    NewCollection { id, title: "Hotel bookings".to_owned(), mode, goal, least_seconds: None }
}

pub(crate) fn bot() -> Mode {
    Mode::Bot("hotel".to_owned())
}

/// A recording of so many seconds, good or not.
pub(crate) fn measured(seconds: u64, fault: Option<&str>) -> Measured {
    Measured {
        bytes: seconds * 32_000 + 44,
        tag: format!("{seconds}"),
        milliseconds: seconds * 1000,
        faults: fault.into_iter().map(str::to_owned).collect(),
        figures: serde_json::Map::new(),
    }
}

/// Where the recording of a contact is.
pub(crate) fn location(contact: &str, mode: &Mode) -> Location {
    let folder = if *mode == Mode::Human { "CallRecordings" } else { "CallRecordings/ivr" };
    Location { bucket: "recordings".to_owned(), key: format!("connect/{folder}/{contact}.wav") }
}

/// A contact event, as EventBridge sends it.
pub(crate) fn event(contact: &str, kind: &str, at: Moment, joined: Option<Moment>) -> Value {
    let mut detail = json!({
        "eventType": kind, "contactId": contact, "channel": "VOICE", "initiationMethod": "INBOUND",
    });
    if let Some(joined) = joined {
        detail["agentInfo"] = json!({ "agentArn": "arn:x/agent/u-1", "connectedToAgentTimestamp": joined.to_string() });
    }
    json!({ "source": "aws.connect", "time": at.to_string(), "detail": detail })
}

/// A contact record; `recording` says whether it names one.
pub(crate) fn record(
    contact: &str,
    mode: &Mode,
    (began, joined, ended): (Moment, Option<Moment>, Moment),
    version: Moment,
    recording: bool,
) -> Value {
    let mut record = json!({
        "ContactId": contact, "Channel": "VOICE", "InitiationMethod": "INBOUND",
        "InitiationTimestamp": began.to_string(), "DisconnectTimestamp": ended.to_string(),
        "LastUpdateTimestamp": version.to_string(), "DisconnectReason": "CUSTOMER_DISCONNECT",
        "CustomerEndpoint": { "Type": "TELEPHONE_NUMBER", "Address": "+15550100" }, "Recordings": [],
    });
    if let Some(joined) = joined {
        record["Agent"] = json!({ "ARN": "arn:x/agent/u-1", "ConnectedToAgentTimestamp": joined.to_string() });
    }
    if recording {
        record["Recordings"] = json!([{ "Location": location(contact, mode).to_string(), "StorageType": "S3" }]);
    }
    record
}

/// Measures what it is told to have measured.
pub(crate) struct Figures(pub(crate) Measured);

impl Measure for Figures {
    async fn measure(&self, _: &Location) -> Result<Measured, MeasureError> {
        Ok(self.0.clone())
    }
}

impl Rim for World {
    fn now(&self) -> Moment {
        self.now.get()
    }

    fn random(&self) -> u64 {
        self.chance.next()
    }
}

impl Table<Collecting> for World {
    async fn get(&self, key: &Key) -> Result<Option<Item>, ReadError> {
        self.step().await;
        if self.chance.per_mille(self.faults.get().table / 2) {
            return Err(ReadError::Unavailable);
        }
        self.table.get(key).await
    }

    async fn commit(&self, changes: Vec<Change>) -> Result<(), CommitError> {
        self.step().await;
        let fails = self.chance.per_mille(self.faults.get().table);
        if fails && self.chance.per_mille(500) {
            return Err(CommitError::Unavailable);
        }
        let written = self.table.commit(changes).await;
        self.step().await;
        if fails && written.is_ok() { Err(CommitError::Unavailable) } else { written }
    }

    async fn query(&self, part: &Part, until: Moment, limit: usize, after: Option<Cursor>) -> Result<Page, ReadError> {
        self.step().await;
        self.table.query(part, until, limit, after).await
    }

    async fn scan(&self, prefix: &'static str, limit: usize, after: Option<Cursor>) -> Result<Page, ReadError> {
        self.step().await;
        self.table.scan(prefix, limit, after).await
    }
}

impl Directory for World {
    async fn create(&self, user: &NewUser) -> Result<UserId, DirectoryError> {
        self.step().await;
        let silent = self.silent();
        if silent == Some(false) {
            return Err(DirectoryError::Unavailable);
        }
        if self.users.borrow().contains_key(&user.username) {
            return Err(DirectoryError::Taken);
        }
        let id = UserId::from(format!("u-{}", self.chance.next() >> 40));
        self.passwords.borrow_mut().extend(user.password.clone());
        let made = User { id: id.clone(), mark: Some(user.mark.clone()), profile: user.profile.clone() };
        self.users.borrow_mut().insert(user.username.clone(), made);
        self.step().await;
        if silent.is_some() { Err(DirectoryError::Unavailable) } else { Ok(id) }
    }

    async fn find(&self, username: &str) -> Result<Option<FoundUser>, DirectoryError> {
        self.step().await;
        if self.silent().is_some() {
            return Err(DirectoryError::Unavailable);
        }
        let users = self.users.borrow();
        Ok(users.get(username).map(|user| FoundUser { id: user.id.clone(), mark: user.mark.clone() }))
    }

    async fn delete(&self, user: &UserId) -> Result<(), DirectoryError> {
        self.step().await;
        let silent = self.silent();
        if silent != Some(false) {
            self.users.borrow_mut().retain(|_, known| known.id != *user);
        }
        self.step().await;
        if silent.is_some() { Err(DirectoryError::Unavailable) } else { Ok(()) }
    }

    async fn assign(&self, user: &UserId, profile: &ProfileId) -> Result<(), DirectoryError> {
        self.step().await;
        let silent = self.silent();
        if silent != Some(false) {
            for known in self.users.borrow_mut().values_mut().filter(|known| known.id == *user) {
                known.profile = profile.clone();
            }
        }
        self.step().await;
        if silent.is_some() { Err(DirectoryError::Unavailable) } else { Ok(()) }
    }

    async fn look_up(&self, contact: &ContactId) -> Result<Looked, DirectoryError> {
        self.step().await;
        if self.silent().is_some() {
            return Err(DirectoryError::Unavailable);
        }
        let known = self.contacts.borrow().get(contact).cloned();
        Ok(known.map_or(Looked::Unknown, |evidence| Looked::Known(Box::new(evidence))))
    }
}

impl Objects for World {
    /// Two at a time, so that pages are turned.
    async fn list(
        &self,
        bucket: &str,
        prefix: &str,
        after: Option<String>,
    ) -> Result<(Vec<Stored>, Option<String>), Silent> {
        self.step().await;
        if self.silent().is_some() {
            return Err(Silent("S3"));
        }
        let from: usize = after.map_or(0, |after| after.parse().unwrap());
        let stored = self.stored.borrow();
        let all = stored.iter().filter(|one| one.location.bucket == bucket && one.location.key.starts_with(prefix));
        let all: Vec<Stored> = all.cloned().collect();
        let page = all.iter().skip(from).take(2).cloned().collect();
        Ok((page, (from + 2 < all.len()).then(|| (from + 2).to_string())))
    }

    async fn delete(&self, stored: &Stored) -> Result<(), Silent> {
        self.step().await;
        let silent = self.silent();
        if silent != Some(false) {
            self.stored.borrow_mut().remove(stored);
        }
        if silent.is_some() { Err(Silent("S3")) } else { Ok(()) }
    }
}

impl Jobs for World {
    async fn list(&self, contains: &str, _: Option<String>) -> Result<(Vec<String>, Option<String>), Silent> {
        self.step().await;
        Ok((self.jobs.borrow().iter().filter(|name| name.contains(contains)).cloned().collect(), None))
    }

    async fn delete(&self, name: &str) -> Result<(), Silent> {
        self.step().await;
        self.jobs.borrow_mut().remove(name);
        Ok(())
    }
}
