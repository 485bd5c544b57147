//! Each version of a contact record once.
//!
//! Connect delivers contact records at least once and again whenever something changes. Which record it is, is told by
//! `ContactId` and `LastUpdateTimestamp`; a later version replaces an earlier one wholly.
//!
//! ```text
//! Kinesis → Firehose → transform ─────────→ contact-records/year=/month=/day=/   each version once
//!                          └ claim → table → agent-events/…, contact-events/…    each event once
//! Kinesis ───────────→ consumer ──────────→ table: the current version of every contact
//! files ─────────────→ local  ────────────→ the current version of every contact, and a report
//! files, tables ─────→ erase  ────────────→ the same without a person
//! ```
//!
//! What is decided is in [`record`] (what a record is) and [`claim`] (who may deliver it, and why nothing is lost or doubled);
//! [`transform`], [`consumer`] and [`local`] carry it out. Nothing here reads a clock or the environment.

pub mod canonical;
pub mod claim;
pub mod consumer;
pub mod current;
#[cfg(feature = "function")]
pub mod dynamodb;
pub mod erase;
mod line;
#[cfg(feature = "function")]
pub mod functions;
pub mod local;
pub mod memory;
pub mod patience;
pub mod record;
pub mod sample;
mod settings;
mod timestamp;
pub mod transform;

#[cfg(test)]
mod testing;

pub use record::{Invalid, Key, Kind, Record};
pub use settings::{Mode, SettingError, Settings, TABLE};
pub use timestamp::{Day, Timestamp};
