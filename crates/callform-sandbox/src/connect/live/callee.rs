//! What the people of a call do next, and when.

use std::sync::Arc;

use callform_call::contact::Contact;
use callform_call::event::What;
use callform_call::{Event, Turn};

use super::bots::Talk;
use super::call::{Act, Call, Dialed, Entry};
use super::chance::Chance;
use super::people::{Caller, Choice, Outcome, People, Person, Span};
use super::play::{Played, milliseconds};
use super::voice;

/// Least time between a question and keys, in milliseconds: nobody answers in no time at all.
const LEAST: u64 = 500;
/// How long it takes to learn that a line is busy, and that a number cannot be reached, in milliseconds.
const BUSY: u64 = 2000;
const UNREACHABLE: u64 = 1000;

/// Something that somebody will do, unless something else happens before.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Next {
    /// When.
    pub(super) at: u64,
    /// With which contact.
    pub(super) party: usize,
    /// What.
    pub(super) act: Act,
}

/// What becomes of dialing a number, and when.
pub(super) fn dial(people: &People, number: &str, attempt: u64, from: u64, timeout: u64) -> Dialed {
    let person = people.person(number);
    let chance = Chance::new(people.seed, &[number, &attempt.to_string()]);
    let place = usize::try_from(attempt.saturating_sub(1)).unwrap_or(usize::MAX);
    let last = match &person.outcomes {
        Choice::InOrder(list) => list.last(),
        Choice::Weights(_) => None,
    };
    let outcome = chance.choose("outcome", &person.outcomes, place).or(last).copied().unwrap_or(Outcome::NoAnswer);
    let rings = chance.span("rings", person.rings);
    let (outcome, after) = match outcome {
        Outcome::Answered | Outcome::Machine if rings < timeout => (outcome, rings),
        Outcome::Answered | Outcome::Machine | Outcome::NoAnswer => (Outcome::NoAnswer, timeout),
        Outcome::Busy => (outcome, BUSY.min(timeout)),
        Outcome::Invalid | Outcome::Failed => (outcome, UNREACHABLE.min(timeout)),
    };
    Dialed { outcome, attempt, at: from + after }
}

/// The first thing that anybody of a call does.
pub(super) fn next(call: &Call, played: &Played, people: &People) -> Option<Next> {
    let of = |party: usize, contact: &Contact| Customer::new(call, played, people, party, contact).next(contact);
    let all = played.contacts.iter().enumerate().filter_map(|(party, contact)| of(party, contact));
    all.min_by_key(|next| (next.at, next.party))
}

/// How many sentences a contact's customer has said to bots.
pub(super) fn sentences_said(call: &Call, party: usize) -> usize {
    call.log.iter().filter(|entry| entry.party == party && matches!(entry.act, Act::Say(_))).count()
}

struct Customer<'a> {
    call: &'a Call,
    played: &'a Played,
    events: Vec<&'a Event>,
    people: &'a People,
    party: usize,
    person: Person,
    chance: Chance,
}

impl<'a> Customer<'a> {
    fn new(call: &'a Call, played: &'a Played, people: &'a People, party: usize, contact: &Contact) -> Self {
        let number = contact.customer.as_deref().unwrap_or_default();
        let attempt = call.parties.get(party).and_then(|party| party.dialed).map_or(0, |dialed| dialed.attempt);
        let called = || Chance::new(people.seed, &[number, &attempt.to_string()]);
        let script = call.script_of(party);
        Self {
            call,
            played,
            events: played.events.iter().filter(|event| event.contact == contact.id).collect(),
            people,
            party,
            person: script.map_or_else(|| people.person(number), Caller::person),
            chance: script.map_or_else(called, |_| call.chance()),
        }
    }

    /// When anything happened last.
    fn since(&self) -> u64 {
        let event = self.events.last().map(|event| milliseconds(event.at));
        let is_own = |entry: &&Entry| entry.party == self.party && !matches!(entry.act, Act::Set(_));
        let entry = self.call.log.iter().rev().find(is_own).map(|entry| entry.at);
        event.max(entry).unwrap_or_default()
    }

    /// When what was said last has been said.
    fn heard(&self) -> u64 {
        let said = self.events.last().and_then(|event| match &event.what {
            What::Said { speech, .. } => {
                Some(milliseconds(event.at) + voice::seconds(speech, self.call.words_a_minute) * 1000)
            }
            _ => None,
        });
        self.since().max(said.unwrap_or_default())
    }

    /// When something of a kind happened last.
    fn last(&self, is_it: impl Fn(&What) -> bool) -> u64 {
        let found = self.events.iter().rev().find(|event| is_it(&event.what));
        found.map_or_else(|| self.since(), |event| milliseconds(event.at))
    }

    /// How many questions there were before.
    fn questions(&self) -> usize {
        let is_answer = |event: &&&Event| matches!(event.what, What::Pressed(_) | What::Silent(_));
        self.events.iter().filter(is_answer).count()
    }

    fn is_machine(&self) -> bool {
        let dialed = self.call.parties.get(self.party).and_then(|party| party.dialed);
        dialed.is_some_and(|dialed| dialed.outcome == Outcome::Machine)
    }

    fn next(&self, contact: &Contact) -> Option<Next> {
        let own = self.turn(contact);
        // A machine records for a while, whoever speaks.
        let is_on_line = !matches!(contact.turn, Turn::Ended(_) | Turn::Scheduled | Turn::Ringing);
        let machine = (self.is_machine() && is_on_line).then(|| {
            let dialed = self.call.parties.get(self.party).and_then(|party| party.dialed);
            let from = dialed.map_or(0, |dialed| dialed.at);
            (
                from + self.chance.span("greeting", self.person.greeting)
                    + self.chance.span("recording", self.person.recording),
                Act::HangUp,
            )
        });
        let leaves = self.leaves().filter(|_| is_on_line).map(|at| (at, Act::HangUp));
        let (at, act) = own.into_iter().chain(machine).chain(leaves).min_by_key(|(at, _)| *at)?;
        Some(Next { at, party: self.party, act })
    }

    /// When somebody who calls in hangs up whatever happens.
    fn leaves(&self) -> Option<u64> {
        let hangs_up = self.call.script_of(self.party)?.hangs_up.as_ref()?;
        let after = hangs_up.after.map(|after| self.call.dialed.at + self.chance.span("hangs up", after).max(LEAST));
        let came = self.played.came_to_leave.map(|at| at + LEAST);
        after.into_iter().chain(came).min()
    }

    fn turn(&self, contact: &Contact) -> Option<(u64, Act)> {
        let patience = || self.chance.span("patience", self.person.patience);
        match &contact.turn {
            Turn::Key(_) | Turn::Digits(_) => self.press(),
            Turn::Intent(_) => Some(self.talk(patience())),
            // The customer of a callback is not on the line.
            Turn::Queue(_) if contact.method == callform_call::event::Method::Callback => None,
            Turn::Queue(_) => {
                let queued = contact.queued_at.map_or_else(|| self.since(), milliseconds);
                Some((queued + patience(), Act::HangUp))
            }
            Turn::Ringing => self.ringing(),
            Turn::Calling(_) => self.outside(),
            Turn::Talking(_) => Some((self.since() + self.outside_talk(), Act::OutsideHangsUp)),
            Turn::Joined => Some(self.conversation(contact)),
            Turn::View(_) | Turn::Waiting(_) | Turn::Scheduled | Turn::OnHold(_) | Turn::Ended(_) => None,
        }
    }

    /// Somebody in front of a bot says the next sentence, or has nothing more to say; what the bot has found out counts when
    /// it has said all.
    fn talk(&self, patience: u64) -> (u64, Act) {
        let talk = self.call.talks.get(&self.party);
        let heard = self.heard().max(talk.map_or(0, Talk::heard));
        if let Some(outcome) = talk.and_then(Talk::outcome) {
            return (heard, outcome.clone());
        }
        let said = sentences_said(self.call, self.party);
        match self.person.says.get(said).filter(|_| !self.is_machine()) {
            Some(sentence) => {
                let after = self.chance.span(&format!("after sentence {said}"), self.person.after).max(LEAST);
                let takes = voice::milliseconds(sentence, voice::WORDS_A_MINUTE);
                (heard + after + takes, Act::Say(sentence.clone()))
            }
            None => (heard + patience, Act::HangUp),
        }
    }

    fn press(&self) -> Option<(u64, Act)> {
        if self.is_machine() {
            return None;
        }
        let questions = self.questions();
        let purpose = format!("presses {questions}");
        let keys = self.chance.choose(&purpose, &self.person.presses, questions)?;
        let after = self.chance.span(&format!("after {questions}"), self.person.after).max(LEAST);
        (!keys.0.is_empty()).then(|| (self.heard() + after, Act::Press(keys.0.clone())))
    }

    /// The customer of a callback is called.
    fn ringing(&self) -> Option<(u64, Act)> {
        let dialed = self.call.parties.get(self.party)?.dialed?;
        let act = match dialed.outcome {
            Outcome::Answered | Outcome::Machine => Act::PickUp,
            Outcome::NoAnswer | Outcome::Busy | Outcome::Invalid | Outcome::Failed => Act::NoAnswer,
        };
        Some((dialed.at, act))
    }

    /// The number outside that is called: what the flow says last.
    fn number_outside(&self) -> Arc<str> {
        let found = self.events.iter().rev().find_map(|event| match &event.what {
            What::Outside(number) => Some(Arc::clone(number)),
            _ => None,
        });
        found.unwrap_or_default()
    }

    fn outside(&self) -> Option<(u64, Act)> {
        let dialed = dial(self.people, &self.number_outside(), 1, self.since(), u64::MAX / 2);
        match dialed.outcome {
            Outcome::Answered | Outcome::Machine => Some((dialed.at, Act::PickUp)),
            Outcome::Busy | Outcome::Invalid | Outcome::Failed => Some((dialed.at, Act::Busy)),
            // The flow says for how long it rings.
            Outcome::NoAnswer => None,
        }
    }

    fn outside_talk(&self) -> u64 {
        let talk = self.people.person(&self.number_outside()).talk.unwrap_or(Span::Exactly(60));
        self.chance.span("outside", talk).max(LEAST)
    }

    /// Whoever of the two ends it first.
    fn conversation(&self, contact: &Contact) -> (u64, Act) {
        let joined = self.last(|what| matches!(what, What::Joined));
        let agent = contact.agent.as_deref().and_then(|agent| self.people.agent(agent)).cloned().unwrap_or_default();
        let agent = self.chance.span("agent", agent.talk).max(LEAST);
        let customer = self.person.talk.map(|talk| self.chance.span("talk", talk).max(LEAST));
        match customer {
            Some(customer) if customer <= agent => (joined + customer, Act::HangUp),
            _ => (joined + agent, Act::AgentHangsUp),
        }
    }
}
