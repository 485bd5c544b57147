//! Secrets where everybody can read them.

use callform_source::{Diagnostic, Diagnostics};

use super::{Context, Rule};
use crate::blueprint::{Short, is_secret_variable};

pub(super) const PLAIN_SIGHT: Rule = Rule {
    codes: &["secret-in-plain-sight"],
    about: "An environment variable of a function looks like a secret.",
    why: "Environment variables are part of the template and are shown in the console.",
    check: plain_sight,
};

fn plain_sight(context: Context<'_>, diagnostics: &mut Diagnostics) {
    for lambda in context.loaded.blueprint.lambdas.values() {
        for (name, value) in &lambda.environment {
            let Short::Short(text) = &value.value else { continue };
            // The source text was made unreadable there when it was read.
            if is_secret_variable(name, text) {
                diagnostics.push(
                    Diagnostic::warning("secret-in-plain-sight", "an environment variable looks like a secret")
                        .at(value.span, "")
                        .help("Keep the secret in Secrets Manager, pass its name, and read it in the function."),
                );
            }
        }
    }
}
