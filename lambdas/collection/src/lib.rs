//! Collects spoken conversations: so many good ones between callers and agents, or callers and bots, as a collection asks for.
//!
//! ```text
//! caller ─PINs, consent─→ flow ─→ verify ──reserves a place──→ conversation ─┐
//! Connect ─events, records─→ evidence ──────────────────────────────────────┼─settle─→ complete, short, abandoned, rejected
//! S3 ─recordings─→ measure ──→ evidence ─────────────────────────────────────┘              │
//! collection: new → running ⇄ paused → stopping → ended → erased   ←──counters────────────────┘
//! ```
//!
//! - What is known is in [`item`]: one table, flat records, each with a version.
//! - [`evidence`] is what is known of a conversation. It only grows, and grows to the same whatever the order of what arrives.
//! - [`transition`] says what follows from it; it is pure. A place of the goal is kept when the PINs were right, in the same
//!   transaction that counts it, and given back when the conversation cannot be used: accepted and reserved together never
//!   exceed the goal, whoever calls at once.
//! - [`work`] carries everything out over the table and the traits of [`outside`], and may die at any of its steps: what is
//!   begun is written down before anything outside is touched, and is due until it is done.
//!
//! Nothing here reads a clock, the environment or chance: they come in through [`outside::Rim`].

#[cfg(feature = "aws")]
pub mod aws;
pub mod events;
pub mod evidence;
#[cfg(feature = "function")]
pub mod function;
pub mod ids;
pub mod item;
#[cfg(feature = "measure")]
pub mod measure;
pub mod outside;
pub mod pin;
pub mod policy;
pub mod report;
pub mod transition;
pub mod work;

#[cfg(test)]
mod testing;

/// Points in time.
pub mod moment {
    pub use callform_table::{Day, Moment};
}

/// Where items are kept.
pub mod store {
    pub use callform_table::{Becomes, CommitError, Cursor, ReadError, Store as Table, Was};

    use crate::item::Collecting;

    /// One item's part in a commit.
    pub type Change = callform_table::Change<Collecting>;

    /// A page of an index.
    pub type Page = callform_table::Page<Collecting>;

    /// A table of collections: with the indexes `by_due` (`shard`, `due`), `by_owner` (`owner`, `at`) and `by_person` (`whose`,
    /// `since`).
    pub trait Store: Table<Collecting> {}

    impl<T: Table<Collecting>> Store for T {}

    /// A table in memory, with the semantics of DynamoDB. For tests and dry runs.
    pub type Memory = callform_table::Memory<Collecting>;
}
