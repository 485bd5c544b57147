//! From conversations to a folder.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::journal::{Journal, digest_of_file, hexadecimal};
use super::rows::{self, Row};
use super::splits::Split;
use super::{Conversation, Recording, Settings, card, shards};
use crate::chunks::{CutOptions, cut};
use crate::error::Error;

/// What was built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Built {
    /// Files of the data set.
    pub files: usize,
    /// Clips.
    pub clips: usize,
    /// Those of them that were there already.
    pub kept: usize,
    /// What readers may stumble over, in words.
    pub warnings: Vec<String>,
}

/// Builds a data set in a folder, or goes on with it.
///
/// # Errors
///
/// A folder with something else in it, conversations with the same identifier or without consent, license, language or speaker,
/// and recordings that cannot be read. What was built until then is kept and used by the next attempt.
pub fn build(conversations: &[Conversation], settings: &Settings, folder: &Path) -> Result<Built, Error> {
    settings.shares.check()?;
    let mut conversations: Vec<&Conversation> = conversations.iter().collect();
    conversations.sort_by(|one, other| one.id.cmp(&other.id));
    check(&conversations)?;
    let mut journal = Journal::open(folder)?;
    let (mut all, mut kept) = (Vec::new(), 0);
    for conversation in &conversations {
        for recording in &conversation.recordings {
            let rows = rows::rows(conversation, recording, settings);
            kept += clips(recording, &rows, settings.sample_rate, folder, &mut journal)?;
            all.extend(rows);
        }
    }
    rows::drop_missing(&mut all);
    for split in Split::ALL {
        let of_split: Vec<&Row> = all.iter().filter(|row| row.split == split).collect();
        write_split(split, &of_split, settings, folder, &mut journal)?;
    }
    journal.text("README.md", &card::card(&conversations, &all, settings))?;
    let files = journal.finish()?;
    Ok(Built { files, clips: all.len(), kept, warnings: rows::warnings(&all) })
}

fn check(conversations: &[&Conversation]) -> Result<(), Error> {
    conversations.iter().try_for_each(|conversation| rows::check(conversation))?;
    let mut seen = BTreeSet::new();
    for conversation in conversations {
        let twice_in = conversation.recordings.iter().filter(|one| !seen.insert((&conversation.id, one.channel)));
        if let Some(recording) = twice_in.last() {
            let problem = format!("has two recordings of the {}", recording.channel);
            return Err(Error::text(format!("conversation `{}`", conversation.id), problem));
        }
    }
    Ok(())
}

/// Cuts the clips of a recording that are not there; how many were.
fn clips(
    recording: &Recording,
    rows: &[Row],
    sample_rate: Option<u32>,
    folder: &Path,
    journal: &mut Journal,
) -> Result<usize, Error> {
    let missing = || Error::file("read", &recording.file, std::io::ErrorKind::NotFound.into());
    let source = digest_of_file(&recording.file)?.ok_or_else(missing)?;
    let recipe = |row: &Row| {
        let (span, channel) = (row.chunk.span, row.chunk.channel);
        let text = format!("clip 1\n{source}\n{channel}\n{}\n{}\n{sample_rate:?}", span.start_ms, span.end_ms);
        hexadecimal(&Sha256::digest(text))
    };
    let mut wanted = Vec::new();
    for row in rows {
        if !journal.keeps(&row.path(), &recipe(row))? {
            wanted.push(row);
        }
    }
    if !wanted.is_empty() {
        let file = File::open(&recording.file).map_err(|source| Error::file("read", &recording.file, source))?;
        let chunks: Vec<_> = wanted.iter().map(|row| (row.chunk, folder.join(row.path()))).collect();
        cut(BufReader::new(file), &chunks, CutOptions { padding_ms: 0, sample_rate })?;
        for row in &wanted {
            journal.wrote(&row.path(), &recipe(row))?;
        }
    }
    Ok(rows.len() - wanted.len())
}

/// Writes the rows of a split, twice, and its shards. A split without rows has no files: readers refuse empty ones.
fn write_split(
    split: Split,
    rows: &[&Row],
    settings: &Settings,
    folder: &Path,
    journal: &mut Journal,
) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let name = split.name();
    let beside: String = rows.iter().map(|row| row.line(&format!("{}.wav", row.key))).collect();
    journal.text(&format!("audio/{name}/metadata.jsonl"), &beside)?;
    let together: String = rows.iter().map(|row| row.line(&row.path())).collect();
    journal.text(&format!("rows/{name}.jsonl"), &together)?;
    if let Some(size) = settings.shard {
        for (index, rows) in rows.chunks(size.max(1)).enumerate() {
            shards::write(&format!("shards/{name}-{index:06}.tar"), rows, folder, journal)?;
        }
    }
    Ok(())
}
