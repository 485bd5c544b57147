//! Reads YAML into a tree whose every node knows where it stands.
//!
//! A file holds one document. Plain scalars are resolved by the core schema of YAML 1.2: `09:00`, `yes` and `15s` are
//! strings. Limits keep hostile or accidental giants from taking the machine down; see [`Limits`].

mod node;
mod text;
mod scalar;
mod builder;
mod duplicates;
mod merge_keys;
mod syntax;
#[cfg(test)]
mod tests;

pub use node::{Entry, Node, NodeValue, merge};
pub use text::{check_size, decode};

use crate::{Diagnostic, Diagnostics, FileId, SourceMap, Span};

/// True for text that would be a number without its quotes.
pub fn looks_like_number(text: &str) -> bool {
    scalar::number(text).is_some()
}

/// How much input is accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one file.
    pub bytes: u64,
    /// Lists and mappings inside one another.
    pub depth: usize,
    /// Nodes of one file: scalars, lists and mappings, keys not counted.
    pub nodes: usize,
    /// Nodes that aliases may add; every 64 bytes of text count as one more.
    pub alias_nodes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 32 << 20, depth: 64, nodes: 5_000_000, alias_nodes: 250_000 }
    }
}

/// Reads one file of the source map.
///
/// `None` after an error that leaves no usable tree. Duplicate keys and unknown tags are reported too, but still
/// give a tree, so that further checks can report theirs in the same run: ask [`Diagnostics::has_errors`]. An empty
/// file is a `Null` node.
pub fn parse(sources: &SourceMap, file: FileId, limits: &Limits, diagnostics: &mut Diagnostics) -> Option<Node> {
    let source = sources.file(file);
    let text = source.text();
    if let Err(diagnostic) = check_size(source.path(), text.len() as u64, limits) {
        diagnostics.push(diagnostic.at(Span::whole_file(file), ""));
        return None;
    }
    if let Some((offset, character)) = text::find_control_character(text) {
        diagnostics.push(control_character(file, offset, character));
        return None;
    }
    builder::build(text, file, limits, diagnostics)
}

fn control_character(file: FileId, offset: usize, character: char) -> Diagnostic {
    let start = u32::try_from(offset).unwrap_or(u32::MAX);
    let end = u32::try_from(offset + character.len_utf8()).unwrap_or(u32::MAX);
    Diagnostic::error("not-text", "the file has a control character")
        .at(Span::new(file, start, end), format!("U+{:04X}", u32::from(character)))
        .help("Remove it, or write it as an escape in double quotes. A binary file cannot be read.")
}
