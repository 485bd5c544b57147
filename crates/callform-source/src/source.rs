//! Source files, byte spans, and values that remember where they were written.

use std::fmt;
use std::ops::{Deref, Range};

use crate::Diagnostics;

/// Identifies one file of a [`SourceMap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub(crate) u32);

/// A half-open range of bytes in one source file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file the range lies in.
    pub file: FileId,
    /// Offset of the first byte.
    pub start: u32,
    /// Offset just past the last byte.
    pub end: u32,
}

impl Span {
    /// Makes a span from byte offsets.
    pub fn new(file: FileId, start: u32, end: u32) -> Self {
        Self { file, start, end }
    }

    /// The empty span at the beginning of a file, for problems of the file as a whole.
    pub fn whole_file(file: FileId) -> Self {
        Self::new(file, 0, 0)
    }
}

/// A place a person can go to: path, line and column, both counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The file's path as it was given.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters (not bytes), from 1.
    pub column: usize,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.path, self.line, self.column)
    }
}

/// One source text and the path it came from.
#[derive(Clone, Debug)]
pub struct SourceFile {
    path: String,
    text: String,
    line_starts: Vec<u32>,
}

impl SourceFile {
    fn new(path: String, text: String) -> Self {
        let line_starts = std::iter::once(0)
            .chain(text.bytes().zip(1_u32..).filter(|&(byte, _)| byte == b'\n').map(|(_, next)| next))
            .collect();
        Self { path, text, line_starts }
    }

    /// The path as it was given.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// How far the files of a map were moved by [`SourceMap::append`].
#[derive(Clone, Copy, Debug)]
pub struct Moved {
    by: u32,
}

impl Moved {
    /// A span of the other map as one of the map it was added to.
    pub fn span(self, span: Span) -> Span {
        Span { file: FileId(span.file.0.saturating_add(self.by)), ..span }
    }

    /// The same for every place in diagnostics.
    pub fn diagnostics(self, diagnostics: &Diagnostics) -> Diagnostics {
        let mut moved = Diagnostics::default();
        for diagnostic in diagnostics.iter() {
            let mut diagnostic = diagnostic.clone();
            for at in diagnostic.primary.iter_mut().chain(&mut diagnostic.secondary) {
                at.span = self.span(at.span);
            }
            moved.push(diagnostic);
        }
        for (severity, code, count) in diagnostics.omitted() {
            moved.omit(severity, code, count);
        }
        moved
    }
}

/// All source texts of one run.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
}

impl SourceMap {
    /// The paths of all files, as they were given.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(SourceFile::path)
    }

    /// Adds a text under a path and returns its id. Texts above 4 GiB are not supported; callers limit sizes long
    /// before that.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<String>) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(SourceFile::new(path.into(), text.into()));
        id
    }

    /// Adds all files of another map, behind those of this one. Gives what moves its spans along.
    pub fn append(&mut self, other: Self) -> Moved {
        let by = u32::try_from(self.files.len()).unwrap_or(u32::MAX);
        self.files.extend(other.files);
        Moved { by }
    }

    /// The file of an id handed out by [`SourceMap::add`] of this map.
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// The text a span covers; empty where the span does not lie on character boundaries of the file.
    pub fn slice(&self, span: Span) -> &str {
        self.file(span.file).text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// The line a span starts in, from 1.
    pub fn line(&self, span: Span) -> usize {
        self.file(span.file).line_starts.partition_point(|&start| start <= span.start).max(1)
    }

    /// The bytes of the line a span starts in, without the line break.
    pub fn line_range(&self, span: Span) -> Range<usize> {
        let file = self.file(span.file);
        let line = self.line(span);
        let start = file.line_starts[line - 1] as usize;
        let end = file.line_starts.get(line).map_or(file.text.len(), |&next| next as usize - 1);
        let without_return = end.saturating_sub(1);
        let has_return = end > start && file.text.as_bytes().get(without_return) == Some(&b'\r');
        start..if has_return { without_return } else { end }
    }

    /// Puts asterisks in the place of a text, byte by byte, so that nothing that shows the source can show it.
    pub fn redact(&mut self, span: Span) {
        let file = &mut self.files[span.file.0 as usize];
        let range = span.start as usize..span.end as usize;
        if let Some(secret) = file.text.get(range.clone()) {
            let hidden: String = secret
                .bytes()
                .map(|byte| if byte == b'\n' || byte == b'\r' { char::from(byte) } else { '*' })
                .collect();
            file.text.replace_range(range, &hidden);
        }
    }

    /// Where a span starts.
    pub fn location(&self, span: Span) -> Location {
        let file = self.file(span.file);
        let line = self.line(span);
        let line_start = file.line_starts[line - 1] as usize;
        let before = file.text.get(line_start..span.start as usize).unwrap_or_default();
        Location { path: file.path.clone(), line, column: before.chars().count() + 1 }
    }
}

/// A value and the place it was written at.
///
/// Compares, hashes and orders by its value alone.
#[derive(Clone, Copy, Debug)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it was written.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Joins a value and its place.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }

    /// Changes the value and keeps the place.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned { value: change(self.value), span: self.span }
    }

    /// Borrows the value.
    pub fn as_ref(&self) -> Spanned<&T> {
        Spanned { value: &self.value, span: self.span }
    }
}

impl<T> Deref for Spanned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: fmt::Display> fmt::Display for Spanned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<T: PartialEq> PartialEq for Spanned<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for Spanned<T> {}

impl<T: PartialOrd> PartialOrd for Spanned<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        self.value.partial_cmp(&other.value)
    }
}

impl<T: Ord> Ord for Spanned<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.value.cmp(&other.value)
    }
}

impl<T: std::hash::Hash> std::hash::Hash for Spanned<T> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.value.hash(state);
    }
}
