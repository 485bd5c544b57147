//! Files that are written.

use std::io::Write;
use std::path::Path;

/// Writes a file whole or not at all.
pub(super) fn write(path: &Path, content: impl AsRef<[u8]>) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    // Temporary files are private; what is written here is for everyone.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(content.as_ref())?;
    file.persist(path)?;
    Ok(())
}
