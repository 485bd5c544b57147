//! What the user is told about input: a code, a place, the reason, and what to do.

use std::collections::BTreeMap;

use crate::Span;

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The input cannot be used.
    Error,
    /// The input can be used, but probably does not do what was meant.
    Warning,
    /// Worth knowing.
    Note,
}

/// A place in the source and what is to be said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    /// The place.
    pub span: Span,
    /// A short remark shown beside the underlined text; may be empty.
    pub label: String,
}

/// One problem of the input.
///
/// `code` is stable and kebab-case (`unknown-key`). `title` is a lower-case phrase without a period. Details go into
/// `notes`, what to do into `help`; both are whole sentences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable identifier of the kind of problem, kebab-case.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// One line that says what is wrong.
    pub title: String,
    /// Where it is wrong.
    pub primary: Option<Annotation>,
    /// Other places that matter, such as the first of two equal names.
    pub secondary: Vec<Annotation>,
    /// Why it is wrong.
    pub notes: Vec<String>,
    /// What to do about it.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// Starts an error.
    pub fn error(code: &'static str, title: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, title)
    }

    /// Starts a warning.
    pub fn warning(code: &'static str, title: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, title)
    }

    fn new(severity: Severity, code: &'static str, title: impl Into<String>) -> Self {
        Self {
            code,
            severity,
            title: title.into(),
            primary: None,
            secondary: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
        }
    }

    /// Says where, with a remark shown beside the underlined text.
    #[must_use]
    pub fn at(mut self, span: Span, label: impl Into<String>) -> Self {
        self.primary = Some(Annotation { span, label: label.into() });
        self
    }

    /// Adds another place.
    #[must_use]
    pub fn also(mut self, span: Span, label: impl Into<String>) -> Self {
        self.secondary.push(Annotation { span, label: label.into() });
        self
    }

    /// Adds a reason.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Adds advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }
}

/// Problems of one code that are kept; more of them are only counted.
const KEPT: usize = 1_000;
/// Problems of one code and severity that are shown; more of them are only counted.
const SHOWN: usize = 100;

/// All problems found so far.
///
/// A file can have the same mistake in each of 400,000 lines: of one code, the first 1,000 are kept and the rest is
/// counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
    /// How many of a code are in `list`.
    kept: BTreeMap<&'static str, usize>,
    /// How many came that are not in `list`.
    omitted: BTreeMap<(Severity, &'static str), usize>,
}

/// What is shown of [`Diagnostics`].
#[derive(Debug)]
pub struct Shown<'a> {
    /// By place, then severity, then code; those without a place first.
    pub list: Vec<&'a Diagnostic>,
    /// How many more there are of a severity and code, where not all are in the list.
    pub omitted: BTreeMap<(Severity, &'static str), usize>,
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(list: I) -> Self {
        let mut diagnostics = Self::default();
        list.into_iter().for_each(|diagnostic| diagnostics.push(diagnostic));
        diagnostics
    }
}

impl Diagnostics {
    /// Adds one problem.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        let kept = self.kept.entry(diagnostic.code).or_default();
        if *kept < KEPT {
            *kept += 1;
            self.list.push(diagnostic);
        } else {
            *self.omitted.entry((diagnostic.severity, diagnostic.code)).or_default() += 1;
        }
    }

    /// Adds all problems of another list.
    pub fn extend(&mut self, other: Diagnostics) {
        for (&(severity, code), &count) in &other.omitted {
            self.omit(severity, code, count);
        }
        other.list.into_iter().for_each(|diagnostic| self.push(diagnostic));
    }

    /// Counts problems that are not there one by one.
    pub fn omit(&mut self, severity: Severity, code: &'static str, count: usize) {
        *self.omitted.entry((severity, code)).or_default() += count;
    }

    /// How many of a severity and code came that are not there one by one.
    pub fn omitted(&self) -> impl Iterator<Item = (Severity, &'static str, usize)> {
        self.omitted.iter().map(|(&(severity, code), &count)| (severity, code, count))
    }

    /// True where at least one is an error.
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
            || self.omitted.keys().any(|&(severity, _)| severity == Severity::Error)
    }

    /// True where nothing was found.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty() && self.omitted.is_empty()
    }

    /// How many are there one by one.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// How many were found of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        let there = self.list.iter().filter(|diagnostic| diagnostic.severity == severity).count();
        let omitted = self.omitted.iter().filter(|((other, _), _)| *other == severity).map(|(_, count)| count);
        there + omitted.sum::<usize>()
    }

    /// The problems that are there one by one, in the order they were found.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.list.iter()
    }

    /// The problems by place, then severity, then code; those without a place first.
    pub fn sorted(&self) -> Vec<&Diagnostic> {
        let mut sorted: Vec<&Diagnostic> = self.list.iter().collect();
        sorted.sort_by_key(|diagnostic| {
            (diagnostic.primary.as_ref().map(|at| at.span), diagnostic.severity, diagnostic.code)
        });
        sorted
    }

    /// What is worth showing: of one severity and code the first 100.
    pub fn shown(&self) -> Shown<'_> {
        let mut omitted = self.omitted.clone();
        let mut counts: BTreeMap<(Severity, &'static str), usize> = BTreeMap::new();
        let mut list = self.sorted();
        list.retain(|diagnostic| {
            let kind = (diagnostic.severity, diagnostic.code);
            let count = counts.entry(kind).or_default();
            *count += 1;
            if *count > SHOWN {
                *omitted.entry(kind).or_default() += 1;
            }
            *count <= SHOWN
        });
        Shown { list, omitted }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_mistake_over_and_over_is_counted() {
        let mut diagnostics = Diagnostics::default();
        for number in 0..400_000 {
            diagnostics.push(Diagnostic::error("same", format!("number {number}")));
        }
        diagnostics.push(Diagnostic::warning("other", "once"));
        assert_eq!(diagnostics.len(), KEPT + 1);
        assert_eq!(diagnostics.count(Severity::Error), 400_000);
        let shown = diagnostics.shown();
        assert_eq!(shown.list.len(), SHOWN + 1);
        assert_eq!(shown.omitted, BTreeMap::from([((Severity::Error, "same"), 400_000 - SHOWN)]));
        let mut again = Diagnostics::default();
        again.extend(diagnostics.clone());
        assert_eq!(again.count(Severity::Error), 400_000);
        assert!(again.has_errors());
    }
}
