//! What a folder holds.

use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::journal::digest_of;
use crate::cli::files;

/// The manifest's name.
pub(in super::super) const MANIFEST: &str = "manifest.json";
/// Bytes of a manifest at most: a million files.
const LARGEST: u64 = 200 << 20;

/// A file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(in super::super) struct File {
    /// Where it is, with slashes.
    pub(in super::super) path: String,
    pub(in super::super) bytes: u64,
    /// Its digest, in hexadecimal digits.
    pub(in super::super) sha256: String,
}

impl File {
    pub(super) fn of_bytes(path: String, bytes: &[u8]) -> Self {
        Self { path, bytes: bytes.len() as u64, sha256: format!("{:x}", Sha256::digest(bytes)) }
    }
}

/// All files of a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in super::super) struct Manifest {
    format_version: u32,
    pub(in super::super) collection: String,
    /// In the order of their paths.
    pub(in super::super) files: Vec<File>,
}

impl Manifest {
    pub(super) fn new(collection: &str, mut files: Vec<File>) -> Self {
        files.sort();
        Self { format_version: 1, collection: collection.to_owned(), files }
    }

    /// Reads the manifest of a folder.
    pub(in super::super) fn read(out: &Path) -> io::Result<Self> {
        let text = files::read(&out.join(MANIFEST), LARGEST)?;
        serde_json::from_slice(&text).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
    }

    pub(super) fn write(&self, out: &Path) -> io::Result<()> {
        files::write(&out.join(MANIFEST), format!("{:#}\n", serde_json::to_value(self).unwrap_or_default()))
    }
}

/// Files that are not as the manifest of their folder says, in words.
pub(in super::super) fn verify(out: &Path) -> io::Result<Vec<String>> {
    let manifest = Manifest::read(out)?;
    let mut faults = Vec::new();
    for file in &manifest.files {
        // A manifest may come from anywhere.
        if file.path.split('/').any(|part| part.is_empty() || part == "..") {
            faults.push(format!("{}: is no place in the folder", file.path));
            continue;
        }
        match digest_of(&out.join(&file.path)) {
            Ok((bytes, sha256)) if bytes == file.bytes && sha256 == file.sha256 => {}
            Ok(_) => faults.push(format!("{}: was changed", file.path)),
            Err(error) => faults.push(format!("{}: {error}", file.path)),
        }
    }
    Ok(faults)
}
