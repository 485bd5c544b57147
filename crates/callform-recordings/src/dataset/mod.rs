//! Accepted conversations as a data set that one can train on.
//!
//! ```text
//! README.md                     what it is, with figures
//! SHA256SUMS                    every file, as `sha256sum --check` reads it
//! rows/SPLIT.jsonl              a row a clip, with the clip's path: what `load_dataset(FOLDER)` reads
//! audio/SPLIT/metadata.jsonl    the same rows beside their clips: what `load_dataset("audiofolder", …)` reads
//! audio/SPLIT/KEY.wav           the clips
//! shards/SPLIT-000000.tar       the same as WebDataset, where it is asked for
//! ```
//!
//! A speaker belongs to one split for ever: which one follows from a seed and the speaker's name alone, so that more speakers
//! change nothing for those who are there. What is there and right is kept, so that a build that was killed goes on where it
//! was; what no longer belongs to the data set is removed. The same conversations give the same bytes.

mod build;
mod card;
mod journal;
mod names;
mod rows;
mod shards;
mod splits;
mod verify;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use build::{Built, build};
pub use splits::{Shares, Split};
pub use verify::{Fault, FaultKind, verify};

use crate::channel::{Channel, Span};
use crate::quality::Figures;

/// The list of files with their digests, as `sha256sum` writes it.
pub const MANIFEST: &str = "SHA256SUMS";
/// What is not listed: how the files were made.
pub(crate) const JOURNAL: &str = ".recipes.jsonl";

/// An accepted conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Conversation {
    /// Which one; unlike all others. No name of a person or number of a caller.
    pub id: String,
    /// What it was about.
    pub intent: Option<String>,
    /// Where the consent of those who speak is kept.
    pub consent: String,
    /// What the data may be used for, as an SPDX identifier or in words.
    pub license: String,
    /// The language, as in `en-US`.
    pub language: String,
    /// How good the recording is.
    pub figures: Figures,
    /// The channels that become part of the data set.
    pub recordings: Vec<Recording>,
}

/// A channel of a conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recording {
    /// Whose sound it is.
    pub channel: Channel,
    /// Who speaks: a pseudonym, the same one in all conversations of that person.
    pub speaker: String,
    /// A WAV file.
    pub file: PathBuf,
    /// Whether that file holds both channels; else it holds this one alone.
    pub both_channels: bool,
    /// The parts that become files, in order.
    pub clips: Vec<Clip>,
}

/// A part of a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clip {
    /// When.
    #[serde(flatten)]
    pub span: Span,
    /// What is said; none where nobody wrote it down.
    pub transcript: Option<String>,
}

/// What a data set is to be like.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// What it is called.
    pub name: String,
    /// What it is, in a paragraph of Markdown.
    pub description: String,
    /// The same seed sends the same speakers to the same splits.
    pub seed: u64,
    /// How many speakers go to which split.
    pub shares: Shares,
    /// Frames a second of the clips; those of the recordings where there is none.
    pub sample_rate: Option<u32>,
    /// Samples of a `WebDataset` shard, at most; no shards without it.
    pub shard: Option<usize>,
}
