//! Names that every reader takes for what they are.
//!
//! `webdataset` ends the key of a sample at the first dot and takes names that differ in case for one; Hugging Face's
//! `datasets` lets a file whose name has a word like `test` or `dev` decide about splits.

use sha2::{Digest, Sha256};

use super::journal::hexadecimal;
use crate::channel::Channel;

/// Words that decide about splits where they stand in a name.
const SPLIT_WORDS: [&str; 5] = ["train", "val", "dev", "test", "eval"];
/// Letters of an identifier, at most: names in a tar have no more than 100.
const LONGEST: usize = 64;

/// The key of a clip: lower-case letters, digits and hyphens.
///
/// The identifier of the conversation where it can be part of a name, else a digest of it.
pub(super) fn key(conversation: &str, channel: Channel, index: usize) -> String {
    format!("{}-{channel}-{index:04}", part(conversation))
}

fn part(id: &str) -> String {
    let plain = id.chars().all(|letter| matches!(letter, 'a'..='z' | '0'..='9' | '-'));
    let begins_well = id.starts_with(|letter: char| letter.is_ascii_alphanumeric());
    let decides = SPLIT_WORDS.iter().any(|word| id.contains(word));
    if plain && begins_well && !decides && id.len() <= LONGEST {
        return id.to_owned();
    }
    // A digest has no letters beyond f: no word that decides.
    format!("x{}", &hexadecimal(&Sha256::digest(id))[..32])
}
