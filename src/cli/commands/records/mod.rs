//! `callform records`: one file per command.

mod center;
mod compact;
mod dedup;
mod delete;
mod emulate;
mod inputs;
mod remote;
mod report;

use clap::Subcommand;

use crate::cli::exit_code::Exit;
use crate::cli::ui::Ui;

/// What can be done with contact records.
#[derive(Debug, Subcommand)]
pub(crate) enum RecordsCommand {
    /// Keep the current version of each contact record, and tell what the rest is.
    ///
    /// Reads files, folders and `s3://bucket/prefix`: JSON in lines, in lists or one record after the other, also packed with gzip, and what Firehose put aside as failed.
    /// Records go to stdout, one a line; the report goes to stderr. Exits with 1 where something is no record.
    Dedup(dedup::DedupArgs),
    /// Write the current version of every contact into a Parquet table, by day: the SQL for Athena, or the job itself.
    ///
    /// Prints one statement for each month: CREATE TABLE AS for the first, INSERT INTO for the others. With --run they run.
    Compact(compact::CompactArgs),
    /// Delete the records of a contact or of a phone number, in files, buckets and tables, and look whether any is left.
    ///
    /// Contact records and contact events of the person go whole, in every version, those of objects too; in records of
    /// others only what names the person becomes null. Without --yes nothing is changed. Exits with 1 where something is
    /// left, or could not be looked through.
    Delete(delete::DeleteArgs),
    /// Send records to a Kinesis stream, as Connect does: more than once, and in another order.
    ///
    /// Sends what is in the files, or invents contact records and agent events: the same for the same seed.
    Emulate(emulate::EmulateArgs),
}

/// Carries out a command on contact records.
pub(in crate::cli) async fn run(ui: &Ui, command: RecordsCommand) -> Exit {
    match command {
        RecordsCommand::Dedup(args) => dedup::run(ui, args).await,
        RecordsCommand::Compact(args) => compact::run(ui, &args).await,
        RecordsCommand::Delete(args) => delete::run(ui, &args).await,
        RecordsCommand::Emulate(args) => emulate::run(ui, &args).await,
    }
}
