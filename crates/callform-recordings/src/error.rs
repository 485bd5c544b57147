//! What can be wrong with a recording.

use std::io;
use std::path::{Path, PathBuf};

/// Why a recording could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The bytes are something else.
    #[error("not a WAV file: {0}")]
    NotWav(&'static str),
    /// The file ends before its sound begins.
    #[error("the WAV file ends inside of its header")]
    CutInHeader,
    /// A WAV file, but none of a conversation.
    #[error("unsupported WAV file: {0}")]
    Unsupported(String),
    /// More sound than a WAV file can hold: its sizes have 32 bits.
    #[error("a WAV file cannot hold more than 4 GB of sound")]
    TooLong,
    /// A rate that sound cannot be brought to.
    #[error("cannot resample from {from} to {to} Hz: rates of recordings are 1,000 to 384,000 Hz")]
    Rate {
        /// Frames a second, as it is.
        from: u32,
        /// Frames a second, as it was asked for.
        to: u32,
    },
    /// A file could not be read or written.
    #[error("cannot {verb} {path}: {source}", path = path.display())]
    File {
        /// `read` or `write`.
        verb: &'static str,
        /// Which one.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A text that is none of those it should be.
    #[error("{path}: {problem}")]
    Text {
        /// Where in it: a file and a line, or a path in JSON.
        path: String,
        /// What is wrong there.
        problem: String,
    },
    /// Reading or writing failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl Error {
    pub(crate) fn file(verb: &'static str, path: &Path, source: io::Error) -> Self {
        Self::File { verb, path: path.to_owned(), source }
    }

    pub(crate) fn text(path: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Text { path: path.into(), problem: problem.into() }
    }
}

impl From<hound::Error> for Error {
    fn from(error: hound::Error) -> Self {
        match error {
            hound::Error::IoError(error) => Self::Io(error),
            other => Self::Io(io::Error::other(other)),
        }
    }
}
