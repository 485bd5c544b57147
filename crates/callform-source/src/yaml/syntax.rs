//! Syntax errors in words a person who does not know the YAML specification understands.

use granit_parser::ErrorKind;

use super::Limits;
use super::builder::Frame;
use crate::{Diagnostic, FileId, Span};

pub(super) const CODE: &str = "yaml-syntax";

const TAB_HELP: &str = "Indent with spaces: YAML allows no tabs there.";

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
    let span = span_at(text, file, offset);
    if *kind == ErrorKind::RecursionLimitExceeded {
        return nesting_too_deep(span, limits.depth);
    }
    let (title, label) = describe(kind);
    let mut diagnostic = Diagnostic::error(CODE, title).at(span, label);
    if let Some(open) = open.filter(|open| in_brackets(text, open) && open.start != span.start) {
        diagnostic = diagnostic.also(Span::new(file, open.start, open.start + 1), "this is still open");
    }
    for help in helps(kind, text, offset) {
        diagnostic = diagnostic.help(help);
    }
    diagnostic
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
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => {
            ("a `:` is not allowed here", "a second `key:` on one line, or text with a colon")
        }
        ErrorKind::MappingKeyNotAllowed => ("a key is not allowed here", ""),
        ErrorKind::BlockSequenceEntryNotAllowed | ErrorKind::BlockEntryInFlowCollection => {
            ("a list item with `-` is not allowed here", "")
        }
        ErrorKind::InvalidIndentation
        | ErrorKind::InvalidQuotedScalarIndent
        | ErrorKind::InvalidFlowScalarIndent
        | ErrorKind::InvalidBlockScalarIndent => ("the indentation does not fit the lines above", ""),
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
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabAtBlockScalarStart
        | ErrorKind::TabInPlainScalar => ("a tab is used for indentation", ""),
        other => return (other.to_string(), ""),
    };
    (title.to_owned(), label)
}

fn helps(kind: &ErrorKind, text: &str, offset: usize) -> Vec<&'static str> {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = text.get(line_start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let indentation = line.len() - line.trim_start_matches([' ', '\t']).len();
    if line.get(..indentation).is_some_and(|indentation| indentation.contains('\t')) {
        return vec![TAB_HELP];
    }
    match kind {
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabAtBlockScalarStart
        | ErrorKind::TabInPlainScalar => vec![TAB_HELP],
        _ if line.contains("${") => vec!["Inside brackets and braces, put a text with `${…}` in quotes."],
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => {
            vec!["Put a text that contains `: ` in quotes."]
        }
        ErrorKind::UnexpectedCharacter { .. } => vec!["Put a text that starts with this character in quotes."],
        ErrorKind::UnknownQuotedScalarEscape => vec!["Write `\\\\` for a backslash, or use single quotes."],
        ErrorKind::InvalidTrailingDoubleQuotedScalar => vec!["Write `\\\"` for a quote inside double quotes."],
        ErrorKind::InvalidTrailingSingleQuotedScalar => vec!["Write `''` for a quote inside single quotes."],
        ErrorKind::UnknownAnchor => vec!["Put a text that starts with `*` in quotes."],
        _ => Vec::new(),
    }
}
