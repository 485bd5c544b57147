//! What each block does to a contact.

use std::sync::Arc;

use callform_flow::catalog::ObjectKind;
use serde_json::{Value, json};

use super::{Go, Simulation};
use crate::contact::{Channel, Turn};
use crate::event::{BlockId, ContactId, End, FlowId, Party, Role, Speech, What};
use crate::program::{Block, Op, Outside, Routing, Target, Utterance};
use crate::text::Text;

impl<'a> Simulation<'a> {
    pub(super) fn perform(&mut self, id: ContactId, at: BlockId, block: &'a Block, role: Role) -> Go {
        self.surroundings.begins(at, &self.contacts[id.0], self.center, self.now);
        if let Some(way) = self.failure(id, at, block) {
            return way;
        }
        match &block.op {
            Op::Say(utterance) => {
                let seconds = utterance.as_ref().map_or(0, |utterance| self.say(id, at, role, utterance));
                if seconds == 0 { Go::Next } else { self.listen(id, at, seconds) }
            }
            Op::Menu(entry) => self.menu(id, at, role, entry),
            Op::Store(entry) => self.digits(id, at, role, entry),
            Op::Buffer(keeps) => {
                self.contacts[id.0].keeps_early_keys = *keeps;
                Go::Next
            }
            Op::Bot(bot) => self.bot(id, at, role, bot),
            Op::Repeat { prompts, interrupt } => {
                for prompt in prompts {
                    self.say(id, at, role, prompt);
                }
                let turn = if matches!(role, Role::CustomerHold | Role::AgentHold) {
                    Turn::OnHold(Some(at))
                } else {
                    Turn::Queue(Some(at))
                };
                self.wait(id, turn, *interrupt)
            }
            Op::View(service) => self.view(id, at, service),
            Op::Disconnect if role == Role::AgentWhisper => Go::Finish,
            Op::Disconnect => Go::End(End::Disconnected(at)),
            Op::EndFlow => Go::Finish,
            Op::EndModule(result) => {
                let result = result.as_ref().map(|result| self.text(id, result));
                self.contacts[id.0].module_result = result.filter(|result| !result.is_empty());
                Go::Finish
            }
            Op::Outside(outside) => self.call_outside(id, at, outside),
            Op::Wait { seconds, .. } => {
                let seconds = self.text(id, seconds).parse().unwrap_or(1);
                self.wait(id, Turn::Waiting(at), Some(seconds))
            }
            Op::TransferToFlow(target) => self.transfer_to_flow(id, at, target, role),
            Op::Module(target) => self.invoke(id, target),
            Op::Unknown => {
                let action_type = Arc::clone(&block.action_type);
                Go::End(End::UnknownType { at, action_type })
            }
            _ => self.perform_quietly(id, at, block, role),
        }
    }

    /// Blocks that the customer does not notice.
    fn perform_quietly(&mut self, id: ContactId, at: BlockId, block: &'a Block, role: Role) -> Go {
        match &block.op {
            Op::SetAttributes(attributes) => self.set_attributes(id, attributes),
            Op::SetData(fields) => {
                let values: Vec<_> =
                    fields.iter().map(|(name, text)| (Arc::clone(name), self.text(id, text))).collect();
                if !self.has_room(id, &values) {
                    return Go::Error("NoMatchingError");
                }
                self.contacts[id.0].fields.extend(values);
                Go::Next
            }
            Op::SetFlowAttributes(attributes) => self.set_flow_attributes(id, attributes),
            Op::SetTags(tags) => {
                let values: Vec<_> = tags.iter().map(|(key, text)| (Arc::clone(key), self.text(id, text))).collect();
                if !self.has_room(id, &values) {
                    return Go::Error("NoMatchingError");
                }
                self.contacts[id.0].tags.extend(values);
                Go::Next
            }
            Op::Untag(keys) => {
                let tags = &mut self.contacts[id.0].tags;
                tags.retain(|key, _| !keys.contains(key));
                Go::Next
            }
            Op::SetRouting(routing) => self.set_routing(id, routing),
            Op::SetRecording(recording) => {
                if let Some(recording) = *recording {
                    self.contacts[id.0].recording = recording;
                    self.tell(id, What::Recording(recording));
                }
                Go::Next
            }
            Op::SetVoice(voice) => {
                if let Some(voice) = voice {
                    let voice = self.text(id, voice);
                    self.contacts[id.0].fields.insert("TextToSpeechVoiceId".into(), voice);
                }
                Go::Next
            }
            Op::Nothing | Op::Hold => Go::Next,
            Op::SetHooks(hooks) => self.set_hooks(id, hooks),
            Op::SetQueue(place) => self.set_queue(id, place),
            Op::TransferToQueue => self.transfer_to_queue(id, at, role),
            Op::Dequeue(place) => self.dequeue(id, at, place),
            Op::TransferToAgent => self.transfer_to_agent(id),
            Op::CallbackNumber(text) => self.callback_number(id, text),
            Op::Callback(callback) => self.callback(id, callback),
            Op::Compare(path) => self.compare(id, at, block, path),
            Op::CheckHours(hours) => self.check_hours(id, hours.as_ref()),
            Op::CheckMetric(metric, place) => self.check_metric(id, block, *metric, place),
            Op::GetMetrics(place) => self.get_metrics(id, place),
            Op::Loop { count, name } => self.go_round(id, at, count, name.as_deref()),
            Op::Percent => self.percent(at, block),
            Op::Lambda(lambda) => self.lambda(id, at, lambda),
            Op::Service(service) => self.service(id, at, block, service),
            _ => Go::Next,
        }
    }

    /// The error way of a block that fails: because it is said to, or because it does nothing on this channel.
    fn failure(&mut self, id: ContactId, at: BlockId, block: &Block) -> Option<Go> {
        if !block.ways.is_empty()
            && block.errors().next().is_some()
            && let Some(error) = self.surroundings.failure(at, self.center)
        {
            let way = block.error(&error)?;
            return Some(Go::Way(way));
        }
        let channel = self.contacts[id.0].channel;
        let fails = match channel {
            Channel::Voice => matches!(block.op, Op::View(_)),
            Channel::Chat | Channel::Task => matches!(
                block.op,
                Op::Menu(_) | Op::Store(_) | Op::Repeat { .. } | Op::Outside(_) | Op::TransferToAgent | Op::Hold
            ),
        };
        let number_fails = channel != Channel::Voice && matches!(block.op, Op::CallbackNumber(_));
        if number_fails {
            return Some(Go::Error("InvalidCallbackNumber"));
        }
        fails.then_some(Go::Error("NoMatchingError"))
    }

    /// A text with the contact's values.
    pub(super) fn text(&self, id: ContactId, text: &Text) -> Arc<str> {
        self.contact(id).text(text, self.center, self.assumptions.missing_values_are_silent)
    }

    /// The object that a parameter names.
    pub(super) fn object(&self, id: ContactId, target: &Target, kind: ObjectKind) -> Option<usize> {
        target.fixed.or_else(|| {
            let name = self.contact(id).present(&target.text, self.center)?;
            self.center.find(kind, &name)
        })
    }

    /// Says something; how long that takes, in seconds.
    pub(super) fn say(&mut self, id: ContactId, by: BlockId, role: Role, utterance: &Utterance) -> u64 {
        let speech = match utterance {
            Utterance::Fixed(speech) => speech.clone(),
            Utterance::Text(text) => Speech::Text(self.text(id, text)),
            Utterance::Ssml(text) => Speech::Ssml(self.text(id, text)),
            Utterance::Media(text) => Speech::Media(self.text(id, text)),
            Utterance::Prompt(text) => {
                let prompt = self.text(id, text);
                let known = self.center.find(ObjectKind::Prompt, &prompt).and_then(|at| self.center.prompts.get(at));
                Speech::Prompt(known.map_or(prompt, |prompt| Arc::clone(&prompt.name)))
            }
        };
        // Nobody listens to a task.
        let channel = self.contacts[id.0].channel;
        if channel == Channel::Task {
            return 0;
        }
        let seconds = if channel == Channel::Voice { self.surroundings.speaking(&speech) } else { 0 };
        let to = match role {
            Role::AgentWhisper | Role::AgentHold | Role::Transfer => Party::Agent,
            _ => Party::Customer,
        };
        self.tell(id, What::Said { to, by, speech });
        // Keys that come while something is played are lost, unless they are kept.
        let contact = &mut self.contacts[id.0];
        if !contact.keeps_early_keys
            && !contact.early_keys.is_empty()
            && !matches!(self.block(by).op, Op::Menu(_) | Op::Store(_))
        {
            let lost = std::mem::take(&mut self.contacts[id.0].early_keys);
            self.tell(id, What::Lost(lost.into()));
        }
        seconds
    }

    /// The contact hears something out. Whoever waits for an agent meanwhile can be taken by one.
    fn listen(&mut self, id: ContactId, at: BlockId, seconds: u64) -> Go {
        let has = |roles: &[Role]| self.contact(id).frames.iter().any(|frame| roles.contains(&frame.role));
        let turn = if has(&[Role::CustomerQueue]) {
            Turn::Queue(Some(at))
        } else if has(&[Role::CustomerHold, Role::AgentHold]) {
            Turn::OnHold(Some(at))
        } else {
            Turn::Waiting(at)
        };
        self.wait(id, turn, Some(seconds))
    }

    /// Whether values can be set beside what there is: a contact has room for 32 kB.
    fn has_room(&self, id: ContactId, values: &[(Arc<str>, Arc<str>)]) -> bool {
        const MOST_BYTES: usize = 32 * 1024;
        let more: usize = values.iter().map(|(key, value)| key.len() + value.len()).sum();
        self.contact(id).weight() + more <= MOST_BYTES
    }

    fn set_flow_attributes(&mut self, id: ContactId, attributes: &[(Arc<str>, Text)]) -> Go {
        let values: Vec<_> = attributes.iter().map(|(name, text)| (Arc::clone(name), self.text(id, text))).collect();
        if !self.has_room(id, &values) {
            return Go::Error("NoMatchingError");
        }
        if let Some(frame) = self.contacts[id.0].frame() {
            let space = frame.spaces.entry("FlowAttributes").or_insert_with(|| json!({}));
            for (name, value) in values {
                space[&*name] = Value::from(&*value);
            }
        }
        Go::Next
    }

    fn set_attributes(&mut self, id: ContactId, attributes: &[(Arc<str>, Text)]) -> Go {
        // All are read before the first is set.
        let values: Vec<_> = attributes.iter().map(|(name, text)| (Arc::clone(name), self.text(id, text))).collect();
        if !self.has_room(id, &values) {
            return Go::Error("NoMatchingError");
        }
        for (name, value) in values {
            self.contacts[id.0].attributes.insert(Arc::clone(&name), Arc::clone(&value));
            self.tell(id, What::Attribute(name, value));
        }
        Go::Next
    }

    fn set_routing(&mut self, id: ContactId, routing: &Routing) -> Go {
        let (Routing::Priority(text) | Routing::Age(text)) = routing;
        let value = self.text(id, text).parse::<i64>();
        let contact = &mut self.contacts[id.0];
        match (routing, value) {
            (Routing::Priority(_), Ok(priority)) => contact.priority = priority,
            (Routing::Age(_), Ok(seconds)) => contact.age = seconds,
            (_, Err(_)) => return Go::Error("NoMatchingError"),
        }
        Go::Next
    }

    fn transfer_to_flow(&mut self, id: ContactId, at: BlockId, target: &Target, role: Role) -> Go {
        if let Some(flow) = self.object(id, target, ObjectKind::ContactFlow) {
            let survives = self.assumptions.input_survives_transfers;
            let contact = &mut self.contacts[id.0];
            contact.frames.clear();
            if !survives {
                contact.stored = None;
            }
            self.enter(id, FlowId(flow), role);
            return Go::Jump;
        }
        match (target.text.fixed(), self.contact(id).present(&target.text, self.center)) {
            // A flow that is named and is not part of the center: what follows is not ours to say.
            (Some(flow), _) if !flow.is_empty() => Go::End(End::LeftTo { at, flow: flow.to_string() }),
            (_, Some(flow)) if flow.starts_with("arn:") => Go::End(End::LeftTo { at, flow: flow.to_string() }),
            _ => Go::Error("NoMatchingError"),
        }
    }

    fn invoke(&mut self, id: ContactId, target: &Target) -> Go {
        const DEEPEST: usize = 5;
        let Some(module) = self.object(id, target, ObjectKind::FlowModule) else { return Go::Error("NoMatchingError") };
        if self.contact(id).frames.len() > DEEPEST {
            return Go::Error("NoMatchingError");
        }
        self.enter(id, FlowId(module), Role::Module);
        Go::Jump
    }

    fn call_outside(&mut self, id: ContactId, at: BlockId, outside: &Outside) -> Go {
        let number = self.text(id, &outside.number);
        if !super::numbers::is_e164(&number) {
            return Go::Error(if outside.goes_on { "CallFailed" } else { "NoMatchingError" });
        }
        self.tell(id, What::Outside(number));
        self.wait(id, Turn::Calling(at), Some(outside.seconds))
    }
}
