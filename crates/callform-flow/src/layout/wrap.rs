//! Columns in bands below one another.

use super::{COLUMN, Graph, LEFT, Layout, Position, Route};

/// Columns that stand beside one another: about 6,000 pixels.
const WIDEST: i64 = 19;
/// Between two bands.
const GAP: i64 = 120;

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
    let mut bottoms = vec![0_i64; count];
    let mut reach = |band: i64, bottom: i64| {
        if let Some(known) = usize::try_from(band).ok().and_then(|band| bottoms.get_mut(band)) {
            *known = (*known).max(bottom);
        }
    };
    for (node, position) in graph.nodes.iter().zip(&layout.positions) {
        reach(band_of(position), position.y + node.drawn_height());
    }
    let stays = |from: usize, to: usize, route: &Route| {
        let band = band_of(&layout.positions[from]);
        let is_here = |position: &Position| band_of(position) == band;
        is_here(&layout.positions[to]) && route.passes.iter().all(is_here)
    };
    let staying = layout.routes.iter().filter(|((from, to), route)| stays(*from, *to, route));
    for pass in staying.flat_map(|(_, route)| &route.passes) {
        reach(band_of(pass), pass.y + 8);
    }
    let mut tops = vec![0_i64; count];
    for band in 1..count {
        tops[band] = tops[band - 1] + bottoms[band - 1] + GAP;
    }
    let moved = |position: &Position| {
        let band = band_of(position);
        let down = usize::try_from(band).ok().and_then(|band| tops.get(band)).copied().unwrap_or_default();
        Position { x: position.x - band * width * COLUMN, y: position.y + down }
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
