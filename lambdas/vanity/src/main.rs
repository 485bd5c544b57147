//! The function that a contact flow asks for the vanity numbers of its caller.

use std::process::ExitCode;

use vanity::function::Vanity;

fn main() -> ExitCode {
    callform_lambda::run(Vanity::start, Vanity::answer)
}
