//! Files as they are in a revision of a git repository, read through `git` itself.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::blueprint::{Disk, FileError, Files};

/// A revision of the repository around the current folder.
#[derive(Debug)]
pub(super) struct Revision {
    /// The commit, by its full id: a branch that moves meanwhile changes nothing.
    commit: String,
}

/// Where a blueprint is.
#[derive(Debug)]
pub(super) enum Place {
    /// In a file of this machine.
    File(String),
    /// In a revision: the path below the top of the repository.
    Revision(Revision, String),
}

impl Place {
    /// Understands `blueprint.yaml` and `main:blueprints/kwglobal.yaml`. A file that is there is meant before a revision.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some((revision, path)) if !revision.is_empty() && !path.is_empty() && !Path::new(text).exists() => {
                let path = from_top(path)?;
                Ok(Self::Revision(Revision::find(revision)?, path))
            }
            _ => Ok(Self::File(text.to_owned())),
        }
    }

    /// The files around the blueprint, and its path there.
    pub(super) fn files(&self) -> (&dyn Files, &str) {
        match self {
            Self::File(path) => (&Disk, path),
            Self::Revision(revision, path) => (revision, path),
        }
    }
}

impl Revision {
    fn find(name: &str) -> Result<Self, String> {
        let wanted = format!("{name}^{{commit}}");
        let output = git(&["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted])?;
        match output {
            Some(commit) => Ok(Self { commit: text(&commit) }),
            None => Err(format!("there is no git revision `{name}`")),
        }
    }

    fn blob(&self, path: &str, limit: u64) -> Result<Vec<u8>, FileError> {
        let other = FileError::Other;
        let wanted = format!("{}:{path}", self.commit);
        let found = git(&["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted]).map_err(other)?;
        let id = text(&found.ok_or(FileError::NotFound)?);
        let size = git(&["cat-file", "-s", &id]).map_err(other)?.map(|size| text(&size));
        let size: u64 = size.and_then(|size| size.parse().ok()).ok_or(FileError::NotFound)?;
        if size > limit {
            return Err(FileError::TooLarge { size });
        }
        let content = git(&["cat-file", "blob", &id]).map_err(other)?;
        content.ok_or_else(|| FileError::Other("it is no file in that revision".to_owned()))
    }
}

impl Files for Revision {
    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, FileError> {
        match self.blob(path, limit) {
            // What is built is in no revision: the code on disk counts for both sides.
            Err(FileError::NotFound) if is_built(path) => Disk.read(path, limit),
            other => other,
        }
    }
}

fn is_built(path: &str) -> bool {
    path.split('/').any(|folder| folder == ".callform")
}

/// The path below the top of the repository. As with git itself, `./` and `../` start at the current folder.
fn from_top(path: &str) -> Result<String, String> {
    if !path.starts_with("./") && !path.starts_with("../") {
        return Ok(path.to_owned());
    }
    let prefix = git(&["rev-parse", "--show-prefix"])?.ok_or("this is no git repository")?;
    let mut parts: Vec<&str> = Vec::new();
    let whole = format!("{}{path}", text(&prefix));
    for part in whole.split('/').filter(|part| !part.is_empty() && *part != ".") {
        if part != ".." {
            parts.push(part);
        } else if parts.pop().is_none() {
            return Err(format!("`{path}` is outside of the repository"));
        }
    }
    Ok(parts.join("/"))
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
