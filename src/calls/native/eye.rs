//! Surroundings that write down what a call meets, and what answers it.

use std::cell::RefCell;
use std::sync::Arc;

use callform_call::event::{BlockId, Event, Party, QueueId, Speech, What};
use callform_call::surroundings::{LambdaAnswer, LambdaCall, Metric, ServiceAnswer, ServiceCall, Surroundings};
use callform_call::test_case::run::Used;
use callform_call::test_case::{Answer, ErrorAnswer, FlowActionKind};
use callform_call::text::Path;
use callform_call::{Center, Contact, ContactId};
use jiff::Timestamp;

use crate::calls::Scripted;

/// Something that a test case can see.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Happening {
    /// The customer hears something.
    Said(Speech),
    /// A block begins that uses something.
    Started(Used),
}

/// What was met.
#[derive(Debug, Default)]
pub(super) struct Log {
    /// In order, until the contact waits in a queue.
    pub(super) happened: Vec<Happening>,
    /// What is said in a queue.
    pub(super) in_queue: Vec<Speech>,
    /// What answered, in order.
    pub(super) answers: Vec<(Used, Answer)>,
    /// What answered and no test case can answer, with the block.
    pub(super) beyond: Vec<(BlockId, String)>,
}

pub(super) struct Eye<'a> {
    real: Scripted,
    center: &'a Center,
    log: &'a RefCell<Log>,
    now: Timestamp,
    /// The block that runs now, and what it uses.
    at: Option<BlockId>,
    used: Option<Used>,
    is_queued: bool,
}

impl<'a> Eye<'a> {
    pub(super) fn new(real: Scripted, center: &'a Center, log: &'a RefCell<Log>, now: Timestamp) -> Self {
        Self { real, center, log, now, at: None, used: None, is_queued: false }
    }

    fn answered(&self, answer: Answer) {
        if let Some(used) = &self.used {
            self.log.borrow_mut().answers.push((used.clone(), answer));
        }
    }

    /// What no test case can answer; in a queue no test case looks any more.
    fn beyond(&self, at: BlockId, text: impl Into<String>) {
        if !self.is_queued {
            self.log.borrow_mut().beyond.push((at, text.into()));
        }
    }
}

/// Blocks by which a real phone rings, of a number that a test made up.
const CALLS_SOMEBODY: [&str; 2] = ["CreateCallbackContact", "TransferParticipantToThirdParty"];

/// The customer of a test case: the first contact.
const CUSTOMER: ContactId = ContactId(0);

impl Surroundings for Eye<'_> {
    fn begins(&mut self, at: BlockId, contact: &Contact, center: &Center, now: Timestamp) {
        (self.now, self.at) = (now, Some(at));
        let is_seen = contact.id == CUSTOMER && !self.is_queued;
        let action_type = &*center.flow(at.flow).blocks[at.block].action_type;
        if is_seen && CALLS_SOMEBODY.contains(&action_type) {
            self.beyond(at, "somebody would really be called");
        }
        self.used = is_seen.then(|| Used::of(at, contact, center)).flatten();
        if let Some(used) = self.used.clone().filter(|used| used.kind.is_observable()) {
            self.log.borrow_mut().happened.push(Happening::Started(used));
        }
    }

    fn told(&mut self, event: &Event) {
        if event.contact != CUSTOMER {
            return;
        }
        match &event.what {
            What::Queued(_) => self.is_queued = true,
            What::Dequeued(_) => self.is_queued = false,
            What::Said { to: Party::Customer, speech, .. } => {
                let mut log = self.log.borrow_mut();
                if self.is_queued {
                    log.in_queue.push(speech.clone());
                } else {
                    log.happened.push(Happening::Said(speech.clone()));
                }
            }
            _ => {}
        }
    }

    fn failure(&mut self, at: BlockId, center: &Center) -> Option<Arc<str>> {
        let error = self.real.failure(at, center)?;
        if let Some(answer) = self.used.as_ref().and_then(|used| error_of(used.kind, &error)) {
            self.answered(answer);
        } else {
            // In a queue, too: a test of what fails there would pass without it.
            let text = format!("no test case can make this block fail with `{error}`");
            self.log.borrow_mut().beyond.push((at, text));
        }
        Some(error)
    }

    fn is_open(&mut self, hours: usize) -> Option<bool> {
        let given = self.real.is_open(hours);
        let minute = self.real.assumptions.closing_minute_is_open;
        let scheduled = || {
            let schedule = self.center.hours().get(hours)?.schedule.as_ref()?;
            Some(schedule.is_open(self.now, minute))
        };
        if let Some(is_open) = given.or_else(scheduled) {
            self.answered(Answer::InHours(is_open));
        }
        given
    }

    fn lambda(&mut self, call: &LambdaCall<'_>) -> LambdaAnswer {
        let answer = self.real.lambda(call);
        self.answered(match &answer {
            LambdaAnswer::Value(value) => Answer::Data { loaded: value.to_string(), delay: 0 },
            LambdaAnswer::Fails(_) => Answer::Error { error: ErrorAnswer::NoMatchingError, delay: 0 },
            LambdaAnswer::TimesOut => Answer::Error { error: ErrorAnswer::TimeLimitExceeded, delay: 0 },
        });
        answer
    }

    fn service(&mut self, call: &ServiceCall<'_>) -> ServiceAnswer {
        self.beyond(call.at, format!("no test case can answer for `{}`", call.action_type));
        self.real.service(call)
    }

    fn percent(&mut self, at: BlockId) -> u32 {
        self.beyond(at, "no test case can say which way a random split goes");
        self.real.percent(at)
    }

    fn metric(&mut self, queue: QueueId, metric: Metric) -> Option<i64> {
        if let Some(at) = self.at {
            self.beyond(at, "no test case can set the figures of a queue");
        }
        self.real.metric(queue, metric)
    }

    fn is_full(&mut self, queue: QueueId) -> bool {
        let is_full = self.real.is_full(queue);
        if is_full {
            self.answered(Answer::Error { error: ErrorAnswer::QueueAtCapacity, delay: 0 });
        }
        is_full
    }

    fn unknown(&mut self, at: BlockId, path: &Path, compared: &[&str]) -> Option<String> {
        self.real.unknown(at, path, compared)
    }
}

/// The answer by which a test case makes a block fail like this.
fn error_of(kind: FlowActionKind, error: &str) -> Option<Answer> {
    use FlowActionKind::{
        CheckHoursOfOperation, DequeueAndTransferToQueue, InvokeLambdaFunction, TransferContactToQueue,
    };
    let error = match (error, kind) {
        (
            "NoMatchingError",
            CheckHoursOfOperation | InvokeLambdaFunction | TransferContactToQueue | DequeueAndTransferToQueue,
        ) => ErrorAnswer::NoMatchingError,
        ("QueueAtCapacity", TransferContactToQueue | DequeueAndTransferToQueue) => ErrorAnswer::QueueAtCapacity,
        ("TimeLimitExceeded", InvokeLambdaFunction) => ErrorAnswer::TimeLimitExceeded,
        _ => return None,
    };
    Some(Answer::Error { error, delay: 0 })
}
