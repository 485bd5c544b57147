//! How far it is from a block to the next thing that nobody walked.

use std::collections::VecDeque;

use crate::center::Center;
use crate::event::{BlockId, FlowId};
use crate::program::{Op, Target};

/// Farther than anything is.
const FAR: u32 = 1_000;

/// Which block leads to which, backward.
pub(super) struct Distances {
    first: Vec<usize>,
    back: Vec<Vec<usize>>,
    far: Vec<u32>,
}

impl Distances {
    pub(super) fn new(center: &Center) -> Self {
        let mut first = Vec::new();
        let mut count = 0;
        for (_, program) in center.flows() {
            first.push(count);
            count += program.blocks.len();
        }
        let mut distances = Self { first, back: vec![Vec::new(); count], far: vec![0; count] };
        for (flow, program) in center.flows() {
            for (block, read) in program.blocks.iter().enumerate() {
                let at = BlockId { flow, block };
                for target in read.ways.iter().filter_map(|way| way.target) {
                    distances.join(at, BlockId { flow, block: target });
                }
                for led_to in flows_of(&read.op) {
                    if let Some(start) = center.flow(led_to).start {
                        distances.join(at, BlockId { flow: led_to, block: start });
                    }
                }
            }
        }
        distances
    }

    fn join(&mut self, from: BlockId, to: BlockId) {
        let (from, to) = (self.index(from), self.index(to));
        self.back[to].push(from);
    }

    fn index(&self, at: BlockId) -> usize {
        self.first[at.flow.0] + at.block
    }

    /// Measures anew, from the blocks at which something is left to walk.
    pub(super) fn measure(&mut self, open: impl Iterator<Item = BlockId>) {
        self.far.fill(FAR);
        let mut waiting: VecDeque<usize> = open.map(|at| self.index(at)).collect();
        for at in &waiting {
            self.far[*at] = 0;
        }
        while let Some(at) = waiting.pop_front() {
            for before in &self.back[at] {
                if self.far[*before] == FAR {
                    self.far[*before] = self.far[at] + 1;
                    waiting.push_back(*before);
                }
            }
        }
    }

    pub(super) fn from(&self, at: BlockId) -> u32 {
        self.far[self.index(at)]
    }
}

/// Flows that a block leads to.
fn flows_of(op: &Op) -> Vec<FlowId> {
    let fixed = |target: &Target| target.fixed.map(FlowId);
    match op {
        Op::TransferToFlow(target) | Op::Module(target) => fixed(target).into_iter().collect(),
        Op::Callback(callback) => callback.flow.as_ref().and_then(fixed).into_iter().collect(),
        _ => Vec::new(),
    }
}
