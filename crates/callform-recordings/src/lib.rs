//! Recordings of conversations: read as they really are, measured, split and cut, and laid out as a data set.
//!
//! ```text
//! WAV ─[wav::Reader]→ blocks ─┬─[quality::Meter]→ figures ─[Rule]→ accepted, or every reason why not
//!                             │                └→ levels over time ─[chunks]→ parts with sound
//!                             └─[split]→ a file a channel
//! ```
//!
//! Everything is read once from front to back through [`std::io::Read`] in bounded memory. There is no clock and no
//! randomness: the same input gives the same bytes.

mod channel;
mod error;
mod files;
mod numbers;

pub mod wav;
pub mod quality;
pub mod synthetic;
pub mod resample;
pub mod split;
pub mod chunks;
pub mod transcripts;
pub mod dataset;

pub use channel::{Channel, Span, common};
pub use chunks::{Chunk, ChunkOptions, CutOptions, align, chunks, cut};
pub use error::Error;
pub use quality::{Check, Figures, Measured, Meter, Reason, Rule, Verdict, measure};
pub use split::{split, split_files};
