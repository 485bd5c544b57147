//! `lints:` of the blueprint: what warnings become.

use callform_source::{Diagnostic, Diagnostics, Severity, did_you_mean};

use crate::blueprint::{LintLevel, Loaded};

/// Warnings whose level a blueprint can set, besides those of flows.
const LINTS: [&str; 8] = [
    "unknown-permission",
    "unknown-builtin",
    "overlapping-hours",
    "unknown-country",
    "password-missing",
    "plaintext-parameter",
    "secret-in-plain-sight",
    "lambda-too-slow",
];

/// Raises, keeps or drops warnings as the blueprint says, and reports lints it names that do not exist. Errors stay
/// errors.
pub fn apply_levels(loaded: &Loaded, found: &Diagnostics) -> Diagnostics {
    let blueprint = &loaded.blueprint;
    let mut result = Diagnostics::default();
    for (code, level) in &blueprint.lints {
        let of_flows = callform_flow::lint::RULES.iter().map(|rule| rule.code);
        let known = LINTS.into_iter().chain(of_flows);
        if known.clone().any(|lint| lint == code.as_str()) {
            continue;
        }
        let diagnostic = Diagnostic::error("unknown-lint", format!("there is no lint `{}`", code.value))
            .at(code.span, "")
            .also(level.span, "has no effect");
        result.push(match did_you_mean(code, known) {
            Some(meant) => diagnostic.help(format!("Did you mean `{meant}`?")),
            None => diagnostic.help("Only warnings have a level. Errors cannot be turned off."),
        });
    }
    for diagnostic in found.iter() {
        let level =
            blueprint.lints.iter().find(|(code, _)| code.value == diagnostic.code).map(|(_, level)| level.value);
        match level.filter(|_| diagnostic.severity != Severity::Error) {
            Some(LintLevel::Allow) => {}
            Some(LintLevel::Deny) => result.push(Diagnostic { severity: Severity::Error, ..diagnostic.clone() }),
            Some(LintLevel::Warn) | None => result.push(diagnostic.clone()),
        }
    }
    result
}
