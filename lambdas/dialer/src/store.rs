//! Where items are kept.

use std::future::Future;

pub use callform_table::{Becomes, CommitError, Cursor, MOST_CHANGES, ReadError, Store as Table, Was};

use crate::item::{Dialing, Part, Shard};
use crate::moment::{Day, Moment};

/// One item's part in a commit.
pub type Change = callform_table::Change<Dialing>;

/// A page of an index.
pub type Page = callform_table::Page<Dialing>;

/// A table of a dialer: with the sparse index `by_due` (`shard`, `due`) and the index `by_day` (`day`, `at`).
pub trait Store: Table<Dialing> {
    /// What is due in a shard until a moment (inclusive), earliest first.
    fn due(
        &self,
        shard: Shard,
        until: Moment,
        limit: usize,
        after: Option<Cursor>,
    ) -> impl Future<Output = Result<Page, ReadError>> {
        async move { self.query(&Part::Due(shard), until, limit, after).await }
    }

    /// The attempts of a day, in the order in which they were made.
    fn day(&self, day: Day, limit: usize, after: Option<Cursor>) -> impl Future<Output = Result<Page, ReadError>> {
        async move { self.query(&Part::Day(day), Moment::LAST, limit, after).await }
    }
}

impl<T: Table<Dialing>> Store for T {}
