//! Files as they are in a revision of a git repository, read through `git` itself.

use std::path::Path;
use std::process::{Command, Stdio};

use super::args::FilesArgs;
use crate::blueprint::{Disk, FileError, Files, is_of_functions};

/// A revision of the repository around the current folder.
#[derive(Debug)]
pub(super) struct Revision {
    /// The commit, by its full id: a branch that moves meanwhile changes nothing.
    commit: String,
    /// The folder that files may come from, below the top of the repository; empty for all of it.
    root: String,
}

/// Links that lead to one another, at most.
const LINKS: usize = 8;

/// Where a blueprint is.
#[derive(Debug)]
pub(super) enum Place {
    /// In a file of this machine.
    File(String, Disk),
    /// In a revision: the path below the top of the repository.
    Revision(Revision, String),
}

impl Place {
    /// Understands `blueprint.yaml` and `main:blueprints/kwglobal.yaml`. A file that is there is meant before a revision.
    pub(super) fn parse(text: &str, files: &FilesArgs) -> Result<Self, String> {
        match text.split_once(':') {
            Some((revision, path)) if !revision.is_empty() && !path.is_empty() && !Path::new(text).exists() => {
                let path = from_top(path)?;
                let root = match &files.root {
                    Some(root) => from_top(&format!("./{}", root.to_string_lossy()))?,
                    None => path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned(),
                };
                Ok(Self::Revision(Revision { commit: commit(revision)?, root }, path))
            }
            _ => Ok(Self::File(text.to_owned(), files.around(Path::new(text)))),
        }
    }

    /// The files around the blueprint, and its path there.
    pub(super) fn files(&self) -> (&dyn Files, &str) {
        match self {
            Self::File(path, disk) => (disk, path),
            Self::Revision(revision, path) => (revision, path),
        }
    }
}

/// The full id of the commit that a revision is.
fn commit(revision: &str) -> Result<String, String> {
    let wanted = format!("{revision}^{{commit}}");
    let found = git(&["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted])?;
    found.map(|commit| text(&commit)).ok_or_else(|| format!("there is no git revision `{revision}`"))
}

impl Revision {
    /// The kind of what is at a path (`100644`, `120000` for a link) and its id.
    fn entry(&self, path: &str) -> Result<(String, String), FileError> {
        let listed = git(&["ls-tree", "--full-tree", "-z", &self.commit, "--", path]).map_err(FileError::Other)?;
        let listed = listed.map(|listed| text(&listed)).unwrap_or_default();
        let mut words = listed.split(['\t', '\0']).next().unwrap_or_default().split(' ');
        match (words.next(), words.next(), words.next()) {
            (Some(mode), Some("blob"), Some(id)) => Ok((mode.to_owned(), id.to_owned())),
            (Some(_), Some(_), _) => Err(FileError::NotRegular),
            _ => Err(FileError::NotFound),
        }
    }

    fn blob(&self, path: &str, limit: u64) -> Result<Vec<u8>, FileError> {
        let mut path = path.to_owned();
        let wanted = extension(&path);
        for _ in 0..LINKS {
            if !self.holds(&path) {
                // What functions are looked for above the folder may be there, or not; above the top nothing is.
                match (is_of_function(&path), path.split('/').any(|part| part == "..")) {
                    (false, _) => return Err(FileError::Outside),
                    (true, true) => return Err(FileError::NotFound),
                    (true, false) => {}
                }
            }
            let (mode, id) = self.entry(&path)?;
            if mode != "120000" {
                return if extension(&path) == wanted { content(&id, limit) } else { Err(FileError::OtherKind) };
            }
            let target = String::from_utf8_lossy(&content(&id, limit)?).into_owned();
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            path = joined(folder, &target).ok_or(FileError::Outside)?;
        }
        Err(FileError::Other("too many links lead to one another".to_owned()))
    }

    /// True for a path below the folder that files may come from.
    fn holds(&self, path: &str) -> bool {
        let is_plain = !path.starts_with('/') && path.split('/').all(|part| part != "..");
        let root = self.root.as_str();
        is_plain && (root.is_empty() || path.strip_prefix(root).is_some_and(|rest| rest.starts_with('/')))
    }
}

fn extension(path: &str) -> Option<String> {
    Path::new(path).extension().map(|extension| extension.to_string_lossy().to_lowercase())
}

fn content(id: &str, limit: u64) -> Result<Vec<u8>, FileError> {
    let size = git(&["cat-file", "-s", id]).map_err(FileError::Other)?.map(|size| text(&size));
    let size: u64 = size.and_then(|size| size.parse().ok()).ok_or(FileError::NotFound)?;
    if size > limit {
        return Err(FileError::TooLarge { size });
    }
    let content = git(&["cat-file", "blob", id]).map_err(FileError::Other)?;
    content.ok_or(FileError::NotRegular)
}

impl Files for Revision {
    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, FileError> {
        match self.blob(path, limit) {
            // What is built is in no revision: the code on disk counts for both sides.
            Err(FileError::NotFound | FileError::Outside) if is_built(path) => {
                Disk::below(Path::new(".")).read(path, limit)
            }
            other => other,
        }
    }
}

/// True for the zip file of a function, in the folder of the blueprint or one above it.
fn is_built(path: &str) -> bool {
    is_of_function(path) && path.split('/').rev().nth(2) == Some(".callform")
}

/// True for the zip file or the manifest of a function, in the folder of the blueprint or one above it.
fn is_of_function(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    !path.starts_with('/') && is_of_functions(Path::new(&parts[parts.len().saturating_sub(3)..].join("/")))
}

/// A path relative to a folder, without `.` and `..`; `None` where it leads out of the top.
fn joined(folder: &str, path: &str) -> Option<String> {
    if path.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/').filter(|part| !part.is_empty() && *part != ".") {
        if part != ".." {
            parts.push(part);
        } else {
            parts.pop()?;
        }
    }
    Some(parts.join("/"))
}

/// The path below the top of the repository. As with git itself, `./` and `../` start at the current folder.
fn from_top(path: &str) -> Result<String, String> {
    if !path.starts_with("./") && !path.starts_with("../") {
        return Ok(path.to_owned());
    }
    let prefix = git(&["rev-parse", "--show-prefix"])?.ok_or("this is no git repository")?;
    joined(&text(&prefix), path).ok_or_else(|| format!("`{path}` is outside of the repository"))
}

/// What a git command prints; `None` where it fails. It never asks anybody anything, and fetches nothing.
fn git(arguments: &[&str]) -> Result<Option<Vec<u8>>, String> {
    let output = Command::new("git")
        .args(arguments)
        .stdin(Stdio::null())
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_NO_LAZY_FETCH", "1")
        .output()
        .map_err(|error| format!("cannot run git: {error}"))?;
    Ok(output.status.success().then_some(output.stdout))
}

fn text(output: &[u8]) -> String {
    String::from_utf8_lossy(output).trim().to_owned()
}
