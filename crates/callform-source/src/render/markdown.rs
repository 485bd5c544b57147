//! For comments on pull requests.

use super::place::{Counts, Excerpt, omission, severity_word};
use crate::{Annotation, Diagnostic, Diagnostics, SourceMap};

/// Markdown, for a comment on a pull request. Empty where there is nothing to tell.
pub fn markdown(diagnostics: &Diagnostics, sources: &SourceMap) -> String {
    let counts = Counts::of(diagnostics).describe();
    if counts.is_empty() {
        return String::new();
    }
    let mut text = format!("**Found {counts}**\n");
    let shown = diagnostics.shown();
    for diagnostic in shown.list {
        text.push('\n');
        text.push_str(&item(diagnostic, sources));
    }
    for ((severity, code), count) in shown.omitted {
        text.extend(["\n- and ", &escape(&omission(severity, code, count)), "\n"]);
    }
    text
}

fn item(diagnostic: &Diagnostic, sources: &SourceMap) -> String {
    let mut text =
        format!("- **{}** `{}`: {}\n", severity_word(diagnostic.severity), diagnostic.code, escape(&diagnostic.title));
    if let Some(at) = &diagnostic.primary {
        let place = code_span(&sources.location(at.span).to_string());
        text.extend(["\n  ", &place, "\n\n", &block(at, sources)]);
    }
    let mut remarks = Vec::new();
    for at in &diagnostic.secondary {
        let place = code_span(&sources.location(at.span).to_string());
        remarks.push(if at.label.is_empty() { place } else { format!("{place}: {}", escape(&at.label)) });
    }
    remarks.extend(diagnostic.notes.iter().map(|note| escape(note)));
    remarks.extend(diagnostic.help.iter().map(|help| format!("**Help:** {}", escape(help))));
    for remark in remarks {
        text.extend(["\n  ", &remark, "\n"]);
    }
    text
}

/// The line with the place marked under it.
fn block(at: &Annotation, sources: &SourceMap) -> String {
    let excerpt = Excerpt::of(sources, at.span);
    let line: String = excerpt.text.chars().map(|one| if one == '\t' { ' ' } else { one }).collect();
    let before = excerpt.text.get(..excerpt.marked.start).unwrap_or_default().chars().count();
    let marked = excerpt.text.get(excerpt.marked.clone()).unwrap_or_default().chars().count().max(1);
    let fence = fence(&line);
    let label = if at.label.is_empty() { String::new() } else { format!(" {}", one_line(&at.label)) };
    format!("  {fence}text\n  {line}\n  {}{}{label}\n  {fence}\n", " ".repeat(before), "^".repeat(marked))
}

/// A fence longer than any run of backticks in the text.
fn fence(text: &str) -> String {
    "`".repeat(longest_run(text).max(2) + 1)
}

fn code_span(text: &str) -> String {
    let quote = "`".repeat(longest_run(text) + 1);
    // A space inside keeps backticks at either end apart; Markdown removes it.
    let space = if text.contains('`') { " " } else { "" };
    format!("{quote}{space}{}{space}{quote}", one_line(text))
}

fn longest_run(text: &str) -> usize {
    text.split(|one| one != '`').map(str::len).max().unwrap_or_default()
}

fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}

/// Text whose only markup is code in backticks; everything else Markdown or HTML would read is escaped.
fn escape(text: &str) -> String {
    let code_is_closed = text.matches('`').count().is_multiple_of(2);
    let mut in_code = false;
    let mut escaped = String::with_capacity(text.len());
    for one in one_line(text).chars() {
        match one {
            '`' if code_is_closed => {
                in_code = !in_code;
                escaped.push('`');
            }
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~' | '&' if !in_code => {
                escaped.push('\\');
                escaped.push(one);
            }
            // A name after it would be notified.
            '@' if !in_code => escaped.push_str("&#64;"),
            _ => escaped.push(one),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::{code_span, escape, fence};

    #[test]
    fn only_code_is_markup() {
        assert_eq!(escape("unknown key `a_b<c>`"), "unknown key `a_b<c>`");
        assert_eq!(escape("a_b <img> @team\nnext"), r"a\_b \<img\> &#64;team next");
        assert_eq!(escape("one ` only"), r"one \` only");
    }

    #[test]
    fn code_may_contain_backticks() {
        assert_eq!(code_span("a`b"), "`` a`b ``");
        assert_eq!(fence("x ``` y"), "````");
    }
}
