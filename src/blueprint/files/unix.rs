//! Opens files below a folder, one part of the path at a time: each is opened in the folder that was opened before it, and
//! links are read instead of followed. So it does not matter what somebody puts in their places meanwhile.

use std::ffi::OsString;
use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{CWD, Mode, OFlags, openat, readlinkat};
use rustix::io::Errno;

use super::{FileError, in_words, is_same_kind};

/// Links that lead to one another, at most.
const LINKS: usize = 8;

/// Opens a file for reading; pipes are not waited for.
pub(super) fn below(root: &Path, inside: &Path) -> Result<File, FileError> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC;
    let root = openat(CWD, root, flags | OFlags::DIRECTORY, Mode::empty()).map_err(words)?;
    let mut folders: Vec<OwnedFd> = vec![root];
    let mut parts: Vec<OsString> = Vec::new();
    add(&mut parts, inside)?;
    let mut links = 0;
    while let Some(part) = parts.pop() {
        if part == ".." {
            folders.pop();
        }
        let Some(folder) = folders.last() else { return Err(FileError::Outside) };
        if part == ".." {
            continue;
        }
        let kind = if parts.is_empty() { OFlags::NONBLOCK } else { OFlags::DIRECTORY };
        match openat(folder, &part, flags | kind | OFlags::NOFOLLOW, Mode::empty()) {
            Ok(file) if parts.is_empty() => {
                return if is_same_kind(inside, Path::new(&part)) {
                    Ok(File::from(file))
                } else {
                    Err(FileError::OtherKind)
                };
            }
            Ok(next) => folders.push(next),
            Err(error) => {
                // What is no link has no target; then it is the first error that counts.
                let Ok(target) = readlinkat(folder, &part, Vec::new()) else { return Err(words(error)) };
                links += 1;
                if links > LINKS {
                    return Err(FileError::Other("too many links lead to one another".to_owned()));
                }
                add(&mut parts, &PathBuf::from(OsString::from_vec(target.into_bytes())))?;
            }
        }
    }
    Err(FileError::NotRegular)
}

/// Puts the parts of a path on top, the first one last.
fn add(parts: &mut Vec<OsString>, path: &Path) -> Result<(), FileError> {
    for part in path.components().rev() {
        match part {
            Component::Normal(name) => parts.push(name.to_owned()),
            Component::ParentDir => parts.push("..".into()),
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return Err(FileError::Outside),
        }
    }
    Ok(())
}

fn words(error: Errno) -> FileError {
    in_words(&error.into())
}
