//! Opens files below a folder where the system has no way to go from folder to folder.

use std::fs::File;
use std::path::Path;

use super::{FileError, in_words, is_same_kind};

/// Opens a file for reading.
pub(super) fn below(root: &Path, inside: &Path) -> Result<File, FileError> {
    let wanted = root.join(inside);
    let found = wanted.canonicalize().map_err(|error| in_words(&error))?;
    let root = root.canonicalize().map_err(|error| in_words(&error))?;
    if !found.starts_with(root) {
        return Err(FileError::Outside);
    }
    if !is_same_kind(inside, &found) {
        return Err(FileError::OtherKind);
    }
    File::open(found).map_err(|error| in_words(&error))
}
