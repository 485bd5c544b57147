//! Pictures of what was walked: by calls, by tests, by anything that knows which ways contacts took.

use super::tint::Tint;
use super::{Caption, Marks, Picture, Placing};
use crate::Flow;
use crate::layout::{Graph, Layout, Taken, known_positions};
use crate::wording::DisplayNames;

/// What was walked of a flow.
pub struct Walks<'a> {
    /// Whether the block was walked, by its place among the flow's actions.
    pub block: &'a dyn Fn(usize) -> bool,
    /// Whether the way out of the block was walked that this takes; `None` where no contact can take it.
    pub way: &'a dyn Fn(usize, Taken<'_>) -> Option<bool>,
}

impl Picture {
    /// The picture of a flow with what was walked of it. What nothing leads to is not marked. `about` is said under the
    /// title.
    pub fn of_walked(flow: &Flow, caption: Caption<'_>, placing: Placing, about: &str, walks: &Walks<'_>) -> Self {
        let graph = Graph::new(flow);
        let known = match placing {
            Placing::Columns => std::collections::BTreeMap::new(),
            Placing::Editor => known_positions(flow),
        };
        let layout = if known.is_empty() { Layout::of(&graph) } else { Layout::keeping(&graph, &known) };
        let mut marks = Marks::default();
        for (index, node) in graph.nodes.iter().enumerate().filter(|(index, _)| layout.reachable[*index]) {
            let mut all = Tally::default();
            for (place, outlet) in node.outlets.iter().enumerate() {
                let mut tally = Tally::default();
                for walked in outlet.taken.iter().filter_map(|taken| (walks.way)(index, *taken)) {
                    tally.add(walked);
                    all.add(walked);
                }
                marks.ways.insert((index, place), tally.tint());
            }
            let tint = match ((walks.block)(index), all.tint()) {
                (false, _) => Tint::NotWalked,
                (true, Tint::PartlyWalked | Tint::NotWalked) => Tint::PartlyWalked,
                (true, _) => Tint::Walked,
            };
            marks.blocks.insert(index, (tint, Vec::new()));
        }
        Self::draw(&graph, &layout, caption, about, &DisplayNames::of(flow), &marks)
    }
}

/// How many were walked, and how many were not.
#[derive(Default)]
struct Tally {
    walked: usize,
    not: usize,
}

impl Tally {
    fn add(&mut self, walked: bool) {
        *if walked { &mut self.walked } else { &mut self.not } += 1;
    }

    fn tint(&self) -> Tint {
        match (self.walked, self.not) {
            (0, 0) => Tint::Plain,
            (_, 0) => Tint::Walked,
            (0, _) => Tint::NotWalked,
            _ => Tint::PartlyWalked,
        }
    }
}
