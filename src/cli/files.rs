//! Files that are read whole and written.
//!
//! A file appears under its name once it is complete. Until then it lies beside it under a name of its own, locked by who
//! writes it. What a killed program left of these is removed by the next one that writes into the folder.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read as _, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tempfile::NamedTempFile;

/// How names of files that are not complete begin and end.
const PREFIX: &str = ".callform-";
const SUFFIX: &str = ".tmp";

/// Files of this process that are not complete.
static UNFINISHED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Readers {
    /// Everyone.
    All,
    /// Its owner alone: it names people.
    Owner,
}

/// A file that appears under its name once it is complete; dropped before, it never does.
pub(super) struct Whole {
    path: PathBuf,
    file: NamedTempFile,
    noted: Unfinished,
}

/// The note that a file is not complete.
struct Unfinished(PathBuf);

/// Refuses an output that would take the place of what is read.
pub(super) fn keeps<'a>(out: &Path, inputs: impl IntoIterator<Item = &'a PathBuf>) -> Result<(), String> {
    let Ok(out_is) = out.canonicalize() else { return Ok(()) };
    let is_it = |input: &&PathBuf| input.canonicalize().is_ok_and(|input| input == out_is);
    match inputs.into_iter().find(is_it) {
        Some(_) => Err(format!("`{}` is read here, and would be overwritten", out.display())),
        None => Ok(()),
    }
}

/// Reads a file whole, or refuses one that has more bytes than such a file ever has.
pub(super) fn read(path: &Path, largest: u64) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    // What a device or a growing file says about its size is no use.
    std::fs::File::open(path)?.take(largest + 1).read_to_end(&mut content)?;
    if content.len() as u64 > largest {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it has more than {largest} bytes")));
    }
    Ok(content)
}

/// Writes a file whole or not at all.
pub(super) fn write(path: &Path, content: impl AsRef<[u8]>) -> io::Result<()> {
    let mut file = Whole::create(path, Readers::All)?;
    file.write_all(content.as_ref())?;
    file.keep()
}

impl Whole {
    /// Begins a file. Its folder is made if need be.
    pub(super) fn create(path: &Path, readers: Readers) -> io::Result<Self> {
        let path = &what_is_written(path)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)?;
        sweep(folder);
        loop {
            let file = temporary(folder, readers)?;
            // Where files cannot be locked, nobody can lock them to remove them either.
            let _unsupported = file.as_file().lock();
            // Somebody who swept may have been faster than the lock.
            if file.path().exists() {
                let noted = Unfinished(file.path().to_owned());
                unfinished().insert(noted.0.clone());
                return Ok(Self { path: path.to_owned(), file, noted });
            }
        }
    }

    /// Where it lies until it is complete.
    pub(super) fn unfinished(&self) -> &Path {
        self.file.path()
    }

    /// Gives the file its name.
    pub(super) fn keep(self) -> io::Result<()> {
        let Self { path, file, noted } = self;
        let kept = file.persist(path).map(|_| ()).map_err(|error| error.error);
        drop(noted);
        kept
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        unfinished().remove(&self.0);
    }
}

impl Write for Whole {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Removes what is not complete: the program ends before it can be.
pub(super) fn remove_unfinished() {
    for path in std::mem::take(&mut *unfinished()) {
        let _already_gone = std::fs::remove_file(path);
    }
}

/// Where a file of that name lies. A link stays one: what it leads to is written.
///
/// What is no file (a device, a pipe) cannot be replaced by one.
fn what_is_written(path: &Path) -> io::Result<PathBuf> {
    match std::fs::metadata(path) {
        Ok(found) if found.is_file() => path.canonicalize(),
        Ok(found) if found.is_dir() => Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder")),
        Ok(_) => Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no file, and would be replaced by one")),
        Err(_) => Ok(path.to_owned()),
    }
}

fn unfinished() -> std::sync::MutexGuard<'static, BTreeSet<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

fn temporary(folder: &Path, readers: Readers) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    #[cfg(unix)]
    if readers == Readers::All {
        // Without it, temporary files are their owner's.
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    }
    #[cfg(not(unix))]
    let _ = readers;
    builder.tempfile_in(folder)
}

/// Removes the files that programs left behind which were killed: those that nobody has locked.
fn sweep(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let is_ours = name.to_str().is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX));
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_ours && is_file && File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok()) {
            let _somebody_was_faster = std::fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn what_a_killed_program_left_is_removed_and_what_is_being_written_is_not() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(".callform-left.tmp"), "+15550100134").unwrap();
        std::fs::write(folder.path().join(".callform-notes"), "mine").unwrap();
        let mut first = Whole::create(&folder.path().join("first"), Readers::Owner).unwrap();
        first.write_all(b"1").unwrap();
        write(&folder.path().join("second"), "2").unwrap();
        assert_eq!(names(folder.path()).len(), 3, "{:?}", names(folder.path()));
        first.keep().unwrap();
        assert_eq!(names(folder.path()), [".callform-notes", "first", "second"]);
        assert_eq!(std::fs::read_to_string(folder.path().join("first")).unwrap(), "1");
    }

    #[test]
    fn what_is_dropped_or_interrupted_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        drop(Whole::create(&folder.path().join("a"), Readers::Owner).unwrap());
        assert_eq!(names(folder.path()), [""; 0]);
        let unfinished = Whole::create(&folder.path().join("b"), Readers::Owner).unwrap();
        assert_eq!(names(folder.path()).len(), 1);
        std::fs::remove_file(unfinished.file.path()).unwrap();
        assert!(unfinished.keep().is_err());
        assert_eq!(names(folder.path()), [""; 0]);
    }
}

#[cfg(test)]
mod reading {
    use super::*;

    #[test]
    fn a_file_without_end_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, [b'a'; 10]).unwrap();
        assert_eq!(read(&path, 10).unwrap().len(), 10);
        assert_eq!(read(&path, 9).unwrap_err().to_string(), "it has more than 9 bytes");
        #[cfg(unix)]
        assert_eq!(read(Path::new("/dev/zero"), 9).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
    }
}
