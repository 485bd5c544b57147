//! What was said in recordings, as far as the sandbox knows: it made them up itself.

use serde::{Deserialize, Serialize};

use crate::error::AwsError;
use crate::store::Tx;

/// What was said, by bucket and key of the recording.
const WORDS: &str = "connect/live-words";

/// Who speaks in a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Speaker {
    /// The customer: the left channel, `ch_0`.
    Customer,
    /// The agent; of an automated interaction the center: the right channel, `ch_1`.
    Agent,
}

/// Somebody says something, without a break.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Turn {
    /// Who.
    pub(crate) speaker: Speaker,
    /// What; nothing for keys, and for what the sandbox does not know the words of.
    pub(crate) text: String,
    /// From when till when, in milliseconds from the beginning of the recording; turns may overlap.
    pub(crate) start: u64,
    pub(crate) end: u64,
}

/// What was said in an object, in the order of its beginnings; `None` where it is no recording that the sandbox made.
pub(crate) fn words_of(tx: &Tx, bucket: &str, key: &str) -> Result<Option<Vec<Turn>>, AwsError> {
    tx.get(WORDS, bucket, key)
}

/// Remembers what is said in an object.
pub(super) fn remember(tx: &Tx, bucket: &str, key: &str, turns: &[Turn]) -> Result<(), AwsError> {
    tx.put(WORDS, bucket, key, None, &turns)
}
