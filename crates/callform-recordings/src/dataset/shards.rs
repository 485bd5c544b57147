//! Clips and their rows as `WebDataset`: a tar in which what belongs together has one key.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::journal::{Journal, hexadecimal};
use super::rows::Row;
use crate::error::Error;
use crate::files::Part;
use crate::numbers::count;

/// Writes a shard, unless it is there.
pub(super) fn write(name: &str, rows: &[&Row], folder: &Path, journal: &mut Journal) -> Result<(), Error> {
    let recipe = recipe(rows, journal);
    if journal.keeps(name, &recipe)? {
        return Ok(());
    }
    let path = folder.join(name);
    let (part, file) = Part::create(&path)?;
    pack(file, rows, folder).map_err(|source| Error::file("write", &path, source))?;
    part.keep()?;
    journal.wrote(name, &recipe)
}

fn recipe(rows: &[&Row], journal: &Journal) -> String {
    let mut digest = Sha256::new();
    digest.update("shard 1\n");
    for row in rows {
        digest.update(format!("{}\n{}\n{}\n", row.key, journal.digest(&row.path()), text(row)));
    }
    hexadecimal(&digest.finalize())
}

fn text(row: &Row) -> String {
    Value::Object(row.columns.clone()).to_string()
}

fn pack(file: File, rows: &[&Row], folder: &Path) -> io::Result<()> {
    let mut archive = tar::Builder::new(BufWriter::new(file));
    for row in rows {
        let text = text(row);
        append(&mut archive, &format!("{}.json", row.key), count(text.len()), text.as_bytes())?;
        let clip = File::open(folder.join(row.path()))?;
        let length = clip.metadata()?.len();
        append(&mut archive, &format!("{}.wav", row.key), length, clip)?;
    }
    archive.into_inner()?.flush()
}

/// Headers say nothing of when and by whom a file was written.
fn append(archive: &mut tar::Builder<impl Write>, name: &str, length: u64, content: impl Read) -> io::Result<()> {
    let mut header = tar::Header::new_ustar();
    header.set_path(name)?;
    header.set_size(length);
    header.set_mode(0o644);
    header.set_mtime(0);
    header.set_uid(0);
    header.set_gid(0);
    header.set_cksum();
    archive.append(&header, content)
}
