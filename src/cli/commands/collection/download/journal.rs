//! From what files were made: so that they need not be made again.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File as Opened, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::manifest::{File, Manifest};

/// The journal's name. It is no part of what was downloaded.
const JOURNAL: &str = ".download.jsonl";

/// A line: a file that is whole, and from what it was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Line {
    #[serde(flatten)]
    file: File,
    origin: String,
}

/// The journal of a folder. A line that was cut off by a death is none; later lines count.
pub(super) struct Journal {
    known: BTreeMap<String, Line>,
    file: Mutex<Opened>,
}

impl Journal {
    /// Opens the journal, or begins one.
    pub(super) fn open(out: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(out)?;
        let path = out.join(JOURNAL);
        let mut known = BTreeMap::new();
        let mut whole = true;
        if let Ok(file) = Opened::open(&path) {
            let mut reader = BufReader::new(file);
            let mut line = Vec::new();
            while reader.read_until(b'\n', &mut line)? > 0 {
                whole = line.ends_with(b"\n");
                if let Ok(read) = serde_json::from_slice::<Line>(&line) {
                    known.insert(read.file.path.clone(), read);
                }
                line.clear();
            }
        }
        let mut file = OpenOptions::new().create(true).append(true).open(&path)?;
        if !whole {
            file.write_all(b"\n")?;
        }
        Ok(Self { known, file: Mutex::new(file) })
    }

    /// A file that is there, whole, and made from this.
    pub(super) fn kept(&self, out: &Path, path: &str, origin: &str) -> io::Result<Option<File>> {
        let Some(line) = self.known.get(path).filter(|line| line.origin == origin) else { return Ok(None) };
        match digest_of(&out.join(path)) {
            Ok((bytes, sha256)) if bytes == line.file.bytes && sha256 == line.file.sha256 => {
                Ok(Some(line.file.clone()))
            }
            Ok(_) => Ok(None),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// All files below a folder that are there, whole, and made from this; nothing where one of them is not.
    pub(super) fn all_kept(&self, out: &Path, below: &str, origin: &str) -> io::Result<Option<Vec<File>>> {
        let lines = self.known.values().filter(|line| line.origin == origin && line.file.path.starts_with(below));
        let mut files = Vec::new();
        for line in lines {
            let Some(file) = self.kept(out, &line.file.path, origin)? else { return Ok(None) };
            files.push(file);
        }
        Ok((!files.is_empty()).then_some(files))
    }

    /// Removes files that were brought here before and are not in the manifest any more, and the folders of conversations that
    /// have none in it. Whatever else lies in the folder is somebody else's.
    pub(super) fn remove_others(&self, out: &Path, manifest: &Manifest) -> io::Result<()> {
        let listed: BTreeSet<&str> = manifest.files.iter().map(|file| file.path.as_str()).collect();
        let folders: BTreeSet<&str> = listed.iter().filter_map(|path| folder_of(path)).collect();
        for path in self.known.keys().filter(|path| !listed.contains(path.as_str())) {
            let Some(folder) = folder_of(path).filter(|folder| folder.starts_with("c-")) else { continue };
            if path.split('/').any(|part| part.is_empty() || part == "..") {
                continue;
            }
            let gone = if folders.contains(folder) {
                std::fs::remove_file(out.join(path))
            } else {
                std::fs::remove_dir_all(out.join(folder))
            };
            match gone {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// A file is whole.
    pub(super) fn note(&self, file: &File, origin: &str) -> io::Result<()> {
        let line = Line { file: file.clone(), origin: origin.to_owned() };
        let text = format!("{}\n", serde_json::to_string(&line).unwrap_or_default());
        self.file.lock().unwrap_or_else(PoisonError::into_inner).write_all(text.as_bytes())
    }
}

/// The folder of a conversation.
fn folder_of(path: &str) -> Option<&str> {
    path.split_once('/').map(|(folder, _)| folder)
}

/// Bytes and digest of a file.
pub(in super::super) fn digest_of(path: &Path) -> io::Result<(u64, String)> {
    let mut file = Opened::open(path)?;
    let (mut digest, mut bytes) = (Sha256::new(), 0);
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok((bytes, format!("{:x}", digest.finalize())));
        }
        digest.update(&buffer[..read]);
        bytes += read as u64;
    }
}
