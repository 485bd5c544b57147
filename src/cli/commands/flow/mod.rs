//! `callform flow`: one file per command.

mod compile;
mod decompile;
mod diff;
mod draw;
mod input;
mod lint;

use clap::Subcommand;
pub(super) use input::exported_flows;

use crate::cli::exit_code::Exit;
use crate::cli::ui::Ui;

/// What can be done with single flows.
#[derive(Debug, Subcommand)]
pub(crate) enum FlowCommand {
    /// Print the JSON that Connect takes for a flow written as steps.
    Compile(compile::CompileArgs),
    /// Turn an exported flow into steps.
    Decompile(decompile::DecompileArgs),
    /// Find what is wrong, or probably not meant, in flows.
    Lint(lint::LintArgs),
    /// Draw flows: SVG, PNG, or Mermaid.
    Draw(draw::DrawArgs),
    /// Show what differs between two flows, block by block.
    Diff(diff::DiffArgs),
}

/// Carries out a command on flows.
pub(in crate::cli) fn run(ui: &Ui, command: &FlowCommand) -> Exit {
    match command {
        FlowCommand::Compile(args) => compile::run(ui, args),
        FlowCommand::Decompile(args) => decompile::run(ui, args),
        FlowCommand::Lint(args) => lint::run(ui, args),
        FlowCommand::Draw(args) => draw::run(ui, args),
        FlowCommand::Diff(args) => diff::run(ui, args),
    }
}
