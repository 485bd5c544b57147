//! Blocks in a row without a choice, as one.

use std::collections::BTreeMap;

use super::walk::{Node, Outcome, Walk, Way};

/// Blocks that a caller goes through one after the other.
#[derive(Clone, Debug)]
pub(super) struct Chain {
    /// The blocks, by their place in the walk.
    pub(super) nodes: Vec<usize>,
    /// Where it goes on.
    pub(super) ways: Vec<ChainWay>,
}

/// A way out of a chain.
#[derive(Clone, Debug)]
pub(super) struct ChainWay {
    /// The block it leaves.
    pub(super) from: usize,
    pub(super) taken: Vec<Outcome>,
    /// The chain it leads to; none where there is no such block.
    pub(super) to: Option<usize>,
    pub(super) is_quiet: bool,
}

/// A question that is asked again, by the block that asks: how often in all.
pub(super) type Asked = BTreeMap<usize, u64>;

/// Counters that only send a caller back to the question before them become a number of times. The way to the counter
/// leads where the counter leads in the end.
pub(super) fn fold_counters(walk: &mut Walk) -> Asked {
    let mut asked = Asked::new();
    for counter in walk.reached() {
        let Some((question, done, times)) = counter_of(walk, counter) else { continue };
        let sources = walk.nodes.iter().enumerate().filter(|(_, node)| leads_to(node, counter));
        if sources.map(|(source, _)| source).any(|source| source != question) {
            continue;
        }
        for way in &mut walk.nodes[question].ways {
            if way.to == Some(counter) {
                way.to = done;
            }
        }
        asked.insert(question, times + 1);
    }
    asked
}

/// The block a counter goes back to, the block it goes on to, and how often it goes back.
fn counter_of(walk: &Walk, counter: usize) -> Option<(usize, Option<usize>, u64)> {
    let node = walk.nodes.get(counter).filter(|node| node.action.action_type == "Loop")?;
    let times = node.action.parameters.get("LoopCount")?.as_str()?.parse().ok()?;
    let way = |operand: &str| {
        let takes = |outcome: &Outcome| matches!(outcome, Outcome::If(_, word) if word == operand);
        node.ways.iter().find(|way| way.taken.iter().any(takes))
    };
    let question = way("ContinueLooping")?.to?;
    let asks = walk.nodes.get(question)?.action.action_type == "GetParticipantInput";
    asks.then_some((question, way("DoneLooping")?.to, times))
}

fn leads_to(node: &Node, target: usize) -> bool {
    node.ways.iter().any(|way| way.to == Some(target))
}

/// All chains of a walk, that of its start first. `stands_alone` says which blocks are a chain of their own.
pub(super) fn chains(walk: &Walk, stands_alone: impl Fn(usize) -> bool) -> Vec<Chain> {
    let reached = walk.reached();
    let heads = heads(walk, &reached, &stands_alone);
    let first: Vec<usize> = reached.iter().copied().filter(|node| heads[*node]).collect();
    let rows: Vec<Vec<usize>> = first.iter().map(|head| row(walk, &heads, *head)).collect();
    let mut chain_of: BTreeMap<usize, usize> = BTreeMap::new();
    for (chain, row) in rows.iter().enumerate() {
        chain_of.extend(row.iter().map(|node| (*node, chain)));
    }
    rows.into_iter()
        .enumerate()
        .map(|(chain, nodes)| Chain { ways: ways(walk, chain, &nodes, &chain_of), nodes })
        .collect()
}

fn usual(walk: &Walk, node: usize) -> impl Iterator<Item = &Way> {
    walk.nodes[node].ways.iter().filter(|way| !way.is_quiet)
}

/// The one block a block goes on to where nothing failed; none where there is a choice.
fn only_next(walk: &Walk, node: usize) -> Option<usize> {
    let mut usual = usual(walk, node);
    let next = usual.next()?.to?;
    usual.next().is_none().then_some(next)
}

/// Which blocks begin a chain.
fn heads(walk: &Walk, reached: &[usize], stands_alone: &impl Fn(usize) -> bool) -> Vec<bool> {
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); walk.nodes.len()];
    for node in reached {
        usual(walk, *node).filter_map(|way| way.to).for_each(|to| before[to].push(*node));
    }
    let mut heads: Vec<bool> = (0..walk.nodes.len())
        .map(|node| {
            let [previous] = before[node].as_slice() else { return true };
            walk.start == Some(node)
                || stands_alone(node)
                || stands_alone(*previous)
                || only_next(walk, *previous) != Some(node)
        })
        .collect();
    // An error that leads into the middle of a chain cuts it, unless it comes from further up in the same chain: the
    // caller goes on with less.
    loop {
        let mut place: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
        for head in reached.iter().copied().filter(|node| heads[*node]) {
            let row = row(walk, &heads, head);
            place.extend(row.into_iter().enumerate().map(|(at, node)| (node, (head, at))));
        }
        let is_before = |from: usize, to: usize| match (place.get(&from), place.get(&to)) {
            (Some((one, before)), Some((other, after))) => one == other && before < after,
            _ => false,
        };
        let into: Vec<usize> = reached
            .iter()
            .flat_map(|from| walk.nodes[*from].ways.iter().map(move |way| (*from, way)))
            .filter(|(_, way)| way.is_quiet)
            .filter_map(|(from, way)| way.to.filter(|to| !heads[*to] && !is_before(from, *to)))
            .collect();
        if into.is_empty() {
            return heads;
        }
        for node in into {
            heads[node] = true;
        }
    }
}

fn row(walk: &Walk, heads: &[bool], head: usize) -> Vec<usize> {
    let mut row = vec![head];
    let mut last = head;
    while let Some(next) = only_next(walk, last).filter(|next| !heads[*next]) {
        row.push(next);
        last = next;
    }
    row
}

fn ways(walk: &Walk, chain: usize, nodes: &[usize], chain_of: &BTreeMap<usize, usize>) -> Vec<ChainWay> {
    let last = nodes.last().copied();
    let all = nodes.iter().flat_map(|node| walk.nodes[*node].ways.iter().map(move |way| (*node, way)));
    let leaving = all.filter(|(node, way)| way.is_quiet || Some(*node) == last);
    let mut ways: Vec<ChainWay> = Vec::new();
    for (from, way) in leaving {
        let to = way.to.and_then(|to| chain_of.get(&to).copied());
        if way.is_quiet && to == Some(chain) {
            continue;
        }
        match ways.iter_mut().find(|known| known.to == to && to.is_some()) {
            Some(known) if known.is_quiet == way.is_quiet && known.from == from => {
                known.taken.extend(way.taken.iter().cloned());
            }
            Some(known) => {
                // What always leads here says nothing of errors that do too.
                if known.is_quiet && !way.is_quiet {
                    known.taken.clone_from(&way.taken);
                    known.from = from;
                    known.is_quiet = false;
                }
            }
            None => ways.push(ChainWay { from, taken: way.taken.clone(), to, is_quiet: way.is_quiet }),
        }
    }
    ways.sort_by_key(|way| way.is_quiet);
    ways
}
