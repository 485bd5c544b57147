//! Diagnostics for people and programs, one file per format. All formats list the same problems in the same order:
//! [`Diagnostics::sorted`](crate::Diagnostics::sorted).

use crate::{Diagnostics, SourceMap};

/// For a terminal: the source lines with the problem underlined, notes, help, and a line that counts. `width` is the
/// terminal's, in columns. Empty where there is nothing to tell.
pub fn human(_diagnostics: &Diagnostics, _sources: &SourceMap, _color: bool, _width: usize) -> String {
    String::new()
}

/// One JSON object with `format_version`.
pub fn json(_diagnostics: &Diagnostics, _sources: &SourceMap) -> String {
    String::new()
}

/// SARIF 2.1.0, for code scanning.
pub fn sarif(_diagnostics: &Diagnostics, _sources: &SourceMap) -> String {
    String::new()
}

/// Workflow commands of GitHub Actions, one per line.
pub fn github(_diagnostics: &Diagnostics, _sources: &SourceMap) -> String {
    String::new()
}

/// Markdown, for a comment on a pull request.
pub fn markdown(_diagnostics: &Diagnostics, _sources: &SourceMap) -> String {
    String::new()
}
