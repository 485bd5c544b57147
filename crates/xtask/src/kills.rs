//! Kills commands at many moments; the tests in `tests/it/interruption.rs` do the same at few.

use anyhow::{Context, Result, bail};

use crate::test::{build_functions, runner};

/// Kills each command at so many moments, which a number decides about.
pub(crate) fn run(moments: u64, seed: u64) -> Result<()> {
    build_functions()?;
    let mut command = runner(&["--test".to_owned(), "it".to_owned(), "interruption::".to_owned()]);
    // It takes as long as it takes.
    command.env("NEXTEST_PROFILE", "kills");
    command.env("CALLFORM_KILLS", moments.to_string()).env("CALLFORM_KILLS_SEED", seed.to_string());
    let status = command.status().context("cannot start cargo")?;
    if status.success() { Ok(()) } else { bail!("a command did not survive a kill; the test says at which moment") }
}
