//! Queues, callbacks, and flows for moments to come.

use callform_flow::FlowType;
use callform_flow::catalog::ObjectKind;

use super::{Go, Simulation, numbers};
use crate::contact::{self, Turn};
use crate::event::{BlockId, ContactId, End, FlowId, Method, QueueId, Role, What};
use crate::program::{Callback, Hook, Place};
use crate::text::Text;

impl Simulation<'_> {
    pub(super) fn set_hooks(&mut self, id: ContactId, hooks: &[(Hook, Text)]) -> Go {
        for (hook, text) in hooks {
            let name = self.text(id, text);
            let Some(flow) = self.center.find(ObjectKind::ContactFlow, &name) else {
                // One that is named outright exists, only not here: nothing is known of it.
                if text.fixed().is_some() {
                    self.contacts[id.0].hooks.remove(hook);
                    continue;
                }
                return Go::Error("NoMatchingError");
            };
            self.contacts[id.0].hooks.insert(*hook, FlowId(flow));
        }
        Go::Next
    }

    pub(super) fn set_queue(&mut self, id: ContactId, place: &Place) -> Go {
        let Some(queue) = self.place(id, place) else { return Go::Error("NoMatchingError") };
        self.contacts[id.0].queue = Some(queue);
        Go::Next
    }

    pub(super) fn is_full(&mut self, queue: QueueId) -> bool {
        /// Most contacts that wait for one agent.
        const AGENT_LIMIT: u64 = 10;
        if self.surroundings.is_full(queue) {
            return true;
        }
        let limit = match queue {
            QueueId::Queue(at) => self.center.queues.get(at).and_then(|queue| queue.max_contacts),
            QueueId::Agent(_) => Some(AGENT_LIMIT),
        };
        let waiting = self.contacts.iter().filter(|contact| contact.is_queued() && contact.queue == Some(queue));
        limit.is_some_and(|limit| waiting.count() as u64 >= limit)
    }

    pub(super) fn transfer_to_queue(&mut self, id: ContactId, at: BlockId, role: Role) -> Go {
        let Some(queue) = self.contact(id).queue else { return Go::Error("NoMatchingError") };
        if role == Role::CustomerQueue {
            return Go::Error("NoMatchingError");
        }
        let queue = self.surroundings.queue(queue);
        if self.is_full(queue) {
            return Go::Error("QueueAtCapacity");
        }
        self.tell(id, What::Left(at, None));
        self.put_into_queue(id, queue);
        Go::Queued
    }

    pub(super) fn dequeue(&mut self, id: ContactId, at: BlockId, place: &Place) -> Go {
        let Some(queue) = self.place(id, place) else { return Go::Error("NoMatchingError") };
        let queue = self.surroundings.queue(queue);
        if self.is_full(queue) {
            return Go::Error("QueueAtCapacity");
        }
        if let Some(former) = self.contact(id).queue {
            self.tell(id, What::Dequeued(former));
        }
        self.tell(id, What::Left(at, None));
        self.put_into_queue(id, queue);
        Go::Queued
    }

    /// Puts a contact into a queue, and into the flow for that. The flow is run by whoever runs the contact: one that leads
    /// to its own queue again and again is an endless circle, not an endless recursion.
    fn put_into_queue(&mut self, id: ContactId, queue: QueueId) {
        let now = self.now;
        let contact = &mut self.contacts[id.0];
        contact.queue = Some(queue);
        contact.queued_at = Some(now);
        contact.frames.clear();
        contact.turn = Turn::Queue(None);
        contact.due = None;
        self.tell(id, What::Queued(queue));
        // Whoever calls back hears nothing while waiting: the customer is not on the line.
        if self.contact(id).callback.is_some() {
            return;
        }
        if let Some(flow) = self.flow_for(id, Hook::CustomerQueue, FlowType::CustomerQueue) {
            self.enter(id, flow, Role::CustomerQueue);
        }
    }

    /// The agent of the working queue is called; what follows is the agent's answer.
    pub(super) fn transfer_to_agent(&mut self, id: ContactId) -> Go {
        match self.contact(id).queue {
            Some(queue @ QueueId::Agent(_)) => {
                self.put_into_queue(id, queue);
                Go::Queued
            }
            Some(QueueId::Queue(_)) | None => Go::End(End::Finished),
        }
    }

    pub(super) fn callback_number(&mut self, id: ContactId, text: &Text) -> Go {
        let Some(number) = self.contact(id).present(text, self.center) else {
            return Go::Error("InvalidCallbackNumber");
        };
        if !numbers::is_e164(&number) {
            return Go::Error("InvalidCallbackNumber");
        }
        self.contacts[id.0].callback_number = Some(number);
        Go::Next
    }

    pub(super) fn callback(&mut self, id: ContactId, callback: &Callback) -> Go {
        let Some(queue) = self.place(id, &callback.place) else { return Go::Error("NoMatchingError") };
        let number = |simulation: &Self, text: &Text| simulation.text(id, text).trim().parse::<u64>().ok();
        let (Some(delay), Some(attempts), Some(retry_delay)) =
            (number(self, &callback.delay), number(self, &callback.attempts), number(self, &callback.retry_delay))
        else {
            return Go::Error("NoMatchingError");
        };
        let first = self.contact(id);
        let customer = first.callback_number.clone().or_else(|| first.customer.clone());
        if self.is_full(queue) || customer.is_none() {
            return Go::Error("NoMatchingError");
        }
        let flow = callback.flow.as_ref().map(|flow| self.object(id, flow, ObjectKind::ContactFlow));
        if flow == Some(None) {
            return Go::Error("NoMatchingError");
        }
        let caller_id = callback.caller_id.as_ref().map(|text| self.text(id, text));
        let new = self.add(self.contact(id).channel, Method::Callback);
        let first = self.contact(id).clone();
        let retries_left = if self.assumptions.attempts_are_retries { attempts } else { attempts.saturating_sub(1) };
        let flow = flow.flatten().map(FlowId);
        let contact = &mut self.contacts[new.0];
        contact.previous = Some(id);
        contact.previous_name = Some(first.name);
        contact.customer = customer;
        contact.system = caller_id.or(first.system);
        contact.attributes = first.attributes;
        contact.fields = first.fields;
        contact.hooks = first.hooks;
        contact.priority = first.priority;
        contact.queue = Some(queue);
        contact.callback = Some(contact::Callback { retries_left, retry_delay, flow });
        self.tell(id, What::Callback { contact: new, delay, retries: retries_left });
        self.tell(new, What::Began(Method::Callback));
        // A flow of its own decides when it is queued.
        let delay = if flow.is_some() { 0 } else { delay };
        self.wait(new, Turn::Scheduled, Some(delay));
        Go::Next
    }

    /// The time of a callback has come.
    pub(super) fn queue_callback(&mut self, id: ContactId) {
        let contact = &mut self.contacts[id.0];
        contact.due = None;
        let flow = contact.callback.as_mut().and_then(|callback| callback.flow.take());
        if let Some(flow) = flow {
            self.enter(id, flow, Role::Main);
            self.run(id);
        } else if let Some(queue) = contact.queue {
            self.put_into_queue(id, queue);
        }
    }

    /// The customer of a callback did not pick up: once more, if there is one left.
    pub(super) fn not_reached(&mut self, id: ContactId) {
        self.tell(id, What::NoAnswer);
        let again = self.contacts[id.0].callback.as_mut().filter(|callback| callback.retries_left > 0);
        let Some(callback) = again else { return self.end(id, End::NotReached) };
        callback.retries_left -= 1;
        let delay = callback.retry_delay;
        self.wait(id, Turn::Scheduled, Some(delay));
    }
}
