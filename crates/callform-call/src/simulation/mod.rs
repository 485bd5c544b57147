//! Contacts that walk through flows, while time passes.

mod ask;
mod conditions;
mod input;
mod join;
mod numbers;
mod perform;
mod queue;
mod services;
#[cfg(test)]
pub(crate) mod tests;

pub(crate) use conditions::holds;
pub use input::{Input, NotNow};

use std::sync::Arc;

use callform_flow::FlowType;
use jiff::{SignedDuration, Timestamp};

use crate::assumptions::Assumptions;
use crate::center::Center;
use crate::contact::{Channel, Contact, Frame, Turn};
use crate::event::{BlockId, ContactId, End, Event, FlowId, Method, QueueId, Role, What};
use crate::program::{Block, Hook};
use crate::surroundings::Surroundings;

/// How many blocks may follow one another while no time passes and nobody does anything.
pub const MOST_STEPS: usize = 10_000;

/// A center with contacts in it.
///
/// ```text
/// begin ─→ a contact runs until it waits ─→ turn
/// give / pass ─→ it goes on ─→ turn …
/// ```
pub struct Simulation<'a> {
    pub(crate) center: &'a Center,
    pub(crate) surroundings: &'a mut dyn Surroundings,
    pub(crate) assumptions: Assumptions,
    pub(crate) now: Timestamp,
    pub(crate) contacts: Vec<Contact>,
    events: Vec<Event>,
    most_steps: usize,
    /// What flows see of contacts, in the order they come.
    names: Vec<Arc<str>>,
}

/// How a contact begins.
#[derive(Clone, Debug, PartialEq)]
pub struct Start {
    /// The flow it begins in.
    pub flow: FlowId,
    /// By phone or otherwise.
    pub channel: Channel,
    /// Who began it.
    pub method: Method,
    /// The customer's number.
    pub customer: Option<Arc<str>>,
    /// The number that was called.
    pub system: Option<Arc<str>>,
    /// The working queue it has from the start.
    pub queue: Option<QueueId>,
    /// Attributes it has from the start.
    pub attributes: Vec<(Arc<str>, Arc<str>)>,
}

impl Start {
    /// A call from outside that a flow answers.
    pub fn call(flow: FlowId) -> Self {
        Self {
            flow,
            channel: Channel::Voice,
            method: Method::Inbound,
            customer: None,
            system: None,
            queue: None,
            attributes: Vec::new(),
        }
    }
}

/// How a contact goes on after a block.
pub(crate) enum Go {
    /// By the way that nothing in particular takes.
    Next,
    /// By the way of an error.
    Error(&'static str),
    /// By a way.
    Way(usize),
    /// By the way of a result; where there is none, by that of no matching condition.
    Result(Arc<str>),
    /// It waits: its turn is set.
    Wait,
    /// It is in another flow.
    Jump,
    /// It waits in a queue, where it may be in a flow: what there is to tell has been told.
    Queued,
    /// The flow it is in is over.
    Finish,
    /// It is over.
    End(End),
}

impl<'a> Simulation<'a> {
    /// An empty center at a time.
    pub fn new(center: &'a Center, surroundings: &'a mut dyn Surroundings, now: Timestamp) -> Self {
        Self {
            center,
            surroundings,
            assumptions: Assumptions::default(),
            now,
            contacts: Vec::new(),
            events: Vec::new(),
            most_steps: MOST_STEPS,
            names: Vec::new(),
        }
    }

    /// The same where contacts have these identifiers, in the order they come.
    pub fn naming(mut self, names: Vec<Arc<str>>) -> Self {
        self.names = names;
        self
    }

    /// The same where contacts go round endlessly after fewer blocks than [`MOST_STEPS`].
    pub fn at_most(mut self, steps: usize) -> Self {
        self.most_steps = steps.min(MOST_STEPS);
        self
    }

    /// The same with other assumptions.
    pub fn assuming(mut self, assumptions: Assumptions) -> Self {
        self.assumptions = assumptions;
        self
    }

    /// The center.
    pub fn center(&self) -> &'a Center {
        self.center
    }

    /// What time it is.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Everything that happened so far.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// What happened, when nothing else is to be asked.
    pub fn into_events(self) -> Vec<Event> {
        self.events
    }

    /// Every contact, in the order they came.
    pub fn contacts(&self) -> &[Contact] {
        &self.contacts
    }

    /// A contact.
    pub fn contact(&self, id: ContactId) -> &Contact {
        &self.contacts[id.0]
    }

    /// What a contact waits for.
    pub fn turn(&self, id: ContactId) -> &Turn {
        &self.contact(id).turn
    }

    /// Begins a contact and runs it until it waits.
    pub fn begin(&mut self, start: Start) -> ContactId {
        let id = self.add(start.channel, start.method);
        let contact = &mut self.contacts[id.0];
        contact.customer = start.customer;
        contact.system = start.system;
        contact.queue = start.queue;
        contact.attributes = start.attributes.into_iter().collect();
        self.tell(id, What::Began(start.method));
        let role = match self.center.flow(start.flow).flow_type {
            FlowType::CustomerQueue => Role::CustomerQueue,
            FlowType::CustomerHold => Role::CustomerHold,
            FlowType::AgentHold => Role::AgentHold,
            FlowType::CustomerWhisper => Role::CustomerWhisper,
            FlowType::AgentWhisper => Role::AgentWhisper,
            FlowType::OutboundWhisper => Role::OutboundWhisper,
            FlowType::AgentTransfer | FlowType::QueueTransfer => Role::Transfer,
            FlowType::ContactFlow | FlowType::Campaign | FlowType::Module => Role::Main,
        };
        self.enter(id, start.flow, role);
        self.run(id);
        id
    }

    /// Lets time pass: what was waited for long enough goes on.
    pub fn pass(&mut self, seconds: u64) {
        self.pass_until(self.later(seconds));
    }

    /// Lets time pass until a moment; one that is over changes nothing.
    pub fn pass_until(&mut self, until: Timestamp) {
        while let Some((due, id)) = self.next_due().filter(|(due, _)| *due <= until) {
            self.now = self.now.max(due);
            self.time_is_up(id);
        }
        self.now = self.now.max(until);
    }

    /// The contact whose waiting is over next, and when.
    pub fn next_due(&self) -> Option<(Timestamp, ContactId)> {
        let due = self.contacts.iter().filter_map(|contact| Some((contact.due?, contact.id)));
        due.min()
    }

    pub(crate) fn later(&self, seconds: u64) -> Timestamp {
        let seconds = SignedDuration::from_secs(seconds.try_into().unwrap_or(i64::MAX));
        self.now.saturating_add(seconds).unwrap_or(Timestamp::MAX)
    }

    pub(crate) fn add(&mut self, channel: Channel, method: Method) -> ContactId {
        let id = ContactId(self.contacts.len());
        let mut contact = Contact::new(id, channel, method);
        if let Some(name) = self.names.get(id.0) {
            contact.name = Arc::clone(name);
        }
        self.contacts.push(contact);
        id
    }

    pub(crate) fn tell(&mut self, contact: ContactId, what: What) {
        let event = Event { contact, at: self.now, what };
        self.surroundings.told(&event);
        self.events.push(event);
    }

    pub(crate) fn wait(&mut self, id: ContactId, turn: Turn, seconds: Option<u64>) -> Go {
        let due = seconds.map(|seconds| self.later(seconds));
        let contact = &mut self.contacts[id.0];
        contact.turn = turn;
        contact.due = due;
        Go::Wait
    }

    /// Puts a contact into a flow.
    pub(crate) fn enter(&mut self, id: ContactId, flow: FlowId, role: Role) {
        self.tell(id, What::Flow(flow, role));
        let start = self.center.flow(flow).start;
        self.contacts[id.0].frames.push(Frame::new(flow, role, start));
    }

    /// The flow of a moment: the contact's own, else the center's default.
    pub(crate) fn flow_for(&self, id: ContactId, hook: Hook, flow_type: FlowType) -> Option<FlowId> {
        self.contact(id).hooks.get(&hook).copied().or_else(|| self.center.default_of(flow_type))
    }

    /// Runs a contact until it waits.
    pub(crate) fn run(&mut self, id: ContactId) {
        let first = self.events.len();
        for _ in 0..self.most_steps {
            let Some(frame) = self.contacts[id.0].frames.last() else { return };
            let (flow, role) = (frame.flow, frame.role);
            let Some(at) = frame.block.map(|block| BlockId { flow, block }) else {
                if self.finish(id, role) {
                    continue;
                }
                return;
            };
            let block = self.block(at);
            let go = self.perform(id, at, block, role);
            if !self.go(id, at, block, go) {
                return;
            }
        }
        let circle = circle(&self.events[first..], id, self.most_steps / 2);
        self.end(id, End::Endless(circle));
    }

    pub(crate) fn block(&self, at: BlockId) -> &'a Block {
        &self.center.flow(at.flow).blocks[at.block]
    }

    /// Takes a contact on. False where it waits or is over.
    pub(crate) fn go(&mut self, id: ContactId, at: BlockId, block: &'a Block, go: Go) -> bool {
        match go {
            Go::Next => match block.next() {
                Some(way) => self.leave(id, at, block, way),
                None => self.ran_off(id, at),
            },
            Go::Way(way) => self.leave(id, at, block, way),
            Go::Result(result) => match block.result(&result).or_else(|| block.error("NoMatchingCondition")) {
                Some(way) => self.leave(id, at, block, way),
                None => self.unhandled(id, at, block, "NoMatchingCondition"),
            },
            Go::Error(error) => match block.error(error) {
                Some(way) => self.leave(id, at, block, way),
                None => self.unhandled(id, at, block, error),
            },
            Go::Wait => false,
            Go::Queued => !self.contacts[id.0].frames.is_empty(),
            Go::Jump => {
                self.tell(id, What::Left(at, None));
                true
            }
            Go::Finish => {
                self.tell(id, What::Left(at, None));
                let role = self.contacts[id.0].frames.last().map_or(Role::Main, |frame| frame.role);
                self.finish(id, role)
            }
            Go::End(end) => {
                self.tell(id, What::Left(at, None));
                self.end(id, end);
                false
            }
        }
    }

    fn leave(&mut self, id: ContactId, at: BlockId, block: &Block, way: usize) -> bool {
        self.tell(id, What::Left(at, Some(way)));
        let target = block.ways.get(way).and_then(|way| way.target);
        match target {
            Some(target) => {
                if let Some(frame) = self.contacts[id.0].frame() {
                    frame.block = Some(target);
                }
                true
            }
            None => self.ran_off(id, at),
        }
    }

    /// Nothing follows a block: whoever waits in a queue goes on waiting, everybody else is disconnected.
    fn ran_off(&mut self, id: ContactId, at: BlockId) -> bool {
        match self.contacts[id.0].frames.last().map(|frame| frame.role) {
            Some(Role::Main | Role::Disconnect | Role::Module) | None => {
                self.end(id, End::RanOff(at));
                false
            }
            Some(role) => self.finish(id, role),
        }
    }

    fn unhandled(&mut self, id: ContactId, at: BlockId, block: &'a Block, error: &str) -> bool {
        if self.assumptions.unhandled_errors_are_passed_over
            && let Some(next) = block.next()
        {
            return self.leave(id, at, block, next);
        }
        match self.contacts[id.0].frames.last().map(|frame| frame.role) {
            Some(Role::Main | Role::Disconnect | Role::Module) | None => {
                self.end(id, End::Unhandled { at, error: error.into() });
                false
            }
            Some(role) => self.finish(id, role),
        }
    }

    /// Ends a contact.
    pub(crate) fn end(&mut self, id: ContactId, end: End) {
        self.tell(id, What::Ended(end.clone()));
        let contact = &mut self.contacts[id.0];
        contact.turn = Turn::Ended(end);
        contact.due = None;
        contact.frames.clear();
    }
}

/// The blocks that came round, from what happened last.
fn circle(events: &[Event], id: ContactId, most: usize) -> Vec<BlockId> {
    let left = events.iter().rev().filter(|event| event.contact == id).filter_map(|event| match event.what {
        What::Left(at, _) => Some(at),
        _ => None,
    });
    // A circle may pass a block more than once, and loops count: the blocks since the last one's first visit of many, each
    // once, are what goes round.
    let mut seen = Vec::new();
    for at in left.take(most) {
        if !seen.contains(&at) {
            seen.push(at);
        }
    }
    seen.reverse();
    seen
}
