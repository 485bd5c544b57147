//! Annotations of GitHub Actions.

use super::place::{Place, full_text, omission};
use crate::{Diagnostic, Diagnostics, Severity, SourceMap};

/// Workflow commands of GitHub Actions, one per line: they annotate the changed files of a pull request.
pub fn github(diagnostics: &Diagnostics, sources: &SourceMap) -> String {
    let shown = diagnostics.shown();
    let more = shown.omitted.into_iter().map(|((severity, code), count)| {
        format!(
            "::{} title={}::{}\n",
            level(severity),
            escape_property(code),
            escape_data(&omission(severity, code, count))
        )
    });
    shown.list.into_iter().map(|diagnostic| command(diagnostic, sources)).chain(more).collect()
}

fn command(diagnostic: &Diagnostic, sources: &SourceMap) -> String {
    let name = level(diagnostic.severity);
    let mut properties = Vec::new();
    if let Some(at) = &diagnostic.primary {
        let Place { start, end } = Place::of(sources, at.span);
        properties.push(format!("file={}", escape_property(&start.path)));
        properties.push(format!("line={}", start.line));
        properties.push(format!("endLine={}", end.line));
        // Columns are only accepted within one line.
        if start.line == end.line {
            properties.push(format!("col={}", start.column));
            properties.push(format!("endColumn={}", end.column));
        }
    }
    properties.push(format!("title={}", escape_property(diagnostic.code)));
    format!("::{name} {}::{}\n", properties.join(","), escape_data(&full_text(diagnostic)))
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    }
}

fn escape_data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn escape_property(text: &str) -> String {
    escape_data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::github;
    use crate::{Diagnostic, Diagnostics, SourceMap, Span};

    #[test]
    fn text_cannot_end_a_command_or_add_properties() {
        let mut sources = SourceMap::default();
        let file = sources.add("a,b:c%.yaml", "x: 1\n");
        let mut diagnostics = Diagnostics::default();
        diagnostics.push(Diagnostic::error("code", "100%\n::error ::x").at(Span::new(file, 0, 1), ""));
        assert_eq!(
            github(&diagnostics, &sources),
            "::error file=a%2Cb%3Ac%25.yaml,line=1,endLine=1,col=1,endColumn=2,title=code::100%25%0A::error ::x\n"
        );
    }
}
