//! `callform records`: one file per command.

mod dedup;
mod emulate;
mod inputs;
mod report;

use clap::Subcommand;

use crate::cli::exit_code::Exit;
use crate::cli::ui::Ui;

/// What can be done with contact records.
#[derive(Debug, Subcommand)]
pub(crate) enum RecordsCommand {
    /// Keep the current version of each contact record, and tell what the rest is.
    ///
    /// Reads JSON in lines, in lists or one record after the other, also packed with gzip, and what Firehose put aside as failed.
    /// Records go to stdout, one a line; the report goes to stderr. Exits with 1 where something is no record.
    Dedup(dedup::DedupArgs),
    /// Send records to a Kinesis stream, as Connect does: more than once, and in another order.
    ///
    /// Sends what is in the files, or invents contact records and agent events: the same for the same seed.
    Emulate(emulate::EmulateArgs),
}

/// Carries out a command on contact records.
pub(in crate::cli) async fn run(ui: &Ui, command: RecordsCommand) -> Exit {
    match command {
        RecordsCommand::Dedup(args) => dedup::run(ui, args).await,
        RecordsCommand::Emulate(args) => emulate::run(ui, &args).await,
    }
}
