//! For people at a terminal.

use annotate_snippets::{
    AnnotationKind, Element, Group, Level, Message, Origin, Renderer, Snippet, normalize_untrusted_str,
};

use super::place::{Counts, Excerpt, omission};
use crate::{Annotation, Diagnostic, Diagnostics, Severity, SourceMap, Span};

/// Lines between two places up to which they share one excerpt of the source.
const NEAR: usize = 40;

/// For a terminal: the source lines with the problem underlined, notes, help, and a last line that counts. `width` is
/// the terminal's, in columns. Empty where there is nothing to tell.
pub fn human(diagnostics: &Diagnostics, sources: &SourceMap, color: bool, width: usize) -> String {
    let renderer =
        if color { Renderer::styled().hyperlink(false) } else { Renderer::plain() }.term_width(width.max(40));
    let mut text = String::new();
    let shown = diagnostics.shown();
    for diagnostic in shown.list {
        text.push_str(&renderer.render(&[group(diagnostic, sources)]));
        text.push_str("\n\n");
    }
    for ((severity, code), count) in shown.omitted {
        text.extend(["and ", &omission(severity, code, count), "\n"]);
    }
    let counts = Counts::of(diagnostics).describe();
    if !counts.is_empty() {
        text.push_str("found ");
        text.push_str(&counts);
        text.push('\n');
    }
    text
}

fn group<'a>(diagnostic: &'a Diagnostic, sources: &'a SourceMap) -> Group<'a> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let group = Group::with_title(level.primary_title(diagnostic.title.as_str()).id(diagnostic.code));
    let notes = diagnostic.notes.iter().map(|note| message(Level::NOTE, note));
    let help = diagnostic.help.iter().map(|help| message(Level::HELP, help));
    group.elements(snippets(diagnostic, sources)).elements(notes).elements(help)
}

fn message<'a>(level: Level<'a>, text: &str) -> Message<'a> {
    level.message(normalize_untrusted_str(text))
}

fn snippets<'a>(diagnostic: &'a Diagnostic, sources: &'a SourceMap) -> Vec<Element<'a>> {
    let Some(primary) = &diagnostic.primary else { return Vec::new() };
    let (near, far): (Vec<&Annotation>, Vec<&Annotation>) =
        diagnostic.secondary.iter().partition(|other| share_excerpt(sources, primary.span, other.span));
    let mut elements = excerpt(sources, primary, AnnotationKind::Primary, &near);
    elements.extend(far.into_iter().flat_map(|other| excerpt(sources, other, AnnotationKind::Context, &[])));
    elements
}

fn share_excerpt(sources: &SourceMap, one: Span, other: Span) -> bool {
    one.file == other.file
        && sources.line(one).abs_diff(sources.line(other)) <= NEAR
        && !Excerpt::of(sources, one).is_cut
        && !Excerpt::of(sources, other).is_cut
}

/// The lines of one place and the places near it; of a very long line only the part around the place.
fn excerpt<'a>(
    sources: &'a SourceMap,
    main: &'a Annotation,
    kind: AnnotationKind,
    near: &[&'a Annotation],
) -> Vec<Element<'a>> {
    let line = sources.line(main.span);
    let path = sources.file(main.span.file).path();
    let part = Excerpt::of(sources, main.span);
    if part.is_cut {
        let location = sources.location(main.span);
        let origin = Origin::path(path).line(location.line).char_column(location.column);
        let snippet = Snippet::source(part.text).line_start(line).annotation(labeled(kind, part.marked, &main.label));
        return vec![origin.into(), snippet.into()];
    }
    let lines = near.iter().map(|other| sources.line_range(other.span)).chain([sources.line_range(main.span)]);
    let (start, end) = lines.fold((usize::MAX, 0), |(start, end), line| (start.min(line.start), end.max(line.end)));
    let text = sources.file(main.span.file).text().get(start..end).unwrap_or_default();
    let first_line = near.iter().map(|other| sources.line(other.span)).chain([line]).min().unwrap_or(line);
    let marks = std::iter::once((kind, main)).chain(near.iter().map(|&other| (AnnotationKind::Context, other)));
    let snippet = Snippet::source(text).path(path).line_start(first_line).annotations(marks.map(|(kind, mark)| {
        let offset = sources.line_range(mark.span).start - start;
        let marked = Excerpt::of(sources, mark.span).marked;
        labeled(kind, offset + marked.start..offset + marked.end, &mark.label)
    }));
    vec![snippet.into()]
}

fn labeled(kind: AnnotationKind, range: std::ops::Range<usize>, label: &str) -> annotate_snippets::Annotation<'_> {
    let annotation = kind.span(range);
    if label.is_empty() { annotation } else { annotation.label(label) }
}
