//! What is heard of calls.

use std::process::ExitCode;

use collection::function::Records;

fn main() -> ExitCode {
    callform_lambda::run(Records::from_environment, async |function: &Records, event, invocation| {
        function.handle(event, invocation).await
    })
}
