//! Where files come from: the one thing a blueprint needs from outside.
//!
//! A blueprint may be somebody else's, as in a pull request of a fork. So what it names is read only below one folder,
//! and only where it is a regular file.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};

use super::functions::BUNDLES;

#[cfg(unix)]
#[path = "files/unix.rs"]
mod open;
#[cfg(not(unix))]
#[path = "files/other.rs"]
mod open;

/// Reads files by path.
pub trait Files {
    /// The content of a regular file of at most `limit` bytes.
    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, FileError>;
}

/// Why a file could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// There is no such file.
    #[error("there is no such file")]
    NotFound,
    /// It has more bytes than are accepted; it was not read.
    #[error("the file has {size} bytes")]
    TooLarge {
        /// How many bytes it has, or at least has.
        size: u64,
    },
    /// It lies outside of the folder that files may come from, or a link on the way to it leads there.
    #[error("it is outside of the folder that files may come from; `--root DIR` names another")]
    Outside,
    /// A folder, a pipe, a device: nothing to be read from begin to end.
    #[error("it is no regular file")]
    NotRegular,
    /// A link to a file whose name ends otherwise, so that it would be taken for what it is not.
    #[error("it is a link to a file of another kind")]
    OtherKind,
    /// Anything else, in the words of the operating system.
    #[error("{0}")]
    Other(String),
}

/// The files of this machine below one folder; paths are relative to the current folder.
///
/// Neither `..` nor absolute paths nor links lead out of it, whatever happens to the folder meanwhile: every step of
/// the way is taken from an open folder. What Callform itself looks for above it are the functions of the project:
/// `.callform/lambda/*.zip` and `lambdas/*/functions.yaml`.
#[derive(Clone, Debug)]
pub struct Disk {
    root: PathBuf,
}

impl Disk {
    /// The files below a folder.
    pub fn below(root: &Path) -> Self {
        Self { root: absolute(root) }
    }

    /// The files in the folder of a blueprint, and below it.
    pub fn around(blueprint: &Path) -> Self {
        Self::below(blueprint.parent().unwrap_or(Path::new("")))
    }

    /// Splits a path into the folder that it may not leave, and the rest.
    fn confine(&self, path: &str) -> Result<(PathBuf, PathBuf), FileError> {
        let path = absolute(Path::new(path));
        if let Ok(inside) = path.strip_prefix(&self.root) {
            return Ok((self.root.clone(), inside.to_owned()));
        }
        let of_functions = self.root.ancestors().skip(1).find_map(|above| {
            let inside = path.strip_prefix(above).ok().filter(|inside| is_of_functions(inside))?;
            Some((above.to_owned(), inside.to_owned()))
        });
        of_functions.ok_or(FileError::Outside)
    }
}

impl Files for Disk {
    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, FileError> {
        let (root, inside) = self.confine(path)?;
        let file = open::below(&root, &inside)?;
        content(file, limit)
    }
}

/// True for the zip file or the manifest of a function.
pub(crate) fn is_of_functions(path: &Path) -> bool {
    let parts: Vec<&str> = path.iter().filter_map(|part| part.to_str()).collect();
    let zip = |name: &str| Path::new(name).extension().is_some_and(|extension| extension == "zip");
    match parts.as_slice() {
        ["lambdas", _, "functions.yaml"] => true,
        [first, second, name] => format!("{first}/{second}") == BUNDLES && zip(name),
        _ => false,
    }
}

/// A path from the top, without `.` and `..`.
fn absolute(path: &Path) -> PathBuf {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    let mut whole = PathBuf::new();
    for part in std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).components() {
        match part {
            Component::ParentDir => {
                whole.pop();
            }
            Component::CurDir => {}
            part => whole.push(part),
        }
    }
    whole
}

/// Whether a link may stand for a file of some name.
fn is_same_kind(wanted: &Path, found: &Path) -> bool {
    let kind = |path: &Path| path.extension().map(std::ffi::OsStr::to_ascii_lowercase);
    kind(wanted) == kind(found)
}

fn in_words(error: &io::Error) -> FileError {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => FileError::NotFound,
        _ => FileError::Other(error.to_string()),
    }
}

fn content(file: File, limit: u64) -> Result<Vec<u8>, FileError> {
    let metadata = file.metadata().map_err(|error| in_words(&error))?;
    if !metadata.is_file() {
        return Err(FileError::NotRegular);
    }
    let size = metadata.len();
    if size > limit {
        return Err(FileError::TooLarge { size });
    }
    // A file that grows, or one of `/proc`, has no honest length.
    let mut content = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
    file.take(limit.saturating_add(1)).read_to_end(&mut content).map_err(|error| in_words(&error))?;
    let size = content.len() as u64;
    if size > limit { Err(FileError::TooLarge { size }) } else { Ok(content) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `inside/` with a file, and files beside it that nobody may read.
    fn folders() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in [("inside/sub/a.csv", "a"), ("secret.csv", "s"), ("inside/.env", "e")] {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        folder
    }

    fn read(folder: &tempfile::TempDir, path: &str) -> Result<Vec<u8>, FileError> {
        let root = folder.path().join("inside");
        Disk::below(&root).read(&root.join(path).to_string_lossy(), 100)
    }

    #[test]
    fn paths_do_not_lead_out() {
        let folder = folders();
        assert_eq!(read(&folder, "sub/a.csv"), Ok(b"a".to_vec()));
        assert_eq!(read(&folder, "sub/../sub/a.csv"), Ok(b"a".to_vec()));
        assert_eq!(read(&folder, "../secret.csv"), Err(FileError::Outside));
        assert_eq!(read(&folder, "/etc/hostname"), Err(FileError::Outside));
        assert_eq!(read(&folder, "sub"), Err(FileError::NotRegular));
        assert_eq!(read(&folder, "none.csv"), Err(FileError::NotFound));
        let wide = Disk::below(folder.path());
        assert_eq!(wide.read(&folder.path().join("secret.csv").to_string_lossy(), 100), Ok(b"s".to_vec()));
    }

    #[cfg(unix)]
    #[test]
    fn links_do_not_lead_out() {
        use std::os::unix::fs::symlink;
        let folder = folders();
        let inside = folder.path().join("inside");
        for (target, name) in [
            ("sub/a.csv", "good.csv"),
            ("../secret.csv", "up.csv"),
            (folder.path().join("secret.csv").to_str().unwrap(), "absolute.csv"),
            ("/proc/self/environ", "environ.csv"),
            ("..", "out"),
            (".env", "kind.csv"),
            ("circle.csv", "circle.csv"),
            ("sub", "way"),
        ] {
            symlink(target, inside.join(name)).unwrap();
        }
        assert_eq!(read(&folder, "good.csv"), Ok(b"a".to_vec()));
        assert_eq!(read(&folder, "way/a.csv"), Ok(b"a".to_vec()));
        for outside in ["up.csv", "absolute.csv", "environ.csv", "out/secret.csv"] {
            assert_eq!(read(&folder, outside), Err(FileError::Outside), "{outside}");
        }
        assert_eq!(read(&folder, "kind.csv"), Err(FileError::OtherKind));
        assert!(matches!(read(&folder, "circle.csv"), Err(FileError::Other(_))));
    }

    #[cfg(unix)]
    #[test]
    fn pipes_are_not_waited_for() {
        let folder = folders();
        let pipe = folder.path().join("inside/pipe.csv");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        assert_eq!(read(&folder, "pipe.csv"), Err(FileError::NotRegular));
    }

    #[test]
    fn functions_are_looked_for_above() {
        let folder = folders();
        for path in [".callform/lambda/a.zip", "lambdas/a/functions.yaml"] {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "f").unwrap();
        }
        assert_eq!(read(&folder, "../.callform/lambda/a.zip"), Ok(b"f".to_vec()));
        assert_eq!(read(&folder, "../lambdas/a/functions.yaml"), Ok(b"f".to_vec()));
        assert_eq!(read(&folder, "../.callform/lambda/../../secret.csv"), Err(FileError::Outside));
    }
}
