//! Places as all formats give them, and the piece of a line that is shown.

use crate::{Diagnostic, Diagnostics, Location, Severity, SourceMap, Span};

/// Longest part of a line shown, in bytes; a whole file may be one line.
const MAX_LINE: usize = 1_000;
/// What is shown before the place in a line that is cut.
const BEFORE: usize = 60;

/// Where a span begins and ends.
pub(super) struct Place {
    pub(super) start: Location,
    pub(super) end: Location,
}

impl Place {
    pub(super) fn of(sources: &SourceMap, span: Span) -> Self {
        Self { start: sources.location(span), end: sources.location(Span::new(span.file, span.end, span.end)) }
    }
}

/// The part of a span's first line that is worth showing.
pub(super) struct Excerpt<'a> {
    /// The text, without a line break.
    pub(super) text: &'a str,
    /// Byte range of the span in `text`; a span of several lines ends with the first.
    pub(super) marked: std::ops::Range<usize>,
    /// True where the line goes on before or behind the text.
    pub(super) is_cut: bool,
}

impl<'a> Excerpt<'a> {
    pub(super) fn of(sources: &'a SourceMap, span: Span) -> Self {
        let text = sources.file(span.file).text();
        let line = sources.line_range(span);
        // Spans of other files or of changed text must do no harm, so they are moved onto characters of this line.
        let start = text.floor_char_boundary((span.start as usize).clamp(line.start, line.end)).max(line.start);
        let end = text.ceil_char_boundary((span.end as usize).clamp(start, line.end));
        let whole = line.len() <= MAX_LINE;
        let (from, to) = if whole {
            (line.start, line.end)
        } else {
            (start.saturating_sub(BEFORE).max(line.start), (start + MAX_LINE).min(line.end))
        };
        let from = text.floor_char_boundary(from);
        let to = text.floor_char_boundary(to).max(from);
        Self {
            text: text.get(from..to).unwrap_or_default(),
            marked: start.saturating_sub(from)..end.clamp(start, to.max(start)).saturating_sub(from),
            is_cut: !whole,
        }
    }
}

pub(super) fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// How many of each severity there are.
pub(super) struct Counts {
    pub(super) errors: usize,
    pub(super) warnings: usize,
    pub(super) notes: usize,
}

impl Counts {
    pub(super) fn of(diagnostics: &Diagnostics) -> Self {
        Self {
            errors: diagnostics.count(Severity::Error),
            warnings: diagnostics.count(Severity::Warning),
            notes: diagnostics.count(Severity::Note),
        }
    }

    /// `3 errors and 1 warning`; empty where nothing was found.
    pub(super) fn describe(&self) -> String {
        let parts: Vec<String> = [(self.errors, "error"), (self.warnings, "warning"), (self.notes, "note")]
            .iter()
            .filter(|&&(count, _)| count > 0)
            .map(|&(count, word)| format!("{count} {word}{}", if count == 1 { "" } else { "s" }))
            .collect();
        match parts.split_last() {
            None => String::new(),
            Some((last, [])) => last.clone(),
            Some((last, before)) => format!("{} and {last}", before.join(", ")),
        }
    }
}

/// `399,900 more errors: unknown-reference`
pub(super) fn omission(severity: Severity, code: &str, count: usize) -> String {
    let word = severity_word(severity);
    format!("{count} more {word}{} of this kind: {code}", if count == 1 { "" } else { "s" })
}

/// The title, notes and help of a diagnostic, one per line, for formats with a single text.
pub(super) fn full_text(diagnostic: &Diagnostic) -> String {
    let help = diagnostic.help.iter().map(|help| format!("help: {help}"));
    let notes = diagnostic.notes.iter().map(|note| format!("note: {note}"));
    std::iter::once(diagnostic.title.clone()).chain(notes).chain(help).collect::<Vec<_>>().join("\n")
}
