//! Which blocks and which ways out of them contacts have walked.
//!
//! ```text
//! events ─add→ Coverage ─merge→ Coverage ─of→ FlowCoverage: numbers, and what nobody walked, in words
//! ```
//!
//! What counts:
//!
//! - Every way of [`Block::ways`](crate::program::Block::ways) of a block that can be reached, one whose target is
//!   missing, too: it is a way that a contact can take.
//! - Every block that can be reached from the start of its flow over those ways. It was walked when a contact left it,
//!   spoke at it, asked somebody else at it or ended at it; a block that a contact only waits at was not.
//! - Blocks that nothing leads to do not count. They are listed apart.

pub mod html;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::center::Center;
use crate::event::{BlockId, End, Event, FlowId, What};
use crate::program::Program;

/// What contacts have walked. The order in which events come, and how often, makes no difference.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    blocks: BTreeSet<BlockId>,
    ways: BTreeSet<(BlockId, usize)>,
}

/// So many of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// Those that were walked.
    pub walked: usize,
    /// All.
    pub all: usize,
}

/// What contacts have walked of a flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowCoverage {
    /// The flow.
    pub flow: FlowId,
    /// Blocks that can be reached.
    pub blocks: Share,
    /// Ways out of them.
    pub ways: Share,
    /// What nobody walked, block by block.
    pub unwalked: Vec<Unwalked>,
    /// Blocks that nothing leads to; they do not count.
    pub unreachable: Vec<BlockId>,
}

/// Something that nobody walked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unwalked {
    /// The block.
    pub block: BlockId,
    /// The way out of it; `None` for the block itself, before its ways.
    pub way: Option<usize>,
    /// What takes the way, in words; nothing for a block.
    pub words: String,
}

impl Share {
    /// Whole percent, rounded down: 100 only where nothing is missing, and where there is nothing.
    pub fn percent(self) -> usize {
        (self.walked * 100).checked_div(self.all).unwrap_or(100)
    }

    fn and(self, other: Self) -> Self {
        Self { walked: self.walked + other.walked, all: self.all + other.all }
    }
}

impl std::fmt::Display for Share {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} of {} ({} %)", self.walked, self.all, self.percent())
    }
}

impl Coverage {
    /// What events have walked.
    pub fn of_events(events: &[Event]) -> Self {
        let mut coverage = Self::default();
        coverage.add(events);
        coverage
    }

    /// Adds events.
    pub fn add(&mut self, events: &[Event]) {
        for event in events {
            match &event.what {
                What::Left(at, way) => {
                    self.blocks.insert(*at);
                    self.ways.extend(way.map(|way| (*at, way)));
                }
                What::Said { by, .. } | What::Lambda { by, .. } | What::Service { by, .. } => {
                    self.blocks.insert(*by);
                }
                What::Ended(end) => self.blocks.extend(place(end)),
                _ => {}
            }
        }
    }

    /// Adds what others have walked.
    pub fn merge(&mut self, other: &Self) {
        self.blocks.extend(&other.blocks);
        self.ways.extend(&other.ways);
    }

    /// Whether a block was walked.
    pub fn has_block(&self, block: BlockId) -> bool {
        self.blocks.contains(&block)
    }

    /// Whether a way was walked.
    pub fn has_way(&self, block: BlockId, way: usize) -> bool {
        self.ways.contains(&(block, way))
    }

    /// Every way that was walked.
    pub fn ways(&self) -> impl Iterator<Item = (BlockId, usize)> {
        self.ways.iter().copied()
    }

    /// What was walked of a flow.
    pub fn of(&self, center: &Center, flow: FlowId) -> FlowCoverage {
        let program = center.flow(flow);
        let reachable = reachable(program);
        let mut coverage = FlowCoverage {
            flow,
            blocks: Share::default(),
            ways: Share::default(),
            unwalked: Vec::new(),
            unreachable: Vec::new(),
        };
        for (index, block) in program.blocks.iter().enumerate() {
            let at = BlockId { flow, block: index };
            if !reachable.contains(&index) {
                coverage.unreachable.push(at);
                continue;
            }
            coverage.blocks.all += 1;
            if self.has_block(at) {
                coverage.blocks.walked += 1;
            } else {
                coverage.unwalked.push(Unwalked { block: at, way: None, words: String::new() });
            }
            coverage.ways.all += block.ways.len();
            for way in 0..block.ways.len() {
                if self.has_way(at, way) {
                    coverage.ways.walked += 1;
                } else {
                    coverage.unwalked.push(Unwalked { block: at, way: Some(way), words: program.words(index, way) });
                }
            }
        }
        coverage
    }

    /// What was walked of each flow.
    pub fn flows(&self, center: &Center) -> Vec<FlowCoverage> {
        center.flows().map(|(flow, _)| self.of(center, flow)).collect()
    }
}

/// Blocks and ways of several flows together.
pub fn total(flows: &[FlowCoverage]) -> (Share, Share) {
    flows.iter().fold((Share::default(), Share::default()), |(blocks, ways), flow| {
        (blocks.and(flow.blocks), ways.and(flow.ways))
    })
}

/// The blocks that can be reached from the start of a flow.
pub fn reachable(program: &Program) -> BTreeSet<usize> {
    let mut found: BTreeSet<usize> = program.start.into_iter().collect();
    let mut waiting: Vec<usize> = found.iter().copied().collect();
    while let Some(at) = waiting.pop() {
        for target in program.blocks[at].ways.iter().filter_map(|way| way.target) {
            if found.insert(target) {
                waiting.push(target);
            }
        }
    }
    found
}

/// The block at which a contact ended.
pub(crate) fn place(end: &End) -> Option<BlockId> {
    match end {
        End::Disconnected(at)
        | End::RanOff(at)
        | End::HandedOver { at, .. }
        | End::LeftTo { at, .. }
        | End::Unhandled { at, .. }
        | End::UnknownType { at, .. } => Some(*at),
        End::Endless(circle) => circle.first().copied(),
        End::CustomerLeft | End::AgentLeft | End::NotReached | End::Finished => None,
    }
}
