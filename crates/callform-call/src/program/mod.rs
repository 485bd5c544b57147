//! Flows made ready to be walked: parameters read, branches joined up.

mod op;
mod read;

pub use op::Hook;
pub(crate) use op::{Bot, Callback, Entry, Lambda, Op, Outside, Phone, Place, Routing, Service, Target};

use std::collections::HashMap;
use std::sync::Arc;

use callform_flow::catalog::ObjectKind;
use callform_flow::{Action, Flow, FlowType, wording};

use crate::event::Speech;
use crate::text::Text;

/// A flow, ready to be walked.
#[derive(Clone, Debug)]
pub struct Program {
    /// Key in the blueprint, or name of the file.
    pub key: Arc<str>,
    /// Name in Connect.
    pub name: Arc<str>,
    /// Its type.
    pub flow_type: FlowType,
    /// What else it is called by.
    pub id: Arc<str>,
    /// The flow as it was written.
    pub flow: Flow,
    /// The blocks, in the order of the flow's actions.
    pub blocks: Vec<Block>,
    /// The block a contact starts at.
    pub(crate) start: Option<usize>,
}

/// A flow to be part of a center.
#[derive(Clone, Debug)]
pub struct FlowSource {
    /// Key in the blueprint, or name of the file.
    pub key: String,
    /// Name in Connect.
    pub name: String,
    /// Its type.
    pub flow_type: FlowType,
    /// The flow.
    pub flow: Flow,
    /// What other flows call it: markers, ARNs, ids.
    pub ids: Vec<String>,
}

/// What flows name, as far as reading them has to know it.
pub(crate) trait Objects {
    /// The object of an id; one that nobody described may be taken for what its id says.
    fn find_or_assume(&mut self, kind: ObjectKind, id: &str) -> Option<usize>;

    /// The name of a prompt.
    fn prompt(&self, at: usize) -> Option<Arc<str>>;
}

/// A block.
#[derive(Clone, Debug)]
pub struct Block {
    /// Its identifier.
    pub identifier: Arc<str>,
    /// Its type.
    pub action_type: Arc<str>,
    /// The ways out of it that a contact can take, in the order in which they are tried.
    pub ways: Vec<Way>,
    pub(crate) op: Op,
}

/// A way out of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// What takes it.
    pub taken: Taken,
    /// The block it leads to; `None` where the flow has none of the name.
    pub target: Option<usize>,
}

/// What takes a way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Nothing in particular.
    Next,
    /// A condition: operator and operand.
    Condition(Arc<str>, Text),
    /// An error, by its type.
    Error(Arc<str>),
}

/// Something that is said, before its values are filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Utterance {
    Text(Text),
    Ssml(Text),
    Prompt(Text),
    Media(Text),
    /// Something that never changes.
    Fixed(Speech),
}

impl Program {
    /// Makes a flow ready.
    pub(crate) fn read(source: &FlowSource, objects: &mut dyn Objects) -> Self {
        let flow = &source.flow;
        let mut by_identifier: HashMap<&str, usize> = HashMap::with_capacity(flow.actions.len());
        for (at, action) in flow.actions.iter().enumerate() {
            by_identifier.entry(&action.identifier).or_insert(at);
        }
        let blocks = flow.actions.iter().map(|action| Block::read(action, &by_identifier, objects)).collect();
        Self {
            key: source.key.as_str().into(),
            name: source.name.as_str().into(),
            flow_type: source.flow_type,
            id: source.ids.first().unwrap_or(&source.key).as_str().into(),
            start: by_identifier.get(flow.start_action.as_str()).copied(),
            blocks,
            flow: flow.clone(),
        }
    }

    /// The way of a block that a branch of the flow takes; `None` where no contact can take it.
    pub fn way_of(&self, block: usize, taken: callform_flow::layout::Taken<'_>) -> Option<usize> {
        use callform_flow::layout::Taken as Branch;
        let is_it = |way: &Way| match (&way.taken, taken) {
            (Taken::Next, Branch::Next) => true,
            (Taken::Error(error), Branch::Error(other)) => **error == *other,
            (Taken::Condition(operator, operand), Branch::Condition(branch)) => {
                **operator == *branch.operator && *operand == branch.operand().map_or(Text::Fixed("".into()), Text::new)
            }
            _ => false,
        };
        self.blocks.get(block)?.ways.iter().position(is_it)
    }

    /// What takes a way, in words: `Pressed 1`, `Timeout`.
    pub fn words(&self, block: usize, way: usize) -> String {
        let (Some(action), Some(block)) = (self.flow.actions.get(block), self.blocks.get(block)) else {
            return String::new();
        };
        let Some(way) = block.ways.get(way) else { return "End".to_owned() };
        let taken = match &way.taken {
            Taken::Next => callform_flow::layout::Taken::Next,
            Taken::Error(error) => callform_flow::layout::Taken::Error(error),
            Taken::Condition(operator, operand) => {
                let is_it = |branch: &&callform_flow::ConditionBranch| {
                    *branch.operator == **operator && branch.operand().map(Text::new).as_ref() == Some(operand)
                };
                match action.transitions.conditions().iter().find(is_it) {
                    Some(branch) => callform_flow::layout::Taken::Condition(branch),
                    None => return operator.to_string(),
                }
            }
        };
        wording::outcome(action, taken)
    }
}

impl Block {
    fn read(action: &Action, by_identifier: &HashMap<&str, usize>, objects: &mut dyn Objects) -> Self {
        let op = read::op(action, objects);
        let target = |identifier: &str| by_identifier.get(identifier).copied();
        let transitions = &action.transitions;
        let mut ways = Vec::new();
        if op.takes_conditions() {
            ways.extend(transitions.conditions().iter().map(|branch| Way {
                taken: Taken::Condition(
                    branch.operator.as_str().into(),
                    branch.operand().map_or(Text::Fixed("".into()), Text::new),
                ),
                target: target(&branch.next_action),
            }));
        }
        ways.extend(transitions.errors().iter().map(|branch| Way {
            taken: Taken::Error(branch.error_type.as_str().into()),
            target: target(&branch.next_action),
        }));
        if op.takes_next(action)
            && let Some(next) = &transitions.next_action
        {
            ways.push(Way { taken: Taken::Next, target: target(next) });
        }
        let (identifier, action_type) = (action.identifier.as_str().into(), action.action_type.as_str().into());
        Self { identifier, action_type, ways, op }
    }

    /// The way that nothing in particular takes.
    pub(crate) fn next(&self) -> Option<usize> {
        self.ways.iter().position(|way| way.taken == Taken::Next)
    }

    /// The way of an error; that of any error where it has none of its own.
    pub(crate) fn error(&self, error: &str) -> Option<usize> {
        let of =
            |name: &str| self.ways.iter().position(|way| matches!(&way.taken, Taken::Error(error) if **error == *name));
        of(error).or_else(|| of("NoMatchingError"))
    }

    /// The way of a result that is compared with `Equals`.
    pub(crate) fn result(&self, result: &str) -> Option<usize> {
        self.ways.iter().position(|way| match &way.taken {
            Taken::Condition(_, operand) => operand.fixed().is_some_and(|operand| **operand == *result),
            Taken::Next | Taken::Error(_) => false,
        })
    }

    /// The results that the block tells apart.
    pub fn results(&self) -> Vec<Arc<str>> {
        let result = |way: &Way| match &way.taken {
            Taken::Condition(_, operand) => operand.fixed().cloned(),
            Taken::Next | Taken::Error(_) => None,
        };
        self.ways.iter().filter_map(result).collect()
    }

    /// The errors that have a way.
    pub fn errors(&self) -> impl Iterator<Item = &Arc<str>> {
        self.ways.iter().filter_map(|way| match &way.taken {
            Taken::Error(error) => Some(error),
            Taken::Next | Taken::Condition(..) => None,
        })
    }

    /// What it waits for from the customer, where it does.
    pub fn asks(&self) -> Option<Asks> {
        match &self.op {
            Op::Menu(_) => Some(Asks::Key),
            Op::Store(_) => Some(Asks::Digits),
            Op::Bot(_) => Some(Asks::Intent),
            Op::View(_) => Some(Asks::Action),
            _ => None,
        }
    }
}

/// What a block waits for from the customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// One key.
    Key,
    /// Several digits.
    Digits,
    /// Something that a bot understands.
    Intent,
    /// A button of a view.
    Action,
}
