//! Where everything stands in a picture: cards in frames, which are layered drawings, and frames in rows.

use std::collections::BTreeMap;

use callform_flow::Action;
use callform_flow::draw::parts::wrap;
use callform_flow::layout::{COLUMN, Graph, INLET, Layout, Node, Outlet, Position, Route};

use super::{Entry, Journey, Line, Meaning, Step, To};

/// Width of a card, and from the left side of one to that of the next.
pub(super) const CARD: i64 = 280;
const PITCH: i64 = 348;
/// Left and right of the text in a card.
pub(super) const INSET: i64 = 12;
pub(super) const HEAD: i64 = 2 * INLET;
pub(super) const ROW: i64 = 16;
pub(super) const WAY: i64 = 22;
/// Around the cards of a frame; above them its title.
const PAD: i64 = 26;
const TITLE: i64 = 56;
/// Text lines of a card, and of one thing that is said in it.
const ROWS: usize = 14;
const SAID: usize = 5;

/// A picture, measured.
#[derive(Debug)]
pub(super) struct Places {
    /// The cards of numbers, by entry.
    pub(super) entries: Vec<Card>,
    /// The frames, by stage.
    pub(super) frames: Vec<Frame>,
    /// Lines between frames.
    pub(super) lines: Vec<Long>,
    /// Upper left corner and lower right one.
    pub(super) corners: (Position, Position),
}

/// A frame and what is in it; positions in it are those of the picture.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) position: Position,
    pub(super) width: i64,
    pub(super) height: i64,
    pub(super) cards: Vec<Card>,
    /// Lines between cards, by the places of the two steps.
    pub(super) routes: BTreeMap<(usize, usize), Route>,
}

/// A card.
#[derive(Debug)]
pub(super) struct Card {
    pub(super) position: Position,
    pub(super) height: i64,
    /// Its text, cut into lines.
    pub(super) rows: Vec<(Meaning, String)>,
    /// How far down each way leaves it.
    pub(super) ways: Vec<i64>,
}

/// A line from a card to one in another frame: level and upright by turns.
#[derive(Debug)]
pub(super) struct Long {
    pub(super) points: Vec<Position>,
    /// The stage it leads to.
    pub(super) stage: usize,
}

/// Measures a journey and puts everything into its place.
pub(super) fn places(journey: &Journey) -> Places {
    let entries: Vec<Card> = journey.entries.iter().map(entry_card).collect();
    let frames: Vec<Frame> =
        journey.stages.iter().enumerate().map(|(place, stage)| frame(place, &stage.steps)).collect();
    super::rows::arrange(journey, entries, frames)
}

impl Card {
    fn measured(rows: Vec<(Meaning, String)>, ways: usize, is_straight: bool) -> Self {
        let text = HEAD + ROW * whole(rows.len()) + if rows.is_empty() { 4 } else { 12 };
        let offset = |way: usize| if is_straight { INLET } else { text + WAY * whole(way) + WAY / 2 };
        let below = if is_straight { 0 } else { WAY * whole(ways) + if ways > 0 { 4 } else { 0 } };
        Self { position: Position::default(), height: text + below, rows, ways: (0..ways).map(offset).collect() }
    }

    pub(super) fn right(&self) -> i64 {
        self.position.x + CARD
    }
}

fn whole(count: usize) -> i64 {
    i64::try_from(count).unwrap_or_default()
}

fn entry_card(entry: &Entry) -> Card {
    let mut rows = Vec::new();
    for (address, about) in entry.numbers.iter().take(ROWS / 2) {
        rows.push((Meaning::Heard, address.name.clone()));
        if !about.is_empty() {
            rows.extend(wrap(about, 12, CARD - 2 * INSET, 2).into_iter().map(|row| (Meaning::Note, row)));
        }
    }
    if let Some(more) = entry.numbers.len().checked_sub(ROWS / 2).filter(|more| *more > 0) {
        rows.push((Meaning::Note, format!("and {more} more")));
    }
    rows.extend(entry.note.iter().flat_map(rows_of));
    Card::measured(rows, usize::from(entry.to != To::Nowhere), true)
}

fn step_card(step: &Step, stage: usize) -> Card {
    let mut rows: Vec<(Meaning, String)> = step.lines.iter().flat_map(rows_of).collect();
    if rows.len() > ROWS {
        rows.truncate(ROWS - 1);
        rows.push((Meaning::Note, "…".to_owned()));
    }
    Card::measured(rows, step.ways.len(), is_straight(step, stage))
}

/// True where a step just goes on: its line leaves beside the title, without a word.
pub(super) fn is_straight(step: &Step, stage: usize) -> bool {
    let [only] = step.ways.as_slice() else { return false };
    only.label.is_empty() && matches!(only.to, To::Step(to, _) if to == stage)
}

fn rows_of(line: &Line) -> Vec<(Meaning, String)> {
    let mark = match line.meaning {
        Meaning::Recorded => "● ",
        Meaning::Alert => "⚠ ",
        _ => "",
    };
    // Alerts are bold, which is wider.
    let size = if line.meaning == Meaning::Alert { 13 } else { 12 };
    let rows = wrap(&format!("{mark}{}", line.text), size, CARD - 2 * INSET, SAID);
    rows.into_iter().map(|row| (line.meaning, row)).collect()
}

/// The steps of a stage in a frame that begins at the origin.
fn frame(stage: usize, steps: &[Step]) -> Frame {
    let blank = Action::default();
    let mut cards: Vec<Card> = steps.iter().map(|step| step_card(step, stage)).collect();
    let nodes = steps.iter().zip(&cards).map(|(step, card)| {
        let inside = step.ways.iter().filter_map(|way| match way.to {
            To::Step(to, place) if to == stage => Some(outlet(place, way.is_quiet)),
            _ => None,
        });
        Node { action: &blank, outlets: inside.collect(), height: card.height }
    });
    let graph = Graph { nodes: nodes.collect(), start: (!steps.is_empty()).then_some(0) };
    let layout = Layout::of(&graph);
    let origin = corner(&layout);
    let place = |at: Position| Position { x: PAD + (at.x - origin.x) / COLUMN * PITCH, y: TITLE + at.y - origin.y };
    for (card, position) in cards.iter_mut().zip(&layout.positions) {
        card.position = place(*position);
    }
    let routes: BTreeMap<(usize, usize), Route> = layout
        .routes
        .iter()
        .map(|(ends, route)| {
            let passes = route.passes.iter().map(|pass| place(*pass)).collect();
            (*ends, Route { passes, backward: route.backward })
        })
        .collect();
    let lowest_pass = routes.values().flat_map(|route| &route.passes).map(|pass| pass.y + 8).max().unwrap_or_default();
    let bottom = cards.iter().map(|card| card.position.y + card.height).max().unwrap_or(TITLE);
    let right = cards.iter().map(Card::right).max().unwrap_or(CARD);
    let swings = routes.values().any(|route| route.backward);
    Frame {
        position: Position::default(),
        width: right + if swings { 2 * PAD } else { PAD },
        height: bottom.max(lowest_pass) + PAD,
        cards,
        routes,
    }
}

/// The upper left corner of a layout, lines included.
fn corner(layout: &Layout) -> Position {
    let passes = layout.routes.values().flat_map(|route| &route.passes);
    let highest_pass = passes.map(|pass| pass.y - 8).min();
    let highest = layout.positions.iter().map(|at| at.y).chain(highest_pass).min();
    let left = layout.positions.iter().map(|at| at.x).min();
    Position { x: left.unwrap_or_default(), y: highest.unwrap_or_default() }
}

fn outlet<'a>(target: usize, is_quiet: bool) -> Outlet<'a> {
    Outlet { taken: Vec::new(), identifier: "", target: Some(target), is_quiet }
}

impl Frame {
    pub(super) fn shift(&mut self, by: Position) {
        self.position = by;
        let moved = |at: &mut Position| *at = Position { x: at.x + by.x, y: at.y + by.y };
        self.cards.iter_mut().for_each(|card| moved(&mut card.position));
        self.routes.values_mut().flat_map(|route| &mut route.passes).for_each(moved);
    }
}
