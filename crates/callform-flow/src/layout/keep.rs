//! A place for what is new, while everything else stays where it is.

use std::collections::{BTreeMap, BTreeSet};

use super::{BLOCK_WIDTH, COLUMN, Graph, LEFT, Layout, Position, Route, TOP};

/// What is left free around a block.
const MARGIN: i64 = 24;
/// Steps in which a free place is looked for, and how many, before the place below everything is taken.
const STEP: i64 = 40;
const STEPS: i64 = 20;
/// Lines longer than this are not drawn.
const LONGEST: i64 = 6 * COLUMN;

pub(super) fn arrange(graph: &Graph<'_>, known: &BTreeMap<&str, Position>) -> Layout {
    let fresh = Layout::of(graph);
    let mut ground = Ground { placed: vec![None; graph.nodes.len()], columns: BTreeMap::new(), bottom: TOP };
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for (node, it) in graph.nodes.iter().enumerate() {
        let identifier = it.action.identifier.as_str();
        let position = known.get(identifier).filter(|_| seen.insert(identifier));
        // The editor folds some pairs of actions into one block and leaves the second at no place of its own.
        if let Some(position) = position.filter(|position| ground.is_free(**position, it.height, 0)) {
            ground.put(node, *position, it.height);
        }
    }
    let mut led_to_by: Vec<Vec<usize>> = vec![Vec::new(); graph.nodes.len()];
    for node in 0..graph.nodes.len() {
        graph.targets(node).for_each(|(target, _)| led_to_by[target].push(node));
    }
    let mut missing: Vec<usize> = (0..graph.nodes.len()).filter(|node| ground.placed[*node].is_none()).collect();
    missing.sort_by_key(|node| (fresh.positions[*node], *node));
    for node in missing {
        let before = led_to_by[node].iter().filter_map(|other| ground.placed[*other]).min();
        let after = graph.targets(node).filter_map(|(target, _)| ground.placed[target]).min();
        let right = before.map(|it| Position { x: it.x + COLUMN, y: it.y });
        let left = after.map(|it| Position { x: it.x - COLUMN, y: it.y });
        let wish = right.or(left);
        let position = ground.near(wish, graph.nodes[node].height);
        ground.put(node, position, graph.nodes[node].height);
    }
    let positions: Vec<Position> = ground.placed.into_iter().map(Option::unwrap_or_default).collect();
    let routes = routes(graph, &positions);
    Layout { positions, routes, ..fresh }
}

/// Lines as the crow flies, around the blocks that stand in the way. What no way leads around gets no line.
fn routes(graph: &Graph<'_>, positions: &[Position]) -> BTreeMap<(usize, usize), Route> {
    let boxes: Vec<Covered> =
        graph.nodes.iter().zip(positions).map(|(node, at)| Covered::of(*at, node.drawn_height())).collect();
    let mut routes = BTreeMap::new();
    for (from, start) in positions.iter().enumerate() {
        for (to, is_quiet) in graph.targets(from) {
            let end = positions[to];
            let is_short = (end.x - start.x).abs() <= LONGEST;
            let is_near = end.x > start.x && end.x - start.x <= 2 * COLUMN;
            if if is_quiet { is_near } else { is_short } {
                let backward = end.x < start.x + BLOCK_WIDTH;
                let passes = if backward { Some(Vec::new()) } else { around(&boxes, from, to) };
                routes.extend(passes.map(|passes| ((from, to), Route { passes, backward })));
            }
        }
    }
    routes
}

/// The ground a block covers.
#[derive(Clone, Copy)]
struct Covered {
    left: i64,
    top: i64,
    right: i64,
    bottom: i64,
}

impl Covered {
    fn of(at: Position, height: i64) -> Self {
        Self { left: at.x, top: at.y, right: at.x + BLOCK_WIDTH, bottom: at.y + height }
    }

    fn covers(&self, (x, y): (i64, i64)) -> bool {
        (self.left..=self.right).contains(&x) && (self.top..=self.bottom).contains(&y)
    }
}

/// Between a line and the block that it goes around.
const CLEAR: i64 = 18;
/// Blocks that one line goes around at most.
const DETOURS: usize = 3;

/// Where a line from one block to another passes so that it is behind none; `None` where that is not found.
fn around(boxes: &[Covered], from: usize, to: usize) -> Option<Vec<Position>> {
    let mut passes: Vec<Position> = Vec::new();
    for _ in 0..=DETOURS {
        let Some(blocking) = blocking(boxes, from, to, &passes) else { return Some(passes) };
        let over = Position { x: blocking.left, y: blocking.top - CLEAR };
        let under = Position { x: blocking.left, y: blocking.bottom + CLEAR };
        let start = i64::midpoint(boxes[from].top, boxes[from].bottom);
        let nearer = if (over.y - start).abs() <= (under.y - start).abs() { [over, under] } else { [under, over] };
        let with = |pass: Position| {
            let mut passes = passes.clone();
            passes.push(pass);
            passes.sort_unstable();
            passes
        };
        let free = nearer.into_iter().map(with).find(|passes| self::blocking(boxes, from, to, passes).is_none());
        passes = free.unwrap_or_else(|| with(nearer[0]));
    }
    None
}

/// The first block, from the left, that a line is behind.
fn blocking(boxes: &[Covered], from: usize, to: usize, passes: &[Position]) -> Option<Covered> {
    let (start, end) = (boxes[from], boxes[to]);
    let mut at = (start.right, i64::midpoint(start.top, start.bottom));
    let mut points = Vec::new();
    for pass in passes {
        points.extend(curve(at, (pass.x, pass.y)));
        points.extend([0, 1, 2, 3, 4].map(|part| (pass.x + part * BLOCK_WIDTH / 4, pass.y)));
        at = (pass.x + BLOCK_WIDTH, pass.y);
    }
    points.extend(curve(at, (end.left, end.top + super::INLET)));
    let others = boxes.iter().enumerate().filter(|(at, _)| *at != from && *at != to).map(|(_, block)| *block);
    others.filter(|block| points.iter().any(|point| block.covers(*point))).min_by_key(|block| (block.left, block.top))
}

/// Points of a curve that leaves and arrives level, as pictures draw it.
fn curve((x, y): (i64, i64), (to_x, to_y): (i64, i64)) -> impl Iterator<Item = (i64, i64)> {
    const PARTS: i64 = 24;
    let middle = i64::midpoint(x, to_x);
    (0..=PARTS).map(move |part| {
        let (a, b) = (PARTS - part, part);
        let cubic = |p: [i64; 4]| {
            (a * a * a * p[0] + 3 * a * a * b * p[1] + 3 * a * b * b * p[2] + b * b * b * p[3])
                / (PARTS * PARTS * PARTS)
        };
        (cubic([x, middle, middle, to_x]), cubic([y, y, to_y, to_y]))
    })
}

/// What is placed already.
struct Ground {
    placed: Vec<Option<Position>>,
    /// Left side, top and bottom of the blocks by column of the ground.
    columns: BTreeMap<i64, Vec<(i64, i64, i64)>>,
    /// Below everything.
    bottom: i64,
}

impl Ground {
    fn put(&mut self, node: usize, position: Position, height: i64) {
        self.placed[node] = Some(position);
        let column = self.columns.entry(position.x.div_euclid(COLUMN)).or_default();
        column.push((position.x, position.y, position.y + height));
        self.bottom = self.bottom.max(position.y + height + 2 * MARGIN);
    }

    fn is_free(&self, position: Position, height: i64, margin: i64) -> bool {
        let column = position.x.div_euclid(COLUMN);
        let (top, bottom) = (position.y - margin, position.y + height + margin);
        self.columns.range(column - 1..=column + 1).flat_map(|(_, blocks)| blocks).all(|(x, upper, lower)| {
            (x - position.x).abs() >= BLOCK_WIDTH + margin || *lower <= top || *upper >= bottom
        })
    }

    /// The free place next to a wish, looking down first; without a wish, below everything.
    fn near(&self, wish: Option<Position>, height: i64) -> Position {
        let otherwise = Position { x: wish.map_or(LEFT, |wish| wish.x), y: self.bottom };
        let Some(wish) = wish else { return otherwise };
        let steps = (0..=STEPS).flat_map(|step| [step, -step]);
        steps
            .map(|step| Position { x: wish.x, y: wish.y + step * STEP })
            .find(|position| self.is_free(*position, height, MARGIN))
            .unwrap_or(otherwise)
    }
}
