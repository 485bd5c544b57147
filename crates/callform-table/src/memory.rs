//! A table in memory, with the semantics of DynamoDB: versions are checked, a commit happens wholly or not at all, and
//! indexes may be behind. For tests, measurements and simulations.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Map, Value};

use crate::store::{Becomes, Change, CommitError, Cursor, MOST_CHANGES, Page, ReadError, Store, Was};
use crate::{Item, Moment, Records};

/// A table in memory.
#[derive(Debug)]
pub struct Memory<R: Records>(Mutex<Table<R>>);

/// An item before and after it was written.
type Written<R> = (Option<Item<R>>, Option<Item<R>>);

#[derive(Debug)]
struct Table<R: Records> {
    items: BTreeMap<R::Key, Item<R>>,
    index: BTreeSet<(R::Part, Moment, R::Key)>,
    /// Index entries that are not written yet, where the index is to be behind.
    late: Vec<Written<R>>,
    behind: bool,
    units: Units,
}

/// What a table on demand would have charged for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Units {
    /// Write units: one for an item, two within a transaction, one for each entry of an index that goes or comes. All items
    /// are taken to be below 1 KB. Source: DynamoDB Developer Guide, read and write capacity.
    pub write: u64,
    /// Halves of read units: two for an item by its key, strongly consistent, one for a question to an index.
    pub read_halves: u64,
}

impl<R: Records> Default for Memory<R> {
    fn default() -> Self {
        Self(Mutex::new(Table {
            items: BTreeMap::new(),
            index: BTreeSet::new(),
            late: Vec::new(),
            behind: false,
            units: Units::default(),
        }))
    }
}

impl<R: Records> Memory<R> {
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
    pub fn items(&self) -> Vec<Item<R>> {
        self.table().items.values().cloned().collect()
    }

    /// What was asked of it until now.
    pub fn units(&self) -> Units {
        self.table().units
    }

    /// As [`Store::get`].
    pub fn read(&self, key: &R::Key) -> Option<Item<R>> {
        self.table().items.get(key).cloned()
    }

    /// As [`Store::commit`].
    pub fn write(&self, changes: Vec<Change<R>>) -> Result<(), CommitError> {
        self.table().write(changes)
    }

    fn table(&self) -> MutexGuard<'_, Table<R>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<R: Records> Table<R> {
    fn holds(&self, change: &Change<R>) -> bool {
        let version = self.items.get(&change.key).map(|item| item.version);
        match change.was {
            Was::Absent => version.is_none(),
            Was::Version(was) => version == Some(was),
        }
    }

    fn write(&mut self, changes: Vec<Change<R>>) -> Result<(), CommitError> {
        let keys: BTreeSet<&R::Key> = changes.iter().map(|change| &change.key).collect();
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

    fn reindex(&mut self, old: Option<&Item<R>>, new: Option<&Item<R>>) {
        if let Some(item) = old {
            for (part, at) in R::indexed(item) {
                self.index.remove(&(part, at, item.key.clone()));
            }
        }
        if let Some(item) = new {
            for (part, at) in R::indexed(item) {
                self.index.insert((part, at, item.key.clone()));
            }
        }
    }

    fn page(&self, part: &R::Part, until: Moment, limit: usize, after: Option<&Cursor>) -> Page<R> {
        let after = after.and_then(place::<R>);
        let least = self.items.keys().next().cloned();
        let Some(from) = after.clone().or_else(|| Some((Moment::default(), least?))) else {
            return Page { keys: Vec::new(), next: None };
        };
        let entries = self
            .index
            .range((part.clone(), from.0, from.1)..)
            .take_while(|(of, at, _)| of == part && *at <= until)
            .filter(|(_, at, key)| after.as_ref().is_none_or(|after| (*at, key) > (after.0, &after.1)));
        let mut entries: Vec<(Moment, R::Key)> =
            entries.take(limit + 1).map(|(_, at, key)| (*at, key.clone())).collect();
        let more = entries.len() > limit;
        entries.truncate(limit);
        let next = entries.last().filter(|_| more).map(|(at, key)| cursor::<R>(*at, key));
        Page { keys: entries.into_iter().map(|(_, key)| key).collect(), next }
    }
}

/// Entries of indexes that go and come with a change.
fn entries<R: Records>((old, new): &Written<R>) -> u64 {
    let of = |item: &Option<Item<R>>| item.as_ref().map(R::indexed).unwrap_or_default();
    let (old, new) = (of(old), of(new));
    let gone = old.iter().filter(|entry| !new.contains(entry)).count();
    let come = new.iter().filter(|entry| !old.contains(entry)).count();
    (gone + come) as u64
}

/// A place in an index: the entry after which to go on.
fn cursor<R: Records>(at: Moment, key: &R::Key) -> Cursor {
    let mut place = Map::new();
    place.insert("at".to_owned(), at.milliseconds().into());
    place.insert("key".to_owned(), key.to_string().into());
    Cursor(place)
}

fn place<R: Records>(cursor: &Cursor) -> Option<(Moment, R::Key)> {
    let at = cursor.0.get("at").and_then(Value::as_i64)?;
    Some((Moment::from_milliseconds(at), cursor.0.get("key")?.as_str()?.parse().ok()?))
}

impl<R: Records> Store<R> for Memory<R> {
    async fn get(&self, key: &R::Key) -> Result<Option<Item<R>>, ReadError> {
        self.table().units.read_halves += 2;
        Ok(self.read(key))
    }

    async fn commit(&self, changes: Vec<Change<R>>) -> Result<(), CommitError> {
        self.write(changes)
    }

    async fn query(
        &self,
        part: &R::Part,
        until: Moment,
        limit: usize,
        after: Option<Cursor>,
    ) -> Result<Page<R>, ReadError> {
        let mut table = self.table();
        table.units.read_halves += 1;
        Ok(table.page(part, until, limit, after.as_ref()))
    }

    async fn scan(&self, prefix: &'static str, limit: usize, after: Option<Cursor>) -> Result<Page<R>, ReadError> {
        let table = self.table();
        let after = after.as_ref().and_then(place::<R>).map(|(_, key)| key);
        let keys = table.items.keys().filter(|key| R::prefix(key) == prefix);
        let mut keys: Vec<R::Key> =
            keys.filter(|key| after.as_ref().is_none_or(|after| *key > after)).take(limit + 1).cloned().collect();
        let more = keys.len() > limit;
        keys.truncate(limit);
        let next = keys.last().filter(|_| more).map(|key| cursor::<R>(Moment::default(), key));
        Ok(Page { keys, next })
    }
}
