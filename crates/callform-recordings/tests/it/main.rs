//! What comes of recordings, from outside.

#![expect(clippy::unwrap_used, reason = "functions that tests share fail as tests do")]

mod building;
mod cutting;
mod foreign;
mod measuring;
mod reading;
mod transcripts;
