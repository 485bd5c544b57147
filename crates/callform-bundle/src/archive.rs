//! Zip files that are the same whenever their content is.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::Error;

/// The file that `provided.al2023` starts.
const ENTRY: &str = "bootstrap";
/// Read and run by everyone: Lambda runs it as a user of its own.
const MODE: u32 = 0o755;
/// How small a zip file becomes. A change of a level changes every digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    /// As small as can be: it travels to AWS.
    Smallest,
    /// Quickly: it stays on this machine.
    Quick,
}

/// Packs a program as the `bootstrap` of a function.
pub fn archive(bootstrap: &[u8]) -> Result<Vec<u8>, Error> {
    archive_at(Level::Smallest, bootstrap)
}

pub(crate) fn archive_at(level: Level, bootstrap: &[u8]) -> Result<Vec<u8>, Error> {
    let level = match level {
        Level::Smallest => 9,
        Level::Quick => 1,
    };
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(level))
        // 1 January 1980, the earliest that the format knows.
        .last_modified_time(DateTime::default())
        .unix_permissions(MODE);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file(ENTRY, options)?;
    zip.write_all(bootstrap).map_err(zip::result::ZipError::Io)?;
    Ok(zip.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn holds_one_program_that_everyone_may_run() {
        let bytes = archive(b"#!/bin/sh\n").unwrap();
        let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        assert_eq!(zip.len(), 1);
        let mut file = zip.by_index(0).unwrap();
        assert_eq!((file.name().unwrap().as_ref(), file.unix_mode()), ("bootstrap", Some(0o100_755)));
        let time = file.last_modified().unwrap();
        assert_eq!((time.year(), time.month(), time.day(), time.hour()), (1980, 1, 1, 0));
        let mut content = String::new();
        file.read_to_string(&mut content).unwrap();
        assert_eq!(content, "#!/bin/sh\n");
    }

    #[test]
    fn equal_content_is_equal_bytes() {
        let content = vec![7; 100_000];
        assert_eq!(archive(&content).unwrap(), archive(&content).unwrap());
        assert_ne!(archive(&content).unwrap(), archive(&content[1..]).unwrap());
    }
}
