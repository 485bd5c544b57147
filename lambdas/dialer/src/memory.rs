//! A table in memory, with the semantics of DynamoDB: versions are checked, a commit happens wholly or not at all, and
//! indexes may be behind. For tests, measurements and simulations.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Map, Value};

use crate::item::{Item, Key, Shard};
use crate::moment::{Day, Moment};
use crate::store::{Becomes, Change, CommitError, Cursor, MOST_CHANGES, Page, ReadError, Store, Was};

/// A table in memory.
#[derive(Debug, Default)]
pub struct Memory(Mutex<Table>);

#[derive(Debug, Default)]
struct Table {
    items: BTreeMap<Key, Item>,
    due: BTreeSet<(Shard, Moment, Key)>,
    days: BTreeSet<(Day, Moment, Key)>,
    /// Index entries that are not written yet, where the index is to be behind.
    late: Vec<(Option<Item>, Option<Item>)>,
    behind: bool,
    units: Units,
}

/// What a table on demand would have charged for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Units {
    /// Write units: one for an item, two within a transaction, one for each entry of an index that goes or comes. All items
    /// are below 1 KB. Source: DynamoDB Developer Guide, read and write capacity.
    pub write: u64,
    /// Halves of read units: two for an item by its key, strongly consistent, one for a question to an index.
    pub read_halves: u64,
}

impl Memory {
    /// From now on the indexes are behind until [`Memory::catch_up`].
    pub fn fall_behind(&self) {
        self.table().behind = true;
    }

    /// The indexes take in what was written.
    pub fn catch_up(&self) {
        let mut table = self.table();
        for (old, new) in std::mem::take(&mut table.late) {
            table.reindex(old.as_ref(), new.as_ref());
        }
    }

    /// All items.
    pub fn items(&self) -> Vec<Item> {
        self.table().items.values().cloned().collect()
    }

    /// What was asked of it until now.
    pub fn units(&self) -> Units {
        self.table().units
    }

    /// As [`Store::get`].
    pub fn read(&self, key: &Key) -> Option<Item> {
        self.table().items.get(key).cloned()
    }

    /// As [`Store::commit`].
    pub fn write(&self, changes: Vec<Change>) -> Result<(), CommitError> {
        self.table().write(changes)
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    fn holds(&self, change: &Change) -> bool {
        let version = self.items.get(&change.key).map(|item| item.version);
        match change.was {
            Was::Absent => version.is_none(),
            Was::Version(was) => version == Some(was),
        }
    }

    fn write(&mut self, changes: Vec<Change>) -> Result<(), CommitError> {
        let keys: BTreeSet<&Key> = changes.iter().map(|change| &change.key).collect();
        assert!(keys.len() == changes.len() && changes.len() <= MOST_CHANGES, "a transaction that no table would take");
        if !changes.iter().all(|change| self.holds(change)) {
            return Err(CommitError::Conflict);
        }
        self.units.write += if changes.len() == 1 { 1 } else { 2 * changes.len() as u64 };
        for change in changes {
            let old = match change.becomes {
                Becomes::Same => continue,
                Becomes::Gone => (self.items.remove(&change.key), None),
                Becomes::Item(item) => (self.items.insert(change.key, item.clone()), Some(item)),
            };
            self.units.write += entries(&old);
            if self.behind {
                self.late.push(old);
            } else {
                self.reindex(old.0.as_ref(), old.1.as_ref());
            }
        }
        Ok(())
    }

    fn reindex(&mut self, old: Option<&Item>, new: Option<&Item>) {
        if let Some(item) = old {
            let indexed = item.indexed();
            if let Some((shard, due)) = indexed.due {
                self.due.remove(&(shard, due, item.key.clone()));
            }
            if let Some((day, at)) = indexed.day {
                self.days.remove(&(day, at, item.key.clone()));
            }
        }
        if let Some(item) = new {
            let indexed = item.indexed();
            if let Some((shard, due)) = indexed.due {
                self.due.insert((shard, due, item.key.clone()));
            }
            if let Some((day, at)) = indexed.day {
                self.days.insert((day, at, item.key.clone()));
            }
        }
    }
}

/// Entries of indexes that go and come with a change.
fn entries((old, new): &(Option<Item>, Option<Item>)) -> u64 {
    let of = |item: &Option<Item>| item.as_ref().map(Item::indexed).unwrap_or_default();
    let (old, new) = (of(old), of(new));
    let changed = |old: bool, new: bool, same: bool| if same { 0 } else { u64::from(old) + u64::from(new) };
    changed(old.due.is_some(), new.due.is_some(), old.due == new.due)
        + changed(old.day.is_some(), new.day.is_some(), old.day == new.day)
}

/// A place in an index: the entry after which to go on.
fn cursor(at: Moment, key: &Key) -> Cursor {
    let mut place = Map::new();
    place.insert("at".to_owned(), at.milliseconds().into());
    place.insert("key".to_owned(), key.to_string().into());
    Cursor(place)
}

fn place(cursor: &Cursor) -> Option<(Moment, Key)> {
    let at = cursor.0.get("at").and_then(Value::as_i64)?;
    Some((Moment::from_milliseconds(at), cursor.0.get("key")?.as_str()?.parse().ok()?))
}

/// The least key there is.
const FIRST: Key = Key::Campaign;

fn page<P: Copy + Ord>(
    index: &BTreeSet<(P, Moment, Key)>,
    partition: P,
    until: Moment,
    limit: usize,
    after: Option<&Cursor>,
) -> Page {
    let after = after.and_then(place);
    let from = after.clone().unwrap_or((Moment::default(), FIRST));
    let entries = index
        .range((partition, from.0, from.1)..)
        .take_while(|(of, at, _)| *of == partition && *at <= until)
        .filter(|(_, at, key)| after.as_ref().is_none_or(|after| (*at, key) > (after.0, &after.1)));
    let mut entries: Vec<(Moment, Key)> = entries.take(limit + 1).map(|(_, at, key)| (*at, key.clone())).collect();
    let more = entries.len() > limit;
    entries.truncate(limit);
    let next = entries.last().filter(|_| more).map(|(at, key)| cursor(*at, key));
    Page { keys: entries.into_iter().map(|(_, key)| key).collect(), next }
}

impl Store for Memory {
    async fn get(&self, key: &Key) -> Result<Option<Item>, ReadError> {
        self.table().units.read_halves += 2;
        Ok(self.read(key))
    }

    async fn commit(&self, changes: Vec<Change>) -> Result<(), CommitError> {
        self.write(changes)
    }

    async fn due(&self, shard: Shard, until: Moment, limit: usize, after: Option<Cursor>) -> Result<Page, ReadError> {
        let mut table = self.table();
        table.units.read_halves += 1;
        Ok(page(&table.due, shard, until, limit, after.as_ref()))
    }

    async fn day(&self, day: Day, limit: usize, after: Option<Cursor>) -> Result<Page, ReadError> {
        let mut table = self.table();
        table.units.read_halves += 1;
        Ok(page(&table.days, day, Moment::from_milliseconds(i64::MAX), limit, after.as_ref()))
    }

    async fn scan(&self, prefix: &'static str, limit: usize, after: Option<Cursor>) -> Result<Page, ReadError> {
        let table = self.table();
        let after = after.as_ref().and_then(place).map(|(_, key)| key);
        let keys = table.items.keys().filter(|key| key.prefix() == prefix);
        let mut keys: Vec<Key> =
            keys.filter(|key| after.as_ref().is_none_or(|after| *key > after)).take(limit + 1).cloned().collect();
        let more = keys.len() > limit;
        keys.truncate(limit);
        let next = keys.last().filter(|_| more).map(|key| cursor(Moment::default(), key));
        Ok(Page { keys, next })
    }
}
