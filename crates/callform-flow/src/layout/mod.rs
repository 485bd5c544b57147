//! Where blocks stand: in columns from left to right, in a picture and in the Connect editor alike.
//!
//! ```text
//! Flow ─outlets→ Graph ─layers→ columns ─order→ few crossings ─rows→ Layout (positions, and ways of lines)
//!                                              Graph + known positions ─keep→ Layout
//!                                              Layout ─wrap→ Layout of bands, for pictures
//! ```
//!
//! The way a contact usually takes shapes the layout: each step stands right of what leads to it, the first branch of a
//! block straight ahead and the others below. What only an error leads to stands below the rest and moves nothing.
//! Every decision follows the reading order of the flow, so that a step more moves what comes after it by one column
//! and nothing before it. Work grows with the number of blocks and lines; nothing recurses.

mod outlets;
mod layers;
mod order;
mod rows;
mod keep;
mod wrap;
mod metadata;
#[cfg(test)]
mod tests;

pub use metadata::{known_positions, lay_out};
pub use outlets::{Graph, Node, Outlet, Taken, is_expected};

use std::collections::BTreeMap;

/// Width of a block.
pub const BLOCK_WIDTH: i64 = 216;
/// From the left side of a block to that of the next.
pub const COLUMN: i64 = 300;
/// Below the top of a block, where lines come in.
pub const INLET: i64 = 18;
/// Left and upper margin; what leads into the flow stands in it.
pub(crate) const LEFT: i64 = 160;
pub(crate) const TOP: i64 = 40;

/// A place on the drawing ground, in the editor's pixels: x to the right, y down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// From the left.
    pub x: i64,
    /// From the top.
    pub y: i64,
}

/// How a line runs from a block to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Columns the line passes between the two blocks, in order: the left side of each, and the height it passes at.
    pub passes: Vec<Position>,
    /// True where it leads back to the left.
    pub backward: bool,
}

/// Where everything stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    /// Upper left corner of each block, by its place in [`Graph::nodes`].
    pub positions: Vec<Position>,
    /// The lines worth drawing, by the blocks they join. What is missing would cross the whole picture: a word says
    /// where it leads.
    pub routes: BTreeMap<(usize, usize), Route>,
    /// Place of each block in reading order, from 0.
    pub reading: Vec<usize>,
    /// False for blocks that nothing leads to, not even an error.
    pub reachable: Vec<bool>,
}

impl Layout {
    /// Lays out a flow.
    pub fn of(graph: &Graph<'_>) -> Self {
        let layers = layers::layers(graph);
        let ordered = order::order(graph, &layers);
        rows::assign(graph, &layers, &ordered)
    }

    /// The same in bands below one another where the columns do not fit beside one another: a picture of ten thousand
    /// pixels is seen by nobody. Between bands, words say where it goes on.
    pub fn wrapped(graph: &Graph<'_>) -> Self {
        wrap::wrapped(Self::of(graph), graph)
    }

    /// Lays out a flow of which some blocks have their place: those stay, new ones find a free place near what leads
    /// to them.
    pub fn keeping(graph: &Graph<'_>, known: &BTreeMap<&str, Position>) -> Self {
        keep::arrange(graph, known)
    }
}
