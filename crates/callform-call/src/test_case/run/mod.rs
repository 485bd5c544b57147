//! Runs test cases against a center, with the simulator.
//!
//! ```text
//! TestCase ─┐
//! Center ───┼─run→ Simulation ─what happens→ Progress ─what the customer does→ Simulation … ─→ Report
//! surroundings ┘
//! ```
//!
//! What is said from one input to the next is one message, as the service has it. Time passes only where the flow waits;
//! speaking takes none.

mod matching;
mod progress;
mod report;
mod watch;
#[cfg(test)]
mod tests;

pub use matching::includes;
pub use report::{Outcome, Record, RecordStatus, Report};
pub use watch::{Resource, Used};

use std::cell::RefCell;
use std::sync::Arc;

use callform_flow::catalog::ObjectKind;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use self::progress::{Heard, Look, Progress, Seen};
use self::watch::{CUSTOMER, ContactLook, State, Watch};
use super::{EntryPoint, InitializationData, Instruction, TestCaseContent, VoiceEntry, warnings};
use crate::center::Center;
use crate::contact::{Channel, Contact, Turn};
use crate::event::FlowId;
use crate::simulation::{Input, Simulation, Start};
use crate::surroundings::Surroundings;

/// How long a run may take. Source: Amazon Connect Administrator Guide, "Run test cases".
pub const TIME_LIMIT: SignedDuration = SignedDuration::from_mins(5);

/// How often a customer may do something while no time passes.
const MOST_INPUTS: usize = 1_000;

/// A test case to be run: one that the service publishes.
#[derive(Clone, Copy, Debug)]
pub struct TestCase<'a> {
    /// What is observed and done.
    pub content: &'a TestCaseContent,
    /// Where the contact begins.
    pub entry_point: &'a EntryPoint,
    /// What it has from the beginning.
    pub data: &'a InitializationData,
}

/// Why nobody can say how a run would go on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotRun {
    /// A bot listens, and the test case has no answer for it.
    #[error("a bot listens at `{block}`: what it understands is not simulated; override it by an answer of its own")]
    Bot {
        /// The block.
        block: String,
    },
    /// A fixed answer of a bot names no intent.
    #[error("the answer of the bot at `{block}` names no intent (`IntentName`)")]
    NoIntent {
        /// The block.
        block: String,
    },
}

/// Runs a test case from a time on. `real` answers what the test case does not override.
///
/// # Errors
/// Where what follows is not to be known.
pub fn run(
    test: TestCase<'_>,
    center: &Center,
    real: &mut dyn Surroundings,
    now: Timestamp,
) -> Result<Report, CannotRun> {
    let mut progress = Progress::new(test.content, now);
    let nobody = Nobody(&test.data.attributes);
    let start = match start(test, center) {
        Ok(start) => start,
        Err(reason) => {
            progress.end(now, Outcome::NotStarted(reason), &nobody);
            return Ok(progress.report(now));
        }
    };
    progress.start(&Contact::uuid(CUSTOMER));
    progress.see(now, &Seen::Begin, &nobody);
    let state = RefCell::new(State { progress, center, heard: Heard::default(), used: None, now, bot: None });
    let mut watch = Watch { state: &state, real };
    let mut simulation = Simulation::new(center, &mut watch, now);
    if !state.borrow().progress.is_over() {
        simulation.begin(start);
        Driver { simulation: &mut simulation, state: &state, deadline: now + TIME_LIMIT }.drive()?;
    }
    let ended = simulation.now();
    Ok(state.into_inner().progress.report(ended))
}

/// How the contact begins, or why it does not.
fn start(test: TestCase<'_>, center: &Center) -> Result<Start, String> {
    if test.content.observations.iter().any(warnings::never_starts) {
        return Err("invalid execution parameters".to_owned());
    }
    let flow_of = |id: &str| {
        let flow = center.find(ObjectKind::ContactFlow, id).map(FlowId);
        flow.ok_or_else(|| format!("the flow {id} is not there"))
    };
    let mut start = match test.entry_point {
        EntryPoint::Chat { flow } => Start { channel: Channel::Chat, ..Start::call(flow_of(flow)?) },
        EntryPoint::Voice(VoiceEntry::Flow { flow, source }) => {
            Start { customer: source.as_deref().map(Arc::from), ..Start::call(flow_of(flow)?) }
        }
        EntryPoint::Voice(VoiceEntry::Number { source, destination }) => {
            let number = center.numbers().iter().find(|one| one.address.as_deref() == Some(destination));
            let number = number.ok_or_else(|| format!("no flow answers the number {destination}"))?;
            let mut start = Start::call(number.flow);
            start.customer = Some(source.as_str().into());
            start.system = Some(destination.as_str().into());
            start
        }
    };
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let attributes = test.data.attributes.iter();
    start.attributes = attributes.map(|(name, value)| (name.as_str().into(), text(value).into())).collect();
    Ok(start)
}

/// Before there is a contact: nothing but the attributes it will have.
struct Nobody<'a>(&'a Map<String, Value>);

impl Look for Nobody<'_> {
    fn value(&self, path: &str) -> Option<String> {
        let value = self.0.get(path.strip_prefix("$.Attributes.")?)?;
        Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    }

    fn fill(&self, text: &str) -> String {
        text.to_owned()
    }

    fn recording(&self, id: &str) -> String {
        id.to_owned()
    }
}

/// Goes on with a simulation until the run is over.
struct Driver<'s, 'c, 'a> {
    simulation: &'s mut Simulation<'c>,
    state: &'s RefCell<State<'a>>,
    deadline: Timestamp,
}

impl Driver<'_, '_, '_> {
    fn drive(&mut self) -> Result<(), CannotRun> {
        let mut inputs = 0;
        loop {
            let now = self.simulation.now();
            let contact = self.simulation.contact(CUSTOMER);
            let look = ContactLook { contact, center: self.simulation.center() };
            self.state.borrow_mut().hear(now, &look);
            if self.state.borrow().progress.is_over() {
                return Ok(());
            }
            let instruction = self.state.borrow_mut().progress.next_instruction();
            let input = match instruction {
                _ if inputs >= MOST_INPUTS => None,
                Some(Instruction::Disconnect) => Some(Input::HangUp),
                Some(Instruction::Dtmf(keys)) => Some(Input::Keys(keys.into())),
                // What is said where nobody listens is lost; what bots understand of it is for the override to say.
                Some(Instruction::Utterance { .. }) => continue,
                None => self.bot()?,
            };
            match input {
                // Something that is done where nothing waits for it has no effect.
                Some(input) => {
                    inputs += 1;
                    drop(self.simulation.give(CUSTOMER, &input));
                }
                None => match self.simulation.next_due() {
                    Some((due, _)) if due < self.deadline => {
                        inputs = 0;
                        self.pass_until(due);
                    }
                    _ => {
                        self.pass_until(self.deadline);
                        self.time_out();
                        return Ok(());
                    }
                },
            }
        }
    }

    fn pass_until(&mut self, until: Timestamp) {
        let left = until.duration_since(self.simulation.now()).as_millis().max(0);
        self.simulation.pass(u64::try_from(left).unwrap_or_default().div_ceil(1000));
    }

    fn time_out(&mut self) {
        let contact = self.simulation.contact(CUSTOMER);
        let look = ContactLook { contact, center: self.simulation.center() };
        let mut state = self.state.borrow_mut();
        state.hear(self.deadline, &look);
        state.progress.time_out(self.deadline, &look);
    }

    /// What a bot that listens now answers.
    fn bot(&mut self) -> Result<Option<Input>, CannotRun> {
        let Turn::Intent(at) = *self.simulation.turn(CUSTOMER) else { return Ok(None) };
        let block = self.simulation.center().flow(at.flow).blocks[at.block].identifier.to_string();
        let answer = self.state.borrow_mut().bot.take();
        let Some(answer) = answer else { return Err(CannotRun::Bot { block }) };
        intent(&answer).map(Some).ok_or(CannotRun::NoIntent { block })
    }
}

/// The intent in a bot's fixed answer: by the names that flows know it by, or those of Lex's own answers (?).
fn intent(answer: &str) -> Option<Input> {
    let answer: Value = serde_json::from_str(answer).ok()?;
    let of_lex = answer.pointer("/sessionState/intent");
    let name = answer.get("IntentName").or_else(|| of_lex?.get("name"))?.as_str()?;
    let pairs = |map: Option<&Value>| {
        let pair = |(key, value): (&String, &Value)| {
            let value = value.pointer("/value/interpretedValue").unwrap_or(value);
            Some((key.as_str().into(), value.as_str()?.into()))
        };
        map.and_then(Value::as_object).into_iter().flatten().filter_map(pair).collect()
    };
    Some(Input::Intent {
        name: name.into(),
        slots: pairs(answer.get("Slots").or_else(|| of_lex?.get("slots"))),
        attributes: pairs(
            answer.get("SessionAttributes").or_else(|| answer.pointer("/sessionState/sessionAttributes")),
        ),
    })
}
