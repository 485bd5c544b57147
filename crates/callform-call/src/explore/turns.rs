//! What people can do when it is their turn.

use std::sync::Arc;

use serde_json::Value;

use super::decision::Decision;
use super::facts::Facts;
use super::world::Choice;
use crate::center::Center;
use crate::contact::{Contact, Turn};
use crate::event::{BlockId, ContactId};
use crate::program::{Block, Entry, Op, Phone};
use crate::simulation::{Input, Simulation};
use crate::text::Path;
use callform_flow::FlowType;

/// Keys of a telephone.
const KEYS: &str = "1234567890*#";
/// Digits for a block that takes any, and what is no phone number.
const DIGITS: &str = "12345678901234567890";
/// Digits of a number that nobody has, without its country.
const NATIONAL: &str = "5552550100";

/// What can be done for a contact now; nothing where there is nothing to wait for.
pub(super) fn choices(simulation: &Simulation<'_>, id: ContactId, facts: &Facts) -> Vec<Choice> {
    let contact = simulation.contact(id);
    let center = simulation.center();
    let block = |at: BlockId| &center.flow(at.flow).blocks[at.block];
    let mut choices = Choices { id, list: Vec::new() };
    let is_called_back = contact.callback.is_some();
    match &contact.turn {
        Turn::Key(at) => choices.keys(block(*at)),
        Turn::Digits(at) => choices.digits(block(*at), facts),
        Turn::Intent(at) => choices.intents(block(*at)),
        Turn::View(at) => choices.actions(block(*at)),
        Turn::Calling(at) => {
            choices.input(Input::PickUp, None);
            choices.input(Input::NoAnswer, block(*at).error("ConnectionTimeLimitExceeded"));
            choices.input(Input::Busy, block(*at).error("CallFailed"));
        }
        Turn::Talking(at) => choices.input(Input::OutsideHangsUp, block(*at).next()),
        Turn::Waiting(at) => {
            choices.wait(simulation, block(*at).result("WaitCompleted").or_else(|| block(*at).next()));
            choices.events(block(*at));
        }
        Turn::Queue(at) => {
            // One who is there, where that is known.
            let agent = center.agents().first().map_or_else(|| "agent".into(), |agent| Arc::clone(&agent.name));
            choices.input(Input::Accept(agent), None);
            choices.wait(simulation, at.and_then(|at| block(at).result("MessagesInterrupted")));
            if !is_called_back {
                choices.input(Input::HangUp, None);
            }
        }
        Turn::Scheduled => choices.wait(simulation, None),
        Turn::Ringing => {
            choices.input(Input::PickUp, None);
            choices.input(Input::NoAnswer, None);
        }
        Turn::Joined => {
            choices.input(Input::AgentHangsUp, None);
            choices.input(Input::Hold, None);
            choices.hand_on(center, contact);
        }
        Turn::OnHold(at) => {
            choices.input(Input::Resume, None);
            choices.wait(simulation, at.and_then(|at| block(at).result("MessagesInterrupted")));
            choices.input(Input::HangUp, None);
        }
        Turn::Ended(_) => {}
    }
    if matches!(contact.turn, Turn::Key(_) | Turn::Digits(_) | Turn::Intent(_) | Turn::View(_)) {
        let at = at(&contact.turn).map(block);
        choices.wait(simulation, at.and_then(silent_way));
    }
    choices.list
}

/// The block at which a contact waits.
pub(super) fn at(turn: &Turn) -> Option<BlockId> {
    match turn {
        Turn::Key(at)
        | Turn::Digits(at)
        | Turn::Intent(at)
        | Turn::View(at)
        | Turn::Calling(at)
        | Turn::Talking(at)
        | Turn::Waiting(at) => Some(*at),
        Turn::Queue(at) | Turn::OnHold(at) => *at,
        Turn::Scheduled | Turn::Ringing | Turn::Joined | Turn::Ended(_) => None,
    }
}

/// What kind of turn it is.
pub(super) fn kind(turn: &Turn) -> &'static str {
    match turn {
        Turn::Key(_) => "key",
        Turn::Digits(_) => "digits",
        Turn::Intent(_) => "intent",
        Turn::View(_) => "view",
        Turn::Calling(_) => "calling",
        Turn::Talking(_) => "talking",
        Turn::Waiting(_) => "waiting",
        Turn::Queue(_) => "queue",
        Turn::Scheduled => "scheduled",
        Turn::Ringing => "ringing",
        Turn::Joined => "joined",
        Turn::OnHold(_) => "on hold",
        Turn::Ended(_) => "ended",
    }
}

/// The way of a block at which nobody says anything.
fn silent_way(block: &Block) -> Option<usize> {
    match &block.op {
        Op::Store(_) => block.next(),
        Op::View(_) => block.error("TimeLimitExceeded"),
        _ => block.error("InputTimeLimitExceeded"),
    }
}

struct Choices {
    id: ContactId,
    list: Vec<Choice>,
}

impl Choices {
    fn input(&mut self, input: Input, way: Option<usize>) {
        self.list.push(Choice { decision: Decision::Does(self.id, input), way });
    }

    /// Nobody does anything until time is up, where it ever is.
    fn wait(&mut self, simulation: &Simulation<'_>, way: Option<usize>) {
        let Some(due) = simulation.contact(self.id).due else { return };
        let left = due.duration_since(simulation.now()).as_secs();
        let seconds = u64::try_from(left).unwrap_or_default();
        self.list.push(Choice { decision: Decision::Waits(self.id, seconds), way });
    }

    /// Each key that the menu knows, and one that it does not.
    fn keys(&mut self, block: &Block) {
        let results = block.results();
        let is_known = |key: &str| results.iter().any(|result| **result == *key);
        for (at, key) in results.iter().enumerate() {
            if key.len() == 1 && KEYS.contains(&**key) && !results[..at].contains(key) {
                self.input(Input::Keys(Arc::clone(key)), block.result(key));
            }
        }
        if let Some(wrong) = KEYS.chars().rev().map(|key| key.to_string()).find(|key| !is_known(key)) {
            self.input(Input::Keys(wrong.into()), block.error("NoMatchingCondition"));
        }
    }

    /// What later blocks compare, any digits, and what is no phone number.
    fn digits(&mut self, block: &Block, facts: &Facts) {
        let Op::Store(entry) = &block.op else { return };
        let next = block.next();
        let wrong = block.error("InvalidPhoneNumber");
        for (digits, way) in match &entry.phone {
            Some(Phone::E164) => vec![(format!("1{NATIONAL}"), next), ("12".to_owned(), wrong)],
            Some(Phone::Local(_)) => vec![(NATIONAL.to_owned(), next), ("12".to_owned(), wrong)],
            None => plain(entry, facts).into_iter().map(|digits| (digits, next)).collect(),
        } {
            self.input(Input::Keys(ended(entry, digits).into()), way);
        }
    }

    /// Each intent that the block knows, and one that it does not.
    fn intents(&mut self, block: &Block) {
        let intent = |name: Arc<str>| Input::Intent { name, slots: Vec::new(), attributes: Vec::new() };
        for name in block.results() {
            let way = block.result(&name);
            self.input(intent(name), way);
        }
        self.input(intent("(another intent)".into()), block.error("NoMatchingCondition"));
    }

    fn actions(&mut self, block: &Block) {
        for action in block.results() {
            let way = block.result(&action);
            self.input(Input::Action(action, Value::Null), way);
        }
        self.input(Input::Action("(another action)".into(), Value::Null), block.error("NoMatchingCondition"));
    }

    fn events(&mut self, block: &Block) {
        let Op::Wait { events, .. } = &block.op else { return };
        for event in events.iter().filter(|event| ***event != *"WaitCompleted") {
            self.input(Input::Event(Arc::clone(event)), block.result(event));
        }
    }

    /// Through each flow that agents hand customers on by.
    fn hand_on(&mut self, center: &Center, contact: &Contact) {
        for (flow, program) in center.flows() {
            if matches!(program.flow_type, FlowType::AgentTransfer | FlowType::QueueTransfer) {
                self.input(Input::HandOn { flow, queue: contact.queue }, None);
            }
        }
    }
}

fn plain(entry: &Entry, facts: &Facts) -> Vec<String> {
    let most = most(entry);
    let mut all = vec![DIGITS.chars().take(most.min(4)).collect::<String>()];
    for value in facts.wanted(&Path::new("$.StoredCustomerInput")) {
        let fits = !value.is_empty() && value.len() <= most && value.bytes().all(|key| key.is_ascii_digit());
        if fits && !all.contains(&value.to_string()) {
            all.push(value.to_string());
        }
    }
    all
}

/// With the keys that end it, where it does not end by itself.
fn ended(entry: &Entry, digits: String) -> String {
    if digits.len() < most(entry) { format!("{digits}{}", entry.terminator) } else { digits }
}

fn most(entry: &Entry) -> usize {
    let most = entry.most.as_ref().and_then(|most| most.fixed()?.parse().ok());
    most.unwrap_or(DIGITS.len()).clamp(1, DIGITS.len())
}
