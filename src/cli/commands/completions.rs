//! `callform completions`

use clap::CommandFactory;

use crate::cli::args::Cli;
use crate::cli::exit_code::Exit;
use crate::cli::ui::Ui;

/// Prints the completion script of a shell.
pub(in crate::cli) fn run(ui: &Ui, shell: clap_complete::Shell) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "callform", &mut script);
    ui.data(&String::from_utf8_lossy(&script));
    Exit::Success
}
