//! One run: a contact from its beginning to its end, along a script and beyond.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use callform_flow::FlowType;
use jiff::Timestamp;

use super::decision::Decision;
use super::facts::{self, Facts};
use super::world::{Point, Question, Site, World};
use super::{Bounds, Entry, Path, PathEnd, findings, state, turns};
use crate::center::Center;
use crate::contact::{Channel, Contact};
use crate::event::{BlockId, ContactId, End, Event, FlowId, Method, QueueId, What};
use crate::program::{Op, Program};
use crate::simulation::{MOST_STEPS, Simulation, Start};
use crate::surroundings::{LambdaAnswer, LambdaCall, Metric, ServiceAnswer, ServiceCall, Surroundings};
use crate::text;

/// A customer nobody has.
const CUSTOMER: &str = "+15550100100";

/// What every run of an exploration shares.
pub(super) struct Setting<'a> {
    pub(super) center: &'a Center,
    pub(super) facts: Facts,
    pub(super) entry: Entry,
    pub(super) bounds: Bounds,
}

/// What came of a run.
pub(super) struct Run {
    pub(super) path: Path,
    pub(super) points: Vec<Point>,
    pub(super) steps: usize,
}

/// Both who walks and the surroundings decide in one world, in turn.
struct Shared<'w, 'a>(&'w RefCell<World<'a>>);

impl Surroundings for Shared<'_, '_> {
    fn begins(&mut self, at: BlockId, contact: &Contact, center: &Center, now: Timestamp) {
        self.0.borrow_mut().begins(at, contact, center, now);
    }
    fn lambda(&mut self, call: &LambdaCall<'_>) -> LambdaAnswer {
        self.0.borrow_mut().lambda(call)
    }
    fn service(&mut self, call: &ServiceCall<'_>) -> ServiceAnswer {
        self.0.borrow_mut().service(call)
    }
    fn failure(&mut self, at: BlockId, center: &Center) -> Option<Arc<str>> {
        self.0.borrow_mut().failure(at, center)
    }
    fn percent(&mut self, at: BlockId) -> u32 {
        self.0.borrow_mut().percent(at)
    }
    fn metric(&mut self, queue: QueueId, metric: Metric) -> Option<i64> {
        self.0.borrow_mut().metric(queue, metric)
    }
    fn is_full(&mut self, queue: QueueId) -> bool {
        self.0.borrow_mut().is_full(queue)
    }
    fn is_open(&mut self, hours: usize) -> Option<bool> {
        self.0.borrow_mut().is_open(hours)
    }
    fn unknown(&mut self, at: BlockId, path: &text::Path, compared: &[&str]) -> Option<String> {
        self.0.borrow_mut().unknown(at, path, compared)
    }
}

impl Setting<'_> {
    /// Runs a script. `rounds` is how often a way may be taken, where that is bounded.
    pub(super) fn run(&self, script: &[u16], rounds: Option<usize>) -> Run {
        let run = self.run_at_most(script, rounds, self.bounds.steps);
        // A loop that counts far and a flow that is long go on for long, and not without an end.
        let may_end = run.path.events.iter().any(|event| match &event.what {
            What::Ended(End::Endless(circle)) => {
                findings::counts(self.center, circle) || circle.len() * 3 > self.bounds.steps
            }
            _ => false,
        });
        if may_end { self.run_at_most(script, rounds, MOST_STEPS) } else { run }
    }

    fn run_at_most(&self, script: &[u16], rounds: Option<usize>, most: usize) -> Run {
        let Self { center, facts, entry, bounds } = self;
        let world = RefCell::new(World::new(center, facts, *entry, bounds.follows_schedules, script));
        let start = self.start(&mut world.borrow_mut());
        let mut shared = Shared(&world);
        let mut simulation = Simulation::new(center, &mut shared, bounds.at).at_most(most);
        let mut since = vec![0];
        simulation.begin(start.clone());
        let mut taken = Taken { rounds, ..Taken::default() };
        let end = loop {
            let next = simulation.contacts().iter().find(|contact| contact.end().is_none());
            let Some(id) = next.map(|contact| contact.id) else { break PathEnd::Over };
            if since.len() > bounds.turns || !taken.may_go_on(simulation.events()) {
                break PathEnd::Cut;
            }
            since.push(simulation.events().len());
            if !self.take_turn(&mut simulation, id, &world) {
                break PathEnd::Waits(simulation.turn(id).clone());
            }
        };
        let events = simulation.into_events();
        let steps = events.iter().filter(|event| matches!(event.what, What::Left(..))).count();
        let points = world.into_inner().points;
        let made = points.iter().filter(|point| !point.decision.is_usual());
        let (decisions, turns) = made.map(|point| (point.decision.clone(), point.turn)).unzip();
        let path = Path { start, decisions, events, end, turns, since };
        Run { path, points, steps }
    }

    /// Somebody does something, or nobody does and time passes. False where nothing can come.
    fn take_turn(&self, simulation: &mut Simulation<'_>, id: ContactId, world: &RefCell<World<'_>>) -> bool {
        let choices = turns::choices(simulation, id, &self.facts);
        let decision = {
            let mut world = world.borrow_mut();
            world.begin_turn();
            let turn = simulation.turn(id);
            let site = Site { at: turns::at(turn), question: Question::Turn(turns::kind(turn)) };
            let state = if world.is_ahead() {
                state::of_all(simulation.contacts(), &self.facts, self.center) ^ world.remembered().rotate_left(1)
            } else {
                0
            };
            world.choose(site, state, choices)
        };
        match decision {
            Some(Decision::Does(id, input)) => simulation.give(id, &input).is_ok(),
            Some(Decision::Waits(_, seconds)) => {
                simulation.pass(seconds);
                true
            }
            _ => false,
        }
    }

    /// How the contact begins.
    fn start(&self, world: &mut World<'_>) -> Start {
        let flow = match self.entry {
            Entry::Flow(flow) => flow,
            Entry::Number(number) => {
                let number = &self.center.numbers()[number];
                let mut start = Start::call(number.flow);
                start.customer = Some(CUSTOMER.into());
                start.system.clone_from(&number.address);
                return start;
            }
        };
        let mut start = Start::call(flow);
        start.customer = Some(CUSTOMER.into());
        start.queue = self.usual_queue(flow);
        let program = self.center.flow(flow);
        for (key, decisions) in self.openings(flow, program) {
            // What a contact begins with is told apart by the choices themselves.
            let state = world.points.iter().fold(0, |state, point| state * 31 + point.chosen as u64 + 1);
            match world.start(&key, state, decisions) {
                Some(Decision::Channel(channel)) => start.channel = channel,
                Some(Decision::Method(method)) => start.method = method,
                Some(Decision::Customer(number)) => start.customer = Some(number),
                Some(Decision::System(number)) => start.system = Some(number),
                Some(Decision::Attribute(name, value)) => start.attributes.push((name, value)),
                Some(Decision::Queue(chosen)) => start.queue = chosen,
                _ => {}
            }
        }
        start
    }

    /// The working queue with which a flow alone usually begins: none where a customer comes from outside, unless the flow
    /// relies on one.
    fn usual_queue(&self, flow: FlowId) -> Option<QueueId> {
        let any = (!self.center.queues().is_empty()).then_some(QueueId::Queue(0));
        match self.center.flow(flow).flow_type {
            FlowType::ContactFlow | FlowType::Campaign | FlowType::Module => {
                any.filter(|_| facts::uses_queue(self.center, flow) == (true, false))
            }
            _ => any,
        }
    }

    /// What is open before a flow alone begins, with what there is to choose, the usual first.
    fn openings(&self, flow: FlowId, program: &Program) -> Vec<(String, Vec<Decision>)> {
        let mut openings = Vec::new();
        let mut add = |key: &str, decisions: Vec<Decision>| {
            if !decisions.is_empty() {
                openings.push((key.to_owned(), decisions));
            }
        };
        add("channel", channels(program, &self.facts).into_iter().map(Decision::Channel).collect());
        let wanted = |path: &str| self.facts.wanted(&text::Path::new(path)).iter().cloned();
        let methods = wanted("$.InitiationMethod").filter_map(|name| method(&name)).filter(|it| *it != Method::Inbound);
        add("method", [Method::Inbound].into_iter().chain(methods).map(Decision::Method).collect());
        let customers = [Arc::from(CUSTOMER)].into_iter().chain(wanted("$.CustomerEndpoint.Address"));
        add("customer", customers.map(Decision::Customer).collect());
        let usual = self.usual_queue(flow);
        let any = (!self.center.queues().is_empty()).then_some(QueueId::Queue(0));
        let other = if usual.is_some() { None } else { any };
        if facts::uses_queue(self.center, flow).0 {
            add("queue", vec![Decision::Queue(usual), Decision::Queue(other)]);
        }
        for path in self.facts.copied.iter().filter(|path| *path.root == *"Attributes") {
            let Some(name) = path.keys.first() else { continue };
            let values = self.facts.wanted(path).iter().map(|value| Decision::Attribute(name.clone(), value.clone()));
            // Nothing in particular is said by a decision that says nothing.
            let nothing = Decision::Works(BlockId { flow, block: 0 });
            add(&format!("attribute {name}"), [nothing].into_iter().chain(values).collect());
        }
        for (path, sample) in self.facts.samples.iter().filter(|(path, _)| *path.root == *"Attributes") {
            let Some(name) = path.keys.first() else { continue };
            let nothing = Decision::Works(BlockId { flow, block: 0 });
            add(&format!("attribute {name}"), vec![Decision::Attribute(name.clone(), sample.clone()), nothing]);
        }
        openings.retain(|(_, decisions)| decisions.len() > 1);
        openings
    }
}

/// Channels that make a difference to a flow.
fn channels(program: &Program, facts: &Facts) -> Vec<Channel> {
    let has = |is_it: fn(&Op) -> bool| program.blocks.iter().any(|block| is_it(&block.op));
    let wanted = facts.wanted(&text::Path::new("$.Channel"));
    let is_wanted = |channel: Channel| wanted.iter().any(|name| **name == *channel.name());
    let has_view = has(|op| matches!(op, Op::View(_)));
    let mut channels = Vec::new();
    if has_view {
        channels.push(Channel::Chat);
    }
    channels.push(Channel::Voice);
    if !has_view && (is_wanted(Channel::Chat) || has(|op| matches!(op, Op::Bot(bot) if bot.seconds.is_some()))) {
        channels.push(Channel::Chat);
    }
    if is_wanted(Channel::Task) {
        channels.push(Channel::Task);
    }
    channels
}

fn method(name: &str) -> Option<Method> {
    let all = [Method::Inbound, Method::Api, Method::Callback, Method::Transfer, Method::Outbound, Method::Disconnect];
    all.into_iter().find(|method| method.name() == name)
}

/// How often ways were taken.
#[derive(Default)]
struct Taken {
    rounds: Option<usize>,
    seen: usize,
    ways: BTreeMap<(BlockId, usize), usize>,
}

impl Taken {
    fn may_go_on(&mut self, events: &[Event]) -> bool {
        let Some(rounds) = self.rounds else { return true };
        let mut goes_on = true;
        for event in &events[self.seen..] {
            if let What::Left(at, Some(way)) = event.what {
                let times = self.ways.entry((at, way)).or_default();
                *times += 1;
                goes_on &= *times <= rounds;
            }
        }
        self.seen = events.len();
        goes_on
    }
}
