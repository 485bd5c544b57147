//! Where items are kept.

use std::future::Future;

use crate::item::{Body, Item, Key, Shard};
use crate::moment::{Day, Moment};

/// At most this many changes fit into one commit (`TransactWriteItems`).
pub const MOST_CHANGES: usize = 100;

/// One item's part in a commit.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Which item.
    pub key: Key,
    /// As it was read; when it is otherwise, nothing of the commit happens.
    pub was: Was,
    /// As it is to be.
    pub becomes: Becomes,
}

/// How an item was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Was {
    /// There was none.
    Absent,
    /// It had this version.
    Version(u64),
}

/// How an item is to be.
#[derive(Clone, Debug, PartialEq)]
pub enum Becomes {
    /// This, with the version after the one it had (1 for a new one).
    Item(Item),
    /// There is to be none.
    Gone,
    /// As it is: only its version is looked at.
    Same,
}

impl Change {
    /// A new item.
    pub fn create(key: Key, body: impl Into<Body>) -> Self {
        let item = Item { key: key.clone(), version: 1, body: body.into(), extra: serde_json::Map::new() };
        Self { key, was: Was::Absent, becomes: Becomes::Item(item) }
    }

    /// Another body for an item that was read; attributes that are unknown here are kept.
    pub fn replace(item: &Item, body: impl Into<Body>) -> Self {
        let next =
            Item { key: item.key.clone(), version: item.version + 1, body: body.into(), extra: item.extra.clone() };
        Self { key: item.key.clone(), was: Was::Version(item.version), becomes: Becomes::Item(next) }
    }

    /// The item goes.
    pub fn delete(item: &Item) -> Self {
        Self { key: item.key.clone(), was: Was::Version(item.version), becomes: Becomes::Gone }
    }

    /// The item must be as it was read.
    pub fn check(item: &Item) -> Self {
        Self { key: item.key.clone(), was: Was::Version(item.version), becomes: Becomes::Same }
    }
}

/// Why nothing was committed, or why that is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    /// An item is not as it was read, or another commit is under way with it; nothing happened. Read and decide again.
    #[error("somebody else changed what was read")]
    Conflict,
    /// The table did not answer. The commit may have happened or not; it did not happen in part. Read and decide again.
    #[error("the table did not answer")]
    Unavailable,
}

/// The table did not answer, or an item in it cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The same again may succeed.
    #[error("the table did not answer")]
    Unavailable,
    /// The item is not one of this crate.
    #[error("the item `{key}` cannot be read: {why}")]
    Unreadable {
        /// Its key without what identifies a person: `person#…`.
        key: String,
        /// What is wrong with it.
        why: String,
    },
}

/// A page of an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Keys, in the order of the index. The items may have changed since: they are to be read before anything is decided.
    pub keys: Vec<Key>,
    /// Where the next page begins; nothing at the end.
    pub next: Option<Cursor>,
}

/// A place in an index, opaque but for its text form.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Cursor(pub serde_json::Map<String, serde_json::Value>);

/// A table with the key `key` (text), the sparse index `by_due` (`shard` text, `due` number) and the index `by_day` (`day`
/// text, `at` number), and its time to live in `expires`.
///
/// Reads by key and commits are strongly consistent; the indexes may be behind.
pub trait Store {
    /// An item. What has expired may still be there.
    fn get(&self, key: &Key) -> impl Future<Output = Result<Option<Item>, ReadError>>;

    /// Items of different keys, in the order of the keys. Each is as it was at some moment of the reading; the commit that
    /// follows finds out whether they still are.
    fn get_all(&self, keys: &[Key]) -> impl Future<Output = Result<Vec<Option<Item>>, ReadError>> {
        async move {
            let mut items = Vec::with_capacity(keys.len());
            for key in keys {
                items.push(self.get(key).await?);
            }
            Ok(items)
        }
    }

    /// All changes or none; at most [`MOST_CHANGES`], of different items.
    fn commit(&self, changes: Vec<Change>) -> impl Future<Output = Result<(), CommitError>>;

    /// What is due in a shard until a moment (inclusive), earliest first.
    fn due(
        &self,
        shard: Shard,
        until: Moment,
        limit: usize,
        after: Option<Cursor>,
    ) -> impl Future<Output = Result<Page, ReadError>>;

    /// The attempts of a day, in the order in which they were made.
    fn day(&self, day: Day, limit: usize, after: Option<Cursor>) -> impl Future<Output = Result<Page, ReadError>>;

    /// All items whose key begins so, in any order: for lists of persons, and reports. Costly: it reads the table.
    fn scan(
        &self,
        prefix: &'static str,
        limit: usize,
        after: Option<Cursor>,
    ) -> impl Future<Output = Result<Page, ReadError>>;
}

impl<S: Store> Store for &S {
    async fn get(&self, key: &Key) -> Result<Option<Item>, ReadError> {
        (**self).get(key).await
    }

    async fn get_all(&self, keys: &[Key]) -> Result<Vec<Option<Item>>, ReadError> {
        (**self).get_all(keys).await
    }

    async fn commit(&self, changes: Vec<Change>) -> Result<(), CommitError> {
        (**self).commit(changes).await
    }

    async fn due(&self, shard: Shard, until: Moment, limit: usize, after: Option<Cursor>) -> Result<Page, ReadError> {
        (**self).due(shard, until, limit, after).await
    }

    async fn day(&self, day: Day, limit: usize, after: Option<Cursor>) -> Result<Page, ReadError> {
        (**self).day(day, limit, after).await
    }

    async fn scan(&self, prefix: &'static str, limit: usize, after: Option<Cursor>) -> Result<Page, ReadError> {
        (**self).scan(prefix, limit, after).await
    }
}
