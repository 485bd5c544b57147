//! Syntax errors in words a person who does not know the YAML specification understands.

use granit_parser::ErrorKind;

use super::Limits;
use super::builder::Frame;
use crate::{Diagnostic, FileId, Span};

pub(super) const CODE: &str = "yaml-syntax";

pub(super) fn nesting_too_deep(span: Span, depth: usize) -> Diagnostic {
    Diagnostic::error("nesting-too-deep", "lists and mappings are nested too deep")
        .at(span, "the limit is passed here")
        .note(format!("At most {depth} levels are read."))
}

/// Describes a parser's error at a byte offset; `open` is the innermost collection that has not ended.
pub(super) fn diagnostic(
    kind: &ErrorKind,
    text: &str,
    file: FileId,
    offset: usize,
    open: Option<&Frame>,
    limits: &Limits,
) -> Diagnostic {
    let offset = if is_about_tabs(kind) { tab_near(text, offset).unwrap_or(offset) } else { offset };
    let span = span_at(text, file, offset);
    if *kind == ErrorKind::RecursionLimitExceeded {
        return nesting_too_deep(span, limits.depth);
    }
    let (title, label) = describe(kind);
    let mut diagnostic = Diagnostic::error(CODE, title).at(span, label);
    let open = open.filter(|open| in_brackets(text, open) && open.start != span.start);
    if let Some(open) = open {
        diagnostic = diagnostic.also(Span::new(file, open.start, open.start + 1), "this is still open");
    }
    let begun_before =
        open.is_some_and(|open| text.get(open.start as usize..offset).is_some_and(|between| between.contains('\n')));
    match help(kind, text, offset, begun_before) {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

fn in_brackets(text: &str, frame: &Frame) -> bool {
    matches!(text.as_bytes().get(frame.start as usize), Some(b'[' | b'{'))
}

/// The character at an offset; at the end of the text or a line the empty place there.
fn span_at(text: &str, file: FileId, offset: usize) -> Span {
    let start = if text.is_char_boundary(offset) { offset.min(text.len()) } else { text.len() };
    let next = text.get(start..).and_then(|rest| rest.chars().next());
    let length = next.filter(|next| !matches!(next, '\n' | '\r')).map_or(0, char::len_utf8);
    let offset = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
    Span::new(file, offset(start), offset(start + length))
}

fn describe(kind: &ErrorKind) -> (String, &'static str) {
    let (title, label) = match kind {
        ErrorKind::UnexpectedEofFlowSequence | ErrorKind::UnclosedFlowCollection { open: '[' } => {
            ("a list in brackets has no closing `]`", "")
        }
        ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofImplicitFlowMapping
        | ErrorKind::UnclosedFlowCollection { .. } => ("a mapping in braces has no closing `}`", ""),
        ErrorKind::InvalidQuotedScalarIndent => {
            ("a quoted text has no closing quote, or goes on with too little indentation", "")
        }
        ErrorKind::UnclosedQuotedScalar => ("a quoted text has no closing quote", ""),
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => {
            return (format!("`{open}` is closed by `{close}`"), "");
        }
        ErrorKind::MisplacedFlowCollectionEnd => ("a closing bracket has no opening one", ""),
        ErrorKind::ExpectedFlowSequenceSeparator => {
            ("the items of a list need `,` between them", "expected `,` or `]`")
        }
        ErrorKind::ExpectedFlowMappingSeparator => {
            ("the entries of a mapping need `,` between them", "expected `,` or `}`")
        }
        ErrorKind::ExpectedBlockMappingKey => ("a key is expected here", "not aligned with the keys above, or no key"),
        ErrorKind::ExpectedBlockSequenceEntry => ("a list item is expected here", "expected `-`"),
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => ("a key has no `:`", ""),
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => ("a `:` is not allowed here", ""),
        ErrorKind::MappingKeyNotAllowed => ("a key is not allowed here", ""),
        ErrorKind::BlockSequenceEntryNotAllowed | ErrorKind::BlockEntryInFlowCollection => {
            ("a list item with `-` is not allowed here", "")
        }
        ErrorKind::InvalidIndentation | ErrorKind::InvalidFlowScalarIndent | ErrorKind::InvalidBlockScalarIndent => {
            ("the indentation does not fit the lines above", "")
        }
        ErrorKind::UnknownAnchor => ("an alias has no anchor", "no `&` with this name before it"),
        ErrorKind::UnexpectedCharacter { character } => {
            return (format!("`{character}` cannot start a text"), "");
        }
        ErrorKind::UnknownQuotedScalarEscape => ("a backslash escape is unknown", ""),
        ErrorKind::InvalidTrailingDoubleQuotedScalar | ErrorKind::InvalidTrailingSingleQuotedScalar => {
            ("text follows a closing quote", "")
        }
        ErrorKind::CommentNotSeparated => ("a comment needs a space before its `#`", ""),
        ErrorKind::CommentInterceptedScalar => ("a comment stands inside a text of several lines", ""),
        tabs if is_about_tabs(tabs) => ("a tab is used for indentation", ""),
        other => return (other.to_string(), ""),
    };
    (title.to_owned(), label)
}

/// What to do; `begun_before` is true inside a bracket or brace opened on an earlier line.
fn help(kind: &ErrorKind, text: &str, offset: usize, begun_before: bool) -> Option<&'static str> {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = text.get(line_start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let is_colon = matches!(kind, ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement);
    if is_about_tabs(kind) || indentation(line).contains('\t') {
        return Some("Indent with spaces: YAML allows no tabs there.");
    }
    if line.contains("${") {
        return Some("Inside brackets and braces, put a text with `${…}` in quotes.");
    }
    if begun_before {
        return Some("Close the bracket or brace before this line.");
    }
    if is_colon && !text.get(line_start..offset).is_some_and(|before| before.contains(": ")) {
        return Some("Check the indentation, and whether the line above lacks its `:`.");
    }
    match kind {
        _ if is_colon => Some("Put a text that contains `: ` in quotes."),
        ErrorKind::UnexpectedCharacter { .. } => Some("Put a text that starts with this character in quotes."),
        ErrorKind::UnknownQuotedScalarEscape => Some("Write `\\\\` for a backslash, or use single quotes."),
        ErrorKind::InvalidTrailingDoubleQuotedScalar => Some("Write `\\\"` for a quote inside double quotes."),
        ErrorKind::InvalidTrailingSingleQuotedScalar => Some("Write `''` for a quote inside single quotes."),
        ErrorKind::InvalidQuotedScalarIndent => Some("Close the quote, or indent the lines the text goes on with."),
        ErrorKind::UnknownAnchor => Some("Put a text that starts with `*` in quotes."),
        _ => None,
    }
}

fn is_about_tabs(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::TabNotAllowed
            | ErrorKind::TabInBlockIndentation
            | ErrorKind::TabInIndentation
            | ErrorKind::TabAtBlockScalarStart
            | ErrorKind::TabInPlainScalar
    )
}

/// The first tab in the indentation of the line of an offset or of the next one: the parser stops at either.
fn tab_near(text: &str, offset: usize) -> Option<usize> {
    let line_start = text.get(..offset)?.rfind('\n').map_or(0, |newline| newline + 1);
    let mut start = line_start;
    for line in text.get(line_start..)?.split_inclusive('\n').take(2) {
        if let Some(tab) = indentation(line).find('\t') {
            return Some(start + tab);
        }
        start += line.len();
    }
    None
}

fn indentation(line: &str) -> &str {
    let text = line.trim_start_matches([' ', '\t']);
    line.get(..line.len() - text.len()).unwrap_or_default()
}
