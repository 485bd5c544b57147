//! The dialer: takes in what happens, and places calls.

use std::process::ExitCode;

use dialer::function::Dialer;

fn main() -> ExitCode {
    callform_lambda::run(Dialer::from_environment, async |dialer: &Dialer, event, invocation| {
        dialer.handle(event, invocation).await
    })
}
