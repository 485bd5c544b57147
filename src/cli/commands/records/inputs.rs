//! Files, folders and stdin.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use dedup::local::Input;

/// Reads a file when its turn comes, so that a folder of thousands needs one open file at a time.
struct Lazy {
    path: PathBuf,
    file: Option<File>,
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

/// The inputs that paths name: `-` is stdin, a folder all files in it and below, by name.
pub(super) fn inputs(paths: &[PathBuf]) -> Result<Vec<Input<'static>>, String> {
    let mut inputs = Vec::new();
    for path in paths {
        if path == Path::new("-") {
            inputs.push(Input { name: "stdin".to_owned(), content: Box::new(io::stdin()) });
        } else {
            let metadata =
                std::fs::metadata(path).map_err(|error| format!("cannot read `{}`: {error}", path.display()))?;
            add(path, metadata.is_dir(), &mut inputs)?;
        }
    }
    Ok(inputs)
}

fn add(path: &Path, is_folder: bool, inputs: &mut Vec<Input<'static>>) -> Result<(), String> {
    if !is_folder {
        let content = Box::new(Lazy { path: path.to_owned(), file: None });
        inputs.push(Input { name: path.display().to_string(), content });
        return Ok(());
    }
    let unreadable = |error: io::Error| format!("cannot read `{}`: {error}", path.display());
    let mut entries =
        std::fs::read_dir(path).map_err(unreadable)?.collect::<io::Result<Vec<_>>>().map_err(unreadable)?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        add(&entry.path(), entry.file_type().map_err(unreadable)?.is_dir(), inputs)?;
    }
    Ok(())
}
