//! A campaign of days in a second: the same decisions as the dialer's, against a model of people and agents.
//!
//! Who may be called and how many, what an outcome means and when somebody is called again is decided by the very
//! functions that decide for the table ([`Campaign::pace`], [`admission::admit`], [`admission::take`], [`transition`],
//! [`agents::seen`]); there is only no table between. The same model gives the same bytes.

mod chart;
mod model;
mod tally;

pub use model::{Model, Rates, Shift};
pub use tally::{Hour, Nobody, Simulation};

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use crate::admission::{self, Refusal};
use crate::agents::{self, AgentEvent};
use crate::evidence::{Detected, Evidence, Reason, Said, Talked};
use crate::ids::{AgentId, Number};
use crate::item::{Agent, Attempt, Campaign, NumberRecord, Person, State};
use crate::moment::Moment;
use crate::phone::PlaceError;
use crate::policy::Policy;
use crate::transition::{self, Concerned, NotPlaced};
use model::{Chance, Fate};
use std::time::Duration;
use tally::Tally;

/// What happens next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Next {
    /// Somebody is due, a token is there, or agents were counted: look whom to call.
    Look,
    /// Agents come or go.
    Staff(usize),
    /// A call is answered, or not.
    Answer(usize),
    /// Somebody who waits has no patience left.
    Impatient(usize),
    /// A call ends.
    End(usize),
    /// An agent is done with after-call work.
    Free(usize),
}

/// A call that goes on.
struct Live {
    attempt: Attempt,
    person: usize,
    fate: Fate,
    agent: Option<usize>,
}

/// An agent of the model.
struct Worker {
    id: AgentId,
    known: Option<Agent>,
    on: bool,
    busy: bool,
}

struct Simulator<'a> {
    policy: &'a Policy,
    model: &'a Model,
    chance: Chance,
    now: Moment,
    campaign: Campaign,
    persons: Vec<Person>,
    numbers: Vec<NumberRecord>,
    /// Who is due when.
    due: BinaryHeap<Reverse<(Moment, usize)>>,
    calls: Vec<Option<Live>>,
    spare: Vec<usize>,
    waiting: VecDeque<usize>,
    agents: Vec<Worker>,
    free: Vec<usize>,
    next: BinaryHeap<Reverse<(Moment, u64, Next)>>,
    serial: u64,
    looks: Option<Moment>,
    tally: Tally,
}

/// Runs a model to its end, or until nobody is left to be called.
pub fn simulate(policy: &Policy, model: &Model) -> Simulation {
    let mut simulator = Simulator::new(policy, model);
    simulator.run();
    let ended = simulator.now;
    simulator.tally.close(ended);
    let due = simulator.due.peek().map(|Reverse((due, _))| *due);
    Simulation::of(policy, model, &simulator.campaign, simulator.tally, ended, due)
}

impl<'a> Simulator<'a> {
    fn new(policy: &'a Policy, model: &'a Model) -> Self {
        let mut simulator = Self {
            policy,
            model,
            chance: Chance::new(model.seed),
            now: model.start,
            campaign: Campaign { state: State::Running, started: Some(model.start), ..Campaign::default() },
            persons: Vec::with_capacity(model.people as usize),
            numbers: Vec::with_capacity(model.people as usize),
            due: BinaryHeap::new(),
            calls: Vec::new(),
            spare: Vec::new(),
            waiting: VecDeque::new(),
            agents: Vec::new(),
            free: Vec::new(),
            next: BinaryHeap::new(),
            serial: 0,
            looks: None,
            tally: Tally::new(model.start),
        };
        simulator.campaign.agents.at = Some(model.start - Duration::from_secs(3));
        for index in 0..model.people {
            simulator.populate(index);
        }
        for (index, shift) in model.shifts.iter().enumerate() {
            simulator.at(shift.from.max(model.start), Next::Staff(index));
        }
        simulator.at(model.start, Next::Look);
        simulator
    }

    fn populate(&mut self, index: u32) {
        // A range of numbers that no country gives out.
        let digits = 15_550_000_000_u64 + u64::from(index);
        let number = Number::from_e164(&format!("+{digits}")).or_else(|| Number::from_e164("+15550100"));
        let Some(number) = number else { return };
        let zone = &self.model.zones[index as usize % self.model.zones.len().max(1)];
        let mut person = Person {
            id: format!("P{index}").into(),
            numbers: vec![number.clone()],
            zones: vec![zone.clone()],
            enabled: true,
            created: self.now,
            ..Person::default()
        };
        transition::settle(self.policy, &mut person, self.now);
        self.campaign.counts.add(person.standing);
        if let Some(due) = person.due {
            self.due.push(Reverse((due, self.persons.len())));
        }
        self.persons.push(person);
        self.numbers.push(NumberRecord::new(number));
    }

    fn at(&mut self, at: Moment, next: Next) {
        self.serial += 1;
        self.next.push(Reverse((at, self.serial, next)));
    }

    fn after(&mut self, milliseconds: u64, next: Next) {
        self.at(self.now + Duration::from_millis(milliseconds), next);
    }

    /// Looks whom to call, at a moment; of several looks only the first is kept.
    fn look_at(&mut self, at: Moment) {
        if self.looks.is_none_or(|looks| at < looks || looks <= self.now) {
            self.looks = Some(at);
            self.at(at, Next::Look);
        }
    }

    fn run(&mut self) {
        let end = self.model.start + Duration::from_hours(self.model.hours.into());
        while let Some(Reverse((at, _, next))) = self.next.pop() {
            if at >= end || matches!(self.campaign.state, State::Done) {
                self.now = at.min(end).max(self.now);
                return;
            }
            self.now = at;
            match next {
                Next::Look => {}
                Next::Staff(shift) => self.staff(self.model.shifts[shift].agents as usize),
                Next::Answer(call) => self.answer(call),
                Next::Impatient(call) => self.impatient(call),
                Next::End(call) => self.end(call),
                Next::Free(agent) => self.freed(agent),
            }
            self.look();
        }
    }

    /// Calls who may be called.
    fn look(&mut self) {
        loop {
            let Some(Reverse((due, index))) = self.due.peek().copied() else { return };
            if due > self.now {
                return self.look_at(due);
            }
            if let Err(refusal) = self.campaign.pace(self.policy, self.now) {
                self.tally.refused(&refusal, self.now);
                match refusal {
                    Refusal::Slow { until } => self.look_at(until),
                    // Agents who rest are counted again when they have.
                    Refusal::FewAgents { .. } | Refusal::AgentsBusy { .. } => {
                        if let Some(rested) =
                            self.campaign.agents.resting.iter().copied().filter(|at| *at > self.now).min()
                        {
                            self.look_at(rested);
                        }
                    }
                    _ => {}
                }
                return;
            }
            self.due.pop();
            self.call(index);
        }
    }

    fn call(&mut self, index: usize) {
        let (person, number) = (&mut self.persons[index], &mut self.numbers[index]);
        if person.due.is_none_or(|due| due > self.now) {
            return;
        }
        if admission::admit(self.policy, person, Some(number), self.now).is_err() {
            transition::stand(self.policy, &mut self.campaign, person, self.now);
            // As a number is put off by a minute where it is called for somebody else.
            if let Some(due) = person.due {
                let due = due.max(self.now + Duration::from_mins(1));
                person.due = Some(due);
                self.due.push(Reverse((due, index)));
            }
            return;
        }
        let id = format!("s{}", self.tally.claims());
        let mut attempt = admission::take(self.policy, &mut self.campaign, person, number, self.now, id.into());
        transition::placed(self.policy, &mut attempt, "simulated".into(), self.now);
        let fate = self.chance.fate(&self.model.rates);
        self.tally.claimed(self.now, self.campaign.counts.live);
        let rings = match fate {
            Fate::Silent => u64::from(self.policy.ring_seconds) * 1000,
            _ => self.chance.around(self.model.rates.ring_seconds),
        };
        let live = Live { attempt, person: index, fate, agent: None };
        let slot = if let Some(slot) = self.spare.pop() {
            self.calls[slot] = Some(live);
            slot
        } else {
            self.calls.push(Some(live));
            self.calls.len() - 1
        };
        if fate == Fate::Refused { self.refused(slot) } else { self.after(rings, Next::Answer(slot)) }
    }

    /// Connect asks to slow down, once in a while.
    fn refused(&mut self, slot: usize) {
        let Some(mut live) = self.calls[slot].take() else { return };
        // As the answer came, nothing was placed.
        live.attempt.state = crate::item::AttemptState::Claimed;
        let mut on = concerned(&mut self.campaign, &mut self.persons, &mut self.numbers, &mut live);
        transition::not_placed(self.policy, &mut on, NotPlaced::Said(PlaceError::Throttled), self.now);
        self.tally.not_placed();
        self.release(slot, live.person);
    }

    fn release(&mut self, slot: usize, person: usize) {
        self.spare.push(slot);
        if let Some(due) = self.persons[person].due {
            self.due.push(Reverse((due, person)));
        }
    }

    /// Takes in what is known of a call.
    fn learn(&mut self, slot: usize, evidence: &Evidence) {
        let Some(mut live) = self.calls[slot].take() else { return };
        let mut on = concerned(&mut self.campaign, &mut self.persons, &mut self.numbers, &mut live);
        transition::learned(self.policy, &mut on, evidence, self.now);
        if evidence.is_over() {
            self.tally.ended(&live.attempt);
            self.release(slot, live.person);
        } else {
            self.tally.learned();
            self.calls[slot] = Some(live);
        }
    }

    fn answer(&mut self, slot: usize) {
        let Some(fate) = self.calls[slot].as_ref().map(|live| live.fate) else { return };
        let answered = Some(self.now);
        let ended = Some(self.now);
        match fate {
            Fate::Silent | Fate::Refused => self.learn(slot, &Evidence { ended, ..Evidence::default() }),
            Fate::Busy => {
                let detected = Some(Detected::Busy);
                self.learn(slot, &Evidence { detected, ended, ..Evidence::default() });
            }
            Fate::Invalid => {
                let detected = Some(Detected::InvalidNumber);
                self.learn(slot, &Evidence { detected, ended, ..Evidence::default() });
            }
            Fate::Machine | Fate::HangsUp => {
                let detected = (fate == Fate::Machine).then_some(Detected::Machine);
                self.learn(slot, &Evidence { answered, detected, ..Evidence::default() });
                let lasts = self.chance.around(6);
                self.after(lasts, Next::End(slot));
            }
            Fate::Key => {
                let key = Some(Said { at: self.now, what: if self.chance.percent(80) { "1" } else { "2" }.to_owned() });
                self.learn(slot, &Evidence { answered, key, ..Evidence::default() });
                let lasts = self.chance.around(20);
                self.after(lasts, Next::End(slot));
            }
            Fate::Agent => {
                self.learn(slot, &Evidence { answered, queued: answered, ..Evidence::default() });
                self.waiting.push_back(slot);
                let patience = self.chance.exponential(self.model.rates.patience_seconds);
                self.after(patience, Next::Impatient(slot));
                self.hand_out();
            }
        }
    }

    fn impatient(&mut self, slot: usize) {
        let waits = self.waiting.iter().position(|waiting| *waiting == slot);
        // A call that ended has made room for another one in the same place.
        let since = self.calls[slot].as_ref().and_then(|live| live.attempt.evidence.queued);
        if let (Some(place), Some(since)) = (waits, since)
            && since < self.now
        {
            self.waiting.remove(place);
            self.tally.waited(self.now.since(since), false);
            let reason = Some(Reason::Customer);
            self.learn(slot, &Evidence { ended: Some(self.now), reason, ..Evidence::default() });
        }
    }

    fn hand_out(&mut self) {
        while !self.waiting.is_empty() {
            let Some(agent) = self.free.pop() else { return };
            let Some(slot) = self.waiting.pop_front() else { return };
            self.agents[agent].busy = true;
            self.seen(agent, false);
            let talked = Talked { since: self.now, agent: self.agents[agent].id.clone() };
            if let Some(live) = &mut self.calls[slot] {
                live.agent = Some(agent);
                let waited = live.attempt.evidence.queued.map_or(Duration::ZERO, |since| self.now.since(since));
                self.tally.waited(waited, true);
            }
            self.tally.talking(1, self.now);
            self.learn(slot, &Evidence { talked: Some(talked), ..Evidence::default() });
            let talk = self.chance.exponential(self.model.rates.talk_seconds);
            self.after(talk, Next::End(slot));
        }
    }

    fn end(&mut self, slot: usize) {
        let agent = self.calls[slot].as_ref().and_then(|live| live.agent);
        let reason = Some(Reason::Customer);
        self.learn(slot, &Evidence { ended: Some(self.now), reason, ..Evidence::default() });
        if let Some(agent) = agent {
            self.tally.talking(-1, self.now);
            let wrap = self.chance.around(self.model.rates.wrap_seconds);
            self.after(wrap, Next::Free(agent));
        }
    }

    fn freed(&mut self, agent: usize) {
        self.agents[agent].busy = false;
        self.tally.wrapped(self.now);
        if self.agents[agent].on {
            self.free.push(agent);
            self.seen(agent, true);
            self.hand_out();
        }
    }

    /// As an event of the agent's says.
    fn seen(&mut self, agent: usize, free: bool) {
        let worker = &mut self.agents[agent];
        let event =
            AgentEvent { agent: worker.id.clone(), at: self.now, free, was_free: Some(!free), contacts: Vec::new() };
        // Two events of an agent within a millisecond are one after the other all the same.
        if let Some(known) = &mut worker.known
            && known.at >= self.now
        {
            known.at = self.now - Duration::from_millis(1);
        }
        let seen = agents::seen(self.policy, &mut self.campaign.agents, worker.known.as_ref(), &event, self.now);
        worker.known = seen.or(worker.known.take());
    }

    fn staff(&mut self, wanted: usize) {
        while self.agents.len() < wanted {
            let id = AgentId::from(format!("agent-{}", self.agents.len()));
            self.agents.push(Worker { id, known: None, on: false, busy: false });
        }
        for agent in 0..self.agents.len() {
            let on = agent < wanted;
            if self.agents[agent].on == on {
                continue;
            }
            self.agents[agent].on = on;
            if self.agents[agent].busy {
                continue;
            }
            if on {
                self.free.push(agent);
            } else {
                self.free.retain(|free| *free != agent);
            }
            self.seen(agent, on);
        }
        self.tally.staffed(wanted, self.now);
        self.hand_out();
    }
}

fn concerned<'c>(
    campaign: &'c mut Campaign,
    persons: &'c mut [Person],
    numbers: &'c mut [NumberRecord],
    live: &'c mut Live,
) -> Concerned<'c> {
    Concerned {
        campaign,
        person: persons.get_mut(live.person),
        number: numbers.get_mut(live.person),
        attempt: &mut live.attempt,
    }
}

#[cfg(test)]
mod tests;
