//! An object becomes a file.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;

use collection::outside::Location;

use super::journal::{Journal, digest_of};
use super::manifest::File;

/// Bytes that are asked for at once.
const PIECE: u64 = 8 << 20;

/// A piece of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Got {
    pub(in super::super) bytes: Vec<u8>,
    /// Bytes of the whole object.
    pub(in super::super) size: u64,
    /// Which version of the content it is.
    pub(in super::super) tag: String,
}

/// Why there is no piece.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(in super::super) enum SourceError {
    /// The object changed while it was read.
    #[error("it changed while it was read")]
    Changed,
    /// Anything else, in words.
    #[error("{0}")]
    Failed(String),
}

/// Where objects are read.
pub(in super::super) trait Source {
    /// A piece from a byte on, at most so many; of the version with a tag, where one is given. Of an object without bytes the
    /// piece is empty.
    fn read(
        &self,
        location: &Location,
        from: u64,
        most: u64,
        tag: Option<&str>,
    ) -> impl Future<Output = Result<Got, SourceError>>;
}

/// Why there is no file.
#[derive(Debug)]
pub(super) enum FetchError {
    Source(SourceError),
    File(io::Error),
}

impl From<SourceError> for FetchError {
    fn from(error: SourceError) -> Self {
        Self::Source(error)
    }
}

impl From<io::Error> for FetchError {
    fn from(error: io::Error) -> Self {
        Self::File(error)
    }
}

/// Brings an object into a file. What was brought before is kept where it is still that version; what was begun goes on.
pub(super) async fn fetch(
    source: &impl Source,
    location: &Location,
    out: &Path,
    path: &str,
    journal: &Journal,
) -> Result<File, FetchError> {
    let first = source.read(location, 0, 1, None).await?;
    let origin = format!("{location} {}", first.tag);
    if let Some(file) = journal.kept(out, path, &origin)? {
        return Ok(file);
    }
    let target = out.join(path);
    if let Some(folder) = target.parent() {
        std::fs::create_dir_all(folder)?;
    }
    // What was begun of another version has another name.
    let part = out.join(format!("{path}.{}.part", name_of(&first.tag)));
    let mut file = OpenOptions::new().create(true).append(true).open(&part)?;
    let mut position = file.metadata()?.len();
    if position > first.size {
        file.set_len(0)?;
        position = 0;
    }
    while position < first.size {
        let most = PIECE.min(first.size - position);
        let piece = source.read(location, position, most, Some(&first.tag)).await?;
        if piece.tag != first.tag || piece.bytes.is_empty() {
            return Err(SourceError::Changed.into());
        }
        file.write_all(&piece.bytes)?;
        position += piece.bytes.len() as u64;
    }
    file.sync_all()?;
    let (bytes, sha256) = digest_of(&part)?;
    std::fs::rename(&part, &target)?;
    let file = File { path: path.to_owned(), bytes, sha256 };
    journal.note(&file, &origin)?;
    Ok(file)
}

/// A tag as a part of a file's name.
fn name_of(tag: &str) -> String {
    tag.chars().filter(char::is_ascii_alphanumeric).take(16).collect()
}
