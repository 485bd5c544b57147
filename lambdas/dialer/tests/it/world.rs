//! A world of callees, agents, an unreliable Connect and an unreliable table, with a clock of its own; and workers whose
//! steps are interleaved by chance and who may die between any two of them. The same seed gives the same history.

use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use dialer::evidence::{Detected, Evidence, Reason, Said, Talked};
use dialer::ids::{AgentId, AttemptId, ContactId, Number, PersonId};
use dialer::item::{Attempt, Dialing, Item, Key, Part, Person};
use dialer::memory::Memory;
use dialer::moment::Moment;
use dialer::phone::{Looked, Phone, PlaceError, Placing, Silent, Staffing};
use dialer::policy::Policy;
use dialer::store::{Change, CommitError, Cursor, Page, ReadError, Table};
use dialer::work::{Answer, Rim, Work};
use serde_json::{Value, json};

/// Numbers that look random and are always the same.
pub(crate) struct Chance(Cell<u64>);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Cell::new(seed))
    }

    pub(crate) fn next(&self) -> u64 {
        let state = self.0.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.0.set(state);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    pub(crate) fn per_mille(&self, chance: u64) -> bool {
        self.below(1000) < chance
    }
}

/// How likely things go wrong, in thousandths.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Faults {
    /// A worker dies at one of its steps.
    pub(crate) crash: u64,
    /// A worker stands still for up to two minutes.
    pub(crate) freeze: u64,
    /// The table does not answer; half of the time it did what it was asked.
    pub(crate) table: u64,
    /// Connect asks to slow down, is unreachable, does not say, does not know.
    pub(crate) phone: u64,
    /// Connect cannot say what became of a call.
    pub(crate) unknown: u64,
    /// An event never comes.
    pub(crate) lost: u64,
    /// An event comes twice.
    pub(crate) doubled: u64,
    /// Events come late by up to so many seconds, and so in any order.
    pub(crate) late: u64,
}

impl Faults {
    pub(crate) const MANY: Self =
        Self { crash: 4, freeze: 2, table: 6, phone: 60, unknown: 30, lost: 100, doubled: 100, late: 20 };
}

/// Does at once what workers do step by step.
pub(crate) fn now<T>(future: impl Future<Output = T>) -> T {
    within(future, usize::MAX).unwrap()
}

/// As [`now`], but dies after so many steps.
pub(crate) fn within<T>(future: impl Future<Output = T>, steps: usize) -> Option<T> {
    let mut future = std::pin::pin!(future);
    let mut context = Context::from_waker(futures_util::task::noop_waker_ref());
    for _ in 0..steps {
        if let Poll::Ready(done) = future.as_mut().poll(&mut context) {
            return Some(done);
        }
    }
    None
}

/// How people behave when they are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Callee {
    Silent,
    Busy,
    Machine,
    /// Answers, and presses this key.
    Key(char),
    /// Answers, and wants an agent.
    Agent,
    HangsUp,
    Invalid,
    /// Connect refuses the number.
    Forbidden,
}

/// A call as it really is.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) contact: ContactId,
    pub(crate) attempt: AttemptId,
    pub(crate) person: PersonId,
    pub(crate) number: Number,
    pub(crate) started: Moment,
    pub(crate) callee: Callee,
    pub(crate) evidence: Evidence,
    agent: Option<usize>,
}

impl Call {
    pub(crate) fn live(&self) -> bool {
        self.evidence.ended.is_none()
    }
}

#[derive(Clone, Debug)]
enum Next {
    Rings(usize),
    Ends(usize, Reason),
    Abandons(usize),
    Wrapped(usize),
    ContactEvent(Value),
    ContactRecord(Value),
    AgentEvent(Value),
    Answer(usize),
    Worker,
    /// Agents come to work, or go.
    Staff(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AgentState {
    Off,
    Free,
    Busy,
}

/// What is outside of the dialer.
pub(crate) struct World {
    pub(crate) policy: Policy,
    pub(crate) table: Memory,
    pub(crate) chance: Chance,
    pub(crate) faults: Faults,
    now: Cell<i64>,
    serial: Cell<u64>,
    pub(crate) calls: RefCell<Vec<Call>>,
    pub(crate) callees: RefCell<BTreeMap<PersonId, Callee>>,
    agents: RefCell<Vec<AgentState>>,
    waiting: RefCell<Vec<usize>>,
    pub(crate) counted: RefCell<Vec<Moment>>,
    next: RefCell<BinaryHeap<Reverse<(i64, u64)>>>,
    what: RefCell<BTreeMap<u64, Next>>,
    /// What the next calls are answered with, instead of being placed.
    pub(crate) answers: RefCell<std::collections::VecDeque<PlaceError>>,
    /// How often Connect was asked what became of a call.
    pub(crate) looked_up: Cell<u64>,
    /// How often Connect was asked to place a call.
    pub(crate) asked: Cell<u64>,
    /// Events that came and were taken in, each by an invocation of its own.
    pub(crate) events: Cell<u64>,
    /// The step at which whoever makes it dies, for tests that try every one.
    pub(crate) dies_at: Cell<Option<u64>>,
    pub(crate) steps: Cell<u64>,
}

pub(crate) const START: &str = "2026-11-30T15:00:00Z";

impl World {
    pub(crate) fn new(seed: u64, policy: Policy, faults: Faults, agents: usize) -> Self {
        let world = Self {
            policy,
            table: Memory::default(),
            chance: Chance::new(seed),
            faults,
            now: Cell::new(START.parse::<Moment>().unwrap().milliseconds()),
            serial: Cell::new(0),
            calls: RefCell::default(),
            callees: RefCell::default(),
            agents: RefCell::new(vec![AgentState::Free; agents]),
            waiting: RefCell::default(),
            counted: RefCell::default(),
            next: RefCell::default(),
            what: RefCell::default(),
            answers: RefCell::default(),
            looked_up: Cell::new(0),
            asked: Cell::new(0),
            events: Cell::new(0),
            dies_at: Cell::new(None),
            steps: Cell::new(0),
        };
        if faults.late > 0 {
            world.table.fall_behind();
        }
        world
    }

    pub(crate) fn work(&self) -> Work<'_, Self, Self, Self> {
        Work { store: self, phone: self, rim: self, policy: &self.policy }
    }

    pub(crate) fn time(&self) -> Moment {
        Moment::from_milliseconds(self.now.get())
    }

    pub(crate) fn pass(&self, duration: Duration) {
        self.now.set(self.now.get() + i64::try_from(duration.as_millis()).unwrap());
    }

    fn serial(&self) -> u64 {
        self.serial.set(self.serial.get() + 1);
        self.serial.get()
    }

    fn at(&self, milliseconds: i64, next: Next) {
        let serial = self.serial();
        self.next.borrow_mut().push(Reverse((milliseconds, serial)));
        self.what.borrow_mut().insert(serial, next);
    }

    fn after(&self, seconds: u64, next: Next) {
        self.at(self.now.get() + i64::try_from(seconds).unwrap() * 1000, next);
    }

    /// Adds a person who is to be called at once.
    pub(crate) fn add(&self, id: &str, numbers: &[&str], callee: Callee) {
        let person = Person {
            id: id.into(),
            numbers: numbers.iter().map(|number| Number::from_e164(number).unwrap()).collect(),
            zones: vec!["America/New_York".to_owned()],
            enabled: true,
            created: self.time(),
            ..Person::default()
        };
        self.callees.borrow_mut().insert(person.id.clone(), callee);
        self.add_person(person);
    }

    pub(crate) fn add_person(&self, mut person: Person) {
        let item = self.table.read(&Key::Campaign);
        let mut campaign = item.as_ref().and_then(|item| item.body.campaign()).cloned().unwrap_or_default();
        dialer::transition::settle(&self.policy, &mut person, self.time());
        campaign.counts.add(person.standing);
        let campaign = match &item {
            Some(item) => Change::replace(item, campaign),
            None => Change::create(Key::Campaign, campaign),
        };
        self.table.write(vec![campaign, Change::create(Key::Person(person.id.clone()), person)]).unwrap();
        self.table.catch_up();
    }

    pub(crate) fn person(&self, id: &str) -> Person {
        self.table.read(&Key::Person(id.into())).unwrap().body.person().unwrap().clone()
    }

    pub(crate) fn attempts(&self) -> Vec<Attempt> {
        self.table.items().iter().filter_map(|item| item.body.attempt()).cloned().collect()
    }

    /// Agents come to work or go, one by one.
    pub(crate) fn staff(&self, agents: usize) {
        let before = self.agents.borrow().len();
        if agents > before {
            self.agents.borrow_mut().resize(agents, AgentState::Off);
        }
        let all = before.max(agents);
        for agent in 0..all {
            let state = self.agents.borrow()[agent];
            match (agent < agents, state) {
                (true, AgentState::Off) => self.set_agent(agent, AgentState::Free, None),
                (false, AgentState::Free) => self.set_agent(agent, AgentState::Off, None),
                _ => {}
            }
        }
    }

    pub(crate) fn staff_later(&self, seconds: u64, agents: usize) {
        self.after(seconds, Next::Staff(agents));
    }

    /// What happens next outside; nothing where nothing does.
    fn happen(&self) -> Option<Next> {
        let Reverse((at, serial)) = self.next.borrow_mut().pop()?;
        self.now.set(self.now.get().max(at));
        self.what.borrow_mut().remove(&serial)
    }

    /// Lets happen what concerns only the world; what concerns workers comes back.
    fn outside(&self, next: Next) -> Option<Next> {
        match next {
            Next::Rings(call) => self.rings(call),
            Next::Ends(call, reason) => self.ends(call, reason),
            Next::Abandons(call) => {
                let waits = self.waiting.borrow().contains(&call);
                if waits {
                    self.waiting.borrow_mut().retain(|waiting| *waiting != call);
                    self.ends(call, Reason::Customer);
                }
            }
            Next::Wrapped(agent) => {
                if self.agents.borrow()[agent] == AgentState::Busy {
                    self.set_agent(agent, AgentState::Free, None);
                }
                self.hand_out();
            }
            Next::Staff(agents) => self.staff(agents),
            other => return Some(other),
        }
        None
    }

    fn rings(&self, index: usize) {
        let now = self.time();
        let callee = {
            let mut calls = self.calls.borrow_mut();
            let call = &mut calls[index];
            if !matches!(call.callee, Callee::Silent | Callee::Busy | Callee::Invalid) {
                call.evidence.answered = Some(now);
            }
            call.evidence.detected = match call.callee {
                Callee::Machine => Some(Detected::Machine),
                Callee::Busy => Some(Detected::Busy),
                Callee::Invalid => Some(Detected::InvalidNumber),
                _ => None,
            };
            call.callee
        };
        if callee != Callee::Silent {
            self.tell(index, "CONNECTED_TO_SYSTEM");
        }
        match callee {
            Callee::Silent | Callee::Busy | Callee::Invalid => self.ends(index, Reason::Other),
            Callee::Machine => self.after(5, Next::Ends(index, Reason::Flow)),
            Callee::HangsUp => self.after(3, Next::Ends(index, Reason::Customer)),
            Callee::Key(_) => {
                self.after(4, Next::Answer(index));
                self.after(10, Next::Ends(index, Reason::Flow));
            }
            Callee::Agent => {
                self.calls.borrow_mut()[index].evidence.queued = Some(now);
                self.tell(index, "QUEUED");
                self.waiting.borrow_mut().push(index);
                self.after(25, Next::Abandons(index));
                self.hand_out();
            }
            Callee::Forbidden => {}
        }
    }

    /// Free agents take who waits.
    fn hand_out(&self) {
        loop {
            let free = self.agents.borrow().iter().position(|agent| *agent == AgentState::Free);
            let (Some(agent), false) = (free, self.waiting.borrow().is_empty()) else { return };
            let call = self.waiting.borrow_mut().remove(0);
            let talked = Talked { since: self.time(), agent: agent_id(agent) };
            {
                let mut calls = self.calls.borrow_mut();
                calls[call].evidence.talked = Some(talked);
                calls[call].agent = Some(agent);
            }
            self.set_agent(agent, AgentState::Busy, Some(call));
            self.tell(call, "CONNECTED_TO_AGENT");
            self.after(20 + self.chance.below(120), Next::Ends(call, Reason::Customer));
        }
    }

    fn ends(&self, index: usize, reason: Reason) {
        let agent = {
            let mut calls = self.calls.borrow_mut();
            let call = &mut calls[index];
            if !call.live() {
                return;
            }
            call.evidence.ended = Some(self.time());
            call.evidence.reason = Some(reason);
            call.agent
        };
        self.tell(index, "DISCONNECTED");
        let record = contact_record(&self.calls.borrow()[index]);
        self.send(Next::ContactRecord(record));
        if let Some(agent) = agent {
            self.after(5 + self.chance.below(10), Next::Wrapped(agent));
        }
    }

    fn set_agent(&self, agent: usize, state: AgentState, call: Option<usize>) {
        let before = std::mem::replace(&mut self.agents.borrow_mut()[agent], state);
        let contact = call.map(|call| self.calls.borrow()[call].contact.clone());
        let event = json!({
            "AgentARN": agent_id(agent),
            "EventType": if state == AgentState::Off { "LOGOUT" } else { "STATE_CHANGE" },
            "EventTimestamp": self.time().to_string(),
            "CurrentAgentSnapshot": snapshot(state, contact.as_ref(), self.time()),
            "PreviousAgentSnapshot": snapshot(before, None, self.time()),
        });
        self.send(Next::AgentEvent(event));
    }

    fn tell(&self, call: usize, kind: &str) {
        let event = contact_event(&self.calls.borrow()[call], kind, self.time());
        self.send(Next::ContactEvent(event));
    }

    /// Sends an event: it may be lost, doubled and late.
    fn send(&self, event: Next) {
        if self.chance.per_mille(self.faults.lost) {
            return;
        }
        if self.chance.per_mille(self.faults.doubled) {
            self.after(self.chance.below(self.faults.late + 1), event.clone());
        }
        self.after(self.chance.below(self.faults.late + 1), event);
    }

    /// Every step of every worker comes by here.
    async fn step(&self) {
        self.pass(Duration::from_millis(self.chance.below(30)));
        let mut waited = false;
        std::future::poll_fn(|_| if std::mem::replace(&mut waited, true) { Poll::Ready(()) } else { Poll::Pending })
            .await;
    }
}

/// What Connect knows of a call; what flows report it does not.
fn evidence(call: &Call) -> Evidence {
    Evidence { key: None, ..call.evidence.clone() }
}

fn agent_id(agent: usize) -> AgentId {
    format!("arn:aws:connect:us-east-1:012345678901:instance/i/agent/{agent}").into()
}

fn snapshot(state: AgentState, contact: Option<&ContactId>, now: Moment) -> Value {
    let contacts = match (state, contact) {
        (AgentState::Busy, Some(contact)) => json!([{
            "Channel": "VOICE", "ContactId": contact, "State": "CONNECTED", "ConnectedToAgentTimestamp": now.to_string(),
        }]),
        (AgentState::Busy, None) => json!([{ "Channel": "VOICE", "ContactId": "another", "State": "ENDED" }]),
        _ => json!([]),
    };
    let status = if state == AgentState::Off { ("Offline", "OFFLINE") } else { ("Available", "ROUTABLE") };
    json!({ "AgentStatus": { "Name": status.0, "Type": status.1 }, "Contacts": contacts })
}

fn contact_event(call: &Call, kind: &str, now: Moment) -> Value {
    let evidence = &call.evidence;
    let text = |moment: Option<Moment>| moment.map(|moment| moment.to_string());
    json!({
        "source": "aws.connect",
        "detail-type": "Amazon Connect Contact Event",
        "time": now.to_string(),
        "detail": {
            "eventType": kind,
            "contactId": call.contact,
            "channel": "VOICE",
            "initiationMethod": "API",
            "connectedToSystemTimestamp": text(evidence.answered),
            "disconnectTimestamp": text(evidence.ended),
            "disconnectReason": evidence.reason.map(reason),
            "answeringMachineDetectionStatus": evidence.detected.map(detected),
            "queueInfo": evidence.queued.map(|at| json!({ "enqueueTimestamp": at.to_string() })),
            "agentInfo": evidence.talked.as_ref().map(|talked| json!({
                "agentArn": talked.agent, "connectedToAgentTimestamp": talked.since.to_string(),
            })),
        },
    })
}

fn contact_record(call: &Call) -> Value {
    let evidence = &call.evidence;
    let text = |moment: Option<Moment>| moment.map(|moment| moment.to_string());
    json!({
        "ContactId": call.contact,
        "Channel": "VOICE",
        "InitiationMethod": "API",
        "Attributes": { "dialer_attempt": call.attempt },
        "ConnectedToSystemTimestamp": text(evidence.answered),
        "DisconnectTimestamp": text(evidence.ended),
        "DisconnectReason": evidence.reason.map(reason),
        "AnsweringMachineDetectionStatus": evidence.detected.map(detected),
        "Queue": evidence.queued.map(|at| json!({ "EnqueueTimestamp": at.to_string() })),
        "Agent": evidence.talked.as_ref().map(|talked| json!({
            "ARN": talked.agent, "ConnectedToAgentTimestamp": talked.since.to_string(),
        })),
    })
}

fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::Customer => "CUSTOMER_DISCONNECT",
        Reason::Flow => "CONTACT_FLOW_DISCONNECT",
        _ => "OTHER",
    }
}

fn detected(detected: Detected) -> &'static str {
    match detected {
        Detected::Machine => "VOICEMAIL_BEEP",
        Detected::Busy => "SIT_TONE_BUSY",
        Detected::InvalidNumber => "SIT_TONE_INVALID_NUMBER",
        _ => "HUMAN_ANSWERED",
    }
}

impl Rim for World {
    fn now(&self) -> Moment {
        self.time()
    }

    fn attempt(&self) -> AttemptId {
        format!("attempt-{}", self.serial()).into()
    }
}

impl Table<Dialing> for World {
    async fn get(&self, key: &Key) -> Result<Option<Item>, ReadError> {
        self.step().await;
        if self.chance.per_mille(self.faults.table / 2) {
            Err(ReadError::Unavailable)
        } else {
            self.table.get(key).await
        }
    }

    async fn commit(&self, changes: Vec<Change>) -> Result<(), CommitError> {
        self.step().await;
        let fails = self.chance.per_mille(self.faults.table);
        if fails && self.chance.per_mille(500) {
            return Err(CommitError::Unavailable);
        }
        let written = self.table.commit(changes).await;
        self.step().await;
        if fails && written.is_ok() { Err(CommitError::Unavailable) } else { written }
    }

    async fn query(&self, part: &Part, until: Moment, limit: usize, after: Option<Cursor>) -> Result<Page, ReadError> {
        self.step().await;
        if matches!(part, Part::Due(_)) && self.chance.per_mille(300) {
            self.table.catch_up();
        }
        self.table.query(part, until, limit, after).await
    }

    async fn scan(&self, prefix: &'static str, limit: usize, after: Option<Cursor>) -> Result<Page, ReadError> {
        self.step().await;
        self.table.scan(prefix, limit, after).await
    }
}

impl Phone for World {
    async fn place(&self, placing: &Placing) -> Result<ContactId, PlaceError> {
        assert!(self.time() <= placing.not_after, "others may have taken this call for dead");
        self.step().await;
        self.asked.set(self.asked.get() + 1);
        let answer = self.answers.borrow_mut().pop_front();
        if let Some(answer) = answer {
            return Err(answer);
        }
        let fault = self.chance.per_mille(self.faults.phone);
        if fault {
            match self.chance.below(4) {
                0 => return Err(PlaceError::Throttled),
                1 => return Err(PlaceError::Unavailable),
                2 => return Err(PlaceError::Unknown),
                _ => {}
            }
        }
        if self.time() > placing.not_after {
            return Err(PlaceError::Unknown);
        }
        let person = PersonId::from(placing.attributes[dialer::phone::PERSON_ATTRIBUTE].as_str());
        let callee = self.callees.borrow()[&person];
        if callee == Callee::Forbidden {
            return Err(PlaceError::NotAllowed);
        }
        let contact = ContactId::from(format!("contact-{}", self.serial()));
        let call = Call {
            contact: contact.clone(),
            attempt: placing.attempt.clone(),
            person,
            number: placing.number.clone(),
            started: self.time(),
            callee,
            evidence: Evidence::default(),
            agent: None,
        };
        let index = self.calls.borrow().len();
        self.calls.borrow_mut().push(call);
        let rings = if callee == Callee::Silent { placing.ring.as_secs() } else { 2 + self.chance.below(12) };
        self.after(rings, Next::Rings(index));
        self.step().await;
        if fault { Err(PlaceError::Unknown) } else { Ok(contact) }
    }

    async fn look_up(&self, attempt: &Attempt) -> Result<Looked, Silent> {
        self.step().await;
        self.looked_up.set(self.looked_up.get() + 1);
        if self.chance.per_mille(self.faults.phone / 2) {
            return Err(Silent);
        }
        if self.chance.per_mille(self.faults.unknown) {
            return Ok(Looked::Unknown);
        }
        let calls = self.calls.borrow();
        let Some(call) = calls.iter().find(|call| call.attempt == attempt.id) else { return Ok(Looked::NeverStarted) };
        let (contact, evidence) = (call.contact.clone(), evidence(call));
        Ok(if call.live() { Looked::Live { contact, evidence } } else { Looked::Ended { contact, evidence } })
    }

    async fn agents(&self) -> Result<Staffing, Silent> {
        self.step().await;
        self.counted.borrow_mut().push(self.time());
        let free = self.agents.borrow().iter().filter(|agent| **agent == AgentState::Free).count();
        Ok(Staffing { available: u32::try_from(free).unwrap(), online: None, open: true })
    }
}

type Task<'w> = Pin<Box<dyn Future<Output = Result<(), String>> + 'w>>;

struct Running<'w> {
    task: Task<'w>,
    /// What it does, to be done again where it fails.
    does: Next,
    wakes: i64,
}

impl World {
    fn task(&self, next: &Next) -> Task<'_> {
        self.events.set(self.events.get() + u64::from(!matches!(next, Next::Worker)));
        let work = self.work();
        let failed = |error: dialer::work::WorkError| error.to_string();
        match next.clone() {
            Next::ContactEvent(event) => {
                Box::pin(async move { work.contact_event(&event).await.map(|_| ()).map_err(failed) })
            }
            Next::ContactRecord(record) => {
                Box::pin(async move { work.contact_record(&record).await.map(|_| ()).map_err(failed) })
            }
            Next::AgentEvent(event) => {
                Box::pin(async move { work.agent_event(&event, None).await.map(|_| ()).map_err(failed) })
            }
            Next::Answer(call) => {
                let call = self.calls.borrow()[call].clone();
                let Callee::Key(key) = call.callee else { return Box::pin(async { Ok(()) }) };
                let said = Said { at: self.time(), what: key.to_string() };
                for other in self.calls.borrow_mut().iter_mut().filter(|other| other.contact == call.contact) {
                    other.evidence.key = Some(said.clone());
                }
                let answer = Answer {
                    contact: Some(call.contact),
                    attempt: Some(call.attempt),
                    number: Some(call.number),
                    key: Some(key.to_string()),
                    disposition: None,
                };
                Box::pin(async move { work.answer(&answer).await.map(|_| ()).map_err(failed) })
            }
            Next::Worker => Box::pin(async move {
                work.sweep(10).await.map_err(failed)?;
                work.round(20).await.map_err(failed)?;
                Ok(())
            }),
            _ => Box::pin(async { Ok(()) }),
        }
    }

    /// Lets workers work until `done`, or until so much time has passed. True where it was done in time.
    pub(crate) fn run(&self, workers: usize, most: Duration, done: impl Fn(&Self) -> bool) -> bool {
        let end = self.time() + most;
        for _ in 0..workers {
            self.after(self.chance.below(5), Next::Worker);
        }
        let mut running: Vec<Running<'_>> = Vec::new();
        while self.time() < end {
            let awake = running.iter().any(|task| task.wakes <= self.now.get());
            // What is due happens as soon as it is due, or a little later where workers are slow.
            let due = self.next.borrow().peek().is_some_and(|Reverse((at, _))| *at <= self.now.get());
            if !awake || (due && self.chance.per_mille(200)) {
                if running.is_empty() && done(self) {
                    return true;
                }
                let next_wake = running.iter().map(|task| task.wakes).min();
                let next_event = self.next.borrow().peek().map(|Reverse((at, _))| *at);
                if let Some(wake) = next_wake.filter(|wake| next_event.is_none_or(|at| *wake < at)) {
                    self.now.set(self.now.get().max(wake));
                } else if next_event.is_some_and(|at| at > end.milliseconds()) {
                    break;
                } else {
                    let Some(next) = self.happen() else { break };
                    if let Some(does) = self.outside(next) {
                        let ends = matches!(does, Next::Worker) && done(self);
                        if !ends {
                            running.push(Running { task: self.task(&does), does, wakes: 0 });
                        }
                    }
                }
                continue;
            }
            self.poll(&mut running);
        }
        self.now.set(self.now.get().max(end.milliseconds()));
        done(self)
    }

    /// Lets so many seconds pass, with all events that come, and nobody who calls.
    pub(crate) fn wait(&self, seconds: u64) {
        self.run(0, Duration::from_secs(seconds), |_| false);
    }

    /// One step of one of those who are awake.
    fn poll<'w>(&'w self, running: &mut Vec<Running<'w>>) {
        let awake: Vec<usize> = (0..running.len()).filter(|index| running[*index].wakes <= self.now.get()).collect();
        let index = awake[usize::try_from(self.chance.below(awake.len() as u64)).unwrap()];
        self.steps.set(self.steps.get() + 1);
        let dies = self.dies_at.get() == Some(self.steps.get()) || self.chance.per_mille(self.faults.crash);
        if dies {
            let dead = running.swap_remove(index);
            self.again(dead.does, true);
            return;
        }
        if self.chance.per_mille(self.faults.freeze) {
            running[index].wakes = self.now.get() + i64::try_from(self.chance.below(120_000)).unwrap();
            return;
        }
        let mut context = Context::from_waker(futures_util::task::noop_waker_ref());
        if let Poll::Ready(ended) = running[index].task.as_mut().poll(&mut context) {
            let task = running.swap_remove(index);
            self.again(task.does, ended.is_err());
        }
    }

    /// Workers come back in some seconds; what failed is tried again, as the services do.
    fn again(&self, does: Next, failed: bool) {
        match does {
            Next::Worker => self.after(1 + self.chance.below(8), does),
            other if failed => self.after(1 + self.chance.below(20), other),
            _ => {}
        }
    }
}
