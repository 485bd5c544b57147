//! Where a call is: its flows are simulated from the start with everything that was done since. The same log gives the same
//! call, so that nothing else has to be stored.

use std::collections::VecDeque;
use std::sync::Arc;

use callform_call::event::{Method, Metric, QueueId, Speech, What};
use callform_call::surroundings::{LambdaAnswer, LambdaCall, ServiceAnswer, ServiceCall, Surroundings};
use callform_call::{BlockId, Center, Contact, ContactId, Event, Input, Simulation, Start, Turn};
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::call::{Act, Answer, Call, Detection};
use super::people::{HangsUp, Outcome};
use super::voice;

/// A function that has to answer before a call can go on.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Asked {
    /// The question, as answers have it.
    pub(super) question: String,
    /// Name or ARN, as the flow has it.
    pub(super) function: String,
    /// What Connect sends it.
    pub(super) event: Value,
}

/// A call as far as it went.
pub(super) struct Played {
    /// Everything that happened.
    pub(super) events: Vec<Event>,
    /// The contacts.
    pub(super) contacts: Vec<Contact>,
    /// When something is over that a contact waits for.
    pub(super) next_due: Option<u64>,
    /// When who calls in came to the block at which the caller leaves.
    pub(super) came_to_leave: Option<u64>,
    /// What the flows asked, and got.
    pub(super) answers: Vec<(String, Answer)>,
    /// What a function has to answer first: then the rest means nothing, except for the answers before.
    pub(super) asked: Option<Asked>,
}

/// Figures of queues that flows ask for.
pub(super) type Figures<'a> = &'a dyn Fn(&str, Metric) -> Option<i64>;

/// A moment of the sandbox as one of the simulation.
pub(super) fn moment(milliseconds: u64) -> Timestamp {
    i64::try_from(milliseconds).ok().and_then(|at| Timestamp::from_millisecond(at).ok()).unwrap_or(Timestamp::MAX)
}

/// A moment of the simulation, in milliseconds since 1970.
pub(super) fn milliseconds(moment: Timestamp) -> u64 {
    u64::try_from(moment.as_millisecond()).unwrap_or_default()
}

/// Plays a call whose flow has begun until a moment. `None` where its flow is not there.
pub(super) fn play(call: &Call, center: &Center, figures: Figures<'_>, until: u64) -> Option<Played> {
    let began = moment(call.answered?);
    let start = Start {
        customer: Some(call.customer.as_str().into()),
        system: Some(call.system.as_str()).filter(|system| !system.is_empty()).map(Into::into),
        queue: call.queue.as_deref().and_then(|queue| center.queue_of_id(queue)),
        attributes: pairs(&call.attributes),
        method: if call.caller.is_some() { Method::Inbound } else { Method::Api },
        ..Start::call(center.flow_of_id(&call.flow)?)
    };
    let mut replay = Replay {
        known: call.answers.iter().cloned().collect(),
        answers: Vec::new(),
        asked: None,
        status: call_status(call.detection, call.dialed.outcome, call.beeps),
        figures,
        center,
        call,
    };
    let names = (0..).map(|at| call.id_of(at)).take(call.parties.len() + MOST_NEW).map(Arc::from).collect();
    let mut simulation = Simulation::new(center, &mut replay, began).naming(names);
    simulation.begin(start);
    for entry in &call.log {
        simulation.pass_until(moment(entry.at));
        let id = ContactId(entry.party);
        if simulation.contacts().len() <= entry.party {
            continue;
        }
        give(&mut simulation, id, &entry.act);
    }
    simulation.pass_until(moment(until));
    let next_due = simulation.next_due().map(|(due, _)| milliseconds(due));
    let contacts = simulation.contacts().to_vec();
    let events = simulation.into_events();
    // What was answered for what somebody is about to do stays answered.
    let mut answers = replay.answers;
    if replay.asked.is_none() {
        answers.extend(replay.known);
    }
    let leaves_at = call.script_of(0).and_then(|script| script.hangs_up.as_ref());
    let came_to_leave = leaves_at.and_then(|hangs_up| came_to(hangs_up, center, &events, contacts.first()?));
    Some(Played { events, contacts, next_due, came_to_leave, answers, asked: replay.asked })
}

/// When a contact first came to the block at which who calls in hangs up.
fn came_to(hangs_up: &HangsUp, center: &Center, events: &[Event], contact: &Contact) -> Option<u64> {
    let wanted = hangs_up.at.as_deref()?;
    let is_it = |at: BlockId| {
        let block = center.flow(at.flow).blocks.get(at.block);
        block.is_some_and(|block| block.identifier.eq_ignore_ascii_case(wanted))
    };
    let mut own = events.iter().filter(|event| event.contact == contact.id);
    let left = own.clone().find(|event| matches!(event.what, What::Left(at, _) if is_it(at)));
    let waits = match &contact.turn {
        Turn::Key(at) | Turn::Digits(at) | Turn::Intent(at) | Turn::Waiting(at) | Turn::Queue(Some(at)) => is_it(*at),
        _ => false,
    };
    left.or_else(|| own.next_back().filter(|_| waits)).map(|event| milliseconds(event.at))
}

/// How many contacts a call makes between two moments at most: each has a name before it is there.
const MOST_NEW: usize = 64;

/// What cannot be done any more is not: the customer may have left in the meantime.
fn give(simulation: &mut Simulation<'_>, id: ContactId, act: &Act) {
    let input = match act {
        Act::Press(keys) => Input::Keys(keys.as_str().into()),
        Act::Understood(name, slots, attributes) => {
            Input::Intent { name: name.as_str().into(), slots: texts(slots), attributes: texts(attributes) }
        }
        // What a bot makes of it comes later.
        Act::Say(_) => return,
        Act::BotFails => return simulation.bot_fails(id),
        Act::HangUp => Input::HangUp,
        Act::PickUp => Input::PickUp,
        Act::NoAnswer => Input::NoAnswer,
        Act::Busy => Input::Busy,
        Act::OutsideHangsUp => Input::OutsideHangsUp,
        Act::Accept(agent) => Input::Accept(agent.as_str().into()),
        Act::AgentHangsUp => Input::AgentHangsUp,
        Act::Set(attributes) => return simulation.set_attributes_of(id, pairs(attributes)),
        Act::Stop(_) => return simulation.stop(id),
    };
    if let Err(error) = simulation.give(id, &input) {
        tracing::debug!(%error, "connect: passed over in a call");
    }
}

fn texts(pairs: &[(String, String)]) -> Vec<(Arc<str>, Arc<str>)> {
    pairs.iter().map(|(name, value)| (Arc::from(name.as_str()), Arc::from(value.as_str()))).collect()
}

fn pairs(attributes: &Map<String, Value>) -> Vec<(Arc<str>, Arc<str>)> {
    let pair = |(name, value): (&String, &Value)| Some((Arc::from(name.as_str()), Arc::from(value.as_str()?)));
    attributes.iter().filter_map(pair).collect()
}

/// What the block that checks the progress of a call finds.
fn call_status(detection: Option<Detection>, outcome: Outcome, beeps: bool) -> &'static str {
    match (detection, outcome) {
        (None, _) => "NotDetected",
        (Some(_), Outcome::Machine) if beeps => "VoicemailBeep",
        (Some(_), Outcome::Machine) => "VoicemailNoBeep",
        (Some(_), _) => "CallAnswered",
    }
}

/// What flows meet outside of themselves: what they asked before gets the same answer again.
struct Replay<'a> {
    known: VecDeque<(String, Answer)>,
    answers: Vec<(String, Answer)>,
    asked: Option<Asked>,
    status: &'static str,
    figures: Figures<'a>,
    center: &'a Center,
    call: &'a Call,
}

impl Replay<'_> {
    /// The answer to a question: the one it got, or a new one. A call that goes another way than it went asks anew.
    fn answer(&mut self, question: String, find: impl FnOnce(&Self) -> Option<Answer>) -> Option<Answer> {
        let answer = match self.known.pop_front() {
            Some((known, answer)) if known == question => Some(answer),
            _ => {
                self.known.clear();
                find(self)
            }
        };
        // What comes after a function that has not answered is no part of the call.
        if self.asked.is_none() {
            self.answers.extend(answer.clone().map(|answer| (question, answer)));
        }
        answer
    }

    fn number(&mut self, question: String, find: impl FnOnce(&Self) -> Option<i64>) -> Option<i64> {
        match self.answer(question, |replay| Some(Answer::Number(find(replay)))) {
            Some(Answer::Number(number)) => number,
            _ => None,
        }
    }

    /// ARN of a queue, or of the agent whose queue it is.
    fn queue_id(&self, queue: QueueId) -> String {
        let id = match queue {
            QueueId::Queue(at) => self.center.queues().get(at).map(|queue| queue.id.to_string()),
            QueueId::Agent(at) => self.center.agents().get(at).map(|agent| agent.id.to_string()),
        };
        id.unwrap_or_default()
    }
}

impl Surroundings for Replay<'_> {
    fn lambda(&mut self, call: &LambdaCall<'_>) -> LambdaAnswer {
        let question = format!("function {}", call.function);
        match self.answer(question.clone(), |_| None) {
            Some(Answer::Function(value)) => LambdaAnswer::Value(value),
            Some(Answer::Failed(reason)) => LambdaAnswer::Fails(reason),
            Some(Answer::TimedOut) => LambdaAnswer::TimesOut,
            Some(Answer::Number(_)) | None => {
                let asked = || Asked { question, function: call.function.to_owned(), event: call.event() };
                self.asked.get_or_insert_with(asked);
                LambdaAnswer::Fails("it has not run yet".to_owned())
            }
        }
    }

    fn speaking(&mut self, speech: &Speech) -> u64 {
        voice::seconds(speech, self.call.words_a_minute)
    }

    fn service(&mut self, call: &ServiceCall<'_>) -> ServiceAnswer {
        if call.action_type == "CheckOutboundCallStatus" {
            return ServiceAnswer { result: Some(self.status.into()), ..ServiceAnswer::default() };
        }
        ServiceAnswer::default()
    }

    fn percent(&mut self, _at: BlockId) -> u32 {
        let number = self.number("percent".to_owned(), |replay| {
            let draw = replay.call.chance().below(&format!("percent {}", replay.answers.len()), 100);
            i64::try_from(draw).ok()
        });
        number.and_then(|number| u32::try_from(number).ok()).unwrap_or_default() + 1
    }

    fn metric(&mut self, queue: QueueId, metric: Metric) -> Option<i64> {
        let id = self.queue_id(queue);
        self.number(format!("{metric:?} {id}"), |replay| (replay.figures)(&id, metric))
    }

    fn is_full(&mut self, queue: QueueId) -> bool {
        let QueueId::Queue(at) = queue else { return false };
        let Some(most) = self.center.queues().get(at).and_then(|queue| queue.max_contacts) else { return false };
        let id = self.queue_id(queue);
        let waiting = self.number(format!("full {id}"), |replay| (replay.figures)(&id, Metric::ContactsInQueue));
        waiting.and_then(|waiting| u64::try_from(waiting).ok()).is_some_and(|waiting| waiting >= most)
    }
}
