//! Passwords of users.

use callform_source::{Diagnostic, Diagnostics};

use super::{Context, Rule};
use crate::blueprint::{Identity, Short};
use crate::model::{Address, Kind, Value};

pub(super) const LITERAL: Rule = Rule {
    codes: &["literal-password", "plaintext-parameter"],
    about: "A password stands in the blueprint, or in a parameter that is not encrypted.",
    why: "Blueprints, templates and plans are read by many and kept for long.",
    check: literal,
};

pub(super) const MISSING: Rule = Rule {
    codes: &["password-missing", "password-not-possible"],
    about: "A user has no password although Connect keeps passwords, or has one although something else does.",
    why: "CreateUser needs a password with the identity type CONNECT_MANAGED and refuses it with every other. How users \
          sign in to an instance that exists is looked up before a plan is applied.",
    check: missing,
};

pub(super) const PATTERN: Rule = Rule {
    codes: &["password-reference"],
    about: "The reference to a password does not look like a password itself.",
    why: "The resource type wants a lower-case letter, an upper-case letter and a digit in 8 to 64 characters. Whether \
          that is looked at before CloudFormation has put the secret in place of its reference is not certain; a \
          reference that has all of it is safe either way.",
    check: pattern,
};

/// The longest `Password` of `AWS::Connect::User`.
const LONGEST: usize = 64;

/// One finding for all of them: a big center has many users.
fn pattern(context: Context<'_>, diagnostics: &mut Diagnostics) {
    let blueprint = &context.loaded.blueprint;
    let text =
        |name: &str| match context.model.resources.get(&Address::new(Kind::User, name))?.properties.get("Password")? {
            Value::Secret(text) => Some(text.as_str()),
            _ => None,
        };
    let misfits = blueprint.users.iter().filter_map(|(key, user)| {
        let problem = text(key).and_then(misfit)?;
        Some((user.password.as_ref()?.span, problem))
    });
    let mut misfits = misfits.fuse();
    let Some((span, problem)) = misfits.next() else { return };
    let label = match misfits.count() {
        0 => problem,
        others => format!("{problem}; and {others} more"),
    };
    diagnostics.push(
        Diagnostic::warning("password-reference", "the reference to a password may be refused as a password")
            .at(span, label)
            .note(
                "The type of users has a pattern for passwords, which CloudFormation may hold the reference itself to.",
            )
            .help("Give the secret a short name with a digit in it, such as `shop/1/mary.jane`."),
    );
}

/// What the pattern of the resource type would find missing in a reference.
fn misfit(reference: &str) -> Option<String> {
    let length = reference.chars().count();
    let has = |is: fn(char) -> bool| reference.chars().any(is);
    if length > LONGEST {
        Some(format!("the reference has {length} characters, and a password {LONGEST} at most"))
    } else if !has(|one| one.is_ascii_digit()) {
        Some("the reference has no digit".to_owned())
    } else if !has(|one| one.is_ascii_uppercase()) || !has(|one| one.is_ascii_lowercase()) {
        Some("the reference has no letters of both cases".to_owned())
    } else {
        None
    }
}

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
                Diagnostic::error("password-missing", "a user without a password cannot be created")
                    .at(key.span, "")
                    .note("Connect keeps the passwords of this instance, and needs one for every new user.")
                    .help("Add `password: { secret: <name> }`, or `secret:<name>` in the column `password` of a file."),
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
