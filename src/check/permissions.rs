//! Permissions of security profiles.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use callform_source::{Diagnostic, Diagnostics, did_you_mean};

use super::{Context, Rule};
use crate::pinned::Pinned;

/// Permission names that the administrator guide documents or that live instances were seen to use. The API does not
/// enumerate them and AWS adds more, so that an unknown one is a warning.
static KNOWN: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| include_str!("permissions.txt").lines().collect());

/// From when the list is.
pub(super) fn pinned() -> Pinned {
    Pinned {
        what: "permissions of security profiles",
        entries: Some(KNOWN.len()),
        as_of: "2026-11-21",
        source: "Amazon Connect Administrator Guide; security profiles of live instances",
    }
}

pub(super) const UNKNOWN: Rule = Rule {
    codes: &["unknown-permission", "duplicate-permission"],
    about: "A security profile has a permission that nobody has seen yet.",
    why: "Connect refuses names it does not know only when the profile is created; a misspelled one is found here.",
    check: unknown,
};

fn unknown(context: Context<'_>, diagnostics: &mut Diagnostics) {
    for profile in context.loaded.blueprint.security_profiles.values() {
        let mut seen = BTreeSet::new();
        for permission in &profile.permissions {
            if !seen.insert(permission.value.as_str()) {
                diagnostics.push(
                    Diagnostic::error("duplicate-permission", "a permission is listed twice").at(permission.span, ""),
                );
            }
            if KNOWN.contains(permission.value.as_str()) {
                continue;
            }
            let diagnostic = Diagnostic::warning("unknown-permission", "this permission is not known")
                .at(permission.span, "")
                .note("AWS does not publish a list; this name is in none of its guides.");
            diagnostics.push(match did_you_mean(permission, KNOWN.iter().copied()) {
                Some(meant) => diagnostic.help(format!("Did you mean `{meant}`?")),
                None => diagnostic.help("If it is right, set `lints: { unknown-permission: allow }`."),
            });
        }
    }
}
