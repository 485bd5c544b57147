//! Passwords of users.

use callform_source::{Diagnostic, Diagnostics};

use super::{Context, Rule};
use crate::blueprint::{Identity, Short};

pub(super) const LITERAL: Rule = Rule {
    codes: &["literal-password", "plaintext-parameter"],
    about: "A password stands in the blueprint, or in a parameter that is not encrypted.",
    why: "Blueprints, templates and plans are read by many and kept for long.",
    check: literal,
};

pub(super) const MISSING: Rule = Rule {
    codes: &["password-missing", "password-not-possible"],
    about: "A user has no password although Connect keeps passwords, or has one although something else does.",
    why: "CreateUser needs a password with the identity type CONNECT_MANAGED and refuses it with every other.",
    check: missing,
};

fn literal(context: Context<'_>, diagnostics: &mut Diagnostics) {
    for (key, user) in &context.loaded.blueprint.users {
        let Some(password) = &user.password else { continue };
        match &password.value {
            // The source text was made unreadable there when it was read.
            Short::Short(_) => diagnostics.push(
                Diagnostic::error("literal-password", "a password is written in plain text")
                    .at(password.span, "")
                    .also(key.span, "the password of this user")
                    .note("Everybody who can read the file can sign in as this user; so can readers of its history.")
                    .help("Put the password into AWS Secrets Manager and write `password: { secret: <name> }`."),
            ),
            Short::Full(reference) => {
                if let Some(parameter) = &reference.ssm {
                    diagnostics.push(
                        Diagnostic::warning("plaintext-parameter", "the password comes from an unencrypted parameter")
                            .at(parameter.span, "")
                            .note("CloudFormation cannot read SecureString parameters for passwords of Connect users.")
                            .help("Prefer Secrets Manager: `password: { secret: <name> }`."),
                    );
                }
            }
        }
    }
}

fn missing(context: Context<'_>, diagnostics: &mut Diagnostics) {
    let blueprint = &context.loaded.blueprint;
    if blueprint.instance.existing.is_some() {
        return;
    }
    let managed = blueprint.instance.identity.unwrap_or_default() == Identity::ConnectManaged;
    for (key, user) in &blueprint.users {
        match &user.password {
            None if managed => diagnostics.push(
                Diagnostic::warning("password-missing", "a user without a password cannot be created")
                    .at(key.span, "")
                    .note("Connect keeps the passwords of this instance, and needs one for every new user.")
                    .help("Add `password: { secret: <name> }`."),
            ),
            Some(_) if !managed => diagnostics.push(
                Diagnostic::error("password-not-possible", "only `identity: connect-managed` has passwords")
                    .at(key.span, "this user has one")
                    .help("Remove `password:`."),
            ),
            _ => {}
        }
    }
}
