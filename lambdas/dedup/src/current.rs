//! The current version of every contact, as the stream consumer keeps it.

use std::future::Future;

use crate::claim::StoreError;
use crate::{Invalid, Key, Timestamp};

/// A contact record larger than this does not fit into an item of DynamoDB (400 KB) with its other attributes.
pub const LARGEST_RECORD: usize = 350_000;

/// The current row of a contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurrentRow {
    /// The contact.
    pub key: Key,
    /// Its version.
    pub version: Timestamp,
    /// The record as JSON on one line, byte for byte; `None` where it is larger than [`LARGEST_RECORD`].
    pub record: Option<String>,
    /// When the row may be forgotten, in seconds since the start of 1970.
    pub expires_at: u64,
}

/// A stream record that is none, put aside so that it stops nothing and can be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidRow {
    /// Kinesis' event identifier: shard and sequence number.
    pub event_id: String,
    /// What is wrong.
    pub reason: Invalid,
    /// Its bytes; the first [`LARGEST_RECORD`] of them where there are more.
    pub data: Vec<u8>,
    /// When the row may be forgotten, in seconds since the start of 1970.
    pub expires_at: u64,
}

/// Where current rows are kept.
pub trait CurrentStore {
    /// Puts a row if there is none, or an older one; says whether it did. The same again changes nothing.
    fn put_if_newer(&self, row: &CurrentRow) -> impl Future<Output = Result<bool, StoreError>>;

    /// Puts an invalid record aside. The same again changes nothing.
    fn put_invalid(&self, row: &InvalidRow) -> impl Future<Output = Result<(), StoreError>>;
}
