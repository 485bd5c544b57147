//! Frames in rows, and the lines between them: level between rows, upright beside frames, never through one.
//!
//! All lines to one card share a track, so that their number grows with what there is to lead to.

use std::collections::BTreeMap;

use callform_flow::layout::{INLET, Position};

use super::place::{CARD, Card, Frame, Long, Places};
use super::{Journey, To};

/// Beside tracks, and between two.
const SIDE: i64 = 30;
const TRACK: i64 = 9;
/// A picture is not narrower than this, where there is enough to fill it.
const NARROWEST: i64 = 1400;

/// A card that lines from other frames lead to: stage, and step.
type Target = (usize, usize);

/// The tracks of a passage, by what they lead to.
#[derive(Clone, Debug, Default)]
struct Tracks(Vec<Target>);

/// An entry or a frame: its row, and its place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Slot {
    row: usize,
    place: usize,
}

/// Where a line begins.
enum Source {
    Entry(usize),
    /// Stage and step.
    Step(usize, usize),
}

/// A line, and the way that it is.
struct Leap {
    slot: Slot,
    from: Source,
    way: usize,
    target: Target,
}

/// Puts everything into rows.
pub(super) fn arrange(journey: &Journey, entries: Vec<Card>, frames: Vec<Frame>) -> Places {
    let slots = slots(&entries, &frames);
    let mut rows = Rows { entries: entries.len(), entry_cards: entries, frames, slots, ..Rows::default() };
    let leaps = rows.leaps(journey);
    for leap in &leaps {
        rows.reserve(leap);
    }
    rows.place();
    let lines = leaps.iter().map(|leap| Long { points: rows.points(leap), stage: leap.target.0 }).collect();
    let left = -SIDE - TRACK * whole(rows.trunk.0.len());
    let right = rows.rights.iter().copied().max().unwrap_or_default();
    let bottom = rows.tops.last().copied().unwrap_or_default();
    Places {
        entries: rows.entry_cards,
        frames: rows.frames,
        lines,
        corners: (Position { x: left.min(0), y: 0 }, Position { x: right, y: bottom }),
    }
}

fn whole(count: usize) -> i64 {
    i64::try_from(count).unwrap_or_default()
}

/// Which row everything is in: numbers first, then as many frames as fit.
fn slots(entries: &[Card], frames: &[Frame]) -> Vec<Slot> {
    let widest = frames.iter().map(|frame| frame.width).max().unwrap_or_default();
    let area: i64 = frames.iter().map(|frame| (frame.width + SIDE) * (frame.height + SIDE)).sum();
    // As wide as it is high, and a half more: as screens and paper are.
    let balanced = (area * 3 / 2).isqrt();
    let most = widest.max(NARROWEST).max(balanced);
    let mut slots = Vec::new();
    let (mut row, mut place, mut used) = (0, 0, 0);
    let widths = entries.iter().map(|_| CARD).map(|width| (true, width));
    let mut was_entry = true;
    for (is_entry, width) in widths.chain(frames.iter().map(|frame| (false, frame.width))) {
        let is_full = place > 0 && used + width > most;
        if is_full || (was_entry && !is_entry && place > 0) {
            (row, place, used) = (row + 1, 0, 0);
        }
        slots.push(Slot { row, place });
        (place, used, was_entry) = (place + 1, used + width + 2 * SIDE, is_entry);
    }
    slots
}

/// Everything that is arranged, and the passages between.
#[derive(Default)]
struct Rows {
    entries: usize,
    entry_cards: Vec<Card>,
    frames: Vec<Frame>,
    /// Of the entries, then of the frames.
    slots: Vec<Slot>,
    /// Level passages, above each row and below the last.
    levels: BTreeMap<usize, Tracks>,
    /// Upright passages, left of each place of each row and right of the last.
    gutters: BTreeMap<(usize, usize), Tracks>,
    /// The passage left of everything.
    trunk: Tracks,
    /// Top of each level passage, and the bottom of all.
    tops: Vec<i64>,
    /// Left side of each upright passage.
    lefts: BTreeMap<(usize, usize), i64>,
    /// Right ends of the rows.
    rights: Vec<i64>,
}

impl Tracks {
    fn reserve(&mut self, target: Target) {
        if !self.0.contains(&target) {
            self.0.push(target);
        }
    }

    /// Where the track of a target is in a passage that begins here.
    fn at(&self, begin: i64, target: Target) -> i64 {
        begin + SIDE + TRACK * whole(self.0.iter().position(|known| *known == target).unwrap_or_default())
    }

    fn width(&self) -> i64 {
        2 * SIDE + TRACK * whole(self.0.len())
    }
}

impl Rows {
    /// One line from each frame to each card in another.
    fn leaps(&self, journey: &Journey) -> Vec<Leap> {
        let target = |to: To| match to {
            To::Step(stage, step) => Some((stage, step)),
            To::Stage(stage) => Some((stage, 0)),
            To::Nowhere => None,
        };
        let mut leaps: Vec<Leap> = Vec::new();
        for (place, entry) in journey.entries.iter().enumerate() {
            let leap = target(entry.to).map(|target| Leap {
                slot: self.slots[place],
                from: Source::Entry(place),
                way: 0,
                target,
            });
            leaps.extend(leap);
        }
        for (place, stage) in journey.stages.iter().enumerate() {
            let first = leaps.len();
            for (step, ways) in stage.steps.iter().map(|step| &step.ways).enumerate() {
                for (way, to) in ways.iter().enumerate() {
                    let Some(target) = target(to.to).filter(|(to, _)| *to != place) else { continue };
                    if leaps[first..].iter().all(|known| known.target != target) {
                        let slot = self.slots[self.entries + place];
                        leaps.push(Leap { slot, from: Source::Step(place, step), way, target });
                    }
                }
            }
        }
        leaps
    }

    fn slot_of(&self, target: Target) -> Slot {
        self.slots[self.entries + target.0]
    }

    /// The level passages that a line takes: that behind its start, and that before its end.
    fn levels_of(&self, leap: &Leap) -> Option<(usize, usize)> {
        let (from, to) = (leap.slot, self.slot_of(leap.target));
        let is_beside = from.row == to.row && from.place + 1 == to.place;
        match to.row {
            _ if is_beside => None,
            row if row > from.row => Some((from.row + 1, row)),
            row if row == from.row => Some((row, row)),
            // From below, a frame is come to on the level under it.
            row => Some((from.row, row + 1)),
        }
    }

    fn reserve(&mut self, leap: &Leap) {
        let (from, to) = (leap.slot, self.slot_of(leap.target));
        self.gutters.entry((from.row, from.place + 1)).or_default().reserve(leap.target);
        self.gutters.entry((to.row, to.place)).or_default().reserve(leap.target);
        if let Some((first, last)) = self.levels_of(leap) {
            self.levels.entry(first).or_default().reserve(leap.target);
            self.levels.entry(last).or_default().reserve(leap.target);
            if first != last {
                self.trunk.reserve(leap.target);
            }
        }
    }

    fn place(&mut self) {
        let rows = self.slots.iter().map(|slot| slot.row + 1).max().unwrap_or_default();
        let mut top = 0;
        for row in 0..rows {
            self.tops.push(top);
            // Above the first row there is the title already.
            let level = self.levels.get(&row).map_or(if row == 0 { 0 } else { 2 * SIDE }, Tracks::width);
            top += level;
            top += self.row(row, top);
        }
        self.tops.push(top);
        let below = self.levels.get(&rows).map_or(0, Tracks::width);
        self.tops.push(top + below);
    }

    /// Places a row, and says how high it is.
    fn row(&mut self, row: usize, top: i64) -> i64 {
        let (mut x, mut high) = (0, 0);
        let in_row: Vec<usize> = (0..self.slots.len()).filter(|at| self.slots[*at].row == row).collect();
        for at in in_row {
            let place = self.slots[at].place;
            let passage = self.gutters.get(&(row, place));
            let gutter = passage.map_or(if place == 0 { 0 } else { 2 * SIDE }, Tracks::width);
            self.lefts.insert((row, place), x);
            let position = Position { x: x + gutter, y: top };
            let (width, height) = match at.checked_sub(self.entries) {
                None => {
                    self.entry_cards[at].position = position;
                    (CARD, self.entry_cards[at].height)
                }
                Some(frame) => {
                    self.frames[frame].shift(position);
                    (self.frames[frame].width, self.frames[frame].height)
                }
            };
            x = position.x + width;
            high = high.max(height);
            self.lefts.insert((row, place + 1), x);
        }
        let last =
            self.slots.iter().filter(|slot| slot.row == row).map(|slot| slot.place + 1).max().unwrap_or_default();
        self.rights.push(x + self.gutters.get(&(row, last)).map_or(0, Tracks::width));
        high
    }

    /// The corners of a line.
    fn points(&self, leap: &Leap) -> Vec<Position> {
        let card = match leap.from {
            Source::Entry(entry) => self.entry_cards.get(entry),
            Source::Step(stage, step) => self.frames.get(stage).and_then(|frame| frame.cards.get(step)),
        };
        let (stage, step) = leap.target;
        let end = self.frames.get(stage).and_then(|frame| frame.cards.get(step));
        let (Some(card), Some(end)) = (card, end) else { return Vec::new() };
        let y = card.position.y + card.ways.get(leap.way).copied().unwrap_or(INLET);
        let (from, to) = (leap.slot, self.slot_of(leap.target));
        let gutter = |row: usize, place: usize| {
            let begin = self.lefts.get(&(row, place)).copied().unwrap_or_default();
            self.gutters.get(&(row, place)).map_or(begin, |tracks| tracks.at(begin, leap.target))
        };
        let level = |level: usize| {
            let begin = self.tops.get(level).copied().unwrap_or_default();
            self.levels.get(&level).map_or(begin, |tracks| tracks.at(begin, leap.target))
        };
        let mut points = vec![Position { x: card.right() + 4, y }];
        let (out, into) = (gutter(from.row, from.place + 1), gutter(to.row, to.place));
        points.push(Position { x: out, y });
        if let Some((first, last)) = self.levels_of(leap) {
            points.push(Position { x: out, y: level(first) });
            if first != last {
                let trunk =
                    -SIDE - TRACK * whole(self.trunk.0.iter().position(|known| *known == leap.target).unwrap_or(0));
                points.push(Position { x: trunk, y: level(first) });
                points.push(Position { x: trunk, y: level(last) });
            }
            points.push(Position { x: into, y: level(last) });
        }
        let inlet = end.position.y + INLET;
        points.push(Position { x: into, y: inlet });
        points.push(Position { x: end.position.x - 1, y: inlet });
        points
    }
}
