//! The function that says who called last. It may read the calls, and nothing else.

use std::process::ExitCode;

use vanity::function::LastCallers;

fn main() -> ExitCode {
    callform_lambda::run(LastCallers::start, LastCallers::answer)
}
