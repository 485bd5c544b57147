//! Customer and agent come together, and part.

use callform_flow::FlowType;

use super::{Go, Simulation};
use crate::contact::Turn;
use crate::event::{ContactId, End, FlowId, Method, QueueId, Role, What};
use crate::program::Hook;

impl Simulation<'_> {
    /// An agent takes a contact that waits in a queue.
    pub(super) fn accept(&mut self, id: ContactId, agent: &str) {
        let contact = &mut self.contacts[id.0];
        contact.agent = Some(agent.into());
        contact.frames.clear();
        contact.due = None;
        contact.queued_at = None;
        // Of a callback the agent hears what there is to hear before the customer is called.
        let roles: &[Role] = match contact.callback {
            Some(_) => &[Role::AgentWhisper],
            None => &[Role::AgentWhisper, Role::CustomerWhisper],
        };
        contact.before_joining = roles.iter().copied().collect();
        self.tell(id, What::Accepted(agent.into()));
        self.before_joining(id);
    }

    /// The next flow before the two are joined, or what comes after the last.
    fn before_joining(&mut self, id: ContactId) {
        while let Some(role) = self.contacts[id.0].before_joining.pop_front() {
            let flow = match role {
                Role::AgentWhisper => self.flow_for(id, Hook::AgentWhisper, FlowType::AgentWhisper),
                Role::CustomerWhisper => self.flow_for(id, Hook::CustomerWhisper, FlowType::CustomerWhisper),
                _ => self.outbound_whisper(id),
            };
            if let Some(flow) = flow {
                self.enter(id, flow, role);
                self.run(id);
                return;
            }
        }
        let contact = &mut self.contacts[id.0];
        let has_to_ring = contact.callback.is_some() && contact.turn != Turn::Ringing;
        if has_to_ring {
            contact.turn = Turn::Ringing;
            self.tell(id, What::Ringing);
        } else {
            contact.turn = Turn::Joined;
            self.tell(id, What::Joined);
        }
    }

    fn outbound_whisper(&self, id: ContactId) -> Option<FlowId> {
        let of_queue = match self.contact(id).queue {
            Some(QueueId::Queue(at)) => self.center.queues.get(at).and_then(|queue| queue.outbound_whisper),
            Some(QueueId::Agent(_)) | None => None,
        };
        of_queue.or_else(|| self.center.default_of(FlowType::OutboundWhisper))
    }

    /// The customer of a callback has picked up.
    pub(super) fn picked_up(&mut self, id: ContactId) {
        self.contacts[id.0].before_joining = [Role::OutboundWhisper].into();
        self.before_joining(id);
    }

    /// A flow is over. True where the contact goes on in another one at once.
    pub(super) fn finish(&mut self, id: ContactId, role: Role) -> bool {
        match role {
            Role::Module => self.back_from_module(id),
            Role::CustomerQueue => {
                let contact = &mut self.contacts[id.0];
                contact.frames.clear();
                contact.turn = Turn::Queue(None);
                contact.due = None;
                false
            }
            Role::AgentWhisper | Role::CustomerWhisper | Role::OutboundWhisper => {
                self.contacts[id.0].frames.clear();
                // A whisper that is walked alone is followed by nothing.
                if self.contact(id).agent.is_none() {
                    self.end(id, End::Finished);
                } else {
                    self.before_joining(id);
                }
                false
            }
            Role::CustomerHold | Role::AgentHold => {
                let contact = &mut self.contacts[id.0];
                contact.frames.clear();
                contact.due = None;
                contact.turn = Turn::OnHold(None);
                false
            }
            Role::Main | Role::Transfer | Role::Disconnect => {
                self.end(id, End::Finished);
                false
            }
        }
    }

    /// Back to the flow that invoked the module, by the branch that it ended with.
    fn back_from_module(&mut self, id: ContactId) -> bool {
        let contact = &mut self.contacts[id.0];
        contact.frames.pop();
        let result = contact.module_result.take();
        let at = contact
            .frames
            .last()
            .and_then(|frame| Some(crate::event::BlockId { flow: frame.flow, block: frame.block? }));
        let Some(at) = at else {
            self.end(id, End::Finished);
            return false;
        };
        let block = self.block(at);
        let go = match result.and_then(|result| block.result(&result)) {
            Some(way) => Go::Way(way),
            None => Go::Next,
        };
        self.go(id, at, block, go)
    }

    /// The agent puts the customer on hold.
    pub(super) fn hold(&mut self, id: ContactId) {
        self.contacts[id.0].turn = Turn::OnHold(None);
        self.tell(id, What::OnHold);
        if let Some(flow) = self.flow_for(id, Hook::CustomerHold, FlowType::CustomerHold) {
            self.enter(id, flow, Role::CustomerHold);
            self.run(id);
        }
    }

    /// The agent comes back.
    pub(super) fn resume(&mut self, id: ContactId) {
        let contact = &mut self.contacts[id.0];
        contact.frames.clear();
        contact.due = None;
        contact.turn = Turn::Joined;
        self.tell(id, What::Joined);
    }

    /// The agent hangs up first: the customer may be asked something.
    pub(super) fn agent_leaves(&mut self, id: ContactId) {
        let contact = &mut self.contacts[id.0];
        contact.frames.clear();
        contact.due = None;
        let Some(flow) = contact.hooks.get(&Hook::CustomerRemaining).copied() else {
            return self.end(id, End::AgentLeft);
        };
        contact.method = Method::Disconnect;
        contact.hooks.remove(&Hook::CustomerRemaining);
        self.enter(id, flow, Role::Disconnect);
        self.run(id);
    }

    /// The agent uses a quick connect: the flow behind it decides where the customer goes.
    pub(super) fn hand_on(&mut self, id: ContactId, flow: FlowId, queue: Option<QueueId>) -> ContactId {
        let new = self.add(self.contact(id).channel, Method::Transfer);
        let first = self.contact(id).clone();
        let contact = &mut self.contacts[new.0];
        contact.previous = Some(id);
        contact.previous_name = Some(first.name);
        contact.customer = first.customer;
        contact.system = first.system;
        contact.attributes = first.attributes;
        contact.fields = first.fields;
        contact.tags = first.tags;
        contact.recording = first.recording;
        contact.queue = queue.or(first.queue);
        self.end(id, End::AgentLeft);
        self.tell(new, What::Began(Method::Transfer));
        self.enter(new, flow, Role::Transfer);
        self.run(new);
        new
    }
}
