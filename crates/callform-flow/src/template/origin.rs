//! From the rendered text of a template back to where it was written.
//!
//! Handlebars does not tell which line of a template a line of its output comes from. So the template is rendered a
//! second time with a mark at the beginning of each line that leaves one behind; the marks that come out say it.

use callform_source::yaml::{Node, NodeValue};
use callform_source::{FileId, SourceMap, Span};

use super::header::Template;

/// First character of a mark; markers of references use the two characters before.
const START: char = '\u{E002}';
/// Last character of a mark.
const END: char = '\u{E003}';

/// The text of a template with a mark in each line. `None` where it has characters that marks are made of.
pub(super) fn with_marks(text: &str) -> Option<String> {
    if text.contains([START, END]) {
        return None;
    }
    let mut marked = String::new();
    let mut inside_tag = false;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        if !inside_tag && !is_tag_alone(line) {
            marked.push(START);
            marked.push_str(&number.to_string());
            marked.push(END);
        }
        marked.push_str(line);
        inside_tag = ends_inside_tag(line, inside_tag);
    }
    Some(marked)
}

/// Lines with nothing but a block tag leave no line behind, unless a mark keeps them.
fn is_tag_alone(line: &str) -> bool {
    let line = line.trim();
    line.starts_with("{{") && line.ends_with("}}") && line.matches("{{").count() == 1
}

fn ends_inside_tag(line: &str, inside: bool) -> bool {
    match (line.rfind("{{"), line.rfind("}}")) {
        (Some(opened), Some(closed)) => opened > closed,
        (Some(_), None) => true,
        (None, Some(_)) => false,
        (None, None) => inside,
    }
}

/// Which line of the template each line of the rendered text comes from.
#[derive(Debug)]
pub(super) struct Origin {
    lines: Vec<Option<usize>>,
}

impl Origin {
    /// Reads the marks in a text that was rendered with them. `None` where it is not `rendered` but for the marks.
    pub(super) fn read(marked: &str, rendered: &str) -> Option<Self> {
        let mut lines = Vec::new();
        let mut without = String::new();
        for line in marked.split_inclusive('\n') {
            let mut number = None;
            let mut rest = line;
            while let Some((before, from_mark)) = rest.split_once(START) {
                let (digits, after) = from_mark.split_once(END)?;
                number = number.or(digits.parse().ok());
                without.push_str(before);
                rest = after;
            }
            without.push_str(rest);
            lines.push(number);
        }
        (without == rendered).then_some(Self { lines })
    }

    /// Gives every node of the rendered tree its place in the template.
    pub(super) fn apply(&self, tree: &mut Node, rendered: FileId, template: &Template, sources: &SourceMap) {
        let map = Map { origin: self, sources, rendered, template };
        let mut waiting = vec![tree];
        while let Some(node) = waiting.pop() {
            node.span = map.span(node.span);
            match &mut node.value {
                NodeValue::Sequence(items) => waiting.extend(items),
                NodeValue::Mapping(entries) => {
                    for entry in entries {
                        entry.key.span = map.span(entry.key.span);
                        waiting.push(&mut entry.value);
                    }
                }
                NodeValue::Null
                | NodeValue::Bool(_)
                | NodeValue::Integer(_)
                | NodeValue::Float(_)
                | NodeValue::String(_) => {}
            }
        }
    }
}

struct Map<'a> {
    origin: &'a Origin,
    sources: &'a SourceMap,
    rendered: FileId,
    template: &'a Template,
}

impl Map<'_> {
    fn span(&self, span: Span) -> Span {
        if span.file != self.rendered {
            return span;
        }
        let Some(start) = self.offset(span.start) else { return span };
        let end = self.offset(span.end).filter(|end| end.is_exact && end.at > start.at);
        Span::new(self.template.file, start.at, end.map_or(start.line_end, |end| end.at))
    }

    /// An offset in the rendered text as one in the template.
    fn offset(&self, offset: u32) -> Option<Written> {
        let place = Span::new(self.rendered, offset, offset);
        let line = self.sources.line_range(place);
        let number = (*self.origin.lines.get(self.sources.line(place) - 1)?)?;
        let rendered = self.sources.file(self.rendered).text().get(line.clone())?;
        let before: usize = self.template.text.split_inclusive('\n').take(number).map(str::len).sum();
        let written = self.template.text.get(before..)?.lines().next()?;
        let within = (offset as usize).saturating_sub(line.start);
        let is_exact = written == rendered;
        let column = if is_exact { within } else { within.min(common(written, rendered)) };
        let start = self.template.start + before;
        Some(Written {
            at: u32::try_from(start + column.min(written.len())).ok()?,
            line_end: u32::try_from(start + written.trim_end().len()).ok()?,
            is_exact,
        })
    }
}

/// A place in a template.
struct Written {
    at: u32,
    /// The end of its line.
    line_end: u32,
    /// False in lines where something was put in: then it is the beginning of that.
    is_exact: bool,
}

/// How many bytes two lines have in common at their beginning, in whole characters.
fn common(left: &str, right: &str) -> usize {
    let pairs = left.chars().zip(right.chars());
    pairs.take_while(|(left, right)| left == right).map(|(character, _)| character.len_utf8()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_say_which_line_a_line_comes_from() {
        let marked = "\u{E002}0\u{E003}a\n\u{E002}2\u{E003}\u{E002}2\u{E003}b\nc";
        assert_eq!(Origin::read(marked, "a\nb\nc").map(|origin| origin.lines), Some(vec![Some(0), Some(2), None]));
        assert!(Origin::read(marked, "a\nb\nd").is_none());
        assert!(Origin::read("\u{E002}0", "").is_none());
    }

    #[test]
    fn lines_of_tags_have_no_mark() {
        let marked = with_marks("a\n  {{#if x}}\n- {{value x}}\n{{value\n  y}}\n").unwrap();
        let shown = marked.replace(START, "<").replace(END, ">");
        assert_eq!(shown, "<0>a\n  {{#if x}}\n<2>- {{value x}}\n<3>{{value\n  y}}\n");
        assert!(with_marks("\u{E002}").is_none());
    }
}
