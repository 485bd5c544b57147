//! The lines between blocks.

use std::fmt::Write;

use super::put;
use crate::draw::tint::Tint;
use crate::draw::{Block, End, Picture, Way};
use crate::layout::{BLOCK_WIDTH, INLET, Route};

/// How far a line swings out where it turns around.
const SWING: i64 = 44;

/// Arrow heads; those of walks only where something was walked.
pub(super) fn tips(picture: &Picture) -> String {
    let mut out = String::new();
    let mut tip = |name: &str, class: &str, fill: &str| {
        let _ = write!(
            out,
            "<marker id=\"{name}\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" \
             markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path{class} fill=\"{fill}\" d=\"M0 0.5L8 4L0 7.5z\"/></marker>"
        );
    };
    let has = |tint: Tint| picture.blocks.iter().flat_map(|block| &block.ways).any(|way| way.tint == tint);
    for tint in Tint::ALL.into_iter().filter(|tint| tint.sign().is_none() || has(*tint)) {
        let class = if tint == Tint::Plain { " class=\"tip\"" } else { "" };
        tip(&tip_name(tint), class, tint.color());
    }
    out
}

fn tip_name(tint: Tint) -> String {
    format!("tip-{}", tint.name())
}

/// All lines, quiet ones first so that the others lie above.
pub(super) fn draw(out: &mut String, picture: &Picture) {
    start(out, picture);
    for quiet in [true, false] {
        for block in &picture.blocks {
            for (place, way) in block.ways.iter().enumerate().filter(|(_, way)| way.is_quiet == quiet) {
                if let End::Line(target, route) = &way.end
                    && let Some(target) = picture.blocks.get(*target)
                {
                    line(out, way, &path(block, target, route, way.offset, place));
                }
            }
        }
    }
}

/// How far down lines go.
pub(super) fn lowest(picture: &Picture) -> i64 {
    let ways = picture.blocks.iter().flat_map(|block| &block.ways);
    let passes = ways.filter_map(|way| match &way.end {
        End::Line(_, route) => route.passes.iter().map(|pass| pass.y + 8).max(),
        End::Far(_) | End::Missing(_) => None,
    });
    passes.max().unwrap_or_default()
}

fn start(out: &mut String, picture: &Picture) {
    let Some(block) = picture.start.and_then(|start| picture.blocks.get(start)) else { return };
    let (x, y) = (block.position.x - 120, block.position.y + INLET);
    put(out, format_args!("<g id=\"start\">"));
    put(
        out,
        format_args!(
            "<path class=\"line\" fill=\"none\" stroke=\"#6d7b88\" stroke-width=\"2\" marker-end=\"url(#tip-same)\" d=\"M{} {y}H{}\"/>",
            x + 64,
            block.position.x - 1
        ),
    );
    put(out, format_args!("<rect fill=\"#3a4753\" x=\"{x}\" y=\"{}\" width=\"64\" height=\"28\" rx=\"14\"/>", y - 14));
    super::text(out, ("head", "#fff"), (x + 32, y + 5), 13, " text-anchor=\"middle\" font-weight=\"600\"", "Start");
    put(out, format_args!("</g>"));
}

fn line(out: &mut String, way: &Way, path: &str) {
    let (class, color, wide) = match (way.tint, way.is_quiet) {
        (Tint::Plain, true) => (" class=\"quiet\"", "#a9b3bd", "1.2"),
        (Tint::Plain, false) => (" class=\"line\"", "#6d7b88", "1.8"),
        (Tint::Walked, true) => ("", Tint::Walked.color(), "1.8"),
        (tint, _) => ("", tint.color(), "2.6"),
    };
    let dashes = if way.is_quiet || way.tint.is_dashed() { " stroke-dasharray=\"5 4\"" } else { "" };
    put(
        out,
        format_args!(
            "<path{class} fill=\"none\" stroke=\"{color}\" stroke-width=\"{wide}\"{dashes} marker-end=\"url(#{})\" d=\"{path}\"/>",
            tip_name(way.tint)
        ),
    );
}

/// From the outlet of a block to the inlet of another.
fn path(from: &Block, to: &Block, route: &Route, offset: i64, place: usize) -> String {
    let (mut x, mut y) = (from.position.x + BLOCK_WIDTH + 4, from.position.y + offset);
    let (end_x, end_y) = (to.position.x - 1, to.position.y + INLET);
    let mut path = format!("M{x} {y}");
    // Lines that turn around side by side do not cover each other.
    let swing = SWING + 7 * i64::try_from(place % 4).unwrap_or_default();
    if !route.backward {
        for pass in &route.passes {
            curve(&mut path, (x, y), (pass.x, pass.y));
            let _ = write!(path, "H{}", pass.x + BLOCK_WIDTH);
            (x, y) = (pass.x + BLOCK_WIDTH, pass.y);
        }
        curve(&mut path, (x, y), (end_x, end_y));
        return path;
    }
    if route.passes.is_empty() {
        let middle = i64::midpoint(y, end_y);
        let _ = write!(path, "C{} {y} {} {middle} {} {middle}", x + swing, x + swing, i64::midpoint(x, end_x));
        let _ = write!(path, "S{} {end_y} {end_x} {end_y}", end_x - swing);
        return path;
    }
    for (index, pass) in route.passes.iter().enumerate() {
        let right = pass.x + BLOCK_WIDTH;
        if index == 0 {
            let _ = write!(path, "C{0} {y} {0} {1} {right} {1}", x + swing, pass.y);
        } else {
            curve(&mut path, (x, y), (right, pass.y));
        }
        let _ = write!(path, "H{}", pass.x);
        (x, y) = (pass.x, pass.y);
    }
    let _ = write!(path, "C{0} {y} {0} {end_y} {end_x} {end_y}", x - swing);
    path
}

/// Adds a curve that leaves and arrives level.
pub fn curve(path: &mut String, (x, y): (i64, i64), (to_x, to_y): (i64, i64)) {
    if y == to_y {
        let _ = write!(path, "H{to_x}");
        return;
    }
    let bend = (to_x - x) / 2;
    let _ = write!(path, "C{} {y} {} {to_y} {to_x} {to_y}", x + bend, to_x - bend);
}
