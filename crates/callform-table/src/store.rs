//! Where items are kept.

use std::future::Future;

use crate::{Item, Moment, Records};

/// At most this many changes fit into one commit (`TransactWriteItems`).
pub const MOST_CHANGES: usize = 100;

/// One item's part in a commit.
#[derive(Clone, Debug, PartialEq)]
pub struct Change<R: Records> {
    /// Which item.
    pub key: R::Key,
    /// As it was read; when it is otherwise, nothing of the commit happens.
    pub was: Was,
    /// As it is to be.
    pub becomes: Becomes<R>,
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
pub enum Becomes<R: Records> {
    /// This, with the version after the one it had (1 for a new one).
    Item(Item<R>),
    /// There is to be none.
    Gone,
    /// As it is: only its version is looked at.
    Same,
}

impl<R: Records> Change<R> {
    /// A new item.
    pub fn create(key: R::Key, body: impl Into<R::Body>) -> Self {
        let item = Item { key: key.clone(), version: 1, body: body.into(), extra: serde_json::Map::new() };
        Self { key, was: Was::Absent, becomes: Becomes::Item(item) }
    }

    /// Another body for an item that was read; attributes that are unknown here are kept.
    pub fn replace(item: &Item<R>, body: impl Into<R::Body>) -> Self {
        let next =
            Item { key: item.key.clone(), version: item.version + 1, body: body.into(), extra: item.extra.clone() };
        Self { key: item.key.clone(), was: Was::Version(item.version), becomes: Becomes::Item(next) }
    }

    /// The item goes.
    pub fn delete(item: &Item<R>) -> Self {
        Self { key: item.key.clone(), was: Was::Version(item.version), becomes: Becomes::Gone }
    }

    /// The item must be as it was read.
    pub fn check(item: &Item<R>) -> Self {
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
pub struct Page<R: Records> {
    /// Keys, in the order of the index. The items may have changed since: they are to be read before anything is decided.
    pub keys: Vec<R::Key>,
    /// Where the next page begins; nothing at the end.
    pub next: Option<Cursor>,
}

/// A place in an index, opaque but for its text form.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Cursor(pub serde_json::Map<String, serde_json::Value>);

/// A table with the key `key` (text), indexes as [`Records::INDEXES`] says, and its time to live in `expires`.
///
/// Reads by key and commits are strongly consistent; the indexes may be behind.
pub trait Store<R: Records> {
    /// An item. What has expired may still be there.
    fn get(&self, key: &R::Key) -> impl Future<Output = Result<Option<Item<R>>, ReadError>>;

    /// Items of different keys, in the order of the keys. Each is as it was at some moment of the reading; the commit that
    /// follows finds out whether they still are.
    fn get_all(&self, keys: &[R::Key]) -> impl Future<Output = Result<Vec<Option<Item<R>>>, ReadError>> {
        async move {
            let mut items = Vec::with_capacity(keys.len());
            for key in keys {
                items.push(self.get(key).await?);
            }
            Ok(items)
        }
    }

    /// All changes or none; at most [`MOST_CHANGES`], of different items.
    fn commit(&self, changes: Vec<Change<R>>) -> impl Future<Output = Result<(), CommitError>>;

    /// What a part of an index has until a moment (inclusive), earliest first.
    fn query(
        &self,
        part: &R::Part,
        until: Moment,
        limit: usize,
        after: Option<Cursor>,
    ) -> impl Future<Output = Result<Page<R>, ReadError>>;

    /// All items whose key begins so, in any order. Costly: it reads the table.
    fn scan(
        &self,
        prefix: &'static str,
        limit: usize,
        after: Option<Cursor>,
    ) -> impl Future<Output = Result<Page<R>, ReadError>>;
}

impl<R: Records, S: Store<R>> Store<R> for &S {
    async fn get(&self, key: &R::Key) -> Result<Option<Item<R>>, ReadError> {
        (**self).get(key).await
    }

    async fn get_all(&self, keys: &[R::Key]) -> Result<Vec<Option<Item<R>>>, ReadError> {
        (**self).get_all(keys).await
    }

    async fn commit(&self, changes: Vec<Change<R>>) -> Result<(), CommitError> {
        (**self).commit(changes).await
    }

    async fn query(
        &self,
        part: &R::Part,
        until: Moment,
        limit: usize,
        after: Option<Cursor>,
    ) -> Result<Page<R>, ReadError> {
        (**self).query(part, until, limit, after).await
    }

    async fn scan(&self, prefix: &'static str, limit: usize, after: Option<Cursor>) -> Result<Page<R>, ReadError> {
        (**self).scan(prefix, limit, after).await
    }
}
