//! Functions that flows invoke.

use callform_source::{Diagnostic, Diagnostics};

use super::{Context, Rule};

/// A flow waits this long at most for a function.
const CONNECT_WAITS_SECONDS: u32 = 8;

pub(super) const TOO_SLOW: Rule = Rule {
    codes: &["lambda-too-slow"],
    about: "A function that flows invoke may run longer than a flow waits.",
    why: "Connect gives up after 8 seconds and takes the error branch while the function goes on.",
    check: too_slow,
};

fn too_slow(context: Context<'_>, diagnostics: &mut Diagnostics) {
    for lambda in context.loaded.blueprint.lambdas.values().filter(|lambda| lambda.connect.unwrap_or(true)) {
        if let Some(timeout) = &lambda.timeout
            && timeout.seconds > CONNECT_WAITS_SECONDS
        {
            diagnostics.push(
                Diagnostic::warning("lambda-too-slow", "a flow does not wait this long for a function")
                    .at(timeout.span, "at most 8 seconds")
                    .help("Shorten the timeout, or set `connect: false` where no flow invokes the function."),
            );
        }
    }
}
