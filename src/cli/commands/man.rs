//! `callform man`

use std::path::Path;

use clap::CommandFactory;

use crate::cli::args::Cli;
use crate::cli::exit_code::Exit;
use crate::cli::ui::Ui;

/// Writes the manual pages, as releases have them.
pub(in crate::cli) fn run(ui: &Ui, out: &Path) -> Exit {
    let written = std::fs::create_dir_all(out).and_then(|()| clap_mangen::generate_to(Cli::command(), out));
    match written {
        Ok(()) => Exit::Success,
        Err(error) => {
            ui.error(&format!("cannot write to `{}`: {error}", out.display()));
            Exit::Failed
        }
    }
}
