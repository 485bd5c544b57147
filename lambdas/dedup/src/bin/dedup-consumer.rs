//! The Kinesis consumer: the current version of every contact in a table.

use std::process::ExitCode;

use dedup::functions::Function;

fn main() -> ExitCode {
    callform_lambda::run(Function::from_environment, async |function: &Function, event, invocation| {
        function.consume(event, &invocation).await
    })
}
