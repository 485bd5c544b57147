//! Which script comes next.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashSet};
use std::rc::Rc;

use super::distance::Distances;
use super::facts::Facts;
use super::findings::Findings;
use super::run::{Run, Setting};
use super::world::{Question, Site};
use super::{Bounds, Entry, Exploration, PathEnd};
use crate::center::Center;
use crate::coverage;
use crate::event::{BlockId, What};

/// How much less a choice is worth for each time that it was made at its place.
const WORN: u32 = 2;
/// Most points of a run from which others branch off.
const MOST_POINTS: usize = 500;

/// A choice to be made: a run up to one of its points, and another choice there.
struct Candidate {
    parent: Rc<[u16]>,
    point: usize,
    choice: usize,
    site: Site,
    way: Option<usize>,
}

impl Candidate {
    fn script(&self) -> Vec<u16> {
        along(&self.parent, self.point, self.choice)
    }
}

pub(super) struct Search<'a> {
    setting: Setting<'a>,
    distances: Distances,
    /// Ways that could be walked and were not.
    open: BTreeSet<(BlockId, usize)>,
    findings: Findings,
    found: Exploration,
}

/// What is still to be tried in the guided phase.
#[derive(Default)]
struct Frontier {
    candidates: Vec<Candidate>,
    /// Choices that were never made at their place, by the length of their script.
    fresh: BinaryHeap<Reverse<(usize, usize)>>,
    /// Others, by what they are worth: those found first before the others, and the other way round. Each has its turn: the
    /// one finds what is near the start in every state, the other what comes after many rounds.
    early: BinaryHeap<Reverse<(u32, usize)>>,
    late: BinaryHeap<Reverse<(u32, Reverse<usize>)>>,
    is_late: bool,
    made: BTreeSet<usize>,
    known: BTreeSet<(Site, usize)>,
    states: HashSet<(u64, Site, usize)>,
    tries: BTreeMap<(Site, usize), u32>,
}

impl<'a> Search<'a> {
    pub(super) fn new(center: &'a Center, entry: Entry, bounds: &Bounds) -> Self {
        let setting = Setting { center, facts: Facts::of(center), entry, bounds: *bounds };
        let mut open = BTreeSet::new();
        for (flow, program) in center.flows() {
            for block in coverage::reachable(program) {
                open.extend((0..program.blocks[block].ways.len()).map(|way| (BlockId { flow, block }, way)));
            }
        }
        let distances = Distances::new(center);
        Self {
            setting,
            distances,
            open,
            findings: Findings::default(),
            found: Exploration { at: bounds.at, ..Exploration::default() },
        }
    }

    pub(super) fn explore(mut self) -> Exploration {
        self.found.is_complete = self.guided();
        self.systematic();
        let findings = std::mem::take(&mut self.findings);
        self.found.findings = findings.into_list();
        self.found
    }

    /// True where nothing was left to try.
    fn guided(&mut self) -> bool {
        let bounds = self.setting.bounds;
        let mut frontier = Frontier::default();
        let mut script = Vec::new();
        let mut in_vain = 0;
        let mut is_whole = true;
        self.measure();
        loop {
            let run = self.setting.run(&script, None);
            is_whole &= run.path.end != PathEnd::Cut && run.points.len() <= script.len() + MOST_POINTS;
            let is_new = self.learn(&run);
            in_vain = if is_new { 0 } else { in_vain + 1 };
            frontier.branch_off(&run, script.len());
            if is_new {
                self.measure();
            }
            let Some(next) = frontier.next(self) else { return is_whole };
            if self.found.runs >= bounds.runs || self.is_spent() || in_vain >= bounds.patience {
                return false;
            }
            script = next;
        }
    }

    /// Paths by the number of their unusual choices, and those that differ early first.
    fn systematic(&mut self) {
        let bounds = self.setting.bounds;
        let mut scripts: Vec<(Rc<[u16]>, usize, usize)> = Vec::new();
        let mut waiting: BinaryHeap<Reverse<(usize, usize, usize)>> = BinaryHeap::new();
        let (mut script, mut unusual) = (Vec::new(), 0);
        for _ in 0..bounds.paths {
            if self.is_spent() {
                return;
            }
            let run = self.setting.run(&script, Some(bounds.rounds));
            let choices: Rc<[u16]> = run.points.iter().map(chosen).collect();
            for (at, point) in run.points.iter().enumerate().skip(script.len()).take(MOST_POINTS) {
                for choice in 1..point.ways.len() {
                    waiting.push(Reverse((unusual + 1, at, scripts.len())));
                    scripts.push((Rc::clone(&choices), at, choice));
                }
            }
            self.learn(&run);
            self.keep(&run);
            let Some(Reverse((next, at, place))) = waiting.pop() else { return };
            let (parent, _, choice) = &scripts[place];
            unusual = next;
            script = along(parent, at, *choice);
        }
    }

    fn is_spent(&self) -> bool {
        self.found.steps >= self.setting.bounds.total_steps
    }

    /// Takes in what a run has shown. True where it walked something new.
    fn learn(&mut self, run: &Run) -> bool {
        let found = &mut self.found;
        found.runs += 1;
        found.steps += run.steps;
        let before = self.open.len();
        let place = found.paths.len();
        let mut is_kept = false;
        for (index, event) in run.path.events.iter().enumerate() {
            let What::Left(at, Some(way)) = event.what else { continue };
            self.open.remove(&(at, way));
            let length = run.path.length_to(index);
            if found.shortest.get(&(at, way)).is_none_or(|(_, known)| length < *known) {
                found.shortest.insert((at, way), (place, length));
                is_kept = true;
            }
        }
        found.coverage.add(&run.path.events);
        is_kept |= self.findings.add(self.setting.center, &run.path, place);
        if is_kept {
            found.paths.push(run.path.clone());
        }
        self.open.len() < before
    }

    /// Keeps a path, unless the last one is the same.
    fn keep(&mut self, run: &Run) {
        if self.found.paths.last() != Some(&run.path) {
            self.found.paths.push(run.path.clone());
        }
    }

    fn measure(&mut self) {
        self.distances.measure(self.open.iter().map(|(at, _)| *at));
    }

    /// How far it is to something new, by a choice. What people do comes before what is out of order around them.
    fn worth(&self, candidate: &Candidate) -> u32 {
        let is_turn = matches!(candidate.site.question, Question::Turn(_));
        self.way_to_go(candidate) + u32::from(!is_turn)
    }

    fn way_to_go(&self, candidate: &Candidate) -> u32 {
        const NOT_KNOWN: u32 = 3;
        let Some(at) = candidate.site.at else { return NOT_KNOWN };
        let Some(way) = candidate.way else { return NOT_KNOWN.min(1 + self.distances.from(at)) };
        if self.open.contains(&(at, way)) {
            return 0;
        }
        let target = self.setting.center.flow(at.flow).blocks[at.block].ways.get(way).and_then(|way| way.target);
        target.map_or(u32::MAX / 4, |block| 1 + self.distances.from(BlockId { flow: at.flow, block }))
    }
}

/// A script along another one, with another choice at a point.
fn along(parent: &[u16], point: usize, choice: usize) -> Vec<u16> {
    let mut script = parent[..point].to_vec();
    script.push(u16::try_from(choice).unwrap_or(u16::MAX));
    script
}

fn chosen(point: &super::world::Point) -> u16 {
    u16::try_from(point.chosen).unwrap_or(u16::MAX)
}

impl Frontier {
    /// Notes what else could have been chosen beyond a run's script.
    fn branch_off(&mut self, run: &Run, script: usize) {
        let choices: Rc<[u16]> = run.points.iter().map(chosen).collect();
        for (at, point) in run.points.iter().enumerate().skip(script).take(MOST_POINTS) {
            // The choice that was made counts as made in this state, too.
            self.states.insert((point.state, point.site.clone(), point.chosen));
            self.known.insert((point.site.clone(), point.chosen));
            for (choice, way) in point.ways.iter().enumerate() {
                if choice == point.chosen || !self.states.insert((point.state, point.site.clone(), choice)) {
                    continue;
                }
                let candidate =
                    Candidate { parent: Rc::clone(&choices), point: at, choice, site: point.site.clone(), way: *way };
                let place = self.candidates.len();
                if self.known.insert((point.site.clone(), choice)) {
                    self.fresh.push(Reverse((at, place)));
                } else {
                    self.early.push(Reverse((0, place)));
                    self.late.push(Reverse((0, Reverse(place))));
                }
                self.candidates.push(candidate);
            }
        }
    }

    /// The next script.
    fn next(&mut self, search: &Search<'_>) -> Option<Vec<u16>> {
        if let Some(Reverse((_, place))) = self.fresh.pop() {
            return self.candidates.get(place).map(Candidate::script);
        }
        self.is_late = !self.is_late;
        // Worth only falls while more is walked: who comes first and still is worth what it was is the best.
        while let Some((stored, place)) = self.pop() {
            if self.made.contains(&place) {
                continue;
            }
            let candidate = self.candidates.get(place)?;
            let key = (candidate.site.clone(), candidate.choice);
            let worn = self.tries.get(&key).copied().unwrap_or_default() * WORN;
            let now = search.worth(candidate).saturating_add(worn);
            if now <= stored {
                *self.tries.entry(key).or_default() += 1;
                self.made.insert(place);
                return Some(candidate.script());
            }
            self.push(now, place);
        }
        None
    }

    fn pop(&mut self) -> Option<(u32, usize)> {
        if self.is_late {
            self.late.pop().map(|Reverse((stored, Reverse(place)))| (stored, place))
        } else {
            self.early.pop().map(|Reverse((stored, place))| (stored, place))
        }
    }

    fn push(&mut self, worth: u32, place: usize) {
        if self.is_late {
            self.late.push(Reverse((worth, Reverse(place))));
        } else {
            self.early.push(Reverse((worth, place)));
        }
    }
}
