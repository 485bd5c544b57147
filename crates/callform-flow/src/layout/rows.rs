//! How far down everything stands: straight ways first, and nothing on top of another.

use std::collections::BTreeMap;

use super::layers::Layers;
use super::order::Ordered;
use super::{COLUMN, Graph, INLET, LEFT, Layout, Position, Route, TOP};

/// Between a block and the next below it.
pub(super) const BLOCK_GAP: i64 = 44;
/// Between lines, and between a line and a block.
const LINE_GAP: i64 = 16;

/// Vertices in one straight line, columns one after another.
struct Chains {
    /// The chain of each vertex.
    of: Vec<usize>,
    count: usize,
}

pub(super) fn assign(graph: &Graph<'_>, layers: &Layers, ordered: &Ordered) -> Layout {
    let chains = align(ordered);
    let levels = settle(graph, ordered, &chains);
    let level = |vertex: usize| levels[chains.of[vertex]];
    let left_of = |column: usize| LEFT + COLUMN * i64::try_from(column).unwrap_or_default();
    let positions = (0..graph.nodes.len())
        .map(|node| Position { x: left_of(layers.column[node]), y: level(node) - INLET })
        .collect();
    let mut routes = BTreeMap::new();
    for ((from, to), passed) in &ordered.lines {
        let passes = passed
            .iter()
            .map(|vertex| Position { x: left_of(ordered.vertices[*vertex].column), y: level(*vertex) })
            .collect();
        routes.insert((*from, *to), Route { passes, backward: layers.column[*to] <= layers.column[*from] });
    }
    let reachable = layers.part.iter().map(|part| *part < 2).collect();
    Layout { positions, routes, reading: layers.rank.clone(), reachable }
}

/// Puts each vertex in line with the middle one of those that lead to it, where no other line would be crossed.
fn align(ordered: &Ordered) -> Chains {
    let places = ordered.places();
    let mut of = vec![usize::MAX; ordered.vertices.len()];
    let mut is_continued = vec![false; ordered.vertices.len()];
    let mut count = 0;
    for column in &ordered.columns {
        let mut free_from = 0;
        for vertex in column.iter().copied() {
            let mut left: Vec<usize> = ordered.vertices[vertex].left.iter().map(|(other, _)| *other).collect();
            left.sort_by_key(|other| places[*other]);
            let upper = left.len().saturating_sub(1) / 2;
            let middle = [upper, left.len() / 2].into_iter().filter_map(|place| left.get(place).copied());
            let chosen = middle.into_iter().find(|other| !is_continued[*other] && places[*other] >= free_from);
            if let Some(other) = chosen {
                is_continued[other] = true;
                free_from = places[other] + 1;
                of[vertex] = of[other];
            } else {
                of[vertex] = count;
                count += 1;
            }
        }
    }
    Chains { of, count }
}

/// The height of each chain: as far up as what stands above it allows.
fn settle(graph: &Graph<'_>, ordered: &Ordered, chains: &Chains) -> Vec<i64> {
    let mut below: Vec<Vec<(usize, i64)>> = vec![Vec::new(); chains.count];
    let mut above: Vec<usize> = vec![0; chains.count];
    for column in &ordered.columns {
        for pair in column.windows(2) {
            let (upper, lower) = (pair[0], pair[1]);
            let distance = distance(graph, ordered.vertices[upper].node, ordered.vertices[lower].node);
            below[chains.of[upper]].push((chains.of[lower], distance));
            above[chains.of[lower]] += 1;
        }
    }
    let mut levels = vec![TOP + INLET; chains.count];
    let mut ready: Vec<usize> = (0..chains.count).filter(|chain| above[*chain] == 0).collect();
    while let Some(chain) = ready.pop() {
        for (other, distance) in &below[chain] {
            levels[*other] = levels[*other].max(levels[chain] + distance);
            above[*other] -= 1;
            if above[*other] == 0 {
                ready.push(*other);
            }
        }
    }
    levels
}

/// From the level of one vertex to that of the next below it.
fn distance(graph: &Graph<'_>, upper: Option<usize>, lower: Option<usize>) -> i64 {
    let height = |node: usize| graph.nodes[node].height;
    match (upper, lower) {
        (Some(upper), Some(_)) => height(upper) + BLOCK_GAP,
        (Some(upper), None) => height(upper) - INLET + LINE_GAP,
        (None, Some(_)) => LINE_GAP + INLET,
        (None, None) => LINE_GAP,
    }
}
