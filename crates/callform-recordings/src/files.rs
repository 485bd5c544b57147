//! Files that are there whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::wav::Writer;

/// A file under a temporary name beside its own, which it gets once it is whole. Dropped before, it disappears.
pub(crate) struct Part {
    path: PathBuf,
    temporary: PathBuf,
}

impl Part {
    pub(crate) fn create(path: &Path) -> Result<(Self, File), Error> {
        let wrong = |source| Error::file("write", path, source);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(wrong)?;
        }
        let name = path.file_name().ok_or_else(|| wrong(io::ErrorKind::InvalidFilename.into()))?;
        let temporary = path.with_file_name(format!(".{}.part", name.display()));
        let file = File::create(&temporary).map_err(wrong)?;
        Ok((Self { path: path.to_owned(), temporary }, file))
    }

    /// Gives the file its name. It has to be closed.
    pub(crate) fn keep(self) -> Result<(), Error> {
        fs::rename(&self.temporary, &self.path).map_err(|source| Error::file("write", &self.path, source))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // After `keep` there is nothing under this name; a leftover is overwritten by the next attempt.
        let _gone_or_left = fs::remove_file(&self.temporary);
    }
}

/// Writes a whole file.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let (part, mut file) = Part::create(path)?;
    io::Write::write_all(&mut file, bytes).map_err(|source| Error::file("write", path, source))?;
    drop(file);
    part.keep()
}

/// A WAV file of one channel that is there whole or not at all.
pub(crate) struct WavFile {
    part: Part,
    writer: Writer<BufWriter<File>>,
}

impl WavFile {
    pub(crate) fn create(path: &Path, sample_rate: u32) -> Result<Self, Error> {
        let (part, file) = Part::create(path)?;
        Ok(Self { part, writer: Writer::new(BufWriter::new(file), 1, sample_rate)? })
    }

    pub(crate) fn write(&mut self, samples: &[f32]) -> Result<(), Error> {
        self.writer.write(samples)
    }

    pub(crate) fn silence(&mut self, frames: u64) -> Result<(), Error> {
        let length = usize::try_from(frames).map_err(|_| Error::TooLong)?;
        self.writer.write_integers(std::iter::repeat_n(0, length))
    }

    pub(crate) fn finish(self) -> Result<(), Error> {
        self.writer.finish()?;
        self.part.keep()
    }
}
