//! The lines of a picture: curves between cards of a frame, and upright ones between frames.

use std::fmt::Write;

use callform_flow::draw::parts::curve;
use callform_flow::layout::{INLET, Position};

use super::place::{CARD, Frame, Long};
use super::svg::put;
use super::{Stage, To};

/// How far a line swings out where it turns around.
const SWING: i64 = 44;

/// Colors of lines between frames, by where they lead: told apart on light ground and on dark.
const HUES: [&str; 8] = ["#2f74c0", "#c2571a", "#3c8f5a", "#9a4fb5", "#b58900", "#c23b6b", "#168a96", "#77714a"];

fn hue(stage: usize) -> &'static str {
    HUES.get(stage % HUES.len()).copied().unwrap_or("#2f74c0")
}

/// An arrow head.
fn tip(name: &str, class: &str, fill: &str) -> String {
    format!(
        "<marker id=\"{name}\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" \
         markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path{class} fill=\"{fill}\" d=\"M0 0.5L8 4L0 7.5z\"/></marker>"
    )
}

/// All arrow heads.
pub(super) fn tips() -> String {
    let long = HUES.iter().enumerate().map(|(place, color)| tip(&format!("jl{place}"), "", color));
    std::iter::once(tip("jt", " class=\"tip\"", "#6d7b88")).chain(long).collect()
}

/// The lines between the steps of a stage.
pub(super) fn inside(out: &mut String, place: usize, stage: &Stage, frame: &Frame, quiet: bool) {
    for (index, (step, card)) in stage.steps.iter().zip(&frame.cards).enumerate() {
        for (way, (to, offset)) in
            step.ways.iter().zip(&card.ways).enumerate().filter(|(_, (way, _))| way.is_quiet == quiet)
        {
            if let To::Step(stage, target) = to.to
                && stage == place
                && let Some(route) = frame.routes.get(&(index, target))
                && let Some(end) = frame.cards.get(target)
            {
                let start = Position { x: card.right() + 4, y: card.position.y + offset };
                let end = Position { x: end.position.x - 1, y: end.position.y + INLET };
                let mut points = vec![start];
                for pass in &route.passes {
                    let (left, right) = (*pass, Position { x: pass.x + CARD, y: pass.y });
                    points.extend(if route.backward { [right, left] } else { [left, right] });
                }
                points.push(end);
                let swing = SWING + 7 * i64::try_from(way % 4).unwrap_or_default();
                let (class, stroke, wide) =
                    if quiet { ("quiet", "#a9b3bd", "1.2") } else { ("line", "#6d7b88", "1.8") };
                let dashes = if quiet { " stroke-dasharray=\"5 4\"" } else { "" };
                put(
                    out,
                    format_args!(
                        "<path class=\"{class}\" fill=\"none\" stroke=\"{stroke}\" stroke-width=\"{wide}\"{dashes} \
                         marker-end=\"url(#jt)\" d=\"{}\"/>",
                        path(&points, route.backward, swing)
                    ),
                );
            }
        }
    }
}

/// A line to another frame.
pub(super) fn long(out: &mut String, line: &Long) {
    let color = hue(line.stage);
    put(
        out,
        format_args!(
            "<path fill=\"none\" stroke=\"{color}\" stroke-width=\"2.4\" marker-end=\"url(#jl{})\" d=\"{}\"/>",
            line.stage % HUES.len(),
            upright(&line.points)
        ),
    );
}

/// A line with round corners.
fn upright(points: &[Position]) -> String {
    const ROUND: i64 = 8;
    let [start, .., end] = points else { return String::new() };
    let mut path = format!("M{} {}", start.x, start.y);
    for corner in points.windows(3) {
        let [before, at, after] = corner else { continue };
        let near = |other: &Position| {
            let step = |from: i64, to: i64| from + (to - from).signum() * ROUND.min((to - from).abs() / 2);
            Position { x: step(at.x, other.x), y: step(at.y, other.y) }
        };
        let (enter, leave) = (near(before), near(after));
        let _ = write!(path, "L{} {}Q{} {} {} {}", enter.x, enter.y, at.x, at.y, leave.x, leave.y);
    }
    let _ = write!(path, "L{} {}", end.x, end.y);
    path
}

/// A line through points: a bend to each pair's first, level to its second, and a bend to the last point.
fn path(points: &[Position], backward: bool, swing: i64) -> String {
    let [start, between @ .., end] = points else { return String::new() };
    let mut path = format!("M{} {}", start.x, start.y);
    let mut at = *start;
    if backward && between.is_empty() {
        let middle = i64::midpoint(at.y, end.y);
        let _ = write!(path, "C{0} {1} {0} {middle} {2} {middle}", at.x + swing, at.y, i64::midpoint(at.x, end.x));
        let _ = write!(path, "S{} {} {} {}", end.x - swing, end.y, end.x, end.y);
        return path;
    }
    for (index, pass) in between.chunks(2).enumerate() {
        let [near, far] = pass else { continue };
        if backward && index == 0 {
            let _ = write!(path, "C{0} {1} {0} {2} {3} {2}", at.x + swing, at.y, near.y, near.x);
        } else {
            curve(&mut path, (at.x, at.y), (near.x, near.y));
        }
        let _ = write!(path, "H{}", far.x);
        at = *far;
    }
    if backward {
        let _ = write!(path, "C{0} {1} {0} {2} {3} {2}", at.x - swing, at.y, end.y, end.x);
    } else {
        curve(&mut path, (at.x, at.y), (end.x, end.y));
    }
    path
}
