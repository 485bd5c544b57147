//! Pictures of flows: SVG for people, Mermaid for pages that draw themselves.
//!
//! ```text
//! Flow ─────────────────→ Picture ─svg→ a drawing that needs nothing else
//! two flows ─compare→ ──→    └─────mermaid→ text for a code block
//! Flow + what was walked ─┘
//! ```

mod compared;
mod mermaid;
mod svg;
mod text;
mod tint;
mod walked;
#[cfg(test)]
mod tests;

pub use compared::compared;
pub use mermaid::{mermaid, mermaid_of_changes};
pub use svg::svg;
pub use walked::Walks;

/// What other pictures in the style of these are made of.
pub mod parts {
    pub use super::mermaid::{escaped as mermaid_text, plain as mermaid_line};
    pub use super::svg::{FONT, color, curve};
    pub use super::text::{fit, width, wrap, xml};
}

use std::collections::BTreeMap;

use crate::layout::{Graph, Layout, Position, Route, known_positions};
use crate::wording::{self, DisplayNames, Kind};
use crate::{Action, Flow, FlowType};
use tint::Tint;

/// A flow, ready to be drawn.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Name of the flow.
    title: String,
    /// What else there is to say about it.
    subtitle: String,
    blocks: Vec<Block>,
    start: Option<usize>,
}

/// A block as it is drawn.
#[derive(Clone, Debug)]
struct Block {
    /// Place in reading order, from 1: what it is called where no line leads.
    number: usize,
    identifier: String,
    kind: Kind,
    title: String,
    summary: String,
    ways: Vec<Way>,
    position: Position,
    height: i64,
    is_reachable: bool,
    tint: Tint,
    /// What changed, in words.
    notes: Vec<String>,
}

/// A way out of a block.
#[derive(Clone, Debug)]
struct Way {
    label: String,
    /// Below the top of the block.
    offset: i64,
    end: End,
    is_quiet: bool,
    tint: Tint,
}

/// Where a way leads.
#[derive(Clone, Debug)]
enum End {
    /// To a block, along a line.
    Line(usize, Route),
    /// To a block too far away for a line.
    Far(usize),
    /// To an identifier that no block has.
    Missing(String),
}

impl End {
    /// The block it leads to.
    fn target(&self) -> Option<usize> {
        match self {
            End::Line(target, _) | End::Far(target) => Some(*target),
            End::Missing(_) => None,
        }
    }
}

/// What a picture says beside the blocks.
#[derive(Clone, Copy, Debug)]
pub struct Caption<'a> {
    /// Name of the flow.
    pub name: &'a str,
    /// Type of the flow, where it is known.
    pub flow_type: Option<FlowType>,
}

/// Where blocks stand in a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placing {
    /// In columns by their way from the start.
    Columns,
    /// Where the Connect editor has them; in columns where it has none.
    Editor,
}

/// What there is to mark about the blocks and ways of a graph.
#[derive(Debug, Default)]
struct Marks {
    blocks: BTreeMap<usize, (Tint, Vec<String>)>,
    /// By block and outlet.
    ways: BTreeMap<(usize, usize), Tint>,
}

/// Title and summary of a block: its name where a person gave it one, else what it is.
fn words(action: &Action, names: &DisplayNames) -> (String, String) {
    let (title, summary) = (wording::title(action), wording::summary(action, names));
    let word = wording::word(&action.action_type, wording::stores_input(action));
    match names.chosen(&action.identifier, &format!("{word} {title} {summary}")) {
        Some(name) if summary.is_empty() => (name.to_owned(), title),
        Some(name) => (name.to_owned(), format!("{title} · {summary}")),
        None => (title, summary),
    }
}

impl Picture {
    /// How many titles there are, and how many of them are cut.
    pub fn cut_titles(&self) -> (usize, usize) {
        let is_cut = |block: &&Block| svg::is_title_cut(block);
        (self.blocks.len(), self.blocks.iter().filter(is_cut).count())
    }

    /// The number of a block in the picture, by its place among the flow's actions.
    pub fn number(&self, block: usize) -> Option<usize> {
        self.blocks.get(block).map(|block| block.number)
    }

    /// The picture of a flow.
    pub fn of(flow: &Flow, caption: Caption<'_>, placing: Placing) -> Self {
        let graph = Graph::new(flow);
        let known = match placing {
            Placing::Columns => BTreeMap::new(),
            Placing::Editor => known_positions(flow),
        };
        let layout = if known.is_empty() { Layout::wrapped(&graph) } else { Layout::keeping(&graph, &known) };
        let blocks =
            if flow.actions.len() == 1 { "1 block".to_owned() } else { format!("{} blocks", flow.actions.len()) };
        Self::draw(&graph, &layout, caption, &blocks, &DisplayNames::of(flow), &Marks::default())
    }

    fn draw(
        graph: &Graph<'_>,
        layout: &Layout,
        caption: Caption<'_>,
        about: &str,
        names: &DisplayNames,
        marks: &Marks,
    ) -> Self {
        let blocks = graph.nodes.iter().enumerate().map(|(index, node)| {
            let (tint, notes) = marks.blocks.get(&index).cloned().unwrap_or_default();
            let ways = node.outlets.iter().enumerate().map(|(place, outlet)| Way {
                label: wording::outcomes(node.action, outlet),
                offset: node.outlet_offset(place),
                end: match outlet.target {
                    None => End::Missing(outlet.identifier.to_owned()),
                    Some(target) => match layout.routes.get(&(index, target)) {
                        Some(route) => End::Line(target, route.clone()),
                        None => End::Far(target),
                    },
                },
                is_quiet: outlet.is_quiet,
                tint: marks.ways.get(&(index, place)).copied().unwrap_or_default(),
            });
            let (title, summary) = words(node.action, names);
            Block {
                number: layout.reading[index] + 1,
                identifier: node.action.identifier.clone(),
                kind: wording::kind(node.action),
                title,
                summary,
                ways: ways.collect(),
                position: layout.positions[index],
                height: node.drawn_height(),
                is_reachable: layout.reachable[index] || tint == Tint::Removed,
                tint,
                notes,
            }
        });
        let kind = caption.flow_type.map(|flow_type| match flow_type {
            FlowType::Module => "flow module · ".to_owned(),
            other => format!("{} flow · ", other.word().replace('_', " ")),
        });
        let subtitle = format!("{}{about}", kind.unwrap_or_default());
        Self { title: caption.name.to_owned(), subtitle, blocks: blocks.collect(), start: graph.start }
    }
}
