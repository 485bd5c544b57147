//! What callers say to bots.

use std::process::ExitCode;

use collection::function::Turns;

fn main() -> ExitCode {
    callform_lambda::run(Turns::from_environment, async |function: &Turns, event, invocation| {
        function.handle(event, invocation).await
    })
}
