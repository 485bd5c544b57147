//! Files, folders, stdin and buckets.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use dedup::local::Input;

use super::remote::{Prefix, Remote};

/// Reads a file when its turn comes, so that a folder of thousands needs one open file at a time.
pub(super) struct Lazy {
    path: PathBuf,
    file: Option<File>,
}

impl Lazy {
    pub(super) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), file: None }
    }
}

impl Read for Lazy {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let file = match &mut self.file {
            Some(file) => file,
            closed => closed.insert(File::open(&self.path)?),
        };
        file.read(buffer)
    }
}

/// The inputs that paths name: `-` is stdin, a folder all files in it and below, by name, `s3://…` all objects whose
/// keys begin so.
pub(super) fn inputs<'a>(
    paths: &'a [PathBuf],
    remote: Option<&'a Remote>,
) -> Result<impl Iterator<Item = Input<'static>> + use<'a>, String> {
    // What is not there is found before anything is read.
    let mut groups: Vec<(&Path, Vec<PathBuf>)> = Vec::new();
    for path in paths {
        if Prefix::read(path).is_some() && remote.is_none() {
            return Err(format!("`{}` is in a bucket: this command reads files", path.display()));
        }
        let is_file = path != Path::new("-") && Prefix::read(path).is_none();
        groups.push((path, if is_file { files(path)? } else { Vec::new() }));
    }
    Ok(groups.into_iter().flat_map(move |(path, files)| -> Box<dyn Iterator<Item = Input<'static>>> {
        if path == Path::new("-") {
            return Box::new(std::iter::once(Input { name: "stdin".to_owned(), content: Box::new(io::stdin()) }));
        }
        match (Prefix::read(path), remote) {
            (Some(prefix), Some(remote)) => Box::new(remote.inputs(prefix)),
            _ => Box::new(files.into_iter().map(|path| {
                let content = Box::new(Lazy::new(&path));
                Input { name: path.display().to_string(), content }
            })),
        }
    }))
}

/// The files that a path names: itself, or all files in the folder and below, by name.
pub(super) fn files(path: &Path) -> Result<Vec<PathBuf>, String> {
    let metadata = std::fs::metadata(path).map_err(|error| format!("cannot read `{}`: {error}", path.display()))?;
    let mut files = Vec::new();
    add(path, metadata.is_dir(), &mut files)?;
    Ok(files)
}

fn add(path: &Path, is_folder: bool, files: &mut Vec<PathBuf>) -> Result<(), String> {
    if !is_folder {
        files.push(path.to_owned());
        return Ok(());
    }
    let unreadable = |error: io::Error| format!("cannot read `{}`: {error}", path.display());
    let mut entries =
        std::fs::read_dir(path).map_err(unreadable)?.collect::<io::Result<Vec<_>>>().map_err(unreadable)?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        add(&entry.path(), entry.file_type().map_err(unreadable)?.is_dir(), files)?;
    }
    Ok(())
}
