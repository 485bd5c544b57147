//! Recordings and transcripts that arrive.

use std::process::ExitCode;

use collection::function::Recordings;

fn main() -> ExitCode {
    callform_lambda::run(Recordings::from_environment, async |function: &Recordings, event, invocation| {
        function.handle(event, invocation).await
    })
}
