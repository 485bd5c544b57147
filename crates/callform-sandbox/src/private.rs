//! Files and folders that belong to their owner alone: the values of secrets and parameters are in them.

use std::fs::File;
use std::io::{Error, ErrorKind, Result};
use std::path::Path;

/// Makes a folder that nobody else may look into, or takes from others the rights they have on one that is there. Its
/// parents are made as usual.
pub(crate) fn folder(path: &Path) -> Result<()> {
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        std::fs::create_dir_all(parent)?;
    }
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists && path.is_dir() => tighten(path),
        Err(error) => Err(error),
    }
}

/// Opens a file for appending that nobody else may read, and makes it where it is not there.
pub(crate) fn file(path: &Path) -> Result<File> {
    let mut options = File::options();
    options.create(true).append(true).read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    tighten(path)?;
    Ok(file)
}

/// Makes an empty file that nobody else may read, or takes from others the rights they have on one that is there.
///
/// One that is there is not opened: a process that closes any descriptor of a file loses all its locks on it (POSIX
/// `fcntl`), also those of the database connections it has, and the next process to end takes the journal away from
/// under them.
pub(crate) fn database(path: &Path) -> Result<()> {
    let mut options = File::options();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => tighten(path),
        other => other.map(drop),
    }
}

/// Takes the rights of others from everything directly in a folder, and leaves links alone: what they lead to is not
/// part of it.
pub(crate) fn tighten_content(path: &Path) -> Result<()> {
    for entry in std::fs::read_dir(path)? {
        let entry = entry?;
        let tightened = match entry.file_type() {
            Ok(kind) if kind.is_symlink() => Ok(()),
            Ok(_) => tighten(&entry.path()),
            Err(error) => Err(error),
        };
        match tightened {
            // Temporary files of other processes come and go.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            other => other?,
        }
    }
    Ok(())
}

#[cfg(unix)]
fn tighten(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let is_open = |path: &Path| Ok::<_, Error>(std::fs::metadata(path)?.permissions().mode() & 0o077 != 0);
    if !is_open(path)? {
        return Ok(());
    }
    let mut permissions = std::fs::metadata(path)?.permissions();
    permissions.set_mode(permissions.mode() & 0o700);
    let open_to_others = |reason: &str| {
        let message = format!(
            "others on this machine may read {}, which holds secrets, and {reason}; use a folder of your own",
            path.display()
        );
        Error::new(ErrorKind::PermissionDenied, message)
    };
    match std::fs::set_permissions(path, permissions) {
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            Err(open_to_others("it is not yours to change that"))
        }
        other => other,
    }?;
    // Some file systems know no rights, and take the change without a word.
    if is_open(path)? { Err(open_to_others("its file system cannot change that")) } else { Ok(()) }
}

#[cfg(not(unix))]
fn tighten(_: &Path) -> Result<()> {
    Ok(())
}
