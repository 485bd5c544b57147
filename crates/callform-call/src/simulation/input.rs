//! What people do, and what time does.

use std::sync::Arc;

use serde_json::Value;

use super::{Go, Simulation};
use crate::contact::Turn;
use crate::event::{ContactId, End, FlowId, QueueId, What};
use crate::program::Op;

/// What somebody does.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// The customer presses keys, `0`-`9`, `*` and `#`.
    Keys(Arc<str>),
    /// The customer says or writes what a bot takes for an intent.
    Intent {
        /// The intent's name.
        name: Arc<str>,
        /// Its slots.
        slots: Vec<(Arc<str>, Arc<str>)>,
        /// Session attributes that the bot sets.
        attributes: Vec<(Arc<str>, Arc<str>)>,
    },
    /// The customer uses a button of a view.
    Action(Arc<str>, Value),
    /// An event that a block waits for, such as `CustomerReturned`.
    Event(Arc<str>),
    /// The customer hangs up.
    HangUp,
    /// Who is called picks up: a number outside, or the customer of a callback.
    PickUp,
    /// Who is called does not pick up.
    NoAnswer,
    /// The call to a number outside fails.
    Busy,
    /// The other side outside hangs up.
    OutsideHangsUp,
    /// An agent takes the contact.
    Accept(Arc<str>),
    /// The agent puts the customer on hold.
    Hold,
    /// The agent comes back.
    Resume,
    /// The agent hangs up.
    AgentHangsUp,
    /// The agent hands the contact on through the flow of a quick connect.
    HandOn {
        /// The flow.
        flow: FlowId,
        /// The queue of the quick connect.
        queue: Option<QueueId>,
    },
}

/// Something cannot be done now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotNow(pub String);

impl Simulation<'_> {
    /// Does something, and runs the contact until it waits again.
    ///
    /// # Errors
    /// Where nobody can do that now; nothing has changed then.
    pub fn give(&mut self, id: ContactId, input: &Input) -> Result<(), NotNow> {
        let turn = self.contact(id).turn.clone();
        match (input, &turn) {
            (_, Turn::Ended(_)) => return Err(NotNow("the contact is over".to_owned())),
            (Input::HangUp, Turn::Scheduled | Turn::Ringing) => return Err(refused(input, &turn)),
            (Input::HangUp, _) => self.end(id, End::CustomerLeft),
            (Input::Keys(keys), _) => self.keys(id, &turn, keys),
            (Input::Intent { name, slots, attributes }, Turn::Intent(at)) => {
                let go = self.intent(id, name, slots, attributes);
                self.take_on(id, *at, go);
            }
            (Input::Action(action, values), Turn::View(at)) => {
                let go = self.action(id, action, values);
                self.take_on(id, *at, go);
            }
            (Input::Event(event), Turn::Waiting(at)) if self.waits_for(*at, event) => {
                self.take_on(id, *at, Go::Result(Arc::clone(event)));
            }
            (Input::PickUp, Turn::Calling(at)) => self.outside_answers(id, *at),
            (Input::NoAnswer, Turn::Calling(at)) => {
                self.tell(id, What::NoAnswer);
                self.take_on(id, *at, Go::Error("ConnectionTimeLimitExceeded"));
            }
            (Input::Busy, Turn::Calling(at)) => self.take_on(id, *at, Go::Error("CallFailed")),
            (Input::OutsideHangsUp, Turn::Talking(at)) => self.take_on(id, *at, Go::Next),
            (Input::PickUp, Turn::Ringing) => self.picked_up(id),
            (Input::NoAnswer, Turn::Ringing) => self.not_reached(id),
            (Input::Accept(agent), Turn::Queue(_)) => self.accept(id, agent),
            (Input::Hold, Turn::Joined) => self.hold(id),
            (Input::Resume, Turn::OnHold(_)) => self.resume(id),
            (Input::AgentHangsUp, Turn::Joined | Turn::OnHold(_)) => self.agent_leaves(id),
            (Input::HandOn { flow, queue }, Turn::Joined | Turn::OnHold(_)) => drop(self.hand_on(id, *flow, *queue)),
            _ => return Err(refused(input, &turn)),
        }
        Ok(())
    }

    /// Sets attributes of a contact from outside of its flows, as a program does.
    pub fn set_attributes_of(&mut self, id: ContactId, attributes: Vec<(Arc<str>, Arc<str>)>) {
        self.contacts[id.0].attributes.extend(attributes);
    }

    /// Ends a contact wherever it is, as a program does; one that is over stays as it is.
    pub fn stop(&mut self, id: ContactId) {
        if self.contact(id).end().is_none() {
            self.end(id, End::CustomerLeft);
        }
    }

    /// The bot that listens cannot answer, as one whose function fails: the block's error branch is taken. Where none listens
    /// nothing happens.
    pub fn bot_fails(&mut self, id: ContactId) {
        if let Turn::Intent(at) = self.contact(id).turn {
            self.take_on(id, at, Go::Error("NoMatchingError"));
        }
    }

    fn waits_for(&self, at: crate::event::BlockId, event: &str) -> bool {
        matches!(&self.block(at).op, Op::Wait { events, .. } if events.iter().any(|it| **it == *event))
    }

    fn keys(&mut self, id: ContactId, turn: &Turn, keys: &Arc<str>) {
        let mut rest = keys.chars();
        match (turn, rest.next()) {
            (_, None) => {}
            (Turn::Key(at), Some(key)) => {
                rest.as_str().clone_into(&mut self.contacts[id.0].early_keys);
                let go = self.key(id, key);
                self.take_on(id, *at, go);
            }
            (Turn::Digits(at), Some(_)) => {
                let block = self.block(*at);
                if let Op::Store(entry) = &block.op {
                    let go = self.enter_digits(id, entry, keys);
                    self.take_on(id, *at, go);
                }
            }
            _ if self.contact(id).keeps_early_keys => self.contacts[id.0].early_keys.push_str(keys),
            _ => self.tell(id, What::Lost(Arc::clone(keys))),
        }
    }

    fn outside_answers(&mut self, id: ContactId, at: crate::event::BlockId) {
        let block = self.block(at);
        let Op::Outside(outside) = &block.op else { return };
        if outside.goes_on {
            self.wait(id, Turn::Talking(at), None);
        } else {
            let number = self.text(id, &outside.number).to_string();
            self.tell(id, What::Left(at, None));
            self.end(id, End::HandedOver { at, number });
        }
    }

    /// Goes on from the block that waited.
    fn take_on(&mut self, id: ContactId, at: crate::event::BlockId, go: Go) {
        self.contacts[id.0].due = None;
        let block = self.block(at);
        if self.go(id, at, block, go) {
            self.run(id);
        }
        self.forget_early_keys(id);
    }

    /// Keys that nothing waits for are lost, once the contact waits for something else.
    fn forget_early_keys(&mut self, id: ContactId) {
        let contact = &mut self.contacts[id.0];
        if contact.keeps_early_keys || contact.early_keys.is_empty() {
            return;
        }
        let lost = std::mem::take(&mut contact.early_keys);
        self.tell(id, What::Lost(lost.into()));
    }

    /// What a contact waited for did not come.
    pub(super) fn time_is_up(&mut self, id: ContactId) {
        let turn = self.contact(id).turn.clone();
        self.contacts[id.0].due = None;
        match turn {
            Turn::Key(at) | Turn::Digits(at) | Turn::Intent(at) | Turn::View(at) => {
                let seconds = self.patience(at);
                let go = self.silence(id, at, seconds);
                self.take_on(id, at, go);
            }
            Turn::Waiting(at) | Turn::Queue(Some(at)) | Turn::OnHold(Some(at))
                if matches!(self.block(at).op, Op::Say(_)) =>
            {
                self.take_on(id, at, Go::Next);
            }
            Turn::Waiting(at) => self.take_on(id, at, Go::Result("WaitCompleted".into())),
            Turn::Queue(Some(at)) | Turn::OnHold(Some(at)) => {
                self.take_on(id, at, Go::Result("MessagesInterrupted".into()));
            }
            Turn::Calling(at) => {
                self.tell(id, What::NoAnswer);
                self.take_on(id, at, Go::Error("ConnectionTimeLimitExceeded"));
            }
            Turn::Scheduled => self.queue_callback(id),
            Turn::Queue(None)
            | Turn::OnHold(None)
            | Turn::Talking(_)
            | Turn::Ringing
            | Turn::Joined
            | Turn::Ended(_) => {}
        }
    }

    /// How long a block waits for the customer, in seconds.
    fn patience(&self, at: crate::event::BlockId) -> u64 {
        match &self.block(at).op {
            Op::Menu(entry) | Op::Store(entry) => entry.seconds,
            Op::Bot(bot) => bot.seconds.unwrap_or_default(),
            _ => 0,
        }
    }
}

fn refused(input: &Input, turn: &Turn) -> NotNow {
    let what = match input {
        Input::Keys(_) => "nobody can press a key",
        Input::Intent { .. } => "no bot listens",
        Input::Action(..) => "no view is shown",
        Input::Event(_) => "nothing waits for that event",
        Input::HangUp => "there is nobody to hang up",
        Input::PickUp | Input::NoAnswer | Input::Busy => "nobody is being called",
        Input::OutsideHangsUp => "nobody outside is on the line",
        Input::Accept(_) => "the contact waits for no agent",
        Input::Hold | Input::AgentHangsUp | Input::HandOn { .. } => "no agent is on the line",
        Input::Resume => "the customer is not on hold",
    };
    let now = match turn {
        Turn::Key(_) => "a menu waits for a key",
        Turn::Digits(_) => "the flow waits for digits",
        Turn::Intent(_) => "a bot listens",
        Turn::View(_) => "a view is shown",
        Turn::Calling(_) => "a number outside is being called",
        Turn::Talking(_) => "the customer talks with a number outside",
        Turn::Waiting(_) => "the flow waits",
        Turn::Queue(_) => "the contact waits in a queue",
        Turn::Scheduled => "the callback waits for its time",
        Turn::Ringing => "the customer's phone rings",
        Turn::Joined => "the customer talks with an agent",
        Turn::OnHold(_) => "the customer is on hold",
        Turn::Ended(_) => "the contact is over",
    };
    NotNow(format!("{what}: {now}"))
}
