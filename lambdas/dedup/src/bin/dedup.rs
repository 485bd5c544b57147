//! The Firehose transform: each version of a contact record once.

use std::process::ExitCode;

use dedup::functions::Function;

fn main() -> ExitCode {
    callform_lambda::run(Function::from_environment, async |function: &Function, event, invocation| {
        function.transform(event, &invocation).await
    })
}
