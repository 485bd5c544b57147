//! What a test case sees of a simulation while it runs, and where it takes a hand in it.

use std::cell::RefCell;
use std::sync::Arc;

use callform_flow::catalog::ObjectKind;
use jiff::Timestamp;

use super::progress::{Heard, Look, Progress, Seen};
use crate::center::Center;
use crate::contact::Contact;
use crate::event::{BlockId, ContactId, Event, Party, QueueId, Speech, What};
use crate::program::{Op, Target};
use crate::surroundings::{LambdaAnswer, LambdaCall, Metric, ServiceAnswer, ServiceCall, Surroundings};
use crate::test_case::{Answer, ErrorAnswer, FlowActionKind, Strategy};
use crate::text::{Path, Text};

/// The contact of the test case: the first of its simulation.
pub(super) const CUSTOMER: ContactId = ContactId(0);

/// The contact as it is now.
pub(super) struct ContactLook<'c> {
    pub(super) contact: &'c Contact,
    pub(super) center: &'c Center,
}

impl Look for ContactLook<'_> {
    fn value(&self, path: &str) -> Option<String> {
        self.contact.value(&Path::new(path), self.center).map(std::borrow::Cow::into_owned)
    }

    fn fill(&self, text: &str) -> String {
        self.contact.text(&Text::new(text), self.center, true).to_string()
    }

    fn recording(&self, id: &str) -> String {
        let known = self.center.find(ObjectKind::Prompt, id).and_then(|at| self.center.prompts.get(at));
        known.map_or_else(|| id.to_owned(), |prompt| prompt.name.to_string())
    }
}

/// What a block uses that test cases know of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used {
    /// How.
    pub kind: FlowActionKind,
    /// What.
    pub resource: Resource,
}

/// Something that a block uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resource {
    /// By its index in the center.
    Known(ObjectKind, usize),
    /// By what the flow calls it.
    Named(Arc<str>),
}

impl Used {
    /// What a block is about to use for a contact.
    pub fn of(at: BlockId, contact: &Contact, center: &Center) -> Option<Self> {
        let program = center.flow(at.flow);
        let object = |target: &Target, kind: ObjectKind| {
            let named = || center.find(kind, &contact.present(&target.text, center)?);
            target.fixed.or_else(named).map(|at| Resource::Known(kind, at))
        };
        let queue = |queue: QueueId| match queue {
            QueueId::Queue(at) => Resource::Known(ObjectKind::Queue, at),
            QueueId::Agent(at) => Resource::Known(ObjectKind::User, at),
        };
        let (kind, resource) = match &program.blocks.get(at.block)?.op {
            Op::Lambda(lambda) => {
                let name = contact.present(&lambda.function, center)?;
                let known = center.find(ObjectKind::LambdaFunction, &name);
                let known = known.map(|at| Resource::Known(ObjectKind::LambdaFunction, at));
                (FlowActionKind::InvokeLambdaFunction, known.unwrap_or(Resource::Named(name)))
            }
            Op::CheckHours(target) => {
                let of_queue = || match contact.queue? {
                    QueueId::Queue(at) => center.queues.get(at)?.hours,
                    QueueId::Agent(_) => None,
                };
                let hours = match target {
                    Some(target) => object(target, ObjectKind::HoursOfOperation),
                    None => of_queue().map(|at| Resource::Known(ObjectKind::HoursOfOperation, at)),
                };
                (FlowActionKind::CheckHoursOfOperation, hours?)
            }
            Op::TransferToQueue => (FlowActionKind::TransferContactToQueue, queue(contact.queue?)),
            Op::Dequeue(place) => {
                let resource = match place {
                    crate::program::Place::Working => queue(contact.queue?),
                    crate::program::Place::Queue(target) => object(target, ObjectKind::Queue)?,
                    crate::program::Place::Agent(target) => object(target, ObjectKind::User)?,
                };
                (FlowActionKind::DequeueAndTransferToQueue, resource)
            }
            Op::Bot(_) => {
                let bot = program.flow.actions.get(at.block)?.parameters.get("LexV2Bot")?;
                let alias = Text::new(bot.get("AliasArn")?.as_str()?);
                (FlowActionKind::ConnectParticipantWithLexBot, Resource::Named(contact.present(&alias, center)?))
            }
            _ => return None,
        };
        Some(Self { kind, resource })
    }

    /// Whether a test case means this resource by an id or ARN.
    fn is(&self, center: &Center, wanted: &str) -> bool {
        match &self.resource {
            Resource::Known(kind, at) => center.find(*kind, wanted) == Some(*at),
            Resource::Named(name) => **name == *wanted,
        }
    }
}

/// How far the run has come, shared between the simulation and who drives it.
pub(super) struct State<'a> {
    pub(super) progress: Progress<'a>,
    pub(super) center: &'a Center,
    pub(super) heard: Heard,
    /// What the block that runs now uses.
    pub(super) used: Option<Used>,
    pub(super) now: Timestamp,
    /// What a bot says in the place of one.
    pub(super) bot: Option<String>,
}

impl State<'_> {
    /// Everything that was said since the last input is one message.
    pub(super) fn hear(&mut self, at: Timestamp, look: &dyn Look) {
        if !self.heard.is_empty() {
            let heard = std::mem::take(&mut self.heard);
            self.progress.see(at, &Seen::Heard(&heard), look);
        }
    }

    /// The oldest override of what the block uses, where it is one of these.
    fn take(&mut self, kinds: &[FlowActionKind], fits: impl Fn(&Strategy) -> bool) -> Option<Strategy> {
        let used = self.used.clone().filter(|used| kinds.contains(&used.kind))?;
        let center = self.center;
        self.progress.take(used.kind, |wanted| used.is(center, wanted), fits)
    }
}

/// Surroundings in which a test case has a say before the real ones.
pub(super) struct Watch<'s, 'a, 'r> {
    pub(super) state: &'s RefCell<State<'a>>,
    pub(super) real: &'r mut dyn Surroundings,
}

const QUEUES: &[FlowActionKind] = &[FlowActionKind::TransferContactToQueue, FlowActionKind::DequeueAndTransferToQueue];
const HOURS: &[FlowActionKind] = &[FlowActionKind::CheckHoursOfOperation];
const FUNCTIONS: &[FlowActionKind] = &[FlowActionKind::InvokeLambdaFunction];
const BOTS: &[FlowActionKind] = &[FlowActionKind::ConnectParticipantWithLexBot];

impl Surroundings for Watch<'_, '_, '_> {
    fn begins(&mut self, at: BlockId, contact: &Contact, center: &Center, now: Timestamp) {
        let mut state = self.state.borrow_mut();
        state.now = now;
        state.used = (contact.id == CUSTOMER).then(|| Used::of(at, contact, center)).flatten();
        let Some(used) = state.used.clone() else { return };
        let look = ContactLook { contact, center };
        // What was said before an action that can be seen is heard before it.
        state.hear(now, &look);
        let is = |wanted: &str| used.is(center, wanted);
        state.progress.see(now, &Seen::Started { kind: used.kind, is: &is }, &look);
        let is_data = |strategy: &Strategy| matches!(strategy, Strategy::Answer(Answer::Data { .. }));
        if let Some(Strategy::Answer(Answer::Data { loaded, .. })) = state.take(BOTS, is_data) {
            state.bot = Some(loaded);
        }
    }

    fn told(&mut self, event: &Event) {
        let What::Said { to: Party::Customer, speech, .. } = &event.what else { return };
        if event.contact != CUSTOMER {
            return;
        }
        let heard = &mut self.state.borrow_mut().heard;
        match speech {
            Speech::Text(text) | Speech::Ssml(text) => heard.texts.push(text.to_string()),
            Speech::Prompt(name) | Speech::Media(name) => heard.recordings.push(name.to_string()),
        }
    }

    fn queue(&mut self, queue: QueueId) -> QueueId {
        let mut state = self.state.borrow_mut();
        let substituted = state.take(QUEUES, |strategy| matches!(strategy, Strategy::Substitute(_)));
        let Some(Strategy::Substitute(arn)) = substituted else { return queue };
        state.center.find(ObjectKind::Queue, &arn).map_or(queue, QueueId::Queue)
    }

    fn failure(&mut self, at: BlockId, center: &Center) -> Option<Arc<str>> {
        let is_error = |strategy: &Strategy| matches!(strategy, Strategy::Answer(Answer::Error { .. }));
        let mut kinds = [QUEUES, HOURS, BOTS].into_iter();
        let taken = kinds.find_map(|kinds| self.state.borrow_mut().take(kinds, is_error));
        match taken {
            Some(Strategy::Answer(Answer::Error { error, .. })) => Some(error.name().into()),
            _ => self.real.failure(at, center),
        }
    }

    fn is_open(&mut self, hours: usize) -> Option<bool> {
        let mut state = self.state.borrow_mut();
        match state.take(HOURS, |_| true) {
            Some(Strategy::Answer(Answer::InHours(is_open))) => Some(is_open),
            Some(Strategy::Substitute(arn)) => {
                let other = state.center.find(ObjectKind::HoursOfOperation, &arn)?;
                let schedule = state.center.hours.get(other)?.schedule.as_ref()?;
                Some(schedule.is_open(state.now, false))
            }
            Some(Strategy::Answer(_)) | None => {
                drop(state);
                self.real.is_open(hours)
            }
        }
    }

    fn lambda(&mut self, call: &LambdaCall<'_>) -> LambdaAnswer {
        let taken = {
            let mut state = self.state.borrow_mut();
            if state.progress.is_over() {
                return LambdaAnswer::Fails("the test is over".to_owned());
            }
            state.take(FUNCTIONS, |_| true)
        };
        match taken {
            Some(Strategy::Answer(Answer::Data { loaded, delay })) => {
                if delay > call.seconds {
                    return LambdaAnswer::TimesOut;
                }
                match serde_json::from_str(&loaded) {
                    Ok(value) => LambdaAnswer::Value(value),
                    Err(error) => LambdaAnswer::Fails(format!("the fixed answer is no JSON: {error}")),
                }
            }
            Some(Strategy::Answer(Answer::Error { error: ErrorAnswer::TimeLimitExceeded, .. })) => {
                LambdaAnswer::TimesOut
            }
            Some(Strategy::Answer(_)) => LambdaAnswer::Fails("the test case says so".to_owned()),
            Some(Strategy::Substitute(arn)) => self.real.lambda(&LambdaCall { function: &arn, ..*call }),
            None => self.real.lambda(call),
        }
    }

    fn service(&mut self, call: &ServiceCall<'_>) -> ServiceAnswer {
        self.real.service(call)
    }

    fn percent(&mut self, at: BlockId) -> u32 {
        self.real.percent(at)
    }

    fn metric(&mut self, queue: QueueId, metric: Metric) -> Option<i64> {
        self.real.metric(queue, metric)
    }

    fn is_full(&mut self, queue: QueueId) -> bool {
        self.real.is_full(queue)
    }

    fn unknown(&mut self, at: BlockId, path: &Path, compared: &[&str]) -> Option<String> {
        self.real.unknown(at, path, compared)
    }
}
