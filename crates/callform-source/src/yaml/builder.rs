//! From parser events to the tree. No recursion: nesting lives in a stack of frames, so depth cannot overflow.

use std::borrow::Cow;
use std::collections::BTreeMap;

use granit_parser::{Event, Parser, ScalarStyle, Tag};

use super::duplicates::without_duplicates;
use super::{Entry, Limits, Node, NodeValue, merge_keys, scalar, syntax};
use crate::{Diagnostic, Diagnostics, FileId, Span, Spanned};

pub(super) fn build(text: &str, file: FileId, limits: &Limits, diagnostics: &mut Diagnostics) -> Option<Node> {
    let mut options = granit_parser::options! {
        // The tree counts depth itself; the parser's own limits only bound its work before events arrive.
        flow_nesting_limit: limits.depth.saturating_add(1),
        block_nesting_limit: limits.depth.saturating_add(1),
    };
    options.set_emit_comments(false);
    let mut builder = Builder {
        text,
        file,
        limits,
        diagnostics,
        frames: Vec::new(),
        nodes: Vec::new(),
        entries: Vec::new(),
        anchors: BTreeMap::new(),
        node_count: 0,
        alias_cost: 0,
        documents: 0,
        root: None,
    };
    for next in Parser::new_from_str_with_options(text, options) {
        let step = match next {
            Ok((event, span)) => builder.event(event, &span),
            Err(error) => Err(builder.syntax_error(&error)),
        };
        if let Err(diagnostic) = step {
            builder.diagnostics.push(diagnostic);
            return None;
        }
    }
    Some(builder.root.unwrap_or_else(|| Node::new(Span::whole_file(file), NodeValue::Null)))
}

/// A list or mapping whose end has not been seen.
pub(super) struct Frame {
    kind: FrameKind,
    /// Offset of its first byte.
    pub(super) start: u32,
    /// Offset past its last child so far.
    end: u32,
    /// Levels below it so far.
    height: usize,
    /// The parser's id of its anchor; 0 for none.
    anchor: usize,
}

enum FrameKind {
    /// Its items are in `Builder::nodes` from this index on.
    Sequence { first: usize },
    /// Its entries are in `Builder::entries` from this index on; `key` waits for its value.
    Mapping { first: usize, key: Option<Spanned<String>> },
}

/// A finished node that aliases may repeat.
struct Anchored {
    node: Node,
    /// What one more copy costs of the alias budget.
    cost: usize,
    height: usize,
}

struct Builder<'a> {
    text: &'a str,
    file: FileId,
    limits: &'a Limits,
    diagnostics: &'a mut Diagnostics,
    frames: Vec<Frame>,
    /// Items of all open lists, one behind the other, so that each list is allocated once and in its exact size.
    nodes: Vec<Node>,
    /// Entries of all open mappings, likewise.
    entries: Vec<Entry>,
    anchors: BTreeMap<usize, Anchored>,
    node_count: usize,
    alias_cost: usize,
    documents: usize,
    root: Option<Node>,
}

impl Builder<'_> {
    fn event(&mut self, event: Event<'_>, place: &granit_parser::Span) -> Result<(), Diagnostic> {
        let span = self.span(place);
        match event {
            Event::DocumentStart(..) => self.document(span),
            Event::Scalar(text, style, anchor, tag) => self.scalar(text, style, anchor, tag.as_deref(), span),
            Event::SequenceStart(_, anchor, tag) => {
                let kind = FrameKind::Sequence { first: self.nodes.len() };
                self.open(kind, anchor, tag.as_deref(), "seq", span)
            }
            Event::MappingStart(_, anchor, tag) => {
                let kind = FrameKind::Mapping { first: self.entries.len(), key: None };
                self.open(kind, anchor, tag.as_deref(), "map", span)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            Event::Alias(id) => self.alias(id, span),
            _ => Ok(()),
        }
    }

    fn span(&self, place: &granit_parser::Span) -> Span {
        let offset = |marker: &granit_parser::Marker| {
            u32::try_from(marker.byte_offset().unwrap_or_default()).unwrap_or(u32::MAX)
        };
        let start = offset(&place.start);
        Span::new(self.file, start, offset(&place.end).max(start))
    }

    fn document(&mut self, span: Span) -> Result<(), Diagnostic> {
        self.documents += 1;
        if self.documents == 1 {
            return Ok(());
        }
        Err(Diagnostic::error("several-documents", "the file has more than one document")
            .at(span, "a second document starts here")
            .help("Split it into one file per document, or remove the `---`."))
    }

    fn count_node(&mut self, span: Span) -> Result<(), Diagnostic> {
        self.node_count += 1;
        if self.node_count <= self.limits.nodes {
            return Ok(());
        }
        Err(Diagnostic::error("file-too-large", "the file has too many values")
            .at(span, "")
            .note(format!("At most {} values, lists and mappings are read from one file.", self.limits.nodes)))
    }

    fn scalar(
        &mut self,
        mut text: Cow<'_, str>,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        mut span: Span,
    ) -> Result<(), Diagnostic> {
        let plain = style == ScalarStyle::Plain;
        // The parser's range may reach over line breaks behind the text.
        let written = self.text.get(span.start as usize..span.end as usize).unwrap_or_default();
        let length = written.trim_end().len();
        span.end = span.start + u32::try_from(length).unwrap_or_default();
        if plain && length == 0 {
            // The parser says `~` where nothing was written.
            text = Cow::Borrowed("");
        }
        if let Some(Frame { kind: FrameKind::Mapping { key: key @ None, .. }, end, .. }) = self.frames.last_mut() {
            *end = span.end.max(*end);
            if anchor != 0 {
                let node = Node::new(span, NodeValue::String(text.clone().into_owned()));
                self.anchors.insert(anchor, Anchored { node, cost: cost_of_text(&text), height: 0 });
            }
            let is_blank = |one: char| one.is_whitespace() || one == '\u{feff}' || one == '\u{200b}';
            let trimmed = text.trim_matches(is_blank);
            if plain && trimmed.len() != text.len() {
                self.diagnostics.push(odd_blank(span));
                text = Cow::Owned(trimmed.to_owned());
            }
            *key = Some(Spanned::new(text.into_owned(), span));
            return Ok(());
        }
        self.count_node(span)?;
        if plain {
            self.cut_at_hash(&text, span);
        }
        let cost = cost_of_text(&text);
        let value = self.scalar_value(text, plain, tag, span);
        let mut node = Node::new(span, value);
        if plain && matches!(node.value, NodeValue::Bool(_) | NodeValue::Integer(_) | NodeValue::Float(_)) {
            let printed = node.scalar_text();
            node.written = self
                .text
                .get(span.start as usize..span.end as usize)
                .filter(|text| printed.as_deref() != Some(*text))
                .map(Into::into);
        }
        self.remember(anchor, &node, cost, 0)?;
        self.place(node, span.end);
        Ok(())
    }

    /// `Press # for help` ends before the `#`, and nobody is told. Comments have two blanks before them, or stand behind
    /// a single word.
    fn cut_at_hash(&mut self, text: &str, span: Span) {
        let Some(rest) = self.text.get(span.end as usize..).and_then(|rest| rest.strip_prefix(" #")) else { return };
        let is_glued = rest.starts_with(|next: char| next.is_alphanumeric());
        if is_glued || text.contains(' ') {
            self.diagnostics.push(
                Diagnostic::warning("text-cut-at-hash", "a text ends before a `#`")
                    .at(Span::new(self.file, span.end + 1, span.end + 2), "from here on it is a comment")
                    .help("Put the text in quotes; or two blanks before the `#`, where a comment is meant."),
            );
        }
    }

    fn scalar_value(&mut self, text: Cow<'_, str>, plain: bool, tag: Option<&Tag>, span: Span) -> NodeValue {
        let Some(tag) = tag else {
            return if plain { scalar::resolve(text) } else { NodeValue::String(text.into_owned()) };
        };
        let resolved = scalar::resolve(Cow::Borrowed(&text));
        let value = match (tag.core_suffix(), resolved) {
            (Some("str"), _) => Some(NodeValue::String(text.to_string())),
            (Some("null"), NodeValue::Null) => Some(NodeValue::Null),
            (Some("bool"), value @ NodeValue::Bool(_)) => Some(value),
            (Some("int"), value @ NodeValue::Integer(_)) => Some(value),
            (Some("float"), value @ NodeValue::Float(_)) => Some(value),
            #[expect(clippy::cast_precision_loss, reason = "the tag asks for a floating-point number")]
            (Some("float"), NodeValue::Integer(value)) => Some(NodeValue::Float(value as f64)),
            _ => None,
        };
        value.unwrap_or_else(|| {
            self.diagnostics.push(unknown_tag(tag, span));
            NodeValue::String(text.into_owned())
        })
    }

    fn open(
        &mut self,
        kind: FrameKind,
        anchor: usize,
        tag: Option<&Tag>,
        core_tag: &str,
        span: Span,
    ) -> Result<(), Diagnostic> {
        self.count_node(span)?;
        if let Some(tag) = tag.filter(|tag| tag.core_suffix() != Some(core_tag)) {
            self.diagnostics.push(unknown_tag(tag, span));
        }
        if self.awaits_key() {
            return Err(key_not_scalar(span));
        }
        if self.frames.len() >= self.limits.depth {
            return Err(syntax::nesting_too_deep(span, self.limits.depth));
        }
        self.frames.push(Frame { kind, start: span.start, end: span.end, height: 0, anchor });
        Ok(())
    }

    fn close(&mut self, end_of_event: Span) -> Result<(), Diagnostic> {
        let Some(frame) = self.frames.pop() else { return Ok(()) };
        // A bracket belongs to the collection; the end of an indented one is reported where the next token starts.
        let bracketed = matches!(self.text.as_bytes().get(frame.start as usize), Some(b'[' | b'{'));
        let in_brackets = bracketed
            && matches!(self.text.as_bytes().get((end_of_event.end as usize).wrapping_sub(1)), Some(b']' | b'}'));
        let end = if in_brackets { end_of_event.end.max(frame.end) } else { frame.end };
        let span = Span::new(self.file, frame.start, end);
        let value = match frame.kind {
            FrameKind::Sequence { first } => {
                let mut items = Vec::with_capacity(self.nodes.len().saturating_sub(first));
                items.extend(self.nodes.drain(first..));
                NodeValue::Sequence(items)
            }
            FrameKind::Mapping { first, .. } => {
                let mut entries = Vec::with_capacity(self.entries.len().saturating_sub(first));
                entries.extend(self.entries.drain(first..));
                let entries = without_duplicates(entries, self.diagnostics);
                NodeValue::Mapping(merge_keys::merged(entries, self.diagnostics))
            }
        };
        let node = Node::new(span, value);
        let cost = if frame.anchor == 0 { 0 } else { cost_of(&node) };
        self.remember(frame.anchor, &node, cost, frame.height)?;
        if let Some(parent) = self.frames.last_mut() {
            parent.height = parent.height.max(frame.height + 1);
        }
        self.place(node, end);
        Ok(())
    }

    /// Keeps a copy of an anchored node. Copies count as nodes, so that anchors inside anchors stay affordable.
    fn remember(&mut self, anchor: usize, node: &Node, cost: usize, height: usize) -> Result<(), Diagnostic> {
        if anchor == 0 {
            return Ok(());
        }
        self.node_count = self.node_count.saturating_add(cost);
        if self.node_count > self.limits.nodes {
            return Err(self.too_many_aliases(node.span));
        }
        self.anchors.insert(anchor, Anchored { node: node.clone(), cost, height });
        Ok(())
    }

    fn alias(&mut self, id: usize, span: Span) -> Result<(), Diagnostic> {
        let Some(anchored) = self.anchors.get(&id) else {
            return Err(Diagnostic::error(syntax::CODE, "an alias repeats the value it is part of")
                .at(span, "this value would contain itself"));
        };
        if self.awaits_key() {
            let NodeValue::String(text) = &anchored.node.value else { return Err(key_not_scalar(span)) };
            let key = Spanned::new(text.clone(), span);
            self.alias_cost = self.alias_cost.saturating_add(anchored.cost);
            if let Some(Frame { kind: FrameKind::Mapping { key: waiting, .. }, .. }) = self.frames.last_mut() {
                *waiting = Some(key);
            }
        } else {
            self.alias_cost = self.alias_cost.saturating_add(anchored.cost);
            if self.alias_cost > self.limits.alias_nodes {
                return Err(self.too_many_aliases(span));
            }
            let height = anchored.height;
            if self.frames.len() + height >= self.limits.depth {
                return Err(syntax::nesting_too_deep(span, self.limits.depth));
            }
            let node = anchored.node.clone();
            if let Some(frame) = self.frames.last_mut() {
                frame.height = frame.height.max(height + 1);
            }
            self.place(node, span.end);
        }
        if self.alias_cost > self.limits.alias_nodes { Err(self.too_many_aliases(span)) } else { Ok(()) }
    }

    fn too_many_aliases(&self, span: Span) -> Diagnostic {
        Diagnostic::error("too-many-aliases", "aliases repeat too much")
            .at(span, "the limit is passed here")
            .note(format!("Aliases may add at most {} values to a file.", self.limits.alias_nodes))
            .help("Write the values out, or repeat smaller parts.")
    }

    fn awaits_key(&self) -> bool {
        matches!(self.frames.last(), Some(Frame { kind: FrameKind::Mapping { key: None, .. }, .. }))
    }

    /// Hands a finished node to the innermost open collection. `end` is where it ends in the text, which for a
    /// repeated node is not where its span ends.
    fn place(&mut self, mut node: Node, end: u32) {
        let Some(frame) = self.frames.last_mut() else {
            self.root = Some(node);
            return;
        };
        frame.end = frame.end.max(end);
        match &mut frame.kind {
            FrameKind::Sequence { .. } => self.nodes.push(node),
            FrameKind::Mapping { key, .. } => {
                if let Some(key) = key.take() {
                    if matches!(node.value, NodeValue::Null) && node.span.start == node.span.end {
                        node.span = key.span;
                    }
                    self.entries.push(Entry { key, value: node });
                }
            }
        }
    }

    fn syntax_error(&self, error: &granit_parser::ScanError) -> Diagnostic {
        let offset = error.marker().byte_offset().unwrap_or(self.text.len());
        let diagnostic =
            syntax::diagnostic(error.kind(), self.text, self.file, offset, self.frames.last(), self.limits);
        let before = self.text.get(..offset).unwrap_or_default();
        let line = self.text.get(before.rfind('\n').map_or(0, |end| end + 1)..).unwrap_or_default();
        if line.lines().next().is_some_and(|line| line.contains('\u{a0}')) {
            return diagnostic.help("The line has a no-break space, which is no blank to YAML. Write an ordinary one.");
        }
        diagnostic
    }
}

fn odd_blank(span: Span) -> Diagnostic {
    Diagnostic::error("odd-blank", "a key has a blank that is none to YAML")
        .at(span, "")
        .note("It is a no-break space or the like, as text processors and web pages have them.")
        .help("Write an ordinary blank in its place.")
}

fn cost_of_text(text: &str) -> usize {
    1 + text.len() / 64
}

fn cost_of(node: &Node) -> usize {
    match &node.value {
        NodeValue::String(text) => cost_of_text(text),
        NodeValue::Sequence(items) => 1 + items.iter().map(cost_of).sum::<usize>(),
        NodeValue::Mapping(entries) => {
            1 + entries.iter().map(|entry| cost_of_text(&entry.key.value) + cost_of(&entry.value)).sum::<usize>()
        }
        NodeValue::Null | NodeValue::Bool(_) | NodeValue::Integer(_) | NodeValue::Float(_) => 1,
    }
}

fn unknown_tag(tag: &Tag, span: Span) -> Diagnostic {
    Diagnostic::error("unknown-tag", format!("the tag `{}` does not fit here", tag.original()))
        .at(span, "")
        .help("Remove the tag. CloudFormation's short forms, such as `!Ref`, have no meaning here.")
}

fn key_not_scalar(span: Span) -> Diagnostic {
    Diagnostic::error(syntax::CODE, "a key must be a single word or text")
        .at(span, "a list or mapping cannot be a key")
        .help("Put text that starts with `{` or `[` in quotes.")
}
