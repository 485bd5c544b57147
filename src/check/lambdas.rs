//! Functions that flows invoke.

use callform_source::{Diagnostic, Diagnostics, Spanned};
use serde_json::Value;
use vanity::company::Company;
use vanity::own::OwnWords;

use super::{Context, Rule};

/// A flow waits this long at most for a function.
const CONNECT_WAITS_SECONDS: u32 = 8;

pub(super) const TOO_SLOW: Rule = Rule {
    codes: &["lambda-too-slow"],
    about: "A function that flows invoke may run longer than a flow waits.",
    why: "Connect gives up after 8 seconds and takes the error branch while the function goes on.",
    check: too_slow,
};

pub(super) const VANITY: Rule = Rule {
    codes: &["vanity-setting"],
    about: "The company or the words that the function `vanity` is given cannot be read.",
    why: "The function would fail at every start, and callers would hear the error branch.",
    check: vanity_settings,
};

/// The function that comes with the program reads its settings with the same code as this.
fn vanity_settings(context: Context<'_>, diagnostics: &mut Diagnostics) {
    let lambdas = context.loaded.blueprint.lambdas.values();
    let vanity = lambdas.filter(|lambda| lambda.bundle.as_ref().is_some_and(|bundle| bundle.value == "vanity"));
    for with in vanity.filter_map(|lambda| lambda.with.as_ref()) {
        let text = |name: &str| {
            let (_, value) = with.value.iter().find(|(key, _)| key.value == name)?;
            Some((value, value.value.as_str()?))
        };
        let mut problem = |value: &Spanned<Value>, error: String| {
            diagnostics.push(Diagnostic::error("vanity-setting", error).at(value.span, ""));
        };
        if let Some((value, name)) = text("company")
            && let Err(error) = Company::read(name)
        {
            problem(value, error.to_string());
        }
        if let Some((value, words)) = text("words")
            && let Err(error) = OwnWords::read(words)
        {
            problem(value, format!("the words cannot be read: {error}"));
        }
    }
}

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
