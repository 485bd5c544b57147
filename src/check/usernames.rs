//! Usernames.

use std::collections::BTreeMap;

use callform_source::{Diagnostic, Diagnostics, Span, Spanned};

use super::{Context, Rule};
use crate::blueprint::Identity;

/// Longest username where Connect keeps the users (`CreateUser`: 20 characters; 64 with SAML).
const LONGEST: usize = 20;
const LONGEST_WITH_SAML: usize = 64;

pub(super) const CHARACTERS: Rule = Rule {
    codes: &["invalid-username", "unusual-username"],
    about: "A username has characters or a length that Connect does not accept.",
    why: "CreateUser takes letters, digits and `_-.@` only, 20 of them at most, 64 with SAML; the resource schema's \
          pattern is not anchored, so that linters do not see it.",
    check: characters,
};

pub(super) const DUPLICATES: Rule = Rule {
    codes: &["duplicate-username"],
    about: "Two usernames differ in upper and lower case only.",
    why: "Connect takes them for the same user.",
    check: duplicates,
};

pub(super) const IDENTITY: Rule = Rule {
    codes: &["user-name-missing", "user-identity"],
    about: "A user lacks what the way users sign in needs, or has what it forbids.",
    why: "CreateUser needs first and last name unless a directory keeps them, and refuses an e-mail address with SAML, \
          where the username is one, and the id of a user in a directory.",
    check: identity,
};

pub(super) const EMAIL: Rule = Rule {
    codes: &["user-email-missing"],
    about: "A user whom Connect keeps has no e-mail address.",
    why: "Connect sends the link that resets a password there, and its text for CreateUser asks for the address of users \
          it keeps; whether the service refuses a user without one is not certain.",
    check: email,
};

fn characters(context: Context<'_>, diagnostics: &mut Diagnostics) {
    let blueprint = &context.loaded.blueprint;
    // How users sign in to an instance that exists is not known here.
    let is_managed = blueprint.instance.existing.is_none()
        && blueprint.instance.identity.unwrap_or_default() == Identity::ConnectManaged;
    let longest = if is_managed { LONGEST } else { LONGEST_WITH_SAML };
    for name in blueprint.users.keys() {
        let wrong = name.chars().find(|one| !(one.is_ascii_alphanumeric() || "_-.@".contains(*one)));
        let length = name.chars().count();
        let problem = if let Some(wrong) = wrong {
            format!("has the character `{wrong}`")
        } else if length == 0 {
            "is empty".to_owned()
        } else if length > longest {
            format!("has {length} characters, at most {longest} are allowed")
        } else if name.contains('@') && !is_email(name) {
            if !is_managed {
                diagnostics.push(federated(name));
                continue;
            }
            "has an `@` but is no e-mail address".to_owned()
        } else {
            continue;
        };
        diagnostics.push(
            Diagnostic::error("invalid-username", "Connect does not accept this username")
                .at(name.span, problem)
                .help("Use letters, digits, `_`, `-` and `.`, or an e-mail address."),
        );
    }
}

/// One finding for all of them: a big center has many users.
fn email(context: Context<'_>, diagnostics: &mut Diagnostics) {
    let blueprint = &context.loaded.blueprint;
    let managed = blueprint.instance.identity.unwrap_or_default() == Identity::ConnectManaged;
    if blueprint.instance.existing.is_some() || !managed {
        return;
    }
    let mut without = blueprint.users.iter().filter(|(_, user)| user.email.is_none()).map(|(key, _)| key);
    let Some(first) = without.next() else { return };
    let label = match without.count() {
        0 => String::new(),
        others => format!("and {others} more"),
    };
    diagnostics.push(
        Diagnostic::warning("user-email-missing", "a user has no e-mail address")
            .at(first.span, label)
            .note("Connect keeps the users of this instance, and may refuse one without an address.")
            .help("Add `email: <address>`."),
    );
}

/// Identity providers make up names such as `alias@user@organization`, and Connect takes them.
fn federated(name: &Spanned<String>) -> Diagnostic {
    Diagnostic::warning("unusual-username", "a username has an `@` but is no e-mail address")
        .at(name.span, "")
        .note("It has to be exactly what the identity provider sends as `RoleSessionName`.")
}

fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(user, host)| {
        !user.is_empty()
            && !host.contains('@')
            && host.split_once('.').is_some_and(|(name, top)| !name.is_empty() && !top.is_empty())
    })
}

fn duplicates(context: Context<'_>, diagnostics: &mut Diagnostics) {
    let mut seen: BTreeMap<String, Span> = BTreeMap::new();
    for name in context.loaded.blueprint.users.keys() {
        if let Some(first) = seen.insert(name.to_lowercase(), name.span) {
            diagnostics.push(
                Diagnostic::error("duplicate-username", "two users have the same username")
                    .at(name.span, "again here")
                    .also(first, "first here")
                    .help("Usernames are unique in an instance, in upper and lower case alike."),
            );
        }
    }
}

fn identity(context: Context<'_>, diagnostics: &mut Diagnostics) {
    let blueprint = &context.loaded.blueprint;
    if blueprint.instance.existing.is_some() {
        return;
    }
    let identity = blueprint.instance.identity.unwrap_or_default();
    for (key, user) in &blueprint.users {
        let named = user.name.is_some() || (user.first_name.is_some() && user.last_name.is_some());
        if !named && identity != Identity::ExistingDirectory {
            diagnostics.push(
                Diagnostic::error("user-name-missing", "a user needs a first and a last name")
                    .at(key.span, "")
                    .help("Add `name:`, or `first_name:` and `last_name:`."),
            );
        }
        if let Some(email) = &user.email
            && identity == Identity::Saml
        {
            diagnostics.push(
                Diagnostic::error("user-identity", "with SAML a user has no e-mail address of its own")
                    .at(email.span, "")
                    .help("Remove it; the username is the e-mail address."),
            );
        }
        if let Some(id) = &user.directory_user_id
            && identity == Identity::Saml
        {
            diagnostics.push(
                Diagnostic::error("user-identity", "with SAML a user is in no directory")
                    .at(id.span, "")
                    .help("Remove `directory_user_id:`; it is for `identity: existing-directory`."),
            );
        }
    }
}
