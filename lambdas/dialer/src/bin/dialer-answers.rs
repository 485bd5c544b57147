//! What flows tell the dialer.

use std::process::ExitCode;

use dialer::function::Answers;

fn main() -> ExitCode {
    callform_lambda::run(Answers::from_environment, async |answers: &Answers, event, invocation| {
        answers.answer(event, invocation).await
    })
}
