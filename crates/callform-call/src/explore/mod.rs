//! Walks flows by itself: whatever is not decided by a flow is decided in every way, one after the other.
//!
//! ```text
//! Center ─facts→ what there is to decide ─┐
//! script (choices to repeat) ─────────────┴─run→ Path + open points ─frontier→ the next script …
//!                                                  └─findings, coverage, the shortest path to each way
//! ```
//!
//! A run begins anew and repeats the choices of its script; beyond that it takes the first of what there is, and notes
//! what else it could have chosen. Two phases follow one another:
//!
//! 1. **Guided**: what was never chosen at its place comes first, then what is nearest to something that nobody walked.
//!    The same choice in the same state (where the contact is, what values flows look at, what was answered) is made
//!    once. So this phase ends by itself where a flow has few states, and at its bound elsewhere.
//! 2. **Systematic**: paths with the fewest unusual choices first, whatever their states, each way at most a few times.
//!
//! Nothing depends on a clock, on chance or on the order of a hash table: the same flows give the same paths.

mod decision;
mod distance;
mod facts;
mod lone;
mod findings;
mod given;
mod proposal;
mod run;
mod search;
mod state;
#[cfg(test)]
mod tests;
mod turns;
mod world;

pub use decision::Decision;
pub use findings::{Finding, Problem};
pub use given::Given;
pub use lone::center_of;
pub use proposal::Proposal;

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::center::Center;
use crate::contact::Turn;
use crate::coverage::Coverage;
use crate::event::{BlockId, Event, FlowId, What};
use crate::simulation::Start;

/// Most paths that are tried for a proposal.
const MOST_TRIES: usize = 20;

/// Where contacts come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// At a flow alone: what a contact brings along (attributes, its queue, how it came) is open.
    Flow(FlowId),
    /// At a phone number of the center, by its place in [`Center::numbers`]: a contact brings nothing along.
    Number(usize),
}

/// How far to go. Every bound is a count, so that the same flows give the same paths on every machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Most runs of the guided phase.
    pub runs: usize,
    /// Most runs of it, one after the other, that walk nothing new.
    pub patience: usize,
    /// Most paths of the systematic phase.
    pub paths: usize,
    /// How often a path of the systematic phase may take a way.
    pub rounds: usize,
    /// Most turns of a path: what people do, and waits.
    pub turns: usize,
    /// Most blocks between two turns; where a loop counts, or all of them differ, as many as the simulation has.
    pub steps: usize,
    /// Most blocks that are walked in all runs together.
    pub total_steps: usize,
    /// What time it is at the start.
    pub at: Timestamp,
    /// Whether hours with a schedule are open by that time; otherwise they are open and closed in turn.
    pub follows_schedules: bool,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            runs: 2_000,
            patience: 250,
            paths: 100,
            rounds: 2,
            turns: 40,
            steps: 300,
            total_steps: 60_000,
            at: Timestamp::UNIX_EPOCH,
            follows_schedules: false,
        }
    }
}

/// A way of a contact from its beginning to where it was left.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// How it began.
    pub start: Start,
    /// What was decided, in order, without what goes without saying.
    pub decisions: Vec<Decision>,
    /// What happened.
    pub events: Vec<Event>,
    /// How it ended.
    pub end: PathEnd,
    /// For each decision, after how many turns it was made.
    turns: Vec<usize>,
    /// For each turn, how many events there were before it.
    since: Vec<usize>,
}

/// How a path ends.
#[derive(Clone, Debug, PartialEq)]
pub enum PathEnd {
    /// Every contact is over.
    Over,
    /// A contact waits for what never comes.
    Waits(Turn),
    /// It was not followed any further.
    Cut,
}

impl Path {
    /// What was decided, in words.
    pub fn words(&self, center: &Center) -> Vec<String> {
        self.decisions.iter().map(|decision| decision.words(center)).collect()
    }

    /// How long it is for who has to walk it: decisions first, then what happens.
    fn length(&self) -> Length {
        (self.decisions.iter().map(effort).sum(), self.events.len())
    }

    /// The turn in which an event happened.
    fn turn_of(&self, event: usize) -> usize {
        self.since.partition_point(|before| *before <= event).saturating_sub(1)
    }

    /// How long it is up to an event.
    fn length_to(&self, event: usize) -> Length {
        let turn = self.turn_of(event);
        let made = self.turns.partition_point(|made| *made <= turn);
        (self.decisions[..made].iter().map(effort).sum(), event)
    }
}

/// How long a path is: its decisions, and events.
type Length = (usize, usize);

/// What a decision counts: what people do is more usual than a world in which something is out of order.
fn effort(decision: &Decision) -> usize {
    if matches!(decision, Decision::Does(..) | Decision::Waits(..)) { 1 } else { 2 }
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Exploration {
    /// Paths: those that walked something for the first time or by a shorter way, and those of the systematic phase.
    pub paths: Vec<Path>,
    /// What all of them together have walked.
    pub coverage: Coverage,
    /// What is wrong, each once at its place.
    pub findings: Vec<Finding>,
    /// Runs that were made.
    pub runs: usize,
    /// Blocks that were walked in all runs together.
    pub steps: usize,
    /// True where every choice was made in every state: what was not walked then cannot be walked, as far as this
    /// exploration looks at flows.
    pub is_complete: bool,
    at: Timestamp,
    /// For each way the path that takes it first, and how long it is up to there.
    shortest: BTreeMap<(BlockId, usize), (usize, Length)>,
}

impl Exploration {
    /// The shortest path that takes a way.
    pub fn path_to(&self, block: BlockId, way: usize) -> Option<&Path> {
        self.paths.get(self.shortest.get(&(block, way))?.0)
    }

    /// A test that takes a way: the beginning of the shortest path that does so in a world that stays as it is.
    pub fn propose(&self, center: &Center, block: BlockId, way: usize) -> Option<Proposal> {
        let of = |path: &Path| Proposal::of(center, path, self.at, block, way);
        if let Some(proposal) = self.path_to(block, way).and_then(of) {
            return Some(proposal);
        }
        let taken = What::Left(block, Some(way));
        let place = |path: &Path| path.events.iter().position(|event| event.what == taken);
        let mut paths: Vec<_> =
            self.paths.iter().filter_map(|path| Some((path.length_to(place(path)?), path))).collect();
        paths.sort_by_key(|(length, _)| *length);
        paths.truncate(MOST_TRIES);
        paths.into_iter().find_map(|(_, path)| of(path))
    }

    /// Tests for what some tests have not walked, as far as paths are known to it. One that walks several such ways is
    /// made once, for the first of them.
    pub fn proposals(&self, center: &Center, tested: &Coverage) -> Vec<Proposal> {
        let mut covered = tested.clone();
        let mut proposals = Vec::new();
        for (block, way) in self.shortest.keys() {
            if covered.has_way(*block, *way) {
                continue;
            }
            if let Some(proposal) = self.propose(center, *block, *way) {
                covered.add(&proposal.events);
                proposals.push(proposal);
            }
        }
        proposals
    }
}

/// Explores a center from one of its entries.
pub fn explore(center: &Center, entry: Entry, bounds: &Bounds) -> Exploration {
    search::Search::new(center, entry, bounds).explore()
}
