//! How to walk what no test walks.

use jiff::Timestamp;

use super::given::{self, Day, Given};
use super::{Decision, Path};
use crate::center::Center;
use crate::event::{BlockId, Event, What};
use crate::simulation::{Simulation, Start};

/// A test that walks a way, as data. It has been tried: the way is walked in a world that is as it is given.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// The block.
    pub block: BlockId,
    /// The way out of it that is walked.
    pub way: usize,
    /// When it begins.
    pub at: Timestamp,
    /// How the contact begins.
    pub start: Start,
    /// What is so around the flows.
    pub given: Given,
    /// What people do, and waits, in order: [`Decision::Does`] and [`Decision::Waits`].
    pub steps: Vec<Decision>,
    /// What happens then.
    pub events: Vec<Event>,
    /// How many events there were before each step.
    pub before: Vec<usize>,
}

impl Proposal {
    /// The beginning of a path that takes a way, as far as it is needed for that. `None` where the world would have to
    /// change on the way, so that no test can say it.
    pub(super) fn of(center: &Center, path: &Path, at: Timestamp, block: BlockId, way: usize) -> Option<Self> {
        let is_taken = |event: &Event| event.what == What::Left(block, Some(way));
        let turn = path.turn_of(path.events.iter().position(is_taken)?);
        let needed = path.decisions.iter().zip(&path.turns).filter(|(_, made)| **made <= turn);
        let mut start = path.start.clone();
        let (given, steps) = given::split(center, &mut start, needed.map(|(decision, _)| decision));
        let mut proposal = Self { block, way, at, start, given, steps, events: Vec::new(), before: Vec::new() };
        (proposal.events, proposal.before) = proposal.walk(center)?;
        proposal.events.iter().any(is_taken).then_some(proposal)
    }

    /// What happens, and how many events there were before each step. `None` where a step cannot be done.
    fn walk(&self, center: &Center) -> Option<(Vec<Event>, Vec<usize>)> {
        let mut day = Day::new(&self.given);
        let mut simulation = Simulation::new(center, &mut day, self.at);
        simulation.begin(self.start.clone());
        let mut before = Vec::new();
        for step in &self.steps {
            before.push(simulation.events().len());
            match step {
                Decision::Does(id, input) if id.0 < simulation.contacts().len() => {
                    simulation.give(*id, input).ok()?;
                }
                Decision::Waits(_, seconds) => simulation.pass(*seconds),
                _ => return None,
            }
        }
        Some((simulation.into_events(), before))
    }
}
