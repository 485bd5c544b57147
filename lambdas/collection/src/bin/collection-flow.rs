//! What flows ask: PINs and consent.

use std::process::ExitCode;

use collection::function::Flow;

fn main() -> ExitCode {
    callform_lambda::run(Flow::from_environment, async |function: &Flow, event, invocation| {
        function.answer(event, invocation).await
    })
}
