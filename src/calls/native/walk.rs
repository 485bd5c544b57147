//! What a test's call meets on its way, in stretches that end with something the customer does.

use std::cell::RefCell;
use std::mem;

use callform_call::simulation::Input;
use callform_call::test_case::{FlowAction, Instruction, Override, Strategy};
use callform_call::{ContactId, Simulation};
use callform_source::{Span, Spanned};

use super::expected::Expectations;
use super::eye::{Eye, Happening, Log};
use super::{Live, Reason};
use crate::blueprint::{CallStep, CallWord, Short};
use crate::calls::CallCenter;
use crate::calls::hear::{self, Heard, Wanted};
use crate::calls::prepare::Prepared;

/// How long a test may wait in all, in seconds: a run of a test case ends after five minutes, and speaking takes time, too.
/// Source: Amazon Connect Administrator Guide, "Run test cases".
const LONGEST_WAIT: u64 = 200;

/// What a test's call meets.
#[derive(Debug)]
pub(super) struct Walked<'t> {
    pub(super) stretches: Vec<Stretch<'t>>,
    pub(super) overrides: Vec<Override>,
}

/// What is heard and seen until the customer does something.
#[derive(Debug, Default)]
pub(super) struct Stretch<'t> {
    pub(super) happened: Vec<Happening>,
    /// What the test says is heard, and which of what happened that is.
    pub(super) named: Vec<(Heard<'t>, Option<usize>)>,
    pub(super) expected: Expectations,
    pub(super) end: End,
    /// Whether the contact waits in a queue then.
    pub(super) is_queued: bool,
}

/// What ends a stretch.
#[derive(Debug, Default)]
pub(super) enum End {
    /// The test.
    #[default]
    Test,
    /// Time that passes.
    Time,
    /// Something that the customer does, said in words.
    Does(Instruction, String, Span),
}

/// Walks a test without minding whether its expectations hold.
pub(super) fn walk<'t>(prepared: &Prepared<'t>, center: &CallCenter, live: &Live) -> Result<Walked<'t>, Vec<Reason>> {
    let log = RefCell::new(Log::default());
    let real = prepared.surroundings.clone();
    let assumptions = real.assumptions;
    let mut eye = Eye::new(real, &center.center, &log, prepared.at);
    let mut simulation = Simulation::new(&center.center, &mut eye, prepared.at).assuming(assumptions);
    simulation.begin(prepared.start.clone());
    let mut walk = Walk {
        simulation,
        log: &log,
        stretches: Vec::new(),
        now: Stretch::default(),
        next: 0,
        waited: 0,
        reasons: Vec::new(),
    };
    for step in &prepared.test.steps {
        walk.step(step);
    }
    if let Some(expected) = &prepared.test.expect {
        walk.expect(expected);
    }
    walk.finish(End::Test);
    let Walk { stretches, mut reasons, .. } = walk;
    let log = log.take();
    for (at, text) in log.beyond {
        let block = &center.center.flow(at.flow).blocks[at.block].identifier;
        let span = center.place(at.flow, block).unwrap_or(prepared.span);
        let reason = Reason { text: format!("{text} (`{block}`)"), span };
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    let mut overrides = Vec::new();
    for (used, answer) in log.answers {
        match live.used(&used, &center.center) {
            Some(id) => {
                let action = FlowAction::new(used.kind, id);
                overrides.push(Override { action, strategy: Strategy::Answer(answer) });
            }
            None => reasons.push(Reason {
                text: format!("what `{}` uses is not known in the account", used.kind.name()),
                span: prepared.span,
            }),
        }
    }
    if reasons.is_empty() { Ok(Walked { stretches, overrides }) } else { Err(reasons) }
}

struct Walk<'s, 't> {
    simulation: Simulation<'s>,
    log: &'s RefCell<Log>,
    stretches: Vec<Stretch<'t>>,
    now: Stretch<'t>,
    /// Which of what happened in this stretch is next to be named.
    next: usize,
    waited: u64,
    reasons: Vec<Reason>,
}

const CUSTOMER: ContactId = ContactId(0);

impl<'t> Walk<'_, 't> {
    fn step(&mut self, step: &'t Spanned<Short<CallWord, CallStep>>) {
        if let Some(text) = beyond(&step.value) {
            return self.refuse(text, step.span);
        }
        let members = match &step.value {
            Short::Short(_) => {
                return self.does(Instruction::Disconnect, "hangs up".to_owned(), &Input::HangUp, step.span);
            }
            Short::Full(members) => members,
        };
        if let Some(heard) = &members.hear {
            return self.hear(hear::all(&heard.value.0));
        }
        if let Some(expected) = &members.expect {
            return self.expect(expected);
        }
        if let Some(keys) = &members.press {
            let keys = keys.value.0.as_str();
            let words = format!("presses {keys}");
            return self.does(Instruction::Dtmf(keys.to_owned()), words, &Input::Keys(keys.into()), step.span);
        }
        if let Some(wait) = &members.wait {
            self.wait(wait.value.seconds, step.span);
        }
    }

    fn does(&mut self, instruction: Instruction, words: String, input: &Input, span: Span) {
        if self.is_kept(span) {
            return;
        }
        self.finish(End::Does(instruction, words, span));
        // What nobody waits for is done all the same.
        drop(self.simulation.give(CUSTOMER, input));
    }

    fn wait(&mut self, seconds: u64, span: Span) {
        if self.is_kept(span) {
            return;
        }
        self.waited += seconds;
        if self.waited > LONGEST_WAIT {
            self.refuse("a run of a test case takes five minutes at most, with all that is said", span);
            return;
        }
        self.finish(End::Time);
        self.simulation.pass(seconds);
    }

    /// Whether the contact waits in a queue, where no test should keep it.
    fn is_kept(&mut self, span: Span) -> bool {
        let is_queued = self.simulation.contact(CUSTOMER).is_queued();
        if is_queued {
            self.refuse("from here on the contact waits in a queue, where a real agent could take it", span);
        }
        is_queued
    }

    fn refuse(&mut self, text: &str, span: Span) {
        // One place is enough for each reason.
        if !self.reasons.iter().any(|reason| reason.text == text) {
            self.reasons.push(Reason { text: text.to_owned(), span });
        }
    }

    /// Looks for what is named among what happened since the last thing that was named, as a run of the test does.
    fn hear(&mut self, items: Vec<Heard<'t>>) {
        for item in items.into_iter().filter(|item| !item.is_anything()) {
            match item.wanted() {
                Wanted::Pattern => self.refuse("no test case compares with a regular expression", item.span),
                Wanted::Recording => self.refuse("no test case sees which recording is played", item.span),
                Wanted::Text(_) | Wanted::Prompt(_) => {}
            }
            let log = self.log.borrow();
            let is_it = |happening: &Happening| matches!(happening, Happening::Said(speech) if item.is(speech));
            let found = log.happened.iter().skip(self.next).position(is_it).map(|at| at + self.next);
            let in_queue = found.is_none() && log.in_queue.iter().any(|speech| item.is(speech));
            drop(log);
            if in_queue {
                self.refuse("what is heard in a queue: a real agent could take the contact", item.span);
            }
            if let Some(at) = found {
                self.next = at + 1;
            }
            self.now.named.push((item, found));
        }
    }

    fn expect(&mut self, expected: &Spanned<crate::blueprint::Expected>) {
        self.now.expected.add(expected, self.simulation.contact(CUSTOMER), self.simulation.center());
    }

    fn finish(&mut self, end: End) {
        let mut done = mem::take(&mut self.now);
        done.end = end;
        done.is_queued = self.simulation.contact(CUSTOMER).is_queued();
        done.happened = mem::take(&mut self.log.borrow_mut().happened);
        self.next = 0;
        self.stretches.push(done);
    }
}

/// Why a step of this type is beyond the testing language.
fn beyond(step: &Short<CallWord, CallStep>) -> Option<&'static str> {
    const AGENT: &str = "no test case plays an agent";
    let members = match step {
        Short::Short(CallWord::HangUp) => return None,
        Short::Short(CallWord::Callback | CallWord::FirstContact) => {
            return Some("a test case is about one contact, and a callback is another");
        }
        Short::Short(CallWord::PicksUp | CallWord::NoAnswer | CallWord::Busy | CallWord::OutsideHangsUp) => {
            return Some("no test case plays who is called");
        }
        Short::Short(CallWord::Hold | CallWord::Resume | CallWord::AgentHangsUp) => return Some(AGENT),
        Short::Full(members) => members,
    };
    let types = [
        (members.agent_hears.is_some() || members.agent.is_some() || members.transfer.is_some(), AGENT),
        (
            members.say.is_some(),
            "what a bot understands is for the bot to decide: no test case says which intent it is",
        ),
        (members.use_view.is_some(), "no test case uses a view"),
        (members.event.is_some(), "no test case sends an event"),
    ];
    types.into_iter().find_map(|(is_it, text)| is_it.then_some(text))
}
