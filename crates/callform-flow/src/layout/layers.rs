//! In which column each block stands.

use super::Graph;

/// Columns of blocks, and what follows from the way they were found.
#[derive(Debug)]
pub(super) struct Layers {
    /// Column of each block, from 0.
    pub(super) column: Vec<usize>,
    /// Part of the picture a block belongs to: 0 on the usual way, 1 where only errors lead, 2 where nothing leads.
    pub(super) part: Vec<u8>,
    /// Place of each block in reading order.
    pub(super) rank: Vec<usize>,
}

/// Each block stands one column right of the rightmost that leads to it. Errors count only where nothing else leads.
pub(super) fn layers(graph: &Graph<'_>) -> Layers {
    let count = graph.nodes.len();
    let mut search = Search {
        graph,
        layers: Layers { column: vec![0; count], part: vec![0; count], rank: vec![0; count] },
        state: vec![State::New; count],
        found: Vec::with_capacity(count),
        read: 0,
    };
    if let Some(start) = graph.start {
        search.region(start, 0, 0);
    }
    search.behind_errors();
    let mut is_led_to = vec![false; count];
    for node in 0..count {
        for (target, _) in graph.targets(node).filter(|(target, _)| *target != node) {
            is_led_to[target] = true;
        }
    }
    let roots = (0..count).filter(|node| !is_led_to[*node]).chain(0..count);
    for root in roots {
        if search.state[root] == State::New {
            search.region(root, 0, 2);
            search.behind_errors();
        }
    }
    search.layers
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    New,
    Open,
    Done,
}

struct Search<'a> {
    graph: &'a Graph<'a>,
    layers: Layers,
    state: Vec<State>,
    /// Blocks in reading order; grows while it is read.
    found: Vec<usize>,
    /// How many of them have been looked at for errors.
    read: usize,
}

impl Search<'_> {
    /// Blocks that only errors of found blocks lead to, and what follows them.
    fn behind_errors(&mut self) {
        while let Some(node) = self.found.get(self.read).copied() {
            self.read += 1;
            let errors: Vec<usize> =
                self.graph.targets(node).filter(|(_, is_quiet)| *is_quiet).map(|(target, _)| target).collect();
            for target in errors {
                if self.state[target] == State::New {
                    let part = self.layers.part[node].max(1);
                    self.region(target, self.layers.column[node] + 1, part);
                }
            }
        }
    }

    /// Everything new that the usual branches of a block lead to: longest ways from it, circles cut where they close.
    fn region(&mut self, root: usize, column: usize, part: u8) {
        let (finished, forward) = self.walk(root);
        self.layers.column[root] = column;
        let mut by_source: Vec<(usize, usize)> = forward;
        by_source.sort_unstable();
        for node in finished.iter().rev().copied() {
            self.layers.part[node] = part;
            let first = by_source.partition_point(|(source, _)| *source < node);
            for (_, target) in by_source[first..].iter().take_while(|(source, _)| *source == node) {
                let after = self.layers.column[node] + 1;
                self.layers.column[*target] = self.layers.column[*target].max(after);
            }
        }
    }

    /// Depth-first search along usual branches. Gives blocks in the order they are finished and the edges that do not
    /// close a circle, among the blocks found.
    fn walk(&mut self, root: usize) -> (Vec<usize>, Vec<(usize, usize)>) {
        let mut finished = Vec::new();
        let mut forward = Vec::new();
        let mut open = vec![(root, self.usual(root), 0)];
        let first = self.found.len();
        self.discover(root);
        while let Some((node, targets, next)) = open.last_mut() {
            let node = *node;
            let Some(target) = targets.get(*next).copied() else {
                self.state[node] = State::Done;
                finished.push(node);
                open.pop();
                continue;
            };
            *next += 1;
            match self.state[target] {
                State::Open => {}
                State::Done if self.layers.rank[target] < first => {}
                State::Done => forward.push((node, target)),
                State::New => {
                    forward.push((node, target));
                    self.discover(target);
                    open.push((target, self.usual(target), 0));
                }
            }
        }
        (finished, forward)
    }

    fn discover(&mut self, node: usize) {
        self.state[node] = State::Open;
        self.layers.rank[node] = self.found.len();
        self.found.push(node);
    }

    fn usual(&self, node: usize) -> Vec<usize> {
        self.graph.targets(node).filter(|(_, is_quiet)| !is_quiet).map(|(target, _)| target).collect()
    }
}
