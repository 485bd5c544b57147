//! Columns in bands below one another.

use super::rows::BLOCK_GAP;
use super::{COLUMN, Graph, LEFT, Layout, Position, Route, TOP};

/// Columns that stand beside one another: about 6,000 pixels.
const WIDEST: i64 = 19;
/// Between two bands.
const GAP: i64 = 120;
/// Above and below a line.
const AROUND_LINE: i64 = 8;

pub(super) fn wrapped(layout: Layout, graph: &Graph<'_>) -> Layout {
    let column = |position: &Position| (position.x - LEFT).div_euclid(COLUMN);
    let columns = layout.positions.iter().map(column).max().unwrap_or_default() + 1;
    if columns <= WIDEST {
        return layout;
    }
    let bands = (columns + WIDEST - 1).div_euclid(WIDEST);
    // Bands of one width, so that the last one is not a single column.
    let width = (columns + bands - 1).div_euclid(bands);
    let band_of = |position: &Position| column(position).div_euclid(width);
    let count = usize::try_from(bands).unwrap_or_default();
    let mut taken: Vec<Vec<(i64, i64)>> = vec![Vec::new(); count];
    let mut take = |band: i64, from: i64, to: i64| {
        if let Some(taken) = usize::try_from(band).ok().and_then(|band| taken.get_mut(band)) {
            taken.push((from, to));
        }
    };
    for (node, position) in graph.nodes.iter().zip(&layout.positions) {
        take(band_of(position), position.y, position.y + node.drawn_height());
    }
    let stays = |from: usize, to: usize, route: &Route| {
        let band = band_of(&layout.positions[from]);
        let is_here = |position: &Position| band_of(position) == band;
        is_here(&layout.positions[to]) && route.passes.iter().all(is_here)
    };
    let staying = layout.routes.iter().filter(|((from, to), route)| stays(*from, *to, route));
    for pass in staying.flat_map(|(_, route)| &route.passes) {
        take(band_of(pass), pass.y - AROUND_LINE, pass.y + AROUND_LINE);
    }
    let mut bands: Vec<Band> = Vec::with_capacity(count);
    for taken in taken {
        let top = bands.last().map_or(0, |above| above.bottom + GAP);
        bands.push(Band::new(top, taken));
    }
    let moved = |position: &Position| {
        let band = band_of(position);
        let place = usize::try_from(band).ok().and_then(|band| bands.get(band));
        let y = place.map_or(position.y, |band| band.height_of(position.y));
        Position { x: position.x - band * width * COLUMN, y }
    };
    let routes = layout
        .routes
        .iter()
        .filter(|((from, to), route)| stays(*from, *to, route))
        .map(|(ends, route)| {
            let passes = route.passes.iter().map(moved).collect();
            (*ends, Route { passes, backward: route.backward })
        })
        .collect();
    let positions = layout.positions.iter().map(moved).collect();
    Layout { positions, routes, ..layout }
}

/// Where a band stands. What stood beside it in the other columns left strips in which nothing is: those close.
struct Band {
    top: i64,
    /// From which height on, how far up.
    ups: Vec<(i64, i64)>,
    /// Lower end of all that is in it.
    bottom: i64,
}

impl Band {
    /// `taken` has the upper and lower end of everything in it.
    fn new(top: i64, mut taken: Vec<(i64, i64)>) -> Self {
        taken.sort_unstable();
        let (mut bottom, mut up) = (TOP, 0);
        let mut ups = Vec::new();
        for (from, to) in taken {
            let free = from - bottom;
            if free > BLOCK_GAP {
                up += free - BLOCK_GAP;
                ups.push((from, up));
            }
            bottom = bottom.max(to);
        }
        Self { top, ups, bottom: top + bottom - up }
    }

    fn height_of(&self, y: i64) -> i64 {
        let above = self.ups.partition_point(|(from, _)| *from <= y);
        let up = above.checked_sub(1).map_or(0, |last| self.ups[last].1);
        self.top + y - up
    }
}
