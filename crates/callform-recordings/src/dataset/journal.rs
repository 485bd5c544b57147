//! What is already there and right.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{JOURNAL, MANIFEST};
use crate::error::Error;
use crate::files;

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    file: String,
    /// A digest of all that it was made from.
    recipe: String,
    sha256: String,
}

/// The files of a data set while it is built: each is noted as soon as it is whole.
pub(super) struct Journal {
    folder: PathBuf,
    file: File,
    known: BTreeMap<String, Entry>,
    /// What belongs to the data set, with its digest.
    listed: BTreeMap<String, Entry>,
}

impl Journal {
    /// Goes on where an earlier build ended.
    ///
    /// # Errors
    ///
    /// A folder with something else in it: what does not belong to a data set is removed from its folder.
    pub(super) fn open(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(JOURNAL);
        fs::create_dir_all(folder).map_err(|source| Error::file("write", folder, source))?;
        let known = match fs::read_to_string(&path) {
            // The last line may have been cut off; its file is written again.
            Ok(text) => text.lines().filter_map(|line| serde_json::from_str::<Entry>(line).ok()).collect(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let mut entries = fs::read_dir(folder).map_err(|source| Error::file("read", folder, source))?;
                if entries.next().is_some() {
                    let problem = "is not empty and no data set; choose another folder";
                    return Err(Error::text(folder.display().to_string(), problem));
                }
                Vec::new()
            }
            Err(error) => return Err(Error::file("read", &path, error)),
        };
        let wrong = |source| Error::file("write", &path, source);
        let mut file = OpenOptions::new().create(true).append(true).open(&path).map_err(wrong)?;
        // A line that was cut off ends here.
        file.write_all(b"\n").map_err(wrong)?;
        let known = known.into_iter().map(|entry| (entry.file.clone(), entry)).collect();
        Ok(Self { folder: folder.to_owned(), file, known, listed: BTreeMap::new() })
    }

    /// Whether a file is there as this recipe makes it; then it belongs to the data set.
    pub(super) fn keeps(&mut self, file: &str, recipe: &str) -> Result<bool, Error> {
        let Some(entry) = self.known.get(file).filter(|entry| entry.recipe == recipe) else {
            return Ok(false);
        };
        let same = digest_of_file(&self.folder.join(file))?.is_some_and(|digest| digest == entry.sha256);
        if same {
            self.listed.insert(file.to_owned(), entry.clone());
        }
        Ok(same)
    }

    /// Notes a file that was written.
    pub(super) fn wrote(&mut self, file: &str, recipe: &str) -> Result<(), Error> {
        let path = self.folder.join(file);
        let missing = || Error::file("read", &path, io::ErrorKind::NotFound.into());
        let sha256 = digest_of_file(&path)?.ok_or_else(missing)?;
        let entry = Entry { file: file.to_owned(), recipe: recipe.to_owned(), sha256 };
        let wrong = |source| Error::file("write", &self.folder.join(JOURNAL), source);
        writeln!(self.file, "{}", serde_json::json!(entry)).map_err(wrong)?;
        self.listed.insert(file.to_owned(), entry);
        Ok(())
    }

    /// Writes a text, unless it is there.
    pub(super) fn text(&mut self, file: &str, text: &str) -> Result<(), Error> {
        let recipe = hexadecimal(&Sha256::digest(text));
        if self.keeps(file, &recipe)? {
            return Ok(());
        }
        files::write(&self.folder.join(file), text.as_bytes())?;
        self.wrote(file, &recipe)
    }

    /// The digest of a file that belongs to the data set.
    pub(super) fn digest(&self, file: &str) -> &str {
        self.listed.get(file).map_or("", |entry| &entry.sha256)
    }

    /// Removes what does not belong to the data set, and writes the list of what does.
    pub(super) fn finish(self) -> Result<usize, Error> {
        for stranger in files_below(&self.folder)?.into_iter().filter(|file| !self.listed.contains_key(file)) {
            if stranger != JOURNAL && stranger != MANIFEST {
                let path = self.folder.join(&stranger);
                fs::remove_file(&path).map_err(|source| Error::file("remove", &path, source))?;
            }
        }
        let lines = self.listed.values().map(|entry| format!("{}  {}\n", entry.sha256, entry.file));
        files::write(&self.folder.join(MANIFEST), lines.collect::<String>().as_bytes())?;
        let recipes = self.listed.values().map(|entry| format!("{}\n", serde_json::json!(entry)));
        files::write(&self.folder.join(JOURNAL), recipes.collect::<String>().as_bytes())?;
        Ok(self.listed.len())
    }
}

/// Files in a folder and below it, with `/` between the names, in order.
pub(super) fn files_below(folder: &Path) -> Result<Vec<String>, Error> {
    let mut found = Vec::new();
    let mut folders = vec![String::new()];
    while let Some(prefix) = folders.pop() {
        let here = folder.join(&prefix);
        let wrong = |source| Error::file("read", &here, source);
        for entry in fs::read_dir(&here).map_err(wrong)? {
            let entry = entry.map_err(wrong)?;
            let name = format!("{prefix}{}", entry.file_name().display());
            if entry.file_type().map_err(wrong)?.is_dir() {
                folders.push(format!("{name}/"));
            } else {
                found.push(name);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The SHA-256 of a file; none where there is no file.
pub(super) fn digest_of_file(path: &Path) -> Result<Option<String>, Error> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::file("read", path, error)),
    };
    let mut digest = Sha256::new();
    io::copy(&mut file, &mut digest).map_err(|source| Error::file("read", path, source))?;
    Ok(Some(hexadecimal(&digest.finalize())))
}

/// Bytes as lower-case digits.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |number: u8| char::from(DIGITS[usize::from(number % 16)]);
    bytes.iter().flat_map(|byte| [digit(byte / 16), digit(*byte)]).collect()
}
