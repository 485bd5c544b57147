//! Tests are run, one contact after the other, and compared with what is expected.

use std::collections::BTreeSet;

use callform_call::event::{Party, What};
use callform_call::simulation::{Input, Simulation};
use callform_call::{ContactId, Event};
use callform_source::{Span, Spanned};

use super::center::CallCenter;
use super::dialogue::spoken;
use super::expect;
use super::hear::{self, Heard};
use super::prepare::Prepared;
use crate::blueprint::{CallStep, CallWord, Short};

/// What became of a test.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The test's name.
    pub name: String,
    /// Where its name was written.
    pub span: Span,
    /// What differs from what is expected; `None` where it passed.
    pub failure: Option<Failure>,
    /// Everything that happened.
    pub events: Vec<Event>,
}

/// What differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Where the expectation was written.
    pub span: Span,
    /// In a sentence without an end.
    pub message: String,
    /// What was expected, and what was found instead.
    pub difference: Option<(String, String)>,
    /// How many events had happened.
    pub after: usize,
}

/// Runs one test.
pub fn run(prepared: &Prepared<'_>, center: &CallCenter) -> Outcome {
    let mut surroundings = prepared.surroundings.clone();
    let assumptions = surroundings.assumptions;
    let simulation = Simulation::new(&center.center, &mut surroundings, prepared.at).assuming(assumptions);
    let mut walk = Walk {
        simulation,
        center,
        active: ContactId(0),
        first: ContactId(0),
        accounted: BTreeSet::new(),
        strict: [false; 2],
    };
    let result = walk.all(prepared);
    let events = walk.simulation.into_events();
    let failure = result.err().map(|mut failure| {
        failure.after = failure.after.min(events.len());
        failure
    });
    // A function that nobody speaks for is more likely the reason than what follows from its failing.
    let failure = match surroundings.unanswered.first() {
        Some(name) => Some(Failure {
            span: prepared.span,
            message: format!("the function `{name}` is called, and the test does not say what it answers"),
            difference: None,
            after: events.len(),
        }),
        None => failure,
    };
    Outcome { name: prepared.name.to_owned(), span: prepared.span, failure, events }
}

/// In front of what is heard too early.
const BEFORE: &str = "before that, ";

struct Walk<'a> {
    simulation: Simulation<'a>,
    center: &'a CallCenter,
    /// The contact that steps are about.
    active: ContactId,
    first: ContactId,
    /// Events that the test has named.
    accounted: BTreeSet<usize>,
    /// Whether the test accounts for all that the customer and the agent hear: from its first `hear` on.
    strict: [bool; 2],
}

impl Walk<'_> {
    fn all(&mut self, prepared: &Prepared<'_>) -> Result<(), Failure> {
        self.first = self.simulation.begin(prepared.start.clone());
        self.active = self.first;
        for step in &prepared.test.steps {
            self.step(step)?;
        }
        self.nothing_unheard(prepared.span, "")?;
        match &prepared.test.expect {
            Some(expected) => self.expect(expected),
            None => Ok(()),
        }
    }

    fn step(&mut self, step: &Spanned<Short<CallWord, CallStep>>) -> Result<(), Failure> {
        let span = step.span;
        match &step.value {
            Short::Short(CallWord::Callback) => {
                self.nothing_unheard(span, BEFORE)?;
                let made = self.simulation.events().iter().rev().find_map(|event| match event.what {
                    What::Callback { contact, .. } => Some(contact),
                    _ => None,
                });
                self.active = made.ok_or_else(|| self.failure(span, "no callback was made"))?;
                Ok(())
            }
            Short::Short(CallWord::FirstContact) => {
                self.active = self.first;
                Ok(())
            }
            Short::Short(word) => self.give(span, &input_of(*word)),
            Short::Full(step) => self.members(span, step),
        }
    }

    fn members(&mut self, span: Span, step: &CallStep) -> Result<(), Failure> {
        if let Some(heard) = &step.hear {
            return self.hear(Party::Customer, &hear::all(&heard.value.0));
        }
        if let Some(heard) = &step.agent_hears {
            return self.hear(Party::Agent, &hear::all(&heard.value.0));
        }
        if let Some(expected) = &step.expect {
            return self.expect(expected);
        }
        if let Some(wait) = &step.wait {
            self.nothing_unheard(span, BEFORE)?;
            self.simulation.pass(wait.value.seconds);
            return Ok(());
        }
        if let Some(name) = &step.transfer {
            let Some((flow, queue)) = self.center.quick_connects.get(&name.value) else { return Ok(()) };
            let queue = queue.map(callform_call::event::QueueId::Queue);
            self.give(span, &Input::HandOn { flow: *flow, queue })?;
            // The customer goes on as a contact of its own.
            self.active = ContactId(self.simulation.contacts().len() - 1);
            return Ok(());
        }
        match hear::input(step) {
            Some(input) => self.give(span, &input),
            None => Ok(()),
        }
    }

    fn give(&mut self, span: Span, input: &Input) -> Result<(), Failure> {
        self.nothing_unheard(span, BEFORE)?;
        self.simulation.give(self.active, input).map_err(|error| self.failure(span, &error.to_string()))
    }

    /// What was said to somebody and no step has named, with the event's place.
    fn unheard(&self, party: Party) -> Vec<(usize, &callform_call::event::Speech)> {
        let said = self.simulation.events().iter().enumerate().filter_map(|(at, event)| match &event.what {
            What::Said { to, speech, .. } if *to == party && event.contact == self.active => Some((at, speech)),
            _ => None,
        });
        said.filter(|(at, _)| !self.accounted.contains(at)).collect()
    }

    fn hear(&mut self, party: Party, expected: &[Heard<'_>]) -> Result<(), Failure> {
        self.strict[usize::from(party == Party::Agent)] = true;
        let mut found =
            self.unheard(party).into_iter().map(|(at, speech)| (at, speech.clone())).collect::<Vec<_>>().into_iter();
        let mut skips = false;
        for heard in expected {
            if heard.is_anything() {
                skips = true;
                continue;
            }
            loop {
                let Some((at, speech)) = found.next() else {
                    let message = if party == Party::Customer { "nothing is heard" } else { "the agent hears nothing" };
                    let now = format!("nothing: {}", super::expect::state_in_words(self.simulation.turn(self.active)));
                    let mut failure = self.failure(heard.span, message);
                    failure.difference = Some((heard.in_words(), now));
                    return Err(failure);
                };
                if heard.is(&speech) {
                    self.accounted.insert(at);
                    skips = false;
                    break;
                }
                if !skips {
                    let mut failure = self.failure(heard.span, "something else is heard");
                    failure.difference = Some((heard.in_words(), spoken(&speech)));
                    failure.after = at + 1;
                    return Err(failure);
                }
                self.accounted.insert(at);
            }
        }
        if skips {
            self.accounted.extend(found.map(|(at, _)| at));
        }
        Ok(())
    }

    /// A test that accounts for what is heard has named all of it. What was heard before its first `hear` is passed over.
    fn nothing_unheard(&mut self, span: Span, when: &str) -> Result<(), Failure> {
        for (party, strict) in [Party::Customer, Party::Agent].into_iter().zip(self.strict) {
            if !strict {
                let passed: Vec<usize> = self.unheard(party).into_iter().map(|(at, _)| at).collect();
                self.accounted.extend(passed);
            } else if let Some((at, speech)) = self.unheard(party).first() {
                let who = if party == Party::Customer { "the customer hears" } else { "the agent hears" };
                let mut failure = self.failure(span, &format!("{when}{who} something that the test does not name"));
                failure.difference = Some(("nothing".to_owned(), spoken(speech)));
                failure.after = at + 1;
                return Err(failure);
            }
        }
        Ok(())
    }

    fn expect(&self, expected: &Spanned<crate::blueprint::Expected>) -> Result<(), Failure> {
        let differences = expect::differences(&expected.value, &self.simulation, self.active);
        match differences.into_iter().next() {
            None => Ok(()),
            Some(difference) => Err(Failure {
                span: difference.span,
                message: difference.what,
                difference: Some((difference.expected, difference.found)),
                after: self.simulation.events().len(),
            }),
        }
    }

    fn failure(&self, span: Span, message: &str) -> Failure {
        Failure { span, message: message.to_owned(), difference: None, after: self.simulation.events().len() }
    }
}

fn input_of(word: CallWord) -> Input {
    match word {
        CallWord::HangUp | CallWord::Callback | CallWord::FirstContact => Input::HangUp,
        CallWord::PicksUp => Input::PickUp,
        CallWord::NoAnswer => Input::NoAnswer,
        CallWord::Busy => Input::Busy,
        CallWord::OutsideHangsUp => Input::OutsideHangsUp,
        CallWord::Hold => Input::Hold,
        CallWord::Resume => Input::Resume,
        CallWord::AgentHangsUp => Input::AgentHangsUp,
    }
}
