//! The `callform` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    callform::cli::run().into()
}
