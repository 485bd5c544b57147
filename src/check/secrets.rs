//! Secrets where everybody can read them.

use callform_source::{Diagnostic, Diagnostics};

use super::{Context, Rule};
use crate::blueprint::Short;

/// Words that the name of a secret usually contains.
const TELLING: [&str; 6] = ["password", "passwd", "secret", "token", "api_key", "apikey"];
/// How access key ids of AWS begin, and how long they are.
const ACCESS_KEYS: [&str; 2] = ["AKIA", "ASIA"];
const ACCESS_KEY_LENGTH: usize = 20;

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
            let lower = name.to_lowercase();
            // The name or ARN of a secret is no secret.
            let telling = TELLING.iter().any(|word| lower.contains(word))
                && !["_name", "_arn", "_id"].iter().any(|end| lower.ends_with(end))
                && !text.is_empty();
            if telling || holds_access_key(text) {
                diagnostics.push(
                    Diagnostic::warning("secret-in-plain-sight", "an environment variable looks like a secret")
                        .at(value.span, "")
                        .help("Keep the secret in Secrets Manager, pass its name, and read it in the function."),
                );
            }
        }
    }
}

fn holds_access_key(text: &str) -> bool {
    text.split(|one: char| !one.is_ascii_alphanumeric())
        .any(|word| word.len() == ACCESS_KEY_LENGTH && ACCESS_KEYS.iter().any(|beginning| word.starts_with(beginning)))
}
