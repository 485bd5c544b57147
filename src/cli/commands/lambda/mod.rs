//! `callform lambda`

mod build;
mod invoke;

use clap::Subcommand;

use crate::cli::exit_code::Exit;
use crate::cli::ui::Ui;

/// `callform lambda`
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum LambdaCommand {
    /// Build functions into zip files.
    Build(build::BuildArgs),
    /// Run a function that is deployed.
    Invoke(invoke::InvokeArgs),
}

/// Builds or invokes functions.
pub(in crate::cli) async fn run(ui: &Ui, command: &LambdaCommand) -> Exit {
    match command {
        LambdaCommand::Build(args) => build::run(ui, args),
        LambdaCommand::Invoke(args) => invoke::run(ui, args).await,
    }
}
