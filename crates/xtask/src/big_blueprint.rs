//! Writes the blueprint of a big fictional center.

use std::path::Path;

use anyhow::{Context, Result};
use callform_big_center::{Size, blueprint};

/// Writes the blueprint of a center with so many users, and of everything else in proportion.
pub(crate) fn run(users: usize, out: &Path) -> Result<()> {
    std::fs::write(out, blueprint(&Size::of_users(users))).with_context(|| out.display().to_string())
}
