//! Whether a folder is what its list says.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;

use super::journal::{digest_of_file, files_below};
use super::{JOURNAL, MANIFEST};
use crate::error::Error;

/// A file that is not as the list says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The file's path in the folder.
    pub file: String,
    /// What is wrong.
    pub kind: FaultKind,
}

/// What is wrong with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultKind {
    /// It is not there.
    Missing,
    /// Its content is another one.
    Changed,
    /// It is not in the list.
    Unlisted,
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            FaultKind::Missing => "is missing",
            FaultKind::Changed => "was changed",
            FaultKind::Unlisted => "does not belong here",
        };
        write!(formatter, "{} {what}", self.file)
    }
}

/// Compares a folder with its `SHA256SUMS`: every fault, by name. None means that each listed file is there with its content,
/// and nothing else is.
///
/// # Errors
///
/// A folder without such a list, or with a line that is none of one.
pub fn verify(folder: &Path) -> Result<Vec<Fault>, Error> {
    let path = folder.join(MANIFEST);
    let text = fs::read_to_string(&path).map_err(|source| Error::file("read", &path, source))?;
    let mut listed = BTreeMap::new();
    for (index, line) in text.lines().enumerate() {
        let (digest, file) =
            line.split_once("  ").filter(|(digest, file)| digest.len() == 64 && is_inside(file)).ok_or_else(|| {
                Error::text(format!("{}:{}", path.display(), index + 1), "is no digest and path in this folder")
            })?;
        listed.insert(file.to_owned(), digest);
    }
    let mut faults = Vec::new();
    for (file, digest) in &listed {
        let kind = match digest_of_file(&folder.join(file))? {
            None => FaultKind::Missing,
            Some(found) if found != **digest => FaultKind::Changed,
            Some(_) => continue,
        };
        faults.push(Fault { file: file.clone(), kind });
    }
    for file in files_below(folder)? {
        if !listed.contains_key(&file) && file != MANIFEST && file != JOURNAL {
            faults.push(Fault { file, kind: FaultKind::Unlisted });
        }
    }
    faults.sort();
    Ok(faults)
}

/// A list that somebody sent may name files elsewhere.
fn is_inside(file: &str) -> bool {
    !file.is_empty() && Path::new(file).components().all(|part| matches!(part, std::path::Component::Normal(_)))
}
