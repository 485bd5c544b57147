//! WAV files: read as they really are, written as everybody reads them.

mod coding;
mod header;
mod reader;
mod writer;

pub use coding::Coding;
pub use header::Format;
pub use reader::{Block, Ending, Reader};
pub use writer::Writer;

/// Channels of a recording, at most: who called and who answered.
pub const MOST_CHANNELS: u16 = 2;
/// Frames a second, at least.
pub const LOWEST_RATE: u32 = 1_000;
/// Frames a second, at most.
pub const HIGHEST_RATE: u32 = 384_000;
