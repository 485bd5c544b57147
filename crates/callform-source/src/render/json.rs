//! For programs.

use serde::Serialize;

use super::place::{Counts, Place, severity_word};
use crate::{Annotation, Diagnostic, Diagnostics, SourceMap, Span};

/// Raised when a field changes its meaning or goes away; new fields do not raise it.
const FORMAT_VERSION: u32 = 1;

#[derive(Serialize)]
struct Report<'a> {
    format_version: u32,
    errors: usize,
    warnings: usize,
    diagnostics: Vec<Problem<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    omitted: Vec<Omitted>,
}

#[derive(Serialize)]
struct Omitted {
    code: &'static str,
    severity: &'static str,
    count: usize,
}

#[derive(Serialize)]
struct Problem<'a> {
    code: &'a str,
    severity: &'static str,
    title: &'a str,
    #[serde(flatten)]
    place: Option<Region>,
    #[serde(skip_serializing_if = "str::is_empty")]
    label: &'a str,
    notes: &'a [String],
    help: &'a [String],
    related: Vec<Related<'a>>,
}

#[derive(Serialize)]
struct Related<'a> {
    #[serde(flatten)]
    place: Region,
    label: &'a str,
}

/// Lines and columns count from 1, columns in characters; the end is just past the last character.
#[derive(Serialize)]
struct Region {
    path: String,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

/// One JSON object:
/// `{format_version, errors, warnings, diagnostics: [{code, severity, title, path, line, column, end_line, end_column,
/// label, notes, help, related: [{path, line, column, end_line, end_column, label}]}], omitted: [{code, severity,
/// count}]}`.
///
/// Where one code comes very often, the rest of it is only counted in `omitted`; `errors` and `warnings` count all.
/// A problem without a place has no `path` and no numbers.
pub fn json(diagnostics: &Diagnostics, sources: &SourceMap) -> String {
    let counts = Counts::of(diagnostics);
    let shown = diagnostics.shown();
    let omitted = shown.omitted.iter().map(|(&(severity, code), &count)| Omitted {
        code,
        severity: severity_word(severity),
        count,
    });
    let report = Report {
        format_version: FORMAT_VERSION,
        errors: counts.errors,
        warnings: counts.warnings,
        diagnostics: shown.list.iter().map(|diagnostic| problem(diagnostic, sources)).collect(),
        omitted: omitted.collect(),
    };
    super::pretty(&report)
}

fn problem<'a>(diagnostic: &'a Diagnostic, sources: &SourceMap) -> Problem<'a> {
    let primary = diagnostic.primary.as_ref();
    Problem {
        code: diagnostic.code,
        severity: severity_word(diagnostic.severity),
        title: &diagnostic.title,
        place: primary.map(|at| region(sources, at.span)),
        label: primary.map_or("", |at| at.label.as_str()),
        notes: &diagnostic.notes,
        help: &diagnostic.help,
        related: diagnostic
            .secondary
            .iter()
            .map(|Annotation { span, label }| Related { place: region(sources, *span), label })
            .collect(),
    }
}

fn region(sources: &SourceMap, span: Span) -> Region {
    let Place { start, end } = Place::of(sources, span);
    Region { path: start.path, line: start.line, column: start.column, end_line: end.line, end_column: end.column }
}
