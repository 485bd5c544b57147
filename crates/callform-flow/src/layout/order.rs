//! Which block of a column stands above which, so that few lines cross.

use std::collections::BTreeMap;

use super::Graph;
use super::layers::Layers;

/// What stands in a column: a block, or a line on its way.
#[derive(Clone, Debug)]
pub(super) struct Vertex {
    /// The block; `None` for a line.
    pub(super) node: Option<usize>,
    pub(super) column: usize,
    part: u8,
    /// Where it stands in reading order: its block or the one its line comes from, and the outlet.
    reading: (usize, usize),
    /// What it is joined with in the column to the left: vertex, and outlet counted from the top.
    pub(super) left: Vec<(usize, usize)>,
    /// What it is joined with in the column to the right, and by which of its own outlets.
    pub(super) right: Vec<(usize, usize)>,
    /// The block a line turns around at, in the same column.
    beside: Option<usize>,
}

/// Columns with their vertices from top to bottom.
#[derive(Debug)]
pub(super) struct Ordered {
    pub(super) vertices: Vec<Vertex>,
    pub(super) columns: Vec<Vec<usize>>,
    /// The lines: the two blocks, and the vertices passed on the way from the first to the second.
    pub(super) lines: BTreeMap<(usize, usize), Vec<usize>>,
}

/// Longest lines that are drawn, in columns.
const LONGEST_FORWARD: usize = 6;
const LONGEST_BACKWARD: usize = 4;
const LONGEST_QUIET: usize = 2;
/// A block that more errors than this lead to gets no line for them.
const MOST_QUIET: usize = 2;
/// More outlets than a block has.
const PORTS: usize = 1 << 16;
const SWEEPS: usize = 12;

/// Orders all columns.
pub(super) fn order(graph: &Graph<'_>, layers: &Layers) -> Ordered {
    let mut ordered = vertices(graph, layers);
    let mut best = ordered.columns.clone();
    let mut fewest = crossings(&ordered);
    let mut earlier: [Vec<Vec<usize>>; 2] = [Vec::new(), Vec::new()];
    for sweep in 0..SWEEPS {
        // What was there two sweeps ago comes again and again.
        if fewest == 0 || earlier[sweep % 2] == ordered.columns {
            break;
        }
        earlier[sweep % 2].clone_from(&ordered.columns);
        ordered.sweep(sweep % 2 == 0);
        let crossings = crossings(&ordered);
        if crossings < fewest {
            fewest = crossings;
            best.clone_from(&ordered.columns);
        }
    }
    ordered.columns = best;
    ordered
}

fn vertices(graph: &Graph<'_>, layers: &Layers) -> Ordered {
    let columns = layers.column.iter().max().map_or(0, |last| last + 1);
    let mut vertices: Vec<Vertex> = (0..graph.nodes.len())
        .map(|node| Vertex {
            node: Some(node),
            column: layers.column[node],
            part: layers.part[node],
            reading: (layers.rank[node], 0),
            left: Vec::new(),
            right: Vec::new(),
            beside: None,
        })
        .collect();
    let mut lines = BTreeMap::new();
    let mut quiet_into = vec![0_usize; graph.nodes.len()];
    for node in 0..graph.nodes.len() {
        graph.targets(node).filter(|(_, is_quiet)| *is_quiet).for_each(|(target, _)| quiet_into[target] += 1);
    }
    for node in 0..graph.nodes.len() {
        for (outlet, (target, is_quiet)) in outlets(graph, node) {
            let is_busy = quiet_into[target] > MOST_QUIET;
            let edge = Edge { from: node, to: target, outlet };
            if is_drawn(layers, &edge, is_quiet, is_busy) {
                let passed = edge.draw(layers, &mut vertices);
                lines.insert((node, target), passed);
            }
        }
    }
    let mut ordered = Ordered { columns: vec![Vec::new(); columns], vertices, lines };
    for (index, vertex) in ordered.vertices.iter().enumerate() {
        ordered.columns[vertex.column].push(index);
    }
    for column in &mut ordered.columns {
        column.sort_by_key(|index| (ordered.vertices[*index].part, ordered.vertices[*index].reading));
    }
    ordered
}

/// The outlets that lead to blocks, with their place among all outlets.
fn outlets(graph: &Graph<'_>, node: usize) -> Vec<(usize, (usize, bool))> {
    let outlets = graph.nodes[node].outlets.iter().enumerate();
    outlets.filter_map(|(index, outlet)| Some((index, (outlet.target?, outlet.is_quiet)))).collect()
}

fn is_drawn(layers: &Layers, edge: &Edge, is_quiet: bool, is_busy: bool) -> bool {
    let (from, to) = (layers.column[edge.from], layers.column[edge.to]);
    if is_quiet {
        return to > from && to - from <= LONGEST_QUIET && !is_busy;
    }
    if to > from { to - from <= LONGEST_FORWARD } else { from - to <= LONGEST_BACKWARD }
}

struct Edge {
    from: usize,
    to: usize,
    outlet: usize,
}

impl Edge {
    /// Adds what the line passes. A line back turns around beside both blocks and passes their columns too.
    fn draw(&self, layers: &Layers, vertices: &mut Vec<Vertex>) -> Vec<usize> {
        let (from, to) = (layers.column[self.from], layers.column[self.to]);
        let is_forward = to > from;
        let passed_columns: Vec<usize> =
            if is_forward { (from + 1..to).collect() } else { (to..=from).rev().collect() };
        let first = vertices.len();
        for column in passed_columns {
            vertices.push(Vertex {
                node: None,
                column,
                part: layers.part[self.from],
                reading: (layers.rank[self.from], self.outlet + 1),
                left: Vec::new(),
                right: Vec::new(),
                beside: None,
            });
        }
        let passed: Vec<usize> = (first..vertices.len()).collect();
        if is_forward {
            let all: Vec<usize> =
                std::iter::once(self.from).chain(passed.iter().copied()).chain(std::iter::once(self.to)).collect();
            for (place, pair) in all.windows(2).enumerate() {
                let outlet = if place == 0 { self.outlet } else { 0 };
                vertices[pair[0]].right.push((pair[1], outlet));
                vertices[pair[1]].left.push((pair[0], outlet));
            }
        } else {
            for pair in passed.windows(2) {
                vertices[pair[0]].left.push((pair[1], 0));
                vertices[pair[1]].right.push((pair[0], 0));
            }
            if let (Some(first), Some(last)) = (passed.first(), passed.last()) {
                vertices[*last].beside = Some(self.to);
                vertices[*first].beside = Some(self.from);
            }
        }
        passed
    }
}

impl Ordered {
    /// Place of every vertex in its column.
    pub(super) fn places(&self) -> Vec<usize> {
        let mut places = vec![0; self.vertices.len()];
        for column in &self.columns {
            for (place, vertex) in column.iter().enumerate() {
                places[*vertex] = place;
            }
        }
        places
    }

    /// Sorts each column by what it is joined with in the column before, going right or left.
    fn sweep(&mut self, rightward: bool) {
        let mut places = self.places();
        let count = self.columns.len();
        let order: Vec<usize> = if rightward { (0..count).collect() } else { (0..count).rev().collect() };
        for column in order {
            let mut keys: Vec<(u8, usize, usize)> = Vec::with_capacity(self.columns[column].len());
            let mut previous = 0;
            for vertex in self.columns[column].iter().copied() {
                // What is joined with nothing stays below what it was below of.
                let key = self.wish(vertex, rightward, &places).unwrap_or(previous);
                previous = key;
                keys.push((self.vertices[vertex].part, key, vertex));
            }
            // Stable: equal keys keep their order.
            keys.sort_by_key(|(part, key, _)| (*part, *key));
            self.columns[column] = keys.into_iter().map(|(_, _, vertex)| vertex).collect();
            for (place, vertex) in self.columns[column].iter().enumerate() {
                places[*vertex] = place;
            }
        }
    }

    /// Median of where the lines of a vertex come from.
    fn wish(&self, vertex: usize, rightward: bool, places: &[usize]) -> Option<usize> {
        let it = &self.vertices[vertex];
        let mut from: Vec<usize> = if rightward {
            it.left.iter().map(|(other, outlet)| places[*other] * PORTS + outlet.min(&(PORTS - 1))).collect()
        } else {
            it.right.iter().map(|(other, _)| places[*other] * PORTS).collect()
        };
        if from.is_empty() {
            from.extend(it.beside.map(|beside| places[beside] * PORTS + PORTS / 2));
        }
        from.sort_unstable();
        let middle = from.len() / 2;
        match from.len() {
            0 => None,
            odd if odd % 2 == 1 => from.get(middle).copied(),
            _ => Some(usize::midpoint(from[middle - 1], from[middle])),
        }
    }
}

/// How often lines between neighboring columns cross.
fn crossings(ordered: &Ordered) -> usize {
    let places = ordered.places();
    let mut total = 0;
    let mut lines: Vec<(usize, usize)> = Vec::new();
    let mut counts = Vec::new();
    for column in &ordered.columns {
        lines.clear();
        for vertex in column {
            let it = &ordered.vertices[*vertex];
            let ports = it.right.iter().map(|(other, outlet)| (places[*vertex] * PORTS + outlet, places[*other]));
            lines.extend(ports);
        }
        lines.sort_unstable();
        total += inversions(lines.iter().map(|(_, place)| *place), &mut counts);
    }
    total
}

/// Pairs in the wrong order. What `counts` holds before means nothing.
fn inversions(places: impl Iterator<Item = usize> + Clone, counts: &mut Vec<usize>) -> usize {
    if places.clone().is_sorted() {
        return 0;
    }
    let size = places.clone().max().map_or(0, |last| last + 1);
    counts.clear();
    counts.resize(size + 1, 0);
    let mut found = 0;
    for (seen, place) in places.enumerate() {
        let mut not_greater = 0;
        let mut at = place + 1;
        while at > 0 {
            not_greater += counts[at];
            at &= at - 1;
        }
        found += seen - not_greater;
        let mut at = place + 1;
        while at <= size {
            counts[at] += 1;
            at += at & at.wrapping_neg();
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::inversions;

    #[test]
    fn crossings_are_pairs_in_the_wrong_order() {
        for (places, expected) in
            [(vec![], 0), (vec![0, 1, 2], 0), (vec![0, 0, 0], 0), (vec![2, 1, 0], 3), (vec![1, 0, 1, 0], 3)]
        {
            assert_eq!(inversions(places.iter().copied(), &mut vec![7; 9]), expected, "{places:?}");
        }
    }
}
