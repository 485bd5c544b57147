//! Vanity numbers: which words a phone number spells.
//!
//! ```text
//! "+18002228453" ─number→ Number ─search→ covers ─ranking→ five options, explained, spoken
//!              words, preferences ─┘         └─ blocklist
//! ```
//!
//! Everything is decided without clock, network and randomness; the `function` feature adds the Lambda function, which
//! reads Connect's events, keeps the results in DynamoDB and answers with a flat map of strings.

pub mod blocklist;
pub mod company;
#[cfg(feature = "function")]
pub mod function;
pub mod keypad;
pub mod number;
mod option;
pub mod own;
mod points;
mod preferences;
mod ranking;
mod search;
mod speech;
pub mod words;

pub use number::NoNumber;
pub use option::{Piece, PieceKind, VanityNumber};
pub use points::Reason;
pub use preferences::{Preferences, version};
pub use ranking::{OPTIONS, Ranking, rank, rank_names};
pub use speech::ssml;
