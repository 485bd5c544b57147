//! What warnings become: by `lints:` of the blueprint, or at one place by a comment `# allow: <code>`.

use std::collections::BTreeSet;

use callform_source::{Diagnostic, Diagnostics, Severity, SourceMap, Span, did_you_mean};

use crate::blueprint::{LintLevel, Loaded};

/// Warnings whose level a blueprint can set, besides those of flows.
const LINTS: [&str; 16] = [
    "unknown-permission",
    "unknown-builtin",
    "overlapping-hours",
    "unknown-country",
    "plaintext-parameter",
    "secret-in-plain-sight",
    "lambda-too-slow",
    "unusual-username",
    "overlapping-overrides",
    "override-in-the-past",
    "retired-runtime",
    "not-stored",
    "overlay-adds",
    "attribute-not-defined",
    "flow-version-type",
    "text-cut-at-hash",
];

/// Raises, keeps or drops warnings as the blueprint says, and reports lints it names that do not exist. Errors stay
/// errors.
///
/// A comment `# allow: dead-end, cut-off` drops those warnings at the end of the line they are reported in, or in the
/// comment above it.
pub fn apply_levels(loaded: &Loaded, sources: &SourceMap, found: &Diagnostics) -> Diagnostics {
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
    // What is taken in by several anchors is read several times, and is one mistake.
    let mut told = BTreeSet::new();
    for diagnostic in found.iter() {
        let place = diagnostic.primary.as_ref().map(|at| at.span);
        let label = diagnostic.primary.as_ref().map(|at| at.label.as_str());
        if place.is_some() && !told.insert((diagnostic.code, diagnostic.title.as_str(), place, label)) {
            continue;
        }
        let is_warning = diagnostic.severity != Severity::Error;
        if is_warning && place.is_some_and(|place| is_allowed(sources, place, diagnostic.code)) {
            continue;
        }
        let level =
            blueprint.lints.iter().find(|(code, _)| code.value == diagnostic.code).map(|(_, level)| level.value);
        match level.filter(|_| is_warning) {
            Some(LintLevel::Allow) => {}
            Some(LintLevel::Deny) => result.push(Diagnostic { severity: Severity::Error, ..diagnostic.clone() }),
            // A note becomes a warning where the blueprint says so.
            Some(LintLevel::Warn) => result.push(Diagnostic { severity: Severity::Warning, ..diagnostic.clone() }),
            None => result.push(diagnostic.clone()),
        }
    }
    for (severity, code, count) in found.omitted() {
        let level = blueprint.lints.iter().find(|(lint, _)| lint.value == code).map(|(_, level)| level.value);
        match level.filter(|_| severity != Severity::Error) {
            Some(LintLevel::Allow) => {}
            Some(LintLevel::Deny) => result.omit(Severity::Error, code, count),
            Some(LintLevel::Warn) => result.omit(Severity::Warning, code, count),
            None => result.omit(severity, code, count),
        }
    }
    result
}

/// True where a comment at a place allows a warning.
fn is_allowed(sources: &SourceMap, place: Span, code: &str) -> bool {
    let text = sources.file(place.file).text();
    let line = sources.line_range(place);
    let own = text.get(line.clone()).unwrap_or_default();
    let above =
        text.get(..line.start).unwrap_or_default().lines().rev().take_while(|line| line.trim().starts_with('#'));
    std::iter::once(own).chain(above).any(|line| allows(line, code))
}

fn allows(line: &str, code: &str) -> bool {
    let Some((_, codes)) = line.split_once("# allow:") else { return false };
    codes.split([',', ' ']).any(|allowed| allowed == code)
}
