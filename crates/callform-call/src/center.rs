//! What flows refer to: queues, hours, functions, other flows.

use std::collections::BTreeMap;
use std::sync::Arc;

use callform_flow::FlowType;
use callform_flow::catalog::ObjectKind;
use callform_flow::references::{self, Piece};

use crate::event::{FlowId, QueueId};
use crate::hours::Schedule;
pub use crate::program::FlowSource;
use crate::program::{Objects, Program};

/// A contact center, ready to be called. Made once, shared by any number of simulations.
#[derive(Clone, Debug, Default)]
pub struct Center {
    pub(crate) programs: Vec<Program>,
    pub(crate) queues: Vec<Queue>,
    pub(crate) hours: Vec<Hours>,
    pub(crate) prompts: Vec<Named>,
    pub(crate) functions: Vec<Named>,
    pub(crate) agents: Vec<Named>,
    pub(crate) views: Vec<Named>,
    numbers: Vec<Number>,
    /// Flows that run where no hook says otherwise, by type.
    defaults: BTreeMap<FlowType, FlowId>,
    names: BTreeMap<ObjectKind, BTreeMap<String, usize>>,
    /// `$.InstanceARN`.
    pub(crate) instance_arn: Arc<str>,
}

/// Something with a name and nothing else of interest.
#[derive(Clone, Debug)]
pub struct Named {
    /// Its name for people; of a blueprint's things the key.
    pub name: Arc<str>,
    /// Its ARN or what stands in the place of one.
    pub id: Arc<str>,
}

/// A queue.
#[derive(Clone, Debug)]
pub struct Queue {
    /// Key in the blueprint, or the name for people.
    pub key: Arc<str>,
    /// Name in Connect: `$.Queue.Name`.
    pub name: Arc<str>,
    /// ARN, or what stands in its place.
    pub id: Arc<str>,
    /// When its agents are there.
    pub hours: Option<usize>,
    /// How many contacts may wait; no limit without one.
    pub max_contacts: Option<u64>,
    /// What customers hear who are called for it.
    pub outbound_whisper: Option<FlowId>,
    /// The number they see.
    pub caller_id: Option<Arc<str>>,
}

/// Hours of operation.
#[derive(Clone, Debug)]
pub struct Hours {
    /// Key in the blueprint, or the name for people.
    pub name: Arc<str>,
    /// When they are open; `None` where that is not known.
    pub schedule: Option<Schedule>,
}

/// A phone number.
#[derive(Clone, Debug)]
pub struct Number {
    /// Key in the blueprint.
    pub name: Arc<str>,
    /// The number, E.164, where it is known.
    pub address: Option<Arc<str>>,
    /// The flow that answers.
    pub flow: FlowId,
}

impl Center {
    /// An empty center.
    pub fn new(instance_arn: &str) -> Self {
        Self { instance_arn: instance_arn.into(), ..Self::default() }
    }

    /// Adds a queue that flows know under its id and these names.
    pub fn add_queue(&mut self, queue: Queue, ids: &[String]) -> usize {
        let at = self.queues.len();
        self.register(ObjectKind::Queue, at, [&*queue.id].into_iter().chain(ids.iter().map(String::as_str)));
        self.queues.push(queue);
        at
    }

    /// Adds hours.
    pub fn add_hours(&mut self, hours: Hours, ids: &[String]) -> usize {
        let at = self.hours.len();
        self.register(ObjectKind::HoursOfOperation, at, ids.iter().map(String::as_str));
        self.hours.push(hours);
        at
    }

    /// Adds something with nothing but a name: a prompt, a function, an agent, a view.
    pub fn add(&mut self, kind: ObjectKind, named: Named, ids: &[String]) {
        let at = self.named(kind).map_or(0, |list| list.len());
        self.register(kind, at, [&*named.id].into_iter().chain(ids.iter().map(String::as_str)));
        if let Some(list) = self.named(kind) {
            list.push(named);
        }
    }

    fn named(&mut self, kind: ObjectKind) -> Option<&mut Vec<Named>> {
        match kind {
            ObjectKind::Prompt => Some(&mut self.prompts),
            ObjectKind::LambdaFunction => Some(&mut self.functions),
            ObjectKind::User => Some(&mut self.agents),
            ObjectKind::View => Some(&mut self.views),
            ObjectKind::Queue | ObjectKind::HoursOfOperation | ObjectKind::ContactFlow | ObjectKind::FlowModule => None,
        }
    }

    /// Adds flows. Flows may refer to one another; what else they refer to has to be there before.
    pub fn add_flows(&mut self, sources: &[FlowSource]) -> Vec<FlowId> {
        let first = self.programs.len();
        for (offset, source) in sources.iter().enumerate() {
            let kind =
                if source.flow_type == FlowType::Module { ObjectKind::FlowModule } else { ObjectKind::ContactFlow };
            self.register(kind, first + offset, source.ids.iter().map(String::as_str));
        }
        for source in sources {
            let program = Program::read(source, self);
            self.programs.push(program);
        }
        (first..self.programs.len()).map(FlowId).collect()
    }

    /// Adds a phone number.
    pub fn add_number(&mut self, number: Number) {
        self.numbers.push(number);
    }

    /// Says which flow runs where no hook of its type is set.
    pub fn set_default(&mut self, flow_type: FlowType, flow: FlowId) {
        self.defaults.insert(flow_type, flow);
    }

    /// Says what customers of a queue hear who are called for it.
    pub fn set_outbound_whisper(&mut self, queue: usize, flow: FlowId) {
        if let Some(queue) = self.queues.get_mut(queue) {
            queue.outbound_whisper = Some(flow);
        }
    }

    fn register<'a>(&mut self, kind: ObjectKind, at: usize, ids: impl Iterator<Item = &'a str>) {
        let names = self.names.entry(kind).or_default();
        for id in ids {
            names.entry(id.to_owned()).or_insert(at);
        }
    }

    /// The object of an id.
    pub(crate) fn find(&self, kind: ObjectKind, id: &str) -> Option<usize> {
        self.names.get(&kind)?.get(id).copied()
    }

    /// An id by which the first object of a kind is known.
    pub(crate) fn first_id(&self, kind: ObjectKind) -> Option<Arc<str>> {
        let names = self.names.get(&kind)?.iter();
        names.min_by_key(|(_, at)| **at).map(|(id, _)| id.as_str().into())
    }

    /// Every flow.
    pub fn flows(&self) -> impl Iterator<Item = (FlowId, &Program)> {
        self.programs.iter().enumerate().map(|(at, program)| (FlowId(at), program))
    }

    /// A flow.
    pub fn flow(&self, id: FlowId) -> &Program {
        &self.programs[id.0]
    }

    /// The flow of a key, or of its name in Connect.
    pub fn flow_named(&self, name: &str) -> Option<FlowId> {
        let of = |matches: &dyn Fn(&Program) -> bool| self.programs.iter().position(matches).map(FlowId);
        of(&|program| *program.key == *name).or_else(|| of(&|program| *program.name == *name))
    }

    /// The flow that other flows know by an id or ARN.
    pub fn flow_of_id(&self, id: &str) -> Option<FlowId> {
        self.find(ObjectKind::ContactFlow, id).map(FlowId)
    }

    /// The queue that flows know by an id or ARN.
    pub fn queue_of_id(&self, id: &str) -> Option<QueueId> {
        self.find(ObjectKind::Queue, id).map(QueueId::Queue)
    }

    /// The flow that runs for a type where no hook is set.
    pub(crate) fn default_of(&self, flow_type: FlowType) -> Option<FlowId> {
        self.defaults.get(&flow_type).copied()
    }

    /// Every phone number.
    pub fn numbers(&self) -> &[Number] {
        &self.numbers
    }

    /// Every queue.
    pub fn queues(&self) -> &[Queue] {
        &self.queues
    }

    /// Every calendar.
    pub fn hours(&self) -> &[Hours] {
        &self.hours
    }

    /// Every function that a flow or the center names.
    pub fn functions(&self) -> &[Named] {
        &self.functions
    }

    /// Every agent that a flow or the center names.
    pub fn agents(&self) -> &[Named] {
        &self.agents
    }

    /// The key of a queue, or the name of the agent whose queue it is.
    pub fn queue_name(&self, queue: QueueId) -> Arc<str> {
        match queue {
            QueueId::Queue(at) => self.queues.get(at).map(|queue| Arc::clone(&queue.key)),
            QueueId::Agent(at) => self.agents.get(at).map(|agent| Arc::clone(&agent.name)),
        }
        .unwrap_or_default()
    }

    /// The name of a function for people; what the block says where nobody described it.
    pub fn function_name(&self, id: &str) -> Arc<str> {
        let known = self.find(ObjectKind::LambdaFunction, id).and_then(|at| self.functions.get(at));
        known.map_or_else(|| name_in(id).into(), |function| Arc::clone(&function.name))
    }
}

impl Objects for Center {
    /// The object of an id that a flow names; one that nobody described is taken for what its id says, so that a flow
    /// alone can be walked. Flows are not made up.
    fn find_or_assume(&mut self, kind: ObjectKind, id: &str) -> Option<usize> {
        if let Some(at) = self.find(kind, id) {
            return Some(at);
        }
        let name: Arc<str> = name_in(id).into();
        match kind {
            ObjectKind::ContactFlow | ObjectKind::FlowModule => return None,
            ObjectKind::Queue => {
                let queue = Queue {
                    key: Arc::clone(&name),
                    name,
                    id: id.into(),
                    hours: None,
                    max_contacts: None,
                    outbound_whisper: None,
                    caller_id: None,
                };
                self.add_queue(queue, &[]);
            }
            ObjectKind::HoursOfOperation => {
                self.add_hours(Hours { name, schedule: None }, &[id.to_owned()]);
            }
            ObjectKind::Prompt | ObjectKind::LambdaFunction | ObjectKind::User | ObjectKind::View => {
                self.add(kind, Named { name, id: id.into() }, &[]);
            }
        }
        self.find(kind, id)
    }

    fn prompt(&self, at: usize) -> Option<Arc<str>> {
        self.prompts.get(at).map(|prompt| Arc::clone(&prompt.name))
    }
}

/// What an id says to people: the name of a marker, the last part of an ARN.
fn name_in(id: &str) -> &str {
    if let [Piece::Reference(_)] = references::split(id).as_slice() {
        let inside = id.trim_matches([references::START, references::END]);
        return inside.split_once('/').map_or(inside, |(_, name)| name);
    }
    let last = id.rsplit(['/', ':']).next().unwrap_or(id);
    if last.is_empty() { id } else { last }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_say_names() {
        assert_eq!(name_in(&references::builtin_marker("queue", "BasicQueue")), "BasicQueue");
        assert_eq!(name_in("arn:aws:connect:us-west-2:111122223333:instance/1/queue/2"), "2");
        assert_eq!(name_in("arn:aws:lambda:us-west-2:111122223333:function:lookup"), "lookup");
        assert_eq!(name_in("plain"), "plain");
    }
}
