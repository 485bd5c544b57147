//! Who may deliver a version of a record: the write protocol.
//!
//! There is one item for each contact. It holds the latest version, and for every version that was accepted the stream
//! record that brought it, its *owner*. One conditional write decides about a record:
//!
//! ```text
//! UpdateItem   RecordKey = <contact>
//! if           attribute_not_exists(RecordKey) OR Latest < :version
//! set          Latest = :version, "Owner <version>" = :me, ExpiresAt = :expiry
//! when not     return the item as it is
//! ```
//!
//! - *Written*: the version is new; deliver.
//! - *Refused, and I am its owner*: this is a retry of what was accepted before; deliver again. The retry replaces an
//!   answer that nobody got.
//! - *Refused, and another is its owner*: a copy; drop.
//! - *Refused, and it has no owner*: a later version came first; this one is superseded.
//!
//! Each of these answers stays the same for ever. `Latest` only grows, so what was refused once is never written later
//! by this condition; owners are never replaced. Hence a retried batch gets the identical answer, wherever the first
//! attempt ended and however the batch is cut the second time, and no second copy can pass meanwhile: the write is one
//! atomic step, and the item that comes back with a refusal is read in the same step.
//!
//! The only step before the answer is that write. A function that dies before it has changed nothing; one that dies
//! after it is retried and owns what it wrote. A stream record that is sent twice by its producer has two identifiers,
//! and only one of them can be owner. What is called the current version is the item's `Latest`, of which there is one.
//!
//! Late versions are dropped, or delivered once where [`Late::Deliver`] asks for it: then a second conditional write adds
//! only the owner (`if attribute_not_exists("Owner <version>")`), with the same reasoning.
//!
//! Content (mode `exact`) and events have one version, and the same write does for them.

use std::fmt;
use std::future::Future;

use crate::{Key, Timestamp};

/// A stream record that asks to deliver a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// What its copies and versions have in common.
    pub key: Key,
    /// The version.
    pub version: Timestamp,
    /// Firehose's record identifier, or Kinesis' event identifier: the same again when the same stream record is retried.
    pub owner: String,
    /// When the item may be forgotten, in seconds since the start of 1970.
    pub expires_at: u64,
}

/// What became of a conditional write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// The condition held.
    Yes,
    /// The condition did not hold, and nothing changed.
    No {
        /// The owner of the claimed version at that moment.
        owner: Option<String>,
    },
}

/// Why the store gave no answer. Whether it wrote is unknown, unless it was throttled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The same again may succeed: throttled, unreachable, out of order.
    #[error("the table did not answer, or asked to slow down")]
    Transient,
    /// The same again would fail again: no such table, not allowed, refused.
    #[error("the table refused the request")]
    Permanent,
}

/// Where claims are kept. Both writes are atomic and strongly consistent.
pub trait ClaimStore {
    /// Makes a version the latest and the claimant its owner, if it is newer than the latest.
    fn claim_newest(&self, claim: &Claim) -> impl Future<Output = Result<Written, StoreError>>;

    /// Makes the claimant owner of a version, if it has none.
    fn claim_late(&self, claim: &Claim) -> impl Future<Output = Result<Written, StoreError>>;
}

impl<S: ClaimStore> ClaimStore for &S {
    async fn claim_newest(&self, claim: &Claim) -> Result<Written, StoreError> {
        (**self).claim_newest(claim).await
    }

    async fn claim_late(&self, claim: &Claim) -> Result<Written, StoreError> {
        (**self).claim_late(claim).await
    }
}

/// What to do with a version that arrives after a later one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Late {
    /// Drop it: the later one replaces it wholly.
    #[default]
    Drop,
    /// Deliver it, once.
    Deliver,
}

/// What to do with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Hand it on.
    Deliver,
    /// Drop it: the same version was delivered.
    Duplicate,
    /// Drop it: a later version was delivered.
    Superseded,
}

/// Decides about one record.
pub async fn settle(store: &impl ClaimStore, claim: &Claim, late: Late) -> Result<Verdict, StoreError> {
    match (judge(store.claim_newest(claim).await?, claim), late) {
        (Verdict::Superseded, Late::Deliver) => Ok(judge(store.claim_late(claim).await?, claim)),
        (verdict, _) => Ok(verdict),
    }
}

/// What an answer of the store means.
pub(crate) fn judge(written: Written, claim: &Claim) -> Verdict {
    match written {
        Written::Yes => Verdict::Deliver,
        Written::No { owner: Some(owner) } if owner == claim.owner => Verdict::Deliver,
        Written::No { owner: Some(_) } => Verdict::Duplicate,
        Written::No { owner: None } => Verdict::Superseded,
    }
}

/// The name of the attribute that holds the owner of a version.
pub fn owner_attribute(version: Timestamp) -> impl fmt::Display {
    format!("Owner {version}")
}
