//! A table of versioned items: what functions keep, on Amazon DynamoDB or in memory.
//!
//! Whoever keeps something says what it is by [`Records`]: keys, bodies, and where indexes have them. Items are flat records,
//! each with a version; a [commit](Store::commit) changes all of its items or none, and only as they were read. So whoever
//! reads, decides and commits needs no lock: of two who decide on the same, one is refused and decides again ([`decide`]).

mod bodies;
mod decide;
#[cfg(feature = "aws")]
mod dynamodb;
mod item;
mod known;
mod memory;
mod moment;
mod names;
mod store;

pub use decide::{TRIES, WorkError, decide};
#[cfg(feature = "aws")]
pub use dynamodb::DynamoDb;
pub use item::{Index, Item, Records, Unreadable};
pub use known::{earliest, latest};
pub use memory::{Memory, Units};
pub use moment::{Day, Moment};
pub use store::{Becomes, Change, CommitError, Cursor, MOST_CHANGES, Page, ReadError, Store, Was};
