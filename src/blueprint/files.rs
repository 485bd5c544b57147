//! Where files come from: the one thing a blueprint needs from outside.

use std::io::{self, Read as _};
use std::path::Path;

/// Reads files by path.
pub trait Files {
    /// The content of a file of at most `limit` bytes.
    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, FileError>;
}

/// Why a file could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// There is no such file.
    #[error("there is no such file")]
    NotFound,
    /// It has more bytes than are accepted; it was not read.
    #[error("the file has {size} bytes")]
    TooLarge {
        /// How many bytes it has, or at least has.
        size: u64,
    },
    /// Anything else, in the words of the operating system.
    #[error("{0}")]
    Other(String),
}

/// The files of this machine; paths are relative to the current folder.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

impl Files for Disk {
    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, FileError> {
        read(Path::new(path), limit).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => FileError::NotFound,
            _ => FileError::Other(error.to_string()),
        })?
    }
}

fn read(path: &Path, limit: u64) -> io::Result<Result<Vec<u8>, FileError>> {
    let file = std::fs::File::open(path)?;
    let size = file.metadata()?.len();
    if size > limit {
        return Ok(Err(FileError::TooLarge { size }));
    }
    // A pipe or a file that grows has no honest length.
    let mut content = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
    file.take(limit + 1).read_to_end(&mut content)?;
    let size = content.len() as u64;
    Ok(if size > limit { Err(FileError::TooLarge { size }) } else { Ok(content) })
}
